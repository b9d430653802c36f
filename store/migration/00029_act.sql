-- What people do to tickets, and the store by itself: each act is a fact on its way to the
-- journal, and the ticket's history.

-- +goose Up
ALTER TABLE outbox RENAME TO act;
ALTER TABLE act DROP CONSTRAINT outbox_pkey;
ALTER TABLE act DROP CONSTRAINT outbox_fact_once;
ALTER TABLE act ADD CONSTRAINT act_once PRIMARY KEY (fact_id);
-- Given when the act is published, and read again with the journal: null until then. So a
-- database that is filled anew never gives a number that the journal has for another act.
ALTER TABLE act ALTER COLUMN seq DROP NOT NULL;
ALTER TABLE act ADD CONSTRAINT act_seq_once UNIQUE (seq);
-- Counts a ticket's acts from 1.
ALTER TABLE act ADD COLUMN n integer NOT NULL DEFAULT 1;
ALTER TABLE act ADD COLUMN by_person text NOT NULL DEFAULT 'system';
-- The follow-up of which it is, one of ticket_id's; null where it is the ticket's own.
ALTER TABLE act ADD COLUMN follow_up_id uuid;
UPDATE act SET data = data || jsonb_build_object('company', company, 'call', call_id);
CREATE INDEX act_by_ticket ON act (ticket_id, n) WHERE follow_up_id IS NULL;
CREATE INDEX act_by_follow_up ON act (follow_up_id, n) WHERE follow_up_id IS NOT NULL;
CREATE INDEX act_closed ON act (company, at) WHERE kind = 'ticket.closed';
CREATE INDEX act_unpublished ON act (at, ticket_id, n) WHERE seq IS NULL;

ALTER TABLE ticket
    ADD COLUMN calls      text[]      NOT NULL DEFAULT '{}',
    ADD COLUMN department text        NOT NULL DEFAULT '',
    ADD COLUMN clerk      text        NOT NULL DEFAULT '',
    ADD COLUMN summary    text        NOT NULL DEFAULT '',
    ADD COLUMN place      text        NOT NULL DEFAULT '',
    ADD COLUMN phone      text        NOT NULL DEFAULT '',
    ADD COLUMN important  boolean     NOT NULL DEFAULT false,
    ADD COLUMN charged    boolean     NOT NULL DEFAULT false,
    ADD COLUMN promised   boolean     NOT NULL DEFAULT false,
    ADD COLUMN warn_at    timestamptz,
    ADD COLUMN warned     boolean     NOT NULL DEFAULT false,
    ADD COLUMN overdue    boolean     NOT NULL DEFAULT false,
    ADD COLUMN level      integer     NOT NULL DEFAULT 0,
    ADD COLUMN result     text        NOT NULL DEFAULT '',
    ADD COLUMN score      integer     NOT NULL DEFAULT 0,
    ADD COLUMN into_id    uuid        REFERENCES ticket (id),
    ADD COLUMN worked_at  timestamptz,
    ADD COLUMN facts      integer     NOT NULL DEFAULT 1,
    ADD COLUMN changed_at timestamptz;
UPDATE ticket SET calls = ARRAY[call_id], changed_at = opened_at;
ALTER TABLE ticket
    ALTER COLUMN changed_at SET NOT NULL,
    DROP CONSTRAINT ticket_once_per_call_and_kind, -- a call may have several matters
    DROP CONSTRAINT ticket_state_is_known,
    DROP CONSTRAINT ticket_closed_has_a_time,
    ADD CONSTRAINT ticket_state_is_known CHECK (state IN ('draft', 'open', 'forwarded', 'done', 'closed', 'merged')),
    ADD CONSTRAINT ticket_closed_has_a_time CHECK ((state IN ('closed', 'merged')) = (closed_at IS NOT NULL)),
    ADD CONSTRAINT ticket_merged_into_another CHECK ((state = 'merged') = (into_id IS NOT NULL));
CREATE INDEX ticket_by_call ON ticket USING gin (calls);
CREATE INDEX ticket_by_department ON ticket (company, department, opened_at) WHERE department <> '';
-- What the clock has to be told of.
CREATE INDEX ticket_undated ON ticket (opened_at) WHERE warn_at IS NULL AND state = 'open';
CREATE INDEX ticket_unwarned ON ticket (warn_at) WHERE NOT warned AND state IN ('open', 'forwarded');
CREATE INDEX ticket_lapsing ON ticket (due_at) WHERE NOT overdue AND state IN ('open', 'forwarded');
-- What lies there longer than it may.
CREATE INDEX ticket_overdue ON ticket (company, due_at) WHERE overdue AND state IN ('open', 'forwarded');
CREATE INDEX ticket_emergency ON ticket (id) WHERE kind = 'emergency' AND state = 'open';

-- A sheet is a matter's, of which a call may have several. What was filled in is in said, by
-- the form of that kind and version; 0 where nothing was.
ALTER TABLE sheet
    ADD COLUMN ticket_id uuid REFERENCES ticket (id),
    ADD COLUMN kind      text    NOT NULL DEFAULT 'consultation',
    ADD COLUMN version   integer NOT NULL DEFAULT 0,
    ADD COLUMN said      jsonb   NOT NULL DEFAULT '{}',
    ADD COLUMN amended   integer NOT NULL DEFAULT 0;
UPDATE sheet SET ticket_id = ticket.id FROM ticket WHERE ticket.call_id = sheet.call_id AND ticket.kind = 'consultation';
DELETE FROM sheet WHERE ticket_id IS NULL;
ALTER TABLE sheet DROP CONSTRAINT sheet_pkey;
ALTER TABLE sheet ALTER COLUMN ticket_id SET NOT NULL, ADD PRIMARY KEY (ticket_id), DROP COLUMN matter, DROP COLUMN done, DROP COLUMN result;
CREATE INDEX sheet_by_call ON sheet (call_id);

