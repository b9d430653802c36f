-- name: OpenSheet :exec
INSERT INTO sheet (ticket_id, call_id, company, agent, opened_at)
VALUES (sqlc.arg(ticket_id), sqlc.arg(call_id), sqlc.arg(company), sqlc.arg(agent), sqlc.arg(opened_at))
ON CONFLICT (ticket_id) DO NOTHING;

-- name: SaveSheet :exec
INSERT INTO sheet (ticket_id, call_id, company, agent, opened_at, kind, version, said, closed_at, amended)
VALUES (sqlc.arg(ticket_id), sqlc.arg(call_id), sqlc.arg(company), sqlc.arg(agent), sqlc.arg(opened_at), sqlc.arg(kind), sqlc.arg(version), sqlc.arg(said), sqlc.narg(closed_at), sqlc.arg(amended))
ON CONFLICT (ticket_id) DO UPDATE
SET kind = excluded.kind, version = excluded.version, said = excluded.said, closed_at = excluded.closed_at, amended = excluded.amended;

-- name: SheetByTicket :one
SELECT * FROM sheet WHERE ticket_id = sqlc.arg(ticket_id);

-- name: OpenConsultation :exec
-- The ticket and its fact are made together or not at all.
WITH opened AS (
    INSERT INTO ticket (id, company, kind, state, owner, call_id, calls, opened_at, changed_at)
    VALUES (sqlc.arg(id), sqlc.arg(company), 'consultation', 'draft', sqlc.arg(owner)::text, sqlc.arg(call_id), ARRAY[sqlc.arg(call_id)::text], sqlc.arg(at), sqlc.arg(at))
    ON CONFLICT DO NOTHING
    RETURNING *
)
INSERT INTO act (fact_id, at, kind, company, call_id, agent, ticket_id, data)
SELECT 'ticket.opened.' || opened.id, opened.opened_at, 'ticket.opened', opened.company, opened.call_id, opened.owner, opened.id,
       jsonb_build_object('company', opened.company, 'call', opened.call_id, 'kind', opened.kind, 'state', opened.state, 'owner', opened.owner)
FROM opened;

-- name: OpenCallback :exec
-- For a caller who was promised a call and did not get it. And for a call that nobody
-- answered though the caller had asked for a person: he left while waiting, the switch
-- had to serve him, or the switch lost him. Who had lost his agent and waited again, too.
WITH opened AS (
    INSERT INTO ticket (id, company, kind, state, call_id, calls, opened_at, changed_at)
    SELECT sqlc.arg(id), call.company, 'callback', 'open', call.id, ARRAY[call.id], sqlc.arg(at), sqlc.arg(at) FROM call
    WHERE call.id = sqlc.arg(call_id)
      -- Who has left a message is called back for that.
      AND NOT EXISTS (SELECT 1 FROM message WHERE message.call_id = call.id)
      AND (sqlc.arg(promised)::boolean OR (
          (NOT EXISTS (SELECT 1 FROM answer WHERE answer.call_id = call.id)
           OR call.fell_back_at > (SELECT max(answer.answered_at) FROM answer WHERE answer.call_id = call.id)
           OR EXISTS (SELECT 1 FROM queue_entry WHERE queue_entry.call_id = call.id AND queue_entry.result IN ('abandoned', 'ended'))
           OR EXISTS (SELECT 1 FROM step WHERE step.call_id = call.id AND step.step = 'voicemail'
                      AND step.at > (SELECT max(answer.answered_at) FROM answer WHERE answer.call_id = call.id)))
      AND call.served_by IS NULL
      -- Whom the operator refuses is not called back, but who was let go because he left no
      -- message.
      AND (call.hung_up_by IS DISTINCT FROM 'system' OR call.abandoned)
      -- Who has asked for it is called in his turn.
      AND NOT EXISTS (SELECT 1 FROM callback WHERE callback.call_id = call.id)
      AND (call.abandoned OR call.fell_back_at IS NOT NULL
           OR EXISTS (SELECT 1 FROM queue_entry WHERE queue_entry.call_id = call.id))))
    ON CONFLICT DO NOTHING
    RETURNING *
)
INSERT INTO act (fact_id, at, kind, company, call_id, ticket_id, data)
SELECT 'ticket.opened.' || opened.id, opened.opened_at, 'ticket.opened', opened.company, opened.call_id, opened.id,
       jsonb_build_object('company', opened.company, 'call', opened.call_id, 'kind', opened.kind, 'state', opened.state)
FROM opened;

