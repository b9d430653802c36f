// Package fault breaks the parts of a private stack in the ways a drill needs:
// processes are killed, frozen and starved of files, disks are full, clocks
// jump, a journal's files are damaged, a database is away, stuck or locked.
//
// # Ownership and order
//
// A fault that lasts is a value with a way back, or a function that ends it; the
// way back may be taken more than once. Nothing here runs in the background.
// Everything takes effect before the call returns, but for a clock, which
// the process notices within a second.
//
// # Failure
//
// What this machine does not allow is ErrUnsupported, with the reason; nothing
// has been changed then. A process that is gone is os.ErrProcessDone. The way
// back from a fault whose process has died is no error: it took the fault with
// it.
package fault

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrUnsupported is wrapped by the error of a fault this machine does not allow.
var ErrUnsupported = errors.New("not possible on this machine")

// Signal sends a signal to one process.
func Signal(pid int, s unix.Signal) error {
	if pid <= 1 {
		return fmt.Errorf("send %s: pid %d is nobody's to break", unix.SignalName(s), pid)
	}
	if err := unix.Kill(pid, s); err != nil {
		if errors.Is(err, unix.ESRCH) {
			err = os.ErrProcessDone
		}
		return fmt.Errorf("send %s to process %d: %w", unix.SignalName(s), pid, err)
	}
	return nil
}

// Freeze stops a process until Thaw; it does not know.
func Freeze(pid int) error { return Signal(pid, unix.SIGSTOP) }

// Thaw lets a frozen process run on.
func Thaw(pid int) error { return Signal(pid, unix.SIGCONT) }

// Kill ends a process without a word.
func Kill(pid int) error { return Signal(pid, unix.SIGKILL) }

// ServerPID is the process id of the server whose data folder is dir: a private
// switch or database (deploy/process).
func ServerPID(dir string) (int, error) {
	b, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		return 0, fmt.Errorf("find server: %w", err)
	}
	return livePID(filepath.Join(dir, "pid"), b)
}

// livePID reads the number at the beginning of a pid file.
func livePID(name string, b []byte) (int, error) {
	word, _, _ := bytes.Cut(bytes.TrimSpace(b), []byte{'\n'})
	word, _, _ = bytes.Cut(word, []byte{' '})
	pid, err := strconv.Atoi(string(word))
	if err != nil || pid <= 1 {
		return 0, fmt.Errorf("find server: %s: %q is no process id", name, word)
	}
	if err := unix.Kill(pid, 0); errors.Is(err, unix.ESRCH) {
		return 0, fmt.Errorf("find server: process %d of %s: %w", pid, name, os.ErrProcessDone)
	}
	return pid, nil
}

// children are the processes whose parent is one of those given, by /proc.
func children(of map[int]bool) ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	var found []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || of[pid] {
			continue
		}
		b, err := os.ReadFile(filepath.Join("/proc", e.Name(), "stat"))
		if err != nil {
			continue // gone meanwhile
		}
		// pid (name) state parent …; the name may hold anything.
		_, rest, ok := strings.Cut(string(b[bytes.LastIndexByte(b, ')')+1:]), " ")
		f := strings.Fields(rest)
		if !ok || len(f) < 2 {
			continue
		}
		if parent, err := strconv.Atoi(f[1]); err == nil && of[parent] {
			found = append(found, pid)
		}
	}
	return found, nil
}
