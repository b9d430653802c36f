-- name: AskCallback :exec
INSERT INTO callback (call_id, company, queue, number, asked_at, due_at)
VALUES (sqlc.arg(call_id), sqlc.arg(company), sqlc.arg(queue), sqlc.arg(number), sqlc.arg(at)::timestamptz, sqlc.arg(at)::timestamptz)
ON CONFLICT (call_id) DO NOTHING;

-- name: TryCallback :exec
UPDATE callback SET attempts = greatest(attempts, sqlc.arg(attempts)), last_result = sqlc.arg(result), due_at = sqlc.arg(due)
WHERE call_id = sqlc.arg(call_id) AND ended_at IS NULL;

-- name: EndCallback :exec
UPDATE callback SET ended_at = sqlc.arg(at), result = sqlc.arg(result), by_call = sqlc.arg(by_call), due_at = NULL
WHERE call_id = sqlc.arg(call_id) AND ended_at IS NULL;

-- name: OpenFailedCallback :exec
-- For a caller who was promised a call and did not get it.
WITH opened AS (
    INSERT INTO ticket (id, company, kind, state, call_id, opened_at)
    SELECT sqlc.arg(id), call.company, 'callback', 'open', call.id, sqlc.arg(at) FROM call WHERE call.id = sqlc.arg(call_id)
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

-- name: Callbacks :many
SELECT * FROM callback
WHERE (sqlc.narg(company)::text IS NULL OR company = sqlc.narg(company))
  AND (NOT sqlc.arg(owed)::boolean OR ended_at IS NULL)
ORDER BY asked_at DESC, call_id DESC
LIMIT sqlc.narg(count)::bigint;
