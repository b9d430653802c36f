package store

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"sansheng/cti"
)

// TestListsUseIndexes: the lists that a million rows made slow are read by their indexes, not
// from one end to the other.
func TestListsUseIndexes(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, q := range []string{
		"INSERT INTO call (id, company, did, caller_number, started_at) SELECT 'c' || i, 'demo', '800100', (13900000000 + i)::text, timestamptz '2026-01-01' + i * interval '1 min' FROM generate_series(1, 20000) i",
		"INSERT INTO answer SELECT 'c' || i, (1000 + i % 200)::text, 'service', 'a' || i, now(), 900, 900, 1, 900, 1, 1, true FROM generate_series(1, 20000) i",
		"INSERT INTO ticket (id, company, kind, state, call_id, changed_at, opened_at, closed_at) SELECT gen_random_uuid(), 'demo', 'repair', 'closed', 'c' || i, now(), timestamptz '2026-01-01' + i * interval '1 min', timestamptz '2026-01-01 01:00' + i * interval '1 min' FROM generate_series(1, 20000) i",
		"INSERT INTO call (id, company, did, started_at, emergency) SELECT 'd' || i, 'demo', '800100', timestamptz '2025-01-01' + i * interval '1 min', i % 1000 = 7 FROM generate_series(1, 20000) i",
		"INSERT INTO queue_entry (call_id, n, company, queue, priority, ahead, entered_at, left_at, wait_ms, result) SELECT 'd' || i, n, 'demo', CASE WHEN i % 400 = 7 THEN 'rare' ELSE 'service' END, 5, 0, now(), now(), 0, 'moved' FROM generate_series(1, 20000) i, generate_series(1, 2) n",
		"UPDATE call SET ended_at = started_at + interval '5 min', ended_by = 'caller', cause = 16, disposition = CASE WHEN id LIKE '%503' OR id LIKE '%003' THEN 'BUSY' ELSE 'ANSWERED' END WHERE id LIKE 'd%'",
		"INSERT INTO act (fact_id, at, kind, company, call_id, agent, ticket_id, n, by_person, data) SELECT 'a' || call_id, opened_at, 'ticket.forwarded', company, call_id, '', id, 2, '1001', '{\"department\": \"gas\"}' FROM ticket",
		"INSERT INTO follow_up (id, company, state, agent, tickets, reach, planned_at, due_at, overdue, ended_at, dissatisfied, facts, said) SELECT gen_random_uuid(), company, 'done', '', ARRAY[id::text], '{}', opened_at, opened_at, false, opened_at, false, 1, '{}' FROM ticket",
		"INSERT INTO delivery (id, webhook, fact_id, kind, company, call_id, at, body, expires_at) SELECT gen_random_uuid(), 'crm', 'a' || call_id, 'call.ended', company, call_id, opened_at, '', opened_at FROM ticket",
		"VACUUM ANALYZE", // whatever of it the database has done by itself by now
	} {
		if _, err := s.pool.Exec(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	const itsFollowUps = "SELECT follow_up.id FROM follow_up WHERE follow_up.tickets && (SELECT coalesce(array_agg(ticket.id::text), '{}') FROM ticket WHERE ticket.call_id = 'c7')"
	for index, question := range map[string]string{
		"call_by_caller":       "SELECT id FROM call WHERE left(caller_number, 32) = left('13900000007', 32) AND caller_number = '13900000007'",
		"answer_of_agent":      "SELECT call.id FROM answer JOIN call ON call.id = answer.call_id WHERE answer.agent = '1007' ORDER BY answer.started_at DESC, answer.call_id DESC LIMIT 10",
		"call_of_emergency":    "SELECT id FROM call WHERE emergency = true ORDER BY started_at DESC, id DESC LIMIT 10",
		"call_by_disposition":  "SELECT id FROM call WHERE disposition = 'BUSY' ORDER BY started_at DESC, id DESC LIMIT 10",
		"queue_entry_of_queue": "SELECT call.id FROM (SELECT DISTINCT started_at, call_id FROM queue_entry WHERE queue = 'service' ORDER BY started_at DESC, call_id DESC) waited JOIN call ON call.id = waited.call_id ORDER BY waited.started_at DESC, waited.call_id DESC LIMIT 10",
		"ticket_held":          "SELECT department, count(*), count(*) FILTER (WHERE overdue) FROM ticket WHERE company = 'demo' AND state = 'forwarded' AND call_id IS NOT NULL GROUP BY department",
		"act_by_call":          "UPDATE act SET data = data WHERE act.call_id = 'c7' OR act.follow_up_id = ANY (ARRAY(" + itsFollowUps + "))",
		"delivery_by_call":     "DELETE FROM delivery WHERE delivery.call_id = 'c7' OR delivery.fact_id = ANY (ARRAY(SELECT act.fact_id FROM act WHERE act.follow_up_id = ANY (ARRAY(" + itsFollowUps + "))))",
		"ticket_of_call":       "SELECT ticket.id FROM call JOIN ticket ON ticket.call_id = call.id WHERE call.company = 'demo' AND ticket.state NOT IN ('closed', 'merged') AND left(call.caller_number, 32) = ANY (ARRAY['13900000007']) AND call.caller_number = ANY (ARRAY['13900000007'])",
		"act_by_kind":          "SELECT act.ticket_id, its.call_id FROM act CROSS JOIN LATERAL (SELECT ticket.call_id FROM ticket WHERE ticket.id = act.ticket_id LIMIT 1) its WHERE act.company = 'demo' AND act.kind = 'ticket.forwarded' AND act.at >= '2026-01-02' AND act.at < '2026-01-03'",
		"ticket_while_open":    "SELECT id FROM ticket WHERE company = 'demo' AND tstzrange(least(opened_at, closed_at), closed_at, '(]') @> timestamptz '2026-01-02'",
	} {
		rows, err := s.pool.Query(t.Context(), "EXPLAIN "+question)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(plan, "\n"); !strings.Contains(text, index) || strings.Contains(text, "Seq Scan") || strings.Contains(text, "Sort") {
			t.Errorf("%s is not used:\n%s", index, text)
		}
	}
	list, err := s.Calls(t.Context(), Filter{Agent: "1007", Limit: 3})
	if err != nil || len(list) != 3 || list[0].ID != "c19407" || list[2].ID != "c19807" {
		t.Errorf("of an agent: %d, %v", len(list), err)
	}
	yes, no := true, false
	for want, f := range map[string]Filter{
		"d19007 d18007":        {Emergency: &yes, Limit: 2},
		"d19503 d19003":        {Disposition: cti.DispositionBusy, Limit: 2},
		"d19607 d19207 d18807": {Queue: "rare", Limit: 3}, // each once
		"d18007 d16007":        {Queue: "rare", Emergency: &yes, Limit: 2},
		"d20000 d19999":        {Queue: "service", Emergency: &no, Disposition: cti.DispositionAnswered, Limit: 2},
		"":                     {Queue: "rare", Disposition: cti.DispositionBusy},
		"c19999":               {Caller: "13900019999", Emergency: &no},
	} {
		list, err := s.Calls(t.Context(), f)
		ids := make([]string, len(list))
		for i, r := range list {
			ids[len(list)-1-i] = r.ID
		}
		if err != nil || strings.Join(ids, " ") != want {
			t.Errorf("%+v: %v, %v, want %s", f, ids, err, want)
		}
	}
	// A call whose arrival came late has begun at another time.
	if _, err := s.pool.Exec(t.Context(), "UPDATE call SET started_at = started_at + interval '1 year' WHERE id = 'c7'"); err != nil {
		t.Fatal(err)
	}
	if list, err = s.Calls(t.Context(), Filter{Agent: "1007", Limit: 1}); err != nil || len(list) != 1 || list[0].ID != "c7" {
		t.Errorf("of an agent, moved: %+v, %v", list, err)
	}
}
