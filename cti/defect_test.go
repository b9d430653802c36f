package cti

// Each of these tests is a defect that was found by reading; its comment says what
// happened then.

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/pbx"
)

func (d *desk) gone(ch string, cause pbx.Cause) Outcome {
	return d.do(pbx.ChannelGone{At: pbx.At(d.now), Channel: pbx.ChannelID(ch), Cause: cause})
}

// talk brings a call to a talk through its offer n.
func (d *desk) talk(call string, n int) {
	ch := fmt.Sprintf("%s-agent%d", call, n)
	d.do(pbx.PlaybackFinished{At: pbx.At(d.now), Channel: pbx.ChannelID(call), Playback: pbx.PlaybackID(call + "-greeting")})
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: pbx.ChannelID(ch)})
	d.bridged(fmt.Sprintf("%s-talk%d", call, n), call, ch)
	if s := d.h.calls[CallID(call)].State; s != CallTalking {
		d.t.Fatalf("%s is %s", call, s)
	}
}

func (d *desk) bridged(b string, chs ...string) {
	for _, c := range chs {
		d.do(pbx.BridgeEntered{At: pbx.At(d.now), Bridge: pbx.BridgeID(b), Channel: pbx.ChannelID(c)})
	}
}

func (d *desk) must(o Order) Outcome {
	d.t.Helper()
	out := d.do(o)
	if out.Refused != nil {
		d.t.Fatal(out.Refused)
	}
	return out
}

// Pause asked in a talk, taken back in the wrap-up: takes effect after the NEXT call.
func TestStaleWish(t *testing.T) {
	d := newDesk(t, func(_ *Plan, q *Queue) { q.WrapUp = Span(30 * time.Second) })
	d.register("1001")
	d.arrive("c1", "800100", "1")
	d.talk("c1", 1)
	d.must(Order{Agent: "1001", Verb: OrderPause, Reason: "lunch"})
	d.gone("c1-agent1", pbx.CauseNormal)
	d.gone("c1", pbx.CauseNormal)
	d.must(Order{Agent: "1001", Verb: OrderReady}) // in wrap-up: changed his mind
	d.arrive("c2", "800100", "2")
	d.talk("c2", 1)
	d.gone("c2-agent1", pbx.CauseNormal)
	d.gone("c2", pbx.CauseNormal)
	d.now = d.now.Add(time.Minute)
	d.do(Tick{})
	if a := d.h.agents["1001"]; a.State != Ready {
		t.Errorf("after the next call he is %s %q; his last wish was ready", a.State, a.Reason)
	}
}

// A wish that a lost phone overtook comes back after a later call.
func TestStaleWishAfterLost(t *testing.T) {
	d := newDesk(t, func(_ *Plan, _ *Queue) {})
	d.register("1001")
	d.arrive("c1", "800100", "1")
	d.talk("c1", 1)
	d.must(Order{Agent: "1001", Verb: OrderPause, Reason: "lunch"})
	d.do(pbx.EndpointChanged{At: pbx.At(d.now), Endpoint: "PJSIP/1001"})
	d.gone("c1-agent1", pbx.CauseNormal)
	d.gone("c1", pbx.CauseNormal)
	t.Log(d.h.agents["1001"].State, "wanted", d.h.agents["1001"].Wanted)
	d.now = d.now.Add(15 * time.Hour)
	d.register("1001") // next morning
	d.do(Order{Agent: "1001", Verb: OrderReady})
	d.arrive("c2", "800100", "2")
	d.talk("c2", 1)
	d.gone("c2-agent1", pbx.CauseNormal)
	d.gone("c2", pbx.CauseNormal)
	if a := d.h.agents["1001"]; a.State != Ready {
		t.Errorf("after the first call of the next day he is %s %q", a.State, a.Reason)
	}
}

func again(t *testing.T, plan *Plan, facts []Fact) *Hotline {
	t.Helper()
	h := NewHotline("e1", plan)
	e := NewEssence()
	for _, f := range facts {
		b, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var back Fact
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		e.Add(back)
	}
	for _, f := range e.Facts() {
		h.Apply(f)
	}
	return h
}

// An accepted log_off of an agent who talks is forgotten by a restart; and its key
// makes giving it again do nothing.
func TestWishLostByRestart(t *testing.T) {
	_, facts, _ := enact(t, talk)
	h := again(t, DemoPlan(0), facts)
	at, up := parseInput(t, "25s up c1:Up:app:inbound,800100 c1-agent1 c1-talk1=c1+c1-agent1 PJSIP/1001:on PJSIP/1002:on")
	h.Handle(at, up)
	order := Order{Agent: "1001", Verb: OrderLogOff, Key: "k1"}
	out := h.Handle(at, order)
	if out.Refused != nil {
		t.Fatal(out.Refused)
	}
	facts = append(facts, out.Facts...)
	h = again(t, DemoPlan(0), facts) // engine restarts during the talk
	h.Handle(at, up)
	if out := h.Handle(at, order); out.Refused != nil { // the desk repeats it, to be sure
		t.Fatal(out.Refused)
	}
	h.Handle(at.Add(time.Second), pbx.ChannelGone{At: pbx.At(at.Add(time.Second)), Channel: "c1-agent1", Cause: pbx.CauseNormal})
	if a := h.agents["1001"]; a.State != LoggedOff {
		t.Errorf("he ordered log_off twice, both accepted; after the call he is %s", a.State)
	}
}

