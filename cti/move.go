package cti

import (
	"slices"
	"strings"
	"time"
)

// A leader moves an agent between queues while the hotline runs (requirement G4): from
// then on he serves the queues that are named and no other, until he is moved again or
// given back to the plan. It survives restarts, and a new plan as far as it knows the
// queues. The switch's own fallback rings whom the plan names.

// orderMove is a leader's order for the queues that an agent serves: their names with
// commas between, or none for those of the plan.
func (h *Hotline) orderMove(now time.Time, a *agent, o Order) *OrderError {
	if !o.Leader {
		return o.refuse("it is for leaders")
	}
	d := &MovedData{Planned: o.To == ""}
	if !d.Planned {
		for _, name := range strings.Split(o.To, ",") {
			q := h.queues[QueueID(strings.TrimSpace(name))]
			switch {
			case q == nil || q.Company != a.Company && !q.planned[a.ID]:
				return o.refuse("%q is no queue of his company's; allowed: %s", name, strings.Join(h.queuesOf(a), ", "))
			case !slices.Contains(d.Queues, q.ID):
				d.Queues = append(d.Queues, q.ID)
			}
		}
	}
	for _, did := range h.dids() {
		l := h.lines[did]
		q := h.queues[l.Queue]
		stays := d.Planned && q.planned[a.ID] || slices.Contains(d.Queues, q.ID)
		if l.Emergency && q.members[a.ID] && len(q.members) == 1 && !stays {
			return o.refuse("nobody else serves queue %s, of emergency line %s; allowed: when another does", q.ID, did)
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

// dids are the lines' numbers in order.
func (h *Hotline) dids() []string {
	var dids []string
	for did := range h.lines {
		dids = append(dids, did)
	}
	slices.Sort(dids)
	return dids
}

// seat lets an agent serve the queues he is to serve.
func (h *Hotline) seat(a *agent) {
	for id, q := range h.queues {
		serves := q.planned[a.ID]
		if a.Moved != nil {
			serves = slices.Contains(a.Moved, id)
		}
		if serves {
			q.members[a.ID] = true
		} else {
			delete(q.members, a.ID)
		}
	}
}

// serving are the queues that an agent serves now, in order.
func (h *Hotline) serving(a *agent) []QueueID {
	ids := []QueueID{}
	for id, q := range h.queues {
		if q.members[a.ID] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
