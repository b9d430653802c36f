package cti

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// A leader moves an agent between queues while the hotline runs (requirement G4): from
// then on he serves the queues that are named and no other, until he is moved again or
// given back to the plan. It survives restarts, and a new plan as far as it knows the
// queues. The switch's own fallback rings whom the plan names.

// MovedData: the agent serves these queues from here on, or those of the plan again.
type MovedData struct {
	data
	Queues  []QueueID `json:"queues,omitempty"`
	Planned bool      `json:"planned"`
}

// orderMove is a leader's order for the queues that an agent serves: their names with
// commas between, or none for those of the plan.
func (h *Hotline) orderMove(now time.Time, a *agent, o Order) *OrderError {
	if !o.Leader {
		return o.refuse(RefusedForLeaders, "it is for leaders")
	}
	d := &MovedData{Planned: o.To == ""}
	if !d.Planned {
		for _, name := range strings.Split(o.To, ",") {
			q := h.queues[QueueID(strings.TrimSpace(name))]
			switch {
			case q == nil || q.Company != a.Company && !q.planned[a.ID]:
				return o.refuse(RefusedQueueUnknown, "%q is no queue of his company's; allowed: %s", name, strings.Join(h.queuesOf(a), ", "))
			case !slices.Contains(d.Queues, q.ID):
				d.Queues = append(d.Queues, q.ID)
			}
		}
	}
	for _, did := range slices.Sorted(maps.Keys(h.lines)) {
		l := h.lines[did]
		q := h.queues[l.Queue]
		stays := d.Planned && q.planned[a.ID] || slices.Contains(d.Queues, q.ID)
		if l.Emergency && q.members[a.ID] && len(q.members) == 1 && !stays {
			return o.refuse(RefusedLastOfEmergency, "nobody else serves queue %s, of emergency line %s; allowed: when another does", q.ID, did)
		}
	}
	h.emit(now, AgentMoved, a.Company, "", a.ID, d)
	return nil
}

// queuesOf are the queues to which an agent may be moved.
func (h *Hotline) queuesOf(a *agent) []string {
	var names []string
	for id, q := range h.queues {
		if q.Company == a.Company || q.planned[a.ID] {
			names = append(names, string(id))
		}
	}
	slices.Sort(names)
	return names
}

// seat lets an agent serve the queues he is to serve.
func (h *Hotline) seat(a *agent) {
	serves := []QueueID{}
	for id, q := range h.queues {
		delete(q.members, a.ID)
		if a.Leaving || a.Leader {
			continue
		}
		if a.Moved == nil && q.planned[a.ID] || slices.Contains(a.Moved, id) {
			q.members[a.ID] = true
			serves = append(serves, id)
		}
	}
	slices.Sort(serves)
	a.serves = serves // anew each time: who looks at the floor keeps it
}