// A pause ordered while the system has paused him for a deaf phone is accepted and ends by itself.
func TestPauseWhileUnreachable(t *testing.T) {
	d := newDesk(t, func(_ *Plan, _ *Queue) {})
	d.register("1001")
	d.arrive("c1", "800100", "1")
	d.now = d.now.Add(4 * time.Second)
	d.do(Tick{})
	d.gone("c1-agent1", pbx.CauseNormal)
	a := d.h.agents["1001"]
	if a.State != Paused || a.Reason != ReasonUnreachable {
		t.Fatalf("%s %s", a.State, a.Reason)
	}
	d.must(Order{Agent: "1001", Verb: OrderPause, Reason: "phone is broken"})
	for range 10 {
		d.do(Tick{})
	}
	if a.State != Paused || a.Reason != "phone is broken" {
		t.Errorf("ordered a pause, accepted; 10 s later he is %s %q", a.State, a.Reason)
	}
}

// The same with log_off while his phone is lost.
func TestLogOffWhileLost(t *testing.T) {
	d := newDesk(t, func(_ *Plan, _ *Queue) {})
	d.register("1001")
	d.must(Order{Agent: "1001", Verb: OrderPause, Reason: "lunch"})
	d.do(pbx.EndpointChanged{At: pbx.At(d.now), Endpoint: "PJSIP/1001"})
	d.register("1001") // the Wi-Fi was away for a second
	if a := d.h.agents["1001"]; a.State != Paused {
		t.Errorf("he is at lunch; his phone lost and found its registration: %s %q", a.State, a.Reason)
	}
	d.must(Order{Agent: "1001", Verb: OrderLogOff})
	d.do(pbx.EndpointChanged{At: pbx.At(d.now), Endpoint: "PJSIP/1001"})
	d.register("1001")
	if a := d.h.agents["1001"]; a.State != LoggedOff {
		t.Errorf("he has logged off; his phone lost and found its registration: %s %q", a.State, a.Reason)
	}
}

// A log_off ordered after the phone was lost is accepted, and he is rung as soon as it is
// back.
func TestLogOffAfterLost(t *testing.T) {
	d := newDesk(t, func(_ *Plan, _ *Queue) {})
	d.register("1001")
	d.do(pbx.EndpointChanged{At: pbx.At(d.now), Endpoint: "PJSIP/1001"})
	d.must(Order{Agent: "1001", Verb: OrderLogOff})
	d.register("1001")
	if a := d.h.agents["1001"]; a.State != LoggedOff {
		t.Errorf("he has logged off while his phone was lost; when it is back he is %s %q", a.State, a.Reason)
	}
	if asked := d.arrive("c1", "800100", "1"); asked != "" {
		t.Errorf("%s is rung", asked)
	}
}

// A reason in the hotline's own words made an ordered state one of the system's: the pause
// ended after 3 s, and a lost registration undid the log_off.
func TestReasonOfTheHotlinesOwn(t *testing.T) {
	d := newDesk(t, func(_ *Plan, _ *Queue) {})
	d.register("1001")
	for verb, reason := range map[Verb]string{OrderPause: ReasonUnreachable, OrderLogOff: ReasonLost} {
		out := d.do(Order{Agent: "1001", Verb: verb, Reason: reason})
		if a := d.h.agents["1001"]; out.Refused == nil || a.State != Ready {
			t.Errorf("%s for %q: %v, he is %s", verb, reason, out.Refused, a.State)
		}
	}
	d.must(Order{Agent: "1001", Verb: OrderPause, Reason: "the phone does not react to me"})
}

// The hold key of a leader's phone put a hold on the record of the call to which he listens;
// and that of an agent's ended the hold that he had ordered there, while it went on.
func TestHoldKeyHoldsNobody(t *testing.T) {
	d := newDesk(t, func(_ *Plan, _ *Queue) {})
	d.register("1001", "1004")
	d.arrive("c1", "800100", "1")
	d.talk("c1", 1)
	out := d.must(Order{Agent: "1004", By: "2001", Leader: true, Verb: OrderListen, To: "1001"})
	leader := commandsOf[pbx.Create](out)[0].Channel
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: leader})
	if out = d.do(pbx.Held{At: pbx.At(d.now), Channel: leader}); len(out.Facts) != 0 {
		t.Errorf("a leader's phone holds: %v", out.Facts)
	}
	if out = d.do(pbx.Held{At: pbx.At(d.now), Channel: "c1-agent1"}); len(out.Facts) != 1 {
		t.Errorf("the agent's phone holds: %v", out.Facts)
	}
	// An ordered unhold was accepted then, and the music went on.
	if out = d.do(Order{Agent: "1001", Verb: OrderUnhold}); out.Refused == nil || !strings.Contains(out.Refused.Error(), "his phone's own key") {
		t.Errorf("an order lets go whom a key holds: %v", out.Refused)
	}
	d.must(Order{Agent: "1001", Verb: OrderHold})
	if out = d.do(pbx.Unheld{At: pbx.At(d.now), Channel: "c1-agent1"}); len(out.Facts) != 0 {
		t.Errorf("his caller is on hold by an order still: %v", out.Facts)
	}
	if out = d.must(Order{Agent: "1001", Verb: OrderUnhold}); out.Facts[0].Kind != CallUnheld {
		t.Errorf("unhold: %v", out.Facts)
	}
}

