// Package job does the store's work that has a time of its own. It is a thin face of
// River (github.com/riverqueue/river), whose only memory is PostgreSQL.
//
// # What it owns
//
// The table deadline, River's tables (river_*) with their migration, and the workers.
// What is done, others say (OnDue, OnErrand), before Run.
//
//	rows ─┬─▶ Set(kind, id, at) ─▶ deadline + river_job ─▶ Due, in a transaction, once
//	      └─▶ Send(kind, tasks) ─▶ river_job ────────────▶ Errand, outside, until it is done
//	one transaction
//
// # Once
//
// A deadline is done once: its row is locked, what is due is done in that transaction, and
// the same transaction says that it is done. A job that is run twice, by two processes, after
// a process died, or because the answer to a commit was lost, finds that and does nothing.
// An errand leaves the database, so it may be run again where nobody knows how it ended; who
// sends one keeps in rows of his own whether it is done.
//
// # Order and time
//
// None is promised between jobs. A job is due by the database's clock, and begins within
// about 5 s after that; one that was sent for now begins at once. What was due while nobody
// ran is done as soon as somebody runs, however late.
//
// # Failure
//
// Whatever is planned is in the tables: a restart, or a database that is away, loses
// nothing. While it is away nothing is run; Run waits for it. A Due that fails is tried again
// after 1 s to 10 min, for ever. A process that dies leaves its jobs to the others, which find
// them within some 3 min; started anew under its name (Config.Process) it takes them back.
//
// # Concurrency
//
// A Jobs may be used from any goroutine. Any number of processes may Run on one database
// and share the work. Run is one goroutine's, with River's own, and returns when all of them
// have ended.
package job

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
	"go.uber.org/zap"

	"sansheng/store/internal/sql"
)

// Config is what jobs are made of. Only Pool must be set.
type Config struct {
	Pool *pgxpool.Pool
	Log  *zap.Logger
	// Process, where given, names this process over its restarts: one at a time has a name.
	// What the one before had under way when it died is done anew at once.
	Process string
	// Now, where given, tells the time in the database's place, for tests.
	Now func() time.Time
}

// Jobs plans work and does it. Make it with New.
type Jobs struct {
	cfg Config
	q   *sql.Queries
	// plans puts jobs into the tables and runs none.
	plans *river.Client[pgx.Tx]

	// mu guards what is done of each kind.
	mu      sync.Mutex
	dues    map[string]Due
	errands map[string]Errand
	running atomic.Bool
}

const (
	// triesMost is more often than anything is tried: a job is never thrown away.
	triesMost = 10_000
	// dueWithin bounds one run; what runs longer than rescueAfter was its process's last.
	dueWithin   = time.Minute
	rescueAfter = 2 * time.Minute
	// stopWithin is how long jobs under way may go on when Run is to end.
	stopWithin = 3 * time.Second
	// keptFor is how long River remembers jobs that are done.
	keptFor = 10 * time.Minute
	// deadlineQueue is the queue of all deadlines; deadlineWorkers do them at a time.
	deadlineQueue   = "deadline"
	deadlineWorkers = 4
)

// New prepares jobs. It does not connect.
func New(cfg Config) (*Jobs, error) {
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	plans, err := river.NewClient(riverpgxv5.New(cfg.Pool), &river.Config{Logger: newLog(cfg.Log), Test: testOf(cfg.Now)})
	if err != nil {
		return nil, fmt.Errorf("prepare jobs: %w", err)
	}
	return &Jobs{cfg: cfg, q: sql.New(), plans: plans, dues: map[string]Due{}, errands: map[string]Errand{}}, nil
}

// Run does what is due, until its context ends, which is no error. It returns when nothing
// of it runs any more: jobs under way have 3 s, then their context ends. A database that is
// away is waited for. A second Run at the same time is refused.
func (j *Jobs) Run(ctx context.Context) error {
	if !j.running.CompareAndSwap(false, true) {
		return errors.New("run jobs: they run already")
	}
	defer j.running.Store(false)
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		client, err := j.worker()
		if err != nil {
			return fmt.Errorf("run jobs: %w", err)
		}
		if err = j.takeBack(ctx); err == nil {
			// River ends by our word: the end of its context would cut jobs off at once.
			err = client.Start(context.WithoutCancel(ctx))
		}
		if err == nil {
			<-ctx.Done()
			if err := client.Stop(context.WithoutCancel(ctx)); err != nil {
				return fmt.Errorf("stop jobs: %w", err)
			}
			return nil
		}
		j.cfg.Log.Warn("jobs wait for the database", zap.Error(err))
		again := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			again.Stop()
			return nil
		case <-again.C:
		}
	}
}

