package service

import (
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/pbx"
	"sansheng/pbx/asterisk"
	"sansheng/pbx/sip/phone"
)

// TestServiceKilled: kill -9 while callers talk, ring and wait, then a new
// start: nobody is dropped, places are kept, every record is complete and single,
// and who hung up meanwhile ended when he hung up.
func TestServiceKilled(t *testing.T) {
	st := remoteHotline(t, cti.DemoPlan(0))
	first := st.agent("1001", phone.AnswerAfter(0))
	talking := st.dial("13900000001", "800100")
	talk := st.next(first)
	st.hears(talking, agentTone("1001"))
	leaver := st.agent("1003", phone.AnswerAfter(0))
	leaving := st.dial("13900000005", "800100")
	st.next(leaver)
	st.hears(leaving, agentTone("1003"))
	second := st.agent("1002", phone.NoAnswer())
	st.dial("13900000002", "800100")
	ringing := st.next(second)
	if _, err := ringing.Wait(deadline(t), phone.Ringing); err != nil {
		t.Fatal(err)
	}
	third := st.dial("13900000003", "800100")
	st.fact("13900000003", cti.CallGreeted, 1)
	st.dial("13900000004", "800100")
	st.fact("13900000004", cti.CallGreeted, 1)

	st.kill()
	st.hears(talking, agentTone("1001"))
	st.hears(talk, callerTone)
	st.hangup(leaving)
	hungUp := time.Now()
	st.start()

	st.hears(talking, agentTone("1001"))
	if err := ringing.Answer(deadline(t)); err != nil {
		t.Fatalf("the ringing phone was dropped: %v", err)
	}
	st.fact("13900000002", cti.CallJoined, 1)
	r := st.record("13900000005")
	if d := r.EndedAt.Sub(hungUp); d > 500*time.Millisecond || r.Estimated {
		t.Errorf("ended %v after the caller hung up, estimated %t", d, r.Estimated)
	}
	// The orphaned agent's leg is cleared and he takes the next in line.
	next := st.next(leaver)
	if got := next.Caller().Number; got != "13900000003" {
		t.Fatalf("next is %s: the places were lost", got)
	}
	st.hears(third, agentTone("1003"))
	st.hangup(talking)
	if got := st.next(first).Caller().Number; got != "13900000004" {
		t.Fatalf("last is %s", got)
	}
	for _, number := range []string{"13900000002", "13900000003", "13900000004"} {
		st.fact(number, cti.CallJoined, 1)
		st.phones[number].Die()
	}
	if r := st.record("13900000001"); *r.Disposition != "ANSWERED" || *r.EndedBy != "caller" || len(r.Legs) != 2 {
		t.Errorf("record of the pair that talked on: %s by %s, %d legs", *r.Disposition, *r.EndedBy, len(r.Legs))
	}
	st.seamless()
}

// TestServiceFrozen: the process is stopped. Waiting callers reach the switch's
// own queue when their lease ends, new ones as soon as the heartbeat is old; when
// it goes on, each has one record that says so.
func TestServiceFrozen(t *testing.T) {
	st := remoteHotline(t, cti.DemoPlan(0))
	agent := st.agent("1001", phone.AnswerAfter(0))
	busy := st.dial("13900000001", "800100")
	talk := st.next(agent)
	st.hears(busy, agentTone("1001"))
	waiting := st.dial("13900000002", "800100")
	st.fact("13900000002", cti.CallGreeted, 1)

	st.signal(syscall.SIGSTOP)
	frozen := time.Now()
	st.hangup(busy)
	st.ledgerHas("HANGUP") // the caller's end is on the switch's record before the agent's
	st.hangup(talk)
	native := st.next(agent)
	if d := time.Since(frozen); d > leaseLimit {
		t.Errorf("the waiting caller reached the fallback after %v", d)
	}
	if got := native.Caller().Number; got != "13900000002" {
		t.Errorf("the fallback serves %s", got)
	}
	st.hears(waiting, agentTone("1001"))
	st.hangup(waiting)
	fresh := st.dial("13900000003", "800100")
	st.next(agent)
	st.hears(fresh, agentTone("1001"))

	st.signal(syscall.SIGCONT)
	st.hears(fresh, agentTone("1001")) // nobody is pulled back
	st.hangup(fresh)
	if r := st.record("13900000002"); r.Fallback == nil || r.Fallback.Reason != "lease" {
		t.Errorf("record of the waiting caller: %+v", r.Fallback)
	}
	if r := st.record("13900000003"); r.Fallback == nil || r.Fallback.Reason != "unseen" {
		t.Errorf("record of the new caller: %+v", r.Fallback)
	}
	if r := st.record("13900000001"); *r.EndedBy != "caller" {
		t.Errorf("the pair that hung up meanwhile ended by %s", *r.EndedBy)
	}
	// And the hotline is itself again.
	again := st.dial("13900000004", "800100")
	st.next(agent)
	st.fact("13900000004", cti.CallJoined, 1)
	st.hangup(again)
	st.record("13900000004")
	st.seamless()
}

