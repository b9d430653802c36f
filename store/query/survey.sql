-- Quarterly surveys (requirement F8).

-- name: LockSurvey :exec
-- Whoever draws a company's list waits for whoever does so for it.
SELECT pg_advisory_xact_lock(hashtextextended('survey/' || sqlc.arg(company)::text || '/' || sqlc.arg(quarter)::text, 0));

-- name: SurveyList :one
SELECT * FROM survey_list WHERE company = sqlc.arg(company) AND quarter = sqlc.arg(quarter);

-- name: SurveyLists :many
SELECT * FROM survey_list WHERE sqlc.narg(company)::text IS NULL OR company = sqlc.narg(company) ORDER BY quarter DESC, company;

-- name: DrawSurvey :many
-- Of who was answered, and of whose tickets were closed, each person once: a customer whatever
-- his number, with his last closed ticket, else his last call. Who is not to be called or asked
-- is left out. The seed alone decides who of the others is drawn, and in which order.
WITH spoke AS (
    SELECT call.caller_number AS number, call.id AS call_id, NULL::uuid AS ticket_id, ''::text AS kind, call.started_at AS spoke_at
    FROM call JOIN answer ON answer.call_id = call.id
    WHERE call.company = sqlc.arg(company) AND call.direction = 'inbound'
      AND call.started_at >= sqlc.arg(since)::timestamptz AND call.started_at < sqlc.arg(until)::timestamptz
    UNION ALL
    SELECT call.caller_number, call.id, ticket.id, ticket.kind, ticket.closed_at
    FROM ticket JOIN call ON call.id = ticket.call_id
    WHERE ticket.company = sqlc.arg(company) AND ticket.state = 'closed'
      AND ticket.closed_at >= sqlc.arg(since)::timestamptz AND ticket.closed_at < sqlc.arg(until)::timestamptz
), person AS (
    SELECT DISTINCT ON (coalesce(customer.id::text, spoke.number)) spoke.*, coalesce(customer.id::text, spoke.number) AS person,
           coalesce(customer.flags && ARRAY['do_not_call', 'no_survey'], false) AS spared
    FROM spoke
    LEFT JOIN customer_number ON customer_number.company = sqlc.arg(company) AND customer_number.number = spoke.number
    LEFT JOIN customer ON customer.id = customer_number.customer_id
    WHERE spoke.number ~ '^[+]?[0-9]{5,20}$'
    ORDER BY coalesce(customer.id::text, spoke.number), spoke.ticket_id IS NULL, spoke.spoke_at DESC, spoke.call_id, spoke.ticket_id
)
SELECT person.number, person.call_id, person.ticket_id, person.kind, person.spoke_at::timestamptz AS spoke_at, count(*) OVER () AS population
FROM person WHERE NOT person.spared
ORDER BY sha256(convert_to(sqlc.arg(seed)::text || '/' || person.person, 'UTF8')), person.person
LIMIT sqlc.arg(count)::bigint;

-- name: AddSurveyList :exec
INSERT INTO survey_list (company, quarter, seed, wanted, population, made_at, made_by)
VALUES (sqlc.arg(company), sqlc.arg(quarter), sqlc.arg(seed), sqlc.arg(wanted), sqlc.arg(population), sqlc.arg(at), sqlc.arg(by_person));

-- name: AddSurveyPerson :exec
INSERT INTO survey_person (company, quarter, n, number, call_id, ticket_id, kind, spoke_at)
VALUES (sqlc.arg(company), sqlc.arg(quarter), sqlc.arg(n), sqlc.arg(number), sqlc.arg(call_id), sqlc.narg(ticket_id), sqlc.arg(kind), sqlc.arg(spoke_at));

-- name: SurveyPeople :many
SELECT * FROM survey_person
WHERE company = sqlc.arg(company) AND quarter = sqlc.arg(quarter) AND (sqlc.narg(state)::text IS NULL OR state = sqlc.narg(state))
ORDER BY n;

-- name: AnswerSurvey :execrows
UPDATE survey_person SET state = sqlc.arg(state), score = sqlc.arg(score), remark = sqlc.arg(remark), asked_by = sqlc.arg(by_person), asked_at = sqlc.arg(at)::timestamptz
WHERE company = sqlc.arg(company) AND quarter = sqlc.arg(quarter) AND n = sqlc.arg(n);

-- name: SurveyRates :one
SELECT count(*) AS people, count(*) FILTER (WHERE state = 'answered') AS answered, count(*) FILTER (WHERE state = 'refused') AS refused,
       count(*) FILTER (WHERE state = 'missed') AS missed, count(*) FILTER (WHERE score >= 4) AS content,
       count(*) FILTER (WHERE score BETWEEN 1 AND 2) AS discontent, coalesce(sum(score), 0)::bigint AS points
FROM survey_person WHERE company = sqlc.arg(company) AND quarter = sqlc.arg(quarter);
