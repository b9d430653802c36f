package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"sansheng/cti"
	"sansheng/pbx"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memoryJournal keeps facts in memory. While held it answers nobody, as a disk
// that hangs.
type memoryJournal struct {
	mu      sync.Mutex
	facts   []cti.Fact
	held    bool
	waiting []func(error)

	snapshotSeq uint64
	snapshot    []byte
}

func (j *memoryJournal) Append(facts []cti.Fact, done func(error)) {
	j.mu.Lock()
	j.facts = append(j.facts, facts...)
	if j.held {
		j.waiting = append(j.waiting, done)
		j.mu.Unlock()
		return
	}
	j.mu.Unlock()
	done(nil)
}

func (j *memoryJournal) ReplayAfter(_ context.Context, after uint64, fn func(cti.Fact) error) (uint64, error) {
	for _, f := range j.facts[min(after, uint64(len(j.facts))):] {
		if err := fn(f); err != nil {
			return 0, err
		}
	}
	return uint64(len(j.facts)), nil
}

func (j *memoryJournal) Snapshot(context.Context) (uint64, []byte, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.snapshotSeq, j.snapshot, nil
}

func (j *memoryJournal) PutSnapshot(_ context.Context, seq uint64, state []byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.snapshotSeq, j.snapshot = seq, state
	return nil
}

func (j *memoryJournal) release() {
	j.mu.Lock()
	waiting := j.waiting
	j.held, j.waiting = false, nil
	j.mu.Unlock()
	for _, done := range waiting {
		done(nil)
	}
}

func (j *memoryJournal) kinds() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var kinds []string
	for _, f := range j.facts {
		kinds = append(kinds, string(f.Kind))
	}
	return kinds
}

// scriptSwitch gives the events it is told to and notes the commands.
type scriptSwitch struct {
	eventC chan pbx.Event
	mu     sync.Mutex
	done   []pbx.Command
	fail   func(pbx.Command) error
}

func newScriptSwitch() *scriptSwitch { return &scriptSwitch{eventC: make(chan pbx.Event, 100)} }

func (s *scriptSwitch) Next(ctx context.Context) (pbx.Event, error) {
	select {
	case e := <-s.eventC:
		return e, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *scriptSwitch) Do(_ context.Context, c pbx.Command) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = append(s.done, c)
	if s.fail != nil {
		return s.fail(c)
	}
	return nil
}

func (s *scriptSwitch) Now() time.Time { return time.Now() }

func (s *scriptSwitch) commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, c := range s.done {
		names = append(names, fmt.Sprintf("%T", c))
	}
	return names
}

func up() pbx.LinkUp {
	now := time.Now()
	return pbx.LinkUp{At: pbx.At(now), Snapshot: pbx.Snapshot{
		At: now, StartedAt: now.Add(-time.Hour), Endpoints: []pbx.Endpoint{{ID: "PJSIP/1001", Reachable: true}},
	}}
}

func arrival(id string) pbx.ChannelEntered {
	return pbx.ChannelEntered{At: pbx.At(time.Now()), Channel: pbx.Channel{
		ID: pbx.ChannelID(id), InApp: true, CreatedAt: time.Now(), Args: []string{"inbound", "800100", id},
	}}
}

// run starts an engine inside a synctest bubble and stops it at the end.
func run(t *testing.T, j Journal, s Switch, l Ledger) *Engine { return runPulsing(t, j, s, l, nil) }

func runPulsing(t *testing.T, j Journal, s Switch, l Ledger, p *Pulse) *Engine {
	e := New(Config{Name: "e1", Plan: cti.DemoPlan(0), Switch: s, Journal: j, Ledger: l, Pulse: p})
	ctx, cancel := context.WithCancel(context.Background())
	doneC := make(chan error, 1)
	go func() { doneC <- e.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-doneC; err != nil {
			t.Errorf("engine ended with %v", err)
		}
	})
	return e
}

// TestFactsBeforeEffects: no command leaves before its facts are durable; a
// journal that hangs holds the caller up for 50 ms and no longer, and the order
// of commands stays.
func TestFactsBeforeEffects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, s := &memoryJournal{}, newScriptSwitch()
		run(t, j, s, nil)
		s.eventC <- up()
		synctest.Wait()
		j.mu.Lock()
		j.held = true
		j.mu.Unlock()
		s.eventC <- arrival("c1")
		synctest.Wait()
		// A channel nobody has dialled is no effect.
		if got := s.commands(); !slices.Equal(got, []string{"pbx.Create"}) {
			t.Fatalf("commands before their facts: %v", got)
		}
		time.Sleep(effectsAtMost) //nolint:forbidigo // the bubble's clock, not a wait
		synctest.Wait()
		got := s.commands()
		for _, want := range []string{"pbx.Watch", "pbx.Answer", "pbx.Play", "pbx.Dial"} {
			if !slices.Contains(got, want) {
				t.Errorf("after 50 ms %s has not been ordered: %v", want, got)
			}
		}
		if w, a := slices.Index(got, "pbx.Watch"), slices.Index(got, "pbx.Answer"); w > a {
			t.Errorf("order of commands changed: %v", got)
		}
		j.release()
	})
}

