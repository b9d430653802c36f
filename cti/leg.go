package cti

import (
	"slices"
	"time"

	"sansheng/pbx"
)

// leg is a channel's part in a call.
type leg struct {
	call    *call
	channel pbx.ChannelID
	role    Role
	agent   AgentID
	// result is how its offer ended; empty while it is under way.
	result OfferResult
	// hungUp: the party said goodbye by itself; its channel is being cleared.
	hungUp bool
	// onCall: he is called as one on call, perhaps off duty.
	onCall bool
	// hangupAt is when we last ordered its end; volatile.
	hangupAt time.Time
	// code is what the agent has pressed of a code, codeAt when last; volatile.
	code   string
	codeAt time.Time
	// reconnects: the agent's phone is rung again when this leg is gone; volatile.
	reconnects bool
}

// legGone ends a leg, whatever state its call is in.
func (h *Hotline) legGone(at time.Time, e LegEnded) {
	l := h.legs[e.Channel]
	if l == nil {
		for _, a := range h.order {
			if _, used := a.Elsewhere[e.Channel]; used {
				delete(a.Elsewhere, e.Channel)
				h.elsewhere(at, a)
			}
		}
		return
	}
	c := l.call
	e.Role = l.role
	switch l.role {
	case RoleCaller:
		h.callerGone(at, c, e)
	case RoleSupervisor:
		h.supervisorGone(at, c, l, e)
	default:
		h.agentGone(at, c, l, e)
	}
	h.endIfOver(c)
}

func (h *Hotline) callerGone(at time.Time, c *call, e LegEnded) {
	if c.away() && at.Sub(c.LeftAt) >= leftLimit {
		h.strayed(c.LeftAt, c)
	}
	if c.HungUpBy == "" {
		by := endedBy(e)
		if c.thankedBySwitch(at) {
			by = RoleSwitch
		}
		h.emitCall(at, c, CallHungUp, "", &HungUp{By: by})
	}
	if c.Prompt == c.greetingID() {
		began := c.PromptOn
		c.Prompt = ""
		h.greetingOver(at, c, began, false, false)
	}
	h.mailOver(at, c, e.Estimated)
	h.surveyCut(at, c, e.Estimated || c.HungUpBy == RoleSwitch)
	h.emitCall(at, c, CallLegEnded, "", &e)
	h.withdraw(at, c)
	h.transferOver(at, c, TransferCallerLeft)
}

// endedBy is who ended a leg that nobody had asked us to end.
func endedBy(e LegEnded) Role {
	if e.Cause == pbx.CauseNetworkOutOfOrder || e.Role == RoleCaller && e.Cause == pbx.CauseBusy {
		return RoleSwitch
	}
	return e.Role
}

func (h *Hotline) agentGone(at time.Time, c *call, l *leg, e LegEnded) {
	o := c.offerOn(e.Channel)
	offered := o != nil
	has := !offered && c.Agent == l.agent && e.Channel == c.talkChannel()
	if has && c.State == CallConsulting && !c.leaving() {
		h.transferorLeft(at, c)
		has = false
	}
	consulted := c.State == CallConsulting && c.Transfer.Answered && e.Channel == c.receiverChannel()
	talking := has && (c.State == CallPickedUp || c.State == CallTalking)
	// A caller who has not met the agent yet has not been served, as while he is greeted.
	unmet := c.State == CallPickedUp && c.Met != c.Taken && (c.Met != 0 || c.Direction != Outbound) && e.Cause != pbx.CauseNetworkOutOfOrder
	dialling := has && c.State == CallDialling
	reconnects := talking && !c.leaving() && l.reconnects
	lost := reconnects || talking && !c.leaving() && l.hangupAt.IsZero() && (abnormal(e.Cause) || unmet)
	asked := false
	result := l.result
	switch {
	case offered:
		result = resultOf(o, e.Cause, e.TechCause)
		h.emitOfferEnded(at, c, o, result, e.Cause, e.TechCause)
	case talking && !lost && !e.Estimated && endedBy(e) == RoleAgent && h.surveyed(at, c, l):
		asked = true
	case (talking || dialling) && c.HungUpBy == "" && !lost:
		by := endedBy(e)
		h.emitCall(at, c, CallHungUp, l.agent, &HungUp{By: by, Early: by == RoleAgent && talking && !c.mayHangUp()})
	}
	h.emitCall(at, c, CallLegEnded, l.agent, &e)
	if reconnects {
		h.reconnect(at, c, l)
		return
	}
	h.freeAgent(at, l, talking || c.State == CallTalking || result == OfferAnswered)
	switch {
	case offered:
		h.unanswered(at, c, l.agent, result)
	case consulted && !c.leaving():
		h.resume(at, c, TransferReceiverLeft)
	case lost:
		h.requeue(at, c)
	case (talking || dialling) && !c.CallerGone && !asked:
		h.hangup(at, c.Channel, pbx.CauseNormal)
	}
}

