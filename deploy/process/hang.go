package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// A child hangs when this many looks in a row found no life in it. They are counted, not
// timed: a service that was stopped itself, and whose look ran out of time meanwhile, has
// missed one and not many.
const (
	hungLooks = 3
	lookEvery = time.Second
)

// ErrHung is wrapped by Crash.Err where the child did not die by itself.
var ErrHung = errors.New("it hung and was killed")

// wait returns when the child has died, by itself or because it hung.
func (p *Process) wait(ctx context.Context, c *child) error {
	over := p.lookAfter(ctx, c)
	err := c.wait(ctx)
	if hung := over(); hung != nil && ctx.Err() == nil {
		return hung
	}
	return err
}

// lookAfter kills the child if it hangs, until the function that it returns is called,
// which says why.
func (p *Process) lookAfter(ctx context.Context, c *child) (over func() error) {
	if p.spec.Lives == nil {
		return func() error { return nil }
	}
	ctx, stop := context.WithCancel(ctx)
	hungC := make(chan error, 1)
	go func() { hungC <- p.hangs(ctx, c) }()
	return func() error { stop(); return <-hungC }
}

// hangs looks after a running child until the context ends, which is nil, or it hangs: then
// it is dead, or not ours to kill.
func (p *Process) hangs(ctx context.Context, c *child) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for missed := 0; ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		err := p.spec.Lives(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			missed = 0
			continue
		}
		if missed++; missed < hungLooks {
			continue
		}
		// No question first, and no orderly end: it hears neither.
		if kill := c.signal(syscall.SIGKILL); kill != nil && !errors.Is(kill, os.ErrProcessDone) {
			err = errors.Join(err, kill)
		}
		return fmt.Errorf("%w: %w", ErrHung, err)
	}
}
