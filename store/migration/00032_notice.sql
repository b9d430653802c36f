-- Notices to agents, each of whom confirms that he has read them (requirement G6).

-- +goose Up
CREATE TABLE notice (
    id           uuid        PRIMARY KEY,
    company      text        NOT NULL,
    -- Whom it is for: the agents of this queue, all of the company where it is empty.
    queue        text        NOT NULL DEFAULT '',
    title        text        NOT NULL,
    text         text        NOT NULL,
    written_at   timestamptz NOT NULL DEFAULT now(),
    written_by   text        NOT NULL,
    -- Who has been told is not untold: a notice is withdrawn, not deleted.
    withdrawn_at timestamptz,
    withdrawn_by text        NOT NULL DEFAULT ''
);
CREATE INDEX notice_standing ON notice (company, written_at) WHERE withdrawn_at IS NULL;

CREATE TABLE notice_confirmation (
    notice_id    uuid        NOT NULL REFERENCES notice (id),
    agent        text        NOT NULL,
    confirmed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (notice_id, agent)
);

-- +goose Down
DROP TABLE notice_confirmation, notice;
