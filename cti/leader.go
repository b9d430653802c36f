package cti

import "slices"

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
