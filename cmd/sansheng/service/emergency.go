package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/callback"
	"sansheng/cti/engine"
	"sansheng/store"
)

const (
	// emergencyKept is how long an emergency that is one again is brought to the engine; after
	// that the alarm about its ticket is all there is.
	emergencyKept = 24 * time.Hour
	// emergencyRetry is the time between two tries to bring it there.
	emergencyRetry = 200 * time.Millisecond
)

// keepEmergencies brings emergencies that are found unsolved to the engine that leads, while
// that is this process's: what the store tells is in the stream, and stays there. The engine
// knows which of them it has been told before.
func (s *Service) keepEmergencies(run context.Context) error {
	facts := s.public.Reader(bus.ReaderOptions{Filters: []string{bus.EmergencyAgainSubject}})
	defer facts.Close()
	for {
		m, err := facts.NextRaw(run)
		switch {
		case errors.As(err, new(*bus.GapError)), errors.As(err, new(*bus.RewoundError)):
			continue
		case err != nil:
			return err
		}
		owe, at, err := emergencyAgain(m.Data)
		if err != nil {
			s.log.Error("an emergency that is one again cannot be read", zap.Uint64("message", m.Seq), zap.Error(err))
			continue
		}
		s.bringEmergency(run, owe, at)
	}
}

// bringEmergency waits until an engine leads here and has taken a matter, or it is too old.
func (s *Service) bringEmergency(run context.Context, owe cti.OweEmergency, at time.Time) {
	wait := time.NewTicker(emergencyRetry)
	defer wait.Stop()
	for time.Since(at) < emergencyKept {
		e, err := s.leader()
		if err == nil && e != nil {
			err = e.OweEmergency(run, owe)
			if err == nil {
				return
			}
			if !errors.Is(err, engine.ErrClosed) && run.Err() == nil {
				s.log.Error("an emergency that is one again is not called", zap.String("for", owe.For), zap.Error(err))
				return
			}
		}
		select {
		case <-wait.C:
		case <-run.Done():
			return
		}
	}
}

// emergencyAgain reads what the store has told.
func emergencyAgain(b []byte) (owe cti.OweEmergency, at time.Time, err error) {
	var f struct {
		At       time.Time                   `json:"at"`
		Company  cti.CompanyID               `json:"company"`
		FollowUp string                      `json:"follow_up"`
		Data     callback.EmergencyAgainData `json:"data"`
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return owe, at, fmt.Errorf("decode emergency that is one again: %w", err)
	}
	owe = cti.OweEmergency{
		Company: f.Company, Call: cti.CallID(f.Data.Call), Number: f.Data.Number, For: store.FollowUpPrefix + f.FollowUp, Reason: cti.ReasonUnsolved,
	}
	for _, t := range f.Data.Tickets {
		owe.Sheet = append(owe.Sheet, cti.SheetField{Name: "ticket", Value: t})
	}
	if owe.Sheet.Check() != nil { // the first say what it is about
		owe.Sheet = owe.Sheet[:1]
	}
	return owe, f.At, nil
}
