package drill

import (
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// stalls measures how long the machine itself stands still: by how much clocks that
// tick every few milliseconds are late, one on each processor: a host that takes one
// of a virtual machine's processors away stops who runs there, and nobody else. What
// is heard late then is not the hotline's doing.
//
// Where it may, as root, each clock goes before all other programs, so that it does
// not take a busy processor for one that stands still. Elsewhere no stall is known.
type stalls struct {
	stopC chan struct{}
	done  sync.WaitGroup

	mu    sync.Mutex
	worst time.Duration
	// blind: the clocks are programs like any other, and late when others are busy.
	blind bool
}

const stallTick = 5 * time.Millisecond

func watchStalls() *stalls {
	s := &stalls{stopC: make(chan struct{})}
	var all unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		all.Set(0)
	}
	for cpu := range runtime.NumCPU() * 8 { // the numbers need not be the first ones
		if all.IsSet(cpu) {
			s.done.Go(func() { s.run(cpu) })
		}
	}
	return s
}

// run is the clock of one processor. It has a thread of its own, which ends with it.
func (s *stalls) run(cpu int) {
	runtime.LockOSThread()
	var here unix.CPUSet
	here.Set(cpu)
	_ = unix.SchedSetaffinity(0, &here) // else it is a clock like any other
	if err := unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: 1}, 0); err != nil {
		s.mu.Lock()
		s.blind = true
		s.mu.Unlock()
	}
	pause := unix.NsecToTimespec(int64(stallTick))
	for last := time.Now(); ; {
		_ = unix.Nanosleep(&pause, nil) // cut short by a signal: not late then
		now := time.Now()
		late := now.Sub(last) - stallTick
		last = now
		s.mu.Lock()
		s.worst = max(s.worst, late)
		s.mu.Unlock()
		select {
		case <-s.stopC:
			return
		default:
		}
	}
}

// reset begins a new measurement.
func (s *stalls) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.worst = 0
}

// longest is the longest stall since the last reset, none where it cannot be told.
func (s *stalls) longest() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.blind {
		return 0
	}
	return s.worst.Round(time.Millisecond)
}

func (s *stalls) close() {
	close(s.stopC)
	s.done.Wait()
}

// excused is how much of a stall a figure may be late by. A row with a longer one fails,
// and is to be run again.
func excused(stall time.Duration) time.Duration { return min(stall, 150*time.Millisecond) }
