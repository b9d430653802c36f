package store

import (
	"testing"
)

func TestMigrations(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Config{URL: newDatabase(t, "")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	applied := func() (n, all int) {
		list, err := s.Migrations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			if m.Applied {
				n++
			}
		}
		return n, len(list)
	}
	tables := func() (n int) {
		const count = `SELECT count(*) FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
			WHERE s.nspname = 'public' AND c.relkind IN ('r', 'i', 'S') AND c.relname NOT LIKE 'goose%'`
		if err := s.pool.QueryRow(t.Context(), count).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	functions := func() (n int) {
		const count = `SELECT count(*) FROM pg_proc p JOIN pg_namespace s ON s.oid = p.pronamespace WHERE s.nspname = 'public'`
		if err := s.pool.QueryRow(t.Context(), count).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n, all := applied(); n != 0 || all == 0 {
		t.Fatalf("fresh database: %d of %d migrations applied", n, all)
	}
	for round := range 2 {
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n, all := applied(); n != all {
			t.Fatalf("round %d up: %d of %d applied", round, n, all)
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatalf("up twice: %v", err)
		}
		if err := s.MigrateDown(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		if n, all := applied(); n != all-1 {
			t.Fatalf("round %d one down: %d of %d applied", round, n, all)
		}
		if err := s.MigrateDown(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		if n, _ := applied(); n != 0 || tables() != 0 || functions() != 0 {
			t.Fatalf("round %d down: %d applied, %d tables, %d functions left", round, n, tables(), functions())
		}
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Two programs that start at once both find the tables made.
func TestMigrateTogether(t *testing.T) {
	t.Parallel()
	url := newDatabase(t, "")
	errC := make(chan error, 3)
	for range cap(errC) {
		s, err := Open(t.Context(), Config{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		go func() { errC <- s.Migrate(t.Context()) }()
	}
	for range cap(errC) {
		if err := <-errC; err != nil {
			t.Error(err)
		}
	}
}

// A migration that the database gives up to end a deadlock with somebody who reads is
// made again.
func TestMigrateDeadlock(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	// Back to where migration 10 changes three tables one after the other.
	for at := 10; at >= 10; {
		if err := s.pool.QueryRow(t.Context(), "SELECT max(version_id) - 1 FROM goose_db_version").Scan(&at); err != nil {
			t.Fatal(err)
		}
		if err := s.MigrateDown(t.Context(), false); err != nil {
			t.Fatal(err)
		}
	}
	reader, err := s.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Rollback(t.Context())
	// Whoever looks first for the deadlock in which he is, is given up: not the reader.
	if _, err := reader.Exec(t.Context(), "SET LOCAL deadlock_timeout = '1min'"); err != nil {
		t.Fatal(err)
	}
	read := func(table string) error {
		_, err := reader.Exec(t.Context(), "SELECT count(*) FROM "+table)
		return err
	}
	if err := read("leg"); err != nil {
		t.Fatal(err)
	}
	migratedC := make(chan error, 1)
	go func() { migratedC <- s.Migrate(t.Context()) }()
	const waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'leg'::regclass"
	for n := 0; n == 0; { // until it waits for the reader; it holds offer by then
		if err := s.pool.QueryRow(t.Context(), waits).Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	if err := read("offer"); err != nil {
		t.Fatalf("the database has given the reader up, not the migration: %v", err)
	}
	if err := reader.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-migratedC; err != nil {
		t.Error(err)
	}
}
