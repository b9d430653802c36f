package drill

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sansheng/cmd/sansheng/config"
)

// Row is one fault and what must hold under it.
type Row struct {
	// Name is what `sansheng drill run` is given: small letters and dashes.
	Name string
	// Fault says what is done, Promise what must hold, each in a line.
	Fault, Promise string
	// Short rows make up the short form.
	Short bool
	// Guards are the protections without which the row must not hold; a test proves it
	// for each.
	Guards []Guard
	// Bounds of what is the same in every row; zero fields mean the standard.
	Bounds Bounds
	// Setup changes the configuration of a stage of the row's own; nil shares the
	// common one.
	Setup func(*config.Config)
	// Upstream gives the stage a NATS of its own beside the hotline.
	Upstream bool
	// Outside gives the stage a way out, and a phone behind it.
	Outside bool
	// Told gives the stage receivers outside that are told of calls by webhooks.
	Told bool
	// Clock gives the stage's switch a clock that can be moved.
	Clock bool
	// Scale changes the traffic; nil keeps the drill's.
	Scale func(Size) Size
	// Spoils: the stage cannot be used again afterwards.
	Spoils bool
	// Run does the fault and undoes it. The traffic stands when it is called.
	Run func(ctx context.Context, t *Trial) error
}

// Guard is a protection, or several with a comma between (config.Protections), that is
// turned off, and the beginning of the measure that must break then: a row that fails for
// another reason proves nothing.
type Guard struct {
	Off, Breaks string
	// Patient gives the records the row's own time: with the protection they take it.
	Patient bool
}

// Bounds are the limits of what every row measures.
type Bounds struct {
	// Gap is the longest silence in a talk; 120 ms, and killedGap where only the service dies. At
	// full size on two processors 76 to 106 ms were measured where programs start, or
	// catch up, beside a switch with 260 channels.
	Gap time.Duration
	// Silence is the longest time a waiting caller hears nothing; 5 s.
	Silence time.Duration
	// Blink is how much longer a phone may ring for a caller who is another's; 150 ms, which
	// is shorter than any phone here takes to answer, but the hand crew's.
	Blink time.Duration
	// Emergency is the longest an emergency caller waits for a person; three
	// rings, 15 s.
	Emergency time.Duration
	// Right is how long after the fault's end the agents' states may be wrong; 5 s.
	Right time.Duration
	// Drained is how long after it the records may be incomplete; 30 s.
	Drained time.Duration
	// HandOver is by how much the hand-over's p95 may rise; 1.2.
	HandOver float64
	// Sighted: the hotline sees its switch all the time, and knows when what happened.
	Sighted bool
	// LosesTalks: talks may be lost, the switch that carried them died.
	LosesTalks bool
	// Deaf: the switch hears nobody while the fault lasts. Who calls then dials again until
	// it is over, and of calls that begin or end in it phones and switch know different
	// things: an answer, a good-bye that only one of the two has seen.
	Deaf bool
	// LastResort: everybody on duty may be rung at once, also who is in a call, for any of
	// those whom the fallback serves.
	LastResort bool
}

func (b Bounds) normal() Bounds {
	if b.HandOver == 0 {
		b.HandOver = 1.2
	}
	for _, f := range []struct {
		have *time.Duration
		want time.Duration
	}{
		{&b.Gap, 120 * time.Millisecond}, {&b.Blink, 150 * time.Millisecond}, {&b.Silence, 5 * time.Second}, {&b.Emergency, 15 * time.Second},
		{&b.Right, 5 * time.Second}, {&b.Drained, 30 * time.Second},
	} {
		if *f.have == 0 {
			*f.have = f.want
		}
	}
	return b
}

// Size is how much traffic there is.
type Size struct {
	// Talking pairs, callers Waiting behind them, and Ringing at agents.
	Talking, Waiting, Ringing int
	// Toned is how many of the talking pairs, and of the waiting callers, send and
	// listen to tones; the others send a packet a second.
	Toned int
	// Crowd is how many further agents there are, whose phones are not there.
	Crowd int
}

// Standard is the traffic of the full drill, Small that of its short form.
var (
	Standard = Size{Talking: 100, Waiting: 20, Ringing: 10, Toned: 10}
	Small    = Size{Talking: 12, Waiting: 6, Ringing: 3, Toned: 6}
)

var rows []*Row

// register is called by each row's file.
func register(r *Row) *Row {
	rows = append(rows, r)
	return r
}

// Rows are all rows, those that share a stage first, as they are run.
func Rows() []*Row {
	list := slices.Clone(rows)
	slices.SortStableFunc(list, func(a, b *Row) int {
		if d := a.order() - b.order(); d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	return list
}

// order keeps what spoils a stage behind what does not, and behind both what loses all talks:
// those that follow are between other people, of whom others send tones.
func (r *Row) order() int {
	switch {
	case r.own():
		return 3
	case r.Bounds.LosesTalks:
		return 2
	case r.Spoils:
		return 1
	}
	return 0
}

// own tells whether the row needs a stage of its own.
func (r *Row) own() bool {
	return r.Setup != nil || r.Scale != nil || r.Upstream || r.Outside || r.Told || r.Clock
}

// Find gives the rows of these names, or all.
func Find(names []string) ([]*Row, error) {
	all := Rows()
	if len(names) == 0 {
		return all, nil
	}
	var found []*Row
	for _, name := range names {
		i := slices.IndexFunc(all, func(r *Row) bool { return r.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("drill row %q is unknown; allowed: %s", name, strings.Join(namesOf(all), ", "))
		}
		found = append(found, all[i])
	}
	return found, nil
}

func namesOf(all []*Row) []string {
	names := make([]string, len(all))
	for i, r := range all {
		names[i] = r.Name
	}
	return names
}

// Shorts are those of the short form.
func Shorts(list []*Row) []*Row {
	return slices.DeleteFunc(slices.Clone(list), func(r *Row) bool { return !r.Short })
}

// Check refuses traffic that cannot be made.
func (s Size) Check() error {
	for _, f := range []struct {
		name        string
		n, lo, most int
	}{{"talking", s.Talking, 1, 500}, {"waiting", s.Waiting, 0, 200}, {"ringing", s.Ringing, 0, 100}, {"toned", s.Toned, 0, s.Talking}} {
		if f.n < f.lo || f.n > f.most {
			return fmt.Errorf("%d %s: allowed are %d to %d", f.n, f.name, f.lo, f.most)
		}
	}
	return nil
}
