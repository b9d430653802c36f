package web

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"sansheng/store"
	"sansheng/store/ticket"
)

// attachRoute takes files of up to store.AttachmentMost.
const attachRoute = "PUT /api/v1/tickets/{id}/files/{name}"

// attaching is who may put a file to a ticket.
var attaching = row{company, company, none, all, none, none, own}

type attachInput struct {
	ID      string `path:"id" pattern:"^[0-9a-fA-F-]{36}$" patternDescription:"a ticket's id" doc:"The ticket's id."`
	Name    string `path:"name" minLength:"1" maxLength:"200" doc:"The file's name."`
	Type    string `header:"Content-Type"`
	RawBody []byte
}

type attachmentInput struct {
	ID     string `path:"id" pattern:"^[0-9a-fA-F-]{36}$" patternDescription:"a ticket's id" doc:"The ticket's id."`
	SHA256 string `path:"sha256" pattern:"^[0-9a-f]{64}$" patternDescription:"a SHA-256 in hexadecimal" doc:"The file's hash, as the ticket's acts have it."`
}

func (s *Server) registerAttachments(api huma.API) {
	errs := append([]int{http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge}, readErrors...)
	huma.Register(api, huma.Operation{
		OperationID: "attach", Method: http.MethodPut, Path: "/api/v1/tickets/{id}/files/{name}", Tags: []string{"tickets"},
		Summary: "Put a file of up to 10 MB to a ticket.", MaxBodyBytes: store.AttachmentMost, BodyReadTimeout: fileTime, Security: secured, Errors: errs,
		RequestBody: &huma.RequestBody{Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}},
	}, s.attach)
	huma.Register(api, huma.Operation{
		OperationID: "attachment", Method: http.MethodGet, Path: "/api/v1/tickets/{id}/files/{sha256}", Tags: []string{"tickets"},
		Summary: "Read a ticket's file. It is logged with your account.", Security: secured, Errors: append([]int{http.StatusNotFound}, readErrors...),
	}, s.attachment)
}

func (s *Server) attach(ctx context.Context, in *attachInput) (*ticketOutput, error) {
	p := personOf(ctx)
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, noTicket(in.ID)
	}
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.withinAct(ctx, in.ID, &ticket.Attached{}); err != nil {
		return nil, err
	}
	t, err := db.Attach(ctx, id, p.Number, in.Name, in.Type, in.RawBody, s.may(p, attaching.of(p.Role), &ticket.Attached{}))
	return s.acted(ctx, "attach", t, err)
}

// attachment sends a file, to be kept and not shown: what is in it is anybody's.
func (s *Server) attachment(ctx context.Context, in *attachmentInput) (*huma.StreamResponse, error) {
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	t, err := s.seenTicket(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	name, body, err := db.Attachment(ctx, t.ID, in.SHA256)
	switch {
	case errors.Is(err, store.ErrNoAttachment):
		return nil, newProblem(http.StatusNotFound, notFound, "ticket %s has no file with this hash", in.ID)
	case err != nil:
		return nil, s.unread(ctx, "attachment", err)
	}
	if err := s.note(ctx, "file of a ticket", "", []string{in.ID, in.SHA256}); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		h.SetHeader("Content-Type", "application/octet-stream")
		h.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		h.SetHeader("Content-Length", fmt.Sprint(len(body)))
		_, _ = h.BodyWriter().Write(body) // whoever asked is gone
	}}, nil
}
