-- What became of recordings: each is looked at once its call has ended, and destroyed
-- when its time is over (requirement H3). Both are amendments too, so that the chain
-- holds the recording's hash.

-- +goose Up
CREATE TABLE recording_check (
    call_id    text        NOT NULL REFERENCES call (id),
    name       text        NOT NULL,
    checked_at timestamptz NOT NULL,
    result     text        NOT NULL,
    talk_ms    bigint      NOT NULL,
    length_ms  bigint      NOT NULL,
    loud_ms    bigint      NOT NULL,
    bytes      bigint      NOT NULL,
    sha256     text        NOT NULL,
    PRIMARY KEY (call_id, name),
    CONSTRAINT recording_check_result_is_known CHECK (result IN ('good', 'none', 'missing', 'short', 'silent', 'broken'))
);
CREATE INDEX recording_check_by_time ON recording_check (checked_at);
CREATE TABLE recording_end (
    call_id      text        NOT NULL REFERENCES call (id),
    name         text        NOT NULL,
    destroyed_at timestamptz NOT NULL,
    PRIMARY KEY (call_id, name)
);
CREATE TRIGGER recording_check_guard BEFORE UPDATE OR DELETE ON recording_check FOR EACH ROW EXECUTE FUNCTION append_guard();
CREATE TRIGGER recording_check_truncate_guard BEFORE TRUNCATE ON recording_check EXECUTE FUNCTION append_guard();
CREATE TRIGGER recording_end_guard BEFORE UPDATE OR DELETE ON recording_end FOR EACH ROW EXECUTE FUNCTION append_guard();
CREATE TRIGGER recording_end_truncate_guard BEFORE TRUNCATE ON recording_end EXECUTE FUNCTION append_guard();

-- +goose Down
DROP TABLE recording_end, recording_check;