// TestEffectsBehindFacts: a decision that has facts only holds what was decided after it up no
// longer than one with effects of its own.
func TestEffectsBehindFacts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &memoryJournal{held: true}
		var got []pbx.Command
		g := newGate(j, func(c []pbx.Command) { got = append(got, c...) }, func(error) {}, NewMetrics())
		g.add([]cti.Fact{{ID: "f1"}}, nil)
		g.add(nil, []pbx.Command{pbx.Lease{Channel: "c1", For: time.Second}})
		if len(got) > 0 {
			t.Fatalf("effects before earlier facts: %v", got)
		}
		time.Sleep(effectsAtMost) //nolint:forbidigo // the bubble's clock, not a wait
		synctest.Wait()
		if len(got) != 1 {
			t.Errorf("after %v the lease is not ordered: %v", effectsAtMost, got)
		}
		j.release()
	})
}

// TestReplay: an engine that starts from the journal of another one knows its
// calls, and ends those the switch does not have any more.
func TestReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, s := &memoryJournal{}, newScriptSwitch()
		first := New(Config{Name: "e1", Plan: cti.DemoPlan(0), Switch: s, Journal: j})
		ctx, cancel := context.WithCancel(context.Background())
		doneC := make(chan error)
		go func() { doneC <- first.Run(ctx) }()
		s.eventC <- up()
		s.eventC <- arrival("c1")
		synctest.Wait()
		cancel()
		<-doneC

		second := run(t, j, s, nil)
		s.eventC <- up() // without c1
		<-second.Reconciled()
		v, err := second.View(context.Background())
		if err != nil || v.Live != 0 || !v.Linked {
			t.Errorf("view %+v, %v: the call is gone and must have ended", v, err)
		}
		if kinds := j.kinds(); kinds[len(kinds)-1] != "call.ended" && !slices.Contains(kinds, "call.ended") {
			t.Errorf("no end on record: %v", kinds)
		}
	})
}

// TestSnapshot: an engine that has run for long keeps snapshots, and the next
// one begins with the newest instead of the first fact.
func TestSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, s := &memoryJournal{}, newScriptSwitch()
		first := New(Config{Name: "e1", Plan: cti.DemoPlan(0), Switch: s, Journal: j})
		ctx, cancel := context.WithCancel(context.Background())
		doneC := make(chan error)
		go func() { doneC <- first.Run(ctx) }()
		s.eventC <- up()
		s.eventC <- arrival("lasting")
		for i := range snapshotEvery / 4 {
			id := pbx.ChannelID(fmt.Sprint("c", i))
			s.eventC <- arrival(string(id))
			s.eventC <- pbx.ChannelGone{At: pbx.At(time.Now()), Channel: id, Cause: pbx.CauseNormal}
		}
		synctest.Wait()
		cancel()
		<-doneC
		if j.snapshotSeq < snapshotEvery {
			t.Fatalf("no snapshot after %d facts", len(j.facts))
		}
		replayed := 0
		j2 := &countingJournal{memoryJournal: j, replayed: &replayed}
		second := run(t, j2, s, nil)
		v, err := second.View(context.Background())
		if err != nil || v.Live != 1 {
			t.Errorf("%d calls live, %v; one is", v.Live, err)
		}
		if replayed > len(j.facts)-snapshotEvery {
			t.Errorf("%d of %d facts were replayed", replayed, len(j.facts))
		}
	})
}

// countingJournal counts what is replayed.
type countingJournal struct {
	*memoryJournal
	replayed *int
}

func (j *countingJournal) ReplayAfter(ctx context.Context, after uint64, fn func(cti.Fact) error) (uint64, error) {
	return j.memoryJournal.ReplayAfter(ctx, after, func(f cti.Fact) error { *j.replayed++; return fn(f) })
}

