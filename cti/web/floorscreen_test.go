package web

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/cti/bus"
)

// What the benchmark below measures, and for how long.
const (
	screenAgents  = 1000
	screenFacts   = 200 // a second
	screenTalks   = 200
	screenSeconds = 30
)

// busyHotline is a hotline to which facts happen: calls come, ring, are answered, end and are
// written up. It may be looked at meanwhile, as an engine's may.
type busyHotline struct {
	mu sync.Mutex // protects h
	h  *cti.Hotline
}

func (b *busyHotline) apply(f cti.Fact) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.h.Apply(f)
}

func (b *busyHotline) floor(context.Context) (Floor, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := Floor{Linked: true, Agents: b.h.Agents(), Calls: b.h.CallViews(), Queues: b.h.QueueViews()}
	f.Live, f.Waiting = b.h.Calls()
	return f, nil
}

// busyFacts are what happens to agents without end, without times: one call begins after the
// other, and as many end as begin.
func busyFacts(agents []cti.Agent) iter.Seq[cti.Fact] {
	return func(yield func(cti.Fact) bool) {
		seq := uint64(0)
		tell := func(kind cti.Kind, call cti.CallID, agent cti.AgentID, d cti.Data) bool {
			seq++
			return yield(cti.Fact{Version: cti.SchemaVersion, ID: fmt.Sprint("busy-", seq), Engine: "busy", Seq: seq, Kind: kind, Company: "demo", Call: call, Agent: agent, Data: d})
		}
		become := func(kind cti.Kind, call cti.CallID, agent cti.AgentID) bool {
			return tell(kind, call, agent, &cti.StateData{Call: call})
		}
		type talk struct {
			call  cti.CallID
			agent cti.AgentID
		}
		var talks []talk
		var ready, writing []cti.AgentID
		for _, a := range agents {
			ready = append(ready, a.ID)
			if !tell(cti.AgentRegistered, "", a.ID, &cti.RegisteredData{}) || !become(cti.AgentReady, "", a.ID) {
				return
			}
		}
		for n := 0; ; n++ {
			t := talk{cti.CallID(fmt.Sprintf("%d.%d", 1764400000+n, n)), ready[0]}
			ready, talks = ready[1:], append(talks, t)
			arrived := &cti.Arrived{DID: "800100", Channel: "caller", Direction: cti.Inbound, Mode: cti.Greeted, RingPeriod: cti.MillisOf(5 * time.Second)}
			arrived.Caller.Number = fmt.Sprintf("138%08d", n)
			if !tell(cti.CallArrived, t.call, "", arrived) || !tell(cti.CallQueued, t.call, "", &cti.Queued{Queue: "service"}) ||
				!tell(cti.CallOffered, t.call, t.agent, &cti.Offered{Queue: "service", Channel: "agent", Offer: 1}) || !become(cti.AgentReserved, t.call, t.agent) ||
				!tell(cti.CallAlerted, t.call, t.agent, &cti.Alerted{Channel: "agent", Offer: 1}) || !become(cti.AgentRinging, t.call, t.agent) ||
				!tell(cti.CallOfferEnded, t.call, t.agent, &cti.OfferEnded{Channel: "agent", Offer: 1, Result: cti.OfferAnswered}) ||
				!tell(cti.CallAnswered, t.call, t.agent, &cti.Answered{Queue: "service", Channel: "agent", Offer: 1}) || !become(cti.AgentTalking, t.call, t.agent) ||
				!tell(cti.CallJoined, t.call, t.agent, &cti.Joined{}) {
				return
			}
			if len(talks) > screenTalks {
				over := talks[0]
				talks, writing = talks[1:], append(writing, over.agent)
				if !tell(cti.CallHungUp, over.call, "", &cti.HungUp{By: cti.RoleCaller}) || !become(cti.AgentWrapUp, over.call, over.agent) ||
					!tell(cti.CallEnded, over.call, "", &cti.Ended{}) {
					return
				}
			}
			if len(writing) > 30 {
				if !become(cti.AgentReady, "", writing[0]) {
					return
				}
				ready, writing = append(ready, writing[0]), writing[1:]
			}
		}
	}
}

