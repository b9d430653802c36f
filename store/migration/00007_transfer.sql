-- Transfers (requirements D1, D2): who passed the caller on, to whom, and what came of it.

-- +goose Up
CREATE TABLE transfer (
    call_id     text        NOT NULL REFERENCES call (id),
    n           integer     NOT NULL,
    kind        text        NOT NULL,
    from_agent  text        NOT NULL,
    -- The receiver: who was meant at first, who took the call in the end.
    to_agent    text        NOT NULL DEFAULT '',
    queue       text        NOT NULL DEFAULT '',
    reason      text        NOT NULL DEFAULT '',
    consent     boolean     NOT NULL,
    began_at    timestamptz NOT NULL,
    consulted_at timestamptz,
    ended_at    timestamptz,
    result      text,
    PRIMARY KEY (call_id, n),
    CONSTRAINT transfer_kind_is_known CHECK (kind IN ('announced', 'blind')),
    CONSTRAINT transfer_end_is_whole CHECK ((ended_at IS NULL) = (result IS NULL))
);
-- A call goes on to one person at a time.
CREATE UNIQUE INDEX transfer_open ON transfer (call_id) WHERE ended_at IS NULL;

CREATE TRIGGER transfer_guard BEFORE INSERT OR UPDATE OR DELETE ON transfer FOR EACH ROW EXECUTE FUNCTION part_guard();
CREATE TRIGGER transfer_truncate_guard BEFORE TRUNCATE ON transfer EXECUTE FUNCTION truncate_guard();

-- +goose Down
DROP TABLE transfer;
