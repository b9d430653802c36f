-- Supervision (requirement G3): each act of a leader in a call: who, whom, how, from when to when.

-- +goose Up
CREATE TABLE supervision (
    call_id     text        NOT NULL REFERENCES call (id),
    n           integer     NOT NULL,
    -- The person, and the agent's phone he used.
    by_person   text        NOT NULL,
    phone       text        NOT NULL,
    mode        text        NOT NULL,
    with_agent  text        NOT NULL DEFAULT '',
    began_at    timestamptz NOT NULL,
    ended_at    timestamptz,
    -- How the whole ended; empty where another act followed.
    result      text        NOT NULL DEFAULT '',
    PRIMARY KEY (call_id, n),
    CONSTRAINT supervision_mode_is_known CHECK (mode IN ('listen', 'whisper', 'join'))
);
-- One act at a time by one phone.
CREATE UNIQUE INDEX supervision_open ON supervision (call_id, phone) WHERE ended_at IS NULL;

CREATE TRIGGER supervision_guard BEFORE INSERT OR UPDATE OR DELETE ON supervision FOR EACH ROW EXECUTE FUNCTION part_guard();
CREATE TRIGGER supervision_truncate_guard BEFORE TRUNCATE ON supervision EXECUTE FUNCTION truncate_guard();

ALTER TABLE leg DROP CONSTRAINT leg_role_is_a_party;
ALTER TABLE leg ADD CONSTRAINT leg_role_is_a_party CHECK (role IN ('caller', 'agent', 'supervisor'));
ALTER TABLE transfer DROP CONSTRAINT transfer_kind_is_known;
ALTER TABLE transfer ADD CONSTRAINT transfer_kind_is_known CHECK (kind IN ('announced', 'blind', 'taken_over'));

-- +goose Down
DROP TABLE supervision;
