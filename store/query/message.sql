-- name: LeaveMessage :exec
INSERT INTO message (call_id, company, box, did, caller, number, recording, length_ms, left_at)
VALUES (sqlc.arg(call_id), sqlc.arg(company), sqlc.arg(box), sqlc.arg(did), sqlc.arg(caller), sqlc.arg(number), sqlc.arg(recording), sqlc.arg(length_ms), sqlc.arg(at))
ON CONFLICT (call_id) DO NOTHING;

-- name: OpenVoicemail :exec
-- The ticket and its fact are made together or not at all.
WITH opened AS (
    INSERT INTO ticket (id, company, kind, state, call_id, calls, opened_at, changed_at)
    VALUES (sqlc.arg(id), sqlc.arg(company), 'voicemail', 'open', sqlc.arg(call_id), ARRAY[sqlc.arg(call_id)::text], sqlc.arg(at), sqlc.arg(at))
    ON CONFLICT DO NOTHING
    RETURNING *
)
INSERT INTO act (fact_id, at, kind, company, call_id, ticket_id, data)
SELECT 'ticket.opened.' || opened.id, opened.opened_at, 'ticket.opened', opened.company, opened.call_id, opened.id,
       jsonb_build_object('company', opened.company, 'call', opened.call_id, 'kind', opened.kind, 'state', opened.state)
FROM opened;

-- name: TakeMessage :exec
WITH taken AS (
    UPDATE message SET taken_by = sqlc.arg(by_person), taken_at = sqlc.arg(at)
    WHERE message.call_id = sqlc.arg(call_id) AND message.taken_at IS NULL
    RETURNING message.taken_by
)
UPDATE ticket SET owner = taken.taken_by FROM taken WHERE ticket.id = sqlc.arg(ticket_id);

-- name: FinishMessage :exec
-- A ticket that is about another matter by now, or that a department has not done, is not over
-- with its message: people close it.
WITH its AS (
    SELECT ticket.id FROM ticket
    WHERE ticket.id = sqlc.arg(ticket_id) AND ticket.kind = 'voicemail' AND ticket.state IN ('open', 'done') FOR UPDATE
), finished AS (
    UPDATE message SET finished_by = sqlc.arg(by_person), finished_at = sqlc.arg(at), result = sqlc.arg(result), closed = EXISTS (SELECT 1 FROM its)
    WHERE message.call_id = sqlc.arg(call_id) AND message.finished_at IS NULL
    RETURNING message.finished_at, message.result, message.closed
)
UPDATE ticket SET state = 'closed', closed_at = finished.finished_at, result = coalesce(nullif(finished.result, ''), ticket.result) FROM finished
WHERE ticket.id = sqlc.arg(ticket_id) AND finished.closed;

-- name: MessagesByCall :many
SELECT message.*, coalesce(k.result, '')::text AS checked, coalesce(k.sha256, '')::text AS sha256, coalesce(k.length_ms, 0)::bigint AS measured_ms
FROM message LEFT JOIN recording_check k ON k.call_id = message.call_id AND k.name = message.recording
WHERE message.call_id = ANY (sqlc.arg(ids)::text[]);
