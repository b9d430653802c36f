package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"sansheng/store/ticket"
)

// lapsePage is how many tickets are told of in one transaction, lapseEvery how often is
// looked.
const (
	lapsePage  = 64
	lapseEvery = time.Second
)

// RunDeadlines tells of tickets whose deadline is near and of those whose it is over, once
// each, and of callbacks what has come of them, until its context ends, which is no error. What has been told is in the ticket's row:
// a program that was away tells what came up meanwhile, and of several at once each tells of
// others. Failures of the database are waited out.
func (s *Store) RunDeadlines(ctx context.Context) error {
	return s.again(ctx, "deadlines wait", lapseEvery, nil, func(ctx context.Context) (bool, error) {
		n, err := s.Lapse(ctx)
		if err == nil {
			err = s.Tick(ctx)
		}
		return n == lapsePage, err
	})
}

// Lapse tells of the tickets of which the clock has something to tell, as many as a page
// holds, and answers of how many. A ticket that has no deadline yet gets its kind's.
func (s *Store) Lapse(ctx context.Context) (int, error) {
	n := 0
	err := s.acting(ctx, func(tx pgx.Tx) error {
		ids, err := s.q.LapsingTickets(ctx, tx, s.now(), lapsePage)
		if err != nil {
			return err
		}
		n = len(ids)
		for _, id := range ids {
			t, err := s.lockTicket(ctx, tx, id, Anybody)
			if err != nil {
				return err
			}
			if _, err := s.act(ctx, tx, t, ticket.System, s.lapsing(t)); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// lapsing is what the clock says of a ticket.
func (s *Store) lapsing(t ticket.Ticket) ticket.Act {
	if t.Due.At.IsZero() {
		return &ticket.Dated{}
	}
	return &ticket.Lapsed{Due: t.Due.At, Over: !s.now().Before(t.Due.At)}
}
