package engine

import (
	"fmt"
	"sync/atomic"
	"time"
)

// heldMost is how long the loop may take over one input until it counts as held up; it
// turns at least every tickEvery. beginMost is how long it may take until it turns at
// all, its journal replayed: longer, and the callers whom the switch gives to it would be
// with nobody.
const (
	heldMost  = 2 * time.Second
	beginMost = 5 * time.Second
)

// Pulse tells whether an engine's loop turns. The heartbeat that the switch and the
// sentinel see is written by the link, from another goroutine: it asks here first. Its
// methods may be called from any goroutine.
type Pulse struct{ turned, asked atomic.Pointer[time.Time] }

// turn is called by the loop for each input.
func (p *Pulse) turn() {
	if p != nil {
		now := time.Now()
		p.turned.Store(&now)
	}
}

// Alive is an error where the loop has been held up, or has not begun for a while since
// this was asked first.
func (p *Pulse) Alive() error {
	last := p.turned.Load()
	if last == nil {
		now := time.Now()
		p.asked.CompareAndSwap(nil, &now)
		if waits := time.Since(*p.asked.Load()); waits > beginMost {
			return fmt.Errorf("the engine's loop has not begun for %v", waits.Round(time.Millisecond))
		}
		return nil
	}
	if held := time.Since(*last); held > heldMost {
		return fmt.Errorf("the engine's loop has been held up for %v", held.Round(time.Millisecond))
	}
	return nil
}
