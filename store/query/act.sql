-- name: AddAct :exec
INSERT INTO act (fact_id, at, kind, company, call_id, agent, ticket_id, follow_up_id, n, by_person, data, seq)
VALUES (sqlc.arg(fact_id), sqlc.arg(at), sqlc.arg(kind), sqlc.arg(company), sqlc.arg(call_id), sqlc.arg(agent), sqlc.arg(ticket_id), sqlc.narg(follow_up_id), sqlc.arg(n), sqlc.arg(by_person), sqlc.arg(data), sqlc.narg(seq));

-- name: Acts :many
SELECT * FROM act WHERE ticket_id = sqlc.arg(ticket_id) AND follow_up_id IS NULL ORDER BY n;

-- name: FollowUpActs :many
SELECT * FROM act WHERE follow_up_id = sqlc.arg(id)::uuid ORDER BY n;

-- name: KnownActs :many
SELECT fact_id FROM act WHERE fact_id = ANY (sqlc.arg(ids)::text[]);

-- name: LastAct :one
-- The number of the last act that has one. Whoever numbers waits for whoever does.
SELECT last FROM counter WHERE name = 'outbox' FOR UPDATE;

-- name: GivenActs :one
-- LastAct without waiting.
SELECT last FROM counter WHERE name = 'outbox';

-- name: PassActs :exec
-- Numbers up to this one are in use, by acts that nobody reads any more.
UPDATE counter SET last = greatest(last, sqlc.arg(last)::bigint) WHERE name = 'outbox';

-- name: SomeUnnumbered :one
SELECT EXISTS (SELECT 1 FROM act WHERE seq IS NULL);

-- name: NumberActs :execrows
-- Numbers what was done, in the order in which it was: the acts of a ticket, and of a follow-up, in
-- their own, also where one was told of late and says when it was.
WITH ordered AS (
    SELECT fact_id, ticket_id, follow_up_id, n, max(at) OVER (PARTITION BY coalesce(follow_up_id, ticket_id) ORDER BY n) AS told
    FROM act WHERE seq IS NULL
), next AS (
    SELECT fact_id, row_number() OVER (ORDER BY told, ticket_id, follow_up_id NULLS FIRST, n) AS k FROM ordered
    ORDER BY told, ticket_id, follow_up_id NULLS FIRST, n LIMIT sqlc.arg(count)
), counted AS (
    UPDATE counter SET last = last + (SELECT count(*) FROM next) WHERE name = 'outbox' RETURNING last
)
UPDATE act SET seq = counted.last - (SELECT count(*) FROM next) + next.k FROM next, counted WHERE act.fact_id = next.fact_id;

-- name: ReadActs :exec
-- Acts that were read in the journal have the numbers that they have there.
WITH told AS (SELECT unnest(sqlc.arg(ids)::text[]) AS fact_id, unnest(sqlc.arg(seqs)::bigint[]) AS seq),
counted AS (UPDATE counter SET last = greatest(last, (SELECT max(seq) FROM told)) WHERE name = 'outbox')
UPDATE act SET seq = told.seq FROM told WHERE act.fact_id = told.fact_id AND act.seq IS DISTINCT FROM told.seq;

-- name: ActsAfter :many
SELECT * FROM act WHERE seq > sqlc.arg(after)::bigint ORDER BY seq LIMIT sqlc.arg(count);
