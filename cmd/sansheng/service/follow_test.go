package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/engine"
)

// behind is a follower on a NATS of its own, with the engines of its lease.
type behind struct {
	*follower
	t       *testing.T
	server  *bus.Server
	path    string
	sharing atomic.Pointer[[]string]
}

func startBehind(t *testing.T) *behind {
	t.Helper()
	t.Parallel()
	dir := t.TempDir()
	s, err := bus.Start(deadline(t), bus.Options{StoreDir: filepath.Join(dir, "nats")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { check(t, s.Close()) })
	b := &behind{t: t, server: s, path: filepath.Join(dir, "standby.json")}
	b.sharing.Store(&[]string{})
	b.anotherStart()
	return b
}

// anotherStart makes the follower as a new process does.
func (b *behind) anotherStart() {
	b.t.Helper()
	public, err := b.server.Public(deadline(b.t), bus.StreamLimits{})
	if err != nil {
		b.t.Fatal(err)
	}
	b.follower = newFollower(public, b.path, cti.DemoPlan(0), func() []string { return *b.sharing.Load() }, zap.NewNop())
}

// follow begins to follow; the function it returns gives what was read.
func (b *behind) follow() func() *engine.Inheritance {
	ctx, cancel := context.WithCancel(b.t.Context())
	b.anew()
	heirC := make(chan *engine.Inheritance, 1)
	go func() { heirC <- b.follower.follow(ctx) }()
	return func() *engine.Inheritance {
		b.t.Helper()
		cancel()
		select {
		case heir := <-heirC:
			return heir
		case <-time.After(time.Second):
			b.t.Fatal("it does not end")
			return nil
		}
	}
}

func (b *behind) reads() {
	b.t.Helper()
	if err := b.reach(deadline(b.t)); err != nil {
		b.t.Fatal(err)
	}
}

// tells publishes an engine's facts, numbered from one on.
func (b *behind) tells(name string, from uint64, facts ...cti.Fact) {
	b.t.Helper()
	var msgs []bus.Message
	for i, f := range facts {
		f.Version, f.Engine, f.Seq, f.At = cti.SchemaVersion, name, from+uint64(i), time.Now()
		f.ID = fmt.Sprintf("%s-%d", name, f.Seq)
		data, err := json.Marshal(f)
		if err != nil {
			b.t.Fatal(err)
		}
		msgs = append(msgs, bus.Message{Subject: bus.Subject(&f), ID: f.ID, Seq: f.Seq, Data: data})
	}
	if _, err := b.public.Publisher(name).Publish(deadline(b.t), msgs); err != nil {
		b.t.Fatal(err)
	}
}

func arrived(id cti.CallID, term uint64) cti.Fact {
	return cti.Fact{Kind: cti.CallArrived, Company: "demo", Call: id, Term: term, Data: &cti.Arrived{Channel: "c"}}
}

func about(k cti.Kind, term uint64) cti.Fact {
	return cti.Fact{Kind: k, Term: term, Data: &cti.EngineData{}}
}

// inherits expects an inheritance to hold these facts.
func inherits(t *testing.T, heir *engine.Inheritance, ids ...string) {
	t.Helper()
	b, err := heir.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var kept struct{ Facts []cti.Fact }
	if err := json.Unmarshal(b, &kept); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range kept.Facts {
		got = append(got, f.ID)
	}
	if fmt.Sprint(got) != fmt.Sprint(ids) {
		t.Errorf("inherited are %v, want %v", got, ids)
	}
}

// TestWordsBeforeTheLease: what engines told of the switch counts, although the
// lease, which says whose word does, is read only after it; also across a start.
func TestWordsBeforeTheLease(t *testing.T) {
	b := startBehind(t)
	b.tells("a", 1, about(cti.EngineStarted, 4), about(cti.SwitchFound, 4), about(cti.SwitchLost, 4), about(cti.SwitchFound, 4))
	b.tells("stranger", 1, about(cti.EngineStarted, 9), about(cti.SwitchFound, 9))
	b.tells("a", 5, arrived("c1", 4), about(cti.SwitchLost, 4))
	end := b.follow()
	b.reads()
	inherits(t, end(), "a-5")
	b.file.wait()
	b.anotherStart()
	end = b.follow()
	b.reads()
	b.sharing.Store(&[]string{"a", "b"})
	heir := end()
	inherits(t, heir, "a-5", "a-4", "a-6")
	if heir.Term() != 4 {
		t.Errorf("term %d", heir.Term())
	}
}

// TestClosedLineInherited: that a company's line is closed is known to who takes over.
func TestClosedLineInherited(t *testing.T) {
	b := startBehind(t)
	b.tells("a", 1, cti.Fact{Kind: cti.HoursClosed, Company: "demo", Term: 4, Data: &cti.ClosureData{Line: "800200", Until: time.Now().Add(time.Hour)}})
	end := b.follow()
	b.reads()
	inherits(t, end(), "a-1")
}

// TestStreamAnew: the stream is made anew, and stays below where the follower was.
// It is caught up again only with what the stream holds now.
func TestStreamAnew(t *testing.T) {
	b := startBehind(t)
	b.tells("a", 1, arrived("c1", 4), arrived("c2", 4), arrived("c3", 4))
	end := b.follow()
	b.reads()
	if err := b.server.JetStream().DeleteStream(deadline(t), bus.Stream); err != nil {
		t.Fatal(err)
	}
	b.tells("b", 1, arrived("c4", 5), arrived("c5", 5))
	b.reads()
	inherits(t, end(), "b-1", "b-2")
	if !b.caughtUp() || b.term.Load() != 5 {
		t.Errorf("caught up %t, term %d", b.caughtUp(), b.term.Load())
	}
	b.file.wait()
	// The same between two starts.
	if err := b.server.JetStream().DeleteStream(deadline(t), bus.Stream); err != nil {
		t.Fatal(err)
	}
	b.anotherStart()
	b.tells("c", 1, arrived("c6", 6))
	end = b.follow()
	b.reads()
	inherits(t, end(), "c-1")
}

// hang makes writing a file anew hang, as on a disk that does not answer; goOn ends
// that.
func hang(t *testing.T, file string) (goOn func()) {
	t.Helper()
	if err := syscall.Mkfifo(file+".new", 0o600); err != nil {
		t.Fatal(err)
	}
	return func() {
		p, err := os.OpenFile(file+".new", os.O_RDWR, 0)
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { check(t, p.Close()) })
		// Who hung may have renamed it by now.
		if err := os.Remove(file + ".new"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	}
}

// TestDiskHangs: a disk that hangs does not hold up a takeover.
func TestDiskHangs(t *testing.T) {
	b := startBehind(t)
	b.tells("a", 1, arrived("c1", 4))
	goOn := hang(t, b.path)
	for range 2 {
		end := b.follow()
		b.reads()
		inherits(t, end(), "a-1")
	}
	goOn()
	b.file.wait()
}

// TestPlanFollowed: a standby knows the plan that the engine which leads has published,
// also where it was told before the lease, and across a start; and the facts of a company
// that only this plan has matter to it.
func TestPlanFollowed(t *testing.T) {
	b := startBehind(t)
	h := cti.NewHotline("a", cti.DemoPlan(0))
	plan := cti.DemoPlan(0)
	plan.Companies = append(plan.Companies, cti.Company{ID: "water", Country: "cn", Language: "zh"})
	out := h.Handle(time.Now(), cti.Publish{Plan: plan, By: "3001"})
	if out.Refused != nil {
		t.Fatal(out.Refused)
	}
	call := arrived("w1", 0)
	call.Company = "water"
	b.tells("a", 1, about(cti.SwitchFound, 0), out.Facts[0], out.Facts[1], about(cti.SwitchFound, 0))
	end := b.follow()
	b.reads()
	if b.plan.Load() != nil {
		t.Error("it knows the plan of an engine that may be a stranger")
	}
	b.sharing.Store(&[]string{"a", "b"})
	b.tells("a", 5, about(cti.SwitchFound, 0), call)
	b.reads()
	inherits(t, end(), "a-2", "a-3", "a-5", "a-6")
	b.file.wait()
	if p := keptPlan(b.path); p == nil || p.Hash() != plan.Hash() {
		t.Error("its file does not tell the plan")
	}
	b.anotherStart()
	end = b.follow()
	b.reads()
	if p := b.plan.Load(); p == nil || p.Hash() != plan.Hash() {
		t.Error("after a start it does not know the plan")
	}
	end()
}
