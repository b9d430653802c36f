package cti

import (
	"time"

	"sansheng/pbx"
)

// A phone that begins anew in a talk, as a browser's whose page was loaded again, has
// lost its leg's audio and does not know the call any more. Its agent asks for it back:
// the leg is ended, the caller hears music, and the same agent is rung before all others.
//
// The leg is ended with the cause of a phone that is out of order. So where the hotline
// dies in between, who comes after it finds a caller whose agent's phone has died, and
// asks the next agent; nobody hangs up on him.

// orderReconnect rings an agent's phone again for the call that he is in.
func (h *Hotline) orderReconnect(now time.Time, c *call, a *agent, o Order) *OrderError {
	l := h.legs[c.talkChannel()]
	switch {
	case c.Queue == "":
		return o.refuse(RefusedNotRungAgain, "who was called cannot be rung again; allowed: hang_up, and dial once more")
	case l == nil || l.reconnects:
		return nil // it is being done
	}
	l.reconnects = true
	if a.Reachable {
		h.hangup(now, l.channel, pbx.CauseOutOfOrder)
	}
	return nil
}

// reachedAgain goes on where a phone that is to be rung again has registered only now.
func (h *Hotline) reachedAgain(at time.Time, a *agent) {
	c := h.calls[a.Call]
	if c == nil || c.Agent != a.ID || c.State != CallTalking {
		return
	}
	if l := h.legs[c.talkChannel()]; l != nil && l.reconnects && l.hangupAt.IsZero() {
		h.hangup(at, l.channel, pbx.CauseOutOfOrder)
	}
}

// reconnect gives the caller back to the agent whose leg was ended for it.
func (h *Hotline) reconnect(at time.Time, c *call, l *leg) {
	h.requeue(at, c)
	a := h.agents[l.agent]
	if a == nil || !a.Reachable || len(a.Elsewhere) > 0 || c.State != CallWaiting || c.Offer != nil {
		h.freeAgent(at, l, true)
		return
	}
	h.offer(at, c, a)
}
