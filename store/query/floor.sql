-- name: Agents :many
SELECT now.company, now.agent, now.state, now.reason, now.call_id, now.began_at,
       coalesce(phone.reachable, false) AS reachable, coalesce(phone.endpoint, '') AS endpoint,
       (SELECT count(*) FROM answer JOIN call ON call.id = answer.call_id
        WHERE answer.agent = now.agent AND call.company = now.company
          AND answer.answered_at >= sqlc.arg(since)) AS answered
FROM agent_state AS now LEFT JOIN phone ON phone.company = now.company AND phone.agent = now.agent
WHERE now.ended_at IS NULL
  AND (sqlc.narg(company)::text IS NULL OR now.company = sqlc.narg(company))
ORDER BY now.company, now.agent;

-- name: AgentHistory :many
SELECT company, agent, state, reason, call_id, began_at, ended_at FROM agent_state
WHERE company = sqlc.arg(company) AND agent = sqlc.arg(agent) AND (ended_at IS NULL OR ended_at > sqlc.arg(since)::timestamptz)
ORDER BY began_at, id;

-- name: Queues :many
SELECT entry.company, entry.queue,
       count(*) FILTER (WHERE entry.left_at IS NULL) AS waiting,
       coalesce(min(entry.entered_at) FILTER (WHERE entry.left_at IS NULL), 'epoch')::timestamptz AS oldest_at,
       count(*) FILTER (WHERE entry.entered_at >= sqlc.arg(since)) AS entered,
       count(*) FILTER (WHERE entry.entered_at >= sqlc.arg(since) AND entry.result = 'answered') AS answered,
       count(*) FILTER (WHERE entry.entered_at >= sqlc.arg(since) AND entry.result = 'abandoned') AS abandoned,
       coalesce(avg(entry.wait_ms) FILTER (WHERE entry.entered_at >= sqlc.arg(since) AND entry.result = 'answered'), 0)::bigint AS mean_wait_ms,
       coalesce(max(entry.wait_ms) FILTER (WHERE entry.entered_at >= sqlc.arg(since)), 0)::bigint AS longest_wait_ms
FROM queue_entry AS entry
WHERE (entry.left_at IS NULL OR entry.entered_at >= sqlc.arg(since))
  AND (sqlc.narg(company)::text IS NULL OR entry.company = sqlc.narg(company))
GROUP BY entry.company, entry.queue
ORDER BY entry.company, entry.queue;
