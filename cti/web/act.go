package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/store"
	"sansheng/store/ticket"
)

// ticketOrder is what people order of a ticket, and who may.
type ticketOrder struct {
	verb ticket.Verb
	row  row
}

// ticketOrders by the word that orders them. own is, of an agent, a ticket for which he is
// responsible, and of a clerk one that is with his department.
var ticketOrders = map[string]ticketOrder{
	//                             agent    leader operator admin finance auditor clerk
	"describe":  {"described", row{company, company, none, all, none, none, none}},
	"fill":      {"filled", row{company, company, none, all, none, none, none}},
	"amend":     {"amended", row{company, company, none, all, none, none, none}},
	"note":      {"noted", row{company, company, none, all, none, none, own}},
	"identify":  {"identified", row{company, company, none, all, none, none, own}},
	"join":      {"joined", row{company, company, none, all, none, none, none}},
	"promise":   {"promised", row{company, company, none, all, none, none, own}},
	"forward":   {"forwarded", row{company, company, none, all, none, none, own}},
	"take":      {"taken", row{none, company, none, all, none, none, own}},
	"finish":    {"finished", row{none, company, none, all, none, none, own}},
	"give_back": {"given_back", row{none, company, none, all, none, none, own}},
	"entrust":   {"entrusted", row{none, company, none, all, none, none, none}},
	"urge":      {"urged", row{company, company, none, all, none, none, none}},
	"escalate":  {"escalated", row{company, company, none, all, none, none, own}},
	"close":     {"closed", row{own, company, none, all, none, none, none}},
	"reopen":    {"reopened", row{company, company, none, all, none, none, none}},
	"rate":      {"rated", row{company, company, none, all, none, none, none}},
	"merge":     {"merged", row{company, company, none, all, none, none, none}},
	"split":     {"opened", row{company, company, none, all, none, none, none}},
}

type ticketInput struct {
	ID string `path:"id" pattern:"^[0-9a-fA-F-]{36}$" patternDescription:"a ticket's id" doc:"The ticket's id."`
	Reveal
}

// TicketStory is a ticket with what was done to it.
type TicketStory struct {
	Ticket store.Ticket `json:"ticket"`
	Acts   []store.Act  `json:"acts" nullable:"false" doc:"What was done to it, oldest first."`
}

type ticketStoryOutput struct{ Body TicketStory }

type ticketOutput struct{ Body store.Ticket }

type openTicketInput struct {
	Body struct {
		Call   string        `json:"call" pattern:"^[A-Za-z0-9._:@-]{1,128}$" patternDescription:"1 to 128 of A-Z a-z 0-9 . _ : @ -" doc:"The call that it came from."`
		Kind   string        `json:"kind" doc:"What it is about, as in complaint."`
		Owner  string        `json:"owner,omitempty" pattern:"^[0-9]{3,15}$" patternDescription:"3 to 15 digits" doc:"Who is responsible; you where it is left out."`
		Matter ticket.Matter `json:"matter" doc:"What it is about, in words."`
	}
}

type ticketOrderInput struct {
	ID   string `path:"id" pattern:"^[0-9a-fA-F-]{36}$" patternDescription:"a ticket's id" doc:"The ticket's id."`
	Body struct {
		Order string         `json:"order" doc:"What is to be done, as in forward."`
		Said  map[string]any `json:"said,omitempty" doc:"What the order says, as in {\"department\": \"gas\", \"reason\": \"…\"}."`
	}
}

func (s *Server) registerActs(api huma.API) {
	errs := append([]int{http.StatusNotFound, http.StatusConflict}, readErrors...)
	huma.Register(api, huma.Operation{
		OperationID: "ticket", Method: http.MethodGet, Path: "/api/v1/tickets/{id}", Tags: []string{"tickets"},
		Summary: "Show a ticket and what was done to it.", Security: secured, Errors: append([]int{http.StatusNotFound}, readErrors...),
	}, s.ticket)
	huma.Register(api, huma.Operation{
		OperationID: "open-ticket", Method: http.MethodPost, Path: "/api/v1/tickets", Tags: []string{"tickets"},
		Summary: "Open a ticket from a call.", DefaultStatus: http.StatusCreated, Security: secured, Errors: errs,
	}, s.openTicket)
	huma.Register(api, huma.Operation{
		OperationID: "order-ticket", Method: http.MethodPost, Path: "/api/v1/tickets/{id}/orders", Tags: []string{"tickets"},
		Summary: "Do something to a ticket: " + strings.Join(ticketOrderNames(), ", ") + ".", Security: secured, Errors: errs,
	}, s.orderTicket)
}

func ticketOrderNames() []string { return slices.Sorted(maps.Keys(ticketOrders)) }

