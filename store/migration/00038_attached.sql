-- Which other tickets have a file, asked when one of them is erased.

-- +goose Up
CREATE INDEX act_attached ON act ((data ->> 'sha256')) WHERE kind = 'ticket.attached';

-- +goose Down
DROP INDEX act_attached;
