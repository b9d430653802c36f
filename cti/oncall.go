package cti

import (
	"fmt"
	"slices"
	"time"

	"sansheng/pbx"
)

// Where nobody who serves an emergency caller is on duty, as after hours, or none who is takes
// him, the chain of those on call is rung, with the offers that any agent gets (requirement
// A10):
//
//	Offer: dialling ─▶ alerting ─▶ picked up ─key─▶ answered: joined to the caller
//	                                   │ no key in time, or hung up: unacknowledged
//	                                   ▼
//	       missed, declined, busy, unreachable ─▶ the next of the chain, round again
//
// Who picks up is told what it is about and asked for a key, so that a voicemail box or a
// pocket is not taken for a person; until then the caller hears what is done, and music.
// An agent on call keeps the state that he had: he is paused, or logged off, again.

// OnCall is a queue's chain of people on call. It is for emergency callers only.
type OnCall struct {
	// Chain are who is called, in order, the leader last: agents, on their phones and
	// whatever their state, contacts, and numbers outside that a rule of the company allows.
	Chain []string `yaml:"chain" json:"chain"`
	// Together rings all of them at once; who presses the key first has the caller.
	Together bool `yaml:"together,omitempty" json:"together,omitempty"`
	// After is for how long nobody must have been on duty; 0 is at once.
	After Span `yaml:"after,omitempty" json:"after,omitempty"`
	// Key is the digit by which a person takes the call; 1 where it is empty.
	Key string `yaml:"key,omitempty" json:"key,omitempty"`
	// AckWithin is how long who has picked up may take to press it; 20s where it is 0.
	AckWithin Span `yaml:"ack_within,omitempty" json:"ack_within,omitempty"`
}

// TakeKey is the key that is to be pressed.
func (r OnCall) TakeKey() string {
	if r.Key == "" {
		return "1"
	}
	return r.Key
}

// Within is how long it may take.
func (r OnCall) Within() time.Duration {
	if r.AckWithin == 0 {
		return 20 * time.Second
	}
	return time.Duration(r.AckWithin)
}

// Times of the chain.
const (
	// onCallRings is how often the phone of who is on call may ring: he may be asleep.
	onCallRings = 6
	// onCallTold is how often the caller is told what is done for him.
	onCallTold = 20 * time.Second
	// toldLease is his lease meanwhile, renewed every toldRenewal: the prompt ends also
	// where the hotline is silent, and only the hotline begins the music after it. It is
	// there before what ends his ringing or music: who loses the hotline in between would be
	// silent for what is left of the long one.
	toldLease   = 4 * time.Second
	toldRenewal = time.Second
	// awayRest is how long a phone is spared that cannot be reached; others retryAfter.
	awayRest = 15 * time.Second
	// keyPause is between two times of asking for the key.
	keyPause = time.Second
	// dutyWait is how long a caller waits for those on duty who talk to others, or write their notes.
	dutyWait = 30 * time.Second
)

// OnCallBeganData: nobody on duty could be asked, and the queue's chain is called.
type OnCallBeganData struct {
	data
	Queue    QueueID  `json:"queue"`
	Chain    []string `json:"chain"`
	Together bool     `json:"together,omitempty"`
}

// PickedUpData: the phone of the fact's agent, who is on call, was picked up; the call is
// his when he has pressed the key.
type PickedUpData struct {
	data
	Channel pbx.ChannelID `json:"channel"`
	Offer   int           `json:"offer"`
	Key     string        `json:"key"`
}

// asking is a party on call being asked for the key.
type asking struct {
	since time.Time
	play  pbx.PlaybackID
	plays int
	// next is when it is asked again.
	next time.Time
}

// Callee is one of a chain.
type Callee struct {
	Agent  AgentID
	Number string // where he is Outside
}

// tried is what an offer's failure is remembered by in call.Tried.
func (m Callee) tried() AgentID {
	if m.Agent == Outside && m.Number != "" {
		return Outside + ":" + AgentID(m.Number)
	}
	return m.Agent
}

