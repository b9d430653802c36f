-- Agents and the engine, as their facts tell.

-- +goose Up
CREATE TABLE agent_state (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company  text        NOT NULL,
    agent    text        NOT NULL,
    state    text        NOT NULL,
    reason   text        NOT NULL DEFAULT '',
    call_id  text        NOT NULL DEFAULT '',
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT agent_state_is_known CHECK
        (state IN ('LoggedOff', 'Ready', 'Reserved', 'Ringing', 'Talking', 'WrapUp', 'Paused'))
);
-- Exactly one state at any time.
CREATE UNIQUE INDEX agent_state_now ON agent_state (company, agent) WHERE ended_at IS NULL;
CREATE INDEX agent_state_history ON agent_state (company, agent, began_at);

-- Whether an agent's phone can be reached, and since when.
CREATE TABLE phone (
    company   text        NOT NULL,
    agent     text        NOT NULL,
    endpoint  text        NOT NULL,
    reachable boolean     NOT NULL,
    since     timestamptz NOT NULL,
    PRIMARY KEY (company, agent)
);

-- Starts of the engine, losses and returns of the switch (requirement I1).
CREATE TABLE engine_event (
    fact_id           text        PRIMARY KEY,
    engine            text        NOT NULL,
    kind              text        NOT NULL,
    at                timestamptz NOT NULL,
    text              text        NOT NULL DEFAULT '',
    switch_started_at timestamptz
);
CREATE INDEX engine_event_by_time ON engine_event (at);

-- +goose Down
DROP TABLE engine_event, phone, agent_state;
