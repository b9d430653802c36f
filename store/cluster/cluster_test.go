package cluster

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"sansheng/deploy/debian"
	"sansheng/deploy/process"
)

const patience = time.Minute

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func begin(t *testing.T, c Config) *Instance {
	t.Helper()
	i, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = i.Stop() }) // does nothing once it was released or stopped
	return i
}

func connect(t *testing.T, i *Instance) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), i.DSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func count(t *testing.T, i *Instance) (n int) {
	t.Helper()
	if err := connect(t, i).QueryRow(t.Context(), "SELECT count(*) FROM fact").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// One cluster through its life: made, left by a dead service, adopted, killed,
// repaired, stopped, and started past the traces of a crash. What was committed
// is always there.
func TestLife(t *testing.T) {
	crashes := make(chan process.Crash, 100)
	c := Config{Data: t.TempDir(), OnCrash: func(c process.Crash) { crashes <- c }}
	// An initdb that was interrupted left this.
	if err := os.MkdirAll(filepath.Join(c.Data, "base.half/global"), 0o700); err != nil {
		t.Fatal(err)
	}
	first := begin(t, c)
	conn := connect(t, first)
	for name, want := range map[string]string{
		"data_checksums": "on", "listen_addresses": "", "synchronous_commit": "on", "fsync": "on", "server_encoding": "UTF8",
	} {
		var got string
		if err := conn.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", name, got, err, want)
		}
	}
	if _, err := conn.Exec(t.Context(), "CREATE TABLE fact (id int); INSERT INTO fact VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	pid := first.PID()
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}

	second := begin(t, c)
	if !second.Adopted() || second.PID() != pid || count(t, second) != 1 {
		t.Errorf("adopted %v, pid %d, want %d", second.Adopted(), second.PID(), pid)
	}
	if _, err := connect(t, second).Exec(t.Context(), "INSERT INTO fact VALUES (2)"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case crash := <-crashes:
		if crash.PID != pid {
			t.Errorf("crash of %d, want %d", crash.PID, pid)
		}
	case <-time.After(patience):
		t.Fatal("the crash was not reported")
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := second.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	if n := count(t, second); n != 2 {
		t.Errorf("%d facts after the crash, want 2", n)
	}
	if err := second.Stop(); err != nil {
		t.Fatal(err)
	}

	// A pid file whose pid has passed to another program of the same account.
	stranger := exec.Command("sleep", "1000")
	stranger.SysProcAttr = second.account.Attr()
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stranger.Process.Kill(); _ = stranger.Wait() }()
	stale := filepath.Join(c.Data, "base/postmaster.pid")
	text := fmt.Sprintf("%d\n%s\n1700000000\n5432\n%s\n\n  1   999999\nready\n", stranger.Process.Pid, second.dir(), second.SocketDir)
	if err := os.WriteFile(stale, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := second.account.Own(stale); err != nil {
		t.Fatal(err)
	}
	third := begin(t, c)
	if n := count(t, third); n != 2 {
		t.Errorf("%d facts after a start past a stale pid file, want 2", n)
	}
	if err := third.Stop(); err != nil {
		t.Fatal(err)
	}
	if running := third.PID(); running != 0 {
		t.Errorf("pid %d after Stop", running)
	}
}

// The unpacked packages make and run a cluster, also in a folder whose name is
// too long for a socket.
func TestUnpackedTree(t *testing.T) {
	data := filepath.Join(t.TempDir(), strings.Repeat("long folder/", 8))
	i := begin(t, Config{Data: data, Finder: debian.Finder{Unpack: true}})
	defer func() {
		if err := i.Stop(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(i.SocketDir); err == nil {
			t.Errorf("%s is left behind", i.SocketDir)
		}
	}()
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", i.PID()))
	if err != nil || !strings.HasPrefix(exe, i.tree.Root) {
		t.Errorf("the server is %s, %v; want one of %s", exe, err, i.tree.Root)
	}
	var zone string
	if err := connect(t, i).QueryRow(t.Context(), "SELECT now() AT TIME ZONE 'Asia/Shanghai' || ''").Scan(&zone); err != nil {
		t.Error(err)
	}
}

// A second service is told who has the cluster.
func TestOwned(t *testing.T) {
	c := Config{Data: t.TempDir()}
	i := begin(t, c)
	defer func() {
		if err := i.Stop(); err != nil {
			t.Error(err)
		}
	}()
	_, err := Start(t.Context(), c)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("got %v", err)
	}
}
