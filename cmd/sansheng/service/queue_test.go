package service

import (
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/pbx/sip/phone"
)

// TestTurnedAway: a number the operator refuses is turned away at once (403), is on
// record as that, and reaches the emergency line all the same.
func TestTurnedAway(t *testing.T) {
	const from = "13900000009"
	plan := cti.DemoPlan(0)
	plan.Companies[0].Refused = []string{from}
	st := hotline(t, plan)
	st.agent("1007", phone.AnswerAfter(0))
	call := st.dial(from, "800100")
	rejected, err := call.Wait(deadline(t), phone.Rejected)
	if err != nil || rejected.Status != 403 {
		t.Errorf("answered %+v, %v; want 403", rejected, err)
	}
	r := st.record(from)
	if *r.Disposition != "FAILED" || *r.EndedBy != "system" || r.Abandoned || len(r.Tickets) > 0 {
		t.Errorf("on record: %s by %s, abandoned %t, tickets %v", *r.Disposition, *r.EndedBy, r.Abandoned, r.Tickets)
	}
	emergency := st.dial(from, "800119")
	st.hears(emergency, agentTone("1007"))
	st.hangup(emergency)
}

// TestPlaceTold: who waits is told his place while nobody rings for him, and the agent
// who then answers is heard at once (the prompt is broken off).
func TestPlaceTold(t *testing.T) {
	const from = "13900000001"
	plan := cti.DemoPlan(0)
	plan.Queues[0].Tell = cti.Span(time.Second)
	plan.Lines[0].Announce = false
	st := hotline(t, plan)
	caller := st.dial(from, "800100")
	st.fact(from, cti.CallGreeted, 1)
	// Music is tones; what is none of them is speech.
	before := caller.Heard().Other
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ctx := deadline(t); caller.Heard().Other-before < 600*time.Millisecond; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("nothing is said to him: %+v", caller.Heard())
		}
	}
	st.agent("1001", phone.AnswerAfter(0))
	st.hears(caller, agentTone("1001"))
	st.hangup(caller)
	if r := st.record(from); *r.Agent != "1001" {
		t.Errorf("answered by %s", *r.Agent)
	}
}
