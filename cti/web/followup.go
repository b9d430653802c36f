package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/cti/callback"
	"sansheng/cti/place"
	"sansheng/store"
)

// followUpOrder is what people order of a callback, and who may.
type followUpOrder struct {
	row  row
	read func(said []byte, by string) (callback.Command, error)
}

// followUpOrders by the word that orders them.
var followUpOrders = map[string]followUpOrder{
	//                                  agent    leader operator admin finance auditor clerk
	"miss": {row{company, company, none, all}, func(b []byte, by string) (callback.Command, error) {
		return readCommand(b, func(c *callback.Miss) { c.By = by })
	}},
	"drop": {row{company, company, none, all}, func(b []byte, by string) (callback.Command, error) {
		return readCommand(b, func(c *callback.Drop) { c.By = by })
	}},
	"answer": {row{company, company, none, all}, func(b []byte, by string) (callback.Command, error) {
		return readCommand(b, func(c *callback.Answer) { c.By = by })
	}},
	"number": {row{company, company, none, all}, func(b []byte, by string) (callback.Command, error) {
		return readCommand(b, func(c *callback.AddNumber) { c.By = by })
	}},
	"assign": {row{none, company, none, all}, func(b []byte, by string) (callback.Command, error) {
		return readCommand(b, func(c *callback.Assign) { c.By = by })
	}},
	"waive": {row{none, company, none, all}, func(b []byte, by string) (callback.Command, error) {
		return readCommand(b, func(c *callback.Waive) { c.By = by })
	}},
}

// readCommand reads what an order says; who gives it is known otherwise.
func readCommand[C callback.Command](said []byte, by func(*C)) (callback.Command, error) {
	var c C
	d := json.NewDecoder(strings.NewReader(string(said)))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return nil, err
	}
	by(&c)
	return c, nil
}

type followUpsInput struct {
	CompanyFilter
	Agent        string    `query:"agent" pattern:"^[0-9]{3,15}$" patternDescription:"3 to 15 digits" doc:"Those on this agent's list."`
	State        string    `query:"state" enum:"waiting,calling,confirming,done,failed,waived,merged" doc:"Where it stands."`
	Owed         bool      `query:"owed" doc:"Only those that are still to be made."`
	Dissatisfied bool      `query:"dissatisfied" doc:"Only those whose caller is dissatisfied."`
	Since        time.Time `query:"since" doc:"Those that ended at or after this time (RFC 3339)."`
	Until        time.Time `query:"until" doc:"Those that ended before this time (RFC 3339)."`
	Limit        int       `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many at most: those that are due last, or with owed those that are due first."`
	Reveal
}

// FollowUps is a list of callbacks about what was done.
type FollowUps struct {
	FollowUps []callback.Callback `json:"follow_ups" nullable:"false" doc:"In the order in which they are due."`
}

type followUpsOutput struct{ Body FollowUps }

type followUpOutput struct{ Body callback.Callback }

type followUpOrderInput struct {
	ID   string `path:"id" pattern:"^[0-9a-fA-F-]{36}$" patternDescription:"a callback's id" doc:"The callback's id."`
	Body struct {
		Order string         `json:"order" enum:"miss,drop,answer,number,assign,waive" doc:"What is to be done. It is dialled by an agent's order: dial, for follow_up:ID."`
		Said  map[string]any `json:"said,omitempty" doc:"What the order says, as in {\"call\": \"…\", \"reason\": \"busy\"}."`
	}
}

type followUpRatesInput struct {
	CompanyFilter
	Month string `query:"month" pattern:"^[0-9]{4}-[0-9]{2}$" patternDescription:"a month as in 2026-11" doc:"The month; this one where it is left out."`
	Kind  string `query:"kind" pattern:"^[a-z_]{1,32}$" patternDescription:"a kind of ticket as in complaint" doc:"Only of tickets of this kind."`
}

type followUpRatesOutput struct{ Body store.FollowUpMonth }