// onCallee is who is asked by an offer to a chain.
func (o *offer) onCallee() Callee { return Callee{o.Agent, o.Number} }

// asksOnCall tells whether an offer is one to a chain.
func asksOnCall(o *offer) bool { return o.Key != "" }

// asksDuty tells whether a phone rings for a caller that is not one of a chain.
func (c *call) asksDuty() bool {
	return c.offerWhere(func(o *offer) bool { return !asksOnCall(o) }) != nil
}

// onCall is the rule by which those on call are called for a caller, nil where none is.
func (h *Hotline) onCall(c *call) *OnCall {
	q := h.queues[c.Queue]
	if q == nil || q.OnCall == nil || !c.Emergency || c.State != CallWaiting || c.Transfer != nil || c.leaving() || c.Left {
		return nil
	}
	return q.OnCall
}

// Callees are a queue's chain.
func (p *Plan) Callees(q Queue) []Callee {
	if q.OnCall == nil {
		return nil
	}
	all := make([]Callee, len(q.OnCall.Chain))
	for i, name := range q.OnCall.Chain {
		all[i] = Callee{Agent: AgentID(name)}
		if slices.ContainsFunc(p.Agents, func(a Agent) bool { return a.ID == AgentID(name) }) {
			continue
		}
		all[i] = Callee{Outside, name}
		for _, o := range p.Contacts {
			if o.Company == q.Company && o.ID == name {
				all[i].Number = o.Number
			}
		}
	}
	return all
}

// onDuty tells whether somebody is at work who serves a caller, or may help him at once: not
// one who was asked for him in vain, nor, for longer than dutyWait, one who has others.
func (h *Hotline) onDuty(now time.Time, c *call) bool {
	waits := now.Sub(c.waitsFrom()) < dutyWait
	return slices.ContainsFunc(h.order, func(a *agent) bool {
		return (h.mayHelp(a.ID, c) || h.serves(a.ID, c)) && a.atWork() && c.Tried[a.ID].IsZero() &&
			(waits || a.State == Ready || a.Call == c.ID)
	})
}

// atWork tells whether an agent takes callers, now or after the one he has.
func (a *agent) atWork() bool {
	if !a.Reachable || a.Wanted == Paused || a.Wanted == LoggedOff {
		return false
	}
	return a.State == Ready || a.State == WrapUp || a.busy()
}

// ringOnCall calls those on call for emergency callers whom nobody on duty can serve.
func (h *Hotline) ringOnCall(now time.Time) {
	for _, c := range h.live {
		r := h.onCall(c)
		switch {
		case r == nil:
			continue
		case h.onDuty(now, c):
			c.AloneSince = time.Time{}
			continue
		case c.AloneSince.IsZero():
			c.AloneSince = now
		}
		if now.Before(c.AloneSince.Add(time.Duration(r.After))) {
			continue
		}
		if !c.OnCall {
			h.beginOnCall(now, c, r)
		}
		h.tellOnCall(now, c)
		h.ringChain(now, c, r)
	}
}

// beginOnCall answers a caller who hears ringing only: he is told what is done.
func (h *Hotline) beginOnCall(at time.Time, c *call, r *OnCall) {
	up := c.up()
	h.emitCall(at, c, OnCallBegan, "", &OnCallBeganData{Queue: c.Queue, Chain: r.Chain, Together: r.Together})
	if !up {
		h.leaseFor(at, c, toldRenewal, toldLease) // the ringing ends with the answer
		h.do(pbx.Answer{Channel: c.Channel})
	}
}

// tellOnCall tells a caller that those on call are being called, again and again; between
// he hears music.
func (h *Hotline) tellOnCall(now time.Time, c *call) {
	if c.Prompt != "" || !c.OnCallTold.IsZero() && now.Before(c.OnCallTold.Add(onCallTold)) {
		return
	}
	c.OnCallTold = now
	h.leaseFor(now, c, toldRenewal, toldLease)
	h.prompt(now, c, c.holdID(), "on-call-calling")
}

// tellingOnCall tells whether that is what a caller hears now.
func (c *call) tellingOnCall() bool { return c.OnCall && c.Prompt != "" && c.Prompt == c.holdID() }

