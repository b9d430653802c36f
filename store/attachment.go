package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"sansheng/store/ticket"
)

// AttachmentMost bounds a file of a ticket, in bytes.
const AttachmentMost = 10 << 20

// ErrNoAttachment: the ticket has no such file, or what was in it is gone.
var ErrNoAttachment = errors.New("no such attachment")

// Attach puts a file to a ticket. The fact has its hash, and not what is in it: a database that is
// made anew from the journal alone knows of it and does not have it.
func (s *Store) Attach(ctx context.Context, id uuid.UUID, by, name, mime string, body []byte, may May) (Ticket, error) {
	if len(body) == 0 || len(body) > AttachmentMost {
		return Ticket{}, &ticket.RefusedError{Reason: fmt.Sprintf("the file has %d bytes; allowed: 1 to %d", len(body), AttachmentMost)}
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	var after Ticket
	err := s.acting(ctx, func(tx pgx.Tx) error {
		t, err := s.lockTicket(ctx, tx, id, may)
		if err != nil {
			return err
		}
		if err := s.q.AddAttachment(ctx, tx, hash, body); err != nil {
			return err
		}
		after, err = s.act(ctx, tx, t, by, &ticket.Attached{Name: name, Type: mime, Bytes: int64(len(body)), SHA256: hash})
		return err
	})
	return after, err
}

// Attachment is a file of a ticket, by its hash, with its name. The error Is ErrNoAttachment
// where there is none.
func (s *Store) Attachment(ctx context.Context, id uuid.UUID, hash string) (name string, body []byte, err error) {
	r, err := s.q.Attachment(ctx, s.pool, id, hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil, ErrNoAttachment
	}
	if err != nil {
		return "", nil, fmt.Errorf("read attachment: %w", err)
	}
	return r.Name, r.Body, nil
}
