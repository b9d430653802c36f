-- What was heard in a call's talks (requirements A3, A11), in milliseconds.

-- +goose Up
CREATE TABLE conduct (
    call_id            text    NOT NULL PRIMARY KEY REFERENCES call (id),
    talk_ms            bigint  NOT NULL,
    caller_ms          bigint  NOT NULL,
    agent_ms           bigint  NOT NULL,
    overlap_ms         bigint  NOT NULL,
    silence_ms         bigint  NOT NULL,
    longest_silence_ms bigint  NOT NULL,
    caller_silent      boolean NOT NULL,
    partial            boolean NOT NULL
);
CREATE TRIGGER conduct_guard BEFORE INSERT OR UPDATE OR DELETE ON conduct FOR EACH ROW EXECUTE FUNCTION part_guard();
CREATE TRIGGER conduct_truncate_guard BEFORE TRUNCATE ON conduct EXECUTE FUNCTION truncate_guard();

-- +goose Down
DROP TABLE conduct;
