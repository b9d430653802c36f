package cti

import (
	"fmt"
	"slices"
	"time"

	"sansheng/pbx"
)

// transfer is a call's way to another person while it is under way.
//
//	announced:  Talking ─▶ Consulting: receiver rings ─▶ the two speak ─▶ Transferred ─▶ Talking with the receiver
//	                            │            (and with the caller, and with both, by turns)
//	                            │ missed, declined, taken back, receiver gone
//	                            └──▶ Talking with the agent again
//	blind:      Talking ─▶ Waiting for the receiver ─▶ Answered, Transferred
//	                            │ missed, declined, …
//	                            └──▶ Waiting for who transferred ─▶ Waiting for anybody
//
// The caller hears music meanwhile and is leased; in every state he may leave. The
// agent's phone may go too: a receiver who has answered then has the call, one who
// rings is asked on as any agent is.
type transfer struct {
	Kind  TransferKind
	By    AgentID // who transfers
	To    AgentID // the receiver
	Queue QueueID
	// Number is the receiver's where To is Outside.
	Number string
	// Offer is the receiver's in an announced transfer, 0 before he is asked.
	Offer int
	// Answered: the receiver has picked up; Consulted: the two hear each other.
	Answered, Consulted bool
	// With is whom By speaks to then; the receiver where it is empty.
	With Turn
	// Returning: the receiver of a blind transfer did not take it, and By is asked.
	Returning bool
	// Emergency: by it he has become an emergency caller, of Queue.
	Emergency bool
}

// passedOn is how long who has put his caller into a queue is not asked himself.
const passedOn = 30 * time.Second

// consultBridge is in the names of the bridges in which agent and receiver speak.
const consultBridge = "-consult"

func (c *call) consultID() pbx.BridgeID {
	return pbx.BridgeID(fmt.Sprintf("%s%s%d", c.ID, consultBridge, c.Transfer.Offer))
}

// receiverChannel is the leg of the receiver of an announced transfer.
func (c *call) receiverChannel() pbx.ChannelID { return c.agentChannel(c.Transfer.Offer) }

// aim is who alone may be asked to take a waiting call; nobody in particular when empty.
func (c *call) aim() AgentID {
	t := c.Transfer
	switch {
	case t == nil || t.Kind != Blind:
		return ""
	case t.Returning:
		return t.By
	}
	return t.To
}

// applyTransfer is Apply for the facts of transfers.
func (h *Hotline) applyTransfer(c *call, f Fact) {
	switch d := f.Data.(type) {
	case *TransferBeganData:
		c.Transfer = &transfer{Kind: d.Transfer, By: f.Agent, To: d.To, Queue: d.Queue, Number: d.Number, Emergency: d.Emergency}
		if f.Agent != "" {
			c.PassedOn = &BriefedData{Transfer: d.Transfer, By: f.Agent, Reason: d.Reason, Consent: d.Consent, Sheet: d.Sheet, For: d.For}
		}
		if d.Emergency {
			c.Emergency = true
			h.recalls.find(d.For)
		}
		if d.To == Outside {
			h.dialledOutside(f.At, f.Agent)
			c.Overflowed = c.Overflowed || f.Agent == ""
		}
		switch {
		case d.Transfer == Announced:
			c.State, c.OnHold, c.HeldAt = CallConsulting, false, f.At
		case d.Queue != "" && !c.Emergency:
			c.Tried[f.Agent] = f.At.Add(passedOn)
		}
	case *ConsultedData:
		if t := c.Transfer; t != nil && t.Offer == d.Offer {
			t.Consulted = true
		}
	case *TurnedData:
		if t := c.Transfer; t != nil {
			t.With = d.To
		}
	case *TransferredData:
		if t := c.Transfer; t != nil && t.Emergency && h.queues[t.Queue] != nil { // he waits there, should this talk break off
			c.Queue, c.Priority, c.Widened = t.Queue, max(c.Priority, h.queues[t.Queue].Priority), nil
		}
		c.Transfer = nil
		if d.Transfer != Blind {
			c.State, c.Agent, c.Taken, c.Announced, c.KeyHeld = CallPickedUp, f.Agent, d.Offer, true, false
			c.TookOver = d.Transfer == TakenOver
			if l := h.legs[d.Channel]; l != nil && l.role == RoleSupervisor {
				l.role, l.result = RoleAgent, OfferAnswered
			}
			if f.Agent != Outside {
				h.note(c.Caller.Number, f.Agent)
			}
		}
	case *TransferEndedData:
		t := c.Transfer
		if t != nil && t.Kind == Blind && !t.Returning && t.By != "" && d.Result.returns() {
			t.Returning = true
			return
		}
		c.Transfer = nil
		if c.State == CallConsulting {
			c.State, c.Announced = CallPickedUp, true
		}
	}
}

