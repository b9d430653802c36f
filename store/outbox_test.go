package store

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"

	"sansheng/cti"
)

// fakeJournal takes ticket facts, fails, forgets its end.
type fakeJournal struct {
	mu      sync.Mutex
	facts   []TicketFact
	changed chan struct{}
	fail    func(calls int) bool
	calls   int
}

func (j *fakeJournal) Last(context.Context) (uint64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return uint64(len(j.facts)), nil
}

func (j *fakeJournal) Publish(_ context.Context, facts []TicketFact) (uint64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls++
	failed := j.fail != nil && j.fail(j.calls)
	for i, f := range facts {
		if failed && i == len(facts)/2 {
			return uint64(len(j.facts)), errors.New("journal away")
		}
		if f.Seq <= uint64(len(j.facts)) {
			continue
		}
		if f.Seq != uint64(len(j.facts))+1 {
			return 0, errors.New("gap")
		}
		j.facts = append(j.facts, f)
	}
	select {
	case j.changed <- struct{}{}:
	default:
	}
	return uint64(len(j.facts)), nil
}

func (j *fakeJournal) len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.facts)
}

// Tickets' facts reach the journal once, in order, while calls go on, though the
// journal fails and though it forgets its end.
func TestOutbox(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	facts := theFacts(t)
	j := &fakeJournal{changed: make(chan struct{}, 1), fail: func(n int) bool { return n%2 == 1 }}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Outbox(j).Run(ctx) }()
	half := len(facts) / 2
	if err := s.Replay(t.Context(), "journal", facts[:half]...); err != nil {
		t.Fatal(err)
	}
	if err := s.Replay(t.Context(), "journal 2", facts[half:]...); err != nil {
		t.Fatal(err)
	}
	rows := acts(t, s)
	for j.len() < len(rows) {
		<-j.changed
	}
	j.mu.Lock()
	all := j.facts
	j.facts = append([]TicketFact{}, all[:2]...) // a power cut
	j.mu.Unlock()
	for j.len() < len(rows) {
		<-j.changed
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	tickets, err := s.Tickets(t.Context(), TicketFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(tickets) != len(rows) || len(rows) == 0 {
		t.Errorf("%d tickets, %d facts of them", len(tickets), len(rows))
	}
	for i, f := range j.facts {
		var c cti.Fact
		if err := json.Unmarshal(f.JSON, &c); err != nil {
			t.Fatal(err)
		}
		if f.ID != all[i].ID || c.ID != f.ID || c.Seq != uint64(i)+1 || c.Engine != OutboxEngine || c.Kind != "ticket.opened" || c.Version != cti.SchemaVersion {
			t.Errorf("fact %d: %s", i, f.JSON)
		}
	}
	// They come back with the journal and are nothing new.
	var back []Message
	for _, f := range j.facts {
		back = append(back, Message{ID: f.ID, Payload: f.JSON})
	}
	want := show(t, s)
	src := &FactSource{Journal: "back"}
	for i, m := range back {
		m.Position = uint64(i) + 1
		src.Messages = append(src.Messages, m)
	}
	p := s.Projector(src, quick)
	if err := p.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st := p.Stats(); st.Ignored != uint64(len(back)) || st.DeadLetters != 0 || st.Missing != 0 {
		t.Errorf("%+v", st)
	}
	same(t, show(t, s), want)
}
