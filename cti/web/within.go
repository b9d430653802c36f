package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"sansheng/cti"
	"sansheng/store"
)

// An account may be limited to some queues of its company. Whether something is within them is
// decided here and nowhere else, as onlyCompany decides of the company: lists are read within
// the limit, what has a name is looked for within it and is unknown elsewhere, and orders are
// held against the call, or the queues, that they are about. A call is of every queue in which
// it waited; one that waited in none is nobody's who is limited but his who dialled or answered
// it. Configuration, hours, prompts and customers are the whole company's.

// within is what of his company a person sees and may do. Where an agent reaches only what is
// his own, no queue stands between.
func (p person) within() store.Within {
	if len(p.Queues) == 0 || p.reach == all || p.reach == own && p.Role != Clerk {
		return store.Within{}
	}
	return store.Within{Queues: texts(p.Queues), Person: p.Number}
}

// holds tells whether a record is within a limit.
func holds(w store.Within, r store.Record) bool {
	return !w.Bounded() || slices.ContainsFunc(r.QueueEntries, func(e store.QueueEntry) bool { return w.Has(e.Queue) }) ||
		r.Dial != nil && r.Dial.By == w.Person
}

// serves tells whether somebody who serves queues serves one within a limit.
func serves(w store.Within, queues []cti.QueueID) bool {
	return !w.Bounded() || slices.ContainsFunc(queues, func(q cti.QueueID) bool { return w.Has(string(q)) })
}

// oversees tells whether an agent, as he is at work, is a person's to look after.
func (p person) oversees(a cti.AgentView) bool {
	return p.reach == all || a.Company == p.Company && serves(p.within(), a.Queues)
}

// planned are the queues that an agent serves by the plan.
func (s *Server) planned(agent cti.AgentID) []cti.QueueID {
	plan, queues := s.plan(), []cti.QueueID{}
	for _, q := range plan.Queues {
		if slices.Contains(plan.Serve(q), agent) {
			queues = append(queues, q.ID)
		}
	}
	return queues
}

// figured are the queues of a company whose figures a person sees, and who serves them; nil
// where he sees all. Of what was forwarded to a department leaders see all: leads is false.
func (s *Server) figured(p person, co cti.CompanyID, leads bool) (queues, agents []string) {
	plan := s.plan()
	if p.Role == ShiftLeader && leads {
		if led, by, whole := plan.Led(co, p.Number); !whole {
			queues, agents = texts(led), texts(by)
		}
	}
	w := p.within()
	if !w.Bounded() {
		return queues, agents
	}
	mine, who := []string{}, []string{}
	for _, q := range w.Queues {
		if queues == nil || slices.Contains(queues, q) {
			mine = append(mine, q)
		}
	}
	for _, q := range plan.Queues {
		if q.Company != co || !slices.Contains(mine, string(q.ID)) {
			continue
		}
		for _, a := range texts(plan.Serve(q)) {
			if !slices.Contains(who, a) {
				who = append(who, a)
			}
		}
	}
	return mine, who
}

// withinOrder holds an order against the queues of who gives it. One about a call names that
// call from then on: it is not to be another when it is carried out. The error is a problem.
func (s *Server) withinOrder(ctx context.Context, p person, o *cti.Order) error {
	w := p.within()
	if !w.Bounded() {
		return nil
	}
	floor, ok := s.floor(ctx)
	if !ok {
		return noLeader()
	}
	switch o.Verb {
	case cti.OrderReady, cti.OrderPause, cti.OrderLogOff, cti.OrderDial:
		return nil // which mayOrder has looked at
	case cti.OrderMove:
		return s.withinMove(w, floor, *o)
	}
	whose := string(o.Agent)
	if o.Verb.Leads() && o.To != "" {
		whose = o.To
	}
	c := floor.callOf(whose)
	if c == nil || !w.Has(string(c.Queue)) {
		return newProblem(http.StatusForbidden, notAllowed, "%s is, or has, no call of your queues; allowed: those of %s", whose, strings.Join(w.Queues, ", "))
	}
	if o.Verb.Leads() {
		o.To = string(c.ID)
	} else if o.Call == "" {
		o.Call = c.ID
	}
	return nil
}

// callOf is a call by its id, or that of an agent; nil where there is none.
func (f Floor) callOf(what string) *cti.CallView {
	for _, a := range f.Agents {
		if string(a.ID) == what {
			what = string(a.Call)
		}
	}
	for i := range f.Calls {
		if what != "" && string(f.Calls[i].ID) == what {
			return &f.Calls[i]
		}
	}
	return nil
}

// withinMove refuses a move that changes who serves a queue beyond the limit.
func (s *Server) withinMove(w store.Within, floor Floor, o cti.Order) error {
	after := []cti.QueueID{}
	for _, name := range strings.Split(o.To, ",") {
		after = append(after, cti.QueueID(strings.TrimSpace(name)))
	}
	if o.To == "" {
		after = s.planned(o.Agent)
	}
	var before []cti.QueueID
	for _, a := range floor.Agents {
		if a.ID == o.Agent {
			before = a.Queues
		}
	}
	for _, change := range [][2][]cti.QueueID{{before, after}, {after, before}} {
		for _, q := range change[0] {
			if !w.Has(string(q)) && !slices.Contains(change[1], q) {
				return newProblem(http.StatusForbidden, notAllowed, "who serves queue %s is not yours to say; allowed: moves between %s", q, strings.Join(w.Queues, ", "))
			}
		}
	}
	return nil
}

// unlimited refuses what is a whole company's to who is limited to queues; the error is a
// problem.
func (p person) unlimited(what string) error {
	if w := p.within(); w.Bounded() {
		return newProblem(http.StatusForbidden, notAllowed, "%s is about all queues of the company, and you are limited to %s; allowed: who is not", what, strings.Join(w.Queues, ", "))
	}
	return nil
}
