-- Statements of an erasure. Those on closed records pass the guards once the table erasure
-- has the call.

-- name: AddErasure :exec
INSERT INTO erasure (call_id, amendment_id) VALUES (sqlc.arg(call_id), sqlc.arg(amendment_id));

-- name: ErasuresByCall :many
SELECT erasure.call_id, erasure.amendment_id, amendment.author, amendment.reason, amendment.body, amendment.made_at, seal.n
FROM erasure JOIN amendment ON amendment.id = erasure.amendment_id
LEFT JOIN seal ON seal.amendment_id = erasure.amendment_id
WHERE erasure.call_id = ANY (sqlc.arg(ids)::text[]);

-- name: EraseCall :exec
UPDATE call SET caller_number = '', caller_name = '' WHERE id = sqlc.arg(id);

-- name: EraseOffers :exec
UPDATE offer SET number = '' WHERE call_id = sqlc.arg(call_id);

-- name: EraseTransfers :exec
UPDATE transfer SET number = '', reason = '', sheet = NULL WHERE call_id = sqlc.arg(call_id);

-- name: EraseDial :exec
UPDATE dial SET matter = '' WHERE call_id = sqlc.arg(call_id);

-- name: EraseSteps :exec
UPDATE step SET detail = '' WHERE call_id = sqlc.arg(call_id) AND step IN ('data', 'lookup');

-- name: EraseAmendments :exec
-- Those before the erasure; what is found in recordings is not personal.
UPDATE amendment SET reason = 'erased', body = ''
FROM seal
WHERE amendment.call_id = sqlc.arg(call_id) AND seal.amendment_id = amendment.id AND seal.n < sqlc.arg(before)
  AND (seal.form = 2 OR NOT (amendment.author = 'system' AND amendment.reason IN ('recording checked', 'recording destroyed')));

-- name: EraseSecret :exec
DELETE FROM record_secret WHERE call_id = sqlc.arg(call_id);

-- name: EraseSheet :exec
UPDATE sheet SET said = '{}' WHERE call_id = sqlc.arg(call_id);

-- name: EraseTickets :exec
UPDATE ticket SET summary = '', place = '', phone = '', result = '' WHERE call_id = sqlc.arg(call_id);

-- name: EraseAttachments :exec
-- A file that another call's ticket has too is that one's still, unless that call was erased: its
-- act has no name then.
DELETE FROM attachment USING act
WHERE act.call_id = sqlc.arg(call_id) AND act.kind = 'ticket.attached' AND attachment.sha256 = act.data ->> 'sha256'
  AND NOT EXISTS (
      SELECT 1 FROM act other
      WHERE other.kind = 'ticket.attached' AND other.data ->> 'sha256' = attachment.sha256 AND other.call_id <> sqlc.arg(call_id) AND other.data ? 'name');

-- name: EraseActs :exec
-- What was done, when and by whom stays; what was said does not. A follow-up's acts are its first
-- ticket's call's, and speak of all its callers, who are of one household.
UPDATE act SET data = data - ARRAY['matter', 'said', 'text', 'reason', 'result', 'how', 'name', 'tickets', 'number', 'outcome', 'why']
WHERE act.call_id = sqlc.arg(call_id) OR act.follow_up_id = ANY (ARRAY( -- an array, so that each of the two has its index
    SELECT follow_up.id FROM follow_up
    WHERE follow_up.tickets && (SELECT coalesce(array_agg(ticket.id::text), '{}') FROM ticket WHERE ticket.call_id = sqlc.arg(call_id))));

-- name: EraseFollowUps :exec
-- One about several callers' tickets is of one household: nobody of it is called any more.
UPDATE follow_up
SET reach = '{}',
    said = said - 'numbers' || jsonb_build_object(
        'tickets', (SELECT jsonb_agg(t - 'number' - 'place') FROM jsonb_array_elements(said -> 'tickets') t),
        'attempts', (SELECT coalesce(jsonb_agg(a - 'number'), '[]') FROM jsonb_array_elements(coalesce(said -> 'attempts', '[]')) a))
        || CASE WHEN said ? 'outcome' THEN jsonb_build_object('outcome', (said -> 'outcome') - 'answers') ELSE '{}' END
WHERE tickets && (SELECT coalesce(array_agg(ticket.id::text), '{}') FROM ticket WHERE ticket.call_id = sqlc.arg(call_id));

-- name: EraseTranscript :exec
UPDATE transcript SET text = '' WHERE call_id = sqlc.arg(call_id);

-- name: EraseCallback :exec
UPDATE callback SET number = '' WHERE call_id = sqlc.arg(call_id);

-- name: EraseMessage :exec
UPDATE message SET caller = '', number = '', result = '' WHERE call_id = sqlc.arg(call_id);

-- name: EraseOrders :exec
UPDATE agent_order SET target = '', reason = '' WHERE call_id = sqlc.arg(call_id);

-- name: EraseDeliveries :exec
-- What was to be told outside of the call, and what was told.
DELETE FROM delivery
WHERE delivery.call_id = sqlc.arg(call_id) OR delivery.fact_id = ANY (ARRAY(
    SELECT act.fact_id FROM act WHERE act.follow_up_id = ANY (ARRAY(
        SELECT follow_up.id FROM follow_up
        WHERE follow_up.tickets && (SELECT coalesce(array_agg(ticket.id::text), '{}') FROM ticket WHERE ticket.call_id = sqlc.arg(call_id))))));

-- name: ErasedRecordings :many
SELECT r.call_id, r.name FROM erasure e JOIN recording r ON r.call_id = e.call_id
WHERE NOT EXISTS (SELECT 1 FROM recording_end d WHERE d.call_id = r.call_id AND d.name = r.name)
ORDER BY r.call_id, r.name
OFFSET sqlc.arg(skip)::bigint LIMIT sqlc.arg(count)::bigint;

-- name: EraseSurvey :exec
UPDATE survey_person SET number = '', remark = '' WHERE call_id = sqlc.arg(call_id);
