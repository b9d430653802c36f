package job_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"sansheng/store/cluster"
	"sansheng/store/job"
)

// newJobs are jobs that write down what they did of the kinds warn and alarm, as who.
func newJobs(t *testing.T, pool *pgxpool.Pool, who string, now func() time.Time) *job.Jobs {
	t.Helper()
	j, err := job.New(job.Config{Pool: pool, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"warn", "alarm"} {
		j.OnDue(kind, func(ctx context.Context, tx pgx.Tx, d job.Deadline) error {
			_, err := tx.Exec(ctx, "INSERT INTO did VALUES ($1, $2, $3, $4)", d.Kind, d.ID, d.At, who)
			return err
		})
	}
	return j
}

// within does something in a transaction.
func within(t *testing.T, pool *pgxpool.Pool, do func(tx pgx.Tx) error) {
	t.Helper()
	if err := pgx.BeginFunc(t.Context(), pool, do); err != nil {
		t.Fatal(err)
	}
}

func set(t *testing.T, pool *pgxpool.Pool, j *job.Jobs, kind, id string, at time.Time) {
	t.Helper()
	within(t, pool, func(tx pgx.Tx) error { return j.Set(t.Context(), tx, kind, id, at) })
}

const idle = "SELECT count(*) FROM river_job WHERE state IN ('available', 'running', 'retryable') OR state = 'scheduled' AND scheduled_at <= $1"

// Of what was set, moved, set twice, taken back and never committed, each is done once, at
// its last time, and not before it.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	pool, w := open(t, newDatabase(t)), &wall{}
	j := newJobs(t, pool, "a", w.now)
	begin := w.now()
	at := func(d time.Duration) time.Time { return begin.Add(d) }
	set(t, pool, j, "warn", "past", at(-time.Hour))
	set(t, pool, j, "warn", "soon", at(time.Hour))
	set(t, pool, j, "alarm", "soon", at(2*time.Hour)) // another kind of the same id
	set(t, pool, j, "warn", "twice", at(time.Hour))
	set(t, pool, j, "warn", "twice", at(time.Hour))
	set(t, pool, j, "warn", "later", at(time.Hour))
	set(t, pool, j, "warn", "later", at(3*time.Hour))
	set(t, pool, j, "warn", "sooner", at(30*time.Hour))
	set(t, pool, j, "warn", "sooner", at(time.Hour))
	set(t, pool, j, "warn", "cancelled", at(time.Hour))
	set(t, pool, j, "warn", "anew", at(time.Hour))
	within(t, pool, func(tx pgx.Tx) error {
		return errors.Join(
			j.Cancel(t.Context(), tx, "warn", "cancelled"), j.Cancel(t.Context(), tx, "warn", "nothing"),
			j.Cancel(t.Context(), tx, "warn", "anew"), j.Set(t.Context(), tx, "warn", "anew", at(3*time.Hour)),
		)
	})
	undone := errors.New("undone")
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		return errors.Join(j.Set(t.Context(), tx, "warn", "undone", at(-time.Hour)), undone)
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	running(t, j)
	did := func(after time.Duration, want int) {
		t.Helper()
		w.set(at(after))
		until(t, pool, want, "SELECT count(*) FROM did")
		until(t, pool, 0, idle, w.now())
		if n := count(t, pool, "SELECT count(*) FROM did"); n != want {
			t.Errorf("after %v %d were done, want %d", after, n, want)
		}
		if n := count(t, pool, "SELECT count(*) FROM did WHERE due_at > $1", w.now()); n != 0 {
			t.Errorf("after %v %d were done before their time", after, n)
		}
	}
	did(0, 1)                       // past
	did(time.Hour+time.Minute, 4)   // soon, twice, sooner
	did(2*time.Hour+time.Minute, 5) // alarm of soon
	did(3*time.Hour+time.Minute, 7) // later, anew
	did(31*time.Hour, 7)
	// What is done stays done, until it is forgotten.
	d, there, err := j.Look(t.Context(), pool, "warn", "soon")
	if err != nil || !there || d.DoneAt.IsZero() || !d.At.Equal(at(time.Hour).Truncate(time.Microsecond)) {
		t.Errorf("%+v %t %v", d, there, err)
	}
	set(t, pool, j, "warn", "soon", at(time.Hour))
	set(t, pool, j, "warn", "twice", at(2*time.Hour))
	within(t, pool, func(tx pgx.Tx) error { return j.Cancel(t.Context(), tx, "warn", "past") })
	set(t, pool, j, "warn", "past", at(-time.Hour))
	did(31*time.Hour, 8)
	if _, there, err := j.Look(t.Context(), pool, "warn", "cancelled"); there || err != nil {
		t.Errorf("the cancelled one is there: %t %v", there, err)
	}
	for _, bad := range [][2]string{{"", "x"}, {"warn", ""}} {
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return j.Set(t.Context(), tx, bad[0], bad[1], begin) })
		if err == nil {
			t.Errorf("%q was set", bad)
		}
	}
}

