package cti

import (
	"slices"
	"time"

	"sansheng/pbx"
)

// offer is one agent being asked to take a call.
type offer struct {
	N         int
	Agent     AgentID
	Channel   pbx.ChannelID
	OfferedAt time.Time
	AlertedAt time.Time
	// Number is what is dialled where Agent is Outside.
	Number string
	// Key is what who is on call has to press, PickedUpAt when he could begin to.
	Key        string
	PickedUpAt time.Time
}

// nextOffer is the number of a call's next offer: no channel of the switch's has it.
func (c *call) nextOffer() int { return max(c.Offers, c.Stray) + 1 }

// offers are all that are under way.
func (c *call) offers() []*offer {
	if c.Offer == nil {
		return slices.Clone(c.Beside)
	}
	return append([]*offer{c.Offer}, c.Beside...)
}

// offerOn is the offer under way on a channel, offerN the one of a number; nil where
// there is none.
func (c *call) offerOn(ch pbx.ChannelID) *offer {
	return c.offerWhere(func(o *offer) bool { return o.Channel == ch })
}

func (c *call) offerN(n int) *offer { return c.offerWhere(func(o *offer) bool { return o.N == n }) }

func (c *call) offerWhere(is func(*offer) bool) *offer {
	if c.Offer != nil && is(c.Offer) {
		return c.Offer
	}
	if i := slices.IndexFunc(c.Beside, is); i >= 0 {
		return c.Beside[i]
	}
	return nil
}

// applyOffered is Apply for call.offered.
func (h *Hotline) applyOffered(c *call, f Fact, d *Offered) {
	c.Offers = d.Offer
	o := &offer{N: d.Offer, Agent: f.Agent, Channel: d.Channel, OfferedAt: f.At, Number: d.Number, Key: d.Key}
	if asksOnCall(o) {
		c.CalledOut = o.onCallee()
	}
	if d.Beside {
		c.Beside = append(c.Beside, o)
	} else {
		c.Offer = o
	}
	if q := h.queues[d.Queue]; q != nil && !asksOnCall(o) {
		q.asked = f.Agent
	}
	h.legs[d.Channel] = &leg{call: c, channel: d.Channel, role: RoleAgent, agent: f.Agent, onCall: asksOnCall(o)}
	if f.Agent == Outside {
		h.legs[d.Channel].role = RoleOutside
	}
	if c.State == CallConsulting && c.Transfer != nil {
		c.Transfer.Offer = d.Offer
	}
}

// applyOfferEnded is Apply for call.offer_ended.
func (h *Hotline) applyOfferEnded(c *call, f Fact, d *OfferEnded) {
	who, rest := f.Agent, retryAfter
	if o := c.offerN(d.Offer); o != nil && asksOnCall(o) {
		who = o.onCallee().tried()
		if d.Result == OfferUnreachable {
			rest = awayRest
		}
	}
	if c.Offer != nil && c.Offer.N == d.Offer {
		c.Offer = nil
	}
	c.Beside = slices.DeleteFunc(c.Beside, func(o *offer) bool { return o.N == d.Offer })
	if c.Offer == nil && len(c.Beside) > 0 && d.Result != OfferAnswered {
		c.Offer, c.Beside = c.Beside[0], c.Beside[1:]
	}
	if l := h.legs[d.Channel]; l != nil {
		l.result = d.Result
	}
	if t := c.Transfer; t != nil && d.Offer == t.Offer && d.Result == OfferAnswered {
		t.Answered = true
	}
	if d.Result == OfferAnswered || d.Result == OfferWithdrawn {
		return
	}
	c.Tried[who] = f.At.Add(rest)
}

// applyAnswered is Apply for call.answered.
func (h *Hotline) applyAnswered(c *call, f Fact, d *Answered) {
	if q := h.queues[d.Queue]; q != nil {
		q.tookOne(f.At)
	}
	if f.Agent == Outside {
		c.Announced = true // he has no number to tell
	} else {
		h.note(c.Caller.Number, f.Agent)
	}
	c.State, c.Agent, c.Taken, c.AnsweredAt, c.Transfer = CallPickedUp, f.Agent, d.Offer, f.At, nil
	c.KeyHeld = false
	c.TookOver = d.Channel == c.superChannel(d.Offer)
}

