package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"sansheng/cti"
)

// PhoneKeeper knows which phone of an agent the switch rings. An error Is
// ErrNoAgent where nobody has the number.
type PhoneKeeper interface {
	Phone(ctx context.Context, agent cti.AgentID) (Phone, error)
	ChoosePhone(ctx context.Context, agent cti.AgentID, kind PhoneKind) (Phone, error)
}

// ErrNoAgent: no agent has this number.
var ErrNoAgent = errors.New("no such agent")

// PhoneKind is what an agent answers on.
type PhoneKind string

// Phones: a browser's, or one that speaks plain SIP on the desk or as a program.
const (
	BrowserPhone PhoneKind = "browser"
	DeskPhone    PhoneKind = "desk"
)

// Phone is what the switch rings for an agent.
type Phone struct {
	Kind PhoneKind `json:"kind" enum:"browser,desk" doc:"What the switch rings: the agent's browser, or a phone that speaks plain SIP."`
	// User, Domain and Password are what the browser registers with, told only to
	// who has just chosen it.
	User     string `json:"user,omitempty" doc:"Whom a browser registers as, over the WebSocket at /sip."`
	Domain   string `json:"domain,omitempty" doc:"The domain of its address."`
	Password string `json:"password,omitempty" doc:"Its password, made for this choice: another choice ends it, and a phone with the standing password is kept out meanwhile."`
}

type phoneInput struct {
	Agent string `path:"agent" pattern:"^[0-9]{3,15}$" patternDescription:"3 to 15 digits" doc:"Whose phone."`
}

type choosePhoneInput struct {
	Agent string `path:"agent" pattern:"^[0-9]{3,15}$" patternDescription:"3 to 15 digits" doc:"Whose phone."`
	Body  struct {
		Kind PhoneKind `json:"kind" enum:"browser,desk" doc:"What the switch is to ring."`
	}
}

type phoneOutput struct {
	Body Phone
}

func (s *Server) registerPhones(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "phone", Method: http.MethodGet, Path: "/api/v1/agents/{agent}/phone", Tags: []string{"live"},
		Summary: "Which phone of an agent the switch rings.", Security: secured, Errors: append([]int{http.StatusNotFound}, readErrors...),
	}, s.phone)
	huma.Register(api, huma.Operation{
		OperationID: "choose_phone", Method: http.MethodPut, Path: "/api/v1/agents/{agent}/phone", Tags: []string{"live"},
		Summary:     "Choose the phone of an agent that the switch rings.",
		Description: "A browser is told what it registers with. Calls under way stay on the phone that they are on.",
		Security:    secured, Errors: append([]int{http.StatusNotFound}, readErrors...),
	}, s.choosePhone)
}

// ownPhone tells whether somebody has a phone of his own: each agent, and the leaders to
// whom the plan of their company gives one. A number that is another company's agent's is no
// way to his phone.
func (s *Server) ownPhone(a Account) bool {
	phone, ok := s.plan().LeadersPhone(cti.AgentID(a.Number))
	return a.Role == Agent && s.others(a) == "" || ok && phone.Company == a.Company && (a.Role == ShiftLeader || a.Role == Administrator)
}

// others is the company whose agent has an account's number by the plan in force, where that is
// not the account's own.
func (s *Server) others(a Account) cti.CompanyID {
	for _, agent := range s.plan().Agents {
		if string(agent.ID) == a.Number && agent.Company != a.Company {
			return agent.Company
		}
	}
	return ""
}

func (s *Server) phone(ctx context.Context, in *phoneInput) (*phoneOutput, error) {
	if err := s.mayOrder(ctx, in.Agent); err != nil {
		return nil, err
	}
	p, err := s.phones.Phone(ctx, cti.AgentID(in.Agent))
	if err != nil {
		return nil, s.noPhone(in.Agent, err)
	}
	return &phoneOutput{Body: p}, nil
}

func (s *Server) choosePhone(ctx context.Context, in *choosePhoneInput) (*phoneOutput, error) {
	if err := s.mayOrder(ctx, in.Agent); err != nil {
		return nil, err
	}
	if in.Body.Kind == BrowserPhone && personOf(ctx).Number != in.Agent { // with its password he would answer in another's name
		return nil, newProblem(http.StatusForbidden, notAllowed, "a browser is chosen by who sits at it; allowed for the phone of %s: desk", in.Agent)
	}
	// Half of it would leave a phone with a password that nobody knows: a page that is loaded again
	// meanwhile does not end it.
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestTime)
	defer cancel()
	p, err := s.phones.ChoosePhone(whole, cti.AgentID(in.Agent), in.Body.Kind)
	if err != nil {
		return nil, s.noPhone(in.Agent, err)
	}
	s.log.Info("phone chosen", zap.String("agent", in.Agent), zap.String("kind", string(in.Body.Kind)), zap.String("by", personOf(ctx).Number))
	return &phoneOutput{Body: p}, nil
}

func (s *Server) noPhone(agent string, err error) error {
	if errors.Is(err, ErrNoAgent) {
		return newProblem(http.StatusNotFound, notFound, "no agent has the number %s", agent)
	}
	s.log.Warn("phone not asked or chosen", zap.String("agent", agent), zap.Error(err))
	return newProblem(http.StatusServiceUnavailable, unavailable, "the switch could not be asked; it is tried again when you ask again")
}

type nobodysPhones struct{}

func (nobodysPhones) Phone(context.Context, cti.AgentID) (Phone, error) {
	return Phone{}, errNoEngine
}

func (nobodysPhones) ChoosePhone(context.Context, cti.AgentID, PhoneKind) (Phone, error) {
	return Phone{}, errNoEngine
}

// sipRoute is where browsers' phones speak to the switch (RFC 7118), so that a page
// needs no other origin than its own.
const sipRoute = "GET /sip"

// tunnel passes a WebSocket on to another server of ours, as long as it is open. Only
// pages of this origin may open one: a WebSocket is not held back by the browser.
func (s *Server) tunnel(name string, target func() (*url.URL, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !ownOrigin(r) {
			writeProblem(w, newProblem(http.StatusForbidden, crossOrigin, "a page of another origin may not connect here; allowed: the same origin"))
			return
		}
		to, err := target()
		if err != nil {
			writeProblem(w, newProblem(http.StatusServiceUnavailable, unavailable, "%v", err))
			return
		}
		proxy := &httputil.ReverseProxy{
			Rewrite: func(p *httputil.ProxyRequest) {
				p.Out.URL.Scheme, p.Out.URL.Host, p.Out.URL.Path = to.Scheme, to.Host, to.Path
				p.Out.Host = to.Host
				p.Out.Header.Del("Cookie") // the login is nobody else's business, nor is the password
				p.Out.Header.Del("Authorization")
				p.Out.Header.Del("Origin")
			},
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
				s.log.Warn("tunnel not opened", zap.String("to", name), zap.Error(err))
				writeProblem(w, newProblem(http.StatusBadGateway, unavailable, "%s cannot be reached", name))
			},
		}
		proxy.ServeHTTP(w, r)
	}
}

// ownOrigin tells whether a request was made by a page of this server.
func ownOrigin(r *http.Request) bool {
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && origin.Host != "" && origin.Host == r.Host
}

func noTunnel(name string) func() (*url.URL, error) {
	return func() (*url.URL, error) { return nil, fmt.Errorf("%s is not reached from this process", name) }
}