// ledgerHas waits until the switch's ledger has an event of a kind.
func (r *remote) ledgerHas(event string) {
	r.t.Helper()
	ctx := deadline(r.t)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		entries, err := asterisk.ReadLedger(filepath.Join(r.cfg.Data, "asterisk", "log", "ledger.csv"))
		if err == nil && slices.ContainsFunc(entries, func(e asterisk.Entry) bool { return e.Event == event }) {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			r.t.Fatalf("no %s in the ledger: %v", event, err)
		}
	}
}

// leaseLimit is the longest a waiting caller may be left to a frozen hotline:
// the lease and the way to the native queue.
const leaseLimit = 20 * time.Second

// TestDatabaseKilled: PostgreSQL dies under a call; the call does not notice and
// the record follows.
func TestDatabaseKilled(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	agent := st.agent("1001", phone.AnswerAfter(0))
	before := st.dial("13900000001", "800100")
	st.next(agent)
	st.hears(before, agentTone("1001"))
	if err := syscall.Kill(st.svc.database.cluster.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	st.hears(before, agentTone("1001"))
	st.hangup(before)
	st.state("1001", cti.Ready)
	during := st.dial("13900000002", "800100")
	st.next(agent)
	st.hears(during, agentTone("1001"))
	st.hangup(during)
	for _, number := range []string{"13900000001", "13900000002"} {
		if r := st.record(number); *r.Disposition != "ANSWERED" || len(r.Tickets) != 1 {
			t.Errorf("record of %s: %s, %d tickets", number, *r.Disposition, len(r.Tickets))
		}
	}
	st.seamless()
}

// TestSwitchKilled: Asterisk dies; its calls' records are closed with the cause,
// it is restarted, and agents take calls again.
func TestSwitchKilled(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	agent := st.agent("1001", phone.AnswerAfter(0))
	call := st.dial("13900000001", "800100")
	talk := st.next(agent)
	st.hears(call, agentTone("1001"))
	st.dial("13900000002", "800100")
	st.fact("13900000002", cti.CallGreeted, 1)
	if err := syscall.Kill(st.svc.asterisk.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	killed := time.Now()
	for number, disposition := range map[string]string{"13900000001": "ANSWERED", "13900000002": "FAILED"} {
		r := st.record(number)
		if *r.EndedBy != "switch" || *r.Cause != int32(pbx.CauseNetworkOutOfOrder) || *r.Disposition != disposition {
			t.Errorf("%s ended by %s with cause %d, %s", number, *r.EndedBy, *r.Cause, *r.Disposition)
		}
		if d := r.EndedAt.Sub(killed).Abs(); d > 2*time.Second {
			t.Errorf("%s ended %v from the switch's death", number, d)
		}
	}
	_ = talk.Hangup(deadline(t)) // the phone does not know yet
	if err := agent.Register(deadline(t)); err != nil {
		t.Fatalf("register again: %v", err)
	}
	st.state("1001", cti.Ready)
	again := st.dial("13900000003", "800100")
	st.next(agent)
	st.hears(again, agentTone("1001"))
	st.hangup(again)
	st.record("13900000003")
	st.seamless()
}
