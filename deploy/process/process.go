// Package process runs the servers a hotline brings with it, so that they
// outlive the service that started them. It owns the start, the watch and the
// end of each such child, and its pid file.
//
// A child runs in a session of its own with its output in a file: neither
// Ctrl-C in a terminal nor kill -9 of the service reaches it. The next service
// with the same data folder finds it by its pid file, verified by the kernel's
// start time of that pid, and adopts it; from then on it is watched and ended
// like a child.
//
//	          Start               dies, or hangs
//	(none) ─────────▶ running ───────────────────▶ waiting (backoff)
//	  adopt ─────────▶   │ ▲                            │
//	                Stop │ └────────────────────────────┘
//	                     ▼
//	                  stopped        Release: watched no more, runs on
//
// # Order and failure
//
// A child that lives and is of no use (Spec.Lives) is killed: nobody else can know it, and
// whatever it still has is lost anyway.
//
// Each death that nobody ordered is reported once through Spec.OnCrash, before
// the restart; restarts wait longer each time and at once again after a minute
// of health. One service at a time owns a folder, by a file lock that ends with
// it; a second one is told who the first is. The pid file is written by the
// child itself before it becomes its program, so that there is no moment at
// which a child runs that the next service could not find.
package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Spec says how a child is run.
type Spec struct {
	// Name is what people are told, as in "asterisk".
	Name string
	// Dir is the folder by which the child is found again: it holds the lock,
	// the pid file and the output. It is made if missing.
	Dir string
	// Command makes the command of one start. Its SysProcAttr, Stdin, Stdout
	// and Stderr are set here.
	Command func() *exec.Cmd
	// Account runs the child as another user; nil means as this one.
	Account *Account
	// Nice is the child's scheduling priority, -20 first to 19 last, where this
	// process may give it.
	Nice int
	// Mark stands for what cannot be changed while the child runs, ports for
	// example. A running child with another mark is stopped, not adopted.
	Mark string
	// Stop is the signal of an orderly end; 0 means SIGTERM.
	Stop syscall.Signal
	// StopWithin is how long that may take before SIGKILL; 0 means 10 s.
	StopWithin time.Duration
	// Before is called before each start of a new child, not before adoption.
	Before func(context.Context) error
	// Ready asks once whether the child serves. It is asked again every 20 ms
	// until it returns nil or ReadyWithin (0 means 30 s) is over.
	Ready       func(context.Context) error
	ReadyWithin time.Duration
	// Lives asks once whether a running child is of any use; it bounds itself. One that
	// fails three times in a row, a second apart, hangs: it is killed and started anew. nil
	// never asks.
	Lives func(context.Context) error
	// OnCrash is told of each death that was not ordered, and of each restart
	// that failed. It must not block.
	OnCrash func(Crash)
	// Backoff is the first wait before a restart, 0 meaning 200 ms; it doubles
	// up to BackoffMost, 0 meaning 30 s.
	Backoff, BackoffMost time.Duration
}

// Crash is an end nobody ordered.
type Crash struct {
	Name string
	PID  int
	// Err says how it ended. The status of an adopted child is not known.
	Err error
	// Count is how often in a row; RestartIn the wait before the next start.
	Count     int
	RestartIn time.Duration
}

// Process is a supervised child. Its methods may be called from any goroutine.
type Process struct {
	spec    Spec
	lock    *Lock
	adopted bool

	// cancel ends the supervising goroutine; done is closed by it.
	cancel context.CancelFunc
	done   chan struct{}
	stop   bool // set before cancel: end the child, do not leave it

	mu    sync.Mutex
	child *child // nil between a crash and the restart
	ready chan struct{}

	once sync.Once
	err  error
}

