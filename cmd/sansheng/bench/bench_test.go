package bench

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sansheng/store"
	"sansheng/store/cluster"
)

func open(t *testing.T, pg *cluster.Instance, name string) *store.Store {
	t.Helper()
	admin, err := pgx.Connect(t.Context(), pg.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(t.Context())
	if _, err := admin.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Config{URL: strings.Replace(pg.DSN, "/sansheng?", "/"+name+"?", 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// sums are hashes of all rows of the tables that are filled.
func sums(t *testing.T, s *store.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, table := range order {
		h := sha256.New()
		n := 0
		rows, err := s.Pool().Query(t.Context(), fmt.Sprintf("SELECT (to_jsonb(x) - 'id')::text FROM %s x ORDER BY 1", table))
		if err != nil {
			t.Fatal(err)
		}
		var text string
		if _, err := pgx.ForEachRow(rows, []any{&text}, func() error { n++; fmt.Fprintln(h, text); return nil }); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			t.Errorf("%s is empty", table)
		}
		all[table] = fmt.Sprintf("%d %x", n, h.Sum(nil))
	}
	return all
}

// What is generated keeps the database's rules, is the same again for the same seed, and has
// something on each page.
func TestSeed(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "bench-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL runs as another account
		t.Fatal(err)
	}
	pg, err := cluster.Start(t.Context(), cluster.Config{Data: filepath.Join(dir, "pg")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	cfg := Config{Calls: 6000, Seed: 7, Until: time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)}
	told := 0
	cfg.Progress = func(n int) { told = n }
	one, two, other := open(t, pg, "one"), open(t, pg, "two"), open(t, pg, "other")
	for s, seed := range map[*store.Store]uint64{one: 7, two: 7, other: 8} {
		cfg.Seed = seed
		if err := Seed(t.Context(), s, cfg); err != nil {
			t.Fatal(err)
		}
	}
	if told != cfg.Calls {
		t.Errorf("told of %d calls, want %d", told, cfg.Calls)
	}
	first, second, third := sums(t, one), sums(t, two), sums(t, other)
	for table, sum := range first {
		if second[table] != sum {
			t.Errorf("%s: %s, and again %s", table, sum, second[table])
		}
		if third[table] == sum && table != "agent_state" {
			t.Errorf("%s does not depend on the seed", table)
		}
	}
	if err := Seed(t.Context(), one, cfg); err == nil || !strings.Contains(err.Error(), "allowed: an empty one") {
		t.Errorf("a second time: %v", err)
	}
	sound(t, one)
	list, err := Pages(t.Context(), one, 1, 40, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if p.Rows == 0 || p.P50 <= 0 || p.P99 < p.P50 || p.Most < p.P99 || p.Runs != 40 {
			t.Errorf("%+v", p)
		}
	}
	if _, err := Pages(context.Background(), open(t, pg, "none"), 1, 1, 1); err == nil || !strings.Contains(err.Error(), "bench seed") {
		t.Errorf("pages of nothing: %v", err)
	}
}

// sound checks what COPY did not: the references, that the indexes are back, and that acts
// are numbered without gaps.
func sound(t *testing.T, s *store.Store) {
	t.Helper()
	rows, err := s.Pool().Query(t.Context(), `SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace`)
	if err != nil {
		t.Fatal(err)
	}
	type key struct{ Table, Name string }
	keys, err := pgx.CollectRows(rows, pgx.RowToStructByPos[key])
	if err != nil || len(keys) < 10 {
		t.Fatalf("%d references, %v", len(keys), err)
	}
	for _, k := range keys {
		err := pgx.BeginFunc(t.Context(), s.Pool(), func(tx pgx.Tx) error {
			var def string
			if err := tx.QueryRow(t.Context(), "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1 AND conrelid = $2::regclass", k.Name, k.Table).Scan(&def); err != nil {
				return err
			}
			_, err := tx.Exec(t.Context(), fmt.Sprintf("ALTER TABLE %s DROP CONSTRAINT %s, ADD CONSTRAINT %s %s", k.Table, k.Name, k.Name, def))
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", k.Name, err)
		}
	}
	for question, want := range map[string]int{
		"SELECT count(*) FROM pg_indexes WHERE indexname IN ('call_by_company', 'ticket_by_call', 'seal_of_call')":                   3,
		"SELECT count(*) FROM act HAVING count(*) <> max(seq) OR max(seq) <> (SELECT last FROM counter WHERE name = 'outbox')":       0,
		"SELECT count(*) FROM ticket WHERE facts <> (SELECT count(*) FROM act WHERE ticket_id = ticket.id AND follow_up_id IS NULL)": 0,
	} {
		var n int
		err := s.Pool().QueryRow(t.Context(), "SELECT coalesce(("+question+"), 0)").Scan(&n)
		if err != nil || n != want {
			t.Errorf("%s: %d, want %d, %v", question, n, want, err)
		}
	}
}
