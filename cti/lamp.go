package cti

import (
	"strings"
	"time"

	"sansheng/pbx"
)

// lampRetry is the time after which a lamp that the switch did not light is ordered again.
const lampRetry = 5 * time.Second

// lampsAtOnce bounds the lamps ordered with one input, which is at least every 50 ms: after
// a reconcile all are, and talks must not wait for hundreds of them.
const lampsAtOnce = 20

// lampPrefix and an agent's number are the name of his lamp; the dialplan's hints have it too.
const lampPrefix = "agent-"

// light orders the lamps that show something else than their agents do.
func (h *Hotline) light(now time.Time) {
	h.lightBoxes(now)
	left := lampsAtOnce
	for _, a := range h.lamps {
		shows := h.lamp(a)
		if left == 0 || shows == a.Lit || now.Before(a.DarkUntil) {
			continue
		}
		left--
		a.Lit = shows
		h.do(pbx.Light{Lamp: pbx.LampID(lampPrefix + string(a.ID)), Shows: shows})
	}
}

// lamp is what an agent's lamp is to show. Who takes no callers for now is busy: on the keys
// of most phones, which know of calls only, anything else looks as if he were free.
func (h *Hotline) lamp(a *agent) pbx.LampState {
	switch a.State {
	case Ready:
		return pbx.LampIdle
	case Reserved, Ringing:
		return pbx.LampRinging
	case Talking:
		if c := h.calls[a.Call]; c != nil && c.held() && c.Agent == a.ID {
			return pbx.LampOnHold
		}
		return pbx.LampInUse
	case WrapUp, Paused:
		return pbx.LampBusy
	}
	return pbx.LampAbsent
}

// unlight has all lamps ordered anew: nobody knows what the switch was told, or by which
// engine, while it could not be reached from here.
func (h *Hotline) unlight() {
	for _, a := range h.lamps {
		a.Lit, a.DarkUntil = "", time.Time{}
	}
	for _, l := range h.boxLamps {
		l.lit, l.darkUntil = "", time.Time{}
	}
}

// notLit is a lamp of which nobody knows what it shows.
func (h *Hotline) notLit(at time.Time, cmd pbx.Light) {
	if h.boxNotLit(at, cmd.Lamp) {
		return
	}
	if a := h.agents[AgentID(strings.TrimPrefix(string(cmd.Lamp), lampPrefix))]; a != nil {
		a.Lit, a.DarkUntil = "", at.Add(lampRetry)
	}
}