// returns tells whether a blind transfer that ended so gives the caller back.
func (r TransferResult) returns() bool {
	switch r {
	case TransferMissed, TransferDeclined, TransferBusy, TransferUnreachable, TransferFailed:
		return true
	}
	return false
}

// orderTransfer begins a transfer to an agent or a queue.
func (h *Hotline) orderTransfer(now time.Time, c *call, a *agent, o Order) *OrderError {
	kind := Announced
	if o.Verb == OrderBlind {
		kind = Blind
	}
	to, queue, number, err := h.receiver(now, c, a, o)
	if err != nil {
		return err
	}
	emergency := h.becomesEmergency(c, queue)
	if kind == Blind && emergency {
		h.handOver(now, c, a, o, queue) // he is no ordinary caller any more, and those on call are his, too
		return nil
	}
	if c.OnHold {
		h.offHold(now, c)
	}
	d := &TransferBeganData{Transfer: kind, Queue: queue, Number: number, Reason: o.Reason, Consent: o.Consent, Sheet: o.Sheet}
	switch {
	case number != "":
		d.To = Outside
	case to != nil && (kind == Announced || queue == ""):
		d.To = to.ID
	}
	if emergency { // at once: the receiver is told so before he answers, and whoever is cut off stays one
		d.Emergency, d.For = true, c.For
		h.tellEmergency(c, queue)
	}
	h.emitCall(now, c, TransferBegan, a.ID, d)
	if kind == Blind {
		h.sendOn(now, c, queue)
		return nil
	}
	h.part(now, c)
	h.do(
		pbx.Unjoin{Bridge: c.bridgeID(), Channel: c.talkChannel()},
		pbx.Indicate{Channel: c.talkChannel()}, // what he hears until the receiver answers
	)
	if number != "" {
		h.offerOutside(now, c, number)
		return nil
	}
	h.offer(now, c, to)
	return nil
}