// abnormal tells whether a leg's end was no person's doing.
func abnormal(c pbx.Cause) bool {
	switch c {
	case pbx.CauseNone, pbx.CauseNormal, pbx.CauseBusy, pbx.CauseNoAnswer, pbx.CauseRejected,
		pbx.CauseNormalUnspecified, pbx.CauseNetworkOutOfOrder:
		return false
	}
	return true
}

// freeAgent lets the agent of an ended leg go on: wrap up after a talk, else
// what the offer's end means for him.
func (h *Hotline) freeAgent(at time.Time, l *leg, talked bool) {
	a := h.agents[l.agent]
	if a == nil || a.Call != l.call.ID {
		return
	}
	switch {
	case talked && a.State == WrapUp:
		// He hung up himself, and writes his notes since then.
	case talked && a.State == Talking && h.wrapUp(a) > 0 && a.Reachable:
		h.become(at, a, WrapUp, ReasonCallOver, l.call.ID)
	case talked:
		h.release(at, a, ReasonCallOver)
	case l.result == OfferUnreachable && a.Reachable && !l.onCall && a.Wanted != Paused && a.Wanted != LoggedOff:
		a.Deaf++
		h.become(at, a, Paused, ReasonUnreachable, "")
	default:
		if l.result == OfferBusy || l.result == OfferFailed {
			a.CoolUntil = at.Add(coolTime)
		}
		h.release(at, a, ReasonOfferEnded)
	}
}

// coolTime spares a phone that was busy, or could not be dialled, so that a
// queue of callers does not ring at it one after the other.
const coolTime = 2 * time.Second

// stopCalls ends all calls, as where the switch is to be stopped: it was nobody's doing
// who is in them.
func (h *Hotline) stopCalls(at time.Time) {
	for _, c := range slices.Clone(h.live) {
		if !c.leaving() {
			h.emitCall(at, c, CallHungUp, "", &HungUp{By: RoleSwitch, Ordered: true})
		}
		h.withdraw(at, c)
		h.hangup(at, c.Channel, pbx.CauseNormal)
	}
}

// requeue puts a caller whose agent's phone died back to his old place, which
// by now is the head of the queue.
func (h *Hotline) requeue(at time.Time, c *call) {
	h.emitCall(at, c, CallQueued, "", &Queued{Queue: c.Queue, Priority: c.Priority})
	c.Bridged, c.JoinAt = nil, time.Time{}
	if c.Prompt != "" {
		h.do(pbx.StopPlay{Channel: c.Channel, Playback: c.Prompt})
		greeting, began := c.Prompt == c.greetingID(), c.PromptOn
		c.Prompt = ""
		if greeting {
			h.greetingOver(at, c, began, false, false)
		}
	}
	h.do(pbx.DropBridge{Bridge: c.bridgeID()})
	h.proceed(at, c)
}

