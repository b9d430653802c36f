package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sansheng/cti"
	"sansheng/cti/lookup"
	"sansheng/cti/web"
	"sansheng/store"
)

// open is the store once it is there.
func (r *records) open() (*store.Store, error) {
	if s := r.store.Load(); s != nil {
		return s, nil
	}
	return nil, errNoRecords
}

// companySystems are the companies' own systems that know their customers.
type companySystems struct {
	// plan is the one in force.
	plan   func() *cti.Plan
	client *lookup.Client
}

// systemDeadline is how long one may take at most, whatever it may take in a flow: the
// agent has picked up already.
const systemDeadline = 500 * time.Millisecond

// ask asks a company's system who has a number.
func (c companySystems) ask(ctx context.Context, company, number string) (web.TheirCard, error) {
	co, rule, l, err := c.find(company)
	if err != nil {
		return web.TheirCard{}, err
	}
	if l.Patience() > systemDeadline {
		l.Deadline = cti.Span(systemDeadline)
	}
	up := c.client.Ask(ctx, cti.Ask{Lookup: l, Company: co.ID, Caller: number})
	if up.Failure != "" {
		return web.TheirCard{}, errors.New(up.Failure)
	}
	if !slices.Contains(l.Results, up.Result) {
		return web.TheirCard{}, fmt.Errorf("it has answered %q, which is none of its words", up.Result)
	}
	fields, rest := rule.Card(up.Data)
	return web.TheirCard{
		Result: up.Result, Name: fields["name"], Address: fields["address"], Account: fields["account"], Note: fields["note"], Rest: rest,
	}, nil
}

func (c companySystems) find(company string) (cti.Company, cti.CustomerRule, cti.Lookup, error) {
	p := c.plan()
	i := slices.IndexFunc(p.Companies, func(co cti.Company) bool { return string(co.ID) == company })
	if i < 0 || p.Companies[i].Customers == nil {
		return cti.Company{}, cti.CustomerRule{}, cti.Lookup{}, web.ErrNoSystem
	}
	co := p.Companies[i]
	k := slices.IndexFunc(co.Lookups, func(l cti.Lookup) bool { return l.ID == co.Customers.Lookup })
	if k < 0 {
		return cti.Company{}, cti.CustomerRule{}, cti.Lookup{}, web.ErrNoSystem
	}
	return co, *co.Customers, co.Lookups[k], nil
}
