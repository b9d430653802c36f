-- name: KeepWebhook :one
-- One that was not there, had ended, or was another company's, begins now.
INSERT INTO webhook (name, company, began_at) VALUES (sqlc.arg(name), sqlc.arg(company), now())
ON CONFLICT (name) DO UPDATE
SET company = excluded.company, ended_at = NULL,
    began_at = CASE WHEN webhook.ended_at IS NULL AND webhook.company = excluded.company THEN webhook.began_at ELSE excluded.began_at END
RETURNING began_at;

-- name: EndWebhooks :exec
UPDATE webhook SET ended_at = now() WHERE ended_at IS NULL AND NOT name = ANY (sqlc.arg(kept)::text[]);

-- name: DropDeliveries :exec
-- Of webhooks that have ended, or are another company's by now.
UPDATE delivery SET state = 'dropped', ended_at = now()
WHERE state = 'waiting' AND NOT EXISTS (
    SELECT 1 FROM webhook WHERE webhook.name = delivery.webhook AND webhook.company = delivery.company AND webhook.ended_at IS NULL)
   OR state = 'failed' AND EXISTS (SELECT 1 FROM webhook WHERE webhook.name = delivery.webhook AND webhook.company <> delivery.company);

-- name: AddDeliveries :many
-- Answers those that are new.
INSERT INTO delivery (id, webhook, fact_id, kind, company, call_id, at, body, expires_at)
SELECT unnest(sqlc.arg(ids)::text[])::uuid, unnest(sqlc.arg(webhooks)::text[]), unnest(sqlc.arg(facts)::text[]), unnest(sqlc.arg(kinds)::text[]),
       unnest(sqlc.arg(companies)::text[]), unnest(sqlc.arg(calls)::text[]), unnest(sqlc.arg(ats)::timestamptz[]), unnest(sqlc.arg(bodies)::bytea[]),
       now() + sqlc.arg(tried_for_s)::bigint * interval '1 second'
ON CONFLICT (id) DO NOTHING
RETURNING id, webhook;

-- name: TakeDelivery :one
SELECT sqlc.embed(delivery), (extract(epoch FROM expires_at - now()) * 1000)::bigint AS left_ms
FROM delivery WHERE id = sqlc.arg(id);

-- name: TriedDelivery :exec
UPDATE delivery
SET state = sqlc.arg(state)::text, tries = tries + 1, tried_at = now(), error = sqlc.arg(error),
    ended_at = CASE WHEN sqlc.arg(state)::text = 'waiting' THEN NULL ELSE now() END
WHERE id = sqlc.arg(id) AND state = 'waiting';

-- name: RetryDeliveries :many
-- Those that were given up, or wait for another try, of a webhook that is there.
UPDATE delivery SET state = 'waiting', ended_at = NULL, expires_at = now() + sqlc.arg(tried_for_s)::bigint * interval '1 second', tries = 0
FROM webhook
WHERE (delivery.state = 'failed' OR delivery.state = 'waiting' AND delivery.tries > 0) AND delivery.webhook = sqlc.arg(webhook)
  AND webhook.name = delivery.webhook AND webhook.company = delivery.company AND webhook.ended_at IS NULL
  AND (sqlc.narg(id)::text IS NULL OR delivery.id::text = sqlc.narg(id))
RETURNING delivery.id;

-- name: Deliveries :many
SELECT id, webhook, fact_id, kind, company, call_id, at, state, tries, error, written_at, expires_at, tried_at, ended_at FROM delivery
WHERE (sqlc.narg(id)::text IS NULL OR id::text = sqlc.narg(id))
  AND (sqlc.narg(webhook)::text IS NULL OR webhook = sqlc.narg(webhook))
  AND (sqlc.narg(company)::text IS NULL OR company = sqlc.narg(company))
  AND (sqlc.narg(state)::text IS NULL OR state = sqlc.narg(state))
  AND call_is_of(call_id, sqlc.narg(queues)::text[], ARRAY[sqlc.narg(person)::text])
ORDER BY written_at DESC, id DESC
LIMIT sqlc.narg(count)::bigint;

-- name: Webhooks :many
SELECT w.name, w.company, w.began_at, w.ended_at,
       coalesce(d.waiting, 0)::bigint AS waiting, coalesce(d.refused, 0)::bigint AS refused, coalesce(d.refused_since, 'epoch')::timestamptz AS refused_since,
       coalesce(f.failed, 0)::bigint AS failed, coalesce(f.last_error, '')::text AS last_error, l.delivered_at
FROM webhook w
LEFT JOIN LATERAL (
    SELECT count(*) AS waiting, count(*) FILTER (WHERE tries > 0) AS refused,
           coalesce(min(written_at) FILTER (WHERE tries > 0), 'epoch')::timestamptz AS refused_since
    FROM delivery WHERE delivery.webhook = w.name AND state = 'waiting') d ON true
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = 'failed') AS failed, (array_agg(error ORDER BY tried_at DESC) FILTER (WHERE error <> ''))[1] AS last_error
    FROM delivery WHERE delivery.webhook = w.name AND state IN ('waiting', 'failed') AND tries > 0) f ON true
LEFT JOIN LATERAL (
    SELECT ended_at AS delivered_at FROM delivery
    WHERE delivery.webhook = w.name AND state = 'delivered' ORDER BY ended_at DESC LIMIT 1) l ON true
ORDER BY w.name;

-- name: ForgetDeliveries :execrows
DELETE FROM delivery
WHERE state IN ('delivered', 'dropped') AND ended_at < now() - sqlc.arg(done_for_s)::bigint * interval '1 second'
   OR state = 'failed' AND ended_at < now() - sqlc.arg(failed_for_s)::bigint * interval '1 second';
