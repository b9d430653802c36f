package cti

import (
	"time"

	"sansheng/cti/flow"
	"sansheng/pbx"
)

// CallView is a live call as desks and floors show it.
type CallView struct {
	ID        CallID
	Company   CompanyID
	DID       string
	Caller    pbx.Party
	Direction string
	Phase     Phase
	Emergency bool
	VIP       bool
	Queue     QueueID
	// Agent has the call, or is being asked for it; Beside are others who are asked, too.
	Agent  AgentID
	Beside []AgentID
	// StartedAt is when the call began, WaitsSince since when he waits for a person,
	// RingsSince since when the phone of Agent rings, AnsweredAt when a person took it,
	// HeldSince since when he is on hold; zero where it is not so.
	StartedAt, WaitsSince, RingsSince, AnsweredAt, HeldSince time.Time
	// Ring is how long one ring lasts, its pause included.
	Ring time.Duration
	// Consult is the announced transfer under way.
	Consult *ConsultView
	// SilentSince is since when a caller who was not heard yet is with his agent, LingersSince
	// since when he does not hang up (linger.go); zero before the first step is due.
	SilentSince, LingersSince time.Time
	// QuietSince is since when the agent is not heard in a talk; zero before quietTold, and where
	// voices are not measured.
	QuietSince time.Time
	// Paused: the recording is.
	Paused bool
	// Watchers are the leaders on the call.
	Watchers []WatcherView
	// Brief is what was said of the caller who was passed on; nil where nobody has.
	Brief *BriefedData
	// For is what he was called for, as in follow_up:ID.
	For string
}

// Phase is how far a call has come, in the words of those who watch.
type Phase string

// Phases.
const (
	PhaseFlow       Phase = "flow"
	PhaseWaiting    Phase = "waiting"
	PhaseRinging    Phase = "ringing"
	PhaseTalking    Phase = "talking"
	PhaseHeld       Phase = "held"
	PhaseConsulting Phase = "consulting"
	PhaseConference Phase = "conference"
	PhaseSurvey     Phase = "survey"
	PhaseVoicemail  Phase = "voicemail"
	PhaseFallback   Phase = "fallback"
)

// ConsultView is whom an agent speaks to before he passes his caller on.
type ConsultView struct {
	To     string
	Talks  bool
	Since  time.Time
	Turned bool // to the caller
}

// WatcherView is a leader on a call.
type WatcherView struct {
	By    string
	Phone AgentID
	Mode  SupervisionMode
}

// QueueView is how a queue stands.
type QueueView struct {
	ID      QueueID
	Company CompanyID
	// Waiting are those who wait in it, Since since when the first of them; Agents serve
	// it, Ready those of them who could be asked now.
	Waiting       int
	Since         time.Time
	Agents, Ready int
	// Emergency: an emergency line leads to it; from its seats nothing is dialled.
	Emergency bool
}

// CallViews are the live calls, in the order of their arrival.
func (h *Hotline) CallViews() []CallView {
	all := make([]CallView, 0, len(h.live))
	for _, c := range h.live {
		if c.Owed == nil { // who stands for a callback is not there
			all = append(all, h.viewCall(c))
		}
	}
	return all
}

func (h *Hotline) viewCall(c *call) CallView {
	v := CallView{
		ID: c.ID, Company: c.Company, DID: c.DID, Caller: c.Caller, Direction: c.Direction, Phase: c.phase(), Emergency: c.Emergency,
		VIP: h.known(c.ArrivedAt, c.from(), flow.VIP), Queue: c.Queue, Agent: c.talker(), StartedAt: c.ArrivedAt, AnsweredAt: c.AnsweredAt,
		Ring: c.Ring.Period, Paused: c.Unrecorded, Brief: c.PassedOn, For: c.For,
	}
	if v.Phase == PhaseWaiting || v.Phase == PhaseRinging {
		v.WaitsSince, v.AnsweredAt = c.QueuedAt, time.Time{}
		if v.WaitsSince.IsZero() {
			v.WaitsSince = c.ArrivedAt
		}
	}
	if v.Phase == PhaseTalking {
		c.viewProcedures(&v)
	}
	if v.Phase == PhaseHeld {
		v.HeldSince = c.HeldAt
	}
	if o := c.Offer; o != nil {
		if v.Agent == "" || v.Phase == PhaseRinging {
			v.Agent = o.Agent
		}
		v.RingsSince = o.AlertedAt
	}
	for _, o := range c.Beside {
		v.Beside = append(v.Beside, o.Agent)
	}
	for _, s := range c.Supervisions {
		v.Watchers = append(v.Watchers, WatcherView{By: s.By, Phone: s.Agent, Mode: s.Mode})
	}
	if t := c.Transfer; t != nil && c.State == CallConsulting {
		v.Consult = &ConsultView{To: string(t.To), Talks: t.Answered, Turned: t.With == TurnCaller}
		if t.To == Outside || t.To == "" {
			v.Consult.To = t.Number
			if t.Number == "" {
				v.Consult.To = string(t.Queue)
			}
		}
		v.Consult.Since = c.HeldAt
		if c.Offer != nil {
			v.Consult.Since, v.RingsSince = c.Offer.OfferedAt, time.Time{}
		}
	}
	return v
}

// viewProcedures shows what is noted of the voices in a talk.
func (c *call) viewProcedures(v *CallView) {
	k := &c.Conduct
	if k.quiet {
		v.QuietSince = k.quietSince()
	}
	if len(k.caller) == 0 && (k.silent > 0 && len(k.talks) == 1 || k.silent >= len(silentSteps)) {
		v.SilentSince = k.talks[0].from
	}
	if c.Lingers > 0 {
		v.LingersSince = c.LingersAt.Add(-time.Duration(c.Lingers-1) * lingerPause)
	}
}

// phase is how far a call has come.
func (c *call) phase() Phase {
	switch c.State {
	case CallInFlow:
		return PhaseFlow
	case CallConsulting:
		if c.Transfer != nil && c.Transfer.With == TurnBoth {
			return PhaseConference
		}
		return PhaseConsulting
	case CallNative:
		return PhaseFallback
	case CallMessage:
		return PhaseVoicemail
	case CallSurvey:
		return PhaseSurvey
	case CallWaiting, CallDialling:
		if c.Offer != nil {
			return PhaseRinging
		}
		return PhaseWaiting
	}
	if c.held() {
		return PhaseHeld
	}
	return PhaseTalking
}

// QueueViews are the queues, in the plan's order.
func (h *Hotline) QueueViews() []QueueView {
	all := make([]QueueView, 0, len(h.queues))
	at := map[QueueID]int{}
	for _, q := range h.plan.Queues {
		at[q.ID] = len(all)
		all = append(all, QueueView{ID: q.ID, Company: q.Company, Emergency: h.plan.forEmergencies(q.ID)})
	}
	for _, c := range h.live {
		i, ok := at[c.Queue]
		if !ok || c.Owed != nil || c.State != CallWaiting {
			continue
		}
		all[i].Waiting++
		if all[i].Since.IsZero() || c.QueuedAt.Before(all[i].Since) {
			all[i].Since = c.QueuedAt
		}
	}
	for _, a := range h.order {
		if a.State == LoggedOff {
			continue
		}
		ready := a.State == Ready && a.Reachable && len(a.Elsewhere) == 0
		for i := range all {
			if q := h.queues[all[i].ID]; q != nil && q.members[a.ID] {
				all[i].Agents++
				if ready {
					all[i].Ready++
				}
			}
		}
	}
	return all
}