func (s *Server) registerFollowUps(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "follow-ups", Method: http.MethodGet, Path: "/api/v1/follow_ups", Tags: []string{"tickets"},
		Summary: "List callers who are called back about what was done for them.", Security: secured, Errors: readErrors,
	}, s.listFollowUps)
	huma.Register(api, huma.Operation{
		OperationID: "follow-up-rates", Method: http.MethodGet, Path: "/api/v1/follow_ups/rates", Tags: []string{"tickets"},
		Summary: "How a month's callbacks stand, how it will end, and today's share of each agent.", Security: secured, Errors: readErrors,
	}, s.followUpRates)
	huma.Register(api, huma.Operation{
		OperationID: "deal-follow-ups", Method: http.MethodPost, Path: "/api/v1/follow_ups/deal", Tags: []string{"tickets"},
		Summary: "Put today's callbacks that are nobody's on the lists of the agents at work.", Security: secured, Errors: append([]int{http.StatusConflict}, readErrors...),
	}, s.dealFollowUps)
	huma.Register(api, huma.Operation{
		OperationID: "order-follow-up", Method: http.MethodPost, Path: "/api/v1/follow_ups/{id}/orders", Tags: []string{"tickets"},
		Summary: "Say what came of a callback, or whose it is.", Security: secured, Errors: append([]int{http.StatusNotFound, http.StatusConflict}, readErrors...),
	}, s.orderFollowUp)
}

func (s *Server) listFollowUps(ctx context.Context, in *followUpsInput) (*followUpsOutput, error) {
	whole, err := mayReveal(ctx, in.Reveal)
	if err != nil {
		return nil, err
	}
	if whole && revealing.of(personOf(ctx).Role) == own && in.Agent != personOf(ctx).Number {
		return nil, newProblem(http.StatusForbidden, notAllowed, "you may see whole numbers of your own list only; allowed: agent=%s", personOf(ctx).Number)
	}
	f := store.FollowUpFilter{Agent: in.Agent, State: in.State, Owed: in.Owed, Dissatisfied: in.Dissatisfied, Since: in.Since, Until: in.Until, Within: personOf(ctx).within(), Limit: in.Limit}
	if f.Company, err = companyOf(ctx, in.Company); err != nil {
		return nil, err
	}
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	list, err := db.FollowUps(ctx, f)
	if err != nil {
		return nil, s.unread(ctx, "follow-ups", err)
	}
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
		if !whole {
			list[i] = maskFollowUp(list[i])
		}
	}
	if whole {
		if err := s.audit(ctx, in.Reveal, "follow-ups", ids); err != nil {
			return nil, err
		}
	}
	return &followUpsOutput{FollowUps{list}}, nil
}

func (s *Server) followUpRates(ctx context.Context, in *followUpRatesInput) (*followUpRatesOutput, error) {
	company, err := companyOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	if company == "" {
		company = string(personOf(ctx).Company)
	}
	of := time.Now()
	if in.Month != "" {
		if of, err = time.Parse("2006-01", in.Month); err != nil {
			return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "month: %v", err)
		}
		of = of.AddDate(0, 0, 14) // it is the middle of it in every zone
	}
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	m, err := db.FollowUpMonth(ctx, company, in.Kind, of, s.atWork(ctx, company))
	if err != nil {
		return nil, s.unread(ctx, "follow-ups", err)
	}
	return &followUpRatesOutput{m}, nil
}

// atWork are a company's agents who are logged on and may dial: not those who serve an emergency
// line (A10), nor who only finishes his call.
func (s *Server) atWork(ctx context.Context, company string) []string {
	floor, ok := s.floor(ctx)
	if !ok {
		return nil
	}
	emergency := map[cti.QueueID]bool{}
	for _, q := range floor.Queues {
		emergency[q.ID] = q.Emergency
	}
	var agents []string
	for _, a := range floor.Agents {
		seat := slices.ContainsFunc(a.Queues, func(q cti.QueueID) bool { return emergency[q] })
		if string(a.Company) == company && a.State != cti.LoggedOff && !seat && !a.Leaving {
			agents = append(agents, string(a.ID))
		}
	}
	return agents
}

// Dealt is how many callbacks were put on agents' lists.
type Dealt struct {
	Dealt int `json:"dealt"`
}

type dealtOutput struct{ Body Dealt }

func (s *Server) dealFollowUps(ctx context.Context, in *CompanyFilter) (*dealtOutput, error) {
	p := personOf(ctx)
	company, err := companyOf(ctx, in.Company)
	if err == nil {
		err = p.unlimited("dealing")
	}
	if err != nil {
		return nil, err
	}
	if company == "" {
		company = string(p.Company)
	}
	agents := s.atWork(ctx, company)
	if len(agents) == 0 {
		return nil, newProblem(http.StatusConflict, badState, "no agent of %s who may dial is at work; allowed: when one is, who serves no emergency line", company)
	}
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	n, err := db.Deal(ctx, company, agents, p.Number)
	s.log.Info("callbacks dealt", zap.String("by", p.Number), zap.Int("dealt", n), zap.Error(err))
	if err != nil {
		return nil, s.unread(ctx, "follow-ups", err)
	}
	return &dealtOutput{Dealt{n}}, nil
}

