-- What an erasure asks of acts, tickets and deliveries, and whether a message's end was its
-- ticket's, too.

-- +goose Up
-- Without them each erasure reads all that there are; and whose number is looked up, for his
-- open tickets, all tickets.
CREATE INDEX act_by_call ON act (call_id);
CREATE INDEX ticket_of_call ON ticket (call_id);
CREATE INDEX delivery_by_call ON delivery (call_id);
CREATE INDEX delivery_of_fact ON delivery (fact_id);

-- What a department has done is to be told and closed in time, too.
DROP INDEX ticket_unwarned, ticket_lapsing, ticket_overdue;
CREATE INDEX ticket_unwarned ON ticket (warn_at) WHERE NOT warned AND state IN ('open', 'forwarded', 'done');
CREATE INDEX ticket_lapsing ON ticket (due_at) WHERE NOT overdue AND state IN ('open', 'forwarded', 'done');
CREATE INDEX ticket_overdue ON ticket (company, due_at) WHERE overdue AND state IN ('open', 'forwarded', 'done');

-- A ticket that was about another matter by then, or that lay with a department, was not closed
-- when its message was finished. Those of before are told by what was done to them since: what is
-- opened again was closed.
ALTER TABLE message ADD COLUMN closed boolean NOT NULL DEFAULT false;
UPDATE message SET closed = EXISTS (
    SELECT 1 FROM ticket
    WHERE ticket.call_id = message.call_id AND ticket.kind = 'voicemail' AND (ticket.closed_at = message.finished_at OR (
        SELECT act.kind FROM act
        WHERE act.ticket_id = ticket.id AND act.follow_up_id IS NULL AND act.at >= message.finished_at
          AND act.kind IN ('ticket.reopened', 'ticket.closed', 'ticket.merged', 'ticket.finished', 'ticket.given_back')
        ORDER BY act.n LIMIT 1
    ) = 'ticket.reopened')
)
WHERE finished_at IS NOT NULL;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ticket_was_over(of_ticket uuid, moment timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT change.over FROM (
            SELECT a.at, a.n, a.kind <> 'ticket.reopened' AS over FROM act a
            WHERE a.ticket_id = $1 AND a.follow_up_id IS NULL AND a.at < $2
              AND a.kind IN ('ticket.closed', 'ticket.merged', 'ticket.reopened')
            UNION ALL
            SELECT m.finished_at, 0, true FROM ticket t JOIN message m ON m.call_id = t.call_id
            WHERE t.id = $1 AND t.kind = 'voicemail' AND m.closed AND m.finished_at < $2
        ) change
        ORDER BY change.at DESC, change.n DESC LIMIT 1
    ), false)
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ticket_was_over(of_ticket uuid, moment timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
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
ALTER TABLE message DROP COLUMN closed;
DROP INDEX ticket_unwarned, ticket_lapsing, ticket_overdue;
CREATE INDEX ticket_unwarned ON ticket (warn_at) WHERE NOT warned AND state IN ('open', 'forwarded');
CREATE INDEX ticket_lapsing ON ticket (due_at) WHERE NOT overdue AND state IN ('open', 'forwarded');
CREATE INDEX ticket_overdue ON ticket (company, due_at) WHERE overdue AND state IN ('open', 'forwarded');
DROP INDEX delivery_of_fact, delivery_by_call, ticket_of_call, act_by_call;
