package web

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"go.uber.org/zap"

	"sansheng/cti/place"
	"sansheng/store"
)

// hidden stands for a text of which nothing is shown.
const hidden = "****"

// maskCard is a customer's card as everybody sees it who may find it.
func maskCard(c store.Card) store.Card {
	c.Numbers = slices.Clone(c.Numbers)
	for i, n := range c.Numbers {
		c.Numbers[i] = store.Mask(n)
	}
	c.Name = store.MaskName(c.Name)
	for _, t := range []*string{&c.Address, &c.Account, &c.Note} {
		if *t != "" {
			*t = hidden
		}
	}
	return c
}

func maskCustomer(c store.Customer) store.Customer {
	c.Card = maskCard(c.Card)
	return c
}

// mayRevealCustomer tells whether a customer's whole card is asked for. Who may see his own
// only may see those whom he has, or had, at his phone; the error is a problem.
func (s *Server) mayRevealCustomer(ctx context.Context, in Reveal, db *store.Store, company string, numbers []string) (bool, error) {
	whole, err := mayReveal(ctx, in)
	if err != nil || !whole {
		return false, err
	}
	p := personOf(ctx)
	if revealing.of(p.Role) != own {
		return true, nil
	}
	if err := s.hasServed(ctx, db, company, numbers, "see whole cards", "without reveal"); err != nil {
		return false, err
	}
	return true, nil
}

// hasServed refuses what a person may only do of customers whom he has, or had, at his phone. The
// error is a problem.
func (s *Server) hasServed(ctx context.Context, db *store.Store, company string, numbers []string, what, allowed string) error {
	served, err := db.HasServed(ctx, company, personOf(ctx).Number, numbers)
	if err != nil {
		return s.unread(ctx, "customer", err)
	}
	if !served {
		return newProblem(http.StatusForbidden, notAllowed, "you may %s only of customers whom you have, or had, at your phone; allowed: %s", what, allowed)
	}
	return nil
}

// unchanged is the answer where customers were not changed, or are not there.
func (s *Server) unchanged(ctx context.Context, err error) error {
	var c *store.CustomerError
	switch {
	case !errors.As(err, &c):
		return s.unread(ctx, "customers", err)
	case c.Unknown:
		return newProblem(http.StatusNotFound, notFound, "%s among those you may see", c.Text)
	case len(c.Faults) > 0:
		p := newProblem(http.StatusUnprocessableEntity, badQuery, "%s; nothing was changed", c.Text)
		p.Errors = faults("body", c.Faults)
		return p
	}
	return newProblem(http.StatusConflict, badState, "%s", c.Text)
}

// faults are what is wrong as a problem tells it.
func faults(within string, all []error) []*huma.ErrorDetail {
	details := make([]*huma.ErrorDetail, len(all))
	for i, f := range all {
		details[i] = &huma.ErrorDetail{Location: within, Message: f.Error()}
		var p *place.Error
		if errors.As(f, &p) {
			details[i] = &huma.ErrorDetail{Location: within + "." + p.Place, Message: p.Text}
		}
	}
	return details
}

type customersInput struct {
	CompanyFilter
	Name    string `query:"name" maxLength:"100" doc:"A part of the name, of two letters and more."`
	Address string `query:"address" maxLength:"100" doc:"A part of the address, of two letters and more."`
	Number  string `query:"number" pattern:"^[+]?[0-9]{2,20}$" patternDescription:"a whole number, 2 to 20 digits" doc:"One of his numbers, the whole of it."`
	Account string `query:"account" maxLength:"64" doc:"The account, the whole of it."`
	Flag    string `query:"flag" enum:"vip,do_not_call,no_survey,in_need" doc:"How he is to be treated."`
	After   string `query:"after" format:"uuid" doc:"The last customer of the page before."`
	Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many at most."`
	Reveal
}

// Customers is a list of customers.
type Customers struct {
	Customers []store.Customer `json:"customers" nullable:"false" doc:"In the order in which they were made."`
	More      bool             `json:"more" doc:"There are more: ask again with after."`
}

type customersOutput struct{ Body Customers }

type customerOutput struct{ Body store.Customer }

// CustomerPath is which customer a request is about; exported, or its field would not be filled.
type CustomerPath struct {
	ID string `path:"id" format:"uuid" doc:"The customer's id; that of one who was merged into another leads to him."`
}

