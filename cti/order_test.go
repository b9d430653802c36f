package cti

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"sansheng/pbx"
)

// TestOrderOnce: an order given again with its key is accepted and nothing is done,
// also after a restart; who gave it is a fact.
func TestOrderOnce(t *testing.T) {
	t.Parallel()
	h := linked("PJSIP/1001")
	var facts []Fact
	give := func(o Order) int {
		t.Helper()
		out := h.Handle(epoch, o)
		if out.Refused != nil {
			t.Fatal(out.Refused)
		}
		facts = append(facts, out.Facts...)
		return len(out.Facts)
	}
	pause := Order{Agent: "1001", By: "2001", Verb: OrderPause, Reason: "lunch", Key: "k1"}
	if n := give(pause); n != 2 {
		t.Fatalf("%d facts", n)
	}
	d, ok := facts[1].Data.(*OrderedData)
	if want := (OrderedData{By: "2001", Verb: OrderPause, Reason: "lunch", Key: "k1", Digest: pause.digest()}); !ok || *d != want || facts[1].Agent != "1001" {
		t.Errorf("on record is %+v %+v", facts[1], d)
	}
	give(Order{Agent: "1001", Verb: OrderReady, Key: "k2"})
	if n := give(pause); n != 0 {
		t.Errorf("carried out again: %d facts", n)
	}
	other := pause
	other.Reason = "the end of the day"
	if out := h.Handle(epoch, other); out.Refused == nil || !strings.Contains(out.Refused.Error(), "a key of its own") {
		t.Errorf("the key with another reason: %v", out.Refused)
	}
	e := NewEssence()
	for _, f := range facts {
		e.Add(f)
	}
	again := NewHotline("e1", DemoPlan(0))
	for _, f := range e.Facts() {
		again.Apply(f)
	}
	again.Handle(epoch, pbx.LinkUp{At: pbx.At(epoch), Snapshot: pbx.Snapshot{At: epoch, StartedAt: epoch, Endpoints: []pbx.Endpoint{{ID: "PJSIP/1001", Reachable: true}}}})
	if out := again.Handle(epoch, pause); len(out.Facts) != 0 || out.Refused != nil {
		t.Errorf("carried out again after a restart: %+v, %v", out.Facts, out.Refused)
	}
}

// TestHangUpWhileDialling: an agent can hang up by an order what he has had dialled, before
// his phone is answered and before the number is; it was refused.
func TestHangUpWhileDialling(t *testing.T) {
	for _, picked := range []bool{false, true} {
		d := newCallbackDesk(t)
		d.register("1004")
		id := rung(d.must(Order{Agent: "1004", Verb: OrderDial, To: "0219999"}))
		c := d.h.calls[id]
		want := DialNotBegun
		if picked {
			want = DialGivenUp
			d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.agentChannel(1)})
		}
		out := d.must(Order{Agent: "1004", Verb: OrderHangUp})
		for _, h := range commandsOf[pbx.Hangup](out) {
			out = d.gone(string(h.Channel), pbx.CauseNormal)
		}
		if !slices.ContainsFunc(out.Facts, func(f Fact) bool {
			e, ok := f.Data.(*Ended)
			return ok && e.Dial == want && e.By == RoleAgent
		}) {
			t.Errorf("picked up %t: %+v", picked, out.Facts)
		}
		if a := d.h.agents["1004"]; a.State != Ready || d.h.calls[id] != nil {
			t.Errorf("picked up %t: he is %s", picked, a.State)
		}
	}
}

// TestNumberNotShown: the phone of an agent who dials for a ticket does not show him its
// caller's number; it did.
func TestNumberNotShown(t *testing.T) {
	for known, want := range map[bool]string{true: "800100", false: "0219999"} {
		d := newCallbackDesk(t)
		d.register("1004")
		out := d.must(Order{Agent: "1004", Verb: OrderDial, To: "0219999", For: "ticket:17", Known: known})
		if got := commandsOf[pbx.Create](out)[0].Caller.Number; got != want {
			t.Errorf("known %t: his phone shows %s, not %s", known, got, want)
		}
	}
}

// TestOrderLate: an order about a call that is over by then does nothing to the next caller.
func TestOrderLate(t *testing.T) {
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1001")
	d.arrive("c1", "800100", "0210001")
	d.talk("c1", 1)
	d.must(Order{Agent: "1001", Verb: OrderHold, Call: "c1"})
	d.gone("c1", pbx.CauseNormal)
	d.gone("c1-agent1", pbx.CauseNormal)
	d.must(Order{Agent: "1001", Verb: OrderReady, Call: "c1"})
	d.arrive("c2", "800100", "0210002")
	d.talk("c2", 1)
	for _, v := range []Verb{OrderHangUp, OrderHold, OrderBlind, OrderEmergency, OrderLinger, OrderReconnect, OrderPauseRecording} {
		out := d.h.Handle(d.now, Order{Agent: "1001", Verb: v, Call: "c1", To: "1002", Reason: "x", Consent: true})
		var refused *OrderError
		if !errors.As(out.Refused, &refused) || refused.Why != RefusedNotHisCall || len(out.Facts)+len(out.Commands) != 0 {
			t.Errorf("%s for the caller before: %v, %+v", v, out.Refused, out.Commands)
		}
	}
	if ends := commandsOf[pbx.Hangup](d.must(Order{Agent: "1001", Verb: OrderHangUp, Call: "c2"})); len(ends) == 0 || ends[0].Channel != "c2" {
		t.Errorf("the caller himself: %+v", ends)
	}
}
