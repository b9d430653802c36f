package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// identity names one process for ever: pids are used again, a pid with its
// start time in a boot is not.
type identity struct {
	PID   int
	Start uint64 // in clock ticks since boot
	Boot  string
}

// child is a running process, one we started or one we adopted.
type child struct {
	id    identity
	cmd   *exec.Cmd // nil when adopted
	pidfd *os.File  // nil where the kernel has none

	waited atomic.Bool // is set when it is dead and taken leave of
	status error
}

// launcher becomes the program after it has written who it is, and in which boot. The
// kernel's words about it do not change by exec, except for the name, which is not used.
const launcher = `read -r stat </proc/$$/stat && { read -r boot <` + bootFile + ` || :; } && echo "$stat $boot" >"$0" && exec "$@"`

const bootFile = "/proc/sys/kernel/random/boot_id"

// askAgain is the pause between questions whether a child is ready.
const askAgain = 20 * time.Millisecond

var errDown = errors.New("it is down")

// launch starts a new child and waits until it is ready.
func (p *Process) launch(ctx context.Context) (*child, error) {
	s := p.spec
	if s.Before != nil {
		if err := s.Before(ctx); err != nil {
			return nil, err
		}
	}
	program := s.Command()
	if program.Err != nil {
		return nil, program.Err
	}
	out, err := openOutput(s)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	if err := os.WriteFile(pidFile(s.Dir), nil, 0o644); err != nil {
		return nil, fmt.Errorf("write pid file: %w", err)
	}
	if err := s.Account.Own(pidFile(s.Dir)); err != nil {
		return nil, err
	}
	if err := os.WriteFile(markFile(s.Dir), []byte(s.Mark), 0o644); err != nil {
		return nil, fmt.Errorf("write mark: %w", err)
	}
	//nolint:noctx // it outlives every context, that is its purpose
	cmd := exec.Command("/bin/sh", append([]string{"-c", launcher, pidFile(s.Dir), program.Path}, program.Args[1:]...)...)
	cmd.Env, cmd.Dir = program.Env, program.Dir
	if cmd.Dir == "" {
		cmd.Dir = "/"
	}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: s.Account.credential()}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if s.Nice != 0 {
		// Before it becomes its program, so that all its threads have it. Who may not
		// goes on with the usual priority.
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, cmd.Process.Pid, s.Nice)
		_ = NiceSession(cmd.Process.Pid, s.Nice)
	}
	c := &child{cmd: cmd}
	stat, err := readStat(cmd.Process.Pid)
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, err
	}
	c.id = identity{PID: cmd.Process.Pid, Start: stat.start, Boot: bootID()}
	c.pidfd = openPidfd(c.id.PID)
	if err := p.becomeReady(ctx, c); err != nil {
		_ = c.signal(syscall.SIGKILL)
		_ = c.wait(context.Background())
		c.close()
		return nil, fmt.Errorf("%w%s", err, tail(s))
	}
	return c, nil
}

// adopt finds the running child of the folder; nil and no error mean none.
func (p *Process) adopt(ctx context.Context) (*child, error) {
	id, err := readPID(p.spec.Dir)
	if err != nil {
		return nil, nil //nolint:nilerr // no pid file, or one of no meaning: nothing runs
	}
	if !id.alive(p.spec.Account) {
		return nil, nil
	}
	c := &child{id: id, pidfd: openPidfd(id.PID)}
	// The pid may have passed to another process before the pidfd was opened;
	// after this second look it cannot any more.
	if !id.alive(p.spec.Account) {
		c.close()
		return nil, nil
	}
	mark, _ := os.ReadFile(markFile(p.spec.Dir))
	if string(mark) == p.spec.Mark {
		over := p.lookAfter(ctx, c)
		err := p.becomeReady(ctx, c)
		if hung := over(); err == nil && hung == nil {
			p.adopted = true
			return c, nil
		}
		if ctx.Err() != nil {
			c.close()
			return nil, err
		}
	}
	err = p.end(c)
	c.close()
	return nil, err
}

// ask asks once whether the child can be found again and serves.
func (p *Process) ask(ctx context.Context, c *child) error {
	id, err := readPID(p.spec.Dir)
	switch {
	case err != nil:
		return err
	case id != c.id:
		return fmt.Errorf("the pid file names %d", id.PID)
	case p.spec.Ready == nil:
		return nil
	}
	return p.spec.Ready(ctx)
}

// becomeReady asks until the child serves, it dies, or the time is over.
func (p *Process) becomeReady(ctx context.Context, c *child) error {
	limited, cancel := context.WithTimeout(ctx, p.spec.ReadyWithin)
	defer cancel()
	// Death ends the wait, and the ready question of that moment, at once.
	died := make(chan error, 1)
	go func() {
		err := c.wait(limited)
		if limited.Err() == nil {
			died <- err
			cancel()
		}
		close(died)
	}()
	var last error
	for {
		if last = p.ask(limited, c); last == nil {
			break
		}
		if !sleep(limited, askAgain) {
			break
		}
	}
	cancel()
	if err, dead := <-died; dead {
		return fmt.Errorf("ended at its start: %w", err)
	}
	if last != nil {
		return fmt.Errorf("become ready: %w", last)
	}
	return nil
}

// wait returns when the child has died, saying how, or when the context ends.
// One goroutine at a time may wait.
func (c *child) wait(ctx context.Context) error {
	if c.waited.Load() {
		return c.status
	}
	if !c.dead(ctx) {
		return ctx.Err()
	}
	c.waited.Store(true)
	c.status = errors.New("ended")
	if c.cmd != nil {
		if err := c.cmd.Wait(); err != nil {
			c.status = err
		} else {
			c.status = errors.New("exit status 0")
		}
	}
	return c.status
}

