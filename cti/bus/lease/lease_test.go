package lease

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errAway = errors.New("no answer")

// shelf is a store in memory. Each engine has its own way to it, which may be
// broken, slow, or lose replies.
type shelf struct {
	mu     sync.Mutex
	values map[string][]byte
	at     map[string]uint64
	last   uint64
}

func newShelf() *shelf {
	return &shelf{values: map[string][]byte{}, at: map[string]uint64{}}
}

// way is one engine's way to the shelf.
type way struct {
	*shelf
	mu    sync.Mutex
	away  bool // no request arrives
	deaf  bool // requests arrive, replies do not
	full  bool // it reads and takes no writes
	delay time.Duration
}

func (w *way) set(f func(*way)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(w)
}

func (w *way) begin(ctx context.Context) (deaf bool, err error) {
	w.mu.Lock()
	away, deaf, delay := w.away, w.deaf, w.delay
	w.mu.Unlock()
	if away {
		<-ctx.Done()
		return false, errAway
	}
	if delay > 0 {
		if err := pause(ctx, delay); err != nil {
			return false, err
		}
	}
	return deaf, nil
}

func (w *way) Get(ctx context.Context, key string) ([]byte, uint64, error) {
	deaf, err := w.begin(ctx)
	if err != nil {
		return nil, 0, err
	}
	w.shelf.mu.Lock()
	v, at := w.values[key], w.at[key]
	w.shelf.mu.Unlock()
	if deaf {
		<-ctx.Done()
		return nil, 0, errAway
	}
	return v, at, nil
}

func (w *way) Swap(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	deaf, err := w.begin(ctx)
	w.mu.Lock()
	full := w.full
	w.mu.Unlock()
	if err != nil || full {
		return 0, errors.Join(err, errAway)
	}
	w.shelf.mu.Lock()
	at, err := w.last, ErrConflict
	if w.at[key] == revision {
		w.last++
		at, err = w.last, nil
		w.values[key], w.at[key] = value, at
	}
	w.shelf.mu.Unlock()
	if deaf {
		<-ctx.Done()
		return 0, errAway
	}
	return at, err
}

func (w *way) Put(ctx context.Context, key string, value []byte) error {
	w.shelf.mu.Lock()
	w.last++
	w.values[key], w.at[key] = value, w.last
	w.shelf.mu.Unlock()
	return nil
}

func keeper(t testing.TB, s *shelf, engine string, options ...func(*Options)) (*Keeper, *way) {
	w := &way{shelf: s}
	o := Options{Name: "l", Engine: engine, Store: w}
	for _, f := range options {
		f(&o)
	}
	k := New(o)
	t.Cleanup(k.Close)
	return k, w
}

// claim runs Claim and gives how long it took.
func claim(t *testing.T, k *Keeper) (Record, time.Duration) {
	t.Helper()
	began := time.Now()
	r, err := k.Claim(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r, time.Since(began)
}

// hold runs Hold until the test ends.
func hold(t *testing.T, k *Keeper) (lostC chan error, end context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	lostC = make(chan error, 1)
	go func() { lostC <- k.Hold(ctx) }()
	return lostC, cancel
}

func TestClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		a, _ := keeper(t, s, "a")
		b, _ := keeper(t, s, "b")
		if r, took := claim(t, a); r.Term != 1 || took > time.Second {
			t.Fatalf("the first claim: term %d after %v", r.Term, took)
		}
		_, die := hold(t, a)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if r, err := b.Claim(ctx); err == nil {
			t.Fatalf("claimed from a holder that renews: %+v", r)
		}
		die() // without letting go
		r, took := claim(t, b)
		if r.Term != 2 || r.Holder != "b" || r.From != "a" || len(r.Engines) != 2 || took < 1400*time.Millisecond || took > 2*time.Second {
			t.Errorf("claimed after %v: %+v", took, r)
		}
		if err := a.Sure(t.Context()); err != nil {
			t.Errorf("a process that did not stand still does not ask: %v", err)
		}
		if err := a.Permit(t.Context(), false, nil); !errors.Is(err, ErrLost) {
			t.Errorf("the old holder may connect: %v", err)
		}
		if err := a.Sure(t.Context()); !errors.Is(err, ErrLost) {
			t.Errorf("the old holder is sure: %v", err)
		}
	})
}

