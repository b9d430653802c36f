-- name: AddProjection :exec
INSERT INTO projection (source, position) VALUES (sqlc.arg(source), 0) ON CONFLICT (source) DO NOTHING;

-- name: LockProjection :one
-- The row lock makes projectors of one source take turns.
SELECT position FROM projection WHERE source = sqlc.arg(source) FOR UPDATE;

-- name: Position :one
SELECT position, message_id, stored_ns FROM projection WHERE source = sqlc.arg(source);

-- name: MoveProjection :exec
UPDATE projection SET position = sqlc.arg(position), message_id = sqlc.arg(message_id), stored_ns = sqlc.arg(stored_ns), updated_at = now() WHERE source = sqlc.arg(source);

-- name: AddFacts :many
-- Answers the ids that are new.
INSERT INTO fact (id, engine, seq, kind, call_id, at)
SELECT unnest(sqlc.arg(ids)::text[]), unnest(sqlc.arg(engines)::text[]), unnest(sqlc.arg(seqs)::bigint[]),
       unnest(sqlc.arg(kinds)::text[]), unnest(sqlc.arg(calls)::text[]), unnest(sqlc.arg(ats)::timestamptz[])
ON CONFLICT (id) DO NOTHING
RETURNING id;

-- name: ForgetFact :exec
DELETE FROM fact WHERE id = sqlc.arg(id);

-- name: FactsByID :many
SELECT id, kind, call_id, at FROM fact WHERE id = ANY (sqlc.arg(ids)::text[]);

-- name: Engines :many
SELECT name, last_seq FROM engine WHERE name = ANY (sqlc.arg(names)::text[]);

-- name: SetEngine :exec
INSERT INTO engine (name, last_seq, missing) VALUES (sqlc.arg(name), sqlc.arg(last_seq), sqlc.arg(missing))
ON CONFLICT (name) DO UPDATE
SET last_seq = greatest(engine.last_seq, excluded.last_seq),
    missing = greatest(engine.missing + excluded.missing, 0);

-- name: MissingFacts :one
SELECT coalesce(sum(missing), 0)::bigint FROM engine;

-- name: AddDeadLetter :exec
INSERT INTO dead_letter (source, position, subject, payload, error)
VALUES (sqlc.arg(source), sqlc.arg(position), sqlc.arg(subject), sqlc.arg(payload), sqlc.arg(error))
ON CONFLICT (source, position) DO NOTHING;

-- name: DeadLetters :many
SELECT source, position, subject, payload, error, died_at, closed_at, closed_by, outcome FROM dead_letter
WHERE NOT sqlc.arg(open)::boolean OR closed_at IS NULL ORDER BY died_at DESC, source DESC, position DESC LIMIT sqlc.narg(count)::bigint;

-- name: DeadLetter :one
SELECT source, position, subject, payload, error, died_at, closed_at, closed_by, outcome FROM dead_letter
WHERE source = sqlc.arg(source) AND position = sqlc.arg(position);

-- name: LockDeadLetter :one
SELECT source, position, subject, payload, error, died_at, closed_at, closed_by, outcome FROM dead_letter
WHERE source = sqlc.arg(source) AND position = sqlc.arg(position) FOR UPDATE;

-- name: CloseDeadLetter :exec
UPDATE dead_letter SET closed_at = now(), closed_by = sqlc.arg(by_person), outcome = sqlc.arg(outcome)
WHERE source = sqlc.arg(source) AND position = sqlc.arg(position) AND closed_at IS NULL;

-- name: CountDeadLetters :one
SELECT count(*) AS open, coalesce((array_agg(error ORDER BY died_at DESC))[1], '')::text AS last_error FROM dead_letter WHERE closed_at IS NULL;

-- name: LockCalls :many
-- No key update, so that an amendment's reference to the call does not wait.
SELECT id, company, (ended_at IS NOT NULL)::boolean AS closed, term,
       EXISTS (SELECT 1 FROM erasure WHERE erasure.call_id = call.id) AS erased
FROM call WHERE id = ANY (sqlc.arg(ids)::text[])
ORDER BY id FOR NO KEY UPDATE;
