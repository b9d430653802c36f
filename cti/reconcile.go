package cti

import (
	"slices"
	"time"

	"sansheng/pbx"
)

// snapshotPrompt is how long after a reconcile a prompt may still play of which
// we do not know whether it has ended.
const snapshotPrompt = 3 * time.Second

// reconcile makes the hotline agree with the switch: what we missed is done
// now, as if the switch had just told it; what the switch does not have any
// more has ended; what nobody owns is swept.
func (h *Hotline) reconcile(s pbx.Snapshot) {
	at := s.At
	lost := h.lostAt
	restarted := !h.switchStarted.IsZero() && s.StartedAt.After(h.switchStarted.Add(time.Second))
	var died time.Time // when the switch that carried our calls died
	if restarted {
		died = at
		if !lost.IsZero() {
			died = lost
		}
	}
	h.emit(at, SwitchFound, "", "", "", &EngineData{SwitchStartedAt: s.StartedAt})
	there := make(map[pbx.ChannelID]pbx.Channel, len(s.Channels))
	for _, ch := range s.Channels {
		there[ch.ID] = ch
	}
	for _, e := range s.Endpoints {
		h.endpointChanged(at, e.ID, e.Reachable)
	}
	if h.neglects {
		h.linked = true
		return
	}
	h.bindElsewhere(at, s.Channels)
	h.settle(at, s, pairs(s, there), there)
	h.mend(at, there)
	members := map[pbx.BridgeID]int{}
	for _, b := range s.Bridges {
		members[b.ID] = len(b.Channels)
	}
	for _, c := range append([]*call(nil), h.live...) {
		told := c.ToldOf
		c.ToldOf = false
		if _, ok := there[c.Channel]; !ok && told && c.ArrivedAt.After(at) {
			continue // younger than the snapshot, after which the ledger was read
		}
		h.reconcileCall(at, c, there, members, died)
	}
	h.adopt(at, s.Channels)
	h.reconcileSupervision()
	h.reconcileBridges(at, s.Bridges, members)
	h.freeStranded(at)
	h.linked = true
}

