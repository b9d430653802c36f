package cti

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/pbx"
)

// Other systems' callbacks overtake who waits, or dial twice: FreePBX/issue-tracker #621
// and #525, fusionpbx #1322. These tests are named after them.

// newCallbackDesk has one agent, busy with c0, and callers whose queue calls back.
func newCallbackDesk(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, func(p *Plan, q *Queue) {
		p.Companies[0].Outside = []DialRule{{Role: DialAgent, Prefixes: []string{"021"}}}
		q.Tell = Span(20 * time.Second)
		q.Callback = &CallbackRule{Attempts: 2, Retry: Span(5 * time.Minute), Keep: Span(time.Hour)}
	})
	d.register("1001")
	d.arrive("c0", "800100", "0210000")
	d.talk("c0", 1)
	return d
}

// greeted brings a caller who has heard the greeting.
func (d *desk) greeted(call, from string) {
	d.arrive(call, "800100", from)
	d.played(call + "-greeting")
}

func (d *desk) played(id string) Outcome {
	call, _, _ := strings.Cut(id, "-")
	return d.do(pbx.PlaybackFinished{At: pbx.At(d.now), Channel: pbx.ChannelID(call), Playback: pbx.PlaybackID(id)})
}

func (d *desk) press(call string) Outcome {
	return d.do(pbx.DigitPressed{At: pbx.At(d.now), Channel: pbx.ChannelID(call), Digit: callbackKey})
}

// tells lets the time pass after which who waits is told his place.
func (d *desk) tells() Outcome {
	d.now = d.now.Add(20 * time.Second)
	d.do(Tick{}) // his lease is due first
	return d.do(Tick{})
}

// owe has a caller who waits promised a call, and lets his own end.
func (d *desk) owe(call, from string) {
	d.t.Helper()
	d.greeted(call, from)
	d.tells()
	out := d.press(call)
	if !plays(out, "callback-promised") {
		d.t.Fatalf("%s is promised nothing: %v", call, out.Commands)
	}
	if out = d.played(call + "-promise"); len(commandsOf[pbx.Hangup](out)) != 1 {
		d.t.Fatalf("%s is not hung up: %v", call, out.Commands)
	}
	out = d.gone(call, pbx.CauseNormal)
	for _, f := range out.Facts {
		if e, ok := f.Data.(*Ended); ok && (e.Abandoned || e.Disposition != DispositionNoAnswer) {
			d.t.Errorf("%s ended %+v", call, e)
		}
	}
}

func plays(out Outcome, prompt string) bool {
	return slices.ContainsFunc(commandsOf[pbx.Play](out), func(p pbx.Play) bool { return slices.Contains(p.Media, "sound:"+prompt) })
}

// rung is the call for which an agent's phone is rung.
func rung(out Outcome) CallID {
	for _, c := range commandsOf[pbx.Create](out) {
		if c.Args[0] == "offer" {
			return CallID(c.Args[1])
		}
	}
	return ""
}

// dialled is the number outside that is dialled.
func dialled(out Outcome) string {
	for _, c := range commandsOf[pbx.Create](out) {
		if c.Args[0] == "called" {
			return strings.TrimSuffix(strings.TrimPrefix(string(c.Endpoint), "PJSIP/"), "@trunk")
		}
	}
	return ""
}

func (d *desk) leave(call string, n int) Outcome {
	out := d.gone(string(d.h.calls[CallID(call)].agentChannel(n)), pbx.CauseNormal)
	out.Facts = append(out.Facts, d.gone(call, pbx.CauseNormal).Facts...)
	return out
}

// attempt lets the agent take a callback, and the number end so.
func (d *desk) attempt(id CallID, cause pbx.Cause) Outcome {
	c := d.h.calls[id]
	called := c.Channel
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.agentChannel(1)})
	d.gone(string(called), cause)
	return d.gone(string(c.agentChannel(1)), pbx.CauseNormal)
}

func callbackFacts(fs []Fact) []string {
	var got []string
	for _, f := range fs {
		switch data := f.Data.(type) {
		case *CallbackTriedData:
			got = append(got, "tried "+string(data.Result))
		case *CallbackEndedData:
			got = append(got, "ended "+string(data.Result))
		}
	}
	return got
}

