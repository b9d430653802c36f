package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Alarm is an alarm that stands.
type Alarm struct {
	Name     string    `json:"name"`
	Source   string    `json:"source" doc:"The process that raised it."`
	At       time.Time `json:"at" doc:"When it rose."`
	Severity string    `json:"severity" enum:"page,warn" doc:"page: somebody comes now; warn: on the same day."`
	Means    string    `json:"means"`
	Cause    string    `json:"cause"`
	Advice   string    `json:"advice" doc:"Where to read what to do."`
}

// Alarms are those that stand, the oldest first.
type Alarms struct {
	Alarms []Alarm `json:"alarms" nullable:"false"`
}

type alarmsOutput struct {
	Body Alarms
}

func (s *Server) registerAlarms(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "alarms", Method: http.MethodGet, Path: "/api/v1/alarms", Tags: []string{"service"},
		Summary: "Which alarms stand.", Security: secured, Errors: []int{http.StatusUnauthorized, http.StatusForbidden},
	}, func(ctx context.Context, _ *struct{}) (*alarmsOutput, error) {
		out := &alarmsOutput{Body: Alarms{Alarms: []Alarm{}}}
		if s.alarms != nil {
			out.Body.Alarms = append(out.Body.Alarms, s.alarms(ctx)...)
		}
		return out, nil
	})
}
