package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"sansheng/store"
)

// errNoStore: there is no database in this process.
var errNoStore = errors.New("no database is in this process")

// audit says who saw whole numbers, or a customer's card, of what, and why, before they are
// sent. The reason may hold a number itself.
func (s *Server) audit(ctx context.Context, in Reveal, what string, ids []string) error {
	p, reason, happened := personOf(ctx), scrub(in.Reveal), "numbers revealed"
	if reason == "" {
		happened = "masked card seen"
	}
	s.log.Named("audit").Info(happened,
		zap.String("account", p.Number), zap.String("role", string(p.Role)), zap.String("company", string(p.Company)),
		zap.String("source", p.source), zap.String("reason", reason), zap.String("what", what), zap.Strings("ids", ids))
	return s.note(ctx, what, reason, ids)
}

// note writes into the database who looks, where there is one; without that nothing is
// shown. The error is a problem.
func (s *Server) note(ctx context.Context, what, reason string, ids []string) error {
	if s.store == nil {
		return nil
	}
	p := personOf(ctx)
	db, err := s.store()
	if err == nil {
		err = db.NoteAccess(ctx, store.Access{
			Person: p.Number, Role: string(p.Role), Company: string(p.Company), What: what, IDs: ids, Reason: reason, Source: p.source,
		})
	}
	if err != nil {
		return s.unread(ctx, "access", err)
	}
	return nil
}

// database is the store, for what is asked of it alone; the error is a problem.
func (s *Server) database(ctx context.Context) (*store.Store, error) {
	err := errNoStore
	if s.store != nil {
		var db *store.Store
		if db, err = s.store(); err == nil {
			return db, nil
		}
	}
	return nil, s.unread(ctx, "database", err)
}

type accessInput struct {
	CompanyFilter
	Person string    `query:"person" pattern:"^[0-9]{3,15}$" patternDescription:"3 to 15 digits" doc:"The account that has looked."`
	Of     string    `query:"of" maxLength:"128" doc:"What was looked at: the id of a call, a ticket or a customer."`
	Since  time.Time `query:"since" doc:"At or after this time (RFC 3339)."`
	Until  time.Time `query:"until" doc:"Before this time (RFC 3339)."`
	Before int64     `query:"before" minimum:"1" doc:"The last id of the page before."`
	Limit  int       `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many at most: the newest."`
}

// Accesses is a list of looks.
type Accesses struct {
	Accesses []store.Access `json:"accesses" nullable:"false" doc:"Newest first."`
	More     bool           `json:"more" doc:"Older ones were left out: ask again with before."`
}

type accessOutput struct{ Body Accesses }

func (s *Server) registerAccess(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "access", Method: http.MethodGet, Path: "/api/v1/access", Tags: []string{"access"},
		Summary: "List who has looked at whole numbers, recordings and customers' cards, and why.", Security: secured, Errors: readErrors,
	}, s.accesses)
}

func (s *Server) accesses(ctx context.Context, in *accessInput) (*accessOutput, error) {
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	company, err := companyOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	list, err := db.Accesses(ctx, store.AccessFilter{
		Company: company, Person: in.Person, Of: in.Of, Since: in.Since, Until: in.Until, Before: in.Before, Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, s.unread(ctx, "access", err)
	}
	out := &accessOutput{}
	if len(list) > in.Limit {
		list, out.Body.More = list[:in.Limit], true
	}
	out.Body.Accesses = list
	return out, nil
}
