-- name: AddCustomer :exec
INSERT INTO customer (id, company, name, address, account, flags, note, created_at, changed_at)
VALUES (sqlc.arg(id), sqlc.arg(company), sqlc.arg(name), sqlc.arg(address), sqlc.arg(account), sqlc.arg(flags)::text[], sqlc.arg(note),
        sqlc.arg(at)::timestamptz, sqlc.arg(at)::timestamptz);

-- name: AddCustomerNumbers :exec
INSERT INTO customer_number (company, number, customer_id, n)
SELECT sqlc.arg(company), unnest(sqlc.arg(numbers)::text[]), sqlc.arg(customer_id)::uuid, generate_series(1, cardinality(sqlc.arg(numbers)::text[]));

-- name: RemoveCustomerNumbers :exec
DELETE FROM customer_number WHERE customer_id = sqlc.arg(customer_id);

-- name: AddCustomerChange :exec
INSERT INTO customer_change (customer_id, version, company, at, by_person, what, why, other_id, card)
VALUES (sqlc.arg(customer_id), sqlc.arg(version), sqlc.arg(company), sqlc.arg(at), sqlc.arg(by_person), sqlc.arg(what), sqlc.arg(why),
        sqlc.narg(other_id), sqlc.arg(card));

-- name: LockCustomers :many
-- In the order of their ids, so that two merges never wait for each other.
SELECT sqlc.embed(customer),
       ARRAY(SELECT number FROM customer_number WHERE customer_number.customer_id = customer.id ORDER BY n)::text[] AS numbers
FROM customer WHERE customer.id = ANY (sqlc.arg(ids)::uuid[]) ORDER BY customer.id FOR UPDATE OF customer;

-- name: ChangeCustomer :exec
UPDATE customer SET name = sqlc.arg(name), address = sqlc.arg(address), account = sqlc.arg(account), flags = sqlc.arg(flags)::text[],
       note = sqlc.arg(note), version = sqlc.arg(version), changed_at = sqlc.arg(at)
WHERE id = sqlc.arg(id);

-- name: MergeCustomer :exec
-- Those who were merged into him before lead on as well.
UPDATE customer SET merged_into = sqlc.arg(merged_into)::uuid, changed_at = sqlc.arg(at),
       version = CASE WHEN id = sqlc.arg(id)::uuid THEN version + 1 ELSE version END
WHERE id = sqlc.arg(id)::uuid OR merged_into = sqlc.arg(id)::uuid;

-- name: CustomerByID :one
SELECT sqlc.embed(customer),
       ARRAY(SELECT number FROM customer_number WHERE customer_number.customer_id = customer.id ORDER BY n)::text[] AS numbers
FROM customer AS asked JOIN customer ON customer.id = coalesce(asked.merged_into, asked.id)
WHERE asked.id = sqlc.arg(id);

-- name: CustomerByNumber :one
SELECT sqlc.embed(customer),
       ARRAY(SELECT number FROM customer_number WHERE customer_number.customer_id = customer.id ORDER BY n)::text[] AS numbers
FROM customer_number AS asked JOIN customer ON customer.id = asked.customer_id
WHERE asked.company = sqlc.arg(company) AND asked.number = sqlc.arg(number);

-- name: CustomersOfNumbers :many
SELECT number, customer_id FROM customer_number WHERE company = sqlc.arg(company) AND number = ANY (sqlc.arg(numbers)::text[]);

-- name: Customers :many
SELECT sqlc.embed(customer),
       ARRAY(SELECT number FROM customer_number WHERE customer_number.customer_id = customer.id ORDER BY n)::text[] AS numbers
