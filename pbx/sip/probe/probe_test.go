package probe

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func target(t *testing.T, policy phone.Policy, send tone.Tone) (Target, context.Context) {
	t.Helper()
	p, err := phone.New(phone.Config{Number: "800100", Policy: policy, Tone: send})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Die)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return Target{Server: p.Addr().String()}, ctx
}

func TestPing(t *testing.T) {
	t.Parallel()
	to, ctx := target(t, phone.Policy{}, tone.Tone{})
	pong, err := Ping(ctx, to)
	if err != nil || pong.Status != 200 || pong.Took <= 0 || pong.Server == "" {
		t.Fatalf("%+v, %v", pong, err)
	}
	deaf, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	var fault *StageError
	if _, err := Ping(short, Target{Server: deaf.LocalAddr().String()}); !errors.As(err, &fault) || fault.Stage != StageReach {
		t.Errorf("a deaf switch: %v", err)
	}
	if _, err := Ping(ctx, Target{Server: "127.0.0.1:9", Transport: "smoke"}); err == nil || errors.As(err, &fault) {
		t.Errorf("our own fault: %v", err)
	}
	if _, err := Ping(ctx, Target{Server: "127.0.0.1:1", Transport: "tcp"}); !errors.As(err, &fault) || fault.Stage != StageReach {
		t.Errorf("nobody listens: %v", err)
	}
}

func TestCall(t *testing.T) {
	t.Parallel()
	to, ctx := target(t, phone.AnswerAfter(50*time.Millisecond), tone.Agent(3))
	for _, expect := range []float64{0, 560} {
		r, err := Call(ctx, to, Order{To: "800100", From: "probe", Expect: expect, Talk: 20 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != 200 || r.Ringing <= 0 || r.Answered < r.Ringing || r.Audio <= 0 || r.Ended < r.Answered || !r.Heard.Audible() {
			t.Errorf("result %+v", r)
		}
	}
}

func TestCallFaults(t *testing.T) {
	for name, c := range map[string]struct {
		policy phone.Policy
		send   tone.Tone
		order  Order
		stage  Stage
		status int
	}{
		"refused":    {phone.Busy(), tone.Tone{}, Order{}, StageAnswer, 486},
		"no answer":  {phone.NoAnswer(), tone.Tone{}, Order{Answer: 50 * time.Millisecond}, StageAnswer, 0},
		"silent":     {phone.AnswerAfter(0), tone.Tone{}, Order{Audio: 100 * time.Millisecond}, StageAudio, 200},
		"wrong tone": {phone.AnswerAfter(0), tone.Agent(0), Order{Audio: 300 * time.Millisecond, Expect: 1000}, StageAudio, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to, ctx := target(t, c.policy, c.send)
			c.order.To = "800100"
			r, err := Call(ctx, to, c.order)
			var fault *StageError
			if !errors.As(err, &fault) || fault.Stage != c.stage || fault.Status != c.status {
				t.Errorf("%v, want stage %s and status %d; %+v", err, c.stage, c.status, r)
			}
		})
	}
}
