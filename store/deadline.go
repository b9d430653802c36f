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
// others. Failures of the database are waited out, and so is the outbox, which says that all acts
// are read: a ticket of a database that was brought back may have been closed since.
func (s *Store) RunDeadlines(ctx context.Context) error {
	return s.again(ctx, "deadlines wait", lapseEvery, nil, s.lookAtDeadlines)
}

// lookAtDeadlines tells what the clock has to tell now, and whether there may be more of it.
func (s *Store) lookAtDeadlines(ctx context.Context) (more bool, err error) {
	if reading(s.acts.Load()) != actsRead {
		return false, nil
	}
	n, err := s.Lapse(ctx)
	if err == nil {
		err = s.Tick(ctx)
	}
	return n == lapsePage, err
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
			told, err := s.lapsing(ctx, tx, t)
			if err == nil {
				_, err = s.act(ctx, tx, t, ticket.System, told)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// lapsing is what the clock says of a ticket.
func (s *Store) lapsing(ctx context.Context, tx pgx.Tx, t ticket.Ticket) (ticket.Act, error) {
	if t.Due.At.IsZero() {
		urgent, err := s.q.OfEmergency(ctx, tx, t.Calls[0])
		return &ticket.Dated{Urgent: urgent}, err
	}
	return &ticket.Lapsed{Due: t.Due.At, Over: !s.now().Before(t.Due.At)}, nil
}
