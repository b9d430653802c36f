package cti

import (
	"time"

	"sansheng/pbx"
)

// agent is an Agent with what he is doing.
type agent struct {
	Agent
	State AgentState
	// Since is when State began; of Ready agents the longest wait is served first.
	Since  time.Time
	Reason string
	// Call is what he is Reserved, Ringing or Talking for.
	Call CallID
	// Reachable is whether his phone is registered.
	Reachable bool
	// Misses counts offers missed one after another.
	Misses int
	// Calls counts the calls he has answered since he came to work.
	Calls int
	// Wanted is the state asked for while he could not have it; his when he is free, or
	// his phone is back.
	Wanted       AgentState
	WantedReason string
	// LostAt is when his phone was lost last.
	LostAt time.Time
	// Moved are the queues to which he has been moved, in place of the plan's; nil where
	// he has not.
	Moved []QueueID
	// serves are the queues he serves now, by Moved or the plan, in order.
	serves []QueueID
	// place is his in the configured order.
	place int
	// Leaving: he is in the plan no more. He finishes the call he has.
	Leaving bool

	volatileAgent
}

// volatileAgent is what a restart may forget.
type volatileAgent struct {
	// CoolUntil spares a phone that said it was busy.
	CoolUntil time.Time
	// Deaf counts offers in a row to which his phone did not react.
	Deaf int
	// Elsewhere are channels of his phone that are not ours, as in the switch's
	// fallback, true once answered; he is offered nothing while there is one.
	Elsewhere map[pbx.ChannelID]bool
	// Dialled are the times of the last hour's orders to dial outside.
	Dialled []time.Time
	// Lit is what his lamp was last ordered to show; empty where nobody knows what it shows.
	Lit pbx.LampState
	// DarkUntil spares a lamp that the switch did not light.
	DarkUntil time.Time
	// Last is the call that he had last.
	Last *call
}

// Reasons the system gives for an agent's state.
const (
	ReasonRegistered  = "phone registered"
	ReasonLost        = "phone not registered"
	ReasonMisses      = "two calls missed in a row"
	ReasonUnreachable = "phone does not react"
	ReasonCallOver    = "call over"
	ReasonWrapUpOver  = "wrap-up time over"
	ReasonOfferEnded  = "offer ended"
	ReasonElsewhere   = "called by the switch itself"
	ReasonSupervises  = "supervises"
	ReasonSupervised  = "supervision over"
	ReasonLoggedOff   = "logged off"
)

// ownReasons are those by which the hotline tells its own doing from a person's.
var ownReasons = []string{
	ReasonRegistered, ReasonLost, ReasonMisses, ReasonUnreachable, ReasonCallOver, ReasonWrapUpOver, ReasonOfferEnded,
	ReasonElsewhere, ReasonSupervises, ReasonSupervised, ReasonDials,
}

// shortAbsence is for how long a phone may be lost and his agent be the one he was:
// paused, or logged off by his own will.
const shortAbsence = 5 * time.Minute

// missesAllowed is how many offers in a row an agent may miss before he is paused.
const missesAllowed = 2

// An agent whose phone did not react is left alone for a little while, as where
// hundreds register at once, and each time in a row for twice as long.
const (
	deafPauseMin = 3 * time.Second
	deafPauseMax = 30 * time.Second
)

// deafPause is how long he is left alone now.
func (a *agent) deafPause() time.Duration {
	pause := deafPauseMin
	for n := 1; n < a.Deaf && pause < deafPauseMax; n++ {
		pause *= 2
	}
	return min(pause, deafPauseMax)
}

// agentOf is whom a fact tells that he is at work, or not. Of one who is not in the plan
// it may be told before the plan is that has him, or after the one that has not.
func (h *Hotline) agentOf(f Fact) *agent {
	a := h.agents[f.Agent]
	if a == nil && f.Agent != "" && f.Kind != AgentLoggedOff && f.Kind != AgentLost {
		a = &agent{Agent: Agent{ID: f.Agent, Company: f.Company}, State: LoggedOff}
		h.stay(a)
	}
	return a
}

