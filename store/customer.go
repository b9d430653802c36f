package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"sansheng/cti"
	"sansheng/cti/place"
	"sansheng/store/internal/sql"
)

// Flag says how a customer is to be treated.
type Flag string

// Flags.
const (
	FlagVIP       Flag = "vip"
	FlagDoNotCall Flag = "do_not_call"
	FlagNoSurvey  Flag = "no_survey"
	// FlagInNeed: he must be helped at once, as somebody ill who needs heat.
	FlagInNeed Flag = "in_need"
)

// Flags lists all flags.
func Flags() []Flag { return []Flag{FlagVIP, FlagDoNotCall, FlagNoSurvey, FlagInNeed} }

// Card is what a company knows of a customer. Personal data: mask it before it is shown.
type Card struct {
	// Numbers are as the hotline compares them (cti.ReadNumber); each leads to this customer
	// alone. The first is the one to be called.
	Numbers []string `json:"numbers"`
	Name    string   `json:"name"`
	Address string   `json:"address"`
	Account string   `json:"account"`
	Flags   []Flag   `json:"flags"`
	Note    string   `json:"note"`
}

// Bounds of a card, in letters.
const (
	numbersMost = 20
	nameMost    = 100
	addressMost = 300
	accountMost = 64
	noteMost    = 2000
	reasonMost  = 200
)

// Customer is a customer of a company.
type Customer struct {
	ID      uuid.UUID `json:"id"`
	Company string    `json:"company"`
	Card
	// Version rises with every change.
	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	ChangedAt time.Time `json:"changed_at"`
	// MergedInto is the customer that this one turned out to be, where he was asked for as
	// he was.
	MergedInto *uuid.UUID `json:"merged_into,omitempty"`
}

// Editor is who changes customers, and why.
type Editor struct{ Person, Reason string }

// CustomerError is why a customer is not changed, or not there.
type CustomerError struct {
	// Unknown: there is none.
	Unknown bool
	// Faults are what is wrong with what was given, each with its place.
	Faults []error
	Text   string
}

func (e *CustomerError) Error() string {
	if len(e.Faults) > 0 {
		return fmt.Sprintf("%s: %v", e.Text, errors.Join(e.Faults...))
	}
	return e.Text
}

func refuse(format string, args ...any) error {
	return &CustomerError{Text: fmt.Sprintf(format, args...)}
}

func noCustomer(id uuid.UUID) error {
	return &CustomerError{Unknown: true, Text: fmt.Sprintf("there is no customer %s", id)}
}

// Tidy is a card as it is kept; the error is what is wrong with it, each a *place.Error.
func (c Card) Tidy() (Card, error) {
	var faults place.Errors
	tidy := Card{Numbers: []string{}, Flags: []Flag{}}
	for i, n := range c.Numbers {
		number, err := cti.ReadNumber(n)
		if err != nil {
			faults.Fail(fmt.Sprintf("numbers[%d]", i), "%v", err)
		} else if !slices.Contains(tidy.Numbers, number) {
			tidy.Numbers = append(tidy.Numbers, number)
		}
	}
	if len(tidy.Numbers) > numbersMost {
		faults.Fail("numbers", "%d are too many; allowed: %d", len(tidy.Numbers), numbersMost)
	}
	for _, t := range []struct {
		at    string
		text  string
		most  int
		lines bool
		to    *string
	}{
		{"name", c.Name, nameMost, false, &tidy.Name}, {"address", c.Address, addressMost, false, &tidy.Address},
		{"account", c.Account, accountMost, false, &tidy.Account}, {"note", c.Note, noteMost, true, &tidy.Note},
	} {
		if err := checkText(t.text, t.most, t.lines); err != nil {
			faults.Fail(t.at, "%v", err)
		}
		*t.to = strings.TrimSpace(t.text)
	}
	for _, f := range Flags() {
		if slices.Contains(c.Flags, f) {
			tidy.Flags = append(tidy.Flags, f)
		}
	}
	for i, f := range c.Flags {
		if !slices.Contains(Flags(), f) {
			faults.Fail(fmt.Sprintf("flags[%d]", i), "%.40q is unknown; allowed: %v", f, Flags())
		}
	}
	if len(tidy.Numbers) == 0 && tidy.Name == "" && tidy.Account == "" && faults.Err() == nil {
		faults.Fail("name", "a customer without a number, a name and an account cannot be found again; allowed: one of them")
	}
	return tidy, faults.Err()
}

