package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sansheng/cti"
	"sansheng/store/internal/sql"
)

// OwedCallback is a caller who would rather be called back than wait, or whom an agent has
// promised a call.
type OwedCallback struct {
	// Call is the one in which it was asked for.
	Call    string    `json:"call"`
	Company string    `json:"company"`
	Queue   string    `json:"queue"`
	Number  string    `json:"number"`
	AskedAt time.Time `json:"asked_at"`
	// PromisedBy is the agent who promised it, PromisedUntil when it is late; empty and null
	// where the caller asked for it.
	PromisedBy    string     `json:"promised_by,omitempty"`
	PromisedUntil *time.Time `json:"promised_until"`
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

// CallbackFilter chooses callers who would rather be called back; empty fields choose all.
type CallbackFilter struct {
	Company string
	// Owed keeps those that are still to be called.
	Owed bool
	Within
	// Limit keeps the newest; 0 keeps all.
	Limit int
}

// Callbacks lists them, newest last.
func (s *Store) Callbacks(ctx context.Context, f CallbackFilter) ([]OwedCallback, error) {
	rows, err := s.q.Callbacks(ctx, s.pool, sql.CallbacksParams{Company: wanted(f.Company), Owed: f.Owed, Queues: f.Queues, Count: limit(f.Limit)})
	if err != nil {
		return nil, fmt.Errorf("list callbacks: %w", err)
	}
	list := make([]OwedCallback, len(rows))
	for i, r := range rows {
		list[len(rows)-1-i] = OwedCallback{
			Call: r.CallID, Company: r.Company, Queue: r.Queue, Number: r.Number, AskedAt: r.AskedAt.UTC(), PromisedBy: r.PromisedBy, PromisedUntil: utc(r.PromisedUntil),
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
			CallID: call, Company: string(f.Company), Queue: string(d.Queue), Number: b.told(f.Call, d.Number), At: f.At,
			Emergency: d.Emergency, Matter: clean(d.For),
		})
	case *cti.CallbackPromisedData:
		return b.s.q.PromiseCallback(ctx, b.out, sql.PromiseCallbackParams{
			CallID: call, Company: string(f.Company), Queue: string(d.Queue), Number: b.told(f.Call, d.Number), At: f.At, Due: given(d.From),
			By: string(f.Agent), Until: given(d.Until),
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
