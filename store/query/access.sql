-- name: AddAccess :exec
INSERT INTO access (person, role, company, what, ids, reason, source)
VALUES (sqlc.arg(person), sqlc.arg(role), sqlc.arg(company), sqlc.arg(what), sqlc.arg(ids)::text[], sqlc.arg(reason), sqlc.arg(source));

-- name: Accesses :many
SELECT * FROM access
WHERE (sqlc.narg(company)::text IS NULL OR company = sqlc.narg(company))
  AND (sqlc.narg(person)::text IS NULL OR person = sqlc.narg(person))
  AND (sqlc.narg(of)::text IS NULL OR ids @> ARRAY[sqlc.narg(of)])
  AND (sqlc.narg(since)::timestamptz IS NULL OR at >= sqlc.narg(since))
  AND (sqlc.narg(until)::timestamptz IS NULL OR at < sqlc.narg(until))
  AND (sqlc.narg(before)::bigint IS NULL OR id < sqlc.narg(before))
ORDER BY id DESC
LIMIT sqlc.arg(count)::bigint;
