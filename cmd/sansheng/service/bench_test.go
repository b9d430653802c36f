package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/pbx/ari"
	"sansheng/pbx/asterisk"
	"sansheng/store"
)

// The load both contenders get.
const (
	benchAgents  = 5
	benchCallers = 48 // at once; who has been served calls again
	benchWaiting = 35 // of them wait, at least, at every hand-over that counts
	// A talk is between these, evenly: app_queue looks for free agents once a
	// second, and talks of one length would all end at the same point of it.
	benchTalkMin, benchTalkMax = 200 * time.Millisecond, 1200 * time.Millisecond
)

// BenchmarkHandOver measures how long the switch leaves a freed agent alone
// while callers wait: from the BYE his phone sends to the next INVITE it
// receives. First our hotline with journal and PostgreSQL, then Asterisk's own
// app_queue on the same build under the same load.
func BenchmarkHandOver(b *testing.B) {
	for range b.N {
		hotline := benchHotline(b, 400)
		queue := benchAppQueue(b, 120)
		for name, r := range map[string]handOvers{"hotline": hotline, "app_queue": queue} {
			for _, p := range []int{50, 90, 99} {
				b.ReportMetric(r.ms(p), fmt.Sprintf("%s-p%d-ms", name, p))
			}
		}
		b.ReportMetric(queue.ms(50)/hotline.ms(50), "ratio-p50")
		b.ReportMetric(queue.ms(99)/hotline.ms(99), "ratio-p99")
		b.ReportMetric(0, "ns/op")
		b.Logf("from a freed agent's BYE to his next INVITE, in ms\n%s", benchTable(hotline, queue))
	}
}

func benchTable(hotline, queue handOvers) string {
	var t strings.Builder
	fmt.Fprintf(&t, "%-22s %9s %9s %9s %9s %9s %9s %8s\n", "", "n", "p50", "p90", "p99", "max", "per s", "waiting")
	for _, r := range []handOvers{hotline, queue} {
		fmt.Fprintf(&t, "%-22s %9d %9.2f %9.2f %9.2f %9.2f %9.1f %8s\n", r.name,
			len(r.took), r.ms(50), r.ms(90), r.ms(99), r.ms(100), r.rate, fmt.Sprintf("≥ %d", r.waiting))
	}
	fmt.Fprintf(&t, "%-22s %9s %8.0fx %8.0fx %8.0fx\n", "app_queue / hotline", "",
		queue.ms(50)/hotline.ms(50), queue.ms(90)/hotline.ms(90), queue.ms(99)/hotline.ms(99))
	fmt.Fprintf(&t, "%d agents who answer at once and hang up after %v to %v, %d callers; Asterisk, server, database and all phones on this machine of %d processors, "+
		"which was %.0f %% busy under the hotline's load and %.0f %% under app_queue's, others' work included.\n",
		benchAgents, benchTalkMin, benchTalkMax, benchCallers, runtime.NumCPU(), hotline.busy, queue.busy)
	t.WriteString("What differs: the hotline greets each new caller in full and writes every step to disk before it acts on it, " +
		"PostgreSQL following. The announcement of the agent's number is off, as app_queue has none; it falls into the talk, not into the hand-over. " +
		"app_queue keeps no durable record; its queue here has wrapuptime 0 and autofill, and it looks for free agents once a second.\n")
	for _, n := range hotline.notes {
		t.WriteString(n + "\n")
	}
	return strings.TrimSpace(t.String()) // a benchmark may log ten lines
}

// benchPlan is one greeted line with a queue without wrap-up.
func benchPlan() *cti.Plan {
	p := cti.DemoPlan(0)
	p.Lines = []cti.Line{p.Lines[0]}
	p.Lines[0].Announce = false
	var agents []cti.AgentID
	for i := range benchAgents {
		agents = append(agents, cti.AgentID(fmt.Sprint(1001+i)))
	}
	p.Queues = []cti.Queue{{ID: p.Lines[0].Queue, Company: p.Lines[0].Company, Members: agents}}
	p.Agents = p.Agents[:benchAgents]
	return p
}

