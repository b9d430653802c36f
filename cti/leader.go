package cti

import (
	"fmt"
	"slices"
)

// LedBy tells whether a person may be in the calls of a queue, and is told of them: where the
// queue names its leaders, they alone.
func (q *Queue) LedBy(person string) bool {
	return len(q.Leaders) == 0 || slices.Contains(q.Leaders, person)
}

// Led are the queues of a company that a person leads, and the agents who serve them; whole
// tells that no queue of the company is led by others alone.
func (p *Plan) Led(company CompanyID, person string) (queues []QueueID, agents []AgentID, whole bool) {
	whole = true
	for _, q := range p.Queues {
		switch {
		case q.Company != company:
		case !q.LedBy(person):
			whole = false
		default:
			queues = append(queues, q.ID)
			for _, a := range p.Serve(q) {
				if !slices.Contains(agents, a) {
					agents = append(agents, a)
				}
			}
		}
	}
	return queues, agents, whole
}

// LeadersPhone is a leader's own phone; ok is false where he has none.
func (p *Plan) LeadersPhone(id AgentID) (phone Agent, ok bool) {
	i := slices.IndexFunc(p.Agents, func(a Agent) bool { return a.Leader && a.ID == id })
	if i < 0 {
		return Agent{}, false
	}
	return p.Agents[i], true
}

// checkLeaders keeps callers from leaders' phones.
func (p *Plan) checkLeaders(c *checker) {
	const takesNone = "%q is a leader's phone, which takes no callers; allowed: an agent's"
	for i, a := range p.Agents {
		if a.Leader && (a.AutoReady || len(a.Skills) > 0) {
			c.Fail(fmt.Sprintf("agents[%d].leader", i), "who takes no callers is not ready and needs no skill; allowed: without auto_ready and skills")
		}
	}
	for i, q := range p.Queues {
		for j, m := range q.Members {
			if _, leads := p.LeadersPhone(m); leads {
				c.Fail(fmt.Sprintf("queues[%d].members[%d]", i, j), takesNone, m)
			}
		}
		if q.OnCall == nil {
			continue
		}
		for j, name := range q.OnCall.Chain {
			if _, leads := p.LeadersPhone(AgentID(name)); leads {
				c.Fail(fmt.Sprintf("queues[%d].on_call.chain[%d]", i, j), takesNone, name)
			}
		}
	}
}

// forLeader refuses what a leader's phone is not for: it takes no callers and dials
// nothing, and nobody else hears by it.
func (a *agent) forLeader(o Order) *OrderError {
	switch {
	case !a.Leader:
		return nil
	case slices.Contains([]Verb{OrderReady, OrderPause, OrderLogOff, OrderDial, OrderMove}, o.Verb):
		return o.refuse(RefusedLeadersPhone, "it is a leader's phone, which takes no callers; allowed: listen, whisper, join, take_over, and what is done to a talk")
	case o.By != "" && o.By != string(a.ID):
		return o.refuse(RefusedAnothersPhone, "it is the phone of leader %s; allowed: one's own, or a free agent's", a.ID)
	}
	return nil
}