// TestJournalLost: an engine whose journal is another's stops, and orders
// nothing more.
func TestJournalLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, s := &memoryJournal{}, newScriptSwitch()
		e := New(Config{Name: "e1", Plan: cti.DemoPlan(0), Switch: s, Journal: j})
		doneC := make(chan error)
		go func() { doneC <- e.Run(context.Background()) }()
		s.eventC <- up()
		synctest.Wait()
		j.mu.Lock()
		j.held = true
		j.mu.Unlock()
		s.eventC <- arrival("c1")
		synctest.Wait()
		j.mu.Lock()
		waiting := j.waiting
		j.mu.Unlock()
		waiting[0](fmt.Errorf("fenced: %w", ErrJournalLost))
		if err := <-doneC; !errors.Is(err, ErrJournalLost) {
			t.Errorf("ended with %v", err)
		}
		if got := s.commands(); !slices.Equal(got, []string{"pbx.Create"}) { // no effect
			t.Errorf("ordered without a fact: %v", got)
		}
	})
}

// ledgerEntries is a ledger in memory.
type ledgerEntries []pbx.LedgerEntry

func (l ledgerEntries) Since(context.Context, time.Time) ([]pbx.LedgerEntry, error) { return l, nil }

// TestLedger: what ended while nobody listened has the switch's own time, and
// callers served by the fallback have a record, once.
func TestLedger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, s := &memoryJournal{}, newScriptSwitch()
		at := time.Now().Add(-20 * time.Second)
		l := ledgerEntries{
			{At: at, Kind: pbx.LedgerFallback, Channel: "ch9", Call: "c9", DID: "800100", Caller: "138"},
			{At: at.Add(5 * time.Second), Kind: pbx.LedgerHangup, Channel: "ch9", Cause: pbx.CauseNormal},
		}
		run(t, j, s, l)
		s.eventC <- up()
		s.eventC <- pbx.LinkLost{At: pbx.At(time.Now())}
		s.eventC <- up()
		synctest.Wait()
		n := 0
		for _, f := range j.facts {
			if f.Call == "c9" && f.Kind == cti.CallEnded {
				n++
				if !f.At.Equal(at.Add(5 * time.Second).Truncate(time.Millisecond)) {
					t.Errorf("ended at %v, the ledger says %v", f.At, at.Add(5*time.Second))
				}
			}
		}
		if n != 1 {
			t.Errorf("the unseen call ended %d times on record", n)
		}
	})
}

// TestEndsWhileLinkIsMade: a caller hangs up while nobody listens, and his agent's phone is
// freed while the link is being made: the call was ended by the caller.
func TestEndsWhileLinkIsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, s := &memoryJournal{}, newScriptSwitch()
		l := &growingLedger{}
		run(t, j, s, l)
		s.eventC <- up()
		s.eventC <- arrival("c1")
		synctest.Wait()
		now := func() pbx.At { <-time.After(100 * time.Millisecond); return pbx.At(time.Now()) }
		for _, e := range []func() pbx.Event{
			func() pbx.Event { return pbx.ChannelAlerting{At: now(), Channel: "c1-agent1"} },
			func() pbx.Event { return pbx.ChannelAnswered{At: now(), Channel: "c1-agent1"} },
			func() pbx.Event { return pbx.PlaybackFinished{At: now(), Channel: "c1", Playback: "c1-greeting"} },
			func() pbx.Event { return pbx.BridgeEntered{At: now(), Bridge: "c1-talk1", Channel: "c1"} },
			func() pbx.Event { return pbx.BridgeEntered{At: now(), Bridge: "c1-talk1", Channel: "c1-agent1"} },
		} {
			s.eventC <- e()
			synctest.Wait()
		}
		if !slices.Contains(j.kinds(), string(cti.CallJoined)) {
			t.Fatalf("they do not talk: %v", j.kinds())
		}
		s.eventC <- pbx.LinkLost{At: now()}
		l.add(pbx.LedgerEntry{At: time.Time(now()), Kind: pbx.LedgerHangup, Channel: "c1", Cause: pbx.CauseNormal})
		freed := now()
		l.add(pbx.LedgerEntry{At: time.Time(freed), Kind: pbx.LedgerHangup, Channel: "c1-agent1", Cause: pbx.CauseNormal})
		s.eventC <- pbx.HangupRequested{At: freed, Channel: "c1-agent1", Cause: pbx.CauseNormal}
		s.eventC <- pbx.ChannelGone{At: freed, Channel: "c1-agent1", Cause: pbx.CauseNormal}
		s.eventC <- up()
		synctest.Wait()
		var by []cti.Role
		for _, f := range j.facts {
			switch d := f.Data.(type) {
			case *cti.HungUp:
				by = append(by, d.By)
			case *cti.Ended:
				by = append(by, d.By)
			}
		}
		if !slices.Equal(by, []cti.Role{cti.RoleCaller, cti.RoleCaller}) {
			t.Errorf("hung up and ended by %v: %v", by, j.kinds())
		}
	})
}

