package service

import (
	"errors"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/pbx/sip/phone"
)

// TestTransferKey: where a site lets phones transfer with their own key (REFER), it is a
// transfer that is not announced, and nothing else: what cannot be leaves the talk as it is.
func TestTransferKey(t *testing.T) {
	t.Parallel()
	const from = "13900000001"
	cfg := config.Default()
	cfg.Data, cfg.Hotline, cfg.Asterisk.Refer = dataFolder(t), cti.DemoPlan(0), true
	st := startStack(t, cfg)
	caller, agent, _ := st.talk(from)
	// told waits for what the phone was told of its n-th transfer.
	told := func(n, want int) {
		t.Helper()
		progress := func(c *phone.Call) (got []int) {
			for _, e := range c.All() {
				if e.Kind == phone.TransferProgress && e.Status >= 200 {
					got = append(got, e.Status)
				}
			}
			return got
		}
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for ctx := deadline(t); len(progress(agent)) < n; {
			select {
			case <-tick.C:
			case <-ctx.Done():
				t.Fatalf("the phone is told nothing of transfer %d: %s", n, agent.Story())
			}
		}
		if got := progress(agent)[n-1]; got != want {
			t.Errorf("the phone is told %d of transfer %d, not %d", got, n, want)
		}
	}
	if err := agent.Transfer(deadline(t), "999"); err != nil { // nobody has that number
		t.Fatal(err)
	}
	told(1, 603)
	st.hears(caller, agentTone("1001"))
	st.hears(agent, callerTone)

	second := st.agent("1002", phone.AnswerAfter(300*time.Millisecond))
	if err := agent.Transfer(deadline(t), "1002"); err != nil {
		t.Fatal(err)
	}
	receiver := st.next(second)
	if got := receiver.Caller().Number; got != from {
		t.Errorf("the receiver's phone shows %q, not the caller's number", got)
	}
	st.fact(from, cti.CallTransferred, 1)
	st.hears(caller, agentTone("1002"))
	st.hears(receiver, callerTone)
	if _, err := agent.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.state("1001", cti.Ready)
	st.hangup(caller)
	if r := st.record(from); len(r.Transfers) != 1 || r.Transfers[0].From != "1001" || r.Transfers[0].To != "1002" || *r.Transfers[0].Result != "completed" {
		t.Errorf("transfers on record: %+v", r.Transfers)
	}
	st.seamless()
}

// TestTransferKeyOff: by default a phone's own transfer is declined at once, and the talk
// goes on.
func TestTransferKeyOff(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	caller, agent, _ := st.talk("13900000001")
	st.agent("1002", phone.AnswerAfter(0))
	var rejected *phone.RejectedError
	if err := agent.Transfer(deadline(t), "1002"); !errors.As(err, &rejected) || rejected.Status != 603 {
		t.Errorf("REFER got %v, not 603", err)
	}
	st.hears(caller, agentTone("1001"))
	st.hears(agent, callerTone)
	st.hangup(caller)
}
