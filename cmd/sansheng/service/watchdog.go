package service

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"sansheng/cti/engine"
	"sansheng/deploy/systemd"
)

// loopMost is how long the engine's loop may take to answer before this process
// counts as hung.
const loopMost = 3 * time.Second

// startWatchdog tells the service manager that calls can be taken and then, as
// long as the engine's loop answers, that we live. A process whose loop hangs is
// killed and started anew by it.
func (s *Service) startWatchdog(run context.Context) {
	if err := systemd.Notify(run, systemd.Ready); err != nil {
		s.log.Warn("the service manager is not told", zap.Error(err))
	}
	every := systemd.WatchdogEvery()
	if every == 0 {
		return
	}
	s.background("watchdog", false, func() error {
		tick := time.NewTicker(every / 2) // one late answer is no end
		defer tick.Stop()
		for {
			if err := s.answers(run); err != nil {
				s.log.Error("the engine's loop does not answer", zap.Error(err))
			} else if err := systemd.Notify(run, systemd.Alive); err != nil {
				s.log.Warn("the service manager is not told", zap.Error(err))
			}
			select {
			case <-tick.C:
			case <-run.Done():
				return nil
			}
		}
	})
}

// answers asks the engine's loop for a sign of life. One that has not begun yet,
// because it stands by or there is none, or that has just stepped down, owes none.
func (s *Service) answers(ctx context.Context) error {
	leader := s.engine
	if s.duty != nil {
		seat := s.duty.seat.Load()
		if seat == nil {
			return nil
		}
		leader = seat.engine
	}
	if leader == nil {
		return nil
	}
	select {
	case <-leader.Reconciled():
	default:
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, loopMost)
	defer cancel()
	_, err := leader.View(ctx)
	if s.duty != nil && errors.Is(err, engine.ErrClosed) {
		return nil
	}
	return err
}
