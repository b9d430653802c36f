package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/store"
)

// RecordReader reads what happened; *store.Store is one.
type RecordReader interface {
	Calls(ctx context.Context, f store.Filter) ([]store.Record, error)
	// Record's error Is store.ErrNoCall where there is none.
	Record(ctx context.Context, id string) (store.Record, error)
	Tickets(ctx context.Context, f store.TicketFilter) ([]store.Ticket, error)
	Callbacks(ctx context.Context, f store.CallbackFilter) ([]store.OwedCallback, error)
	Agents(ctx context.Context, company string, since time.Time) ([]store.Agent, error)
	Queues(ctx context.Context, company string, since time.Time) ([]store.Queue, error)
}

var _ RecordReader = (*store.Store)(nil)

type callsInput struct {
	CompanyFilter
	DID    string    `query:"did" pattern:"^[0-9+*#]{1,32}$" patternDescription:"a published number" doc:"The number that was called."`
	Agent  string    `query:"agent" pattern:"^[0-9]{3,15}$" patternDescription:"3 to 15 digits" doc:"The agent who answered first."`
	Caller string    `query:"caller" pattern:"^[0-9+*#]{2,32}$" patternDescription:"2 to 32 of 0-9 + * #" doc:"The caller's whole number."`
	Since  time.Time `query:"since" doc:"Calls begun at or after this time (RFC 3339)."`
	Until  time.Time `query:"until" doc:"Calls begun before this time (RFC 3339)."`
	Queue  string    `query:"queue" pattern:"^[a-z0-9][a-z0-9_-]{0,31}$" patternDescription:"1 to 32 of a-z 0-9 _ -" doc:"A queue in which the caller waited."`

	Emergency   string `query:"emergency" enum:"true,false" doc:"Calls on emergency lines, or on others."`
	Disposition string `query:"disposition" enum:"ANSWERED,NO ANSWER,BUSY,FAILED,CONGESTION" doc:"How a call that has ended came out."`

	Answered string `query:"answered" enum:"true,false" doc:"Calls a person answered, or calls nobody did."`
	Limit    int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many at most: the newest."`
	Reveal
}

// CompanyFilter is the query parameter that chooses a company.
type CompanyFilter struct {
	Company string `query:"company" pattern:"^[a-z0-9][a-z0-9_-]{0,31}$" patternDescription:"1 to 32 of a-z 0-9 _ -" doc:"One company; all you may see by default."`
}

// Calls is a list of records.
type Calls struct {
	Calls []store.Record `json:"calls" nullable:"false" doc:"Whole records, newest last, calls still going on among them."`
	// More tells that older ones were left out.
	More bool `json:"more" doc:"Older calls were left out: ask again with until."`
}

type callsOutput struct {
	Body Calls
}

type callInput struct {
	ID string `path:"id" pattern:"^[A-Za-z0-9._:@-]{1,128}$" patternDescription:"1 to 128 of A-Z a-z 0-9 . _ : @ -" doc:"The call's id."`
	Reveal
}

type callOutput struct {
	Body store.Record
}

func (s *Server) registerCalls(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "calls", Method: http.MethodGet, Path: "/api/v1/calls", Tags: []string{"calls"},
		Summary: "List calls.", Security: secured, Errors: readErrors,
	}, s.calls)
	huma.Register(api, huma.Operation{
		OperationID: "call", Method: http.MethodGet, Path: "/api/v1/calls/{id}", Tags: []string{"calls"},
		Summary: "The whole record of a call.", Security: secured, Errors: append([]int{http.StatusNotFound}, readErrors...),
	}, s.call)
}

