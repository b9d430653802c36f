package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sansheng/cti"
	"sansheng/store/internal/sql"
)

// OwedCallback is a caller who would rather be called back than wait.
type OwedCallback struct {
	// Call is the one in which it was asked for.
	Call    string    `json:"call"`
	Company string    `json:"company"`
	Queue   string    `json:"queue"`
	Number  string    `json:"number"`
	AskedAt time.Time `json:"asked_at"`
	// Attempts is how often the number was dialled and not reached, LastResult what came
	// of it last, DueAt when the next attempt may begin; null where none will.
	Attempts   int        `json:"attempts"`
	LastResult string     `json:"last_result,omitempty"`
	DueAt      *time.Time `json:"due_at"`
	EndedAt    *time.Time `json:"ended_at"`
	// Result is reached, failed, came_back, served or expired; By the call that ended it.
	Result string `json:"result,omitempty"`
	By     string `json:"by,omitempty"`
	// Emergency: he has not asked; when he was called back he said that his emergency is not
	// solved. Matter is what he was called for, as in follow_up:ID.
	Emergency bool   `json:"emergency,omitempty"`
	Matter    string `json:"matter,omitempty"`
}

// Callbacks lists them, newest last: of one company where it is named, only those that are
// still owed with owed, the newest so many with a limit above 0.
func (s *Store) Callbacks(ctx context.Context, company string, owed bool, most int) ([]OwedCallback, error) {
	rows, err := s.q.Callbacks(ctx, s.pool, wanted(company), owed, limit(most))
	if err != nil {
		return nil, fmt.Errorf("list callbacks: %w", err)
	}
	list := make([]OwedCallback, len(rows))
	for i, r := range rows {
		list[len(rows)-1-i] = OwedCallback{
			Call: r.CallID, Company: r.Company, Queue: r.Queue, Number: r.Number, AskedAt: r.AskedAt.UTC(),
			Attempts: int(r.Attempts), LastResult: r.LastResult, DueAt: utc(r.DueAt), EndedAt: utc(r.EndedAt), Result: r.Result, By: r.ByCall,
			Emergency: r.Emergency, Matter: r.Matter,
		}
	}
	return list, nil
}

// applyCallback queues what a callback.* fact says. One that was promised and not made
// becomes a ticket.
func (b *batch) applyCallback(ctx context.Context, f cti.Fact) error {
	call := string(f.Call)
	switch d := f.Data.(type) {
	case *cti.CallbackAskedData:
		return b.s.q.AskCallback(ctx, b.out, sql.AskCallbackParams{
			CallID: call, Company: string(f.Company), Queue: string(d.Queue), Number: clean(d.Number), At: f.At,
			Emergency: d.Emergency, Matter: clean(d.For),
		})
	case *cti.CallbackTriedData:
		return b.s.q.TryCallback(ctx, b.out, sql.TryCallbackParams{
			CallID: call, Attempts: small(d.Attempts), Result: string(d.Result), Due: given(d.Due),
		})
	case *cti.CallbackEndedData:
		err := b.s.q.EndCallback(ctx, b.out, sql.EndCallbackParams{CallID: call, At: given(f.At), Result: string(d.Result), ByCall: string(d.By)})
		if d.Result == cti.CallbackFailed || d.Result == cti.CallbackExpired {
			err = errors.Join(err, b.openCallback(ctx, f, true))
		}
		return err
	}
	return nil
}