// receiver finds who is meant: an agent, or a number outside. A queue's name stands
// for whoever of it is free; a blind transfer may also wait there. Whoever it is, he may
// know what the call's company knows of its caller.
func (h *Hotline) receiver(now time.Time, c *call, by *agent, o Order) (*agent, QueueID, string, *OrderError) {
	if q := h.queues[QueueID(o.To)]; q != nil {
		if !h.partakes(c.Company, q) {
			return nil, "", "", o.refuse(RefusedQueueOfOthers, "queue %s is another company's; allowed: one of %s's, or an emergency line's", q.ID, c.Company)
		}
		var best *agent
		for _, a := range h.idle(now) {
			if q.members[a.ID] && (best == nil || a.Since.Before(best.Since)) {
				best = a
			}
		}
		if best == nil && o.Verb == OrderTransfer {
			return nil, "", "", o.refuse(RefusedQueueNotFree, "nobody of queue %s is free; allowed: another, or a blind transfer, which waits there", q.ID)
		}
		return best, q.ID, "", nil
	}
	a := h.agents[AgentID(o.To)]
	switch {
	case a == nil:
		number, err := h.outsideNumber(now, by, o)
		return nil, "", number, err
	case a.Company != c.Company && !h.servesCompany(a, c.Company):
		return nil, "", "", o.refuse(RefusedAgentOfOthers, "agent %s is another company's; allowed: one who serves %s, or an emergency line", a.ID, c.Company)
	case a == by:
		return nil, "", "", o.refuse(RefusedToHimself, "he cannot transfer to himself")
	case now.Before(a.CoolUntil):
		return nil, "", "", o.refuse(RefusedAgentBusy, "agent %s's phone was busy a moment ago; try again", a.ID)
	case a.State != Ready || !a.Reachable || len(a.Elsewhere) > 0:
		return nil, "", "", o.refuse(RefusedAgentNotReady, "agent %s is %s; allowed: one who is %s", a.ID, a.State, Ready)
	case !c.Emergency && h.lastSeat(now, a):
		return nil, "", "", o.refuse(RefusedEmergencySeat, "agent %s is the last who is free for emergencies (A10); allowed: another, or the emergency queue where it is one", a.ID)
	}
	return a, "", "", nil
}

// lastSeat tells whether an agent is the last of an emergency line's who is free.
func (h *Hotline) lastSeat(now time.Time, a *agent) bool {
	idle := h.idle(now)
	for id, q := range h.queues {
		another := func(b *agent) bool { return b != a && q.members[b.ID] }
		if q.members[a.ID] && h.plan.forEmergencies(id) && !slices.ContainsFunc(idle, another) {
			return true
		}
	}
	return false
}

// partakes tells whether a company's calls may be passed on to a queue: to its own, those
// of its lines, and those of emergency lines.
func (h *Hotline) partakes(co CompanyID, q *queue) bool {
	if q.Company == co {
		return true
	}
	for _, l := range h.lines {
		if l.Queue == q.ID && (l.Emergency || l.Company == co) {
			return true
		}
	}
	return false
}

// servesCompany tells whether an agent of another company takes a company's calls.
func (h *Hotline) servesCompany(a *agent, co CompanyID) bool {
	for _, q := range h.queues {
		if q.members[a.ID] && h.partakes(co, q) {
			return true
		}
	}
	return false
}

// sendOn lets the caller of a blind transfer wait for its receiver.
func (h *Hotline) sendOn(at time.Time, c *call, queue QueueID) {
	h.part(at, c)
	leg, next, priority := c.talkChannel(), c.Queue, c.Priority
	c.Spent = append(c.Spent, c.bridgeID())
	if queue != "" {
		next, priority = queue, h.priority(c, h.queues[queue])
		h.transferOver(at, c, TransferQueued)
	}
	h.queued(at, c, next, priority)
	h.hangup(at, leg, pbx.CauseNormal)
}

// matchAimed offers the caller of a blind transfer to whom he is meant for, and
// returns the agent who is asked.
func (h *Hotline) matchAimed(now time.Time, c *call) *agent {
	for c.aim() != "" {
		if c.aim() == Outside {
			h.offerOutside(now, c, c.Transfer.Number)
			return nil
		}
		a := h.agents[c.aim()]
		if a != nil && a.Call == c.ID && a.busy() {
			return nil // his phone is still being hung up
		}
		if a != nil && a.takes(now, c) {
			h.offer(now, c, a)
			return a
		}
		h.transferOver(now, c, TransferFailed)
	}
	return nil
}

// takes tells whether an agent can be asked to take a call that is meant for him. One
// who gets his own caller back is asked also while he writes his notes.
func (a *agent) takes(now time.Time, c *call) bool {
	free := a.State == Ready || a.State == WrapUp && c.Transfer.Returning
	return free && a.Reachable && len(a.Elsewhere) == 0 && !now.Before(a.CoolUntil)
}

