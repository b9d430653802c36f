package process

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// stoppable is a sleeper that is of use unless it is stopped.
func stoppable(dir string, crashes chan<- Crash) Spec {
	s := sleeper(dir)
	s.OnCrash = func(c Crash) { crashes <- c }
	s.Lives = func(context.Context) error {
		id, err := readPID(dir)
		if err != nil {
			return err
		}
		st, err := readStat(id.PID)
		if err == nil && (st.state == 'T' || st.state == 'Z') {
			err = errors.New("it is stopped, or dead")
		}
		return err
	}
	return s
}

// A child that lives and is of no use is ended and started anew.
func TestHungIsEnded(t *testing.T) {
	t.Parallel()
	repaired(t, syscall.SIGSTOP, stoppable, func(err error) bool { return errors.Is(err, ErrHung) })
}

// One that is of no use any more because it was told to end is given its time: it does not
// hang.
func TestStopIsNoHang(t *testing.T) {
	t.Parallel()
	spec := sleeper(t.TempDir())
	file := func(name string) string { return filepath.Join(spec.Dir, name) }
	there := func(name string) error { _, err := os.Stat(file(name)); return err }
	spec.Command = func() *exec.Cmd {
		return exec.Command("/bin/sh", "-c", `cd "$0"; trap "rm alive; sleep 0.3; : >orderly; exit" TERM; : >alive; while :; do sleep 0.05; done`, spec.Dir)
	}
	spec.Ready = func(context.Context) error { return there("alive") }
	var stopping atomic.Bool
	spec.Lives = func(context.Context) error { // a look that takes as long as one at a switch may
		for began := time.Now(); stopping.Load() && there("alive") == nil && time.Since(began) < time.Second; {
			runtime.Gosched()
		}
		return there("alive")
	}
	p := start(t, spec)
	stopping.Store(true)
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := there("orderly"); err != nil {
		t.Errorf("its end was cut short: %v", err)
	}
}

// Two looks in a row without life are no reason: the third decides.
func TestShortOfBreath(t *testing.T) {
	t.Parallel()
	crashes := make(chan Crash, 10)
	spec := stoppable(t.TempDir(), crashes)
	var looks atomic.Int32
	seenC := make(chan struct{})
	spec.Lives = func(context.Context) error {
		n := looks.Add(1)
		if n == 6 {
			close(seenC)
		}
		if n%hungLooks != 0 {
			return errors.New("busy")
		}
		return nil
	}
	p := start(t, spec)
	pid := p.PID()
	select {
	case <-seenC:
	case <-time.After(patience):
		t.Fatal("nobody looks")
	}
	if len(crashes) > 0 || p.PID() != pid {
		t.Errorf("%d crashes, pid %d, was %d", len(crashes), p.PID(), pid)
	}
}

// One that is found hanging is not waited for: what it had is lost.
func TestHungIsNotAdopted(t *testing.T) {
	t.Parallel()
	dir, crashes := t.TempDir(), make(chan Crash, 10)
	first, err := Start(t.Context(), stoppable(dir, crashes))
	if err != nil {
		t.Fatal(err)
	}
	pid := first.PID()
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for again := stoppable(dir, crashes); again.Lives(t.Context()) == nil; { // the kernel takes its time
		runtime.Gosched()
	}
	again := stoppable(dir, crashes)
	again.Ready = again.Lives
	began := time.Now()
	second := start(t, again)
	if second.Adopted() || running(pid) {
		t.Errorf("adopted %t, the one that hung runs: %t", second.Adopted(), running(pid))
	}
	if took := time.Since(began); took > again.withDefaults().StopWithin {
		t.Errorf("it was waited for: %v", took)
	}
}
