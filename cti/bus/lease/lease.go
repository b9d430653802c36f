// Package lease decides which of several engines leads: one record in a shared
// store, renewed by the engine that holds it, claimed by one that stands by.
//
// # Who holds it
//
// The record names holder, life (one process of that engine) and term. It is
// only ever written against the revision that was read, so that of two writers
// one learns that the other was first. The term rises with each claim: never do
// two engines hold the same one.
//
//	Keeper.Claim ─▶ Keeper.Hold ─▶ lost, or Keeper.Release ─▶ Keeper.Claim …
//
// # Time
//
// No clocks are compared. A standby reads the record again and again; the time
// between two successful reads that show the same revision is quiet time, and
// after enough of it the standby claims. A read that fails begins the count anew:
// where the store itself was away, the holder has its chance to renew first.
//
// # The store away
//
// A holder that cannot renew goes on: calls never depend on the store. That
// nobody else does meanwhile is not the lease's promise but the switch's: it
// serves one application's connection only, and tells the old one that it was
// replaced. Before a holder connects anew it asks Permit. An engine that starts
// while the store is away, or takes no writes, leads on where it was the last to
// hold the lease and nobody serves (Options.Memory). A record that the store has
// lost is its holder's to write anew; a standby takes that for quiet time.
//
// # A process that stood still
//
// Whoever stood still long enough to have lost the lease without noticing acts
// on nothing before he has asked: Sure waits for that.
package lease

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Record is the lease as it stands in the store.
type Record struct {
	Holder string `json:"holder"`
	// Life is one process of the holder.
	Life string `json:"life"`
	Term uint64 `json:"term"`
	// From is who held it before the claim; empty where nobody did.
	From string `json:"-"`
	// Unconfirmed: led on by the engine that held it last, while the store is away.
	Unconfirmed bool `json:"-"`
	// Released: the holder has let it go; whoever comes may claim it at once.
	Released bool `json:"released,omitempty"`
	// Engines have held it, in the order of their first time.
	Engines []string `json:"engines"`
}

// ErrConflict: another wrote since the revision was read.
var ErrConflict = errors.New("another wrote meanwhile")

// ErrLost: another engine holds the lease, or this one has let it go.
var ErrLost = errors.New("lease lost")

// Store keeps named values, each with a revision.
type Store interface {
	// Get reads a value; revision 0 where there is none.
	Get(ctx context.Context, key string) (value []byte, revision uint64, err error)
	// Swap writes a value where its revision is still the one given, 0 for none, and
	// returns the new one. The error Is ErrConflict where it is not.
	Swap(ctx context.Context, key string, value []byte, revision uint64) (uint64, error)
	// Put writes a value whatever is there.
	Put(ctx context.Context, key string, value []byte) error
}

// Options say how a keeper works. Zero times mean the defaults.
type Options struct {
	// Name is shared by the engines that stand in for one another, Engine is this one.
	Name, Engine string
	Store        Store
	// Renew is the time between two renewals; 0 means 400 ms.
	Renew time.Duration
	// Poll is the time between two looks of a standby; 0 means 100 ms.
	Poll time.Duration
	// Quiet is how long a standby sees no renewal before it claims; 0 means 1.5 s.
	Quiet time.Duration
	// Stall is how long this process may have stood still before it asks whether it
	// still holds the lease; 0 means 1 s. It is less than Quiet without Renew.
	Stall time.Duration
	// Timeout bounds one request to the store; 0 means 1 s.
	Timeout time.Duration
	// Ready, where given, tells whether this engine could lead: one that cannot reach
	// the switch does not claim.
	Ready func() bool
	// Memory, where given, is a file in which this engine remembers that it was the
	// last to hold the lease. Should it start while the store is away, and Alone say
	// that nobody serves, it leads on.
	Memory string
	Alone  func(context.Context) error
	// Floor, where given, is a term below which none is claimed, for a store that
	// lost its record.
	Floor   func() uint64
	Metrics *Metrics
	Log     *zap.Logger
}

func (o *Options) defaults() {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&o.Renew, 400*time.Millisecond)
	set(&o.Poll, 100*time.Millisecond)
	set(&o.Quiet, 1500*time.Millisecond)
	set(&o.Stall, time.Second)
	set(&o.Timeout, time.Second)
	if o.Ready == nil {
		o.Ready = func() bool { return true }
	}
	if o.Floor == nil {
		o.Floor = func() uint64 { return 0 }
	}
	if o.Metrics == nil {
		o.Metrics = NewMetrics()
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
}

