package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/store"
)

type eraseInput struct {
	ID   string `path:"id" pattern:"^[A-Za-z0-9._:@-]{1,128}$" patternDescription:"1 to 128 of A-Z a-z 0-9 . _ : @ -" doc:"The call's id."`
	Body struct {
		Reason string `json:"reason" minLength:"4" maxLength:"500" doc:"Who has asked for it, by which law. It is kept for ever: no number and no name of the caller."`
	}
}

func (s *Server) registerErasure(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "erase-record", Method: http.MethodPost, Path: "/api/v1/calls/{id}/erasure", Tags: []string{"calls"},
		Summary:     "Take what is personal from an ended call's record, for ever.",
		Description: "Numbers, names, what was learnt of the caller, what was written about him; the recording is destroyed. That it was done, by whom and why, stays, and so does the rest of the record. It is done within seconds.",
		// What is personal is gone only once the store has projected the fact.
		DefaultStatus: http.StatusAccepted, Security: secured, Errors: append([]int{http.StatusNotFound, http.StatusConflict}, readErrors...),
	}, s.eraseRecord)
}

func (s *Server) eraseRecord(ctx context.Context, in *eraseInput) (*struct{}, error) {
	p := personOf(ctx)
	reason := in.Body.Reason
	if err := checkReason(reason); err != nil {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "reason: %v", err)
	}
	if scrub(reason) != reason {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "reason: it has what may be a telephone number, and stays for ever; allowed: none")
	}
	r, err := s.records.Record(ctx, in.ID)
	switch {
	case err != nil && !errors.Is(err, store.ErrNoCall):
		return nil, s.unread(ctx, "call", err)
	case err != nil || !reaches(p, r):
		return nil, newProblem(http.StatusNotFound, notFound, "no call has the id %s among those you may see", in.ID)
	case r.EndedAt == nil:
		return nil, newProblem(http.StatusConflict, badState, "call %s goes on; its record is erased once it has ended", in.ID)
	case r.Erased != nil:
		return nil, newProblem(http.StatusConflict, badState, "the record of call %s was erased by %s on %s", in.ID, r.Erased.By, r.Erased.At.Format("2006-01-02"))
	}
	ctx, stop := context.WithTimeout(ctx, liveTime)
	defer stop()
	err = s.erase(ctx, cti.EraseRecord{
		Call: cti.CallID(r.ID), Company: cti.CompanyID(r.Company), ErasedData: cti.ErasedData{By: p.Number, Reason: reason},
	})
	s.log.Named("audit").Info("record erased", zap.String("account", p.Number), zap.String("role", string(p.Role)),
		zap.String("source", p.source), zap.String("call", r.ID), zap.String("reason", reason), zap.Error(err))
	if err != nil {
		return nil, notDone(err)
	}
	return nil, nil //nolint:nilnil // 202 has no body
}
