-- Calls that agents have promised their callers, beside those that callers asked for; and lists
-- of calls among a million by queue, emergency and disposition.

-- +goose Up
-- Who promised it, and until when it is to be made; nobody and never where the caller asked.
ALTER TABLE callback
    ADD COLUMN promised_by    text NOT NULL DEFAULT '',
    ADD COLUMN promised_until timestamptz,
    ADD CONSTRAINT callback_promised_has_a_time CHECK ((promised_until IS NULL) = (promised_by = ''));

CREATE INDEX call_of_emergency ON call (started_at, id) WHERE emergency;
CREATE INDEX call_by_disposition ON call (disposition, started_at, id);

-- When the call began, beside the queue in which it waited, as beside who answered it: a
-- queue's calls are read in this order. It says nothing that the call does not, and is not sealed.
ALTER TABLE queue_entry DISABLE TRIGGER queue_entry_guard;
ALTER TABLE queue_entry ADD COLUMN started_at timestamptz;
UPDATE queue_entry SET started_at = call.started_at FROM call WHERE call.id = queue_entry.call_id;
ALTER TABLE queue_entry ALTER COLUMN started_at SET NOT NULL;
ALTER TABLE queue_entry ENABLE TRIGGER queue_entry_guard;
CREATE TRIGGER queue_entry_begins BEFORE INSERT ON queue_entry
    FOR EACH ROW WHEN (NEW.started_at IS NULL) EXECUTE FUNCTION answer_begins();

-- +goose StatementBegin
CREATE FUNCTION queue_entry_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE queue_entry SET started_at = NEW.started_at WHERE call_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER queue_entry_follows AFTER UPDATE OF started_at ON call
    FOR EACH ROW WHEN (OLD.started_at <> NEW.started_at) EXECUTE FUNCTION queue_entry_follows();

CREATE INDEX queue_entry_of_queue ON queue_entry (queue, started_at, call_id);

-- +goose Down
DROP INDEX queue_entry_of_queue;
DROP TRIGGER queue_entry_follows ON call;
DROP TRIGGER queue_entry_begins ON queue_entry;
DROP FUNCTION queue_entry_follows();
ALTER TABLE queue_entry DROP COLUMN started_at;
DROP INDEX call_by_disposition, call_of_emergency;
ALTER TABLE callback DROP COLUMN promised_until, DROP COLUMN promised_by;
