-- Messages that callers have left, each with a ticket of its own kind.

-- +goose Up
CREATE TABLE message (
    -- The call in which it was left.
    call_id   text        PRIMARY KEY,
    company   text        NOT NULL,
    box       text        NOT NULL,
    did       text        NOT NULL,
    -- Who called, and the number to be called: empty where nobody knows.
    caller    text        NOT NULL,
    number    text        NOT NULL,
    recording text        NOT NULL,
    length_ms bigint      NOT NULL,
    left_at   timestamptz NOT NULL,
    -- Whose it is: who was first to take it.
    taken_by  text        NOT NULL DEFAULT '',
    taken_at  timestamptz,
    -- Who has finished with it, and what came of it.
    finished_by text      NOT NULL DEFAULT '',
    finished_at timestamptz,
    result    text        NOT NULL DEFAULT '',
    CONSTRAINT message_taken_is_whole CHECK ((taken_at IS NULL) = (taken_by = '')),
    CONSTRAINT message_finished_is_whole CHECK ((finished_at IS NULL) = (finished_by = ''))
);
CREATE INDEX message_untaken ON message (company, left_at) WHERE taken_at IS NULL;

-- +goose Down
DROP TABLE message;
