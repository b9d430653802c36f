package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sansheng/cti"
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
		if s.amongOthers(personOf(ctx)) {
			for i := range out.Body.Alarms {
				out.Body.Alarms[i].Cause = "" // it names companies, their queues and lines
			}
		}
		return out, nil
	})
}

// amongOthers tells whether a person sees his company only, and there are others here: what is
// said of the service as a whole would tell him of them.
func (s *Server) amongOthers(p person) bool {
	return p.reach == company && slices.ContainsFunc(s.plan().Companies, func(c cti.Company) bool { return c.ID != p.Company })
}

// wholeHouse keeps the figures of all companies from who sees one of several.
func (s *Server) wholeHouse(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if p := personOf(r.Context()); s.amongOthers(p) {
			writeProblem(w, newProblem(http.StatusForbidden, notAllowed,
				"these are the figures of all companies, and the role %s sees one; allowed: administrator, or without an account from the machine itself", p.Role))
			return
		}
		next(w, r)
	}
}