// dead blocks until the process is dead or the context ends.
func (c *child) dead(ctx context.Context) bool {
	if c.pidfd != nil {
		if over, ok := waitPidfd(ctx, c.pidfd); ok {
			return over
		}
	}
	for {
		st, err := readStat(c.id.PID)
		if err != nil || st.start != c.id.Start || st.state == 'Z' || st.state == 'X' {
			return true
		}
		if !sleep(ctx, 50*time.Millisecond) {
			return false
		}
	}
}

func (c *child) signal(sig syscall.Signal) error {
	if c.waited.Load() {
		return os.ErrProcessDone
	}
	var err error
	if c.pidfd != nil {
		conn, cerr := c.pidfd.SyscallConn()
		if cerr != nil {
			return cerr
		}
		if cerr := conn.Control(func(fd uintptr) { err = unix.PidfdSendSignal(int(fd), sig, nil, 0) }); cerr != nil {
			return cerr
		}
	} else {
		err = unix.Kill(c.id.PID, sig)
	}
	if errors.Is(err, unix.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

func (c *child) close() {
	if c.pidfd != nil {
		_ = c.pidfd.Close()
	}
}

// alive tells that this very process runs, as the account it should.
func (id identity) alive(a *Account) bool {
	st, err := readStat(id.PID)
	if err != nil || st.start != id.Start || id.Boot != bootID() || st.state == 'Z' {
		return false
	}
	info, err := os.Stat("/proc/" + strconv.Itoa(id.PID))
	if err != nil {
		return false
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(owner.Uid) == a.uid()
}

type procStat struct {
	state byte
	start uint64
}

func readStat(pid int) (procStat, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return procStat{}, err
	}
	return parseStat(string(b))
}

// parseStat reads proc_pid_stat(5): the name in parentheses may hold anything,
// so fields are counted from its end.
func parseStat(s string) (procStat, error) {
	i := strings.LastIndexByte(s, ')')
	if i < 0 {
		return procStat{}, errors.New("read process state: no name in it")
	}
	fields := strings.Fields(s[i+1:])
	if len(fields) < 20 {
		return procStat{}, errors.New("read process state: cut off")
	}
	if state := fields[0]; len(state) != 1 || state[0] < 'A' || state[0] > 'z' {
		return procStat{}, fmt.Errorf("read process state: %q is none", state)
	}
	start, err := strconv.ParseUint(fields[19], 10, 64)
	if err != nil {
		return procStat{}, fmt.Errorf("read process state: %w", err)
	}
	return procStat{state: fields[0][0], start: start}, nil
}

func readPID(dir string) (identity, error) {
	b, err := os.ReadFile(pidFile(dir))
	if err != nil {
		return identity{}, err
	}
	first, _, _ := strings.Cut(string(b), " ")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return identity{}, fmt.Errorf("read pid file: %w", err)
	}
	st, err := parseStat(string(b))
	if err != nil {
		return identity{}, err
	}
	// Start times count from the boot, so a file of another boot cannot speak of a
	// process of this one. The file's time tells it only where an earlier version, which
	// did not write the boot, has written it: where the clock was set forward since, that
	// would disown a switch with all its calls, and its ports would be taken.
	id := identity{PID: pid, Start: st.start, Boot: bootID()}
	boot := writtenBoot(string(b))
	earlier := boot != id.Boot
	if boot == "" {
		info, err := os.Stat(pidFile(dir))
		earlier = err != nil || info.ModTime().Before(bootTime())
	}
	if earlier {
		return identity{}, errors.New("read pid file: it is of an earlier boot")
	}
	return id, nil
}

// writtenBoot is the boot that stands behind the kernel's words in a pid file; empty where
// there is none.
func writtenBoot(s string) string {
	fields := strings.Fields(s)
	if last := fields[len(fields)-1]; strings.Count(last, "-") == 4 {
		return last
	}
	return ""
}

func bootID() string {
	b, _ := os.ReadFile(bootFile)
	return strings.TrimSpace(string(b))
}

// bootTime is when the machine started, less a minute for clocks that were set.
func bootTime() time.Time {
	var t unix.Sysinfo_t
	if err := unix.Sysinfo(&t); err != nil {
		return time.Time{}
	}
	return time.Now().Add(-time.Duration(t.Uptime)*time.Second - time.Minute)
}

func markFile(dir string) string { return pidFile(dir) + ".mark" }

// openOutput opens the child's output for appending; at a start it is cut to
// one earlier file when it has grown.
func openOutput(s Spec) (*os.File, error) {
	name := outputFile(s)
	if info, err := os.Stat(name); err == nil && info.Size() > 10<<20 {
		if err := os.Rename(name, name+".1"); err != nil {
			return nil, fmt.Errorf("rotate output: %w", err)
		}
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, fmt.Errorf("open output: %w", err)
	}
	return f, nil
}

// tail is the end of the child's output, for an error.
func tail(s Spec) string {
	f, err := os.Open(outputFile(s))
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.Size() > 600 {
		_, _ = f.Seek(-600, io.SeekEnd)
	}
	b, _ := io.ReadAll(f)
	said := strings.TrimSpace(string(b))
	if said == "" {
		return ""
	}
	return fmt.Sprintf("; the end of %s:\n%s", f.Name(), said)
}
