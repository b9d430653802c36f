package web

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/store"
)

// LiveServer carries what changes to browsers: package bus has it.
type LiveServer interface {
	Issue(login string, subjects ...string) bus.Pass
	Revoke(login string)
	Publish(subject string, b []byte) error
	Followed() bool
	URL() (*url.URL, error)
}

// LiveCall is a call that is going on.
type LiveCall struct {
	Call      string `json:"call"`
	Company   string `json:"company"`
	DID       string `json:"did"`
	Caller    string `json:"caller" doc:"His number: whole on the desk that has him, masked on floors."`
	Direction string `json:"direction" enum:"inbound,outbound"`
	State     string `json:"state" enum:"flow,waiting,ringing,talking,held,consulting,conference,survey,voicemail,fallback"`
	Queue     string `json:"queue,omitempty"`
	Agent     string `json:"agent,omitempty" doc:"Who has the call, or is asked for it."`
	Emergency bool   `json:"emergency"`

	StartedAt       time.Time     `json:"started_at"`
	WaitingSince    *time.Time    `json:"waiting_since,omitempty"`
	RingingSince    *time.Time    `json:"ringing_since,omitempty" doc:"Since when the agent's phone rings."`
	AnsweredAt      *time.Time    `json:"answered_at,omitempty"`
	HeldSince       *time.Time    `json:"held_since,omitempty"`
	SilentSince     *time.Time    `json:"silent_since,omitempty" doc:"On a desk: since when a caller who was not heard yet is with his agent, told after 3 s, where voices are measured."`
	LingersSince    *time.Time    `json:"lingers_since,omitempty" doc:"On a desk: since when the caller does not hang up, as the agent has told."`
	QuietSince      *time.Time    `json:"quiet_since,omitempty" doc:"On floors: since when the agent is not heard in his talk, told after 10 s, where voices are measured."`
	RingMS          int64         `json:"ring_ms" doc:"How long one ring lasts, its pause included."`
	Consult         *LiveConsult  `json:"consult,omitempty"`
	Recording       bool          `json:"recording"`
	RecordingPaused bool          `json:"recording_paused"`
	Watchers        []LiveWatcher `json:"watchers,omitempty"`
	Customer        *LiveCustomer `json:"customer,omitempty"`
	Brief           *LiveBrief    `json:"brief,omitempty"`
}

// LiveConsult is an announced transfer under way.
type LiveConsult struct {
	To    string    `json:"to"`
	State string    `json:"state" enum:"ringing,talking"`
	Since time.Time `json:"since"`
}

// LiveWatcher is a leader on a call.
type LiveWatcher struct {
	By    string `json:"by"`
	Phone string `json:"phone" doc:"The phone that he hears by: his own, or an agent's."`
	Mode  string `json:"mode"`
}

// LiveCustomer is what is known of a caller at once.
type LiveCustomer struct {
	VIP bool `json:"vip,omitempty"`
}

// LiveBrief is what was said of a caller who was passed on.
type LiveBrief struct {
	Reason  string      `json:"reason,omitempty"`
	Consent bool        `json:"consent"`
	From    string      `json:"from"`
	Sheet   []LiveField `json:"sheet" nullable:"false"`
}

// LiveField is one line of it.
type LiveField struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// LiveQueue is how a queue stands.
type LiveQueue struct {
	Company      string     `json:"company"`
	Queue        string     `json:"queue"`
	Waiting      int        `json:"waiting"`
	LongestSince *time.Time `json:"longest_since,omitempty"`
	Agents       int        `json:"agents"`
	Ready        int        `json:"ready"`
}

// Snapshot is how all stands at a message's number.
type Snapshot struct {
	Epoch  string       `json:"epoch" doc:"Changes when messages are counted anew."`
	Seq    uint64       `json:"seq" doc:"The number of the last message that is contained."`
	At     time.Time    `json:"at"`
	Linked bool         `json:"linked" doc:"The switch can be reached."`
	Agents []AgentState `json:"agents" nullable:"false"`
	Calls  []LiveCall   `json:"calls" nullable:"false"`
	Queues []LiveQueue  `json:"queues" nullable:"false"`
}

// Delta is a message: what has changed since the one before; empty where nothing has.
type Delta struct {
	Epoch      string    `json:"epoch"`
	Seq        uint64    `json:"seq"`
	At         time.Time `json:"at"`
	Linked     *bool     `json:"linked,omitempty"`
	Agents     []Patch   `json:"agents,omitempty" doc:"Who is new, whole as in AgentState; of others agent and the fields that have changed, null where one is there no more."`
	GoneAgents []string  `json:"gone_agents,omitempty"`
	Calls      []Patch   `json:"calls,omitempty" doc:"As agents, of LiveCall, named by call."`
	GoneCalls  []string  `json:"gone_calls,omitempty"`
	Queues     []Patch   `json:"queues,omitempty" doc:"As agents, of LiveQueue, named by queue."`
}

// LivePass lets a page follow changes.
type LivePass struct {
	Token   string    `json:"token" doc:"For connecting to /nats."`
	Expires time.Time `json:"expires" doc:"Until when it connects; a connection lasts ten minutes."`
	Inbox   string    `json:"inbox" doc:"The prefix of its inbox."`
	Desk    string    `json:"desk,omitempty" doc:"The subject of an agent's own desk."`
	Floor   string    `json:"floor,omitempty" doc:"The subject of the floor that one sees."`
}

type livePassOutput struct {
	Body LivePass
}

