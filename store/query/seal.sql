-- name: AddChains :exec
INSERT INTO chain (company, n, hash) SELECT unnest(sqlc.arg(companies)::text[]), 0, sqlc.arg(genesis)
ON CONFLICT (company) DO NOTHING;

-- name: LockChains :many
-- In order, so that two who add seals never wait for each other in a circle.
SELECT company, n, hash FROM chain WHERE company = ANY (sqlc.arg(companies)::text[]) ORDER BY company FOR UPDATE;

-- name: Chains :many
SELECT company, n, hash FROM chain
WHERE (sqlc.narg(company)::text IS NULL OR company = sqlc.narg(company)) ORDER BY company;

-- name: AddSeal :exec
INSERT INTO seal (company, n, call_id, amendment_id, prev_hash, hash, form, commitment)
VALUES (sqlc.arg(company), sqlc.arg(n), sqlc.arg(call_id), sqlc.narg(amendment_id), sqlc.arg(prev_hash), sqlc.arg(hash), sqlc.arg(form), sqlc.narg(commitment));

-- name: MoveChain :exec
UPDATE chain SET n = sqlc.arg(n), hash = sqlc.arg(hash) WHERE company = sqlc.arg(company);

-- name: AddAmendment :exec
INSERT INTO amendment (id, call_id, company, author, reason, body, made_at)
VALUES (sqlc.arg(id), sqlc.arg(call_id), sqlc.arg(company), sqlc.arg(author), sqlc.arg(reason), sqlc.arg(body), sqlc.arg(made_at));

-- name: Seals :many
SELECT n, call_id, amendment_id, prev_hash, hash, form, commitment FROM seal
WHERE company = sqlc.arg(company) AND n > sqlc.arg(after) ORDER BY n LIMIT sqlc.arg(count);

-- name: SealedCompanies :many
-- A chain's row may be gone, so its seals and calls name the company too.
SELECT company FROM chain UNION SELECT company FROM seal UNION SELECT company FROM call ORDER BY 1;

-- name: SealedSheets :many
-- The sheets of calls' tickets that were final once, with the acts that are sealed: the one that
-- closed it, then its amendments. The sheet itself may be gone.
SELECT ticket.call_id, its.facts::text[] AS facts, (sheet.ticket_id IS NOT NULL)::boolean AS there,
       coalesce(sheet.kind, '')::text AS kind, coalesce(sheet.version, 0)::integer AS version, coalesce(sheet.said, '{}')::jsonb AS said, sheet.closed_at
FROM ticket CROSS JOIN LATERAL (
    SELECT array_agg(act.fact_id ORDER BY act.n) AS facts FROM act
    WHERE act.ticket_id = ticket.id AND act.follow_up_id IS NULL
      AND (act.kind = 'ticket.amended' OR act.kind = 'ticket.filled' AND act.data @> '{"final": true}')
) its LEFT JOIN sheet ON sheet.ticket_id = ticket.id
WHERE ticket.calls && sqlc.arg(ids)::text[] AND ticket.call_id = ANY (sqlc.arg(ids)::text[]) AND its.facts IS NOT NULL;

-- name: UnsealedCalls :many
SELECT call.id FROM call LEFT JOIN seal ON seal.call_id = call.id AND seal.amendment_id IS NULL
WHERE call.company = sqlc.arg(company) AND call.ended_at IS NOT NULL AND seal.call_id IS NULL ORDER BY call.id;

-- name: UnsealedAmendments :many
SELECT amendment.id, amendment.call_id FROM amendment LEFT JOIN seal ON seal.amendment_id = amendment.id
WHERE amendment.company = sqlc.arg(company) AND seal.call_id IS NULL ORDER BY amendment.id;

-- name: UnsealedSheets :many
-- Final sheets that nobody has filled in.
SELECT sheet.call_id FROM sheet
WHERE sheet.company = sqlc.arg(company) AND sheet.closed_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM act WHERE act.ticket_id = sheet.ticket_id AND act.follow_up_id IS NULL AND act.kind = 'ticket.filled' AND act.data @> '{"final": true}')
ORDER BY sheet.call_id;

-- name: CallForAmendment :one
SELECT company, (ended_at IS NOT NULL)::boolean AS closed FROM call WHERE id = sqlc.arg(id);

-- name: AddSecret :exec
INSERT INTO record_secret (call_id, secret) VALUES (sqlc.arg(call_id), sqlc.arg(secret))
ON CONFLICT (call_id) DO NOTHING;

-- name: SecretsByCall :many
SELECT call_id, secret FROM record_secret WHERE call_id = ANY (sqlc.arg(ids)::text[]);

-- name: SealsOfCall :many
-- The call's own and those of its amendments, each found by an index.
SELECT seal.n, seal.call_id, seal.amendment_id, seal.prev_hash, seal.hash, seal.form, seal.commitment
FROM seal WHERE seal.call_id = sqlc.arg(id) AND seal.amendment_id IS NULL
UNION ALL
SELECT seal.n, seal.call_id, seal.amendment_id, seal.prev_hash, seal.hash, seal.form, seal.commitment
FROM amendment JOIN seal ON seal.amendment_id = amendment.id WHERE amendment.call_id = sqlc.arg(id)
ORDER BY n;

-- name: SealHashes :many
SELECT n, hash FROM seal WHERE company = sqlc.arg(company) AND n > sqlc.arg(after) ORDER BY n LIMIT sqlc.arg(count);

-- name: CountSeals :one
SELECT count(*) FROM seal WHERE company = sqlc.arg(company);
