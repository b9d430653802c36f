package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
	"sansheng/store"
)

// stack is a whole hotline for one test: a switch, a database and a journal of
// its own, with everything that happened on it.
type stack struct {
	t         *testing.T
	cfg       *config.Config
	svc       *Service // nil where it runs in a process of its own
	sip       string
	passwords map[cti.AgentID]string
	public    *bus.Public
	records   func() *store.Store // nil until there is one
	spool     string              // of recordings

	mu     sync.Mutex
	facts  []cti.Fact
	movedC chan struct{}
	phones map[string]*phone.Phone
}

// limit bounds every wait of a journey.
const limit = 60 * time.Second

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

// quickRings is the demo hotline with the United Kingdom's short rings: three of
// them are 9 s instead of 15.
func quickRings(agents int) *cti.Plan {
	p := cti.DemoPlan(agents)
	for i := range p.Companies {
		p.Companies[i].Country = "uk"
	}
	return p
}

// dataFolder is a test's folder that a server under another account can enter.
func dataFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "hotline")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() && os.Getenv("KEEP") != "" {
			t.Logf("kept %s", dir)
			return
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove data: %v", err)
		}
	})
	return dir
}

// hotline starts a stack with a plan.
func hotline(t *testing.T, plan *cti.Plan) *stack {
	t.Helper()
	t.Parallel()
	cfg := config.Default()
	cfg.Data = dataFolder(t)
	cfg.Hotline = plan
	return startStack(t, cfg)
}

func startStack(t *testing.T, cfg *config.Config) *stack {
	t.Helper()
	log := zaptest.NewLogger(t, zaptest.Level(zap.WarnLevel))
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute) // the first start may fetch packages
	defer cancel()
	s, err := Start(ctx, cfg, Options{FreePorts: true, Log: log})
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	st := &stack{
		t: t, cfg: cfg, svc: s, sip: s.SIPAddr(), passwords: s.phones.Load().passwords, public: s.public,
		records: s.records.store.Load,
	}
	if s.asterisk != nil {
		st.spool = s.asterisk.SpoolRecordingDir
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	st.watch()
	return st
}

// watch keeps the public stream's facts until the test ends, and then ends the
// phones.
func (st *stack) watch() {
	st.movedC = make(chan struct{})
	st.phones = map[string]*phone.Phone{}
	follow, stop := context.WithCancel(context.Background())
	doneC := make(chan struct{})
	go func() { defer close(doneC); st.follow(follow) }()
	st.t.Cleanup(func() {
		for _, p := range st.phones {
			p.Die()
		}
		stop()
		<-doneC
	})
}

// follow keeps every fact of the public stream, as anybody could read it.
func (st *stack) follow(ctx context.Context) {
	r := st.public.Reader(bus.ReaderOptions{Filters: []string{"hotline.*.call.>", "hotline.*.agent.>", "hotline.*.engine.>"}})
	defer r.Close()
	var seen map[string]bool // since the stream was filled again
	for {
		f, _, err := r.Next(ctx)
		if ctx.Err() != nil {
			return
		}
		if errors.As(err, new(*bus.RewoundError)) {
			seen = map[string]bool{}
			for _, f := range st.all() {
				seen[f.ID] = true
			}
			continue
		}
		if seen[f.ID] {
			continue
		}
		if err != nil {
			st.t.Errorf("read facts: %v", err)
			return
		}
		st.mu.Lock()
		st.facts = append(st.facts, f)
		close(st.movedC)
		st.movedC = make(chan struct{})
		st.mu.Unlock()
	}
}

// all is a copy of the facts so far.
func (st *stack) all() []cti.Fact {
	st.mu.Lock()
	defer st.mu.Unlock()
	return append([]cti.Fact(nil), st.facts...)
}

// await waits until the facts so far satisfy a condition.
func (st *stack) await(what string, ok func([]cti.Fact) bool) []cti.Fact {
	st.t.Helper()
	ctx := deadline(st.t)
	for {
		st.mu.Lock()
		facts, movedC := append([]cti.Fact(nil), st.facts...), st.movedC
		st.mu.Unlock()
		if ok(facts) {
			return facts
		}
		select {
		case <-movedC:
		case <-ctx.Done():
			st.t.Fatalf("waited in vain for %s; facts:\n%s", what, lines(facts))
		}
	}
}

// fact waits for the n-th fact of a kind about a caller's call or, with an
// empty caller, about anybody's.
func (st *stack) fact(caller string, k cti.Kind, n int) cti.Fact {
	st.t.Helper()
	var found cti.Fact
	st.await(string(k)+" of "+caller, func(facts []cti.Fact) bool {
		ids := callsOf(facts, caller)
		seen := 0
		for _, f := range facts {
			if f.Kind == k && (caller == "" || ids[f.Call]) {
				if seen++; seen == n {
					found = f
					return true
				}
			}
		}
		return false
	})
	return found
}

func callsOf(facts []cti.Fact, caller string) map[cti.CallID]bool {
	ids := map[cti.CallID]bool{}
	for _, f := range facts {
		if d, ok := f.Data.(*cti.Arrived); ok && d.Caller.Number == caller {
			ids[f.Call] = true
		}
	}
	return ids
}

// state waits until an agent is in a state.
func (st *stack) state(agent cti.AgentID, s cti.AgentState) cti.Fact {
	st.t.Helper()
	var last cti.Fact
	st.await(string(agent)+" "+string(s), func(facts []cti.Fact) bool {
		for _, f := range facts {
			if _, ok := cti.StateOf(f.Kind); ok && f.Agent == agent {
				last = f
			}
		}
		now, _ := cti.StateOf(last.Kind)
		return now == s
	})
	return last
}

