-- Summaries of a day: from its first moment, since, up to the next day's, until. moment is the
-- one at which it is looked at: until, or now where the day is not over.

-- name: SummaryCalls :one
SELECT count(*) FILTER (WHERE call.direction = 'inbound') AS arrived,
       count(*) FILTER (WHERE call.direction = 'inbound' AND (answer.call_id IS NOT NULL OR call.served_by IS NOT NULL)) AS answered,
       count(*) FILTER (WHERE call.direction = 'inbound' AND answer.within_three_rings) AS within_three_rings,
       count(*) FILTER (WHERE call.direction = 'inbound' AND answer.call_id IS NOT NULL AND call.joined_at IS NULL AND call.ended_at IS NOT NULL) AS left_unjoined,
       count(*) FILTER (WHERE call.direction = 'inbound' AND call.served_by IS NOT NULL AND answer.call_id IS NULL) AS by_switch,
       count(*) FILTER (WHERE call.direction = 'inbound' AND call.abandoned) AS abandoned,
       count(*) FILTER (WHERE call.direction = 'inbound' AND call.emergency) AS emergency,
       coalesce(max(waited.ms), 0)::bigint AS longest_wait_ms,
       count(*) FILTER (WHERE call.direction <> 'inbound') AS dialled,
       count(*) FILTER (WHERE call.direction <> 'inbound' AND dial.reached_at IS NOT NULL) AS reached
FROM call LEFT JOIN answer ON answer.call_id = call.id LEFT JOIN dial ON dial.call_id = call.id
LEFT JOIN LATERAL (SELECT sum(queue_entry.wait_ms) AS ms FROM queue_entry WHERE queue_entry.call_id = call.id) waited ON true
WHERE call.company = sqlc.arg(company) AND call.started_at >= sqlc.arg(since)::timestamptz AND call.started_at < sqlc.arg(until)::timestamptz
  AND call_is_of(call.id, sqlc.narg(queues)::text[], sqlc.narg(agents)::text[]);

-- name: SummaryAgents :many
-- A sheet counts for the day of its call.
WITH today AS (
    SELECT call.id FROM call
    WHERE call.company = sqlc.arg(company) AND call.started_at >= sqlc.arg(since)::timestamptz AND call.started_at < sqlc.arg(until)::timestamptz
      AND call_is_of(call.id, sqlc.narg(queues)::text[], sqlc.narg(agents)::text[])
), part AS (
    SELECT answer.agent, 1 AS answered, 0 AS dialled, 0::numeric AS talk_ms, 0 AS final, 0 AS draft FROM today JOIN answer ON answer.call_id = today.id
    UNION ALL
    SELECT dial.agent, 0, 1, 0, 0, 0 FROM today JOIN dial ON dial.call_id = today.id
    UNION ALL
    SELECT leg.agent, 0, 0, extract(epoch FROM leg.ended_at - leg.joined_at) * 1000, 0, 0 FROM today JOIN leg ON leg.call_id = today.id
    WHERE leg.role = 'agent' AND leg.joined_at IS NOT NULL AND leg.ended_at IS NOT NULL
    UNION ALL
    SELECT sheet.agent, 0, 0, 0, (sheet.closed_at IS NOT NULL)::int, (sheet.closed_at IS NULL)::int FROM today JOIN sheet ON sheet.call_id = today.id
)
SELECT part.agent, sum(part.answered)::bigint AS answered, sum(part.dialled)::bigint AS dialled, sum(part.talk_ms)::bigint AS talk_ms,
       sum(part.final)::bigint AS final, sum(part.draft)::bigint AS draft
FROM part WHERE part.agent <> '' GROUP BY part.agent ORDER BY part.agent COLLATE "C";

