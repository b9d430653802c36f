package alarm

import (
	"context"
	"slices"
	"sync"
	"time"
)

// lineMost is how many changes wait at most, as long as there is one among them
// that a newer one of the same alarm has overtaken.
const lineMost = 256

// line is changes that wait, in order, for the one who takes them. push never
// waits.
type line struct {
	mu     sync.Mutex
	items  []Alarm
	closed bool
	wakeC  chan struct{} // one slot: something changed
}

func newLine() *line { return &line{wakeC: make(chan struct{}, 1)} }

func (l *line) push(a Alarm) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.items = append(l.items, a)
	if len(l.items) > lineMost {
		// The first is with the taker already, perhaps.
		for i := 1; i < len(l.items); i++ {
			if l.overtaken(i) {
				l.items = slices.Delete(l.items, i, i+1)
				break
			}
		}
	}
	l.wake()
}

// overtaken tells whether a newer change of the same alarm waits behind i.
func (l *line) overtaken(i int) bool {
	return slices.ContainsFunc(l.items[i+1:], func(a Alarm) bool { return a.Name == l.items[i].Name })
}

func (l *line) wake() {
	select {
	case l.wakeC <- struct{}{}:
	default:
	}
}

// next gives the first change, which stays until done, and false once the line
// is closed and empty or ctx is over.
func (l *line) next(ctx context.Context) (Alarm, bool) {
	for ctx.Err() == nil {
		l.mu.Lock()
		if len(l.items) > 0 {
			a := l.items[0]
			l.mu.Unlock()
			return a, true
		}
		closed := l.closed
		l.mu.Unlock()
		if closed {
			return Alarm{}, false
		}
		select {
		case <-l.wakeC:
		case <-ctx.Done():
		}
	}
	return Alarm{}, false
}

// done takes the first change off.
func (l *line) done() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items = l.items[1:]
	if len(l.items) == 0 {
		l.items = nil
	}
}

// stale tells whether the first change is older than d and overtaken.
func (l *line) stale(d time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.items) > 0 && time.Since(l.items[0].At) > d && l.overtaken(0)
}

func (l *line) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.items)
}

// close lets nothing more in.
func (l *line) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.wake()
}
