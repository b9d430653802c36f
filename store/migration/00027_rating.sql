-- What callers say of a talk when it is over (requirement F8), and the tickets of those who
-- are not satisfied.

-- +goose Up
-- A caller who is asked. Once per call: one that was undone, for the switch had caller and
-- agent together still, begins anew in its row.
CREATE TABLE survey (
    call_id  text        PRIMARY KEY REFERENCES call (id),
    -- Whose talk it was, who ended it, and whether by the order.
    agent    text        NOT NULL,
    by_role  text        NOT NULL,
    ordered  boolean     NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    result   text,
    CONSTRAINT survey_result_is_known CHECK (result IN ('whole', 'unanswered', 'left', 'failed', 'lost', 'undone')),
    CONSTRAINT survey_end_is_whole CHECK ((ended_at IS NULL) = (result IS NULL))
);

CREATE TABLE rating (
    call_id  text        NOT NULL REFERENCES call (id),
    -- Counts the questions of the survey from 1.
    n        integer     NOT NULL,
    agent    text        NOT NULL,
    question text        NOT NULL,
    key      text        NOT NULL,
    score    integer     NOT NULL,
    best     integer     NOT NULL,
    -- Somebody is to see to it.
    low      boolean     NOT NULL,
    rated_at timestamptz NOT NULL,
    PRIMARY KEY (call_id, n),
    CONSTRAINT rating_score_is_one CHECK (score BETWEEN 1 AND best)
);
CREATE INDEX rating_by_agent ON rating (agent, rated_at);

CREATE TRIGGER survey_guard BEFORE INSERT OR UPDATE OR DELETE ON survey FOR EACH ROW EXECUTE FUNCTION part_guard();
CREATE TRIGGER survey_truncate_guard BEFORE TRUNCATE ON survey EXECUTE FUNCTION truncate_guard();
CREATE TRIGGER rating_guard BEFORE INSERT OR UPDATE OR DELETE ON rating FOR EACH ROW EXECUTE FUNCTION part_guard();
CREATE TRIGGER rating_truncate_guard BEFORE TRUNCATE ON rating EXECUTE FUNCTION truncate_guard();

-- +goose Down
DROP TABLE rating;
DROP TABLE survey;
