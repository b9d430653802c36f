package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sansheng/store"
)

// DeadLetterKeeper shows facts of which no rows could be made, and has it tried again.
type DeadLetterKeeper interface {
	DeadLetters(context.Context, store.DeadLetterFilter) ([]store.DeadLetter, error)
	// The errors of these Are store.ErrNoDeadLetter, or a *store.DeadLetterError where one
	// stays as it is.
	DeadLetter(ctx context.Context, journal string, position uint64) (store.DeadLetter, error)
	RetryDeadLetter(ctx context.Context, journal string, position uint64, by string) (outcome string, err error)
	CloseDeadLetter(ctx context.Context, journal string, position uint64, by, reason string) error
}

// nobodysDeadLetters are those where no store runs.
type nobodysDeadLetters struct{}

func (nobodysDeadLetters) DeadLetters(context.Context, store.DeadLetterFilter) ([]store.DeadLetter, error) {
	return nil, errNoStore
}
func (nobodysDeadLetters) DeadLetter(context.Context, string, uint64) (d store.DeadLetter, err error) {
	return d, errNoStore
}
func (nobodysDeadLetters) RetryDeadLetter(context.Context, string, uint64, string) (string, error) {
	return "", errNoStore
}
func (nobodysDeadLetters) CloseDeadLetter(context.Context, string, uint64, string, string) error {
	return errNoStore
}

// DeadLetter is a message of which no rows could be made.
type DeadLetter struct {
	Journal  string     `json:"journal"`
	Position uint64     `json:"position"`
	Subject  string     `json:"subject"`
	Error    string     `json:"error" doc:"Why no rows could be made of it."`
	DiedAt   time.Time  `json:"died_at"`
	ClosedAt *time.Time `json:"closed_at"`
	ClosedBy string     `json:"closed_by,omitempty"`
	Outcome  string     `json:"outcome,omitempty" doc:"What came of it."`
	Payload  string     `json:"payload,omitempty" doc:"The message as it came, of one that is shown; bytes that are no text are replaced."`
}

// DeadLetters is a list of them, oldest first.
type DeadLetters struct {
	DeadLetters []DeadLetter `json:"dead_letters" nullable:"false"`
}

type deadLettersInput struct {
	All   bool `query:"all" doc:"Also those that are closed."`
	Limit int  `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many at most: the newest."`
}

type deadLettersOutput struct {
	Body DeadLetters
}

// LetterPlace is in the path of a dead letter.
type LetterPlace struct {
	Journal  string `path:"journal" maxLength:"64" doc:"The stream that it came from, as HOTLINE."`
	Position uint64 `path:"position" doc:"Where it stands there."`
}

type showLetterInput struct {
	LetterPlace
	Reveal
}

type closeLetterInput struct {
	LetterPlace
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Why nobody needs it."`
	}
}

type letterOutput struct {
	Body DeadLetter
}

// Projected is what came of a dead letter that was tried again.
type Projected struct {
	Outcome string `json:"outcome"`
}

type projectedOutput struct {
	Body Projected
}

func (s *Server) registerDeadLetters(api huma.API) {
	orderErrors := append([]int{http.StatusNotFound, http.StatusConflict}, readErrors...)
	huma.Register(api, huma.Operation{
		OperationID: "dead-letters", Method: http.MethodGet, Path: "/api/v1/dead-letters", Tags: []string{"service"},
		Summary: "List facts of which no rows could be made.", Security: secured, Errors: readErrors,
	}, s.listDeadLetters)
	huma.Register(api, huma.Operation{
		OperationID: "dead-letter", Method: http.MethodGet, Path: "/api/v1/dead-letters/{journal}/{position}", Tags: []string{"service"},
		Summary: "Show one as it came.", Security: secured, Errors: orderErrors,
	}, s.showDeadLetter)
	huma.Register(api, huma.Operation{
		OperationID: "retry-dead-letter", Method: http.MethodPost, Path: "/api/v1/dead-letters/{journal}/{position}/retry", Tags: []string{"service"},
		Summary: "Make its rows after all.", Security: secured, Errors: orderErrors,
	}, s.retryDeadLetter)
	huma.Register(api, huma.Operation{
		OperationID: "close-dead-letter", Method: http.MethodPost, Path: "/api/v1/dead-letters/{journal}/{position}/close", Tags: []string{"service"},
		Summary: "Put one away for good.", DefaultStatus: http.StatusNoContent, Security: secured, Errors: orderErrors,
	}, s.closeDeadLetter)
}

