package service

import (
	"slices"
	"testing"

	"sansheng/cti"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
	"sansheng/store"
)

// lead gives a leader's order: person 2001 uses the phone of agent 1008.
func (st *stack) lead(verb cti.Verb, to string) {
	st.t.Helper()
	if err := st.svc.order(deadline(st.t), cti.Order{Agent: "1008", By: "2001", Verb: verb, To: to}); err != nil {
		st.t.Fatal(err)
	}
}

// TestSupervision: a leader listens, whispers, joins and takes over, and stays on the
// call through hold and transfer. The caller hears nothing of him before he joins
// (requirement G3).
func TestSupervision(t *testing.T) {
	const from = "13900000001"
	st := hotline(t, cti.DemoPlan(0))
	caller, agent, _ := st.talk(from)
	second := st.agent("1002", phone.AnswerAfter(0))
	floor := st.agent("1008", phone.AnswerAfter(0))
	unheard := func(call *phone.Call, who string) {
		t.Helper()
		if _, heard := call.Heard().Tone(float64(agentTone("1008").Hz)); heard {
			t.Errorf("%s has heard the leader", who)
		}
	}

	st.lead(cti.OrderListen, "1001")
	leader := st.next(floor)
	st.hears(leader, callerTone)
	st.hears(leader, agentTone("1001"))
	unheard(agent, "the agent")

	st.lead(cti.OrderWhisper, "")
	st.hears(agent, agentTone("1008"))
	st.hears(leader, callerTone)
	unheard(caller, "the caller")
	noEcho := func(call *phone.Call, who string, own tone.Tone) {
		t.Helper()
		if _, heard := call.Heard().Tone(float64(own.Hz)); heard {
			t.Errorf("%s hears himself", who)
		}
	}
	noEcho(agent, "the agent", agentTone("1001"))

	st.order("1001", cti.OrderHold, "")
	st.hearsNo(caller, agentTone("1001"))
	st.hears(leader, callerTone)
	st.hears(leader, agentTone("1001"))
	st.order("1001", cti.OrderUnhold, "")
	st.hears(caller, agentTone("1001"))

	st.order("1001", cti.OrderTransfer, "1002")
	receiver := st.next(second)
	st.fact(from, cti.CallConsulted, 1)
	st.order("1001", cti.OrderComplete, "")
	st.hears(receiver, agentTone("1008"))
	st.hears(leader, agentTone("1002"))
	unheard(caller, "the caller")

	st.lead(cti.OrderJoin, "1002")
	st.hears(caller, agentTone("1008"))
	st.hears(receiver, agentTone("1008"))
	st.hears(caller, agentTone("1002"))
	noEcho(caller, "the caller", callerTone)
	noEcho(receiver, "the receiver", agentTone("1002"))
	noEcho(leader, "the leader", agentTone("1008"))

	st.lead(cti.OrderTakeOver, "")
	if _, err := receiver.WaitEnded(deadline(t)); err != nil {
		t.Fatalf("the agent is not let go: %v", err)
	}
	st.hears(caller, agentTone("1008"))
	st.hears(leader, callerTone)
	st.state("1002", cti.Ready)
	st.hangup(caller)
	if _, err := leader.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.state("1008", cti.Ready)
	r := st.record(from)
	var acts []string
	for _, s := range r.Supervisions {
		if s.By != "2001" || s.Phone != "1008" || s.EndedAt == nil {
			t.Errorf("supervision %+v", s)
		}
		acts = append(acts, s.Mode+" "+s.With)
	}
	if want := []string{"listen 1001", "whisper 1001", "whisper 1002", "join 1002"}; len(acts) != 4 || [4]string(acts) != [4]string(want) {
		t.Errorf("supervisions %q, want %q", acts, want)
	}
	if len(r.Transfers) != 2 || r.Transfers[1].Kind != "taken_over" || r.Transfers[1].To != "1008" || *r.Transfers[1].Result != "completed" {
		t.Errorf("transfers %+v", r.Transfers)
	}
	st.seamless()
}