func (s *Server) ticket(ctx context.Context, in *ticketInput) (*ticketStoryOutput, error) {
	whole, err := mayReveal(ctx, in.Reveal)
	if err != nil {
		return nil, err
	}
	p := personOf(ctx)
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	t, err := s.seenTicket(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if whole && revealing.of(p.Role) == own && (t.Owner == nil || *t.Owner != p.Number) {
		return nil, newProblem(http.StatusForbidden, notAllowed, "you may see whole numbers of your own tickets only; allowed: without reveal")
	}
	acts, err := db.History(ctx, t.ID)
	if err != nil {
		return nil, s.unread(ctx, "ticket", err)
	}
	if whole {
		if err := s.audit(ctx, in.Reveal, "ticket", []string{in.ID}); err != nil {
			return nil, err
		}
		return &ticketStoryOutput{TicketStory{t, acts}}, nil
	}
	for i := range acts {
		acts[i] = maskAct(acts[i])
	}
	return &ticketStoryOutput{TicketStory{maskTickets([]store.Ticket{t})[0], acts}}, nil
}

// seenTicket is a ticket that who asks may see; the error is a problem.
func (s *Server) seenTicket(ctx context.Context, id string) (store.Ticket, error) {
	p := personOf(ctx)
	f := store.TicketFilter{ID: id, Company: string(p.onlyCompany()), Within: p.within()}
	if p.reach == own {
		f.Department = p.Department
	}
	list, err := s.records.Tickets(ctx, f)
	if err != nil {
		return store.Ticket{}, s.unread(ctx, "ticket", err)
	}
	if len(list) == 0 {
		return store.Ticket{}, noTicket(id)
	}
	return list[0], nil
}

func (s *Server) openTicket(ctx context.Context, in *openTicketInput) (*ticketOutput, error) {
	p := personOf(ctx)
	record, err := s.records.Record(ctx, in.Body.Call)
	if errors.Is(err, store.ErrNoCall) || err == nil && !reaches(p, record) {
		return nil, newProblem(http.StatusNotFound, notFound, "no call has the id %s", in.Body.Call)
	}
	if err != nil {
		return nil, s.unread(ctx, "call", err)
	}
	owner := cmp.Or(in.Body.Owner, p.Number)
	if err := s.mayOwn(p, owner, record); err != nil {
		return nil, err
	}
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	t, err := db.OpenTicket(ctx, p.Number, ticket.Opened{
		Company: record.Company, Kind: ticket.Kind(in.Body.Kind), Call: record.ID, Owner: owner, Matter: in.Body.Matter,
	})
	return s.acted(ctx, "open", t, err)
}

func (s *Server) orderTicket(ctx context.Context, in *ticketOrderInput) (*ticketOutput, error) {
	p := personOf(ctx)
	order, ok := ticketOrders[in.Body.Order]
	if !ok {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "order %q is unknown; allowed: %s", in.Body.Order, strings.Join(ticketOrderNames(), ", "))
	}
	reach := order.row.of(p.Role)
	if reach == none {
		return nil, newProblem(http.StatusForbidden, notAllowed, "the role %s may not %s a ticket; allowed: %s", p.Role, in.Body.Order, join(order.row.allowed()))
	}
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, noTicket(in.ID)
	}
	said, err := json.Marshal(in.Body.Said)
	if err != nil {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "said: %v", err)
	}
	if len(in.Body.Said) == 0 {
		said = []byte("{}")
	}
	a, err := ticket.Decode(order.verb, said, true)
	if err != nil {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "said: %v", err)
	}
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.withinAct(ctx, in.ID, a); err != nil {
		return nil, err
	}
	t, err := carryOut(ctx, db, p, id, a, s.may(p, reach, a))
	return s.acted(ctx, in.Body.Order, t, err)
}

// withinAct looks for what an order is about: the call that joins the ticket, or that of the one
// that is split from it; and where who gives it is limited to queues, the ticket and the one into
// which it is merged. The error is a problem.
func (s *Server) withinAct(ctx context.Context, id string, a ticket.Act) error {
	bounded, call, into := personOf(ctx).within().Bounded(), "", ""
	switch a := a.(type) {
	case *ticket.MergedInto:
		into = string(a.Into)
	case *ticket.Joined:
		call = a.Call
	case *ticket.Opened:
		call = a.Call
	}
	var err error
	if bounded {
		_, err = s.seenTicket(ctx, id)
	}
	if err == nil && bounded && into != "" {
		_, err = s.seenTicket(ctx, into)
	}
	if err == nil && call != "" {
		_, err = s.seenCall(ctx, call)
	}
	if o, splits := a.(*ticket.Opened); err == nil && splits {
		err = s.ownSplit(ctx, id, o)
	}
	return err
}

// mayOwn refuses that one agent makes a ticket his own, or a colleague's, whose call was at the
// phone of neither: who may see whole what is his own would be told any caller's number by it. The
// error is a problem.
func (s *Server) mayOwn(p person, owner string, r store.Record) error {
	if revealing.of(p.Role) != own || spoke(p, r) || spoke(person{Account: Account{Number: owner}}, r) {
		return nil
	}
	if a, ok := s.accounts.Account(owner); ok && revealing.of(a.Role) != own {
		return nil
	}
	return newProblem(http.StatusForbidden, notAllowed, "call %s was never at the phone of %s, and a ticket about it is not his to own; allowed: another owner, who had the call or leads", r.ID, owner)
}