-- name: SummaryRatings :many
-- A question that was asked with another scale counts beside itself.
SELECT rating.question, rating.best, count(*) AS answers, sum(rating.score)::bigint AS points, count(*) FILTER (WHERE rating.low) AS low
FROM rating JOIN call ON call.id = rating.call_id
WHERE call.company = sqlc.arg(company) AND call.started_at >= sqlc.arg(since)::timestamptz AND call.started_at < sqlc.arg(until)::timestamptz
  AND call_is_of(call.id, sqlc.narg(queues)::text[], sqlc.narg(agents)::text[])
GROUP BY rating.question, rating.best ORDER BY rating.question COLLATE "C", rating.best;

-- name: SummaryKinds :many
-- A ticket counts for its kind as it is now, and once for the day, however often it was closed.
-- Only of those that were opened again has the history to be asked.
WITH reopened AS (
    SELECT act.ticket_id AS id FROM act WHERE act.company = sqlc.arg(company) AND act.kind = 'ticket.reopened'
), ended AS (
    SELECT act.ticket_id AS id FROM act
    WHERE act.company = sqlc.arg(company) AND act.kind IN ('ticket.closed', 'ticket.merged')
      AND act.at >= sqlc.arg(since)::timestamptz AND act.at < sqlc.arg(until)::timestamptz
    UNION
    SELECT ticket.id FROM message JOIN ticket ON ticket.call_id = message.call_id AND ticket.company = message.company AND ticket.kind = 'voicemail'
    WHERE message.company = sqlc.arg(company) AND message.closed AND message.finished_at >= sqlc.arg(since)::timestamptz AND message.finished_at < sqlc.arg(until)::timestamptz
), told AS (
    SELECT ticket.id, 1 AS opened, 0 AS closed, 0 AS open, 0 AS overdue FROM ticket
    WHERE ticket.company = sqlc.arg(company) AND ticket.opened_at >= sqlc.arg(since)::timestamptz AND ticket.opened_at < sqlc.arg(until)::timestamptz
    UNION ALL
    SELECT ended.id, 0, 1, 0, 0 FROM ended
    UNION ALL
    SELECT ticket.id, 0, 0, 1, coalesce(ticket.due_at <= sqlc.arg(moment)::timestamptz, false)::int FROM ticket
    WHERE ticket.company = sqlc.arg(company)
      AND tstzrange(least(ticket.opened_at, ticket.closed_at), ticket.closed_at, '(]') @> sqlc.arg(until)::timestamptz
      AND (ticket.id NOT IN (SELECT reopened.id FROM reopened) OR NOT ticket_was_over(ticket.id, sqlc.arg(until)::timestamptz))
)
SELECT ticket.kind, sum(told.opened)::bigint AS opened, sum(told.closed)::bigint AS closed, sum(told.open)::bigint AS open, sum(told.overdue)::bigint AS overdue
FROM told JOIN ticket ON ticket.id = told.id
WHERE call_is_of(ticket.call_id, sqlc.narg(queues)::text[], sqlc.narg(agents)::text[])
  AND (sqlc.narg(department)::text IS NULL OR ticket.department = sqlc.narg(department))
GROUP BY ticket.kind ORDER BY ticket.kind;

