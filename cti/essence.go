package cti

import (
	"cmp"
	"slices"
)

// Essence keeps of all facts those that still matter: applied in order, they
// give the same state as all of them. It bounds how long a start takes.
//
// What matters are all facts of live calls and of those of which a callback is owed, the
// messages nobody has finished with, each agent's last state and registration, the last of
// the switch, what is closed, the plans, and who has called lately.
type Essence struct {
	calls  map[CallID][]placed
	agents map[AgentID]*agentEssence
	link   []placed // the last SwitchFound, and a SwitchLost after it
	orders []placed // the last with a key
	// owed are the facts of calls that have ended and of which a callback is owed; heirs
	// have come back and hold the places of such calls.
	owed  map[CallID][]placed
	heirs map[CallID]CallID
	steps []placed // each ClockStepped: times before it are by another clock
	// closures are the last hours.closed or hours.opened of each calendar and line.
	closures map[string]placed
	// plans are the last that were published, planned those that will be, cancelled the
	// last that will not; started is each engine's last start with a file.
	plans, planned, cancelled []placed
	started                   map[string]placed
	// recalls are who has called lately, which calls that are forgotten tell.
	recalls recalls
	// messages are the facts of those that nobody has finished with, of calls that have ended.
	messages map[CallID][]placed
	added    uint64
}

// placed is a fact with its place among those added: facts of several engines
// have numbers of their own.
type placed struct {
	Fact
	place uint64
}

// agentEssence are an agent's last facts: his state, his phone, when it was lost, a
// wish that came after his state, and to which queues he was moved.
type agentEssence struct{ state, phone, lost, wish, move *placed }

// NewEssence is the essence of nothing.
func NewEssence() *Essence {
	return &Essence{
		calls: map[CallID][]placed{}, agents: map[AgentID]*agentEssence{}, owed: map[CallID][]placed{}, heirs: map[CallID]CallID{},
		closures: map[string]placed{}, started: map[string]placed{}, messages: map[CallID][]placed{},
	}
}

// Add takes the next fact, in the order in which facts are applied.
func (e *Essence) Add(fact Fact) {
	e.added++
	f := placed{Fact: fact, place: e.added}
	if e.addEmergency(f) {
		return
	}
	if s, ok := StateOf(f.Kind); ok {
		e.agent(f.Agent).state = &f
		if s == Ready || s == Paused || s == LoggedOff {
			e.agent(f.Agent).wish = nil
		}
		return
	}
	switch f.Kind {
	case AgentWished:
		e.agent(f.Agent).wish = &f
	case AgentMoved:
		e.agent(f.Agent).move = &f
	case AgentLost:
		e.agent(f.Agent).phone, e.agent(f.Agent).lost = nil, &f
	case AgentRegistered:
		e.agent(f.Agent).phone = &f
	case SwitchFound:
		e.link = []placed{f}
	case SwitchLost:
		e.link = append(e.link, f)
	case AgentOrdered:
		if d, ok := f.Data.(*OrderedData); ok && d.Key != "" {
			e.keep(f)
		}
	case HoursClosed, HoursOpened:
		if d, ok := f.Data.(*ClosureData); ok {
			e.closures[d.What()] = f
			if d.Key != "" {
				e.keep(f)
			}
		}
	case ClockStepped:
		e.steps = append(e.steps, f)
		if d, ok := f.Data.(*EngineData); ok {
			e.recalls.step(d.StepMs.Duration())
		}
	case CallersRecalled:
		if d, ok := f.Data.(*RecalledData); ok {
			e.recalls.recall(d)
		}
	case PlanPublished, PlanPlanned, PlanCancelled:
		e.addPlan(f)
	case EngineStarted:
		if d, ok := f.Data.(*EngineData); ok && d.FileHash != "" {
			e.started[f.Engine] = f
		}
	case AgentBriefed, PromptChanged, RecordErased, RecordAmended:
	case CallEnded:
		e.end(f)
	case CallbackPromised, CallbackTried, CallbackEnded:
		e.addCallback(f)
	case MessageTaken, MessageFinished:
		e.addMessage(f)
	default:
		if _, live := e.calls[f.Call]; live || f.Kind == CallArrived {
			e.calls[f.Call] = append(e.calls[f.Call], f)
		}
	}
}

// addPlan keeps the plans that may be published again, and those by which calls live
// that began under them.
func (e *Essence) addPlan(f placed) {
	number := 0
	switch d := f.Data.(type) {
	case *PublishedData:
		number = d.Version
	case *PlanCancelledData:
		number = d.Version
	}
	e.planned = slices.DeleteFunc(e.planned, func(p placed) bool {
		d, ok := p.Data.(*PublishedData)
		return ok && d.Version == number
	})
	switch f.Kind {
	case PlanCancelled:
		e.cancelled = []placed{f}
	case PlanPlanned:
		e.planned = append(e.planned, f)
	default:
		e.plans = append(e.plans, f)
		for len(e.plans) > versionsMost && !e.beganBefore(e.plans[1].place) {
			e.plans = e.plans[1:]
		}
	}
}

// beganBefore tells whether a call that still matters came before a fact.
func (e *Essence) beganBefore(place uint64) bool {
	for _, calls := range []map[CallID][]placed{e.calls, e.owed} {
		for _, c := range calls {
			if len(c) > 0 && c[0].place < place {
				return true
			}
		}
	}
	return false
}

