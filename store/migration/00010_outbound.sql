-- Parties outside: receivers of transfers who are no agents, and numbers that agents
-- have called (requirements F4, J4).

-- +goose Up
ALTER TABLE offer ADD COLUMN number text NOT NULL DEFAULT '';
ALTER TABLE transfer ADD COLUMN number text NOT NULL DEFAULT '';
ALTER TABLE leg DROP CONSTRAINT leg_role_is_a_party;
ALTER TABLE leg ADD CONSTRAINT leg_role_is_a_party CHECK (role IN ('caller', 'agent', 'supervisor', 'outside'));

CREATE TABLE dial (
    call_id    text        NOT NULL PRIMARY KEY REFERENCES call (id),
    -- The agent who had it dialled, and what for, as in ticket:17.
    agent      text        NOT NULL,
    matter     text        NOT NULL DEFAULT '',
    dialled_at timestamptz,
    reached_at timestamptz,
    ring_ms    bigint      NOT NULL DEFAULT 0,
    result     text
);
CREATE TRIGGER dial_guard BEFORE INSERT OR UPDATE OR DELETE ON dial FOR EACH ROW EXECUTE FUNCTION part_guard();
CREATE TRIGGER dial_truncate_guard BEFORE TRUNCATE ON dial EXECUTE FUNCTION truncate_guard();

-- +goose Down
DROP TABLE dial;
ALTER TABLE offer DROP COLUMN number;
ALTER TABLE transfer DROP COLUMN number;
