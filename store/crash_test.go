package store

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sansheng/cti"
)

// quick is a projector that loses no time in tests and cuts often.
var quick = ProjectorConfig{Batch: 4, Pause: time.Millisecond, MaxPause: 4 * time.Millisecond}

// straight is what a store shows after a projection nothing disturbed.
func straight(t testing.TB, facts []cti.Fact) string {
	t.Helper()
	s := newStore(t)
	if err := s.Replay(t.Context(), "journal", facts...); err != nil {
		t.Fatal(err)
	}
	noFaults(t, s)
	return show(t, s)
}

func journal(t testing.TB, facts []cti.Fact) *FactSource {
	t.Helper()
	src, err := Facts("journal", facts...)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// same compares two shows by their first difference.
func same(t testing.TB, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("line %d differs\n got: %s\nwant: %s", i+1, g[i], w[i])
		}
	}
	t.Fatalf("got %d lines, want %d", len(g), len(w))
}

// The connection to the database breaks at every single write to it in turn,
// before the server gets it and, the fear of every commit, after.
func TestCutAtEveryWrite(t *testing.T) {
	t.Parallel()
	facts := theFacts(t)
	want := straight(t, facts)
	for _, mode := range []fate{cutBefore, cutAfter} {
		t.Run(fmt.Sprintf("mode %d", mode), func(t *testing.T) {
			t.Parallel()
			// Every connection breaks at its own n-th write from the last cut on, n
			// growing, so that each point of a transaction is met and progress is made.
			next, step := int64(3), int64(1)
			c := &chaos{}
			c.onWrite = func(n int64) fate {
				if n < next {
					return spared
				}
				step = step%67 + 1
				next = n + step
				return mode
			}
			url := newDatabase(t, template)
			s := shaky(t, url, c)
			p := s.Projector(journal(t, facts), quick)
			if err := p.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.calm()
			if p.Stats().Retries < 10 {
				t.Errorf("only %d transactions were cut", p.Stats().Retries)
			}
			noFaults(t, s)
			same(t, show(t, s), want)
		})
	}
}

// The process dies after every batch size of work and is started again: each
// life projects a little more, none twice.
func TestKilledAndStarted(t *testing.T) {
	t.Parallel()
	facts := theFacts(t)
	want := straight(t, facts)
	url := newDatabase(t, template)
	lives := 0
	for done := false; !done; lives++ {
		ctx, kill := context.WithCancel(t.Context())
		c := &chaos{}
		s := shaky(t, url, c)
		c.onWrite = func(n int64) fate {
			if n == int64(8+lives%67) { // somewhere between its begin and its second commit
				kill()
				return cutAfter
			}
			return spared
		}
		if err := s.Projector(journal(t, facts), quick).Run(ctx); err != nil {
			t.Fatal(err)
		}
		done = ctx.Err() == nil
		kill()
		s.Close()
		if lives > 1000 {
			t.Fatal("no progress")
		}
	}
	if lives < 5 {
		t.Errorf("only %d lives", lives)
	}
	s, err := Open(t.Context(), Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	noFaults(t, s)
	same(t, show(t, s), want)
}

// An administrator ends the projector's backend again and again.
func TestBackendTerminated(t *testing.T) {
	t.Parallel()
	facts := theFacts(t)
	want := straight(t, facts)
	url := newDatabase(t, template)
	pc, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	database := pc.Database
	c := &chaos{}
	c.onWrite = func(n int64) fate {
		if n%29 != 0 || n > 200 {
			return spared
		}
		const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = $1 AND pid <> pg_backend_pid()`
		if _, err := server.admin.Exec(t.Context(), end, database); err != nil {
			t.Error(err)
		}
		return spared
	}
	s := shaky(t, url, c)
	p := s.Projector(journal(t, facts), quick)
	if err := p.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p.Stats().Retries == 0 {
		t.Error("nothing was terminated")
	}
	c.calm()
	noFaults(t, s)
	same(t, show(t, s), want)
}

// The database is away when the projector starts, and its tables are not made
// when it comes: the projector waits for both and catches up.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	facts := theFacts(t)
	want := straight(t, facts)
	url := newDatabase(t, "")
	c := &chaos{}
	c.down.Store(true)
	s := shaky(t, url, c)
	p := s.Projector(journal(t, facts), quick)
	ended := make(chan error, 1)
	go func() { ended <- p.Run(t.Context()) }()
	refused := func(n uint64) {
		t.Helper()
		err := p.wait(t.Context(), func(s ProjectorStats) bool { return s.Retries >= n })
		if err != nil {
			t.Fatal(err)
		}
	}
	refused(3)
	if p.Stats().Failing == nil {
		t.Error("a projector without database says that all is well")
	}
	c.down.Store(false)
	refused(p.Stats().Retries + 3)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.WaitFor(t.Context(), uint64(len(facts))); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if p.Stats().Failing != nil {
		t.Errorf("still failing: %v", p.Stats().Failing)
	}
	same(t, show(t, s), want)
}

// Two projectors of one journal, as two processes would be.
func TestTwoProjectors(t *testing.T) {
	t.Parallel()
	facts := theFacts(t)
	want := straight(t, facts)
	url := newDatabase(t, template)
	errC := make(chan error, 2)
	var s *Store
	for range cap(errC) {
		s = shaky(t, url, &chaos{})
		p := s.Projector(journal(t, facts), quick)
		go func() { errC <- p.Run(t.Context()) }()
	}
	for range cap(errC) {
		if err := <-errC; err != nil {
			t.Fatal(err)
		}
	}
	noFaults(t, s)
	same(t, show(t, s), want)
}

// A host that dies in the middle of a transaction does not keep its locks: whoever else projects
// goes on. Who only reads may take his time.
func TestDeadHost(t *testing.T) {
	t.Parallel()
	url := newDatabase(t, template)
	open := func(url string) *Store {
		t.Helper()
		s, err := Open(t.Context(), Config{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	}
	dead, s := open(url+"&"+idleGUC+"=500ms"), open(url)
	tx, err := dead.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback(context.Background()) }) // its connection is gone
	if err := dead.lockPlace(t.Context(), tx, "journal"); err != nil {
		t.Fatal(err)
	}
	if err := s.Replay(t.Context(), "journal", firstStory(t)...); err != nil {
		t.Fatal(err)
	}
	noFaults(t, s)
	if _, err := s.Record(t.Context(), "c1"); err != nil {
		t.Error(err)
	}
	idle := func(db interface {
		QueryRow(context.Context, string, ...any) pgx.Row
	}) (set string) {
		t.Helper()
		if err := db.QueryRow(t.Context(), "SHOW "+idleGUC).Scan(&set); err != nil {
			t.Error(err)
		}
		return set
	}
	if set := idle(s.pool); set != "30s" {
		t.Errorf("whoever changes something may wait for %s", set)
	}
	err = s.read(t.Context(), func(tx pgx.Tx) error {
		if set := idle(tx); set != "0" {
			t.Errorf("who reads may wait for %s", set)
		}
		_, err := tx.Exec(t.Context(), "DELETE FROM counter")
		return err
	})
	if err == nil {
		t.Error("who reads can change something")
	}
}