// Keeper claims, holds and releases the lease for one engine. Claim and Hold are
// called by one goroutine in turn; all else is safe for use by many.
type Keeper struct {
	o     Options
	life  string
	clock stalls

	writingC chan struct{} // one slot: one write at a time
	memoryMu sync.Mutex    // held while the memory is written

	mu       sync.Mutex // protects the following
	seen     Record     // as last read or written
	top      uint64     // the highest term seen
	revision uint64     // of our own last write; 0 while we do not hold it
	renewed  time.Time  // when the last renewal that succeeded began
	certain  int64      // stalls before the last renewal that succeeded
	lost     bool
	// replaced: the switch has told that another took its application, and we have
	// not seen since that the lease is ours.
	replaced bool
	// unconfirmed: led on from memory, see Options.Memory.
	unconfirmed bool
	memory      []byte        // as it is to be in the file
	held        bool          // as the memory says: we were the last to hold it
	changedC    chan struct{} // closed and replaced when anything above changes
}

// New makes a keeper that holds nothing.
func New(o Options) *Keeper {
	o.defaults()
	k := &Keeper{o: o, life: rand.Text()[:12], lost: true, changedC: make(chan struct{}), writingC: make(chan struct{}, 1)}
	if o.Memory != "" {
		_, k.held = k.remembered()
	}
	k.clock.start(o.Stall)
	return k
}

// Seen is the record as last read or written.
func (k *Keeper) Seen() Record {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.seen
}

// Holds tells whether this process holds the lease as far as it knows.
func (k *Keeper) Holds() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return !k.lost
}

// Renewed is when the last claim or renewal that succeeded began.
func (k *Keeper) Renewed() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.renewed
}

// change takes note of something, under the lock, and wakes who waits.
func (k *Keeper) change(f func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f()
	close(k.changedC)
	k.changedC = make(chan struct{})
}

func (k *Keeper) read(ctx context.Context) (r Record, revision uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, k.o.Timeout)
	defer cancel()
	b, revision, err := k.o.Store.Get(ctx, k.o.Name)
	if err != nil {
		return Record{}, 0, fmt.Errorf("read lease %s: %w", k.o.Name, err)
	}
	if revision > 0 {
		if err := json.Unmarshal(b, &r); err != nil {
			return Record{}, 0, fmt.Errorf("read lease %s: %w", k.o.Name, err)
		}
	}
	return r, revision, nil
}

func (k *Keeper) write(ctx context.Context, r Record, revision uint64) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, k.o.Timeout)
	defer cancel()
	b, err := json.Marshal(r)
	if err != nil {
		return 0, fmt.Errorf("write lease %s: %w", k.o.Name, err)
	}
	revision, err = k.o.Store.Swap(ctx, k.o.Name, b, revision)
	if err != nil {
		return 0, fmt.Errorf("write lease %s: %w", k.o.Name, err)
	}
	return revision, nil
}

// Claim stands by until the lease is this engine's, and returns it. Its error is
// the context's, or Is ErrTwin.
func (k *Keeper) Claim(ctx context.Context) (Record, error) {
	k.o.Metrics.held.Set(0)
	k.change(func() { k.lost, k.revision = true, 0 })
	var w watch
	away := time.Now() // since when the store has not answered, or nobody can write to it
	deaf := uint64(0)  // the revision that could not be written over
	for {
		r, revision, err := k.read(ctx)
		if err == nil {
			k.see(r)
			k.forget(r)
			if w.twin(r, revision, k.o.Engine, k.life) {
				return Record{}, fmt.Errorf("claim lease %s: %w: %s", k.o.Name, ErrTwin, k.o.Engine)
			}
		}
		switch {
		case err == nil && (deaf == 0 || revision != deaf):
			away, deaf = time.Now(), 0
		default:
			if r, ok := k.leadOn(ctx, time.Since(away) > awayMost); ok {
				return r, nil
			}
		}
		if w.free(r, revision, err, k.o) && k.o.Ready() {
			next, err := k.claim(ctx, r, revision)
			if err == nil {
				return next, nil
			}
			if deaf = 0; !errors.Is(err, ErrConflict) {
				deaf = revision
			}
			w = watch{known: w.known}
		}
		if err := pause(ctx, k.o.Poll); err != nil {
			return Record{}, err
		}
	}
}

// see takes note of the record as it was read, and of none where the store has
// lost it.
func (k *Keeper) see(r Record) {
	if r.Term > 0 {
		k.change(func() { k.seen, k.top = r, max(k.top, r.Term) })
	}
}

// watch is what a standby has seen of the record.
type watch struct {
	revision uint64
	at       time.Time // of the last read; zero where it failed
	quiet    time.Duration
	known    bool // there was a record
	// renewals by another process of our own name
	twinAt, twins uint64
}

// free takes a read into account and tells whether the lease may be claimed.
func (w *watch) free(r Record, revision uint64, err error, o Options) bool {
	now := time.Now()
	switch {
	case err != nil:
		w.at = time.Time{}
		return false
	case r.Released || revision == 0 && !w.known: // a record that was lost its holder writes anew
		return true
	case w.at.IsZero() || revision != w.revision:
		w.revision, w.at, w.quiet, w.known = revision, now, 0, true
	default:
		// Our own standing still is no silence of the holder's.
		w.quiet += min(now.Sub(w.at), 2*o.Poll)
		w.at = now
	}
	return w.quiet >= o.Quiet
}

