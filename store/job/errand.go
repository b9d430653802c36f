package job

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// Errand is work that leaves the database, as a post to somebody's server.
type Errand struct {
	// Queues wait for nobody but themselves: where the work of one hangs, that of the others
	// goes on. Words of a-z and 0-9 with single - or _ between.
	Queues []string
	// Workers is how many tasks of a queue are under way at a time, in each process.
	Workers int
	// Within bounds one try; less than a minute.
	Within time.Duration
	// Do does it for an id. Where it did not succeed, again says after which time it is
	// tried again; it is 0 where nothing more is to be done. An error is a fault of our own
	// side, as a database that is away: it is logged, and tried again as a Due is.
	Do func(ctx context.Context, id string) (again time.Duration, err error)
}

// Task is an errand's id in one of its queues.
type Task struct{ Queue, ID string }

// OnErrand says how a kind of errands is run. It is called before Run.
func (j *Jobs) OnErrand(kind string, e Errand) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.errands[kind] = e
}

// Send has errands run at once, if the transaction is committed. Who has sent one twice has
// it run twice: rows of his own tell what is done.
func (j *Jobs) Send(ctx context.Context, tx pgx.Tx, kind string, tasks ...Task) error {
	if len(tasks) == 0 {
		return nil
	}
	all := make([]river.InsertManyParams, len(tasks))
	for i, t := range tasks {
		all[i] = river.InsertManyParams{
			Args:       errandArgs{What: kind, ID: t.ID},
			InsertOpts: &river.InsertOpts{Queue: queueOf(kind, t.Queue), MaxAttempts: triesMost},
		}
	}
	if _, err := j.plans.InsertManyFastTx(ctx, tx, all); err != nil {
		return fmt.Errorf("send %d errands %s: %w", len(tasks), kind, err)
	}
	return nil
}

func queueOf(kind, queue string) string { return kind + "_" + queue }

// errandArgs is an errand as River carries it.
type errandArgs struct {
	What string `json:"what"`
	ID   string `json:"id"`
}

// Kind implements river.JobArgs.
func (errandArgs) Kind() string { return "errand" }

type errandWorker struct {
	river.WorkerDefaults[errandArgs]
	j *Jobs
}

// Timeout implements river.Worker.
func (w *errandWorker) Timeout(job *river.Job[errandArgs]) time.Duration {
	w.j.mu.Lock()
	defer w.j.mu.Unlock()
	return w.j.errands[job.Args.What].Within
}

// Work implements river.Worker.
func (w *errandWorker) Work(ctx context.Context, job *river.Job[errandArgs]) error {
	w.j.mu.Lock()
	e, known := w.j.errands[job.Args.What]
	w.j.mu.Unlock()
	if !known {
		return fmt.Errorf("errand %s of %s: this program knows no such kind", job.Args.What, job.Args.ID)
	}
	again, err := e.Do(ctx, job.Args.ID)
	if err == nil && again > 0 {
		return river.JobSnooze(again)
	}
	return cutOff(ctx, err)
}
