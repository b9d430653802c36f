package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sansheng/cti"
	"sansheng/cti/engine"
	"sansheng/cti/lookup"
	"sansheng/store"
)

// A service that flows ask about callers is an alarm when it has answered none of so many
// questions in a row, the last of them not long ago.
const (
	unansweredMost = 5
	unansweredFor  = time.Hour
)

// lookups answers what flows ask about callers: from the store where they ask about its
// tickets, else by the company's service.
type lookups struct {
	client *lookup.Client
	store  func() (*store.Store, error)
}

func (s *Service) lookups() lookups { return lookups{lookup.New(), s.records.open} }

// Ask implements engine.Asker.
func (l lookups) Ask(ctx context.Context, a cti.Ask) cti.LookedUp {
	if a.Lookup.URL != cti.TicketsURL {
		return l.client.Ask(ctx, a)
	}
	up := cti.LookedUp{Call: a.Call, N: a.N, Result: cti.TicketNone}
	if a.Caller == "" {
		return up
	}
	ctx, cancel := context.WithTimeout(ctx, a.Lookup.Patience())
	defer cancel()
	db, err := l.store()
	if err != nil {
		return cti.LookedUp{Call: a.Call, N: a.N, Failure: err.Error()}
	}
	open, err := db.OpenTickets(ctx, string(a.Company), a.Caller, 1)
	if err != nil {
		return cti.LookedUp{Call: a.Call, N: a.N, Failure: "the store did not answer"}
	}
	if len(open) > 0 {
		up.Result = cti.TicketOpen
		up.Data = cti.Sheet{{Name: "ticket", Value: open[0].ID.String()}, {Name: "ticket_kind", Value: string(open[0].Kind)}}
	}
	return up
}

// watchLookups looks whether the companies' services answer.
func (s *Service) watchLookups(run context.Context) {
	ctx, cancel := context.WithTimeout(run, 5*time.Second)
	defer cancel()
	_, leader, _ := s.leading()
	if leader == nil {
		s.alarms.Set("lookup_failing", nil) // who leads tells it
		return
	}
	all, err := leader.Unanswered(ctx)
	if err != nil {
		return // the engine's end is told by others
	}
	s.alarms.Set("lookup_failing", failing(all, s.plan(), time.Now()))
}

// failing says which of the plan's services do not answer.
func failing(all []engine.Unanswered, plan *cti.Plan, now time.Time) error {
	var said []string
	for _, u := range all {
		asked := slices.ContainsFunc(plan.Companies, func(c cti.Company) bool {
			return c.ID == u.Company && slices.ContainsFunc(c.Lookups, func(l cti.Lookup) bool { return l.ID == u.Service })
		})
		if asked && u.N >= unansweredMost && now.Sub(u.Last) < unansweredFor {
			said = append(said, fmt.Sprintf("%s of company %s: %d questions since %s, the last: %s", u.Service, u.Company, u.N, u.Since.UTC().Format(time.RFC3339), u.Failure))
		}
	}
	if len(said) == 0 {
		return nil
	}
	return errors.New(strings.Join(said, "; "))
}
