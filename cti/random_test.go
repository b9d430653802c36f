package cti

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sansheng/cti/flow"
	"sansheng/pbx"
)

// toySwitch obeys commands and offers, as pending, the events a real switch
// would report: in order within a channel, in any order between channels. It
// knows nothing of calls.
type toySwitch struct {
	now      time.Time
	channels map[pbx.ChannelID]*toyChannel
	bridges  map[pbx.BridgeID][]pbx.ChannelID
	order    []pbx.ChannelID
	lamps    map[pbx.LampID]pbx.LampState
}

type toyChannel struct {
	pbx.Channel
	agent   AgentID
	dialled bool
	on      pbx.ChannelID // what it spies on
	leaving bool
	pending []func(at pbx.At) pbx.Event
}

func (s *toySwitch) add(ch pbx.Channel, agent AgentID) *toyChannel {
	c := &toyChannel{Channel: ch, agent: agent}
	s.channels[ch.ID] = c
	s.order = append(s.order, ch.ID)
	return c
}

func (s *toySwitch) say(id pbx.ChannelID, e func(at pbx.At) pbx.Event) {
	if c := s.channels[id]; c != nil && !c.leaving {
		c.pending = append(c.pending, e)
	}
}

// end takes a channel down: asked for, left, gone.
func (s *toySwitch) end(id pbx.ChannelID, cause pbx.Cause, asked bool) {
	c := s.channels[id]
	if c == nil || c.leaving {
		return
	}
	if asked {
		s.say(id, func(at pbx.At) pbx.Event { return pbx.HangupRequested{At: at, Channel: id, Cause: cause} })
	}
	for _, spy := range s.order {
		if o := s.channels[spy]; o != nil && o.on == id {
			s.end(spy, pbx.CauseNormal, false)
		}
	}
	s.say(id, func(at pbx.At) pbx.Event { return pbx.ChannelLeft{At: at, Channel: id} })
	s.say(id, func(at pbx.At) pbx.Event { return pbx.ChannelGone{At: at, Channel: id, Cause: cause} })
	c.leaving = true
}

// visited sends a channel through the dialplan and back: as who was called, or as it came.
func (s *toySwitch) visited(c pbx.Continue) {
	ch := s.channels[c.Channel]
	if ch == nil || !ch.InApp {
		return
	}
	for b := range s.bridges {
		s.leave(c.Channel, b)
	}
	if c.Context == Outbound {
		ch.Args = []string{Outbound, "x"}
	}
	back := ch.Channel
	s.say(c.Channel, func(at pbx.At) pbx.Event { return pbx.ChannelLeft{At: at, Channel: c.Channel} })
	s.say(c.Channel, func(at pbx.At) pbx.Event { return pbx.ChannelEntered{At: at, Channel: back} })
}

// forget loses all events in flight, and the lamps.
func (s *toySwitch) forget() {
	clear(s.lamps)
	for _, id := range s.order {
		if c := s.channels[id]; c != nil {
			c.pending = nil
			if c.leaving {
				delete(s.channels, id)
			}
		}
	}
}

func (s *toySwitch) obey(c pbx.Command) {
	switch c := c.(type) {
	case pbx.Create:
		if s.channels[c.Channel] != nil {
			return // the switch takes a second channel of that name for the first
		}
		s.add(pbx.Channel{
			ID: c.Channel, State: pbx.ChannelDown, InApp: true, Args: c.Args, CreatedAt: s.now, Vars: c.Report,
		}, AgentID(c.Args[2]))
		s.say(c.Channel, func(at pbx.At) pbx.Event {
			return pbx.ChannelEntered{At: at, Channel: pbx.Channel{ID: c.Channel, Args: c.Args}}
		})
	case pbx.Spy:
		if on := s.channels[c.On]; on != nil && !on.leaving && s.channels[c.Channel] == nil {
			s.add(pbx.Channel{ID: c.Channel, State: pbx.ChannelUp, InApp: true, Args: c.Args, CreatedAt: s.now}, "spy").on = c.On
			s.say(c.Channel, func(at pbx.At) pbx.Event {
				return pbx.ChannelEntered{At: at, Channel: pbx.Channel{ID: c.Channel, Args: c.Args}}
			})
		}
	case pbx.Dial:
		if ch := s.channels[c.Channel]; ch != nil {
			ch.dialled = true
		}
	case pbx.Answer:
		if ch := s.channels[c.Channel]; ch != nil && ch.InApp { // it refuses who is with its fallback
			ch.State = pbx.ChannelUp
		}
	case pbx.SetVars:
		if ch := s.channels[c.Channel]; ch != nil && c.Vars["MESSAGE_TAKE"] != "" {
			ch.Vars = map[string]string{"MESSAGE_TAKE": c.Vars["MESSAGE_TAKE"]}
		}
	case pbx.Play:
		s.say(c.Channel, func(at pbx.At) pbx.Event {
			return pbx.PlaybackFinished{At: at, Playback: c.Playback, Channel: c.Channel}
		})
	case pbx.AskPlay:
		s.say(c.Channel, func(at pbx.At) pbx.Event { return pbx.CommandFailed{At: at, Command: c, Gone: true} })
	case pbx.Join:
		for _, ch := range c.Channels {
			if s.channels[ch] == nil || !s.channels[ch].InApp || slices.Contains(s.bridges[c.Bridge], ch) {
				continue // the switch refuses who is with its fallback
			}
			for b := range s.bridges { // a channel is in one bridge at a time
				s.leave(ch, b)
			}
			s.bridges[c.Bridge] = append(s.bridges[c.Bridge], ch)
			s.say(ch, func(at pbx.At) pbx.Event { return pbx.BridgeEntered{At: at, Bridge: c.Bridge, Channel: ch} })
		}
	case pbx.Unjoin:
		s.leave(c.Channel, c.Bridge)
	case pbx.DropBridge:
		delete(s.bridges, c.Bridge)
	case pbx.Continue:
		switch c.Context {
		case "farewell":
			s.end(c.Channel, pbx.CauseNormal, false)
		case messageContext:
			if ch := s.channels[c.Channel]; ch != nil && c.Extension == "s" {
				take := ch.Vars["MESSAGE_TAKE"]
				s.say(c.Channel, func(at pbx.At) pbx.Event { return pbx.ChannelLeft{At: at, Channel: c.Channel} })
				s.say(c.Channel, func(at pbx.At) pbx.Event {
					return pbx.ChannelEntered{At: at, Channel: pbx.Channel{ID: c.Channel, Args: []string{messageContext, "x", take, "DTMF", "3000"}}}
				})
				return
			}
			s.end(c.Channel, pbx.CauseNormal, false)
		case Outbound, recordingContext:
			s.visited(c)
		}
	case pbx.Hangup:
		s.end(c.Channel, c.Cause, true)
	case pbx.Light:
		s.lamps[c.Lamp] = c.Shows
	}
}