func (s *Server) calls(ctx context.Context, in *callsInput) (*callsOutput, error) {
	whole, err := mayReveal(ctx, in.Reveal)
	if err != nil {
		return nil, err
	}
	f := store.Filter{DID: in.DID, Agent: in.Agent, Caller: in.Caller, Since: in.Since, Until: in.Until, Limit: in.Limit + 1}
	if f.Company, err = companyOf(ctx, in.Company); err != nil {
		return nil, err
	}
	p := personOf(ctx)
	f.Within = p.within()
	if err := p.mayFind(in.Caller, "caller"); err != nil {
		return nil, err
	}
	if p.reach == own {
		if in.Agent != "" && in.Agent != p.Number {
			return nil, newProblem(http.StatusForbidden, notAllowed, "agent %s is not you; allowed: %s", in.Agent, p.Number)
		}
		f.Agent = p.Number
	}
	if !in.Since.IsZero() && !in.Until.IsZero() && !in.Since.Before(in.Until) {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "since %s is not before until %s; allowed: an earlier time",
			in.Since.Format(time.RFC3339), in.Until.Format(time.RFC3339))
	}
	f.Answered, f.Emergency = chosen(in.Answered), chosen(in.Emergency)
	f.Queue, f.Disposition = in.Queue, cti.Disposition(in.Disposition)
	records, err := s.records.Calls(ctx, f)
	if err != nil {
		return nil, s.unread(ctx, "calls", err)
	}
	out := &callsOutput{Body: Calls{Calls: make([]store.Record, 0, len(records))}}
	if over := len(records) - in.Limit; over > 0 {
		records, out.Body.More = records[over:], true
	}
	ids := make([]string, len(records))
	for i, r := range records {
		if ids[i] = r.ID; !whole {
			r = maskRecord(r)
		}
		out.Body.Calls = append(out.Body.Calls, r)
	}
	if whole {
		if err := s.audit(ctx, in.Reveal, "calls", ids); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// chosen is what true and false choose, nil where neither is said.
func chosen(said string) *bool {
	if said == "" {
		return nil
	}
	yes := said == "true"
	return &yes
}

func (s *Server) call(ctx context.Context, in *callInput) (*callOutput, error) {
	whole, err := mayReveal(ctx, in.Reveal)
	if err != nil {
		return nil, err
	}
	r, err := s.seenCall(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if !whole {
		return &callOutput{Body: maskRecord(r)}, nil
	}
	if err := s.audit(ctx, in.Reveal, "call", []string{r.ID}); err != nil {
		return nil, err
	}
	return &callOutput{Body: r}, nil
}

// seenCall is the record of a call that who asks may see; the error is a problem.
func (s *Server) seenCall(ctx context.Context, id string) (store.Record, error) {
	r, err := s.records.Record(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNoCall) {
		return r, s.unread(ctx, "call", err)
	}
	if err != nil || !reaches(personOf(ctx), r) {
		return r, newProblem(http.StatusNotFound, notFound, "no call has the id %s among those you may see", id)
	}
	return r, nil
}

// reaches tells whether a person may see a record.
func reaches(p person, r store.Record) bool {
	switch {
	case p.reach == all:
		return true
	case p.reach == none || r.Company != string(p.Company):
		return false
	case p.reach == company && holds(p.within(), r):
		return true
	}
	return spoke(p, r)
}

// mayFind refuses a search by whose number it is, a caller's or a customer's, to who may see no
// numbers: an answer would tell it. The error is a problem.
func (p person) mayFind(number, whose string) error {
	if number == "" || revealing.of(p.Role) != none {
		return nil
	}
	return newProblem(http.StatusForbidden, notAllowed, "the role %s may not search by a %s's number; allowed: %s", p.Role, whose, join(revealing.allowed()))
}

// spoke tells whether a person has, or had, a call at his phone.
func spoke(p person, r store.Record) bool {
	if r.Agent != nil && *r.Agent == p.Number {
		return true
	}
	for _, l := range r.Legs {
		if l.Agent == p.Number && l.AnsweredAt != nil {
			return true
		}
	}
	return false
}

// companyOf is the company a list is limited to; the empty one is all. The
// error is a problem.
func companyOf(ctx context.Context, asked string) (string, error) {
	p := personOf(ctx)
	if p.reach == all {
		return asked, nil
	}
	if asked != "" && asked != string(p.Company) {
		return "", newProblem(http.StatusForbidden, notAllowed, "company %s is not yours; allowed: %s", asked, p.Company)
	}
	return string(p.Company), nil
}

// unread is the problem of records that cannot be read now.
func (s *Server) unread(ctx context.Context, what string, err error) error {
	if !errors.Is(context.Cause(ctx), context.Canceled) { // else the client went away
		s.log.Warn("read failed", zap.String("what", what), zap.Error(err))
	}
	return huma.ErrorWithHeaders(newProblem(http.StatusServiceUnavailable, unavailable,
		"the records cannot be read now; calls go on and their records will be there"), retryAfter(5))
}
