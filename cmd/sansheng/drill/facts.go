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
// number missing in an engine's sequence, a fact told twice.
type Facts struct {
	reader *bus.Reader
	stop   context.CancelFunc
	doneC  chan struct{}

	mu    sync.Mutex
	last  map[string]uint64 // by engine
	seen  map[string]bool
	again map[string]bool // may come once more: the stream lost messages and was filled again
	wrong []string
	heard map[string][]time.Time // when each engine's facts came
	calls map[string]cti.CallID  // by caller's number
	came  map[cti.CallID][]cti.Fact
}

func follow(ctx context.Context, public *bus.Public) *Facts {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	f := &Facts{
		reader: public.Reader(bus.ReaderOptions{Filters: []string{"hotline.*.call.>", "hotline.*.agent.>", "hotline.*.engine.>"}}),
		stop:   stop, doneC: make(chan struct{}), last: map[string]uint64{}, heard: map[string][]time.Time{}, seen: map[string]bool{},
		calls: map[string]cti.CallID{}, came: map[cti.CallID][]cti.Fact{},
	}
	go f.run(ctx)
	return f
}

func (f *Facts) run(ctx context.Context) {
	defer close(f.doneC)
	defer f.reader.Close()
	for ctx.Err() == nil {
		fact, _, err := f.reader.Next(ctx)
		if ctx.Err() != nil {
			return
		}
		rewound := errors.As(err, new(*bus.RewoundError))
		f.mu.Lock()
		switch {
		case rewound:
			f.again = maps.Clone(f.seen)
		case err != nil:
			f.wrong = append(f.wrong, err.Error())
		default:
			f.take(fact)
		}
		f.mu.Unlock()
		if err != nil && !rewound {
			return
		}
	}
}

// take notes one fact. mu is held.
func (f *Facts) take(fact cti.Fact) {
	if f.again[fact.ID] {
		delete(f.again, fact.ID)
		return
	}
	f.heard[fact.Engine] = append(f.heard[fact.Engine], time.Now())
	if f.seen[fact.ID] {
		f.wrong = append(f.wrong, fmt.Sprintf("fact %s came twice", fact.ID))
	}
	f.seen[fact.ID] = true
	if last := f.last[fact.Engine]; fact.Seq != last+1 {
		f.wrong = append(f.wrong, fmt.Sprintf("fact %d of %s followed %d", fact.Seq, fact.Engine, last))
	}
	f.last[fact.Engine] = fact.Seq
	if d, ok := fact.Data.(*cti.Arrived); ok {
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
	return wrong
}

// Has tells whether a kind of fact was told about a caller's call.
func (f *Facts) Has(caller string, k cti.Kind) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	id, ok := f.calls[caller]
	if !ok {
		return false
	}
	return slices.ContainsFunc(f.came[id], func(fact cti.Fact) bool { return fact.Kind == k })
}

// Began is when an engine told its first fact after a moment.
func (f *Facts) Began(engine string, after time.Time) (time.Time, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.heard[engine] {
		if m.After(after) {
			return m, true
		}
	}
	return time.Time{}, false
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
