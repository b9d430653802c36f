package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"sansheng/cti"
	"sansheng/store/internal/sql"
	"sansheng/store/ticket"
)

// Ticket is a matter somebody is responsible for.
type Ticket struct {
	ID      uuid.UUID    `json:"id"`
	Company string       `json:"company"`
	Kind    ticket.Kind  `json:"kind"`
	State   ticket.State `json:"state"`
	// Owner is the agent responsible until it is closed (requirement D3); null
	// where nobody answered.
	Owner *string `json:"owner"`
	// Department is where it was forwarded to, Clerk who of it has taken it.
	Department string `json:"department,omitempty"`
	Clerk      string `json:"clerk,omitempty"`
	ticket.Matter
	// Call is the one that it came from, Calls are all that belong to it.
	Call   string   `json:"call"`
	Calls  []string `json:"calls"`
	DID    string   `json:"did,omitempty"`
	Caller string   `json:"caller,omitempty"`
	Result string   `json:"result,omitempty"`
	// Level is how far it was escalated, Score what the caller says of it: 1 to 5, 0 for
	// nothing yet.
	Level    int        `json:"level,omitempty"`
	Score    int        `json:"score,omitempty"`
	Into     *uuid.UUID `json:"into,omitempty"`
	OpenedAt time.Time  `json:"opened_at"`
	DueAt    *time.Time `json:"due_at"`
	// Promised tells that the caller was told DueAt, Overdue that it has passed.
	Promised bool       `json:"promised,omitempty"`
	Overdue  bool       `json:"overdue,omitempty"`
	WorkedAt *time.Time `json:"worked_at,omitempty"`
	ClosedAt *time.Time `json:"closed_at"`
	// Message is what the caller has left, of tickets of that kind.
	Message *LeftMessage `json:"message,omitempty"`
}

// ticketSpace is the namespace of ids made from facts (UUID version 5).
var ticketSpace = uuid.MustParse("5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33")

// ticketID is always the same for a call and a kind: what is made twice is one.
func ticketID(call cti.CallID, kind ticket.Kind) uuid.UUID {
	return uuid.NewSHA1(ticketSpace, []byte(string(kind)+"/"+string(call)))
}

// TicketFilter chooses tickets; empty fields choose all.
type TicketFilter struct {
	ID, Company, Kind, State, Owner, Department, Call string
	// Overdue keeps those whose deadline has passed and which are not closed.
	Overdue bool
	Within
	// Limit keeps the newest; 0 keeps all.
	Limit int
}

// Tickets lists tickets, newest last.
func (s *Store) Tickets(ctx context.Context, f TicketFilter) ([]Ticket, error) {
	if f.ID != "" {
		if _, err := uuid.Parse(f.ID); err != nil {
			return nil, nil // no ticket has such an id
		}
	}
	rows, err := s.q.Tickets(ctx, s.pool, sql.TicketsParams{
		ID: wanted(f.ID), Company: wanted(f.Company), Kind: wanted(f.Kind), State: wanted(f.State), Owner: wanted(f.Owner),
		Department: wanted(f.Department), CallID: wanted(f.Call), Overdue: f.Overdue, Queues: f.Queues, Person: wanted(f.Person), Count: limit(f.Limit),
	})
	if err != nil {
		return nil, fmt.Errorf("list tickets: %w", err)
	}
	list := make([]Ticket, len(rows))
	for i, r := range rows {
		t := showTicket(r.Ticket)
		t.DID, t.Caller = r.Did, r.CallerNumber
		list[len(rows)-1-i] = t
	}
	if err := s.addMessages(ctx, list); err != nil {
		return nil, fmt.Errorf("list tickets: %w", err)
	}
	return list, nil
}

// showTicket is a row as it is shown.
func showTicket(r sql.Ticket) Ticket {
	return Ticket{
		ID: r.ID, Company: r.Company, Kind: ticket.Kind(r.Kind), State: ticket.State(r.State), Owner: r.Owner,
		Department: r.Department, Clerk: r.Clerk, Matter: matterOf(r), Call: r.CallID, Calls: r.Calls,
		Result: r.Result, Level: int(r.Level), Score: int(r.Score), Into: r.IntoID,
		OpenedAt: r.OpenedAt.UTC(), DueAt: utc(r.DueAt), Promised: r.Promised, Overdue: r.Overdue,
		WorkedAt: utc(r.WorkedAt), ClosedAt: utc(r.ClosedAt),
	}
}

func matterOf(r sql.Ticket) ticket.Matter {
	return ticket.Matter{Summary: r.Summary, Place: r.Place, Phone: r.Phone, Important: r.Important, Charged: r.Charged}
}

// loadTicket is a row as the rules know it.
func loadTicket(r sql.Ticket) ticket.Ticket {
	t := ticket.Ticket{
		ID: ticket.ID(r.ID.String()), Company: r.Company, Kind: ticket.Kind(r.Kind), State: ticket.State(r.State),
		Department: r.Department, Clerk: r.Clerk, Matter: matterOf(r), Calls: r.Calls,
		Due: ticket.Deadline{
			At: at(r.DueAt), WarnAt: at(r.WarnAt), Promised: r.Promised, Warned: r.Warned, Overdue: r.Overdue,
		},
		Level: int(r.Level), Result: r.Result, Score: int(r.Score),
		OpenedAt: r.OpenedAt.UTC(), WorkedAt: at(r.WorkedAt), ClosedAt: at(r.ClosedAt),
		Facts: int(r.Facts), ChangedAt: r.ChangedAt.UTC(),
	}
	if r.Owner != nil {
		t.Owner = *r.Owner
	}
	if r.IntoID != nil {
		t.Into = ticket.ID(r.IntoID.String())
	}
	return t
}

// saveTicket is what a ticket's row becomes. Its id is one of ours.
func saveTicket(t ticket.Ticket) sql.SaveTicketParams {
	p := sql.SaveTicketParams{
		ID: uuid.MustParse(string(t.ID)), Kind: string(t.Kind), State: string(t.State), Calls: t.Calls, OpenedAt: t.OpenedAt,
		Department: clean(t.Department), Clerk: clean(t.Clerk), Summary: clean(t.Matter.Summary), Place: clean(t.Matter.Place),
		Phone: clean(t.Matter.Phone), Important: t.Matter.Important, Charged: t.Matter.Charged,
		DueAt: given(t.Due.At), WarnAt: given(t.Due.WarnAt), Promised: t.Due.Promised, Warned: t.Due.Warned, Overdue: t.Due.Overdue,
		Level: small(t.Level), Result: clean(t.Result), Score: small(t.Score),
		WorkedAt: given(t.WorkedAt), ClosedAt: given(t.ClosedAt), Facts: small(t.Facts), ChangedAt: t.ChangedAt,
	}
	if t.Owner != "" {
		p.Owner = wanted(t.Owner)
	}
	if id, err := uuid.Parse(string(t.Into)); err == nil {
		p.IntoID = &id
	}
	return p
}

// at is a column's time, zero for null.
func at(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
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
