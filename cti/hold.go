package cti

import (
	"fmt"
	"time"

	"sansheng/pbx"
)

// hold takes the caller out of the talk; he hears music until unhold.
func (h *Hotline) hold(at time.Time, c *call) {
	h.emitCall(at, c, CallHeld, c.Agent, &HoldData{Channel: c.talkChannel(), Role: RoleAgent, Ordered: true})
	h.part(at, c)
}

// unhold brings the two together again.
func (h *Hotline) unhold(at time.Time, c *call) {
	h.offHold(at, c)
	c.Bridged = nil
	h.join(at, c)
}

func (h *Hotline) offHold(at time.Time, c *call) {
	h.emitCall(at, c, CallUnheld, c.Agent, &HoldData{Channel: c.talkChannel(), Role: RoleAgent, Ordered: true})
}

// held tells whether the caller hears music in place of his agent, by an order or by the key of
// the agent's phone.
func (c *call) held() bool { return c.OnHold || c.KeyHeld }

// together tells whether caller and agent are in one bridge, perhaps with a third.
func (c *call) together() bool {
	return c.State == CallTalking && !c.OnHold || c.State == CallConsulting && !c.apart()
}

// apart tells whether the caller waits while his agent does something else. He is
// leased as one who waits for an agent is: were we gone, the switch serves him.
func (c *call) apart() bool {
	if c.State == CallConsulting {
		return c.Transfer.With != TurnCaller && c.Transfer.With != TurnBoth
	}
	return c.State == CallTalking && c.OnHold
}

// part takes the caller out of the talk and plays music to him.
func (h *Hotline) part(at time.Time, c *call) {
	c.Bridged, c.JoinAt = nil, time.Time{}
	h.do(pbx.Unjoin{Bridge: c.callerBridge(), Channel: c.Channel})
	h.soothe(at, c)
}

// remind beeps at an agent who has left his caller on hold for long.
func (h *Hotline) remind(now time.Time, c *call) {
	q := h.queues[c.Queue]
	if q == nil || q.HoldLimit == 0 || !c.OnHold || c.State != CallTalking {
		c.RemindAt = time.Time{}
		return
	}
	if !c.RemindAt.IsZero() && !now.Before(c.RemindAt) {
		c.Reminders++
		h.do(pbx.Play{
			Channel: c.talkChannel(), Playback: pbx.PlaybackID(fmt.Sprintf("%s-remind%d", c.ID, c.Reminders)), Media: []string{"sound:beep"},
		})
		c.RemindAt = time.Time{}
	}
	if c.RemindAt.IsZero() {
		c.RemindAt = now.Add(time.Duration(q.HoldLimit))
	}
}

// soothe is what a caller hears while he waits.
func (h *Hotline) soothe(at time.Time, c *call) {
	h.do(pbx.StartMusic{Channel: c.Channel})
	h.lease(at, c)
}
