package ari

import (
	"sync"
	"time"
)

// stallClock knows whether this process has stood still: its own ticks come
// much later than they were due. A reader asks it before it trusts what it has
// just read, because after a stop it may run before the ticker does.
type stallClock struct {
	limit time.Duration
	stopC chan struct{}
	doneC chan struct{}

	mu     sync.Mutex // protects the following
	beat   time.Time
	stalls int64
}

func (c *stallClock) start(limit time.Duration) {
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

func (c *stallClock) stop() { close(c.stopC); <-c.doneC }

// check notes a stall if there was one and returns the number of stalls so far.
// A connection remembers the number it began with: another one makes it stale.
func (c *stallClock) check() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if now.Sub(c.beat) > c.limit {
		c.stalls++
	}
	c.beat = now
	return c.stalls
}