type liveInput struct {
	View string `query:"view" enum:"desk,floor" required:"true" doc:"An agent's own desk, with whole numbers; or the floor of one's companies, with masked ones."`
}

type liveOutput struct {
	Body Snapshot
}

const natsRoute = "GET /nats"

func (s *Server) registerLive(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "live_pass", Method: http.MethodPost, Path: "/api/v1/live/pass", Tags: []string{"live"},
		Summary:     "A pass to follow changes over NATS, through the WebSocket at /nats.",
		Description: "Messages are Deltas, each with its number; at least one every 2 s. Where one is missing, ask for the Snapshot again.",
		Security:    secured, Errors: readErrors,
	}, s.livePass)
	huma.Register(api, huma.Operation{
		OperationID: "live", Method: http.MethodGet, Path: "/api/v1/live", Tags: []string{"live"},
		Summary: "How all stands now, to begin with.", Security: secured, Errors: readErrors,
	}, s.liveSnapshot)
	// What messages are, for who reads the document.
	api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Delta](), true, "Delta")
}

// deskOf and floorOf are the subjects of a person; empty where he has none.
func (s *Server) deskOf(p person) string {
	if p.Role != Agent || !s.ownPhone(p.Account) {
		return ""
	}
	return "live.desk." + bus.Token(p.Number)
}

func floorOf(p person) string {
	switch p.reach {
	case all:
		return "live.floor"
	case company:
		subject := "live.floor." + bus.Token(string(p.Company))
		if w := p.within(); w.Bounded() { // who is limited to the same queues hears the same
			subject += "." + hashToken(strings.Join(w.Queues, ","))[:16]
		}
		return subject
	}
	return ""
}

func (s *Server) livePass(ctx context.Context, _ *struct{}) (*livePassOutput, error) {
	p := personOf(ctx)
	desk, floor := s.deskOf(p), floorOf(p)
	if s.cast == nil {
		return nil, noLeader()
	}
	subjects := slices.DeleteFunc([]string{desk, floor}, func(subject string) bool { return subject == "" })
	pass := s.cast.server.Issue(p.Number, subjects...)
	return &livePassOutput{Body: LivePass{Token: pass.Token, Expires: pass.Expires.UTC(), Inbox: pass.Inbox, Desk: desk, Floor: floor}}, nil
}

func (s *Server) liveSnapshot(ctx context.Context, in *liveInput) (*liveOutput, error) {
	p := personOf(ctx)
	if s.cast == nil {
		return nil, noLeader()
	}
	a := audience{subject: floorOf(p), company: string(p.onlyCompany()), within: p.within()}
	if in.View == "desk" {
		a = audience{subject: s.deskOf(p), agent: p.Number}
	}
	if a.subject == "" {
		return nil, newProblem(http.StatusForbidden, notAllowed, "the role %s has no %s", p.Role, in.View)
	}
	snapshot, err := s.cast.snapshot(ctx, a)
	if err != nil {
		return nil, noLeader()
	}
	return &liveOutput{Body: snapshot}, nil
}

// nats is where pages follow changes.
func (s *Server) nats() (*url.URL, error) {
	if s.cast == nil {
		return noTunnel("live data")()
	}
	return s.cast.server.URL()
}

// liveCall shows a call; masked where it is not the desk's that has it.
func liveCall(c cti.CallView, masked bool) LiveCall {
	l := LiveCall{
		Call: string(c.ID), Company: string(c.Company), DID: c.DID, Caller: c.Caller.Number, Direction: c.Direction, State: string(c.Phase),
		Queue: string(c.Queue), Agent: string(c.Agent), Emergency: c.Emergency, StartedAt: inMillis(c.StartedAt), WaitingSince: moment(c.WaitsSince),
		RingingSince: moment(c.RingsSince), AnsweredAt: moment(c.AnsweredAt), HeldSince: moment(c.HeldSince), RingMS: c.Ring.Milliseconds(),
		Recording: !c.AnsweredAt.IsZero() && !c.Paused, RecordingPaused: c.Paused,
	}
	if c.VIP {
		l.Customer = &LiveCustomer{VIP: true}
	}
	if c.Consult != nil {
		l.Consult = &LiveConsult{To: c.Consult.To, State: "ringing", Since: inMillis(c.Consult.Since)}
		if c.Consult.Talks {
			l.Consult.State = "talking"
		}
	}
	if masked {
		l.Caller, l.QuietSince = store.Mask(l.Caller), moment(c.QuietSince)
		for _, w := range c.Watchers {
			l.Watchers = append(l.Watchers, LiveWatcher{By: w.By, Phone: string(w.Phone), Mode: string(w.Mode)})
		}
		if l.Consult != nil {
			l.Consult.To = store.Mask(l.Consult.To)
		}
		return l
	}
	l.SilentSince, l.LingersSince = moment(c.SilentSince), moment(c.LingersSince)
	if b := c.Brief; b != nil {
		l.Brief = &LiveBrief{Reason: b.Reason, Consent: b.Consent, From: string(b.By), Sheet: []LiveField{}}
		for _, f := range b.Sheet {
			l.Brief.Sheet = append(l.Brief.Sheet, LiveField{Field: f.Name, Value: f.Value})
		}
	}
	return l
}

func liveQueue(q cti.QueueView) LiveQueue {
	return LiveQueue{
		Company: string(q.Company), Queue: string(q.ID), Waiting: q.Waiting, LongestSince: moment(q.Since), Agents: q.Agents, Ready: q.Ready,
	}
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = inMillis(t)
	return &t
}

// inMillis is a time as screens need it: in milliseconds, as the switch tells it.
func inMillis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
