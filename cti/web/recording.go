package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"go.uber.org/zap"

	"sansheng/store"
)

// soundTime bounds how long a recording may take to whoever hears it: an hour of talk has
// 58 MB.
const soundTime = 5 * time.Minute

// RecordingOpener opens a recording's file. The error Is ErrNoSound where there is none.
type RecordingOpener func(ctx context.Context, name string) (io.ReadSeekCloser, error)

func noRecordings(context.Context, string) (io.ReadSeekCloser, error) { return nil, errNoEngine }

type recordingInput struct {
	ID        string `path:"id" pattern:"^[A-Za-z0-9._:@-]{1,128}$" patternDescription:"1 to 128 of A-Z a-z 0-9 . _ : @ -" doc:"The call's id."`
	Recording string `path:"recording" pattern:"^([A-Za-z0-9_-]{1,2}/)?[A-Za-z0-9._:@-]{1,200}$" patternDescription:"1 to 200 of A-Z a-z 0-9 . _ : @ -, behind a folder of 1 or 2 and a slash" doc:"The recording's name, as the record has it; its slash is %2F."`
	Side      string `query:"side" enum:"caller,agent" doc:"Only the caller's voice, or only what he was sent; both together by default."`
	Reason    string `query:"reason" required:"true" minLength:"4" maxLength:"200" doc:"Why it is heard. It is logged with your account."`
}

func (s *Server) registerRecordings(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "hear-recording", Method: http.MethodGet, Path: "/api/v1/calls/{id}/recordings/{recording}/sound", Tags: []string{"calls"},
		Summary:     "Hear a recording of a call. It is logged with your account and the reason.",
		Description: "The file as it was sealed, WAV, with byte ranges. Where the record says that it has sides, each is asked for by side.",
		Responses: map[string]*huma.Response{"200": {
			Description: "The recording.", Content: map[string]*huma.MediaType{"audio/wav": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
		}},
		Security: secured, Errors: append([]int{http.StatusNotFound, http.StatusConflict}, readErrors...),
	}, s.hearRecording)
}

// hearRecording sends a recording; who hears it, and why, is on record before he does.
func (s *Server) hearRecording(ctx context.Context, in *recordingInput) (*huma.StreamResponse, error) {
	p := personOf(ctx)
	if err := checkReason(in.Reason); err != nil {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "reason: %v", err)
	}
	r, err := s.seenCall(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	name, err := soundOf(r, in.Recording, in.Side)
	if err != nil {
		return nil, err
	}
	sound, err := s.sounds(ctx, name)
	switch {
	case errors.Is(err, ErrNoSound):
		return nil, newProblem(http.StatusNotFound, notFound, "the recording %s is not there any more", name)
	case err != nil:
		s.log.Warn("recording not opened", zap.String("recording", name), zap.Error(err))
		return nil, noLeader()
	}
	reason := scrub(in.Reason)
	s.log.Named("audit").Info("recording heard",
		zap.String("account", p.Number), zap.String("role", string(p.Role)), zap.String("company", string(p.Company)),
		zap.String("source", p.source), zap.String("reason", reason), zap.String("call", r.ID), zap.String("recording", name))
	if err := s.note(ctx, "recording of a call", reason, []string{r.ID}); err != nil {
		return nil, errors.Join(err, sound.Close())
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		defer sound.Close()
		request, w := humago.Unwrap(h)
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(soundTime)) // else the server's own holds
		w.Header().Set("Content-Type", "audio/wav")
		http.ServeContent(w, request, "", time.Time{}, sound)
	}}, nil
}

// soundOf is the file of a recording of a call, or of a side of it; the error is a problem.
func soundOf(r store.Record, recording, side string) (string, error) {
	if !slices.ContainsFunc(r.Recordings, func(one store.Recording) bool { return one.Name == recording }) {
		return "", newProblem(http.StatusNotFound, notFound, "call %s has no recording %s", r.ID, recording)
	}
	if r.EndedAt == nil {
		return "", newProblem(http.StatusConflict, badState, "call %s goes on; it is heard once it has ended", r.ID)
	}
	if r.Erased != nil {
		return "", newProblem(http.StatusNotFound, notFound, "the record of call %s was erased, and its recordings are destroyed", r.ID)
	}
	var check store.RecordingCheck
	if i := slices.IndexFunc(r.RecordingChecks, func(c store.RecordingCheck) bool { return c.Name == recording }); i >= 0 {
		check = r.RecordingChecks[i]
	}
	if check.DestroyedAt != nil {
		return "", newProblem(http.StatusNotFound, notFound, "the recording %s was destroyed by rule on %s", recording, check.DestroyedAt.Format(time.DateOnly))
	}
	if side == "" {
		return recording, nil
	}
	i := slices.IndexFunc(check.Sides, func(of store.RecordingSide) bool { return of.Side == side })
	if i < 0 {
		return "", newProblem(http.StatusNotFound, notFound, "the recording %s has no file of its side %s; allowed: without side", recording, side)
	}
	return check.Sides[i].Name, nil
}
