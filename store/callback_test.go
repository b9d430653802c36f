package store

import (
	"sansheng/store/ticket"
	"testing"
	"time"
)

// promises is a story of two who would rather be called back than wait, and hang up before
// they are hung up: the first is not reached as often as his queue allows, the second is.
var promises = story{facts: `0      call.arrived     c1  -     {"did":"800100","caller":{"number":"13800138000"},"channel":"ch-1","direction":"inbound","mode":"greeted","language":"zh","ring_period_ms":5000,"ringback_at":"2026-03-02T08:00:00Z","recording":"c1"}
10     call.queued      c1  -     {"queue":"service","priority":5,"ahead":3}
4000   callback.asked   c1  -     {"queue":"service","number":"13800138000"}
4500   call.hung_up     c1  -     {"by":"caller"}
4510   call.leg_ended   c1  -     {"channel":"ch-1","role":"caller","cause":16}
4510   call.ended       c1  -     {"by":"caller","disposition":"NO ANSWER","cause":16}
5000   call.arrived     c2  -     {"did":"800100","caller":{"number":"13800138001"},"channel":"ch-2","direction":"inbound","mode":"greeted","language":"zh","ring_period_ms":5000,"ringback_at":"2026-03-02T08:00:05Z","recording":"c2"}
5010   call.queued      c2  -     {"queue":"service","priority":5,"ahead":4}
9000   callback.asked   c2  -     {"queue":"service","number":"13800138001"}
9500   call.hung_up     c2  -     {"by":"caller"}
9510   call.leg_ended   c2  -     {"channel":"ch-2","role":"caller","cause":16}
9510   call.ended       c2  -     {"by":"caller","disposition":"NO ANSWER","cause":16}
20000  callback.tried   c1  1001  {"attempt":"e-out10","result":"no_answer","attempts":1,"due":"2026-03-02T08:05:20Z"}
30000  callback.ended   c2  -     {"result":"reached","by":"e-out20","attempts":0}
320000 callback.ended   c1  -     {"result":"failed","by":"e-out30","attempts":1}
`}

// TestPromises: who was promised a call and did not get it gets a ticket, and only then;
// who got it gets none.
func TestPromises(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	facts := promises.parse(t, "e")
	last := len(facts) - 1
	if err := s.Replay(t.Context(), "story", facts[:last]...); err != nil {
		t.Fatal(err)
	}
	owed, err := s.Callbacks(t.Context(), CallbackFilter{Company: "demo", Owed: true})
	if err != nil || len(owed) != 1 || owed[0].Call != "c1" || owed[0].Attempts != 1 || owed[0].LastResult != "no_answer" ||
		!owed[0].DueAt.Equal(storyStart.Add(5*time.Minute+20*time.Second)) {
		t.Errorf("owed: %+v, %v", owed, err)
	}
	if tickets, err := s.Tickets(t.Context(), TicketFilter{}); err != nil || len(tickets) > 0 {
		t.Errorf("tickets before it has failed: %+v, %v", tickets, err)
	}
	if err := s.Replay(t.Context(), "story", facts...); err != nil {
		t.Fatal(err)
	}
	noFaults(t, s)
	tickets, err := s.Tickets(t.Context(), TicketFilter{})
	if err != nil || len(tickets) != 1 || tickets[0].Call != "c1" || tickets[0].Kind != ticket.Callback || tickets[0].State != "open" {
		t.Errorf("tickets: %+v, %v", tickets, err)
	}
	all, err := s.Callbacks(t.Context(), CallbackFilter{})
	if err != nil || len(all) != 2 || all[0].Result != "failed" || all[1].Result != "reached" || all[1].By != "e-out20" || all[0].DueAt != nil {
		t.Errorf("all: %+v, %v", all, err)
	}
}

