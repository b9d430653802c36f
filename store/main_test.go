package store

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"sansheng/store/cluster"
)

// server is the private PostgreSQL of this package's tests. Each test has a
// database of its own, copied from a migrated template.
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
	dir, err := os.MkdirTemp("", "store-test-")
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
		if err = errors.Join(hurry(ctx), makeTemplate(ctx)); err == nil {
			code = m.Run()
		}
		server.admin.Close()
	}
	err = errors.Join(err, pg.Stop())
	if code == 0 {
		err = errors.Join(err, goleak.Find())
	}
	return code, err
}

// hurry spares tests the disk: they are about connections and processes that
// die, not about power. Benchmarks have the disk. Random lives are few unless
// the command line says how many.
func hurry(ctx context.Context) error {
	flag.Parse()
	checks := false
	flag.Visit(func(f *flag.Flag) { checks = checks || f.Name == "rapid.checks" })
	if !checks { // each needs two databases and some lives of a projector
		if err := flag.Set("rapid.checks", "15"); err != nil {
			return err
		}
	}
	if flag.Lookup("test.bench").Value.String() != "" {
		return nil
	}
	for _, statement := range []string{
		"ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()",
	} {
		if _, err := server.admin.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func makeTemplate(ctx context.Context) error {
	if _, err := server.admin.Exec(ctx, "CREATE DATABASE "+template); err != nil {
		return err
	}
	s, err := Open(ctx, Config{URL: dsnOf(template)})
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Migrate(ctx)
}

// dsnOf is the URL of another database of the server.
func dsnOf(name string) string {
	u, err := url.Parse(server.dsn)
	if err != nil {
		panic(err) // the cluster's own
	}
	u.Path = "/" + name
	return u.String()
}

// newDatabase makes an empty database, with or without tables, and answers its URL.
func newDatabase(t testing.TB, from string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", server.count.Add(1))
	create := "CREATE DATABASE " + name
	if from != "" {
		create += " TEMPLATE " + from + ""
	}
	if _, err := server.admin.Exec(t.Context(), create); err != nil {
		t.Fatal(err)
	}
	return dsnOf(name)
}

// newStore is a store on a database of its own.
func newStore(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{URL: newDatabase(t, template)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// shaky makes a store whose connections are under the test's control: each
// dial and each write asks the chaos first.
func shaky(t testing.TB, url string, c *chaos) *Store {
	t.Helper()
	pc, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	pc.MaxConns = 2
	dial := pc.ConnConfig.DialFunc
	pc.ConnConfig.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if c.down.Load() {
			return nil, errors.New("database away")
		}
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &shakyConn{Conn: conn, chaos: c}, nil
	}
	s, err := openPool(t.Context(), pc, Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// chaos breaks connections.
type chaos struct {
	// down refuses new connections.
	down atomic.Bool
	// mu guards the two below: connections write at the same time.
	mu sync.Mutex
	// writes counts; onWrite says what
	// befalls the n-th one.
	writes  int64
	onWrite func(n int64) fate
}

func (c *chaos) write() fate {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes++
	if c.onWrite == nil {
		return spared
	}
	return c.onWrite(c.writes)
}

// calm lets everything pass from now on.
func (c *chaos) calm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onWrite = nil
}

type fate int

const (
	spared fate = iota
	cutBefore
	// cutAfter: the server gets it, its answer is lost: what a commit fears.
	cutAfter
)

type shakyConn struct {
	net.Conn
	chaos *chaos
}

var errCut = errors.New("connection cut")

func (c *shakyConn) Write(b []byte) (int, error) {
	what := c.chaos.write()
	if what == cutBefore {
		c.Close()
		return 0, errCut
	}
	n, err := c.Conn.Write(b)
	if what == cutAfter {
		c.Close()
	}
	return n, err
}

// exec runs a statement as a superuser who has switched off the guards.
func tamper(t testing.TB, s *Store, statements ...string) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), s.pool, func(tx pgx.Tx) error {
		for _, q := range append([]string{"SET LOCAL session_replication_role = replica"}, statements...) {
			if _, err := tx.Exec(t.Context(), q); err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
