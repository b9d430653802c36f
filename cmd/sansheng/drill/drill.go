package drill

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"sansheng/pbx/sip/media"
	"sansheng/pbx/sip/phone"
)

// Options say how a drill is run.
type Options struct {
	// Program is the sansheng binary to be broken.
	Program string
	// Dir holds the stacks' folders; empty takes a temporary one.
	Dir string
	// Keep leaves the folders of rows that did not hold.
	Keep bool
	Size Size
	Rows []*Row
	// Unprotected turns protections of the hotline off, to see what they are for.
	Unprotected []string
	// Patience is how much longer than its limit something is waited for, to know
	// how late it is; 30 s by default.
	Patience time.Duration
	// Progress is told before each row, and with its result after it.
	Progress func(done, of int, row *Row, result *Result)
}

// Run runs rows, one after the other. Its error is what kept the drill as a whole
// from working; what a row found is in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	defer raise()()
	d := &drill{o: o}
	if o.Progress == nil {
		d.o.Progress = func(int, int, *Row, *Result) {}
	}
	if d.o.Patience == 0 {
		d.o.Patience = 30 * time.Second
	}
	if d.o.Dir == "" {
		dir, err := os.MkdirTemp("", "drill")
		if err != nil {
			return nil, fmt.Errorf("make the drill's folder: %w", err)
		}
		if err := os.Chmod(dir, 0o755); err != nil { // servers run under accounts of their own
			return nil, fmt.Errorf("make the drill's folder: %w", err)
		}
		d.o.Dir = dir
	}
	if err := os.MkdirAll(d.o.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the drill's folder: %w", err)
	}
	r := &Report{Began: time.Now(), Machine: machine(), Size: o.Size, Versions: map[string]string{"go": runtime.Version()}}
	for i, row := range o.Rows {
		if ctx.Err() != nil {
			break
		}
		d.o.Progress(i, len(o.Rows), row, nil)
		result := d.row(ctx, row, r)
		r.Results = append(r.Results, result)
		d.o.Progress(i+1, len(o.Rows), row, &result)
	}
	closing := context.WithoutCancel(ctx)
	d.drop(closing)
	if !d.failed || !o.Keep {
		if err := os.RemoveAll(d.o.Dir); err != nil {
			return r, fmt.Errorf("remove the drill's folder: %w", err)
		}
	}
	r.Seconds = time.Since(r.Began).Seconds()
	return r, ctx.Err()
}

type drill struct {
	o      Options
	common *Stage
	failed bool
}

// row runs one row and never fails: what went wrong is in the result.
func (d *drill) row(ctx context.Context, row *Row, r *Report) Result {
	began := time.Now()
	copied := *row
	copied.Bounds = row.Bounds.normal()
	t := &Trial{Row: &copied}
	err := d.trial(ctx, t, r)
	res := Result{Row: row.Name, Fault: row.Fault, Promise: row.Promise, Held: err == nil, Measures: t.measures, Notes: t.notes}
	for _, m := range t.measures {
		res.Held = res.Held && m.Held
	}
	if err != nil {
		res.Error = err.Error()
	}
	own := row.own()
	if !res.Held {
		d.failed = true
	}
	if t.Stage != nil && (own || row.Spoils || !res.Held) {
		if t.Stage == d.common {
			d.common = nil
		}
		if err := t.Close(context.WithoutCancel(ctx)); err != nil && res.Error == "" {
			res.Error, res.Held = err.Error(), false
		}
	}
	res.Seconds = time.Since(began).Seconds()
	return res
}

func (d *drill) trial(ctx context.Context, t *Trial, r *Report) error {
	var err error
	if t.Stage, err = d.stage(ctx, t.Row); err != nil {
		return fmt.Errorf("build the stage: %w", err)
	}
	if r.Versions["sansheng"] == "" {
		for name, v := range t.versions(ctx) {
			r.Versions[name] = v
		}
	}
	if err := t.Prepare(ctx); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	return t.play(ctx)
}

// stage gives the row's stage: the common one, or one of its own.
func (d *drill) stage(ctx context.Context, row *Row) (*Stage, error) {
	own := row.own()
	if !own && d.common != nil {
		return d.common, nil
	}
	size := d.o.Size
	if row.Scale != nil {
		size = row.Scale(size)
	}
	if own {
		d.drop(context.WithoutCancel(ctx)) // one stack at a time is what the machine bears
	}
	dir, err := os.MkdirTemp(d.o.Dir, row.Name+"-")
	if err != nil {
		return nil, fmt.Errorf("make the stage's folder: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the stage's folder: %w", err)
	}
	st, err := newStage(ctx, d.o, dir, size, row)
	if err == nil && !own {
		d.common = st
	}
	return st, err
}