// ringChain calls the next of a chain, or all of them.
func (h *Hotline) ringChain(now time.Time, c *call, r *OnCall) {
	all := h.queues[c.Queue].callees
	start := 1 + slices.Index(all, c.CalledOut)
	for i := range all {
		if !r.Together && slices.ContainsFunc(c.offers(), asksOnCall) {
			return
		}
		m := all[(start+i)%len(all)]
		asked := slices.ContainsFunc(c.offers(), func(o *offer) bool { return o.onCallee() == m })
		if a := h.agents[m.Agent]; a != nil && a.Call == c.ID && a.busy() {
			continue // he is asked, or his phone is still being hung up
		}
		if !asked && !now.Before(c.Tried[m.tried()]) {
			h.offerOnCall(now, c, m, r.TakeKey())
		}
	}
}

// offerOnCall calls one of a chain. Of a phone that cannot be rung now the facts tell the
// same, and the switch is not asked.
func (h *Hotline) offerOnCall(at time.Time, c *call, m Callee, key string) {
	a, cause := h.agents[m.Agent], pbx.CauseNone
	switch {
	case a == nil:
	case !a.Reachable:
		cause = pbx.CauseAbsent
	case a.busy() || len(a.Elsewhere) > 0:
		cause = pbx.CauseBusy
	default:
		h.keepState(at, a)
	}
	n := c.nextOffer()
	ch := c.agentChannel(n)
	h.emitCall(at, c, CallOffered, m.Agent, &Offered{
		Queue: c.Queue, Channel: ch, Offer: n, Beside: c.Offer != nil, Number: m.Number, Key: key,
	})
	switch {
	case cause != pbx.CauseNone:
		h.legGone(at, LegEnded{Channel: ch, Cause: cause, Estimated: true})
	case a == nil:
		h.ringOutside(c, c.offerN(n))
	default:
		h.become(at, a, Reserved, "", c.ID)
		h.ring(c, a, ch, c.Channel, c.Caller, 0)
	}
}

// askKey asks who has picked up for the key.
func (h *Hotline) askKey(at time.Time, c *call, o *offer) {
	if o.PickedUpAt.IsZero() {
		h.emitCall(at, c, OfferPickedUp, o.Agent, &PickedUpData{Channel: o.Channel, Offer: o.N, Key: o.Key})
	}
	if c.Asking == nil {
		c.Asking = map[int]*asking{}
	}
	c.Asking[o.N] = &asking{since: at} // also after a restart: what was pressed meanwhile is lost
	h.sayKey(at, c, o)
}

// staffVoice is how the people of a call's queue are spoken to, whatever language its caller chose.
func (h *Hotline) staffVoice(c *call) string {
	co := h.companies[c.Company]
	if q := h.queues[c.Queue]; q != nil {
		co = h.companies[q.Company]
	}
	return pbx.Voice(co.Language, string(co.ID))
}

func (h *Hotline) sayKey(at time.Time, c *call, o *offer) {
	a := c.Asking[o.N]
	a.plays++
	// Of its own each time, also after a restart: what played then may play still.
	a.play, a.next = pbx.PlaybackID(fmt.Sprintf("%s-key%d-%d", o.Channel, h.seq, a.plays)), at.Add(promptLimit)
	h.do(
		pbx.SetVars{Channel: o.Channel, Report: map[string]string{asksBy: string(a.play)}},
		pbx.Play{
			Channel: o.Channel, Playback: a.play, Language: h.staffVoice(c),
			Media: []string{"sound:beep", "sound:on-call-take", "sound:digits/" + o.Key, "sound:beep", "sound:on-call-take", "sound:digits/" + o.Key},
		},
	)
}

// asksBy names the playback by which who is on call is asked, on his channel: an engine that
// takes over ends it, for until its end the switch would not join him to the caller.
const asksBy = "asks_by"

// hush ends what another engine, or this one before it lost the switch, has a channel play.
func (h *Hotline) hush(ch pbx.Channel) {
	if play := ch.Vars[asksBy]; play != "" {
		h.do(pbx.StopPlay{Channel: ch.ID, Playback: pbx.PlaybackID(play)})
	}
}

