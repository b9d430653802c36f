package store

import "slices"

// Within bounds what is read to some queues of a company: the calls that waited there, and what
// came of them. The zero value bounds nothing.
type Within struct {
	// Queues are all where it is nil, and none where it is empty.
	Queues []string
	// Person sees besides what is his own: calls that he has dialled, tickets and callbacks for
	// which he is responsible, whatever queue they came from.
	Person string
}

// Bounded tells that not all is seen.
func (w Within) Bounded() bool { return w.Queues != nil }

// Has tells whether a queue is among them.
func (w Within) Has(queue string) bool { return !w.Bounded() || slices.Contains(w.Queues, queue) }