// newDeadLetter is one without its message.
func newDeadLetter(d store.DeadLetter) DeadLetter {
	return DeadLetter{
		Journal: d.Journal, Position: d.Position, Subject: scrub(d.Subject), Error: scrub(d.Error),
		DiedAt: d.DiedAt, ClosedAt: d.ClosedAt, ClosedBy: d.ClosedBy, Outcome: scrub(d.Outcome),
	}
}

func (s *Server) listDeadLetters(ctx context.Context, in *deadLettersInput) (*deadLettersOutput, error) {
	list, err := s.letters.DeadLetters(ctx, store.DeadLetterFilter{Open: !in.All, Limit: in.Limit})
	if err != nil {
		return nil, s.unread(ctx, "dead letters", err)
	}
	out := &deadLettersOutput{Body: DeadLetters{DeadLetters: []DeadLetter{}}}
	for _, d := range list {
		out.Body.DeadLetters = append(out.Body.DeadLetters, newDeadLetter(d))
	}
	return out, nil
}

func (s *Server) showDeadLetter(ctx context.Context, in *showLetterInput) (*letterOutput, error) {
	whole, err := mayReveal(ctx, in.Reveal)
	if err != nil {
		return nil, err
	}
	d, err := s.letters.DeadLetter(ctx, in.Journal, in.Position)
	if err != nil {
		return nil, s.letterProblem(ctx, err)
	}
	out := &letterOutput{Body: newDeadLetter(d)}
	if whole {
		if err := s.audit(ctx, in.Reveal, "dead letter", []string{in.Journal + " " + strconv.FormatUint(in.Position, 10)}); err != nil {
			return nil, err
		}
		out.Body.Error, out.Body.Payload = d.Error, string(d.Payload)
		return out, nil
	}
	out.Body.Payload = maskPayload(d.Payload)
	return out, nil
}

// maskPayload is a message without whole numbers: what should be a fact may be anything.
func maskPayload(payload []byte) string {
	if json.Valid(payload) {
		if masked, err := store.MaskFact(payload); err == nil {
			payload = masked
		}
	}
	return scrub(string(payload))
}

func (s *Server) retryDeadLetter(ctx context.Context, in *LetterPlace) (*projectedOutput, error) {
	outcome, err := s.letters.RetryDeadLetter(ctx, in.Journal, in.Position, personOf(ctx).Number)
	if err != nil {
		return nil, s.letterProblem(ctx, err)
	}
	return &projectedOutput{Body: Projected{Outcome: outcome}}, nil
}

func (s *Server) closeDeadLetter(ctx context.Context, in *closeLetterInput) (*struct{}, error) {
	if err := checkReason(in.Body.Reason); err != nil {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "reason: %v", err)
	}
	if err := s.letters.CloseDeadLetter(ctx, in.Journal, in.Position, personOf(ctx).Number, in.Body.Reason); err != nil {
		return nil, s.letterProblem(ctx, err)
	}
	return nil, nil //nolint:nilnil // 204 has no body
}

// letterProblem says why nothing was done with a dead letter.
func (s *Server) letterProblem(ctx context.Context, err error) error {
	var stays *store.DeadLetterError
	switch {
	case errors.Is(err, store.ErrNoDeadLetter):
		return newProblem(http.StatusNotFound, notFound, "there is no dead letter at that place")
	case errors.As(err, &stays):
		return newProblem(http.StatusConflict, badState, "it stays as it is: %s", scrub(stays.Text))
	}
	return s.unread(ctx, "dead letter", err)
}
