package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/store/internal/sql"
)

// DeadLetter is a message that could not be projected. It is open until somebody has had it
// projected after all, or has closed it.
type DeadLetter struct {
	Journal  string    `json:"journal"`
	Position uint64    `json:"position"`
	Subject  string    `json:"subject"`
	Payload  []byte    `json:"payload"`
	Error    string    `json:"error"`
	DiedAt   time.Time `json:"died_at"`
	// ClosedBy is who has closed it, Outcome what came of it.
	ClosedAt *time.Time `json:"closed_at"`
	ClosedBy string     `json:"closed_by,omitempty"`
	Outcome  string     `json:"outcome,omitempty"`
}

// DeadLetterFilter chooses dead letters; empty fields choose all.
type DeadLetterFilter struct {
	Open bool
	// Limit keeps the newest; 0 keeps all.
	Limit int
}

// DeadLetters lists the messages put aside, oldest first, also those that are closed.
func (s *Store) DeadLetters(ctx context.Context) ([]DeadLetter, error) {
	return s.DeadLettersOf(ctx, DeadLetterFilter{})
}

// DeadLettersOf is DeadLetters with a filter.
func (s *Store) DeadLettersOf(ctx context.Context, f DeadLetterFilter) ([]DeadLetter, error) {
	rows, err := s.q.DeadLetters(ctx, s.pool, f.Open, limit(f.Limit))
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	list := make([]DeadLetter, len(rows))
	for i, r := range rows {
		list[len(rows)-1-i] = newDeadLetter(r)
	}
	return list, nil
}

func newDeadLetter(r sql.DeadLetter) DeadLetter {
	return DeadLetter{
		Journal: r.Source, Position: uint64(r.Position), Subject: r.Subject, Payload: r.Payload, Error: r.Error,
		DiedAt: r.DiedAt.UTC(), ClosedAt: utc(r.ClosedAt), ClosedBy: r.ClosedBy, Outcome: r.Outcome,
	}
}

// CountDeadLetters is how many are open, and the error of the newest.
func (s *Store) CountDeadLetters(ctx context.Context) (open int, last string, err error) {
	r, err := s.q.CountDeadLetters(ctx, s.pool)
	if err != nil {
		return 0, "", fmt.Errorf("count dead letters: %w", err)
	}
	return int(r.Open), r.LastError, nil
}

// ErrNoDeadLetter: there is none at that place.
var ErrNoDeadLetter = errors.New("no such dead letter")

// DeadLetterError says why a dead letter stays as it is.
type DeadLetterError struct{ Text string }

func (e *DeadLetterError) Error() string { return e.Text }

// DeadLetter finds one.
func (s *Store) DeadLetter(ctx context.Context, journal string, position uint64) (DeadLetter, error) {
	r, err := s.q.DeadLetter(ctx, s.pool, journal, int64(position))
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNoDeadLetter
	}
	if err != nil {
		return DeadLetter{}, fmt.Errorf("dead letter %d of %s: %w", position, journal, err)
	}
	return newDeadLetter(r), nil
}

// Outcomes of dead letters, beside a reason in words.
const (
	OutcomeProjected = "projected"
	OutcomeKnown     = "the fact was projected already"
)

// RetryDeadLetter projects one after all, as by is on record to have wanted: after an
// upgrade, say. Its fact comes late then: to a call that has ended it is an amendment. The
// error is a *DeadLetterError where it cannot be projected still, or is closed.
func (s *Store) RetryDeadLetter(ctx context.Context, journal string, position uint64, by string) (outcome string, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// In the projector's order: the place first.
		if err := s.lockPlace(ctx, tx, journal); err != nil {
			return err
		}
		d, err := s.openDeadLetter(ctx, tx, journal, position)
		if err != nil {
			return err
		}
		outcome, err = s.projectAgain(ctx, tx, d)
		if v := verdictOf(err); err != nil && v != again && !errors.As(err, new(*DeadLetterError)) {
			return &DeadLetterError{Text: err.Error()}
		}
		if err != nil {
			return err
		}
		return s.closeDeadLetter(ctx, tx, journal, position, by, outcome)
	})
	if err != nil {
		return "", fmt.Errorf("retry dead letter %d of %s: %w", position, journal, err)
	}
	s.log.Info("dead letter projected", zap.String("journal", journal), zap.Uint64("position", position), zap.String("by", by), zap.String("outcome", outcome))
	select { // tickets may wait in the outbox
	case s.outboxC <- struct{}{}:
	default:
	}
	return outcome, nil
}

// projectAgain writes the rows of one message, in its own batch.
func (s *Store) projectAgain(ctx context.Context, tx pgx.Tx, d DeadLetter) (outcome string, err error) {
	m := Message{Position: d.Position, Subject: d.Subject, Payload: d.Payload}
	f, err := decodeFact(m)
	if err != nil {
		return "", &DeadLetterError{Text: err.Error()}
	}
	b := batch{s: s, name: d.Journal, tx: tx, out: &pipeline{tx: tx}, calls: map[cti.CallID]*callStanding{}}
	entries, err := b.fresh(ctx, []entry{{Fact: f, message: m}})
	if err != nil {
		return "", err
	}
	switch {
	case b.stats.dead > 0:
		return "", &DeadLetterError{Text: fmt.Sprintf("another fact under the id %q was projected", f.ID)}
	case len(entries) == 0:
		return OutcomeKnown, nil
	}
	if err := b.write(ctx, entries); err != nil {
		return "", err
	}
	if b.stats.dead > 0 {
		return "", &DeadLetterError{Text: b.died}
	}
	return OutcomeProjected, b.out.flush(ctx)
}

// CloseDeadLetter puts one away that nobody needs, or that cannot be mended, with a reason.
func (s *Store) CloseDeadLetter(ctx context.Context, journal string, position uint64, by, reason string) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := s.openDeadLetter(ctx, tx, journal, position); err != nil {
			return err
		}
		return s.closeDeadLetter(ctx, tx, journal, position, by, reason)
	})
	if err != nil {
		return fmt.Errorf("close dead letter %d of %s: %w", position, journal, err)
	}
	s.log.Info("dead letter closed", zap.String("journal", journal), zap.Uint64("position", position), zap.String("by", by), zap.String("reason", reason))
	return nil
}

// openDeadLetter locks one that is open.
func (s *Store) openDeadLetter(ctx context.Context, tx pgx.Tx, journal string, position uint64) (DeadLetter, error) {
	r, err := s.q.LockDeadLetter(ctx, tx, journal, int64(position))
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return DeadLetter{}, ErrNoDeadLetter
	case err != nil:
		return DeadLetter{}, err
	case r.ClosedAt != nil:
		return DeadLetter{}, &DeadLetterError{Text: fmt.Sprintf("%s closed it at %s: %s", r.ClosedBy, r.ClosedAt.UTC().Format(time.RFC3339), r.Outcome)}
	}
	return newDeadLetter(r), nil
}

func (s *Store) closeDeadLetter(ctx context.Context, tx pgx.Tx, journal string, position uint64, by, outcome string) error {
	return s.q.CloseDeadLetter(ctx, tx, sql.CloseDeadLetterParams{Source: journal, Position: int64(position), ByPerson: clean(by), Outcome: clean(outcome)})
}