// TestLedgerLongFallback: a caller who fell back unseen while the link was made is found
// while he is there still, and who answered him is asked for from then on, however long
// they talk.
func TestLedgerLongFallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, s := &memoryJournal{}, newScriptSwitch()
		l := &growingLedger{}
		run(t, j, s, l)
		s.eventC <- up()
		synctest.Wait()
		fell := time.Now()
		l.add(
			pbx.LedgerEntry{At: fell.Add(-time.Second), Kind: pbx.LedgerArrived, Channel: "ch9", Call: "c9", DID: "800100", Caller: "138"},
			pbx.LedgerEntry{At: fell, Kind: pbx.LedgerFallback, Channel: "ch9", Call: "c9", DID: "800100", Caller: "138"},
		)
		<-time.After(2*auditEvery + time.Second)
		synctest.Wait()
		if !slices.Contains(j.kinds(), string(cti.CallFellBack)) || !slices.Contains(s.commands(), "pbx.Watch") {
			t.Fatalf("a caller who is in the fallback is not found: %v, %v", j.kinds(), s.commands())
		}
		<-time.After(10 * time.Minute)
		// On a busy machine the ledger is behind.
		s.eventC <- pbx.ChannelGone{At: pbx.At(time.Now()), Channel: "ch9", Cause: pbx.CauseNormal}
		<-time.After(5 * ledgerLag)
		l.add(
			pbx.LedgerEntry{At: time.Now(), Kind: pbx.LedgerServed, Channel: "ch9", Call: "c9", Endpoint: "PJSIP/1001"},
			pbx.LedgerEntry{At: time.Now(), Kind: pbx.LedgerHangup, Channel: "ch9", Endpoint: "PJSIP/1001"},
		)
		<-time.After(2 * ledgerLag)
		synctest.Wait()
		if !slices.Contains(j.kinds(), string(cti.CallServed)) {
			t.Errorf("who served him is not on record: %v", j.kinds())
		}
		if n := len(slices.DeleteFunc(j.kinds(), func(k string) bool { return k != string(cti.CallEnded) })); n != 1 {
			t.Errorf("he ended %d times on record", n)
		}
		if l.oldest().After(fell) {
			t.Errorf("the ledger was read from %v at last, and he fell back at %v", l.oldest(), fell)
		}
	})
}

// TestPulse: an engine whose loop is held up, by a ledger that does not answer, is not
// alive, and is again when it goes on.
func TestPulse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &growingLedger{}
		pulse := new(Pulse)
		s := newScriptSwitch()
		runPulsing(t, &memoryJournal{}, s, l, pulse)
		if err := pulse.Alive(); err != nil {
			t.Errorf("before it begins: %v", err)
		}
		s.eventC <- up()
		<-time.After(time.Minute)
		if err := pulse.Alive(); err != nil {
			t.Errorf("all is well: %v", err)
		}
		l.hold()
		<-time.After(2 * auditEvery)
		if err := pulse.Alive(); err == nil {
			t.Error("it is held up, and says that it lives")
		}
		l.release()
		<-time.After(time.Second)
		if err := pulse.Alive(); err != nil {
			t.Errorf("it goes on: %v", err)
		}
	})
}

// TestPulseBegins: a loop that does not come to its first turn is not alive either.
func TestPulseBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pulse := new(Pulse)
		<-time.After(time.Hour) // nobody has asked yet
		if err := pulse.Alive(); err != nil {
			t.Errorf("at first: %v", err)
		}
		<-time.After(beginMost + time.Second)
		if pulse.Alive() == nil {
			t.Error("it has not begun, and says that it lives")
		}
		pulse.turn()
		if err := pulse.Alive(); err != nil {
			t.Errorf("it has begun: %v", err)
		}
	})
}

// growingLedger is a ledger in memory that is written on.
type growingLedger struct {
	mu      sync.Mutex
	entries []pbx.LedgerEntry
	since   time.Time
	heldC   chan struct{} // closed when it answers again; nil while it does
}

// hold lets it not answer until release.
func (l *growingLedger) hold() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heldC = make(chan struct{})
}

func (l *growingLedger) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.heldC)
	l.heldC = nil
}

func (l *growingLedger) add(e ...pbx.LedgerEntry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e...)
}