func (s *toySwitch) leave(ch pbx.ChannelID, b pbx.BridgeID) {
	if members, ok := s.bridges[b]; ok {
		s.bridges[b] = slices.DeleteFunc(members, func(o pbx.ChannelID) bool { return o == ch })
	}
}

func (s *toySwitch) snapshot() pbx.Snapshot {
	snap := pbx.Snapshot{At: s.now, StartedAt: epoch}
	for _, id := range s.order {
		if c := s.channels[id]; c != nil && !c.leaving {
			snap.Channels = append(snap.Channels, c.Channel)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.bridges)) {
		b := pbx.Bridge{ID: id}
		for _, ch := range s.bridges[id] {
			if c := s.channels[ch]; c != nil && !c.leaving {
				b.Channels = append(b.Channels, ch)
			}
		}
		snap.Bridges = append(snap.Bridges, b)
	}
	return snap
}

type world struct {
	t       *rapid.T
	h       *Hotline
	s       *toySwitch
	plan    *Plan
	facts   []Fact
	callers int
	ended   map[CallID]int
	engines int
	// asks are the questions that no service has answered yet.
	asks []Ask
	// keyed are the legs of people on call, true once the key was pressed there.
	keyed map[pbx.ChannelID]bool
	// asked are the calls whose callers are asked how it was, or have been.
	asked map[CallID]bool
}

func (w *world) feed(in Input) {
	w.take(in, w.h.Handle(w.s.now, in))
}

func (w *world) take(in Input, out Outcome) {
	w.facts, w.asks = append(w.facts, out.Facts...), append(w.asks, out.Asks...)
	for _, f := range out.Facts {
		if f.Kind == CallEnded {
			w.ended[f.Call]++
		}
	}
	w.checkKeys(in, out)
	w.checkAsked(in, out.Facts)
	for _, c := range out.Commands {
		w.s.obey(c)
	}
	w.check(in)
	w.checkCallbacks(in)
}

// checkKeys: nobody on call has a caller without having pressed the key, unless the
// switch has the two together.
func (w *world) checkKeys(in Input, out Outcome) {
	if e, ok := in.(pbx.DigitPressed); ok && e.Digit == onCallKey {
		if _, keyed := w.keyed[e.Channel]; keyed {
			w.keyed[e.Channel] = true
		}
	}
	for _, f := range out.Facts {
		switch d := f.Data.(type) {
		case *Offered:
			switch {
			case d.Key != "":
				if _, known := w.keyed[d.Channel]; !known {
					w.keyed[d.Channel] = false
				}
			case !d.Estimated: // of the same name as one of which the facts were lost
				delete(w.keyed, d.Channel)
			}
		case *Answered:
			if pressed, keyed := w.keyed[d.Channel]; keyed && !pressed && !d.Estimated {
				w.t.Fatalf("after %T: %s has %s without having pressed the key", in, f.Agent, f.Call)
			}
		}
	}
}

// checkAsked: who is asked how it was, or has been, never comes to an agent again.
func (w *world) checkAsked(in Input, facts []Fact) {
	for _, f := range facts {
		switch d := f.Data.(type) {
		case *SurveyBeganData:
			w.asked[f.Call] = true
		case *SurveyEndedData:
			w.asked[f.Call] = d.Result != SurveyUndone
		case *Queued, *Offered, *FellBack, *Answered, *Joined:
			if w.asked[f.Call] {
				w.t.Fatalf("after %T: %s was asked how it was, and is told of %s", in, f.Call, f.Kind)
			}
		}
	}
}

