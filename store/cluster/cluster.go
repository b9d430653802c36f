// Package cluster runs a private PostgreSQL in a data folder. It owns the
// folder: the cluster made by initdb, its configuration, its socket.
//
// The server listens on a unix socket in a folder closed to everybody else and
// on no network address; whoever may enter the folder is trusted. It runs apart
// from the service (package deploy/process), outlives its death and is adopted
// by the next Start; as root it runs as another account, since it refuses root.
//
// # Order and failure
//
// Start returns when a connection has been answered. A cluster that initdb did
// not finish is made anew, since nothing was ever in it; a finished one is never
// touched. A crash is reported and the server restarted with growing waits; what
// was committed is there again (synchronous_commit, fsync, checksums). Stop is a
// fast shutdown: open transactions are rolled back.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"sansheng/deploy/debian"
	"sansheng/deploy/process"
)

// Config says where the cluster lies.
type Config struct {
	// Data is the cluster's own folder; it is made if missing.
	Data string
	// OnCrash is told of each end of the server that nobody ordered. It must
	// not block.
	OnCrash func(process.Crash)
	// Finder finds the programs; its zero value is right outside tests.
	Finder debian.Finder
}

// Instance is a running cluster.
type Instance struct {
	// DSN is the URL of the database sansheng, owned by the role in it.
	DSN string
	// SocketDir is the folder the server listens in.
	SocketDir string
	// Version is the server's, as it says it itself.
	Version string

	data    string
	tree    debian.Tree
	account *process.Account
	proc    *process.Process
}

const (
	database = "sansheng"
	role     = "sansheng"
	// port only names the socket: nothing listens on a network.
	port = 5432
)

// Start makes the cluster if it is not there, and adopts or starts its server.
// The context bounds the start only.
func Start(ctx context.Context, c Config) (*Instance, error) {
	i, err := prepare(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("start postgresql: %w", err)
	}
	i.proc, err = process.Start(ctx, process.Spec{
		Name: "postgresql", Dir: i.data, Account: i.account,
		Mark: i.SocketDir + "\n" + i.tree.Root,
		Command: func() *exec.Cmd {
			return i.command(context.Background(), "postgres", "-D", i.dir())
		},
		Before:      i.furnish,
		Ready:       i.ready,
		ReadyWithin: 2 * time.Minute, // recovery after a power cut takes its time
		// SIGINT is PostgreSQL's fast shutdown.
		Stop: syscall.SIGINT, StopWithin: 30 * time.Second,
		OnCrash: c.OnCrash,
	})
	if err != nil {
		return nil, err
	}
	if err := i.makeDatabase(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start postgresql: %w", err), i.proc.Stop())
	}
	return i, nil
}

// prepare finds the programs and lays out the folders.
func prepare(ctx context.Context, c Config) (*Instance, error) {
	if c.Data == "" {
		return nil, errors.New("no data folder")
	}
	data, err := filepath.Abs(c.Data)
	if err != nil {
		return nil, err
	}
	account, err := process.Unprivileged()
	if err != nil {
		return nil, err
	}
	i := &Instance{data: data, account: account}
	if i.tree, err = c.Finder.Find(ctx, debian.PostgreSQL); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(data, 0o755); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	// Whatever the umask: the account passes through to its own folders.
	if err := os.Chmod(data, 0o755); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	if i.SocketDir, err = process.SocketDir(data, ".s.PGSQL.5432.lock", account); err != nil {
		return nil, err
	}
	reach := []string{i.dir()}
	if i.tree.Root != "" {
		reach = append(reach, i.tree.Root)
	}
	for _, path := range reach {
		if err := account.Reach(path); err != nil {
			return nil, err
		}
	}
	i.DSN = i.dsn(database)
	return i, nil
}

func (i *Instance) dir() string { return filepath.Join(i.data, "base") }

func (i *Instance) dsn(db string) string {
	q := url.Values{"host": {i.SocketDir}, "port": {strconv.Itoa(port)}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", User: url.User(role), Path: "/" + db, RawQuery: q.Encode()}).String()
}

// command runs one of PostgreSQL's programs without the locale and settings of
// our environment, as the account.
func (i *Instance) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := i.tree.Command(ctx, name, args...)
	cmd.Env = append([]string{"PATH=/usr/bin:/bin", "HOME=" + i.data, "LC_ALL=C.UTF-8", "TZ=UTC"}, i.tree.Env()...)
	cmd.SysProcAttr = i.account.Attr()
	cmd.Dir = "/"
	return cmd
}