// applyState is Apply for agent.* facts.
func (h *Hotline) applyState(f Fact, s AgentState) {
	a := h.agentOf(f)
	if a == nil {
		return
	}
	d, _ := f.Data.(*StateData)
	if d == nil {
		d = &StateData{}
	}
	if c := h.calls[a.Call]; c != nil && a.State == Talking && s != Talking && a.Reason != ReasonSupervises {
		a.Last = c
	}
	a.State, a.Since, a.Reason, a.Call, a.Misses, a.Calls = s, f.At, d.Reason, d.Call, d.Misses, d.Calls
	if s == Ready || s == Paused || s == LoggedOff {
		a.Wanted, a.WantedReason = "", ""
	}
}

// wish remembers by a fact what state an agent is to have as soon as he can.
func (h *Hotline) wish(at time.Time, a *agent, s AgentState, reason string) {
	if a.Wanted != s || a.WantedReason != reason {
		h.emit(at, AgentWished, a.Company, a.Call, a.ID, &WishData{State: s, Reason: reason})
	}
}

// phoneFree refuses an order that needs an agent's phone where it cannot be rung.
func (a *agent) phoneFree(o Order) *OrderError {
	switch {
	case a.busy() || len(a.Elsewhere) > 0:
		return o.refuse(RefusedPhoneBusy, "his phone is in use, he is %s", a.State)
	case !a.Reachable:
		return o.refuse(RefusedPhoneLost, "his phone is not registered; it must be first")
	}
	return nil
}

// keepState lets an agent who takes no callers be what he is again after a call of his own.
func (h *Hotline) keepState(at time.Time, a *agent) {
	if a.State == Paused || a.State == LoggedOff {
		h.wish(at, a, a.State, a.Reason)
	}
}

// become puts an agent into a state by a fact, unless he is in it already. Who has logged
// off by his own will stays so when his phone is lost; who was lost can log off still. Who
// is leaving, and a leader, is never one whom callers wait for.
func (h *Hotline) become(at time.Time, a *agent, s AgentState, reason string, c CallID) {
	if (a.Leaving || a.Leader) && (s == Ready || s == Paused) {
		if s = LoggedOff; a.Leaving {
			reason = ReasonRemoved
		}
	}
	matters := s == Paused || s == LoggedOff && reason != ReasonLost
	if a.State == s && a.Call == c && (!matters || a.Reason == reason) {
		return
	}
	misses := a.Misses
	if s == Talking || s == Ready && misses >= missesAllowed {
		misses = 0 // he is there, or says so again
	}
	calls := a.Calls
	switch {
	case s == Talking && reason == "":
		calls++
	case s == LoggedOff && reason != ReasonLost, s == Ready && reason == ReasonRegistered && at.Sub(a.LostAt) >= shortAbsence:
		calls = 0 // a new day
	}
	h.emit(at, kindOfState[s], a.Company, c, a.ID, &StateData{From: a.State, Reason: reason, Call: c, Misses: misses, Calls: calls})
	if s == Ready && len(a.Elsewhere) > 0 {
		h.elsewhere(at, a) // else he counts as one who can take a caller, and the chain is not called
	}
}

// release frees an agent after a call or an offer: to what he wished for
// meanwhile, to a pause where he missed too much, or to Ready.
func (h *Hotline) release(at time.Time, a *agent, reason string) {
	switch {
	case !a.Reachable:
		h.lose(at, a, a.Wanted, a.WantedReason)
	case a.Wanted == Paused || a.Wanted == LoggedOff:
		h.become(at, a, a.Wanted, a.WantedReason, "")
	case a.Misses >= missesAllowed:
		h.become(at, a, Paused, ReasonMisses, "")
	default:
		h.become(at, a, Ready, reason, "")
	}
}

