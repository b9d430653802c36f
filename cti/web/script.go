package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sansheng/cti"
	"sansheng/cti/sheet"
	"sansheng/store"
	"sansheng/store/ticket"
)

type scriptsInput struct {
	CompanyFilter
	Call string `query:"call" pattern:"^[A-Za-z0-9._:@-]{1,128}$" patternDescription:"1 to 128 of A-Z a-z 0-9 . _ : @ -" doc:"The call to say it in; all of the company's where it is left out."`
}

// DeskScript is what an agent says in a situation, with its places filled.
type DeskScript struct {
	Situation cti.Situation `json:"situation"`
	Opening   string        `json:"opening"`
	Steps     []DeskStep    `json:"steps" nullable:"false"`
}

// DeskStep is one sentence, and what it is for.
type DeskStep struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// DeskScripts is the script of a call, or all of a company.
type DeskScripts struct {
	// Of a call.
	Situation cti.Situation `json:"situation,omitempty" doc:"What the call is to its agent; where a call is asked for."`
	Opening   string        `json:"opening,omitempty" doc:"His first sentence; where a call is asked for."`
	Steps     []DeskStep    `json:"steps,omitempty" doc:"Where a call is asked for."`
	Scripts   []DeskScript  `json:"scripts,omitempty" doc:"All of the company's; where no call is asked for."`
}

type scriptsOutput struct{ Body DeskScripts }

func (s *Server) registerScripts(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "scripts", Method: http.MethodGet, Path: "/api/v1/scripts", Tags: []string{"desk"},
		Summary: "What an agent says in a call, or in each situation.", Security: secured, Errors: append([]int{http.StatusNotFound}, readErrors...),
	}, s.scripts)
}