// offer asks an agent to take a call: his phone is dialled, perhaps beside others'.
func (h *Hotline) offer(at time.Time, c *call, a *agent) {
	n := c.nextOffer()
	ch := c.agentChannel(n)
	after := h.brief(at, c, a)
	h.emitCall(at, c, CallOffered, a.ID, &Offered{Queue: c.Queue, Channel: ch, Offer: n, Beside: c.Offer != nil})
	h.become(at, a, Reserved, "", c.ID)
	h.ring(c, a, ch, c.Channel, c.Caller, after)
}

// ring makes an agent's leg and dials it after a while; on is the channel on whose
// behalf, if there is one, and shown is what his phone shows.
func (h *Hotline) ring(c *call, a *agent, ch, on pbx.ChannelID, shown pbx.Party, after time.Duration) {
	report, vars, rings := map[string]string{"call": string(c.ID), "role": string(RoleAgent), "agent": string(a.ID)}, a.autoAnswer(), ThreeRings
	if o := c.offerOn(ch); o != nil && asksOnCall(o) { // a phone that answers by itself wakes nobody
		report["key"], vars, rings = o.Key, nil, onCallRings
	}
	h.do(
		pbx.Create{
			Channel: ch, Endpoint: a.Endpoint(), Originator: on, Caller: shown,
			Args: []string{"offer", string(c.ID), string(a.ID)}, Report: report, Vars: vars,
		},
		pbx.Dial{Channel: ch, Ring: c.Ring.Limit(rings) + alertLimit, After: after},
	)
}

// autoAnswer asks the phone of an agent who wants it to answer by itself.
func (a *agent) autoAnswer() map[string]string {
	if !a.AutoAnswer && !a.Leader {
		return nil
	}
	return answerItself()
}

// answerItself is what asks a phone to answer by itself: desk phones know one of the two
// headers or both (RFC 3261 sections 20.4 and 20.9, with parameters of common use), the
// console's phone the first.
func answerItself() map[string]string {
	return map[string]string{
		"PJSIP_HEADER(add,Call-Info)":  "<sip:hotline>;answer-after=0",
		"PJSIP_HEADER(add,Alert-Info)": "<http://localhost>;info=alert-autoanswer",
	}
}

// beep tells an agent whose phone has answered by itself that somebody is there.
func (h *Hotline) beep(l *leg) {
	if a := h.agents[l.agent]; a != nil && a.AutoAnswer {
		h.do(pbx.Play{Channel: l.channel, Playback: pbx.PlaybackID(string(l.channel) + "-beep"), Media: []string{"sound:beep"}})
	}
}

// alerting: the phone of an offer rings.
func (h *Hotline) alerting(at time.Time, l *leg) {
	c := l.call
	if a := h.agents[l.agent]; l.role == RoleSupervisor && a != nil && a.State == Reserved && a.Call == c.ID {
		h.become(at, a, Ringing, ReasonSupervises, c.ID)
	}
	o := c.offerOn(l.channel)
	if o == nil || !o.AlertedAt.IsZero() {
		return
	}
	h.emitCall(at, c, CallAlerted, l.agent, &Alerted{Channel: o.Channel, Offer: o.N})
	if a := h.agents[l.agent]; a != nil {
		a.Deaf = 0
		h.become(at, a, Ringing, "", c.ID)
	}
}

// answered: an agent picked up. Both clocks stop here.
func (h *Hotline) answered(at time.Time, l *leg) {
	c := l.call
	if l.role == RoleSupervisor {
		h.supervisorAnswered(at, l)
		return
	}
	o := c.offerOn(l.channel)
	if o == nil || c.leaving() || !l.hangupAt.IsZero() {
		return // too late: the offer was withdrawn, its hang-up is under way
	}
	switch {
	case asksOnCall(o):
		h.askKey(at, c, o)
		return
	case c.State == CallDialling && h.calledMeanwhile(c):
		h.spare(at, c)
		return
	case c.State == CallDialling:
		h.dialOut(at, c, o)
		return
	}
	h.beep(l)
	if c.State == CallConsulting {
		h.receiverAnswered(at, c, o)
		return
	}
	h.take(at, c, o)
}

