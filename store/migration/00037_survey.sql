-- Quarterly surveys (requirement F8): who is asked how content he is, and what he says. A list
-- is drawn once for a company's quarter, and stays.

-- +goose Up
CREATE TABLE survey_list (
    company    text        NOT NULL,
    -- As in 2026-Q4.
    quarter    text        NOT NULL,
    -- What decides who is drawn: the same people and the same seed give the same list.
    seed       text        NOT NULL,
    -- How many were to be drawn, of how many.
    wanted     integer     NOT NULL,
    population integer     NOT NULL,
    made_at    timestamptz NOT NULL,
    made_by    text        NOT NULL,
    PRIMARY KEY (company, quarter),
    CONSTRAINT survey_quarter_is_one CHECK (quarter ~ '^[0-9]{4}-Q[1-4]$')
);

CREATE TABLE survey_person (
    company   text        NOT NULL,
    quarter   text        NOT NULL,
    n         integer     NOT NULL,
    number    text        NOT NULL,
    -- The matter for which he was drawn: his last ticket that was closed, else his last call.
    call_id   text        NOT NULL,
    ticket_id uuid,
    kind      text        NOT NULL DEFAULT '',
    spoke_at  timestamptz NOT NULL,
    -- What came of it, who has asked him, and when.
    state     text        NOT NULL DEFAULT 'waiting',
    score     integer     NOT NULL DEFAULT 0,
    remark    text        NOT NULL DEFAULT '',
    asked_by  text        NOT NULL DEFAULT '',
    asked_at  timestamptz,
    PRIMARY KEY (company, quarter, n),
    FOREIGN KEY (company, quarter) REFERENCES survey_list (company, quarter),
    CONSTRAINT survey_state_is_known CHECK (state IN ('waiting', 'answered', 'refused', 'missed')),
    CONSTRAINT survey_score_is_of_an_answer CHECK ((state = 'answered') = (score BETWEEN 1 AND 5) AND score BETWEEN 0 AND 5),
    CONSTRAINT survey_who_asked_is_known CHECK ((state = 'waiting') = (asked_at IS NULL))
);
CREATE INDEX survey_person_by_call ON survey_person (call_id);

-- What departments hold, for each summary of a day: read from here alone.
CREATE INDEX ticket_held ON ticket (company, department) INCLUDE (overdue, call_id) WHERE state = 'forwarded';

-- +goose Down
DROP INDEX ticket_held;
DROP TABLE survey_person, survey_list;
