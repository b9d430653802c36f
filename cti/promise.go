package cti

import (
	"slices"
	"strings"
	"time"

	"sansheng/pbx"
)

// An agent promises his caller a call, in the talk or while he writes his notes: where the
// line is bad within 3 minutes (requirement A5), where a look-up takes long within 30 (A7).
// It is a callback as any other, with a time until which it is to be made:
//
//	promised ─▶ promiseLead before that time: its turn, before who waits ─▶ as any callback
//	                 that time is over: it is late ─▶ expired, when kept for too long
//
// He who promised it is asked before others; reaches he the caller by himself, it is kept. A caller
// who calls again himself has his old place; where he gives up before anybody talks to him, the
// promise is that call's.

// Limits on promises.
const (
	// promiseTime is within what time a call is promised where nobody says it (A7),
	// promiseMost the latest that may be said.
	promiseTime = 30 * time.Minute
	promiseMost = 7 * 24 * time.Hour
	// promiseLead is how long before its time is over a promised call may begin.
	promiseLead = 5 * time.Minute
	// promiseLast is how long after a call its agent may promise another.
	promiseLast = 15 * time.Minute
)

// promiseRule is how a promised call is tried where its queue has no rule for callbacks.
var promiseRule = CallbackRule{Attempts: 3, Retry: Span(2 * time.Minute), Keep: Span(time.Hour)}

// ForCall begins what an order is for that is about a certain call.
const ForCall = "call:"

// keepUntil is when a callback has been kept for too long.
func (cb *callback) keepUntil(r CallbackRule) time.Time {
	if cb.by != "" {
		return cb.until.Add(time.Duration(r.Keep))
	}
	return cb.askedAt.Add(time.Duration(r.Keep))
}

// orderPromise promises the caller of an agent a call.
func (h *Hotline) orderPromise(now time.Time, a *agent, o Order) *OrderError {
	c, line := h.spokeTo(now, a)
	if c == nil {
		return o.refuse(RefusedNoCaller, "he is %s and has no caller; it needs a talk of his own, or one that ended less than %s ago", a.State, promiseLast)
	}
	if id, ok := strings.CutPrefix(o.For, ForCall); o.For != "" && (!ok || CallID(id) != c.ID) {
		return o.refuse(RefusedNotHisCall, "%q is not the call that he has or had last; allowed: %s%s", o.For, ForCall, c.ID)
	}
	if c.Emergency { // its seats dial nothing (A10): others keep the promise
		line = h.shows[c.Company]
	}
	q := h.queues[c.Queue]
	if q == nil || c.Emergency {
		q = h.queues[line.Queue]
	}
	until := o.Due
	if until.IsZero() {
		until = now.Add(promiseTime)
	}
	old := h.callback(c.ID)
	switch {
	case line.DID == "" || q == nil:
		return o.refuse(RefusedNoLine, "company %s has no ordinary line whose agents could call back", c.Company)
	case !until.After(now):
		return o.refuse(RefusedTimeOver, "%s is over; allowed: a later time", until.UTC().Format(time.RFC3339))
	case until.After(now.Add(promiseMost)):
		return o.refuse(RefusedTimeTooLate, "%s is too late; allowed: %s at most", until.UTC().Format(time.RFC3339), now.Add(promiseMost).UTC().Format(time.RFC3339))
	case old != nil && old.stand.Emergency:
		return o.refuse(RefusedBeingCalledBack, "he is owed a call as an emergency, which is made at once; allowed when that has ended")
	case old != nil && old.attempt != "":
		return o.refuse(RefusedBeingCalledBack, "he is being called back now; allowed when that has ended")
	case old == nil && len(h.callbacks) >= callbacksMost:
		return o.refuse(RefusedTooManyOwed, "%d calls are owed, which is as many as may be; allowed when one has been made", callbacksMost)
	}
	number, err := h.promisedNumber(c, o)
	if err != nil {
		return err
	}
	from := now
	if lead := until.Add(-promiseLead); lead.After(now) {
		from = lead
	}
	h.emit(now, CallbackPromised, c.Company, c.ID, a.ID, &CallbackPromisedData{
		Queue: q.ID, DID: line.DID, Number: number, Priority: c.Priority,
		From: from.UTC().Truncate(time.Millisecond), Until: until.UTC().Truncate(time.Millisecond),
	})
	return nil
}

// spokeTo is the call in which an agent may promise another, the one he has or the last he
// had, and its line; nil where there is none.
func (h *Hotline) spokeTo(now time.Time, a *agent) (*call, Line) {
	c := h.calls[a.Call]
	switch {
	case c != nil && c.Agent == a.ID && (c.State == CallTalking || c.State == CallConsulting || c.State == CallPickedUp):
		return c, c.Line
	case c != nil && a.State == WrapUp:
		return c, c.Line
	case a.busy():
		return nil, Line{}
	case a.Last != nil && (a.Last.State == CallSurvey || now.Sub(a.Last.CallerGoneAt) < promiseLast):
		return a.Last, a.Last.Line
	case a.State == WrapUp && a.Call != "": // of which an engine that began since knows nothing
		line := h.shows[a.Company]
		return &call{ID: a.Call, Company: a.Company, Line: line, Queue: line.Queue}, line
	}
	return nil, Line{}
}

