-- name: AskCallback :exec
-- Who was handed over to the emergency queue and is cut off there is owed a call once more, and
-- so is who was promised one.
INSERT INTO callback (call_id, company, queue, number, asked_at, due_at, emergency, matter)
VALUES (sqlc.arg(call_id), sqlc.arg(company), sqlc.arg(queue), sqlc.arg(number), sqlc.arg(at)::timestamptz, sqlc.arg(at)::timestamptz,
        sqlc.arg(emergency), sqlc.arg(matter))
ON CONFLICT (call_id) DO UPDATE
SET queue = excluded.queue, number = excluded.number, emergency = true, matter = excluded.matter, promised_by = '', promised_until = NULL,
    asked_at = excluded.asked_at, due_at = excluded.due_at, attempts = 0, last_result = '', ended_at = NULL, result = '', by_call = ''
WHERE excluded.emergency AND callback.ended_at IS NOT NULL AND callback.asked_at < excluded.asked_at;

-- name: PromiseCallback :exec
-- What is promised of a call again takes the earlier promise's place.
INSERT INTO callback (call_id, company, queue, number, asked_at, due_at, promised_by, promised_until)
VALUES (sqlc.arg(call_id), sqlc.arg(company), sqlc.arg(queue), sqlc.arg(number), sqlc.arg(at), sqlc.arg(due), sqlc.arg(by), sqlc.arg(until))
ON CONFLICT (call_id) DO UPDATE SET queue = excluded.queue, number = excluded.number, asked_at = excluded.asked_at, due_at = excluded.due_at,
    promised_by = excluded.promised_by, promised_until = excluded.promised_until, attempts = 0, last_result = '', ended_at = NULL, result = '', by_call = '';

-- name: TryCallback :exec
UPDATE callback SET attempts = greatest(attempts, sqlc.arg(attempts)), last_result = sqlc.arg(result), due_at = sqlc.arg(due)
WHERE call_id = sqlc.arg(call_id) AND ended_at IS NULL;

-- name: EndCallback :exec
UPDATE callback SET ended_at = sqlc.arg(at), result = sqlc.arg(result), by_call = sqlc.arg(by_call), due_at = NULL
WHERE call_id = sqlc.arg(call_id) AND ended_at IS NULL;

-- name: Callbacks :many
SELECT * FROM callback
WHERE (sqlc.narg(company)::text IS NULL OR company = sqlc.narg(company))
  AND (NOT sqlc.arg(owed)::boolean OR ended_at IS NULL)
  AND (sqlc.narg(queues)::text[] IS NULL OR queue = ANY (sqlc.narg(queues)::text[]))
ORDER BY asked_at DESC, call_id DESC
LIMIT sqlc.narg(count)::bigint;
