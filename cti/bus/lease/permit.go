package lease

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// sureWithin is how long Sure waits for an answer of the store. After that the
// engine goes on: its link to the switch is broken by then, and Permit decides.
const sureWithin = 3 * time.Second

// Sure returns at once while this process certainly holds the lease. After it
// stood still it waits until the lease has been renewed, and returns ErrLost
// where it was lost.
func (k *Keeper) Sure(ctx context.Context) error {
	stalls := k.clock.check()
	var overC <-chan time.Time
	for {
		k.mu.Lock()
		lost, certain, changedC := k.lost, k.certain, k.changedC
		k.mu.Unlock()
		switch {
		case lost:
			return ErrLost
		case certain >= stalls:
			return nil
		}
		if overC == nil {
			t := time.NewTimer(sureWithin)
			defer t.Stop()
			overC = t.C
		}
		select {
		case <-changedC:
		case <-overC:
			k.change(func() { k.certain = max(k.certain, stalls) })
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Permit tells whether this process may connect to the switch. It asks the store
// first: nil where the lease is ours, ErrLost where it is not. Where the store
// cannot be asked, it is nil for one that renewed a moment ago; one that the
// switch told of a takeover has lost; any other may connect where alone, asked
// at the switch, finds that nobody else serves.
func (k *Keeper) Permit(ctx context.Context, replaced bool, alone func(context.Context) error) error {
	if replaced {
		k.change(func() { k.replaced = true })
	}
	err := k.renew(ctx)
	k.mu.Lock()
	lost, taken, renewed := k.lost, k.replaced, k.renewed
	k.mu.Unlock()
	switch {
	case lost:
		return ErrLost
	case err == nil:
		return nil
	case taken:
		k.remember(k.Seen(), false)
		return fmt.Errorf("%w: the switch was taken over, and the lease cannot be read: %w", ErrLost, err)
	case time.Since(renewed) < k.o.Quiet-k.o.Renew:
		return nil
	}
	if other := alone(ctx); other != nil {
		return fmt.Errorf("the lease cannot be read (%w), and %w", err, other)
	}
	return nil
}

// stalls counts how often this process has stood still: whoever asks compares.
type stalls struct {
	limit time.Duration
	stopC chan struct{}
	doneC chan struct{}

	mu    sync.Mutex // protects the following
	beat  time.Time
	count int64
}

func (c *stalls) start(limit time.Duration) {
	c.limit, c.beat = limit, time.Now()
	c.stopC, c.doneC = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(c.doneC)
		t := time.NewTicker(limit / 8)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				c.check()
			case <-c.stopC:
				return
			}
		}
	}()
}

func (c *stalls) stop() { close(c.stopC); <-c.doneC }

// check notes a stall if there was one and returns their number.
func (c *stalls) check() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if now.Sub(c.beat) > c.limit {
		c.count++
	}
	c.beat = now
	return c.count
}
