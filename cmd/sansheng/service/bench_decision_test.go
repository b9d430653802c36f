package service

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/pbx"
)

// BenchmarkDecision measures who-gets-whom alone, without switch and journal:
// an agent of 1 000 is free while 1 000 callers wait.
func BenchmarkDecision(b *testing.B) {
	const size, decisions = 1000, 2000
	for range b.N {
		w := newBusyHotline(b, size)
		took := make([]time.Duration, decisions)
		for i := range decisions {
			took[i] = w.handOver(i)
		}
		var sum time.Duration
		for _, d := range took {
			sum += d
		}
		slices.Sort(took)
		b.ReportMetric(decisions/sum.Seconds(), "decisions/s")
		b.ReportMetric(float64(took[decisions/2].Nanoseconds())/1000, "p50-µs")
		b.ReportMetric(float64(took[decisions*99/100].Nanoseconds())/1000, "p99-µs")
		b.ReportMetric(0, "ns/op")
	}
}

// busyHotline is a hotline of which every agent talks while as many callers wait.
type busyHotline struct {
	b       *testing.B
	h       *cti.Hotline
	now     time.Time
	callers int
	// talks are the agents' channels, longest talk first; of is each's caller.
	talks []pbx.ChannelID
	of    map[pbx.ChannelID]pbx.ChannelID
}

func newBusyHotline(b *testing.B, size int) *busyHotline {
	b.Helper()
	plan := &cti.Plan{
		Companies: []cti.Company{{ID: "bench", Name: "bench", Country: "cn", Language: "zh"}},
		Lines:     []cti.Line{{DID: "800100", Company: "bench", Mode: cti.Direct, Queue: "service"}},
		Queues:    []cti.Queue{{ID: "service", Company: "bench"}},
	}
	for i := range size {
		a := cti.Agent{ID: cti.AgentID(fmt.Sprint(100000 + i)), Company: "bench", AutoReady: true}
		plan.Agents = append(plan.Agents, a)
		plan.Queues[0].Members = append(plan.Queues[0].Members, a.ID)
	}
	if err := plan.Check(); err != nil {
		b.Fatal(err)
	}
	w := &busyHotline{
		b: b, h: cti.NewHotline("bench", plan), of: map[pbx.ChannelID]pbx.ChannelID{},
		now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
	}
	w.input(pbx.LinkUp{At: w.at(), Snapshot: pbx.Snapshot{At: w.now, StartedAt: w.now}})
	for _, a := range plan.Agents {
		w.input(pbx.EndpointChanged{At: w.at(), Endpoint: a.Endpoint(), Reachable: true})
	}
	for range 2 * size {
		w.arrive()
	}
	if live, waiting := w.h.Calls(); live != 2*size || waiting != size || len(w.talks) != size {
		b.Fatalf("%d calls, %d waiting, %d talks; want %d, %d and %d", live, waiting, len(w.talks), 2*size, size, size)
	}
	return w
}

func (w *busyHotline) at() pbx.At { return pbx.At(w.now) }

// input is one input and what the agent's phone does when it is dialled: it is
// answered and the two talk.
func (w *busyHotline) input(in cti.Input) time.Duration {
	w.now = w.now.Add(100 * time.Microsecond)
	began := time.Now()
	out := w.h.Handle(w.now, in)
	took := time.Since(began)
	for _, c := range out.Commands {
		switch c := c.(type) {
		case pbx.Create:
			w.talks = append(w.talks, c.Channel)
			w.of[c.Channel] = c.Originator
		case pbx.Dial:
			w.input(pbx.ChannelAnswered{At: w.at(), Channel: c.Channel})
		case pbx.Join:
			for _, ch := range c.Channels {
				w.input(pbx.BridgeEntered{At: w.at(), Bridge: c.Bridge, Channel: ch})
			}
		}
	}
	return took
}

func (w *busyHotline) arrive() {
	w.callers++
	id := fmt.Sprint("c", w.callers)
	w.input(pbx.ChannelEntered{At: w.at(), Channel: pbx.Channel{
		ID: pbx.ChannelID(id), State: pbx.ChannelRing, CreatedAt: w.now, InApp: true, Args: []string{"inbound", "800100", id},
	}})
}

// handOver frees an agent, times what is decided, and brings in a new caller.
func (w *busyHotline) handOver(i int) time.Duration {
	w.b.Helper()
	freed := w.talks[0]
	w.talks = w.talks[1:]
	n := len(w.talks)
	took := w.input(pbx.ChannelGone{At: w.at(), Channel: freed, Cause: pbx.CauseNormal})
	if len(w.talks) != n+1 {
		w.b.Fatalf("decision %d: the freed agent was given no call", i)
	}
	w.input(pbx.ChannelGone{At: w.at(), Channel: w.of[freed], Cause: pbx.CauseNormal})
	delete(w.of, freed)
	w.arrive()
	return took
}
