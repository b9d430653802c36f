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
// not take a busy processor for one that stands still.
type stalls struct {
	stopC chan struct{}
	done  sync.WaitGroup

	mu    sync.Mutex
	worst time.Duration
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
	_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: 1}, 0)
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

// longest is the longest stall since the last reset.
func (s *stalls) longest() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.worst.Round(time.Millisecond)
}

func (s *stalls) close() {
	close(s.stopC)
	s.done.Wait()
}

// excused is how much of a stall a figure may be late by. What is late by more says
// nothing about the hotline, good or bad: the row is to be run again.
func excused(stall time.Duration) time.Duration { return min(stall, 150*time.Millisecond) }