// promisedNumber is the number that is to be called: the caller's own, or one that agents
// of his company may dial.
func (h *Hotline) promisedNumber(c *call, o Order) (string, *OrderError) {
	number := o.To
	if number == "" {
		number = c.Caller.Number
	}
	if !callerForm.MatchString(number) {
		if o.To == "" {
			return "", o.refuse(RefusedNumberUnknown, "the caller's number is not known; allowed: the number that is to be called, of 2 to 20 digits")
		}
		return "", o.refuse(RefusedNoNumber, "%q is no number; allowed: 2 to 20 digits", number)
	}
	_, line := h.lines[number]
	lets := func(r DialRule) bool { return r.Role == DialAgent && r.allows(number) }
	switch {
	case line || h.agents[AgentID(number)] != nil:
		return "", o.refuse(RefusedOwnNumber, "%q is the hotline's own; allowed: a number outside", number)
	case number == c.Caller.Number:
		return number, nil
	case !slices.ContainsFunc(h.companies[c.Company].Outside, lets):
		return "", o.refuse(RefusedNumberForbidden, "no rule of company %s lets agents dial %q; allowed: the caller's own number, or one that they may dial", c.Company, number)
	}
	return number, nil
}

// applyPromised is Apply for a promise. One of the same call is in the place of the earlier.
func (h *Hotline) applyPromised(f Fact, d *CallbackPromisedData) {
	co := h.companies[f.Company]
	cb := &callback{askedAt: f.At, due: d.From, by: f.Agent, until: d.Until}
	cb.stand = &call{
		Arrived: Arrived{
			DID: d.DID, Caller: pbx.Party{Number: d.Number}, Direction: Inbound, Language: co.Language,
			RingPeriod: MillisOf(RingPlans[co.Country].Period),
		},
		ID: f.Call, Company: f.Company, Line: h.lines[d.DID], State: CallWaiting, // Order 0: before who waits
		WaitsSince: d.From, Queue: d.Queue, Priority: d.Priority, Tried: map[AgentID]time.Time{}, Owed: cb,
	}
	h.callbacks = append(slices.DeleteFunc(h.callbacks, func(o *callback) bool { return o.stand.ID == f.Call }), cb)
}

// brokenPromise is what an agent has promised whose caller has called himself.
type brokenPromise struct {
	by   AgentID
	what CallbackPromisedData
}

func (cb *callback) broken() brokenPromise {
	s := cb.stand
	return brokenPromise{cb.by, CallbackPromisedData{
		Queue: s.Queue, DID: s.DID, Number: s.Caller.Number, Priority: s.Priority,
		From: cb.due, Until: cb.until,
	}}
}

// promiseAgain owes the promised call still to one who has called himself, and is gone before
// anybody talked to him.
func (h *Hotline) promiseAgain(at time.Time, c *call) {
	if p := c.Broken; p.by != "" && c.ServedBy == "" && h.callback(c.ID) == nil {
		p.what.From, p.what.Until = p.what.From.UTC().Truncate(time.Millisecond), p.what.Until.UTC().Truncate(time.Millisecond)
		h.emit(at, CallbackPromised, c.Company, c.ID, p.by, &p.what)
	}
}

// keptByHand ends the promises of an agent who has reached his caller by a call of his own.
func (h *Hotline) keptByHand(at time.Time, c *call, r DialResult) {
	if r != DialReached || c.By == "" {
		return
	}
	for _, cb := range slices.Clone(h.callbacks) {
		if cb.by == c.By && cb.attempt == "" && cb.stand.ID != c.ID && cb.stand.from() == c.from() && cb.askedAt.Before(c.ArrivedAt) {
			h.endCallback(at, cb, CallbackReached, c.ID)
		}
	}
}

// rememberLast keeps a call that has ended for those who write their notes about it.
func (h *Hotline) rememberLast(c *call) {
	for _, a := range h.order {
		if a.ID == c.Agent || a.State == WrapUp && a.Call == c.ID {
			a.Last = c
		}
	}
}

// PromiseView is a call that an agent has promised and that has not been made.
type PromiseView struct {
	Call    CallID
	Company CompanyID
	Queue   QueueID
	By      AgentID
	// Until is when it is late.
	Until time.Time
}

// Promises lists the calls that agents have promised, the earliest first.
func (h *Hotline) Promises() []PromiseView {
	var all []PromiseView
	for _, cb := range h.callbacks {
		if cb.by != "" {
			all = append(all, PromiseView{Call: cb.stand.ID, Company: cb.stand.Company, Queue: cb.stand.Queue, By: cb.by, Until: cb.until})
		}
	}
	slices.SortStableFunc(all, func(a, b PromiseView) int { return a.Until.Compare(b.Until) })
	return all
}

// CallbackPromisedData: the fact's agent has promised the caller of the fact's call that he
// is called. It says all that is needed, for the call may have ended.
type CallbackPromisedData struct {
	data
	Queue QueueID `json:"queue"`
	// DID is the line whose number is shown then.
	DID      string `json:"did"`
	Number   string `json:"number"`
	Priority int    `json:"priority,omitempty"`
	// From is when the call may begin, Until when it is late.
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}
