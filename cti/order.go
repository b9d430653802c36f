package cti

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"sansheng/pbx"
)

// Order is what an agent asks of the hotline, or his leader for him: from a desk, or
// by a code on his phone.
type Order struct {
	Agent AgentID `json:"agent"`
	Verb  Verb    `json:"verb"`
	// Call, where given, is the call that it is about: an order that comes late is refused
	// where the agent has another caller by then. States and numbers to dial are about none.
	Call CallID `json:"call,omitempty"`
	// By is the person who gives it: the agent himself where it is empty.
	By string `json:"by,omitempty"`
	// Leader: who gives it leads, and may dial what leaders may.
	Leader bool `json:"leader,omitempty"`
	// To is whom a transfer goes to, an agent's number, a queue's name, a contact's or
	// a number outside, or whose call a leader goes to, an agent's number or a call's id,
	// or the queues that an agent is to serve, with commas between.
	To string `json:"to,omitempty"`
	// For is what a number is dialled for, as in ticket:17. Known: it is that matter's
	// own, and needs no rule that allows it.
	For   string `json:"for,omitempty"`
	Known bool   `json:"known,omitempty"`
	// Message is the call whose message is his who dials, once the order is carried out.
	Message CallID `json:"message,omitempty"`
	// Key, where given, makes it safe to give the order again: with a key that was
	// carried out already it is accepted and nothing is done.
	Key string `json:"key,omitempty"`
	// Reason of a pause, or of a transfer.
	Reason string `json:"reason,omitempty"`
	// Due is until when a promised call is to be made.
	Due time.Time `json:"due,omitzero"`
	// Consent: the caller has agreed to the transfer (requirement D1).
	Consent bool `json:"consent,omitempty"`
	// Sheet is what the receiver of a transfer is to see (requirement D1).
	Sheet Sheet `json:"sheet,omitempty"`
}

// Verb is what is ordered.
type Verb string

// Verbs.
const (
	OrderReady    Verb = "ready"
	OrderDial     Verb = "dial" // a number outside
	OrderPause    Verb = "pause"
	OrderLogOff   Verb = "log_off"
	OrderHold     Verb = "hold"
	OrderUnhold   Verb = "unhold"
	OrderTransfer Verb = "transfer" // announced
	OrderBlind    Verb = "blind_transfer"
	// OrderEmergency hands the caller over to the emergency queue at once, as an emergency
	// caller: what he was called back about is not solved (requirement F6).
	OrderEmergency Verb = "emergency"
	OrderComplete  Verb = "complete"
	OrderTakeBack  Verb = "take_back"
	// In an announced transfer whose receiver has answered: swap turns the agent to
	// the other of the two, conference brings all three together.
	OrderSwap       Verb = "swap"
	OrderConference Verb = "conference"
	OrderHangUp     Verb = "hang_up"
	// OrderLinger: all is said and the caller does not hang up (requirement A6).
	OrderLinger Verb = "linger"
	// OrderSurvey ends the talk and has the caller asked how it was (requirement F8).
	OrderSurvey Verb = "survey"
	// OrderReconnect: the agent's phone has begun anew, as a browser's page that was
	// loaded again; it is rung for the call that he is in.
	OrderReconnect Verb = "reconnect"
	// OrderPromise promises his caller a call (requirements A5, A7); For names the call
	// where it may not be another, To a number other than the caller's.
	OrderPromise Verb = "promise"

	OrderPauseRecording  Verb = "pause_recording"
	OrderResumeRecording Verb = "resume_recording"
	// A leader's. OrderMove names the queues that the agent serves from then on.
	OrderMove     Verb = "move"
	OrderListen   Verb = "listen"
	OrderWhisper  Verb = "whisper"
	OrderJoin     Verb = "join"
	OrderTakeOver Verb = "take_over"
)

// Leads tells whether a verb is for leaders only.
func (v Verb) Leads() bool {
	return v == OrderMove || v == OrderListen || v == OrderWhisper || v == OrderJoin || v == OrderTakeOver
}

// Verbs are all verbs, in the order in which they are shown.
func Verbs() []Verb {
	return []Verb{
		OrderReady, OrderPause, OrderLogOff, OrderDial, OrderHold, OrderUnhold, OrderTransfer, OrderBlind, OrderEmergency, OrderComplete,
		OrderTakeBack, OrderSwap, OrderConference, OrderLinger, OrderSurvey, OrderReconnect, OrderPromise, OrderHangUp, OrderPauseRecording, OrderResumeRecording,
		OrderMove, OrderListen, OrderWhisper, OrderJoin, OrderTakeOver,
	}
}

