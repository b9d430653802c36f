package service

import (
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/cti/flow"
	"sansheng/cti/hours"
	"sansheng/cti/web"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
	"sansheng/store"
	"sansheng/store/ticket"
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
	message := st.speaks(st.fact(from, cti.CallMailStepped, 2))
	st.hangup(caller)
	r := st.record(from)
	if want := "hours, hours; closed: closed, menu; no_input: message, voicemail"; walked(r) != want {
		t.Errorf("his way: %s, want %s", walked(r), want)
	}
	if r.AnsweredAt != nil || len(r.QueueEntries) != 0 || r.Fallback != nil {
		t.Errorf("record %+v", r)
	}
	if !slices.ContainsFunc(r.Recordings, func(x store.Recording) bool { return strings.HasSuffix(x.Name, "/voicemail-"+r.ID+"-1") }) {
		t.Errorf("recordings %+v", r.Recordings)
	}
	if len(r.Tickets) != 1 || r.Tickets[0].Kind != ticket.Voicemail {
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

// TestClosedNow: a line that somebody closes by day is closed for who calls from then
// on; who waits already is served. Opened again, callers wait for a person.
func TestClosedNow(t *testing.T) {
	const waits, late, again = "13900000064", "13900000065", "13900000066"
	st := hotline(t, nightPlan(true))
	waiting := st.dial(waits, "800200")
	st.fact(waits, cti.CallQueued, 1)
	set := func(until time.Time) {
		t.Helper()
		if err := (lineHours{st.svc}).CloseHours(deadline(t), cti.CloseHours{What: "800200", Until: until, By: "3001", Reason: "burst pipe"}); err != nil {
			t.Fatal(err)
		}
	}
	set(time.Now().Add(time.Hour))
	path, err := lineHours{st.svc}.Walk(deadline(t), web.Walk{DID: "800200"})
	if err != nil || !strings.Contains(path.String(), "closure, burst pipe") || path.End.Kind != flow.Voicemail {
		t.Errorf("the dry run says %s, %v", path, err)
	}
	caller := st.dial(late, "800200")
	st.fact(late, cti.CallStepped, 2)
	if err := caller.WaitSound(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.hangup(caller)
	if r := st.record(late); walked(r) != "hours, hours; closed: closed, menu" {
		t.Errorf("his way: %s", walked(r))
	}
	agent := st.agent("1001", phone.AnswerAfter(0))
	talk := st.next(agent)
	st.hears(waiting, agentTone("1001"))
	st.hears(talk, callerTone)
	st.hangup(waiting)
	set(time.Time{})
	caller = st.dial(again, "800200")
	st.next(agent)
	st.hears(caller, agentTone("1001"))
	st.hangup(caller)
	if r := st.record(again); walked(r) != "hours, hours; open: people, queue" {
		t.Errorf("his way: %s", walked(r))
	}
}

// TestGreetsByTime: what a node plays at this time of day is played, and not what it
// plays else. What must not be played is not there: who came to it would leave by failed.
func TestGreetsByTime(t *testing.T) {
	const from = "13900000067"
	p := nightPlan(true)
	now := hours.ClockOf(time.Now().In(p.Companies[1].Location()))
	hour := func(d hours.Clock) hours.Clock { return (now + d*60 + 24*60) % (24 * 60) }
	p.Flows[0].Start = "greet"
	p.Flows[0].Nodes = append(p.Flows[0].Nodes, flow.Node{
		ID: "greet", Kind: flow.Say, Say: []string{"not-there"}, Exits: map[flow.Exit]string{flow.Next: "hours", flow.Failed: "message"},
		Times: []flow.Times{{From: hour(-6), To: hour(-1), Say: []string{"not-there"}}, {From: hour(-1), To: hour(6), Say: []string{"greeting-demo2"}}},
	})
	st := hotline(t, p)
	agent := st.agent("1001", phone.AnswerAfter(0))
	caller := st.dial(from, "800200")
	talk := st.next(agent)
	st.hears(caller, agentTone("1001"))
	st.hears(talk, callerTone)
	st.hangup(caller)
	if r := st.record(from); walked(r) != "greet, say; next: hours, hours; open: people, queue" {
		t.Errorf("his way: %s", walked(r))
	}
}

// TestAfterHoursFrozen: the hotline is stopped while a caller hears the menu of the night: the
// switch brings him to the people of his line by itself, and the record has his whole way.
func TestAfterHoursFrozen(t *testing.T) {
	const from = "13900000068"
	st := remoteHotline(t, nightPlan(false))
	agent := st.agent("1001", phone.AnswerAfter(0))
	caller := st.dial(from, "800200")
	st.fact(from, cti.CallStepped, 2)
	if err := caller.WaitSound(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.signal(syscall.SIGSTOP)
	talk := st.next(agent)
	st.hears(caller, agentTone("1001"))
	st.hears(talk, callerTone)
	st.signal(syscall.SIGCONT)
	st.hangup(caller)
	r := st.record(from)
	if want := "hours, hours; closed: closed, menu"; walked(r) != want {
		t.Errorf("his way: %s, want %s", walked(r), want)
	}
	if r.Fallback == nil || r.Fallback.Agent != "1001" || *r.Disposition != "ANSWERED" {
		t.Errorf("fallback %+v, %s", r.Fallback, *r.Disposition)
	}
}
