package service

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/deploy/alarm"
	"sansheng/deploy/process"
	"sansheng/pbx/asterisk"
	"sansheng/pbx/sentinel"
	"sansheng/pbx/sip/phone"
)

// sentinel runs a sentinel beside a service, with what the service wrote down for
// it but nobody to be rung.
func (r *remote) sentinel() *sentinel.Sentinel {
	r.t.Helper()
	c, err := sentinel.Load(SentinelFile(r.cfg.Data))
	if err != nil {
		r.t.Fatal(err)
	}
	c.OnCall = nil
	c.Log = zaptest.NewLogger(r.t, zaptest.Level(zap.WarnLevel))
	ctx, cancel := context.WithCancel(context.Background())
	s, err := sentinel.New(ctx, c)
	if err != nil {
		r.t.Fatal(err)
	}
	doneC := make(chan error, 1)
	go func() { doneC <- s.Run(ctx) }()
	r.t.Cleanup(func() {
		cancel()
		if err := <-doneC; err != nil {
			r.t.Errorf("sentinel: %v", err)
		}
	})
	return s
}

// fellBack waits until the switch's ledger says that a caller reached the fallback,
// and returns when, and who sent him.
func (r *remote) fellBack(caller string) (time.Time, string) {
	r.t.Helper()
	ctx := deadline(r.t)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		entries, err := asterisk.ReadLedger(filepath.Join(r.cfg.Data, "asterisk", "log", "ledger.csv"))
		for _, e := range entries {
			if f := strings.Split(e.Extra, "|"); e.UserEvent == "fallback" && len(f) == 4 && f[2] == caller {
				return e.At, f[3]
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			r.t.Fatalf("%s does not reach the fallback: %v", caller, err)
		}
	}
}

// rescueLimit is the longest a caller may wait for a frozen hotline.
const rescueLimit = 5 * time.Second

// TestSentinelRescues: the hotline freezes while callers talk, ring, wait and
// arrive. Within 5 s all who do not talk are in the switch's fallback, whose queue
// finds the phones free; when the hotline goes on nobody is pulled back or offered
// twice, and each has one record that says who sent him away.
func TestSentinelRescues(t *testing.T) {
	st := remoteHotline(t, cti.DemoPlan(0))
	watch := st.sentinel()
	first := st.agent("1001", phone.AnswerAfter(0))
	talking := st.dial("13900000001", "800100")
	talk := st.next(first)
	st.hears(talking, agentTone("1001"))
	second := st.agent("1002", phone.NoAnswer())
	ringing := st.dial("13900000002", "800100")
	rung := st.next(second)
	if _, err := rung.Wait(deadline(t), phone.Ringing); err != nil {
		t.Fatal(err)
	}
	waiting := st.dial("13900000003", "800100")
	st.fact("13900000003", cti.CallGreeted, 1)
	duty := st.agent("1007", phone.AnswerAfter(0))
	second.SetPolicy(phone.AnswerAfter(0))

	st.signal(syscall.SIGSTOP)
	frozen := time.Now()
	emergency := st.dial("13900000004", "800119")
	for _, number := range []string{"13900000002", "13900000003", "13900000004"} {
		at, by := st.fellBack(number)
		t.Logf("%s is in the fallback %.1f s after the freeze", number, at.Sub(frozen).Seconds())
		if at.Sub(frozen) > rescueLimit || by != "sentinel" {
			t.Errorf("%s is in the fallback after %v, by %q", number, at.Sub(frozen), by)
		}
	}
	if s := watch.Status(); s.Hotline != "silent" || s.Switch != "alive" || len(s.Alarms) != 1 || s.Alarms[0] != "hotline_silent" {
		t.Errorf("the sentinel says %+v", s)
	}
	// The person of the emergency line answers, and the phone that rang for the
	// frozen hotline rings for the native queue.
	st.next(duty)
	st.hears(emergency, agentTone("1007"))
	served := st.next(second)
	switch got := served.Caller().Number; got {
	case "13900000002":
		st.hears(ringing, agentTone("1002"))
	case "13900000003":
		st.hears(waiting, agentTone("1002"))
	default:
		t.Fatalf("the native queue serves %s", got)
	}
	st.hears(talking, agentTone("1001"))
	st.hears(talk, callerTone)

	st.signal(syscall.SIGCONT)
	st.fact("13900000004", cti.CallFellBack, 1)
	st.hears(emergency, agentTone("1007")) // nobody is pulled back
	st.hears(talking, agentTone("1001"))
	for _, call := range []*phone.Call{talking, ringing, waiting, emergency} {
		st.hangup(call)
	}
	for number, reason := range map[string]string{"13900000001": "", "13900000002": "sentinel", "13900000003": "sentinel", "13900000004": "sentinel"} {
		r := st.record(number)
		if reason == "" && r.Fallback != nil || reason != "" && (r.Fallback == nil || r.Fallback.Reason != reason) {
			t.Errorf("record of %s: fallback %+v, want %q", number, r.Fallback, reason)
		}
	}
	offers := map[cti.CallID]int{}
	for _, f := range st.all() {
		if f.Kind == cti.CallOffered {
			if offers[f.Call]++; offers[f.Call] > 1 {
				t.Errorf("call %s was offered %d times", f.Call, offers[f.Call])
			}
		}
	}
	// And the hotline is itself again, with all phones.
	st.state("1001", cti.Ready)
	st.state("1002", cti.Ready)
	again := st.dial("13900000005", "800100")
	st.fact("13900000005", cti.CallJoined, 1)
	st.hangup(again)
	st.record("13900000005")
	st.seamless()
}

// TestNoSentinel: neither a folder that cannot be written nor a taken port keeps
// the hotline from starting; that nobody watches is an alarm.
func TestNoSentinel(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Data = t.TempDir()
	secret := filepath.Join(cfg.Data, "password")
	for _, file := range []string{secret, sentinelDir(cfg.Data)} { // a file where the folder should be
		if err := os.WriteFile(file, []byte("p"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg.Asterisk.URL, cfg.Asterisk.PasswordFile, cfg.Sentinel.PasswordFile = "http://127.0.0.1:1/ari", secret, secret
	run, stop := context.WithCancel(t.Context())
	s := &Service{cfg: cfg, log: zap.NewNop(), alarms: alarm.NewBoard(alarm.Options{})}
	s.inForce.Store(cti.DemoPlan(0))
	defer s.closeAlarms()
	if err := s.startSentinel(run); err != nil {
		t.Errorf("start: %v", err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	raisedC := make(chan alarm.Alarm, 1)
	s.alarms.OnChange(func(a alarm.Alarm) { raisedC <- a })
	doneC := make(chan struct{})
	go func() {
		defer close(doneC)
		s.keepSentinel(run, process.Spec{
			Name: "sentinel", Dir: t.TempDir(), Before: func(context.Context) error { return checkListen(taken.Addr().String()) },
		})
	}()
	select {
	case a := <-raisedC:
		if a.Name != "sentinel_crashed" || !a.Raised || !strings.Contains(a.Cause, "taken by") {
			t.Errorf("alarm %+v", a)
		}
	case <-deadline(t).Done():
		t.Error("nobody is told")
	}
	stop()
	<-doneC
}
