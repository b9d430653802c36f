package cti

import (
	"fmt"
	"slices"
	"time"

	"sansheng/cti/flow"
	"sansheng/cti/hours"
	"sansheng/pbx"
)

// Hotline is the state of all calls, agents and queues under one engine. It is
// not safe for concurrent use: one goroutine owns it.
type Hotline struct {
	engine string
	seq    uint64
	// term is the lease's, of every fact made from now on; 0 without a lease.
	term uint64

	// plan is the one in force, versions those that were told of, the last of them in
	// force; planned will be. numbered is the highest number of a version.
	plan              *Plan
	versions, planned []*version
	numbered          int
	// files are the hashes of the plans in the files with which engines were started,
	// fileSince is when the first was.
	files     map[string]string
	fileSince time.Time

	companies map[CompanyID]Company
	lines     map[string]Line
	queues    map[QueueID]*queue
	agents    map[AgentID]*agent
	contacts  []Contact
	flows     map[string]*flow.Flow
	hours     map[string]*hours.Schedule
	// closures are those of hours, also some that are over; numbers the lines as
	// configured.
	closures Closures
	numbers  []string
	zones    map[CompanyID]*time.Location
	// shows is each company's line whose number is shown to whom its agents call.
	shows map[CompanyID]Line
	// order lists agents as configured, live the calls not yet ended by arrival:
	// whatever is done for all of them is done in the same order every time.
	order []*agent
	live  []*call
	// lamps are those of order whose lamps are lit.
	lamps []*agent
	calls map[CallID]*call
	legs  map[pbx.ChannelID]*leg
	// neglects: see Neglect.
	neglects bool
	// linked is true while the switch can be reached and was reconciled with.
	linked bool
	// switchStarted is when the switch we last saw was started.
	switchStarted time.Time
	// lostAt is when it was last heard, or the link to it broke; zero while it stands.
	lostAt   time.Time
	arrivals uint64
	// callbacks are those owed, in the order in which they were asked for.
	callbacks []*callback
	// messages are those that nobody has finished with, in the order they were left; boxes
	// are how callers leave them, by queue, boxLamps their lamps.
	messages []*message
	boxes    map[QueueID]Voicemail
	boxLamps []*boxLamp
	// keys are those of the last orders, oldest first.
	keys []orderKey
	// spoke is who spoke last to a caller's number, lately the numbers from oldest to
	// newest; a restart may forget it.
	spoke  map[string]AgentID
	lately []string
	// recalls are who has called within a day.
	recalls recalls

	out Outcome
}

// Outcome is what one input led to, in order. The facts must be on record
// before the commands take effect.
type Outcome struct {
	Facts    []Fact
	Commands []pbx.Command
	// Asks are questions to the companies' services; each is answered by a LookedUp.
	Asks    []Ask
	Repairs Repairs
	// Refused says why an Order, a CancelCallback, an OweEmergency, a CloseHours, a Publish, a CancelPlan, a
	// TakeMessage, a FinishMessage, an EraseRecord or an AmendRecord was not carried out.
	Refused error
}

// NewHotline is an empty hotline for a plan that passed Check. engine names the
// facts' maker and is part of their ids.
func NewHotline(engine string, plan *Plan) *Hotline {
	h := &Hotline{
		engine: engine,
		calls:  map[CallID]*call{},
		legs:   map[pbx.ChannelID]*leg{},
		agents: map[AgentID]*agent{},
		spoke:  map[string]AgentID{},
		files:  map[string]string{},

		closures: Closures{}, numbered: 1,
	}
	h.configure(plan)
	return h
}

// configure takes over a plan; agents keep their state, and queues their pace. Who is in
// it no more is leaving: he may have a call still.
func (h *Hotline) configure(plan *Plan) {
	h.plan = plan
	before, agents := h.queues, h.order
	h.companies = map[CompanyID]Company{}
	h.lines = map[string]Line{}
	h.queues, h.zones = map[QueueID]*queue{}, map[CompanyID]*time.Location{}
	for _, c := range plan.Companies {
		h.companies[c.ID], h.zones[c.ID] = c, c.Location()
	}
	h.shows, h.numbers = map[CompanyID]Line{}, nil
	for _, l := range plan.Lines {
		h.lines[l.DID], h.numbers = l, append(h.numbers, l.DID)
		if _, known := h.shows[l.Company]; !known && !l.Emergency {
			h.shows[l.Company] = l
		}
	}
	h.contacts = plan.Contacts
	h.hours, h.flows = schedules(plan), map[string]*flow.Flow{}
	for _, f := range plan.Flows {
		h.flows[f.ID] = &f
	}
	for _, q := range plan.Queues {
		h.queues[q.ID] = newQueue(q, plan.Serve(q))
		h.queues[q.ID].callees = plan.Callees(q)
		if old := before[q.ID]; old != nil {
			h.queues[q.ID].asked, h.queues[q.ID].answered, h.queues[q.ID].pace = old.asked, old.answered, old.pace
		}
	}
	h.configureBoxes(plan)
	for _, a := range agents {
		a.Leaving = true
	}
	h.order, h.lamps = nil, nil // whoever is going through them goes on with the old ones
	for _, a := range plan.Agents {
		known := h.agents[a.ID]
		if known == nil {
			known = &agent{State: LoggedOff}
			h.agents[a.ID] = known
		}
		known.Agent, known.place, known.Leaving = a, len(h.order), false
		h.order = append(h.order, known)
		h.seat(known)
		if h.companies[a.Company].Lamps {
			h.lamps = append(h.lamps, known)
		}
	}
	for _, a := range agents {
		if a.Leaving {
			h.stay(a)
		}
	}
}

