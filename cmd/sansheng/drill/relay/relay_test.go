package relay

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sansheng/pbx/pbxtest"
	"sansheng/pbx/sip/probe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A real test call through the relay, audio included; the same while the
// relay is dead gets no answer although the switch lives, and works
// again afterwards.
func TestRealSwitch(t *testing.T) {
	t.Parallel()
	i := pbxtest.Asterisk(t)
	r, err := Start(context.Background(), i.SIPAddr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	through := probe.Target{Server: r.Addr()}
	call := func(to probe.Target, within time.Duration) (probe.Result, error) {
		ctx, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		return probe.Call(ctx, to, probe.Order{To: pbxtest.Greeted, From: "13900000001"})
	}
	heard := func(when string, to probe.Target) {
		t.Helper()
		res, err := call(to, pbxtest.Deadline)
		if err != nil || res.Status != 200 || !res.Heard.Audible() || res.Ended == 0 {
			t.Errorf("%s: status %d, audible %v, ended %v: %v", when, res.Status, res.Heard.Audible(), res.Ended, err)
		}
	}
	heard("before", through)
	passed, dropped := r.Counts()
	if passed < 4 || dropped != 0 {
		t.Errorf("%d passed, %d dropped", passed, dropped)
	}

	r.Dead(true)
	_, err = call(through, 2*time.Second)
	stage := (*probe.StageError)(nil)
	if !errors.As(err, &stage) || stage.Status != 0 {
		t.Errorf("through a dead relay: %v, want no answer", err)
	}
	heard("past the dead relay", probe.Target{Server: i.SIPAddr})
	if after, dropped := r.Counts(); after != passed || dropped == 0 {
		t.Errorf("dead: %d passed, %d dropped", after-passed, dropped)
	}

	r.Dead(false)
	heard("after", through)
}

// Datagrams of several callers come back to who asked, also after the switch
// was away.
func TestCallersApart(t *testing.T) {
	t.Parallel()
	i := pbxtest.Asterisk(t)
	ctx, cancel := context.WithCancel(context.Background())
	r, err := Start(ctx, i.SIPAddr)
	if err != nil {
		t.Fatal(err)
	}
	errC := make(chan error, 20)
	for range cap(errC) {
		go func() {
			_, err := probe.Ping(pbxtest.Context(t), probe.Target{Server: r.Addr()})
			errC <- err
		}()
	}
	for range cap(errC) {
		if err := <-errC; err != nil {
			t.Error(err)
		}
	}
	cancel() // ends the relay as Close does
	r.work.Wait()
	if _, err := StartAt(context.Background(), "127.0.0.1:0", "nowhere"); err == nil {
		t.Error("a target without port is taken")
	}
}
