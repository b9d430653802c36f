package web

import (
	"context"
	"sync"
	"time"
)

const (
	// parallel bounds argon2id computations at a time, and so their memory.
	parallel = 2
	// perSource bounds those of one source that run or wait: who floods logins from one place
	// keeps everybody else's waiting for some seconds only, and a whole office behind one
	// address still comes in.
	perSource = 64
)

// slots are for computations of argon2id.
type slots struct {
	freeC chan struct{}

	mu   sync.Mutex // protects the following
	held map[string]int
}

func newSlots() *slots { return &slots{freeC: make(chan struct{}, parallel), held: map[string]int{}} }

// take waits for a slot, which is given back by release; without a source it is one of our
// own, which none refuses. The error is a *busyError or the
// context's.
func (s *slots) take(ctx context.Context, source string) (release func(), err error) {
	s.mu.Lock()
	if source != "" && s.held[source] >= perSource {
		s.mu.Unlock()
		return nil, &busyError{after: time.Second}
	}
	s.held[source]++
	s.mu.Unlock()
	leave := func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.held[source]--; s.held[source] == 0 {
			delete(s.held, source)
		}
	}
	select {
	case s.freeC <- struct{}{}:
		return func() { <-s.freeC; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
