package service

import (
	"syscall"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/pbx/sip/phone"
)

// TestLeave: on a single host the process is exchanged for another, as by a new
// version, with a pair talking and a caller waiting: the switch and the database
// go on without it, the talk has no gap, the caller keeps his place, each call has
// one record.
func TestLeave(t *testing.T) {
	st := remoteHotline(t, cti.DemoPlan(0))
	agent := st.agent("1001", phone.AnswerAfter(0))
	talking := st.dial("13900000001", "800100")
	talk := st.next(agent)
	st.hears(talking, agentTone("1001"))
	st.hears(talk, callerTone)
	waiting := st.dial("13900000002", "800100")
	st.fact("13900000002", cti.CallGreeted, 1)

	talking.ResetGap()
	st.signal(syscall.SIGHUP)
	<-st.diedC
	if code := st.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("it left with code %d", code)
	}
	left := time.Now()
	st.start()
	t.Logf("serving again after %v", time.Since(left).Round(time.Millisecond))
	st.hears(talking, agentTone("1001"))
	st.hears(talk, callerTone)
	if gap := talking.Heard().LongestGap; gap > 300*time.Millisecond {
		t.Errorf("the caller heard nothing for %v", gap)
	}
	st.hangup(talking)
	if got := st.next(agent).Caller().Number; got != "13900000002" {
		t.Fatalf("next is %s", got)
	}
	st.hears(waiting, agentTone("1001"))
	st.hangup(waiting)
	for _, number := range []string{"13900000001", "13900000002"} {
		if r := st.record(number); *r.Disposition != "ANSWERED" || r.Fallback != nil {
			t.Errorf("record of %s: %s, fallback %v", number, *r.Disposition, r.Fallback)
		}
	}
	st.seamless()
}

// TestFailedStart: a start that cannot serve leaves the switch that it adopted
// running, with the calls that may be on it; the next one adopts it again.
func TestFailedStart(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Data, cfg.Hotline, cfg.Roles = dataFolder(t), cti.DemoPlan(0), []string{"engine"}
	first, err := Start(deadline(t), cfg, Options{FreePorts: true})
	if err != nil {
		t.Fatal(err)
	}
	pid := first.asterisk.PID()
	if err := first.Leave(); err != nil {
		t.Fatal(err)
	}
	cfg.Asterisk.Via = "http://127.0.0.1:1/ari" // nobody is there
	if _, err := Start(deadline(t), cfg, Options{FreePorts: true}); err == nil {
		t.Error("a service that cannot reach its switch has started")
	}
	cfg.Asterisk.Via = ""
	next, err := Start(deadline(t), cfg, Options{FreePorts: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := next.asterisk.PID(); got != pid || !next.asterisk.Adopted() {
		t.Errorf("the switch is process %d, adopted %t; it was %d", got, next.asterisk.Adopted(), pid)
	}
	if err := next.Close(); err != nil {
		t.Error(err)
	}
}