// Plan is the last that was published; nil where none was, or none that can be read.
func (e *Essence) Plan() *Plan {
	if len(e.plans) == 0 {
		return nil
	}
	if d, ok := e.plans[len(e.plans)-1].Data.(*PublishedData); ok {
		if p, err := planOf(d.Plan); err == nil {
			return p
		}
	}
	return nil
}

// keep keeps an order with a key.
func (e *Essence) keep(f placed) {
	e.orders = append(e.orders, f)
	e.orders = e.orders[max(0, len(e.orders)-keysMost):]
}

func (e *Essence) agent(id AgentID) *agentEssence {
	a := e.agents[id]
	if a == nil {
		a = &agentEssence{}
		e.agents[id] = a
	}
	return a
}

// end drops an ended call, unless a callback is owed of it.
func (e *Essence) end(f placed) {
	facts := e.calls[f.Call]
	has := func(k Kind) bool { return slices.ContainsFunc(facts, func(p placed) bool { return p.Kind == k }) }
	delete(e.calls, f.Call)
	e.recall(facts, f.Fact)
	if has(CallMessageLeft) && !has(MessageFinished) {
		e.messages[f.Call] = slices.DeleteFunc(slices.Clone(facts), func(p placed) bool { return p.Kind != CallMessageLeft && p.Kind != MessageTaken })
	}
	if owes(facts) {
		e.owed[f.Call] = append(facts, f)
		return // his place may be one that he has inherited
	}
	e.drop(f.Call)
}

// recall remembers the number of a call that has ended.
func (e *Essence) recall(facts []placed, end Fact) {
	d, ok := end.Data.(*Ended)
	if !ok || !d.counts() {
		return
	}
	for _, f := range slices.Backward(facts) { // an arrival told twice: the later counts
		if came, ok := f.Data.(*Arrived); ok {
			if came.Direction != Outbound {
				e.recalls.note(origin{f.Company, came.Caller.Number}, end.At)
			}
			return
		}
	}
}

// addMessage keeps who has taken a message, until it is finished.
func (e *Essence) addMessage(f placed) {
	switch {
	case e.calls[f.Call] != nil:
		e.calls[f.Call] = append(e.calls[f.Call], f)
	case f.Kind == MessageFinished:
		delete(e.messages, f.Call)
	case e.messages[f.Call] != nil:
		e.messages[f.Call] = append(e.messages[f.Call], f)
	}
}

// addEmergency remembers which matters are emergencies again, and keeps a call that is owed
// for one: the call in which that was said may be over.
func (e *Essence) addEmergency(f placed) (kept bool) {
	switch d := f.Data.(type) {
	case *TransferBeganData:
		if d.Emergency {
			e.recalls.find(d.For)
		}
	case *CallbackAskedData:
		if !d.Emergency {
			return false
		}
		e.recalls.find(d.For)
		if e.calls[f.Call] == nil && e.owed[f.Call] == nil {
			e.owed[f.Call] = []placed{f}
			return true
		}
	}
	return false
}

// drop forgets what is owed of a call, and whose place it had.
func (e *Essence) drop(id CallID) {
	delete(e.owed, id)
	if of, ok := e.heirs[id]; ok {
		delete(e.heirs, id)
		e.drop(of)
	}
}

// owes tells whether the facts of a call leave a callback owed.
func owes(facts []placed) bool {
	for _, f := range slices.Backward(facts) {
		switch f.Kind {
		case CallbackAsked, CallbackPromised:
			return true
		case CallbackEnded:
			return false
		}
	}
	return false
}

func (e *Essence) addCallback(f placed) {
	d, over := f.Data.(*CallbackEndedData)
	switch {
	case e.calls[f.Call] != nil:
		e.calls[f.Call] = append(e.calls[f.Call], f)
	case f.Kind == CallbackPromised: // in the notes about a call that has ended; it says all that is needed
		e.owed[f.Call] = append(e.owed[f.Call], f)
	case e.owed[f.Call] == nil:
	case !over:
		e.owed[f.Call] = append(e.owed[f.Call], f)
	case d.Result == CallbackCameBack && e.calls[d.By] != nil:
		e.owed[f.Call] = append(e.owed[f.Call], f)
		e.heirs[d.By] = f.Call
	default:
		e.drop(f.Call)
	}
}

// Facts are those that matter, in the order they were added.
func (e *Essence) Facts() []Fact {
	all := slices.Concat(e.link, e.steps, e.orders, e.plans, e.planned, e.cancelled)
	for _, f := range e.started {
		all = append(all, f)
	}
	for _, calls := range []map[CallID][]placed{e.calls, e.owed, e.messages} {
		for _, c := range calls {
			all = append(all, c...)
		}
	}
	for _, a := range e.agents {
		for _, f := range []*placed{a.state, a.phone, a.lost, a.wish, a.move} {
			if f != nil {
				all = append(all, *f)
			}
		}
	}
	for _, f := range e.closures {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b placed) int { return cmp.Compare(a.place, b.place) })
	all = slices.CompactFunc(all, func(a, b placed) bool { return a.place == b.place }) // a closure with a key
	facts := make([]Fact, 0, len(all)+1)
	for _, f := range all {
		facts = append(facts, f.Fact)
	}
	if len(e.recalls.order) > 0 || len(e.recalls.again) > 0 || len(e.owed) > 0 {
		facts = append(facts, e.recalls.fact()) // by the clock as it is now: behind each step
	}
	return facts
}

// ForgetCalls drops all calls, as where facts of them are missing.
func (e *Essence) ForgetCalls() { clear(e.calls) }

// Live tells how many calls are going on.
func (e *Essence) Live() int { return len(e.calls) }
