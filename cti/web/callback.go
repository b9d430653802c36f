package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"sansheng/cti"
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
	huma.Register(api, huma.Operation{
		OperationID: "cancel-callback", Method: http.MethodDelete, Path: "/api/v1/callbacks/{call}", Tags: []string{"live"},
		Summary: "Take back the promise to call a caller.", DefaultStatus: http.StatusNoContent,
		Security: secured, Errors: append([]int{http.StatusNotFound, http.StatusConflict}, readErrors...),
	}, s.cancelCallback)
}

type cancelCallbackInput struct {
	Call   string `path:"call" maxLength:"64" doc:"The call in which he was promised one."`
	Reason string `query:"reason" required:"true" minLength:"1" maxLength:"500" doc:"Why he is not called."`
}

func (s *Server) cancelCallback(ctx context.Context, in *cancelCallbackInput) (*struct{}, error) {
	p := personOf(ctx)
	if p.within().Bounded() {
		if _, err := s.seenCall(ctx, in.Call); err != nil {
			return nil, err
		}
	}
	c := cti.CancelCallback{Call: cti.CallID(in.Call), Company: p.onlyCompany(), By: p.Number, Reason: in.Reason}
	ctx, stop := context.WithTimeout(ctx, liveTime)
	defer stop()
	err := s.cancel(ctx, c)
	s.log.Info("callback cancelled", zap.String("by", p.Number), zap.String("call", in.Call), zap.Error(err))
	if err != nil {
		return nil, notDone(err)
	}
	return nil, nil //nolint:nilnil // 204 has no body
}

func (s *Server) callbacks(ctx context.Context, in *callbacksInput) (*callbacksOutput, error) {
	whole, err := mayReveal(ctx, in.Reveal)
	if err != nil {
		return nil, err
	}
	if whole && revealing.of(personOf(ctx).Role) == own {
		return nil, newProblem(http.StatusForbidden, notAllowed, "you may see whole numbers of your own calls only; allowed: without reveal")
	}
	company, lent := in.Company, s.lentCall(ctx, in.Company)
	if lent == nil {
		if company, err = companyOf(ctx, in.Company); err != nil {
			return nil, err
		}
	}
	list, err := s.records.Callbacks(ctx, store.CallbackFilter{Company: company, Owed: in.Owed, Within: personOf(ctx).within(), Limit: in.Limit})
	if err != nil {
		return nil, s.unread(ctx, "callbacks", err)
	}
	if lent != nil { // of another company only what is owed to who is at his phone
		list = slices.DeleteFunc(list, func(c store.OwedCallback) bool { return c.Number != lent.Caller.Number })
	}
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].Call
		if !whole {
			list[i].Number = store.Mask(list[i].Number)
		}
	}
	if whole {
		if err := s.audit(ctx, in.Reveal, "callbacks", ids); err != nil {
			return nil, err
		}
	}
	return &callbacksOutput{Body: Callbacks{Callbacks: list}}, nil
}
