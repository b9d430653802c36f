-- Customers: who calls, as a company knows him; and who has looked (requirement H2).

-- +goose Up
CREATE TABLE customer (
    -- UUID version 7: in the order in which they were made.
    id          uuid        PRIMARY KEY,
    company     text        NOT NULL,
    name        text        NOT NULL DEFAULT '',
    address     text        NOT NULL DEFAULT '',
    account     text        NOT NULL DEFAULT '',
    flags       text[]      NOT NULL DEFAULT '{}',
    note        text        NOT NULL DEFAULT '',
    -- Rises with every change: who changes says which one he has read.
    version     bigint      NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    changed_at  timestamptz NOT NULL,
    -- The customer that this one turned out to be; his id leads there for ever. It names the
    -- last of a row of merges, never one between.
    merged_into uuid        REFERENCES customer (id),
    CONSTRAINT customer_company_is_given CHECK (company <> ''),
    CONSTRAINT customer_flags_are_known CHECK (flags <@ ARRAY['vip', 'do_not_call', 'no_survey', 'in_need']),
    CONSTRAINT customer_version_counts_from_one CHECK (version >= 1),
    CONSTRAINT customer_is_not_his_own CHECK (merged_into <> id)
);
CREATE INDEX customer_by_company ON customer (company, id) WHERE merged_into IS NULL;
CREATE INDEX customer_by_account ON customer (company, account, id) WHERE account <> '' AND merged_into IS NULL;
CREATE INDEX customer_by_flag ON customer USING gin (flags) WHERE flags <> '{}';
CREATE INDEX customer_merged ON customer (merged_into) WHERE merged_into IS NOT NULL;

-- A number leads to one customer of a company. It is kept as the hotline compares numbers:
-- digits as received, a + where there was one.
CREATE TABLE customer_number (
    company     text    NOT NULL,
    number      text    NOT NULL,
    customer_id uuid    NOT NULL REFERENCES customer (id),
    -- Its place among the customer's numbers.
    n           integer NOT NULL,
    PRIMARY KEY (company, number),
    CONSTRAINT customer_number_is_a_number CHECK (number ~ '^[+]?[0-9]{2,20}$')
);
CREATE INDEX customer_number_of ON customer_number (customer_id, n);

-- Who has changed what, when and why: the whole card after each change.
CREATE TABLE customer_change (
    customer_id uuid        NOT NULL REFERENCES customer (id),
    version     bigint      NOT NULL,
    company     text        NOT NULL,
    at          timestamptz NOT NULL,
    by_person   text        NOT NULL,
    what        text        NOT NULL,
    why         text        NOT NULL,
    -- The other one of a merge.
    other_id    uuid        REFERENCES customer (id),
    card        jsonb       NOT NULL,
    PRIMARY KEY (customer_id, version),
    CONSTRAINT customer_change_is_known CHECK (what IN ('created', 'imported', 'changed', 'merged_in', 'merged_away')),
    CONSTRAINT customer_change_merge_names_the_other CHECK ((what IN ('merged_in', 'merged_away')) = (other_id IS NOT NULL)),
    CONSTRAINT customer_change_has_an_author CHECK (by_person <> '' AND why <> '')
);
CREATE TRIGGER customer_change_guard BEFORE UPDATE OR DELETE ON customer_change FOR EACH ROW EXECUTE FUNCTION append_guard();
CREATE TRIGGER customer_change_truncate_guard BEFORE TRUNCATE ON customer_change EXECUTE FUNCTION append_guard();

-- Text as it is searched: neither case nor blanks count.
-- +goose StatementBegin
CREATE FUNCTION searched(given text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(regexp_replace(given, '[[:space:]]+', '', 'g'))
$$;
-- +goose StatementEnd

-- The pairs of letters in a text. Names of two letters are found with it, anywhere in a
-- text and whatever the database's locale, which pg_trgm does not do: it wants three.
-- +goose StatementBegin
CREATE FUNCTION pairs(given text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT substr(plain, i, 2)), '{}'::text[])
    FROM (SELECT lower(regexp_replace(given, '[[:space:]]+', '', 'g')) AS plain) AS t, generate_series(1, length(plain) - 1) AS i
$$;
-- +goose StatementEnd
CREATE INDEX customer_by_name ON customer USING gin (pairs(name));
CREATE INDEX customer_by_address ON customer USING gin (pairs(address));

-- Every view of whole numbers, of a recording, of a customer's card, and every export.
CREATE TABLE access (
    id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    person  text        NOT NULL,
    role    text        NOT NULL,
    -- The person's.
    company text        NOT NULL,
    what    text        NOT NULL,
    ids     text[]      NOT NULL,
    -- Empty where he saw what everybody sees, masked.
    reason  text        NOT NULL,
    source  text        NOT NULL,
    CONSTRAINT access_has_a_person CHECK (person <> '' AND what <> '')
);
CREATE INDEX access_by_time ON access (at);
CREATE INDEX access_by_person ON access (person, id);
CREATE INDEX access_by_id ON access USING gin (ids);
CREATE TRIGGER access_guard BEFORE UPDATE OR DELETE ON access FOR EACH ROW EXECUTE FUNCTION append_guard();
CREATE TRIGGER access_truncate_guard BEFORE TRUNCATE ON access EXECUTE FUNCTION append_guard();

-- +goose Down
DROP TABLE access, customer_change, customer_number, customer;
DROP FUNCTION pairs(text), searched(text);
