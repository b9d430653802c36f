-- The call's record: one row in "call", and one table per thing a call can have
-- several of. Rows come from facts only (package store, Projector). A call is
-- closed when ended_at is set; from then on triggers keep its rows as they are
-- (requirement C3). Times are the switch's clock, to the millisecond. No CHECK
-- orders two times: a switch's clock may be set back, and a record with an odd
-- time is better than a record refused.

-- +goose Up
CREATE TABLE call (
    id               text        PRIMARY KEY,
    company          text        NOT NULL,
    did              text        NOT NULL DEFAULT '',
    -- The caller's number and name are verbatim as received, up to 4 KiB and more:
    -- they are data, so nothing indexes their whole length.
    caller_number    text        NOT NULL DEFAULT '',
    caller_name      text        NOT NULL DEFAULT '',
    direction        text        NOT NULL DEFAULT 'inbound',
    mode             text        NOT NULL DEFAULT '',
    language         text        NOT NULL DEFAULT '',
    ring_period_ms   bigint      NOT NULL DEFAULT 0,
    emergency        boolean     NOT NULL DEFAULT false,
    engine           text        NOT NULL DEFAULT '',
    -- False where the first fact that came of this call was not its arrival: the
    -- row then stands for the call with what is known.
    arrived          boolean     NOT NULL DEFAULT true,
    started_at       timestamptz NOT NULL,
    ringback_at      timestamptz,
    -- Third ring of a direct line ended unanswered (requirement A1).
    overran_at       timestamptz,
    joined_at        timestamptz,
    hung_up_at       timestamptz,
    hung_up_by       text,
    -- An agent hung up on a live caller (requirement A6).
    early_hang_up    boolean     NOT NULL DEFAULT false,
    fell_back_at     timestamptz,
    fell_back_reason text,
    -- Who answered in the switch's native fallback.
    served_by        text,
    ended_at         timestamptz,
    ended_by         text,
    disposition      text,
    cause            integer,
    abandoned        boolean     NOT NULL DEFAULT false,
    estimated        boolean     NOT NULL DEFAULT false,
    CONSTRAINT call_id_is_given CHECK (id <> ''),
    CONSTRAINT call_company_is_given CHECK (company <> ''),
    CONSTRAINT call_disposition_is_asterisks CHECK
        (disposition IN ('ANSWERED', 'NO ANSWER', 'BUSY', 'FAILED', 'CONGESTION')),
    CONSTRAINT call_end_is_whole CHECK
        ((ended_at IS NULL) = (disposition IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)
         AND (ended_at IS NULL) = (cause IS NULL)),
    CONSTRAINT call_hang_up_is_whole CHECK ((hung_up_at IS NULL) = (hung_up_by IS NULL)),
    CONSTRAINT call_fall_back_is_whole CHECK ((fell_back_at IS NULL) = (fell_back_reason IS NULL))
);

CREATE INDEX call_by_start ON call (started_at, id);
CREATE INDEX call_by_company ON call (company, started_at);
-- Repeat calls of a caller. Only the head of the number, so that an absurd one
-- does not exceed what an index entry can hold.
CREATE INDEX call_by_caller ON call (left(caller_number, 32), started_at);
CREATE INDEX call_open ON call (company) WHERE ended_at IS NULL;

-- The first answer by a person, with both clocks of requirement A1. Later
-- persons are legs and transfers; who answered first stays responsible (D3).
CREATE TABLE answer (
    call_id            text        PRIMARY KEY REFERENCES call (id),
    agent              text        NOT NULL,
    queue              text        NOT NULL,
    channel            text        NOT NULL,
    answered_at        timestamptz NOT NULL,
    wait_ms            bigint      NOT NULL,
    agent_ring_ms      bigint      NOT NULL,
    agent_rings        integer     NOT NULL,
    caller_ring_ms     bigint      NOT NULL,
    caller_rings       integer     NOT NULL,
    -- The clock that counts on this line: the caller's on a direct line, the
    -- agent's where the system greeted first.
    rings              integer     NOT NULL,
    within_three_rings boolean     NOT NULL,
    CONSTRAINT answer_rings_not_negative CHECK (agent_rings >= 0 AND caller_rings >= 0 AND rings >= 0),
    CONSTRAINT answer_times_not_negative CHECK (wait_ms >= 0 AND agent_ring_ms >= 0 AND caller_ring_ms >= 0)
);
CREATE INDEX answer_by_agent ON answer (agent, answered_at);

CREATE TABLE leg (
    call_id     text        NOT NULL REFERENCES call (id),
    channel     text        NOT NULL,
    role        text        NOT NULL,
    agent       text        NOT NULL DEFAULT '',
    started_at  timestamptz NOT NULL,
    answered_at timestamptz,
    joined_at   timestamptz,
    ended_at    timestamptz,
    cause       integer,
    tech_cause  integer,
    -- The time of the end was found out later, or no end was ever told.
    estimated   boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (call_id, channel),
    CONSTRAINT leg_role_is_a_party CHECK (role IN ('caller', 'agent'))
);

