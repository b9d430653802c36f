package cti

import (
	"slices"
	"strings"
	"time"

	"sansheng/pbx"
)

// A caller who would rather not wait presses 1, having been told of it: his call ends, and what
// stays at his place in the queue is a callback. When its turn comes an agent's phone is rung, and
// then the caller's number is dialled, as in any call to outside:
//
//	Waiting ─1─▶ asked ─▶ its turn: attempt ─▶ reached
//	               ▲                   │
//	               └─ tried, due later ◀┘ as often as the queue allows ─▶ failed
//
// Callers and callbacks are served in one order. One attempt at most is under way, and
// none while the caller is on the line: who calls again takes his old place.

// CallbackRule lets callers of a queue be called back.
type CallbackRule struct {
	// Attempts is how often the number is dialled at most, Retry the time between.
	Attempts int  `yaml:"attempts" json:"attempts"`
	Retry    Span `yaml:"retry" json:"retry"`
	// Keep is how long after it was asked for it may begin.
	Keep Span `yaml:"keep" json:"keep"`
}

// callbackKey is what a waiting caller presses.
const callbackKey = "1"

// callbacksMost bounds how many callbacks are owed at a time.
const callbacksMost = 1000

// ForCallback begins what a call is for that keeps a promise to call back; behind it is
// the call in which that was promised.
const ForCallback = "callback:"

// callback is a caller who is owed a call.
type callback struct {
	// stand stands for him in the queue.
	stand    *call
	askedAt  time.Time
	attempts int
	// due is when he may be called.
	due time.Time
	// attempt is the call to him that is under way.
	attempt CallID
	// by is the agent who has promised it, until when it is late; nobody and never where the
	// caller has asked for it himself.
	by    AgentID
	until time.Time
	// about is what his agent is told first, of one who is owed a call as an emergency.
	about *BriefedData
}

// applyCallback is Apply for callback.* facts.
func (h *Hotline) applyCallback(f Fact) {
	cb := h.callback(f.Call)
	switch d := f.Data.(type) {
	case *CallbackAskedData:
		if d.Emergency {
			h.applyOwed(f, d)
			return
		}
		c := h.calls[f.Call]
		if c == nil || cb != nil {
			return
		}
		c.AskedBack = true
		cb = &callback{askedAt: f.At, due: f.At}
		cb.stand = &call{
			Arrived: c.Arrived, ID: c.ID, Company: c.Company, Line: c.Line, State: CallWaiting, Order: c.Order,
			WaitsSince: c.WaitsSince, Queue: c.Queue, Priority: c.Priority,
			Tried: map[AgentID]time.Time{}, Owed: cb,
		}
		h.callbacks = append(h.callbacks, cb)
	case *CallbackPromisedData:
		h.applyPromised(f, d)
	case *CallbackTriedData:
		if cb != nil {
			cb.attempts, cb.due, cb.attempt = d.Attempts, d.Due, ""
			cb.stand.Tried[f.Agent] = f.At.Add(retryAfter)
		}
	case *CallbackEndedData:
		if cb == nil {
			return
		}
		if c := h.calls[d.By]; c != nil && d.Result == CallbackCameBack {
			c.Order, c.WaitsSince, c.Priority = cb.stand.Order, cb.stand.WaitsSince, max(c.Priority, cb.stand.Priority)
			if cb.stand.Emergency {
				c.PassedOn, c.OwedAgain = cb.about, true
			}
			if cb.by != "" {
				c.Broken = cb.broken()
			}
		}
		h.callbacks = slices.DeleteFunc(h.callbacks, func(o *callback) bool { return o == cb })
	}
}

// callback is the one that was asked for in a call, nil where none is owed.
func (h *Hotline) callback(id CallID) *callback {
	i := slices.IndexFunc(h.callbacks, func(cb *callback) bool { return cb.stand.ID == id })
	if i < 0 {
		return nil
	}
	return h.callbacks[i]
}

