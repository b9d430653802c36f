package lease

import (
	"context"
	"strconv"
	"sync"
	"time"

	"go.uber.org/zap"
)

// A standby that could lead says so under a key of its own; what counts is that
// the key is written again and again, not what it says.

func (k *Keeper) standbyKey() string { return k.o.Name + ".standby" }

// Attend tells, until ctx ends, that a standby is there whenever Ready says that
// it could lead.
func (k *Keeper) Attend(ctx context.Context) {
	for n := 0; ; n++ {
		if k.o.Ready() {
			put, cancel := context.WithTimeout(ctx, k.o.Timeout)
			err := k.o.Store.Put(put, k.standbyKey(), []byte(k.o.Engine+" "+k.life+" "+strconv.Itoa(n)))
			cancel()
			if err != nil && ctx.Err() == nil {
				k.o.Log.Debug("standby not told", zap.Error(err))
			}
		}
		if pause(ctx, attendEvery) != nil {
			return
		}
	}
}

// attendEvery is the time between two signs of a standby.
const attendEvery = time.Second

// Standby follows whether a standby that could lead is there.
type Standby struct {
	mu   sync.Mutex
	seen time.Time // when its sign last changed; zero before
}

// Watch looks for standbys until ctx ends.
func (k *Keeper) Watch(ctx context.Context, s *Standby) {
	var last uint64
	first := true
	for {
		get, cancel := context.WithTimeout(ctx, k.o.Timeout)
		_, revision, err := k.o.Store.Get(get, k.standbyKey())
		cancel()
		if err == nil {
			if revision != last && !first {
				s.mu.Lock()
				s.seen = time.Now()
				s.mu.Unlock()
			}
			last, first = revision, false
		}
		if pause(ctx, attendEvery/2) != nil {
			return
		}
	}
}

// There tells whether a standby gave a sign within the last three seconds.
func (s *Standby) There() bool { return s.within(3 * attendEvery) }

// Fresh is There within two: what it says of the switch is no older.
func (s *Standby) Fresh() bool { return s.within(2 * attendEvery) }

func (s *Standby) within(d time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.seen.IsZero() && time.Since(s.seen) < d
}
