package engine

import (
	"cmp"
	"context"
	"slices"
	"time"

	"sansheng/cti"
	"sansheng/cti/flow"
)

// Unanswered is a company's service that has answered none of the last questions about
// callers.
type Unanswered struct {
	Company cti.CompanyID
	Service string
	// N is how many they were, from Since to Last; Failure is why the last had no answer.
	N           int
	Since, Last time.Time
	Failure     string
}

type serviceID struct {
	company cti.CompanyID
	service string
}

// unanswered are those services, by the facts of whichever engine has asked.
type unanswered map[serviceID]*Unanswered

// note takes a fact of a look-up.
func (u unanswered) note(f cti.Fact) {
	d, ok := f.Data.(*cti.LookedUpData)
	if !ok {
		return
	}
	id := serviceID{f.Company, d.Service}
	if d.Result != flow.Failed {
		delete(u, id)
		return
	}
	if u[id] == nil {
		u[id] = &Unanswered{Company: f.Company, Service: d.Service, Since: f.At}
	}
	of := u[id]
	of.N, of.Last, of.Failure = of.N+1, f.At, d.Failure
}

// Unanswered lists the services that have answered none of the last questions.
func (e *Engine) Unanswered(ctx context.Context) ([]Unanswered, error) {
	var all []Unanswered
	err := e.look(ctx, func(*cti.Hotline) {
		all = e.memory.unanswered.list()
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func (u unanswered) list() []Unanswered {
	var all []Unanswered
	for _, of := range u {
		all = append(all, *of)
	}
	slices.SortFunc(all, func(a, b Unanswered) int {
		return cmp.Or(cmp.Compare(a.Company, b.Company), cmp.Compare(a.Service, b.Service))
	})
	return all
}
