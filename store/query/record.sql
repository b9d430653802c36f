-- name: CallIDs :many
-- Newest first, so that a limit keeps the newest.
SELECT id FROM call
WHERE (sqlc.narg(company)::text IS NULL OR company = sqlc.narg(company))
  AND (sqlc.narg(did)::text IS NULL OR did = sqlc.narg(did))
  AND (sqlc.narg(since)::timestamptz IS NULL OR started_at >= sqlc.narg(since))
  AND (sqlc.narg(until)::timestamptz IS NULL OR started_at < sqlc.narg(until))
  AND (sqlc.narg(ended)::boolean IS NULL OR (ended_at IS NOT NULL) = sqlc.narg(ended))
  AND (sqlc.narg(answered)::boolean IS NULL
       OR (call.served_by IS NOT NULL OR EXISTS (SELECT 1 FROM answer WHERE answer.call_id = call.id)) = sqlc.narg(answered))
  AND call_is_of(call.id, sqlc.narg(queues)::text[], ARRAY[sqlc.narg(person)::text])
ORDER BY started_at DESC, id DESC
LIMIT sqlc.narg(count)::bigint;

-- name: CallIDsChosen :many
-- Apart from those of all, whose plan is made once; this one is planned for what is asked.
SELECT id FROM call
WHERE (sqlc.narg(company)::text IS NULL OR company = sqlc.narg(company))
  AND (sqlc.narg(did)::text IS NULL OR did = sqlc.narg(did))
  AND (sqlc.narg(since)::timestamptz IS NULL OR started_at >= sqlc.narg(since))
  AND (sqlc.narg(until)::timestamptz IS NULL OR started_at < sqlc.narg(until))
  AND (sqlc.narg(ended)::boolean IS NULL OR (ended_at IS NOT NULL) = sqlc.narg(ended))
  AND (sqlc.narg(answered)::boolean IS NULL
       OR (call.served_by IS NOT NULL OR EXISTS (SELECT 1 FROM answer WHERE answer.call_id = call.id)) = sqlc.narg(answered))
  AND (sqlc.narg(emergency)::boolean IS NULL OR emergency = sqlc.narg(emergency))
  AND (sqlc.narg(disposition)::text IS NULL OR disposition = sqlc.narg(disposition))
  AND call_is_of(call.id, sqlc.narg(queues)::text[], ARRAY[sqlc.narg(person)::text])
ORDER BY started_at DESC, id DESC
LIMIT sqlc.narg(count)::bigint;

-- name: CallIDsOfCaller :many
-- Apart, and his calls first: the newest of all are no way to one who has few.
WITH his AS MATERIALIZED (
    SELECT call.* FROM call
    WHERE left(call.caller_number, 32) = left(sqlc.arg(caller)::text, 32) AND call.caller_number = sqlc.arg(caller)::text
)
SELECT his.id FROM his
WHERE (sqlc.narg(company)::text IS NULL OR his.company = sqlc.narg(company))
  AND (sqlc.narg(did)::text IS NULL OR his.did = sqlc.narg(did))
  AND (sqlc.narg(agent)::text IS NULL
       OR EXISTS (SELECT 1 FROM answer WHERE answer.call_id = his.id AND answer.agent = sqlc.narg(agent)))
  AND (sqlc.narg(since)::timestamptz IS NULL OR his.started_at >= sqlc.narg(since))
  AND (sqlc.narg(until)::timestamptz IS NULL OR his.started_at < sqlc.narg(until))
  AND (sqlc.narg(ended)::boolean IS NULL OR (his.ended_at IS NOT NULL) = sqlc.narg(ended))
  AND (sqlc.narg(answered)::boolean IS NULL
       OR (his.served_by IS NOT NULL OR EXISTS (SELECT 1 FROM answer WHERE answer.call_id = his.id)) = sqlc.narg(answered))
  AND (sqlc.narg(queue)::text IS NULL
       OR EXISTS (SELECT 1 FROM queue_entry WHERE queue_entry.call_id = his.id AND queue_entry.queue = sqlc.narg(queue)))
  AND (sqlc.narg(emergency)::boolean IS NULL OR his.emergency = sqlc.narg(emergency))
  AND (sqlc.narg(disposition)::text IS NULL OR his.disposition = sqlc.narg(disposition))
  AND call_is_of(his.id, sqlc.narg(queues)::text[], ARRAY[sqlc.narg(person)::text])
ORDER BY his.started_at DESC, his.id DESC
LIMIT sqlc.narg(count)::bigint;

-- name: CallIDsOfAgent :many
-- Apart, so that they are read in the order of their index.
SELECT call.id FROM answer JOIN call ON call.id = answer.call_id
WHERE answer.agent = sqlc.arg(agent)::text
  AND answer.started_at >= coalesce(sqlc.narg(since)::timestamptz, '-infinity') -- so that the index begins and ends there
  AND answer.started_at < coalesce(sqlc.narg(until)::timestamptz, 'infinity')
  AND (sqlc.narg(company)::text IS NULL OR call.company = sqlc.narg(company))
  AND (sqlc.narg(did)::text IS NULL OR call.did = sqlc.narg(did))
  AND (sqlc.narg(ended)::boolean IS NULL OR (call.ended_at IS NOT NULL) = sqlc.narg(ended))
  AND (sqlc.narg(answered)::boolean IS NULL OR sqlc.narg(answered))
  AND (sqlc.narg(queue)::text IS NULL
       OR EXISTS (SELECT 1 FROM queue_entry WHERE queue_entry.call_id = call.id AND queue_entry.queue = sqlc.narg(queue)))
  AND (sqlc.narg(emergency)::boolean IS NULL OR call.emergency = sqlc.narg(emergency))
  AND (sqlc.narg(disposition)::text IS NULL OR call.disposition = sqlc.narg(disposition))
  AND call_is_of(call.id, sqlc.narg(queues)::text[], ARRAY[sqlc.narg(person)::text])