// stay keeps what is known of an agent who is not in the plan.
func (h *Hotline) stay(a *agent) {
	a.Leaving, a.place = true, len(h.order)
	h.agents[a.ID], h.order = a, append(h.order, a)
	h.seat(a)
	if h.companies[a.Company].Lamps { // his colleagues' keys show what he does until he is gone
		h.lamps = append(h.lamps, a)
	}
}

// Handle decides what one input means. now is the switch's clock; an event's
// own time wins over it.
func (h *Hotline) Handle(now time.Time, in Input) Outcome {
	h.out = Outcome{}
	switch in := in.(type) {
	case pbx.Event:
		if at := in.Time(); at.After(now) {
			now = at // our reckoning of the switch's clock may be a little behind
		}
		h.event(in)
	case Tick:
		h.tick(now)
	case SetState:
		h.setState(now, in)
	case Order:
		if err := h.accept(now, in); err != nil {
			h.out.Refused = err
		}
	case CancelCallback:
		h.out.Refused = h.cancelCallback(now, in)
	case OweEmergency:
		h.out.Refused = h.oweEmergency(now, in)
	case CloseHours:
		h.out.Refused = h.closeHours(now, in)
	case Publish:
		h.out.Refused = h.publish(now, in)
	case CancelPlan:
		h.out.Refused = h.cancelPlan(now, in)
	case LookedUp:
		h.lookupAnswer(now, in)
	case ChangePrompt:
		h.changePrompt(now, in)
	case EraseRecord:
		h.out.Refused = h.eraseRecord(now, in)
	case AmendRecord:
		h.out.Refused = h.amendRecord(now, in)
	case TakeMessage:
		h.out.Refused = h.takeMessage(now, in)
	case FinishMessage:
		h.out.Refused = h.finishMessage(now, in)
	case Stopping:
		h.stopCalls(now)
	case Unseen:
		h.unseen(in)
	case Started:
		h.start(now, in)
	}
	if h.linked {
		h.match(now)
		h.light(now)
	}
	return h.out
}

// Input is what Handle takes: every pbx.Event and the types below.
type Input any

// Tick lets time pass: deadlines that are over take effect.
type Tick struct{}

// SetState is an agent's or his leader's wish for a state: Ready, Paused or
// LoggedOff.
type SetState struct {
	Agent  AgentID
	State  AgentState
	Reason string
}

// Started opens an engine's life, after the replay. File, where given, is the plan in the
// file with which it was started; FileFirst puts it in force whatever was published, which is
// for the drill only.
type Started struct {
	Text      string
	File      *Plan
	FileFirst bool
}

// start tells of an engine's start, and decides which plan is in force.
func (h *Hotline) start(now time.Time, in Started) {
	before, d := h.files[h.engine], &EngineData{Text: in.Text}
	if in.File != nil {
		d.FileHash = in.File.Hash()
	}
	h.emit(now, EngineStarted, "", "", "", d)
	if in.FileFirst {
		before = "another"
	}
	h.startWith(now, in.File, before)
	h.seeOff(now)
}

// Unseen is what became of a caller while we did not look, as read from the
// switch's own ledger: he left before we saw him, or its fallback served him.
type Unseen struct {
	Call    CallID
	DID     string
	Caller  pbx.Party
	Channel pbx.ChannelID
	At      time.Time
	// EndedAt is zero while the call still goes on.
	EndedAt time.Time
	Cause   pbx.Cause
	// HungUp is the device that asked for the end: the caller's, or the agent's; empty
	// where it is not known, or was none.
	HungUp pbx.EndpointID
	// FellBackAt is when the fallback took him over; zero where it did not.
	FellBackAt time.Time
	// BySentinel: it was the sentinel that sent him there, from us.
	BySentinel bool
	// Agent answered there; empty where nobody did.
	Agent AgentID
	// Voicemail is the recording of the message for which he was asked, at VoicemailAt;
	// empty where he was not.
	Voicemail   string
	VoicemailAt time.Time
}

