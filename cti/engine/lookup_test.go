package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sansheng/cti"
	"sansheng/cti/flow"
	"sansheng/pbx"
)

// slowAsker answers after a second, or when the engine ends.
type slowAsker struct{ result string }

func (a slowAsker) Ask(ctx context.Context, q cti.Ask) cti.LookedUp {
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
	return cti.LookedUp{Call: q.Call, N: q.N, Result: a.result, Data: cti.Sheet{{Name: "name", Value: "Wang"}}}
}

// lookupPlan asks of every caller of the demo's first line.
func lookupPlan() *cti.Plan {
	p := cti.DemoPlan(0)
	p.Companies[0].Lookups = []cti.Lookup{{ID: "crm", URL: "http://crm.example", Deadline: cti.Span(3 * time.Second), Results: []string{"known"}}}
	p.Lines[0].Flow = "ask"
	p.Flows = append(p.Flows, flow.Flow{ID: "ask", Company: "demo", Person: "service", Start: "who", Nodes: []flow.Node{
		{ID: "who", Kind: flow.Caller, Exits: map[flow.Exit]string{flow.Repeat: "again", flow.Other: "crm"}},
		{ID: "crm", Kind: flow.Lookup, Service: "crm", Exits: map[flow.Exit]string{"known": "people", flow.Failed: "again"}},
		{ID: "people", Kind: flow.Queue, To: "service"},
		{ID: "again", Kind: flow.Queue, To: "repair"},
	}})
	return p
}

// queued counts in which queues callers wait.
func (j *memoryJournal) queued() map[cti.QueueID]int {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := map[cti.QueueID]int{}
	for _, f := range j.facts {
		if d, ok := f.Data.(*cti.Queued); ok {
			n[d.Queue]++
		}
	}
	return n
}

func runAsking(t *testing.T, j Journal, s Switch, a Asker) *Engine {
	t.Helper()
	e := New(Config{Name: "e1", Plan: lookupPlan(), Switch: s, Journal: j, Asker: a})
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

// TestLookup: questions go out beside the loop and answers come back through the inbox; of
// more than so many at once the rest is not asked; an engine that ends waits for none.
func TestLookup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, s := &memoryJournal{}, newScriptSwitch()
		runAsking(t, j, s, slowAsker{"known"})
		s.eventC <- up()
		const callers = asksMost + 3
		for i := range callers {
			s.eventC <- arrival(fmt.Sprint("c", i))
		}
		synctest.Wait()
		if got := j.queued(); got["repair"] != 3 || got["service"] != 0 {
			t.Errorf("at once: %v; 3 are too many", got)
		}
		<-time.After(1100 * time.Millisecond)
		synctest.Wait()
		if got := j.queued(); got["repair"] != 3 || got["service"] != asksMost {
			t.Errorf("a second later: %v", got)
		}
		s.eventC <- arrival("last") // is being asked about when the engine ends
		synctest.Wait()
	})
}

// TestNobodyAsks: an engine without a way to services fails every question at once.
func TestNobodyAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, s := &memoryJournal{}, newScriptSwitch()
		runAsking(t, j, s, nil)
		s.eventC <- up()
		s.eventC <- arrival("c1")
		synctest.Wait()
		if got := j.queued(); got["repair"] != 1 {
			t.Errorf("queued: %v", got)
		}
	})
}

// TestRecallsAreKept: who has called lately is known to an engine that begins with a
// snapshot, and to one that takes over.
func TestRecallsAreKept(t *testing.T) {
	m := newMemory()
	seq := uint64(0)
	note := func(k cti.Kind, d cti.Data) {
		seq++
		m.note(cti.Fact{Version: cti.SchemaVersion, ID: fmt.Sprint("e1-", seq), Seq: seq, Engine: "e1", At: time.Now(), Kind: k, Company: "demo", Call: "c1", Data: d})
	}
	note(cti.CallArrived, &cti.Arrived{DID: "800100", Caller: pbx.Party{Number: "13800138000"}, Channel: "c1", Direction: "inbound"})
	note(cti.CallEnded, &cti.Ended{By: cti.RoleCaller, Disposition: cti.DispositionNoAnswer, Abandoned: true})
	text, err := m.encode()
	if err != nil {
		t.Fatal(err)
	}
	j := &memoryJournal{snapshotSeq: seq, snapshot: text, facts: make([]cti.Fact, seq)}
	e := New(Config{Name: "e1", Plan: lookupPlan(), Switch: newScriptSwitch(), Journal: j})
	if err := e.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := e.hotline.Caller(time.Now(), "800100", "13800138000"); !slices.Equal(got, []flow.Exit{flow.Repeat}) {
		t.Errorf("from a snapshot: %v", got)
	}
	again, err := e.memory.encode()
	if err != nil || !strings.Contains(string(again), "13800138000") {
		t.Errorf("the next snapshot has forgotten him: %s, %v", again, err)
	}

	heir := NewInheritance()
	heir.memory = m
	text, err = heir.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := DecodeInheritance(text)
	if err != nil {
		t.Fatal(err)
	}
	next := New(Config{Name: "e2", Plan: lookupPlan(), Switch: newScriptSwitch(), Journal: &memoryJournal{}, Inherited: back})
	if err := next.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := next.hotline.Caller(time.Now(), "800100", "13800138000"); !slices.Equal(got, []flow.Exit{flow.Repeat}) {
		t.Errorf("taken over: %v", got)
	}
}

