package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// readyTime bounds how long the parts may take to say how they are.
const readyTime = 3 * time.Second

// Part is the state of one part of the service.
type Part struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail,omitempty" doc:"What is wrong, or how it stands."`
	// Optional parts may be down while calls are taken, as the database is.
	Optional bool `json:"optional,omitempty" doc:"Calls are taken without it."`
}

// Ready tells whether a call can be taken.
type Ready struct {
	Ready bool   `json:"ready"`
	Parts []Part `json:"parts" nullable:"false"`
}

type readyOutput struct {
	Status int
	Body   Ready
}

func (s *Server) registerReady(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "ready", Method: http.MethodGet, Path: "/readyz", Tags: []string{"service"},
		Summary:   "200 when a call can be taken, else 503.",
		Responses: map[string]*huma.Response{"503": {Description: "No call can be taken; the body says which part is why."}},
	}, s.ready)
}

// ready takes no call for granted: without parts nothing is known to work.
func (s *Server) ready(ctx context.Context, _ *struct{}) (*readyOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	out := &readyOutput{Status: http.StatusOK, Body: Ready{Parts: []Part{}}}
	if s.readiness != nil {
		out.Body.Parts = append(out.Body.Parts, s.readiness(ctx)...)
	}
	out.Body.Ready = len(out.Body.Parts) > 0
	for _, p := range out.Body.Parts {
		out.Body.Ready = out.Body.Ready && (p.OK || p.Optional)
	}
	if !out.Body.Ready {
		out.Status = http.StatusServiceUnavailable
	}
	return out, nil
}
