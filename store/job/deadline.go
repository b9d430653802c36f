package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"sansheng/store/internal/sql"
)

// Deadline is that something is due.
type Deadline struct {
	// Kind and ID name it; ID says of what it is.
	Kind, ID string
	At       time.Time
	// DoneAt is zero where it is still to be done.
	DoneAt time.Time
}

// Due does what is due, in a transaction that ends with its success and is undone by its
// error: what it does it writes there. It may be tried again; it must not wait for anything
// but the database.
type Due func(ctx context.Context, tx pgx.Tx, d Deadline) error

// OnDue says what is done of a kind of deadline. It is called before Run.
func (j *Jobs) OnDue(kind string, do Due) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.dues[kind] = do
}

// Set has a kind done for an id at a time, once, if the transaction is committed. Set again
// it is moved. What is done stays done, whatever is set: Cancel forgets it.
func (j *Jobs) Set(ctx context.Context, tx pgx.Tx, kind, id string, at time.Time) error {
	if kind == "" || id == "" || at.IsZero() {
		return fmt.Errorf("set deadline %s of %q: kind, id and time are needed", kind, id)
	}
	plan, err := j.q.SetDeadline(ctx, tx, kind, id, at.UTC().Truncate(time.Microsecond))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err == nil {
		_, err = j.plans.InsertTx(ctx, tx, deadlineArgs{What: kind, ID: id, Plan: plan}, &river.InsertOpts{
			Queue: deadlineQueue, ScheduledAt: at, MaxAttempts: triesMost,
		})
	}
	if err != nil {
		return fmt.Errorf("set deadline %s of %s: %w", kind, id, err)
	}
	return nil
}

// Cancel takes a deadline back, if the transaction is committed. One that was done is
// forgotten, and may be set anew.
func (j *Jobs) Cancel(ctx context.Context, tx pgx.Tx, kind, id string) error {
	if err := j.q.CancelDeadline(ctx, tx, kind, id); err != nil {
		return fmt.Errorf("cancel deadline %s of %s: %w", kind, id, err)
	}
	return nil
}

// Look finds a deadline; there is false where none was set.
func (j *Jobs) Look(ctx context.Context, db sql.DBTX, kind, id string) (d Deadline, there bool, err error) {
	r, err := j.q.Deadline(ctx, db, kind, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Deadline{}, false, nil
	}
	if err != nil {
		return Deadline{}, false, fmt.Errorf("look for deadline %s of %s: %w", kind, id, err)
	}
	d = Deadline{Kind: kind, ID: id, At: r.DueAt.UTC()}
	if r.DoneAt != nil {
		d.DoneAt = r.DoneAt.UTC()
	}
	return d, true, nil
}

// deadlineArgs is a deadline as River carries it.
type deadlineArgs struct {
	What string `json:"what"`
	ID   string `json:"id"`
	// Plan is the number of the plan: after a move there is another.
	Plan int64 `json:"plan"`
}

// Kind implements river.JobArgs.
func (deadlineArgs) Kind() string { return "deadline" }

type deadlineWorker struct {
	river.WorkerDefaults[deadlineArgs]
	j *Jobs
}

// Work implements river.Worker.
func (w *deadlineWorker) Work(ctx context.Context, job *river.Job[deadlineArgs]) error {
	a := job.Args
	w.j.mu.Lock()
	do := w.j.dues[a.What]
	w.j.mu.Unlock()
	if do == nil { // another process's program may know it
		return fmt.Errorf("deadline %s of %s: this program knows no such kind", a.What, a.ID)
	}
	err := pgx.BeginFunc(ctx, w.j.cfg.Pool, func(tx pgx.Tx) error {
		at, err := w.j.q.TakeDeadline(ctx, tx, a.What, a.ID, a.Plan)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // it was moved, cancelled or done
		}
		if err != nil {
			return err
		}
		if err := do(ctx, tx, Deadline{Kind: a.What, ID: a.ID, At: at.UTC()}); err != nil {
			return err
		}
		return w.j.q.FinishDeadline(ctx, tx, a.What, a.ID)
	})
	return cutOff(ctx, err)
}
