package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/pbx"
	"sansheng/store"
)

// told keeps what is said on each subject.
type told struct{ said map[string][]Delta }

func (l *told) Issue(string, ...string) bus.Pass { return bus.Pass{} }
func (l *told) Revoke(string)                    {}
func (l *told) Followed() bool                   { return true }
func (l *told) URL() (*url.URL, error)           { return &url.URL{}, nil }
func (l *told) Publish(subject string, b []byte) error {
	var d Delta
	if err := json.Unmarshal(b, &d); err != nil {
		return err
	}
	l.said[subject] = append(l.said[subject], d)
	return nil
}

// randomFloor is a floor of two companies.
func randomFloor(r *rand.Rand) Floor {
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	f := Floor{Linked: r.IntN(10) > 0}
	for i := range 8 {
		if r.IntN(8) > 0 {
			co := cti.CompanyID([]string{"demo", "demo2"}[i%2])
			f.Agents = append(f.Agents, cti.AgentView{ID: cti.AgentID(fmt.Sprint(1001 + i)), Company: co, State: []cti.AgentState{cti.Ready, cti.Talking}[r.IntN(2)], Since: at,
				Call: []cti.CallID{"", "c1"}[r.IntN(2)], Queues: [][]cti.QueueID{nil, {"service"}, {"repair"}, {"repair", "service"}}[r.IntN(4)]})
		}
	}
	for i := range 6 {
		if r.IntN(2) > 0 {
			co := cti.CompanyID([]string{"demo", "demo2"}[i%2])
			f.Calls = append(f.Calls, cti.CallView{ID: cti.CallID(fmt.Sprint("c", i)), Company: co, Caller: pbx.Party{Number: "13800138000"}, StartedAt: at,
				Phase: []cti.Phase{cti.PhaseWaiting, cti.PhaseTalking}[r.IntN(2)], Queue: []cti.QueueID{"service", "repair"}[r.IntN(2)], QuietSince: []time.Time{{}, at}[r.IntN(2)],
				Watchers: [][]cti.WatcherView{nil, {{By: "2001", Mode: cti.Listening}}}[r.IntN(2)], Agent: cti.AgentID(fmt.Sprint(1001 + r.IntN(8)))})
		}
	}
	f.Queues = []cti.QueueView{{ID: "service", Company: "demo", Waiting: r.IntN(3)}}
	return f
}

// apply is what a page does with a message.
func (d Delta) apply(s *Snapshot) {
	agents := patched(s.Agents, d.Agents, "agent", func(a AgentState) string { return a.Agent })
	calls := patched(s.Calls, d.Calls, "call", func(c LiveCall) string { return c.Call })
	queues := patched(s.Queues, d.Queues, "queue", func(q LiveQueue) string { return q.Queue })
	for _, id := range d.GoneAgents {
		delete(agents, id)
	}
	for _, id := range d.GoneCalls {
		delete(calls, id)
	}
	if d.Linked != nil {
		s.Linked = *d.Linked
	}
	s.Seq, s.At = d.Seq, d.At
	s.Agents = slices.SortedFunc(maps.Values(agents), func(a, b AgentState) int { return compare(a.Agent, b.Agent) })
	s.Calls = slices.SortedFunc(maps.Values(calls), func(a, b LiveCall) int { return compare(a.Call, b.Call) })
	s.Queues = slices.SortedFunc(maps.Values(queues), func(a, b LiveQueue) int { return compare(a.Queue, b.Queue) })
}

// patched are things after patches, by name.
func patched[T any](before []T, patches []Patch, field string, name func(T) string) map[string]T {
	after := map[string]T{}
	for _, v := range before {
		after[name(v)] = v
	}
	for _, p := range patches {
		var id string
		if err := json.Unmarshal(p[field], &id); err != nil {
			panic(err)
		}
		fields := Patch{}
		if v, known := after[id]; known {
			fields, _ = fieldsOf(&v) // it was one
		}
		for k, v := range p {
			if fields[k] = v; string(v) == "null" {
				delete(fields, k)
			}
		}
		b, err := json.Marshal(fields)
		var v T
		if err = errors.Join(err, json.Unmarshal(b, &v)); err != nil {
			panic(err)
		}
		after[id] = v
	}
	return after
}

