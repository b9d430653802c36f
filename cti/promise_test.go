package cti

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/pbx"
)

// newPromiseDesk has two agents with time for notes; 1001 talks with c1.
func newPromiseDesk(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, func(p *Plan, q *Queue) { q.WrapUp = Span(time.Minute) })
	d.register("1001", "1002")
	d.arrive("c1", "800100", "13800138000")
	d.talk("c1", 1)
	return d
}

// dialling is the call that is made for a promise, "" for none.
func (d *desk) dialling() (CallID, AgentID) {
	for _, c := range d.h.live {
		if c.Direction == Outbound {
			return c.ID, c.By
		}
	}
	return "", ""
}

// TestPromise: he who promised calls, not before it is time, and not who has been idle for
// longer; an engine that starts in between knows of it.
func TestPromise(t *testing.T) {
	t.Parallel()
	d := newPromiseDesk(t)
	e := NewEssence()
	for _, f := range d.all {
		e.Add(f)
	}
	d.facts = e.Add
	d.leave("c1", 1)
	if a := d.h.agents["1001"]; a.State != WrapUp {
		t.Fatalf("after the talk he is %s", a.State)
	}
	promised := d.now
	d.must(Order{Agent: "1001", Verb: OrderPromise, For: ForCall + "c1"}) // within half an hour
	d.must(Order{Agent: "1001", Verb: OrderReady})
	if id, _ := d.dialling(); id != "" {
		t.Fatalf("%s is made 25 minutes too early", id)
	}
	seq := d.h.Seq()
	d.h = NewHotline("e1", d.plan)
	for _, f := range e.Facts() {
		d.h.Apply(f)
	}
	d.h.Resume(seq)
	d.now = promised.Add(promiseTime - promiseLead - time.Minute)
	d.do(pbx.LinkUp{At: pbx.At(d.now), Snapshot: pbx.Snapshot{
		At: d.now, StartedAt: epoch, Endpoints: []pbx.Endpoint{{ID: "PJSIP/1001", Reachable: true}, {ID: "PJSIP/1002", Reachable: true}},
	}})
	if list := d.h.Promises(); len(list) != 1 || list[0].By != "1001" || list[0].Call != "c1" || list[0].Queue != "service" {
		t.Fatalf("after a restart: %+v", list)
	}
	d.now = promised.Add(promiseTime - promiseLead + time.Second)
	d.do(Tick{})
	id, by := d.dialling()
	if by != "1001" || d.h.calls[id].Caller.Number != "13800138000" || d.h.calls[id].DID != "800100" {
		t.Fatalf("%q is made by %q", id, by)
	}
	c := d.h.calls[id]
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.agentChannel(1)})
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.Channel})
	facts := d.gone(string(c.Channel), pbx.CauseNormal).Facts
	facts = append(facts, d.gone(string(c.agentChannel(1)), pbx.CauseNormal).Facts...)
	if got := callbackFacts(facts); !slices.Equal(got, []string{"ended reached"}) || len(d.h.Promises()) != 0 {
		t.Errorf("the promise: %v", got)
	}
}

// TestPromiseAgain: the last that is said of a call counts; the caller is called once.
func TestPromiseAgain(t *testing.T) {
	t.Parallel()
	d := newPromiseDesk(t)
	d.must(Order{Agent: "1001", Verb: OrderPromise, Due: d.now.Add(3 * time.Minute)})
	later := d.now.Add(2 * time.Hour).UTC()
	d.must(Order{Agent: "1001", Verb: OrderPromise, Due: later})
	if list := d.h.Promises(); len(list) != 1 || !list[0].Until.Equal(later) {
		t.Errorf("promised: %+v", list)
	}
	d.leave("c1", 1)
	d.now = d.now.Add(10 * time.Minute)
	d.do(Tick{})
	if id, _ := d.dialling(); id != "" {
		t.Errorf("%s is made by the earlier promise", id)
	}
}