// receiverAnswered: the receiver of an announced transfer picked up.
func (h *Hotline) receiverAnswered(at time.Time, c *call, o *offer) {
	h.receiverTalks(at, c, o)
	h.do(pbx.StopIndicate{Channel: c.talkChannel()})
	h.joinConsult(at, c)
}

func (h *Hotline) receiverTalks(at time.Time, c *call, o *offer) {
	h.emitOfferEnded(at, c, o, OfferAnswered, pbx.CauseNone, 0)
	if a := h.agents[o.Agent]; a != nil {
		h.become(at, a, Talking, "", c.ID)
	}
}

// joinConsult lets agent and receiver hear each other.
func (h *Hotline) joinConsult(at time.Time, c *call) {
	c.JoinAt = at.Add(joinLimit)
	h.do(pbx.Join{
		Bridge: c.consultID(), Channels: []pbx.ChannelID{c.talkChannel(), c.receiverChannel()},
		Report: map[string]string{"call": string(c.ID)},
	})
}

// consultEntered notes who is in the bridge of a consultation.
func (h *Hotline) consultEntered(at time.Time, c *call, ch pbx.ChannelID) {
	c.entered(ch)
	to := c.receiverChannel()
	l := h.legs[to]
	if l == nil || !c.Bridged[to] || !c.Bridged[c.talkChannel()] {
		return
	}
	c.JoinAt = time.Time{}
	if !c.Transfer.Consulted {
		h.emitCall(at, c, CallConsulted, l.agent, &ConsultedData{Bridge: c.consultID(), Channel: to, Offer: c.Transfer.Offer})
	}
}

// other is whom the agent of a transfer speaks to next.
func (t *transfer) other() Turn {
	if t.With == "" || t.With == TurnReceiver {
		return TurnCaller
	}
	return TurnReceiver
}

// partyBridge is in the names of the bridges of three.
const partyBridge = "-party"

func (c *call) partyID() pbx.BridgeID {
	return pbx.BridgeID(fmt.Sprintf("%s%s%d", c.ID, partyBridge, c.Transfer.Offer))
}

// callerBridge is the bridge in which the caller speaks, if he does.
func (c *call) callerBridge() pbx.BridgeID {
	if t := c.Transfer; t != nil && t.With == TurnBoth {
		return c.partyID()
	}
	return c.bridgeID()
}

// spendConsult lets the bridges of a consultation go once the talk stands again.
func (c *call) spendConsult() {
	c.Spent = append(c.Spent, c.consultID())
	if c.Transfer.With == TurnBoth {
		c.Spent = append(c.Spent, c.partyID())
	}
}

// turnTo lets the agent of a transfer speak to the receiver, to the caller or to both.
// Who is left out hears music.
func (h *Hotline) turnTo(at time.Time, c *call, to Turn) {
	t, receiver := c.Transfer, c.receiverChannel()
	if t.With == to {
		return
	}
	left := c.consultID()
	if t.With == TurnBoth {
		left = c.partyID()
		c.Spent = append(c.Spent, left)
	}
	if to == TurnReceiver {
		h.part(at, c)
	}
	h.emitCall(at, c, CallTurned, t.By, &TurnedData{To: to})
	if to == TurnCaller {
		h.do(pbx.Unjoin{Bridge: left, Channel: receiver}, pbx.StartMusic{Channel: receiver})
	} else {
		h.do(pbx.StopMusic{Channel: receiver})
	}
	h.joinTransfer(at, c)
}

// joinTransfer brings together who is to hear each other in an announced transfer.
func (h *Hotline) joinTransfer(at time.Time, c *call) {
	c.Bridged = nil
	switch c.Transfer.With {
	case TurnCaller:
		h.join(at, c)
	case TurnBoth:
		c.JoinAt = at.Add(joinLimit)
		h.do(
			pbx.StopMusic{Channel: c.Channel},
			pbx.Lease{Channel: c.Channel, For: talkGuard},
			pbx.Join{
				Bridge: c.partyID(), Channels: []pbx.ChannelID{c.Channel, c.talkChannel(), c.receiverChannel()}, Mixed: true,
				Report: map[string]string{"call": string(c.ID)},
			},
		)
	default:
		h.joinConsult(at, c)
	}
}

