package phone

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sansheng/pbx/sip/tone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// within bounds a test's waits. It is no expectation of speed.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func newPhone(t *testing.T, cfg Config) *Phone {
	t.Helper()
	p, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if err := p.Close(ctx); err != nil {
			t.Logf("close %s: %v", cfg.Number, err)
		}
	})
	return p
}

// pair is an agent with a policy and a caller that calls it directly.
func pair(t *testing.T, transport string, policy Policy) (agent, caller *Phone) {
	t.Helper()
	agent = newPhone(t, Config{Number: "1001", Transport: transport, Tone: tone.Agent(1), Policy: policy})
	caller = newPhone(t, Config{Number: "13800138000", Transport: transport, Server: agent.Addr().String(),
		Tone: tone.Caller(1), Codec: tone.ULaw, DisplayName: "Li Lei"})
	return agent, caller
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wait(t *testing.T, ctx context.Context, l interface {
	Wait(context.Context, ...Kind) (Event, error)
}, kind Kind) Event {
	t.Helper()
	e, err := l.Wait(ctx, kind)
	must(t, err)
	return e
}

func TestTalk(t *testing.T) {
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			ctx := within(t)
			agent, caller := pair(t, transport, AnswerAfter(100*time.Millisecond))
			out, err := caller.Call(ctx, "1001", Options{Headers: []Header{{"Alert-Info", "<http://x>;info=vip"}, {"Call-Info", "<sip:q>"}}})
			must(t, err)
			in, err := agent.NextCall(ctx)
			must(t, err)
			if in.Caller().Number != "13800138000" || in.Caller().Name != "Li Lei" || in.Called() != "1001" ||
				in.Headers().Get("alert-info") != "<http://x>;info=vip" || in.Headers().Get("Call-Info") != "<sip:q>" {
				t.Errorf("caller %+v called %s headers %v", in.Caller(), in.Called(), in.Headers())
			}
			ring := wait(t, ctx, out, Ringing)
			must(t, out.WaitAnswered(ctx))
			answered := wait(t, ctx, out, Answered)
			if d := answered.At.Sub(ring.At); d < 60*time.Millisecond {
				t.Errorf("rang for %v only", d)
			}
			wait(t, ctx, in, Confirmed)
			must(t, out.WaitTone(ctx, 520))
			must(t, in.WaitTone(ctx, 1020))
			must(t, out.Press(ctx, "12#", RFC4733))
			must(t, out.Press(ctx, "*", INFO))
			for _, want := range []string{"1", "2", "#", "*"} {
				if e := wait(t, ctx, in, Digit); e.Digit != want {
					t.Errorf("key %q, want %q", e.Digit, want)
				}
			}
			must(t, out.Hangup(ctx))
			if e, err := in.WaitEnded(ctx); err != nil || e.By != Them {
				t.Errorf("agent's end: %+v, %v", e, err)
			}
			if e, err := out.WaitEnded(ctx); err != nil || e.By != Us {
				t.Errorf("caller's end: %+v, %v", e, err)
			}
			if h := in.Heard(); h.Lost != 0 || h.Strays != 0 || len(h.Tones) != 1 || h.Digits != "12#" || h.Codec != tone.ALaw {
				t.Errorf("agent heard %+v", h)
			}
			must(t, out.Hangup(ctx)) // an ended call is no error
		})
	}
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		policy Policy
		status int
		rings  bool
	}{
		"decline":     {Decline(), 603, false},
		"busy":        {Busy(), 486, false},
		"unavailable": {Unavailable(), 480, false},
		"after ring":  {RejectAfter(50*time.Millisecond, 486), 486, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := within(t)
			_, caller := pair(t, "udp", c.policy)
			out, err := caller.Call(ctx, "1001", Options{})
			must(t, err)
			var rejected *RejectedError
			if err := out.WaitAnswered(ctx); !errors.As(err, &rejected) || rejected.Status != c.status {
				t.Fatalf("answered: %v", err)
			}
			if _, rang := out.Find(Ringing); rang != c.rings {
				t.Errorf("rang: %v, %s", rang, out.Story())
			}
			if e, err := out.WaitEnded(ctx); err != nil || e.By != Them {
				t.Errorf("end %+v, %v", e, err)
			}
			if _, err := out.Wait(ctx, Answered); !errors.Is(err, ErrOver) {
				t.Errorf("a wait for what cannot come: %v", err)
			}
		})
	}
}

