-- What a machine has made of messages that callers have left, where one is asked.

-- +goose Up
CREATE TABLE transcript (
    call_id   text        PRIMARY KEY REFERENCES message (call_id),
    recording text        NOT NULL,
    attempts  integer     NOT NULL,
    -- When it is tried again: set before each attempt, so that one that died is not the last.
    -- Null where it is made, or never will be.
    due_at    timestamptz,
    made_at   timestamptz,
    text      text        NOT NULL DEFAULT '',
    -- Why the last attempt failed.
    failure   text        NOT NULL DEFAULT '',
    CONSTRAINT transcript_made_is_not_due CHECK (made_at IS NULL OR due_at IS NULL)
);

-- +goose Down
DROP TABLE transcript;