// keeps is the callback that a call to outside is to keep.
func (h *Hotline) keeps(c *call) *callback {
	id, ok := strings.CutPrefix(c.For, ForCallback)
	if !ok || c.Direction != Outbound {
		return nil
	}
	return h.callback(CallID(id))
}

// mayAskBack tells whether a waiting caller can be promised a call: his queue has it,
// and his number is one that its agents may dial.
func (h *Hotline) mayAskBack(c *call) bool {
	q := h.queues[c.Queue]
	switch {
	case q == nil || q.Callback == nil || c.State != CallWaiting || c.AskedBack || c.Emergency || c.leaving():
		return false
	case !c.up() || c.Mode == Greeted && !c.Greeted || c.Transfer != nil || len(h.callbacks) >= callbacksMost:
		return false
	}
	lets := func(r DialRule) bool { return r.Role == DialAgent && r.allows(c.Caller.Number) }
	return callerForm.MatchString(c.Caller.Number) && slices.ContainsFunc(h.companies[c.Company].Outside, lets) &&
		!slices.ContainsFunc(h.callbacks, func(cb *callback) bool { return cb.stand.from() == c.from() })
}

// origin is who calls: a number is another caller's at another company.
type origin struct {
	company CompanyID
	number  string
}

func (c *call) from() origin { return origin{c.Company, c.Caller.Number} }

// callerDigit: a caller has pressed a key.
func (h *Hotline) callerDigit(at time.Time, c *call, digit string) {
	switch c.State {
	case CallInFlow:
		h.stepDigit(at, c, digit)
		return
	case CallMessage:
		h.mailDigit(at, c, digit)
		return
	case CallSurvey:
		h.rate(at, c, digit)
		return
	}
	// Whom nobody has told of it means no callback by his key, as who presses a menu's twice.
	if digit == callbackKey && c.ToldBack && len(c.offers()) == 0 && h.mayAskBack(c) {
		h.promise(at, c)
	}
}

// promise keeps a caller's place for a callback, and tells him so before he is hung up.
func (h *Hotline) promise(at time.Time, c *call) {
	h.emit(at, CallbackAsked, c.Company, c.ID, "", &CallbackAskedData{Queue: c.Queue, Number: c.Caller.Number})
	if c.Prompt != "" {
		h.do(pbx.StopPlay{Channel: c.Channel, Playback: c.Prompt})
	}
	h.lease(at, c)
	h.prompt(at, c, c.promiseID(), "callback-promised")
}

func (c *call) promiseID() pbx.PlaybackID { return pbx.PlaybackID(string(c.ID) + "-promise") }

// owed are who stands for the callbacks that wait for their turn: they are due, and who
// is to be called is not on the line.
func (h *Hotline) owed(now time.Time) []*call {
	if len(h.callbacks) == 0 {
		return nil
	}
	on := map[origin]bool{}
	for _, c := range h.live { // whoever has called
		on[c.from()] = true
	}
	var stands []*call
	for _, cb := range h.callbacks {
		if cb.attempt == "" && !now.Before(cb.due) && !on[cb.stand.from()] && (!cb.stand.Emergency || !h.onLine(cb)) {
			stands = append(stands, cb.stand)
		}
	}
	return stands
}

// callBack rings the agent who is to call one who is owed a call, and returns who is
// idle still.
func (h *Hotline) callBack(now time.Time, cb *callback, idle []*agent) []*agent {
	best := h.best(now, cb.stand, idle)
	if best < 0 || slices.ContainsFunc(h.live, func(c *call) bool { return c.from() == cb.stand.from() }) {
		return idle // nobody is there, or he is called by now, as he was promised twice
	}
	line := cb.stand.Line
	if l, ok := h.emergencyLine(cb.stand.Company); ok && cb.stand.Emergency {
		line = l // as it is now
	}
	h.dialFor(now, idle[best], line, cb.stand.Caller.Number, ForCallback+string(cb.stand.ID), cb.stand.Caller)
	return slices.Delete(idle, best, best+1)
}

