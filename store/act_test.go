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
	"sansheng/cti/callback"
	"sansheng/cti/hours"
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

// A database that was brought back from a backup lacks what was done since: until that is read
// neither people nor the clock act on it, who would take its place.
func TestBroughtBack(t *testing.T) {
	t.Parallel()
	d, _ := readDay(t)
	lapse := func() {
		t.Helper()
		if n, err := d.Lapse(t.Context()); err != nil || n == 0 {
			t.Fatalf("told of %d tickets, %v", n, err)
		}
		d.read(t)
	}
	lapse() // each has its deadline, which is over
	backup := len(d.src.Messages)
	open, err := d.Tickets(t.Context(), TicketFilter{State: string(ticket.Open)})
	if err != nil || len(open) == 0 {
		t.Fatalf("%d open tickets, %v", len(open), err)
	}
	for _, k := range open {
		for _, a := range []ticket.Act{&ticket.Described{Matter: ticket.Matter{Summary: "bill"}}, &ticket.ClosedWith{Result: "told him"}} {
			if _, err := d.Act(t.Context(), k.ID, "1001", a, Anybody); err != nil {
				t.Fatal(err)
			}
		}
	}
	d.read(t)
	again := &recorded{Store: newStore(t), src: FactSource{Journal: "day", Messages: d.src.Messages[:backup]}}
	again.j.facts = d.j.facts
	if err := again.Projector(&again.src, quick).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	look := func() {
		t.Helper()
		if _, err := again.lookAtDeadlines(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	look() // the journal was not asked yet
	if n, err := again.Outbox(&again.j).Publish(t.Context()); n != 0 || err != nil {
		t.Fatalf("%d published, %v", n, err)
	}
	look()
	if _, err := again.Act(t.Context(), open[0].ID, "1001", &ticket.Noted{Text: "early"}, Anybody); !errors.Is(err, errUnread) {
		t.Errorf("somebody acts: %v", err)
	}
	refused := new(*callback.RefusedError)
	if _, err := again.FollowUp(t.Context(), uuid.New(), "1001", callback.Tick{}, nil); !errors.As(err, refused) {
		t.Errorf("somebody calls back: %v", err)
	}
	again.src.Messages = d.src.Messages
	again.read(t)
	noFaults(t, again.Store)
	same(t, dump(t, again.Store), dump(t, d.Store))
	for _, k := range open {
		if _, err := again.Act(t.Context(), k.ID, "1001", &ticket.Reopened{Reason: "calls again"}, Anybody); err != nil {
			t.Errorf("once all is read: %v", err)
		}
	}
}

// Acts that have left the journal by age before they were read hold nobody up once it is read to
// its end, and their numbers are not given again.
func TestActsGone(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	j := &fakeJournal{facts: make([]TicketFact, 5)}
	facts := theFacts(t)
	if err := s.Replay(t.Context(), "old", facts...); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Outbox(j).Publish(t.Context()); n != 0 || err != nil || reading(s.acts.Load()) != actsUnread {
		t.Fatalf("%d published, %v", n, err)
	}
	last := message(t, facts[0])
	last.Position, last.StoredAt = 1, time.Now()
	if err := s.Projector(&FactSource{Journal: "now", Messages: []Message{last}}, quick).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows := acts(t, s)
	if n, err := s.Outbox(j).Publish(t.Context()); n != len(rows) || n == 0 || err != nil {
		t.Errorf("%d of %d published, %v", n, len(rows), err)
	}
	if reading(s.acts.Load()) != actsRead || j.len() != 5+len(rows) {
		t.Errorf("%d acts in the journal, want %d more than 5", j.len(), len(rows))
	}
}

// A database that is filled anew gives no number that the journal has.
func TestRefill(t *testing.T) {
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
	again.src.Messages = d.src.Messages
	again.read(t)
	if _, err := again.Act(t.Context(), tickets[0].ID, "1001", &ticket.Noted{Text: "rang again"}, Anybody); err != nil {
		t.Fatal(err)
	}
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

// Who hangs up on an emergency line before anybody has answered is to be called back at once, and
// not within a working day.
func TestAbandonedEmergency(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	facts := story{facts: `0     call.arrived   c1  -     {"did":"800119","caller":{"number":"13800138000"},"channel":"ch-1","direction":"inbound","mode":"direct","emergency":true,"language":"zh","ring_period_ms":5000,"recording":"c1"}
10    call.queued    c1  -     {"queue":"emergency","priority":1,"ahead":0}
9000  call.hung_up   c1  -     {"by":"caller"}
9010  call.ended     c1  -     {"by":"caller","disposition":"NO ANSWER","cause":16,"abandoned":true}
`}
	if err := c.Replay(t.Context(), "gone", retold(t, facts, "gone")...); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Lapse(t.Context()); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[uuid.UUID]time.Duration{
		ticketID("gone-c1", ticket.Callback): 3 * time.Minute,
		c.anOpen().ID:                        24 * time.Hour,
	} {
		list, err := c.Tickets(t.Context(), TicketFilter{ID: id.String()})
		if err != nil || len(list) != 1 || list[0].DueAt == nil {
			t.Fatalf("%+v, %v", list, err)
		}
		if k := list[0]; k.DueAt.Sub(k.OpenedAt) != want || k.Important != (want < time.Hour) {
			t.Errorf("%s of call %s is due after %s, important %t, want %s", k.Kind, k.Call, k.DueAt.Sub(k.OpenedAt), k.Important, want)
		}
	}
}

// anOpen is one of the stories' tickets that their calls have opened, and nobody has done anything to.
func (c *clocked) anOpen() Ticket {
	c.t.Helper()
	list, err := c.Tickets(c.t.Context(), TicketFilter{Kind: string(ticket.Callback), State: string(ticket.Open)})
	if err != nil {
		c.t.Fatal(err)
	}
	for _, k := range list {
		if strings.HasPrefix(k.Call, "e") {
			return k
		}
	}
	c.t.Fatal("no ticket is open")
	return Ticket{}
}

// What a department has done waits for whoever tells the caller: its deadline is told of, too, as
// an emergency is to be closed by the morning (requirement E3).
func TestDeadlineOfDone(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	k, err := c.OpenTicket(t.Context(), "1001", ticket.Opened{
		Company: "demo", Kind: ticket.Emergency, Owner: "1001", Call: c.theCall(), Matter: ticket.Matter{Summary: "smell of gas", Place: "Nanjing Rd 1", Phone: "13800138000"},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.do(k.ID, &ticket.ForwardedTo{Department: "gas", Reason: "theirs"})
	c.do(k.ID, &ticket.Finished{Result: "valve shut"})
	overdue := func() bool {
		t.Helper()
		list, err := c.Tickets(t.Context(), TicketFilter{Overdue: true})
		b, berr := c.Backlog(t.Context())
		if err := errors.Join(err, berr); err != nil {
			t.Fatal(err)
		}
		if b.Overdue != len(list) {
			t.Errorf("%d overdue, %d listed", b.Overdue, len(list))
		}
		return slices.ContainsFunc(list, func(o Ticket) bool { return o.ID == k.ID })
	}
	c.at(24 * time.Hour) // eight in the morning
	lapse(t, c)
	if overdue() {
		t.Error("it is overdue before nine")
	}
	c.at(26 * time.Hour)
	lapse(t, c)
	if !overdue() {
		t.Error("it is not overdue after nine")
	}
	c.do(k.ID, &ticket.ClosedWith{})
	if overdue() {
		t.Error("it is overdue once it is closed")
	}
}

// A company that has no calendar has a zone: nine in the morning is there.
func TestMorningOfZone(t *testing.T) {
	t.Parallel()
	shanghai, err := hours.Calendar{
		ID: "always", Zone: "Asia/Shanghai", Week: []hours.Shift{{Days: []hours.Weekday{0, 1, 2, 3, 4, 5, 6}, To: 24 * 60}},
	}.Schedule(nil)
	if err != nil {
		t.Fatal(err)
	}
	office := everyHour()
	office.Hours = shanghai
	s, err := Open(t.Context(), Config{
		URL: newDatabase(t, template), Office: func(string) *callback.Office { return office }, Now: func() time.Time { return storyStart },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Replay(t.Context(), "story", theFacts(t)...); err != nil {
		t.Fatal(err)
	}
	list, err := s.Tickets(t.Context(), TicketFilter{})
	if err != nil || len(list) == 0 {
		t.Fatalf("%d tickets, %v", len(list), err)
	}
	k, err := s.OpenTicket(t.Context(), "1001", ticket.Opened{
		Company: list[0].Company, Kind: ticket.Emergency, Call: list[0].Call, Matter: ticket.Matter{Summary: "smell of gas"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 3, 3, 9, 0, 0, 0, shanghai.Zone()); k.DueAt == nil || !k.DueAt.Equal(want) { // it is four in the afternoon there
		t.Errorf("due at %s, want %s", k.DueAt, want)
	}
}