// benchFolder is a folder that a server under another account can enter.
func benchFolder(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp("", "hotline")
	if err != nil {
		b.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	return dir
}

// benchHotline measures our own.
func benchHotline(b *testing.B, n int) handOvers {
	b.Helper()
	cfg := config.Default()
	cfg.Data, cfg.Hotline = benchFolder(b), benchPlan()
	defer os.RemoveAll(cfg.Data)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute) // the first start may fetch packages
	defer cancel()
	s, err := Start(ctx, cfg, Options{FreePorts: true, Log: zaptest.NewLogger(b, zaptest.Level(zap.ErrorLevel))})
	if err != nil {
		b.Fatalf("start: %v", err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			b.Errorf("close: %v", err)
		}
	}()
	if err := s.awaitDatabase(ctx); err != nil {
		b.Fatal(err)
	}
	r := measure(b, load{
		name: "hotline", sip: s.SIPAddr(), did: cfg.Hotline.Lines[0].DID, n: n,
		password: func(number string) string { return s.password(cti.AgentID(number)) },
		ready:    func(ctx context.Context) error { return s.awaitReady(ctx, benchAgents, func(string) {}) },
	})
	r.notes = append(r.notes, benchJournal(b, s), benchRecords(b, s, r.served))
	return r
}

// benchRecords waits until the calls of a load are all on record.
func benchRecords(b *testing.B, s *Service, served int) string {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	answered := true
	for {
		sealed := 0
		err := s.records.store.Load().EachCall(ctx, store.Filter{Answered: &answered}, func(r store.Record) error {
			if r.Hash != nil {
				sealed++
			}
			return nil
		})
		if err != nil {
			b.Fatalf("read records: %v", err)
		}
		if sealed >= served {
			return fmt.Sprintf("PostgreSQL has the sealed records of %d answered calls; the phones counted %d talks.", sealed, served)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			b.Fatalf("only %d of %d answered calls are on record", sealed, served)
		}
	}
}

// benchJournal tells what the journal did, and fails where it did nothing.
func benchJournal(b *testing.B, s *Service) string {
	b.Helper()
	families, err := s.registry.Gather()
	if err != nil {
		b.Fatal(err)
	}
	var facts, late, appends, seconds float64
	for _, f := range families {
		m := f.GetMetric()[0]
		switch f.GetName() {
		case "sansheng_journal_facts_total":
			facts = m.GetCounter().GetValue()
		case "sansheng_engine_late_effects_total":
			late = m.GetCounter().GetValue()
		case "sansheng_engine_journal_seconds":
			appends, seconds = float64(m.GetHistogram().GetSampleCount()), m.GetHistogram().GetSampleSum()
		}
	}
	if facts == 0 || appends == 0 {
		b.Fatal("the journal kept nothing")
	}
	return fmt.Sprintf("The journal kept %.0f facts, on average %.2f ms from decision to disk; %.0f decisions took effect before (after 50 ms).",
		facts, 1000*seconds/appends, late)
}

// benchAppQueue measures the switch by itself: without a hotline's heartbeat its
// dialplan sends callers to app_queue at once.
func benchAppQueue(b *testing.B, n int) handOvers {
	b.Helper()
	plan := benchPlan()
	cfg := asterisk.Config{Data: filepath.Join(benchFolder(b), "asterisk"), FreePorts: true}
	defer os.RemoveAll(filepath.Dir(cfg.Data))
	fallback(&cfg, plan)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	i, err := asterisk.Start(ctx, cfg)
	if err != nil {
		b.Fatalf("start asterisk: %v", err)
	}
	defer func() {
		if err := i.Stop(); err != nil {
			b.Errorf("stop asterisk: %v", err)
		}
	}()
	// The link gives the agents' phones to the switch and goes: no heartbeat, no
	// application.
	link, err := ari.Open(ari.Options{Config: ari.Config{
		URL: i.ARIURL, User: i.ARIUser, Password: i.ARIPassword, App: "bench",
	}})
	if err != nil {
		b.Fatal(err)
	}
	for _, a := range plan.Agents {
		err = errors.Join(err, link.Client().PushAgent(ctx, ari.AgentEndpoint{
			Number: string(a.ID), Password: "bench", Context: "from-agent", MediaAddress: "127.0.0.1",
		}))
	}
	link.Close()
	if err != nil {
		b.Fatal(err)
	}
	return measure(b, load{
		name: "app_queue", sip: i.SIPAddr, did: plan.Lines[0].DID, n: n,
		password: func(string) string { return "bench" },
		ready:    func(context.Context) error { return nil },
	})
}
