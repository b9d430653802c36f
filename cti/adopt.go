package cti

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"sansheng/pbx"
)

// What another engine did in its last moments, or while it was cut off, is in no
// fact known here; the switch has it all the same. Whoever talks goes on
// talking, untouched; who waits is a newcomer in the order he came; a phone that
// was being rung for a known caller rings on.

// pair is a caller and an agent whom the switch has in a talk bridge.
type pair struct {
	offer  int
	caller pbx.Channel
	agent  pbx.Channel
}

// pairs are the talking pairs of a snapshot, by call.
func pairs(s pbx.Snapshot, there map[pbx.ChannelID]pbx.Channel) map[CallID]pair {
	all := map[CallID]pair{}
	for _, b := range s.Bridges {
		call, n, ok := numbered(string(b.ID), talkBridge)
		if !ok {
			continue
		}
		var p pair
		for _, id := range b.Channels {
			ch, ok := there[id]
			of, m, leg := agentOrSuper(id)
			switch {
			case !ok:
			case leg && of == call && m == n:
				p.agent = ch
			case !leg && inbound(ch) && CallID(ch.Args[2]) == call, ch.Vars["role"] == string(RoleCaller) && CallID(ch.Vars["call"]) == call:
				p.caller = ch
			}
		}
		if p.agent.ID != "" && p.caller.ID != "" {
			p.offer = n
			all[call] = p
		}
	}
	return all
}

// numbered takes an id apart that we made of a call, what it is and a number.
func numbered(id, what string) (CallID, int, bool) {
	i := strings.LastIndex(id, what)
	if i < 0 {
		return "", 0, false
	}
	n, err := strconv.Atoi(id[i+len(what):])
	return CallID(id[:i]), n, err == nil && n > 0
}

// agentOrSuper takes the id of an agent's leg apart, also of one who came to the
// call as its supervisor.
func agentOrSuper(id pbx.ChannelID) (CallID, int, bool) {
	if c, n, ok := numbered(string(id), agentLeg); ok {
		return c, n, true
	}
	return numbered(string(id), superLeg)
}

func inbound(ch pbx.Channel) bool { return len(ch.Args) == 3 && ch.Args[0] == "inbound" }

// settle brings what is known of calls to what the switch has of their talking
// pairs, before anything else is decided about them.
func (h *Hotline) settle(at time.Time, s pbx.Snapshot, talking map[CallID]pair, there map[pbx.ChannelID]pbx.Channel) {
	for _, c := range h.live { // facts may break off between arrival and queue
		q := h.queues[c.Line.Queue]
		switch {
		case c.State == CallNative || c.State == CallInFlow || c.State == CallMessage || c.State == CallSurvey || c.leaving() || c.Queue != "" && h.queues[c.Queue] != nil:
		case q != nil && c.Queue == "":
			h.enqueue(c.ArrivedAt, c, q)
		case q != nil && c.State == CallWaiting: // his queue is not in the plan any more
			h.enqueue(at, c, q)
		case q == nil && c.State == CallWaiting && c.Queue != "":
			h.fallBack(at, c, FellByLimit) // nor is his line: the switch knows what to do
		}
	}
	for _, ch := range s.Channels { // a transfer we never saw: his agent is gone, another is rung
		call, n, ok := numbered(string(ch.ID), agentLeg)
		c := h.calls[call]
		if _, pair := talking[call]; !ok || pair || c == nil || n <= c.Offers || c.leaving() || c.Agent == "" || c.State != CallTalking && c.State != CallPickedUp {
			continue
		}
		if l := h.legs[c.talkChannel()]; l != nil && there[l.channel].ID == "" {
			h.emitCall(at, c, CallLegEnded, l.agent, &LegEnded{Channel: l.channel, Role: RoleAgent, Cause: pbx.CauseNormal, Estimated: true})
			h.freeAgent(at, l, true)
			h.requeue(at, c)
		}
	}
	for _, ch := range s.Channels { // in the switch's order, the same every time
		call, _, ok := agentOrSuper(ch.ID)
		p, talks := talking[call]
		if !ok || !talks || p.agent.ID != ch.ID {
			continue
		}
		c := h.calls[call]
		if c == nil && inbound(p.caller) && h.legs[p.caller.ID] == nil {
			c = h.arriveTalking(p.caller)
		}
		if c == nil && p.caller.Vars["number"] != "" && p.caller.State == pbx.ChannelUp && h.legs[p.caller.ID] == nil {
			c = h.arriveCalled(p.caller)
		}
		if c != nil && c.State == CallDialling && p.caller.State != pbx.ChannelUp {
			continue // it rings at who is called
		}
		if c != nil && c.State == CallNative && p.caller.InApp && !c.leaving() && h.queues[c.Line.Queue] != nil {
			h.enqueue(at, c, h.queues[c.Line.Queue]) // he has come back
		}
		if c == nil || c.leaving() || c.State == CallNative || c.Channel != p.caller.ID {
			continue
		}
		turned := c.State == CallConsulting && c.Transfer.With == TurnCaller && c.Taken == p.offer
		if !turned && (c.State != CallTalking || c.OnHold || c.Taken != p.offer) {
			h.talks(at, c, p, there)
		}
	}
}

