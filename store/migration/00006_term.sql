-- Which term of the engines' lease the newest fact of a call, an agent or a phone
-- came from; 0 without a lease. What comes of an older term was told too late.

-- +goose Up
ALTER TABLE call ADD COLUMN term bigint NOT NULL DEFAULT 0;
ALTER TABLE agent_state ADD COLUMN term bigint NOT NULL DEFAULT 0;
ALTER TABLE phone ADD COLUMN term bigint NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE phone DROP COLUMN term;
ALTER TABLE agent_state DROP COLUMN term;
ALTER TABLE call DROP COLUMN term;
