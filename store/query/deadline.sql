-- name: SetDeadline :one
-- Answers the number of the plan; no row where it is done, or planned for that time already.
INSERT INTO deadline (kind, id, due_at) VALUES (sqlc.arg(kind), sqlc.arg(id), sqlc.arg(due_at)::timestamptz)
ON CONFLICT (kind, id) DO UPDATE SET due_at = excluded.due_at, plan = excluded.plan
WHERE deadline.done_at IS NULL AND deadline.due_at <> excluded.due_at
RETURNING plan;

-- name: CancelDeadline :exec
DELETE FROM deadline WHERE kind = sqlc.arg(kind) AND id = sqlc.arg(id);

-- name: TakeDeadline :one
-- The row lock makes two jobs of one deadline take turns.
SELECT due_at FROM deadline
WHERE kind = sqlc.arg(kind) AND id = sqlc.arg(id) AND plan = sqlc.arg(plan) AND done_at IS NULL FOR UPDATE;

-- name: FinishDeadline :exec
UPDATE deadline SET done_at = now() WHERE kind = sqlc.arg(kind) AND id = sqlc.arg(id);

-- name: Deadline :one
SELECT due_at, done_at FROM deadline WHERE kind = sqlc.arg(kind) AND id = sqlc.arg(id);
