package service

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/pbx/sip/phone"
)

// TestKilledAtArrival: the service dies in the milliseconds in which a caller
// arrives. Whatever of it was on disk, the caller is answered and served after
// the start, by the hotline or by the switch.
func TestKilledAtArrival(t *testing.T) {
	st := remoteHotline(t, cti.DemoPlan(0))
	agent := st.agent("1001", phone.AnswerAfter(0))
	for i := range 5 {
		from := fmt.Sprintf("1390000002%d", i)
		call := st.dial(from, "800100")
		if _, err := call.Wait(deadline(t), phone.Ringing, phone.Answered); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Duration(i) * time.Millisecond)
		st.kill()
		st.start()
		if err := call.WaitAnswered(deadline(t)); err != nil {
			t.Fatalf("round %d: the caller is left unanswered: %v", i, err)
		}
		st.next(agent)
		st.hears(call, agentTone("1001"))
		st.hangup(call)
		if r := st.record(from); *r.Disposition != "ANSWERED" {
			t.Errorf("round %d: %s", i, *r.Disposition)
		}
		st.idle()
	}
	st.seamless()
}

// idle waits until the agent's phone is in no call and he is ready.
func (st *stack) idle() {
	st.t.Helper()
	ctx := deadline(st.t)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for _, p := range st.phones {
		for len(p.Calls()) > 0 {
			select {
			case <-tick.C:
			case <-ctx.Done():
				st.t.Fatalf("phone %s is left in a call: %s", p.Number(), p.Story())
			}
		}
	}
	st.state("1001", cti.Ready)
}

// TestCancelled: callers who give up within milliseconds, at every step of their
// arrival. Each leaves one whole record, no agent is left bound, and the switch
// keeps neither channel nor bridge.
func TestCancelled(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	st.agent("1001", phone.AnswerAfter(100*time.Millisecond))
	st.agent("1002", phone.AnswerAfter(100*time.Millisecond))
	const n = 40
	for i := range n {
		call := st.dial(fmt.Sprintf("139000003%02d", i), []string{"800100", "800119"}[i%2])
		if i%4 > 1 {
			_, _ = call.Wait(within(t, time.Second), phone.Trying, phone.Ringing)
		}
		<-time.After(time.Duration(i*i%60) * time.Millisecond)
		if err := call.Hangup(deadline(t)); err != nil {
			t.Logf("hang up %d: %v", i, err)
		}
	}
	talker := st.dial("13900000001", "800100")
	st.fact("13900000001", cti.CallJoined, 1)
	st.hangup(talker)
	st.record("13900000001")
	st.await("all calls to end", func(facts []cti.Fact) bool {
		open := map[cti.CallID]bool{}
		for _, f := range facts {
			switch f.Kind {
			case cti.CallArrived:
				open[f.Call] = true
			case cti.CallEnded:
				delete(open, f.Call)
			}
		}
		return len(open) == 0
	})
	st.state("1001", cti.Ready)
	st.state("1002", cti.Ready)
	st.swept()
	for _, f := range st.all() {
		if d, ok := f.Data.(*cti.OfferEnded); ok && d.Result == cti.OfferBusy {
			t.Errorf("agent %s was busy with a ghost: %+v", f.Agent, d)
		}
	}
	st.seamless()
}

// swept waits until the switch has neither channels nor bridges.
func (st *stack) swept() {
	st.t.Helper()
	ctx := deadline(st.t)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		channels, err1 := st.svc.asterisk.CLI(ctx, "core show channels count")
		bridges, err2 := st.svc.asterisk.CLI(ctx, "bridge show all")
		if err1 == nil && err2 == nil && strings.Contains(channels, "0 active channels") && !strings.Contains(bridges, "-talk") {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			st.t.Fatalf("the switch keeps what nobody needs:\n%s\n%s", channels, bridges)
		}
	}
}