// handOn gives the caller to the receiver, who has answered.
func (h *Hotline) handOn(at time.Time, c *call, estimated bool) {
	t, from := c.Transfer, c.talkChannel()
	c.parted(at) // of three, who hears another agent from here on
	c.Spent = append(c.Spent, c.bridgeID())
	c.spendConsult()
	to := c.receiverChannel()
	h.emitCall(at, c, CallTransferred, h.legs[to].agent, &TransferredData{
		Transfer: Announced, From: t.By, Channel: to, Offer: t.Offer, Estimated: estimated,
	})
	if t.Emergency {
		h.cameBack(at, c, t.Queue) // where he was owed a call by then
	}
	if estimated {
		return // the switch has done it
	}
	if t.With == TurnCaller {
		h.do(pbx.StopMusic{Channel: to})
	}
	c.Bridged = nil
	h.join(at, c)
	h.hangup(at, from, pbx.CauseNormal)
}

// takeBack ends an announced transfer and brings agent and caller together again.
func (h *Hotline) takeBack(at time.Time, c *call) {
	to := c.receiverChannel()
	if o := c.Offer; o != nil {
		h.emitOfferEnded(at, c, o, OfferWithdrawn, pbx.CauseNone, 0)
	}
	h.hangup(at, to, pbx.CauseNormal)
	h.resume(at, c, TransferTakenBack)
}

// resume brings agent and caller together again after a transfer that came to nothing.
func (h *Hotline) resume(at time.Time, c *call, why TransferResult) {
	c.spendConsult()
	h.transferOver(at, c, why)
	h.do(pbx.StopIndicate{Channel: c.talkChannel()})
	c.Bridged = nil
	h.join(at, c)
}

// unanswered ends a transfer whose receiver was asked and did not answer.
func (h *Hotline) unanswered(at time.Time, c *call, receiver AgentID, r OfferResult) {
	switch {
	case c.State == CallDialling && c.Offer == nil && !c.leaving():
		h.notDialled(at, c)
	case c.Transfer == nil || c.Offer != nil || c.leaving():
	case c.State == CallConsulting && !c.Transfer.Answered:
		h.resume(at, c, TransferResult(r))
	case c.aim() == receiver:
		h.transferOver(at, c, TransferResult(r))
	}
}

// transferorLeft: the phone of who transfers is gone. A receiver who has answered has
// the call; one who rings rings on, for the caller.
func (h *Hotline) transferorLeft(at time.Time, c *call) {
	if c.Transfer.Answered && h.legs[c.receiverChannel()] != nil {
		h.handOn(at, c, false)
		return
	}
	c.Spent = append(c.Spent, c.bridgeID())
	d := &Queued{Queue: c.Queue, Priority: c.Priority}
	if t := c.Transfer; t.Emergency && h.queues[t.Queue] != nil {
		d.Queue, d.Priority = t.Queue, h.priority(c, h.queues[t.Queue])
	}
	h.transferOver(at, c, TransferAgentLeft)
	h.emitCall(at, c, CallQueued, "", d)
}

// transferOver ends the transfer under way, if there is one, without its having come about.
func (h *Hotline) transferOver(at time.Time, c *call, why TransferResult) {
	if c.Transfer != nil {
		h.emitCall(at, c, TransferEnded, c.Transfer.By, &TransferEndedData{Result: why})
	}
}

// dropSpent drops the bridges that transfers have left.
func (h *Hotline) dropSpent(c *call) {
	for _, b := range c.Spent {
		h.do(pbx.DropBridge{Bridge: b})
	}
	c.Spent = nil
}
