package cti

import (
	"slices"
	"time"
)

// queue is a Queue with its members as a set.
type queue struct {
	Queue
	members map[AgentID]bool
}

func newQueue(q Queue) *queue {
	m := make(map[AgentID]bool, len(q.Members))
	for _, id := range q.Members {
		m[id] = true
	}
	return &queue{Queue: q, members: m}
}

// serves tells whether an agent may be asked to take a call: he is a member of
// its queue, or of a queue the search was widened to.
func (h *Hotline) serves(a AgentID, c *call) bool {
	if q := h.queues[c.Queue]; q != nil && q.members[a] {
		return true
	}
	for _, id := range c.Widened {
		if q := h.queues[id]; q != nil && q.members[a] {
			return true
		}
	}
	return false
}

// retryAfter is how long an agent who did not take a call is spared the same
// call again, so that others are asked first.
const retryAfter = 5 * time.Second

// match offers waiting calls to ready agents: callers by priority, then in the
// order of their arrival; for each the agent who has been idle longest.
func (h *Hotline) match(now time.Time) {
	h.matchAimed(now)
	idle := h.idle(now)
	if len(idle) == 0 {
		return
	}
	for _, c := range h.waiting() {
		if c.aim() != "" {
			continue
		}
		best := h.best(now, c, idle)
		if best < 0 && h.widen(now, c) {
			best = h.best(now, c, idle)
		}
		if best < 0 {
			continue
		}
		h.offer(now, c, idle[best])
		if idle = slices.Delete(idle, best, best+1); len(idle) == 0 {
			return
		}
	}
}

// best is the index of the idle agent who serves the call and has waited
// longest, or -1.
func (h *Hotline) best(now time.Time, c *call, idle []*agent) int {
	best := -1
	for i, a := range idle {
		if !h.serves(a.ID, c) || now.Before(c.Tried[a.ID]) {
			continue
		}
		if best < 0 || a.Since.Before(idle[best].Since) {
			best = i
		}
	}
	return best
}

// idle lists the agents who can be offered a call now, in configured order.
func (h *Hotline) idle(now time.Time) []*agent {
	var idle []*agent
	for _, a := range h.order {
		if a.State == Ready && a.Reachable && len(a.Elsewhere) == 0 && !now.Before(a.CoolUntil) {
			idle = append(idle, a)
		}
	}
	return idle
}

// waiting lists the calls that need an agent and have no offer, best first.
func (h *Hotline) waiting() []*call {
	var w []*call
	for _, c := range h.live {
		if c.State == CallWaiting && c.Offer == nil && !c.leaving() && !c.Left {
			w = append(w, c)
		}
	}
	slices.SortStableFunc(w, before)
	return w
}

// before orders callers: priority first, then arrival.
func before(a, b *call) int {
	if a.Priority != b.Priority {
		return b.Priority - a.Priority
	}
	return int(int64(a.Order) - int64(b.Order))
}

// ahead is how many waiting callers are served before a newcomer of this priority.
func (h *Hotline) ahead(q QueueID, priority int) int {
	n := 0
	for _, c := range h.live {
		if c.State == CallWaiting && c.Queue == q && c.Priority >= priority {
			n++
		}
	}
	return n
}