CREATE TABLE offer (
    call_id    text        NOT NULL REFERENCES call (id),
    offer      integer     NOT NULL,
    agent      text        NOT NULL,
    queue      text        NOT NULL,
    channel    text        NOT NULL,
    offered_at timestamptz NOT NULL,
    alerted_at timestamptz,
    ended_at   timestamptz,
    result     text,
    cause      integer,
    tech_cause integer,
    ring_ms    bigint      NOT NULL DEFAULT 0,
    rings      integer     NOT NULL DEFAULT 0,
    PRIMARY KEY (call_id, offer),
    CONSTRAINT offer_counts_from_one CHECK (offer >= 1),
    CONSTRAINT offer_rings_not_negative CHECK (rings >= 0 AND ring_ms >= 0),
    CONSTRAINT offer_end_is_whole CHECK ((ended_at IS NULL) = (result IS NULL))
);

CREATE TABLE queue_entry (
    call_id    text        NOT NULL REFERENCES call (id),
    n          integer     NOT NULL,
    company    text        NOT NULL,
    queue      text        NOT NULL,
    priority   integer     NOT NULL,
    ahead      integer     NOT NULL,
    entered_at timestamptz NOT NULL,
    left_at    timestamptz,
    wait_ms    bigint,
    result     text,
    PRIMARY KEY (call_id, n),
    CONSTRAINT queue_entry_result_is_known CHECK
        (result IN ('answered', 'abandoned', 'moved', 'fell_back', 'ended')),
    CONSTRAINT queue_entry_end_is_whole CHECK
        ((left_at IS NULL) = (result IS NULL) AND (left_at IS NULL) = (wait_ms IS NULL)),
    CONSTRAINT queue_entry_wait_not_negative CHECK (wait_ms >= 0)
);
-- A call waits in one queue at a time.
CREATE UNIQUE INDEX queue_entry_open ON queue_entry (call_id) WHERE left_at IS NULL;
CREATE INDEX queue_entry_by_queue ON queue_entry (company, queue, entered_at);

CREATE TABLE hold (
    call_id  text        NOT NULL REFERENCES call (id),
    n        integer     NOT NULL,
    channel  text        NOT NULL,
    role     text        NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (call_id, n)
);
CREATE UNIQUE INDEX hold_open ON hold (call_id, channel) WHERE ended_at IS NULL;

-- What the caller was told by the system: the greeting and the agent's number
-- (requirement A2).
CREATE TABLE prompt (
    call_id  text        NOT NULL REFERENCES call (id),
    n        integer     NOT NULL,
    purpose  text        NOT NULL,
    prompt   text        NOT NULL DEFAULT '',
    agent    text        NOT NULL DEFAULT '',
    began_at timestamptz,
    ended_at timestamptz NOT NULL,
    whole    boolean     NOT NULL,
    failed   boolean     NOT NULL,
    PRIMARY KEY (call_id, n),
    CONSTRAINT prompt_purpose_is_known CHECK (purpose IN ('greeting', 'announcement'))
);

-- The caller's way through the flow, in order.
CREATE TABLE step (
    call_id text        NOT NULL REFERENCES call (id),
    n       integer     NOT NULL,
    at      timestamptz NOT NULL,
    step    text        NOT NULL,
    detail  text        NOT NULL DEFAULT '',
    PRIMARY KEY (call_id, n)
);

CREATE TABLE recording (
    call_id    text        NOT NULL REFERENCES call (id),
    name       text        NOT NULL,
    began_at   timestamptz NOT NULL,
    PRIMARY KEY (call_id, name)
);

-- A closed call stays as it is. 23001 (restrict_violation) so that a reader of
-- the error can tell it from a broken statement.
-- +goose StatementBegin
CREATE FUNCTION call_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'call %: a record is never deleted', OLD.id USING ERRCODE = '23001';
    END IF;
    IF OLD.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'call %: the record is closed, amend it instead', OLD.id USING ERRCODE = '23001';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER call_guard BEFORE UPDATE OR DELETE ON call
    FOR EACH ROW EXECUTE FUNCTION call_guard();

-- +goose StatementBegin
CREATE FUNCTION part_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '% of call %: a record is never deleted', TG_TABLE_NAME, OLD.call_id USING ERRCODE = '23001';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.call_id <> OLD.call_id THEN
        RAISE EXCEPTION '% of call %: a part stays with its call', TG_TABLE_NAME, OLD.call_id USING ERRCODE = '23001';
    END IF;
    PERFORM 1 FROM call WHERE id = NEW.call_id AND ended_at IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION '% of call %: the record is closed, amend it instead', TG_TABLE_NAME, NEW.call_id USING ERRCODE = '23001';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION truncate_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: records are never deleted', TG_TABLE_NAME USING ERRCODE = '23001';
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
DECLARE
    part text;
BEGIN
    FOREACH part IN ARRAY ARRAY['answer', 'leg', 'offer', 'queue_entry', 'hold', 'prompt', 'step', 'recording'] LOOP
        EXECUTE format('CREATE TRIGGER %1$s_guard BEFORE INSERT OR UPDATE OR DELETE ON %1$I
            FOR EACH ROW EXECUTE FUNCTION part_guard()', part);
        EXECUTE format('CREATE TRIGGER %1$s_truncate_guard BEFORE TRUNCATE ON %1$I
            EXECUTE FUNCTION truncate_guard()', part);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE TRIGGER call_truncate_guard BEFORE TRUNCATE ON call EXECUTE FUNCTION truncate_guard();

-- +goose Down
DROP TABLE recording, step, prompt, hold, queue_entry, offer, leg, answer, call;
DROP FUNCTION truncate_guard(), part_guard(), call_guard();
