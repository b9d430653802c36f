-- Lists among a million: the calls of an agent, and what was open on a day long ago.

-- +goose Up
-- When the call began, beside who answered it: an agent's calls are read in this order, and no
-- further than the page goes. It says nothing that the call does not, and is not sealed.
ALTER TABLE answer DISABLE TRIGGER answer_guard;
ALTER TABLE answer ADD COLUMN started_at timestamptz;
UPDATE answer SET started_at = call.started_at FROM call WHERE call.id = answer.call_id;
ALTER TABLE answer ALTER COLUMN started_at SET NOT NULL;
ALTER TABLE answer ENABLE TRIGGER answer_guard;

-- +goose StatementBegin
CREATE FUNCTION answer_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT call.started_at INTO NEW.started_at FROM call WHERE call.id = NEW.call_id;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER answer_begins BEFORE INSERT ON answer
    FOR EACH ROW WHEN (NEW.started_at IS NULL) EXECUTE FUNCTION answer_begins();

-- A call whose arrival came late has begun at another time than its row stood in for.
-- +goose StatementBegin
CREATE FUNCTION answer_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE answer SET started_at = NEW.started_at WHERE call_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER answer_follows AFTER UPDATE OF started_at ON call
    FOR EACH ROW WHEN (OLD.started_at <> NEW.started_at) EXECUTE FUNCTION answer_follows();

CREATE INDEX answer_of_agent ON answer (agent, started_at, call_id);

-- From when to when a ticket was open: those of one moment are few, however many were closed
-- since. A clock that was set back may have closed one before it was opened.
CREATE INDEX ticket_while_open ON ticket USING gist (tstzrange(least(opened_at, closed_at), closed_at, '(]'));

-- +goose Down
DROP INDEX ticket_while_open, answer_of_agent;
DROP TRIGGER answer_follows ON call;
DROP TRIGGER answer_begins ON answer;
DROP FUNCTION answer_follows(), answer_begins();
ALTER TABLE answer DROP COLUMN started_at;