// hangupRequested notes who asked for the end of the call first.
func (h *Hotline) hangupRequested(at time.Time, e pbx.HangupRequested) {
	l := h.legs[e.Channel]
	if l == nil || l.call.HungUpBy != "" || !l.hangupAt.IsZero() {
		return
	}
	c := l.call
	if l.role == RoleCaller && c.away() {
		h.strayed(c.LeftAt, c)
	}
	if c.State == CallNative { // the switch asks for it whoever has hung up: the ledger knows who
		return
	}
	if l.role == RoleCaller {
		h.emitCall(at, c, CallHungUp, "", &HungUp{By: RoleCaller})
		h.withdraw(at, c)
	} else if c.State == CallDialling && c.Agent == l.agent {
		h.emitCall(at, c, CallHungUp, l.agent, &HungUp{By: l.role})
		h.hangup(at, c.Channel, pbx.CauseNormal)
		h.freeAgent(at, l, true)
	} else if c.State == CallTalking && c.Agent == l.agent && !abnormal(e.Cause) {
		if !h.surveyed(at, c, l) {
			h.emitCall(at, c, CallHungUp, l.agent, &HungUp{By: l.role, Early: l.role == RoleAgent && !c.mayHangUp()})
			h.hangup(at, c.Channel, pbx.CauseNormal)
		}
		// His phone has said goodbye: it is free before the switch has cleared
		// the channel, and the next caller need not wait for that.
		h.freeAgent(at, l, true)
	}
}

// endIfOver closes the record once no leg is left, with the time the caller left.
func (h *Hotline) endIfOver(c *call) {
	if !c.CallerGone || c.State == CallOver {
		return
	}
	if len(h.channels(c)) > 0 {
		return
	}
	by := c.HungUpBy
	if by == "" {
		by = RoleSystem
	}
	d := Ended{By: by, Cause: c.CallerCause, Disposition: DispositionNoAnswer, Estimated: c.Estimated}
	switch {
	case c.Direction == Outbound:
		d.Dial = c.outcome()
		d.Disposition = d.Dial.disposition()
	case !c.AnsweredAt.IsZero() || c.ServedBy != "":
		d.Disposition = DispositionAnswered
	case c.AskedBack || c.Mail.Left: // he has not been refused, and did not give up
	case c.State == CallMessage:
		d.Abandoned = true // whoever has ended it: he has said nothing
	case by == RoleSwitch && c.CallerCause == pbx.CauseBusy:
		d.Disposition = DispositionBusy // refused: what room there was is kept for emergencies
	case by == RoleSwitch || c.HungUpBy == RoleSystem: // refused
		d.Disposition = DispositionFailed
	default:
		d.Abandoned = true
	}
	if !c.AnsweredAt.IsZero() || !c.DialledAt.IsZero() {
		h.do(pbx.DropBridge{Bridge: c.bridgeID()}) // the switch keeps an empty one for ever
	}
	h.dropSpent(c)
	h.concludeConduct(c.CallerGoneAt, c)
	h.attemptOver(c.CallerGoneAt, c, d.Dial)
	if cb := h.callback(c.ID); cb != nil && cb.by == "" && !cb.stand.Emergency && d.Disposition == DispositionAnswered {
		h.endCallback(c.CallerGoneAt, cb, CallbackServed, c.ID)
	}
	h.cutOff(c.CallerGoneAt, c)
	h.promiseAgain(c.CallerGoneAt, c)
	h.emitCall(c.CallerGoneAt, c, CallEnded, c.talker(), &d)
}

// channels lists a call's legs that are not gone, the caller's first.
func (h *Hotline) channels(c *call) []pbx.ChannelID {
	var list []pbx.ChannelID
	if h.legs[c.Channel] != nil {
		list = append(list, c.Channel)
	}
	for n := 1; n <= c.Offers; n++ {
		for _, ch := range []pbx.ChannelID{c.agentChannel(n), c.superChannel(n)} {
			if h.legs[ch] != nil {
				list = append(list, ch)
			}
		}
	}
	return list
}

// tickLegs asks for ends of a call's legs that were ordered, or announced by the
// party, and did not come.
func (h *Hotline) tickLegs(now time.Time, c *call) {
	for _, ch := range h.channels(c) {
		l := h.legs[ch]
		h.tickCode(now, l)
		ordered := l.hangupAt
		if ordered.IsZero() && c.HungUpBy != "" {
			ordered = c.HungUpAt // by the party itself
		}
		if ordered.IsZero() && c.State == CallSurvey && l.role != RoleCaller {
			ordered = c.Inquiry.BeganAt
		}
		if !ordered.IsZero() && !now.Before(ordered.Add(hangupLimit)) {
			l.hangupAt = now
			h.do(pbx.Hangup{Channel: ch, Cause: pbx.CauseNormal})
		}
	}
}
