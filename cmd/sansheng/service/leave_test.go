package service

import (
	"context"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/pbx"
	"sansheng/pbx/sip/phone"
	"sansheng/store/ticket"
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

// TestStop: an operator's stop ends the calls with their switch. It is on record that
// nobody in them has hung up, and who waited is called back.
func TestStop(t *testing.T) {
	st := remoteHotline(t, cti.DemoPlan(0))
	agent := st.agent("1001", phone.AnswerAfter(0))
	talking := st.dial("13900000001", "800100")
	st.next(agent)
	st.hears(talking, agentTone("1001"))
	waiting := st.dial("13900000002", "800100")
	st.fact("13900000002", cti.CallGreeted, 1)
	st.signal(syscall.SIGTERM)
	<-st.diedC
	for _, c := range []*phone.Call{talking, waiting} {
		if end, err := c.WaitEnded(deadline(t)); err != nil || end.By != phone.Them {
			t.Errorf("%+v, %v", end, err)
		}
	}
	st.start()
	for number, disposition := range map[string]string{"13900000001": "ANSWERED", "13900000002": "FAILED"} {
		r := st.record(number)
		if *r.EndedBy != "switch" || r.EarlyHangUp || *r.Disposition != disposition {
			t.Errorf("%s: ended by %s, early %t, %s", number, *r.EndedBy, r.EarlyHangUp, *r.Disposition)
		}
		if number == "13900000002" && (len(r.Tickets) != 1 || r.Tickets[0].Kind != ticket.Callback) {
			t.Errorf("who waited is not called back: %+v", r.Tickets)
		}
	}
}

// TestEmergencyFallback: nobody of the emergency line's own is there, and the hotline
// is dead: the switch rings who helps.
func TestEmergencyFallback(t *testing.T) {
	st := remoteHotline(t, cti.DemoPlan(0))
	helper := st.agent("1001", phone.AnswerAfter(0))
	st.signal(syscall.SIGKILL)
	<-st.diedC
	caller := st.dial("13900000003", "800119")
	st.next(helper)
	st.hears(caller, agentTone("1001"))
	st.start()
	st.hangup(caller)
	if r := st.record("13900000003"); r.Fallback == nil || r.Fallback.Agent != "1001" {
		t.Errorf("on record: %+v", r.Fallback)
	}
}

// TestComesBack: an emergency caller who called while the hotline was dead, and waits
// still, is the hotline's again when it is back, and first; any other is served by the
// switch.
func TestComesBack(t *testing.T) {
	const ordinary, emergency = "13900000004", "13900000005"
	st := remoteHotline(t, cti.DemoPlan(0))
	st.signal(syscall.SIGKILL)
	<-st.diedC
	first := st.dial(ordinary, "800100")
	second := st.dial(emergency, "800119")
	st.fallenBack(2)
	st.start()
	st.fact(emergency, cti.CallQueued, 1)
	agent := st.agent("1001", phone.AnswerAfter(0))
	if got := st.next(agent).Caller().Number; got != emergency {
		t.Fatalf("the agent is rung for %s, not for the emergency caller", got)
	}
	st.hears(second, agentTone("1001"))
	st.hangup(second)
	if r := st.record(emergency); r.Fallback == nil || r.Agent == nil || *r.Agent != "1001" || *r.Disposition != "ANSWERED" {
		t.Errorf("on record: fallback %+v, agent %v, %s", r.Fallback, r.Agent, *r.Disposition)
	}
	st.next(agent)
	st.hears(first, agentTone("1001"))
	st.hangup(first)
	if r := st.record(ordinary); r.Fallback == nil || r.Fallback.Agent != "1001" || *r.Disposition != "ANSWERED" {
		t.Errorf("on record: fallback %+v, %s", r.Fallback, *r.Disposition)
	}
	st.seamless()
}

// fallenBack waits until the switch serves so many callers by itself, as its ledger says.
func (r *remote) fallenBack(n int) {
	r.t.Helper()
	ledger := newLedgerFile(filepath.Join(r.cfg.Data, "asterisk", "log", "ledger.csv"))
	until(r.t, func(ctx context.Context) (bool, string) {
		entries, err := ledger.Since(ctx, time.Time{})
		fallen := 0
		for _, e := range entries {
			if e.Kind == pbx.LedgerFallback {
				fallen++
			}
		}
		return fallen >= n, fmt.Sprintf("%d callers have fallen back, not %d: %v", fallen, n, err)
	})
}