// TestUnansweredIsKept: so it is to an engine that begins with a snapshot and the facts behind
// it, and to one that takes over.
func TestUnansweredIsKept(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	var facts []cti.Fact
	note := func(k cti.Kind, call cti.CallID, d cti.Data) {
		seq := uint64(len(facts) + 1)
		facts = append(facts, cti.Fact{Version: cti.SchemaVersion, ID: fmt.Sprint("e1-", seq), Seq: seq, Engine: "e1", At: at.Add(time.Duration(seq) * time.Second), Kind: k, Company: "demo", Call: call, Data: d})
	}
	for _, call := range []cti.CallID{"c1", "c2"} {
		note(cti.CallArrived, call, &cti.Arrived{DID: "800100", Caller: pbx.Party{Number: "138"}, Channel: pbx.ChannelID(call), Direction: "inbound"})
		note(cti.CallLookedUp, call, &cti.LookedUpData{Node: "crm", Service: "crm", Result: flow.Failed, Failure: "status 500"})
	}
	note(cti.CallEnded, "c1", &cti.Ended{By: cti.RoleCaller, Disposition: cti.DispositionNoAnswer}) // c2 lives
	m := newMemory()
	for _, f := range facts {
		m.note(f)
	}
	text, err := m.encode()
	if err != nil {
		t.Fatal(err)
	}
	behind := uint64(len(facts))
	note(cti.CallLookedUp, "c2", &cti.LookedUpData{Node: "crm", Service: "crm", Result: flow.Failed, Failure: "status 501"})
	want := Unanswered{Company: "demo", Service: "crm", N: 3, Since: facts[1].At, Last: facts[behind].At, Failure: "status 501"}

	j := &memoryJournal{snapshotSeq: behind, snapshot: text, facts: facts}
	e := New(Config{Name: "e1", Plan: lookupPlan(), Switch: newScriptSwitch(), Journal: j})
	if err := e.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := e.memory.unanswered.list(); !slices.Equal(got, []Unanswered{want}) {
		t.Errorf("from a snapshot %+v, want %+v", got, want)
	}
	heir := &Inheritance{memory: e.memory}
	if text, err = heir.Encode(); err != nil {
		t.Fatal(err)
	}
	back, err := DecodeInheritance(text)
	if err != nil {
		t.Fatal(err)
	}
	if got := back.memory.unanswered.list(); !slices.Equal(got, []Unanswered{want}) {
		t.Errorf("taken over %+v, want %+v", got, want)
	}
}

// TestUnanswered: a service that answers no question is known with how many they were, until
// it answers one.
func TestUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, s, a := &memoryJournal{}, newScriptSwitch(), &slowAsker{""}
		e := runAsking(t, j, s, a)
		s.eventC <- up()
		ask := func(call string) []Unanswered {
			t.Helper()
			s.eventC <- arrival(call)
			synctest.Wait()
			<-time.After(1100 * time.Millisecond)
			synctest.Wait()
			all, err := e.Unanswered(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		ask("c1")
		if all := ask("c2"); len(all) != 1 || all[0].N != 2 || all[0].Service != "crm" || all[0].Company != "demo" || all[0].Last.Before(all[0].Since) {
			t.Errorf("after two questions: %+v", all)
		}
		a.result = "known"
		if all := ask("c3"); len(all) != 0 {
			t.Errorf("after an answer: %+v", all)
		}
	})
}