// onScreen is what the page has noted.
type onScreen struct {
	Deltas int     `json:"deltas"`
	P50    float64 `json:"p50"`
	P95    float64 `json:"p95"`
	P99    float64 `json:"p99"`
	Raw    float64 `json:"raw"`  // bytes a second, as the page gets them
	Wire   float64 `json:"wire"` // bytes a second, as they come over the wire
	// Of each second, in ms of the processor: all that the page has worked, and parts of it.
	Busy   float64 `json:"busy"`
	Script float64 `json:"script"`
	Layout float64 `json:"layout"`
	Style  float64 `json:"style"`
}

// BenchmarkFloorOnScreen shows the floor of a hotline with 1000 agents and 200 talks, to which
// 200 facts happen a second, in a real browser, and tells how long it took from each fact that
// changed an agent until it was painted, and what came over the wire. `npm run measure` in the
// console runs it once, for 30 s, on the program that `make build` has made. The facts are applied
// to a hotline without a switch and an engine's loop.
//
// Measured on 2 cores that the browser and the server shared, twice: p50 75 ms, p95 124 ms,
// p99 136 and 130 ms, of 300 that are promised; 12 kB/s as the page gets them, 5 kB/s over the
// wire. The page's own thread works 0.34 s of each second, a third of it in scripts.
func BenchmarkFloorOnScreen(b *testing.B) {
	ctx, cancel := context.WithCancel(b.Context())
	plan := cti.DemoPlan(screenAgents)
	hotline := &busyHotline{h: cti.NewHotline("screen", plan)}
	accounts, made, err := CreateAccounts(filepath.Join(b.TempDir(), "accounts.json"), []Account{{Number: "2001", Role: ShiftLeader, Company: "demo"}})
	if err != nil {
		b.Fatal(err)
	}
	live, err := bus.StartLive(ctx, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	s, err := New(Config{Addr: "127.0.0.1:0", Accounts: accounts, Live: hotline.floor, LiveServer: live, Plan: func() *cti.Plan { return plan }, Records: &memory{}})
	if err != nil {
		b.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.Run(ctx); err != nil {
			b.Error(err)
		}
	})
	running.Go(func() { happen(ctx, hotline, busyFacts(plan.Agents)) })
	b.Cleanup(func() {
		cancel()
		running.Wait()
		if err := live.Close(); err != nil {
			b.Error(err)
		}
	})
	var seen onScreen
	for b.Loop() {
		seen = screenOf(b, "http://"+s.Addr(), made[0])
	}
	b.Logf("%+v", seen)
	for unit, v := range map[string]float64{"p50-ms": seen.P50, "p95-ms": seen.P95, "p99-ms": seen.P99, "raw-kB/s": seen.Raw / 1000, "wire-kB/s": seen.Wire / 1000, "busy-ms/s": seen.Busy} {
		b.ReportMetric(v, unit)
	}
}

// happen lets facts happen, evenly, once the agents are at work and as many talk as are to.
func happen(ctx context.Context, hotline *busyHotline, facts iter.Seq[cti.Fact]) {
	t := time.NewTicker(time.Second / screenFacts)
	defer t.Stop()
	answered := 0
	for f := range facts {
		if answered >= screenTalks {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
			}
		}
		if f.At = time.Now(); f.Kind == cti.CallAnswered {
			answered++
		}
		hotline.apply(f)
	}
}

// screenOf has a browser look at the floor.
func screenOf(b *testing.B, url string, who Credential) onScreen {
	b.Helper()
	result := filepath.Join(b.TempDir(), "screen.json")
	browser := exec.CommandContext(b.Context(), "npx", "vitest", "run", "--config", "vitest.measure.ts")
	browser.Dir = "console"
	browser.Env = append(os.Environ(), "FLOOR_URL="+url, "FLOOR_ACCOUNT="+who.Number, "FLOOR_PASSWORD="+who.Password,
		"FLOOR_SECONDS="+strconv.Itoa(screenSeconds), "FLOOR_RESULT="+result)
	if out, err := browser.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	said, err := os.ReadFile(result)
	if err != nil {
		b.Fatal(err)
	}
	var seen onScreen
	if err := json.Unmarshal(said, &seen); err != nil {
		b.Fatal(err)
	}
	return seen
}