func TestRelease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		a, _ := keeper(t, s, "a")
		b, _ := keeper(t, s, "b")
		claim(t, a)
		if err := a.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		if r, took := claim(t, b); r.Term != 2 || took > 200*time.Millisecond {
			t.Errorf("after a release claimed with term %d after %v", r.Term, took)
		}
	})
}

// TestStoreAway: while nobody can ask the store nobody claims, the holder goes on,
// and when it is back the holder is before the standby.
func TestStoreAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		a, toA := keeper(t, s, "a")
		b, toB := keeper(t, s, "b")
		claim(t, a)
		lostC, _ := hold(t, a)
		claimedC := make(chan Record, 1)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			if r, err := b.Claim(ctx); err == nil {
				claimedC <- r
			}
		}()
		both := func(away bool) {
			for _, w := range []*way{toA, toB} {
				w.set(func(w *way) { w.away = away })
			}
		}
		both(true)
		sleepFor(time.Minute)
		both(false)
		sleepFor(10 * time.Second)
		select {
		case r := <-claimedC:
			t.Fatalf("claimed after the store was away: %+v", r)
		case err := <-lostC:
			t.Fatalf("lost: %v", err)
		default:
		}
		// Away for the holder alone: the standby claims, the holder learns of it later.
		toA.set(func(w *way) { w.away = true })
		if r := <-claimedC; r.Term != 2 {
			t.Errorf("claimed with term %d", r.Term)
		}
		if !a.Holds() {
			t.Error("a holder that cannot ask has given up")
		}
		toA.set(func(w *way) { w.away = false })
		if err := <-lostC; !errors.Is(err, ErrLost) {
			t.Errorf("the old holder ends with %v", err)
		}
	})
}

// TestReplyLost: a renewal that was carried out and not replied to is our own.
func TestReplyLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		a, toA := keeper(t, s, "a")
		claim(t, a)
		lostC, _ := hold(t, a)
		toA.set(func(w *way) { w.deaf = true })
		sleepFor(5 * time.Second)
		toA.set(func(w *way) { w.deaf = false })
		sleepFor(5 * time.Second)
		select {
		case err := <-lostC:
			t.Fatalf("lost to itself: %v", err)
		default:
		}
		if err := a.Permit(t.Context(), true, nil); err != nil {
			t.Errorf("replaced at the switch, the lease still ours: %v", err)
		}
	})
}

// TestPermitAlone: the store away, a link that broke may be made anew at once by
// who renewed a moment ago, by others only where nobody else serves; never by one
// that was replaced.
func TestPermitAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		a, toA := keeper(t, s, "a")
		claim(t, a)
		toA.set(func(w *way) { w.away = true })
		other := errors.New("another serves")
		asked := 0
		alone := func(context.Context) error { asked++; return other }
		sleepFor(3 * time.Second)
		if err := a.Permit(t.Context(), false, alone); !errors.Is(err, other) || errors.Is(err, ErrLost) || asked != 1 {
			t.Errorf("another serves: %v, asked %d times", err, asked)
		}
		other = nil
		if err := a.Permit(t.Context(), false, alone); err != nil {
			t.Errorf("nobody else serves: %v", err)
		}
		if err := a.Permit(t.Context(), true, alone); !errors.Is(err, ErrLost) {
			t.Errorf("replaced: %v", err)
		}
	})
}

// TestSure: whoever stood still waits until he has asked.
func TestSure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		a, _ := keeper(t, s, "a")
		claim(t, a)
		hold(t, a)
		sleepFor(5 * time.Second)
		if err := a.Sure(t.Context()); err != nil {
			t.Fatal(err)
		}
		a.clock.mu.Lock()
		a.clock.beat = a.clock.beat.Add(-2 * time.Second) // as after SIGCONT
		a.clock.mu.Unlock()
		began := time.Now()
		if err := a.Sure(t.Context()); err != nil || time.Since(began) == 0 {
			t.Errorf("sure after %v: %v", time.Since(began), err)
		}
	})
}

// remembering has an engine keep its memory in a file, and find itself alone.
func remembering(file string) func(*Options) {
	return func(o *Options) {
		o.Memory, o.Alone = file, func(context.Context) error { return nil }
	}
}