// TestThreadFreePBX621: a callback is made in its turn, before who came later and after
// who came before.
func TestThreadFreePBX621(t *testing.T) {
	t.Parallel()
	d := newCallbackDesk(t)
	d.greeted("c1", "0210001")
	d.owe("c2", "0210002")
	d.greeted("c3", "0210003")
	if got := rung(d.leave("c0", 1)); got != "c1" {
		t.Fatalf("after c0 the agent is rung for %q", got)
	}
	d.talk("c1", 1)
	id := rung(d.leave("c1", 1))
	if c := d.h.calls[id]; c == nil || c.For != ForCallback+"c2" || c.DID != "800100" {
		t.Fatalf("after c1 the agent is rung for %q", id)
	}
	c := d.h.calls[id]
	if got := dialled(d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.agentChannel(1)})); got != "0210002" {
		t.Fatalf("%q is dialled", got)
	}
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.Channel})
	out := d.gone(string(c.Channel), pbx.CauseNormal)
	facts := out.Facts
	out = d.gone(string(c.agentChannel(1)), pbx.CauseNormal)
	if facts = append(facts, out.Facts...); !slices.Equal(callbackFacts(facts), []string{"ended reached"}) {
		t.Errorf("callback: %v", callbackFacts(facts))
	}
	if a := d.h.calls["c3"]; a.Offer == nil {
		t.Error("c3, the next, is not offered")
	}
}

// TestThreadFreePBX525: a callback that reached nobody is tried again by rule, also by
// an engine that starts in between, and no more often.
func TestThreadFreePBX525(t *testing.T) {
	t.Parallel()
	d := newCallbackDesk(t)
	e := NewEssence()
	d.facts = e.Add
	d.owe("c1", "0210001")
	id := rung(d.leave("c0", 1))
	if out := d.attempt(id, pbx.CauseNoAnswer); !slices.Equal(callbackFacts(d.last), []string{"tried no_answer"}) || rung(out) != "" {
		t.Fatalf("callback %v, rung for %q", callbackFacts(d.last), rung(out))
	}
	seq := d.h.Seq()
	d.h = NewHotline("e1", d.plan)
	for _, f := range e.Facts() {
		d.h.Apply(f)
	}
	d.h.Resume(seq)
	out := d.do(pbx.LinkUp{At: pbx.At(d.now), Snapshot: pbx.Snapshot{
		At: d.now, StartedAt: epoch, Endpoints: []pbx.Endpoint{{ID: "PJSIP/1001", Reachable: true}},
	}})
	if got := rung(out); got != "" {
		t.Fatalf("before its time the agent is rung for %q", got)
	}
	d.now = d.now.Add(5 * time.Minute)
	id = rung(d.do(Tick{}))
	if id == "" {
		t.Fatal("it is not tried again")
	}
	if d.attempt(id, pbx.CauseNoAnswer); !slices.Equal(callbackFacts(d.last), []string{"ended failed"}) {
		t.Errorf("callback: %v", callbackFacts(d.last))
	}
	d.now = d.now.Add(30 * time.Minute)
	if got := rung(d.do(Tick{})); got != "" || len(d.h.callbacks) != 0 {
		t.Errorf("%d are owed, rung for %q", len(d.h.callbacks), got)
	}
}

// TestThreadFusionPBX1322: who calls again while he is owed a call has his old place, and
// is not dialled beside.
func TestThreadFusionPBX1322(t *testing.T) {
	t.Parallel()
	d := newCallbackDesk(t)
	d.owe("c1", "0210001")
	d.greeted("c2", "0210002")
	d.greeted("c3", "0210001")
	if got := callbackFacts(d.all); !slices.Equal(got, []string{"ended came_back"}) {
		t.Errorf("callback: %v", got)
	}
	if got := rung(d.leave("c0", 1)); got != "c3" {
		t.Errorf("the agent is rung for %q, not for who came first", got)
	}
}

// TestCallbackNotPromised: a number that no rule allows, one already promised, and a
// caller for whom a phone rings.
func TestCallbackNotPromised(t *testing.T) {
	t.Parallel()
	d := newCallbackDesk(t)
	d.greeted("c1", "0099123")
	if out := d.tells(); !plays(out, "place-is") || plays(out, "press-callback") {
		t.Errorf("a number that no rule allows is offered a call: %v", out.Commands)
	}
	if out := d.press("c1"); plays(out, "callback-promised") {
		t.Error("a number that no rule allows is promised a call")
	}
	d.greeted("c2", "0210002")
	if out := d.press("c2"); plays(out, "callback-promised") {
		t.Error("he is promised a call of which nobody has told him")
	}
	if out := d.tells(); !plays(out, "press-callback") {
		t.Errorf("c2 is told %v", out.Commands)
	}
	d.arrive("c3", "800119", "0210003")
	d.h.calls["c3"].ToldBack = true // as one who has been passed on
	if out := d.press("c3"); plays(out, "callback-promised") {
		t.Error("an emergency caller is sent away")
	}
	d.leave("c0", 1)
	d.gone("c1", pbx.CauseNormal)
	d.gone("c1-agent1", pbx.CauseNormal) // 1001 is rung for c2
	if d.h.calls["c2"].Offer == nil || plays(d.press("c2"), "callback-promised") {
		t.Error("c2 is sent away while a phone rings for him")
	}
	d.gone("c2-agent1", pbx.CauseBusy)
	if out := d.press("c2"); !plays(out, "callback-promised") {
		t.Errorf("no phone rings, and he is not promised a call: %v", out.Commands)
	}
}

