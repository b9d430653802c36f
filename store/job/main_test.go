package job_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"sansheng/store"
	"sansheng/store/cluster"
	"sansheng/store/job"
)

// server is the private PostgreSQL of these tests; each has a database of its own.
var server struct {
	admin *pgxpool.Pool
	dsn   string
	count atomic.Int64
}

const template = "template_migrated"

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "job-test-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL runs as another account
		return 1, err
	}
	pg, err := cluster.Start(ctx, cluster.Config{Data: filepath.Join(dir, "pg")})
	if err != nil {
		return 1, err
	}
	server.dsn = pg.DSN
	if server.admin, err = pgxpool.New(ctx, pg.DSN); err == nil {
		if _, err = server.admin.Exec(ctx, "CREATE DATABASE "+template); err == nil {
			if err = migrate(ctx, dsnOf(server.dsn, template)); err == nil {
				code = m.Run()
			}
		}
		server.admin.Close()
	}
	err = errors.Join(err, pg.Stop())
	if code == 0 {
		err = errors.Join(err, goleak.Find())
	}
	return code, err
}

func migrate(ctx context.Context, dsn string) error {
	s, err := store.Open(ctx, store.Config{URL: dsn})
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Migrate(ctx)
}

func dsnOf(dsn, database string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		panic(err) // the cluster's own
	}
	u.Path = "/" + database
	return u.String()
}

// newDatabase is a migrated database with a table of what was done in it.
func newDatabase(t *testing.T) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", server.count.Add(1))
	if _, err := server.admin.Exec(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatal(err)
	}
	dsn := dsnOf(server.dsn, name)
	exec(t, open(t, dsn), "CREATE TABLE did (kind text, id text, due_at timestamptz, who text)")
	return dsn
}

func open(t *testing.T, dsn string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func exec(t *testing.T, pool *pgxpool.Pool, statement string, args ...any) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// count asks for one number.
func count(t *testing.T, pool *pgxpool.Pool, query string, args ...any) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// until waits until a number in the database is what it should be.
func until(t *testing.T, pool *pgxpool.Pool, want int, query string, args ...any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for got := -1; ; {
		if err := pool.QueryRow(ctx, query, args...).Scan(&got); err == nil && got == want {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s: %d, want %d; jobs that are not done:\n%s", query, got, want, undone(t, pool))
		}
	}
}

// undone lists jobs that are not done.
func undone(t *testing.T, pool *pgxpool.Pool) (list string) {
	t.Helper()
	const query = `SELECT coalesce(string_agg(concat_ws(' ', args, state, attempt, attempted_at, scheduled_at, attempted_by, errors), E'\n'), 'none') FROM river_job WHERE finalized_at IS NULL`
	if err := pool.QueryRow(t.Context(), query).Scan(&list); err != nil {
		t.Error(err)
	}
	return list
}

// running has jobs run until stop is called, which waits for their end.
func running(t *testing.T, j *job.Jobs) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	endC := make(chan error, 1)
	go func() { endC <- j.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-endC; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// wall is a clock that a test moves; it goes on by itself.
type wall struct{ ahead atomic.Int64 }

func (w *wall) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

func (w *wall) move(d time.Duration) { w.ahead.Add(int64(d)) }

// set moves it to a time.
func (w *wall) set(at time.Time) { w.ahead.Store(int64(time.Until(at))) }
