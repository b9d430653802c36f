package engine

import (
	"context"
	"sync"

	"sansheng/cti"
)

// message is what the loop works on: an input for the hotline, or a question to it.
type message struct {
	input cti.Input
	ask   func(*cti.Hotline)
	// reply, where given, is told whether the input was refused.
	reply func(error)
	// waited is how often an event was put off until the ledger tells of it.
	waited int
	// over, where given, is closed when who asked waits no more: he was told that it is not
	// done, so it must not be.
	over <-chan struct{}
}

// isOver tells whether who asked waits no more.
func (m message) isOver() bool {
	select {
	case <-m.over:
		return true
	default:
		return false
	}
}

// inbox is the loop's queue. It has no bound: whoever feeds it neither blocks
// nor drops; its depth is a metric with an alarm.
type inbox struct {
	mu     sync.Mutex
	queue  []message
	ticked bool // a tick is queued already: one is enough
	wakeC  chan struct{}
	closed chan struct{}
	done   bool
}

func newInbox() *inbox {
	return &inbox{wakeC: make(chan struct{}, 1), closed: make(chan struct{})}
}

// put adds a message; false after close.
func (b *inbox) put(m message) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.done {
		return false
	}
	b.queue = append(b.queue, m)
	b.wake()
	return true
}

func (b *inbox) putTick() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ticked || b.done {
		return
	}
	b.ticked = true
	b.queue = append(b.queue, message{input: cti.Tick{}})
	b.wake()
}

func (b *inbox) wake() {
	select {
	case b.wakeC <- struct{}{}:
	default:
	}
}

// get waits for the next message; false when ctx has ended.
func (b *inbox) get(ctx context.Context) (message, bool) {
	for {
		if ctx.Err() != nil {
			return message{}, false
		}
		if m, ok := b.pop(); ok {
			return m, true
		}
		select {
		case <-b.wakeC:
		case <-ctx.Done():
			return message{}, false
		}
	}
}

func (b *inbox) pop() (message, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.queue) == 0 {
		return message{}, false
	}
	m := b.queue[0]
	b.queue[0] = message{}
	b.queue = b.queue[1:]
	if _, ok := m.input.(cti.Tick); ok {
		b.ticked = false
	}
	return m, true
}

func (b *inbox) depth() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.queue)
}

func (b *inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.done {
		b.done, b.queue = true, nil // nobody comes to it any more
		close(b.closed)
	}
}