// TestCallbackRule: what is wrong with a rule is named with its place.
func TestCallbackRule(t *testing.T) {
	t.Parallel()
	base := func(q *Queue) *Plan {
		p := DemoPlan(0)
		p.Companies[0].Outside = nil
		*q = p.Queues[0]
		return p
	}
	for want, change := range map[string]func(p *Plan, q *Queue){
		"companies[0].outside": func(_ *Plan, q *Queue) {
			q.Callback, q.Tell = &CallbackRule{Attempts: 1, Retry: Span(time.Minute), Keep: Span(time.Hour)}, Span(time.Minute)
		},
		"queues[0].callback.attempts: 0": func(_ *Plan, q *Queue) { q.Callback = &CallbackRule{} },
		"queues[0].overflow_callback: there is no rule": func(_ *Plan, q *Queue) {
			q.OverflowCallback, q.OverflowAfter = true, Span(time.Minute)
		},
		"give tell, or overflow_callback": func(p *Plan, q *Queue) {
			p.Companies[0].Outside = []DialRule{{Role: DialAgent, Prefixes: []string{"1"}}}
			q.Callback, q.Tell = &CallbackRule{Attempts: 1, Retry: Span(time.Minute), Keep: Span(time.Hour)}, 0
		},
	} {
		var q Queue
		p := base(&q)
		change(p, &q)
		p.Queues[0] = q
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
}

// TestCancelCallback: a leader takes a promise back; not one of another company's, and
// not while it is being kept.
func TestCancelCallback(t *testing.T) {
	t.Parallel()
	d := newCallbackDesk(t)
	d.owe("c1", "0211111")
	cancel := func(call CallID, company CompanyID) error {
		return d.do(CancelCallback{Call: call, Company: company, By: "2001", Reason: "he came in person"}).Refused
	}
	var refused *CallbackError
	for call, company := range map[CallID]CompanyID{"c1": "other", "c9": ""} {
		if err := cancel(call, company); !errors.As(err, &refused) || !refused.Unknown {
			t.Errorf("of %s for %q: %v", call, company, err)
		}
	}
	if err := cancel("c1", "demo"); err != nil {
		t.Fatal(err)
	}
	if e, ok := d.last[0].Data.(*CallbackEndedData); !ok || e.Result != CallbackCancelled || e.Person != "2001" || e.Reason == "" {
		t.Errorf("the fact: %+v", d.last)
	}
	if id := rung(d.leave("c0", 1)); id != "" {
		t.Errorf("he is called back in %s", id)
	}
	d.arrive("c2", "800100", "0212222")
	d.talk("c2", 1)
	d.owe("c3", "0213333")
	if rung(d.leave("c2", 1)) == "" {
		t.Fatal("nobody is called back")
	}
	if err := cancel("c3", ""); !errors.As(err, &refused) || refused.Unknown {
		t.Errorf("while he is being called: %v", err)
	}
}

// TestCallbackForged: what an agent dials by himself keeps no promise, whatever he says it
// is for; it ended the promise to a caller whom nobody had called, and went around the cap
// of numbers that he may dial.
func TestCallbackForged(t *testing.T) {
	d := newCallbackDesk(t)
	d.register("1004")
	d.owe("c1", "0211111")
	out := d.do(Order{Agent: "1004", Verb: OrderDial, To: "0219999", For: ForCallback + "c1"})
	if out.Refused == nil || rung(out) != "" {
		t.Errorf("he dials another number for the promise of c1: %v, %v", out.Refused, out.Commands)
	}
	if cb := d.h.callback("c1"); cb == nil || cb.attempt != "" {
		t.Errorf("the promise is %+v", cb)
	}
	d.must(Order{Agent: "1004", Verb: OrderDial, To: "0219999", For: "ticket:17"})
}

// TestCallbackOnTheLine: while an agent who has dialled him talks to him he is not called
// back; a second agent dialled his number, and an attempt was lost to the busy line.
func TestCallbackOnTheLine(t *testing.T) {
	d := newCallbackDesk(t)
	d.owe("c1", "0211111")
	d.register("1004")
	id := rung(d.must(Order{Agent: "1004", Verb: OrderDial, To: "0211111"}))
	c := d.h.calls[id]
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.agentChannel(1)})
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.Channel})
	d.leave("c0", 1) // 1001 is free
	if cb := d.h.callback("c1"); cb == nil || cb.attempt != "" {
		t.Errorf("he is called back while he talks: %+v", cb)
	}
	d.gone(string(c.agentChannel(1)), pbx.CauseNormal)
	d.gone(string(c.Channel), pbx.CauseNormal)
	if cb := d.h.callback("c1"); cb == nil || cb.attempt == "" {
		t.Errorf("he is not called back afterwards: %+v", cb)
	}
}

