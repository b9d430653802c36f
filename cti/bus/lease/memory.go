package lease

import (
	"context"
	"encoding/json"
	"os"
	"time"

	"go.uber.org/zap"
)

// awayMost is how long a standby waits for a store that does not answer, or takes
// no writes, before it leads on from memory.
const awayMost = 5 * time.Second

// memory is what an engine remembers beyond its life.
type memory struct {
	Record
	// Held: it was the last to hold the lease, as far as it knows.
	Held bool `json:"held"`
}

// rememberMost is how long the memory's disk is waited for: one that hangs must not
// cost the lease.
const rememberMost = 200 * time.Millisecond

// remember writes the memory down. Without it a start waits for the store.
func (k *Keeper) remember(r Record, held bool) {
	if k.o.Memory == "" {
		return
	}
	b, err := json.Marshal(memory{Record: r, Held: held})
	if err != nil {
		k.o.Log.Warn("lease not remembered", zap.Error(err))
		return
	}
	k.mu.Lock()
	k.memory, k.held = b, held
	k.mu.Unlock()
	doneC := make(chan struct{})
	go func() {
		defer close(doneC)
		k.writeMemory()
	}()
	select {
	case <-doneC:
	case <-time.After(rememberMost):
		k.o.Log.Warn("lease not remembered yet: the disk takes its time")
	}
}

// writeMemory writes what is to be remembered now.
func (k *Keeper) writeMemory() {
	k.memoryMu.Lock()
	defer k.memoryMu.Unlock()
	k.mu.Lock()
	b := k.memory
	k.mu.Unlock()
	err := os.WriteFile(k.o.Memory+".new", b, 0o600)
	if err == nil {
		err = os.Rename(k.o.Memory+".new", k.o.Memory)
	}
	if err != nil {
		k.o.Log.Warn("lease not remembered", zap.Error(err))
	}
}

// remembered is what the memory says, and whether it says that we were the last to hold
// the lease.
func (k *Keeper) remembered() (m memory, held bool) {
	b, err := os.ReadFile(k.o.Memory)
	return m, err == nil && json.Unmarshal(b, &m) == nil && m.Held && m.Holder == k.o.Engine
}

// forget puts a memory right by the record as it was read: one who died while he held the
// lease does not know who has led since.
func (k *Keeper) forget(now Record) {
	k.mu.Lock()
	held := k.held
	k.mu.Unlock()
	if held && now.Term > 0 && now.Holder != k.o.Engine {
		k.remember(now, false)
	}
}

// leadOn takes the lease up again from memory: in its old term, as only this
// engine ever had that. Before it is due it only begins to look whether anybody
// else serves, which takes a while.
func (k *Keeper) leadOn(ctx context.Context, due bool) (Record, bool) {
	if k.o.Memory == "" || k.o.Alone == nil {
		return Record{}, false
	}
	m, held := k.remembered()
	if !held {
		return Record{}, false
	}
	if err := k.o.Alone(ctx); err != nil {
		if due {
			k.o.Log.Info("standing by without the lease's store", zap.Error(err))
		}
		return Record{}, false
	}
	if !due {
		return Record{}, false
	}
	r := m.Record
	r.Life, r.Unconfirmed = k.life, true
	k.o.Log.Warn("leading on without the lease's store", zap.Uint64("term", r.Term))
	k.o.Metrics.held.Set(1)
	k.o.Metrics.term.Set(float64(r.Term))
	stalls := k.clock.check()
	k.change(func() {
		k.seen, k.revision, k.lost, k.replaced, k.unconfirmed, k.top = r, 0, false, false, true, max(k.top, r.Term)
		k.renewed, k.certain = time.Time{}, stalls
	})
	return r, true
}
