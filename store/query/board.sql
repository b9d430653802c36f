-- name: Board :many
-- The inbound calls of a day of a company, from its first moment, since, up to the next day's,
-- until: all of them, as the queue without a name, and those that waited in each. A call is taken where a
-- person had it, or the hotline spoke to the caller; it is let go where the operator's rule
-- ended it. What is neither taken nor over, or joined nor over, is not decided yet.
WITH today AS (
    SELECT call.id, call.mode = 'direct' AS direct, call.emergency, call.abandoned, call.ended_at IS NOT NULL AS over,
           call.hung_up_by IS NOT DISTINCT FROM 'system' AS let_go,
           answer.call_id IS NOT NULL AS answered, coalesce(answer.within_three_rings, false) AS in_time,
           answer.call_id IS NOT NULL AND call.joined_at IS NULL AND call.ended_at IS NOT NULL AS unjoined,
           call.served_by IS NOT NULL AND answer.call_id IS NULL AS by_switch,
           call.joined_at IS NOT NULL OR call.served_by IS NOT NULL AS connected,
           answer.call_id IS NOT NULL OR call.served_by IS NOT NULL OR EXISTS (
               SELECT 1 FROM step WHERE step.call_id = call.id AND step.step IN ('greeting', 'flow', 'voicemail')
           ) AS taken
    FROM call LEFT JOIN answer ON answer.call_id = call.id
    WHERE call.company = sqlc.arg(company) AND call.started_at >= sqlc.arg(since)::timestamptz AND call.started_at < sqlc.arg(until)::timestamptz
      AND call.direction = 'inbound' AND call_is_of(call.id, sqlc.narg(queues)::text[], NULL::text[])
), wait AS (
    SELECT queue_entry.call_id, queue_entry.queue, coalesce(sum(queue_entry.wait_ms), 0) AS ms
    FROM today JOIN queue_entry ON queue_entry.call_id = today.id
    GROUP BY queue_entry.call_id, queue_entry.queue
), waited AS (
    SELECT wait.call_id, sum(wait.ms) AS ms FROM wait GROUP BY wait.call_id
), part AS (
    SELECT today.id, ''::text AS queue FROM today
    UNION ALL
    SELECT wait.call_id, wait.queue FROM wait WHERE sqlc.narg(queues)::text[] IS NULL OR wait.queue = ANY (sqlc.narg(queues)::text[])
)
SELECT part.queue::text AS queue, count(*) AS arrived,
       count(*) FILTER (WHERE today.answered OR today.by_switch) AS answered,
       count(*) FILTER (WHERE today.in_time) AS within_three_rings,
       count(*) FILTER (WHERE today.unjoined) AS left_unjoined,
       count(*) FILTER (WHERE today.by_switch) AS by_switch,
       count(*) FILTER (WHERE today.abandoned) AS abandoned,
       count(*) FILTER (WHERE today.emergency) AS emergency,
       count(*) FILTER (WHERE today.over AND NOT today.taken AND NOT today.let_go) AS unanswered,
       coalesce(max(waited.ms), 0)::bigint AS longest_wait_ms,
       count(*) FILTER (WHERE NOT today.direct AND today.taken) AS automatic,
       count(*) FILTER (WHERE NOT today.direct AND (today.taken OR today.over AND NOT today.let_go)) AS automatic_of,
       count(*) FILTER (WHERE NOT today.direct AND today.connected AND waited.call_id IS NOT NULL) AS to_person,
       count(*) FILTER (WHERE NOT today.direct AND (today.connected OR today.over) AND waited.call_id IS NOT NULL) AS to_person_of,
       count(*) FILTER (WHERE today.direct AND today.connected) AS person,
       count(*) FILTER (WHERE today.direct AND (today.connected OR today.over)) AS person_of,
       count(*) FILTER (WHERE today.answered) AS rung
FROM part JOIN today ON today.id = part.id LEFT JOIN waited ON waited.call_id = part.id
GROUP BY part.queue ORDER BY part.queue COLLATE "C";
