package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

const (
	// readyTime bounds how long the parts may take to say how they are.
	readyTime = 3 * time.Second
	// readyAge is how old their word may be that is given once more. Whoever reaches the port may
	// ask, as often as he likes, and each look has the engine's loop stop for it: calls wait.
	readyAge = 100 * time.Millisecond
)

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

// partsSeen is how the parts were when they were asked last. It may be used from any goroutine.
type partsSeen struct {
	turnC chan struct{} // held while they are asked, and protects the following
	at    time.Time
	parts []Part
}

// of asks the parts, one request at a time, or gives what they said a moment ago. That whoever
// asks goes away does not end it: others are given the same.
func (p *partsSeen) of(ctx context.Context, ask func(context.Context) []Part) []Part {
	waits, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	select {
	case p.turnC <- struct{}{}:
		defer func() { <-p.turnC }()
	case <-waits.Done():
		return nil
	}
	if time.Since(p.at) < readyAge {
		return p.parts
	}
	asks, done := context.WithTimeout(context.WithoutCancel(ctx), readyTime)
	defer done()
	p.parts = ask(asks)
	p.at = time.Now()
	return p.parts
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
	out := &readyOutput{Status: http.StatusOK, Body: Ready{Parts: []Part{}}}
	if s.readiness != nil {
		out.Body.Parts = append(out.Body.Parts, s.parts.of(ctx, s.readiness)...)
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