func (s *Server) orderFollowUp(ctx context.Context, in *followUpOrderInput) (*followUpOutput, error) {
	p := personOf(ctx)
	order := followUpOrders[in.Body.Order]
	reach := order.row.of(p.Role)
	if reach == none {
		return nil, newProblem(http.StatusForbidden, notAllowed, "the role %s may not %s a callback; allowed: %s", p.Role, in.Body.Order, join(order.row.allowed()))
	}
	said, err := json.Marshal(in.Body.Said)
	if err != nil || len(in.Body.Said) == 0 {
		said = []byte("{}")
	}
	c, err := order.read(said, p.Number)
	if err != nil {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "said: %v", err)
	}
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, noFollowUp()
	}
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	if w := p.within(); w.Bounded() {
		if list, err := db.FollowUps(ctx, store.FollowUpFilter{ID: in.ID, Within: w}); err != nil {
			return nil, s.unread(ctx, "follow-up", err)
		} else if len(list) == 0 {
			return nil, noFollowUp()
		}
	}
	f, err := db.FollowUp(ctx, id, p.Number, c, func(f callback.Callback) error {
		if reach != all && f.Company != string(p.Company) {
			return store.ErrNoFollowUp
		}
		return nil
	})
	s.log.Info("callback ordered", zap.String("by", p.Number), zap.String("order", in.Body.Order), zap.String("follow_up", in.ID), scrubbed(err))
	var refused *callback.RefusedError
	switch {
	case err == nil:
		return &followUpOutput{maskFollowUp(f)}, nil
	case errors.Is(err, store.ErrNoFollowUp):
		return nil, noFollowUp()
	case errors.As(err, &refused):
		return nil, newProblem(http.StatusConflict, badState, "%s", refused.Text)
	case errors.As(err, new(*place.Error)):
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "%v", err)
	}
	return nil, s.unread(ctx, "follow-up", err)
}

func noFollowUp() error {
	return newProblem(http.StatusNotFound, notFound, "there is no such callback")
}

// maskFollowUp is a callback without whole numbers; f stays as it is.
func maskFollowUp(f callback.Callback) callback.Callback {
	f.Numbers, f.Tickets, f.Attempts = slices.Clone(f.Numbers), slices.Clone(f.Tickets), slices.Clone(f.Attempts)
	for i := range f.Numbers {
		f.Numbers[i] = store.Mask(f.Numbers[i])
	}
	for i := range f.Tickets {
		f.Tickets[i].Number, f.Tickets[i].Place = store.Mask(f.Tickets[i].Number), scrub(f.Tickets[i].Place)
	}
	for i := range f.Attempts {
		f.Attempts[i].Number = store.Mask(f.Attempts[i].Number)
	}
	if f.Outcome != nil {
		o := *f.Outcome
		o.Answers = slices.Clone(o.Answers)
		for i := range o.Answers {
			o.Answers[i].Words = scrub(o.Answers[i].Words)
		}
		f.Outcome = &o
	}
	return f
}

// dialFollowUp completes an order to dial a callback: its first number is not the agent's to
// know. One that somebody has written down is under the rules for numbers outside. What would count for nothing is refused before anybody's phone rings.
func (s *Server) dialFollowUp(ctx context.Context, p person, id string, o *cti.Order) error {
	db, err := s.database(ctx)
	if err != nil {
		return err
	}
	list, err := db.FollowUps(ctx, store.FollowUpFilter{ID: id, Company: string(p.onlyCompany()), Within: p.within()})
	if err != nil {
		return s.unread(ctx, "follow-up", err)
	}
	if len(list) == 0 || len(list[0].Numbers) == 0 {
		return newProblem(http.StatusNotFound, notFound, "there is no callback %s, or nobody knows a number", id)
	}
	if o.To == "" {
		o.To = list[0].Numbers[0]
		if o.Known, err = db.HasCalledFrom(ctx, list[0], o.To); err != nil {
			return s.unread(ctx, "follow-up", err)
		}
	}
	var refused *callback.RefusedError
	if err := db.Dialable(list[0], o.To); errors.As(err, &refused) {
		no := newProblem(http.StatusConflict, badState, "%s", refused.Text)
		if refused.From != "" {
			no.Code, no.Args = Code(cti.RefusedTooEarly), []string{refused.From}
		}
		return no
	}
	return nil
}
