package service

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/cti/hours"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
	"sansheng/store"
)

// nightPlan is the demo's with its second company closed, or open, whatever the time.
func nightPlan(open bool) *cti.Plan {
	p := cti.DemoPlan(0)
	setHours(p, open)
	return p
}

func setHours(p *cti.Plan, open bool) {
	today := hours.DateOf(time.Now().UTC())
	day := hours.Day{Date: today.Add(-2), Until: today.Add(2), Name: "test"}
	if open {
		day.Hours = []hours.Hours{{From: 0, To: 24 * 60}}
	}
	p.Calendars[0].Days = []hours.Day{day}
}

// walked are the steps of a record's flow.
func walked(r store.Record) string {
	var steps []string
	for _, s := range r.FlowPath {
		if s.Step == "flow" {
			steps = append(steps, s.Detail)
		}
	}
	return strings.Join(steps, "; ")
}

// TestAfterHours: who calls by night is told so (requirement A9). Who presses nothing
// leaves a message, which becomes a ticket.
func TestAfterHours(t *testing.T) {
	const from = "13900000061"
	st := hotline(t, nightPlan(false))
	caller := st.dial(from, "800200")
	message := st.message(st.fact(from, cti.CallFellBack, 1).Call)
	st.hangup(caller)
	r := st.record(from)
	if want := "hours, hours; closed: closed, menu; no_input: message, voicemail"; walked(r) != want {
		t.Errorf("his way: %s, want %s", walked(r), want)
	}
	if r.AnsweredAt != nil || len(r.QueueEntries) != 0 || r.Fallback == nil || r.Fallback.Reason != string(cti.FellToMail) {
		t.Errorf("record %+v", r)
	}
	if !slices.ContainsFunc(r.Recordings, func(x store.Recording) bool { return x.Name == "voicemail-"+r.ID }) {
		t.Errorf("recordings %+v", r.Recordings)
	}
	if len(r.Tickets) != 1 || r.Tickets[0].Kind != store.Callback {
		t.Errorf("tickets %+v", r.Tickets)
	}
	if sounds := recorded(t, message); !slices.ContainsFunc(sounds, func(s tone.Sound) bool { return s.Is(float64(callerTone.Hz)) }) {
		t.Errorf("the message holds %+v", sounds)
	}
}

// TestAfterHoursEmergency: the key is heard while the prompts play; he is an emergency
// caller from there on.
func TestAfterHoursEmergency(t *testing.T) {
	const from = "13900000062"
	st := hotline(t, nightPlan(false))
	duty := st.agent("1007", phone.AnswerAfter(0))
	caller := st.dial(from, "800200")
	st.fact(from, cti.CallStepped, 2)
	if err := caller.WaitSound(deadline(t)); err != nil {
		t.Fatal(err)
	}
	if err := caller.Press(deadline(t), "1", phone.RFC4733); err != nil {
		t.Fatal(err)
	}
	talk := st.next(duty)
	st.hears(caller, agentTone("1007"))
	st.hears(talk, callerTone)
	st.hangup(caller)
	r := st.record(from)
	if want := "hours, hours; closed: closed, menu; 1: emergency, emergency"; walked(r) != want {
		t.Errorf("his way: %s, want %s", walked(r), want)
	}
	if !r.Emergency || *r.Agent != "1007" || len(r.QueueEntries) != 1 || r.QueueEntries[0].Queue != "emergency" {
		t.Errorf("record: emergency %t, agent %s, queues %+v", r.Emergency, *r.Agent, r.QueueEntries)
	}
}

// TestInHours: by day he is greeted, while an agent's phone rings already.
func TestInHours(t *testing.T) {
	const from = "13900000063"
	st := hotline(t, nightPlan(true))
	agent := st.agent("1001", phone.AnswerAfter(0))
	caller := st.dial(from, "800200")
	talk := st.next(agent)
	st.hears(caller, agentTone("1001"))
	st.hears(talk, callerTone)
	st.hangup(caller)
	r := st.record(from)
	if want := "hours, hours; open: people, queue"; walked(r) != want || r.Greeting == nil {
		t.Errorf("his way: %s, want %s; greeting %+v", walked(r), want, r.Greeting)
	}
}
