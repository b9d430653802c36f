-- Recordings are looked at by the end of their calls, every second: only those of late.

-- +goose Up
CREATE INDEX call_by_end ON call (ended_at) WHERE ended_at IS NOT NULL;

-- +goose Down
DROP INDEX call_by_end;
