package cti

import (
	"errors"
	"time"

	"sansheng/pbx"
)

// event gives a switch's event to whom it concerns. Events about channels
// nobody knows are of calls that are over: they mean nothing.
func (h *Hotline) event(e pbx.Event) {
	at := e.Time()
	switch e := e.(type) {
	case pbx.ChannelEntered:
		h.entered(at, e.Channel)
	case pbx.ChannelLeft:
		if l := h.legs[e.Channel]; l != nil && l.role == RoleCaller && !l.call.leaving() && l.hangupAt.IsZero() && !l.call.Returns {
			l.call.Left, l.call.LeftAt = true, at
		}
	case pbx.ChannelAlerting:
		if l := h.legs[e.Channel]; l == nil {
			h.bind(at, e.Endpoint, e.Channel, false)
		} else if l.role == RoleCaller {
			h.called(at, l.call, false)
		} else {
			h.alerting(at, l)
		}
	case pbx.ChannelAnswered:
		if l := h.legs[e.Channel]; l == nil {
			h.bind(at, e.Endpoint, e.Channel, true)
		} else if l.role == RoleCaller {
			h.called(at, l.call, true)
		} else {
			h.answered(at, l)
		}
	case pbx.HangupRequested:
		h.hangupRequested(at, e)
	case pbx.ChannelGone:
		h.legGone(at, LegEnded{Channel: e.Channel, Cause: e.Cause, TechCause: e.TechCause})
	case pbx.BridgeEntered:
		h.bridgeEntered(at, e.Bridge, e.Channel)
	case pbx.BridgeLeft:
		h.bridgeLeft(at, e.Bridge, e.Channel)
	case pbx.PlaybackFinished:
		h.playbackFinished(at, e)
	case pbx.PlaybackStarted:
		if l := h.legs[e.Channel]; l != nil && l.call.Prompt == e.Playback {
			l.call.PromptOn = at
		}
	case pbx.Held:
		h.held(at, CallHeld, e.Channel)
	case pbx.Unheld:
		h.held(at, CallUnheld, e.Channel)
	case pbx.VoiceBegan:
		h.voice(at, e.Channel, true)
	case pbx.VoiceEnded:
		h.voice(at, e.Channel, false)
	case pbx.TransferAsked:
		h.refer(e)
	case pbx.DigitPressed:
		h.digit(at, e)
	case pbx.EndpointChanged:
		h.endpointChanged(at, e.Endpoint, e.Reachable)
	case pbx.CommandFailed:
		h.commandFailed(at, e)
	case pbx.LinkLost:
		h.linked = false
		h.emit(at, SwitchLost, "", "", "", &EngineData{Text: text(e.Err), HeardAt: e.HeardAt})
	case pbx.ClockStepped:
		h.emit(at, ClockStepped, "", "", "", &EngineData{StepMs: Millis(e.By.Milliseconds())})
	case pbx.LinkUp:
		h.unlight()
		h.reconcile(e.Snapshot)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// entered: a channel came under our care. What brought it here is its first argument.
func (h *Hotline) entered(at time.Time, ch pbx.Channel) {
	switch {
	case len(ch.Args) == 3 && ch.Args[0] == "inbound":
		h.arrive(at, ch)
	case len(ch.Args) == 3 && ch.Args[0] == "agent":
		h.featureCode(at, ch)
	case len(ch.Args) == 2 && ch.Args[0] == Outbound:
		h.returned(at, ch)
	case isMessageBack(ch):
		h.messageBack(at, ch)
	case len(ch.Args) == 3 && ch.Args[0] == "spy":
		h.spyEntered(ch)
	case h.legs[ch.ID] == nil:
		h.stray(ch) // nobody's: an orphan
	}
}

func (h *Hotline) playbackFinished(at time.Time, e pbx.PlaybackFinished) {
	l := h.legs[e.Channel]
	if l == nil {
		return
	}
	if l.call.Prompt != e.Playback {
		l.call.keySaid(at, e.Channel, e.Playback)
		return
	}
	h.promptOver(at, l.call, e.Failed)
}

func (h *Hotline) held(at time.Time, k Kind, ch pbx.ChannelID) {
	l := h.legs[ch]
	if l == nil || l.call.State != CallTalking && l.call.State != CallPickedUp && l.call.State != CallConsulting {
		return
	}
	if l.role == RoleSupervisor || l.call.OnHold && ch == l.call.talkChannel() {
		return // a leader holds nobody; and whom an order holds the agent's phone neither holds nor lets go
	}
	c := l.call
	h.emitCall(at, c, k, l.agent, &HoldData{Channel: ch, Role: l.role})
	switch {
	case ch != c.talkChannel():
	case k == CallHeld:
		c.parted(at) // what the caller hears is music
	case c.together():
		h.listenIn(at, c)
	}
}

// commandFailed draws the consequence of a command the switch did not carry out.
func (h *Hotline) commandFailed(at time.Time, e pbx.CommandFailed) {
	switch cmd := e.Command.(type) {
	case pbx.Create:
		if h.legs[cmd.Channel] != nil {
			h.undialled(at, cmd.Channel, e.Err)
			if h.legs[cmd.Channel] == nil && !errors.Is(e.Err, pbx.ErrUnreachable) {
				// A refusal may be wrong: what was made all the same would stay for ever.
				h.do(pbx.Hangup{Channel: cmd.Channel, Cause: pbx.CauseTemporaryFailure})
			}
		}
	case pbx.Dial:
		if h.legs[cmd.Channel] != nil {
			h.undialled(at, cmd.Channel, e.Err)
		}
	case pbx.Hangup:
		if e.Gone {
			h.legGone(at, LegEnded{Channel: cmd.Channel, Cause: pbx.CauseNormal, Estimated: true})
		}
	case pbx.Play:
		if l := h.legs[cmd.Channel]; l != nil && l.call.Prompt == cmd.Playback {
			h.promptOver(at, l.call, true)
		} else if l != nil {
			l.call.keySaid(at, cmd.Channel, cmd.Playback)
		}
	case pbx.AskPlay:
		if l := h.legs[cmd.Channel]; e.Gone && l != nil && l.call.Prompt == cmd.Playback {
			h.promptOverUnseen(at, l.call)
		}
	case pbx.Watch:
		if e.Gone { // dead before its end could be watched: nothing will tell of it
			h.legGone(at, LegEnded{Channel: cmd.Channel, Cause: pbx.CauseNormal, Estimated: true})
			return
		}
		h.retry(at, cmd)
	case pbx.Spy:
		h.spyRefused(at, cmd)
	case pbx.Light:
		h.notLit(at, cmd)
	case pbx.Continue:
		if l := h.legs[cmd.Channel]; !e.Gone && l != nil && l.role == RoleCaller && l.call.Returns {
			h.retry(at, cmd)
		}
	case pbx.Answer, pbx.StartMusic, pbx.Lease, pbx.SetVars, pbx.Unjoin:
		if !e.Gone {
			h.retry(at, cmd)
		}
	}
}

// retriesRest is how long after the last of them they are counted anew.
const retriesRest = time.Minute

// undialled is an agent's leg that the switch did not make or not ring.
func (h *Hotline) undialled(at time.Time, ch pbx.ChannelID, err error) {
	switch {
	case errors.Is(err, pbx.ErrUnreachable):
		h.legGone(at, LegEnded{Channel: ch, Cause: pbx.CauseAbsent})
	case errors.Is(err, pbx.ErrUncertain) || errors.Is(err, pbx.ErrLinkDown):
		h.hangup(at, ch, pbx.CauseTemporaryFailure) // it may be there all the same
	default:
		h.legGone(at, LegEnded{Channel: ch, Cause: pbx.CauseTemporaryFailure})
	}
}

// retry orders a command once more after a while: without the answer, the music
// or the lease a caller would be left in silence.
func (h *Hotline) retry(at time.Time, cmd pbx.Command) {
	for _, c := range h.live {
		if at.Sub(c.RetryAt) > retriesRest {
			c.Retries = 0
		}
		if pbx.Lane(c.Channel) == cmd.Lane() && !c.leaving() && c.Retries < retriesMost {
			c.Retry, c.RetryAt = append(c.Retry, cmd), at.Add(retryDelay)
			c.Retries++
		}
	}
}

// tick lets time pass for everything that waits.
func (h *Hotline) tick(now time.Time) {
	h.tickPlans(now)
	for _, a := range h.order {
		h.tickAgent(now, a)
	}
	h.tickCallbacks(now)
	if !h.linked {
		return // no deadline is fair while the switch cannot be heard
	}
	for i := 0; i < len(h.live); i++ {
		c := h.live[i]
		h.tickCall(now, c)
		h.tickLegs(now, c)
	}
}