-- name: AddTicket :exec
INSERT INTO ticket (id, company, kind, state, call_id, calls, opened_at, changed_at)
VALUES (sqlc.arg(id), sqlc.arg(company), sqlc.arg(kind), sqlc.arg(state), sqlc.arg(call_id), ARRAY[sqlc.arg(call_id)::text], sqlc.arg(at), sqlc.arg(at));

-- name: LockTicket :one
SELECT * FROM ticket WHERE id = sqlc.arg(id) FOR UPDATE;

-- name: SaveTicket :exec
UPDATE ticket
SET kind = sqlc.arg(kind), state = sqlc.arg(state), owner = sqlc.narg(owner)::text, calls = sqlc.arg(calls)::text[], opened_at = sqlc.arg(opened_at),
    department = sqlc.arg(department), clerk = sqlc.arg(clerk), summary = sqlc.arg(summary), place = sqlc.arg(place), phone = sqlc.arg(phone),
    important = sqlc.arg(important), charged = sqlc.arg(charged),
    due_at = sqlc.narg(due_at), promised = sqlc.arg(promised), warn_at = sqlc.narg(warn_at), warned = sqlc.arg(warned), overdue = sqlc.arg(overdue),
    level = sqlc.arg(level), result = sqlc.arg(result), score = sqlc.arg(score), into_id = sqlc.narg(into_id),
    worked_at = sqlc.narg(worked_at), closed_at = sqlc.narg(closed_at), facts = sqlc.arg(facts), changed_at = sqlc.arg(changed_at)
WHERE id = sqlc.arg(id);

-- name: LapsingTickets :many
-- What the clock has to tell, the oldest first. Two that ask at once get different tickets.
SELECT id FROM ticket
WHERE state IN ('open', 'forwarded', 'done')
  AND (warn_at IS NULL AND state = 'open' OR NOT warned AND warn_at <= sqlc.arg(at)::timestamptz OR NOT overdue AND due_at <= sqlc.arg(at)::timestamptz)
ORDER BY due_at NULLS FIRST, id LIMIT sqlc.arg(count) FOR UPDATE SKIP LOCKED;

-- name: Tickets :many
SELECT sqlc.embed(ticket), call.did, call.caller_number
FROM ticket JOIN call ON call.id = ticket.call_id
WHERE (sqlc.narg(id)::text IS NULL OR ticket.id = sqlc.narg(id)::text::uuid)
  AND (sqlc.narg(company)::text IS NULL OR ticket.company = sqlc.narg(company))
  AND (sqlc.narg(kind)::text IS NULL OR ticket.kind = sqlc.narg(kind))
  AND (sqlc.narg(state)::text IS NULL OR ticket.state = sqlc.narg(state))
  AND (sqlc.narg(owner)::text IS NULL OR ticket.owner = sqlc.narg(owner))
  AND (sqlc.narg(department)::text IS NULL OR ticket.department = sqlc.narg(department))
  AND (sqlc.narg(call_id)::text IS NULL OR ticket.calls @> ARRAY[sqlc.narg(call_id)::text])
  AND (NOT sqlc.arg(overdue)::boolean OR ticket.overdue AND ticket.state IN ('open', 'forwarded', 'done'))
  AND (sqlc.narg(queues)::text[] IS NULL OR ticket.owner = sqlc.narg(person)::text
       OR EXISTS (SELECT 1 FROM unnest(ticket.calls) AS one (id) WHERE call_is_of(one.id, sqlc.narg(queues)::text[], ARRAY[sqlc.narg(person)::text])))
ORDER BY ticket.opened_at DESC, ticket.id DESC
LIMIT sqlc.narg(count)::bigint;

-- name: OverdueTickets :one
SELECT count(*) FROM ticket WHERE overdue AND state IN ('open', 'forwarded', 'done');

-- name: UnsolvedEmergencies :many
-- Emergencies whose callers have said that they are not solved, about which nobody has done
-- anything since.
SELECT ticket.id FROM ticket JOIN act ON act.ticket_id = ticket.id AND act.follow_up_id IS NULL
WHERE ticket.kind = 'emergency' AND ticket.state = 'open' AND act.kind = 'ticket.reopened' AND act.by_person = 'system'
  AND NOT EXISTS (SELECT 1 FROM act later WHERE later.ticket_id = ticket.id AND later.follow_up_id IS NULL AND later.n > act.n AND later.by_person <> 'system')
ORDER BY ticket.id;

-- name: OfEmergency :one
-- Whether a call was an emergency; of one that is not there nobody knows it.
SELECT coalesce((SELECT call.emergency FROM call WHERE call.id = sqlc.arg(id)), false)::boolean AS emergency;