func (h *Hotline) reconcileCall(at time.Time, c *call, there map[pbx.ChannelID]pbx.Channel, members map[pbx.BridgeID]int, died time.Time) {
	// A visit to the dialplan whose return was lost with the link, or that was never made.
	visited := c.Returns && there[c.Channel].InApp
	if visited {
		c.Returns = false
	}
	for _, id := range h.channels(c) {
		ch, ok := there[id]
		switch {
		case !ok && id == c.Channel && c.State == CallDialling && c.DialledAt.IsZero() && !c.leaving():
			// His agent's phone rings still; he has not been called yet.
		case !ok:
			cause, ended := pbx.CauseNormal, at
			if !died.IsZero() {
				cause, ended = pbx.CauseNetworkOutOfOrder, died
			}
			h.legGone(ended, LegEnded{Channel: id, Cause: cause, Estimated: true})
		case id == c.Channel:
			h.reconcileCaller(at, c, ch)
			if ch.State == pbx.ChannelUp {
				h.called(at, c, true)
			}
		case ch.State == pbx.ChannelUp && c.State == CallConsulting && c.Offer != nil && c.Offer.Channel == id && members[c.consultID()] > 1:
			h.receiverTalks(at, c, c.Offer) // with the agent: the two are not touched
		case ch.State == pbx.ChannelUp:
			h.hush(ch)
			h.answered(at, h.legs[id])
		case ch.State == pbx.ChannelRinging:
			h.alerting(at, h.legs[id])
		case ch.State == pbx.ChannelDown && c.State == CallWaiting && !c.leaving():
			h.mute(at, c, id)
		}
	}
	if c.State == CallDialling && c.Offer == nil && c.DialledAt.IsZero() && !c.leaving() {
		h.notDialled(at, c) // his agent's phone is rung by nobody any more
	}
	if h.calls[c.ID] == nil || c.leaving() || c.State == CallNative {
		h.closeLegs(at, c)
		return
	}
	c.Bridged, c.JoinAt, c.LeaseAt = nil, time.Time{}, time.Time{}
	if c.Returns {
		c.JoinAt = at.Add(joinLimit) // or he has come back unseen
	}
	switch {
	case c.State == CallMessage:
		h.reconcileMail(at, c, there[c.Channel])
	case c.State == CallSurvey:
		h.reconcileSurvey(at, c, there[c.Channel])
	case c.State == CallInFlow:
		c.Prompt = ""
		h.stand(at, c)
	case c.Mode == Greeted && !c.Greeted && there[c.Channel].State != pbx.ChannelUp:
		h.prompt(at, c, c.greetingID(), c.Line.Greeting) // he is answered only now
	case c.Mode == Greeted && !c.Greeted:
		h.awaitGreeting(at, c)
	case c.State == CallPickedUp && c.Line.Announce && !c.Announced:
		h.awaitPrompt(at, c, c.announceID(), at)
	case c.apart():
		h.part(at, c)
		h.reconcileTransfer(at, c)
	case !c.Returns && c.neverRecorded(there[c.Channel]):
		h.visit(at, c, Outbound, "s") // he answered while nobody looked, or the order was lost
	case c.State == CallTalking && !c.Returns && c.pausedByAnother():
		h.recordOn(at, c) // they were joined unseen
	case c.State == CallTalking && visited:
		h.setRecording(at, c) // it may never have been told
	default:
		if c.OnCall && c.Prompt == "" { // another engine may have told him a moment ago
			h.do(pbx.StopPlay{Channel: c.Channel, Playback: c.holdID()})
		}
		h.proceed(at, c)
	}
	if c.State == CallWaiting {
		h.lease(at, c)
	}
	h.listenOn(at, c, members[c.callerBridge()] > 1)
	h.closeLegs(at, c)
}

// mute takes an agent's leg back that shows no sign of life: nobody knows whether his
// phone was ever dialled, and the switch gives up a leg that is dialled twice. He may
// be asked again at once. Outside phones may well be silent for so long.
func (h *Hotline) mute(at time.Time, c *call, id pbx.ChannelID) {
	o := c.offerOn(id)
	if o == nil || !o.AlertedAt.IsZero() || h.agents[o.Agent] == nil {
		return
	}
	h.emitOfferEnded(at, c, o, OfferWithdrawn, pbx.CauseNone, 0)
	h.hangup(at, id, pbx.CauseNormal)
}

// reconcileCaller orders again what the switch may never have been told: a fact
// is on disk before its command leaves, and we may have died in between.
func (h *Hotline) reconcileCaller(at time.Time, c *call, ch pbx.Channel) {
	h.do(pbx.Watch{Channel: ch.ID})
	switch {
	case c.leaving():
		h.hangup(at, ch.ID, pbx.CauseNormal)
	case !ch.InApp && (c.State == CallMessage || c.State == CallSurvey || c.Returns): // he is being recorded or thanked, or comes back at once
	case c.State != CallNative && onVisit(ch):
		c.Returns = true // ordered by another engine
	case !ch.InApp && c.State != CallNative:
		h.fallBack(at, c, FellByLease)
	case ch.InApp && c.State == CallNative && c.FellBy != FellByLimit && c.FellBy != FellToMail:
		h.comeBack(at, c, ch)
	case ch.InApp && c.State == CallNative:
		h.do(pbx.Continue{Channel: ch.ID, Context: "fallback", Extension: "s"})
	case ch.InApp && c.up() && ch.State != pbx.ChannelUp:
		h.do(pbx.Answer{Channel: ch.ID})
	}
}