// TestPromiseOutlivesCall: a promise stands where the caller calls again himself and gives up; an
// engine that starts in between knows of it. Who is answered is owed nothing more.
func TestPromiseOutlivesCall(t *testing.T) {
	t.Parallel()
	for _, answered := range []bool{false, true} {
		d := newPromiseDesk(t)
		e := NewEssence()
		for _, f := range d.all {
			e.Add(f)
		}
		d.facts = e.Add
		d.do(SetState{Agent: "1002", State: LoggedOff})
		until := d.now.Add(10 * time.Minute).UTC()
		d.must(Order{Agent: "1001", Verb: OrderPromise, Due: until})
		d.leave("c1", 1) // 1001 writes his notes
		d.greeted("c2", "13800138000")
		if list := d.h.Promises(); len(list) != 0 {
			t.Fatalf("he has his old place, and is owed %+v", list)
		}
		if answered {
			d.must(Order{Agent: "1001", Verb: OrderReady})
			d.talk("c2", 1)
			d.leave("c2", 1)
		} else {
			d.gone("c2", pbx.CauseNormal)
		}
		for range 2 {
			list := d.h.Promises()
			if answered && len(list) != 0 || !answered && (len(list) != 1 || list[0].Call != "c2" || list[0].By != "1001" || !list[0].Until.Equal(until)) {
				t.Errorf("answered %t: promised %+v", answered, list)
			}
			d.h = NewHotline("e1", d.plan)
			for _, f := range e.Facts() {
				d.h.Apply(f)
			}
		}
	}
}

// TestOrdersOfCalls: an order to dial, or to promise, is of the call that it is about, whatever the
// agent had when he gave it: its number is erased with that call.
func TestOrdersOfCalls(t *testing.T) {
	t.Parallel()
	d := newPromiseDesk(t)
	of := func(o Order) (call CallID) {
		for _, f := range d.must(o).Facts {
			if f.Kind == AgentOrdered {
				call = f.Call
			}
		}
		return call
	}
	d.leave("c1", 1)
	d.must(Order{Agent: "1001", Verb: OrderReady})
	if c := of(Order{Agent: "1001", Verb: OrderPromise, To: "13800138000"}); c != "c1" {
		t.Errorf("promised to the caller of c1, while ready: of call %q", c)
	}
	for _, a := range []AgentID{"1002", "1001"} {
		c := of(Order{Agent: a, Verb: OrderDial, To: "13911112222", Known: true, For: "ticket:1"})
		if made := d.h.calls[c]; made == nil || made.By != a || made.Direction != Outbound {
			t.Errorf("%s dials: of call %q", a, c)
		}
	}
}

// TestMessageTakenByDial: who dials for a message has it, and calls whoever is owed a call. A dial
// that is refused leaves the message and what is owed.
func TestMessageTakenByDial(t *testing.T) {
	t.Parallel()
	d := newPromiseDesk(t)
	d.must(Order{Agent: "1001", Verb: OrderPromise})
	d.leave("c1", 1)
	d.h.Apply(Fact{Kind: CallMessageLeft, Company: "demo", Call: "m1", At: d.now, Data: &MessageLeftData{Box: "service", Number: "13800138000"}})
	for name, o := range map[string]Order{
		"forbidden": {Agent: "1001", To: "0019005551234", Message: "m1"},
		"unknown":   {Agent: "1001", To: "13800138000", Known: true, Message: "m9"},
	} {
		o.Verb = OrderDial
		if out := d.do(o); out.Refused == nil || len(out.Facts) > 0 || d.h.message("m1").TakenBy != "" || len(d.h.Promises()) != 1 {
			t.Errorf("%s: refused %v, told %v, taken by %q", name, out.Refused, out.Facts, d.h.message("m1").TakenBy)
		}
	}
	d.must(Order{Agent: "1001", Verb: OrderDial, To: "13800138000", Known: true, Message: "m1"})
	if m := d.h.message("m1"); m.TakenBy != "1001" || len(d.h.Promises()) != 0 {
		t.Errorf("dialled for it: taken by %q, promised %+v", m.TakenBy, d.h.Promises())
	}
	if err := d.do(Order{Agent: "1002", Verb: OrderDial, To: "13800138000", Known: true, Message: "m1"}).Refused; err == nil || !strings.Contains(err.Error(), "1001 has it") {
		t.Errorf("another's: %v", err)
	}
}

// TestPromiseKeptByHand: an agent who reaches the caller by himself has kept his promise;
// another's call is about something else.
func TestPromiseKeptByHand(t *testing.T) {
	t.Parallel()
	d := newPromiseDesk(t)
	d.must(Order{Agent: "1001", Verb: OrderPromise})
	d.leave("c1", 1)
	for _, a := range []AgentID{"1002", "1001"} {
		d.must(Order{Agent: a, Verb: OrderDial, To: "13800138000", For: "ticket:1", Known: true})
		id, _ := d.dialling()
		c := d.h.calls[id]
		d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.agentChannel(1)})
		d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.Channel})
		d.gone(string(c.Channel), pbx.CauseNormal)
		d.gone(string(c.agentChannel(1)), pbx.CauseNormal)
		if owed := len(d.h.Promises()); owed != map[AgentID]int{"1002": 1, "1001": 0}[a] {
			t.Errorf("after %s has reached him %d calls are owed", a, owed)
		}
	}
}

