package service

import (
	"context"
	"fmt"
	"io"
	"time"

	"sansheng/cti"
)

// callersMessages asks the engine that leads about messages, and the switch for their sound.
type callersMessages struct{ s *Service }

func (m callersMessages) TakeMessage(ctx context.Context, t cti.TakeMessage) error {
	e, err := m.s.leader()
	if err != nil {
		return err
	}
	return e.TakeMessage(ctx, t)
}

func (m callersMessages) FinishMessage(ctx context.Context, f cti.FinishMessage) error {
	e, err := m.s.leader()
	if err != nil {
		return err
	}
	return e.FinishMessage(ctx, f)
}

// Sound implements web.MessageKeeper.
func (m callersMessages) Sound(ctx context.Context, recording string) (io.ReadCloser, error) {
	return m.s.receive(ctx, recording)
}

// watchMessages looks whether messages lie there that nobody has taken.
func (s *Service) watchMessages(run context.Context) {
	ctx, cancel := context.WithTimeout(run, 5*time.Second)
	defer cancel()
	_, leader, _ := s.leading()
	if leader == nil {
		s.alarms.Set("message_untaken", nil) // who leads tells it
		return
	}
	all, err := leader.Messages(ctx)
	if err != nil {
		return // the engine's end is told by others
	}
	s.alarms.Set("message_untaken", untaken(all, time.Now()))
}

// untaken says how many messages are late, and which is the oldest.
func untaken(all []cti.MessageView, now time.Time) error {
	n, oldest := 0, cti.MessageView{}
	for _, m := range all {
		if m.TakenBy == "" && !now.Before(m.DueAt) {
			if n++; n == 1 {
				oldest = m
			}
		}
	}
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%d; the oldest is of call %s for queue %s, left at %s", n, oldest.Call, oldest.Box, oldest.LeftAt.UTC().Format(time.RFC3339))
}