// elsewhere shows what his phone is used for by others than us.
func (h *Hotline) elsewhere(at time.Time, a *agent) {
	used := a.Call == "" && a.Reason == ReasonElsewhere && a.busy()
	state := Ringing
	for _, answered := range a.Elsewhere {
		if answered {
			state = Talking
		}
	}
	switch {
	case len(a.Elsewhere) == 0 && used:
		h.release(at, a, ReasonCallOver)
	case len(a.Elsewhere) > 0 && (used || a.State == Ready):
		h.become(at, a, state, ReasonElsewhere, "")
	}
}

// busy tells whether the agent is bound to a call.
func (a *agent) busy() bool {
	return a.State == Reserved || a.State == Ringing || a.State == Talking
}

// setState carries out an agent's wish. Bound to a call he gets it afterwards.
func (h *Hotline) setState(now time.Time, in SetState) {
	a := h.agents[in.Agent]
	if a == nil {
		return
	}
	if in.State == LoggedOff && in.Reason == "" {
		in.Reason = ReasonLoggedOff
	}
	if a.busy() {
		h.wish(now, a, in.State, in.Reason)
		return
	}
	a.CoolUntil = time.Time{}
	h.become(now, a, in.State, in.Reason, "")
}

// endpointChanged follows a phone's registration.
func (h *Hotline) endpointChanged(at time.Time, e pbx.EndpointID, reachable bool) {
	a := h.agentAt(e)
	if a == nil || a.Reachable == reachable {
		return
	}
	kind := AgentLost
	if reachable {
		kind = AgentRegistered
	}
	h.emit(at, kind, a.Company, "", a.ID, &RegisteredData{Endpoint: e})
	if reachable {
		h.reachedAgain(at, a)
	}
	back := reachable && at.Sub(a.LostAt) < shortAbsence
	switch {
	case back && a.State == LoggedOff && a.Wanted == Paused:
		h.become(at, a, Paused, a.WantedReason, "")
	case back && a.State == LoggedOff && a.Reason != "" && a.Reason != ReasonLost && a.Reason != ReasonRemoved:
		// He has logged off; that his phone was away for a moment changes nothing.
	case reachable && a.AutoReady && (a.State == LoggedOff || a.Reason == ReasonUnreachable):
		h.become(at, a, Ready, ReasonRegistered, "")
	case !reachable && !a.busy():
		was := a.State
		if a.Reason == ReasonUnreachable || a.Reason == ReasonMisses {
			was = "" // a pause of the system's, not of his own
		}
		h.lose(at, a, was, a.Reason)
	}
}

// lose logs an agent off whose phone is lost; a pause of his own waits for it.
func (h *Hotline) lose(at time.Time, a *agent, was AgentState, why string) {
	reason := ReasonLost
	if was == LoggedOff && why != "" {
		reason = why // he has said so himself, and his phone's return is no other word
	}
	h.become(at, a, LoggedOff, reason, "")
	if was == Paused {
		h.wish(at, a, was, why)
	}
}

func (h *Hotline) agentAt(e pbx.EndpointID) *agent {
	const tech = "PJSIP/"
	if len(e) <= len(tech) {
		return nil
	}
	return h.agents[AgentID(e[len(tech):])]
}

// tickAgent ends an agent's waits whose time is over.
func (h *Hotline) tickAgent(now time.Time, a *agent) {
	switch {
	case a.State == WrapUp && !now.Before(a.Since.Add(h.wrapUp(a))):
		h.release(now, a, ReasonWrapUpOver)
	case a.State == Paused && a.Reason == ReasonUnreachable && !now.Before(a.Since.Add(a.deafPause())):
		h.release(now, a, ReasonRegistered)
	}
}

// wrapUp is the longest wrap-up time of the queues an agent serves.
func (h *Hotline) wrapUp(a *agent) time.Duration {
	var most Span
	for _, q := range h.queues {
		if q.members[a.ID] {
			most = max(most, q.WrapUp)
		}
	}
	return time.Duration(most)
}

// until is when an agent's state ends by itself; zero where it does not.
func (h *Hotline) until(a *agent) time.Time {
	if a.State == WrapUp {
		return a.Since.Add(h.wrapUp(a))
	}
	return time.Time{}
}