// Whom the switch's fallback had served before it was said that he is there, as where its
// events came late and all at once, was on record as abandoned.
func TestServedBeforeFallBack(t *testing.T) {
	for _, asked := range []bool{true, false} {
		d := newDesk(t, func(_ *Plan, _ *Queue) {})
		d.arrive("c1", "800100", "1")
		d.do(pbx.ChannelLeft{At: pbx.At(d.now), Channel: "c1"})
		if asked {
			d.do(pbx.HangupRequested{At: pbx.At(d.now), Channel: "c1", Cause: pbx.CauseNormal})
		}
		if _, _, native := d.h.Native("c1"); !native {
			t.Fatal("nobody looks into the ledger for who has served him")
		}
		d.do(Unseen{Call: "c1", Channel: "c1", At: d.now, EndedAt: d.now, Cause: pbx.CauseNormal, Agent: "1001"})
		kinds := []Kind{}
		for _, f := range d.all {
			kinds = append(kinds, f.Kind)
		}
		end, ok := d.all[len(d.all)-1].Data.(*Ended)
		if !slices.Contains(kinds, CallFellBack) || !slices.Contains(kinds, CallServed) || !ok || end.Disposition != DispositionAnswered {
			t.Errorf("asked %v: %v, %+v", asked, kinds, end)
		}
	}
}

// With ageing, a caller whose agent's phone died goes behind those who came after him.
func TestRequeueWithAgeing(t *testing.T) {
	d := newDesk(t, func(_ *Plan, q *Queue) { q.Ageing, q.Members = Span(10*time.Second), numbers(1001, 1001) })
	d.register("1001")
	d.arrive("first", "800100", "1")
	d.talk("first", 1)
	for i := range 3 {
		d.arrive(fmt.Sprint("later", i), "800100", fmt.Sprint(10+i))
		d.now = d.now.Add(10 * time.Second)
	}
	d.do(pbx.EndpointChanged{At: pbx.At(d.now), Endpoint: "PJSIP/1001"})
	d.gone("first-agent1", pbx.Cause(44)) // his agent's phone died
	var got []CallID
	for _, c := range d.h.waiting(d.now) {
		got = append(got, c.ID)
	}
	if got[0] != "first" {
		t.Errorf("order %v: he came first, was cut off through no fault of his, and is last", got)
	}
}

// An emergency caller is sent away from his queue because ordinary callers wait in it,
// though he would be served before them.
func TestEmergencyOverflows(t *testing.T) {
	d := newDesk(t, func(p *Plan, q *Queue) {
		p.Lines[1].Queue = "service"
		q.OverflowTo, q.OverflowLength = "second", 2
	})
	d.arrive("a", "800100", "1")
	d.arrive("b", "800100", "2")
	d.arrive("gas", "800119", "3")
	c := d.h.calls["gas"]
	t.Logf("the emergency caller is in queue %s", c.Queue)
	d.register("1001")
	if c.Offer == nil {
		t.Errorf("1001 of the emergency line's own queue is asked for %+v; the emergency caller waits in %q", d.h.agents["1001"].Call, c.Queue)
	}
}

// The plan has lost a queue in which somebody waits when the engine starts.
func TestQueueGone(t *testing.T) {
	_, facts, _ := enact(t, "> 0s up\n> 1s arrives e1 800119 13800138000\n")
	plan := DemoPlan(0)
	plan.Queues[1].ID, plan.Lines[2].Queue = "gas", "gas" // renamed
	if err := plan.Check(); err != nil {
		t.Fatal(err)
	}
	h := again(t, plan, facts)
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("the engine dies of it at each start: %v", p)
		}
	}()
	at, up := parseInput(t, "5s up e1:Ring:app:inbound,800119 PJSIP/1007:on")
	out := h.Handle(at, up)
	if asked(out) != "1007" {
		t.Errorf("asked %q", asked(out))
	}
	h.Handle(at.Add(20*time.Second), Tick{})
}

// An ordinary caller of a queue that is gone is offered to nobody, for ever.
func TestQueueGoneGreeted(t *testing.T) {
	_, facts, _ := enact(t, "> 0s up\n> 1s arrives c1 800100 13800138000\n> 3s played c1-greeting c1\n")
	plan := DemoPlan(0)
	plan.Queues[0].ID, plan.Lines[0].Queue, plan.Lines[1].Queue, plan.Queues[1].Overflow = "front", "front", "front", nil
	plan.Lines[1].Flow, plan.Flows = "", nil
	if err := plan.Check(); err != nil {
		t.Fatal(err)
	}
	h := again(t, plan, facts)
	at, up := parseInput(t, "5s up c1:Up:app:inbound,800100 PJSIP/1001:on")
	n := asked(h.Handle(at, up))
	for i := range 3600 {
		if a := asked(h.Handle(at.Add(time.Duration(i)*time.Second), Tick{})); a != "" {
			n = a
		}
	}
	if c := h.calls["c1"]; n == "" && c.State == CallWaiting {
		t.Error("he waits for an hour with 1001 free, without max_wait")
	}
}

