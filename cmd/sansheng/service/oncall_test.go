package service

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
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

// takes presses the key: the two hear one another, and the caller was never in silence.
func (st *stack) takes(on, caller *phone.Call, voice tone.Tone) {
	st.t.Helper()
	st.press(on, "1")
	st.hears(caller, voice)
	st.hears(on, callerTone)
	st.patient(caller)
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
	st.takes(on, caller, agentTone("1003"))
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

// TestOnCallFrozen: the hotline is stopped while the chain is called; the switch goes on
// with it by itself, key and all, and the record says who had the caller.
func TestOnCallFrozen(t *testing.T) {
	const from = "13900000073"
	st := remoteHotline(t, onCallPlan())
	st.agent("1001", phone.NoAnswer())
	second := st.agent("1002", phone.AnswerAfter(0))
	third := st.agent("1003", phone.AnswerAfter(0))
	caller := st.dial(from, "800119")
	st.fact(from, cti.CallAlerted, 1)
	st.signal(syscall.SIGSTOP)
	st.phones["1001"].SetPolicy(phone.Busy())
	st.asked(second) // a voicemail box
	on := st.asked(third)
	st.press(on, "5")
	st.askedStill(on)
	st.takes(on, caller, agentTone("1003"))
	st.signal(syscall.SIGCONT)
	st.hangup(caller)
	if r := st.record(from); r.Fallback == nil || r.Fallback.Agent != "1003" || *r.Disposition != "ANSWERED" {
		t.Errorf("fallback %+v, %s", r.Fallback, *r.Disposition)
	}
}

// TestOnCallKilled: the hotline dies while one on call is asked for the key, and is back
// while the switch asks him: the caller never hears silence, the hotline has him again and
// calls the chain, and who takes the key then has him.
func TestOnCallKilled(t *testing.T) {
	const from = "13900000074"
	st := remoteHotline(t, onCallPlan())
	first := st.agent("1001", phone.AnswerAfter(0))
	caller := st.dial(from, "800119")
	asked := st.asked(first)
	st.kill()
	st.hangup(asked)
	st.asked(first) // by the switch
	st.patient(caller)
	st.start()
	on := st.asked(first)
	st.fact(from, cti.OfferPickedUp, 2)
	st.takes(on, caller, agentTone("1001"))
	st.hangup(caller)
	if r := st.record(from); r.Fallback == nil || r.Agent == nil || *r.Agent != "1001" || *r.Disposition != "ANSWERED" {
		t.Errorf("fallback %+v, agent %v, %s", r.Fallback, r.Agent, *r.Disposition)
	}
	st.seamless()
}

// TestOnCallOutsideFallback: the hotline is dead, and on call is a number outside, which
// is shown the hotline's own and has the caller by the key.
func TestOnCallOutsideFallback(t *testing.T) {
	const from = "13900000075"
	out, err := phone.New(phone.Config{Number: "carrier", Policy: phone.AnswerAfter(0), Tone: outsideTone})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Die)
	p := onCallPlan()
	p.Contacts = []cti.Contact{{ID: "water", Company: "demo", Number: "02188880000"}}
	p.Queues[1].OnCall.Chain, p.Queues[1].OnCall.Together = []string{"1001", "water"}, true
	st := remoteHotline(t, p, func(cfg *config.Config) { cfg.Asterisk.Gateway = out.Addr() })
	st.kill()
	caller := st.dial(from, "800119")
	on := st.asked(out)
	if on.Called() != "02188880000" || on.Caller().Number != "800119" {
		t.Errorf("dialled %q, showing %q; want the department's number, showing the hotline's", on.Called(), on.Caller().Number)
	}
	st.takes(on, caller, outsideTone)
	st.start()
	st.hangup(caller)
	if r := st.record(from); r.Fallback == nil || r.Fallback.Agent != string(cti.Outside) || *r.Disposition != "ANSWERED" {
		t.Errorf("fallback %+v, %s", r.Fallback, *r.Disposition)
	}
}

// TestOnCallNobodyAcknowledges: everybody of the chain picks up and nobody presses the key, as
// voicemail boxes do: it is called round again until a person has the caller, who is never in
// silence.
func TestOnCallNobodyAcknowledges(t *testing.T) {
	const from = "13900000076"
	p := onCallPlan()
	p.Queues[1].OnCall = &cti.OnCall{Chain: []string{"1001", "1002"}, AckWithin: cti.Span(5 * time.Second)}
	st := hotline(t, p)
	first, second := st.agent("1001", phone.AnswerAfter(0)), st.agent("1002", phone.AnswerAfter(0))
	caller := st.dial(from, "800119")
	for _, box := range []*phone.Phone{first, second} {
		if _, err := st.asked(box).WaitEnded(deadline(t)); err != nil {
			t.Fatal(err)
		}
	}
	st.takes(st.asked(first), caller, agentTone("1001"))
	st.hangup(caller)
	var results []string
	for _, o := range st.record(from).Offers {
		results = append(results, o.Agent+" "+*o.Result)
	}
	if want := []string{"1001 unacknowledged", "1002 unacknowledged", "1001 answered"}; !slices.Equal(results, want) {
		t.Errorf("offers %v, want %v", results, want)
	}
}
