package cti

import (
	"slices"
	"testing"
	"time"

	"sansheng/pbx"
)

// Who has an emergency goes before all others, whatever else is done for him. Each of these
// tests is a way in which he did not.

// chained is a desk whose emergency line is helped by service and has 1009 on call, who is not
// at work.
func chained(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, func(p *Plan, _ *Queue) {
		p.Queues[1].Overflow, p.Queues[1].OnCall = []QueueID{"service"}, &OnCall{Chain: []string{"1009"}}
	})
	d.register("1009")
	d.must(Order{Agent: "1009", Verb: OrderPause, Reason: "off duty"})
	return d
}

// chainRings lets time pass until the chain rings for a caller.
func (d *desk) chainRings(call CallID) {
	d.t.Helper()
	for range 120 {
		if o := d.h.calls[call].Offer; o != nil && asksOnCall(o) {
			return
		}
		d.do(Tick{})
	}
	d.t.Fatal("the chain is not called")
}

// TestOnDutyBeforeChain: an emergency caller for whom the chain is called has the first agent
// who comes on duty, also where another waits.
func TestOnDutyBeforeChain(t *testing.T) {
	t.Parallel()
	d := chained(t)
	d.arrive("plain", "800100", "1")
	d.arrive("gas", "800119", "2")
	d.chainRings("gas")
	d.register("1001")
	if got := d.h.agents["1001"].Call; got != "gas" {
		t.Errorf("1001 has %q", got)
	}
}

// TestBesideChainKept: nor is that agent taken back for one who comes later.
func TestBesideChainKept(t *testing.T) {
	t.Parallel()
	d := chained(t)
	d.arrive("gas", "800119", "2")
	d.chainRings("gas")
	d.register("1001")
	d.arrive("plain", "800100", "1")
	d.do(Tick{})
	if got := d.h.agents["1001"].Call; got != "gas" {
		t.Errorf("1001 has %q", got)
	}
}

// TestHelperFreed: a helper's phone that rings for an ordinary caller is taken back also where
// nobody is idle.
func TestHelperFreed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(p *Plan, _ *Queue) { p.Queues[1].Overflow = []QueueID{"service"} })
	d.register("1001")
	d.arrive("plain", "800100", "1")
	d.arrive("gas", "800119", "2")
	if c := d.h.calls["plain"]; c.Offer != nil {
		t.Fatalf("1001 rings for an ordinary caller still: %+v", c.Offer)
	}
	d.gone("plain-agent1", pbx.CauseNormal)
	if got := d.h.agents["1001"].Call; got != "gas" {
		t.Errorf("1001 has %q", got)
	}
}

// TestOwedEmergencyStands: what is owed as an emergency is not changed into a promise, and is
// owed still where its caller calls himself and gives up.
func TestOwedEmergencyStands(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1001", "1009")
	c := d.callsBack("0210001", "follow_up:f1")
	d.do(unsolved(c.ID, "0210001"))
	if out := d.do(Order{Agent: "1001", Verb: OrderPromise}); out.Refused == nil {
		t.Error("it is a promise now")
	}
	if id := rung(d.over(d.h.calls[c.ID])); id == "" || d.h.calls[id].Offer.Agent != "1009" {
		t.Errorf("nobody is rung at once: %q", id)
	}
	d = newDesk(t, func(*Plan, *Queue) {})
	d.do(unsolved("out1", "0210001"))
	d.arrive("e1", "800119", "0210001")
	d.restart()
	d.gone("e1", pbx.CauseNormal)
	d.restart()
	if len(d.h.callbacks) != 1 || !d.h.callbacks[0].stand.Emergency {
		t.Errorf("%d calls are owed", len(d.h.callbacks))
	}
}

// TestLoggedOffStays: who has logged off, or paused, stays so where his phone did not react or
// was lost.
func TestLoggedOffStays(t *testing.T) {
	t.Parallel()
	later := func(d *desk, after time.Duration) {
		d.now = d.now.Add(after)
		d.do(Tick{})
	}
	for _, verb := range []Verb{OrderLogOff, OrderPause} {
		d := newDesk(t, func(*Plan, *Queue) {})
		d.register("1001")
		d.arrive("c1", "800100", "1")
		d.must(Order{Agent: "1001", Verb: verb, Reason: "lunch"})
		later(d, 4*time.Second)
		d.gone("c1-agent1", pbx.CauseNormal)
		later(d, time.Minute)
		if a := d.h.agents["1001"]; a.State == Ready || a.busy() {
			t.Errorf("%s: he is %s, %q", verb, a.State, a.Call)
		}
	}
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1001")
	d.arrive("c1", "800100", "1")
	d.talk("c1", 1)
	d.must(Order{Agent: "1001", Verb: OrderLogOff})
	d.do(pbx.EndpointChanged{At: pbx.At(d.now), Endpoint: "PJSIP/1001"})
	d.gone("c1-agent1", pbx.CauseNormal)
	d.gone("c1", pbx.CauseNormal)
	d.register("1001")
	if a := d.h.agents["1001"]; a.State != LoggedOff {
		t.Errorf("his phone is back, and he is %s", a.State)
	}
}

