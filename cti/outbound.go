package cti

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"sansheng/pbx"
)

// A call to outside is ordered by an agent, or by a program for him:
//
//	Dialling: his phone rings ─▶ the number is dialled, he hears how it rings ─▶ Answered ─▶ Talking
//
// From there on it is a call as any other: the person called is in the caller's place.

// Directions of calls.
const (
	Inbound  = "inbound"
	Outbound = "outbound"
)

// ReasonDials is the reason of an agent's states while he has a number dialled.
const ReasonDials = "dials"

// DialResult is what came of a number that was dialled (requirement F4).
type DialResult string

// Results of dialling.
const (
	DialReached     DialResult = "reached"
	DialBusy        DialResult = "busy"
	DialUnknown     DialResult = "no_such_number"
	DialNoAnswer    DialResult = "no_answer"
	DialUnreachable DialResult = "unreachable"
	DialRefused     DialResult = "refused"
	DialFailed      DialResult = "failed" // the line's fault, not the number's
	// DialGivenUp: the agent hung up before anybody answered.
	DialGivenUp DialResult = "given_up"
	// DialNotBegun: his own phone was not answered, and nothing was dialled.
	DialNotBegun DialResult = "not_begun"
)

// dialResult tells what the end of a called leg means (Q.850 causes, SIP statuses), at which it
// rang or did not.
func dialResult(cause pbx.Cause, tech int, rang bool) DialResult {
	switch {
	case tech == 480 && !rang: // for which the switch has the cause "no answer", too
		return DialUnreachable
	case tech == 486 || tech == 600 || cause == pbx.CauseBusy:
		return DialBusy
	case tech == 404 || tech == 410 || tech == 484 || tech == 604 || cause == pbx.CauseUnallocated || cause == 22 || cause == 28:
		return DialUnknown
	case tech == 603 || tech == 403 || cause == pbx.CauseRejected:
		return DialRefused
	case tech == 408 || cause == pbx.CauseNoAnswer || cause == pbx.CauseNoResponse:
		return DialNoAnswer
	case tech == 480 || cause == pbx.CauseAbsent || cause == pbx.CauseOutOfOrder:
		return DialUnreachable
	}
	return DialFailed
}

// orderDial begins a call to outside: the agent's phone is rung first.
func (h *Hotline) orderDial(now time.Time, a *agent, o Order) *OrderError {
	line, ok := h.shows[a.Company]
	if !h.linked {
		return o.refuse(RefusedNoSwitch, "the switch cannot be reached")
	}
	if err := a.phoneFree(o); err != nil {
		return err
	}
	switch {
	case h.emergencySeat(a.ID):
		return o.refuse(RefusedEmergencySeat, "he serves an emergency line, from whose seats nothing is dialled (A10)")
	case !ok:
		return o.refuse(RefusedNoLine, "company %s has no ordinary line whose number could be shown", a.Company)
	case strings.HasPrefix(o.For, ForCallback):
		return o.refuse(RefusedCallbackOfQueue, "a promise to call back is kept by its queue; allowed: any other matter, as ticket:17")
	}
	number, err := h.outsideNumber(now, a, o)
	if err != nil {
		return err
	}
	if o.Message != "" { // the last that may forbid it: a refused order leaves him what he is owed
		var taken *MessageError
		if errors.As(h.takeMessage(now, TakeMessage{Call: o.Message, By: string(a.ID)}), &taken) {
			return &OrderError{Order: o, Unknown: taken.Unknown, Text: taken.Text}
		}
	}
	h.keepState(now, a)
	shown := pbx.Party{Number: number}
	if o.Known {
		shown.Number = line.DID
	}
	h.dialFor(now, a, line, number, o.For, shown)
	return nil
}

// dialFor rings an agent for whom a number is dialled then; the line's is shown there, and
// shown on his phone: a number that is a matter's own is not his to know.
func (h *Hotline) dialFor(now time.Time, a *agent, line Line, number, matter string, shown pbx.Party) {
	id, co := CallID(fmt.Sprintf("%s-out%d", h.engine, h.seq+1)), h.companies[line.Company]
	h.emit(now, CallArrived, line.Company, id, "", &Arrived{
		DID: line.DID, Caller: pbx.Party{Number: number}, Channel: pbx.ChannelID(string(id) + calledLeg), Direction: Outbound,
		Language: co.Language, RingPeriod: MillisOf(RingPlans[co.Country].Period), RingbackAt: now.UTC(), Recording: recordingName(id),
		Emergency: line.Emergency, By: a.ID, For: matter,
	})
	c := h.calls[id]
	ch, after := c.agentChannel(1), time.Duration(0)
	if cb := h.keeps(c); cb != nil && cb.about != nil {
		after = h.brief(now, c, a)
	}
	h.emitCall(now, c, CallOffered, a.ID, &Offered{Channel: ch, Offer: 1})
	h.become(now, a, Reserved, ReasonDials, id)
	h.ring(c, a, ch, "", shown, after) // nobody is there yet on whose behalf
}

// calledLeg is in the names of the channels of those who are called, behind the call's.
const calledLeg = "-called"

// calledArg is what brings such a channel to us.
const calledArg = "called"

// emergencySeat tells whether an agent serves an emergency line.
func (h *Hotline) emergencySeat(a AgentID) bool {
	for _, l := range h.lines {
		if q := h.queues[l.Queue]; l.Emergency && q != nil && q.members[a] {
			return true
		}
	}
	return false
}

