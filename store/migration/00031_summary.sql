-- What the summary of a day asks (requirement C4), and lists among a million.

-- +goose Up
-- Whether a call is one of some queues, for it waited there, or one that agents of theirs had
-- dialled. All are where queues is null.
-- +goose StatementBegin
CREATE FUNCTION call_is_of(of_call text, queues text[], agents text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT $2 IS NULL
        OR EXISTS (SELECT 1 FROM queue_entry e WHERE e.call_id = $1 AND e.queue = ANY ($2))
        OR EXISTS (SELECT 1 FROM dial d WHERE d.call_id = $1 AND d.agent = ANY ($3))
$$;
-- +goose StatementEnd

-- Whether a ticket was closed or merged at a moment, by its history. A message is finished by
-- the hotline, and not by an act.
-- +goose StatementBegin
CREATE FUNCTION ticket_was_over(of_ticket uuid, moment timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT change.over FROM (
            SELECT a.at, a.n, a.kind <> 'ticket.reopened' AS over FROM act a
            WHERE a.ticket_id = $1 AND a.follow_up_id IS NULL AND a.at < $2
              AND a.kind IN ('ticket.closed', 'ticket.merged', 'ticket.reopened')
            UNION ALL
            SELECT m.finished_at, 0, true FROM ticket t JOIN message m ON m.call_id = t.call_id
            WHERE t.id = $1 AND t.kind = 'voicemail' AND m.finished_at < $2
        ) change
        ORDER BY change.at DESC, change.n DESC LIMIT 1
    ), false)
$$;
-- +goose StatementEnd

-- Acts of a day; the one that it takes the place of knew those that close only.
CREATE INDEX act_by_kind ON act (company, kind, at);
DROP INDEX act_closed;
CREATE INDEX amendment_by_company ON amendment (company, made_at);
CREATE INDEX ticket_important ON ticket (company, opened_at) WHERE important OR kind = 'emergency' OR kind = 'complaint' AND level > 0;
CREATE INDEX ticket_by_end ON ticket (company, closed_at) INCLUDE (opened_at, due_at, id);
CREATE INDEX ticket_unclosed ON ticket (company, opened_at) WHERE closed_at IS NULL;
-- Lists, newest first, by what people choose from them.
CREATE INDEX ticket_by_opening ON ticket (opened_at, id);
CREATE INDEX ticket_of_company ON ticket (company, opened_at, id);
CREATE INDEX ticket_by_kind ON ticket (company, kind, opened_at);
CREATE INDEX ticket_of_owner ON ticket (owner, company, opened_at);
CREATE INDEX ticket_late ON ticket (company, opened_at) WHERE overdue AND closed_at IS NULL;
CREATE INDEX follow_up_by_end ON follow_up (company, ended_at) INCLUDE (planned_at, due_at);
CREATE INDEX follow_up_by_due ON follow_up (company, due_at);
CREATE INDEX follow_up_dissatisfied ON follow_up (company, due_at) WHERE dissatisfied;

-- +goose Down
DROP INDEX follow_up_dissatisfied, follow_up_by_due, follow_up_by_end, ticket_late, ticket_of_owner, ticket_by_kind, ticket_of_company, ticket_by_opening;
DROP INDEX ticket_unclosed, ticket_by_end, ticket_important, amendment_by_company;
CREATE INDEX act_closed ON act (company, at) WHERE kind = 'ticket.closed';
DROP INDEX act_by_kind;
DROP FUNCTION ticket_was_over(uuid, timestamptz);
DROP FUNCTION call_is_of(text, text[], text[]);
