-- name: BeginSurvey :exec
INSERT INTO survey (call_id, agent, by_role, ordered, began_at)
VALUES (sqlc.arg(call_id), sqlc.arg(agent), sqlc.arg(by_role), sqlc.arg(ordered), sqlc.arg(at))
ON CONFLICT (call_id) DO UPDATE
SET agent = excluded.agent, by_role = excluded.by_role, ordered = excluded.ordered, began_at = excluded.began_at, ended_at = NULL, result = NULL
WHERE survey.result = 'undone';

-- name: EndSurvey :exec
UPDATE survey SET ended_at = sqlc.arg(at)::timestamptz, result = sqlc.arg(result)::text WHERE call_id = sqlc.arg(call_id) AND ended_at IS NULL;

-- name: ResumeTalk :exec
-- Nobody has ended the talk after all.
UPDATE call SET hung_up_at = NULL, hung_up_by = NULL, early_hang_up = false WHERE id = sqlc.arg(id);

-- name: Rate :exec
INSERT INTO rating (call_id, n, agent, question, key, score, best, low, rated_at)
VALUES (sqlc.arg(call_id), sqlc.arg(n), sqlc.arg(agent), sqlc.arg(question), sqlc.arg(key), sqlc.arg(score), sqlc.arg(best), sqlc.arg(low), sqlc.arg(at))
ON CONFLICT (call_id, n) DO NOTHING;

-- name: OpenRated :exec
-- Who is not satisfied complains. The ticket and its fact are made together or not at all.
WITH opened AS (
    INSERT INTO ticket (id, company, kind, state, call_id, calls, summary, opened_at, changed_at)
    VALUES (sqlc.arg(id), sqlc.arg(company), 'complaint', 'open', sqlc.arg(call_id), ARRAY[sqlc.arg(call_id)::text], sqlc.arg(summary), sqlc.arg(at), sqlc.arg(at))
    ON CONFLICT DO NOTHING
    RETURNING *
)
INSERT INTO act (fact_id, at, kind, company, call_id, ticket_id, data)
SELECT 'ticket.opened.' || opened.id, opened.opened_at, 'ticket.opened', opened.company, opened.call_id, opened.id,
       jsonb_build_object('company', opened.company, 'call', opened.call_id, 'kind', opened.kind, 'state', opened.state,
                          'matter', jsonb_build_object('summary', opened.summary))
FROM opened;

-- name: SurveysByCall :many
SELECT * FROM survey WHERE call_id = ANY (sqlc.arg(ids)::text[]) ORDER BY call_id;

-- name: RatingsByCall :many
SELECT * FROM rating WHERE call_id = ANY (sqlc.arg(ids)::text[]) ORDER BY call_id, n;
