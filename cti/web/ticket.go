package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"sansheng/store"
)

type ticketsInput struct {
	CompanyFilter
	Kind       string `query:"kind" pattern:"^[a-z_]{1,32}$" patternDescription:"a kind of ticket as in consultation" doc:"What it is about."`
	State      string `query:"state" enum:"draft,open,forwarded,done,closed,merged" doc:"Where it stands."`
	Owner      string `query:"owner" pattern:"^[0-9]{3,15}$" patternDescription:"3 to 15 digits" doc:"The agent responsible."`
	Department string `query:"department" pattern:"^[a-z0-9][a-z0-9_-]{0,31}$" patternDescription:"1 to 32 of a-z 0-9 _ -" doc:"The department that it is with; a clerk sees those of his own."`
	Overdue    bool   `query:"overdue" doc:"Only those whose deadline has passed and which are not closed."`
	Call       string `query:"call" pattern:"^[A-Za-z0-9._:@-]{1,128}$" patternDescription:"1 to 128 of A-Z a-z 0-9 . _ : @ -" doc:"The call it came from."`
	Limit      int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many at most: the newest."`
	Reveal
}

// Tickets is a list of tickets.
type Tickets struct {
	Tickets []store.Ticket `json:"tickets" nullable:"false" doc:"Newest last."`
	More    bool           `json:"more" doc:"Older tickets were left out."`
}

type ticketsOutput struct {
	Body Tickets
}

func (s *Server) registerTickets(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "tickets", Method: http.MethodGet, Path: "/api/v1/tickets", Tags: []string{"tickets"},
		Summary: "List tickets.", Security: secured, Errors: readErrors,
	}, s.tickets)
}

func (s *Server) tickets(ctx context.Context, in *ticketsInput) (*ticketsOutput, error) {
	whole, err := mayReveal(ctx, in.Reveal)
	if err != nil {
		return nil, err
	}
	f := store.TicketFilter{Kind: in.Kind, State: in.State, Owner: in.Owner, Call: in.Call, Department: in.Department, Overdue: in.Overdue, Limit: in.Limit + 1}
	if f.Company, err = companyOf(ctx, in.Company); err != nil {
		return nil, err
	}
	p := personOf(ctx)
	f.Within = p.within()
	if p.Role == Clerk {
		f.Department = p.Department
	}
	if whole && revealing.of(p.Role) == own {
		if in.Owner != "" && in.Owner != p.Number {
			return nil, newProblem(http.StatusForbidden, notAllowed, "you may see whole numbers of your own tickets only; allowed: owner=%s", p.Number)
		}
		f.Owner = p.Number
	}
	tickets, err := s.records.Tickets(ctx, f)
	if err != nil {
		return nil, s.unread(ctx, "tickets", err)
	}
	out := &ticketsOutput{}
	if over := len(tickets) - in.Limit; over > 0 {
		tickets, out.Body.More = tickets[over:], true
	}
	if out.Body.Tickets = tickets; !whole {
		out.Body.Tickets = maskTickets(tickets)
	}
	if out.Body.Tickets == nil {
		out.Body.Tickets = []store.Ticket{}
	}
	if whole {
		ids := make([]string, len(tickets))
		for i, t := range tickets {
			ids[i] = t.ID.String()
		}
		if err := s.audit(ctx, in.Reveal, "tickets", ids); err != nil {
			return nil, err
		}
	}
	return out, nil
}
