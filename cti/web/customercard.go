package web

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"sansheng/cti"
	"sansheng/store"
)

// cardTime is how long the company's own system, and ours, may take to say who has a number:
// an agent who talks waits no longer.
const cardTime = 500 * time.Millisecond

// TheirCard is what a company's own system says of a caller. Personal data. It is shown
// beside ours and kept nowhere.
type TheirCard struct {
	Result  string    `json:"result" doc:"The word with which the system has answered."`
	Name    string    `json:"name,omitempty"`
	Address string    `json:"address,omitempty"`
	Account string    `json:"account,omitempty"`
	Note    string    `json:"note,omitempty"`
	Rest    cti.Sheet `json:"rest,omitempty" doc:"What it says beside."`
}

// ErrNoSystem: the company has no system of its own that knows its customers.
var ErrNoSystem = errors.New("the company has no system of its own that knows its customers")

func (c TheirCard) masked() TheirCard {
	c.Name = store.MaskName(c.Name)
	for _, t := range []*string{&c.Address, &c.Account, &c.Note} {
		if *t != "" {
			*t = hidden
		}
	}
	rest := cti.Sheet(nil)
	for _, f := range c.Rest {
		rest = append(rest, cti.SheetField{Name: f.Name, Value: hidden})
	}
	c.Rest = rest
	return c
}

type customerInput struct {
	CustomerPath
	History bool `query:"history" doc:"With his history: who has changed what, when and why."`
	Reveal
}

// CustomerCard is a customer and what there was with him.
type CustomerCard struct {
	Customer store.Customer `json:"customer"`
	// Merged are those who turned out to be him.
	Merged []uuid.UUID `json:"merged,omitempty" doc:"Those who were merged into him."`
	store.Dealings
	History []store.CustomerChange `json:"history,omitempty" doc:"Oldest first."`
}

type customerCardOutput struct{ Body CustomerCard }

// seen is what is written down of a card's view.
func seen(whole bool) string {
	if whole {
		return "customer"
	}
	return "customer, masked"
}

func (s *Server) customer(ctx context.Context, in *customerInput) (*customerCardOutput, error) {
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	var b CustomerCard
	if b.Customer, err = db.Customer(ctx, string(personOf(ctx).onlyCompany()), in.id()); err != nil {
		return nil, s.unchanged(ctx, err)
	}
	c := b.Customer
	whole, err := s.mayRevealCustomer(ctx, in.Reveal, db, c.Company, c.Numbers)
	if err != nil {
		return nil, err
	}
	b.Merged, err = db.MergedCustomers(ctx, c.ID)
	if err == nil {
		b.Dealings, err = db.Dealings(ctx, c.Company, c.Numbers, personOf(ctx).within())
	}
	if err == nil && in.History {
		b.History, err = db.CustomerChanges(ctx, c.ID)
	}
	if err != nil {
		return nil, s.unread(ctx, "customer", err)
	}
	if !whole {
		b.Customer, b.Tickets = maskCustomer(c), maskTickets(b.Tickets)
		for i := range b.History {
			b.History[i].Card, b.History[i].Why = maskCard(b.History[i].Card), scrub(b.History[i].Why)
		}
	}
	if err := s.audit(ctx, in.Reveal, seen(whole), []string{c.ID.String()}); err != nil {
		return nil, err
	}
	return &customerCardOutput{Body: b}, nil
}

type byNumberInput struct {
	CompanyFilter
	Number string `path:"number" pattern:"^[+]?[0-9]{2,20}$" patternDescription:"a number, 2 to 20 digits" doc:"The number as the hotline shows it to those who may see it."`
	Reveal
}

// NumberCard is who has a number.
type NumberCard struct {
	Ours *store.Customer `json:"ours" doc:"Our customer; null where there is none."`
	// OursMissing says why it is not known whether there is one.
	OursMissing string `json:"ours_missing,omitempty" doc:"Why it cannot be said whether there is one."`
	store.Dealings
	Theirs        *TheirCard `json:"theirs" doc:"What the company's own system says; null where it says nothing."`
	TheirsMissing string     `json:"theirs_missing,omitempty" doc:"Why it says nothing."`
}