// onCallKey is what the random plan's chain is asked for.
const onCallKey = "7"

// pressOnCall lets some party who was called press a key.
func (w *world) pressOnCall() {
	for _, id := range w.s.order {
		if c := w.s.channels[id]; c != nil && c.agent != "" && !c.leaving && c.State == pbx.ChannelUp && rapid.Bool().Draw(w.t, "who") {
			digit := rapid.SampledFrom([]string{onCallKey, onCallKey, "5", "*"}).Draw(w.t, "digit")
			w.s.say(id, func(at pbx.At) pbx.Event { return pbx.DigitPressed{At: at, Channel: id, Digit: digit} })
		}
	}
}

// dusk sends everybody home, or back: those who serve the emergency line.
func (w *world) dusk() {
	state := rapid.SampledFrom([]AgentState{LoggedOff, Paused, Ready}).Draw(w.t, "state")
	for _, a := range w.h.order {
		w.feed(SetState{Agent: a.ID, State: state})
	}
}

// unsolved lets somebody who was called, or is being called, say that his emergency is not
// solved; some say it twice. His talk may be over, or he may be handed over.
func (w *world) unsolved() {
	in := OweEmergency{
		Company: rapid.SampledFrom([]CompanyID{"demo", "demo2"}).Draw(w.t, "company"), Call: CallID(fmt.Sprintf("o%d", rapid.IntRange(1, 5).Draw(w.t, "call"))),
		Number: fmt.Sprintf("021%04d", rapid.IntRange(0, 6).Draw(w.t, "number")),
	}
	for _, c := range w.h.live {
		if c.Direction == Outbound && rapid.Bool().Draw(w.t, "who") {
			in.Company, in.Call, in.Number = c.Company, c.ID, c.Caller.Number
		}
	}
	in.For = "follow_up:" + string(in.Call)
	before := len(w.h.callbacks)
	owed := w.h.callback(in.Call) != nil || w.h.recalls.found(in.For)
	live := w.h.calls[in.Call]
	w.feed(in)
	cb := w.h.callback(in.Call)
	switch {
	case owed && len(w.h.callbacks) > before:
		w.t.Fatalf("%s is owed twice", in.For)
	case !owed && (live == nil || !live.Emergency) && (cb == nil || !cb.stand.Emergency):
		w.t.Fatalf("%s is not owed", in.For)
	}
}

// checkCallbacks: of a callback one attempt at most is under way.
func (w *world) checkCallbacks(in Input) {
	attempts := map[string]CallID{}
	for _, c := range w.h.live {
		if w.h.keeps(c) == nil {
			continue
		}
		if other, twice := attempts[c.For]; twice && !c.leaving() {
			w.t.Fatalf("after %T: %s is kept by %s and %s", in, c.For, other, c.ID)
		}
		attempts[c.For] = c.ID
	}
}

// check holds what must hold after every input.
func (w *world) check(in Input) {
	for b, list := range w.s.bridges {
		for _, id := range list {
			if c := w.s.channels[id]; len(list) > 1 && c != nil && c.agent == "" && !c.leaving && len(c.pending) == 0 && c.State != pbx.ChannelUp {
				w.t.Fatalf("after %T: %s speaks with somebody in %s and was never answered", in, id, b)
			}
		}
	}
	offered := map[AgentID]CallID{}
	for _, c := range w.h.live {
		for _, id := range w.h.channels(c) {
			l := w.h.legs[id]
			if l.hungUp { // his phone is free, the switch is clearing the channel
				continue
			}
			if a := l.agent; a != "" && a != Outside {
				if other, twice := offered[a]; twice {
					w.t.Fatalf("after %T: agent %s is on calls %s and %s", in, a, other, c.ID)
				}
				offered[a] = c.ID
			}
		}
	}
	for _, a := range w.h.order {
		if a.busy() && offered[a.ID] == "" {
			w.t.Fatalf("after %T: agent %s is %s without a leg", in, a.ID, a.State)
		}
		if a.State == Ready && offered[a.ID] != "" {
			w.t.Fatalf("after %T: agent %s is Ready while on call %s", in, a.ID, offered[a.ID])
		}
	}
	if !w.h.linked {
		return
	}
	for _, c := range w.h.live {
		w.checkCall(in, c)
		w.checkFlow(in, c)
	}
	for _, a := range w.h.lamps {
		if got, want := w.s.lamps[pbx.LampID("agent-"+a.ID)], w.h.lamp(a); got != want {
			w.t.Fatalf("after %T: the lamp of %s, who is %s, shows %q, not %q", in, a.ID, a.State, got, want)
		}
	}
	for _, a := range w.h.idle(w.s.now) {
		for _, c := range w.h.waiting(w.s.now) {
			if c.aim() == "" && w.h.serves(a.ID, c) && (c.Owed == nil || c.Emergency || !w.h.emergencySeat(a.ID)) && !w.s.now.Before(c.Tried[a.ID]) {
				w.t.Fatalf("after %T: caller %s waits while agent %s is free", in, c.ID, a.ID)
			}
		}
	}
}

