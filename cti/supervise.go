package cti

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"sansheng/pbx"
)

// supervision is a leader's ear, and voice, in a call (requirement G3).
//
//	asked ─▶ his phone rings ─▶ listens ⇄ whispers ⇄ joins ─▶ takes over
//
// He stands beside the talk, in a bridge of his own with channels that spy on the
// caller's leg and the agent's. His voice goes to them by another bridge, in which there
// is nothing else: from the first they would hear themselves, too, and late. The talk
// itself is not touched: it cannot be hurt by him, and he hears what both say through
// hold, transfer and queue until the call ends, he hangs up, or the call is his.
type supervision struct {
	// By is the person, Agent the one whose phone he uses.
	By    string
	Agent AgentID
	Mode  SupervisionMode
	// Offer numbers his leg among those of the call.
	Offer int
	// With is the agent he hears, and speaks to; Answered: he has picked up.
	With     AgentID
	Answered bool
	// BeganAt is when his phone was rung.
	BeganAt time.Time
}

// superLeg is in the names of supervisors' channels, spyLeg in those of the channels
// that spy for them, superBridge in those of the bridges in which they hear, voiceBridge in
// those by which they speak.
const (
	superLeg    = "-super"
	spyLeg      = "-spy"
	superBridge = "-floor"
	voiceBridge = "-voice"
)

func (c *call) superChannel(n int) pbx.ChannelID {
	return pbx.ChannelID(fmt.Sprintf("%s%s%d", c.ID, superLeg, n))
}

func (c *call) superBridge(n int) pbx.BridgeID {
	return pbx.BridgeID(fmt.Sprintf("%s%s%d", c.ID, superBridge, n))
}

func (c *call) voiceBridge(n int) pbx.BridgeID {
	return pbx.BridgeID(fmt.Sprintf("%s%s%d", c.ID, voiceBridge, n))
}

// supervised is the supervision by a phone's agent, nil where there is none.
func (c *call) supervised(a AgentID) *supervision {
	for i := range c.Supervisions {
		if c.Supervisions[i].Agent == a {
			return &c.Supervisions[i]
		}
	}
	return nil
}

// applySupervision is Apply for the facts of supervision.
func (h *Hotline) applySupervision(c *call, f Fact) {
	switch d := f.Data.(type) {
	case *SupervisionBeganData:
		c.Offers = max(c.Offers, d.Offer)
		h.legs[d.Channel] = &leg{call: c, channel: d.Channel, role: RoleSupervisor, agent: f.Agent}
		c.Supervisions = append(c.Supervisions, supervision{By: d.By, Agent: f.Agent, Mode: d.Mode, Offer: d.Offer, BeganAt: f.At})
	case *SupervisedData:
		if s := c.supervised(f.Agent); s != nil {
			s.Mode, s.With, s.Answered = d.Mode, d.With, true
		}
	case *SupervisionEndedData:
		c.Supervisions = slices.DeleteFunc(c.Supervisions, func(s supervision) bool { return s.Agent == f.Agent })
	}
}

var modeOf = map[Verb]SupervisionMode{OrderListen: Listening, OrderWhisper: Whispering, OrderJoin: Joining}

// orderSupervision carries out a leader's order: the order's agent is the one whose
// phone he uses.
func (h *Hotline) orderSupervision(now time.Time, a *agent, o Order) *OrderError {
	c, err := h.supervisable(a, o)
	if err != nil {
		return err
	}
	mode, s := modeOf[o.Verb], c.supervised(a.ID)
	switch {
	case s != nil && s.By != o.By: // who listens there would be heard, and the record name him
		return o.refuse(RefusedAnothersPhone, "%s listens by that phone; allowed: one's own, or a free agent's", s.By)
	case s != nil && !s.Answered:
		return o.refuse(RefusedLeaderNotAnswered, "his phone has not answered yet")
	case o.Verb == OrderTakeOver && s == nil:
		return o.refuse(RefusedNotOnCall, "he is not on the call; allowed: listen, whisper, join")
	case o.Verb == OrderTakeOver && c.State != CallTalking:
		return o.refuse(RefusedOnlyTalk, "the caller is %s; only a talk can be taken over", c.State)
	case o.Verb == OrderTakeOver:
		h.takeOver(now, c, *s, o)
	case s == nil:
		return h.supervise(now, c, a, mode, o)
	case s.Mode != mode:
		h.emitCall(now, c, CallSupervised, a.ID, &SupervisedData{By: s.By, Mode: mode, With: c.Agent})
		h.spy(c, a.ID)
	}
	return nil
}

