package web

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Attempts beyond freeTries wait, each twice as long as the one before up to
// slowest, for codes up to slowestCode; all is forgotten forgetAfter the last one.
const (
	freeTries   = 5
	slowest     = 8 * time.Second
	slowestCode = 5 * time.Minute // whoever guesses codes knows the password already
	longestWait = 10 * time.Second
	forgetAfter = 15 * time.Minute
	maxWaiting  = 256
	maxGuessed  = 8192
)

// busyError refuses an attempt behind which too many others wait already.
type busyError struct{ after time.Duration }

func (e *busyError) Error() string {
	return fmt.Sprintf("too many attempts wait; try again in %d s", e.seconds())
}

func (e *busyError) seconds() int { return max(1, int((e.after+time.Second-1)/time.Second)) }

// throttle spaces out attempts at one account from one source. Attempts count
// when they begin, so that many at once are no way around it.
type throttle struct {
	stopC   <-chan struct{} // ends all waits
	slowest time.Duration   // between two attempts

	mu      sync.Mutex // protects the following
	guessed map[guess]*guesses
	waiting int
}

type guess struct{ account, source string }

type guesses struct {
	tries int
	next  time.Time // when the next attempt may begin
	last  time.Time
}

// turn waits until an attempt may begin. The error is a *busyError, errClosing
// or the context's.
func (t *throttle) turn(ctx context.Context, g guess) error {
	wait, err := t.reserve(g, time.Now())
	if err != nil || wait <= 0 {
		return err
	}
	defer func() {
		t.mu.Lock()
		t.waiting--
		t.mu.Unlock()
	}()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-t.stopC:
		return errClosing
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reserve takes the next turn; one to wait for is counted as waiting.
func (t *throttle) reserve(g guess, now time.Time) (time.Duration, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.guessed[g]
	if k == nil || now.Sub(k.last) > forgetAfter {
		t.makeRoom(now)
		k = &guesses{next: now}
		t.guessed[g] = k
	}
	at := k.next
	if at.Before(now) {
		at = now
	}
	wait := at.Sub(now)
	if wait > longestWait || (wait > 0 && t.waiting >= maxWaiting) {
		return 0, &busyError{after: wait}
	}
	k.tries++
	k.last = at
	k.next = at.Add(t.delay(k.tries))
	if wait > 0 {
		t.waiting++
	}
	return wait, nil
}

// delay is the pause behind the n-th attempt.
func (t *throttle) delay(n int) time.Duration {
	if n < freeTries {
		return 0
	}
	return min(time.Second<<min(n-freeTries, 10), t.slowest)
}

// succeeded forgets the attempts: it was the owner.
func (t *throttle) succeeded(g guess) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.guessed, g)
}

// makeRoom keeps the memory of attempts bounded. It makes room for many, since
// looking for it takes long.
func (t *throttle) makeRoom(now time.Time) {
	if len(t.guessed) < maxGuessed {
		return
	}
	for g, k := range t.guessed {
		if now.Sub(k.last) > forgetAfter {
			delete(t.guessed, g)
		}
	}
	for g := range t.guessed {
		if len(t.guessed) <= maxGuessed/2 {
			return
		}
		delete(t.guessed, g)
	}
}
