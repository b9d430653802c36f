package cti

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti/flow"
	"sansheng/pbx"
)

// callsBack brings 1001 and somebody whom he has called about a matter together.
func (d *desk) callsBack(number, matter string) *call {
	d.t.Helper()
	id := rung(d.must(Order{Agent: "1001", Verb: OrderDial, To: number, Known: true, For: matter}))
	c := d.h.calls[id]
	if c == nil {
		d.t.Fatalf("1001 is not rung for %s", number)
	}
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.agentChannel(1)})
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.Channel})
	d.do(pbx.ChannelEntered{At: pbx.At(d.now), Channel: pbx.Channel{ID: c.Channel, Args: []string{Outbound, string(id)}}})
	d.bridged(string(c.bridgeID()), string(c.Channel), string(c.agentChannel(1)))
	if c.State != CallTalking {
		d.t.Fatalf("%s is %s", id, c.State)
	}
	return c
}

// over ends a talk with somebody who was called.
func (d *desk) over(c *call) Outcome {
	ch := c.agentChannel(c.Taken)
	out := d.gone(string(c.Channel), pbx.CauseNormal)
	last := d.gone(string(ch), pbx.CauseNormal)
	out.Facts, out.Commands = append(out.Facts, last.Facts...), append(out.Commands, last.Commands...)
	return out
}

func unsolved(c CallID, number string) OweEmergency {
	return OweEmergency{
		Company: "demo", Call: c, Number: number, For: "follow_up:" + string(c), Reason: ReasonUnsolved,
		Sheet: Sheet{{Name: "ticket", Value: "t1"}},
	}
}

// restart is an engine that goes on with what is essential of the facts.
func (d *desk) restart() {
	e := NewEssence()
	for _, f := range d.all {
		e.Add(f)
	}
	seq := d.h.Seq()
	h := NewHotline("e1", d.plan)
	for _, f := range e.Facts() {
		h.Apply(f)
	}
	h.Resume(seq)
	h.linked = d.h.linked
	if a, b := lasting(d.h), lasting(h); a != b {
		d.t.Fatalf("the essence differs\nlive    %s\nessence %s", a, b)
	}
	d.h = h
}

// TestEmergencyHandedOver: who says in a callback that his emergency is not solved is a caller
// of the emergency queue by one order, and its agent is told which ticket it is.
func TestEmergencyHandedOver(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1001", "1009")
	d.arrive("e1", "800119", "0215551")
	d.talk("e1", 1)
	d.arrive("e2", "800119", "0215552") // waits
	c := d.callsBack("0210001", "follow_up:f1")
	out := d.must(Order{Agent: "1001", Verb: OrderEmergency, Reason: "smells of gas again", Sheet: Sheet{{Name: "ticket", Value: "t1"}}})
	if c.State != CallWaiting || c.Queue != "second" || !c.Emergency {
		t.Fatalf("he is %s in %s, emergency %t: %v", c.State, c.Queue, c.Emergency, out.Facts)
	}
	if out := d.do(unsolved(c.ID, "0210001")); out.Refused != nil || len(out.Facts) > 0 {
		t.Errorf("told beside, he is owed a call: %v %v", out.Refused, out.Facts)
	}
	d.restart()
	c = d.h.calls[c.ID]
	if got := rung(d.leave("e1", 1)); got != "e2" { // who waits longest
		t.Errorf("1009 is rung for %q", got)
	}
	d.talk("e2", 1)
	if got := rung(d.leave("e2", 1)); got != c.ID {
		t.Fatalf("1009 is rung for %q", got)
	}
	i := slices.IndexFunc(d.all, func(f Fact) bool { return f.Kind == AgentBriefed })
	if i < 0 {
		t.Fatal("1009 is told nothing")
	}
	b := d.all[i].Data.(*BriefedData)
	if !b.Emergency || b.For != "follow_up:f1" || b.Reason != "smells of gas again" || fmt.Sprint(b.Sheet) != "[{ticket t1}]" {
		t.Errorf("1009 is told %+v", b)
	}
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.agentChannel(c.Offers)})
	d.bridged(string(c.bridgeID()), string(c.Channel), string(c.talkChannel()))
	if err := d.do(Order{Agent: "1009", Verb: OrderEmergency}).Refused; err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("handed over twice: %v", err)
	}
}

