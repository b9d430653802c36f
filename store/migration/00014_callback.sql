-- Callers who would rather be called back than wait, and what came of it.

-- +goose Up
CREATE TABLE callback (
    -- The call in which it was asked for.
    call_id  text        PRIMARY KEY,
    company  text        NOT NULL,
    queue    text        NOT NULL,
    number   text        NOT NULL,
    asked_at timestamptz NOT NULL,
    -- How often the number was dialled and not reached, what came of it last, and when
    -- the next attempt is due.
    attempts    integer     NOT NULL DEFAULT 0,
    last_result text        NOT NULL DEFAULT '',
    due_at      timestamptz,
    ended_at    timestamptz,
    -- How it ended, and the call that ended it.
    result   text        NOT NULL DEFAULT '',
    by_call  text        NOT NULL DEFAULT '',
    CONSTRAINT callback_ended_has_a_result CHECK ((ended_at IS NULL) = (result = ''))
);
CREATE INDEX callback_owed ON callback (company, asked_at) WHERE ended_at IS NULL;

-- +goose Down
DROP TABLE callback;