// Stopping: the switch is about to be stopped, and all calls with it.
type Stopping struct{}

// emit makes a fact and applies it.
func (h *Hotline) emit(at time.Time, k Kind, co CompanyID, c CallID, a AgentID, d Data) {
	f := Fact{
		Version: SchemaVersion,
		Seq:     h.seq + 1,
		Engine:  h.engine,
		Term:    h.term,
		At:      at.Truncate(time.Millisecond).UTC(),
		Kind:    k,
		Company: co,
		Call:    c,
		Agent:   a,
		Data:    d,
	}
	f.ID = fmt.Sprintf("%s-%d", f.Engine, f.Seq)
	h.Apply(f)
	h.out.Facts = append(h.out.Facts, f)
}

// do adds a command to the outcome.
func (h *Hotline) do(c ...pbx.Command) { h.out.Commands = append(h.out.Commands, c...) }

// Lead makes the facts from now on those of a term of the engines' lease.
func (h *Hotline) Lead(term uint64) { h.term = term }

// Neglect lets a reconcile change nothing but what is known of the phones. It is
// for the drill, which proves with it that it sees what a reconcile prevents.
func (h *Hotline) Neglect() { h.neglects = true }

// Seq is the number of this engine's last fact made or applied.
func (h *Hotline) Seq() uint64 { return h.seq }

// Apply changes the state by one fact, and nothing else does. The fact may be
// another engine's, whose calls this one takes over.
func (h *Hotline) Apply(f Fact) {
	if f.Engine == h.engine {
		h.seq = max(h.seq, f.Seq)
	}
	if s, ok := StateOf(f.Kind); ok {
		h.applyState(f, s)
		return
	}
	switch d := f.Data.(type) {
	case *RegisteredData:
		if a := h.agentOf(f); a != nil {
			a.Reachable = f.Kind == AgentRegistered
			if !a.Reachable {
				a.LostAt = f.At
			}
		}
		return
	case *WishData:
		if a := h.agents[f.Agent]; a != nil {
			a.Wanted, a.WantedReason = d.State, d.Reason
		}
		return
	case *MovedData:
		if a := h.agents[f.Agent]; a != nil {
			a.Moved = slices.Clone(d.Queues)
			h.seat(a)
		}
		return
	case *EngineData:
		h.applyEngine(f, d)
		return
	case *OrderedData:
		o := Order{Verb: d.Verb, To: d.To}
		h.remember(orderKey{agent: f.Agent, by: d.By, key: d.Key, what: o.what(), digest: d.Digest})
		return
	case *ClosureData:
		h.applyClosure(f, d)
		return
	case *PublishedData:
		h.applyPublished(f, d)
		return
	case *PlanCancelledData:
		h.applyCancelled(d)
		return
	case *RecalledData:
		h.recalls.recall(d)
		return
	case *Arrived:
		h.applyArrived(f, d)
		return
	case *CallbackAskedData, *CallbackPromisedData, *CallbackTriedData, *CallbackEndedData:
		h.applyCallback(f)
		return
	case *MessageLeftData, *MessageTakenData, *MessageFinishedData:
		h.applyMessage(f)
		return
	}
	if d, ok := f.Data.(*OfferEnded); ok && d.Result == OfferMissed {
		c := h.calls[f.Call]
		onCall := c != nil && c.offerN(d.Offer) != nil && asksOnCall(c.offerN(d.Offer))
		if a := h.agents[f.Agent]; a != nil && !onCall {
			a.Misses++
		}
	}
	if c := h.calls[f.Call]; c != nil {
		h.applyCall(c, f)
	}
}

// applyEngine is Apply for the engines' own facts.
func (h *Hotline) applyEngine(f Fact, d *EngineData) {
	switch f.Kind {
	case EngineStarted:
		if d.FileHash != "" {
			h.files[f.Engine] = d.FileHash
		}
		if h.fileSince.IsZero() {
			h.fileSince = f.At
		}
	case SwitchFound:
		h.switchStarted, h.lostAt = d.SwitchStartedAt, time.Time{}
	case SwitchLost:
		h.lostAt = f.At
		if !d.HeardAt.IsZero() {
			h.lostAt = d.HeardAt
		}
	case ClockStepped:
		h.stepClock(d.StepMs.Duration())
	}
}

// Resume makes the next fact's number follow seq: after an Essence, whose last
// fact need not be the last there was.
func (h *Hotline) Resume(seq uint64) { h.seq = max(h.seq, seq) }

