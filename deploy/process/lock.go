package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// OwnedError says that a living service already owns a folder.
type OwnedError struct {
	Dir string
	// PID is the owner's process id, 0 if it has not said so yet.
	PID int
}

func (e *OwnedError) Error() string {
	owner := "another process"
	if e.PID != 0 {
		owner = "process " + strconv.Itoa(e.PID)
		if b, err := os.ReadFile("/proc/" + strconv.Itoa(e.PID) + "/comm"); err == nil {
			owner += " (" + strings.TrimSpace(string(b)) + ")"
		}
	}
	return fmt.Sprintf("lock %s: %s owns it; stop that first, or use another data folder", e.Dir, owner)
}

// Lock is the ownership of a folder. It ends with the process that holds it,
// however that ends, and is not passed on to children.
type Lock struct{ file *os.File }

// LockDir takes ownership of a folder, making it if missing, or returns an
// OwnedError.
func LockDir(dir string) (*Lock, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("lock folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock folder: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer func() { _ = f.Close() }()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", dir, err)
		}
		b := make([]byte, 20)
		n, _ := f.ReadAt(b, 0)
		pid, _ := strconv.Atoi(strings.TrimSpace(string(b[:n])))
		return nil, &OwnedError{Dir: dir, PID: pid}
	}
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return &Lock{f}, nil
}

// Release gives the folder up.
func (l *Lock) Release() {
	if l != nil && l.file != nil {
		// By word: a child that is being born has the file open too, for a moment.
		_ = unix.Flock(int(l.file.Fd()), unix.LOCK_UN)
		_ = l.file.Close()
		l.file = nil
	}
}