// supervisable finds the call that is meant: by its id, by an agent who has it, or
// the one the leader is on already.
func (h *Hotline) supervisable(a *agent, o Order) (*call, *OrderError) {
	c := h.calls[CallID(o.To)]
	if b := h.agents[AgentID(o.To)]; b != nil {
		if c = h.calls[b.Call]; c != nil && c.Agent != b.ID {
			c = nil // he rings, writes his notes, or hears another's call
		}
	}
	if o.To == "" {
		c = h.calls[a.Call]
		if c == nil || c.supervised(a.ID) == nil {
			return nil, o.refuse(RefusedOnNoCall, "he is on nobody's call; name an agent or a call")
		}
	}
	switch {
	case !h.linked:
		return nil, o.refuse(RefusedNoSwitch, "the switch cannot be reached; calls go on as they are")
	case c == nil:
		return nil, o.refuse(RefusedNoSuchCall, "%q is neither an agent with a call nor a call that goes on", o.To)
	case c.Company != a.Company:
		return nil, o.refuse(RefusedCallOfOthers, "the call is of company %s, his phone of %s", c.Company, a.Company)
	case !h.mayLead(o.By, c):
		return nil, o.refuse(RefusedNotLeadingQueue, "%s does not lead queue %s", o.By, c.Queue)
	case c.leaving() || c.State == CallNative:
		return nil, o.refuse(RefusedCallOver, "the call is over, or the switch serves it by itself")
	case c.supervised(a.ID) == nil && (c.Agent == "" || c.Agent == a.ID || c.State != CallTalking && c.State != CallConsulting):
		return nil, o.refuse(RefusedNotAnothersTalk, "it needs a talk of another agent's")
	}
	return c, nil
}

// mayLead tells whether a person may be in the calls of a call's queue.
func (h *Hotline) mayLead(person string, c *call) bool {
	q := h.queues[c.Queue]
	return q == nil || q.LedBy(person)
}

// supervise rings the phone that the leader uses.
func (h *Hotline) supervise(now time.Time, c *call, a *agent, mode SupervisionMode, o Order) *OrderError {
	if err := a.phoneFree(o); err != nil {
		return err
	}
	h.keepState(now, a)
	n := c.nextOffer()
	ch := c.superChannel(n)
	var vars map[string]string
	if a.Leader { // on an agent's desk a phone that answers by itself would open his room
		vars = answerItself()
	}
	h.emitCall(now, c, SupervisionBegan, a.ID, &SupervisionBeganData{By: o.By, Mode: mode, Channel: ch, Offer: n})
	h.become(now, a, Reserved, ReasonSupervises, c.ID)
	h.do(
		pbx.Create{
			Channel: ch, Endpoint: a.Endpoint(), Originator: c.Channel, Caller: c.Caller,
			Args:   []string{"super", string(c.ID), string(a.ID)},
			Report: map[string]string{"call": string(c.ID), "role": string(RoleSupervisor), "agent": string(a.ID)}, Vars: vars,
		},
		pbx.Dial{Channel: ch, Ring: c.Ring.Limit(ThreeRings)},
	)
	return nil
}

// supervisorAnswered: the leader picked up.
func (h *Hotline) supervisorAnswered(at time.Time, l *leg) {
	c := l.call
	s, a := c.supervised(l.agent), h.agents[l.agent]
	if s == nil || s.Answered || c.leaving() || !l.hangupAt.IsZero() {
		return
	}
	if a != nil {
		h.become(at, a, Talking, ReasonSupervises, c.ID)
	}
	h.emitCall(at, c, CallSupervised, l.agent, &SupervisedData{By: s.By, Mode: s.Mode, With: c.Agent})
	h.spy(c, l.agent)
}

// spies are the channels by which a leader hears caller and agent, and speaks to them:
// Voice hears what he says.
type spies struct {
	Caller, Agent, Voice, ToCaller, ToAgent pbx.ChannelID
	// On is the agent's leg they are on.
	On pbx.ChannelID
}

