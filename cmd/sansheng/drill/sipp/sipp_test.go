package sipp

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sansheng/pbx/pbxtest"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func run(t *testing.T, server string, rate float64, calls ...Call) *Run {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := Start(ctx, Config{Server: server, Dir: t.TempDir(), Rate: rate, Calls: calls})
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.Kill()
		cancel()
		if b, _ := os.ReadFile(filepath.Join(r.dir, messagesLog)); t.Failed() {
			t.Logf("%s", b[max(0, len(b)-4000):])
		}
	})
	return r
}

func await(t *testing.T, r *Run, what string, cond func([]Outcome) bool) {
	t.Helper()
	if err := r.Await(pbxtest.Context(t), what, cond); err != nil {
		t.Fatalf("%v; calls: %+v", err, r.Outcomes())
	}
}

func outcome(t *testing.T, r *Run, from string) Outcome {
	t.Helper()
	o, ok := r.Outcome(from)
	if !ok {
		t.Fatalf("no call of %s", from)
	}
	return o
}

func ended(from ...string) func([]Outcome) bool {
	return func(all []Outcome) bool {
		n := 0
		for _, o := range all {
			for _, f := range from {
				if o.From == f && o.Ended() && (!o.ConfirmedAt.IsZero() || o.GaveUp) {
					n++
				}
			}
		}
		return n == len(from)
	}
}

// ordered fails where a call's times are not in their order. An answer may cross
// the caller's CANCEL.
func ordered(t *testing.T, o Outcome) {
	t.Helper()
	for _, times := range [][]time.Time{
		{o.InvitedAt, o.TryingAt, o.RingingAt, o.AnsweredAt, o.ConfirmedAt}, {o.TryingAt, o.EndedAt, o.ConfirmedAt},
	} {
		var last time.Time
		for _, at := range times {
			if at.IsZero() {
				continue
			}
			if at.Before(last) {
				t.Errorf("times are not in order: %+v", o)
			}
			last = at
		}
	}
	if age := time.Since(o.InvitedAt); age < 0 || age > time.Minute {
		t.Errorf("invited %v ago: %+v", age, o)
	}
}

// Every way a call can go on a real switch, as the caller sees it.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	i := pbxtest.Asterisk(t)
	r := run(t, i.SIPAddr, 20,
		Call{From: "13900000001", To: pbxtest.Greeted, Talk: 700 * time.Millisecond},
		Call{From: "13900000002", To: "4711"},
		Call{From: "13900000004", To: pbxtest.Greeted},
		Call{From: "13900000005", To: pbxtest.Greeted},
	)
	await(t, r, "three to talk", func(all []Outcome) bool {
		up := 0
		for _, o := range all {
			if o.Answered() {
				up++
			}
		}
		return up == 3
	})
	if err := r.Hangup("13900000004"); err != nil {
		t.Fatal(err)
	}
	await(t, r, "three to end", ended("13900000001", "13900000002", "13900000004"))
	if o := outcome(t, r, "13900000005"); !o.Up() {
		t.Errorf("the last one does not talk: %+v", o)
	}
	if _, err := i.CLI(pbxtest.Context(t), "channel request hangup all"); err != nil {
		t.Fatal(err)
	}
	if err := r.Wait(pbxtest.Context(t)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		from             string
		ringing, answers bool
		by               Side
		status           int
		lasts            time.Duration // from the answer, or the INVITE, at least
	}{
		{"13900000001", true, true, Caller, 200, 700 * time.Millisecond},
		{"13900000002", false, false, Switch, 404, 0},
		{"13900000004", true, true, Caller, 200, 0},
		{"13900000005", true, true, Switch, 200, 0},
	} {
		o := outcome(t, r, want.from)
		ordered(t, o)
		if !o.RingingAt.IsZero() != want.ringing || o.Answered() != want.answers || o.EndedBy != want.by || o.Status != want.status ||
			o.GaveUp || o.ConfirmedAt.IsZero() || o.Retransmissions != 0 {
			t.Errorf("%+v: want %+v", o, want)
		}
		began := o.AnsweredAt
		if began.IsZero() {
			began = o.InvitedAt
		}
		if lasted := o.EndedAt.Sub(began); lasted < want.lasts || lasted > want.lasts+10*time.Second {
			t.Errorf("lasted %v, want %v: %+v", lasted, want.lasts, o)
		}
	}
	if err := r.Hangup("4711"); err == nil {
		t.Error("a caller that is not there hangs up")
	}
}

