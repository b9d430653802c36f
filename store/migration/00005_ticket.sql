-- Record sheets and tickets, and the outbox that tells of them.

-- +goose Up
-- The record sheet of an answered call (requirement C2): the system's fields are
-- the call's, these are the agent's.
CREATE TABLE sheet (
    call_id   text        PRIMARY KEY REFERENCES call (id),
    company   text        NOT NULL,
    agent     text        NOT NULL,
    matter    text        NOT NULL DEFAULT '',
    done      text        NOT NULL DEFAULT '',
    result    text        NOT NULL DEFAULT '',
    opened_at timestamptz NOT NULL,
    closed_at timestamptz
);

CREATE TABLE ticket (
    -- Made from the call and the kind (UUID version 5), so that the same facts
    -- always make the same ticket.
    id        uuid        PRIMARY KEY,
    company   text        NOT NULL,
    kind      text        NOT NULL,
    state     text        NOT NULL,
    -- The agent responsible until the matter is closed (requirement D3); none
    -- where nobody answered.
    owner     text,
    call_id   text        NOT NULL REFERENCES call (id),
    opened_at timestamptz NOT NULL,
    due_at    timestamptz,
    closed_at timestamptz,
    CONSTRAINT ticket_kind_is_known CHECK
        (kind IN ('consultation', 'complaint', 'repair', 'emergency', 'installation',
                  'alteration', 'suggestion', 'praise', 'voicemail', 'callback')),
    CONSTRAINT ticket_state_is_known CHECK (state IN ('draft', 'open', 'closed')),
    CONSTRAINT ticket_closed_has_a_time CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CONSTRAINT ticket_once_per_call_and_kind UNIQUE (call_id, kind)
);
CREATE INDEX ticket_by_company ON ticket (company, state, opened_at);
CREATE INDEX ticket_by_owner ON ticket (owner, state);

-- Facts of the store on their way to the journal, numbered from 1 without gaps.
-- A row and what it tells of are written in one transaction. Nothing marks a row
-- as published: what the journal holds says that, also after the journal lost
-- its end in a power cut.
CREATE TABLE outbox (
    seq          bigint      PRIMARY KEY,
    fact_id      text        NOT NULL,
    at           timestamptz NOT NULL,
    kind         text        NOT NULL,
    company      text        NOT NULL,
    call_id      text        NOT NULL,
    agent        text        NOT NULL DEFAULT '',
    ticket_id    uuid        NOT NULL REFERENCES ticket (id),
    data         jsonb       NOT NULL,
    CONSTRAINT outbox_fact_once UNIQUE (fact_id)
);

-- The last number given: a sequence would leave gaps after a rollback.
CREATE TABLE counter (
    name text   PRIMARY KEY,
    last bigint NOT NULL
);
INSERT INTO counter (name, last) VALUES ('outbox', 0);

-- +goose Down
DROP TABLE counter, outbox, ticket, sheet;