// checkText tells whether a text can be kept.
func checkText(text string, most int, lines bool) error {
	kind := "a line"
	if lines {
		kind = "a text"
	}
	odd := func(r rune) bool { return unicode.IsControl(r) && (!lines || r != '\n' && r != '\t') }
	switch {
	case !utf8.ValidString(text) || strings.ContainsFunc(text, odd), utf8.RuneCountInString(text) > most:
		return fmt.Errorf("it is not allowed: %s of at most %d letters", kind, most)
	case strings.Contains(text, "**"):
		return errors.New("it is masked; allowed: the whole text, or none to leave it as it is")
	}
	return nil
}

// check tells whether it is said who changes, and why.
func (e Editor) check() error {
	if e.Person == "" || strings.TrimSpace(e.Reason) == "" || checkText(e.Reason, reasonMost, false) != nil {
		return &CustomerError{Text: "reason", Faults: []error{&place.Error{Place: "reason", Text: fmt.Sprintf("allowed: a line of 1 to %d letters that says why", reasonMost)}}}
	}
	return nil
}

// tidy is Tidy with the error of a customer.
func (c Card) tidy() (Card, error) {
	tidy, err := c.Tidy()
	if err != nil {
		return tidy, &CustomerError{Text: "the card is faulty", Faults: place.Split(err)}
	}
	return tidy, nil
}

func newCustomer(c sql.Customer, numbers []string) Customer {
	flags := make([]Flag, len(c.Flags))
	for i, f := range c.Flags {
		flags[i] = Flag(f)
	}
	if numbers == nil {
		numbers = []string{}
	}
	return Customer{
		ID: c.ID, Company: c.Company,
		Card:    Card{Numbers: numbers, Name: c.Name, Address: c.Address, Account: c.Account, Flags: flags, Note: c.Note},
		Version: c.Version, CreatedAt: c.CreatedAt.UTC(), ChangedAt: c.ChangedAt.UTC(), MergedInto: c.MergedInto,
	}
}

func (c Card) flagTexts() []string {
	texts := make([]string, len(c.Flags))
	for i, f := range c.Flags {
		texts[i] = string(f)
	}
	return texts
}

func (c Card) equal(o Card) bool {
	return c.Name == o.Name && c.Address == o.Address && c.Account == o.Account && c.Note == o.Note &&
		slices.Equal(c.Numbers, o.Numbers) && slices.Equal(c.Flags, o.Flags)
}

