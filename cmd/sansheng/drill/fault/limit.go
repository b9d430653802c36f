package fault

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// FileLimit bounds the size of every file a process writes, as seen from now on:
// a write that would end beyond so many bytes of its file fails with EFBIG, with
// 0 every write to a regular file. To the process that is a full disk. Other
// processes on the disk are not touched. A Go program and PostgreSQL get an
// error; programs that do not mind SIGXFSZ are killed by it. The returned
// function gives the old limit back.
func FileLimit(pid int, bytes uint64) (restore func() error, err error) {
	return limit(pid, unix.RLIMIT_FSIZE, bytes)
}

// OpenFiles bounds the number of files and connections a process may have open,
// from now on: it keeps those it has, and gets EMFILE for the next beyond n.
// The returned function gives the old limit back.
func OpenFiles(pid int, n uint64) (restore func() error, err error) {
	return limit(pid, unix.RLIMIT_NOFILE, n)
}

// limit changes the soft limit only, which can be raised again without rights.
func limit(pid, resource int, to uint64) (func() error, error) {
	var old unix.Rlimit
	if err := unix.Prlimit(pid, resource, nil, &old); err != nil && !errors.Is(err, unix.EPERM) {
		return nil, limitError(pid, err)
	} else if err != nil {
		return limitAs(pid, resource, to)
	}
	if err := unix.Prlimit(pid, resource, &unix.Rlimit{Cur: min(to, old.Max), Max: old.Max}, nil); err != nil {
		return nil, limitError(pid, err)
	}
	return func() error {
		if err := unix.Prlimit(pid, resource, &old, nil); err != nil && !errors.Is(err, unix.ESRCH) {
			return limitError(pid, err)
		}
		return nil
	}, nil
}

func limitError(pid int, err error) error {
	if errors.Is(err, unix.ESRCH) {
		err = os.ErrProcessDone
	}
	return fmt.Errorf("limit process %d: %w", pid, err)
}

// limitAs has prlimit(1) do it as the process's own user: root without
// CAP_SYS_RESOURCE, as in most containers, may not limit another user's
// process, but may become that user.
func limitAs(pid, resource int, to uint64) (func() error, error) {
	var st unix.Stat_t
	if err := unix.Stat("/proc/"+strconv.Itoa(pid), &st); err != nil {
		return nil, limitError(pid, os.ErrProcessDone)
	}
	option := map[int]string{unix.RLIMIT_FSIZE: "--fsize", unix.RLIMIT_NOFILE: "--nofile"}[resource]
	run := func(args ...string) (string, error) {
		//nolint:noctx // one system call, in a program of its own
		cmd := exec.Command("prlimit", append([]string{"--pid", strconv.Itoa(pid)}, args...)...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: st.Uid, Gid: st.Gid}}
		out, err := cmd.Output()
		if err != nil && errors.Is(unix.Kill(pid, 0), unix.ESRCH) {
			return "", limitError(pid, os.ErrProcessDone) // ended meanwhile
		}
		if err != nil {
			return "", fmt.Errorf("limit process %d: as user %d: %w: %w", pid, st.Uid, ErrUnsupported, err)
		}
		return string(out), nil
	}
	old, err := run(option, "--output", "SOFT", "--noheadings", "--raw")
	if err != nil {
		return nil, err
	}
	if _, err := run(fmt.Sprintf("%s=%d:", option, to)); err != nil {
		return nil, err
	}
	return func() error {
		if err := unix.Kill(pid, 0); errors.Is(err, unix.ESRCH) {
			return nil
		}
		var soft string
		if _, err := fmt.Sscan(old, &soft); err != nil {
			return fmt.Errorf("limit process %d: old limit %q: %w", pid, old, err)
		}
		_, err := run(option + "=" + soft + ":")
		return err
	}, nil
}