func (s *spies) all() []pbx.ChannelID {
	return slices.DeleteFunc([]pbx.ChannelID{s.Caller, s.Agent, s.Voice, s.ToCaller, s.ToAgent}, func(id pbx.ChannelID) bool { return id == "" })
}

// spy gives a leader the ears and the voices that his mode and the agent of now ask
// for; those he has and needs stay as they are.
func (h *Hotline) spy(c *call, by AgentID) {
	s := c.supervised(by)
	if c.Spies == nil {
		c.Spies = map[AgentID]*spies{}
	}
	have := c.Spies[by]
	if have == nil {
		have = &spies{}
		c.Spies[by] = have
	}
	phone := c.superChannel(s.Offer)
	hears, speaks := []pbx.ChannelID{phone}, []pbx.ChannelID{}
	drop := func(id *pbx.ChannelID) {
		if *id != "" {
			h.do(pbx.Hangup{Channel: *id, Cause: pbx.CauseNormal})
			*id = ""
		}
	}
	place := func(in *[]pbx.ChannelID, id *pbx.ChannelID, wanted bool, on pbx.ChannelID, does pbx.SpyWay) {
		if !wanted {
			drop(id)
		} else if *id == "" {
			c.Spied++
			*id = pbx.ChannelID(fmt.Sprintf("%s%s%d", c.ID, spyLeg, c.Spied))
			*in = append(*in, *id)
			h.do(pbx.Spy{Channel: *id, On: on, For: phone, Does: does, Args: []string{"spy", string(c.ID), string(by)}})
		}
	}
	agent := c.talkChannel()
	if have.On != agent {
		drop(&have.Agent)
		drop(&have.ToAgent)
		have.On = agent
	}
	there := c.Agent != "" && h.legs[agent] != nil
	place(&hears, &have.Caller, true, c.Channel, pbx.SpyHear)
	place(&hears, &have.Agent, there, agent, pbx.SpyHear)
	place(&speaks, &have.Voice, s.Mode != Listening, phone, pbx.SpyHear)
	place(&speaks, &have.ToCaller, s.Mode == Joining, c.Channel, pbx.SpySpeak)
	place(&speaks, &have.ToAgent, there && s.Mode != Listening, agent, pbx.SpySpeak)
	report := map[string]string{"call": string(c.ID)}
	if len(hears) > 1 {
		h.do(pbx.Join{Bridge: c.superBridge(s.Offer), Channels: hears, Report: report})
	}
	if len(speaks) > 0 {
		h.do(pbx.Join{Bridge: c.voiceBridge(s.Offer), Channels: speaks, For: phone, Report: report})
	}
}

// unspy ends what spies for a leader.
func (h *Hotline) unspy(c *call, by AgentID) {
	if have := c.Spies[by]; have != nil {
		for _, id := range have.all() {
			h.do(pbx.Hangup{Channel: id, Cause: pbx.CauseNormal})
		}
		delete(c.Spies, by)
	}
}

// follow lets those who are on a call hear, and speak to, the agent who has it now.
func (h *Hotline) follow(at time.Time, c *call) {
	for _, s := range slices.Clone(c.Supervisions) {
		if !s.Answered {
			continue
		}
		if s.With != c.Agent {
			h.emitCall(at, c, CallSupervised, s.Agent, &SupervisedData{By: s.By, Mode: s.Mode, With: c.Agent})
		}
		h.spy(c, s.Agent) // also where the same agent has another leg
	}
}

// spyRefused: the switch did not make a spy; it is tried again after a while.
func (h *Hotline) spyRefused(at time.Time, cmd pbx.Spy) {
	for _, c := range h.live {
		for _, have := range c.Spies {
			for _, id := range []*pbx.ChannelID{&have.Caller, &have.Agent, &have.Voice, &have.ToCaller, &have.ToAgent} {
				if *id == cmd.Channel {
					*id = ""
					c.RespyAt = at.Add(retryDelay)
				}
			}
		}
	}
}

// tickSupervision ends what a leader's phone did not take in time, and makes again
// the spies that the switch refused.
func (h *Hotline) tickSupervision(now time.Time, c *call) {
	respy := !c.RespyAt.IsZero() && !now.Before(c.RespyAt)
	if respy {
		c.RespyAt = time.Time{}
	}
	for _, s := range slices.Clone(c.Supervisions) {
		switch {
		case !s.Answered && !now.Before(s.BeganAt.Add(c.Ring.Limit(ThreeRings)+alertLimit)):
			h.hangup(now, c.superChannel(s.Offer), pbx.CauseNoAnswer)
		case s.Answered && respy:
			h.spy(c, s.Agent)
		}
	}
}

