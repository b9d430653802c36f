package fault

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sansheng/pbx/pbxtest"
	"sansheng/store"
	"sansheng/store/cluster"
)

// A real database through all its faults, one after the other.
func TestPostgres(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "fault")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	start, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	i, err := cluster.Start(start, cluster.Config{Data: filepath.Join(dir, "postgres")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := i.Stop(); err != nil {
			t.Error(err)
		}
	})
	s, err := store.Open(start, store.Config{URL: i.DSN})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Migrate(start); err != nil {
		t.Fatal(err)
	}
	p := Postgres{Dir: filepath.Join(dir, "postgres")}
	if pid, err := p.PID(); err != nil || pid != i.PID() {
		t.Fatalf("pid %d, %v: want %d", pid, err, i.PID())
	}
	// count asks on a connection that was there before the fault and on a new one.
	old, err := pgx.Connect(start, i.DSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = old.Close(context.Background()) })
	count := func(conn *pgx.Conn, within time.Duration) error {
		ctx, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		if conn == nil {
			var err error
			if conn, err = pgx.Connect(ctx, i.DSN); err != nil {
				return err
			}
			defer func() { _ = conn.Close(context.Background()) }()
		}
		var n int
		return conn.QueryRow(ctx, "SELECT count(*) FROM call").Scan(&n)
	}
	if err := errors.Join(count(old, pbxtest.Deadline), count(nil, pbxtest.Deadline)); err != nil {
		t.Fatal(err)
	}

	t.Run("lock", func(t *testing.T) {
		release, err := LockTables(pbxtest.Context(t), i.DSN)
		if err != nil {
			t.Fatal(err)
		}
		if err := count(nil, 300*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while locked: %v", err)
		}
		if err := release(); err != nil {
			t.Error(err)
		}
		if err := count(nil, pbxtest.Deadline); err != nil {
			t.Error(err)
		}
	})
	t.Run("freeze", func(t *testing.T) {
		if err := p.Freeze(); err != nil {
			t.Fatal(err)
		}
		if err := count(nil, 300*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a new connection while frozen: %v", err)
		}
		answered := make(chan error, 1)
		go func() { answered <- count(old, pbxtest.Deadline) }()
		select {
		case err := <-answered:
			t.Errorf("an old connection while frozen: %v", err)
		case <-time.After(300 * time.Millisecond):
		}
		if err := p.Thaw(); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(<-answered, count(nil, pbxtest.Deadline)); err != nil {
			t.Errorf("after the thaw: %v", err)
		}
	})
	t.Run("stop", func(t *testing.T) {
		pid := i.PID()
		release, err := p.Stop(pbxtest.Context(t))
		if err != nil {
			t.Fatal(err)
		}
		// It is tried again after 200 and 400 ms, in vain.
		down, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		pbxtest.Eventually(t, "the watcher to see it", func() bool { return i.PID() != pid })
		if err := i.WaitReady(down); err == nil {
			t.Error("it is up although it is held down")
		}
		if err := count(nil, time.Second); err == nil {
			t.Error("an answer from a stopped database")
		}
		for range 2 {
			if err := release(); err != nil {
				t.Error(err)
			}
		}
		if err := i.WaitReady(pbxtest.Context(t)); err != nil {
			t.Fatal(err)
		}
		if err := count(nil, pbxtest.Deadline); err != nil {
			t.Error(err)
		}
	})
}
