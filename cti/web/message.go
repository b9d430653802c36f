package web

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/store"
	"sansheng/store/ticket"
)

// MessageKeeper takes and finishes messages, and gives their sound.
type MessageKeeper interface {
	// TakeMessage and FinishMessage have the engine decide; the error is a
	// *cti.MessageError where that cannot be.
	TakeMessage(context.Context, cti.TakeMessage) error
	FinishMessage(context.Context, cti.FinishMessage) error
	// Sound opens a recording. The error Is ErrNoSound where there is none.
	Sound(ctx context.Context, recording string) (io.ReadCloser, error)
}

// ErrNoSound: there is no such recording, or it was destroyed.
var ErrNoSound = errors.New("no such recording")

// nobodysMessages are those where no engine runs.
type nobodysMessages struct{}

func (nobodysMessages) TakeMessage(context.Context, cti.TakeMessage) error     { return errNoEngine }
func (nobodysMessages) FinishMessage(context.Context, cti.FinishMessage) error { return errNoEngine }
func (nobodysMessages) Sound(context.Context, string) (io.ReadCloser, error)   { return nil, errNoEngine }

// MessageInput is which message a request is about; exported, or its field would not be filled.
type MessageInput struct {
	Call string `path:"call" pattern:"^[A-Za-z0-9._:@-]{1,128}$" patternDescription:"1 to 128 of A-Z a-z 0-9 . _ : @ -" doc:"The call in which it was left."`
}

type soundInput struct {
	MessageInput
	Reason string `query:"reason" minLength:"4" maxLength:"200" doc:"Why it is heard. It is logged with your account; who has taken the message need not say."`
}

type finishInput struct {
	MessageInput
	Body struct {
		Result string `json:"result" minLength:"1" maxLength:"500" doc:"What came of it."`
	}
}

// registerMessages: messages are listed as tickets, of the kind voicemail.
func (s *Server) registerMessages(api huma.API) {
	orderErrors := append([]int{http.StatusNotFound, http.StatusConflict}, readErrors...)
	huma.Register(api, huma.Operation{
		OperationID: "take-message", Method: http.MethodPost, Path: "/api/v1/messages/{call}/take", Tags: []string{"tickets"},
		Summary: "Take a message: who is first has it.", DefaultStatus: http.StatusNoContent, Security: secured, Errors: orderErrors,
	}, s.takeMessage)
	huma.Register(api, huma.Operation{
		OperationID: "finish-message", Method: http.MethodPost, Path: "/api/v1/messages/{call}/finish", Tags: []string{"tickets"},
		Summary: "Finish with a message.", DefaultStatus: http.StatusNoContent, Security: secured, Errors: orderErrors,
	}, s.finishMessage)
	huma.Register(api, huma.Operation{
		OperationID: "hear-message", Method: http.MethodGet, Path: "/api/v1/messages/{call}/sound", Tags: []string{"tickets"},
		Summary: "Hear a message. It is logged with your account and the reason.", Security: secured, Errors: append([]int{http.StatusNotFound}, readErrors...),
	}, s.hearMessage)
}

// withinMessage looks for a message where who asks is limited to queues; the error is a problem.
func (s *Server) withinMessage(ctx context.Context, call string) error {
	p := personOf(ctx)
	if !p.within().Bounded() {
		return nil
	}
	list, err := s.records.Tickets(ctx, store.TicketFilter{Call: call, Company: string(p.onlyCompany()), Kind: string(ticket.Voicemail), Within: p.within(), Limit: 1})
	if err != nil {
		return s.unread(ctx, "message", err)
	}
	if len(list) == 0 {
		return newProblem(http.StatusNotFound, notFound, "there is no message of call %s", call)
	}
	return nil
}

func (s *Server) takeMessage(ctx context.Context, in *MessageInput) (*struct{}, error) {
	p := personOf(ctx)
	if err := s.withinMessage(ctx, in.Call); err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, liveTime)
	defer stop()
	err := s.messages.TakeMessage(ctx, cti.TakeMessage{Call: cti.CallID(in.Call), Company: p.onlyCompany(), By: p.Number})
	s.log.Info("message taken", zap.String("by", p.Number), zap.String("call", in.Call), zap.Error(err))
	if err != nil {
		return nil, notDone(err)
	}
	return nil, nil //nolint:nilnil // 204 has no body
}

func (s *Server) finishMessage(ctx context.Context, in *finishInput) (*struct{}, error) {
	p := personOf(ctx)
	if err := s.withinMessage(ctx, in.Call); err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, liveTime)
	defer stop()
	err := s.messages.FinishMessage(ctx, cti.FinishMessage{
		Call: cti.CallID(in.Call), Company: p.onlyCompany(), By: p.Number, Leader: p.Role != Agent, Result: in.Body.Result,
	})
	s.log.Info("message finished", zap.String("by", p.Number), zap.String("call", in.Call), zap.Error(err))
	if err != nil {
		return nil, notDone(err)
	}
	return nil, nil //nolint:nilnil // 204 has no body
}

// hearMessage sends a message's sound; who hears it, and why, is on record before he does. Who
// has taken it need not say why.
func (s *Server) hearMessage(ctx context.Context, in *soundInput) (*huma.StreamResponse, error) {
	p := personOf(ctx)
	tickets, err := s.records.Tickets(ctx, store.TicketFilter{Call: in.Call, Company: string(p.onlyCompany()), Kind: string(ticket.Voicemail), Within: p.within(), Limit: 1})
	if err != nil {
		return nil, s.unread(ctx, "message", err)
	}
	if len(tickets) == 0 || tickets[0].Message == nil {
		return nil, newProblem(http.StatusNotFound, notFound, "there is no message of call %s", in.Call)
	}
	message := tickets[0].Message
	reason := scrub(in.Reason)
	switch err := checkReason(in.Reason); {
	case in.Reason == "" && message.TakenBy == p.Number:
		reason = "he has taken it"
	case err != nil:
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "reason: %v; allowed without one: who has taken the message", err)
	}
	sound, err := s.messages.Sound(ctx, message.Recording)
	switch {
	case errors.Is(err, ErrNoSound):
		return nil, newProblem(http.StatusNotFound, notFound, "the recording %s is not there any more", message.Recording)
	case err != nil:
		return nil, noLeader()
	}
	s.log.Named("audit").Info("recording heard",
		zap.String("account", p.Number), zap.String("role", string(p.Role)), zap.String("company", string(p.Company)),
		zap.String("source", p.source), zap.String("reason", reason), zap.String("call", in.Call), zap.String("recording", message.Recording))
	if err := s.note(ctx, "recording of a message", reason, []string{in.Call}); err != nil {
		return nil, errors.Join(err, sound.Close())
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		defer sound.Close()
		h.SetHeader("Content-Type", "audio/wav")
		_, _ = io.Copy(h.BodyWriter(), sound) // whoever asked is gone
	}}, nil
}
