package cti

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"sansheng/pbx"
)

// Who is called back and says that his emergency is not solved is an emergency caller at
// once (requirement F6):
//
//	his talk stands: order emergency ─▶ Waiting in the emergency queue ─▶ Answered
//	                                             │ he is cut off, or hangs up
//	                                             ▼
//	his talk is over ──────────────────────▶ owed a call: an agent of the emergency queue is
//	                                         rung at once, then the number ─▶ reached
//
// What is owed is a callback as one that was promised, but that it stands before all who
// wait, is tried for a day, and is ended by the emergency queue answering him only.

// OweEmergency has a caller called at once who has said that his emergency is not solved. Of
// one matter it is owed once, however often it is told.
type OweEmergency struct {
	Company CompanyID
	// Call is the one in which he has said so, Number his.
	Call   CallID
	Number string
	// For is the matter, as in follow_up:ID; Sheet names its tickets.
	For    string
	Reason string
	Sheet  Sheet
}

// ReasonUnsolved is why a caller is handed over where nobody has said another reason.
const ReasonUnsolved = "the emergency is not solved, says who was called back"

// emergencyRule is how those are tried who are owed a call as an emergency.
var emergencyRule = CallbackRule{Attempts: 10, Retry: Span(2 * time.Minute), Keep: Span(24 * time.Hour)}

// FromFollowUp is how a caller comes who said in a callback that his emergency is not solved.
const FromFollowUp TransferKind = "follow_up"

// emergencyLine is the line of a company's emergencies: its own, or the one that all have.
func (h *Hotline) emergencyLine(co CompanyID) (line Line, ok bool) {
	for _, did := range h.numbers {
		if l := h.lines[did]; l.Emergency && h.queues[l.Queue] != nil && (!ok || l.Company == co && line.Company != co) {
			line, ok = l, true
		}
	}
	return line, ok
}

// orderEmergency hands a caller over to the emergency queue, whoever else waits there.
func (h *Hotline) orderEmergency(now time.Time, c *call, a *agent, o Order) *OrderError {
	line, ok := h.emergencyLine(c.Company)
	switch {
	case c.Emergency:
		return o.refuse(RefusedIsEmergency, "he is an emergency caller already; allowed: transfer, blind_transfer")
	case !ok:
		return o.refuse(RefusedNoEmergencyLine, "there is no emergency line; allowed: transfer, blind_transfer")
	}
	o.Reason = cmp.Or(o.Reason, ReasonUnsolved)
	h.handOver(now, c, a, o, line.Queue)
	return nil
}

// handOver makes a caller one of an emergency queue's.
func (h *Hotline) handOver(now time.Time, c *call, a *agent, o Order, q QueueID) {
	if c.OnHold {
		h.offHold(now, c)
	}
	h.emitCall(now, c, TransferBegan, a.ID, &TransferBeganData{
		Transfer: Blind, Queue: q, Emergency: true, For: c.For, Reason: o.Reason, Consent: o.Consent, Sheet: o.Sheet,
	})
	h.tellEmergency(c, q)
	h.sendOn(now, c, q)
	h.cameBack(now, c, q)
}

// queued puts a caller into a queue, and tells how many are before him. By whatever way he
// comes to a queue of emergency lines he is an emergency caller from here on: nobody else is
// waited for there as long as it takes, and those on call are called for nobody else.
func (h *Hotline) queued(at time.Time, c *call, q QueueID, priority int) (ahead int) {
	d := &Queued{Queue: q, Priority: priority, Ahead: h.ahead(at, q, priority), Emergency: h.becomesEmergency(c, q)}
	h.emitCall(at, c, CallQueued, "", d)
	if d.Emergency {
		h.tellEmergency(c, q)
	}
	return d.Ahead
}

// becomesEmergency tells whether an ordinary caller is none any more who comes to a queue.
func (h *Hotline) becomesEmergency(c *call, q QueueID) bool {
	return !c.Emergency && h.plan.takesEmergencies(q)
}

// tellEmergency makes a caller one of an emergency queue's in the switch's eyes, too. Who was
// called is on no line: he is on the emergency line from here on.
func (h *Hotline) tellEmergency(c *call, q QueueID) {
	vars := map[string]string{"LINE_QUEUE": string(q), "LINE_EMERGENCY": "1"}
	if line, ok := h.emergencyLine(c.Company); ok && c.Direction == Outbound {
		vars["DID"] = line.DID
	}
	h.do(pbx.SetVars{Channel: c.Channel, Vars: vars})
}

// forEmergencies tells whether an emergency line leads to a queue.
func (p *Plan) forEmergencies(q QueueID) bool {
	return slices.ContainsFunc(p.Lines, func(l Line) bool { return l.Emergency && l.Queue == q })
}

// takesEmergencies tells whether emergency lines lead to a queue, and no other does.
func (p *Plan) takesEmergencies(q QueueID) (takes bool) {
	for _, l := range p.Lines {
		if l.Queue == q && !l.Emergency {
			return false
		}
		takes = takes || l.Queue == q
	}
	return takes
}

