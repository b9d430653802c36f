package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"sansheng/cti/place"
	"sansheng/store/internal/sql"
)

// CustomerFilter chooses customers; empty fields choose all.
type CustomerFilter struct {
	Company string
	// Name and Address are parts of them, of two letters and more; neither case nor blanks
	// count. Number and Account are whole: nobody is found by a part of them.
	Name, Address, Number, Account string
	Flag                           Flag
	// After is the last customer of the page before.
	After uuid.UUID
	// Limit bounds a page; 0 means 100.
	Limit int
}

// searchLeast is how many letters of a name or an address are looked for at least.
const searchLeast = 2

func (f CustomerFilter) check() error {
	var faults place.Errors
	for _, t := range []struct{ at, text string }{{"name", f.Name}, {"address", f.Address}} {
		letters := strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) {
				return -1
			}
			return r
		}, t.text)
		if t.text != "" && utf8.RuneCountInString(letters) < searchLeast {
			faults.Fail(t.at, "%.40q is too short; allowed: %d letters and more", t.text, searchLeast)
		}
	}
	if err := faults.Err(); err != nil {
		return &CustomerError{Text: "the search is faulty", Faults: place.Split(err)}
	}
	return nil
}

// Customers is a page of customers, in the order in which they were made. Who was merged
// into another is not among them.
func (s *Store) Customers(ctx context.Context, f CustomerFilter) ([]Customer, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	p := sql.CustomersParams{
		Company: wanted(f.Company), Name: wanted(f.Name), Address: wanted(f.Address), Number: wanted(f.Number), Account: wanted(f.Account),
		Flag: wanted(string(f.Flag)), Count: int64(f.Limit),
	}
	if f.After != uuid.Nil {
		p.After = &f.After
	}
	var list []Customer
	err := s.read(ctx, func(tx pgx.Tx) error {
		if err := s.q.PlanEachTime(ctx, tx); err != nil {
			return err
		}
		rows, err := s.q.Customers(ctx, tx, p)
		list = make([]Customer, len(rows))
		for i, r := range rows {
			list[i] = newCustomer(r.Customer, r.Numbers)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list customers: %w", err)
	}
	return list, nil
}

// Customer is a customer by his id, or the one he was merged into. The error is a
// *CustomerError where there is none of the company, of any where it is empty.
func (s *Store) Customer(ctx context.Context, company string, id uuid.UUID) (Customer, error) {
	r, err := s.q.CustomerByID(ctx, s.pool, id)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && company != "" && r.Customer.Company != company {
		return Customer{}, noCustomer(id)
	}
	if err != nil {
		return Customer{}, fmt.Errorf("read customer: %w", err)
	}
	return newCustomer(r.Customer, r.Numbers), nil
}

// CustomerByNumber is whose number of a company it is. The error is a *CustomerError where
// it is nobody's.
func (s *Store) CustomerByNumber(ctx context.Context, company, number string) (Customer, error) {
	r, err := s.q.CustomerByNumber(ctx, s.pool, clean(company), clean(number))
	if errors.Is(err, pgx.ErrNoRows) {
		return Customer{}, &CustomerError{Unknown: true, Text: "no customer has this number"}
	}
	if err != nil {
		return Customer{}, fmt.Errorf("find customer by number: %w", err)
	}
	return newCustomer(r.Customer, r.Numbers), nil
}

// PastCall is a call with a customer, in short.
type PastCall struct {
	ID          string     `json:"id"`
	DID         string     `json:"did"`
	Direction   string     `json:"direction"`
	Emergency   bool       `json:"emergency"`
	StartedAt   time.Time  `json:"started_at"`
	AnsweredAt  *time.Time `json:"answered_at"`
	Agent       *string    `json:"agent"`
	EndedAt     *time.Time `json:"ended_at"`
	Disposition *string    `json:"disposition"`
	Abandoned   bool       `json:"abandoned"`
}

// Dealings are what a company has had to do with the owner of some numbers.
type Dealings struct {
	// Calls are the last ones, newest first; Tickets those that are not closed.
	Calls   []PastCall `json:"calls"`
	Tickets []Ticket   `json:"tickets"`
}

// dealingsMost bounds the calls and the tickets beside a card.
const dealingsMost = 50

// Dealings reads them, newest first.
func (s *Store) Dealings(ctx context.Context, company string, numbers []string, w Within) (Dealings, error) {
	d := Dealings{Calls: []PastCall{}, Tickets: []Ticket{}}
	calls, err := s.q.CallsOfNumbers(ctx, s.pool, sql.CallsOfNumbersParams{Company: company, Numbers: numbers, Queues: w.Queues, Person: wanted(w.Person), Count: dealingsMost})
	if err != nil {
		return d, fmt.Errorf("list a customer's calls: %w", err)
	}
	for _, c := range calls {
		d.Calls = append(d.Calls, PastCall{
			ID: c.ID, DID: c.Did, Direction: c.Direction, Emergency: c.Emergency, StartedAt: c.StartedAt.UTC(), AnsweredAt: utc(c.AnsweredAt),
			Agent: c.Agent, EndedAt: utc(c.EndedAt), Disposition: c.Disposition, Abandoned: c.Abandoned,
		})
	}
	d.Tickets, err = s.openTickets(ctx, company, numbers, w, dealingsMost)
	return d, err
}

// OpenTickets are those of a company's callers with a number that are not closed, the newest
// first, at most so many.
func (s *Store) OpenTickets(ctx context.Context, company, number string, most int64) ([]Ticket, error) {
	return s.openTickets(ctx, company, []string{number}, Within{}, most)
}

func (s *Store) openTickets(ctx context.Context, company string, numbers []string, w Within, most int64) ([]Ticket, error) {
	rows, err := s.q.OpenTicketsOfNumbers(ctx, s.pool, sql.OpenTicketsOfNumbersParams{Company: company, Numbers: numbers, Queues: w.Queues, Person: wanted(w.Person), Count: most})
	if err != nil {
		return []Ticket{}, fmt.Errorf("list the open tickets of numbers: %w", err)
	}
	tickets := make([]Ticket, len(rows))
	for i, r := range rows {
		tickets[i] = showTicket(r.Ticket)
		tickets[i].DID, tickets[i].Caller = r.Did, r.CallerNumber
	}
	return tickets, nil
}

// HasServed tells whether an agent has, or had, a caller with one of the numbers at his
// phone.
func (s *Store) HasServed(ctx context.Context, company, agent string, numbers []string) (bool, error) {
	served, err := s.q.HasServed(ctx, s.pool, agent, company, numbers)
	if err != nil {
		return false, fmt.Errorf("ask whether agent %s had the caller: %w", agent, err)
	}
	return served, nil
}

// CustomerChange is one change of a customer.
type CustomerChange struct {
	// Customer is he who was changed: another one where he was merged into this one later.
	Customer uuid.UUID `json:"customer"`
	Version  int64     `json:"version"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	// What is created, imported, changed, merged_in or merged_away; Other whom a merge was
	// with.
	What  string     `json:"what"`
	Why   string     `json:"why"`
	Other *uuid.UUID `json:"other,omitempty"`
	// Card is as it was afterwards.
	Card Card `json:"card"`
}

// CustomerChanges is a customer's history, and that of those who were merged into him,
// oldest first.
func (s *Store) CustomerChanges(ctx context.Context, id uuid.UUID) ([]CustomerChange, error) {
	rows, err := s.q.CustomerChanges(ctx, s.pool, id)
	if err != nil {
		return nil, fmt.Errorf("read a customer's history: %w", err)
	}
	list := make([]CustomerChange, len(rows))
	for i, r := range rows {
		list[i] = CustomerChange{
			Customer: r.CustomerID, Version: r.Version, At: r.At.UTC(), By: r.ByPerson, What: r.What, Why: r.Why, Other: r.OtherID,
		}
		if err := json.Unmarshal(r.Card, &list[i].Card); err != nil {
			return nil, fmt.Errorf("read a customer's history: %w", err)
		}
	}
	return list, nil
}

// MergedCustomers are those who were merged into a customer.
func (s *Store) MergedCustomers(ctx context.Context, id uuid.UUID) ([]uuid.UUID, error) {
	ids, err := s.q.MergedCustomers(ctx, s.pool, id)
	if err != nil {
		return nil, fmt.Errorf("list merged customers: %w", err)
	}
	return ids, nil
}
