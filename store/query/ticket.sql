-- name: OpenSheet :exec
INSERT INTO sheet (call_id, company, agent, opened_at) VALUES (sqlc.arg(call_id), sqlc.arg(company), sqlc.arg(agent), sqlc.arg(opened_at))
ON CONFLICT (call_id) DO NOTHING;

-- name: OpenConsultation :exec
-- The ticket, its number in the outbox and its fact are made together or not at all.
WITH opened AS (
    INSERT INTO ticket (id, company, kind, state, owner, call_id, opened_at)
    VALUES (sqlc.arg(id), sqlc.arg(company), 'consultation', 'draft', sqlc.arg(owner)::text, sqlc.arg(call_id), sqlc.arg(at))
    ON CONFLICT DO NOTHING
    RETURNING *
), numbered AS (
    UPDATE counter SET last = last + 1 WHERE name = 'outbox' AND EXISTS (SELECT 1 FROM opened) RETURNING last
)
INSERT INTO outbox (seq, fact_id, at, kind, company, call_id, agent, ticket_id, data)
SELECT numbered.last, 'ticket.opened.' || opened.id, opened.opened_at, 'ticket.opened', opened.company,
       opened.call_id, opened.owner, opened.id,
       jsonb_build_object('ticket', opened.id, 'kind', opened.kind, 'state', opened.state, 'owner', opened.owner)
FROM opened, numbered;

-- name: OpenCallback :exec
-- For a caller who was promised a call and did not get it. And for a call that nobody
-- answered though the caller had asked for a person: he left while waiting, the switch
-- had to serve him, or the switch lost him.
WITH opened AS (
    INSERT INTO ticket (id, company, kind, state, call_id, opened_at)
    SELECT sqlc.arg(id), call.company, 'callback', 'open', call.id, sqlc.arg(at) FROM call
    WHERE call.id = sqlc.arg(call_id)
      -- Who has left a message is called back for that.
      AND NOT EXISTS (SELECT 1 FROM message WHERE message.call_id = call.id)
      AND (sqlc.arg(promised)::boolean OR (
          NOT EXISTS (SELECT 1 FROM answer WHERE answer.call_id = call.id)
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
), numbered AS (
    UPDATE counter SET last = last + 1 WHERE name = 'outbox' AND EXISTS (SELECT 1 FROM opened) RETURNING last
)
INSERT INTO outbox (seq, fact_id, at, kind, company, call_id, ticket_id, data)
SELECT numbered.last, 'ticket.opened.' || opened.id, opened.opened_at, 'ticket.opened', opened.company,
       opened.call_id, opened.id,
       jsonb_build_object('ticket', opened.id, 'kind', opened.kind, 'state', opened.state)
FROM opened, numbered;

-- name: OutboxAfter :many
SELECT seq, fact_id, at, kind, company, call_id, agent, ticket_id, data FROM outbox
WHERE seq > sqlc.arg(after) ORDER BY seq LIMIT sqlc.arg(count);

-- name: Tickets :many
SELECT ticket.*, call.did, call.caller_number, call.caller_name
FROM ticket JOIN call ON call.id = ticket.call_id
WHERE (sqlc.narg(id)::text IS NULL OR ticket.id::text = sqlc.narg(id))
  AND (sqlc.narg(company)::text IS NULL OR ticket.company = sqlc.narg(company))
  AND (sqlc.narg(kind)::text IS NULL OR ticket.kind = sqlc.narg(kind))
  AND (sqlc.narg(state)::text IS NULL OR ticket.state = sqlc.narg(state))
  AND (sqlc.narg(owner)::text IS NULL OR ticket.owner = sqlc.narg(owner))
  AND (sqlc.narg(call_id)::text IS NULL OR ticket.call_id = sqlc.narg(call_id))
ORDER BY ticket.opened_at DESC, ticket.id DESC
LIMIT sqlc.narg(count)::bigint;
