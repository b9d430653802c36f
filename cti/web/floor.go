package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/store"
)

// liveTime bounds how long the engine may take to say how things are.
const liveTime = 2 * time.Second

// Floor is the hotline at one moment, as the engine sees it.
type Floor struct {
	// Linked tells whether the switch can be reached.
	Linked bool
	// Live counts calls going on, Waiting those of them that wait for a person.
	Live, Waiting int
	Agents        []cti.AgentView
	Calls         []cti.CallView
	Queues        []cti.QueueView
}

type floorInput struct {
	CompanyFilter
}

type queuesInput struct {
	CompanyFilter
	Since time.Time `query:"since" doc:"Count entries since this time (RFC 3339); today by default, by the server's time zone."`
}

// AgentState is what an agent does now.
type AgentState struct {
	Company   string    `json:"company"`
	Agent     string    `json:"agent"`
	Name      string    `json:"name,omitempty"`
	State     string    `json:"state"`
	Since     time.Time `json:"since"`
	Reason    string    `json:"reason,omitempty"`
	Call      string    `json:"call,omitempty"`
	Reachable bool      `json:"reachable" doc:"His phone can be rung."`
	Until     time.Time `json:"until,omitzero" doc:"When the state ends by itself, as wrap-up does."`

	Queues []cti.QueueID `json:"queues,omitempty" doc:"The queues he serves now; the engine's word."`
	Moved  bool          `json:"moved,omitempty" doc:"A leader has moved him there."`
}

// Agents is the live floor.
type Agents struct {
	// Source is engine, or records where the engine cannot be asked.
	Source string `json:"source" enum:"engine,records"`
	// Linked, Live and Waiting are the engine's; the counts are over all
	// companies and shown to those who see all.
	Linked  *bool        `json:"linked,omitempty" doc:"The switch can be reached."`
	Live    *int         `json:"live,omitempty" doc:"Calls going on, of all companies."`
	Waiting *int         `json:"waiting,omitempty" doc:"Calls of them that wait for a person."`
	Agents  []AgentState `json:"agents" nullable:"false"`
}

type agentsOutput struct {
	Body Agents
}

// Queues is how the queues stand.
type Queues struct {
	Queues []store.Queue `json:"queues" nullable:"false"`
}

type queuesOutput struct {
	Body Queues
}

func (s *Server) registerFloor(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "agents", Method: http.MethodGet, Path: "/api/v1/agents", Tags: []string{"live"},
		Summary: "What the agents do now.", Security: secured, Errors: readErrors,
	}, s.agents)
	huma.Register(api, huma.Operation{
		OperationID: "queues", Method: http.MethodGet, Path: "/api/v1/queues", Tags: []string{"live"},
		Summary: "How the queues stand now.", Security: secured, Errors: readErrors,
	}, s.queues)
}

func (s *Server) agents(ctx context.Context, in *floorInput) (*agentsOutput, error) {
	only, err := companyOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	out := &agentsOutput{Body: Agents{Source: "engine", Agents: []AgentState{}}}
	p := personOf(ctx)
	floor, ok := s.floor(ctx)
	if !ok {
		out.Body.Source = "records"
		rows, err := s.records.Agents(ctx, only, time.Now())
		if err != nil {
			return nil, s.unread(ctx, "agents", err)
		}
		for _, r := range rows {
			if _, leads := s.plan().LeadersPhone(cti.AgentID(r.Agent)); leads || !serves(p.within(), s.planned(cti.AgentID(r.Agent))) {
				continue
			}
			out.Body.Agents = append(out.Body.Agents, AgentState{Company: r.Company, Agent: r.Agent, State: r.State,
				Since: r.Since, Reason: r.Reason, Call: r.Call, Reachable: r.Reachable})
		}
		return out, nil
	}
	out.Body.Linked = &floor.Linked
	if p.reach == all {
		out.Body.Live, out.Body.Waiting = &floor.Live, &floor.Waiting
	}
	for _, a := range floor.Agents {
		if (only == "" || only == string(a.Company)) && serves(p.within(), a.Queues) {
			shown := agentState(a)
			if w := p.within(); w.Bounded() {
				if c := floor.callOf(shown.Call); c == nil || !w.Has(string(c.Queue)) {
					shown.Call = "" // he has one of another queue
				}
			}
			out.Body.Agents = append(out.Body.Agents, shown)
		}
	}
	slices.SortFunc(out.Body.Agents, func(a, b AgentState) int { return cmp.Compare(a.Agent, b.Agent) })
	return out, nil
}

func agentState(a cti.AgentView) AgentState {
	return AgentState{
		Company: string(a.Company), Agent: string(a.ID), Name: a.Name, State: string(a.State), Since: inMillis(a.Since), Reason: a.Reason,
		Call: string(a.Call), Reachable: a.Reachable, Until: inMillis(a.Until), Queues: a.Queues, Moved: a.Moved,
	}
}

// floor asks the engine, if there is one here and it answers.
func (s *Server) floor(ctx context.Context) (Floor, bool) {
	if s.live == nil {
		return Floor{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, liveTime)
	defer cancel()
	f, err := s.live(ctx)
	if err != nil {
		s.log.Warn("engine not asked", zap.Error(err))
		return Floor{}, false
	}
	return f, true
}

func (s *Server) queues(ctx context.Context, in *queuesInput) (*queuesOutput, error) {
	only, err := companyOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	since := in.Since
	if since.IsZero() {
		since = todayIn(time.Local)
	}
	rows, err := s.records.Queues(ctx, only, since)
	if err != nil {
		return nil, s.unread(ctx, "queues", err)
	}
	w := personOf(ctx).within()
	rows = slices.DeleteFunc(rows, func(q store.Queue) bool { return !w.Has(q.Queue) })
	if rows == nil {
		rows = []store.Queue{}
	}
	return &queuesOutput{Body: Queues{Queues: rows}}, nil
}
