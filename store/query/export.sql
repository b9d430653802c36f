-- name: TicketsAfter :many
SELECT ticket.id, ticket.company, ticket.kind, ticket.state, ticket.owner, ticket.call_id, ticket.opened_at, ticket.due_at, ticket.closed_at,
       call.did, call.caller_number
FROM ticket JOIN call ON call.id = ticket.call_id
WHERE (sqlc.narg(company)::text IS NULL OR ticket.company = sqlc.narg(company))
  AND (sqlc.narg(since)::timestamptz IS NULL OR ticket.opened_at >= sqlc.narg(since))
  AND (sqlc.narg(until)::timestamptz IS NULL OR ticket.opened_at < sqlc.narg(until))
  AND ticket.id > sqlc.arg(after)::uuid
ORDER BY ticket.id
LIMIT sqlc.arg(count)::bigint;