// TestHungUpBeforeJoined: an agent who hangs up before his caller could hear him has not served
// him.
func TestHungUpBeforeJoined(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1001")
	d.arrive("c1", "800100", "1")
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: "c1-agent1"})
	out := d.gone("c1-agent1", pbx.CauseNormal)
	ended := slices.ContainsFunc(commandsOf[pbx.Hangup](out), func(h pbx.Hangup) bool { return h.Channel == "c1" })
	if c := d.h.calls["c1"]; ended || c.State != CallWaiting {
		t.Errorf("he is %s, hung up %t", c.State, ended)
	}
}

// TestFarewellFrees: an agent who is told that his caller has left is free when that is over,
// also where the link was lost meanwhile.
func TestFarewellFrees(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1001")
	d.arrive("c1", "800100", "1")
	d.talk("c1", 1)
	d.register("1002")
	d.must(Order{Agent: "1001", Verb: OrderTransfer, To: "1002", Reason: "his bill", Consent: true})
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: "c1-agent2"})
	d.gone("c1", pbx.CauseNormal)
	at := d.now.Add(time.Second)
	d.do(pbx.LinkLost{At: pbx.At(d.now)})
	d.do(pbx.LinkUp{At: pbx.At(at), Snapshot: pbx.Snapshot{
		At: at, StartedAt: epoch,
		Endpoints: []pbx.Endpoint{{ID: "PJSIP/1001", Reachable: true}, {ID: "PJSIP/1002", Reachable: true}},
		Channels: []pbx.Channel{
			{ID: "c1-agent1", Name: "PJSIP/1001-00000001", State: pbx.ChannelUp, CreatedAt: epoch},
			{ID: "c1-agent2", Name: "PJSIP/1002-00000002", State: pbx.ChannelUp, CreatedAt: epoch},
		},
	}})
	d.gone("c1-agent1", pbx.CauseNormal)
	d.gone("c1-agent2", pbx.CauseNormal)
	d.now = d.now.Add(time.Minute)
	d.do(Tick{})
	if got := d.arrive("c2", "800100", "2"); got == "" {
		t.Error("nobody is asked for the next caller")
	}
}

// TestChainWhereDutyDeclines: an agent on duty whose phone is busy, or declines, each time he is
// asked keeps nobody on call from being called; he is asked on.
func TestChainWhereDutyDeclines(t *testing.T) {
	t.Parallel()
	for _, cause := range []pbx.Cause{pbx.CauseBusy, pbx.CauseRejected} {
		d := chained(t)
		d.register("1001")
		d.arrive("gas", "800119", "2")
		if o := d.h.calls["gas"].Offer; o == nil || asksOnCall(o) {
			t.Fatalf("on duty is 1001, asked is %+v", o)
		}
		d.gone("gas-agent1", cause)
		d.chainRings("gas")
		d.now = d.now.Add(retryAfter)
		d.do(Tick{})
		if a := d.h.agents["1001"]; a.Call != "gas" {
			t.Errorf("1001 is %s, %q", a.State, a.Call)
		}
	}
}

// TestEmergencyBeforePassedOn: an agent whose phone rings for a caller whom a colleague passes on
// to him is taken back for an emergency caller, too; the other goes on to somebody else.
func TestEmergencyBeforePassedOn(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(p *Plan, _ *Queue) { p.Queues[1].Overflow = []QueueID{"service"} })
	d.register("1001", "1002")
	d.arrive("plain", "800100", "1")
	d.talk("plain", 1)
	d.must(Order{Agent: "1001", Verb: OrderBlind, To: "1002"})
	d.must(Order{Agent: "1001", Verb: OrderPause, Reason: "lunch"})
	d.gone("plain-agent1", pbx.CauseNormal)
	d.arrive("gas", "800119", "2")
	d.gone("plain-agent2", pbx.CauseNormal)
	if got := d.h.agents["1002"].Call; got != "gas" {
		t.Errorf("1002 has %q", got)
	}
	if c := d.h.calls["plain"]; c.State != CallWaiting || c.Transfer != nil {
		t.Errorf("who was passed on is %s, with a transfer %+v", c.State, c.Transfer)
	}
}

// TestChainWhereDutyTalks: an agent on duty who talks on and on keeps nobody on call from being
// called; who takes callers again in time does.
func TestChainWhereDutyTalks(t *testing.T) {
	t.Parallel()
	d := chained(t)
	d.register("1001")
	d.arrive("plain", "800100", "1")
	d.talk("plain", 1)
	d.arrive("gas", "800119", "2")
	came := d.now
	d.chainRings("gas")
	if waited := d.now.Sub(came); waited < dutyWait || waited > dutyWait+2*time.Second {
		t.Errorf("the chain is called after %s", waited)
	}
	d = chained(t)
	d.register("1001")
	d.arrive("plain", "800100", "1")
	d.talk("plain", 1)
	d.arrive("gas", "800119", "2")
	d.passes(20)
	d.leave("plain", 1)
	d.do(pbx.ChannelAlerting{At: pbx.At(d.now), Channel: "gas-agent1"})
	d.passes(12)
	if o := d.h.calls["gas"].offers(); len(o) != 1 || o[0].Agent != "1001" {
		t.Errorf("asked are %d, %+v", len(o), d.h.calls["gas"].Offer)
	}
}
