-- What the receiver of a transfer saw before he answered (requirement D1): fields in order.

-- +goose Up
ALTER TABLE transfer ADD COLUMN sheet jsonb;

-- +goose Down
ALTER TABLE transfer DROP COLUMN sheet;