// drop closes the common stage.
func (d *drill) drop(ctx context.Context) {
	if d.common == nil {
		return
	}
	_ = d.common.Close(ctx)
	d.common = nil
}

// play is the row itself, with what every row measures around it.
func (t *Trial) play(ctx context.Context) error {
	talking := append(append([]*Caller(nil), t.talking...), t.holders...)
	t.listen()
	t.stalls.reset()
	t.Began()
	cases := t.emergencies(ctx)
	err := t.Row.Run(ctx, t)
	if t.healed.IsZero() {
		t.Healed()
	}
	if err != nil {
		cases.end()
		return fmt.Errorf("inject: %w", err)
	}
	t.judgeFloor(ctx)
	t.drains(ctx)
	talking = slices.DeleteFunc(talking, func(c *Caller) bool { return slices.Contains(t.left, c) })
	t.judgeTalks(talking)
	t.judgeEmergencies(cases.end())
	waiting, ringing := append(t.waiting, t.newcomers...), t.ringing
	t.waiting = waiting
	settled := t.Settle(ctx)
	t.Must("every waiting and ringing caller came to a person", settled == nil, text(settled)...)
	t.judgeCallers(waiting, ringing)
	t.judgeOffers()
	if err := t.takeLeave(ctx); err != nil {
		return fmt.Errorf("end talks: %w", err)
	}
	t.together()
	t.Compare(ctx, t)
	t.judgeEnd(ctx)
	return nil
}

// judgeFloor measures how soon after the fault the live floor agrees with the phones.
func (t *Trial) judgeFloor(ctx context.Context) {
	t.Must("the service lives", t.Running())
	limit, cancel := context.WithTimeout(ctx, t.Row.Bounds.Right+t.patience)
	defer cancel()
	at, wrong := t.right(limit)
	t.AtMost("agents' states right after the fault's end", at.Sub(t.healed), t.Row.Bounds.Right, wrong)
}

// judgeCallers measures what became of those who waited and rang.
func (t *Trial) judgeCallers(waiting, ringing []*Caller) {
	if t.Row.Bounds.LosesTalks {
		return
	}
	all := slices.Concat(waiting, ringing)
	t.None("waiting and ringing callers who were thrown out", t.unserved(all))
	var silence time.Duration
	var who string
	for _, c := range all {
		if c.call == nil {
			continue
		}
		if s := c.Silence(); s > silence {
			silence, who = s, c.From+" "+c.Story()
		}
	}
	t.AtMost("longest silence of a caller before an agent had him", silence, t.Row.Bounds.Silence, who)
	overtaken := t.inOrder(waiting)
	t.None("waiting callers overtaken", overtaken)
	for _, o := range overtaken {
		t.tell(strings.Fields(o)[0])
		t.tell(strings.TrimSuffix(strings.Fields(o)[4], ","))
	}
}

// leavers is how many of the long talks end with each row.
const leavers = 4

// takeLeave ends the oldest talks, by turns from the caller's and the agent's side, so
// that their records are compared, too.
func (t *Trial) takeLeave(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for i, c := range t.talking[:min(leavers, len(t.talking)/2)] {
		a, ok := t.Agents.With(c.From)
		if !c.Up() || !ok {
			continue // judged already
		}
		t.left = append(t.left, c)
		if i%2 == 0 {
			if err := c.hangup(ctx); err != nil {
				return err
			}
			continue
		}
		if err := a.call.Hangup(ctx); err != nil {
			return err
		}
		if err := t.until(ctx, []*Caller{c}, "be let go when the agent hangs up", func(c *Caller) bool { return !c.Up() }); err != nil {
			return err
		}
	}
	return nil
}

// judgeEnd looks once more when everything is over: the talks that are to go on do, the
// floor agrees with the phones, and the switch has no channel that is nobody's.
func (t *Trial) judgeEnd(ctx context.Context) {
	var lost []string
	for _, c := range t.talking {
		a, _ := t.Agents.With(c.From)
		if (!c.Up() || a.call != t.had[c.From]) && !slices.Contains(t.left, c) && !t.Row.Bounds.LosesTalks {
			lost = append(lost, c.From+" "+c.Story())
		}
	}
	t.None("talks dropped by the end", lost)
	t.Must("the service lives to the end", t.Running())
	limit, cancel := context.WithTimeout(ctx, t.Row.Bounds.Right+t.patience)
	defer cancel()
	began := time.Now()
	at, wrong := t.right(limit)
	t.AtMost("agents' states right at the end after", at.Sub(began), t.Row.Bounds.Right, wrong)
	var has, should int
	err := poll(limit, 100*time.Millisecond, func() (ok bool, err error) {
		has, err = t.Channels(limit)
		should = t.legs()
		return has == should, err
	})
	t.AtMost("no channel left in the switch that is nobody's after", time.Since(began), t.Row.Bounds.Right, append(text(err), fmt.Sprintf("the switch has %d, the phones have %d", has, should))...)
}

