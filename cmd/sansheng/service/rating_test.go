package service

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/pbx/sip/phone"
	"sansheng/store"
	"sansheng/store/ticket"
)

// surveyPlan asks its callers two questions when their talk is over.
func surveyPlan() *cti.Plan {
	p := cti.DemoPlan(0)
	p.Companies[0].Survey = &cti.Survey{Low: 1, Questions: []cti.Question{
		{ID: "service", Say: "survey-service", Scores: []int{3, 2, 1}},
		{ID: "solved", Say: "survey-solved", Scores: []int{2, 1}},
	}}
	return p
}

// isTold waits until a caller has heard more that is no agent.
func (st *stack) isTold(caller *phone.Call) {
	st.t.Helper()
	before := caller.Heard().Other
	until(st.t, func(context.Context) (bool, string) {
		heard := caller.Heard()
		return heard.Other >= before+500*time.Millisecond, fmt.Sprintf("the caller is told nothing: %+v", heard)
	})
}

// scores are what a call's caller has said.
func scores(r store.Record) string {
	var all []string
	for _, x := range r.Ratings {
		all = append(all, fmt.Sprintf("%s %d/%d", x.Question, x.Score, x.Best))
	}
	return fmt.Sprint(all)
}

// TestSurvey: an agent sends his caller to the survey by *6, and is free. The caller presses a
// wrong key, is asked again, answers both questions while they play, is thanked and let go. The
// record tells the talk from that, its recording holds the talk, and a low score is a ticket.
func TestSurvey(t *testing.T) {
	const from = "13900000091"
	st := hotline(t, surveyPlan())
	caller, talk, _ := st.talk(from)
	if err := talk.Press(deadline(t), "*6", phone.RFC4733); err != nil {
		t.Fatal(err)
	}
	began := st.fact(from, cti.CallSurveyBegan, 1)
	if _, err := talk.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.state("1001", cti.Ready)
	st.isTold(caller)
	st.press(caller, "9")
	st.isTold(caller)
	st.press(caller, "3")
	if d := st.fact(from, cti.CallRated, 1).Data.(*cti.RatedData); d.Score != 1 || !d.Low {
		t.Errorf("rated %+v", d)
	}
	st.isTold(caller)
	st.press(caller, "1")
	st.fact(from, cti.CallRated, 2)
	st.isTold(caller)
	if _, err := caller.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.patient(caller)

	r, c := st.checked(from)
	if scores(r) != "[service 1/3 solved 2/2]" || r.Survey == nil || *r.Survey.Result != string(cti.SurveyWhole) || !r.Survey.Ordered || r.Survey.Agent != "1001" {
		t.Errorf("survey %+v, %s", r.Survey, scores(r))
	}
	if *r.HungUpBy != "agent" || r.EarlyHangUp || !r.HungUpAt.Equal(began.At) || *r.EndedBy != "system" || *r.Disposition != "ANSWERED" || r.Fallback != nil {
		t.Errorf("hung up by %s at %s, early %t, ended by %s, %s", *r.HungUpBy, r.HungUpAt, r.EarlyHangUp, *r.EndedBy, *r.Disposition)
	}
	if len(r.QueueEntries) != 1 || len(r.Offers) != 1 {
		t.Errorf("queues %+v, offers %+v", r.QueueEntries, r.Offers)
	}
	if c.Result != store.RecordingGood || c.LengthMs > c.TalkMs+1500 {
		t.Errorf("the recording is %s, %d ms of a talk of %d ms", c.Result, c.LengthMs, c.TalkMs)
	}
	if !slices.ContainsFunc(r.Tickets, func(x store.Ticket) bool { return x.Kind == ticket.Complaint && x.State == "open" }) {
		t.Errorf("tickets %+v", r.Tickets)
	}
	st.seamless()
}

// TestSurveyByHangUp: an agent hangs up, and his caller stays: he is asked, and the agent has
// the next one meanwhile. Who hangs up in the middle has said what he has said; who presses
// nothing is asked twice, is thanked, and never in silence for 5 s.
func TestSurveyByHangUp(t *testing.T) {
	const from, next = "13900000092", "13900000093"
	st := hotline(t, surveyPlan())
	caller, talk, first := st.talk(from)
	st.hangup(talk)
	st.fact(from, cti.CallSurveyBegan, 1)
	other := st.dial(next, "800100")
	busy := st.next(first)
	st.hears(other, agentTone("1001"))
	st.isTold(caller)
	st.press(caller, "1")
	st.fact(from, cti.CallRated, 1)
	st.hangup(caller)
	r := st.record(from)
	if scores(r) != "[service 3/3]" || *r.Survey.Result != string(cti.SurveyLeft) || r.Survey.Ordered || *r.HungUpBy != "agent" || !r.EarlyHangUp || *r.EndedBy != "caller" {
		t.Errorf("%s, survey %+v, hung up by %s, early %t, ended by %s", scores(r), r.Survey, *r.HungUpBy, r.EarlyHangUp, *r.EndedBy)
	}

	st.order("1001", cti.OrderSurvey, "")
	if _, err := busy.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	if _, err := other.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.patient(other)
	if r := st.record(next); *r.Survey.Result != string(cti.SurveyUnanswered) || len(r.Ratings) > 0 || *r.EndedBy != "system" {
		t.Errorf("survey %+v, %s, ended by %s", r.Survey, scores(r), *r.EndedBy)
	}
}

// TestSurveyFrozen: the hotline is stopped while a caller is asked. The switch thanks him and
// lets him go; no agent's phone rings for him, who has had his talk.
func TestSurveyFrozen(t *testing.T) {
	const from = "13900000094"
	st := remoteHotline(t, surveyPlan())
	first := st.agent("1001", phone.AnswerAfter(0))
	caller := st.dial(from, "800100")
	talk := st.next(first)
	st.hears(caller, agentTone("1001"))
	st.hangup(talk)
	st.fact(from, cti.CallSurveyBegan, 1)
	st.isTold(caller)
	st.signal(syscall.SIGSTOP)
	began := time.Now()
	if _, err := caller.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	t.Logf("let go %v after the hotline was stopped", time.Since(began).Round(100*time.Millisecond))
	st.signal(syscall.SIGCONT)
	r := st.record(from)
	if r.Fallback != nil || len(r.Offers) != 1 || len(r.QueueEntries) != 1 || *r.Survey.Result != string(cti.SurveyLost) || *r.Disposition != "ANSWERED" {
		t.Errorf("fallback %+v, offers %+v, queues %+v, survey %s, %s", r.Fallback, r.Offers, r.QueueEntries, *r.Survey.Result, *r.Disposition)
	}
	if slices.ContainsFunc(r.Tickets, func(x store.Ticket) bool { return x.Kind == ticket.Callback }) {
		t.Errorf("tickets %+v", r.Tickets)
	}
}