// TestEmergencyOwed: where the talk is over an agent of the emergency queue is rung at once,
// and then the number; once for each matter, and also by an engine that starts in between.
func TestEmergencyOwed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1001", "1009")
	c := d.callsBack("0210001", "follow_up:f1")
	said := unsolved(c.ID, "0210001")
	if id := rung(d.do(said)); id != "" {
		t.Fatalf("%s is called while he talks", id)
	}
	d.restart()
	id := rung(d.over(d.h.calls[c.ID]))
	a := d.h.calls[id]
	if a == nil || a.For != ForCallback+string(c.ID) || a.DID != "800119" || !a.Emergency || a.Offer.Agent != "1009" {
		t.Fatalf("rung for %q: %+v", id, a)
	}
	if got := d.attemptBy(id, pbx.CauseBusy); !slices.Equal(got, []string{"tried busy"}) {
		t.Errorf("callback %v", got)
	}
	d.restart()
	if out := d.do(said); out.Refused != nil || rung(out) != "" || len(d.h.callbacks) != 1 {
		t.Errorf("told twice he is owed %d calls, rung for %q, %v", len(d.h.callbacks), rung(out), out.Refused)
	}
	d.now = d.now.Add(time.Duration(emergencyRule.Retry))
	id = rung(d.do(Tick{}))
	if a = d.h.calls[id]; a == nil {
		t.Fatal("he is not tried again")
	}
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: a.agentChannel(1)})
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: a.Channel})
	if got := callbackFacts(d.over(a).Facts); !slices.Equal(got, []string{"ended reached"}) || len(d.h.callbacks) != 0 {
		t.Errorf("callback %v", got)
	}
	d.restart()
	if out := d.do(said); out.Refused != nil || rung(out) != "" || len(d.h.callbacks) != 0 {
		t.Errorf("told once more he is owed %d calls, %v", len(d.h.callbacks), out.Refused)
	}
}

// attemptBy lets who is rung take a callback, and the number end so.
func (d *desk) attemptBy(id CallID, cause pbx.Cause) []string {
	c := d.h.calls[id]
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.agentChannel(1)})
	var facts []Fact
	facts = append(facts, d.gone(string(c.Channel), cause).Facts...)
	return callbackFacts(append(facts, d.gone(string(c.agentChannel(1)), pbx.CauseNormal).Facts...))
}

// TestEmergencyCutOff: who was handed over and is gone before anybody has taken him is called.
func TestEmergencyCutOff(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1001")
	c := d.callsBack("0210001", "follow_up:f1")
	d.do(unsolved(c.ID, "0210001")) // told while he talks
	d.must(Order{Agent: "1001", Verb: OrderEmergency})
	if got := callbackFacts(d.last); !slices.Equal(got, []string{"ended came_back"}) || len(d.h.callbacks) != 0 {
		t.Errorf("handed over, he is owed %d calls: %v", len(d.h.callbacks), got)
	}
	d.gone(string(c.agentChannel(1)), pbx.CauseNormal)
	d.gone(string(c.Channel), pbx.CauseNormal)
	if len(d.h.callbacks) != 1 || !d.h.callbacks[0].stand.Emergency {
		t.Fatalf("he is owed %d calls", len(d.h.callbacks))
	}
	d.restart()
	out := d.do(pbx.EndpointChanged{At: pbx.At(d.now), Endpoint: "PJSIP/1009", Reachable: true})
	if a := d.h.calls[rung(out)]; a == nil || a.Caller.Number != "0210001" || !a.Emergency {
		t.Errorf("1009 is rung for %q", rung(out))
	}
}