// enqueue puts a call into a queue where that is found out later: who was ahead then is
// not known.
func (h *Hotline) enqueue(at time.Time, c *call, q *queue) {
	h.emitCall(at, c, CallQueued, "", &Queued{Queue: q.ID, Priority: h.priority(c, q)})
}

// arriveTalking is the arrival of a caller who talks already. Nothing of the
// switch is touched but that his end is to be told.
func (h *Hotline) arriveTalking(ch pbx.Channel) *call {
	line, ok := h.lines[ch.Args[1]]
	if !ok {
		return nil
	}
	c := h.register(ch.CreatedAt, line, ch)
	h.do(pbx.Watch{Channel: ch.ID})
	h.out.Repairs.Adopted++
	return c
}

// talks makes the facts that lead to a talking pair where they are not known.
func (h *Hotline) talks(at time.Time, c *call, p pair, there map[pbx.ChannelID]pbx.Channel) {
	if c.Mode == Greeted && !c.Greeted {
		c.Prompt = ""
		h.greetedUnseen(at, c)
	}
	if c.State == CallSurvey {
		h.surveyUndone(at, c)
	}
	h.transferSettled(at, c, p)
	h.leaveEarlier(at, c, p, there)
	if c.Offers < p.offer {
		h.offered(at, c, p.agent, p.offer)
	}
	answered, estimated := p.agent.AnsweredAt, false
	if answered.IsZero() {
		answered, estimated = at, true
	}
	l, o := h.legs[p.agent.ID], c.offerN(p.offer)
	switch {
	case l == nil:
		return
	case c.State == CallDialling:
		h.reachedUnseen(answered, c, l, p.offer)
	case o != nil && o.N == p.offer:
		h.answer(answered, c, o, estimated)
	case l.result == OfferAnswered && c.Agent == "":
		h.picked(answered, c, &offer{N: p.offer, Agent: l.agent, Channel: p.agent.ID}, estimated)
	}
	if c.State == CallPickedUp && c.Agent == l.agent { // not where the offer had ended by what is known
		h.emitCall(at, c, CallJoined, c.Agent, &Joined{
			Bridge: c.bridgeID(), Channels: []pbx.ChannelID{c.Channel, p.agent.ID}, Estimated: true,
		})
		h.follow(at, c)
	}
}

// transferSettled ends a hold or a transfer of which the switch shows how it ended:
// it has the caller and somebody together.
func (h *Hotline) transferSettled(at time.Time, c *call, p pair) {
	if s := c.supervisedOver(p.agent.ID); s != nil {
		if o := c.Offer; o != nil {
			h.emitOfferEnded(at, c, o, OfferWithdrawn, pbx.CauseNone, 0)
		}
		h.transferOver(at, c, TransferUndone)
		h.tookOver(at, c, *s, "", true)
		return
	}
	switch {
	case c.OnHold:
		h.offHold(at, c)
	case c.State == CallWaiting: // a blind transfer of which the switch has done nothing yet
		if o := c.Offer; o != nil && o.N > p.offer {
			h.emitOfferEnded(at, c, o, OfferWithdrawn, pbx.CauseNone, 0)
		}
		if p.offer == c.Taken {
			h.transferOver(at, c, TransferUndone)
		}
	case c.State != CallConsulting:
	case p.offer == c.Transfer.Offer:
		if o := c.Offer; o != nil {
			h.emitOfferEnded(at, c, o, OfferAnswered, pbx.CauseNone, 0)
		}
		h.handOn(at, c, true)
	default:
		if o := c.Offer; o != nil {
			h.emitOfferEnded(at, c, o, OfferWithdrawn, pbx.CauseNone, 0)
		}
		h.transferOver(at, c, TransferUndone)
	}
}

