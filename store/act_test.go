package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"sansheng/cti"
	"sansheng/cti/sheet"
	"sansheng/store/ticket"
)

// recorded is a day's journal as it fills, with the store that reads it.
type recorded struct {
	*Store
	src FactSource
	j   fakeJournal
}

// readDay is a day whose calls have been read, and how many facts those were.
func readDay(t testing.TB) (d *recorded, calls int) {
	t.Helper()
	d = &recorded{Store: newStore(t), src: FactSource{Journal: "day"}}
	all, err := Facts("day", theFacts(t)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all.Messages {
		d.add(m)
	}
	d.read(t)
	return d, len(all.Messages)
}

// read has the store read what is new, and tell what it has to tell until nothing is left.
func (d *recorded) read(t testing.TB) {
	t.Helper()
	for told := -1; told != d.j.len(); {
		told = d.j.len()
		if err := d.Projector(&d.src, quick).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for n := 1; n > 0; {
			var err error
			if n, err = d.Outbox(&d.j).Publish(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n == 0 || d.j.len() == told {
				break
			}
		}
		for _, f := range d.j.facts[max(told, 0):] {
			d.add(Message{ID: f.ID, Payload: f.JSON})
		}
	}
}

func (d *recorded) add(m Message) {
	m.Position = uint64(len(d.src.Messages)) + 1
	d.src.Messages = append(d.src.Messages, m)
}

// repair is what a sheet of a repair says when it is final.
func repair(place string) sheet.Values {
	return sheet.Values{
		"place": place, "phone": "13800138000", "happened": "no hot water", "charged": true, "done": "sent somebody", "result": "visit tomorrow",
	}
}

// A day in which people work on tickets while calls go on: whoever reads its journal into an
// empty database has the same rows, byte for byte.
func TestReplayDay(t *testing.T) {
	t.Parallel()
	d := &recorded{Store: newStore(t), src: FactSource{Journal: "day"}}
	all, err := Facts("day", theFacts(t)...)
	if err != nil {
		t.Fatal(err)
	}
	half := len(all.Messages) / 2
	for _, m := range all.Messages[:half] {
		d.add(m)
	}
	d.read(t)
	tickets, err := d.Tickets(t.Context(), TicketFilter{})
	if err != nil || len(tickets) < 3 {
		t.Fatalf("%d tickets, %v", len(tickets), err)
	}
	i := slices.IndexFunc(tickets, func(k Ticket) bool { return k.State == ticket.Draft })
	first := tickets[i]
	open := slices.IndexFunc(tickets, func(k Ticket) bool { return k.State == ticket.Open && k.Company == first.Company })
	if open < 0 {
		t.Fatal("no ticket is open")
	}
	for _, a := range []ticket.Act{
		&ticket.Filled{Kind: ticket.Repair, Said: sheet.Values{"happened": "no hot water, \"said\" she'; DROP TABLE ticket"}},
		&ticket.Filled{Said: repair("Nanjing Rd 1"), Final: true},
		&ticket.ForwardedTo{Department: "gas", Reason: "boiler"},
		&ticket.Taken{Clerk: "6001"},
	} {
		if _, err := d.Act(t.Context(), first.ID, "1001", a, Anybody); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range all.Messages[half:] { // calls are told of before the acts that were first
		d.add(m)
	}
	other, err := d.Split(t.Context(), first.ID, "1001", ticket.Opened{Kind: ticket.Complaint, Matter: ticket.Matter{Summary: "rude"}}, Anybody)
	if err != nil {
		t.Fatal(err)
	}
	d.read(t)
	if _, err := d.Act(t.Context(), first.ID, "6001", &ticket.Finished{Result: "pump changed"}, Anybody); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Act(t.Context(), first.ID, "1001", &ticket.Amended{Said: repair("Nanjing Rd 2"), Reason: "wrong house"}, Anybody); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Act(t.Context(), first.ID, "1001", &ticket.ClosedWith{}, Anybody); err != nil { // charged: he is called back
		t.Fatal(err)
	}
	if list, err := d.FollowUps(t.Context(), FollowUpFilter{Owed: true}); err != nil || len(list) != 1 {
		t.Fatalf("%d follow-ups, %v", len(list), err)
	}
	if _, err := d.Merge(t.Context(), other.ID, tickets[open].ID, "1001", "the same", Anybody); err != nil {
		t.Fatal(err)
	}
	if n, err := d.Lapse(t.Context()); err != nil || n == 0 {
		t.Fatalf("told of %d tickets, %v", n, err)
	}
	d.read(t)
	noFaults(t, d.Store)
	want := dump(t, d.Store)
	if !strings.Contains(want, `"verb"`) && !strings.Contains(want, "ticket.merged") {
		t.Fatal("the day has no acts")
	}
	again := &recorded{Store: newStore(t), src: d.src}
	again.j.facts = d.j.facts
	again.read(t)
	if n := again.j.len(); n != d.j.len() {
		t.Errorf("%d acts in the journal, want %d", n, d.j.len())
	}
	same(t, dump(t, again.Store), want)
	r, err := again.Record(t.Context(), first.Call)
	if err != nil {
		t.Fatal(err)
	}
	if r.Sheet == nil || r.Sheet.Said["place"] != "Nanjing Rd 2" || r.Sheet.Amended != 1 || len(r.Amendments) < 2 {
		t.Errorf("%+v, %d amendments", r.Sheet, len(r.Amendments))
	}
}

// A database that is filled anew while people act gives no number that the journal has.
func TestRefillWhileActing(t *testing.T) {
	t.Parallel()
	d, calls := readDay(t)
	before := d.j.len()
	again := &recorded{Store: newStore(t), src: FactSource{Journal: "day", Messages: d.src.Messages[:calls]}}
	again.j.facts = d.j.facts
	if err := again.Projector(&again.src, quick).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := again.Outbox(&again.j).Publish(t.Context()); n != 0 || err != nil {
		t.Errorf("%d acts published by who has not read those that there are, %v", n, err)
	}
	tickets, err := again.Tickets(t.Context(), TicketFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Act(t.Context(), tickets[0].ID, "1001", &ticket.Noted{Text: "early"}, Anybody); err != nil {
		t.Fatal(err)
	}
	again.src.Messages = d.src.Messages
	again.read(t)
	if n := again.j.len(); n != before+1 {
		t.Errorf("%d acts in the journal, want %d", n, before+1)
	}
	seen := map[string]bool{}
	for _, f := range again.j.facts {
		if seen[f.ID] {
			t.Errorf("%s is there twice", f.ID)
		}
		seen[f.ID] = true
	}
	noFaults(t, again.Store)
}

// Deadlines are told of once each, by whoever looks first, and after an hour's outage too.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	url := newDatabase(t, template)
	var now atomic.Int64
	now.Store(storyStart.Add(time.Hour).UnixMilli())
	var stores [2]*Store
	for i := range stores {
		s, err := Open(t.Context(), Config{URL: url, Now: func() time.Time { return time.UnixMilli(now.Load()) }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		stores[i] = s
	}
	if err := stores[0].Replay(t.Context(), "story", theFacts(t)...); err != nil {
		t.Fatal(err)
	}
	look := func() (told int) {
		var sum atomic.Int64
		g, ctx := errgroup.WithContext(t.Context())
		for _, s := range stores {
			g.Go(func() error { n, err := s.Lapse(ctx); sum.Add(int64(n)); return err })
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		return int(sum.Load())
	}
	open, err := stores[0].Tickets(t.Context(), TicketFilter{State: "open"})
	if err != nil || len(open) == 0 {
		t.Fatalf("%d open tickets, %v", len(open), err)
	}
	for _, step := range []struct {
		what string
		at   time.Time
		told int
	}{
		{"each gets its deadline", storyStart.Add(time.Hour), len(open)},
		{"nothing to tell", storyStart.Add(2 * time.Hour), 0},
		{"each is warned of", storyStart.Add(20 * time.Hour), len(open)},
		{"once", storyStart.Add(21 * time.Hour), 0},
		{"each is over", storyStart.Add(40 * time.Hour), len(open)},
		{"once", storyStart.Add(400 * time.Hour), 0},
	} {
		now.Store(step.at.UnixMilli())
		told := 0
		for n := -1; n != 0; told += n {
			n = look()
		}
		if told != step.told {
			t.Errorf("%s: %d told of, want %d", step.what, told, step.told)
		}
	}
	overdue, err := stores[0].Tickets(t.Context(), TicketFilter{Overdue: true})
	if err != nil || len(overdue) != len(open) {
		t.Errorf("%d overdue, want %d, %v", len(overdue), len(open), err)
	}
}

// Two people who act at once: both acts are kept, one after the other, and what cannot be
// done any more is refused.
func TestActsAtOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.Replay(t.Context(), "story", theFacts(t)...); err != nil {
		t.Fatal(err)
	}
	tickets, err := s.Tickets(t.Context(), TicketFilter{State: "open"})
	if err != nil || len(tickets) == 0 {
		t.Fatal(err)
	}
	id := tickets[0].ID
	const people = 20
	var refused atomic.Int64
	g, ctx := errgroup.WithContext(t.Context())
	for i := range people {
		g.Go(func() error {
			_, err := s.Act(ctx, id, fmt.Sprint(1001+i), &ticket.ForwardedTo{Department: "gas", Reason: "theirs"}, Anybody)
			if no := (*ticket.RefusedError)(nil); errors.As(err, &no) {
				refused.Add(1)
				_, err = s.Act(ctx, id, fmt.Sprint(1001+i), &ticket.Noted{Text: "too late"}, Anybody)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	history, err := s.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if refused.Load() != people-1 || len(history) != people+1 {
		t.Errorf("%d refused, %d acts", refused.Load(), len(history))
	}
	for i, a := range history {
		if a.N != i+1 || !json.Valid(a.Said) {
			t.Errorf("act %d is %+v", i, a)
		}
	}
}

// A ticket that may not be seen is not there, nor is one that is not.
func TestMay(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.Replay(t.Context(), "story", theFacts(t)...); err != nil {
		t.Fatal(err)
	}
	tickets, err := s.Tickets(t.Context(), TicketFilter{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	nobody := func(ticket.Ticket) error { return ErrNoTicket }
	for id, may := range map[uuid.UUID]May{uuid.New(): Anybody, tickets[0].ID: nobody} {
		if _, err := s.Act(context.Background(), id, "1001", &ticket.Noted{Text: "x"}, may); !errors.Is(err, ErrNoTicket) {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// A ticket takes no other company's calls, nor any that there is not, and is shown at its own
// company's only.
func TestJoinedCalls(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var facts []cti.Fact
	for call, company := range map[cti.CallID]cti.CompanyID{"c1": "demo", "c2": "demo", "other": "demo2"} {
		for _, f := range firstStory(t) {
			f.ID, f.Engine, f.Company = fmt.Sprintf("%s-%d", call, f.Seq), string(call), company
			if f.Call != "" {
				f.Call = call
			}
			facts = append(facts, f)
		}
	}
	if err := s.Replay(t.Context(), "journal", facts...); err != nil {
		t.Fatal(err)
	}
	list, err := s.Tickets(t.Context(), TicketFilter{Call: "c1"})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d tickets, %v", len(list), err)
	}
	id := list[0].ID
	for _, call := range []string{"other", "nobody"} {
		if _, err := s.Act(t.Context(), id, "1001", &ticket.Joined{Call: call}, Anybody); !errors.Is(err, ErrNoCall) {
			t.Errorf("%s joined: %v", call, err)
		}
	}
	if k, err := s.Act(t.Context(), id, "1001", &ticket.Joined{Call: "c2"}, Anybody); err != nil || !slices.Equal(k.Calls, []string{"c1", "c2"}) {
		t.Errorf("%+v, %v", k, err)
	}
	// As one may stand there from before.
	if _, err := s.pool.Exec(t.Context(), "UPDATE ticket SET calls = calls || 'other'::text WHERE id = $1", id); err != nil {
		t.Fatal(err)
	}
	for call, want := range map[string]bool{"c1": true, "c2": true, "other": false} {
		r, err := s.Record(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		if shown := slices.ContainsFunc(r.Tickets, func(k Ticket) bool { return k.ID == id }); shown != want {
			t.Errorf("%s has %+v", call, r.Tickets)
		}
	}
}
