package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"sansheng/cti"
	"sansheng/cti/callback"
	"sansheng/cti/sheet"
	"sansheng/pbx"
	"sansheng/store/ticket"
)

// clocked is a store whose people live at the time of the stories.
type clocked struct {
	*Store
	t   *testing.T
	now atomic.Int64
	seq uint64
}

func newClocked(t *testing.T) *clocked {
	t.Helper()
	c := &clocked{t: t}
	s, err := Open(t.Context(), Config{URL: newDatabase(t, template), Now: func() time.Time { return time.UnixMilli(c.now.Load()) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c.Store = s
	c.at(2 * time.Hour)
	if err := s.Replay(t.Context(), "story", theFacts(t)...); err != nil {
		t.Fatal(err)
	}
	return c
}

// at sets the clock to a time after the stories' beginning, which is 8 o'clock.
func (c *clocked) at(d time.Duration) { c.now.Store(storyStart.Add(d).UnixMilli()) }

func (c *clocked) do(id uuid.UUID, a ticket.Act) Ticket {
	c.t.Helper()
	k, err := c.Act(c.t.Context(), id, "1001", a, Anybody)
	if err != nil {
		c.t.Fatalf("%s: %v", a.Verb(), err)
	}
	return k
}

// complained opens a complaint from a call, and closes it.
func (c *clocked) complained(call, phone, place string, k ticket.Kind) Ticket {
	c.t.Helper()
	o, err := c.OpenTicket(c.t.Context(), "1001", ticket.Opened{
		Company: "demo", Kind: k, Owner: "1001", Call: call, Matter: ticket.Matter{Summary: "again", Phone: phone, Place: place},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return c.do(o.ID, &ticket.ClosedWith{Result: "said sorry"})
}

// owed are the callbacks that are still to be made.
func (c *clocked) owed(want int) []callback.Callback {
	c.t.Helper()
	list, err := c.FollowUps(c.t.Context(), FollowUpFilter{Owed: true})
	if err != nil || len(list) != want {
		c.t.Fatalf("%d callers are to be called, want %d, %v", len(list), want, err)
	}
	return list
}

// dialled are the facts of a call that is made for a callback now, and of what comes of it.
func (c *clocked) dialled(id, number string, result cti.DialResult) (string, []cti.Fact) {
	now := c.Store.now().UTC()
	call := cti.CallID(fmt.Sprintf("out-%d", c.seq))
	fact := func(k cti.Kind, at time.Time, d cti.Data) cti.Fact {
		c.seq++
		return cti.Fact{
			Version: 1, ID: fmt.Sprintf("out-%d", c.seq), Seq: c.seq, Engine: "out", At: at, Kind: k, Company: "demo", Call: call, Agent: "1001", Data: d,
		}
	}
	return string(call), []cti.Fact{
		fact(cti.CallArrived, now, &cti.Arrived{
			DID: "800100", Caller: pbx.Party{Number: number}, Direction: cti.Outbound, By: "1001", For: FollowUpPrefix + id,
		}),
		fact(cti.CallDialled, now, &cti.DialledData{Channel: "x"}),
		fact(cti.CallEnded, now.Add(30*time.Second), &cti.Ended{By: cti.RoleAgent, Disposition: cti.DispositionNoAnswer, Dial: result}),
	}
}

// called is a call that was made for a callback, with what came of it.
func (c *clocked) called(id string, result cti.DialResult) string {
	c.t.Helper()
	call, facts := c.dialled(id, "13800138000", result)
	if err := c.Replay(c.t.Context(), "out-"+call, facts...); err != nil {
		c.t.Fatal(err)
	}
	c.now.Add(time.Minute.Milliseconds())
	if err := c.Tick(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
	return call
}

func (c *clocked) command(id string, cmd callback.Command) callback.Callback {
	c.t.Helper()
	f, err := c.FollowUp(c.t.Context(), uuid.MustParse(id), "1001", cmd, func(callback.Callback) error { return nil })
	if err != nil {
		c.t.Fatalf("%T: %v", cmd, err)
	}
	return f
}

// theCall is a call of the stories that ended.
func (c *clocked) theCall() string {
	c.t.Helper()
	calls, err := c.Calls(c.t.Context(), Filter{})
	if err != nil {
		c.t.Fatal(err)
	}
	for _, r := range calls {
		if r.EndedAt != nil {
			return r.ID
		}
	}
	c.t.Fatal("no call has ended")
	return ""
}

// TestFollowUpsMeet: who is owed another call while he is called is called once for both, where he
// was not reached.
func TestFollowUpsMeet(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	call := c.theCall()
	c.complained(call, "13800138000", "Lane 5", ticket.Complaint)
	first := c.owed(1)[0]
	made := c.called(first.ID, cti.DialNoAnswer)
	c.complained(call, "13800138000", "Lane 5", ticket.Complaint)
	second := c.owed(2)
	c.command(first.ID, callback.Miss{Call: made, Reason: callback.NoAnswer, By: "1001"})
	if f := c.owed(1)[0]; f.ID != first.ID || len(f.Tickets) != 2 || f.State != callback.Waiting {
		t.Errorf("he is owed %+v", f)
	}
	for _, f := range second {
		if f.ID != first.ID {
			if after := c.followUp(f.ID); after.State != callback.Merged || after.Into != first.ID {
				t.Errorf("the other is %+v", after)
			}
		}
	}
}

// Complaints of one household are called back in one call; who is missed on two days was not
// reached (requirements F1, F4, F5).
// TestFollowUpTraceable: an emergency of which the sheet says that its reporter cannot be called
// back is closed without a callback.
func TestFollowUpTraceable(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	for _, traceable := range []bool{false, true} {
		o, err := c.OpenTicket(t.Context(), "1001", ticket.Opened{
			Company: "demo", Kind: ticket.Emergency, Owner: "1001", Call: c.theCall(), Matter: ticket.Matter{Summary: "gas", Phone: "13800138000", Place: "Nanjing Rd 1"},
		})
		if err != nil {
			t.Fatal(err)
		}
		id := o.ID
		c.do(id, &ticket.Filled{Kind: ticket.Emergency, Final: true, Said: sheet.Values{
			sheet.Place: "Nanjing Rd 1", sheet.Telephone: "13800138000", sheet.Happened: "gas", "done": "went there", "result": "tight", sheet.Traceable: traceable,
		}})
		c.do(id, &ticket.ClosedWith{Result: "closed the valve"})
		want := 0
		if traceable {
			want = 1
		}
		c.owed(want)
	}
}

func TestFollowUp(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	call := c.theCall()
	c.complained(call, "138 0013 8000", "Nanjing Rd 1", ticket.Complaint)
	c.complained(call, "+8613800138000", "", ticket.Complaint)
	f := c.owed(1)[0]
	if len(f.Tickets) != 2 || f.State != callback.Waiting || f.Due.Before(storyStart.AddDate(0, 0, 5)) || f.Due.After(storyStart.AddDate(0, 0, 6)) {
		t.Fatalf("%+v", f)
	}
	c.complained(call, "13900000000", "Nanjing Rd 2", ticket.Complaint)
	c.owed(2)
	if n, err := c.Deal(t.Context(), "demo", []string{"1001", "1002"}, "2001"); err != nil || n == 0 {
		t.Fatalf("%d dealt, %v", n, err)
	}
	first := c.called(f.ID, cti.DialBusy)
	if f = c.followUp(f.ID); f.State != callback.Confirming || len(f.Attempts) != 1 || f.Attempts[0].Line != callback.LineBusy || f.Attempts[0].Call != first {
		t.Fatalf("%+v", f)
	}
	f = c.command(f.ID, callback.Miss{Call: first, Reason: callback.Busy, By: "1001"})
	c.at(3 * time.Hour)
	second := c.called(f.ID, cti.DialNoAnswer)
	if f = c.command(f.ID, callback.Miss{Call: second, Reason: callback.NoAnswer, By: "1001"}); f.State != callback.Waiting {
		t.Fatalf("missed twice on a day: %+v", f)
	}
	c.at(26 * time.Hour)
	third := c.called(f.ID, cti.DialNoAnswer)
	if f = c.command(f.ID, callback.Miss{Call: third, Reason: callback.NoAnswer, By: "1001"}); f.State != callback.Failed {
		t.Fatalf("missed on two days: %+v", f)
	}
	week := FollowUpFilter{State: "failed", Since: storyStart, Until: storyStart.AddDate(0, 0, 7)}
	if list, err := c.FollowUps(t.Context(), week); err != nil || len(list) != 1 {
		t.Errorf("%d failed in the week, %v", len(list), err)
	}
	week.Until = storyStart
	if list, err := c.FollowUps(t.Context(), week); err != nil || len(list) != 0 {
		t.Errorf("%d failed before it, %v", len(list), err)
	}
	m, err := c.FollowUpMonth(t.Context(), "demo", "complaint", storyStart, []string{"1001", "1002"})
	if err != nil || m.Closed != 3 || m.Owed != 3 || m.Failed != 2 || m.Waiting != 1 || m.Quota < 1 || len(m.Shares) != 2 {
		t.Errorf("%+v, %v", m, err)
	}
}

// followUp is one of them as it is now.
func (c *clocked) followUp(id string) callback.Callback {
	c.t.Helper()
	list, err := c.FollowUps(c.t.Context(), FollowUpFilter{ID: id})
	if err != nil || len(list) != 1 {
		c.t.Fatalf("%d callbacks, %v", len(list), err)
	}
	return list[0]
}

// An emergency that was not solved is one again at once, with its old ticket; who is
// dissatisfied is told of (requirements F6, F7).
func TestFollowUpUnsolved(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	k := c.complained(c.theCall(), "13800138000", "Nanjing Rd 1", ticket.Emergency)
	f := c.owed(1)[0]
	call := c.called(f.ID, cti.DialReached)
	no, score := false, 1
	answers := []callback.Answered{
		{Question: "solved", Ticket: k.ID.String(), Yes: &no}, {Question: "satisfied", Ticket: k.ID.String(), Number: &score}, {Question: "attitude", Number: &score},
	}
	f = c.command(f.ID, callback.Answer{Call: call, By: "1001", Answers: answers})
	if f.State != callback.Done || len(f.Outcome.Dissatisfied) != 1 {
		t.Fatalf("%+v", f)
	}
	list, err := c.Tickets(t.Context(), TicketFilter{ID: k.ID.String()})
	if err != nil || len(list) != 1 || list[0].State != ticket.Open || list[0].Kind != ticket.Emergency || list[0].DueAt == nil {
		t.Errorf("%+v, %v", list, err)
	}
	dissatisfied, err := c.FollowUps(t.Context(), FollowUpFilter{Dissatisfied: true})
	if err != nil || len(dissatisfied) != 1 {
		t.Errorf("%d dissatisfied, %v", len(dissatisfied), err)
	}
	if b, err := c.Backlog(t.Context()); err != nil || len(b.Dissatisfied) != 1 || b.Dissatisfied[0].String() != f.ID {
		t.Errorf("leaders are told of %v, %v", b.Dissatisfied, err)
	}
	said := time.UnixMilli(c.now.Load()).Sub(storyStart)
	c.at(said + dissatisfiedFor + time.Hour)
	if b, err := c.Backlog(t.Context()); err != nil || len(b.Dissatisfied) != 0 {
		t.Errorf("a day later of %v, %v", b.Dissatisfied, err)
	}
	c.at(said + time.Hour)
	if _, err := c.Act(t.Context(), k.ID, "2001", &ticket.Noted{Text: "I call him myself"}, Anybody); err != nil {
		t.Fatal(err)
	}
	if b, err := c.Backlog(t.Context()); err != nil || len(b.Dissatisfied) != 0 {
		t.Errorf("when it was taken up of %v, %v", b.Dissatisfied, err)
	}
	kinds := ""
	for _, a := range acts(t, c.Store) {
		kinds += a.Fact + " "
	}
	for _, want := range []string{"follow_up_planned", "follow_up_done", "follow_up_emergency_again", "follow_up_dissatisfied", "reopened"} {
		if !strings.Contains(kinds, want) {
			t.Errorf("%s is not told: %s", want, kinds)
		}
	}
	if _, err := c.FollowUp(t.Context(), uuid.New(), "1001", callback.Tick{}, nil); !errors.Is(err, ErrNoFollowUp) {
		t.Errorf("one there is not: %v", err)
	}
}

// An emergency of the night is to be closed by the morning, and its reporter called back by the
// afternoon. He says that it is not solved: it is an emergency again at once, with its old ticket,
// and its own deadline, and when it is closed he is called again (requirements E3, F1, F6).
func TestNightEmergency(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	c.at(18 * time.Hour) // two in the night
	opened, err := c.OpenTicket(t.Context(), "1001", ticket.Opened{
		Company: "demo", Kind: ticket.Emergency, Owner: "1001", Call: c.theCall(), Matter: ticket.Matter{Summary: "smell of gas", Place: "Nanjing Rd 1", Phone: "13800138000"},
	})
	if err != nil {
		t.Fatal(err)
	}
	due := func(k Ticket, hours int) {
		t.Helper()
		if k.DueAt == nil || !k.DueAt.Equal(storyStart.Add(time.Duration(hours)*time.Hour)) {
			t.Errorf("due at %s, want %d hours after the first morning", k.DueAt, hours)
		}
	}
	due(opened, 25)                     // nine in the morning
	c.at(24*time.Hour + 30*time.Minute) // half an hour before it
	c.do(opened.ID, &ticket.ClosedWith{Result: "valve shut"})
	f := c.owed(1)[0]
	if want := storyStart.Add(34 * time.Hour); !f.Due.Equal(want) { // six in the afternoon
		t.Errorf("to be called by %s, want %s", f.Due, want)
	}
	c.at(30 * time.Hour)
	call := c.called(f.ID, cti.DialReached)
	no, score := false, 5
	f = c.command(f.ID, callback.Answer{Call: call, By: "1001", Answers: []callback.Answered{
		{Question: "solved", Ticket: opened.ID.String(), Yes: &no}, {Question: "satisfied", Ticket: opened.ID.String(), Number: &score}, {Question: "attitude", Number: &score},
	}})
	if f.State != callback.Done || f.Overdue {
		t.Errorf("%+v", f)
	}
	list, err := c.Tickets(t.Context(), TicketFilter{ID: opened.ID.String()})
	if err != nil || len(list) != 1 || list[0].State != ticket.Open || list[0].Kind != ticket.Emergency {
		t.Fatalf("%+v, %v", list, err)
	}
	due(list[0], 49) // the next morning
	if told := acts(t, c.Store); !slices.ContainsFunc(told, func(a TicketFact) bool { return a.Fact == "follow_up_emergency_again" && a.Ticket == opened.ID }) {
		t.Errorf("that it is an emergency again is not told: %+v", told)
	}
	c.do(opened.ID, &ticket.ClosedWith{Result: "pipe changed"})
	if again := c.owed(1)[0]; again.ID == f.ID || again.Tickets[0].Ticket != opened.ID.String() {
		t.Errorf("%+v", again)
	}
}

// A number that was dialled before somebody acted is told of behind that, with its own time:
// whoever reads the journal into an empty database meets the acts in their order.
func TestReplayLateDial(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	d := &recorded{Store: c.Store, src: FactSource{Journal: "day"}}
	day := func(facts []cti.Fact) {
		t.Helper()
		src, err := Facts("day", facts...)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range src.Messages {
			d.add(m)
		}
	}
	day(theFacts(t))
	d.read(t)
	c.complained(c.theCall(), "13800138000", "Nanjing Rd 1", ticket.Complaint)
	f := c.owed(1)[0]
	c.at(2*time.Hour + 10*time.Minute)
	call, dial := c.dialled(f.ID, "13800138000", cti.DialBusy)
	c.at(2*time.Hour + 30*time.Minute)
	c.command(f.ID, callback.Assign{Agent: "1002", By: "2001"})
	day(dial)
	if err := d.Projector(&d.src, quick).Run(t.Context()); err != nil { // not told of yet
		t.Fatal(err)
	}
	if err := d.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f = c.followUp(f.ID); len(f.Attempts) != 1 || f.Attempts[0].Call != call || !f.Attempts[0].At.Equal(storyStart.Add(2*time.Hour+10*time.Minute)) {
		t.Fatalf("%+v", f)
	}
	d.read(t)
	noFaults(t, d.Store)
	again := &recorded{Store: newStore(t), src: d.src}
	again.j.facts = d.j.facts
	again.read(t)
	noFaults(t, again.Store)
	same(t, dump(t, again.Store), dump(t, d.Store))
}

// What came of a month's tickets stays as it was counted, though one of them is closed again in
// the next.
func TestFollowUpMonthStays(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	on := func(m time.Month, day int) time.Time {
		at := time.Date(2026, m, day, 10, 0, 0, 0, time.UTC)
		c.now.Store(at.UnixMilli())
		return at
	}
	on(time.November, 3)
	k := c.complained(c.theCall(), "13800138000", "Nanjing Rd 1", ticket.Complaint)
	f := c.owed(1)[0]
	november := on(time.November, 4)
	call := c.called(f.ID, cti.DialReached)
	no, score := false, 5
	f = c.command(f.ID, callback.Answer{Call: call, By: "1001", Answers: []callback.Answered{
		{Question: "solved", Ticket: k.ID.String(), Yes: &no}, {Question: "satisfied", Ticket: k.ID.String(), Number: &score}, {Question: "attitude", Number: &score},
	}})
	if f.State != callback.Done {
		t.Fatalf("%+v", f)
	}
	month := func(of time.Time) callback.Month {
		t.Helper()
		m, err := c.FollowUpMonth(t.Context(), "demo", "complaint", of, nil)
		if err != nil {
			t.Fatal(err)
		}
		return m.Month
	}
	before := month(november)
	if want := (callback.Month{Closed: 1, Owed: 1, Done: 1, Kept: 1}); before != want {
		t.Fatalf("%+v, want %+v", before, want)
	}
	december := on(time.December, 2)
	c.do(k.ID, &ticket.ClosedWith{Result: "now it is"})
	c.owed(1)
	if after := month(november); after != before {
		t.Errorf("November is %+v, it was %+v", after, before)
	}
	if m := month(december); m.Closed != 1 || m.Owed != 1 || m.Done != 0 || m.Waiting != 1 {
		t.Errorf("December: %+v", m)
	}
}

// However many callers are called at once, each call is told of.
func TestTickPages(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	call := c.theCall()
	const many = lapsePage + 1
	for i := range many {
		c.complained(call, fmt.Sprintf("1380013%04d", i), fmt.Sprintf("Nanjing Rd %d", i), ticket.Complaint)
	}
	var facts []cti.Fact
	for _, f := range c.owed(many) {
		_, dial := c.dialled(f.ID, f.Numbers[0], cti.DialBusy)
		facts = append(facts, dial...)
	}
	if err := c.Replay(t.Context(), "out", facts...); err != nil {
		t.Fatal(err)
	}
	c.now.Add(time.Minute.Milliseconds())
	for range 2 { // those that were told of are there the second time, too
		if err := c.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for i, f := range c.owed(many) {
		if f.State != callback.Confirming {
			t.Errorf("%d of them, due %s: %s", i, f.Due, f.State)
		}
	}
}

// A list that is cut off leaves out those who have time, and not those for whom it is over.
func TestFollowUpsCutOff(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	call := c.theCall()
	for day := range 3 {
		c.at(time.Duration(2+24*day) * time.Hour)
		c.complained(call, fmt.Sprintf("1380013000%d", day), fmt.Sprintf("Nanjing Rd %d", day), ticket.Complaint)
	}
	all := c.owed(3)
	for i, f := range all {
		if want := fmt.Sprintf("1380013000%d", i); f.Numbers[0] != want {
			t.Errorf("%d is %s, want %s", i, f.Numbers[0], want)
		}
	}
	list, err := c.FollowUps(t.Context(), FollowUpFilter{Company: "demo", State: "waiting", Owed: true, Limit: 2})
	if err != nil || len(list) != 2 || list[0].ID != all[0].ID || list[1].ID != all[1].ID {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err = c.FollowUps(t.Context(), FollowUpFilter{Company: "demo", Limit: 2}); err != nil || len(list) != 2 || list[1].ID != all[2].ID {
		t.Errorf("of all: %+v, %v", list, err)
	}
}

// A store that was away for longer than a call lasts learns of the attempt all the same: the agent
// can say what came of it.
func TestFollowUpDialledLongAgo(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	c.complained(c.theCall(), "13800138000", "Nanjing Rd 1", ticket.Complaint)
	f := c.owed(1)[0]
	call, facts := c.dialled(f.ID, "13800138000", cti.DialReached)
	c.now.Add((5 * time.Hour).Milliseconds())
	if err := c.Replay(t.Context(), "out", facts...); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if f = c.followUp(f.ID); f.State != callback.Confirming || len(f.Attempts) != 1 || f.Attempts[0].Call != call {
		t.Errorf("%+v", f)
	}
}

// What people write where a number belongs may be none: then the caller's own is called, if he has
// one. Who reports an emergency and hides his number cannot be traced (requirement F1).
func TestFollowUpNumber(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"138 0013 8000": "13800138000", "+86 138-0013-8000": "+8613800138000", "13800138000 / 13900139000": "", "at work": "", "9": "", "1+2": "",
	} {
		if got := dialled(written); got != want {
			t.Errorf("%q is dialled as %q, want %q", written, got, want)
		}
	}
	c := newClocked(t)
	call := c.theCall()
	c.complained(call, "13800138000 / 13900139000", "Nanjing Rd 1", ticket.Complaint)
	own, err := c.Record(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	if f := c.owed(1)[0]; len(f.Numbers) != 1 || f.Numbers[0] != own.Caller {
		t.Errorf("%q are called, want %q", f.Numbers, own.Caller)
	}
	tamper(t, c.Store, "UPDATE call SET caller_number = 'anonymous'")
	c.complained(call, "by the gate", "Nanjing Rd 2", ticket.Emergency)
	c.owed(1)
}