// parties are the agents whose desks may have a call.
func (s Snapshot) parties(c LiveCall) []string {
	agents := []string{c.Agent}
	for _, a := range s.Agents {
		if a.Call == c.Call {
			agents = append(agents, a.Agent)
		}
	}
	return agents
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// TestCast: a snapshot and the messages after it are the next snapshot, numbered without a
// gap, for each audience; and nobody hears of another company's or another desk's.
func TestCast(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var floor Floor
	l := &told{said: map[string][]Delta{}}
	c := newCast(func(context.Context) (Floor, error) { return floor, nil }, l, zap.NewNop())
	audiences := []audience{
		{subject: "live.floor"}, {subject: "live.floor.demo", company: "demo"}, {subject: "live.floor.demo2", company: "demo2"}, {subject: "live.desk.1001", agent: "1001"},
		{subject: "live.floor.demo.1", company: "demo", within: store.Within{Queues: []string{"service"}}},
	}
	kept := map[string]*Snapshot{}
	for _, a := range audiences {
		s, err := c.snapshot(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		kept[a.subject] = &s
	}
	for range 500 {
		floor = randomFloor(r)
		if err := c.step(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, a := range audiences {
			s := kept[a.subject]
			for _, d := range l.said[a.subject] {
				if d.Seq <= s.Seq {
					continue
				}
				if d.Seq != s.Seq+1 || d.Epoch != s.Epoch {
					t.Fatalf("%s: message %d of %s after %d of %s", a.subject, d.Seq, d.Epoch, s.Seq, s.Epoch)
				}
				d.apply(s)
			}
			l.said[a.subject] = nil
			fresh, err := c.snapshot(t.Context(), a)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range l.said[a.subject] { // the look for it may say something
				d.apply(s)
			}
			l.said[a.subject] = nil
			Delta{Seq: fresh.Seq, At: fresh.At}.apply(&fresh)
			s.At = fresh.At
			if !reflect.DeepEqual(*s, fresh) {
				t.Fatalf("%s: kept %+v, is %+v", a.subject, *s, fresh)
			}
			for _, call := range s.Calls {
				whole := call.Caller == "13800138000"
				if whole != (a.agent != "") || a.company != "" && call.Company != a.company || a.agent != "" && !slices.Contains(fresh.parties(call), a.agent) || !a.within.Has(call.Queue) {
					t.Fatalf("%s hears of %+v", a.subject, call)
				}
			}
		}
	}
}

// BenchmarkCast is a floor of 1000 agents on which 200 facts a second change an agent each:
// what one look costs, and what a screen is sent.
func BenchmarkCast(b *testing.B) {
	at := time.Now()
	var f Floor
	for i := range 1000 {
		f.Agents = append(f.Agents, cti.AgentView{ID: cti.AgentID(fmt.Sprint(1001 + i)), Company: "demo", State: cti.Ready, Since: at, Queues: []cti.QueueID{"service"}})
	}
	for i := range 200 {
		f.Calls = append(f.Calls, cti.CallView{ID: cti.CallID(fmt.Sprint("1700000000.", i)), Company: "demo", Caller: pbx.Party{Number: "13800138000"}, Phase: cti.PhaseTalking, StartedAt: at})
	}
	bytes := 0
	l := &counting{n: &bytes}
	c := newCast(func(context.Context) (Floor, error) { return f, nil }, l, zap.NewNop())
	if _, err := c.snapshot(b.Context(), audience{subject: "live.floor.demo", company: "demo"}); err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		f.Agents, f.Calls = slices.Clone(f.Agents), slices.Clone(f.Calls)
		for range 20 { // of castEvery
			n++
			a := &f.Agents[n%len(f.Agents)]
			a.State, a.Since = []cti.AgentState{cti.Ready, cti.Talking}[n%2], at.Add(time.Duration(n)*time.Millisecond)
			if n%2 == 0 {
				f.Calls[n%len(f.Calls)].AnsweredAt = at.Add(time.Duration(n) * time.Millisecond)
			}
		}
		if err := c.step(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(bytes)/float64(b.N)*float64(time.Second/castEvery)/1000, "kB/s/client")
}

type counting struct {
	told
	n *int
}

func (l *counting) Publish(_ string, b []byte) error {
	*l.n += len(b)
	return nil
}

// TestCastLooksOnce: pages that begin anew at once cost the engine one look, one is asked for at a
// time, and beats do not stop where the machine's clock is set back.
func TestCastLooksOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, goOn := 0, make(chan struct{}, 10)
		c := newCast(func(ctx context.Context) (Floor, error) {
			asked++ // by one at a time, or the race detector sees it
			select {
			case <-goOn:
			case <-ctx.Done():
				return Floor{}, ctx.Err()
			}
			return Floor{Linked: true}, nil
		}, &told{said: map[string][]Delta{}}, zap.NewNop())
		begins := func() {
			if s, err := c.snapshot(t.Context(), audience{subject: "live.floor"}); err != nil || !s.Linked {
				t.Errorf("%+v, %v", s, err)
			}
		}
		for range 100 {
			go begins()
		}
		synctest.Wait()
		goOn <- struct{}{}
		synctest.Wait()
		if asked != 1 {
			t.Errorf("the engine was asked %d times", asked)
		}
		time.Sleep(castEvery) //nolint:forbidigo // synctest's clock, not ours
		goOn <- struct{}{}
		begins()
		if asked != 2 {
			t.Errorf("it was asked %d times after a while", asked)
		}
		for range 2 {
			go func() {
				if err := c.step(t.Context()); err != nil {
					t.Error(err)
				}
			}()
		}
		synctest.Wait()
		if asked != 3 {
			t.Errorf("two look at once: %d", asked)
		}
		goOn <- struct{}{}
		goOn <- struct{}{}
		synctest.Wait()
	})
	c := newCast(func(context.Context) (Floor, error) { return Floor{}, nil }, &told{said: map[string][]Delta{}}, zap.NewNop())
	if _, err := c.snapshot(t.Context(), audience{subject: "live.floor"}); err != nil {
		t.Fatal(err)
	}
	if err := c.step(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, a := range c.audiences {
		if said, asked := a.said.String(), a.asked.String(); !strings.Contains(said, "m=") || !strings.Contains(asked, "m=") {
			t.Errorf("beats go by a clock that may be set: %s, %s", said, asked)
		}
	}
}