// Who supervises hears nothing of the agent to whom the caller comes back.
func TestSupervisionSameAgentNewLeg(t *testing.T) {
	h, facts, commands := enact(t, strings.ReplaceAll(talk, "PJSIP/1002:on", "PJSIP/1002:on PJSIP/1010:on")+`> 10s order 1010 whisper 1001
> 10.2s alerting c1-super2
> 11s answered c1-super2
> 20s order 1001 blind_transfer 1002
> 20.1s gone c1-agent1 16
> 20.2s alerting c1-agent3
> 21s gone c1-agent3 21 603
> 21.2s alerting c1-agent4
> 23s answered c1-agent4
> 25s played c1-number4 c1
> 25.1s bridged c1-talk4 c1
> 25.1s bridged c1-talk4 c1-agent4
`)
	if c := h.calls["c1"]; c.State != CallTalking || c.Agent != "1001" || c.Taken != 4 {
		for _, f := range facts {
			t.Log(factLine(f))
		}
		t.Fatalf("%s of %s by %d", c.State, c.Agent, c.Taken)
	}
	on := 0
	for _, c := range commands {
		if s, ok := c.(pbx.Spy); ok {
			t.Logf("%+v", s)
			if s.On == "c1-agent4" {
				on++
			}
		}
	}
	if on == 0 {
		t.Error("the leader hears and reaches the caller's old agent leg, which is gone; nothing spies on c1-agent4")
	}
}

// The engine dies between making the leader's leg and dialling it: he is Reserved as long as the call goes on.
func TestSupervisorNeverDialled(t *testing.T) {
	_, facts, _ := enact(t, strings.ReplaceAll(talk, "PJSIP/1002:on", "PJSIP/1002:on PJSIP/1010:on")+"> 10s order 1010 listen 1001\n")
	h := again(t, DemoPlan(0), facts)
	at, up := parseInput(t, "11s up c1:Up:app:inbound,800100 c1-agent1 c1-super2:Down c1-talk1=c1+c1-agent1 PJSIP/1001:on PJSIP/1002:on PJSIP/1010:on")
	out := h.Handle(at, up)
	hung := hungUp(out.Commands, "c1-super2")
	for i := range 3600 {
		o := h.Handle(at.Add(time.Duration(i)*time.Second), Tick{})
		hung = hung || hungUp(o.Commands, "c1-super2")
		for _, c := range o.Commands {
			if _, ok := c.(pbx.Dial); ok {
				hung = true
			}
		}
	}
	if a := h.agents["1010"]; !hung {
		t.Errorf("an hour later he is %s for %s; the leg was neither dialled nor hung up", a.State, a.Call)
	}
}

// A leader who names an agent hears another agent's call.
func TestListenToOneInWrapUp(t *testing.T) {
	d := newDesk(t, func(_ *Plan, q *Queue) { q.WrapUp = Span(time.Minute) })
	d.register("1001", "1002", "1009")
	d.arrive("c1", "800100", "1")
	d.talk("c1", 1)
	d.must(Order{Agent: "1001", Verb: OrderTransfer, To: "1002"})
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: "c1-agent2"})
	d.bridged("c1-consult2", "c1-agent1", "c1-agent2")
	d.must(Order{Agent: "1001", Verb: OrderComplete})
	d.bridged("c1-talk2", "c1", "c1-agent2")
	d.gone("c1-agent1", pbx.CauseNormal)
	if s := d.h.agents["1001"].State; s != WrapUp {
		t.Fatal(s)
	}
	out := d.do(Order{Agent: "1009", By: "boss", Verb: OrderListen, To: "1001"})
	if out.Refused == nil {
		t.Errorf("listen to 1001, who writes his notes, is accepted: the leader is put on the call of %s", d.h.calls["c1"].Agent)
	}
}

// Queues the search was once widened to still serve a caller who was passed to another queue.
func TestWidenedAfterTransfer(t *testing.T) {
	d := newDesk(t, func(p *Plan, _ *Queue) {
		p.Lines[1].Emergency = false
		p.Queues[1].Overflow = []QueueID{"service"}
		p.Queues = append(p.Queues, Queue{ID: "third", Company: "demo", Members: numbers(1004, 1004)})
	})
	d.arrive("c1", "800119", "1")
	d.now = d.now.Add(20 * time.Second)
	d.do(Tick{})
	d.do(pbx.PlaybackFinished{At: pbx.At(d.now), Channel: "c1", Playback: "c1-hold"})
	d.register("1001", "1002")
	d.talk("c1", 1)
	out := d.must(Order{Agent: "1001", Verb: OrderBlind, To: "third"})
	if a := asked(out); a != "" {
		t.Errorf("passed on to queue third, whose 1004 is off; %s of service is asked", a)
	}
}

// A VIP who is passed on, or overflows, is no VIP any more.
func TestVIPTransferred(t *testing.T) {
	d := newDesk(t, func(p *Plan, q *Queue) {
		p.Companies[0].VIPs = []string{"888"}
		p.Queues[1].Priority = 20
		q.OverflowTo, q.OverflowAfter = "third", Span(30*time.Second)
		p.Queues = append(p.Queues, Queue{ID: "third", Company: "demo", Members: numbers(1004, 1004), Priority: 20})
	})
	d.register("1001")
	d.arrive("vip", "800100", "888")
	d.talk("vip", 1)
	d.arrive("plain", "800100", "5")
	d.must(Order{Agent: "1001", Verb: OrderBlind, To: "second"})
	if p := d.h.calls["vip"].Priority; p <= 20 {
		t.Errorf("transferred: priority %d in a queue of 20", p)
	}
	d.arrive("vip2", "800100", "888")
	d.now = d.now.Add(31 * time.Second)
	d.do(Tick{})
	if c := d.h.calls["vip2"]; c.Queue != "third" || c.Priority <= 20 {
		t.Errorf("overflowed: priority %d in %s, of 20", c.Priority, c.Queue)
	}
}

