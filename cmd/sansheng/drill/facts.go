package drill

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"sansheng/cti"
	"sansheng/cti/bus"
)

// Facts follows the public stream as anybody can, and notes what must not be: a
// number missing in an engine's sequence, a fact told twice, one that was forgotten
// and its number given to another.
type Facts struct {
	reader *bus.Reader
	stop   context.CancelFunc
	doneC  chan struct{}

	mu     sync.Mutex
	last   map[string]uint64 // by engine
	seen   map[string]told
	again  map[string]told // must come once more: the stream lost them and is filled again
	wrong  []string
	newest time.Time              // when the last one came
	found  map[string][]time.Time // when each engine told that it agrees with the switch
	calls  map[string]cti.CallID  // by caller's number
	came   map[cti.CallID][]cti.Fact
}

// told is what a fact said, and where it stood in the stream.
type told struct {
	says  string
	place uint64
}

func follow(ctx context.Context, public *bus.Public) *Facts {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	f := &Facts{
		reader: public.Reader(bus.ReaderOptions{Filters: []string{"hotline.*.call.>", "hotline.*.agent.>", "hotline.*.engine.>"}}),
		stop:   stop, doneC: make(chan struct{}), last: map[string]uint64{}, found: map[string][]time.Time{}, seen: map[string]told{}, again: map[string]told{},
		calls: map[string]cti.CallID{}, came: map[cti.CallID][]cti.Fact{},
	}
	go f.run(ctx)
	return f
}

func (f *Facts) run(ctx context.Context) {
	defer close(f.doneC)
	defer f.reader.Close()
	for ctx.Err() == nil {
		fact, place, err := f.reader.Next(ctx)
		if ctx.Err() != nil {
			return
		}
		var rewound *bus.RewoundError
		f.mu.Lock()
		switch {
		case errors.As(err, &rewound):
			for id, t := range f.seen {
				if t.place > rewound.After.Seq {
					f.again[id] = t
				}
			}
		case err != nil:
			f.wrong = append(f.wrong, err.Error())
		default:
			f.take(fact, place)
		}
		f.mu.Unlock()
		if err != nil && rewound == nil {
			return
		}
	}
}

// take notes one fact. mu is held.
func (f *Facts) take(fact cti.Fact, place uint64) {
	now := told{says: fmt.Sprintf("%s of %s%s at %s", fact.Kind, fact.Call, fact.Agent, clock(fact.At)), place: place}
	f.newest = time.Now()
	before, twice := f.seen[fact.ID]
	f.seen[fact.ID] = now
	if _, ok := f.again[fact.ID]; ok {
		delete(f.again, fact.ID)
		if before.says != now.says {
			f.wrong = append(f.wrong, fmt.Sprintf("fact %s was %s and is now %s", fact.ID, before.says, now.says))
		}
		return
	}
	if fact.Kind == cti.SwitchFound {
		f.found[fact.Engine] = append(f.found[fact.Engine], time.Now())
	}
	if twice {
		f.wrong = append(f.wrong, fmt.Sprintf("fact %s came twice", fact.ID))
	}
	if last := f.last[fact.Engine]; fact.Seq != last+1 {
		f.wrong = append(f.wrong, fmt.Sprintf("fact %d of %s followed %d", fact.Seq, fact.Engine, last))
	}
	f.last[fact.Engine] = fact.Seq
	if d, ok := fact.Data.(*cti.Arrived); ok && d.Direction != cti.Outbound {
		f.calls[d.Caller.Number] = fact.Call
	}
	f.came[fact.Call] = append(f.came[fact.Call], fact)
}

// Wrong is what must not be and was since the last time it was asked.
func (f *Facts) Wrong() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	wrong := f.wrong
	f.wrong = nil
	for _, id := range slices.Sorted(maps.Keys(f.again)) {
		wrong = append(wrong, fmt.Sprintf("fact %s, %s, is not in the stream any more", id, f.again[id].says))
	}
	clear(f.again)
	return wrong
}

// Quiet tells whether no fact has come for a while.
func (f *Facts) Quiet(d time.Duration) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Since(f.newest) > d
}

// Last is the number of the last fact that an engine told.
func (f *Facts) Last(engine string) uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last[engine]
}

// Has tells whether a kind of fact was told about a caller's call.
func (f *Facts) Has(caller string, k cti.Kind) bool { return f.Count(caller, k) > 0 }

// Count is how often a kind of fact was told about a caller's call.
func (f *Facts) Count(caller string, k cti.Kind) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	if id, ok := f.calls[caller]; ok {
		for _, fact := range f.came[id] {
			if fact.Kind == k {
				n++
			}
		}
	}
	return n
}

// Found is when an engine, after a moment, told that it agrees with the switch.
func (f *Facts) Found(engine string, after time.Time) (time.Time, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.found[engine] {
		if m.After(after) {
			return m, true
		}
	}
	return time.Time{}, false
}

// Of are the facts of a caller's call so far, in the order they came.
func (f *Facts) Of(caller string) []cti.Fact {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.came[f.calls[caller]])
}

// OfCalls are the facts of all calls so far that happened since a moment.
func (f *Facts) OfCalls(since time.Time) []cti.Fact {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []cti.Fact
	for _, came := range f.came {
		for _, fact := range came {
			if strings.HasPrefix(string(fact.Kind), "call.") && !fact.At.Before(since) {
				all = append(all, fact)
			}
		}
	}
	return all
}

// Story is a call's facts in one line.
func (f *Facts) Story(caller string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var b strings.Builder
	for _, fact := range f.came[f.calls[caller]] {
		fmt.Fprintf(&b, "%s %s", fact.At.Format("04:05.000"), fact.Kind)
		if fact.Agent != "" {
			b.WriteString(" " + string(fact.Agent))
		}
		switch d := fact.Data.(type) {
		case *cti.OfferEnded:
			b.WriteString(" " + string(d.Result))
		case *cti.LegEnded:
			fmt.Fprintf(&b, " %s estimated=%t", d.Channel, d.Estimated)
		case *cti.FellBack:
			b.WriteString(" " + string(d.Reason))
		}
		b.WriteString("; ")
	}
	return b.String()
}

func (f *Facts) close() {
	f.stop()
	<-f.doneC
}
