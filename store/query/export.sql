-- name: TicketsAfter :many
SELECT sqlc.embed(ticket), call.did, call.caller_number
FROM ticket JOIN call ON call.id = ticket.call_id
WHERE (sqlc.narg(company)::text IS NULL OR ticket.company = sqlc.narg(company))
  AND (sqlc.narg(since)::timestamptz IS NULL OR ticket.opened_at >= sqlc.narg(since))
  AND (sqlc.narg(until)::timestamptz IS NULL OR ticket.opened_at < sqlc.narg(until))
  AND ticket.id > sqlc.arg(after)::uuid
ORDER BY ticket.id
LIMIT sqlc.arg(count)::bigint;