// TestPromiseExpires: a call that nobody could make ends with the time of its rule.
func TestPromiseExpires(t *testing.T) {
	t.Parallel()
	d := newPromiseDesk(t)
	d.must(Order{Agent: "1001", Verb: OrderPromise, Due: d.now.Add(3 * time.Minute)})
	d.do(SetState{Agent: "1002", State: LoggedOff})
	d.leave("c1", 1)
	d.do(SetState{Agent: "1001", State: LoggedOff})
	d.now = d.now.Add(30 * time.Minute)
	d.do(Tick{})
	if list := d.h.Promises(); len(list) != 1 || !list[0].Until.Before(d.now) {
		t.Fatalf("after half an hour: %+v", list)
	}
	d.now = d.now.Add(time.Hour)
	if got := callbackFacts(d.do(Tick{}).Facts); !slices.Equal(got, []string{"ended expired"}) {
		t.Errorf("the promise: %v", got)
	}
}

// TestPromiseOfEmergency: the seats of an emergency line dial nothing; others keep what one
// of them has promised.
func TestPromiseOfEmergency(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1009")
	d.arrive("c1", "800119", "13800138000")
	d.talk("c1", 1)
	d.must(Order{Agent: "1009", Verb: OrderPromise, Due: d.now.Add(3 * time.Minute)})
	d.leave("c1", 1)
	if id, by := d.dialling(); id != "" {
		t.Fatalf("%s is made by %s", id, by)
	}
	d.register("1002")
	if _, by := d.dialling(); by != "1002" {
		t.Errorf("it is made by %q", by)
	}
}

// TestPromiseRefused: what cannot be promised, and what the agent is told.
func TestPromiseRefused(t *testing.T) {
	t.Parallel()
	d := newPromiseDesk(t)
	for want, o := range map[string]Order{
		"has no caller":                  {Agent: "1002"},
		"not the call that he has":       {Agent: "1001", For: ForCall + "c9"},
		"is over; allowed: a later time": {Agent: "1001", Due: d.now},
		"is too late; allowed:":          {Agent: "1001", Due: d.now.Add(8 * 24 * time.Hour)},
		`"water" is no number`:           {Agent: "1001", To: "water"},
		"is the hotline's own":           {Agent: "1001", To: "800119"},
		"lets agents dial":               {Agent: "1001", To: "13800138001"},
	} {
		o.Verb = OrderPromise
		var refused *OrderError
		if err := d.do(o).Refused; !errors.As(err, &refused) || !strings.Contains(refused.Text, want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
	if len(d.h.Promises()) != 0 {
		t.Errorf("promised all the same: %+v", d.h.Promises())
	}
}

// TestPromiseToLast: an agent who has no notes to write promises a call to his last caller, also
// while that one is asked how it was; never to one before him, whose call ended lately, too.
func TestPromiseToLast(t *testing.T) {
	t.Parallel()
	for name, does := range map[string]func(*desk){
		"asked": func(d *desk) {
			d.must(Order{Agent: "1001", Verb: OrderSurvey})
			d.gone("c2-agent1", pbx.CauseNormal)
		},
		"has been asked": func(d *desk) {
			d.must(Order{Agent: "1001", Verb: OrderSurvey})
			d.gone("c2-agent1", pbx.CauseNormal)
			d.gone("c2", pbx.CauseNormal)
		},
		"passed on": func(d *desk) {
			d.must(Order{Agent: "1001", Verb: OrderBlind, To: "third"})
			d.gone("c2-agent1", pbx.CauseNormal)
		},
	} {
		d := newDesk(t, func(p *Plan, _ *Queue) {
			p.Companies[0].Survey = twoQuestions()
			p.Queues = append(p.Queues, Queue{ID: "third", Company: "demo", Members: numbers(1004, 1004)})
		})
		d.register("1001")
		d.arrive("c1", "800100", "13800138000")
		d.talk("c1", 1)
		d.gone("c1", pbx.CauseNormal)
		d.gone("c1-agent1", pbx.CauseNormal)
		d.arrive("c2", "800100", "13800138002")
		d.talk("c2", 1)
		does(d)
		out := d.do(Order{Agent: "1001", Verb: OrderPromise})
		list := d.h.Promises()
		if name == "passed on" {
			if out.Refused == nil || len(list) > 0 {
				t.Errorf("%s: promised is %+v", name, list)
			}
		} else if out.Refused != nil || len(list) != 1 || list[0].Call != "c2" {
			t.Errorf("%s: %v, promised is %+v", name, out.Refused, list)
		}
	}
}
