package engine

import (
	"fmt"
	"sync/atomic"
	"time"
)

// heldMost is how long the loop may take over one input until it counts as held up. It
// turns at least every tickEvery.
const heldMost = 2 * time.Second

// Pulse tells whether an engine's loop turns. The heartbeat that the switch and the
// sentinel see is written by the link, from another goroutine: it asks here first. The
// zero Pulse is that of a loop that has not begun, and owes nothing yet. Its methods may
// be called from any goroutine.
type Pulse struct{ turned atomic.Pointer[time.Time] }

// turn is called by the loop for each input.
func (p *Pulse) turn() {
	if p != nil {
		now := time.Now()
		p.turned.Store(&now)
	}
}

// Alive is an error where the loop has been held up.
func (p *Pulse) Alive() error {
	last := p.turned.Load()
	if last == nil {
		return nil
	}
	if held := time.Since(*last); held > heldMost {
		return fmt.Errorf("the engine's loop has been held up for %v", held.Round(time.Millisecond))
	}
	return nil
}