// oweEmergency carries the order out.
func (h *Hotline) oweEmergency(now time.Time, in OweEmergency) error {
	c := h.calls[in.Call]
	switch {
	case in.Call == "" || !callerForm.MatchString(in.Number) || h.companies[in.Company].ID == "":
		return fmt.Errorf("owe an emergency call: company %q, call %q, number of %d characters; allowed: a company of the plan, a call, 2 to 20 digits", in.Company, in.Call, len(in.Number))
	case h.recalls.found(in.For) || c != nil && c.Emergency || h.owedAtOnce(in.Call):
		return nil // he was handed over, or it was told before
	}
	if !h.owe(now, in) {
		return fmt.Errorf("owe an emergency call: there is no emergency line for %s", in.Company)
	}
	return nil
}

// owedAtOnce tells whether the caller of a call is owed another as an emergency already.
func (h *Hotline) owedAtOnce(id CallID) bool {
	cb := h.callback(id)
	return cb != nil && cb.stand.Emergency
}

// owe puts a caller before all who wait, unless there is nobody to whom. What he was promised
// beside is not waited for.
func (h *Hotline) owe(at time.Time, in OweEmergency) bool {
	line, ok := h.emergencyLine(in.Company)
	if ok {
		if cb := h.callback(in.Call); cb != nil {
			h.cancel(at, cb, "", "he is called at once, as an emergency")
		}
		h.emit(at, CallbackAsked, in.Company, in.Call, "", &CallbackAskedData{
			Queue: line.Queue, Number: in.Number, Emergency: true, DID: line.DID, Priority: h.queues[line.Queue].Priority,
			For: in.For, Reason: in.Reason, Sheet: in.Sheet,
		})
	}
	return ok
}

// cutOff owes a call to one who was handed over, has lost his agent, or was owed one and has called
// himself, and is gone before an agent answered him.
func (h *Hotline) cutOff(at time.Time, c *call) {
	unserved := c.State == CallWaiting || c.State == CallNative && c.ServedBy == ""
	handed := c.Direction == Outbound || c.OwedAgain || c.Met != 0
	if !handed || !c.Emergency || !unserved || !callerForm.MatchString(c.Caller.Number) || h.owedAtOnce(c.ID) || h.keeps(c) != nil {
		return
	}
	in := OweEmergency{Company: c.Company, Call: c.ID, Number: c.Caller.Number, For: c.For, Reason: ReasonUnsolved}
	if b := c.PassedOn; b != nil {
		in.For, in.Reason, in.Sheet = cmp.Or(c.For, b.For), b.Reason, b.Sheet
	}
	h.owe(at, in)
}

// applyOwed is Apply for a callback that is owed as an emergency.
func (h *Hotline) applyOwed(f Fact, d *CallbackAskedData) {
	h.recalls.find(d.For)
	if h.callback(f.Call) != nil {
		return
	}
	line := h.lines[d.DID]
	cb := &callback{askedAt: f.At, due: f.At, about: &BriefedData{
		Transfer: FromFollowUp, Reason: d.Reason, Consent: true, Sheet: d.Sheet, For: d.For,
	}}
	cb.stand = &call{
		Arrived: Arrived{DID: d.DID, Caller: pbx.Party{Number: d.Number}, Emergency: true},
		ID:      f.Call, Company: f.Company, Line: line, State: CallWaiting, WaitsSince: f.At, Queue: d.Queue, Priority: d.Priority,
		Tried: map[AgentID]time.Time{}, Owed: cb,
	}
	if q := h.queues[d.Queue]; q != nil {
		cb.stand.Widened = q.Overflow
	}
	h.callbacks = append(h.callbacks, cb)
	for _, c := range h.live { // called already by another engine, whose facts are lost
		if h.keeps(c) == cb && !c.leaving() {
			cb.attempt, c.PassedOn = c.ID, cb.about
		}
	}
}

// isFor tells whether who is on a call is the one who is owed a callback. An emergency line
// may be another company's than the one that has called him.
func (cb *callback) isFor(c *call) bool {
	s := cb.stand
	return s.from() == c.from() || s.Emergency && s.Caller.Number == c.Caller.Number
}

// owesEmergency tells whether somebody is owed a call as an emergency, and not called yet.
func (h *Hotline) owesEmergency() bool {
	return slices.ContainsFunc(h.callbacks, func(cb *callback) bool { return cb.stand.Emergency && cb.attempt == "" })
}

// emergenciesMost is how many matters are remembered that are emergencies again.
const emergenciesMost = 1000

// find remembers that a matter is an emergency again.
func (r *recalls) find(matter string) {
	if matter == "" || r.found(matter) {
		return
	}
	r.again = append(r.again, matter)
	r.again = r.again[max(0, len(r.again)-emergenciesMost):]
}

// found tells whether a matter is one already.
func (r *recalls) found(matter string) bool { return slices.Contains(r.again, matter) }
