-- Deadlines, webhooks with what is to be posted to them, and what became of dead letters.
-- Migration 25, which is written in Go, makes River's own tables.

-- +goose Up
-- The number of a deadline's plan, which its job carries: a job of an earlier plan does nothing.
CREATE SEQUENCE deadline_plan;

CREATE TABLE deadline (
    kind    text        NOT NULL,
    id      text        NOT NULL,
    due_at  timestamptz NOT NULL,
    plan    bigint      NOT NULL DEFAULT nextval('deadline_plan'),
    -- When it was done, in the transaction of what was done.
    done_at timestamptz,
    PRIMARY KEY (kind, id)
);

CREATE TABLE webhook (
    name     text        PRIMARY KEY,
    company  text        NOT NULL,
    -- Facts from before are not told: a database that is built anew from an old journal
    -- knows the webhook only from now on.
    began_at timestamptz NOT NULL,
    -- When it was taken out of the configuration.
    ended_at timestamptz,
    CONSTRAINT webhook_ends_after_it_began CHECK (ended_at >= began_at)
);

CREATE TABLE delivery (
    -- Made from the fact and the webhook's name (UUID version 5): the receiver takes each once.
    id         uuid        PRIMARY KEY,
    webhook    text        NOT NULL,
    fact_id    text        NOT NULL,
    kind       text        NOT NULL,
    company    text        NOT NULL,
    call_id    text        NOT NULL,
    at         timestamptz NOT NULL,
    -- What is posted, byte for byte, masked already.
    body       bytea       NOT NULL,
    state      text        NOT NULL DEFAULT 'waiting',
    tries      integer     NOT NULL DEFAULT 0,
    -- Why the last try failed.
    error      text        NOT NULL DEFAULT '',
    written_at timestamptz NOT NULL DEFAULT now(),
    -- Until when it is tried.
    expires_at timestamptz NOT NULL,
    tried_at   timestamptz,
    ended_at   timestamptz,
    CONSTRAINT delivery_state_is_known CHECK (state IN ('waiting', 'delivered', 'failed', 'dropped')),
    CONSTRAINT delivery_ended_has_a_time CHECK ((state = 'waiting') = (ended_at IS NULL)),
    CONSTRAINT delivery_tries_not_negative CHECK (tries >= 0)
);
CREATE INDEX delivery_waiting ON delivery (webhook, written_at) WHERE state = 'waiting';
CREATE INDEX delivery_ended ON delivery (state, ended_at) WHERE state <> 'waiting';
CREATE INDEX delivery_by_time ON delivery (written_at, id);

-- A dead letter is open until a person has had it projected, or has closed it.
ALTER TABLE dead_letter
    ADD COLUMN closed_at timestamptz,
    ADD COLUMN closed_by text NOT NULL DEFAULT '',
    ADD COLUMN outcome   text NOT NULL DEFAULT '',
    ADD CONSTRAINT dead_letter_closed_is_whole CHECK ((closed_at IS NULL) = (closed_by = ''));
CREATE INDEX dead_letter_open ON dead_letter (died_at) WHERE closed_at IS NULL;

-- +goose Down
DROP INDEX dead_letter_open;
ALTER TABLE dead_letter
    DROP CONSTRAINT dead_letter_closed_is_whole,
    DROP COLUMN closed_at, DROP COLUMN closed_by, DROP COLUMN outcome;
DROP TABLE delivery, webhook, deadline;
DROP SEQUENCE deadline_plan;