// TestEmergencyBeforeAll: a phone that rings for another caller is taken back for one who is
// owed a call as an emergency; who calls the emergency line himself is owed none any more.
func TestEmergencyBeforeAll(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(p *Plan, _ *Queue) { p.Queues[0].Members = append(p.Queues[0].Members, "1009") })
	d.register("1009")
	d.arrive("c1", "800100", "0210005")
	if d.h.calls["c1"].Offer == nil {
		t.Fatal("1009 is not rung for c1")
	}
	d.do(unsolved("out1", "0210001"))
	if o := d.h.calls["c1"].Offer; o != nil {
		t.Fatal("1009 is left to c1")
	}
	id := rung(d.gone("c1-agent1", pbx.CauseNormal))
	if a := d.h.calls[id]; a == nil || a.Caller.Number != "0210001" {
		t.Fatalf("1009 is rung for %q", id)
	}
	d.arrive("e1", "800119", "0210001")
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: d.h.calls[id].agentChannel(1)})
	d.gone(string(d.h.calls[id].agentChannel(1)), pbx.CauseNormal)
	if len(d.h.callbacks) != 0 || !slices.Contains(callbackFacts(d.all), "ended came_back") {
		t.Errorf("he is on the line and owed %d calls: %v", len(d.h.callbacks), callbackFacts(d.all))
	}
}

// TestEmergencyRefused: bad orders are refused.
func TestEmergencyRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(*Plan, *Queue) {})
	for _, in := range []OweEmergency{
		{Company: "other", Call: "c1", Number: "0210001"}, {Company: "demo", Number: "0210001"}, {Company: "demo", Call: "c1", Number: "021 000"},
	} {
		if err := d.do(in).Refused; err == nil || len(d.last) > 0 {
			t.Errorf("%+v is not refused", in)
		}
	}
	d = newDesk(t, func(p *Plan, _ *Queue) { p.Lines = p.Lines[:1] })
	d.register("1001")
	if err := d.do(unsolved("c1", "0210001")).Refused; err == nil || !strings.Contains(err.Error(), "no emergency line") {
		t.Errorf("without an emergency line: %v", err)
	}
	d.callsBack("0210001", "follow_up:f1")
	if err := d.do(Order{Agent: "1001", Verb: OrderEmergency}).Refused; err == nil || !strings.Contains(err.Error(), "no emergency line") {
		t.Errorf("without an emergency line: %v", err)
	}
}

// TestEmergencyByTransfer: whom an agent passes on to an emergency line's queue is an emergency
// caller from there on, for whom those on call are called; not where others wait there, too.
func TestEmergencyByTransfer(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(p *Plan, _ *Queue) { p.Queues[1].OnCall = &OnCall{Chain: []string{"1004"}} })
	d.register("1001", "1004")
	d.arrive("c1", "800100", "0210001")
	d.talk("c1", 1)
	out := d.must(Order{Agent: "1001", Verb: OrderBlind, To: "second", Reason: "smells of gas", Sheet: Sheet{{Name: "place", Value: "No. 7"}}})
	c := d.h.calls["c1"]
	if !c.Emergency || c.Queue != "second" || asked(out) != "1004" || !asksOnCall(c.Offer) {
		t.Fatalf("emergency %t, in %s, %q is asked", c.Emergency, c.Queue, asked(out))
	}
	if vars := commandsOf[pbx.SetVars](out); len(vars) != 1 || vars[0].Vars["LINE_QUEUE"] != "second" || vars[0].Vars["LINE_EMERGENCY"] != "1" {
		t.Errorf("the switch is told %+v", vars)
	}
	if b := c.PassedOn; b == nil || b.By != "1001" || b.Reason != "smells of gas" || fmt.Sprint(b.Sheet) != "[{place No. 7}]" {
		t.Errorf("who takes him is told %+v", b)
	}
	d.restart()

	d = newDesk(t, func(p *Plan, _ *Queue) { p.Lines[0].Queue = "second" })
	d.register("1009")
	d.arrive("c1", "800100", "0210001")
	d.talk("c1", 1)
	d.must(Order{Agent: "1009", Verb: OrderBlind, To: "second"})
	if d.h.calls["c1"].Emergency {
		t.Error("a bill is an emergency")
	}
}