// attemptOver draws the consequence of a call that was to keep a callback.
func (h *Hotline) attemptOver(at time.Time, c *call, r DialResult) {
	cb := h.keeps(c)
	h.keptByHand(at, c, r)
	if cb == nil || cb.attempt != c.ID {
		return
	}
	n, due := cb.attempts, at
	rule, _ := h.rule(cb)
	switch r {
	case DialReached:
		h.endCallback(at, cb, CallbackReached, c.ID)
		h.answerMessages(at, c, cb.stand.from())
		return
	case DialNotBegun: // nobody was called; another agent may
	case DialFailed:
		due = at.Add(time.Duration(rule.Retry))
	default:
		n++
		due = at.Add(time.Duration(rule.Retry))
	}
	if r == DialUnknown || n >= rule.Attempts {
		h.endCallback(at, cb, CallbackFailed, c.ID)
		return
	}
	if !at.Before(cb.keepUntil(rule)) { // Tick may never find him between two attempts
		h.endCallback(at, cb, CallbackExpired, "")
		return
	}
	h.emit(at, CallbackTried, cb.stand.Company, cb.stand.ID, c.By, &CallbackTriedData{
		Attempt: c.ID, Result: r, Attempts: n, Due: due.UTC().Truncate(time.Millisecond),
	})
	for _, o := range h.live {
		if o.State == CallWaiting {
			h.cameBack(at, o, o.Queue)
		}
	}
}

func (h *Hotline) endCallback(at time.Time, cb *callback, r CallbackResult, by CallID) {
	h.emit(at, CallbackEnded, cb.stand.Company, cb.stand.ID, "", &CallbackEndedData{Result: r, By: by, Attempts: cb.attempts})
}

// calledMeanwhile tells whether one who is owed a call has called himself, while the
// phone rang of the agent who was to call him.
func (h *Hotline) calledMeanwhile(c *call) bool {
	cb := h.keeps(c)
	return cb != nil && h.onLine(cb)
}

// onLine tells whether one who is owed a call is on the line himself.
func (h *Hotline) onLine(cb *callback) bool {
	return slices.ContainsFunc(h.live, func(c *call) bool {
		called := c.Direction == Outbound && (!cb.stand.Emergency || cb.attempt != "")
		return !called && c.State != CallOver && cb.isFor(c)
	})
}

// spare ends an attempt before the number is dialled.
func (h *Hotline) spare(at time.Time, c *call) {
	h.emitCall(at, c, CallHungUp, "", &HungUp{By: RoleSystem})
	h.withdraw(at, c)
	h.notDialled(at, c)
}

// cameBack gives a caller who is owed a call, and calls himself, his old place.
func (h *Hotline) cameBack(at time.Time, c *call, q QueueID) {
	for _, cb := range h.callbacks {
		s := cb.stand
		over := h.calls[s.ID] == nil || s.Emergency && s.ID == c.ID
		emergency := c.Emergency || h.becomesEmergency(c, q)
		if cb.attempt == "" && s.Queue == q && s.Emergency == emergency && cb.isFor(c) && over {
			h.endCallback(at, cb, CallbackCameBack, c.ID)
			return
		}
	}
}

// CancelCallback takes a promise to call back off the queue, as a person has decided.
type CancelCallback struct {
	Call CallID
	// Company, where given, is the only one whose promises he may take back.
	Company CompanyID
	By      string
	Reason  string
}

// CallbackError is a promise that cannot be taken back as things are.
type CallbackError struct {
	// Unknown: nobody is owed a call for that call.
	Unknown bool
	Text    string
}

func (e *CallbackError) Error() string { return "cancel callback: " + e.Text }