// checkFlow: who is in a flow has something to wait for, with a time at which it ends.
func (w *world) checkFlow(in Input, c *call) {
	if c.State == CallSurvey && !c.leaving() && !c.Left && c.Prompt == "" && c.Inquiring.keyBy.IsZero() {
		w.t.Fatalf("after %T: %s is asked nothing and waits for nothing: %+v", in, c.ID, c.Inquiry)
	}
	if c.State != CallInFlow || c.leaving() || c.Left {
		return
	}
	if c.Prompt == "" && c.Walk.keyBy.IsZero() && c.Walk.answerBy.IsZero() {
		w.t.Fatalf("after %T: %s stands at %q (%s) and waits for nothing", in, c.ID, c.Walk.node.ID, c.Walk.node.Kind)
	}
}

// checkCall holds what must hold of every live call.
func (w *world) checkCall(in Input, c *call) {
	if c.leaving() {
		return
	}
	has := w.h.legs[c.talkChannel()] != nil
	switch {
	case c.State == CallConsulting && (!has || c.Transfer == nil || c.Transfer.Answered && w.h.legs[c.receiverChannel()] == nil ||
		!c.Transfer.Answered && c.Offer == nil):
		w.t.Fatalf("after %T: %s consults nobody", in, c.ID)
	case (c.State == CallTalking || c.State == CallPickedUp) && len(c.offers()) > 0:
		w.t.Fatalf("after %T: %s is %s and has an offer", in, c.ID, c.State)
	case c.State == CallWaiting && c.Agent != "" || c.State == CallTalking && !has:
		w.t.Fatalf("after %T: %s is %s of %q", in, c.ID, c.State, c.Agent)
	case c.Transfer != nil && (c.State == CallPickedUp || c.State == CallTalking || c.State == CallNative):
		w.t.Fatalf("after %T: %s is %s with a transfer %+v", in, c.ID, c.State, c.Transfer)
	}
	for _, id := range w.h.channels(c) {
		l := w.h.legs[id]
		needed := c.offerOn(id) != nil || c.Agent != "" && id == c.talkChannel() ||
			c.State == CallConsulting && id == c.receiverChannel()
		if (l.role == RoleAgent || l.role == RoleOutside) && l.hangupAt.IsZero() && !l.hungUp && (!needed || c.State == CallNative) {
			w.t.Fatalf("after %T: leg %s of %s (%s) is nobody's and is not hung up", in, id, c.ID, c.State)
		}
	}
}

// deliver reports one pending event of some channel.
func (w *world) deliver() bool {
	var ready []pbx.ChannelID
	for _, id := range w.s.order {
		if c := w.s.channels[id]; c != nil && len(c.pending) > 0 {
			ready = append(ready, id)
		}
	}
	if len(ready) == 0 {
		return false
	}
	id := rapid.SampledFrom(ready).Draw(w.t, "channel")
	c := w.s.channels[id]
	e := c.pending[0](pbx.At(w.s.now))
	c.pending = c.pending[1:]
	if _, gone := e.(pbx.ChannelGone); gone {
		delete(w.s.channels, id)
	}
	w.feed(e)
	return true
}

func (w *world) arrive() {
	w.callers++
	id := pbx.ChannelID(fmt.Sprintf("c%d", w.callers))
	did := rapid.SampledFrom([]string{"800100", "800100", "800119", "800200"}).Draw(w.t, "did")
	c := w.s.add(pbx.Channel{
		ID: id, State: pbx.ChannelRing, InApp: true, CreatedAt: w.s.now, Args: []string{"inbound", did, string(id)},
		Caller: pbx.Party{Number: fmt.Sprintf("021%04d", w.callers%7)}, // some call again
	}, "")
	w.s.say(id, func(at pbx.At) pbx.Event { return pbx.ChannelEntered{At: at, Channel: c.Channel} })
}

// phone lets some agent's phone do something a phone does.
func (w *world) phone() {
	var phones []pbx.ChannelID
	for _, id := range w.s.order {
		if c := w.s.channels[id]; c != nil && c.agent != "" && c.dialled && !c.leaving {
			phones = append(phones, id)
		}
	}
	if len(phones) == 0 {
		return
	}
	id := rapid.SampledFrom(phones).Draw(w.t, "phone")
	c := w.s.channels[id]
	switch rapid.SampledFrom([]string{"alert", "answer", "answer", "decline", "die", "hangup"}).Draw(w.t, "act") {
	case "alert":
		if c.State == pbx.ChannelDown {
			c.State = pbx.ChannelRinging
			w.s.say(id, func(at pbx.At) pbx.Event { return pbx.ChannelAlerting{At: at, Channel: id} })
		}
	case "answer":
		if c.State != pbx.ChannelUp {
			c.State = pbx.ChannelUp
			w.s.say(id, func(at pbx.At) pbx.Event { return pbx.ChannelAnswered{At: at, Channel: id} })
		}
	case "decline":
		if c.State != pbx.ChannelUp {
			w.s.end(id, pbx.CauseRejected, false)
		}
	case "die":
		w.s.end(id, pbx.Cause(44), false)
	case "hangup":
		if c.State == pbx.ChannelUp {
			w.s.end(id, pbx.CauseNormal, true)
		}
	}
}

