-- name: SaveFollowUp :exec
INSERT INTO follow_up (id, company, state, agent, tickets, reach, planned_at, due_at, overdue, next_at, ended_at, dissatisfied, facts, said)
VALUES (sqlc.arg(id), sqlc.arg(company), sqlc.arg(state), sqlc.arg(agent), sqlc.arg(tickets)::text[], sqlc.arg(reach)::text[], sqlc.arg(planned_at),
        sqlc.arg(due_at), sqlc.arg(overdue), sqlc.narg(next_at), sqlc.narg(ended_at), sqlc.arg(dissatisfied), sqlc.arg(facts), sqlc.arg(said))
ON CONFLICT (id) DO UPDATE
SET state = excluded.state, agent = excluded.agent, tickets = excluded.tickets, reach = excluded.reach, due_at = excluded.due_at,
    overdue = excluded.overdue, next_at = excluded.next_at, ended_at = excluded.ended_at, dissatisfied = excluded.dissatisfied,
    facts = excluded.facts, said = excluded.said;

-- name: LockFollowUp :one
SELECT said, facts FROM follow_up WHERE id = sqlc.arg(id) FOR UPDATE;

-- name: LockGroup :exec
-- Whoever looks for calls that can be put together waits for whoever does so for that company.
SELECT pg_advisory_xact_lock(hashtextextended('follow_up/' || sqlc.arg(company)::text, 0));

-- name: Meeting :many
-- Callbacks whose call may be enough for a matter, too.
SELECT id FROM follow_up
WHERE company = sqlc.arg(company) AND state = 'waiting' AND reach && sqlc.arg(reach)::text[] ORDER BY planned_at, id;

-- name: TickingFollowUps :many
-- Those of which the clock, or a call, may have something to tell, behind one of them.
SELECT id, due_at FROM follow_up
WHERE ended_at IS NULL AND (due_at, id) > (sqlc.arg(after_due)::timestamptz, sqlc.arg(after_id)::uuid) AND (NOT overdue AND due_at <= sqlc.arg(at)::timestamptz OR state IN ('calling', 'confirming')
    OR EXISTS (SELECT 1 FROM dial WHERE dial.matter = 'follow_up:' || follow_up.id AND dial.matter <> '' AND dial.dialled_at > sqlc.arg(at)::timestamptz - interval '1 day'
               AND NOT coalesce(follow_up.said -> 'attempts', '[]') @> jsonb_build_array(jsonb_build_object('call', dial.call_id))))
ORDER BY due_at, id LIMIT sqlc.arg(count) FOR UPDATE SKIP LOCKED;

-- name: FollowUpDials :many
SELECT call.id, dial.agent, call.caller_number, call.started_at, dial.ring_ms, coalesce(dial.result, '')::text AS result
FROM dial JOIN call ON call.id = dial.call_id
WHERE dial.matter = sqlc.arg(matter) AND dial.matter <> '' AND dial.dialled_at IS NOT NULL ORDER BY dial.dialled_at, call.id;

-- name: FollowUps :many
-- The last that is due first; of those that are still to be made the first that is: who cuts the
-- list off leaves out what has time. The CASEs are gone before the plan is made (see Open).
SELECT said FROM follow_up
WHERE (sqlc.narg(id)::uuid IS NULL OR id = sqlc.narg(id)) AND (sqlc.narg(company)::text IS NULL OR company = sqlc.narg(company))
  AND (sqlc.narg(agent)::text IS NULL OR agent = sqlc.narg(agent)) AND (sqlc.narg(state)::text IS NULL OR state = sqlc.narg(state))
  AND (sqlc.narg(since)::timestamptz IS NULL OR ended_at >= sqlc.narg(since)) AND (sqlc.narg(until)::timestamptz IS NULL OR ended_at < sqlc.narg(until))
  AND (NOT sqlc.arg(owed)::boolean OR ended_at IS NULL) AND (NOT sqlc.arg(dissatisfied)::boolean OR dissatisfied)
  AND (sqlc.narg(queues)::text[] IS NULL OR agent = sqlc.narg(person)::text OR EXISTS (
      SELECT 1 FROM ticket, unnest(ticket.calls) AS one (id)
      WHERE ticket.id = ANY (follow_up.tickets::uuid[]) AND call_is_of(one.id, sqlc.narg(queues)::text[], ARRAY[sqlc.narg(person)::text])))
