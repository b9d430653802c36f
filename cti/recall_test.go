package cti

import (
	"fmt"
	"testing"
	"time"

	"sansheng/cti/flow"
	"sansheng/pbx"
)

func whoNode() []flow.Node {
	return []flow.Node{
		{ID: "who", Kind: flow.Caller, Exits: exits("vip", "vips", "ticket", "owed", "repeat", "again", "other", "first")},
		{ID: "vips", Kind: flow.Queue, To: "repair"},
		{ID: "owed", Kind: flow.Queue, To: "repair"},
		{ID: "again", Kind: flow.Queue, To: "service"},
		{ID: "first", Kind: flow.Queue, To: "service"},
	}
}

// tickets is what the store says of the tickets of who came last.
func (r *ride) tickets(result string, data ...SheetField) {
	r.t.Helper()
	if len(r.asks) == 0 || r.asks[len(r.asks)-1].Lookup.URL != TicketsURL {
		r.t.Fatalf("nobody asks for his tickets: %+v", r.asks)
	}
	r.answer(r.asks[len(r.asks)-1], result, data...)
}

// comesAgain ends his call, and comes again after a while.
func (r *ride) comesAgain(after time.Duration, id, number string) {
	r.handle(r.at.Add(time.Second), pbx.HangupRequested{At: pbx.At(r.at.Add(time.Second)), Channel: "c1"})
	for _, ch := range []pbx.ChannelID{"c1", "c1-agent1"} {
		r.handle(r.at, pbx.ChannelGone{At: pbx.At(r.at), Channel: ch, Cause: pbx.CauseNormal})
	}
	r.seen = nil
	r.feed(fmt.Sprintf("%s arrives %s 800200 %s", r.at.Sub(epoch)+after, id, number))
}

func TestFlowKnowsWhoCallsAgain(t *testing.T) {
	for _, c := range []struct {
		after  time.Duration
		number string
		way    string
	}{
		{time.Minute, "13800138000", "[who again]"},
		{23*time.Hour + 59*time.Minute, "13800138000", "[who again]"},
		{24 * time.Hour, "13800138000", "[who first]"},
		{time.Minute, "13800138001", "[who first]"},
	} {
		r := rideOn(t, "13800138000", whoNode()...)
		r.tickets(TicketNone)
		r.wants("[who first]", CallQueued)
		r.comesAgain(c.after, "c2", c.number)
		r.tickets(TicketNone)
		r.wants(c.way, CallQueued)
	}
	r := rideOn(t, "13900000009", whoNode()...)
	r.comesAgain(time.Minute, "c2", "13900000009")
	r.wants("[who vips]", CallQueued) // first, whatever else he is
	if len(r.asks) > 0 {
		t.Errorf("for a VIP %+v is asked", r.asks)
	}

	r = rideOn(t, "13800138000", menuNode("9", "bye"), flow.Node{ID: "bye", Kind: flow.HangUp, Say: []string{"goodbye"}})
	r.press("9")
	r.over(false) // he has had his answer
	r.comesAgain(time.Minute, "c2", "13800138000")
	if r.h.is(r.at, r.h.calls["c2"], flow.Repeat) {
		t.Error("whom the flow has hung up has called before")
	}
}