// order lets some agent who talks order something, or any as a leader.
func (w *world) order() {
	verb := rapid.SampledFrom(Verbs()).Draw(w.t, "verb")
	var talking []AgentID
	for _, a := range w.h.order {
		if a.State == Talking || verb.Leads() || verb == OrderDial && !a.busy() || verb == OrderPromise {
			talking = append(talking, a.ID)
		}
	}
	if len(talking) == 0 {
		return
	}
	if verb == OrderPromise {
		w.feed(Order{
			Agent: rapid.SampledFrom(talking).Draw(w.t, "agent"), Verb: verb, To: rapid.SampledFrom([]string{"", "", "0219998", "1001"}).Draw(w.t, "number"),
			Due: w.s.now.Add(time.Duration(rapid.IntRange(-1, 600).Draw(w.t, "seconds")) * time.Second),
		})
		return
	}
	w.feed(Order{
		Agent: rapid.SampledFrom(talking).Draw(w.t, "agent"), Verb: verb, Leader: verb.Leads(),
		To: rapid.SampledFrom([]string{"1001", "1002", "1003", "1005", "1007", "service", "repair", "water", "0219999"}).Draw(w.t, "to"), Reason: "random",
	})
}

// promise has an agent who talks, or writes his notes, promise his caller a call.
func (w *world) promise() {
	for _, a := range w.h.order {
		if (a.State == Talking || a.State == WrapUp) && rapid.Bool().Draw(w.t, "who") {
			w.feed(Order{Agent: a.ID, Verb: OrderPromise, Due: w.s.now.Add(time.Duration(rapid.IntRange(1, 400).Draw(w.t, "seconds")) * time.Second)})
			return
		}
	}
}

// close closes a line or its calendar, with keys of which some come again, or opens it.
func (w *world) close() {
	in := CloseHours{
		What: rapid.SampledFrom([]string{"office", "800200", "800119"}).Draw(w.t, "what"), By: "3001", Reason: "random",
		Key: rapid.SampledFrom([]string{"", "", "k1", "k2"}).Draw(w.t, "key"),
	}
	if rapid.Bool().Draw(w.t, "closes") {
		in.Until = w.s.now.Add(time.Duration(rapid.IntRange(-1, 30).Draw(w.t, "seconds")) * time.Second)
	}
	w.feed(in)
}

// publish puts a plan in force, now or in some seconds: the one of the file, or one without
// some agents and a queue, or an earlier one again.
func (w *world) publish() {
	in := Publish{By: "3001", Version: rapid.IntRange(0, 5).Draw(w.t, "version")}
	if rapid.IntRange(0, 2).Draw(w.t, "document") > 0 {
		text, _ := w.plan.text()
		in.Plan, _ = planOf(text)
		for _, id := range []AgentID{"1001", "1002", "1007"} {
			if rapid.Bool().Draw(w.t, "without") {
				without(id)(in.Plan)
			}
		}
		if rapid.Bool().Draw(w.t, "without a queue") {
			withoutQueue("repair")(in.Plan)
			in.Plan.Queues[0].OverflowTo = ""
			in.Plan.Queues[0].OverflowVoicemail = true
		}
	}
	if rapid.IntRange(0, 3).Draw(w.t, "later") == 0 {
		in.Due = w.s.now.Add(time.Duration(rapid.IntRange(1, 20).Draw(w.t, "seconds")) * time.Second)
	}
	w.feed(in)
}

// press lets some caller press a key: of a menu, of a number, or for being called back.
func (w *world) press() {
	for _, id := range w.s.order {
		if c := w.s.channels[id]; c != nil && c.agent == "" && !c.leaving && c.InApp && rapid.IntRange(0, 2).Draw(w.t, "who") == 0 {
			key := rapid.SampledFrom([]string{callbackKey, callbackKey, "2", "#", "*"}).Draw(w.t, "key")
			w.s.say(id, func(at pbx.At) pbx.Event { return pbx.DigitPressed{At: at, Channel: id, Digit: key} })
			return
		}
	}
}

// keys lets every caller who is asked for a number press one.
func (w *world) keys() {
	number := rapid.SampledFrom([]string{"22#", "222", "2#", "2*33#"}).Draw(w.t, "number")
	for _, c := range w.h.live {
		if c.State != CallInFlow || c.Walk.node.Kind != flow.Digits {
			continue
		}
		for _, key := range number {
			w.s.say(c.Channel, func(at pbx.At) pbx.Event {
				return pbx.DigitPressed{At: at, Channel: c.Channel, Digit: string(key)}
			})
		}
	}
	w.flow()
}

