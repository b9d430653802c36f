-- name: AddAttachment :exec
INSERT INTO attachment (sha256, body) VALUES (sqlc.arg(sha256), sqlc.arg(body)) ON CONFLICT (sha256) DO NOTHING;

-- name: Attachment :one
-- Where the ticket's call was erased, its act has no name: another ticket's file is not its.
SELECT (act.data ->> 'name')::text AS name, attachment.body FROM act JOIN attachment ON attachment.sha256 = act.data ->> 'sha256'
WHERE act.ticket_id = sqlc.arg(ticket_id) AND act.kind = 'ticket.attached' AND act.data ? 'name' AND attachment.sha256 = sqlc.arg(sha256)
ORDER BY act.n DESC LIMIT 1;