// leaveEarlier ends what is known of the call from before the pair's offer.
func (h *Hotline) leaveEarlier(at time.Time, c *call, p pair, there map[pbx.ChannelID]pbx.Channel) {
	for n := 1; n < p.offer; n++ {
		id := c.agentChannel(n)
		l := h.legs[id]
		if l == nil {
			id = c.superChannel(n)
			if l = h.legs[id]; l == nil || l.role != RoleAgent {
				continue
			}
		}
		if o := c.offerOn(id); o != nil {
			h.emitOfferEnded(at, c, o, OfferFailed, pbx.CauseNone, 0)
		}
		if _, still := there[id]; still {
			h.hangup(at, id, pbx.CauseNormal)
			continue
		}
		h.emitCall(at, c, CallLegEnded, l.agent, &LegEnded{Channel: id, Role: RoleAgent, Cause: pbx.CauseNormal, Estimated: true})
		h.freeAgent(at, l, false)
	}
	if c.Agent != "" && c.Taken != p.offer {
		h.emitCall(at, c, CallQueued, "", &Queued{Queue: c.Queue, Priority: c.Priority})
	}
}

// offered is an offer that is found under way.
func (h *Hotline) offered(at time.Time, c *call, ch pbx.Channel, n int) {
	if !ch.CreatedAt.IsZero() {
		at = ch.CreatedAt
	}
	h.emitCall(at, c, CallOffered, agentOf(ch), &Offered{
		Queue: c.Queue, Channel: ch.ID, Offer: n, Key: ch.Vars["key"], Estimated: true,
	})
}

// agentOf is the agent whose leg a channel of ours is.
func agentOf(ch pbx.Channel) AgentID {
	if a := ch.Vars["agent"]; a != "" {
		return AgentID(a)
	}
	if len(ch.Args) == 3 && ch.Args[0] == "offer" {
		return AgentID(ch.Args[2])
	}
	_, number, _ := strings.Cut(string(ch.Endpoint()), "/")
	return AgentID(number)
}

// mend makes the facts whose turn it was when those of another engine broke off:
// what belongs to one input is told in several.
func (h *Hotline) mend(at time.Time, there map[pbx.ChannelID]pbx.Channel) {
	for _, c := range slices.Clone(h.live) {
		n := c.Offers
		l := h.legs[c.agentChannel(n)]
		if l != nil && l.result == OfferAnswered && c.Taken != n && c.Agent == "" && c.State == CallWaiting {
			h.picked(at, c, &offer{N: n, Agent: l.agent, Channel: c.agentChannel(n)}, true)
		}
		for _, id := range h.channels(c) {
			l := h.legs[id]
			offered := c.offerOn(id) != nil
			consults := c.State == CallConsulting && id == c.receiverChannel() && c.Transfer.Answered
			if l.role == RoleAgent && !l.hungUp && (offered || consults || c.Agent == l.agent && id == c.talkChannel()) {
				if !h.boundElsewhere(c, l.agent, there) {
					h.bindAgain(at, c, l, offered)
				}
			}
			if a := h.agents[l.agent]; l.role == RoleSupervisor && a != nil && !a.busy() && c.supervised(l.agent) != nil {
				h.become(at, a, Talking, ReasonSupervises, c.ID)
			}
		}
		switch {
		case h.legs[c.talkChannel()] != nil || c.leaving() || c.Agent == "":
		case c.State == CallPickedUp || c.State == CallTalking:
			h.requeue(at, c)
		case c.State == CallConsulting:
			h.transferorLeft(at, c)
		}
		switch t := c.Transfer; {
		case t == nil || c.leaving():
		case c.State == CallNative:
			h.transferOver(at, c, TransferFellBack)
		case c.State == CallConsulting && t.Answered && h.legs[c.receiverChannel()] == nil:
			h.resume(at, c, TransferReceiverLeft)
		case t.Kind == Blind && c.State != CallWaiting, t.Kind == TakenOver:
			h.transferOver(at, c, TransferUndone)
		}
		h.endIfOver(c)
	}
}