// lookUp lets a service answer, or not; an answer may come when nobody waits for it.
func (w *world) lookUp() {
	if len(w.asks) == 0 {
		return
	}
	i := len(w.asks) - 1
	if rapid.Bool().Draw(w.t, "older") {
		i = rapid.IntRange(0, i).Draw(w.t, "which")
	}
	a := w.asks[i]
	if rapid.Bool().Draw(w.t, "once") {
		w.asks = slices.Delete(w.asks, i, i+1)
	}
	w.feed(LookedUp{
		Call: a.Call, N: a.N, Result: rapid.SampledFrom([]string{"known", "known", "debtor", TicketOpen, TicketNone, "nonsense", ""}).Draw(w.t, "result"),
		Data: Sheet{{Name: "name", Value: "Wang"}},
	})
}

// randomFlow asks who calls, for a number, and a service, before the menu.
func randomFlow(p *Plan) {
	p.Companies[1].VIPs = []string{"0210003"}
	p.Companies[1].Lookups = []Lookup{{ID: "crm", URL: "http://crm.example/callers", Results: []string{"debtor", "known"}}}
	f := &p.Flows[0]
	f.Start = "who"
	f.Nodes = append(f.Nodes,
		flow.Node{ID: "who", Kind: flow.Caller, Exits: exits("vip", "people", "ticket", "people", "repeat", "crm", "other", "account")},
		flow.Node{ID: "account", Kind: flow.Digits, Name: "account", Say: []string{"closed"}, Least: 2, Most: 3, Tries: 3, Exits: exits("done", "crm", "no_input", "hours", "wrong", "bye")},
		flow.Node{ID: "crm", Kind: flow.Lookup, Service: "crm", Exits: exits("known", "again", "debtor", "menu2", "failed", "hours")},
		flow.Node{ID: "again", Kind: flow.Lookup, Service: "crm", Say: []string{"closed"}, Exits: exits("known", "people", "failed", "hours")},
		flow.Node{ID: "menu2", Kind: flow.Menu, Say: []string{"closed"}, Exits: exits("1", "account", "2", "crm", "no_input", "hours")},
		flow.Node{ID: "bye", Kind: flow.HangUp, Say: []string{"goodbye"}})
}

func (w *world) callerLeaves() {
	var callers []pbx.ChannelID
	for _, id := range w.s.order {
		if c := w.s.channels[id]; c != nil && c.agent == "" && !c.leaving {
			callers = append(callers, id)
		}
	}
	if len(callers) > 0 {
		w.s.end(rapid.SampledFrom(callers).Draw(w.t, "caller"), pbx.CauseNormal, rapid.Bool().Draw(w.t, "asked"))
	}
}

// cutOff loses the link and all events in flight; things go on meanwhile.
func (w *world) cutOff() {
	w.feed(pbx.LinkLost{At: pbx.At(w.s.now)})
	for range rapid.IntRange(0, 6).Draw(w.t, "missed") {
		switch rapid.IntRange(0, 2).Draw(w.t, "kind") {
		case 0:
			w.phone()
		case 1:
			w.callerLeaves()
		case 2:
			w.arrive()
		}
	}
	w.s.now = w.s.now.Add(rapid.SampledFrom([]time.Duration{time.Second, 30 * time.Second}).Draw(w.t, "away"))
	w.s.forget()
	w.feed(pbx.LinkUp{At: pbx.At(w.s.now), Snapshot: w.snapshot()})
}

// takeover: the engine's host dies and another engine goes on with the facts
// that had left it by then. Whoever talks is not touched, but where nobody has begun, or gone
// on, to record him.
func (w *world) takeover() {
	lost := rapid.IntRange(0, min(12, len(w.facts))).Draw(w.t, "lost")
	w.facts = w.facts[:len(w.facts)-lost]
	clear(w.ended)
	clear(w.asked)
	w.checkAsked(nil, w.facts)
	w.engines++
	w.h = NewHotline(fmt.Sprintf("e%d", w.engines), w.plan)
	w.h.Lead(uint64(w.engines))
	for _, f := range w.facts {
		w.h.Apply(f)
		if f.Kind == CallEnded {
			w.ended[f.Call]++
		}
	}
	talking := map[pbx.ChannelID]bool{}
	for b, members := range w.s.bridges {
		_, _, floor := numbered(string(b), superBridge)
		if _, _, voice := numbered(string(b), voiceBridge); floor || voice {
			continue // nobody talks there
		}
		_, _, consult := numbered(string(b), consultBridge)
		if _, _, party := numbered(string(b), partyBridge); consult || party {
			continue // may be dropped where nobody has told of the transfer: the caller gets his agent back
		}
		var here []pbx.ChannelID
		for _, ch := range members {
			if c := w.s.channels[ch]; c != nil && !c.leaving && (c.State == pbx.ChannelUp || c.agent == "") {
				here = append(here, ch) // who is called and has not answered talks to nobody
			}
		}
		if len(here) == 2 {
			talking[here[0]], talking[here[1]] = true, true
		}
	}
	w.s.forget()
	out := w.h.Handle(w.s.now, pbx.LinkUp{At: pbx.At(w.s.now), Snapshot: w.snapshot()})
	for _, c := range out.Commands {
		switch c := c.(type) {
		case pbx.Watch, pbx.DropBridge, pbx.SetVars:
		default:
			for ch := range talking {
				visit, _ := c.(pbx.Continue)
				begins := visit.Context == Outbound && w.s.channels[ch].Args[0] == calledArg ||
					visit.Context == recordingContext && visit.Extension == "resume" // with another than who paused it
				if c.Lane() == pbx.Lane(ch) && !begins {
					w.t.Fatalf("%s talks and is told to %T %+v; facts of the takeover %v", ch, c, c, out.Facts)
				}
			}
		}
		if d, ok := c.(pbx.DropBridge); ok && len(w.s.bridges[d.Bridge]) > 1 {
			for _, ch := range w.s.bridges[d.Bridge] {
				if talking[ch] {
					w.t.Fatalf("the bridge of %s, who talks, is dropped", ch)
				}
			}
		}
	}
	w.take(pbx.LinkUp{}, out)
}