func (k *Keeper) claim(ctx context.Context, r Record, revision uint64) (Record, error) {
	k.mu.Lock()
	if revision == 0 {
		r = k.seen // as far as we know it
	}
	top := k.top
	k.mu.Unlock()
	before := r
	r.Holder, r.From, r.Life, r.Released, r.Unconfirmed = k.o.Engine, before.Holder, k.life, false, false
	r.Term = max(r.Term, top, k.o.Floor()) + 1
	if !slices.Contains(r.Engines, r.Holder) {
		r.Engines = append(slices.Clone(r.Engines), r.Holder)
	}
	stalls, began := k.clock.check(), time.Now()
	next, err := k.write(ctx, r, revision)
	if err != nil {
		if !errors.Is(err, ErrConflict) {
			k.o.Log.Warn("lease not claimed", zap.Error(err))
		}
		return Record{}, err
	}
	k.o.Log.Info("lease claimed", zap.Uint64("term", r.Term), zap.String("from", before.Holder), zap.Bool("released", before.Released))
	k.o.Metrics.claims.Inc()
	k.o.Metrics.term.Set(float64(r.Term))
	k.o.Metrics.held.Set(1)
	k.change(func() {
		k.seen, k.revision, k.lost, k.replaced, k.unconfirmed = r, next, false, false, false
		k.renewed, k.certain, k.top = began, stalls, r.Term
	})
	k.remember(r, true)
	return r, nil
}

// Hold renews the lease until it is lost, which is ErrLost, or ctx ends, which
// does not let it go.
func (k *Keeper) Hold(ctx context.Context) error {
	for {
		if err := k.renew(ctx); errors.Is(err, ErrLost) {
			return err
		}
		if err := pause(ctx, k.o.Renew); err != nil {
			return err
		}
	}
}

// alone waits until nothing else here writes.
func (k *Keeper) alone(ctx context.Context) error {
	select {
	case k.writingC <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// conflictsMost is how often a renewal is tried over, against copies of the store
// that lag behind.
const conflictsMost = 5

// renew writes the record once more. The error Is ErrLost where another was
// written; any other means that the store could not be asked.
func (k *Keeper) renew(ctx context.Context) error {
	if err := k.alone(ctx); err != nil {
		return err
	}
	defer func() { <-k.writingC }()
	for tries := 0; ; tries++ {
		k.mu.Lock()
		r, revision, lost, unconfirmed := k.seen, k.revision, k.lost, k.unconfirmed
		k.mu.Unlock()
		if lost {
			return ErrLost
		}
		stalls, began := k.clock.check(), time.Now()
		next, err := k.write(ctx, r, revision)
		switch {
		case err == nil:
			k.o.Metrics.renewals.Inc()
			k.change(func() {
				k.revision, k.renewed, k.certain, k.replaced, k.unconfirmed = next, began, stalls, false, false
			})
			return nil
		case !errors.Is(err, ErrConflict):
			if ctx.Err() == nil {
				k.o.Metrics.failures.Inc()
				k.o.Log.Debug("lease not renewed", zap.Error(err))
			}
			return err
		}
		// A write of ours that was not replied to may have been carried out.
		conflict := err
		now, at, err := k.read(ctx)
		if err != nil {
			return err
		}
		life := now.Life == k.life || unconfirmed && now.Holder == k.o.Engine
		ours := at == 0 || life && now.Term == r.Term && !now.Released
		switch {
		case !ours: // at 0 the store has lost the record
			k.lose(now)
			return ErrLost
		case tries == conflictsMost:
			return conflict
		}
		k.change(func() { k.revision = at })
	}
}

func (k *Keeper) lose(now Record) {
	k.o.Log.Warn("lease lost", zap.String("holder", now.Holder), zap.Uint64("term", now.Term))
	k.o.Metrics.held.Set(0)
	k.change(func() { k.seen, k.lost, k.revision = now, true, 0 })
	k.remember(now, false)
}

// Release lets the lease go, so that a standby claims it at once. Whoever
// releases has stopped deciding before.
func (k *Keeper) Release(ctx context.Context) error {
	if err := k.alone(ctx); err != nil {
		return err
	}
	defer func() { <-k.writingC }()
	k.mu.Lock()
	r, revision, lost := k.seen, k.revision, k.lost
	k.mu.Unlock()
	if lost {
		return nil
	}
	k.o.Metrics.held.Set(0)
	k.change(func() { k.lost, k.revision = true, 0 })
	r.Released = true
	k.remember(r, false)
	if _, err := k.write(ctx, r, revision); err != nil && !errors.Is(err, ErrConflict) {
		return err
	}
	return nil
}

// Close ends the keeper's goroutine. It does not let the lease go.
func (k *Keeper) Close() { k.clock.stop() }

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
