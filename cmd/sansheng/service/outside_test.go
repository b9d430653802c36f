package service

import (
	"errors"
	"slices"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
)

// outsideTone is what parties outside send.
var outsideTone = tone.Caller(3)

// withOutside is a hotline with a way out: the phone behind it answers every number.
func withOutside(t *testing.T, policy phone.Policy, change ...func(*cti.Plan)) (*stack, *phone.Phone) {
	t.Helper()
	t.Parallel()
	out, err := phone.New(phone.Config{Number: "carrier", Policy: policy, Tone: outsideTone})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Die)
	cfg := config.Default()
	cfg.Data = dataFolder(t)
	cfg.Asterisk.Gateway = out.Addr()
	cfg.Hotline = cti.DemoPlan(0)
	cfg.Hotline.Contacts = []cti.Contact{{ID: "water", Company: "demo", Number: "02188880000"}}
	cfg.Hotline.Companies[0].Outside = []cti.DialRule{{Role: cti.DialAgent, Prefixes: []string{"13"}, PerHour: 3}}
	for _, f := range change {
		f(cfg.Hotline)
	}
	return startStack(t, cfg), out
}

// TestTransferOutside: a caller is passed on to a department outside. The agent turns
// from one to the other and brings all three together before he leaves; the record
// has it all, and the recording goes on.
func TestTransferOutside(t *testing.T) {
	const from = "13900000007"
	st, out := withOutside(t, phone.AnswerAfter(200*time.Millisecond))
	caller, agent, _ := st.talk(from)
	st.order("1001", cti.OrderTransfer, "water")
	water := st.next(out)
	if water.Called() != "02188880000" || water.Caller().Number != "800100" {
		t.Errorf("dialled %q, showing %q; want the department's number, showing the hotline's", water.Called(), water.Caller().Number)
	}
	st.fact(from, cti.CallConsulted, 1)
	st.hears(agent, outsideTone)
	st.hears(water, agentTone("1001"))
	st.hearsNo(caller, agentTone("1001"))

	st.order("1001", cti.OrderSwap, "")
	st.hears(caller, agentTone("1001"))
	st.hears(agent, callerTone)
	st.hearsNo(water, agentTone("1001"))
	st.order("1001", cti.OrderSwap, "")
	st.hears(agent, outsideTone)
	st.hearsNo(caller, agentTone("1001"))
	st.order("1001", cti.OrderConference, "")
	st.hears(caller, agentTone("1001"))
	st.hears(caller, outsideTone)
	st.hears(water, callerTone)
	st.hears(agent, callerTone)
	st.order("1001", cti.OrderComplete, "")
	if _, err := agent.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.hearsNo(caller, agentTone("1001"))
	st.hears(caller, outsideTone)
	st.hears(water, callerTone)
	st.hangup(water)
	if _, err := caller.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	r := st.record(from)
	if len(r.Transfers) != 1 || *r.Transfers[0].Result != "completed" || r.Transfers[0].Number != "02188880000" || *r.EndedBy != "outside" || r.EarlyHangUp {
		t.Errorf("transfers %+v, ended by %s", r.Transfers, *r.EndedBy)
	}
	if sounds := recorded(t, st.recording(r)); !slices.ContainsFunc(sounds, func(s tone.Sound) bool { return s.Is(float64(outsideTone.Hz)) }) {
		t.Errorf("who is outside is not on the recording: %+v", sounds)
	}
}