// takeBack makes what a process of our name had under way when it died to be done anew, and
// ends its office: who holds that has what is due begin, and nobody else would until it has
// run out, up to 20 s.
func (j *Jobs) takeBack(ctx context.Context) error {
	if j.cfg.Process == "" {
		return nil
	}
	for _, statement := range []string{
		"UPDATE river_job SET state = 'available' WHERE state = 'running' AND attempted_by[array_upper(attempted_by, 1)] = $1",
		"DELETE FROM river_leader WHERE leader_id = $1",
	} {
		if _, err := j.cfg.Pool.Exec(ctx, statement, j.cfg.Process); err != nil {
			return fmt.Errorf("take back what was under way: %w", err)
		}
	}
	return nil
}

// worker makes River's client for one Run.
func (j *Jobs) worker() (*river.Client[pgx.Tx], error) {
	workers := river.NewWorkers()
	if err := errors.Join(
		river.AddWorkerSafely(workers, &deadlineWorker{j: j}),
		river.AddWorkerSafely(workers, &errandWorker{j: j}),
	); err != nil {
		return nil, err
	}
	queues := map[string]river.QueueConfig{deadlineQueue: {MaxWorkers: deadlineWorkers}}
	j.mu.Lock()
	for kind, e := range j.errands {
		for _, q := range e.Queues {
			queues[queueOf(kind, q)] = river.QueueConfig{MaxWorkers: e.Workers, FetchCooldown: 20 * time.Millisecond}
		}
	}
	j.mu.Unlock()
	return river.NewClient(riverpgxv5.New(j.cfg.Pool), &river.Config{
		ID: j.cfg.Process, Logger: newLog(j.cfg.Log), Workers: workers, Queues: queues,
		JobTimeout: dueWithin, RescueStuckJobsAfter: rescueAfter, SoftStopTimeout: stopWithin,
		CompletedJobRetentionPeriod: keptFor, RetryPolicy: patience{now: j.now},
		Test: testOf(j.cfg.Now), TestOnly: j.cfg.Now != nil,
	})
}

func (j *Jobs) now() time.Time {
	if j.cfg.Now != nil {
		return j.cfg.Now()
	}
	return time.Now()
}

// patience says when a job that failed is tried again.
type patience struct{ now func() time.Time }

// NextRetry implements river.ClientRetryPolicy.
func (p patience) NextRetry(job *rivertype.JobRow) time.Time {
	return p.now().Add(Pause(len(job.Errors)+1, time.Second, 2, 10*time.Minute))
}

// Pause is the wait after so many failures: first, each longer by the factor, never above
// most, and with a tenth of it more or less by chance, so that what failed together does not
// come back together.
func Pause(failures int, first time.Duration, factor float64, most time.Duration) time.Duration {
	d := float64(first)
	for ; failures > 1 && d < float64(most); failures-- {
		d *= factor
	}
	d = min(d, float64(most))
	return time.Duration(d * (0.9 + 0.2*rand.Float64()))
}

// clock is a test's time, to River.
type clock func() time.Time

// Now and NowOrNil implement rivertype.TimeGenerator.
func (c clock) Now() time.Time { return c() }

// NowOrNil says that this time counts, and not the database's.
func (c clock) NowOrNil() *time.Time {
	t := c()
	return &t
}

func testOf(now func() time.Time) river.TestConfig {
	if now == nil {
		return river.TestConfig{}
	}
	return river.TestConfig{Time: clock(now)}
}

// cutOff is the error of a job, but for one that is told to end: it is nobody's fault, and
// the next to run begins with it.
func cutOff(ctx context.Context, err error) error {
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return river.JobSnooze(0)
	}
	return err
}
