package engine

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sansheng/cti"
	"sansheng/pbx"
)

// relayed are the facts that an engine's journal holds, as another one reads them.
func relayed(j *memoryJournal) []cti.Fact {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.facts)
}

// lead runs an engine until its context ends.
func lead(t *testing.T, cfg Config) (e *Engine, end func() error) {
	t.Helper()
	if cfg.Plan == nil {
		cfg.Plan = cti.DemoPlan(0)
	}
	e = New(cfg)
	ctx, cancel := context.WithCancel(t.Context())
	doneC := make(chan error, 1)
	go func() { doneC <- e.Run(ctx) }()
	return e, func() error { cancel(); return <-doneC }
}

// TestInherit: an engine goes on with another's calls under a new term, does not
// greet anew, keeps what is inherited behind its own journal's first fact, and so
// starts right by itself.
func TestInherit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ja, sa := &memoryJournal{}, newScriptSwitch()
		_, end := lead(t, Config{Name: "a", Switch: sa, Journal: ja, Term: 1, Inherited: NewInheritance()})
		sa.eventC <- up()
		sa.eventC <- arrival("c1")
		synctest.Wait()
		if err := end(); err != nil {
			t.Fatal(err)
		}
		heir := NewInheritance()
		for _, f := range relayed(ja) {
			if f.Term != 1 || !heir.Add(f) {
				t.Fatalf("fact %s of term %d is not inherited", f.ID, f.Term)
			}
		}
		kept, err := heir.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if heir, err = DecodeInheritance(kept); err != nil || heir.Live() != 1 || heir.Term() != 1 {
			t.Fatalf("kept and read again: %d calls, term %d, %v", heir.Live(), heir.Term(), err)
		}

		jb, sb := &memoryJournal{}, newScriptSwitch()
		b, end := lead(t, Config{Name: "b", Switch: sb, Journal: jb, Term: 2, Inherited: heir})
		snapshot := up()
		snapshot.Snapshot.Channels = []pbx.Channel{{
			ID: "c1", State: pbx.ChannelUp, InApp: true, CreatedAt: time.Now(), Args: []string{"inbound", "800100", "c1"},
		}}
		sb.eventC <- snapshot
		<-b.Reconciled()
		v, err := b.View(t.Context())
		if err != nil || v.Live != 1 {
			t.Errorf("after the takeover: %+v, %v", v, err)
		}
		if got := sb.commands(); slices.Contains(got, "pbx.Play") || slices.Contains(got, "pbx.Answer") {
			t.Errorf("the caller is greeted anew: %v", got)
		}
		synctest.Wait()
		if err := end(); err != nil {
			t.Fatal(err)
		}
		facts := relayed(jb)
		if facts[0].ID != "b-1" || facts[0].Term != 2 || jb.snapshotSeq != 1 {
			t.Errorf("first fact %s of term %d, snapshot behind fact %d", facts[0].ID, facts[0].Term, jb.snapshotSeq)
		}
		// By itself, without the stream.
		alone, end := lead(t, Config{Name: "b", Switch: sb, Journal: jb})
		v, err = alone.View(t.Context())
		if err != nil || v.Live != 1 {
			t.Errorf("from its own journal: %+v, %v", v, err)
		}
		if err := end(); err != nil {
			t.Fatal(err)
		}
	})
}