// boundElsewhere tells whether an agent is bound to another call, in which the switch
// has his leg: what facts say of this one is older.
func (h *Hotline) boundElsewhere(c *call, id AgentID, there map[pbx.ChannelID]pbx.Channel) bool {
	a := h.agents[id]
	if a == nil || !a.busy() || a.Call == c.ID {
		return false
	}
	other := h.calls[a.Call]
	if other == nil {
		return false
	}
	for _, ch := range h.channels(other) {
		l := h.legs[ch]
		if _, lives := there[ch]; lives && l.agent == id && !l.hungUp {
			return true
		}
	}
	return false
}

// bindAgain puts an agent into the state that his leg asks for.
func (h *Hotline) bindAgain(at time.Time, c *call, l *leg, offered bool) {
	a := h.agents[l.agent]
	switch {
	case a == nil || a.busy() && a.Call == c.ID && (offered || a.State == Talking):
	case !offered:
		h.become(at, a, Talking, "", c.ID)
	case c.offerOn(l.channel).AlertedAt.IsZero():
		h.become(at, a, Reserved, "", c.ID)
	default:
		h.become(at, a, Ringing, "", c.ID)
	}
}

// adopt takes over the channels of ours that nobody knows: callers as newcomers
// in the order they came, phones rung for known callers; all else is an orphan.
func (h *Hotline) adopt(at time.Time, channels []pbx.Channel) {
	unknown := slices.DeleteFunc(slices.Clone(channels), func(ch pbx.Channel) bool { return !ch.InApp || h.legs[ch.ID] != nil })
	rank := func(ch pbx.Channel) int {
		if inbound(ch) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(unknown, func(a, b pbx.Channel) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return a.CreatedAt.Compare(b.CreatedAt)
	})
	for _, ch := range unknown {
		call, n, leg := numbered(string(ch.ID), agentLeg)
		if c := h.calls[call]; leg && c != nil && h.ringsOn(at, c, ch, n) {
			h.out.Repairs.Adopted++
			continue
		}
		if inbound(ch) {
			h.out.Repairs.Adopted++
		}
		h.entered(at, ch)
	}
}

// ringsOn takes over a phone that another engine has rung for a caller who
// waits, if it has shown a sign of life. It tells whether it did.
func (h *Hotline) ringsOn(at time.Time, c *call, ch pbx.Channel, n int) bool {
	a := h.agents[agentOf(ch)]
	if a == nil || a.busy() || !a.Reachable || c.State != CallWaiting || c.leaving() || c.Offer != nil || n <= c.Offers || ch.State == pbx.ChannelDown {
		return false
	}
	if ch.Vars["key"] != "" {
		h.keepState(at, a)
	}
	h.offered(at, c, ch, n)
	h.become(at, a, Reserved, "", c.ID)
	l := h.legs[ch.ID]
	switch ch.State {
	case pbx.ChannelUp:
		h.hush(ch)
		h.answered(at, l)
	case pbx.ChannelRinging:
		h.alerting(at, l)
	}
	return true
}

// stray hangs up an agent's leg that another engine began, and never uses its
// number: the switch takes a second channel of that name for the first.
func (h *Hotline) stray(ch pbx.Channel) {
	for _, leg := range []string{agentLeg, superLeg} {
		if call, n, ok := numbered(string(ch.ID), leg); ok && h.calls[call] != nil {
			h.calls[call].Stray = max(h.calls[call].Stray, n)
		}
	}
	h.do(pbx.Hangup{Channel: ch.ID, Cause: pbx.CauseNormal})
	h.out.Repairs.Orphans++
}