ORDER BY answer.started_at DESC, answer.call_id DESC
LIMIT sqlc.narg(count)::bigint;

-- name: CallIDsOfQueue :many
-- Apart, so that they are read in the order of their index; who came to the queue twice is there once.
SELECT call.id FROM (
    SELECT DISTINCT queue_entry.started_at, queue_entry.call_id FROM queue_entry
    WHERE queue_entry.queue = sqlc.arg(queue)::text
      AND (sqlc.narg(since)::timestamptz IS NULL OR queue_entry.started_at >= sqlc.narg(since))
      AND (sqlc.narg(until)::timestamptz IS NULL OR queue_entry.started_at < sqlc.narg(until))
    ORDER BY queue_entry.started_at DESC, queue_entry.call_id DESC
) waited JOIN call ON call.id = waited.call_id
WHERE (sqlc.narg(company)::text IS NULL OR call.company = sqlc.narg(company))
  AND (sqlc.narg(did)::text IS NULL OR call.did = sqlc.narg(did))
  AND (sqlc.narg(ended)::boolean IS NULL OR (call.ended_at IS NOT NULL) = sqlc.narg(ended))
  AND (sqlc.narg(answered)::boolean IS NULL
       OR (call.served_by IS NOT NULL OR EXISTS (SELECT 1 FROM answer WHERE answer.call_id = call.id)) = sqlc.narg(answered))
  AND (sqlc.narg(emergency)::boolean IS NULL OR call.emergency = sqlc.narg(emergency))
  AND (sqlc.narg(disposition)::text IS NULL OR call.disposition = sqlc.narg(disposition))
  AND call_is_of(call.id, sqlc.narg(queues)::text[], ARRAY[sqlc.narg(person)::text])
ORDER BY waited.started_at DESC, waited.call_id DESC
LIMIT sqlc.narg(count)::bigint;

-- name: CallsByID :many
SELECT * FROM call WHERE id = ANY (sqlc.arg(ids)::text[]);

-- name: AnswersByCall :many
SELECT * FROM answer WHERE call_id = ANY (sqlc.arg(ids)::text[]);

-- name: LegsByCall :many
SELECT * FROM leg WHERE call_id = ANY (sqlc.arg(ids)::text[])
ORDER BY call_id, started_at, role = 'caller' DESC, channel COLLATE "C";

-- name: OffersByCall :many
SELECT * FROM offer WHERE call_id = ANY (sqlc.arg(ids)::text[]) ORDER BY call_id, offer;

-- name: QueueEntriesByCall :many
SELECT * FROM queue_entry WHERE call_id = ANY (sqlc.arg(ids)::text[]) ORDER BY call_id, n;

-- name: HoldsByCall :many
SELECT * FROM hold WHERE call_id = ANY (sqlc.arg(ids)::text[]) ORDER BY call_id, n;

-- name: TransfersByCall :many
SELECT * FROM transfer WHERE call_id = ANY (sqlc.arg(ids)::text[]) ORDER BY call_id, n;

-- name: SupervisionsByCall :many
SELECT * FROM supervision WHERE call_id = ANY (sqlc.arg(ids)::text[]) ORDER BY call_id, n;

-- name: DialsByCall :many
SELECT * FROM dial WHERE call_id = ANY (sqlc.arg(ids)::text[]) ORDER BY call_id;

-- name: ConductByCall :many
SELECT * FROM conduct WHERE call_id = ANY (sqlc.arg(ids)::text[]) ORDER BY call_id;

-- name: PromptsByCall :many
SELECT * FROM prompt WHERE call_id = ANY (sqlc.arg(ids)::text[]) ORDER BY call_id, n;

-- name: StepsByCall :many
SELECT * FROM step WHERE call_id = ANY (sqlc.arg(ids)::text[]) ORDER BY call_id, n;

-- name: RecordingsByCall :many
SELECT * FROM recording WHERE call_id = ANY (sqlc.arg(ids)::text[]) ORDER BY call_id, began_at, name COLLATE "C";

-- name: SheetsByCall :many
SELECT * FROM sheet WHERE call_id = ANY (sqlc.arg(ids)::text[]) ORDER BY opened_at DESC, ticket_id DESC;

-- name: TicketsByCall :many
SELECT * FROM ticket WHERE calls && sqlc.arg(ids)::text[] ORDER BY opened_at, kind, id;

-- name: AmendmentsByCall :many
SELECT amendment.*, seal.hash, seal.prev_hash
FROM amendment LEFT JOIN seal ON seal.amendment_id = amendment.id
WHERE amendment.call_id = ANY (sqlc.arg(ids)::text[])
ORDER BY amendment.call_id, amendment.made_at, seal.n, amendment.id;

-- name: SealsByCall :many
SELECT call_id, prev_hash, hash FROM seal WHERE call_id = ANY (sqlc.arg(ids)::text[]) AND amendment_id IS NULL;