// now is the time of a change: that of this host, for a person makes it.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// CreateCustomer makes a customer of a company. The error is a *CustomerError where that
// cannot be.
func (s *Store) CreateCustomer(ctx context.Context, company string, card Card, by Editor) (Customer, error) {
	card, err := card.tidy()
	if err = errors.Join(err, by.check()); err != nil {
		return Customer{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Customer{}, fmt.Errorf("create customer: %w", err)
	}
	at := now()
	err = s.edit(ctx, func(tx pgx.Tx) error {
		if err := s.free(ctx, tx, company, card.Numbers, uuid.Nil); err != nil {
			return err
		}
		err := s.q.AddCustomer(ctx, tx, sql.AddCustomerParams{
			ID: id, Company: company, Name: card.Name, Address: card.Address, Account: card.Account, Flags: card.flagTexts(), Note: card.Note, At: at,
		})
		if err != nil {
			return err
		}
		if err := s.q.AddCustomerNumbers(ctx, tx, company, card.Numbers, id); err != nil {
			return err
		}
		return s.changed(ctx, tx, Customer{ID: id, Company: company, Card: card, Version: 1, ChangedAt: at}, "created", nil, by)
	})
	if err != nil {
		return Customer{}, fmt.Errorf("create customer: %w", err)
	}
	return Customer{ID: id, Company: company, Card: card, Version: 1, CreatedAt: at, ChangedAt: at}, nil
}

// taken is PostgreSQL's code for a key that is there already.
const taken = "23505"

// edit is a transaction of a person's. Where another one has been faster it says so.
func (s *Store) edit(ctx context.Context, f func(tx pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, s.pool, f)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == taken {
		return refuse("a number was given to another customer just now; look again")
	}
	return err
}

// free wants numbers to be nobody's but of one customer.
func (s *Store) free(ctx context.Context, tx pgx.Tx, company string, numbers []string, but uuid.UUID) error {
	owners, err := s.q.CustomersOfNumbers(ctx, tx, company, numbers)
	if err != nil {
		return err
	}
	for _, o := range owners {
		if o.CustomerID != but {
			return refuse("the number %s is that of customer %s; allowed: to change him, or to merge the two", o.Number, o.CustomerID)
		}
	}
	return nil
}

// changed adds a change to a customer's history.
func (s *Store) changed(ctx context.Context, tx pgx.Tx, c Customer, what string, other *uuid.UUID, by Editor) error {
	card, err := json.Marshal(c.Card)
	if err != nil {
		return err
	}
	return s.q.AddCustomerChange(ctx, tx, sql.AddCustomerChangeParams{
		CustomerID: c.ID, Version: c.Version, Company: c.Company, At: c.ChangedAt, ByPerson: by.Person, What: what, Why: strings.TrimSpace(by.Reason),
		OtherID: other, Card: card,
	})
}

// CustomerEdit is a change of a customer: what is nil stays.
type CustomerEdit struct {
	ID uuid.UUID
	// Company, where given, is the only one whose customers may be changed.
	Company string
	// Version is the one that the editor has read.
	Version                      int64
	Numbers                      *[]string
	Name, Address, Account, Note *string
	Flags                        *[]Flag
}

func (e CustomerEdit) apply(c Card) Card {
	for _, f := range []struct{ to, from *string }{{&c.Name, e.Name}, {&c.Address, e.Address}, {&c.Account, e.Account}, {&c.Note, e.Note}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if e.Numbers != nil {
		c.Numbers = *e.Numbers
	}
	if e.Flags != nil {
		c.Flags = *e.Flags
	}
	return c
}

// ChangeCustomer changes a customer of whom the editor has read the newest version. An edit
// that changes nothing makes no version. The error is a *CustomerError where that cannot be.
func (s *Store) ChangeCustomer(ctx context.Context, e CustomerEdit, by Editor) (Customer, error) {
	if err := by.check(); err != nil {
		return Customer{}, err
	}
	var c Customer
	err := s.edit(ctx, func(tx pgx.Tx) error {
		locked, err := s.lockCustomers(ctx, tx, e.Company, e.ID)
		if err != nil {
			return err
		}
		if c, err = locked[0].read(e.Version); err != nil {
			return err
		}
		card, err := e.apply(c.Card).tidy()
		if err != nil || card.equal(c.Card) {
			return err
		}
		numbers := !slices.Equal(card.Numbers, c.Numbers)
		c.Card = card
		return s.rewrite(ctx, tx, &c, numbers, "changed", nil, by)
	})
	if err != nil {
		return Customer{}, fmt.Errorf("change customer: %w", err)
	}
	return c, nil
}

// read is a customer as one reads him who has seen a version.
func (c Customer) read(version int64) (Customer, error) {
	switch {
	case c.MergedInto != nil:
		return c, refuse("customer %s was merged into %s; allowed: to change that one", c.ID, c.MergedInto)
	case version != c.Version:
		return c, refuse("customer %s was changed meanwhile: version %d is there, version %d was read; allowed: to look again", c.ID, c.Version, version)
	}
	return c, nil
}

// lockCustomers reads customers, in the order asked for, until the transaction ends.
func (s *Store) lockCustomers(ctx context.Context, tx pgx.Tx, company string, ids ...uuid.UUID) ([]Customer, error) {
	rows, err := s.q.LockCustomers(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]Customer, len(ids))
	for i, id := range ids {
		at := slices.IndexFunc(rows, func(r sql.LockCustomersRow) bool {
			return r.Customer.ID == id && (company == "" || r.Customer.Company == company)
		})
		if at < 0 {
			return nil, noCustomer(id)
		}
		list[i] = newCustomer(rows[at].Customer, rows[at].Numbers)
	}
	return list, nil
}

// rewrite makes the next version of a locked customer.
func (s *Store) rewrite(ctx context.Context, tx pgx.Tx, c *Customer, numbers bool, what string, other *uuid.UUID, by Editor) error {
	c.Version++
	c.ChangedAt = now()
	if numbers {
		if err := s.free(ctx, tx, c.Company, c.Numbers, c.ID); err != nil {
			return err
		}
		if err := s.q.RemoveCustomerNumbers(ctx, tx, c.ID); err != nil {
			return err
		}
		if err := s.q.AddCustomerNumbers(ctx, tx, c.Company, c.Numbers, c.ID); err != nil {
			return err
		}
	}
	err := s.q.ChangeCustomer(ctx, tx, sql.ChangeCustomerParams{
		ID: c.ID, Name: c.Name, Address: c.Address, Account: c.Account, Flags: c.flagTexts(), Note: c.Note, Version: c.Version, At: c.ChangedAt,
	})
	if err != nil {
		return err
	}
	return s.changed(ctx, tx, *c, what, other, by)
}

// CustomerMerge says that two customers are one.
type CustomerMerge struct {
	// Into is whom both are from now on, From the other; the versions are those that the
	// editor has read.
	Into, From               uuid.UUID
	IntoVersion, FromVersion int64
	// Company, where given, is the only one whose customers may be merged.
	Company string
}

// MergeCustomers makes two customers one: the numbers of From, and with them his calls and
// tickets, are Into's, and so is his history; his id leads to Into from now on. What Into
// says of himself stays, what he does not say From's card fills in.
func (s *Store) MergeCustomers(ctx context.Context, m CustomerMerge, by Editor) (Customer, error) {
	if err := by.check(); err != nil {
		return Customer{}, err
	}
	if m.Into == m.From {
		return Customer{}, refuse("customer %s cannot be merged into himself; allowed: another one", m.Into)
	}
	var into Customer
	err := s.edit(ctx, func(tx pgx.Tx) error {
		locked, err := s.lockCustomers(ctx, tx, m.Company, m.Into, m.From)
		if err != nil {
			return err
		}
		if into, err = locked[0].read(m.IntoVersion); err != nil {
			return err
		}
		from, err := locked[1].read(m.FromVersion)
		if err != nil {
			return err
		}
		if into.Company != from.Company {
			return refuse("the customers are of two companies, %s and %s; allowed: two of one", into.Company, from.Company)
		}
		if into.Card, err = into.filled(from.Card).tidy(); err != nil {
			return err
		}
		if err := s.q.RemoveCustomerNumbers(ctx, tx, from.ID); err != nil {
			return err
		}
		if err := s.rewrite(ctx, tx, &into, true, "merged_in", &from.ID, by); err != nil {
			return err
		}
		if err := s.q.MergeCustomer(ctx, tx, into.ID, into.ChangedAt, from.ID); err != nil {
			return err
		}
		from.Version, from.ChangedAt = from.Version+1, into.ChangedAt
		return s.changed(ctx, tx, from, "merged_away", &into.ID, by)
	})
	if err != nil {
		return Customer{}, fmt.Errorf("merge customers: %w", err)
	}
	return into, nil
}

// filled is a card with what it does not say of another.
func (c Card) filled(o Card) Card {
	for _, f := range []struct {
		to   *string
		from string
	}{{&c.Name, o.Name}, {&c.Address, o.Address}, {&c.Account, o.Account}} {
		if *f.to == "" {
			*f.to = f.from
		}
	}
	switch {
	case c.Note == "":
		c.Note = o.Note
	case o.Note != "" && !strings.Contains(c.Note, o.Note):
		c.Note += "\n" + o.Note
	}
	c.Numbers = slices.Concat(c.Numbers, o.Numbers)
	c.Flags = slices.Concat(c.Flags, o.Flags)
	return c
}