// TestPlanInherited: a plan that was published is in force at the engine that takes over,
// whether it goes by the others' facts or by its own snapshot and journal, before it has a
// switch.
func TestPlanInherited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ja, sa := &memoryJournal{}, newScriptSwitch()
		var told []*cti.Plan
		a, end := lead(t, Config{Name: "a", Switch: sa, Journal: ja, Term: 1, Inherited: NewInheritance(), OnPlan: func(p *cti.Plan, _ uint64) { told = append(told, p) }})
		sa.eventC <- up()
		plan := cti.DemoPlan(0)
		plan.Companies[0].Name = "another"
		if err := a.Publish(t.Context(), cti.Publish{Plan: plan, By: "3001"}); err != nil {
			t.Fatal(err)
		}
		if p, version, err := a.InForce(t.Context()); err != nil || version != 2 || p.Hash() != plan.Hash() || len(told) != 1 || told[0] != p {
			t.Errorf("in force is version %d, %v; %d plans were told", version, err, len(told))
		}
		synctest.Wait()
		if err := end(); err != nil {
			t.Fatal(err)
		}
		heir := NewInheritance()
		for _, f := range relayed(ja) {
			heir.Add(f)
		}
		if p := heir.Plan(); p == nil || p.Hash() != plan.Hash() {
			t.Error("the inheritance does not tell the plan")
		}
		jb, sb := &memoryJournal{}, newScriptSwitch()
		b := New(Config{Name: "b", Plan: cti.DemoPlan(0), Journal: jb, Term: 2, Inherited: heir})
		if p, err := b.Begin(t.Context()); err != nil || p.Hash() != plan.Hash() {
			t.Errorf("by the others' facts another plan is in force: %v", err)
		}
		b.Connect(sb, nil)
		ctx, stop := context.WithCancel(t.Context())
		doneC := make(chan error, 1)
		go func() { doneC <- b.Run(ctx) }()
		sb.eventC <- up()
		<-b.Reconciled()
		synctest.Wait()
		stop()
		if err := <-doneC; err != nil {
			t.Fatal(err)
		}
		alone := New(Config{Name: "b", Plan: cti.DemoPlan(0), Journal: jb})
		if p, err := alone.Begin(t.Context()); err != nil || p.Hash() != plan.Hash() || jb.snapshotSeq == 0 {
			t.Errorf("by its own snapshot and journal another plan is in force: %v, snapshot behind fact %d", err, jb.snapshotSeq)
		}
	})
}

// TestLateFacts: what an engine tells that did not lead any more is left out.
func TestLateFacts(t *testing.T) {
	heir := NewInheritance()
	fact := func(engine string, seq, term uint64, k cti.Kind, d cti.Data) cti.Fact {
		return cti.Fact{Engine: engine, Seq: seq, Term: term, Kind: k, Company: "demo", Call: "c1", Data: d}
	}
	for _, f := range []struct {
		cti.Fact
		current bool
	}{
		{fact("a", 1, 1, cti.CallArrived, &cti.Arrived{Channel: "c1"}), true},
		{fact("b", 1, 2, cti.EngineStarted, &cti.EngineData{}), true},
		{fact("a", 2, 1, cti.CallEnded, &cti.Ended{}), false},
		{fact("c", 1, 0, cti.CallQueued, &cti.Queued{}), true}, // of one alone, without a lease
	} {
		if got := heir.Add(f.Fact); got != f.current {
			t.Errorf("%s of engine %s: %t", f.Kind, f.Engine, got)
		}
	}
	if heir.Live() != 1 || heir.Late() != 1 {
		t.Errorf("%d calls, %d late", heir.Live(), heir.Late())
	}
	heir.Miss() // the end of the call, perhaps
	if heir.Live() != 0 || heir.Term() != 2 {
		t.Errorf("%d calls, term %d", heir.Live(), heir.Term())
	}
}

// TestSure: an engine that is not sure to lead decides nothing until it is, and
// ends without a fact where it learns that another one leads.
func TestSure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := errors.New("another leads")
		askC := make(chan error)
		unsure := false
		j, s := &memoryJournal{}, newScriptSwitch()
		e, _ := lead(t, Config{Name: "a", Switch: s, Journal: j, Sure: func(ctx context.Context) error {
			if !unsure {
				return nil
			}
			select {
			case err := <-askC:
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		}})
		s.eventC <- up()
		<-e.Reconciled()
		synctest.Wait()
		unsure = true
		facts, commands := len(j.kinds()), len(s.commands())
		s.eventC <- arrival("c1")
		<-time.After(time.Second)
		if len(j.kinds()) != facts || len(s.commands()) != commands {
			t.Error("it decides although it is not sure")
		}
		askC <- lost
		synctest.Wait()
		if _, err := e.View(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("it goes on: %v", err)
		}
		if len(j.kinds()) != facts || len(s.commands()) != commands {
			t.Errorf("it decides although another leads: %v", j.kinds()[facts:])
		}
	})
}

// TestUnreconciled: what the drill turns off. Without reconcile a call that the
// switch has no more lives on.
func TestUnreconciled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, s := &memoryJournal{}, newScriptSwitch()
		e, end := lead(t, Config{Name: "a", Switch: s, Journal: j, Unreconciled: true})
		s.eventC <- up()
		s.eventC <- arrival("c1")
		synctest.Wait()
		s.eventC <- pbx.LinkLost{At: pbx.At(time.Now())}
		s.eventC <- up()
		synctest.Wait()
		if v, err := e.View(t.Context()); err != nil || v.Live != 1 || !v.Linked {
			t.Errorf("%+v, %v", v, err)
		}
		if err := end(); err != nil {
			t.Fatal(err)
		}
	})
}
