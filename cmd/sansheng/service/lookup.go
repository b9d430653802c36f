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
)

// A service that flows ask about callers is an alarm when it has answered none of so many
// questions in a row, the last of them not long ago.
const (
	unansweredMost = 5
	unansweredFor  = time.Hour
)

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