func (s *Server) scripts(ctx context.Context, in *scriptsInput) (*scriptsOutput, error) {
	p, now := personOf(ctx), time.Now()
	if in.Call != "" {
		return s.scriptOfCall(ctx, in.Call, now)
	}
	co, err := s.ownCompany(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	words := s.scriptWords(co, p.Number, co.Language, now)
	var out DeskScripts
	for _, script := range s.plan().ScriptsOf(co.ID) {
		out.Scripts = append(out.Scripts, fillScript(script, words, co.Language))
	}
	return &scriptsOutput{out}, nil
}

// scriptOfCall is what is said in a call by who has it, or is rung for it.
func (s *Server) scriptOfCall(ctx context.Context, id string, now time.Time) (*scriptsOutput, error) {
	p := personOf(ctx)
	r, err := s.records.Record(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNoCall) {
		return nil, s.unread(ctx, "call", err)
	}
	rung := rungFor(p, r)
	if c := s.lentCall(ctx, r.Company); c != nil && string(c.ID) == r.ID {
		rung = true
	}
	if err != nil || !reaches(p, r) && !rung {
		return nil, newProblem(http.StatusNotFound, notFound, "no call has the id %s among yours", id)
	}
	plan := s.plan()
	i := slices.IndexFunc(plan.Companies, func(c cti.Company) bool { return string(c.ID) == r.Company })
	if i < 0 {
		return nil, newProblem(http.StatusNotFound, notFound, "there is no company %q", r.Company)
	}
	co := plan.Companies[i]
	before, err := s.callsBefore(ctx, r)
	if err != nil {
		return nil, err
	}
	language := cmp.Or(r.Language, co.Language)
	words := s.scriptWords(co, p.Number, language, now)
	if name := strings.TrimSpace(r.CallerName); name != "" && name != r.Caller {
		if !spoke(p, r) && !rung { // he reads it, and says it to nobody
			name = store.MaskName(name)
		}
		words["caller_name"] = name
	}
	words["colleague"] = passedOnBy(p, r)
	script := fillScript(plan.ScriptOf(co.ID, situation(plan, p, r, before)), words, language)
	return &scriptsOutput{DeskScripts{Situation: script.Situation, Opening: script.Opening, Steps: script.Steps}}, nil
}

// rungFor tells whether a call is at an agent's phone, or one that he dials.
func rungFor(p person, r store.Record) bool {
	if r.Company != string(p.Company) {
		return false
	}
	return r.Dial != nil && r.Dial.By == p.Number || slices.ContainsFunc(r.Offers, func(o store.Offer) bool { return o.Agent == p.Number })
}

// repeatWithin is how long a caller counts as one who calls again.
const repeatWithin = 24 * time.Hour

// callsBefore are those of the same caller within a day before a call.
func (s *Server) callsBefore(ctx context.Context, r store.Record) ([]store.Record, error) {
	if r.Caller == "" {
		return nil, nil
	}
	list, err := s.records.Calls(ctx, store.Filter{
		Company: r.Company, Caller: r.Caller, Since: r.StartedAt.Add(-repeatWithin), Until: r.StartedAt, Limit: 10,
	})
	if err != nil {
		return nil, s.unread(ctx, "calls", err)
	}
	return slices.DeleteFunc(list, func(o store.Record) bool { return o.ID == r.ID || o.Caller != r.Caller }), nil
}

// situation is what a call is to who asks, in the order of cti.Situations.
func situation(plan *cti.Plan, p person, r store.Record, before []store.Record) cti.Situation {
	complains := func(r store.Record) bool {
		return slices.ContainsFunc(r.Tickets, func(t store.Ticket) bool { return t.Kind == sheet.Complaint && t.State != ticket.Closed })
	}
	switch work := plan.WorkOf(cti.CompanyID(r.Company)); {
	case r.Emergency:
		return cti.SayEmergency
	case passedOnBy(p, r) != "":
		return cti.SayTransferred
	case r.Dial != nil && strings.HasPrefix(r.Dial.For, cti.ForCallback):
		return cti.SayCallback
	case r.Dial != nil && strings.HasPrefix(r.Dial.For, store.FollowUpPrefix):
		return cti.SayFollowUp
	case r.Dial != nil || r.Direction == string(cti.Outbound):
		return cti.SayOutbound
	case complains(r) || slices.ContainsFunc(before, complains):
		return cti.SayComplaint
	case len(before) > 0:
		return cti.SayRepeat
	case work != nil && !work.At(r.StartedAt, nil).Open:
		return cti.SayClosed
	}
	return cti.SayInbound
}

// passedOnBy is the colleague who has passed a caller on to who asks; empty where nobody has.
func passedOnBy(p person, r store.Record) string {
	for _, t := range slices.Backward(r.Transfers) {
		if t.From != p.Number && (t.To == p.Number || t.To == "" || p.reach != own) {
			return t.From
		}
	}
	return ""
}

// scriptWords are what is known without a call.
func (s *Server) scriptWords(co cti.Company, agent, language string, now time.Time) cti.ScriptWords {
	w := cti.ScriptWords{"company": co.Name, "agent": agent, "agent_name": agent}
	for _, a := range s.plan().Agents {
		if string(a.ID) == agent && a.Name != "" {
			w["agent_name"] = a.Name
		}
	}
	part, names := 2, [3]sheet.Text{{Zh: "上午好", En: "Good morning"}, {Zh: "下午好", En: "Good afternoon"}, {Zh: "晚上好", En: "Good evening"}}
	switch h := now.In(co.Location()).Hour(); {
	case h >= 5 && h < 12:
		part = 0
	case h >= 12 && h < 18:
		part = 1
	}
	w["daypart"] = names[part].In(language)
	w["caller_name"] = sheet.Text{Zh: "您本人", En: "the person who called us"}.In(language)
	w["colleague"] = sheet.Text{Zh: "同事", En: "a colleague"}.In(language)
	return w
}

func fillScript(script cti.Script, words cti.ScriptWords, language string) DeskScript {
	filled := DeskScript{Situation: script.Situation, Opening: words.Fill(script.Opening.In(language)), Steps: []DeskStep{}}
	for _, st := range script.Steps {
		filled.Steps = append(filled.Steps, DeskStep{words.Fill(st.Title.In(language)), words.Fill(st.Text.In(language))})
	}
	return filled
}
