-- What was found in the legs of a recording, each in a file of its own.

-- +goose Up
ALTER TABLE recording_check ADD COLUMN sides jsonb;

-- +goose Down
ALTER TABLE recording_check DROP COLUMN sides;