// Who calls himself while the phone rings of the agent who is to call him was dialled
// all the same, and was still owed a call when he had been served.
func TestCalledMeanwhile(t *testing.T) {
	t.Parallel()
	d := newCallbackDesk(t)
	d.owe("c1", "0210001")
	id := rung(d.leave("c0", 1))
	d.greeted("c2", "0210001")
	out := d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: d.h.calls[id].agentChannel(1)})
	if got := dialled(out); got != "" {
		t.Errorf("%s is dialled while he is on the line", got)
	}
	facts := append(out.Facts, d.gone(string(id)+"-agent1", pbx.CauseNormal).Facts...)
	if got := callbackFacts(facts); !slices.Equal(got, []string{"tried not_begun", "ended came_back"}) {
		t.Errorf("of the promise: %q", got)
	}
	if len(d.h.callbacks) != 0 || d.h.calls["c2"].Order != 2 {
		t.Errorf("owed are %d, and he has place %d", len(d.h.callbacks), d.h.calls["c2"].Order)
	}
}

// TestPromiseKept: who was promised a call and is reached by it has no message left to be
// answered, but one that somebody has taken, and those of others.
func TestPromiseKept(t *testing.T) {
	t.Parallel()
	d := newCallbackDesk(t)
	d.owe("c1", "0210001")
	leave := func(call CallID, number string) {
		d.h.emit(d.now, CallArrived, "demo", call, "", &Arrived{DID: "800100", Caller: pbx.Party{Number: number}, Channel: pbx.ChannelID(call), Direction: "inbound"})
		d.h.emit(d.now, CallMessageLeft, "demo", call, "", &MessageLeftData{DID: "800100", Box: "service", Caller: number, Number: number, Recording: "r", LengthMs: 3000})
		d.h.emit(d.now, CallLegEnded, "demo", call, "", &LegEnded{Channel: pbx.ChannelID(call), Role: RoleCaller, Cause: pbx.CauseNormal})
		d.h.emit(d.now, CallEnded, "demo", call, "", &Ended{By: RoleCaller, Disposition: DispositionNoAnswer})
	}
	leave("m1", "0210001")
	leave("m2", "0210002")
	leave("m3", "0210001")
	d.h.emit(d.now, MessageTaken, "demo", "m3", "", &MessageTakenData{By: "2001"})
	id := rung(d.leave("c0", 1))
	c := d.h.calls[id]
	if c == nil || c.For != ForCallback+"c1" {
		t.Fatalf("the agent is rung for %q", id)
	}
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.agentChannel(1)})
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.Channel})
	d.do(pbx.ChannelEntered{At: pbx.At(d.now), Channel: pbx.Channel{ID: c.Channel, Args: []string{Outbound, string(id)}}})
	d.bridged(string(c.bridgeID()), string(c.Channel), string(c.agentChannel(1)))
	if n := len(d.h.Messages()); n != 3 {
		t.Fatalf("%d messages before the talk is over", n)
	}
	d.gone(string(c.Channel), pbx.CauseNormal)
	d.gone(string(c.agentChannel(1)), pbx.CauseNormal)
	var left []string
	for _, m := range d.h.Messages() {
		left = append(left, string(m.Call))
	}
	if fmt.Sprint(left) != "[m2 m3]" {
		t.Errorf("left are %v", left)
	}
	for _, f := range d.all {
		if done, ok := f.Data.(*MessageFinishedData); ok && (f.Call != "m1" || done.By != "1001" || !strings.Contains(done.Result, string(id))) {
			t.Errorf("finished %s: %+v", f.Call, done)
		}
	}
}