// Two processes share the work, and nothing is done twice, whatever is set meanwhile.
func TestShared(t *testing.T) {
	t.Parallel()
	dsn := newDatabase(t)
	pool := open(t, dsn)
	a, b := newJobs(t, open(t, dsn), "a", nil), newJobs(t, open(t, dsn), "b", nil)
	now := time.Now().Add(-time.Minute)
	for n := range 100 {
		set(t, pool, a, "warn", fmt.Sprint("before ", n), now)
	}
	running(t, a)
	running(t, b)
	var wg sync.WaitGroup
	for i, j := range []*job.Jobs{a, b} {
		wg.Go(func() { // both set the same
			for n := range 100 {
				err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
					return j.Set(t.Context(), tx, "warn", fmt.Sprint("during ", n), now.Add(time.Duration(i)*time.Second))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	until(t, pool, 200, "SELECT count(DISTINCT id) FROM did")
	until(t, pool, 0, idle, time.Now())
	if n := count(t, pool, "SELECT count(*) FROM did"); n != 200 {
		t.Errorf("%d were done, want 200", n)
	}
	if n := count(t, pool, "SELECT count(DISTINCT who) FROM did"); n != 2 {
		t.Errorf("%d of two did something", n)
	}
	// Every job is run once more, as where a process died before it could say that it was done.
	exec(t, pool, "UPDATE river_job SET state = 'available', finalized_at = NULL, scheduled_at = now(), attempt = 0")
	until(t, pool, 0, idle, time.Now())
	if n := count(t, pool, "SELECT count(*) FROM did"); n != 200 {
		t.Errorf("run twice, %d were done, want 200", n)
	}
}

// What fails is tried again, what panics too, and what it wrote before is undone; it is done
// once in the end.
func TestFailing(t *testing.T) {
	t.Parallel()
	pool := open(t, newDatabase(t))
	j := newJobs(t, pool, "a", nil)
	var tries atomic.Int64
	j.OnDue("shaky", func(ctx context.Context, tx pgx.Tx, d job.Deadline) error {
		if _, err := tx.Exec(ctx, "INSERT INTO did VALUES ($1, $2)", d.Kind, d.ID); err != nil {
			return err
		}
		switch tries.Add(1) {
		case 1:
			return errors.New("not now")
		case 2:
			panic("a fault")
		}
		return nil
	})
	set(t, pool, j, "shaky", "x", time.Now())
	running(t, j)
	until(t, pool, 1, "SELECT count(*) FROM deadline WHERE done_at IS NOT NULL")
	if n := count(t, pool, "SELECT count(*) FROM did"); n != 1 || tries.Load() != 3 {
		t.Errorf("%d rows after %d tries", n, tries.Load())
	}
}

// The database is away for an hour while deadlines pass, and the process ends and starts
// anew meanwhile: none is lost, and none done twice.
func TestOutage(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "job-outage-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	start := func() *cluster.Instance {
		pg, err := cluster.Start(t.Context(), cluster.Config{Data: filepath.Join(dir, "pg")})
		if err != nil {
			t.Fatal(err)
		}
		return pg
	}
	pg := start()
	t.Cleanup(func() { _ = pg.Stop() })
	if err := migrate(t.Context(), pg.DSN); err != nil {
		t.Fatal(err)
	}
	pool, w := open(t, pg.DSN), &wall{}
	exec(t, pool, "CREATE TABLE did (kind text, id text, due_at timestamptz, who text)")
	begin := w.now()
	a, b := newJobs(t, open(t, pg.DSN), "a", w.now), newJobs(t, open(t, pg.DSN), "b", w.now)
	for n := range 60 {
		set(t, pool, a, "warn", fmt.Sprint(n), begin.Add(time.Duration(n)*time.Minute))
	}
	stopA := running(t, a)
	running(t, b)
	w.move(10*time.Minute + time.Second)
	until(t, pool, 11, "SELECT count(*) FROM did")
	if err := pg.Stop(); err != nil {
		t.Fatal(err)
	}
	w.move(20 * time.Minute)
	stopA() // returns though nobody answers
	c := newJobs(t, open(t, pg.DSN), "c", w.now)
	running(t, c) // waits for the database
	w.move(30 * time.Minute)
	pg = start()
	until(t, pool, 60, "SELECT count(DISTINCT id) FROM did")
	set(t, pool, a, "warn", "last", begin)
	until(t, pool, 1, "SELECT count(*) FROM did WHERE id = 'last'")
	// Jobs whose end nobody could write down in the outage stand as running, until River sees by
	// its own clock that they are not.
	until(t, pool, 0, "SELECT count(*) FROM river_job WHERE finalized_at IS NULL AND state <> 'running'")
	if n := count(t, pool, "SELECT count(*) FROM did"); n != 61 {
		t.Errorf("%d were done, want 61", n)
	}
}

// Where the work of one queue hangs, that of another goes on; what did not succeed is tried
// again when it said so.
func TestErrands(t *testing.T) {
	t.Parallel()
	pool := open(t, newDatabase(t))
	j := newJobs(t, pool, "a", nil)
	releaseC, quickC := make(chan struct{}), make(chan string, 100)
	var tries atomic.Int64
	j.OnErrand("post", job.Errand{
		Queues: []string{"slow", "quick-1"}, Workers: 2, Within: 30 * time.Second,
		Do: func(ctx context.Context, id string) (time.Duration, error) {
			switch {
			case id == "again" && tries.Add(1) < 3:
				return 10 * time.Millisecond, nil
			case id != "slow":
				quickC <- id
				return 0, nil
			}
			select {
			case <-releaseC:
			case <-ctx.Done():
			}
			return 0, ctx.Err()
		},
	})
	within(t, pool, func(tx pgx.Tx) error {
		var tasks []job.Task
		for range 10 {
			tasks = append(tasks, job.Task{Queue: "slow", ID: "slow"})
		}
		for n := range 20 {
			tasks = append(tasks, job.Task{Queue: "quick-1", ID: fmt.Sprint(n)})
		}
		return j.Send(t.Context(), tx, "post", append(tasks, job.Task{Queue: "quick-1", ID: "again"})...)
	})
	running(t, j)
	did := map[string]bool{}
	for len(did) < 21 {
		select {
		case id := <-quickC:
			if did[id] {
				t.Errorf("%s was done twice", id)
			}
			did[id] = true
		case <-time.After(time.Minute):
			t.Fatalf("only %d were done beside a queue that hangs", len(did))
		}
	}
	if tries.Load() != 3 {
		t.Errorf("it was tried %d times, want 3", tries.Load())
	}
	close(releaseC)
	until(t, pool, 0, idle, time.Now())
}

// Work under way is told to end when Run is to end, and Run waits for it; another one does
// it anew.
func TestStop(t *testing.T) {
	t.Parallel()
	pool := open(t, newDatabase(t))
	beganC, ended := make(chan struct{}), atomic.Bool{}
	hang := func(j *job.Jobs, do func(context.Context) error) {
		j.OnErrand("post", job.Errand{
			Queues: []string{"q"}, Workers: 1, Within: 50 * time.Second,
			Do: func(ctx context.Context, _ string) (time.Duration, error) { return 0, do(ctx) },
		})
	}
	j := newJobs(t, pool, "a", nil)
	hang(j, func(ctx context.Context) error {
		close(beganC)
		<-ctx.Done()
		ended.Store(true)
		return context.Cause(ctx)
	})
	within(t, pool, func(tx pgx.Tx) error { return j.Send(t.Context(), tx, "post", job.Task{Queue: "q", ID: "x"}) })
	stop := running(t, j)
	<-beganC
	if err := j.Run(t.Context()); err == nil {
		t.Error("it runs twice")
	}
	stop()
	if !ended.Load() {
		t.Error("it returned while work was under way")
	}
	doneC := make(chan struct{})
	next := newJobs(t, pool, "b", nil)
	hang(next, func(context.Context) error { close(doneC); return nil })
	running(t, next)
	select {
	case <-doneC:
	case <-time.After(time.Minute):
		t.Fatal("nobody does what was cut off")
	}
}

// A process that has died is started anew: it does at once what it had under way, not what
// another one has, and what is due does not wait for its office to run out.
func TestTakeBack(t *testing.T) {
	t.Parallel()
	pool := open(t, newDatabase(t))
	j, err := job.New(job.Config{Pool: pool, Process: "host-a"})
	if err != nil {
		t.Fatal(err)
	}
	dueC, didC := make(chan struct{}), make(chan string, 10)
	j.OnDue("warn", func(context.Context, pgx.Tx, job.Deadline) error { close(dueC); return nil })
	j.OnErrand("post", job.Errand{
		Queues: []string{"q"}, Workers: 2, Within: 30 * time.Second,
		Do: func(_ context.Context, id string) (time.Duration, error) { didC <- id; return 0, nil },
	})
	within(t, pool, func(tx pgx.Tx) error {
		return j.Send(t.Context(), tx, "post", job.Task{Queue: "q", ID: "host-a"}, job.Task{Queue: "q", ID: "host-b"})
	})
	exec(t, pool, "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now(), attempted_by = ARRAY['host-c', args->>'id']")
	exec(t, pool, "INSERT INTO river_leader (leader_id, elected_at, expires_at) VALUES ('host-a', now(), now() + interval '1 hour')")
	set(t, pool, j, "warn", "soon", time.Now().Add(time.Second))
	running(t, j)
	overC := time.After(time.Minute)
	select {
	case id := <-didC:
		if id != "host-a" {
			t.Errorf("what %s has under way is done", id)
		}
	case <-overC:
		t.Fatalf("what it had under way is not done; jobs:\n%s", undone(t, pool))
	}
	select {
	case <-dueC:
	case <-overC:
		t.Fatalf("what is due is not done; jobs:\n%s", undone(t, pool))
	}
	if n := count(t, pool, "SELECT count(*) FROM river_job WHERE state = 'running' AND args->>'id' = 'host-b'"); n != 1 || len(didC) > 0 {
		t.Errorf("what another process has under way is done: %d of it left", n)
	}
}

func TestPause(t *testing.T) {
	t.Parallel()
	for failures, want := range map[int]time.Duration{1: 5 * time.Second, 2: 15 * time.Second, 3: 45 * time.Second, 8: 2 * time.Hour, 1e9: 2 * time.Hour} {
		low, high := time.Duration(float64(want)*0.9), time.Duration(float64(want)*1.1)
		seen := map[time.Duration]bool{}
		for range 100 {
			d := job.Pause(failures, 5*time.Second, 3, 2*time.Hour)
			if d < low || d > high {
				t.Errorf("after %d failures %v, want %v to %v", failures, d, low, high)
			}
			seen[d] = true
		}
		if len(seen) < 50 {
			t.Errorf("after %d failures only %d different pauses", failures, len(seen))
		}
	}
}

// River's tables are those that this River wants: a later one needs a migration of ours.
func TestRiverVersion(t *testing.T) {
	t.Parallel()
	m, err := rivermigrate.New(riverpgxv5.New(open(t, newDatabase(t))), nil)
	if err != nil {
		t.Fatal(err)
	}
	all := m.AllVersions()
	if last := all[len(all)-1].Version; last != job.Version {
		t.Errorf("River's tables are of version %d, we make version %d", last, job.Version)
	}
	if v, err := m.Validate(t.Context(), &rivermigrate.ValidateOpts{}); err != nil || !v.OK {
		t.Errorf("%+v %v", v, err)
	}
}