// supervisorGone ends a supervision with the leg of its phone.
func (h *Hotline) supervisorGone(at time.Time, c *call, l *leg, e LegEnded) {
	h.emitCall(at, c, CallLegEnded, l.agent, &e)
	if s := c.supervised(l.agent); s != nil {
		result := SupervisionLeft
		switch {
		case c.leaving() || c.State == CallNative:
			result = SupervisionCallOver
		case !s.Answered:
			result = SupervisionUnanswered
		}
		bridges := []pbx.BridgeID{c.superBridge(s.Offer), c.voiceBridge(s.Offer)}
		h.emitCall(at, c, SupervisionEnded, l.agent, &SupervisionEndedData{By: s.By, Result: result})
		h.unspy(c, l.agent)
		for _, b := range bridges {
			h.do(pbx.DropBridge{Bridge: b})
		}
	}
	if a := h.agents[l.agent]; a != nil && a.Call == c.ID {
		h.release(at, a, ReasonSupervised)
	}
}

// takeOver gives the caller to the leader; the agent is let go.
func (h *Hotline) takeOver(at time.Time, c *call, s supervision, o Order) {
	from := c.talkChannel()
	h.tookOver(at, c, s, o.Reason, false)
	c.Bridged = nil
	h.join(at, c)
	h.hangup(at, from, pbx.CauseNormal)
}

// tookOver puts on record that the call is the leader's.
func (h *Hotline) tookOver(at time.Time, c *call, s supervision, reason string, estimated bool) {
	if c.OnHold {
		h.offHold(at, c)
	}
	h.unspy(c, s.Agent)
	c.Spent = append(c.Spent, c.bridgeID(), c.superBridge(s.Offer), c.voiceBridge(s.Offer))
	h.emitCall(at, c, TransferBegan, c.Agent, &TransferBeganData{Transfer: TakenOver, To: s.Agent, Reason: reason})
	h.emitCall(at, c, SupervisionEnded, s.Agent, &SupervisionEndedData{By: s.By, Result: SupervisionTookOver})
	h.emitCall(at, c, CallTransferred, s.Agent, &TransferredData{
		Transfer: TakenOver, From: c.Agent, Channel: c.superChannel(s.Offer), Offer: s.Offer, Estimated: estimated,
	})
}

// supervisedOver is the supervision by a phone's channel, nil where it is another's.
func (c *call) supervisedOver(ch pbx.ChannelID) *supervision {
	for i, s := range c.Supervisions {
		if c.superChannel(s.Offer) == ch {
			return &c.Supervisions[i]
		}
	}
	return nil
}

// dismiss hangs up the leaders' phones: there is nothing more to hear.
func (h *Hotline) dismiss(at time.Time, c *call) {
	for _, s := range c.Supervisions {
		h.hangup(at, c.superChannel(s.Offer), pbx.CauseNormal)
	}
}

// spyEntered is a spy that came to the application: one that nobody waits for goes.
func (h *Hotline) spyEntered(ch pbx.Channel) {
	c := h.calls[CallID(ch.Args[1])]
	if c != nil && c.Spies[AgentID(ch.Args[2])] != nil && slices.Contains(c.Spies[AgentID(ch.Args[2])].all(), ch.ID) {
		return
	}
	if n, err := strconv.Atoi(string(ch.ID[min(len(ch.Args[1])+len(spyLeg), len(ch.ID)):])); err == nil && c != nil {
		c.Spied = max(c.Spied, n)
	}
	h.do(pbx.Hangup{Channel: ch.ID, Cause: pbx.CauseNormal})
}

// reconcileSupervision lets leaders hear again what they heard before the link was
// lost: what spied for them then is swept.
func (h *Hotline) reconcileSupervision() {
	for _, c := range h.live {
		for _, s := range slices.Clone(c.Supervisions) {
			if l := h.legs[c.superChannel(s.Offer)]; s.Answered && l != nil && l.hangupAt.IsZero() && !c.leaving() {
				h.unspy(c, s.Agent)
				h.spy(c, s.Agent)
			}
		}
	}
}
