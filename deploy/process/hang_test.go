package process

import (
	"context"
	"errors"
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

// A child that lives and is of no use is ended and started anew, one of our own and one
// that was adopted.
func TestHungIsEnded(t *testing.T) {
	t.Parallel()
	dir, crashes := t.TempDir(), make(chan Crash, 10)
	for _, adopted := range []bool{false, true} {
		p, err := Start(t.Context(), stoppable(dir, crashes))
		if err != nil {
			t.Fatal(err)
		}
		if p.Adopted() != adopted {
			t.Fatalf("adopted %v, want %v", p.Adopted(), adopted)
		}
		pid := p.PID()
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		select {
		case c := <-crashes:
			if c.PID != pid || !errors.Is(c.Err, ErrHung) {
				t.Errorf("crash %+v of pid %d", c, pid)
			}
		case <-time.After(patience):
			t.Fatal("nobody saw that it hangs")
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