// OrderError is an order that cannot be carried out as things are.
type OrderError struct {
	Order Order
	// Unknown: there is no such agent or verb; otherwise the state forbids it.
	Unknown bool
	// Why is the same in one word, About what it is about.
	Why   Refusal
	About []string
	// Text says what forbids it and what is allowed.
	Text string
}

func (e *OrderError) Error() string {
	return fmt.Sprintf("%s for agent %s: %s", e.Order.Verb, e.Order.Agent, e.Text)
}

// keysMost is how many keys of orders are remembered.
const keysMost = 1000

// orderKey is the key of an order that was carried out, of no agent where it was about
// hours. A key is its giver's own.
type orderKey struct {
	agent   AgentID
	by, key string
	// what is said of it, digest is of all that it says (Order.digest).
	what, digest string
}

// what is what an order asks for.
func (o Order) what() string { return strings.TrimSpace(string(o.Verb) + " " + o.To) }

// digest is of all that an order says beside who gives it to whom with which key; none
// where it has no key, as nobody asks then.
func (o Order) digest() string {
	if o.Key == "" {
		return ""
	}
	o.Agent, o.By, o.Key = "", "", ""
	b, err := json.Marshal(o)
	if err != nil {
		return err.Error() // strings and flags only: it has none
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// keyed finds the order that was carried out with this one's key.
func (h *Hotline) keyed(o Order) (orderKey, bool) {
	i := slices.IndexFunc(h.keys, func(k orderKey) bool { return k.agent == o.Agent && k.by == o.By && k.key == o.Key })
	if o.Key == "" || i < 0 {
		return orderKey{}, false
	}
	return h.keys[i], true
}

// remember keeps the key of an order that was carried out, where it has one.
func (h *Hotline) remember(k orderKey) {
	if k.key != "" {
		h.keys = append(h.keys, k)
		h.keys = h.keys[max(0, len(h.keys)-keysMost):]
	}
}

// accept carries an order out once, and puts on record who gave it.
func (h *Hotline) accept(now time.Time, o Order) *OrderError {
	if known, ok := h.keyed(o); ok {
		if known.what != o.what() || known.digest != o.digest() {
			return o.refuse(RefusedKeyUsed, "key %q was given with another order (%s), or with another matter, reason or sheet; allowed: a key of its own", o.Key, known.what)
		}
		return nil
	}
	var call CallID
	company, a := CompanyID(""), h.agents[o.Agent]
	if a != nil {
		call, company = a.Call, a.Company
	}
	if err := h.carryOut(now, o); err != nil {
		return err
	}
	switch o.Verb { // what it is about, so that the number is erased with it
	case OrderDial:
		call = a.Call
	case OrderPromise:
		if c, _ := h.spokeTo(now, a); c != nil {
			call = c.ID
		}
	}
	h.emit(now, AgentOrdered, company, call, o.Agent, &OrderedData{By: o.By, Verb: o.Verb, To: o.To, Reason: o.Reason, Key: o.Key, Digest: o.digest()})
	return nil
}

// carryOut does what is ordered, or says why not; nothing has changed then.
func (h *Hotline) carryOut(now time.Time, o Order) *OrderError {
	a := h.agents[o.Agent]
	if a == nil || a.gone() {
		return &OrderError{Order: o, Unknown: true, Why: RefusedNoAgent, Text: "there is no such agent"}
	}
	if err := a.forLeader(o); err != nil {
		return err
	}
	switch o.Verb {
	case OrderReady, OrderPause, OrderLogOff:
		return h.orderState(now, a, o)
	case OrderDial:
		return h.orderDial(now, a, o)
	case OrderPromise:
		return h.orderPromise(now, a, o)
	case OrderMove:
		return h.orderMove(now, a, o)
	}
	if !slices.Contains(Verbs(), o.Verb) {
		return &OrderError{Order: o, Unknown: true, Why: RefusedNoVerb, Text: fmt.Sprintf("the verb is unknown; allowed: %s", verbNames())}
	}
	if o.Verb.Leads() {
		return h.orderSupervision(now, a, o)
	}
	c := h.calls[a.Call]
	if c != nil && o.Call != "" && o.Call != c.ID {
		return o.refuse(RefusedNotHisCall, "%q is not the call that he has; allowed: %s", o.Call, c.ID)
	}
	if c != nil && o.Verb == OrderHangUp && c.supervised(a.ID) != nil {
		h.hangup(now, c.superChannel(c.supervised(a.ID).Offer), pbx.CauseNormal)
		return nil
	}
	switch {
	case !h.linked:
		return o.refuse(RefusedNoSwitch, "the switch cannot be reached; calls go on as they are")
	case c != nil && o.Verb == OrderHangUp && c.State == CallDialling && c.By == a.ID && !c.leaving():
		h.giveUp(now, c, a, o)
		return nil
	case c == nil || c.Agent != a.ID || c.leaving() || c.State != CallTalking && c.State != CallConsulting:
		return o.refuse(RefusedNoCaller, "he is %s and has no caller; it needs a talk of his own", a.State)
	}
	return h.orderCall(now, c, a, o)
}

func verbNames() string {
	var names []string
	for _, v := range Verbs() {
		names = append(names, string(v))
	}
	return strings.Join(names, ", ")
}

// orderState is an order for a state of the agent's.
func (h *Hotline) orderState(now time.Time, a *agent, o Order) *OrderError {
	want := map[Verb]AgentState{OrderReady: Ready, OrderPause: Paused, OrderLogOff: LoggedOff}[o.Verb]
	if want == Ready && !a.Reachable {
		return o.refuse(RefusedPhoneLost, "his phone is not registered; it must be first")
	}
	if want == Paused && o.Reason == "" {
		return o.refuse(RefusedReasonNeeded, "a pause needs a reason")
	}
	if slices.Contains(ownReasons, o.Reason) {
		return o.refuse(RefusedReasonReserved, "%q is what the hotline says of its own doing; allowed: a reason in other words", o.Reason)
	}
	h.setState(now, SetState{Agent: a.ID, State: want, Reason: o.Reason})
	return nil
}

// orderCall is an order for a talk.
func (h *Hotline) orderCall(now time.Time, c *call, a *agent, o Order) *OrderError {
	consulting := c.State == CallConsulting
	switch o.Verb {
	case OrderHold, OrderUnhold, OrderTransfer, OrderBlind, OrderEmergency, OrderLinger, OrderSurvey, OrderReconnect:
		if consulting {
			return o.refuse(RefusedTransferUnderWay, "a transfer is under way; allowed: complete, take_back, swap, conference, hang_up")
		}
	case OrderComplete, OrderTakeBack, OrderSwap, OrderConference:
		switch {
		case !consulting:
			return o.refuse(RefusedNoTransfer, "no transfer is under way; allowed: transfer, blind_transfer, hold, hang_up")
		case o.Verb != OrderTakeBack && (!c.Transfer.Consulted || h.legs[c.receiverChannel()] == nil):
			return o.refuse(RefusedReceiverNotAnswered, "the receiver has not answered yet; allowed: take_back, hang_up")
		}
	}
	switch o.Verb {
	case OrderHold:
		if c.OnHold {
			return nil
		}
		h.hold(now, c)
	case OrderUnhold:
		switch {
		case c.OnHold:
			h.unhold(now, c)
		case c.KeyHeld:
			return o.refuse(RefusedHeldByPhone, "his phone's own key holds the caller; only that key lets him go")
		}
	case OrderLinger:
		if c.held() {
			return o.refuse(RefusedOnHold, "the caller is on hold; allowed: unhold (where the phone's key holds him, that key), hang_up")
		}
		h.linger(now, c)
	case OrderTransfer, OrderBlind:
		return h.orderTransfer(now, c, a, o)
	case OrderEmergency:
		return h.orderEmergency(now, c, a, o)
	case OrderSurvey:
		return h.orderSurvey(now, c, a, o)
	case OrderReconnect:
		return h.orderReconnect(now, c, a, o)
	case OrderPauseRecording, OrderResumeRecording:
		return h.orderRecording(now, c, a, o)
	case OrderComplete:
		h.handOn(now, c, false)
	case OrderSwap:
		h.turnTo(now, c, c.Transfer.other())
	case OrderConference:
		h.turnTo(now, c, TurnBoth)
	case OrderTakeBack:
		h.takeBack(now, c)
	case OrderHangUp:
		d := &HungUp{By: RoleAgent, Early: !c.mayHangUp(), Ordered: true}
		if o.By != "" && o.By != string(a.ID) {
			d.By, d.Early = RoleSupervisor, false
		}
		h.emitCall(now, c, CallHungUp, a.ID, d)
		h.hangup(now, c.Channel, pbx.CauseNormal)
		h.withdraw(now, c)
	}
	return nil
}