-- What is in the files of tickets, by its hash; the acts name them.
CREATE TABLE attachment (
    sha256 text  PRIMARY KEY,
    body   bytea NOT NULL,
    CONSTRAINT attachment_sha256_is_one CHECK (sha256 ~ '^[0-9a-f]{64}$')
);

-- Callers who are called back about what was done for them (requirements F1 to F7).
CREATE TABLE follow_up (
    id         uuid        PRIMARY KEY,
    company    text        NOT NULL,
    state      text        NOT NULL,
    -- Who is to call; anybody where it is empty.
    agent      text        NOT NULL,
    tickets    text[]      NOT NULL,
    -- What is compared to find calls that are enough for several tickets (requirement F5).
    reach      text[]      NOT NULL,
    planned_at timestamptz NOT NULL,
    due_at     timestamptz NOT NULL,
    overdue    boolean     NOT NULL,
    next_at    timestamptz,
    ended_at   timestamptz,
    dissatisfied boolean   NOT NULL,
    facts      integer     NOT NULL,
    -- The whole of it, as the rules know it.
    said       jsonb       NOT NULL,
    CONSTRAINT follow_up_ended_has_a_time CHECK ((state IN ('done', 'failed', 'waived', 'merged')) = (ended_at IS NOT NULL))
);
CREATE INDEX dial_by_matter ON dial (matter) WHERE matter <> '';
CREATE INDEX follow_up_waiting ON follow_up (company, due_at) WHERE ended_at IS NULL;
CREATE INDEX follow_up_by_company ON follow_up (company, planned_at);
CREATE INDEX follow_up_by_ticket ON follow_up USING gin (tickets);
CREATE INDEX follow_up_by_reach ON follow_up USING gin (reach) WHERE state = 'waiting';

-- +goose Down
DROP TABLE follow_up, attachment;
DROP INDEX dial_by_matter;
DELETE FROM sheet s USING sheet o WHERE s.call_id = o.call_id AND (o.opened_at, o.ticket_id) < (s.opened_at, s.ticket_id);
DROP INDEX sheet_by_call;
ALTER TABLE sheet DROP CONSTRAINT sheet_pkey;
ALTER TABLE sheet
    DROP COLUMN ticket_id, DROP COLUMN kind, DROP COLUMN version, DROP COLUMN said, DROP COLUMN amended,
    ADD COLUMN matter text NOT NULL DEFAULT '', ADD COLUMN done text NOT NULL DEFAULT '', ADD COLUMN result text NOT NULL DEFAULT '',
    ADD PRIMARY KEY (call_id);
DELETE FROM act WHERE n > 1 OR follow_up_id IS NOT NULL OR ticket_id IN (SELECT id FROM ticket WHERE state IN ('forwarded', 'done', 'merged'));
DELETE FROM ticket WHERE state IN ('forwarded', 'done', 'merged');
DELETE FROM act a USING ticket t, ticket o
WHERE a.ticket_id = t.id AND o.call_id = t.call_id AND o.kind = t.kind AND (o.opened_at, o.id) < (t.opened_at, t.id);
DELETE FROM ticket t USING ticket o WHERE o.call_id = t.call_id AND o.kind = t.kind AND (o.opened_at, o.id) < (t.opened_at, t.id);
DROP INDEX ticket_by_call, ticket_by_department, ticket_undated, ticket_unwarned, ticket_lapsing, ticket_overdue, ticket_emergency;
ALTER TABLE ticket
    DROP CONSTRAINT ticket_state_is_known, DROP CONSTRAINT ticket_closed_has_a_time, DROP CONSTRAINT ticket_merged_into_another;
ALTER TABLE ticket
    DROP COLUMN calls, DROP COLUMN department, DROP COLUMN clerk, DROP COLUMN summary, DROP COLUMN place, DROP COLUMN phone,
    DROP COLUMN important, DROP COLUMN charged, DROP COLUMN promised, DROP COLUMN warn_at, DROP COLUMN warned,
    DROP COLUMN overdue, DROP COLUMN level, DROP COLUMN result, DROP COLUMN score, DROP COLUMN into_id,
    DROP COLUMN worked_at, DROP COLUMN facts, DROP COLUMN changed_at,
    ADD CONSTRAINT ticket_state_is_known CHECK (state IN ('draft', 'open', 'closed')),
    ADD CONSTRAINT ticket_closed_has_a_time CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    ADD CONSTRAINT ticket_once_per_call_and_kind UNIQUE (call_id, kind);
DROP INDEX act_by_ticket, act_by_follow_up, act_closed, act_unpublished;
-- Numbers without gaps again.
UPDATE act SET seq = NULL;
WITH numbered AS (SELECT fact_id, row_number() OVER (ORDER BY at, ticket_id) AS seq FROM act)
UPDATE act SET seq = numbered.seq FROM numbered WHERE numbered.fact_id = act.fact_id;
UPDATE counter SET last = (SELECT coalesce(max(seq), 0) FROM act) WHERE name = 'outbox';
ALTER TABLE act DROP COLUMN n, DROP COLUMN by_person, DROP COLUMN follow_up_id, DROP CONSTRAINT act_seq_once, ALTER COLUMN seq SET NOT NULL;
ALTER TABLE act DROP CONSTRAINT act_once;
ALTER TABLE act ADD CONSTRAINT outbox_fact_once UNIQUE (fact_id);
ALTER TABLE act ADD CONSTRAINT outbox_pkey PRIMARY KEY (seq);
ALTER TABLE act RENAME TO outbox;
