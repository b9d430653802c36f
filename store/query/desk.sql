-- What an agent's desk shows of his own day, and the notices that he is to confirm.

-- name: DeskDay :one
-- The same rows as reports count. A call counts for the day on which it began, an offer and wrap-up
-- for the day on which they were. His calls are also those of other companies whose lines lead to
-- the queues that he serves.
WITH mine AS (
    SELECT call.id FROM call
    WHERE call.started_at >= sqlc.arg(since)::timestamptz AND call.started_at < sqlc.arg(until)::timestamptz
), talk AS (
    SELECT leg.call_id, extract(epoch FROM coalesce(leg.ended_at, sqlc.arg(moment)::timestamptz) - leg.joined_at) * 1000 AS ms
    FROM mine JOIN leg ON leg.call_id = mine.id
    WHERE leg.role = 'agent' AND leg.agent = sqlc.arg(agent) AND leg.joined_at IS NOT NULL
)
SELECT (SELECT count(*) FROM mine JOIN answer ON answer.call_id = mine.id WHERE answer.agent = sqlc.arg(agent)) AS answered,
       (SELECT count(*) FROM mine JOIN answer ON answer.call_id = mine.id WHERE answer.agent = sqlc.arg(agent) AND answer.within_three_rings) AS within_three_rings,
       (SELECT count(*) FROM mine JOIN offer ON offer.call_id = mine.id WHERE offer.agent = sqlc.arg(agent) AND offer.result = sqlc.arg(missed)::text) AS missed,
       (SELECT coalesce(sum(talk.ms), 0)::bigint FROM talk) AS talk_ms,
       (SELECT count(DISTINCT talk.call_id) FROM talk) AS talks,
       (SELECT coalesce(sum(extract(epoch FROM coalesce(s.ended_at, sqlc.arg(moment)::timestamptz) - greatest(s.began_at, sqlc.arg(since)::timestamptz)) * 1000), 0)::bigint
        FROM agent_state s
        WHERE s.company = sqlc.arg(company) AND s.agent = sqlc.arg(agent) AND s.state = 'WrapUp' AND s.began_at < sqlc.arg(until)::timestamptz
          AND (s.ended_at IS NULL OR s.ended_at > sqlc.arg(since)::timestamptz)) AS wrap_ms,
       (SELECT count(*) FROM follow_up f
        WHERE f.company = sqlc.arg(company) AND f.agent = sqlc.arg(agent) AND f.ended_at IS NULL AND f.due_at < sqlc.arg(until)::timestamptz) AS callbacks_due,
       (SELECT count(*) FROM ticket t
        WHERE t.company = sqlc.arg(company) AND t.owner = sqlc.arg(agent) AND t.closed_at IS NULL) AS tickets_open;

-- name: AddNotice :one
INSERT INTO notice (id, company, queue, title, text, written_by) VALUES ($1, $2, $3, $4, $5, $6) RETURNING *;

-- name: Notices :many
-- Newest first; of the queues that are named, and of everybody. Of other companies those for the
-- queues that are named with their company, as in demo/service.
SELECT * FROM notice
WHERE (sqlc.narg(company)::text IS NULL OR company = sqlc.narg(company) OR queue <> '' AND company || '/' || queue = ANY (sqlc.narg(others)::text[]))
  AND (sqlc.narg(queues)::text[] IS NULL OR queue = '' OR queue = ANY (sqlc.narg(queues)::text[]))
  AND (sqlc.narg(id)::uuid IS NULL OR id = sqlc.narg(id))
  AND withdrawn_at IS NULL
ORDER BY written_at DESC, id LIMIT sqlc.arg(count);

-- name: NoticeConfirmations :many
SELECT notice_id, agent, confirmed_at FROM notice_confirmation WHERE notice_id = ANY (sqlc.arg(ids)::uuid[]) ORDER BY confirmed_at, agent;

-- name: ConfirmNotice :exec
INSERT INTO notice_confirmation (notice_id, agent) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: WithdrawNotice :execrows
UPDATE notice SET withdrawn_at = now(), withdrawn_by = sqlc.arg(by_person)::text
WHERE id = sqlc.arg(id) AND (sqlc.narg(company)::text IS NULL OR company = sqlc.narg(company)) AND withdrawn_at IS NULL;
