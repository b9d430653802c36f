package store

import (
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/store/ticket"
)

// surveyed is a story of a caller whose agent sends him to the survey. He answers one question
// of two, with the lowest score, and hangs up.
var surveyed = story{facts: `0      call.arrived      c1  -     {"did":"800100","caller":{"number":"13800138000"},"channel":"ch-1","direction":"inbound","mode":"greeted","language":"zh","ring_period_ms":5000,"ringback_at":"2026-03-02T08:00:00Z","recording":"c1"}
10     call.queued       c1  -     {"queue":"service","priority":0,"ahead":0}
20     call.offered      c1  1001  {"queue":"service","channel":"c1-agent1","offer":1}
200    call.alerted      c1  1001  {"channel":"c1-agent1","offer":1}
3000   call.offer_ended  c1  1001  {"channel":"c1-agent1","offer":1,"result":"answered","cause":0,"alerted_at":"2026-03-02T08:00:00.200Z","ring_ms":2800,"rings":1}
3000   call.answered     c1  1001  {"queue":"service","channel":"c1-agent1","offer":1,"wait_ms":2990,"agent_ring_ms":2800,"agent_rings":1,"caller_ring_ms":3000,"caller_rings":1,"within_three_rings":true}
3100   call.joined       c1  1001  {"bridge":"c1-talk1","channels":["ch-1","c1-agent1"]}
60000  call.survey_began c1  1001  {"by":"agent","ordered":true,"asks":{"questions":[{"id":"service","say":"survey-service","scores":[3,2,1]},{"id":"solved","say":"survey-solved","scores":[2,1]}],"low":1,"thanks":"survey-thanks"}}
60050  call.leg_ended    c1  1001  {"channel":"c1-agent1","role":"agent","cause":16}
60050  agent.wrap_up     -   1001  {"from":"Talking","reason":"call over","call":"c1"}
66000  call.rated        c1  1001  {"question":"service","n":1,"key":"3","score":1,"best":3,"low":true}
70000  call.hung_up      c1  -     {"by":"caller"}
70010  call.survey_ended c1  1001  {"result":"left"}
70010  call.leg_ended    c1  -     {"channel":"ch-1","role":"caller","cause":16}
70010  call.ended        c1  1001  {"by":"caller","disposition":"ANSWERED","cause":16}
`}

// TestRatings: what a caller says of a talk is on its record, which the chain holds; a low
// score is one ticket, however often the fact is told; the recording is measured against the
// talk alone.
func TestRatings(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	facts := surveyed.parse(t, "e")
	for range 2 {
		if err := s.Replay(t.Context(), "story", facts...); err != nil {
			t.Fatal(err)
		}
	}
	noFaults(t, s)
	r, err := s.Record(t.Context(), "c1")
	if err != nil {
		t.Fatal(err)
	}
	if q := r.Survey; q == nil || q.Agent != "1001" || q.By != "agent" || !q.Ordered || q.EndedAt == nil || *q.Result != string(cti.SurveyLeft) {
		t.Errorf("survey %+v", q)
	}
	if len(r.Ratings) != 1 || r.Ratings[0].Score != 1 || r.Ratings[0].Best != 3 || r.Ratings[0].Question != "service" || !r.Ratings[0].Low {
		t.Errorf("ratings %+v", r.Ratings)
	}
	if *r.HungUpBy != "agent" || *r.EndedBy != "caller" || r.EarlyHangUp || !r.HungUpAt.Equal(storyStart.Add(time.Minute)) {
		t.Errorf("hung up by %s at %s, ended by %s, early %t", *r.HungUpBy, r.HungUpAt, *r.EndedBy, r.EarlyHangUp)
	}
	if talk := r.Talk(); talk != 56900*time.Millisecond {
		t.Errorf("they talked for %s", talk)
	}
	tickets, err := s.Tickets(t.Context(), TicketFilter{Kind: string(ticket.Complaint)})
	if err != nil || len(tickets) != 1 || tickets[0].Call != "c1" || tickets[0].State != "open" || tickets[0].Owner != nil || tickets[0].Caller != "13800138000" {
		t.Errorf("tickets %+v, %v", tickets, err)
	}
	day := time.Date(storyStart.Year(), storyStart.Month(), storyStart.Day(), 0, 0, 0, 0, storyStart.Location())
	f := SummaryFilter{Company: r.Company, From: day, Until: day.AddDate(0, 0, 1)}
	of := func(queues ...string) []DayRating {
		f.Queues = queues
		sum, err := s.Summary(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		return sum.Ratings
	}
	if got := of(); len(got) != 1 || got[0] != (DayRating{Question: "service", Answers: 1, Best: 3, Points: 1, Low: 1}) {
		t.Errorf("the day's ratings %+v", got)
	}
	if got := of("repair"); len(got) != 0 {
		t.Errorf("another queue's ratings %+v", got)
	}
}

// TestSurveyUndone: where the switch had the two together still, nobody has ended the talk,
// and who does later has.
func TestSurveyUndone(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	facts := surveyed.parse(t, "e")[:8]
	at := func(ms int, k cti.Kind, agent cti.AgentID, d cti.Data) {
		last := facts[len(facts)-1]
		last.Seq++
		last.ID, last.At = "e-"+string(rune('a'+len(facts))), storyStart.Add(time.Duration(ms)*time.Millisecond)
		last.Kind, last.Agent, last.Data = k, agent, d
		facts = append(facts, last)
	}
	at(61000, cti.CallSurveyEnded, "1001", &cti.SurveyEndedData{Result: cti.SurveyUndone})
	at(61000, cti.CallJoined, "1001", &cti.Joined{Bridge: "c1-talk1", Estimated: true})
	at(80000, cti.CallHungUp, "", &cti.HungUp{By: cti.RoleCaller})
	at(80100, cti.CallLegEnded, "", &cti.LegEnded{Channel: "ch-1", Role: cti.RoleCaller, Cause: 16})
	at(80100, cti.CallEnded, "1001", &cti.Ended{By: cti.RoleCaller, Disposition: cti.DispositionAnswered, Cause: 16})
	if err := s.Replay(t.Context(), "story", facts...); err != nil {
		t.Fatal(err)
	}
	noFaults(t, s)
	r, err := s.Record(t.Context(), "c1")
	if err != nil || *r.HungUpBy != "caller" || *r.Survey.Result != string(cti.SurveyUndone) || r.Talk() != 76*time.Second {
		t.Errorf("hung up by %s, survey %+v, talk %s, %v", *r.HungUpBy, r.Survey, r.Talk(), err)
	}
}
