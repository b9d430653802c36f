package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sansheng/cti"
	"sansheng/cti/flow"
)

// draftWalkInput is a dry run of what is drawn and not yet published. It is posted for the
// size of the document; nothing is changed.
type draftWalkInput struct {
	Body struct {
		Document string               `json:"document" minLength:"1" maxLength:"2000000" doc:"The configuration as YAML, the whole of it."`
		Number   string               `json:"number" pattern:"^[0-9]{3,15}$" patternDescription:"3 to 15 digits" doc:"The number that is called."`
		At       time.Time            `json:"at,omitzero" doc:"When; now by default."`
		Caller   string               `json:"caller,omitempty" maxLength:"32" doc:"Who calls."`
		Keys     string               `json:"keys,omitempty" maxLength:"64" doc:"What he presses, as for a number's walk."`
		Is       []string             `json:"is,omitempty" maxItems:"3" enum:"vip,ticket,repeat" doc:"What is known of him, beside what the engine knows of the number."`
		Answers  map[string]flow.Exit `json:"answers,omitempty" doc:"What look-ups say of him, by service; one that is not named fails."`
	}
}

func (s *Server) registerDrafts(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "walk-draft", Method: http.MethodPost, Path: "/api/v1/config/walk", Tags: []string{"configuration"},
		Summary:     "What would happen to a call, were a document in force.",
		Description: "As a number's walk. Nothing is changed; what is closed now is.",
		Security:    secured, Errors: append([]int{http.StatusNotFound}, readErrors...), MaxBodyBytes: configMost,
	}, s.walkDraft)
}

func (s *Server) walkDraft(ctx context.Context, in *draftWalkInput) (*walkOutput, error) {
	b := &in.Body
	if !flow.Keys(b.Keys) {
		return nil, badKeys(b.Keys)
	}
	w := Walk{Document: b.Document, DID: b.Number, At: b.At, Caller: b.Caller, Keys: b.Keys, Answers: b.Answers, Company: personOf(ctx).onlyCompany()}
	for _, is := range b.Is {
		w.Is = append(w.Is, flow.Exit(is))
	}
	ctx, cancel := context.WithTimeout(ctx, configTime)
	defer cancel()
	path, err := s.hours.Walk(ctx, w)
	switch {
	case errors.As(err, new(*ConfigError)):
		return nil, notConfigured(err)
	case errors.As(err, new(*cti.HoursError)):
		return nil, notDone(err)
	case err != nil:
		return nil, noLeader()
	}
	return walked(path), nil
}