// A caller who overflows is thrown out by the other queue's max_wait in the same tick.
func TestOverflowIntoMaxWait(t *testing.T) {
	d := newDesk(t, func(p *Plan, q *Queue) {
		q.OverflowTo, q.OverflowAfter = "second", Span(5*time.Minute)
		p.Queues[1].MaxWait = Span(2 * time.Minute)
	})
	d.arrive("c1", "800100", "1")
	d.do(pbx.PlaybackFinished{At: pbx.At(d.now), Channel: "c1", Playback: "c1-greeting"})
	d.register("1009") // of queue second, and free
	d.now = d.now.Add(5 * time.Minute)
	d.do(Tick{})
	if c := d.h.calls["c1"]; c.State == CallNative {
		t.Error("he is sent to the fallback while 1009, who serves the queue that takes him over, is free")
	}
}

// A prompt that does not end keeps the lease from being renewed: it runs out before the prompt's own limit.
func TestLeaseDuringTell(t *testing.T) {
	d := newDesk(t, func(_ *Plan, q *Queue) { q.Tell = Span(4900 * time.Millisecond) })
	d.arrive("c1", "800100", "1")
	d.do(pbx.PlaybackFinished{At: pbx.At(d.now), Channel: "c1", Playback: "c1-greeting"})
	last, worst := d.now, time.Duration(0)
	for range 600 {
		d.now = d.now.Add(50 * time.Millisecond)
		out := d.h.Handle(d.now, Tick{})
		for _, c := range out.Commands {
			if l, ok := c.(pbx.Lease); ok && l.For == leaseTime {
				worst, last = max(worst, d.now.Sub(last)), d.now
			}
		}
	}
	if worst > leaseTime {
		t.Errorf("%v between two leases of %v", worst, leaseTime)
	}
}

// The bridge of a consultation is left on the switch for ever when the caller leaves in it.
func TestConsultBridgeLeft(t *testing.T) {
	for name, how := range map[string]string{
		"caller hangs up": "> 25s hangup c1\n> 25.01s gone c1 16\n> 25.03s gone c1-agent2 16\n> 25.04s gone c1-agent1 16\n",
		"fallback":        "> 25s left c1\n> 26s tick\n> 26.1s gone c1-agent2 16\n> 26.2s gone c1-agent1 16\n> 40s gone c1 16\n",
		"hang_up":         "> 25s order 1001 hang_up\n> 25.01s gone c1 16\n> 25.03s gone c1-agent2 16\n> 25.04s gone c1-agent1 16\n",
	} {
		h, _, commands := enact(t, consultation+how)
		if h.calls["c1"] != nil {
			t.Fatal("not over")
		}
		if !dropped(commands, "c1-consult2") {
			t.Errorf("%s: the call is over, c1-consult2 is never dropped", name)
		}
	}
}

// A caller who comes back from a blind transfer is served before a waiting emergency caller.
func TestAimedBeforeEmergency(t *testing.T) {
	d := newDesk(t, func(p *Plan, _ *Queue) { p.Queues[1].Members = numbers(1001, 1001) })
	d.register("1001", "1002")
	d.arrive("c1", "800100", "1")
	d.talk("c1", 1)
	d.arrive("gas", "800119", "3") // 1001 alone serves it, and talks
	d.must(Order{Agent: "1001", Verb: OrderBlind, To: "1002"})
	d.do(pbx.ChannelGone{At: pbx.At(d.now), Channel: "c1-agent2", Cause: pbx.CauseBusy, TechCause: 486}) // do not disturb
	out := d.gone("c1-agent1", pbx.CauseNormal)
	if a, c := d.h.agents["1001"], d.h.calls["gas"]; c.Offer == nil {
		t.Errorf("1001 is asked (%s) for %s, the emergency caller waits on", asked(out), a.Call)
	}
}

// A key that another agent has used swallows an order.
func TestKeyOfAnother(t *testing.T) {
	d := newDesk(t, func(_ *Plan, _ *Queue) {})
	d.register("1001", "1002")
	d.must(Order{Agent: "1001", By: "1001", Verb: OrderPause, Reason: "lunch", Key: "1"})
	d.must(Order{Agent: "1002", By: "1002", Verb: OrderPause, Reason: "lunch", Key: "1"})
	if s := d.h.agents["1002"].State; s != Paused {
		t.Errorf("his order is accepted and he is %s", s)
	}
	if out := d.do(Order{Agent: "1001", By: "1001", Verb: OrderReady, Key: "1"}); out.Refused == nil {
		t.Errorf("another verb with the key is accepted and he is %s", d.h.agents["1001"].State)
	}
}