// TestEmergencyByWay: whoever comes to a queue of emergency lines is an emergency caller from
// there on, whichever way he comes: those on call are called for him, and the switch is told.
func TestEmergencyByWay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Plan, *Queue)
		comes  func(d *desk) Outcome
	}{
		"he has waited too long": {func(_ *Plan, q *Queue) { q.OverflowTo, q.OverflowAfter = "second", Span(time.Minute) }, func(d *desk) Outcome {
			d.arrive("c1", "800100", "0210001")
			d.now = d.now.Add(time.Minute)
			return d.do(Tick{})
		}},
		"he finds too many": {func(_ *Plan, q *Queue) { q.OverflowTo, q.OverflowLength = "second", 1 }, func(d *desk) Outcome {
			d.arrive("c0", "800100", "0210000")
			at := pbx.At(d.now.Add(time.Second))
			return d.do(pbx.ChannelEntered{At: at, Channel: pbx.Channel{
				ID: "c1", CreatedAt: at.Time(), InApp: true, Caller: pbx.Party{Number: "0210001"}, Args: []string{"inbound", "800100", "c1"},
			}})
		}},
		"by his line's flow": {func(p *Plan, _ *Queue) {
			p.Flows = []flow.Flow{{ID: "day", Company: "demo", Person: "service", Start: "menu", Nodes: []flow.Node{
				menuNode("1", "gas"), {ID: "gas", Kind: flow.Queue, To: "second"},
			}}}
			p.Lines[0].Flow = "day"
		}, func(d *desk) Outcome {
			d.arrive("c1", "800100", "0210001")
			return d.press("c1")
		}},
	} {
		d := newDesk(t, func(p *Plan, q *Queue) {
			p.Queues[1].OnCall = &OnCall{Chain: []string{"1004"}}
			c.change(p, q)
		})
		d.register("1004")
		out := c.comes(d)
		if of := d.h.calls["c1"]; !of.Emergency || of.Queue != "second" || asked(out) != "1004" || !asksOnCall(of.Offer) {
			t.Errorf("%s: emergency %t, in %s, %q is asked", name, of.Emergency, of.Queue, asked(out))
		}
		if vars := commandsOf[pbx.SetVars](out); !slices.ContainsFunc(vars, func(v pbx.SetVars) bool {
			return v.Channel == "c1" && v.Vars["LINE_QUEUE"] == "second" && v.Vars["LINE_EMERGENCY"] == "1"
		}) {
			t.Errorf("%s: the switch is told %+v", name, vars)
		}
		d.restart()
	}
}

// TestEmergencyBeforeOverflow: who has only overflowed to an emergency line's queue waits behind
// who has called the line, though he came first.
func TestEmergencyBeforeOverflow(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(p *Plan, q *Queue) {
		q.OverflowTo, q.OverflowAfter, p.Queues[1].Priority = "second", Span(time.Minute), 100
	})
	d.arrive("bill", "800100", "0210001")
	d.now = d.now.Add(time.Minute)
	d.do(Tick{})
	d.arrive("gas", "800119", "0210002")
	d.register("1009")
	if bill, gas := d.h.calls["bill"], d.h.calls["gas"]; !bill.Emergency || bill.Queue != "second" || bill.Offer != nil || gas.Offer == nil {
		t.Errorf("1009 is asked for bill %+v and gas %+v", bill.Offer, gas.Offer)
	}
}

// TestEmergencyAnnounced: so is whom an agent passes on with a word to the receiver, who is told
// so before he answers; where either of the two is cut off he waits in the emergency queue.
func TestEmergencyAnnounced(t *testing.T) {
	t.Parallel()
	ask := func() *desk {
		d := newDesk(t, func(*Plan, *Queue) {})
		d.register("1001", "1009")
		d.arrive("c1", "800100", "0210001")
		d.talk("c1", 1)
		out := d.must(Order{Agent: "1001", Verb: OrderTransfer, To: "second", Reason: "smells of gas"})
		if vars := commandsOf[pbx.SetVars](out); len(vars) != 1 || vars[0].Vars["LINE_QUEUE"] != "second" {
			t.Errorf("the switch is told %+v", vars)
		}
		i := slices.IndexFunc(out.Facts, func(f Fact) bool { return f.Kind == AgentBriefed })
		if i < 0 || !out.Facts[i].Data.(*BriefedData).Emergency {
			t.Errorf("1009 is not told that it is an emergency: %v", out.Facts)
		}
		return d
	}
	waits := func(d *desk, when string) {
		if c := d.h.calls["c1"]; !c.Emergency || c.Queue != "second" || c.State != CallWaiting {
			t.Errorf("%s: emergency %t, %s in %s", when, c.Emergency, c.State, c.Queue)
		}
		d.restart()
	}
	d := ask()
	d.gone("c1-agent1", pbx.CauseNormal)
	waits(d, "who transfers is cut off")

	d = ask()
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: "c1-agent2"})
	d.bridged("c1-consult2", "c1-agent1", "c1-agent2")
	d.must(Order{Agent: "1001", Verb: OrderComplete})
	d.bridged("c1-talk2", "c1", "c1-agent2")
	d.gone("c1-agent2", pbx.CauseLost)
	waits(d, "the receiver is cut off")

	d = newDesk(t, func(*Plan, *Queue) {})
	d.register("1001", "1009")
	c := d.callsBack("0210001", "follow_up:f1")
	d.do(unsolved(c.ID, "0210001")) // told while he talks
	d.must(Order{Agent: "1001", Verb: OrderTransfer, To: "second"})
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.receiverChannel()})
	d.bridged(string(c.consultID()), string(c.agentChannel(1)), string(c.receiverChannel()))
	if len(d.h.callbacks) != 1 {
		t.Error("he is owed no call before the receiver has him")
	}
	d.must(Order{Agent: "1001", Verb: OrderComplete})
	if got := callbackFacts(d.last); !slices.Equal(got, []string{"ended came_back"}) || len(d.h.callbacks) != 0 {
		t.Errorf("passed on, he is owed %d calls: %v", len(d.h.callbacks), got)
	}
}