// legs are the calls that phones and callers have.
func (t *Trial) legs() int {
	n := 0
	for _, c := range t.Callers.All() {
		if c.Up() {
			n++
		}
	}
	for _, c := range t.Agents.Calls() {
		if c.EndedAt.IsZero() {
			n++
		}
	}
	return n
}

func text(err error) []string {
	if err == nil {
		return nil
	}
	return []string{err.Error()}
}

// listen counts gaps from now on, and remembers who talks with whom.
func (t *Trial) listen() {
	t.had = map[string]*phone.Call{}
	for _, c := range slices.Concat(t.talking, t.holders, t.waiting) {
		if c.call != nil {
			c.call.ResetGap()
		}
		if a, ok := t.Agents.With(c.From); ok {
			a.call.ResetGap()
			t.had[c.From] = a.call
		}
	}
}

// rungAtOnce is how close two offers to one phone are that hotline and fallback make each
// without knowing of the other's.
const rungAtOnce = 2 * time.Second

// judgeOffers names phones that were offered two calls at once, and callers who were
// offered to two agents. The switch's fallback rings phones by itself: one it rings in
// the moment in which the hotline does refuses the second call, and as its last resort
// it rings everybody on duty in one moment for one caller.
func (t *Trial) judgeOffers() {
	fell := map[string]bool{}
	for _, c := range t.Callers.All() {
		fell[c.From] = t.fell(c)
	}
	var overlaps, doubles []string
	excused := 0
	for _, o := range t.Agents.Overlaps() {
		// The hotline learns whom the fallback rings; only in that moment may it ring him too.
		rung := slices.ContainsFunc(o.Had, func(c string) bool { return fell[c] }) && o.At.Sub(o.Since) < rungAtOnce
		if t.Row.Bounds.LastResort || fell[o.Caller] || rung {
			excused++
			continue
		}
		overlaps = append(overlaps, fmt.Sprintf("%s was offered %s beside %s", o.Agent, o.Caller, strings.Join(o.Had, ", ")))
	}
	for _, d := range t.Agents.Doubles(t.began, t.Row.Bounds.Blink) {
		if t.Row.Bounds.LastResort || t.passed[d.Caller] || fell[d.Caller] && d.together() {
			continue
		}
		doubles = append(doubles, d.String())
		t.tell(d.Caller)
	}
	if excused > 0 {
		t.Note("Phones offered a call by the switch's fallback beside one of the hotline's: %d times.", excused)
	}
	t.None("phones offered two calls at once", overlaps)
	t.None("callers offered to two agents at once", doubles)
}

// judgeTalks measures what became of the talks: whether they live and the
// longest gap on each leg.
func (t *Trial) judgeTalks(talking []*Caller) {
	var lost []string
	var gap time.Duration
	var gapAt string
	legs := 0
	for _, c := range talking {
		a, ok := t.Agents.With(c.From)
		if !c.Up() || !ok || a.call != t.had[c.From] { // with an agent anew is no talk that went on
			lost = append(lost, fmt.Sprintf("%s: %s", c.From, c.Story()))
			continue
		}
		for side, h := range t.heard(c, a) {
			legs++
			if h > gap {
				gap, gapAt = h, side+" "+c.From+" with "+a.Agent
			}
		}
	}
	if t.Row.Bounds.LosesTalks {
		t.Note("%d of %d talks were lost with the switch that carried them.", len(lost), len(talking))
	} else {
		t.None("talks dropped", lost)
		if t.Size.Toned > 0 {
			stall := t.stalls.longest() // a sound meets one on its way to the switch and one behind it
			t.AtMost(fmt.Sprintf("longest gap on %d legs with tones (the machine stood still for %s)", legs, short(stall)), gap, t.Row.Bounds.Gap+2*excused(stall), gapAt)
		}
	}
}

// heard is the longest gap on each leg of a talk that somebody sends a tone to.
func (t *Trial) heard(c *Caller, a AgentCall) map[string]time.Duration {
	legs := map[string]time.Duration{}
	if c.call != nil && t.Agents.toned(a.Agent) {
		legs["caller"] = worst(c.call.Heard())
	}
	if c.Toned {
		legs["agent"] = worst(a.call.Heard())
	}
	return legs
}

// machine is what the drill ran on.
func machine() string {
	model := runtime.GOARCH
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%d processors, %s, %s", runtime.NumCPU(), model, runtime.GOOS)
}

// worst is the longest time without a sound, the present one included.
func worst(h media.Heard) time.Duration { return max(h.LongestGap, h.SilentFor) }