// keySaid: who is on call has been told, or could not be; he is told again.
func (c *call) keySaid(at time.Time, ch pbx.ChannelID, play pbx.PlaybackID) {
	if o := c.offerOn(ch); o != nil && c.Asking[o.N] != nil && c.Asking[o.N].play == play {
		c.Asking[o.N].next = at.Add(keyPause)
	}
}

// pressedOnCall is a key of who is on call; it tells whether he was asked for one.
func (h *Hotline) pressedOnCall(at time.Time, l *leg, digit string) bool {
	c := l.call
	o := c.offerOn(l.channel)
	if o == nil || o.PickedUpAt.IsZero() {
		return false
	}
	if digit == o.Key && l.hangupAt.IsZero() && !c.leaving() {
		if a := c.Asking[o.N]; a != nil {
			h.do(pbx.StopPlay{Channel: o.Channel, Playback: a.play})
		}
		h.take(at, c, o)
	}
	return true
}

// tickKey ends the time for the key, or has it asked for again.
func (h *Hotline) tickKey(now time.Time, c *call, o *offer) {
	within := OnCall{}.Within()
	if q := h.queues[c.Queue]; q != nil && q.OnCall != nil {
		within = q.OnCall.Within()
	}
	a := c.Asking[o.N]
	switch {
	case a == nil:
		h.askKey(now, c, o)
	case !now.Before(a.since.Add(within)):
		h.emitOfferEnded(now, c, o, OfferUnacknowledged, pbx.CauseNone, 0)
		h.hangup(now, o.Channel, pbx.CauseNormal)
	case !now.Before(a.next):
		h.sayKey(now, c, o)
	}
}

// checkOnCall checks a queue's chain.
func (p *Plan) checkOnCall(c *checker, at string, q Queue) {
	r := q.OnCall
	if r == nil {
		return
	}
	at += ".on_call"
	if !p.forEmergencies(q.ID) {
		c.Fail(at, "no emergency line leads to queue %s: nobody would be called; allowed: for the queue of one", q.ID)
	}
	if n := len(r.Chain); n < 1 || n > onCallMost {
		c.Fail(at+".chain", "%d are called; allowed: 1 to %d agents, contacts of its company, or numbers outside", n, onCallMost)
	}
	seen := map[string]bool{}
	for i, name := range r.Chain {
		in := fmt.Sprintf("%s.chain[%d]", at, i)
		c.once(in, name, seen[name])
		seen[name] = true
		if !c.agents[AgentID(name)] && !p.mayCall(q.Company, name) {
			c.Fail(in, "%q is not allowed: an agent, a contact of company %s, or a number outside that one of its rules lets people dial (companies.outside)", name, q.Company)
		}
	}
	if r.Key != "" {
		c.form(at+".key", r.Key, digitForm, "a digit, 0 to 9")
	}
	if after := time.Duration(r.After); after < 0 || after > afterMost {
		c.Fail(at+".after", "%s is not allowed: 0s to %s; for so long nobody is called", after, afterMost)
	}
	if w := r.Within(); w < ackLeast || w > ackMost {
		c.Fail(at+".ack_within", "%s is not allowed: %s to %s", w, ackLeast, ackMost)
	}
}

// Bounds of a chain.
const (
	onCallMost = 20
	ackLeast   = 5 * time.Second
	ackMost    = 2 * time.Minute
	afterMost  = 5 * time.Minute
)

// mayCall tells whether a name is a contact of a company, or a number that it allows.
func (p *Plan) mayCall(co CompanyID, name string) bool {
	if slices.ContainsFunc(p.Contacts, func(o Contact) bool { return o.Company == co && (o.ID == name || o.Number == name) }) {
		return true
	}
	return callerForm.MatchString(name) && slices.ContainsFunc(p.Companies, func(c Company) bool {
		return c.ID == co && slices.ContainsFunc(c.Outside, func(r DialRule) bool { return r.allows(name) })
	})
}