func (w *world) snapshot() pbx.Snapshot {
	snap := w.s.snapshot()
	for _, a := range w.plan.Agents {
		snap.Endpoints = append(snap.Endpoints, pbx.Endpoint{ID: a.Endpoint(), Reachable: true})
	}
	return snap
}

// TestRandomLife lets a hotline live through random events in random order,
// link losses and engine deaths included: nobody waits while a fitting agent is
// free, no agent is on two calls, a replay gives the same state, and in the end
// every call has ended exactly once and every agent is free.
func TestRandomLife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := DemoPlan(0)
		plan.Contacts = []Contact{{ID: "water", Company: "demo", Number: "02188880000"}}
		plan.Companies[0].Outside = []DialRule{{Role: DialAgent, Prefixes: []string{"021"}, PerHour: 20}}
		plan.Companies[0].Lamps, plan.Companies[0].Survey = true, twoQuestions()
		randomFlow(plan)
		if err := plan.Check(); err != nil {
			t.Fatal(err)
		}
		q := &plan.Queues[0]
		q.Strategy = rapid.SampledFrom([]Strategy{LongestIdle, RoundRobin, LeastCalls}).Draw(t, "strategy")
		q.RingAtOnce = rapid.IntRange(0, 3).Draw(t, "ring at once")
		q.LastAgent, q.Ageing, q.Tell = rapid.Bool().Draw(t, "last agent"), Span(5*time.Second), Span(10*time.Second)
		q.OverflowTo, q.OverflowAfter, q.OverflowLength, q.HoldLimit = "repair", Span(20*time.Second), 3, Span(10*time.Second)
		q.Callback = &CallbackRule{Attempts: 2, Retry: Span(time.Minute), Keep: Span(2 * time.Minute)}
		plan.Queues[1].OnCall = &OnCall{
			Chain: []string{"1007", "1002", "water", "0219999"}, Together: rapid.Bool().Draw(t, "together"), Key: onCallKey,
			After: rapid.SampledFrom([]Span{0, Span(3 * time.Second)}).Draw(t, "after"),
		}
		w := &world{
			t: t, plan: plan, h: NewHotline("e1", plan), ended: map[CallID]int{}, engines: 1, keyed: map[pbx.ChannelID]bool{}, asked: map[CallID]bool{},
			s: &toySwitch{now: epoch, channels: map[pbx.ChannelID]*toyChannel{}, bridges: map[pbx.BridgeID][]pbx.ChannelID{}, lamps: map[pbx.LampID]pbx.LampState{}},
		}
		w.feed(pbx.LinkUp{At: pbx.At(epoch), Snapshot: w.snapshot()})
		t.Repeat(map[string]func(*rapid.T){
			"arrive":  func(*rapid.T) { w.arrive() },
			"deliver": func(*rapid.T) { w.deliver() },
			"event":   func(*rapid.T) { w.deliver() },
			"phone":   func(*rapid.T) { w.phone() },
			"leaves":  func(*rapid.T) { w.callerLeaves() },
			"order":   func(*rapid.T) { w.order() },
			"promise": func(*rapid.T) { w.promise() },
			"orders":  func(*rapid.T) { w.order() }, // often enough that transfers meet all else
			"press":   func(*rapid.T) { w.press() },
			"key":     func(*rapid.T) { w.pressOnCall() },
			"dusk":    func(*rapid.T) { w.dusk() },
			"lapse":   func(*rapid.T) { w.lapse() },
			"back":    func(*rapid.T) { w.comeBack() },
			"answer":  func(*rapid.T) { w.answerAll() },
			"flow":    func(*rapid.T) { w.flow() },
			"close":   func(*rapid.T) { w.close() },
			"publish": func(*rapid.T) { w.publish() },
			"look up": func(*rapid.T) { w.lookUp() },
			"again":   func(*rapid.T) { w.unsolved() },
			"keys":    func(*rapid.T) { w.keys() },
			"time": func(t *rapid.T) {
				w.s.now = w.s.now.Add(time.Duration(rapid.IntRange(10, 4000).Draw(t, "ms")) * time.Millisecond)
				w.feed(Tick{})
			},
			"clock": func(t *rapid.T) {
				by := rapid.SampledFrom([]time.Duration{-time.Hour, time.Hour, -10 * time.Second}).Draw(t, "by")
				w.s.now = w.s.now.Add(by)
				w.feed(pbx.ClockStepped{At: pbx.At(w.s.now), By: by})
			},
			"cut off": func(*rapid.T) { w.cutOff() },
			"die": func(*rapid.T) { // the engine dies and starts again from its facts
				w.h = NewHotline(w.h.engine, plan)
				w.h.Lead(uint64(w.engines))
				for _, f := range w.facts {
					w.h.Apply(f)
				}
				w.cutOff()
			},
			"takeover": func(*rapid.T) { w.takeover() },
		})
		w.replay()
		w.drain()
	})
}