// id is the customer's; it was checked.
func (c CustomerPath) id() uuid.UUID { return idOf(c.ID) }

func idOf(text string) uuid.UUID {
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil
	}
	return id
}

// Edit is what is said of a customer; what is absent stays as it is.
type Edit struct {
	Numbers *[]string     `json:"numbers,omitempty" maxItems:"20" doc:"All his numbers; the first is the one to be called. They are read as people write them, and kept as the hotline compares them: digits, a + where there is one."`
	Name    *string       `json:"name,omitempty" maxLength:"100"`
	Address *string       `json:"address,omitempty" maxLength:"300"`
	Account *string       `json:"account,omitempty" maxLength:"64"`
	Flags   *[]store.Flag `json:"flags,omitempty" maxItems:"8" doc:"vip, do_not_call, no_survey, in_need: all that are to hold."`
	Note    *string       `json:"note,omitempty" maxLength:"2000"`
	Reason  string        `json:"reason" minLength:"1" maxLength:"200" doc:"Why; it is kept with your account."`
}

type createCustomerInput struct {
	Body struct {
		Company string `json:"company,omitempty" pattern:"^[a-z0-9][a-z0-9_-]{0,31}$" patternDescription:"1 to 32 of a-z 0-9 _ -" doc:"Whose customer he is: your own company by default."`
		Edit
	}
}

type changeCustomerInput struct {
	CustomerPath
	Body struct {
		Version int64 `json:"version" minimum:"1" doc:"The version that you have read: a newer one is not overwritten."`
		Edit
	}
}

type mergeCustomerInput struct {
	CustomerPath
	Body struct {
		From        string `json:"from" format:"uuid" doc:"The other one: his numbers and his history are this one's from now on, and his id leads here. It is not taken back."`
		Version     int64  `json:"version" minimum:"1" doc:"The version of this one that you have read."`
		FromVersion int64  `json:"from_version" minimum:"1" doc:"The version of the other one that you have read."`
		Reason      string `json:"reason" minLength:"1" maxLength:"200" doc:"Why; it is kept with your account."`
	}
}

func (s *Server) registerCustomers(api huma.API) {
	changes := append([]int{http.StatusNotFound, http.StatusConflict}, readErrors...)
	operation := func(id, method, path, summary string, errs []int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: "/api/v1/customers" + path, Tags: []string{"customers"}, Summary: summary, Security: secured, Errors: errs}
	}
	huma.Register(api, operation("customers", http.MethodGet, "", "List or search customers.", readErrors), s.customers)
	create := operation("create-customer", http.MethodPost, "", "Make a customer.", changes)
	create.DefaultStatus = http.StatusCreated
	huma.Register(api, create, s.createCustomer)
	huma.Register(api, operation("customer", http.MethodGet, "/{id}", "A customer with his calls and open tickets. It is logged with your account.", changes), s.customer)
	huma.Register(api, operation("change-customer", http.MethodPatch, "/{id}", "Change a customer.", changes), s.changeCustomer)
	huma.Register(api, operation("merge-customers", http.MethodPost, "/{id}/merge", "Make two customers one.", changes), s.mergeCustomers)
	huma.Register(api, operation("customer-by-number", http.MethodGet, "/by-number/{number}",
		"What we know of who has a number, and what the company's own system does. It is logged with your account.", readErrors), s.customerByNumber)
	s.registerImport(api, operation)
}

func (s *Server) customers(ctx context.Context, in *customersInput) (*customersOutput, error) {
	if err := personOf(ctx).mayFind(in.Number, "customer"); err != nil {
		return nil, err
	}
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	whole, err := mayReveal(ctx, in.Reveal)
	if err != nil {
		return nil, err
	}
	if whole && revealing.of(personOf(ctx).Role) == own {
		return nil, newProblem(http.StatusForbidden, notAllowed, "you may see whole cards one by one only; allowed: without reveal")
	}
	f := store.CustomerFilter{
		Name: in.Name, Address: in.Address, Number: in.Number, Account: in.Account, Flag: store.Flag(in.Flag), After: idOf(in.After), Limit: in.Limit + 1,
	}
	if f.Company, err = companyOf(ctx, in.Company); err != nil {
		return nil, err
	}
	list, err := db.Customers(ctx, f)
	if err != nil {
		return nil, s.unchanged(ctx, err)
	}
	out := &customersOutput{}
	if len(list) > in.Limit {
		list, out.Body.More = list[:in.Limit], true
	}
	ids := make([]string, len(list))
	for i, c := range list {
		if ids[i] = c.ID.String(); !whole {
			list[i] = maskCustomer(c)
		}
	}
	if whole {
		if err := s.audit(ctx, in.Reveal, "customers", ids); err != nil {
			return nil, err
		}
	}
	out.Body.Customers = list
	return out, nil
}