func (h *Hotline) cancelCallback(at time.Time, in CancelCallback) error {
	cb := h.callback(in.Call)
	switch {
	case cb == nil || in.Company != "" && in.Company != cb.stand.Company:
		return &CallbackError{Unknown: true, Text: "nobody is owed a call for " + string(in.Call)}
	case cb.attempt != "":
		return &CallbackError{Text: "he is being called now; allowed when that has ended"}
	}
	h.cancel(at, cb, in.By, in.Reason)
	return nil
}

// cancel ends a callback that is not to be made; nobody has decided so where there is no person.
func (h *Hotline) cancel(at time.Time, cb *callback, person, reason string) {
	h.emit(at, CallbackEnded, cb.stand.Company, cb.stand.ID, "", &CallbackEndedData{
		Result: CallbackCancelled, Attempts: cb.attempts, Person: person, Reason: reason,
	})
}

// tickCallbacks ends those that were kept for too long, or whose queue has none any more.
func (h *Hotline) tickCallbacks(now time.Time) {
	for _, cb := range slices.Clone(h.callbacks) {
		rule, ok := h.rule(cb)
		if cb.attempt == "" && (!ok || !now.Before(cb.keepUntil(rule))) {
			h.endCallback(now, cb, CallbackExpired, "")
		}
	}
}

// CallbackAskedData: the caller of the fact's call would rather be called back than wait.
// His place in the queue is kept. The call's end and the facts of other calls come
// between this and the callback's end.
type CallbackAskedData struct {
	data
	Queue  QueueID `json:"queue"`
	Number string  `json:"number"`
	// Emergency: he has not asked, but said in the fact's call, in which he was called back,
	// that his emergency is not solved. He is called at once, from the line DID, before all
	// who wait; his call need not have ended.
	Emergency bool   `json:"emergency,omitempty"`
	DID       string `json:"did,omitempty"`
	Priority  int    `json:"priority,omitempty"`
	// For is the matter, as in follow_up:ID, Reason why he is called, Sheet what is known of it.
	For    string `json:"for,omitempty"`
	Reason string `json:"reason,omitempty"`
	Sheet  Sheet  `json:"sheet,omitempty"`
}

// CallbackTriedData: an attempt of the fact's agent reached nobody; another follows.
type CallbackTriedData struct {
	data
	// Attempt is the call that was made, Result what came of it.
	Attempt CallID     `json:"attempt"`
	Result  DialResult `json:"result"`
	// Attempts are those so far in which the number was dialled.
	Attempts int       `json:"attempts"`
	Due      time.Time `json:"due"`
}

// CallbackResult is how a callback ended.
type CallbackResult string

// Results of callbacks.
const (
	CallbackReached CallbackResult = "reached"
	CallbackFailed  CallbackResult = "failed" // as often as the queue allows, or no such number
	// CallbackCameBack: he called himself, and has his old place.
	CallbackCameBack CallbackResult = "came_back"
	// CallbackServed: the switch's fallback served him after all.
	CallbackServed  CallbackResult = "served"
	CallbackExpired CallbackResult = "expired"
	// CallbackCancelled: a person has decided that he is not called.
	CallbackCancelled CallbackResult = "cancelled"
)

// CallbackEndedData: nobody is owed a call for the fact's call any more.
type CallbackEndedData struct {
	data
	Result CallbackResult `json:"result"`
	// By is the call that ended it; empty where none did.
	By CallID `json:"by,omitempty"`
	// Attempts are those before the last.
	Attempts int `json:"attempts"`
	// Person who cancelled it, and why.
	Person string `json:"person,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// rule is how a callback is tried, and for how long it is kept; ok is false where its queue
// knows none any more.
func (h *Hotline) rule(cb *callback) (r CallbackRule, ok bool) {
	q := h.queues[cb.stand.Queue]
	switch {
	case q == nil:
		return CallbackRule{}, false
	case cb.stand.Emergency:
		return emergencyRule, true
	case q.Callback != nil:
		return *q.Callback, true
	}
	return promiseRule, cb.by != ""
}