// ownSplit holds what is split from a ticket against mayOwn; what he, or its owner, has already he may split.
func (s *Server) ownSplit(ctx context.Context, id string, o *ticket.Opened) error {
	p := personOf(ctx)
	if revealing.of(p.Role) != own {
		return nil
	}
	t, err := s.seenTicket(ctx, id)
	if err != nil {
		return err
	}
	had := ""
	if t.Owner != nil {
		had = *t.Owner
	}
	owner := cmp.Or(o.Owner, had) // as the store has it
	if o.Call == "" && (had == p.Number || had == owner) {
		return nil
	}
	r, err := s.seenCall(ctx, cmp.Or(o.Call, t.Call))
	if err != nil {
		return err
	}
	return s.mayOwn(p, owner, r)
}

// carryOut has the store do it.
func carryOut(ctx context.Context, db *store.Store, p person, id uuid.UUID, a ticket.Act, may store.May) (store.Ticket, error) {
	switch a := a.(type) {
	case *ticket.MergedInto:
		into, err := uuid.Parse(string(a.Into))
		if err != nil {
			return store.Ticket{}, &ticket.RefusedError{Reason: "into is no ticket's id"}
		}
		return db.Merge(ctx, id, into, p.Number, a.Reason, may)
	case *ticket.Opened:
		return db.Split(ctx, id, p.Number, *a, may)
	case *ticket.Taken:
		if p.Role == Clerk || a.Clerk == "" {
			a.Clerk = p.Number
		}
	}
	return db.Act(ctx, id, p.Number, a, may)
}

// may tells whether a person may act on a ticket as it stands.
func (s *Server) may(p person, reach reach, a ticket.Act) store.May {
	return func(t ticket.Ticket) error {
		mine := t.Owner == "" || t.Owner == p.Number
		if p.Role == Clerk {
			mine = t.Department != "" && t.Department == p.Department
		}
		switch {
		case reach != all && t.Company != string(p.Company), p.Role == Clerk && !mine:
			return store.ErrNoTicket // nor does he learn that there is one
		case reach == own && !mine:
			return &ticket.RefusedError{Reason: "ticket " + string(t.ID) + " is " + t.Owner + "'s; allowed: who is responsible for it, or a leader"}
		}
		f, ok := a.(*ticket.ForwardedTo)
		if departments := s.departments(cti.CompanyID(t.Company)); ok && !slices.Contains(departments, f.Department) {
			return &ticket.RefusedError{Reason: "department \"" + f.Department + "\" is unknown; allowed: " + cmp.Or(strings.Join(departments, ", "), "none is configured")}
		}
		return nil
	}
}

// acted answers what an order made of a ticket.
func (s *Server) acted(ctx context.Context, order string, t store.Ticket, err error) (*ticketOutput, error) {
	p := personOf(ctx)
	var refused *ticket.RefusedError
	s.log.Info("ticket ordered", zap.String("by", p.Number), zap.String("order", order), zap.Stringer("ticket", t.ID), scrubbed(err))
	switch {
	case err == nil:
		return &ticketOutput{maskTickets([]store.Ticket{t})[0]}, nil
	case errors.As(err, &refused):
		return nil, newProblem(http.StatusConflict, badState, "%s", refused.Reason)
	case errors.Is(err, store.ErrNoTicket):
		return nil, newProblem(http.StatusNotFound, notFound, "there is no such ticket")
	case errors.Is(err, store.ErrNoCall):
		return nil, newProblem(http.StatusNotFound, notFound, "there is no such call in the ticket's company")
	}
	return nil, s.unread(ctx, "ticket", err)
}

func noTicket(id string) error {
	return newProblem(http.StatusNotFound, notFound, "no ticket has the id %s", id)
}

// scrubJSON masks numbers within the texts of a JSON value.
func scrubJSON(said json.RawMessage) json.RawMessage {
	var v any
	if json.Unmarshal(said, &v) != nil {
		return nil
	}
	masked, err := json.Marshal(scrubValue(v))
	if err != nil {
		return nil
	}
	return masked
}

func scrubValue(v any) any {
	switch v := v.(type) {
	case string:
		if uuid.Validate(v) == nil {
			return v
		}
		return scrub(v)
	case []any:
		for i := range v {
			v[i] = scrubValue(v[i])
		}
	case map[string]any:
		for name, member := range v {
			// Names of things are not what somebody wrote, and times have digits.
			if !slices.Contains([]string{"call", "calls", "from", "into", "due", "work_at", "worked_at", "sha256"}, name) {
				v[name] = scrubValue(member)
			}
		}
	}
	return v
}