// TestLeadOn: an engine that dies while the store is away, and was the last to
// lead, leads on when it starts again, in the same term; when the store is back
// it holds the lease, unless another does.
func TestLeadOn(t *testing.T) {
	for _, taken := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := newShelf()
			same := remembering(filepath.Join(t.TempDir(), "lease.json"))
			first, _ := keeper(t, s, "a", same)
			claim(t, first)
			if taken {
				b, _ := keeper(t, s, "b")
				claim(t, b)
			}
			second, to := keeper(t, s, "a", same)
			to.away = true
			r, took := claim(t, second)
			if r.Term != 1 || !r.Unconfirmed || took < awayMost || took > 2*awayMost {
				t.Fatalf("led on after %v: %+v", took, r)
			}
			lostC, _ := hold(t, second)
			sleepFor(20 * time.Second)
			to.set(func(w *way) { w.away = false })
			sleepFor(5 * time.Second)
			if second.Holds() == taken {
				t.Errorf("another claimed meanwhile: %t; it holds the lease: %t", taken, second.Holds())
			}
			if taken {
				<-lostC
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				to.set(func(w *way) { w.away = true })
				if r, err := second.Claim(ctx); err == nil {
					t.Errorf("led on after it had lost: %+v", r)
				}
			}
		})
	}
}

// TestLedMeanwhile: an engine that died while it led, and has seen that another leads since,
// does not lead on from memory: neither while it stands by, nor after its next start.
func TestLedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		same := remembering(filepath.Join(t.TempDir(), "lease.json"))
		first, _ := keeper(t, s, "a", same)
		claim(t, first)
		b, _ := keeper(t, s, "b")
		claim(t, b)
		hold(t, b)
		for _, seen := range []time.Duration{2 * time.Second, 0} {
			again, to := keeper(t, s, "a", same)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			to.away = seen == 0
			go func() { sleepFor(seen); to.set(func(w *way) { w.away = true }) }()
			if r, err := again.Claim(ctx); err == nil {
				t.Fatalf("led on after another had led, seen for %v: %+v", seen, r)
			}
		}
	})
}

// TestStoreFull: an engine that starts again while the store can be read and not
// written, as without a quorum, leads on; the standby, which has not led, does not.
func TestStoreFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		dir := t.TempDir()
		same := func(name string) func(*Options) { return remembering(filepath.Join(dir, name)) }
		first, _ := keeper(t, s, "a", same("a"))
		claim(t, first)
		second, toA := keeper(t, s, "a", same("a"))
		other, toB := keeper(t, s, "b", same("b"))
		toA.full, toB.full = true, true
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		otherC := make(chan error, 1)
		go func() {
			_, err := other.Claim(ctx)
			otherC <- err
		}()
		r, err := second.Claim(ctx)
		if err != nil || r.Term != 1 || !r.Unconfirmed {
			t.Fatalf("%+v, %v", r, err)
		}
		lostC, _ := hold(t, second)
		if err := <-otherC; err == nil {
			t.Error("an engine that did not lead leads on")
		}
		toA.set(func(w *way) { w.full = false })
		sleepFor(5 * time.Second)
		if now := second.Seen(); !second.Holds() || now.Term != 1 || len(lostC) > 0 || s.at["l"] == 1 {
			t.Errorf("the store takes writes again: %+v", now)
		}
	})
}

// TestRecordLost: a record that the store has lost is its holder's to write anew,
// and terms never fall.
func TestRecordLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		a, _ := keeper(t, s, "a")
		b, _ := keeper(t, s, "b")
		claim(t, b)
		check(t, b.Release(t.Context()))
		if r, _ := claim(t, a); r.Term != 2 {
			t.Fatalf("%+v", r)
		}
		_, die := hold(t, a)
		claimedC := make(chan Record, 1)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			if r, err := b.Claim(ctx); err == nil {
				claimedC <- r
			}
		}()
		lose := func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			delete(s.values, "l")
			delete(s.at, "l")
		}
		for range 20 {
			sleepFor(730 * time.Millisecond)
			lose()
		}
		sleepFor(5 * time.Second)
		if len(claimedC) > 0 || !a.Holds() {
			t.Fatalf("taken from a holder that lives: %+v", <-claimedC)
		}
		die()
		lose()
		if r := <-claimedC; r.Term != 3 || len(r.Engines) != 2 {
			t.Errorf("claimed after the loss: %+v", r)
		}
	})
}