func lines(facts []cti.Fact) string {
	var b strings.Builder
	for _, f := range facts {
		b.WriteString(f.At.Format("05.000 ") + string(f.Kind) + " " + string(f.Call) + " " + string(f.Agent) + "\n")
	}
	return b.String()
}

// agent registers an agent's phone and waits until he is ready. He sends the
// tone of his number.
func (st *stack) agent(number string, policy phone.Policy) *phone.Phone {
	st.t.Helper()
	p, err := phone.New(phone.Config{
		Number: number, Password: st.passwords[cti.AgentID(number)], Server: st.sip, Policy: policy,
		Tone: agentTone(number),
	})
	if err != nil {
		st.t.Fatalf("agent %s: %v", number, err)
	}
	st.phones[number] = p
	before := len(st.all())
	if err := p.Register(deadline(st.t)); err != nil {
		st.t.Fatalf("register agent %s: %v", number, err)
	}
	// Ready for a moment is enough: a caller may be waiting for him.
	st.await(number+" to become ready", func(facts []cti.Fact) bool {
		return slices.ContainsFunc(facts[before:], func(f cti.Fact) bool {
			return f.Kind == cti.AgentReady && f.Agent == cti.AgentID(number)
		})
	})
	return p
}

func agentTone(number string) tone.Tone {
	n := 0
	for _, d := range number {
		n = n*10 + int(d-'0')
	}
	return tone.Agent((n - 1001) % 8)
}

// callerTone is what callers send.
var callerTone = tone.Caller(0)

// dial places a call from the carrier.
func (st *stack) dial(from, to string) *phone.Call {
	st.t.Helper()
	call, err := st.caller(from).Call(deadline(st.t), to, phone.Options{})
	if err != nil {
		st.t.Fatalf("call from %s to %s: %v", from, to, err)
	}
	return call
}

func (st *stack) caller(from string) *phone.Phone {
	st.t.Helper()
	p, err := phone.New(phone.Config{Number: from, Server: st.sip, Tone: callerTone})
	if err != nil {
		st.t.Fatalf("caller %s: %v", from, err)
	}
	key := from
	for n := 2; st.phones[key] != nil; n++ { // the same caller may call twice
		key = from + " " + strconv.Itoa(n)
	}
	st.phones[key] = p
	return p
}

// hears waits until a party hears a tone.
func (st *stack) hears(call *phone.Call, t tone.Tone) {
	st.t.Helper()
	if err := call.WaitTone(deadline(st.t), float64(t.Hz)); err != nil {
		st.t.Fatalf("%d Hz is not heard: %v; the phone's story: %s", t.Hz, err, call.Story())
	}
}

// hearsFor waits until a call has heard a tone for so long in all.
func (st *stack) hearsFor(call *phone.Call, t tone.Tone, d time.Duration) {
	st.t.Helper()
	until(st.t, func(context.Context) (bool, string) {
		long := func(s tone.Sound) bool { return s.Is(float64(t.Hz)) && s.Total >= d }
		return slices.ContainsFunc(call.Heard().Tones, long), fmt.Sprintf("%d Hz is not heard for %v: %+v", t.Hz, d, call.Heard())
	})
}

// until looks every few milliseconds until what nothing tells of is so; with the deadline
// it fails with the last thing that was wrong.
func until(t *testing.T, so func(context.Context) (ok bool, wrong string)) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ctx := deadline(t); ; {
		ok, wrong := so(ctx)
		if ok {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal(wrong)
		}
	}
}

func (st *stack) hangup(call *phone.Call) {
	st.t.Helper()
	if err := call.Hangup(deadline(st.t)); err != nil {
		st.t.Fatalf("hang up: %v", err)
	}
}

// next is the phone's next incoming call.
func (st *stack) next(p *phone.Phone) *phone.Call {
	st.t.Helper()
	c, err := p.NextCall(deadline(st.t))
	if err != nil {
		st.t.Fatalf("no call reaches the phone: %v", err)
	}
	return c
}

// record waits for the sealed record of a caller's only call; that he was called back is
// no call of his.
func (st *stack) record(caller string) store.Record {
	st.t.Helper()
	ctx := deadline(st.t)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var records []store.Record
		var err error
		if s := st.records(); s != nil {
			records, err = s.Calls(ctx, store.Filter{Caller: caller})
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, context.DeadlineExceeded) {
			st.t.Logf("read records: %v", err)
		}
		records = slices.DeleteFunc(records, func(r store.Record) bool { return r.Dial != nil && strings.HasPrefix(r.Dial.For, cti.ForCallback) })
		if len(records) > 1 {
			st.t.Fatalf("%d records for one call of %s", len(records), caller)
		}
		if len(records) == 1 && records[0].Hash != nil {
			return records[0]
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			st.t.Fatalf("no sealed record of %s's call (%d open); facts:\n%s", caller, len(records), lines(st.all()))
		}
	}
}

// recording is the file of a call's recording.
func (st *stack) recording(r store.Record) string {
	return st.recordingFile(r.Recordings[0].Name)
}

func (st *stack) recordingFile(name string) string { return filepath.Join(st.spool, name+".wav") }

// seamless checks that the facts' numbers have no gap and none came twice.
func (st *stack) seamless() {
	st.t.Helper()
	facts := st.all()
	for i, f := range facts {
		if f.Seq != uint64(i+1) {
			st.t.Fatalf("fact %d of the stream has number %d", i+1, f.Seq)
		}
	}
}
