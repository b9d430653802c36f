package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"go.uber.org/zap"

	"sansheng/cti"
)

// snapshotEvery is how many facts a start replays at most, more or less.
const snapshotEvery = 5000

// remembered is how long a call is known after its arrival, so that an entry of
// the switch's ledger about it is no news.
const remembered = 24 * time.Hour

// memory is what the engine must know of facts beside the hotline's state.
type memory struct {
	essence *cti.Essence
	// arrived tells when each call of the last day came.
	arrived map[cti.CallID]time.Time
	// heard is until when the switch was heard, by the facts made until then: the ledger
	// is read from there on. What is told while it is away says nothing of it.
	heard time.Time
	away  bool
	// unanswered are services that do not answer: a fault is not over because an engine is.
	unanswered unanswered
	// fresh counts facts since the last snapshot.
	fresh int
}

// snapshotState is a snapshot as it is kept.
type snapshotState struct {
	Facts   []cti.Fact               `json:"facts"`
	Arrived map[cti.CallID]time.Time `json:"arrived"`
	Heard   time.Time                `json:"last_fact,omitzero"`

	Unanswered []Unanswered `json:"unanswered,omitempty"`
}

func newMemory() *memory {
	return &memory{essence: cti.NewEssence(), arrived: map[cti.CallID]time.Time{}, unanswered: unanswered{}}
}

func (m *memory) note(f cti.Fact) {
	m.essence.Add(f)
	m.fresh++
	m.hear(f)
	m.unanswered.note(f)
	if f.Kind == cti.CallArrived {
		m.arrived[f.Call] = f.At
	}
}

// hear takes note of until when the switch was heard.
func (m *memory) hear(f cti.Fact) {
	switch f.Kind {
	case cti.EngineStarted:
		m.away = true
	case cti.SwitchFound:
		m.away = false
	case cti.ClockStepped:
		m.heard = f.At
	}
	if !m.away && f.At.After(m.heard) {
		m.heard = f.At
	}
	if f.Kind == cti.SwitchLost {
		m.away = true
		if d, ok := f.Data.(*cti.EngineData); ok && !d.HeardAt.IsZero() && d.HeardAt.Before(m.heard) {
			m.heard = d.HeardAt
		}
	}
}

func (m *memory) seen(c cti.CallID) bool {
	_, ok := m.arrived[c]
	return ok
}

// encode writes the memory down, and forgets what is too old.
func (m *memory) encode() ([]byte, error) { return json.Marshal(m.state()) }

func (m *memory) state() snapshotState {
	for c, at := range m.arrived {
		if at.Before(m.heard.Add(-remembered)) {
			delete(m.arrived, c)
		}
	}
	return snapshotState{Facts: m.essence.Facts(), Arrived: m.arrived, Heard: m.heard, Unanswered: m.unanswered.list()}
}

// recall takes over what a snapshot tells beside its facts, which have been noted.
func (m *memory) recall(s snapshotState) {
	for c, at := range s.Arrived {
		m.arrived[c] = at
	}
	if !s.Heard.IsZero() {
		m.heard = s.Heard
	}
	clear(m.unanswered) // of facts among these they are counted already
	for _, of := range s.Unanswered {
		m.unanswered[serviceID{of.Company, of.Service}] = &of
	}
}

// restore begins with the newest snapshot and returns the fact it stands behind.
func (e *Engine) restore(ctx context.Context, apply func(cti.Fact) error) (uint64, error) {
	seq, b, err := e.cfg.Journal.Snapshot(ctx)
	if err != nil {
		return 0, fmt.Errorf("read snapshot: %w", err)
	}
	if seq == 0 {
		return 0, nil
	}
	var s snapshotState
	if err := json.Unmarshal(b, &s); err != nil {
		e.log.Warn("snapshot cannot be read: replaying everything", zap.Error(err))
		return 0, nil
	}
	for _, f := range s.Facts {
		if err := apply(f); err != nil {
			return 0, err
		}
	}
	e.memory.recall(s)
	e.hotline.Resume(seq)
	e.memory.fresh = 0
	return seq, nil
}

// snapshot keeps the state now and then. It is made here, between two inputs,
// and written elsewhere: the disk does not hold the loop up.
func (e *Engine) snapshot(ctx context.Context) {
	if e.memory.fresh < snapshotEvery || !e.snapshotting.CompareAndSwap(false, true) {
		return
	}
	b, err := e.memory.encode()
	if err != nil {
		e.log.Error("snapshot cannot be made", zap.Error(err))
		e.snapshotting.Store(false)
		return
	}
	seq := e.hotline.Seq()
	e.memory.fresh = 0
	e.wg.Add(1)
	go func() {
		defer e.wg.Done()
		defer e.snapshotting.Store(false)
		if err := e.cfg.Journal.PutSnapshot(ctx, seq, b); err != nil && ctx.Err() == nil {
			e.log.Warn("snapshot not kept; the next start replays more", zap.Error(err))
		}
	}()
}