// The switch's side of the same call agrees: Stop ends all of them, no channel
// is left, and calls that were not placed yet never are.
func TestStop(t *testing.T) {
	t.Parallel()
	i := pbxtest.Asterisk(t)
	var calls []Call
	for n := range 100 {
		calls = append(calls, Call{From: fmt.Sprintf("139%08d", n), To: []string{pbxtest.Greeted, pbxtest.Direct}[n%2]})
	}
	r := run(t, i.SIPAddr, 20, calls...)
	await(t, r, "twenty calls", func(all []Outcome) bool { return len(all) >= 20 })
	if err := r.Stop(pbxtest.Context(t)); err != nil {
		t.Fatal(err)
	}
	all := r.Outcomes()
	if len(all) > 80 {
		t.Errorf("%d of 100 calls were placed", len(all))
	}
	for _, o := range all {
		ordered(t, o)
		if o.EndedBy != Caller || o.GaveUp || o.ConfirmedAt.IsZero() {
			t.Errorf("%+v", o)
		}
	}
	pbxtest.Eventually(t, "the switch to have no channel", func() bool {
		out, err := i.CLI(pbxtest.Context(t), "core show channels count")
		return err == nil && strings.Contains(out, "0 active channels")
	})
}

// An agent's phone hears nothing of a caller, but the talk stands.
func TestSilentCaller(t *testing.T) {
	t.Parallel()
	p, err := phone.New(phone.Config{Number: "800100", Server: "127.0.0.1:9", Policy: phone.AnswerAfter(50 * time.Millisecond)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Die)
	r := run(t, p.Addr().String(), 10, Call{From: "13900000001", To: "800100"})
	call, err := p.NextCall(pbxtest.Context(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := call.Wait(pbxtest.Context(t), phone.Confirmed); err != nil {
		t.Fatal(err)
	}
	if call.Caller().Number != "13900000001" {
		t.Errorf("caller is %+v", call.Caller())
	}
	// A far side that ends the call itself, and whose clock is ours.
	before := time.Now()
	if err := call.Hangup(pbxtest.Context(t)); err != nil {
		t.Fatal(err)
	}
	await(t, r, "the end", ended("13900000001"))
	o := outcome(t, r, "13900000001")
	if o.EndedBy != Switch || o.EndedAt.Before(before) || o.EndedAt.After(time.Now()) || o.RingingAt.IsZero() {
		t.Errorf("%+v, hung up after %v", o, before)
	}
}

// A caller whose patience is over says CANCEL, and one whose order crosses the
// answer says BYE.
func TestGiveUp(t *testing.T) {
	t.Parallel()
	p, err := phone.New(phone.Config{Number: "800119", Server: "127.0.0.1:9", Policy: phone.NoAnswer()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Die)
	r := run(t, p.Addr().String(), 10, Call{From: "13900000001", To: "800119", GiveUp: 600 * time.Millisecond})
	if err := r.Wait(pbxtest.Context(t)); err != nil {
		t.Fatal(err)
	}
	o := outcome(t, r, "13900000001")
	ordered(t, o)
	if o.EndedBy != Caller || o.Status != 487 || o.Answered() || o.RingingAt.IsZero() || o.ConfirmedAt.IsZero() || o.GaveUp ||
		o.EndedAt.Sub(o.InvitedAt) < 600*time.Millisecond {
		t.Errorf("%+v", o)
	}
	p.SetPolicy(phone.AnswerAfter(100 * time.Millisecond))
	var calls []Call
	for n := range 40 {
		calls = append(calls, Call{From: fmt.Sprintf("139%08d", n), To: "800119", Talk: time.Millisecond, GiveUp: time.Duration(90+n/2) * time.Millisecond})
	}
	r = run(t, p.Addr().String(), 50, calls...)
	if err := r.Wait(pbxtest.Context(t)); err != nil {
		t.Fatal(err)
	}
	answered := 0
	for _, o := range r.Outcomes() {
		ordered(t, o)
		if o.EndedBy != Caller || o.ConfirmedAt.IsZero() || o.GaveUp || o.Status != 200 && o.Status != 487 {
			t.Errorf("%+v", o)
		}
		if o.Answered() {
			answered++
		}
	}
	t.Logf("%d of 40 were answered", answered)
}

// With tones both sides hear each other, as telephones do.
func TestTones(t *testing.T) {
	t.Parallel()
	p, err := phone.New(phone.Config{Number: "800100", Server: "127.0.0.1:9", Policy: phone.AnswerAfter(0), Tone: tone.Agent(3)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Die)
	r, err := Start(pbxtest.Context(t), Config{
		Server: p.Addr().String(), Dir: t.TempDir(), Tone: tone.Caller, Calls: []Call{{From: "13900000001", To: "800100"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Kill)
	call, err := p.NextCall(pbxtest.Context(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := call.WaitTone(pbxtest.Context(t), float64(tone.Caller(0).Hz)); err != nil {
		t.Errorf("the agent does not hear the caller: %v", err)
	}
	pbxtest.Eventually(t, "the caller to hear the agent", func() bool {
		h, ok := r.Heard("13900000001")
		return ok && h.Hears(float64(tone.Agent(3).Hz))
	})
	r.ResetGaps()
	if h, _ := r.Heard("13900000001"); h.LongestGap > 5*time.Second {
		t.Errorf("a gap of %v since a moment ago", h.LongestGap)
	}
	if err := r.Stop(pbxtest.Context(t)); err != nil {
		t.Error(err)
	}
	if h, _ := r.Heard("13900000001"); h.Packets == 0 || h.Sent == 0 {
		t.Errorf("heard %+v", h)
	}
}

// A switch that is there but says nothing: requests are sent again, and what
// becomes of the call is known when sipp is killed.
func TestDeadSwitch(t *testing.T) {
	t.Parallel()
	c, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	r := run(t, c.LocalAddr().String(), 10, Call{From: "13900000001", To: "800100", GiveUp: time.Millisecond})
	await(t, r, "a second INVITE", func(all []Outcome) bool { return all[0].Retransmissions > 0 })
	r.Kill()
	if o := outcome(t, r, "13900000001"); !o.GaveUp || o.Status != 0 || o.EndedBy != "" || !o.Ended() {
		t.Errorf("%+v", o)
	}
	if err := r.Await(pbxtest.Context(t), "nothing", func([]Outcome) bool { return false }); err == nil {
		t.Error("a wait for what will never happen ends without error")
	}
}

func TestBadCalls(t *testing.T) {
	t.Parallel()
	for name, calls := range map[string][]Call{
		"none":      nil,
		"evaluated": {{From: "1;[last_To:]", To: "800100"}},
		"escape":    {{From: "13900000001", To: "800100\r\nX: y"}},
		"twice":     {{From: "13900000001", To: "800100"}, {From: "13900000001", To: "800119"}},
	} {
		if _, err := Start(t.Context(), Config{Server: "127.0.0.1:9", Dir: t.TempDir(), Calls: calls}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestParseMessage(t *testing.T) {
	t.Parallel()
	m, err := parseMessage("2026-11-22\t06:13:29.116676\t1795328009.116676\tR\t1-abc\tCSeq:1 INVITE\tSIP/2.0 200 OK\n")
	if err != nil || m.sent || m.callID != "1-abc" || m.method != "INVITE" || m.status != 200 || m.at.UnixMicro() != 1795328009116676 {
		t.Errorf("%+v %v", m, err)
	}
	for _, line := range []string{"", "x\ty", "d\tt\t12\tS\tid\tCSeq:1 BYE\tBYE x", "d\tt\t12.000001\tS\tid\tCSeq:1 BYE\tSIP/2.0 x y"} {
		if _, err := parseMessage(line); err == nil {
			t.Errorf("%q is taken", line)
		}
	}
}