// replay compares the hotline with one made from all facts, and with one made
// from their essence.
func (w *world) replay() {
	all, essential, e := NewHotline(w.h.engine, w.plan), NewHotline(w.h.engine, w.plan), NewEssence()
	for _, f := range w.facts {
		all.Apply(f)
		e.Add(f)
	}
	for _, f := range e.Facts() {
		essential.Apply(f)
	}
	essential.Resume(all.Seq())
	if a, b := lasting(w.h), lasting(all); a != b {
		w.t.Fatalf("replay differs\nlive   %s\nreplay %s", a, b)
	}
	if a, b := lasting(w.h), lasting(essential); a != b {
		w.t.Fatalf("the essence differs\nlive    %s\nessence %s", a, b)
	}
}

// drain ends everything and looks at what is left.
func (w *world) drain() {
	for i := range 250 { // until no callback is kept any more; who is called meanwhile leaves too
		for _, id := range append([]pbx.ChannelID(nil), w.s.order...) {
			if c := w.s.channels[id]; c != nil && (c.agent == "" || c.Vars["role"] == string(RoleCaller)) {
				w.s.end(id, pbx.CauseNormal, true)
			}
		}
		for w.deliver() {
		}
		w.s.now = w.s.now.Add(time.Second)
		if i == 150 { // asked for by a clock of whose setting back nobody knows any more
			w.s.now = w.s.now.Add(48 * time.Hour)
		}
		w.feed(Tick{})
	}
	if live, _ := w.h.Calls(); live != 0 || len(w.h.legs) != 0 {
		w.t.Fatalf("%d calls and %d legs are left: %s", live, len(w.h.legs), lasting(w.h))
	}
	for id, c := range w.s.channels {
		if !c.leaving {
			w.t.Fatalf("channel %s is left", id)
		}
	}
	if n := len(w.h.callbacks); n > 0 {
		cb := w.h.callbacks[0]
		w.t.Fatalf("%d callbacks are owed for ever: of %s, asked for at %s, due at %s, now %s, attempt %q", n, cb.stand.ID, cb.askedAt, cb.due, w.s.now, cb.attempt)
	}
	arrived := map[CallID]bool{}
	for _, f := range w.facts {
		if f.Kind == CallArrived {
			arrived[f.Call] = true
		}
	}
	for id := range arrived {
		if w.ended[id] != 1 {
			w.t.Fatalf("call %s ended %d times", id, w.ended[id])
		}
	}
	for _, a := range w.h.order {
		if a.busy() {
			w.t.Fatalf("agent %s is left %s", a.ID, a.State)
		}
	}
	last := map[string]uint64{}
	for i, f := range w.facts {
		if last[f.Engine]++; f.Seq != last[f.Engine] {
			w.t.Fatalf("fact %d is number %d of engine %s, not %d", i+1, f.Seq, f.Engine, last[f.Engine])
		}
	}
	w.replay()
}

// answerAll lets every phone that is called answer, and something come of it.
func (w *world) answerAll() {
	for _, id := range w.s.order {
		c := w.s.channels[id]
		if c != nil && c.agent != "" && c.dialled && !c.leaving && c.State != pbx.ChannelUp {
			c.State = pbx.ChannelUp
			w.s.say(id, func(at pbx.At) pbx.Event { return pbx.ChannelAnswered{At: at, Channel: id} })
		}
	}
	w.flow()
}

// flow delivers some events.
func (w *world) flow() {
	for i := 0; i < 12 && w.deliver(); i++ {
	}
}

// lapse lets some caller's lease end.
func (w *world) lapse() {
	for _, id := range w.s.order {
		if c := w.s.channels[id]; c != nil && c.agent == "" && !c.leaving && c.InApp && rapid.IntRange(0, 5).Draw(w.t, "who") == 0 {
			c.InApp = false
			for b := range w.s.bridges {
				w.s.leave(id, b)
			}
			w.s.say(id, func(at pbx.At) pbx.Event { return pbx.ChannelLeft{At: at, Channel: id} })
			return
		}
	}
}

// comeBack lets some caller whom the switch serves be given back, which it does after
// seconds: the hotline knows that he had left.
func (w *world) comeBack() {
	for _, id := range w.s.order {
		if l := w.h.legs[id]; l != nil && l.call.State != CallNative {
			continue
		}
		if c := w.s.channels[id]; c != nil && c.agent == "" && !c.leaving && !c.InApp && rapid.IntRange(0, 2).Draw(w.t, "who") == 0 {
			c.InApp = true
			w.s.say(id, func(at pbx.At) pbx.Event { return pbx.ChannelEntered{At: at, Channel: c.Channel} })
			return
		}
	}
}