// An ear the switch refused is never made again.
func TestSpyRefused(t *testing.T) {
	h, _, commands := enact(t, strings.ReplaceAll(talk, "PJSIP/1002:on", "PJSIP/1002:on PJSIP/1010:on")+`> 10s order 1010 listen 1001
> 11s answered c1-super2
`)
	now := epoch.Add(12 * time.Second)
	var spies []pbx.Spy
	for _, c := range commands {
		if s, ok := c.(pbx.Spy); ok {
			spies = append(spies, s)
		}
	}
	again := 0
	look := func(o Outcome) {
		for _, c := range o.Commands {
			if s, ok := c.(pbx.Spy); ok && s.Does == pbx.SpyHear {
				again++
			}
		}
	}
	for _, s := range spies {
		look(h.Handle(now, pbx.CommandFailed{At: pbx.At(now), Command: s, Err: errors.New("500")}))
	}
	for i := range 600 {
		look(h.Handle(now.Add(time.Duration(i)*100*time.Millisecond), Tick{}))
	}
	look(h.Handle(now.Add(time.Minute), Order{Agent: "1010", Verb: OrderWhisper}))
	if again == 0 {
		t.Errorf("both ears were refused; on record he listens to %s; he hears nothing and nothing tells", h.calls["c1"].Supervisions[0].With)
	}
}

// A blind transfer to one whose phone has just been busy is accepted and fails at once.
func TestBlindToCooling(t *testing.T) {
	d := newDesk(t, func(_ *Plan, _ *Queue) {})
	d.register("1001")
	d.arrive("c1", "800100", "1")
	d.talk("c1", 1)
	d.register("1002")
	d.arrive("c2", "800100", "2")
	d.do(pbx.ChannelGone{At: pbx.At(d.now), Channel: "c2-agent1", Cause: pbx.CauseBusy, TechCause: 486})
	out := d.h.Handle(d.now, Order{Agent: "1001", Verb: OrderBlind, To: "1002"})
	failed := false
	for _, f := range out.Facts {
		if e, ok := f.Data.(*TransferEndedData); ok {
			t.Logf("accepted (%v) and ended: %s", out.Refused, e.Result)
			failed = true
		}
	}
	if out.Refused == nil && failed {
		t.Error("accepted, the agent's leg is hung up, and the receiver is never rung")
	}
}

// The count of least_calls is lost by a flap of the registration.
func TestLeastCallsFlap(t *testing.T) {
	d := newDesk(t, func(_ *Plan, q *Queue) { q.Strategy = LeastCalls })
	d.register("1001", "1002")
	d.row(6)
	d.do(pbx.EndpointChanged{At: pbx.At(d.now), Endpoint: "PJSIP/1001"})
	d.register("1001")
	if a, b := d.h.agents["1001"].Calls, d.h.agents["1002"].Calls; a == 0 && b > 0 {
		t.Errorf("1001 has answered 3 as well; he counts as %d, 1002 as %d, and has the next %d callers", a, b, b)
	}
}

// 21: *1 that was given up waits for ever for its number.
func TestCodeWaits(t *testing.T) {
	h, _, _ := enact(t, talk+"> 20s pressed c1-agent1 *\n> 20.2s pressed c1-agent1 1\n> 600s tick\n")
	if code := h.legs["c1-agent1"].code; code != "" {
		t.Errorf("ten minutes later %q is still waiting for digits", code)
	}
}

// A leader who took over and passed the caller on has no wrap-up.
func TestTookOverWrapUp(t *testing.T) {
	d := newDesk(t, func(_ *Plan, q *Queue) { q.WrapUp, q.Members = Span(time.Minute), append(q.Members, "1009") })
	d.register("1001", "1002", "1009")
	d.arrive("c1", "800100", "1")
	d.talk("c1", 1)
	d.must(Order{Agent: "1009", By: "boss", Verb: OrderListen, To: "1001"})
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: "c1-super2"})
	d.must(Order{Agent: "1009", By: "boss", Verb: OrderTakeOver})
	d.bridged("c1-talk2", "c1", "c1-super2")
	d.gone("c1-agent1", pbx.CauseNormal)
	d.must(Order{Agent: "1009", By: "boss", Verb: OrderBlind, To: "1002"})
	d.gone("c1-super2", pbx.CauseNormal)
	if a := d.h.agents["1009"]; a.State != WrapUp {
		t.Errorf("he had the caller and is %s %q", a.State, a.Reason)
	}
}

// The caller's way out of the talk was refused: he is on hold on record and hears all.
func TestHoldRefused(t *testing.T) {
	h, _, _ := enact(t, talk+"> 20s order 1001 hold\n")
	now := epoch.Add(20100 * time.Millisecond)
	cmd := pbx.Unjoin{Bridge: "c1-talk1", Channel: "c1"}
	again := false
	look := func(o Outcome) {
		again = again || slices.ContainsFunc(o.Commands, func(c pbx.Command) bool { _, ok := c.(pbx.Unjoin); return ok })
	}
	look(h.Handle(now, pbx.CommandFailed{At: pbx.At(now), Command: cmd, Err: errors.New("500")}))
	for i := range 600 {
		look(h.Handle(now.Add(time.Duration(i)*100*time.Millisecond), Tick{}))
	}
	if c := h.calls["c1"]; !again && c.OnHold {
		t.Error("the switch refused to take him out; it is not asked again, he counts as on hold")
	}
}