-- name: SummaryDepartments :many
-- Who has finished is who had it before. What a department holds is read from the index alone,
-- and of what was done on the day only the few tickets that it was done to.
WITH done AS (
    SELECT act.ticket_id AS id, act.data->>'department' AS department, 1 AS forwarded, 0 AS finished FROM act
    WHERE act.company = sqlc.arg(company) AND act.kind = 'ticket.forwarded' AND act.at >= sqlc.arg(since)::timestamptz AND act.at < sqlc.arg(until)::timestamptz
    UNION ALL
    SELECT act.ticket_id, (
        SELECT f.data->>'department' FROM act f
        WHERE f.ticket_id = act.ticket_id AND f.follow_up_id IS NULL AND f.kind = 'ticket.forwarded' AND f.n < act.n ORDER BY f.n DESC LIMIT 1
    ), 0, 1 FROM act
    WHERE act.company = sqlc.arg(company) AND act.kind = 'ticket.finished' AND act.at >= sqlc.arg(since)::timestamptz AND act.at < sqlc.arg(until)::timestamptz
), told AS (
    SELECT done.department, sum(done.forwarded) AS forwarded, sum(done.finished) AS finished, 0::bigint AS held, 0::bigint AS overdue
    FROM done CROSS JOIN LATERAL (SELECT ticket.call_id FROM ticket WHERE ticket.id = done.id LIMIT 1) its
    WHERE call_is_of(its.call_id, sqlc.narg(queues)::text[], sqlc.narg(agents)::text[])
    GROUP BY done.department
    UNION ALL
    SELECT ticket.department, 0, 0, count(*), count(*) FILTER (WHERE ticket.overdue) FROM ticket
    WHERE ticket.company = sqlc.arg(company) AND ticket.state = 'forwarded'
      AND call_is_of(ticket.call_id, sqlc.narg(queues)::text[], sqlc.narg(agents)::text[])
    GROUP BY ticket.department
)
SELECT told.department::text AS department, sum(told.forwarded)::bigint AS forwarded, sum(told.finished)::bigint AS finished,
       sum(told.held)::bigint AS held, sum(told.overdue)::bigint AS overdue
FROM told
WHERE told.department <> '' AND (sqlc.narg(department)::text IS NULL OR told.department = sqlc.narg(department))
GROUP BY told.department ORDER BY told.department COLLATE "C";

-- name: SummaryImportant :many
-- Those that were there on the day, and those of whom a caller said on it that he is
-- dissatisfied.
WITH reopened AS (
    SELECT act.ticket_id AS id FROM act WHERE act.company = sqlc.arg(company) AND act.kind = 'ticket.reopened'
), unhappy AS (
    SELECT DISTINCT said.id::uuid AS id FROM act, jsonb_array_elements_text(act.data->'tickets') AS said (id)
    WHERE act.company = sqlc.arg(company) AND act.kind = 'follow_up.dissatisfied'
      AND act.at >= sqlc.arg(since)::timestamptz AND act.at < sqlc.arg(until)::timestamptz
), noted AS (
    SELECT unhappy.id FROM unhappy
    UNION
    SELECT ticket.id FROM ticket
    WHERE ticket.company = sqlc.arg(company) AND (ticket.important OR ticket.kind = 'emergency' OR ticket.kind = 'complaint' AND ticket.level > 0)
      AND ticket.opened_at < sqlc.arg(until)::timestamptz AND (ticket.closed_at IS NULL OR ticket.closed_at >= sqlc.arg(since)::timestamptz)
      AND (ticket.id NOT IN (SELECT reopened.id FROM reopened) OR NOT ticket_was_over(ticket.id, sqlc.arg(since)::timestamptz))
)
SELECT sqlc.embed(ticket), (unhappy.id IS NOT NULL)::boolean AS dissatisfied
FROM noted JOIN ticket ON ticket.id = noted.id LEFT JOIN unhappy ON unhappy.id = noted.id
WHERE ticket.company = sqlc.arg(company) AND call_is_of(ticket.call_id, sqlc.narg(queues)::text[], sqlc.narg(agents)::text[])
  AND (sqlc.narg(department)::text IS NULL OR ticket.department = sqlc.narg(department))
ORDER BY ticket.opened_at DESC, ticket.id DESC LIMIT sqlc.arg(count);

-- name: SummaryAmendments :many
-- Those by people. A final sheet joins the chain as one, too, and is none.
SELECT amendment.* FROM amendment
WHERE amendment.company = sqlc.arg(company) AND amendment.made_at >= sqlc.arg(since)::timestamptz AND amendment.made_at < sqlc.arg(until)::timestamptz
  AND amendment.author <> sqlc.arg(not_by)::text AND amendment.reason <> sqlc.arg(not_for)::text AND call_is_of(amendment.call_id, sqlc.narg(queues)::text[], sqlc.narg(agents)::text[])
  AND (sqlc.narg(department)::text IS NULL
       OR EXISTS (SELECT 1 FROM ticket WHERE ticket.calls @> ARRAY[amendment.call_id] AND ticket.department = sqlc.narg(department)))
