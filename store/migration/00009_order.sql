-- Orders: who asked for what, for whom (requirement H2).

-- +goose Up
CREATE TABLE agent_order (
    fact_id   text        PRIMARY KEY,
    company   text        NOT NULL,
    agent     text        NOT NULL,
    call_id   text        NOT NULL DEFAULT '',
    at        timestamptz NOT NULL,
    by_person text        NOT NULL DEFAULT '',
    verb      text        NOT NULL,
    target    text        NOT NULL DEFAULT '',
    reason    text        NOT NULL DEFAULT ''
);
CREATE INDEX agent_order_by_agent ON agent_order (company, agent, at);
CREATE INDEX agent_order_by_call ON agent_order (call_id) WHERE call_id <> '';

-- +goose Down
DROP TABLE agent_order;
