package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

const patience = 20 * time.Second

// TestMain lets the test's own program play the service that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("SANSHENG_TEST_SERVICE"); dir != "" {
		p, err := Start(context.Background(), sleeper(dir))
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("pid", p.PID())
		select {}
	}
	goleak.VerifyTestMain(m)
}

func sleeper(dir string) Spec {
	return Spec{
		Name: "sleeper", Dir: dir, Mark: "a", Backoff: time.Millisecond,
		Command: func() *exec.Cmd { return exec.Command("sleep", "1000") },
	}
}

func start(t *testing.T, s Spec) *Process {
	t.Helper()
	p, err := Start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func running(pid int) bool {
	st, err := readStat(pid)
	return err == nil && st.state != 'Z'
}

// A service killed with -9 leaves its child; the next one adopts and ends it.
func TestAdoptAfterServiceIsKilled(t *testing.T) {
	dir := t.TempDir()
	service := exec.Command(os.Args[0])
	service.Env = append(os.Environ(), "SANSHENG_TEST_SERVICE="+dir)
	out, err := service.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := service.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscanf(line, "pid %d", &pid); err != nil {
		t.Fatalf("service said %q", line)
	}

	// While it lives the folder is its own.
	_, err = Start(t.Context(), sleeper(dir))
	var owned *OwnedError
	if !errors.As(err, &owned) || owned.PID != service.Process.Pid {
		t.Errorf("second service: %v, want that process %d owns the folder", err, service.Process.Pid)
	}

	if err := service.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = service.Wait()
	if !running(pid) {
		t.Fatal("the child died with its service")
	}
	p := start(t, sleeper(dir))
	if !p.Adopted() || p.PID() != pid {
		t.Errorf("adopted %v, pid %d, want %d", p.Adopted(), p.PID(), pid)
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	if running(pid) {
		t.Error("the adopted child is still there after Stop")
	}
	if _, err := os.Stat(pidFile(dir)); err == nil {
		t.Error("the pid file is still there after Stop")
	}
}

// A death is seen and repaired.
func TestCrashIsReportedAndRepaired(t *testing.T) {
	repaired(t, syscall.SIGKILL, func(dir string, crashes chan<- Crash) Spec {
		spec := sleeper(dir)
		spec.OnCrash = func(c Crash) { crashes <- c }
		return spec
	}, func(err error) bool { return err != nil })
}

// repaired harms a child of our own, and an adopted one, by a signal: each time the crash is
// told, with an error that why takes, and another child is there in its place.
func repaired(t *testing.T, harm syscall.Signal, spec func(dir string, crashes chan<- Crash) Spec, why func(error) bool) {
	t.Helper()
	dir, crashes := t.TempDir(), make(chan Crash, 10)
	for _, adopted := range []bool{false, true} {
		p, err := Start(t.Context(), spec(dir, crashes))
		if err != nil {
			t.Fatal(err)
		}
		if p.Adopted() != adopted {
			t.Fatalf("adopted %v, want %v", p.Adopted(), adopted)
		}
		pid := p.PID()
		if err := syscall.Kill(pid, harm); err != nil {
			t.Fatal(err)
		}
		select {
		case c := <-crashes:
			if c.PID != pid || c.Count != 1 || !why(c.Err) {
				t.Errorf("crash %+v of pid %d", c, pid)
			}
		case <-time.After(patience):
			t.Fatal("nobody saw it")
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		if err := p.WaitReady(ctx); err != nil {
			t.Fatal(err)
		}
		cancel()
		if now := p.PID(); now == pid || !running(now) || running(pid) {
			t.Errorf("pid %d after %d, which runs: %t", now, pid, running(pid))
		}
		if adopted {
			err = p.Stop()
		} else {
			err = p.Release()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Restarts that fail are reported too, and wait longer each time.
func TestBackoffGrows(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken")
	crashes := make(chan Crash, 10)
	spec := sleeper(dir)
	spec.Backoff, spec.BackoffMost = time.Millisecond, 5*time.Millisecond
	spec.OnCrash = func(c Crash) {
		select {
		case crashes <- c:
		default:
		}
	}
	spec.Before = func(context.Context) error {
		if _, err := os.Stat(broken); err == nil {
			return errors.New("broken")
		}
		return nil
	}
	p := start(t, spec)
	if err := os.WriteFile(broken, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(p.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for n, want := range []time.Duration{1, 2, 4, 5, 5} {
		select {
		case c := <-crashes:
			if c.Count != n+1 || c.RestartIn != want*time.Millisecond {
				t.Errorf("crash %+v, want count %d, restart in %d ms", c, n+1, want)
			}
			if n > 0 && (c.PID != 0 || !strings.Contains(c.Err.Error(), "broken")) {
				t.Errorf("failed restart: %+v", c)
			}
		case <-time.After(patience):
			t.Fatal("no report")
		}
	}
	if p.PID() != 0 {
		t.Error("it has a pid while down")
	}
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := p.WaitReady(ctx); err != nil {
		t.Error(err)
	}
}

// What does not listen to the orderly signal is ended by force.
func TestStopByForce(t *testing.T) {
	spec := sleeper(t.TempDir())
	spec.StopWithin = 50 * time.Millisecond
	ready := filepath.Join(spec.Dir, "ready")
	spec.Command = func() *exec.Cmd {
		return exec.Command("/bin/sh", "-c", `trap "" TERM; : >"$0"; while :; do sleep 1000; done`, ready)
	}
	spec.Ready = func(context.Context) error { _, err := os.Stat(ready); return err }
	p := start(t, spec)
	pid := p.PID()
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	if running(pid) {
		t.Error("it is still there")
	}
}

// A child that ends at its start is an error with its last words, at once.
func TestStartFails(t *testing.T) {
	spec := sleeper(t.TempDir())
	spec.Command = func() *exec.Cmd { return exec.Command("/bin/sh", "-c", "echo no such disk >&2; exit 3") }
	spec.Ready = func(context.Context) error { return errors.New("not yet") }
	_, err := Start(t.Context(), spec)
	if err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.Contains(err.Error(), "no such disk") {
		t.Errorf("got %v", err)
	}
	// The folder is free again.
	lock, err := LockDir(spec.Dir)
	if err != nil {
		t.Fatal(err)
	}
	lock.Release()
}

// left is a child that whoever started it has left running.
func left(t *testing.T, dir string) (pid int) {
	t.Helper()
	first, err := Start(t.Context(), sleeper(dir))
	if err != nil {
		t.Fatal(err)
	}
	pid = first.PID()
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	return pid
}

// Another mark means another child; a pid that has passed to somebody else is
// left alone.
func TestNotAdopted(t *testing.T) {
	dir := t.TempDir()
	pid := left(t, dir)
	other := sleeper(dir)
	other.Mark = "b"
	second := start(t, other)
	if second.Adopted() || running(pid) {
		t.Errorf("adopted %v, the old one runs %v", second.Adopted(), running(pid))
	}
	if err := second.Stop(); err != nil {
		t.Fatal(err)
	}

	bystander := exec.Command("sleep", "1000")
	if err := bystander.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = bystander.Process.Kill(); _ = bystander.Wait() }()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", bystander.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	st, err := parseStat(string(stat))
	if err != nil {
		t.Fatal(err)
	}
	stale := strings.Replace(string(stat), fmt.Sprintf(" %d ", st.start), fmt.Sprintf(" %d ", st.start-1), 1)
	if err := os.WriteFile(pidFile(dir), []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	third := start(t, sleeper(dir))
	if third.Adopted() {
		t.Error("a stranger was adopted")
	}
	if err := third.Stop(); err != nil {
		t.Fatal(err)
	}
	if !running(bystander.Process.Pid) {
		t.Error("a stranger was ended")
	}
}

// A clock that is set forward, as by a time service that comes late, makes the pid file
// look older than the boot: the child is adopted all the same. One that was written in
// another boot speaks of nobody.
func TestAdoptAfterClockWasSet(t *testing.T) {
	dir := t.TempDir()
	pid := left(t, dir)
	old := bootTime().Add(-time.Hour)
	if err := os.Chtimes(pidFile(dir), old, old); err != nil {
		t.Fatal(err)
	}
	second := start(t, sleeper(dir))
	if !second.Adopted() || second.PID() != pid {
		t.Errorf("adopted %v, pid %d, want %d", second.Adopted(), second.PID(), pid)
	}

	written, err := os.ReadFile(pidFile(dir))
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(string(written), bootID(), "00000000-0000-4000-8000-000000000000", 1)
	if other == string(written) {
		t.Fatalf("pid file %q does not name the boot", written)
	}
	stranger := t.TempDir()
	if err := os.WriteFile(pidFile(stranger), []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	if id, err := readPID(stranger); err == nil {
		t.Errorf("a file of another boot speaks of %+v", id)
	}
}

func TestSocketDir(t *testing.T) {
	short := t.TempDir()
	if dir, err := SocketDir(short, "x.ctl", nil); err != nil || dir != filepath.Join(short, "run") {
		t.Errorf("%s, %v", dir, err)
	}
	long := filepath.Join(short, strings.Repeat("long/", 20))
	dir, err := SocketDir(long, "x.ctl", nil)
	if err != nil || len(dir)+len("/x.ctl") > socketNameMost {
		t.Fatalf("%s, %v", dir, err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if again, err := SocketDir(long, "x.ctl", nil); err != nil || again != dir {
		t.Errorf("again %s, %v; want %s", again, err, dir)
	}
	// Somebody else's folder, or a link put there, is not used.
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(short, dir); err != nil {
		t.Fatal(err)
	}
	if _, err := SocketDir(long, "x.ctl", nil); err == nil {
		t.Error("a link in its place was followed")
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add("1 (sh) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 100 10")
	f.Add("7 (a) b) c) Z 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 9 100 10")
	f.Add(")")
	f.Add(")\x00 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0")
	f.Fuzz(func(t *testing.T, s string) {
		st, err := parseStat(s)
		if err == nil && st.state == 0 {
			t.Errorf("%q: no state and no error", s)
		}
	})
}
