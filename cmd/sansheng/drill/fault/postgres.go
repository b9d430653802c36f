package fault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sys/unix"
)

// Postgres is a private PostgreSQL (store/cluster) and its data folder.
type Postgres struct {
	// Dir is the folder given to store/cluster, as in <data>/postgres.
	Dir string
}

func (p Postgres) base() string { return filepath.Join(p.Dir, "base") }

// PID is the postmaster's process id.
func (p Postgres) PID() (int, error) {
	name := filepath.Join(p.base(), "postmaster.pid")
	b, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return 0, fmt.Errorf("find postgresql: %w", os.ErrProcessDone)
	}
	if err != nil {
		return 0, fmt.Errorf("find postgresql: %w", err)
	}
	return livePID(name, b)
}

// Freeze stops all processes of the server: connections stay open, and nobody
// answers.
func (p Postgres) Freeze() error {
	pid, err := p.PID()
	if err != nil {
		return fmt.Errorf("freeze: %w", err)
	}
	// The postmaster first, so that no further process is born; one that was
	// being born is found by the second look.
	if err := Freeze(pid); err != nil {
		return err
	}
	return errors.Join(eachChild(pid, Freeze), eachChild(pid, Freeze))
}

// Thaw lets a frozen server run on.
func (p Postgres) Thaw() error {
	pid, err := p.PID()
	if err != nil {
		return fmt.Errorf("thaw: %w", err)
	}
	if err := eachChild(pid, Thaw); err != nil {
		return err
	}
	return Thaw(pid)
}

// FullDisk lets no process of the server write to a file, its log of changes among them:
// it breaks down and cannot start, as on a full disk. The returned function gives the
// space back, also to a server that was started meanwhile by one under such a limit.
func (p Postgres) FullDisk() (restore func() error, err error) {
	if err := p.fileLimit(0); err != nil {
		return nil, fmt.Errorf("fill the database's disk: %w", err)
	}
	return func() error {
		if err := p.fileLimit(unix.RLIM_INFINITY); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("give the database its disk back: %w", err)
		}
		return nil
	}, nil
}

func (p Postgres) fileLimit(bytes uint64) error {
	pid, err := p.PID()
	if err != nil {
		return err
	}
	each := func(pid int) error { _, err := FileLimit(pid, bytes); return err }
	return errors.Join(each(pid), eachChild(pid, each), eachChild(pid, each)) // twice: one may be being born
}

func eachChild(pid int, do func(int) error) error {
	found, err := children(map[int]bool{pid: true})
	if err != nil {
		return err
	}
	for _, c := range found {
		if err := do(c); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
	}
	return nil
}

// hold is a line that no PostgreSQL starts with.
const hold = "drill_holds_this_server_down = on\n"

// Stop is PostgreSQL's immediate shutdown, a crash: nothing is written, and the
// next start recovers. Whoever watches the server cannot start it again before
// the returned function has been called; after that it comes back with his next
// attempt. Stop returns when the postmaster is gone.
func (p Postgres) Stop(ctx context.Context) (release func() error, err error) {
	pid, err := p.PID()
	if err != nil {
		return nil, fmt.Errorf("stop: %w", err)
	}
	auto := filepath.Join(p.base(), "postgresql.auto.conf")
	f, err := os.OpenFile(auto, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return nil, fmt.Errorf("stop postgresql: %w", err)
	}
	_, err = f.WriteString(hold)
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("stop postgresql: %w", err)
	}
	release = func() error { return letGo(auto) }
	if err := Signal(pid, unix.SIGQUIT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return nil, errors.Join(err, release())
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for unix.Kill(pid, 0) == nil {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("stop postgresql: %w", ctx.Err()), release())
		}
	}
	return release, nil
}

// letGo takes the line out again.
func letGo(auto string) error {
	b, err := os.ReadFile(auto)
	if err != nil {
		return fmt.Errorf("let postgresql start: %w", err)
	}
	clean := strings.ReplaceAll(string(b), hold, "")
	if clean == string(b) {
		return nil
	}
	if err := os.WriteFile(auto, []byte(clean), 0o600); err != nil {
		return fmt.Errorf("let postgresql start: %w", err)
	}
	return nil
}

// callTables are what every projected fact of a call touches.
var callTables = []string{"projection", "fact", "call", "leg", "offer", "queue_entry"}

// deadlock is PostgreSQL's deadlock_detected.
const deadlock = "40P01"

// LockTables takes the tables of calls for itself alone, as a careless migration
// does: readers and writers wait. It returns when it has them; the returned
// function lets them go. The context bounds the taking only.
func LockTables(ctx context.Context, dsn string) (release func() error, err error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, fmt.Errorf("lock tables: %w", err)
	}
	for {
		_, err := conn.Exec(ctx, "BEGIN; LOCK TABLE "+strings.Join(callTables, ", ")+" IN ACCESS EXCLUSIVE MODE")
		if err == nil {
			break
		}
		// A writer that took the same tables in another order: one of the two had
		// to give way, and it was we.
		if pg := (*pgconn.PgError)(nil); !errors.As(err, &pg) || pg.Code != deadlock {
			return nil, errors.Join(fmt.Errorf("lock tables: %w", err), closeConn(conn))
		}
		if _, err := conn.Exec(ctx, "ROLLBACK"); err != nil {
			return nil, errors.Join(fmt.Errorf("lock tables: %w", err), closeConn(conn))
		}
	}
	return func() error { return closeConn(conn) }, nil
}

// closeConn ends a connection and with it its transaction.
func closeConn(conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := conn.Close(ctx); err != nil {
		return fmt.Errorf("unlock tables: %w", err)
	}
	return nil
}
