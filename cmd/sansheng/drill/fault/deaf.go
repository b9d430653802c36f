package fault

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Deafen lets a process hear nothing any more on the UDP port it is bound to: what comes is
// dropped before it sees it. It lives, sends, and serves its other sockets. It needs the
// right to trace the process. The returned function lets it hear again; what was dropped
// stays lost.
func Deafen(pid, port int) (hear func() error, err error) {
	fds, err := udpSockets(pid, port)
	if err != nil {
		return nil, fmt.Errorf("deafen process %d: %w", pid, err)
	}
	var deaf []*os.File
	hear = func() error {
		var errs []error
		for _, f := range deaf {
			errs = append(errs, onSocket(f, func(fd int) error { return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DETACH_FILTER, 0) }), f.Close())
		}
		deaf = nil
		return errors.Join(errs...)
	}
	for _, n := range fds {
		f, err := socketOf(pid, n)
		if err == nil {
			deaf = append(deaf, f)
			err = onSocket(f, func(fd int) error {
				nothing := []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K, K: 0}} // of each packet
				return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &nothing[0]})
			})
		}
		if err != nil {
			return nil, fmt.Errorf("deafen process %d: %w", pid, errors.Join(err, hear()))
		}
	}
	return hear, nil
}

// udpSockets are a process's descriptors that are bound to a UDP port.
func udpSockets(pid, port int) ([]int, error) {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	bound := map[string]bool{} // links as in /proc/PID/fd
	for _, table := range []string{"net/udp", "net/udp6"} {
		b, err := os.ReadFile(filepath.Join(proc, table))
		if err != nil {
			return nil, os.ErrProcessDone
		}
		for line := range strings.Lines(string(b)) { // sl local_address rem_address … inode, as in proc(5)
			f := strings.Fields(line)
			if len(f) > 9 && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) {
				bound["socket:["+f[9]+"]"] = true
			}
		}
	}
	open, err := os.ReadDir(filepath.Join(proc, "fd"))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	var fds []int
	for _, e := range open {
		link, err := os.Readlink(filepath.Join(proc, "fd", e.Name()))
		n, err2 := strconv.Atoi(e.Name())
		if err == nil && err2 == nil && bound[link] {
			fds = append(fds, n)
		}
	}
	if len(fds) == 0 {
		return nil, fmt.Errorf("no socket of it is bound to UDP port %d", port)
	}
	return fds, nil
}

// socketOf is a copy of another process's descriptor.
func socketOf(pid, fd int) (*os.File, error) {
	of, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return nil, os.ErrProcessDone
	}
	defer func() { _ = unix.Close(of) }()
	copied, err := unix.PidfdGetfd(of, fd, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: take its socket: %w", ErrUnsupported, err)
	}
	return os.NewFile(uintptr(copied), "socket"), nil
}

func onSocket(f *os.File, do func(fd int) error) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var did error
	if err := conn.Control(func(fd uintptr) { did = do(int(fd)) }); err != nil {
		return err
	}
	return did
}
