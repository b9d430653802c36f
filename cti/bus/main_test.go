package bus_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/bus/journal"
)

// childEnv makes this test program run as a process that is to be killed.
const childEnv = "SANSHENG_BUS_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		os.Exit(child(dir))
	}
	goleak.VerifyTestMain(m)
}

const engine = "e1"

func limit(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func fact(seq uint64) cti.Fact {
	f := cti.Fact{
		Version: cti.SchemaVersion, ID: fmt.Sprintf("%s-%d", engine, seq), Seq: seq, Engine: engine,
		At: time.UnixMilli(1_700_000_000_000 + int64(seq)).UTC(), Kind: cti.CallQueued, Company: "demo",
		Call: cti.CallID("c" + strconv.FormatUint(seq/10, 10)), Data: &cti.Queued{Queue: "service", Ahead: 1},
	}
	switch seq % 10 {
	case 3:
		f.Kind, f.Call, f.Agent, f.Data = cti.AgentReady, "", "1001", &cti.StateData{From: cti.LoggedOff}
	case 7:
		f.Kind, f.Call, f.Company, f.Data = cti.SwitchFound, "", "", &cti.EngineData{Text: "back"}
	}
	return f
}

func facts(from, to uint64) []cti.Fact {
	fs := make([]cti.Fact, 0, to-from+1)
	for seq := from; seq <= to; seq++ {
		fs = append(fs, fact(seq))
	}
	return fs
}

func start(t testing.TB, opts bus.Options) *bus.Server {
	t.Helper()
	if opts.StoreDir == "" {
		opts.StoreDir = t.TempDir()
	}
	s, err := bus.Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func public(t testing.TB, s *bus.Server, limits bus.StreamLimits) *bus.Public {
	t.Helper()
	p, err := s.Public(limit(t), limits)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func open(t testing.TB, s *bus.Server, opts journal.Options) *journal.Journal {
	t.Helper()
	opts.Engine = engine
	j, err := s.OpenJournal(limit(t), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func relay(t testing.TB, j *journal.Journal, p *bus.Public) *bus.Relay {
	t.Helper()
	r := bus.StartRelay(j, p, bus.RelayOptions{RetryMin: 5 * time.Millisecond, RetryMax: 50 * time.Millisecond})
	t.Cleanup(r.Close)
	return r
}

func reader(t testing.TB, p *bus.Public, opts bus.ReaderOptions) *bus.Reader {
	t.Helper()
	r := p.Reader(opts)
	t.Cleanup(r.Close)
	return r
}

// add appends facts and waits until they are durable.
func add(t testing.TB, j *journal.Journal, from, to uint64) {
	t.Helper()
	j.Append(facts(from, to), nil)
	if err := j.Wait(limit(t), to); err != nil {
		t.Fatal(err)
	}
}

// expect reads facts from one sequence to another and nothing else.
func expect(t testing.TB, r *bus.Reader, from, to uint64) (at uint64) {
	t.Helper()
	ctx := limit(t)
	for seq := from; seq <= to; seq++ {
		f, s, err := r.Next(ctx)
		if err != nil {
			t.Fatalf("fact %d: %v", seq, err)
		}
		want := fact(seq)
		if f.Seq != seq || f.ID != want.ID || f.Kind != want.Kind || f.Data == nil {
			t.Fatalf("fact %d expected at %d, got %+v", seq, s, f)
		}
		at = s
	}
	return at
}

// stored counts the messages of HOTLINE.
func stored(t testing.TB, nc *nats.Conn) uint64 {
	t.Helper()
	js, err := nc.JetStream()
	if err != nil {
		t.Fatal(err)
	}
	info, err := js.StreamInfo(bus.Stream)
	if err != nil {
		t.Fatal(err)
	}
	return info.State.Msgs
}

// outside is a NATS server of somebody else's, which can be stopped and started
// again on the same port and folder.
type outside struct {
	t    testing.TB
	opts *server.Options
	ns   *server.Server
}

func external(t testing.TB) *outside {
	t.Helper()
	o := &outside{t: t, opts: &server.Options{
		Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true,
		Users: []*server.User{{Username: "hotline", Password: "secret"}},
	}}
	o.start()
	t.Cleanup(o.stop)
	return o
}

func (o *outside) start() {
	o.t.Helper()
	ns, err := server.NewServer(o.opts.Clone())
	if err != nil {
		o.t.Fatal(err)
	}
	ns.Start()
	if !ns.ReadyForConnections(20 * time.Second) {
		o.t.Fatal("external server not ready")
	}
	o.ns = ns
	if o.opts.Port == -1 {
		u := ns.ClientURL()
		if _, err := fmt.Sscanf(u, "nats://127.0.0.1:%d", &o.opts.Port); err != nil {
			o.t.Fatalf("%s: %v", u, err)
		}
	}
}

func (o *outside) stop() {
	o.ns.Shutdown()
	o.ns.WaitForShutdown()
}

func (o *outside) dial(limits bus.StreamLimits) *bus.Public {
	o.t.Helper()
	p, err := bus.Dial(bus.Remote{URL: fmt.Sprintf("nats://127.0.0.1:%d", o.opts.Port), User: "hotline", Password: "secret"}, limits, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(p.Close)
	return p
}

func (o *outside) conn() *nats.Conn {
	o.t.Helper()
	nc, err := nats.Connect(fmt.Sprintf("nats://127.0.0.1:%d", o.opts.Port), nats.UserInfo("hotline", "secret"))
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(nc.Close)
	return nc
}