// TestOwedWhileCalled: who is owed a call, and is called already by an engine whose facts are
// lost, is not called beside that at the number that is told now.
func TestOwedWhileCalled(t *testing.T) {
	t.Parallel()
	d, c := dialledOut(t)
	d.h = NewHotline("e2", d.plan)
	up := d.outAgain(c, pbx.ChannelUp, Outbound, string(c.ID))
	up.Snapshot.Channels[0].Vars["for"] = ForCallback + "o4"
	d.do(up)
	d.register("1002", "1009")
	d.do(OweEmergency{Company: "demo", Call: "o4", Number: "0210009", For: "follow_up:o4", Reason: ReasonUnsolved})
	if cb := d.h.callback("o4"); cb == nil || cb.attempt != c.ID || rung(d.do(Tick{})) != "" || len(d.h.live) != 1 {
		t.Errorf("owed: %+v; %d calls", cb, len(d.h.live))
	}
}

// TestCutOffAfterTalk: an emergency caller who has lost his agent, and gives up while he waits
// for another, is owed a call; who has only had his talk, or cannot be called, is not.
func TestCutOffAfterTalk(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		from string
		lost bool
		owed int
	}{
		"lost his agent": {"0210001", true, 1},
		"hangs up":       {"0210001", false, 0},
		"has no number":  {"", true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, func(*Plan, *Queue) {})
			d.register("1009")
			if got := d.arrive("c1", "800119", tt.from); got != "1009" {
				t.Fatalf("%q is rung", got)
			}
			d.talk("c1", 1)
			if tt.lost {
				d.do(pbx.EndpointChanged{At: pbx.At(d.now), Endpoint: "PJSIP/1009"})
				d.gone("c1-agent1", pbx.CauseLost)
			}
			owed := 0
			for _, f := range d.gone("c1", pbx.CauseNormal).Facts {
				if a, ok := f.Data.(*CallbackAskedData); ok && a.Emergency && a.Number == tt.from {
					owed++
				}
			}
			if owed != tt.owed {
				t.Errorf("%d calls are owed, want %d", owed, tt.owed)
			}
		})
	}
}

// TestOweEmergencyBesidePromise: who was promised a call, and says that his emergency is not
// solved, is called at once all the same.
func TestOweEmergencyBesidePromise(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1001")
	d.arrive("c1", "800100", "0210001")
	d.talk("c1", 1)
	d.must(Order{Agent: "1001", Verb: OrderPromise, Due: d.now.Add(30 * time.Minute)})
	d.gone("c1", pbx.CauseNormal)
	d.gone("c1-agent1", pbx.CauseNormal)
	in := OweEmergency{Company: "demo", Call: "c1", Number: "0210001", For: "follow_up:f1", Reason: ReasonUnsolved}
	d.do(in)
	if cb := d.h.callback("c1"); cb == nil || !cb.stand.Emergency || len(d.h.callbacks) != 1 {
		t.Fatalf("he is owed %+v", cb)
	}
	if out := d.do(in); len(out.Facts) != 0 {
		t.Errorf("told again: %+v", out.Facts)
	}
}
