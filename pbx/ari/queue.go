package ari

import (
	"sync"

	"sansheng/pbx"
)

// queue is a FIFO without bound: its writer never blocks and nothing is
// dropped. A plain channel would do one or the other.
type queue struct {
	wakeC chan struct{} // one slot: written by push, read by the one reader

	mu    sync.Mutex // protects the following
	items []pbx.Event
	head  int
}

func newQueue() *queue { return &queue{wakeC: make(chan struct{}, 1)} }

func (q *queue) push(events ...pbx.Event) {
	if len(events) == 0 {
		return
	}
	q.mu.Lock()
	q.items = append(q.items, events...)
	q.mu.Unlock()
	select {
	case q.wakeC <- struct{}{}:
	default:
	}
}

func (q *queue) pop() (pbx.Event, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.head == len(q.items) {
		return nil, false
	}
	e := q.items[q.head]
	q.items[q.head] = nil
	q.head++
	switch {
	case q.head == len(q.items):
		q.items, q.head = q.items[:0], 0
		if cap(q.items) > 4096 { // a burst's memory is not kept for ever
			q.items = nil
		}
	case q.head > 1024 && q.head > len(q.items)/2:
		// A reader that never catches up must not keep what it has read.
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	return e, true
}

func (q *queue) depth() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items) - q.head
}