// reconcileTransfer goes on with a transfer that the switch may not have been told of.
func (h *Hotline) reconcileTransfer(at time.Time, c *call) {
	t := c.Transfer
	switch {
	case c.State != CallConsulting || t.Answered:
	case c.Offer == nil:
		h.resume(at, c, TransferFailed)
	default:
		h.do(
			pbx.Unjoin{Bridge: c.bridgeID(), Channel: c.talkChannel()},
			pbx.Indicate{Channel: c.talkChannel()},
		)
	}
}

// reconcileConsult brings agent and receiver together where the switch does not have
// them so; those who speak are not touched.
func (h *Hotline) reconcileConsult(at time.Time, c *call, members int) {
	switch l := h.legs[c.receiverChannel()]; {
	case members < 2:
		h.joinTransfer(at, c)
	case !c.Transfer.Consulted && l != nil:
		h.emitCall(at, c, CallConsulted, l.agent, &ConsultedData{
			Bridge: c.consultID(), Channel: c.receiverChannel(), Offer: c.Transfer.Offer,
		})
	}
}

// closeLegs hangs up a call's legs that nobody needs: of offers that are over,
// and all of them once the caller is gone.
func (h *Hotline) closeLegs(at time.Time, c *call) {
	for _, id := range h.channels(c) {
		l := h.legs[id]
		needed := c.offerOn(id) != nil || c.Agent != "" && id == c.talkChannel() ||
			c.State == CallConsulting && id == c.receiverChannel()
		if l.role == RoleSupervisor {
			needed = c.supervised(l.agent) != nil
		}
		if l.role != RoleCaller && (!needed || c.leaving() || c.State == CallNative) {
			if l.hangupAt.Before(at) {
				l.hangupAt = time.Time{}
			}
			h.hangup(at, id, pbx.CauseNormal)
			h.out.Repairs.Orphans++
		}
	}
}

// reconcileBridges drops the bridges no live call has, and joins again a
// talking pair one side of which is not in its bridge.
func (h *Hotline) reconcileBridges(at time.Time, bridges []pbx.Bridge, members map[pbx.BridgeID]int) {
	for _, b := range bridges {
		call, ours := bridgeOf(b.ID)
		if !ours {
			continue
		}
		c := h.calls[call]
		used := c != nil && !c.leaving() && (c.Agent != "" && (c.bridgeID() == b.ID || c.callerBridge() == b.ID) || c.State == CallConsulting && c.consultID() == b.ID ||
			slices.ContainsFunc(c.Supervisions, func(s supervision) bool { return c.superBridge(s.Offer) == b.ID || c.voiceBridge(s.Offer) == b.ID }))
		if !used {
			h.do(pbx.DropBridge{Bridge: b.ID})
			h.out.Repairs.Bridges++
		}
	}
	for _, c := range h.live {
		if c.State == CallConsulting && c.Transfer.Answered && !c.leaving() {
			here := members[c.consultID()]
			switch c.Transfer.With {
			case TurnCaller:
				here = members[c.bridgeID()]
			case TurnBoth:
				here = members[c.partyID()] - 1 // of three
			}
			h.reconcileConsult(at, c, here)
		}
		if c.State == CallTalking && !c.OnHold && !c.leaving() && !c.Returns && members[c.bridgeID()] < 2 {
			h.do(pbx.StopIndicate{Channel: c.talkChannel()}) // of a transfer we know nothing of
			h.join(at, c)
			h.out.Repairs.Rejoined++
		}
	}
}

// bridgeOf is the call for which we made a bridge; false where we did not.
func bridgeOf(id pbx.BridgeID) (CallID, bool) {
	for _, what := range []string{talkBridge, consultBridge, partyBridge, superBridge, voiceBridge} {
		if call, _, ours := numbered(string(id), what); ours {
			return call, true
		}
	}
	return "", false
}