// TestDial: an agent calls a number outside, which is shown the hotline's number. The
// call is on record and recorded; numbers no rule allows, and emergency seats, are refused.
func TestDial(t *testing.T) {
	const number = "13800138000"
	st, out := withOutside(t, phone.AnswerAfter(300*time.Millisecond))
	first := st.agent("1001", phone.AnswerAfter(0))
	st.agent("1007", phone.AnswerAfter(0))
	for agent, to := range map[cti.AgentID]string{"1001": "0044123456", "1007": number} {
		var refused *cti.OrderError
		if err := st.svc.order(deadline(t), cti.Order{Agent: agent, Verb: cti.OrderDial, To: to}); !errors.As(err, &refused) {
			t.Errorf("%s dials %s: %v", agent, to, err)
		}
	}
	if err := st.svc.order(deadline(t), cti.Order{Agent: "1001", Verb: cti.OrderDial, To: number, For: "ticket:17"}); err != nil {
		t.Fatal(err)
	}
	agent := st.next(first)
	called := st.next(out)
	if called.Called() != number || called.Caller().Number != "800100" {
		t.Errorf("dialled %q, showing %q", called.Called(), called.Caller().Number)
	}
	st.hearsFor(agent, outsideTone, 500*time.Millisecond) // enough to be found on the recording
	st.hearsFor(called, agentTone("1001"), 500*time.Millisecond)
	st.order("1001", cti.OrderHold, "")
	st.hearsNo(called, agentTone("1001"))
	st.order("1001", cti.OrderUnhold, "")
	st.hears(called, agentTone("1001"))
	st.hangup(called)
	if _, err := agent.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.state("1001", cti.Ready)
	r := st.record(number)
	if d := r.Dial; d == nil || d.By != "1001" || d.For != "ticket:17" || *d.Result != "reached" || d.ReachedAt == nil || r.Direction != "outbound" || *r.Disposition != "ANSWERED" || *r.EndedBy != "caller" {
		t.Errorf("on record: %+v %+v, ended by %s", r.Direction, d, *r.EndedBy)
	}
	sounds := recorded(t, st.recording(r))
	for _, hz := range []int{outsideTone.Hz, agentTone("1001").Hz} {
		if !slices.ContainsFunc(sounds, func(s tone.Sound) bool { return s.Is(float64(hz)) }) {
			t.Errorf("%d Hz is not on the recording: %+v", hz, sounds)
		}
	}
	st.seamless()
}

// TestDialResults: what comes of a number is told by the line (requirement F4).
func TestDialResults(t *testing.T) {
	st, out := withOutside(t, phone.Busy())
	first := st.agent("1001", phone.AnswerAfter(0))
	for i, c := range []struct {
		policy phone.Policy
		want   cti.DialResult
	}{
		{phone.Busy(), cti.DialBusy},
		{phone.RejectAfter(0, 404), cti.DialUnknown},
		{phone.RejectAfter(time.Second, 603), cti.DialRefused},
	} {
		out.SetPolicy(c.policy)
		number := "1380013800" + string(rune('1'+i))
		if err := st.svc.order(deadline(t), cti.Order{Agent: "1001", Verb: cti.OrderDial, To: number}); err != nil {
			t.Fatal(err)
		}
		agent := st.next(first)
		if _, err := agent.WaitEnded(deadline(t)); err != nil {
			t.Fatal(err)
		}
		if r := st.record(number); r.Dial == nil || *r.Dial.Result != string(c.want) {
			t.Errorf("%+v; want %s", r.Dial, c.want)
		}
		st.state("1001", cti.Ready)
	}
	var refused *cti.OrderError
	if err := st.svc.order(deadline(t), cti.Order{Agent: "1001", Verb: cti.OrderDial, To: "13800138009"}); !errors.As(err, &refused) {
		t.Errorf("a fourth number within the hour: %v", err)
	}
}

// TestAutoAnswer: the phone of an agent who wants it answers by itself, and beeps.
func TestAutoAnswer(t *testing.T) {
	const from = "13900000008"
	plan := cti.DemoPlan(0)
	plan.Agents[0].AutoAnswer = true
	st := hotline(t, plan)
	p := phone.NoAnswer()
	p.Auto = true
	first := st.agent("1001", p)
	caller := st.dial(from, "800100")
	agent := st.next(first)
	st.fact(from, cti.CallJoined, 1)
	st.hears(caller, agentTone("1001"))
	st.hears(agent, callerTone)
	st.hangup(caller)
	if r := st.record(from); *r.Rings != 1 {
		t.Errorf("%d rings", *r.Rings)
	}
}
