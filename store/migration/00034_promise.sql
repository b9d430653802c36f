-- Calls that agents have promised their callers, beside those that callers asked for.

-- +goose Up
-- Who promised it, and until when it is to be made; nobody and never where the caller asked.
ALTER TABLE callback
    ADD COLUMN promised_by    text NOT NULL DEFAULT '',
    ADD COLUMN promised_until timestamptz,
    ADD CONSTRAINT callback_promised_has_a_time CHECK ((promised_until IS NULL) = (promised_by = ''));

-- +goose Down
ALTER TABLE callback DROP COLUMN promised_until, DROP COLUMN promised_by;
