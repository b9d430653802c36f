package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"sansheng/cti"
	"sansheng/store/internal/sql"
)

// TicketKind is what a ticket is about (requirement E1).
type TicketKind string

// Kinds of tickets that calls make by themselves. The others are chosen by agents.
const (
	Consultation TicketKind = "consultation"
	Callback     TicketKind = "callback"
	Voicemail    TicketKind = "voicemail"
	// FollowUp: the caller was not satisfied (requirement F8).
	FollowUp TicketKind = "follow_up"
)

// Ticket is a matter somebody is responsible for.
type Ticket struct {
	ID      uuid.UUID  `json:"id"`
	Company string     `json:"company"`
	Kind    TicketKind `json:"kind"`
	// State is draft, open or closed.
	State string `json:"state"`
	// Owner is the agent responsible until it is closed (requirement D3); null
	// where nobody answered.
	Owner    *string    `json:"owner"`
	Call     string     `json:"call"`
	DID      string     `json:"did,omitempty"`
	Caller   string     `json:"caller,omitempty"`
	OpenedAt time.Time  `json:"opened_at"`
	DueAt    *time.Time `json:"due_at"`
	ClosedAt *time.Time `json:"closed_at"`
	// Message is what the caller has left, of tickets of that kind.
	Message *LeftMessage `json:"message,omitempty"`
}

// ticketSpace is the namespace of ids made from facts (UUID version 5).
var ticketSpace = uuid.MustParse("5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33")

// ticketID is always the same for a call and a kind: what is made twice is one.
func ticketID(call cti.CallID, kind TicketKind) uuid.UUID {
	return uuid.NewSHA1(ticketSpace, []byte(string(kind)+"/"+string(call)))
}

// TicketFilter chooses tickets; empty fields choose all.
type TicketFilter struct {
	ID, Company, Kind, State, Owner, Call string
	// Limit keeps the newest; 0 keeps all.
	Limit int
}

// Tickets lists tickets, newest last.
func (s *Store) Tickets(ctx context.Context, f TicketFilter) ([]Ticket, error) {
	rows, err := s.q.Tickets(ctx, s.pool, sql.TicketsParams{
		ID: wanted(f.ID), Company: wanted(f.Company), Kind: wanted(f.Kind), State: wanted(f.State), Owner: wanted(f.Owner),
		CallID: wanted(f.Call), Count: limit(f.Limit),
	})
	if err != nil {
		return nil, fmt.Errorf("list tickets: %w", err)
	}
	list := make([]Ticket, len(rows))
	for i, r := range rows {
		list[len(rows)-1-i] = Ticket{
			ID: r.ID, Company: r.Company, Kind: TicketKind(r.Kind), State: r.State, Owner: r.Owner,
			Call: r.CallID, DID: r.Did, Caller: r.CallerNumber,
			OpenedAt: r.OpenedAt.UTC(), DueAt: utc(r.DueAt), ClosedAt: utc(r.ClosedAt),
		}
	}
	if err := s.addMessages(ctx, list); err != nil {
		return nil, fmt.Errorf("list tickets: %w", err)
	}
	return list, nil
}

// wanted is a filter's text, or nothing to filter by.
func wanted(s string) *string {
	if s == "" {
		return nil
	}
	s = clean(s)
	return &s
}

func limit(n int) *int64 {
	if n <= 0 {
		return nil
	}
	m := int64(n)
	return &m
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
