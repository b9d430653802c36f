-- name: TicketsAfter :many
SELECT sqlc.embed(ticket), call.did, call.caller_number
FROM ticket JOIN call ON call.id = ticket.call_id
WHERE (sqlc.narg(company)::text IS NULL OR ticket.company = sqlc.narg(company))
  AND (sqlc.narg(since)::timestamptz IS NULL OR ticket.opened_at >= sqlc.narg(since))
  AND (sqlc.narg(until)::timestamptz IS NULL OR ticket.opened_at < sqlc.narg(until))
  AND ticket.id > sqlc.arg(after)::uuid
  AND (sqlc.narg(queues)::text[] IS NULL OR ticket.owner = sqlc.narg(person)::text
       OR EXISTS (SELECT 1 FROM unnest(ticket.calls) AS one (id) WHERE call_is_of(one.id, sqlc.narg(queues)::text[], ARRAY[sqlc.narg(person)::text])))
ORDER BY ticket.id
LIMIT sqlc.arg(count)::bigint;
