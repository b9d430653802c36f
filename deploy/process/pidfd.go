package process

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// openPidfd returns a handle on a process that becomes readable when it dies,
// or nil where the kernel has no such thing (before Linux 5.10).
func openPidfd(pid int) *os.File {
	fd, err := unix.PidfdOpen(pid, unix.PIDFD_NONBLOCK)
	if err != nil {
		return nil
	}
	return os.NewFile(uintptr(fd), "pidfd")
}

// waitPidfd parks on the runtime's poller, holding no thread, until the process
// is dead (true) or the context ends (false). ok is false when the handle cannot
// be waited for and another way must be taken.
func waitPidfd(ctx context.Context, f *os.File) (dead, ok bool) {
	if err := f.SetReadDeadline(time.Time{}); err != nil {
		return false, false
	}
	conn, err := f.SyscallConn()
	if err != nil {
		return false, false
	}
	// An ended context wakes the read by moving its deadline into the past.
	stop := context.AfterFunc(ctx, func() { _ = f.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	err = conn.Read(func(fd uintptr) bool {
		p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		for {
			n, err := unix.Poll(p, 0)
			if errors.Is(err, unix.EINTR) {
				continue
			}
			dead = err == nil && n > 0
			return dead
		}
	})
	switch {
	case dead:
		return true, true
	case err != nil && ctx.Err() != nil:
		return false, true
	default:
		return false, false
	}
}