// oldest is from when on it was read last.
func (l *growingLedger) oldest() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.since
}

func (l *growingLedger) Since(_ context.Context, t time.Time) ([]pbx.LedgerEntry, error) {
	l.mu.Lock()
	heldC := l.heldC
	l.mu.Unlock()
	if heldC != nil {
		<-heldC
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.since = t
	var out []pbx.LedgerEntry
	for _, e := range l.entries {
		if !e.At.Before(t) {
			out = append(out, e)
		}
	}
	return out, nil
}

// TestLedgerTellsWho: who served a caller whom we never saw, and who hung up, is as the
// switch's ledger has it: in its fallback, or where an engine that does not share its
// facts has brought the two together.
func TestLedgerTellsWho(t *testing.T) {
	served := map[string][]pbx.LedgerEntry{
		"fallback": {
			{Kind: pbx.LedgerFallback, Channel: "ch9", Call: "c9", DID: "800100", Caller: "138"},
			{Kind: pbx.LedgerServed, Channel: "ch9", Call: "c9", Endpoint: "PJSIP/1001"},
		},
		"another engine": {
			{Kind: pbx.LedgerArrived, Channel: "ch9", Call: "c9", DID: "800100", Caller: "138"},
			{Kind: pbx.LedgerJoined, Channel: "ch9", Endpoint: "PJSIP/1001"},
		},
	}
	for by, want := range map[pbx.EndpointID]cti.Role{"PJSIP/1001": cti.RoleAgent, "PJSIP/trunk": cti.RoleCaller, "": cti.RoleCaller} {
		for where, entries := range served {
			t.Run(where+" "+string(by), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					j, s := &memoryJournal{}, newScriptSwitch()
					at := time.Now().Add(-20 * time.Second)
					l := append(ledgerEntries(nil), entries...)
					for i := range l {
						l[i].At = at.Add(time.Duration(i) * time.Second)
					}
					run(t, j, s, append(l, pbx.LedgerEntry{At: at.Add(9 * time.Second), Kind: pbx.LedgerHangup, Channel: "ch9", Endpoint: by}))
					s.eventC <- up()
					synctest.Wait()
					var agent cti.AgentID
					var ended cti.Role
					for _, f := range j.facts {
						switch d := f.Data.(type) {
						case *cti.Served:
							agent = f.Agent
						case *cti.Ended:
							ended = d.By
						}
					}
					if agent != "1001" || ended != want {
						t.Errorf("served by %q, ended by %q, want 1001 and %q", agent, ended, want)
					}
				})
			})
		}
	}
}

// TestRefused: a refused command comes back to the loop and has consequences.
func TestRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, s := &memoryJournal{}, newScriptSwitch()
		s.fail = func(c pbx.Command) error {
			if _, ok := c.(pbx.Create); ok {
				return fmt.Errorf("create channel: %w", pbx.ErrUnreachable)
			}
			return errors.New("boom")
		}
		run(t, j, s, nil)
		s.eventC <- up()
		s.eventC <- arrival("c1")
		synctest.Wait()
		if !slices.Contains(j.kinds(), string(cti.CallOfferEnded)) {
			t.Errorf("an unreachable phone left no trace: %v", j.kinds())
		}
	})
}

// TestLaneOrder: a lane's commands keep their order, a stop does not overtake
// its start, and a blocked lane holds up no other.
func TestLaneOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var did []string
		blockC := make(chan struct{})
		l := newLanes(func(_ context.Context, c pbx.Command) {
			if p, ok := c.(pbx.Play); ok && p.Playback == "p" {
				<-blockC
			}
			mu.Lock()
			defer mu.Unlock()
			did = append(did, fmt.Sprintf("%T %s", c, c.Lane()))
		})
		ctx, cancel := context.WithCancel(context.Background())
		l.start(ctx)
		l.add([]pbx.Command{
			pbx.Play{Channel: "a", Playback: "p"}, pbx.StopPlay{Channel: "a", Playback: "p"}, pbx.Lease{Channel: "a"},
			pbx.Answer{Channel: "b"}, pbx.StartMusic{Channel: "b"},
		})
		synctest.Wait()
		if want := []string{"pbx.Answer c/b", "pbx.StartMusic c/b"}; !slices.Equal(did, want) {
			t.Errorf("while lane a is blocked: %v, want %v", did, want)
		}
		close(blockC)
		synctest.Wait()
		if len(did) != 5 || did[2] != "pbx.Play c/a" {
			t.Errorf("after it: %v", did)
		}
		cancel()
		l.wait()
	})
}
