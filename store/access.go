package store

import (
	"context"
	"fmt"
	"time"

	"sansheng/store/internal/sql"
)

// Access is one look at what is not for everybody: whole numbers, a recording, a customer's
// card, an export (requirement H2).
type Access struct {
	// ID rises with time.
	ID int64     `json:"id"`
	At time.Time `json:"at"`
	// Person is who has looked, Company his own.
	Person  string `json:"person"`
	Role    string `json:"role"`
	Company string `json:"company"`
	// What was looked at, and of which calls, tickets or customers.
	What string   `json:"what"`
	IDs  []string `json:"ids"`
	// Reason is empty where he saw it masked.
	Reason string `json:"reason"`
	// Source is where the request came from.
	Source string `json:"source"`
}

// NoteAccess writes down that somebody looks; its time is the database's. What is written is
// never changed.
func (s *Store) NoteAccess(ctx context.Context, a Access) error {
	ids := make([]string, len(a.IDs))
	for i, id := range a.IDs {
		ids[i] = clean(id)
	}
	err := s.q.AddAccess(ctx, s.pool, sql.AddAccessParams{
		Person: clean(a.Person), Role: a.Role, Company: clean(a.Company), What: clean(a.What), Ids: ids, Reason: clean(a.Reason), Source: clean(a.Source),
	})
	if err != nil {
		return fmt.Errorf("note access: %w", err)
	}
	return nil
}

// AccessFilter chooses looks; zero fields choose all.
type AccessFilter struct {
	Company, Person string
	// Of is a call, a ticket or a customer.
	Of           string
	Since, Until time.Time
	// Before is the last one of the page before.
	Before int64
	// Limit bounds a page; 0 means 100.
	Limit int
}

// Accesses is a page of looks, newest first.
func (s *Store) Accesses(ctx context.Context, f AccessFilter) ([]Access, error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	p := sql.AccessesParams{
		Company: wanted(f.Company), Person: wanted(f.Person), Of: wanted(f.Of), Since: given(f.Since), Until: given(f.Until), Count: int64(f.Limit),
	}
	if f.Before > 0 {
		p.Before = &f.Before
	}
	rows, err := s.q.Accesses(ctx, s.pool, p)
	if err != nil {
		return nil, fmt.Errorf("list accesses: %w", err)
	}
	list := make([]Access, len(rows))
	for i, r := range rows {
		list[i] = Access{ID: r.ID, At: r.At.UTC(), Person: r.Person, Role: r.Role, Company: r.Company, What: r.What, IDs: r.Ids, Reason: r.Reason, Source: r.Source}
	}
	return list, nil
}