type numberCardOutput struct{ Body NumberCard }

// customerByNumber asks both at once and waits for neither beyond cardTime.
func (s *Server) customerByNumber(ctx context.Context, in *byNumberInput) (*numberCardOutput, error) {
	company := in.Company
	if c := s.lentCall(ctx, company); c == nil || c.Caller.Number != in.Number {
		one, err := s.oneCompany(ctx, in.Company)
		if err != nil {
			return nil, err
		}
		company = one
	}
	if _, err := mayReveal(ctx, in.Reveal); err != nil {
		return nil, err
	}
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	bounded, cancel := context.WithTimeout(ctx, cardTime)
	defer cancel()
	type answer struct {
		card TheirCard
		err  error
	}
	theirC := make(chan answer, 1)
	go func() {
		card, err := s.askSystem(bounded, company, in.Number)
		theirC <- answer{card, err}
	}()
	b, whole, err := s.ours(bounded, db, company, in)
	if err != nil {
		return nil, err
	}
	var their answer
	select {
	case their = <-theirC:
	case <-bounded.Done():
		their.err = bounded.Err()
	}
	switch {
	case errors.Is(their.err, ErrNoSystem):
	case errors.Is(their.err, context.DeadlineExceeded):
		b.TheirsMissing = "no answer within " + cardTime.String()
	case their.err != nil:
		b.TheirsMissing = their.err.Error()
	default:
		b.Theirs = &their.card
	}
	ids := []string{}
	if b.Ours != nil {
		ids = append(ids, b.Ours.ID.String())
	}
	if !whole {
		if b.Ours != nil {
			masked := maskCustomer(*b.Ours)
			b.Ours = &masked
		}
		if b.Theirs != nil {
			masked := b.Theirs.masked()
			b.Theirs = &masked
		}
		b.Tickets = maskTickets(b.Tickets)
	}
	if b.OursMissing != "" { // nor could it be written down; nothing of it is whole
		return &numberCardOutput{Body: b}, nil
	}
	if err := s.audit(ctx, in.Reveal, seen(whole)+", by number "+store.Mask(in.Number), ids); err != nil {
		return nil, err
	}
	return &numberCardOutput{Body: b}, nil
}

// ours is our part of a card, and whether it may be shown whole; where the database does not
// answer in time, it says so.
func (s *Server) ours(ctx context.Context, db *store.Store, company string, in *byNumberInput) (NumberCard, bool, error) {
	b := NumberCard{Dealings: store.Dealings{Calls: []store.PastCall{}, Tickets: []store.Ticket{}}}
	numbers := []string{in.Number}
	c, err := db.CustomerByNumber(ctx, company, in.Number)
	var none *store.CustomerError
	switch {
	case err == nil:
		b.Ours, numbers = &c, c.Numbers
	case errors.As(err, &none):
		err = nil
	}
	var whole bool
	if err == nil {
		if whole, err = s.mayRevealCustomer(ctx, in.Reveal, db, company, numbers); err != nil {
			return b, false, err
		}
		if d, dealt := db.Dealings(ctx, company, numbers, personOf(ctx).within()); dealt == nil {
			b.Dealings = d
		} else {
			err = dealt
		}
	}
	if err != nil {
		_ = s.unread(ctx, "customer by number", err) // it is logged; what the other system says is shown
		b.OursMissing, whole = "the records cannot be read now", false
	}
	return b, whole, nil
}

// askSystem asks the company's own system.
func (s *Server) askSystem(ctx context.Context, company, number string) (TheirCard, error) {
	if s.system == nil {
		return TheirCard{}, ErrNoSystem
	}
	return s.system(ctx, company, number)
}