// TestPromisedByAgent: a call that an agent has promised is on the list with who promised it and
// until when; what is promised again takes its place, and what was not made is a ticket.
func TestPromisedByAgent(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	facts := story{facts: `0      call.arrived       c1  -     {"did":"800100","caller":{"number":"13800138000"},"channel":"ch-1","direction":"inbound","mode":"greeted","language":"zh","ring_period_ms":5000,"ringback_at":"2026-03-02T08:00:00Z","recording":"c1"}
10     call.queued        c1  -     {"queue":"service","priority":5,"ahead":0}
20     call.offered       c1  1001  {"queue":"service","channel":"ch-a","offer":1}
30     call.answered      c1  1001  {"queue":"service","channel":"ch-a","offer":1,"wait_ms":20,"agent_ring_ms":10,"agent_rings":1,"caller_ring_ms":10,"caller_rings":1,"within_three_rings":true}
4000   callback.promised  c1  1001  {"queue":"service","did":"800100","number":"13800138000","from":"2026-03-02T08:00:04Z","until":"2026-03-02T08:03:04Z"}
4510   call.leg_ended     c1  -     {"channel":"ch-1","role":"caller","cause":16}
4510   call.ended         c1  -     {"by":"caller","disposition":"ANSWERED","cause":16}
20000  callback.tried     c1  1001  {"attempt":"e-out10","result":"no_answer","attempts":1,"due":"2026-03-02T08:05:20Z"}
30000  callback.promised  c1  1001  {"queue":"service","did":"800100","number":"13800138001","from":"2026-03-02T08:25:00Z","until":"2026-03-02T08:30:00Z"}
990000 callback.ended     c1  -     {"result":"expired","attempts":0}
`}.parse(t, "e")
	last := len(facts) - 1
	if err := s.Replay(t.Context(), "story", facts[:last]...); err != nil {
		t.Fatal(err)
	}
	owed, err := s.Callbacks(t.Context(), CallbackFilter{Company: "demo", Owed: true})
	if err != nil || len(owed) != 1 || owed[0].PromisedBy != "1001" || owed[0].Attempts != 0 || owed[0].Number != "13800138001" ||
		!owed[0].PromisedUntil.Equal(storyStart.Add(30*time.Minute)) || !owed[0].DueAt.Equal(storyStart.Add(25*time.Minute)) {
		t.Errorf("owed: %+v, %v", owed, err)
	}
	if err := s.Replay(t.Context(), "story", facts...); err != nil {
		t.Fatal(err)
	}
	noFaults(t, s)
	tickets, err := s.Tickets(t.Context(), TicketFilter{Kind: string(ticket.Callback)})
	if err != nil || len(tickets) != 1 || tickets[0].Call != "c1" || tickets[0].State != "open" {
		t.Errorf("tickets: %+v, %v", tickets, err)
	}
}

// TestPromiseBecomesEmergency: who was promised a call, and is to be called at once, stands on the
// list as an emergency, at the queue and number of that.
func TestPromiseBecomesEmergency(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	facts := story{facts: `0      call.arrived       c1  -     {"did":"800100","caller":{"number":"13800138000"},"channel":"ch-1","direction":"inbound","mode":"greeted","language":"zh","ring_period_ms":5000,"ringback_at":"2026-03-02T08:00:00Z","recording":"c1"}
4000   callback.promised  c1  1001  {"queue":"service","did":"800100","number":"13800138000","from":"2026-03-02T08:00:04Z","until":"2026-03-02T08:30:04Z"}
4510   call.ended         c1  -     {"by":"caller","disposition":"ANSWERED","cause":16}
9000   callback.ended     c1  -     {"result":"cancelled","attempts":0,"reason":"he is called at once, as an emergency"}
9000   callback.asked     c1  -     {"queue":"emergency","number":"13800138009","emergency":true,"did":"800119","for":"follow_up:1"}
`}.parse(t, "e")
	if err := s.Replay(t.Context(), "story", facts...); err != nil {
		t.Fatal(err)
	}
	noFaults(t, s)
	owed, err := s.Callbacks(t.Context(), CallbackFilter{Company: "demo", Owed: true})
	if err != nil || len(owed) != 1 || !owed[0].Emergency || owed[0].Queue != "emergency" || owed[0].Number != "13800138009" || owed[0].PromisedBy != "" || owed[0].PromisedUntil != nil {
		t.Errorf("owed: %+v, %v", owed, err)
	}
}
