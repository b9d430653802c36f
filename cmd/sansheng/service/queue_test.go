package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
	"sansheng/store/ticket"
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
	until(t, func(context.Context) (bool, string) {
		return caller.Heard().Other-before >= 600*time.Millisecond, fmt.Sprintf("nothing is said to him: %+v", caller.Heard())
	})
	st.agent("1001", phone.AnswerAfter(0))
	st.hears(caller, agentTone("1001"))
	st.hangup(caller)
	if r := st.record(from); *r.Agent != "1001" {
		t.Errorf("answered by %s", *r.Agent)
	}
}

// TestVoicemail: a queue overflows to the voicemail; the message is on the record, and
// the caller is called back for it.
func TestVoicemail(t *testing.T) {
	const from = "13900000021"
	plan := cti.DemoPlan(0)
	plan.Queues[0].OverflowVoicemail, plan.Queues[0].OverflowAfter = true, cti.Span(3*time.Second)
	st := hotline(t, plan)
	caller := st.dial(from, "800100")
	speaks := st.fact(from, cti.CallMailStepped, 2)
	message := st.speaks(speaks)
	st.hangup(caller)
	r := st.record(from)
	if len(r.Recordings) != 2 || !strings.HasSuffix(r.Recordings[1].Name, "/voicemail-"+r.ID+"-1") || r.Fallback != nil || r.Abandoned {
		t.Errorf("recordings %+v, fallback %+v, abandoned %t", r.Recordings, r.Fallback, r.Abandoned)
	}
	if len(r.QueueEntries) != 1 || *r.QueueEntries[0].Result != "moved" {
		t.Errorf("queue entries %+v", r.QueueEntries)
	}
	if len(r.Tickets) != 1 || r.Tickets[0].Kind != ticket.Voicemail {
		t.Errorf("tickets %+v", r.Tickets)
	}
	if sounds := recorded(t, message); !slices.ContainsFunc(sounds, func(s tone.Sound) bool { return s.Is(float64(callerTone.Hz)) }) {
		t.Errorf("the message holds %+v", sounds)
	}
}
