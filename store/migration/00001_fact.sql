-- How far the facts have come, and what became of those that could not be used.

-- +goose Up
-- Where to go on reading: written in the transaction of the rows it answers for.
-- It is no promise: a journal that lost its end in a power cut fills the same
-- positions again, perhaps in another order, hence the id of the message there and
-- when it was stored: Unix time in nanoseconds, 0 where the journal does not say.
-- What keeps a fact from counting twice is the table fact.
CREATE TABLE projection (
    source     text        PRIMARY KEY,
    position   bigint      NOT NULL,
    message_id text        NOT NULL DEFAULT '',
    stored_ns  bigint      NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT projection_position_not_negative CHECK (position >= 0)
);

-- Every fact that was projected. Its key makes a fact count once, however often
-- it is read: a journal read again, a repeat after a long outage, a copied journal.
CREATE TABLE fact (
    id      text        PRIMARY KEY,
    engine  text        NOT NULL,
    seq     bigint      NOT NULL,
    kind    text        NOT NULL,
    call_id text        NOT NULL,
    at      timestamptz NOT NULL
);

-- Highest number seen of each engine, and how many are missing below it.
CREATE TABLE engine (
    name     text   PRIMARY KEY,
    last_seq bigint NOT NULL,
    missing  bigint NOT NULL DEFAULT 0
);

-- Messages that could not be projected, kept whole, so that nothing behind them
-- waits.
CREATE TABLE dead_letter (
    source   text        NOT NULL,
    position bigint      NOT NULL,
    subject  text        NOT NULL,
    payload  bytea       NOT NULL,
    error    text        NOT NULL,
    died_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, position)
);

-- +goose Down
DROP TABLE dead_letter, engine, fact, projection;