// Who has a ticket that is not closed is known by the store, in time or not at all; what it
// says is kept, and nobody is asked twice.
func TestFlowAsksForTickets(t *testing.T) {
	for name, c := range map[string]struct {
		says func(*ride)
		way  string
		kept flow.Exit
	}{
		"he has one":                   {func(r *ride) { r.tickets(TicketOpen, SheetField{"ticket", "t1"}) }, "[who owed]", TicketOpen},
		"he has none":                  {func(r *ride) { r.tickets(TicketNone) }, "[who first]", TicketNone},
		"the store is away":            {func(r *ride) { r.handle(r.at, LookedUp{Call: "c1", N: r.asks[0].N, Failure: "no store"}) }, "[who first]", flow.Failed},
		"it says nothing":              {func(r *ride) { r.handle(r.at.Add(lookupDeadline+lookupLate), Tick{}) }, "[who first]", flow.Failed},
		"it says what it is not asked": {func(r *ride) { r.tickets("known") }, "[who first]", flow.Failed},
		"the switch was lost": {func(r *ride) {
			r.feed("2s lost")
			r.feed("4s up PJSIP/1001:on c1")
			r.tickets(TicketOpen)
		}, "[who owed]", TicketOpen},
	} {
		r := rideOn(t, "13800138000", whoNode()...)
		if r.way() != "[who]" {
			t.Fatalf("%s: he goes on unasked: %s", name, r.way())
		}
		c.says(r)
		r.wants(c.way, CallQueued)
		if got := r.h.calls["c1"].Tickets; got != c.kept {
			t.Errorf("%s: known of his tickets is %q, want %q", name, got, c.kept)
		}
	}
	r := rideOn(t, "13800138000", whoNode()...)
	r.tickets(TicketOpen, SheetField{"ticket", "t1"})
	r.wants("[who owed]", CallLookedUp)
	if c := r.h.calls["c1"]; fmt.Sprint(c.Told) != "[{ticket t1}]" {
		t.Errorf("who is rung is told %v", c.Told)
	}
	h := NewHotline("e2", r.h.plan)
	for _, f := range r.seen {
		h.Apply(f)
	}
	if !h.is(r.at, h.calls["c1"], flow.Ticket) {
		t.Error("an engine that takes over does not know of his ticket")
	}
}

// Whom a call is owed has a ticket until he is called: nobody need be asked.
func TestFlowKnowsTickets(t *testing.T) {
	r := rideOn(t, "13800138000", whoNode()...)
	r.tickets(TicketNone)
	asked := len(r.asks)
	r.handle(r.at, SetState{Agent: "1001", State: Paused})
	r.h.emitCall(r.at, r.h.calls["c1"], CallbackAsked, "", &CallbackAskedData{Queue: "service", Number: "13800138000"})
	r.comesAgain(time.Minute, "c2", "13800138000")
	r.wants("[who owed]", CallQueued)
	if len(r.asks) != asked {
		t.Errorf("asked is %+v", r.asks)
	}
	if got := r.h.Caller(r.at, "800200", "13800138000"); fmt.Sprint(got) != "[ticket]" {
		t.Errorf("known of him: %v", got)
	}
}

// The memory is bounded by numbers and by time, and goes with a clock that is set.
func TestRecalls(t *testing.T) {
	var r recalls
	o := func(i int) origin { return origin{"demo", fmt.Sprint(i)} }
	for i := range recallMost + 5 {
		r.note(o(i), epoch.Add(time.Duration(i)*time.Second))
	}
	now := epoch.Add(recallMost * time.Second)
	if len(r.at) != recallMost || len(r.order) != recallMost || r.called(o(4), now) || !r.called(o(5), now) {
		t.Errorf("%d of %d numbers", len(r.at), len(r.order))
	}
	r.note(o(5), now)
	r.note(o(6), now.Add(recallFor-time.Second))
	if !r.called(o(5), now.Add(recallFor-time.Second)) || r.called(o(5), now.Add(recallFor)) || len(r.order) != 7 {
		t.Errorf("%d are remembered a day later", len(r.order))
	}
	r.step(-time.Hour)
	if r.called(o(5), now.Add(recallFor-time.Hour)) || !r.called(o(6), now.Add(recallFor-time.Hour)) {
		t.Error("the clock was set, and the memory was not")
	}
	if r.note(origin{"demo", ""}, now); r.called(origin{"demo", ""}, now) {
		t.Error("who has no number has called")
	}
	var back recalls
	back.recall(r.fact().Data.(*RecalledData))
	if fmt.Sprint(back) != fmt.Sprint(r) {
		t.Errorf("from a snapshot: %v, want %v", back, r)
	}
}