// applyArrived begins a call. One that lives already was taken over by an engine
// which had not read of it: it begins anew, at its old place.
func (h *Hotline) applyArrived(f Fact, d *Arrived) {
	h.arrivals++
	place := h.arrivals
	if known := h.calls[f.Call]; known != nil {
		place = known.Order
		h.forget(known)
	}
	c := &call{
		ID: f.Call, Company: f.Company, Arrived: *d, State: CallWaiting, Order: place,
		ArrivedAt: f.At, WaitsSince: f.At, Tried: map[AgentID]time.Time{},
	}
	c.Ring = RingPlan{Period: d.RingPeriod.Duration()}
	c.Line = h.lines[d.DID]
	if d.Direction == Outbound {
		c.State, c.Queue = CallDialling, c.Line.Queue
		if cb := h.keeps(c); cb != nil {
			cb.attempt, c.PassedOn = c.ID, cb.about
		} else {
			h.dialledOutside(f.At, d.By)
		}
	}
	h.calls[c.ID] = c
	h.live = append(h.live, c)
	h.legs[d.Channel] = &leg{call: c, channel: d.Channel, role: RoleCaller}
}

// forget drops an ended call.
func (h *Hotline) forget(c *call) {
	delete(h.calls, c.ID)
	for _, ch := range h.channels(c) {
		delete(h.legs, ch)
	}
	h.live = slices.DeleteFunc(h.live, func(o *call) bool { return o == c })
}

// Knows tells whether a call is live.
func (h *Hotline) Knows(c CallID) bool { return h.calls[c] != nil }

// HasLeg tells whether a channel is a leg of a live call.
func (h *Hotline) HasLeg(ch pbx.ChannelID) bool { return h.legs[ch] != nil }

// Native tells which call's caller a channel is, where the switch's fallback
// serves it, and since when.
func (h *Hotline) Native(ch pbx.ChannelID) (id CallID, since time.Time, ok bool) {
	l := h.legs[ch]
	switch {
	case l == nil || l.role != RoleCaller:
	case l.call.State == CallNative:
		return l.call.ID, l.call.FellAt, true
	case l.call.away():
		return l.call.ID, l.call.LeftAt, true
	}
	return "", time.Time{}, false
}

// Channels lists the channels of all live calls.
func (h *Hotline) Channels() []pbx.ChannelID {
	var all []pbx.ChannelID
	for _, c := range h.live {
		all = append(all, h.channels(c)...)
	}
	return all
}

// Endpoints lists the agents' devices.
func (h *Hotline) Endpoints() []pbx.EndpointID {
	all := make([]pbx.EndpointID, 0, len(h.order))
	for _, a := range h.order {
		if !a.gone() {
			all = append(all, a.Endpoint())
		}
	}
	return all
}

// AgentView is what an agent is doing.
type AgentView struct {
	ID        AgentID    `json:"id"`
	Name      string     `json:"name,omitempty"`
	Company   CompanyID  `json:"company"`
	State     AgentState `json:"state"`
	Since     time.Time  `json:"since"`
	Reason    string     `json:"reason,omitempty"`
	Call      CallID     `json:"call,omitempty"`
	Reachable bool       `json:"reachable"`
	// Until is when the state ends by itself, as wrap-up does; zero where it does not.
	Until time.Time `json:"until,omitzero"`
	// Queues are those he serves now; Moved where a leader has said so, not the plan.
	Queues []QueueID `json:"queues"`
	Moved  bool      `json:"moved,omitempty"`
	// Leaving: he is in the plan no more, and finishes the call he has.
	Leaving bool `json:"leaving,omitempty"`
	// Leader: it is a leader's phone, and nobody at work.
	Leader bool `json:"leader,omitempty"`
}

// Agents lists what all agents are doing, in configured order.
func (h *Hotline) Agents() []AgentView {
	all := make([]AgentView, 0, len(h.order))
	for _, a := range h.order {
		if a.gone() {
			continue
		}
		all = append(all, AgentView{
			ID: a.ID, Name: a.Name, Company: a.Company, State: a.State, Since: a.Since,
			Reason: a.Reason, Call: a.Call, Reachable: a.Reachable, Until: h.until(a), Queues: a.serves, Moved: a.Moved != nil, Leaving: a.Leaving, Leader: a.Leader,
		})
	}
	return all
}

// Linked tells whether the switch can be reached and was reconciled with.
func (h *Hotline) Linked() bool { return h.linked }

// Calls tells how many calls are live, and how many of them wait.
func (h *Hotline) Calls() (live, waiting int) {
	for _, c := range h.live {
		if c.State == CallWaiting {
			waiting++
		}
	}
	return len(h.live), waiting
}