ORDER BY CASE WHEN sqlc.arg(owed)::boolean THEN due_at END, CASE WHEN sqlc.arg(owed)::boolean THEN id END, due_at DESC, id DESC
LIMIT sqlc.narg(count)::bigint;

-- name: ClosedTickets :many
-- Tickets that were closed, also those that were opened again since, with what has become of
-- their callbacks, for the rates of a month that ends with until: what comes later is another
-- month's. A message is closed by the hotline, and not by an act.
WITH closed AS (
    SELECT ticket_id, max(at)::timestamptz AS closed_at FROM act
    WHERE act.company = sqlc.arg(company) AND act.kind = 'ticket.closed' AND act.at >= sqlc.arg(since)::timestamptz AND act.at < sqlc.arg(until)::timestamptz GROUP BY ticket_id
    UNION
    SELECT id, closed_at FROM ticket
    WHERE ticket.company = sqlc.arg(company) AND ticket.kind = 'voicemail' AND ticket.state = 'closed'
      AND ticket.closed_at >= sqlc.arg(since)::timestamptz AND ticket.closed_at < sqlc.arg(until)::timestamptz
)
SELECT ticket.kind, closed.closed_at::timestamptz AS closed_at, (f.state IS NOT NULL)::boolean AS owed,
       coalesce(f.due_at, 'epoch')::timestamptz AS due_at, coalesce(f.state, '')::text AS state, coalesce(f.ended_at, 'epoch')::timestamptz AS ended_at
FROM closed JOIN ticket ON ticket.id = closed.ticket_id LEFT JOIN LATERAL (
    SELECT due_at, state, ended_at FROM follow_up WHERE follow_up.tickets @> ARRAY[ticket.id::text] AND follow_up.state <> 'merged' AND follow_up.planned_at < sqlc.arg(until)::timestamptz
    ORDER BY planned_at DESC LIMIT 1
) f ON true
WHERE sqlc.narg(kind)::text IS NULL OR ticket.kind = sqlc.narg(kind);

-- name: OwedFollowUps :many
SELECT due_at FROM follow_up WHERE company = sqlc.arg(company) AND ended_at IS NULL ORDER BY due_at;

-- name: DissatisfiedCallers :many
-- Of whom a leader is to know (requirement F7): since then, and nobody but who called him has done
-- anything to his tickets.
SELECT f.id FROM follow_up f
WHERE f.dissatisfied AND f.ended_at >= sqlc.arg(since)::timestamptz
  AND NOT EXISTS (SELECT 1 FROM act later WHERE later.ticket_id = ANY (f.tickets::uuid[]) AND later.follow_up_id IS NULL
                  AND later.at > f.ended_at AND later.by_person NOT IN ('system', f.agent))
ORDER BY f.ended_at, f.id;

-- name: CallerOf :one
SELECT caller_number FROM call WHERE id = sqlc.arg(id);

-- name: CallersOf :many
SELECT DISTINCT call.caller_number FROM ticket JOIN call ON call.id = ANY (ticket.calls)
WHERE ticket.id = ANY (sqlc.arg(tickets)::text[]::uuid[]);

-- name: WaitingFollowUps :many
SELECT id FROM follow_up WHERE tickets @> ARRAY[sqlc.arg(ticket)::text] AND state = 'waiting' ORDER BY planned_at, id;

-- name: WaitingOf :many
SELECT id, agent, due_at FROM follow_up WHERE company = sqlc.arg(company) AND state = 'waiting' ORDER BY due_at, id FOR UPDATE;
