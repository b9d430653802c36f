-- The chain that shows a later change or removal (requirement C3). Every closed
-- call and every amendment gets one seal; seals of a company are numbered from 1
-- and each holds the hash of the one before.

-- +goose Up
CREATE TABLE amendment (
    id      uuid        PRIMARY KEY,
    call_id text        NOT NULL REFERENCES call (id),
    company text        NOT NULL,
    author  text        NOT NULL,
    reason  text        NOT NULL,
    -- What is to be read instead, in the author's words; for a fact that came
    -- after the call was closed, the fact.
    body    text        NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT amendment_author_is_given CHECK (author <> ''),
    CONSTRAINT amendment_reason_is_given CHECK (reason <> '')
);
CREATE INDEX amendment_by_call ON amendment (call_id, made_at);

CREATE TABLE seal (
    company      text   NOT NULL,
    n            bigint NOT NULL,
    call_id      text   NOT NULL REFERENCES call (id),
    amendment_id uuid   REFERENCES amendment (id),
    prev_hash    text   NOT NULL,
    hash         text   NOT NULL,
    PRIMARY KEY (company, n),
    CONSTRAINT seal_counts_from_one CHECK (n >= 1),
    CONSTRAINT seal_hash_is_sha256 CHECK (hash ~ '^[0-9a-f]{64}$' AND prev_hash ~ '^[0-9a-f]{64}$'),
    -- No fork: one successor to each seal.
    CONSTRAINT seal_has_one_successor UNIQUE (company, prev_hash)
);
CREATE UNIQUE INDEX seal_of_call ON seal (call_id) WHERE amendment_id IS NULL;
CREATE UNIQUE INDEX seal_of_amendment ON seal (amendment_id);

-- The head of each company's chain: locked by who adds a seal, compared by who
-- verifies, copied by the witness outside this database.
CREATE TABLE chain (
    company text   PRIMARY KEY,
    n       bigint NOT NULL,
    hash    text   NOT NULL
);

-- +goose StatementBegin
CREATE FUNCTION append_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: rows are only added', TG_TABLE_NAME USING ERRCODE = '23001';
END $$;
-- +goose StatementEnd
CREATE TRIGGER amendment_guard BEFORE UPDATE OR DELETE ON amendment
    FOR EACH ROW EXECUTE FUNCTION append_guard();
CREATE TRIGGER amendment_truncate_guard BEFORE TRUNCATE ON amendment EXECUTE FUNCTION append_guard();
CREATE TRIGGER seal_guard BEFORE UPDATE OR DELETE ON seal
    FOR EACH ROW EXECUTE FUNCTION append_guard();
CREATE TRIGGER seal_truncate_guard BEFORE TRUNCATE ON seal EXECUTE FUNCTION append_guard();

-- +goose Down
DROP TABLE chain, seal, amendment;
DROP FUNCTION append_guard();