// furnish runs before each start of the server, under the folder's lock.
func (i *Instance) furnish(ctx context.Context) error {
	if err := i.initialize(ctx); err != nil {
		return err
	}
	if err := i.configure(); err != nil {
		return err
	}
	return i.clearStale()
}

// initialize makes the cluster beside its place and moves it there when done.
func (i *Instance) initialize(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(i.dir(), "PG_VERSION")); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look for cluster: %w", err)
	}
	// A folder of its own for each attempt: where a service was killed here, its initdb
	// may still be writing.
	earlier, _ := filepath.Glob(i.dir() + ".half*")
	for _, half := range earlier {
		_ = os.RemoveAll(half) // what is being written to is cleared another time
	}
	half, err := os.MkdirTemp(filepath.Dir(i.dir()), filepath.Base(i.dir())+".half")
	if err != nil {
		return fmt.Errorf("make cluster: %w", err)
	}
	if err := i.account.Own(half); err != nil {
		return err
	}
	// Trusted, since the socket's folder is closed to others.
	out, err := i.command(ctx, "initdb", "-D", half, "-U", role, "--auth=trust", "--data-checksums",
		"--encoding=UTF8", "--locale=C.UTF-8").CombinedOutput()
	if err != nil {
		return fmt.Errorf("make cluster: %w: %s", err, strings.TrimSpace(string(out)))
	}
	if err := os.Rename(half, i.dir()); err != nil {
		return fmt.Errorf("make cluster: %w", err)
	}
	return nil
}

// configure writes what differs from PostgreSQL's defaults. It is a file of its
// own, read last but for postgresql.auto.conf, so that ALTER SYSTEM wins.
func (i *Instance) configure() error {
	quoted := strings.ReplaceAll(i.SocketDir, "'", "''")
	conf := `# Written at each start. Use ALTER SYSTEM for settings of your own.
listen_addresses = ''
unix_socket_directories = '` + quoted + `'
unix_socket_permissions = 0700
port = ` + strconv.Itoa(port) + `
max_connections = 100
shared_buffers = 64MB
# A fact said to be stored is stored.
fsync = on
synchronous_commit = on
full_page_writes = on
max_wal_size = 512MB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
# Statements carry callers' numbers.
log_statement = none
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
`
	own := filepath.Join(i.dir(), "sansheng.conf")
	if err := os.WriteFile(own, []byte(conf), 0o600); err != nil {
		return fmt.Errorf("configure cluster: %w", err)
	}
	if err := i.account.Own(own); err != nil {
		return err
	}
	const include = "\ninclude = 'sansheng.conf'\n"
	main := filepath.Join(i.dir(), "postgresql.conf")
	b, err := os.ReadFile(main)
	if err != nil {
		return fmt.Errorf("configure cluster: %w", err)
	}
	if strings.Contains(string(b), include) {
		return nil
	}
	if err := os.WriteFile(main, append(b, include...), 0o600); err != nil {
		return fmt.Errorf("configure cluster: %w", err)
	}
	return nil
}

func (i *Instance) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, i.dsn("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	return conn.QueryRow(ctx, "SHOW server_version").Scan(&i.Version)
}

func (i *Instance) makeDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, i.dsn("postgres"))
	if err != nil {
		return fmt.Errorf("make database: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database).Scan(&there); err != nil {
		return fmt.Errorf("make database: %w", err)
	}
	if there {
		return nil
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{database}.Sanitize())
	var refused *pgconn.PgError
	if errors.As(err, &refused) && (refused.Code == duplicateDatabase || refused.Code == uniqueViolation) {
		return nil // a service killed a moment ago had asked for it, and the server went on
	}
	if err != nil {
		return fmt.Errorf("make database: %w", err)
	}
	return nil
}

// PostgreSQL's codes for a database that is there, or was made at the same time.
const (
	duplicateDatabase = "42P04"
	uniqueViolation   = "23505"
)

// PID is the server's process id, 0 while it is down.
func (i *Instance) PID() int { return i.proc.PID() }

// Adopted tells that Start found the server running.
func (i *Instance) Adopted() bool { return i.proc.Adopted() }

// WaitReady returns when the server is up, at once or after its restart.
func (i *Instance) WaitReady(ctx context.Context) error { return i.proc.WaitReady(ctx) }

// Stop ends the server in a fast shutdown.
func (i *Instance) Stop() error {
	err := i.proc.Stop()
	if filepath.Dir(i.SocketDir) != i.data {
		_ = os.RemoveAll(i.SocketDir)
	}
	return err
}

// Release leaves the server running for the next Start.
func (i *Instance) Release() error { return i.proc.Release() }