// TestTwin: of two processes with one name the second refuses to stand by; one
// that starts again after it was killed does not.
func TestTwin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		first, _ := keeper(t, s, "a")
		claim(t, first)
		_, die := hold(t, first)
		second, _ := keeper(t, s, "a")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if r, err := second.Claim(ctx); !errors.Is(err, ErrTwin) {
			t.Fatalf("%+v, %v", r, err)
		}
		dir := t.TempDir()
		look := func(engine, file string) (time.Duration, error) {
			began := time.Now()
			err := CheckTwin(ctx, Options{Name: "l", Engine: engine, Store: &way{shelf: s}, Memory: filepath.Join(dir, file)})
			return time.Since(began), err
		}
		first.o.Memory = filepath.Join(dir, "first")
		first.remember(first.Seen(), true)
		if _, err := look("a", "none"); !errors.Is(err, ErrTwin) {
			t.Errorf("a twin's look finds %v", err)
		}
		for _, file := range []string{"first", "none"} {
			if took, err := look(map[string]string{"first": "a", "none": "b"}[file], file); err != nil || took > 0 {
				t.Errorf("%s: %v after %v", file, err, took)
			}
		}
		go func() { sleepFor(700 * time.Millisecond); die() }()
		third, _ := keeper(t, s, "a")
		if r, _ := claim(t, third); r.Term != 2 {
			t.Errorf("claimed %+v", r)
		}
	})
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func sleepFor(d time.Duration) { <-time.After(d) }

// TestNeverTwo: whatever happens to the ways and the engines, no term has two
// holders, terms rise, and in the end somebody leads.
func TestNeverTwo(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		type step struct {
			engine, what int
			wait         time.Duration
		}
		steps := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) step {
			return step{
				rapid.IntRange(0, 2).Draw(r, "engine"), rapid.IntRange(0, 5).Draw(r, "what"),
				time.Duration(rapid.IntRange(0, 4000).Draw(r, "ms")) * time.Millisecond,
			}
		}), 1, 30).Draw(r, "steps")
		synctest.Test(t, func(t *testing.T) {
			s := newShelf()
			var mu sync.Mutex
			holders, top := map[uint64]string{}, uint64(0)
			claimed := func(engine string, k *Keeper, rec Record) {
				mu.Lock()
				defer mu.Unlock()
				if h := holders[rec.Term]; h != "" {
					t.Errorf("term %d is %s's and %s's", rec.Term, h, engine)
				}
				holders[rec.Term] = engine
				top = max(top, rec.Term)
			}
			ctx, cancel := context.WithCancel(t.Context())
			var all sync.WaitGroup
			keepers, ways := make([]*Keeper, 3), make([]*way, 3)
			for i := range keepers {
				name := fmt.Sprintf("e%d", i)
				k, w := keeper(t, s, name)
				keepers[i], ways[i] = k, w
				all.Go(func() {
					for ctx.Err() == nil {
						rec, err := k.Claim(ctx)
						if err != nil {
							return
						}
						claimed(name, k, rec)
						_ = k.Hold(ctx)
					}
				})
			}
			for _, st := range steps {
				w := ways[st.engine]
				switch st.what {
				case 0:
					w.set(func(w *way) { w.away = !w.away })
				case 1:
					w.set(func(w *way) { w.deaf = !w.deaf })
				case 2:
					w.set(func(w *way) { w.delay = st.wait / 4 })
				case 3:
					_ = keepers[st.engine].Release(ctx)
				case 4:
					_ = keepers[st.engine].Permit(ctx, true, func(context.Context) error { return nil })
				}
				sleepFor(st.wait)
			}
			for _, w := range ways {
				w.set(func(w *way) { w.away, w.deaf, w.delay = false, false, 0 })
			}
			sleepFor(10 * time.Second)
			leads := 0
			for _, k := range keepers {
				if k.Holds() {
					leads++
				}
			}
			if leads != 1 {
				t.Errorf("%d engines lead in the end, of term %d", leads, top)
			}
			cancel()
			all.Wait()
		})
	})
}