// take gives a waiting caller to who has answered.
func (h *Hotline) take(at time.Time, c *call, o *offer) {
	up := c.up()
	h.answer(at, c, o, false)
	if !up {
		h.do(pbx.Answer{Channel: c.Channel})
	}
	if c.Prompt == c.holdID() {
		h.do(pbx.StopPlay{Channel: c.Channel, Playback: c.Prompt})
		c.Prompt = ""
	}
	h.proceed(at, c)
}

// answer puts on record that an offer was taken.
func (h *Hotline) answer(at time.Time, c *call, o *offer, estimated bool) {
	h.emitOfferEnded(at, c, o, OfferAnswered, pbx.CauseNone, 0)
	h.withdrawOffers(at, c)
	h.picked(at, c, o, estimated)
}

// withdrawOffers takes back all offers under way: one winner, no double answer.
func (h *Hotline) withdrawOffers(at time.Time, c *call) {
	for _, o := range c.offers() {
		h.withdrawOffer(at, c, o)
	}
}

func (h *Hotline) withdrawOffer(at time.Time, c *call, o *offer) {
	h.emitOfferEnded(at, c, o, OfferWithdrawn, pbx.CauseNone, 0)
	h.hangup(at, o.Channel, pbx.CauseNormal)
}

// picked is the answer itself, with both clocks.
func (h *Hotline) picked(at time.Time, c *call, o *offer, estimated bool) {
	agentRing, agentRings := h.rung(c, o, at)
	within := c.Ring.Within(ThreeRings, agentRing)
	var callerRing time.Duration
	callerRings := 0
	if c.AnsweredAt.IsZero() { // his clock runs to the first answer
		callerRing = at.Sub(c.RingbackAt)
		callerRings = c.Ring.Rings(callerRing)
		if c.Mode == Direct {
			within = c.Ring.Within(ThreeRings, callerRing)
		}
	}
	t := c.Transfer
	h.emitCall(at, c, CallAnswered, o.Agent, &Answered{
		Queue: c.Queue, Channel: o.Channel, Offer: o.N, WaitMs: MillisOf(at.Sub(c.QueuedAt)),
		AgentRingMs: MillisOf(agentRing), AgentRings: agentRings,
		CallerRingMs: MillisOf(callerRing), CallerRings: callerRings,
		WithinThreeRings: within, Estimated: estimated,
	})
	if t != nil && t.Kind == Blind && !t.Returning {
		h.emitCall(at, c, CallTransferred, o.Agent, &TransferredData{
			Transfer: Blind, From: t.By, Channel: o.Channel, Offer: o.N, Estimated: estimated,
		})
	}
	if a := h.agents[o.Agent]; a != nil {
		h.become(at, a, Talking, "", c.ID)
	}
}

// rung is how long an offer's phone rang until at, and how often; nothing for
// a phone that never said it rings.
func (h *Hotline) rung(c *call, o *offer, at time.Time) (time.Duration, int) {
	if o.AlertedAt.IsZero() {
		return 0, 0
	}
	if !o.PickedUpAt.IsZero() {
		at = o.PickedUpAt
	}
	d := max(at.Sub(o.AlertedAt), 0)
	return d, c.Ring.Rings(d)
}

func (h *Hotline) emitOfferEnded(at time.Time, c *call, o *offer, r OfferResult, cause pbx.Cause, tech int) {
	ring, rings := h.rung(c, o, at)
	var alerted *time.Time
	if !o.AlertedAt.IsZero() {
		t := o.AlertedAt
		alerted = &t
	}
	if r == OfferMissed {
		_, most := o.patience()
		rings = min(rings, most) // the limit ends the third ring, a fourth never begins
	}
	h.emitCall(at, c, CallOfferEnded, o.Agent, &OfferEnded{
		Channel: o.Channel, Offer: o.N, Result: r, Cause: cause, TechCause: tech,
		AlertedAt: alerted, RingMs: MillisOf(ring), Rings: rings,
	})
}

