package service

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
)

// onCallPlan is the demo hotline by night: of the emergency queue nobody is there, and
// three others are on call.
func onCallPlan() *cti.Plan {
	p := quickRings(0)
	p.Queues[1].Members, p.Queues[1].Overflow = []cti.AgentID{"1007"}, nil
	p.Queues[1].OnCall = &cti.OnCall{Chain: []string{"1001", "1002", "1003"}, AckWithin: cti.Span(10 * time.Second)}
	return p
}

// asked waits until who is on call has picked up and hears that he is asked for the key.
func (st *stack) asked(p *phone.Phone) *phone.Call {
	st.t.Helper()
	call := st.next(p)
	if err := call.WaitSound(deadline(st.t)); err != nil {
		st.t.Fatalf("nothing is said to who is on call: %v; %s", err, call.Story())
	}
	return call
}

func (st *stack) press(call *phone.Call, digit string) {
	st.t.Helper()
	if err := call.Press(deadline(st.t), digit, phone.RFC4733); err != nil {
		st.t.Fatal(err)
	}
}

// askedStill waits until who has pressed a wrong key is told again, and fails where he has the caller.
func (st *stack) askedStill(call *phone.Call) {
	st.t.Helper()
	told := call.Heard().Other
	until(st.t, func(context.Context) (bool, string) {
		heard := call.Heard()
		if slices.ContainsFunc(heard.Tones, func(s tone.Sound) bool { return s.Is(float64(callerTone.Hz)) }) {
			st.t.Fatalf("who has not pressed the key has the caller: %+v", heard)
		}
		return heard.Other >= told+time.Second, fmt.Sprintf("who pressed a wrong key is told nothing: %+v", heard)
	})
}

// patient fails where a caller has heard nothing for longer than the ringing's pauses.
func (st *stack) patient(caller *phone.Call) {
	st.t.Helper()
	if heard := caller.Heard(); heard.LongestGap > 5*time.Second || heard.SilentFor > 5*time.Second {
		st.t.Errorf("the caller waited in silence: longest gap %v, silent for %v", heard.LongestGap, heard.SilentFor)
	}
}

// TestOnCall: the first of the chain has no phone, the second's picks up and presses
// nothing, the third presses the key and has the caller, who was told meanwhile. He who
// had logged off is logged off again afterwards.
func TestOnCall(t *testing.T) {
	const from = "13900000071"
	st := hotline(t, onCallPlan())
	box := st.agent("1002", phone.AnswerAfter(0))
	third := st.agent("1003", phone.AnswerAfter(0))
	st.order("1003", cti.OrderLogOff, "")
	st.state("1003", cti.LoggedOff)
	caller := st.dial(from, "800119")
	if err := caller.WaitSound(deadline(t)); err != nil {
		t.Fatalf("the caller is told nothing: %v", err)
	}
	st.asked(box)
	on := st.asked(third)
	st.press(on, "5")
	st.askedStill(on)
	st.press(on, "1")
	st.hears(caller, agentTone("1003"))
	st.hears(on, callerTone)
	st.patient(caller)
	st.hangup(caller)
	st.state("1003", cti.LoggedOff)
	r := st.record(from)
	if len(r.Offers) != 3 || *r.Offers[0].Result != string(cti.OfferUnreachable) || *r.Offers[1].Result != string(cti.OfferUnacknowledged) || *r.Offers[2].Result != string(cti.OfferAnswered) {
		t.Errorf("offers %+v", r.Offers)
	}
	if *r.Agent != "1003" || *r.Disposition != "ANSWERED" {
		t.Errorf("record: %s, %s", *r.Agent, *r.Disposition)
	}
	st.seamless()
}

// TestOnCallCallerLeaves: who is asked for the key when the caller leaves is hung up.
func TestOnCallCallerLeaves(t *testing.T) {
	const from = "13900000072"
	st := hotline(t, onCallPlan())
	first := st.agent("1001", phone.AnswerAfter(0))
	caller := st.dial(from, "800119")
	on := st.asked(first)
	st.hangup(caller)
	if _, err := on.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.state("1001", cti.Ready)
	if r := st.record(from); *r.Disposition != "NO ANSWER" || len(r.Offers) != 1 || *r.Offers[0].Result != string(cti.OfferWithdrawn) {
		t.Errorf("record: %s, offers %+v", *r.Disposition, r.Offers)
	}
}