// The last agent is not the one who had the caller last.
func TestLastAgentAfterTransfer(t *testing.T) {
	d := newDesk(t, func(_ *Plan, q *Queue) { q.LastAgent = true })
	d.register("1001", "1002")
	d.arrive("c1", "800100", "138")
	d.talk("c1", 1)
	d.must(Order{Agent: "1001", Verb: OrderTransfer, To: "1002"})
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: "c1-agent2"})
	d.bridged("c1-consult2", "c1-agent1", "c1-agent2")
	d.must(Order{Agent: "1001", Verb: OrderComplete})
	d.bridged("c1-talk2", "c1", "c1-agent2")
	d.gone("c1-agent1", pbx.CauseNormal)
	d.now = d.now.Add(10 * time.Minute)
	d.gone("c1-agent2", pbx.CauseNormal)
	d.gone("c1", pbx.CauseNormal)
	if a := d.arrive("c2", "800100", "138"); a != "1002" {
		t.Errorf("1002 spoke to him last, for ten minutes; %s is asked", a)
	}
}

// A leader who was logged off becomes Ready after a restart during his supervision.
func TestLeaderReadyAfterRestart(t *testing.T) {
	_, facts, _ := enact(t, strings.ReplaceAll(talk, "PJSIP/1002:on", "PJSIP/1002:on PJSIP/1005:on")+`> 8s paused 1005
> 10s order 1005 listen 1001
> 11s answered c1-super2
`)
	h := again(t, DemoPlan(0), facts)
	at, up := parseInput(t, "12s up c1:Up:app:inbound,800100 c1-agent1 c1-super2 c1-talk1=c1+c1-agent1 PJSIP/1001:on PJSIP/1002:on PJSIP/1005:on")
	h.Handle(at, up)
	h.Handle(at.Add(time.Second), pbx.ChannelGone{At: pbx.At(at.Add(time.Second)), Channel: "c1-super2", Cause: pbx.CauseNormal})
	if a := h.agents["1005"]; a.State != Paused {
		t.Errorf("he was paused before he listened, and is %s", a.State)
	}
}

// The reply to an agent's hang-up by his leader's order is held against the agent.
func TestHangUpByLeaderIsAgentsEarly(t *testing.T) {
	d := newDesk(t, func(_ *Plan, _ *Queue) {})
	d.register("1001")
	d.arrive("c1", "800100", "1")
	d.talk("c1", 1)
	out := d.must(Order{Agent: "1001", By: "boss", Verb: OrderHangUp})
	for _, f := range out.Facts {
		if hu, ok := f.Data.(*HungUp); ok && hu.Early && hu.By == RoleAgent {
			t.Errorf("boss ended it; call.hung_up says by agent 1001, early: %+v", *hu)
		}
	}
}

// An emergency caller in queue A overflows by time to B where nobody is, while A's agents come back.
func TestEmergencyOverflowsByTime(t *testing.T) {
	d := newDesk(t, func(p *Plan, q *Queue) {
		p.Lines[1].Queue = "service"
		q.OverflowTo, q.OverflowAfter = "second", Span(20*time.Second)
	})
	d.arrive("gas", "800119", "3")
	d.now = d.now.Add(21 * time.Second)
	d.do(Tick{})
	d.arrive("plain", "800100", "4")
	d.register("1001")
	if c := d.h.calls["gas"]; c.Offer == nil {
		t.Errorf("the emergency caller waits in %s where nobody is; 1001 of his line's queue is asked for %s", c.Queue, d.h.agents["1001"].Call)
	}
}

// The same of the emergency caller's up-and-gone: a caller passed on by the only free agent.
func TestEmergencyPassedOn(t *testing.T) {
	d := newDesk(t, func(p *Plan, _ *Queue) { p.Queues[1].Members = numbers(1009, 1009) })
	d.register("1009")
	d.arrive("gas", "800119", "3")
	d.talk("gas", 1)
	d.must(Order{Agent: "1009", Verb: OrderBlind, To: "second"})
	d.gone("gas-agent1", pbx.CauseNormal)
	n := 0
	for d.h.calls["gas"].Offer == nil && n < 60 {
		d.do(Tick{})
		n++
	}
	if n > 5 {
		t.Errorf("the emergency caller waits %d s with 1009 %s", n, "Ready")
	}
}

// Two calls of the same agent: an order sent for the first hits the second.
func TestSettledTakeOverFollow(t *testing.T) {
	// reconcile finds the receiver with the caller; a leader listens: on record with whom?
	h, _, _ := enact(t, listened+`> 20s order 1001 transfer 1002
> 20.1s alerting c1-agent3
> 22s answered c1-agent3
> 22.05s bridged c1-consult3 c1-agent1
> 22.06s bridged c1-consult3 c1-agent3
> 23s order 1001 complete
> 23.1s lost
> 24s up c1:Up:app:inbound,800100 c1-agent3 c1-super2 c1-talk3=c1+c1-agent3 PJSIP/1001:on PJSIP/1002:on PJSIP/1010:on
> 60s tick
`)
	c := h.calls["c1"]
	if s := c.supervised("1010"); s == nil || s.With != c.Agent {
		t.Errorf("the caller's agent is %s (%s), on record the leader is with %+v", c.Agent, c.State, s)
	}
}

