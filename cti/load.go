package cti

import (
	"maps"
	"slices"
	"time"
)

// Load is how much a company's hotline has to do at one moment.
type Load struct {
	Company CompanyID
	// Live calls, and those of them that wait for a person or are served by the
	// switch's fallback.
	Live, Waiting, Native int
	// LongestWait is that of the caller who waits longest, LongestEmergency the
	// same of emergency lines' callers; 0 where nobody waits.
	LongestWait, LongestEmergency time.Duration
	// Agents by state; states that nobody is in are in it with 0.
	Agents map[AgentState]int
	// Unstaffed are the queues of emergency lines that no agent could serve now,
	// nor any of the queues that help them.
	Unstaffed []QueueID
}

// Loads tells each company's load, ordered by company. now is the switch's clock.
func (h *Hotline) Loads(now time.Time) []Load {
	loads := map[CompanyID]*Load{}
	of := func(id CompanyID) *Load {
		l := loads[id]
		if l == nil {
			l = &Load{Company: id, Agents: map[AgentState]int{}}
			for s := range kindOfState {
				l.Agents[s] = 0
			}
			loads[id] = l
		}
		return l
	}
	for id := range h.companies {
		of(id)
	}
	for _, a := range h.order {
		if a.gone() || a.Leader {
			continue
		}
		of(a.Company).Agents[a.State]++
	}
	for _, c := range h.live {
		of(c.Company).add(c, now)
	}
	unstaffed := map[QueueID]bool{}
	for _, line := range h.lines {
		if line.Emergency && !unstaffed[line.Queue] && !h.staffed(line.Queue) {
			unstaffed[line.Queue] = true
			l := of(line.Company)
			l.Unstaffed = append(l.Unstaffed, line.Queue)
		}
	}
	out := make([]Load, 0, len(loads))
	for _, id := range slices.Sorted(maps.Keys(loads)) {
		slices.Sort(loads[id].Unstaffed)
		out = append(out, *loads[id])
	}
	return out
}

func (l *Load) add(c *call, now time.Time) {
	l.Live++
	switch {
	case c.State == CallNative:
		l.Native++
	case c.State == CallWaiting && !c.leaving():
		l.Waiting++
		wait := now.Sub(c.waitsFrom())
		l.LongestWait = max(l.LongestWait, wait)
		if c.Emergency {
			l.LongestEmergency = max(l.LongestEmergency, wait)
		}
	}
}

// waitsFrom is since when a caller waits for a person. What his flow has told him before, or an
// agent, is no wait: a page for it would ring the very phones that are to be rung for him.
func (c *call) waitsFrom() time.Time {
	if c.Walk == nil && c.Met == 0 || c.QueuedAt.IsZero() {
		return c.ArrivedAt
	}
	return c.QueuedAt
}

// staffed tells whether anybody could take a queue's calls now or after the call
// he is in.
func (h *Hotline) staffed(id QueueID) bool {
	q := h.queues[id]
	if q == nil {
		return false
	}
	for _, name := range append([]QueueID{id}, q.Overflow...) {
		if q := h.queues[name]; q != nil && slices.ContainsFunc(slices.Collect(maps.Keys(q.members)), h.atWork) {
			return true
		}
	}
	return false
}

func (h *Hotline) atWork(id AgentID) bool {
	a := h.agents[id]
	return a != nil && a.Reachable && a.State != LoggedOff && a.State != Paused
}
