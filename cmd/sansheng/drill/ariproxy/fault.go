package ariproxy

import (
	"context"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Moment says what a request that gets a false answer has done.
type Moment int

// The moments of a false answer.
const (
	// Either: half of them each, at random.
	Either Moment = iota
	// Before: the switch never sees the request.
	Before
	// After: the switch has done what was asked, and its answer is thrown away.
	After
)

// faults are what is wrong with REST answers and the events' reader.
type faults struct {
	mu     sync.Mutex // protects the following
	delay  time.Duration
	errors falseAnswers
	resets float64
	dice   *rand.Rand

	slow atomic.Int64 // bytes per second, 0 for no bound
}

// falseAnswers is a share of all answers.
type falseAnswers struct {
	rate   float64
	status int
	moment Moment
}

// share is the chance of a request to be hit at a moment. Of those hit at either
// moment half were taken away Before, from as many requests as After are left.
func (a falseAnswers) share(at Moment) float64 {
	switch {
	case a.moment == at:
		return a.rate
	case a.moment == Either && at == Before:
		return a.rate / 2
	case a.moment == Either:
		return a.rate / 2 / (1 - a.rate/2)
	}
	return 0
}

// Delay holds every REST answer back for d; 0 ends it.
func (f *faults) Delay(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.delay = d
}

// Errors answers a share of the REST requests, from 0 to 1, with status, in
// place of the switch's answer; a rate of 0 ends it. The same seed chooses the
// same requests of a sequence.
func (f *faults) Errors(rate float64, status int, moment Moment, seed uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.errors.rate, f.errors.status, f.errors.moment = rate, status, moment
	f.dice = rand.New(rand.NewPCG(seed, 1))
}

// ResetBody breaks the connection in the middle of a share of the REST answers,
// from 0 to 1; 0 ends it. The switch has done what was asked.
func (f *faults) ResetBody(rate float64, seed uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.resets = rate
	f.dice = rand.New(rand.NewPCG(seed, 2))
}

// SlowReader reads the events' WebSocket no faster than so many bytes a second,
// so that the switch's buffers fill; 0 ends it.
func (f *faults) SlowReader(bytesPerSecond int) { f.slow.Store(int64(max(bytesPerSecond, 0))) }

// Clear ends every fault of this kind; a cut is healed by Heal.
func (f *faults) Clear() {
	f.Delay(0)
	f.Errors(0, 0, Either, 0)
	f.ResetBody(0, 0)
	f.SlowReader(0)
}

// hit throws the dice; f.mu is held.
func (f *faults) hit(rate float64) bool {
	return rate > 0 && f.dice != nil && f.dice.Float64() < rate
}

// refuse is the status of a request that the switch will not see, else 0.
func (f *faults) refuse() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if rate := f.errors.share(Before); f.hit(rate) {
		return f.errors.status
	}
	return 0
}

// lose is the status in place of the switch's answer, 0 to pass that on.
func (f *faults) lose() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if rate := f.errors.share(After); f.hit(rate) {
		return f.errors.status
	}
	return 0
}

func (f *faults) reset() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hit(f.resets)
}

// wait holds an answer back.
func (f *faults) wait(ctx context.Context) error {
	f.mu.Lock()
	d := f.delay
	f.mu.Unlock()
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *faults) rate() int64 { return f.slow.Load() }

// slowBody is the events' connection, read no faster than the rate of the moment.
type slowBody struct {
	io.ReadWriteCloser
	rate  func() int64
	goneC <-chan struct{}
}

// step is how often a slow reader reads.
const step = 50 * time.Millisecond

func (s *slowBody) Read(b []byte) (int, error) {
	rate := s.rate()
	if rate <= 0 {
		return s.ReadWriteCloser.Read(b)
	}
	most := max(rate*int64(step)/int64(time.Second), 1)
	n, err := s.ReadWriteCloser.Read(b[:min(int64(len(b)), most)])
	if n == 0 || err != nil {
		return n, err
	}
	// The pause belongs to what was read; a rate that is taken off ends it.
	tick := time.NewTicker(step)
	defer tick.Stop()
	for left := time.Duration(n) * time.Second / time.Duration(rate); left > 0; left -= step {
		select {
		case <-tick.C:
		case <-s.goneC:
			return n, nil
		}
		if s.rate() != rate {
			break
		}
	}
	return n, nil
}

// tornBody is half a body, at whose end the client's connection breaks.
type tornBody struct {
	half []byte
	conn *gateConn
}

func (t *tornBody) Read(b []byte) (int, error) {
	if len(t.half) == 0 {
		t.conn.reset()
		return 0, errBroken
	}
	n := copy(b, t.half)
	t.half = t.half[n:]
	return n, nil
}

func (t *tornBody) Close() error { return nil }