func TestCancelStopsRingingAtOnce(t *testing.T) {
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			ctx := within(t)
			agent, caller := pair(t, transport, NoAnswer())
			out, err := caller.Call(ctx, "1001", Options{})
			must(t, err)
			in, err := agent.NextCall(ctx)
			must(t, err)
			wait(t, ctx, out, Ringing)
			before := time.Now()
			must(t, out.Hangup(ctx))
			e := wait(t, ctx, in, Cancelled)
			if d := e.At.Sub(before); d > time.Second {
				t.Errorf("rang on for %v", d)
			}
			if e, err := in.WaitEnded(ctx); err != nil || e.By != Them {
				t.Errorf("agent's end: %+v, %v", e, err)
			}
			if e := wait(t, ctx, out, Cancelled); e.Status != 487 {
				t.Errorf("caller saw %v", e)
			}
			_, err = out.WaitEnded(ctx)
			must(t, err)
			if _, ok := in.Find(Answered); ok || len(agent.Calls()) != 0 || len(caller.Calls()) != 0 {
				t.Errorf("left over: %s", in.Story())
			}
			if err := in.Answer(ctx); !errors.Is(err, ErrOver) {
				t.Errorf("answered a cancelled call: %v", err)
			}
		})
	}
}

// CANCEL and answer at the same moment: whatever wins, nobody keeps half a call.
func TestCancelCrossesAnswer(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	agent, caller := pair(t, "udp", NoAnswer())
	for range 40 {
		out, err := caller.Call(ctx, "1001", Options{})
		must(t, err)
		in, err := agent.NextCall(ctx)
		must(t, err)
		wait(t, ctx, out, Ringing)
		go func() { _ = in.Answer(ctx) }()
		must(t, out.Hangup(ctx))
		_, err = out.WaitEnded(ctx)
		must(t, err)
		_, err = in.WaitEnded(ctx)
		must(t, err)
	}
}

func TestScriptedAnswer(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	agent, caller := pair(t, "udp", Policy{Alert: AlertNone})
	out, err := caller.Call(ctx, "1001", Options{})
	must(t, err)
	in, err := agent.NextCall(ctx)
	must(t, err)
	must(t, in.Ring(ctx))
	wait(t, ctx, out, Ringing)
	must(t, in.Progress(ctx))
	wait(t, ctx, out, EarlyMedia)
	must(t, out.WaitTone(ctx, 520))
	if _, ok := out.Find(Answered); ok {
		t.Error("early media is no answer")
	}
	must(t, in.Answer(ctx))
	must(t, out.WaitAnswered(ctx))
	must(t, in.WaitTone(ctx, 1020))
	if err := in.Reject(ctx, 486); err == nil {
		t.Error("refused a call that is answered")
	}
	must(t, in.Hangup(ctx))
	if e, err := out.WaitEnded(ctx); err != nil || e.By != Them {
		t.Errorf("end %+v, %v", e, err)
	}
}

func TestHold(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	agent, caller := pair(t, "udp", AnswerAfter(0))
	out, err := caller.Call(ctx, "1001", Options{})
	must(t, err)
	in, err := agent.NextCall(ctx)
	must(t, err)
	must(t, out.WaitTone(ctx, 520))
	must(t, in.WaitTone(ctx, 1020))
	must(t, in.Hold(ctx))
	wait(t, ctx, out, Held)
	must(t, out.WaitNoTone(ctx, 520))
	must(t, in.WaitNoTone(ctx, 1020))
	must(t, in.Resume(ctx))
	wait(t, ctx, out, Resumed)
	must(t, out.WaitTone(ctx, 520))
	must(t, in.WaitTone(ctx, 1020))
	// The other way round, both at once (491 and again).
	errs := make(chan error, 2)
	go func() { errs <- in.Hold(ctx) }()
	go func() { errs <- out.Hold(ctx) }()
	must(t, <-errs)
	must(t, <-errs)
	must(t, out.Hangup(ctx))
}

func TestLateOffer(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	agent, caller := pair(t, "udp", AnswerAfter(0))
	out, err := caller.Call(ctx, "1001", Options{NoOffer: true})
	must(t, err)
	in, err := agent.NextCall(ctx)
	must(t, err)
	must(t, out.WaitTone(ctx, 520))
	must(t, in.WaitTone(ctx, 1020))
	must(t, in.Hangup(ctx))
}

