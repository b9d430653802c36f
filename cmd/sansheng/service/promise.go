package service

import (
	"context"
	"fmt"
	"time"

	"sansheng/cti"
)

// watchPromises looks whether calls that agents have promised are late.
func (s *Service) watchPromises(run context.Context) {
	ctx, cancel := context.WithTimeout(run, 5*time.Second)
	defer cancel()
	_, leader, _ := s.leading()
	if leader == nil {
		s.alarms.Set("promise_overdue", nil) // who leads tells it
		return
	}
	all, err := leader.Promises(ctx)
	if err != nil {
		return // the engine's end is told by others
	}
	s.alarms.Set("promise_overdue", overduePromises(all, time.Now()))
}

// overduePromises says how many promised calls are late, and which for longest.
func overduePromises(all []cti.PromiseView, now time.Time) error {
	n := 0
	for n < len(all) && now.After(all[n].Until) {
		n++
	}
	if n == 0 {
		return nil
	}
	first := all[0]
	return fmt.Errorf("%d; the first is of call %s for queue %s, promised by %s until %s", n, first.Call, first.Queue, first.By, first.Until.UTC().Format(time.RFC3339))
}