// TestSupervisorLeaves: a leader who hangs up, or whose phone was not answered, leaves
// no trace on the call and is what he was (peers: a supervisor's phone stuck after
// listening, NethServer/dev #8024).
func TestSupervisorLeaves(t *testing.T) {
	const from = "13900000001"
	st := hotline(t, cti.DemoPlan(0))
	caller, agent, _ := st.talk(from)
	floor := st.agent("1008", phone.Decline())
	st.order("1008", cti.OrderPause, "")
	st.state("1008", cti.Paused)
	st.lead(cti.OrderListen, "1001")
	st.fact(from, cti.SupervisionEnded, 1)
	st.state("1008", cti.Paused)
	floor.SetPolicy(phone.AnswerAfter(0))
	st.lead(cti.OrderJoin, "1001")
	_ = st.next(floor)
	leader := st.next(floor)
	st.hears(caller, agentTone("1008"))
	st.hangup(leader)
	st.fact(from, cti.SupervisionEnded, 2)
	st.state("1008", cti.Paused)
	st.hearsNo(caller, agentTone("1008"))
	st.hears(caller, agentTone("1001"))
	st.hears(agent, callerTone)
	st.lead(cti.OrderListen, "1001")
	leader = st.next(floor)
	st.hears(leader, callerTone)
	st.hangup(caller)
	if _, err := leader.WaitEnded(deadline(t)); err != nil {
		t.Fatalf("the leader's phone is stuck: %v", err)
	}
	st.state("1008", cti.Paused)
	st.state("1001", cti.Ready)
	if r := st.record(from); len(r.Supervisions) != 2 || *r.EndedBy != "caller" {
		t.Errorf("supervisions %+v, ended by %v", r.Supervisions, *r.EndedBy)
	}
}

// TestLeadersPhone: a leader listens by a phone of his own, which answers by itself, and is
// on no floor as an agent, nor asked for a caller (requirement G3).
func TestLeadersPhone(t *testing.T) {
	const from = "13900000001"
	st, voice := hotline(t, cti.DemoPlan(0)), tone.Agent(9)
	caller, agent, _ := st.talk(from)
	p := phone.NoAnswer()
	p.Auto = true
	own, err := phone.New(phone.Config{Number: "2001", Password: st.passwords["2001"], Server: st.sip, Policy: p, Tone: voice})
	if err != nil {
		t.Fatal(err)
	}
	st.phones["2001"] = own
	if err := own.Register(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.await("his phone to be registered", func(facts []cti.Fact) bool {
		return slices.ContainsFunc(facts, func(f cti.Fact) bool { return f.Kind == cti.AgentRegistered && f.Agent == "2001" })
	})
	order := func(verb cti.Verb, to string) {
		t.Helper()
		if err := st.svc.order(deadline(t), cti.Order{Agent: "2001", By: "2001", Leader: true, Verb: verb, To: to}); err != nil {
			t.Fatal(err)
		}
	}
	order(cti.OrderListen, "1001")
	leader := st.next(own)
	st.hears(leader, callerTone)
	st.hears(leader, agentTone("1001"))
	floor, err := st.svc.floor(deadline(t))
	if err != nil || len(floor.Agents) != 10 || len(floor.Calls) != 1 || len(floor.Calls[0].Watchers) != 1 || floor.Calls[0].Watchers[0].Phone != "2001" {
		t.Errorf("%d agents on the floor, calls %+v, %v", len(floor.Agents), floor.Calls, err)
	}
	for who, call := range map[string]*phone.Call{"the agent": agent, "the caller": caller} {
		if _, heard := call.Heard().Tone(float64(voice.Hz)); heard {
			t.Errorf("%s has heard the leader", who)
		}
	}
	order(cti.OrderJoin, "")
	st.hears(caller, voice)
	order(cti.OrderHangUp, "")
	if _, err := leader.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.state("2001", cti.LoggedOff)
	st.hearsNo(caller, voice)
	st.hears(agent, callerTone)
	st.hangup(caller)
	r := st.record(from)
	if len(r.Supervisions) != 2 || !slices.ContainsFunc(r.Supervisions, func(s store.Supervision) bool { return s.By == "2001" && s.Phone == "2001" && s.Mode == "join" }) {
		t.Errorf("supervisions %+v", r.Supervisions)
	}
	for _, f := range st.all() {
		if f.Agent == "2001" && (f.Kind == cti.AgentReady || f.Kind == cti.CallOffered) {
			t.Errorf("the leader was there for callers: %s", f.Kind)
		}
	}
}