// edited is a changed customer as he is answered: masked, for who has changed him has seen
// what he has written.
func (s *Server) edited(ctx context.Context, what string, c store.Customer, err error) (*customerOutput, error) {
	s.log.Info("customer", zap.String("by", personOf(ctx).Number), zap.String("what", what), zap.Stringer("id", c.ID), zap.Int64("version", c.Version), zap.Bool("done", err == nil))
	if err != nil {
		return nil, s.unchanged(ctx, err)
	}
	return &customerOutput{Body: maskCustomer(c)}, nil
}

func (s *Server) createCustomer(ctx context.Context, in *createCustomerInput) (*customerOutput, error) {
	company, err := s.oneCompany(ctx, in.Body.Company)
	if err != nil {
		return nil, err
	}
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	var card store.Card
	for _, f := range []struct{ to, from *string }{
		{&card.Name, in.Body.Name}, {&card.Address, in.Body.Address}, {&card.Account, in.Body.Account}, {&card.Note, in.Body.Note},
	} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if in.Body.Numbers != nil {
		card.Numbers = *in.Body.Numbers
	}
	if in.Body.Flags != nil {
		card.Flags = *in.Body.Flags
	}
	c, err := db.CreateCustomer(ctx, company, card, store.Editor{Person: personOf(ctx).Number, Reason: in.Body.Reason})
	return s.edited(ctx, "created", c, err)
}

// oneCompany is the one company that is meant; the error is a problem.
func (s *Server) oneCompany(ctx context.Context, asked string) (string, error) {
	company, err := companyOf(ctx, asked)
	if err == nil && company == "" {
		return "", newProblem(http.StatusUnprocessableEntity, badQuery, "company is missing: you see all; allowed: one of them")
	}
	return company, err
}

func (s *Server) changeCustomer(ctx context.Context, in *changeCustomerInput) (*customerOutput, error) {
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	p, b := personOf(ctx), in.Body
	if b.Numbers != nil && revealing.of(p.Role) == own {
		if err := s.mayRenumber(ctx, db, in.id()); err != nil {
			return nil, err
		}
	}
	c, err := db.ChangeCustomer(ctx, store.CustomerEdit{
		ID: in.id(), Company: string(p.onlyCompany()), Version: b.Version,
		Numbers: b.Numbers, Name: b.Name, Address: b.Address, Account: b.Account, Note: b.Note, Flags: b.Flags,
	}, store.Editor{Person: p.Number, Reason: b.Reason})
	return s.edited(ctx, "changed", c, err)
}

// mayRenumber refuses other numbers for a card to who may see whole only whom he has had at his
// phone, unless he has had its customer: by a number of his own he would see what it says. The
// error is a problem.
func (s *Server) mayRenumber(ctx context.Context, db *store.Store, id uuid.UUID) error {
	c, err := db.Customer(ctx, string(personOf(ctx).onlyCompany()), id)
	if err != nil || len(c.Numbers) == 0 {
		return nil // what is not there is told by the change
	}
	return s.hasServed(ctx, db, c.Company, c.Numbers, "change the numbers", "the other fields")
}

func (s *Server) mergeCustomers(ctx context.Context, in *mergeCustomerInput) (*customerOutput, error) {
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	p, b := personOf(ctx), in.Body
	c, err := db.MergeCustomers(ctx, store.CustomerMerge{
		Into: in.id(), From: idOf(b.From), IntoVersion: b.Version, FromVersion: b.FromVersion, Company: string(p.onlyCompany()),
	}, store.Editor{Person: p.Number, Reason: b.Reason})
	return s.edited(ctx, "merged", c, err)
}