ORDER BY amendment.made_at DESC, amendment.id LIMIT sqlc.arg(count);

-- name: SummaryFollowUps :many
SELECT act.kind, count(*) AS count FROM act JOIN ticket ON ticket.id = act.ticket_id
WHERE act.company = sqlc.arg(company)
  AND act.kind IN ('follow_up.planned', 'follow_up.done', 'follow_up.missed', 'follow_up.failed', 'follow_up.dissatisfied')
  AND act.at >= sqlc.arg(since)::timestamptz AND act.at < sqlc.arg(until)::timestamptz
  AND call_is_of(ticket.call_id, sqlc.narg(queues)::text[], sqlc.narg(agents)::text[])
  AND (sqlc.narg(department)::text IS NULL OR ticket.department = sqlc.narg(department))
GROUP BY act.kind;

-- name: SummaryOwed :one
-- Callbacks that were to be made when the day ended.
WITH owed AS (
    SELECT follow_up.due_at, follow_up.tickets FROM follow_up
    WHERE follow_up.company = sqlc.arg(company) AND follow_up.planned_at < sqlc.arg(until)::timestamptz AND follow_up.ended_at IS NULL
    UNION ALL -- apart, so that each has its index
    SELECT follow_up.due_at, follow_up.tickets FROM follow_up
    WHERE follow_up.company = sqlc.arg(company) AND follow_up.planned_at < sqlc.arg(until)::timestamptz AND follow_up.ended_at >= sqlc.arg(until)::timestamptz
)
SELECT count(*) AS owed, count(*) FILTER (WHERE owed.due_at <= sqlc.arg(moment)::timestamptz) AS overdue
FROM owed
WHERE sqlc.narg(queues)::text[] IS NULL AND sqlc.narg(department)::text IS NULL OR EXISTS (
    SELECT 1 FROM ticket
    WHERE ticket.id = owed.tickets[1]::uuid AND call_is_of(ticket.call_id, sqlc.narg(queues)::text[], sqlc.narg(agents)::text[])
      AND (sqlc.narg(department)::text IS NULL OR ticket.department = sqlc.narg(department)));

-- name: SummaryPromised :one
-- Calls that a queue has promised.
SELECT count(*) FILTER (WHERE asked_at >= sqlc.arg(since)::timestamptz) AS asked,
       count(*) FILTER (WHERE ended_at >= sqlc.arg(since)::timestamptz AND ended_at < sqlc.arg(until)::timestamptz AND result = 'reached') AS reached,
       count(*) FILTER (WHERE ended_at >= sqlc.arg(since)::timestamptz AND ended_at < sqlc.arg(until)::timestamptz AND result IN ('failed', 'expired')) AS missed,
       count(*) FILTER (WHERE ended_at IS NULL OR ended_at >= sqlc.arg(until)::timestamptz) AS owed
FROM callback
WHERE company = sqlc.arg(company) AND asked_at < sqlc.arg(until)::timestamptz AND (asked_at >= sqlc.arg(since)::timestamptz OR ended_at IS NULL OR ended_at >= sqlc.arg(since)::timestamptz)
  AND (sqlc.narg(queues)::text[] IS NULL OR queue = ANY (sqlc.narg(queues)::text[]));

-- name: SummaryMessages :one
SELECT count(*) FILTER (WHERE left_at >= sqlc.arg(since)::timestamptz) AS arrived,
       count(*) FILTER (WHERE coalesce(taken_at, finished_at) IS NULL OR coalesce(taken_at, finished_at) >= sqlc.arg(until)::timestamptz) AS untaken
FROM message
WHERE company = sqlc.arg(company) AND left_at < sqlc.arg(until)::timestamptz
  AND (sqlc.narg(queues)::text[] IS NULL OR box = ANY (sqlc.narg(queues)::text[]));