// bindElsewhere finds the agents whose phones the switch uses by itself: in its
// fallback they talk to callers we did not bring them.
func (h *Hotline) bindElsewhere(at time.Time, channels []pbx.Channel) {
	for _, a := range h.order {
		a.Elsewhere = nil
	}
	for _, ch := range channels {
		if !ch.InApp && h.legs[ch.ID] == nil { // a leg's end is told as one
			h.bind(at, ch.Endpoint(), ch.ID, ch.State == pbx.ChannelUp)
		}
	}
	for _, a := range h.order {
		h.elsewhere(at, a)
	}
}

// bind notes that an agent's phone is used by a channel that is not ours.
func (h *Hotline) bind(at time.Time, e pbx.EndpointID, ch pbx.ChannelID, answered bool) {
	a := h.agentAt(e)
	if a == nil {
		return
	}
	if a.Elsewhere == nil {
		a.Elsewhere = map[pbx.ChannelID]bool{}
	}
	if _, known := a.Elsewhere[ch]; !known {
		h.do(pbx.Watch{Channel: ch}) // it may be gone already, and nobody else told of its end
	}
	a.Elsewhere[ch] = answered
	h.elsewhere(at, a)
}

// freeStranded releases agents bound to a call that no longer binds them.
func (h *Hotline) freeStranded(at time.Time) {
	for _, a := range h.order {
		if !a.busy() || len(a.Elsewhere) > 0 && a.Call == "" {
			continue
		}
		bound := false
		if c := h.calls[a.Call]; c != nil {
			for _, id := range h.channels(c) {
				bound = bound || h.legs[id].agent == a.ID
			}
		}
		if !bound {
			h.release(at, a, ReasonCallOver)
			h.out.Repairs.Freed++
		}
	}
}

// unseen writes what became of a caller while we did not look: of one who came
// when the hotline was not there, who left before it saw him, or who left it by
// his lease.
func (h *Hotline) unseen(in Unseen) {
	c := h.calls[in.Call]
	switch {
	case c == nil:
		c = h.arriveUnseen(in)
		if !in.FellBackAt.IsZero() {
			h.emitCall(in.FellBackAt, c, CallFellBack, "", &FellBack{Reason: in.reason(FellUnseen)})
		}
	case c.away():
		h.strayed(c.LeftAt, c)
	case c.State != CallNative && in.FellBackAt.After(c.BackAt):
		h.fallBack(in.FellBackAt, c, in.reason(FellByLease))
	}
	if in.Voicemail != "" && c.Voicemail == "" {
		h.emitCall(in.VoicemailAt, c, CallVoicemail, "", &VoicemailData{Recording: in.Voicemail})
	}
	if in.Agent != "" && c.ServedBy == "" {
		h.emitCall(in.EndedAt, c, CallServed, in.Agent, &Served{})
	}
	if in.EndedAt.IsZero() {
		c.ToldOf = !h.linked
		h.do(pbx.Watch{Channel: in.Channel})
		return
	}
	if a := h.agentAt(in.HungUp); a != nil && c.HungUpBy == "" {
		h.emitCall(in.EndedAt, c, CallHungUp, a.ID, &HungUp{By: RoleAgent})
	}
	h.legGone(in.EndedAt, LegEnded{Channel: in.Channel, Cause: in.Cause})
}

// reason is why he fell back, unless the sentinel knew better.
func (in Unseen) reason(otherwise FallBackReason) FallBackReason {
	if in.BySentinel {
		return FellBySentinel
	}
	return otherwise
}

func (h *Hotline) arriveUnseen(in Unseen) *call {
	line := h.lines[in.DID]
	co := h.companies[line.Company]
	h.emit(in.At, CallArrived, line.Company, in.Call, "", &Arrived{
		DID: in.DID, Caller: in.Caller, Channel: in.Channel, Direction: "inbound", Mode: line.Mode,
		Language: co.Language, RingPeriod: MillisOf(RingPlans[co.Country].Period),
		Emergency: line.Emergency, RingbackAt: in.At, Recording: recordingName(in.Call),
	})
	return h.calls[in.Call]
}
