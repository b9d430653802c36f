package drill

import (
	"sync"
	"time"
)

// stalls measures how long the machine itself stands still: by how much a clock
// that ticks every few milliseconds is late. What is heard late then is not the
// hotline's doing.
type stalls struct {
	stopC, doneC chan struct{}

	mu    sync.Mutex
	worst time.Duration
}

const stallTick = 5 * time.Millisecond

func watchStalls() *stalls {
	s := &stalls{stopC: make(chan struct{}), doneC: make(chan struct{})}
	go s.run()
	return s
}

func (s *stalls) run() {
	defer close(s.doneC)
	tick := time.NewTicker(stallTick)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-tick.C:
			now := time.Now()
			late := now.Sub(last) - stallTick
			last = now
			s.mu.Lock()
			s.worst = max(s.worst, late)
			s.mu.Unlock()
		case <-s.stopC:
			return
		}
	}
}

// reset begins a new measurement.
func (s *stalls) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.worst = 0
}

// longest is the longest stall since the last reset.
func (s *stalls) longest() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.worst.Round(time.Millisecond)
}

func (s *stalls) close() {
	close(s.stopC)
	<-s.doneC
}