// An agent who hung up himself had no time for his notes.
func TestWrapUpAfterOwnHangUp(t *testing.T) {
	d := newDesk(t, func(_ *Plan, q *Queue) { q.WrapUp = Span(30 * time.Second) })
	d.register("1001")
	d.arrive("c1", "800100", "1")
	d.talk("c1", 1)
	d.do(pbx.HangupRequested{At: pbx.At(d.now), Channel: "c1-agent1", Cause: pbx.CauseNormal})
	d.gone("c1-agent1", pbx.CauseNormal)
	d.gone("c1", pbx.CauseNormal)
	if a := d.h.agents["1001"]; a.State != WrapUp {
		t.Errorf("he is %s %q", a.State, a.Reason)
	}
}

// Died between making an agent's leg and dialling it: the caller waited three seconds for a
// phone that never rang, whose agent was then paused as deaf.
func TestNeverDialled(t *testing.T) {
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1001")
	d.arrive("c1", "800100", "1")
	at := d.now.Add(time.Second)
	args := []string{"inbound", "800100", "c1"}
	out := d.do(pbx.LinkUp{At: pbx.At(at), Snapshot: pbx.Snapshot{
		At: at, StartedAt: epoch,
		Endpoints: []pbx.Endpoint{{ID: "PJSIP/1001", Reachable: true}},
		Channels: []pbx.Channel{
			{ID: "c1", State: pbx.ChannelUp, InApp: true, Args: args, CreatedAt: epoch},
			{ID: "c1-agent1", State: pbx.ChannelDown, InApp: true, Args: []string{"offer", "c1", "1001"}, CreatedAt: epoch},
		},
	}})
	if !slices.ContainsFunc(out.Commands, func(c pbx.Command) bool { h, ok := c.(pbx.Hangup); return ok && h.Channel == "c1-agent1" }) {
		t.Fatalf("the leg stays: %v", out.Commands)
	}
	out = d.gone("c1-agent1", pbx.CauseNormal)
	if !slices.ContainsFunc(out.Commands, func(c pbx.Command) bool { m, ok := c.(pbx.Create); return ok && m.Channel == "c1-agent2" }) {
		t.Fatalf("nobody is asked: %v", out.Commands)
	}
}

// Agents passed callers on to agents and queues of companies that have nothing to do with
// them, who were sent what was written down about the call.
func TestTransferToAnotherCompany(t *testing.T) {
	d := newDesk(t, func(p *Plan, _ *Queue) {
		p.Companies = append(p.Companies, Company{ID: "other", Name: "other", Country: "cn", Language: "zh"})
		p.Agents = append(p.Agents, Agent{ID: "3001", Company: "other"})
		p.Queues = append(p.Queues, Queue{ID: "others", Company: "other", Members: []AgentID{"3001"}})
	})
	d.register("1001", "3001")
	d.arrive("c1", "800100", "1")
	d.talk("c1", 1)
	for _, to := range []string{"3001", "others"} {
		out := d.do(Order{Agent: "1001", Verb: OrderTransfer, To: to, Reason: "r", Consent: true})
		if out.Refused == nil || !strings.Contains(out.Refused.Error(), "another company's") {
			t.Errorf("to %s: %v", to, out.Refused)
		}
	}
}

// What is dialled for tickets was under no rule's bound.
func TestKnownNumbersBounded(t *testing.T) {
	d := newCallbackDesk(t)
	d.h.companies["demo"].Outside[0].PerHour = 1
	d.register("1004")
	o := Order{Agent: "1004", Verb: OrderDial, To: "0559999", For: "ticket:17", Known: true}
	id := rung(d.must(o))
	d.attempt(id, pbx.CauseBusy)
	if out := d.do(o); out.Refused == nil || !strings.Contains(out.Refused.Error(), "as many as he may") {
		t.Errorf("the second: %v", out.Refused)
	}
}

// Who listens by a phone is neither heard nor moved by another leader's order for it.
func TestSupervisorOfAnother(t *testing.T) {
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1001", "1009")
	d.arrive("c1", "800100", "1")
	d.talk("c1", 1)
	d.must(Order{Agent: "1009", By: "boss", Verb: OrderListen, To: "1001"})
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: "c1-super2"})
	for _, verb := range []Verb{OrderJoin, OrderTakeOver} {
		var refused *OrderError
		if out := d.do(Order{Agent: "1009", By: "other", Verb: verb}); !errors.As(out.Refused, &refused) || refused.Why != RefusedAnothersPhone {
			t.Errorf("%s by another: %v", verb, out.Refused)
		}
	}
	d.must(Order{Agent: "1009", By: "boss", Verb: OrderJoin})
}

// The switch has the cause "no answer" for 480: who did not ring cannot be reached, and whose
// phone rang has declined.
func TestUnavailable(t *testing.T) {
	for rang, want := range map[bool]DialResult{false: DialUnreachable, true: DialNoAnswer} {
		if got := dialResult(pbx.CauseNoAnswer, 480, rang); got != want {
			t.Errorf("dialled, rang %t: %s, want %s", rang, got, want)
		}
	}
	for alerted, want := range map[time.Time]OfferResult{{}: OfferUnreachable, epoch: OfferDeclined} {
		if got := resultOf(&offer{AlertedAt: alerted}, pbx.CauseNoAnswer, 480); got != want {
			t.Errorf("offered, alerted %v: %s, want %s", alerted, got, want)
		}
	}
}