FROM customer
WHERE customer.merged_into IS NULL
  AND (sqlc.narg(company)::text IS NULL OR customer.company = sqlc.narg(company))
  AND (sqlc.narg(after)::uuid IS NULL OR customer.id > sqlc.narg(after))
  AND (sqlc.narg(account)::text IS NULL OR (customer.account = sqlc.narg(account) AND customer.account <> ''))
  AND (sqlc.narg(number)::text IS NULL
       OR customer.id = ANY (ARRAY(SELECT customer_id FROM customer_number
                                   WHERE customer_number.number = sqlc.narg(number)
                                     AND (sqlc.narg(company)::text IS NULL OR customer_number.company = sqlc.narg(company)))))
  AND (sqlc.narg(flag)::text IS NULL OR (customer.flags @> ARRAY[sqlc.narg(flag)] AND customer.flags <> '{}'))
  AND (sqlc.narg(name)::text IS NULL
       OR (pairs(customer.name) @> pairs(sqlc.narg(name)) AND position(searched(sqlc.narg(name)) IN searched(customer.name)) > 0))
  AND (sqlc.narg(address)::text IS NULL
       OR (pairs(customer.address) @> pairs(sqlc.narg(address)) AND position(searched(sqlc.narg(address)) IN searched(customer.address)) > 0))
ORDER BY customer.id
LIMIT sqlc.arg(count)::bigint;

-- name: MergedCustomers :many
SELECT id FROM customer WHERE merged_into = sqlc.arg(id)::uuid ORDER BY id;

-- name: CustomerChanges :many
-- His own, and those of whom he turned out to be.
SELECT customer_change.* FROM customer_change JOIN customer ON customer.id = customer_change.customer_id
WHERE customer.id = sqlc.arg(id)::uuid OR customer.merged_into = sqlc.arg(id)::uuid
ORDER BY customer_change.at, customer_change.customer_id, customer_change.version;

-- name: CallsOfNumbers :many
SELECT call.id, call.did, call.direction, call.emergency, call.started_at, call.ended_at, call.disposition, call.abandoned,
       answer.agent, answer.answered_at
FROM call LEFT JOIN answer ON answer.call_id = call.id
WHERE call.company = sqlc.arg(company)
  AND left(call.caller_number, 32) = ANY (sqlc.arg(numbers)::text[]) AND call.caller_number = ANY (sqlc.arg(numbers)::text[])
  AND call_is_of(call.id, sqlc.narg(queues)::text[], ARRAY[sqlc.narg(person)::text])
ORDER BY call.started_at DESC, call.id DESC
LIMIT sqlc.arg(count)::bigint;

-- name: OpenTicketsOfNumbers :many
SELECT sqlc.embed(ticket), call.did, call.caller_number
FROM call JOIN ticket ON ticket.call_id = call.id
WHERE call.company = sqlc.arg(company) AND ticket.state NOT IN ('closed', 'merged')
  AND left(call.caller_number, 32) = ANY (sqlc.arg(numbers)::text[]) AND call.caller_number = ANY (sqlc.arg(numbers)::text[])
  AND (sqlc.narg(queues)::text[] IS NULL OR ticket.owner = sqlc.narg(person)::text
       OR EXISTS (SELECT 1 FROM unnest(ticket.calls) AS one (id) WHERE call_is_of(one.id, sqlc.narg(queues)::text[], ARRAY[sqlc.narg(person)::text])))
ORDER BY ticket.opened_at DESC, ticket.id DESC
LIMIT sqlc.arg(count)::bigint;

-- name: HasServed :one
-- Whether an agent has, or had, a caller with one of the numbers at his phone.
SELECT EXISTS (
    SELECT 1 FROM call JOIN leg ON leg.call_id = call.id AND leg.agent = sqlc.arg(agent)
    WHERE call.company = sqlc.arg(company)
      AND left(call.caller_number, 32) = ANY (sqlc.arg(numbers)::text[]) AND call.caller_number = ANY (sqlc.arg(numbers)::text[])
      AND (leg.answered_at IS NOT NULL OR leg.ended_at IS NULL))::boolean AS served;

-- name: PlanEachTime :exec
-- A search is planned with what is searched for: a plan for any text would read all rows.
SELECT set_config('plan_cache_mode', 'force_custom_plan', true);
