package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"sansheng/cti"
)

type amendInput struct {
	ID   string `path:"id" pattern:"^[A-Za-z0-9._:@-]{1,128}$" patternDescription:"1 to 128 of A-Z a-z 0-9 . _ : @ -" doc:"The call's id."`
	Body struct {
		Reason string `json:"reason" minLength:"4" maxLength:"500" doc:"Why, in a line."`
		Text   string `json:"text" minLength:"1" maxLength:"4000" doc:"What is right."`
	}
}

func (s *Server) registerAmendments(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "amend-record", Method: http.MethodPost, Path: "/api/v1/calls/{id}/amendments", Tags: []string{"calls"},
		Summary:     "Add a correction to an ended call's record.",
		Description: "The record itself stays as it is. The correction stands beside it with your account, the time and the reason, and is sealed into the company's chain. It is there within seconds. A record sheet is amended by an order to its ticket.",
		// It is beside the record only once the store has projected the fact.
		DefaultStatus: http.StatusAccepted, Security: secured, Errors: append([]int{http.StatusNotFound, http.StatusConflict}, readErrors...),
	}, s.amendRecord)
}

func (s *Server) amendRecord(ctx context.Context, in *amendInput) (*struct{}, error) {
	p, text := personOf(ctx), strings.TrimSpace(in.Body.Text)
	if err := checkReason(in.Body.Reason); err != nil {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "reason: %v", err)
	}
	if text == "" {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "text: it is empty; allowed: what is right")
	}
	r, err := s.seenCall(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if r.EndedAt == nil {
		return nil, newProblem(http.StatusConflict, badState, "call %s goes on; its record is amended once it has ended", in.ID)
	}
	ctx, stop := context.WithTimeout(ctx, liveTime)
	defer stop()
	err = s.amend(ctx, cti.AmendRecord{
		Call: cti.CallID(r.ID), Company: cti.CompanyID(r.Company), AmendedData: cti.AmendedData{By: p.Number, Reason: in.Body.Reason, Text: text},
	})
	s.log.Info("record amended", zap.String("by", p.Number), zap.String("call", r.ID), scrubbed(err))
	if err != nil {
		return nil, notDone(err)
	}
	return nil, nil //nolint:nilnil // 202 has no body
}
