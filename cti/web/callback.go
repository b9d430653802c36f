package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"sansheng/store"
)

type callbacksInput struct {
	CompanyFilter
	Owed  bool `query:"owed" doc:"Only those that are still owed."`
	Limit int  `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many at most: the newest."`
	Reveal
}

// Callbacks is a list of callbacks.
type Callbacks struct {
	Callbacks []store.OwedCallback `json:"callbacks" nullable:"false" doc:"Newest last."`
}

type callbacksOutput struct {
	Body Callbacks
}

func (s *Server) registerCallbacks(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "callbacks", Method: http.MethodGet, Path: "/api/v1/callbacks", Tags: []string{"live"},
		Summary: "List callers who asked to be called back.", Security: secured, Errors: readErrors,
	}, s.callbacks)
}

func (s *Server) callbacks(ctx context.Context, in *callbacksInput) (*callbacksOutput, error) {
	whole, err := mayReveal(ctx, in.Reveal)
	if err != nil {
		return nil, err
	}
	if whole && revealing.of(personOf(ctx).Role) == own {
		return nil, newProblem(http.StatusForbidden, notAllowed, "you may see whole numbers of your own calls only; allowed: without reveal")
	}
	company, err := companyOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	list, err := s.records.Callbacks(ctx, company, in.Owed, in.Limit)
	if err != nil {
		return nil, s.unread(ctx, "callbacks", err)
	}
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].Call
		if !whole {
			list[i].Number = store.Mask(list[i].Number)
		}
	}
	if whole {
		s.audit(ctx, in.Reveal, "callbacks", ids)
	}
	return &callbacksOutput{Body: Callbacks{Callbacks: list}}, nil
}
