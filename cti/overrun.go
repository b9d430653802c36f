package cti

import (
	"slices"
	"time"

	"sansheng/pbx"
)

// overrun is the end of a direct line's third ring without an answer: the
// system answers itself, so that nobody rings a fourth time into nothing, and
// the overflow queues' agents are asked too (requirements A1, A9).
func (h *Hotline) overrun(at time.Time, c *call) {
	rung := at.Sub(c.RingbackAt)
	var widened []QueueID
	if q := h.queues[c.Queue]; q != nil {
		widened = q.Overflow
	}
	h.emitCall(at, c, CallOverran, "", &Overran{Rings: int(rung / c.Ring.Period), RingMs: MillisOf(rung), Widened: widened})
	h.do(pbx.Answer{Channel: c.Channel})
	h.lease(at, c)
	h.prompt(at, c, c.holdID(), holdPrompt(c.Emergency))
}

// holdPrompt is what somebody hears who is asked to wait.
func holdPrompt(emergency bool) string {
	if emergency {
		return "emergency-hold"
	}
	return "please-hold"
}

// mayHelp tells whether an agent is of a queue that helps an emergency caller's own.
func (h *Hotline) mayHelp(a AgentID, c *call) bool {
	q := h.queues[c.Queue]
	return q != nil && c.Emergency && slices.ContainsFunc(q.Overflow, func(id QueueID) bool { return h.queues[id] != nil && h.queues[id].members[a] })
}

// widen lets the overflow queues help at once where nobody of an emergency
// line's own queue is free: no emergency caller rings into nothing.
func (h *Hotline) widen(at time.Time, c *call) bool {
	q := h.queues[c.Queue]
	if !c.Emergency || c.Widened != nil || q == nil || len(q.Overflow) == 0 {
		return false
	}
	h.emitCall(at, c, CallWidened, "", &WidenedData{Queues: q.Overflow})
	return true
}
