package phone_test

import (
	"bytes"
	"context"
	"net"
	"os/exec"
	"path/filepath"
	"sansheng/pbx/ari"
	"strings"
	"testing"
	"time"

	"sansheng/deploy/debian"
	"sansheng/pbx/asterisk"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
)

// limit bounds a test that uses other programs. None is expected to take it.
func limit(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func open(t *testing.T, cfg phone.Config) *phone.Phone {
	t.Helper()
	p, err := phone.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if err := p.Close(ctx); err != nil {
			t.Errorf("close %s: %v", cfg.Number, err)
		}
	})
	return p
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sipp starts the program; wait returns its end.
func sipp(t *testing.T, ctx context.Context, args ...string) (wait func()) {
	t.Helper()
	tree, err := debian.Find(ctx, debian.SIPp)
	ok(t, err)
	var out bytes.Buffer
	cmd := tree.Command(ctx, "sipp", append(args, "-i", "127.0.0.1", "-nostdin")...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = t.TempDir(), &out, &out
	ok(t, cmd.Start())
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return func() {
		t.Helper()
		if err := <-done; err != nil {
			t.Fatalf("sipp: %v\n%s", err, out.String())
		}
	}
}

// sipp's caller, whose ACK and BYE are its own, twenty times.
func TestSippCallsUs(t *testing.T) {
	t.Parallel()
	ctx := limit(t)
	agent := open(t, phone.Config{Number: "1001", Policy: phone.AnswerAfter(20 * time.Millisecond)})
	wait := sipp(t, ctx, agent.Addr().String(), "-sn", "uac", "-s", "1001", "-m", "20", "-r", "40", "-d", "100")
	for range 20 {
		in, err := agent.NextCall(ctx)
		ok(t, err)
		_, err = in.Wait(ctx, phone.Confirmed)
		ok(t, err)
		if e, err := in.WaitEnded(ctx); err != nil || e.By != phone.Them {
			t.Fatalf("end %+v, %v", e, err)
		}
	}
	wait()
}

// sipp's agent sends back what it hears.
func TestWeCallSipp(t *testing.T) {
	t.Parallel()
	ctx := limit(t)
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	ok(t, err)
	addr := free.LocalAddr().String()
	_, port, _ := net.SplitHostPort(addr)
	free.Close()
	wait := sipp(t, ctx, "-sn", "uas", "-p", port, "-m", "1", "-rtp_echo")
	caller := open(t, phone.Config{Number: "1", Server: addr, Tone: tone.Caller(7), Codec: tone.ULaw})
	// Our INVITE is repeated until sipp listens.
	out, err := caller.Call(ctx, "1001", phone.Options{})
	ok(t, err)
	_, err = out.Wait(ctx, phone.Ringing)
	ok(t, err)
	ok(t, out.WaitAnswered(ctx))
	ok(t, out.WaitTone(ctx, 1140))
	ok(t, out.Hangup(ctx))
	wait()
}

// live is a private switch with the demo's lines and no hotline behind them: its
// native fallback puts calls through.
type live struct {
	*asterisk.Instance
	t *testing.T
}

func startSwitch(t *testing.T, ctx context.Context) *live {
	t.Helper()
	data := t.TempDir()
	i, err := asterisk.Start(ctx, asterisk.Config{
		Data: data, FreePorts: true,
		Lines:  []asterisk.Line{{DID: "800100", Company: "demo", Queue: "service"}, {DID: "800119", Company: "demo", Queue: "emergency", Direct: true}},
		Queues: []asterisk.Queue{{Name: "service", Members: []string{"1001", "1002"}}, {Name: "emergency", Members: []string{"1007"}}},
		Duty:   []string{"1007"},
	})
	ok(t, err)
	t.Cleanup(func() {
		if t.Failed() {
			out, _ := exec.Command("tail", "-n", "30", filepath.Join(data, "log/messages")).CombinedOutput()
			t.Logf("%s", out)
		}
		if err := i.Stop(); err != nil {
			t.Error(err)
		}
	})
	return &live{i, t}
}

// agent makes an account for a number and gives its phone.
func (l *live) agent(number string, cfg phone.Config) *phone.Phone {
	l.t.Helper()
	c, err := ari.NewClient(ari.Config{URL: l.ARIURL, User: l.ARIUser, Password: l.ARIPassword, App: "sansheng"})
	ok(l.t, err)
	defer c.Close()
	ok(l.t, c.PushAgent(limit(l.t), ari.AgentEndpoint{
		Number: number, Password: "secret-" + number, Context: "from-agent", MediaAddress: "127.0.0.1",
	}))
	cfg.Number, cfg.Password, cfg.Server = number, "secret-"+number, l.SIPAddr
	return open(l.t, cfg)
}

func TestRealSwitch(t *testing.T) {
	t.Parallel()
	ctx := limit(t)
	l := startSwitch(t, ctx)
	service := l.agent("1001", phone.Config{Tone: tone.Agent(1), Policy: phone.AnswerAfter(300 * time.Millisecond)})
	emergency := l.agent("1007", phone.Config{Transport: "tcp", Tone: tone.Agent(7), Policy: phone.Policy{}})
	ok(t, service.Register(ctx))
	ok(t, emergency.Register(ctx))
	caller := open(t, phone.Config{Number: "13800138000", Server: l.SIPAddr, Tone: tone.Caller(1), Codec: tone.ULaw})

	t.Run("queue", func(t *testing.T) {
		out, err := caller.Call(ctx, "800100", phone.Options{})
		ok(t, err)
		in, err := service.NextCall(ctx)
		ok(t, err)
		if in.Caller().Number != "13800138000" {
			t.Errorf("the agent sees %+v", in.Caller())
		}
		ok(t, in.WaitTone(ctx, 1020))
		ok(t, out.WaitTone(ctx, 520))
		ok(t, in.Press(ctx, "1", phone.RFC4733))
		ok(t, in.Hold(ctx))
		ok(t, out.WaitNoTone(ctx, 520))
		ok(t, in.Resume(ctx))
		ok(t, out.WaitTone(ctx, 520))
		ok(t, out.Hangup(ctx))
		if e, err := in.WaitEnded(ctx); err != nil || e.By != phone.Them {
			t.Errorf("agent's end %+v, %v", e, err)
		}
	})
	t.Run("direct", func(t *testing.T) {
		out, err := caller.Call(ctx, "800119", phone.Options{})
		ok(t, err)
		in, err := emergency.NextCall(ctx)
		ok(t, err)
		_, err = out.Wait(ctx, phone.Ringing)
		ok(t, err)
		ok(t, in.Answer(ctx))
		ok(t, out.WaitTone(ctx, 640))
		ok(t, in.WaitTone(ctx, 1020))
		ok(t, in.Hangup(ctx))
	})
	t.Run("caller leaves", func(t *testing.T) {
		out, err := caller.Call(ctx, "800119", phone.Options{})
		ok(t, err)
		in, err := emergency.NextCall(ctx)
		ok(t, err)
		_, err = out.Wait(ctx, phone.Ringing)
		ok(t, err)
		ok(t, out.Hangup(ctx))
		_, err = in.Wait(ctx, phone.Cancelled)
		ok(t, err)
	})
	t.Run("wrong password", func(t *testing.T) {
		p := open(t, phone.Config{Number: "1001", Password: "guess", Server: l.SIPAddr})
		if err := p.Register(ctx); err == nil || !strings.Contains(err.Error(), "401") {
			t.Errorf("registered: %v", err)
		}
	})
	t.Run("odd callers", func(t *testing.T) {
		for _, from := range []string{strings.Repeat("7", 4096), "&PJSIP/x", "${SHELL(id)}", "\xff\xfe", "a\r\nX: 1"} {
			out, err := caller.Call(ctx, "800119", phone.Options{From: phone.Escape(from)})
			ok(t, err)
			in, err := emergency.NextCall(ctx)
			ok(t, err)
			if strings.Contains(in.Caller().Number, "uid=") {
				t.Errorf("%.20q was evaluated: %.80q", from, in.Caller().Number)
			}
			ok(t, out.Hangup(ctx))
			_, err = in.WaitEnded(ctx)
			ok(t, err)
		}
	})
}
