package store

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
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
		"ANALYZE",
	} {
		if _, err := s.pool.Exec(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	for index, question := range map[string]string{
		"call_by_caller":    "SELECT id FROM call WHERE left(caller_number, 32) = left('13900000007', 32) AND caller_number = '13900000007'",
		"answer_of_agent":   "SELECT call.id FROM answer JOIN call ON call.id = answer.call_id WHERE answer.agent = '1007' ORDER BY answer.started_at DESC, answer.call_id DESC LIMIT 10",
		"ticket_held":       "SELECT department, count(*), count(*) FILTER (WHERE overdue) FROM ticket WHERE company = 'demo' AND state = 'forwarded' AND call_id IS NOT NULL GROUP BY department",
		"act_by_kind":       "SELECT act.ticket_id, its.call_id FROM act CROSS JOIN LATERAL (SELECT ticket.call_id FROM ticket WHERE ticket.id = act.ticket_id LIMIT 1) its WHERE act.company = 'demo' AND act.kind = 'ticket.forwarded' AND act.at >= '2026-01-02' AND act.at < '2026-01-03'",
		"ticket_while_open": "SELECT id FROM ticket WHERE company = 'demo' AND tstzrange(least(opened_at, closed_at), closed_at, '(]') @> timestamptz '2026-01-02'",
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
	// A call whose arrival came late has begun at another time.
	if _, err := s.pool.Exec(t.Context(), "UPDATE call SET started_at = started_at + interval '1 year' WHERE id = 'c7'"); err != nil {
		t.Fatal(err)
	}
	if list, err = s.Calls(t.Context(), Filter{Agent: "1007", Limit: 1}); err != nil || len(list) != 1 || list[0].ID != "c7" {
		t.Errorf("of an agent, moved: %+v, %v", list, err)
	}
}