// dialOut dials the number: the agent has picked up, and hears in the bridge how it
// rings, or what its network says.
func (h *Hotline) dialOut(at time.Time, c *call, o *offer) {
	h.emitOfferEnded(at, c, o, OfferAnswered, pbx.CauseNone, 0)
	if a := h.agents[o.Agent]; a != nil {
		h.become(at, a, Talking, ReasonDials, c.ID)
	}
	h.emitCall(at, c, CallDialled, o.Agent, &DialledData{Channel: c.Channel, Offer: o.N})
	h.do(
		pbx.Create{
			Channel: c.Channel, Endpoint: outsideEndpoint(c.Caller.Number), Originator: o.Channel, Caller: pbx.Party{Number: c.DID},
			Args: []string{calledArg, string(c.ID), string(o.Agent)},
			Report: map[string]string{
				"call": string(c.ID), "role": string(RoleCaller), "number": c.Caller.Number, "did": c.DID, "for": c.For,
			},
		},
		pbx.Join{
			Bridge: c.bridgeID(), Channels: []pbx.ChannelID{c.Channel, o.Channel}, Report: map[string]string{"call": string(c.ID)},
		},
		pbx.Dial{Channel: c.Channel, Ring: c.dialLimit()},
	)
}

// dialLimit is how long a number that is called may take to answer.
func (c *call) dialLimit() time.Duration { return c.Ring.Limit(outsideRings) + outsideAlert }

// tickDial ends a call to outside that the switch should have given up by itself: its channel
// was made by an engine that died, or lost the link, before it was dialled.
func (h *Hotline) tickDial(now time.Time, c *call) {
	if c.State == CallDialling && !c.DialledAt.IsZero() && !now.Before(c.DialledAt.Add(c.dialLimit()+hangupLimit)) {
		h.hangup(now, c.Channel, pbx.CauseTemporaryFailure)
	}
}

// called follows the leg of who is called.
func (h *Hotline) called(at time.Time, c *call, up bool) {
	switch {
	case c.State != CallDialling || c.Agent == "" || c.leaving():
	case !up && c.RangAt.IsZero():
		c.RangAt = at
	case up:
		ring := Millis(0)
		if !c.RangAt.IsZero() {
			ring = MillisOf(at.Sub(c.RangAt))
		}
		h.emitCall(at, c, CallReached, c.Agent, &ReachedData{Channel: c.Channel, RingMs: ring})
		h.visit(at, c, Outbound, "s") // where the recording begins
	}
}

// notDialled ends a call to outside whose agent did not pick up: nobody was called.
func (h *Hotline) notDialled(at time.Time, c *call) {
	if c.HungUpBy == "" {
		h.emitCall(at, c, CallHungUp, "", &HungUp{By: RoleSystem})
	}
	h.legGone(at, LegEnded{Channel: c.Channel, Cause: pbx.CauseNormal})
}

// giveUp ends a call to outside that nobody has answered yet, as ordered.
func (h *Hotline) giveUp(at time.Time, c *call, a *agent, o Order) {
	d := &HungUp{By: RoleAgent, Ordered: true}
	if o.By != "" && o.By != string(a.ID) {
		d.By = RoleSupervisor
	}
	h.emitCall(at, c, CallHungUp, a.ID, d)
	h.withdraw(at, c)
	if c.DialledAt.IsZero() {
		h.notDialled(at, c)
		return
	}
	h.hangup(at, c.Channel, pbx.CauseNormal)
}

// outcome is what came of the number dialled.
func (c *call) outcome() DialResult {
	switch {
	case !c.AnsweredAt.IsZero():
		return DialReached
	case c.DialledAt.IsZero():
		return DialNotBegun
	case c.HungUpBy == RoleAgent || c.HungUpBy == RoleSupervisor:
		return DialGivenUp
	}
	return dialResult(c.CallerCause, c.CallerTech, !c.RangAt.IsZero())
}

// Dispositions are all of them.
func Dispositions() []Disposition {
	return []Disposition{DispositionAnswered, DispositionNoAnswer, DispositionBusy, DispositionFailed, DispositionCongestion}
}

// disposition says the same in the switch's words.
func (r DialResult) disposition() Disposition {
	switch r {
	case DialReached:
		return DispositionAnswered
	case DialBusy:
		return DispositionBusy
	case DialNoAnswer, DialGivenUp, DialNotBegun, DialUnreachable:
		return DispositionNoAnswer
	}
	return DispositionFailed
}

// arriveCalled is a talk with a number outside of which no fact tells.
func (h *Hotline) arriveCalled(ch pbx.Channel) *call {
	id, did := CallID(ch.Vars["call"]), ch.Vars["did"]
	line, ok := h.lines[did]
	if !ok || id == "" {
		return nil
	}
	co := h.companies[line.Company]
	h.emit(ch.CreatedAt, CallArrived, line.Company, id, "", &Arrived{
		DID: did, Caller: pbx.Party{Number: ch.Vars["number"]}, Channel: ch.ID, Direction: Outbound, Language: co.Language,
		RingPeriod: MillisOf(RingPlans[co.Country].Period), RingbackAt: ch.CreatedAt.UTC(), Recording: recordingName(id),
		Emergency: line.Emergency, For: ch.Vars["for"],
	})
	h.out.Repairs.Adopted++
	return h.calls[id]
}

// reachedUnseen makes the facts of a number that was reached where they are not known.
func (h *Hotline) reachedUnseen(at time.Time, c *call, l *leg, n int) {
	if o := c.Offer; o != nil && o.N == n {
		h.emitOfferEnded(at, c, o, OfferAnswered, pbx.CauseNone, 0)
	}
	if c.DialledAt.IsZero() {
		h.emitCall(at, c, CallDialled, l.agent, &DialledData{Channel: c.Channel, Offer: n})
	}
	h.emitCall(at, c, CallReached, l.agent, &ReachedData{Channel: c.Channel, Estimated: true})
	if a := h.agents[l.agent]; a != nil {
		h.become(at, a, Talking, ReasonDials, c.ID)
	}
}