func TestNoCommonCodec(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	agent := newPhone(t, Config{Number: "1001", Codec: tone.ALaw, OnlyCodec: true, Policy: AnswerAfter(0)})
	caller := newPhone(t, Config{Server: agent.Addr().String(), Codec: tone.ULaw, OnlyCodec: true})
	out, err := caller.Call(ctx, "1001", Options{From: "10086"})
	must(t, err)
	var rejected *RejectedError
	if err := out.WaitAnswered(ctx); !errors.As(err, &rejected) || rejected.Status != 488 {
		t.Errorf("answered: %v", err)
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	agent := newPhone(t, Config{Number: "1001", Lines: 1})
	caller := newPhone(t, Config{Number: "1", Server: agent.Addr().String()})
	first, err := caller.Call(ctx, "1001", Options{})
	must(t, err)
	wait(t, ctx, first, Ringing)
	second, err := caller.Call(ctx, "1001", Options{})
	must(t, err)
	var rejected *RejectedError
	if err := second.WaitAnswered(ctx); !errors.As(err, &rejected) || rejected.Status != 486 || len(agent.Overlaps()) != 1 || agent.Overlaps()[0].Caller != second.Caller().Number {
		t.Errorf("second call: %v, overlaps %v", err, agent.Overlaps())
	}
}

func TestOddCallers(t *testing.T) {
	t.Parallel()
	long := make([]byte, 4096)
	for i := range long {
		long[i] = '7'
	}
	ctx := within(t)
	agent, caller := pair(t, "udp", AnswerAfter(0))
	for _, from := range []string{"+8613800138000", string(long), "&PJSIP/x", "${SHELL(id)}", "a%0d%0aBye"} {
		out, err := caller.Call(ctx, "1001", Options{From: from})
		must(t, err)
		in, err := agent.NextCall(ctx)
		must(t, err)
		if in.Caller().Number != from {
			t.Errorf("%.40q arrived as %.40q", from, in.Caller().Number)
		}
		must(t, out.WaitAnswered(ctx))
		must(t, out.Hangup(ctx))
	}
	out, err := caller.Call(ctx, "1001", Options{Anonymous: true})
	must(t, err)
	in, err := agent.NextCall(ctx)
	must(t, err)
	if in.Caller().Number != "" {
		t.Errorf("anonymous arrived as %q", in.Caller().Number)
	}
	must(t, out.Hangup(ctx))
	// A line break inside makes broken messages of it: whatever the far side
	// does, neither phone breaks and the caller's end is clean.
	for _, from := range []string{"a\r\nX-Injected: 1", "\xff\xfe", "a>;tag=1", " "} {
		out, err := caller.Call(ctx, "1001", Options{From: from})
		if err != nil {
			continue
		}
		out.post(func() { out.finish(Us, nil) })
		_, err = out.WaitEnded(ctx)
		must(t, err)
	}
}

func TestDeathAndFreeze(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	agent, caller := pair(t, "udp", AnswerAfter(0))
	out, err := caller.Call(ctx, "1001", Options{})
	must(t, err)
	in, err := agent.NextCall(ctx)
	must(t, err)
	must(t, out.WaitTone(ctx, 520))
	agent.Freeze()
	must(t, out.WaitNoTone(ctx, 520))
	agent.Thaw()
	must(t, out.WaitTone(ctx, 520))
	agent.Die()
	wait(t, ctx, agent, Died)
	if e, err := in.WaitEnded(ctx); err != nil || e.By != "" {
		t.Errorf("end %+v, %v", e, err)
	}
	must(t, out.WaitNoTone(ctx, 520))
	if _, ok := out.Find(ByeReceived); ok {
		t.Error("a dead phone said goodbye")
	}
	if _, err := agent.Call(ctx, "sip:x@127.0.0.1:9", Options{}); !errors.Is(err, ErrClosed) {
		t.Errorf("a dead phone called: %v", err)
	}
	if _, err := agent.NextCall(ctx); !errors.Is(err, ErrClosed) {
		t.Errorf("a dead phone waits: %v", err)
	}
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if err := out.Hangup(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a dead phone confirmed: %v", err)
	}
}

func TestMaxTalk(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	policy := AnswerAfter(0)
	policy.Talk = 100 * time.Millisecond
	_, caller := pair(t, "udp", policy)
	out, err := caller.Call(ctx, "1001", Options{})
	must(t, err)
	if e, err := out.WaitEnded(ctx); err != nil || e.By != Them {
		t.Errorf("end %+v, %v", e, err)
	}
}

func TestConfigErrors(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]Config{
		"transport": {Transport: "sctp"},
		"listen":    {Listen: "nonsense"},
		"host name": {Listen: "pbx.example:0"},
		"server":    {Server: "127.0.0.1"},
		"not ours":  {Listen: "192.0.2.1:0"},
	} {
		if p, err := New(cfg); err == nil {
			p.Die()
			t.Errorf("%s: taken", name)
		}
	}
	a := newPhone(t, Config{})
	if p, err := New(Config{Listen: a.Addr().String()}); err == nil {
		p.Die()
		t.Error("took a taken port")
	}
}
