package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Backlog is what lies there longer than it may.
type Backlog struct {
	// Overdue are the tickets whose deadline has passed and which are not closed.
	Overdue int
	// Unsolved are emergencies whose callers said, when they were called back, that they are
	// not solved, and about which nobody has done anything since (requirement F6).
	Unsolved []uuid.UUID
	// Dissatisfied are callbacks of the last day whose callers said that they are dissatisfied,
	// about whose tickets nobody but who called them has done anything since (requirement F7).
	Dissatisfied []uuid.UUID
}

// dissatisfiedFor is how long a leader is told of one.
const dissatisfiedFor = 24 * time.Hour

// Backlog looks at all companies' tickets.
func (s *Store) Backlog(ctx context.Context) (Backlog, error) {
	overdue, err := s.q.OverdueTickets(ctx, s.pool)
	if err != nil {
		return Backlog{}, fmt.Errorf("count overdue tickets: %w", err)
	}
	unsolved, err := s.q.UnsolvedEmergencies(ctx, s.pool)
	if err != nil {
		return Backlog{}, fmt.Errorf("look for unsolved emergencies: %w", err)
	}
	dissatisfied, err := s.q.DissatisfiedCallers(ctx, s.pool, s.now().Add(-dissatisfiedFor))
	if err != nil {
		return Backlog{}, fmt.Errorf("look for dissatisfied callers: %w", err)
	}
	return Backlog{Overdue: int(overdue), Unsolved: unsolved, Dissatisfied: dissatisfied}, nil
}
