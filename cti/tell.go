package cti

import (
	"fmt"
	"slices"
	"time"
)

// told is when a waiting caller was last spoken to.
func (c *call) told() time.Time {
	if c.ToldAt.After(c.QueuedAt) {
		return c.ToldAt
	}
	return c.QueuedAt
}

// tell lets a waiting caller know his place and about how long it will take. It is
// not begun while a phone rings for him, and an agent who answers breaks it off.
func (h *Hotline) tell(now time.Time, c *call, q *queue) {
	c.ToldAt = now
	h.lease(now, c)
	place := 1 + h.countWaiting(now, c.Queue, func(o *call) bool { return o != c && !o.leaving() && h.before(now, o, c) < 0 })
	names := append(placeIs(place), waitIs(time.Duration(place)*q.pace)...)
	if h.mayAskBack(c) {
		names = append(names, "press-callback")
		c.ToldBack = true
	}
	h.prompt(now, c, c.holdID(), names...)
}

// placeIs is "you are number 3" as prompts; beyond 9 that all are busy.
func placeIs(place int) []string {
	if place > 9 {
		return []string{"all-agents-busy"}
	}
	return []string{"place-is", fmt.Sprintf("digits/%d", place), "place-end"}
}

// waits are the waits that there are prompts for.
var waits = []struct {
	most time.Duration
	name string
}{
	{time.Minute, "wait-1"}, {3 * time.Minute, "wait-3"}, {5 * time.Minute, "wait-5"}, {10 * time.Minute, "wait-10"},
}

// waitIs is how long it will take, in steps; nothing where nobody knows.
func waitIs(d time.Duration) []string {
	if d <= 0 {
		return nil
	}
	for _, w := range waits {
		if d <= w.most {
			return []string{w.name}
		}
	}
	return []string{"wait-long"}
}

// spokeMost bounds how many callers' last agents are remembered.
const spokeMost = 10000

// note remembers who spoke to a caller last.
func (h *Hotline) note(number string, a AgentID) {
	if number == "" {
		return
	}
	if _, known := h.spoke[number]; known {
		h.lately = slices.DeleteFunc(h.lately, func(n string) bool { return n == number })
	}
	h.spoke[number], h.lately = a, append(h.lately, number)
	if len(h.lately) > spokeMost {
		delete(h.spoke, h.lately[0])
		h.lately = h.lately[1:]
	}
}
