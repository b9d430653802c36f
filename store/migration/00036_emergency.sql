-- Who says, when he is called back, that his emergency is not solved is owed a call at once
-- (requirement F6): what for, beside those who asked to be called.

-- +goose Up
ALTER TABLE callback ADD COLUMN emergency boolean NOT NULL DEFAULT false, ADD COLUMN matter text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE callback DROP COLUMN emergency, DROP COLUMN matter;