// Start adopts the child of spec.Dir if it runs, else starts it, and returns
// when it is ready. The context bounds the start only.
func Start(ctx context.Context, spec Spec) (*Process, error) {
	spec = spec.withDefaults()
	if err := os.MkdirAll(spec.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	lock, err := LockDir(spec.Dir)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	p := &Process{spec: spec, lock: lock, done: make(chan struct{}), ready: make(chan struct{})}
	c, err := p.adopt(ctx)
	if err == nil && c == nil {
		c, err = p.launch(ctx)
	}
	if err != nil {
		lock.Release()
		return nil, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	p.child = c
	close(p.ready)
	run, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	go p.supervise(run, c)
	return p, nil
}

func (s Spec) withDefaults() Spec {
	if s.Stop == 0 {
		s.Stop = syscall.SIGTERM
	}
	if s.StopWithin == 0 {
		s.StopWithin = 10 * time.Second
	}
	if s.ReadyWithin == 0 {
		s.ReadyWithin = 30 * time.Second
	}
	if s.Backoff == 0 {
		s.Backoff = 200 * time.Millisecond
	}
	if s.BackoffMost == 0 {
		s.BackoffMost = 30 * time.Second
	}
	if s.OnCrash == nil {
		s.OnCrash = func(Crash) {}
	}
	return s
}

// PID is the child's process id, 0 while it is down.
func (p *Process) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.child == nil {
		return 0
	}
	return p.child.id.PID
}

// Adopted tells that Start found the child running.
func (p *Process) Adopted() bool { return p.adopted }

// WaitReady returns when the child is up and ready, which it may be already.
func (p *Process) WaitReady(ctx context.Context) error {
	p.mu.Lock()
	ready := p.ready
	p.mu.Unlock()
	select {
	case <-ready:
		return nil
	case <-p.done:
		return fmt.Errorf("wait for %s: it was stopped", p.spec.Name)
	case <-ctx.Done():
		return fmt.Errorf("wait for %s: %w", p.spec.Name, ctx.Err())
	}
}

// Output is the file with what the child wrote.
func (p *Process) Output() string { return outputFile(p.spec) }

// Stop ends the child in order, by force when it takes too long, and returns
// when it is gone. Later calls return the same.
func (p *Process) Stop() error { return p.finish(true) }

// Release stops watching and leaves the child running for the next service.
func (p *Process) Release() error { return p.finish(false) }

func (p *Process) finish(stop bool) error {
	p.once.Do(func() {
		p.mu.Lock()
		p.stop = stop
		p.mu.Unlock()
		p.cancel()
		<-p.done
		p.lock.Release()
	})
	<-p.done
	return p.err
}

// supervise owns the child until it is stopped or released.
func (p *Process) supervise(ctx context.Context, c *child) {
	defer close(p.done)
	count, up, down := 0, time.Now(), errDown
	for {
		err := down
		if c != nil {
			err = p.wait(ctx, c)
		}
		if ctx.Err() != nil {
			p.last(c)
			return
		}
		if c != nil && time.Since(up) > time.Minute {
			count = 0
		}
		count++
		p.down()
		crash := Crash{Name: p.spec.Name, Err: err, Count: count, RestartIn: p.backoff(count)}
		if c != nil {
			crash.PID = c.id.PID
			c.close()
		}
		p.spec.OnCrash(crash)
		if !sleep(ctx, crash.RestartIn) {
			p.last(nil)
			return
		}
		c, err = p.launch(ctx)
		up = time.Now()
		if err != nil {
			c, down = nil, err
			continue
		}
		p.up(c)
	}
}

func (p *Process) last(c *child) {
	p.mu.Lock()
	stop := p.stop
	p.child = nil
	p.mu.Unlock()
	if c == nil {
		if stop {
			_ = os.Remove(pidFile(p.spec.Dir))
		}
		return
	}
	if stop {
		p.err = p.end(c)
	}
	c.close()
}

func (p *Process) down() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.child != nil {
		p.child, p.ready = nil, make(chan struct{})
	}
}

func (p *Process) up(c *child) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.child = c
	close(p.ready)
}

func (p *Process) backoff(count int) time.Duration {
	d := p.spec.Backoff
	for range count - 1 {
		if d *= 2; d >= p.spec.BackoffMost {
			return p.spec.BackoffMost
		}
	}
	return d
}

// end stops a child: asked first, then by force.
func (p *Process) end(c *child) error {
	defer func() { _ = os.Remove(pidFile(p.spec.Dir)) }()
	within := p.spec.StopWithin
	// Asked before the signal: one that is about to end answers no more than one that hangs.
	if p.spec.Lives != nil && !c.waited.Load() && p.spec.Lives(context.Background()) != nil {
		within = 0 // it hears nothing
	}
	if err := c.signal(p.spec.Stop); err != nil {
		if errors.Is(err, os.ErrProcessDone) {
			return nil
		}
		return fmt.Errorf("stop %s: %w", p.spec.Name, err)
	}
	soft, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	_ = c.wait(soft)
	if soft.Err() == nil {
		return nil
	}
	if err := c.signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill %s: %w", p.spec.Name, err)
	}
	hard, cancelHard := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancelHard()
	_ = c.wait(hard)
	if hard.Err() != nil {
		return fmt.Errorf("kill %s: pid %d is still there", p.spec.Name, c.id.PID)
	}
	return nil
}

// sleep waits and tells whether the time was over before the context was.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func pidFile(dir string) string { return filepath.Join(dir, "pid") }

func outputFile(s Spec) string { return filepath.Join(s.Dir, s.Name+".out") }
