package engine

import (
	"encoding/json"
	"fmt"

	"sansheng/cti"
)

// Inheritance is what an engine that takes over begins with: the facts of all
// engines of its lease, in the order of the stream, as far as they still matter.
// It is used by one goroutine.
type Inheritance struct {
	memory *memory
	term   uint64
	late   int
}

// NewInheritance is the inheritance of nothing.
func NewInheritance() *Inheritance { return &Inheritance{memory: newMemory()} }

// Add takes the stream's next fact. One of an older term than one before it was
// told too late by an engine that did not lead any more: it is left out, and Add
// tells so.
func (i *Inheritance) Add(f cti.Fact) (current bool) {
	if f.Term > 0 && f.Term < i.term {
		i.late++
		return false
	}
	i.term = max(i.term, f.Term)
	i.memory.note(f)
	return true
}

// Miss takes note that facts are missing before the next one: they have left the
// stream by age or size, and with them the ends of calls begun before. Whoever
// lives all the same, the switch will tell.
func (i *Inheritance) Miss() { i.memory.essence.ForgetCalls() }

// Term is the highest term of a lease among the facts.
func (i *Inheritance) Term() uint64 { return i.term }

// Plan is the last that was published; nil where none was.
func (i *Inheritance) Plan() *cti.Plan { return i.memory.essence.Plan() }

// Late is how many facts came too late.
func (i *Inheritance) Late() int { return i.late }

// Live is how many calls go on.
func (i *Inheritance) Live() int { return i.memory.essence.Live() }

// inherited is an Inheritance as it is kept.
type inherited struct {
	snapshotState
	Term uint64 `json:"term"`
}

// Encode writes the inheritance down.
func (i *Inheritance) Encode() ([]byte, error) {
	return json.Marshal(inherited{snapshotState: i.memory.state(), Term: i.term})
}

// DecodeInheritance reads what Encode wrote.
func DecodeInheritance(b []byte) (*Inheritance, error) {
	var kept inherited
	if err := json.Unmarshal(b, &kept); err != nil {
		return nil, fmt.Errorf("decode inheritance: %w", err)
	}
	i := NewInheritance()
	i.term = kept.Term
	for _, f := range kept.Facts {
		i.memory.note(f)
	}
	i.memory.recall(kept.snapshotState)
	return i, nil
}

// inherit begins with what another engine, or this one, did up to now. last is
// the number of this engine's own last fact.
func (e *Engine) inherit(i *Inheritance, last uint64) {
	for _, f := range i.memory.essence.Facts() {
		e.hotline.Apply(f)
	}
	e.memory = i.memory
	e.hotline.Resume(last)
	// The first facts made are followed by a snapshot: our own journal does not
	// hold what is inherited.
	e.memory.fresh = snapshotEvery
}