// withdraw takes back an offer under way and hangs up whoever is on the call
// with the caller. Their agents are free when the phones' channels are gone.
func (h *Hotline) withdraw(at time.Time, c *call) {
	h.withdrawOffers(at, c)
	if c.Transfer != nil && c.Transfer.Offer > 0 {
		c.spendConsult()
	}
	end := func(ch pbx.ChannelID) { h.hangup(at, ch, pbx.CauseNormal) }
	if t := c.Transfer; t != nil {
		if c.HungUpBy == RoleCaller && (t.Answered || c.State == CallConsulting) {
			end = func(ch pbx.ChannelID) { h.farewell(at, ch) }
		}
		if t.Answered {
			end(c.receiverChannel())
		}
	}
	if c.Agent != "" {
		end(c.talkChannel())
	}
	h.dismiss(at, c)
}

// farewell tells who is left of a consultation that the caller has hung up, also one whose
// receiver's phone rings still, and ends his leg.
func (h *Hotline) farewell(at time.Time, ch pbx.ChannelID) {
	if l := h.legs[ch]; l != nil && l.hangupAt.IsZero() {
		l.hangupAt = at
		h.do(pbx.Continue{Channel: ch, Context: "farewell", Extension: "s"})
	}
}

// hangup orders the end of a leg and remembers when, so that it is asked for
// again should nothing happen.
func (h *Hotline) hangup(at time.Time, ch pbx.ChannelID, cause pbx.Cause) {
	l := h.legs[ch]
	if l == nil || !l.hangupAt.IsZero() {
		return
	}
	l.hangupAt = at
	h.do(pbx.Hangup{Channel: ch, Cause: cause})
}

// tickOffer ends an offer that nobody took in time. The agent's phone has
// three rings; the next agent is asked at once.
func (h *Hotline) tickOffer(now time.Time, c *call, o *offer) {
	alert, rings := o.patience()
	switch {
	case !o.PickedUpAt.IsZero():
		h.tickKey(now, c, o)
		return
	case o.AlertedAt.IsZero() && !now.Before(o.OfferedAt.Add(alert)):
		h.emitOfferEnded(now, c, o, OfferUnreachable, pbx.CauseNoResponse, 0)
	case !o.AlertedAt.IsZero() && !now.Before(o.AlertedAt.Add(c.Ring.Limit(rings))):
		h.emitOfferEnded(now, c, o, OfferMissed, pbx.CauseNoAnswer, 0)
	default:
		return
	}
	h.hangup(now, o.Channel, pbx.CauseNoAnswer)
	h.unanswered(now, c, o.Agent, h.legs[o.Channel].result)
}

// resultOf tells what the end of an unanswered agent's leg means.
func resultOf(o *offer, cause pbx.Cause, tech int) OfferResult {
	switch {
	case !o.PickedUpAt.IsZero():
		return OfferUnacknowledged
	case tech == 486 || tech == 600 || cause == pbx.CauseBusy:
		return OfferBusy
	case tech == 603 || cause == pbx.CauseRejected:
		return OfferDeclined
	case tech == 480 && !o.AlertedAt.IsZero(): // for which the switch has the cause "no answer", too
		return OfferDeclined
	case cause == pbx.CauseNoAnswer && !o.AlertedAt.IsZero():
		return OfferMissed
	case tech == 408 || tech == 480 || tech == 404 || cause == pbx.CauseNoAnswer || cause == pbx.CauseNoResponse ||
		cause == pbx.CauseAbsent || cause == pbx.CauseUnallocated || cause == pbx.CauseOutOfOrder:
		return OfferUnreachable
	}
	return OfferFailed
}
