package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/cti/flow"
)

// HoursKeeper asks the engine about hours, and has it close lines.
type HoursKeeper interface {
	// Hours tells whether the callers of each line find it open.
	Hours(context.Context) ([]cti.HoursView, error)
	// CloseHours closes a calendar or a line, or opens it; its error is a *cti.HoursError
	// where that cannot be.
	CloseHours(context.Context, cti.CloseHours) error
	// Walk is what would happen to a call, with what is closed now; its error is a
	// *cti.HoursError where there is no such number, a *ConfigError where its document is
	// faulty.
	Walk(context.Context, Walk) (flow.Path, error)
}

// Walk is a call that is not made.
type Walk struct {
	DID string
	// At is now where it is zero.
	At           time.Time
	Caller, Keys string
	// Is is what is known of him beside what the engine knows, Answers what look-ups say of
	// him, by service; of others they fail.
	Is      []flow.Exit
	Answers map[string]flow.Exit
	// Company, where given, is the only one whose numbers there are.
	Company cti.CompanyID
	// Document, where given, is asked in place of what is in force.
	Document string
}

// nobodysHours are those where no engine runs.
type nobodysHours struct{}

func (nobodysHours) Hours(context.Context) ([]cti.HoursView, error)   { return nil, errNoEngine }
func (nobodysHours) CloseHours(context.Context, cti.CloseHours) error { return errNoEngine }
func (nobodysHours) Walk(context.Context, Walk) (path flow.Path, failed error) {
	return path, errNoEngine
}

type hoursInput struct {
	CompanyFilter
}

// LineHours is whether a line's callers find it open.
type LineHours struct {
	Line     string     `json:"line" doc:"The number."`
	Company  string     `json:"company"`
	Calendar string     `json:"calendar" doc:"The calendar that they meet."`
	Open     bool       `json:"open"`
	Rule     string     `json:"rule" doc:"The place of the rule that decides, as in week[0] or days[2]; closure where somebody has closed it."`
	Name     string     `json:"name,omitempty" doc:"What people call the rule: a holiday's name, a closure's reason."`
	Until    *time.Time `json:"until,omitempty" doc:"When that changes."`

	Closure *Closure `json:"closure,omitempty" doc:"Who has closed it."`
}

// Closure is somebody's closing of a calendar or a line.
type Closure struct {
	Until  time.Time `json:"until" doc:"When it is over by itself."`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
}

// Hours is how the lines stand whose callers meet hours.
type Hours struct {
	Hours []LineHours `json:"hours" nullable:"false"`
}

type hoursOutput struct {
	Body Hours
}

type closeInput struct {
	What string `path:"what" maxLength:"64" doc:"A calendar's name, which closes every line that asks it; or a line's number. Not an emergency line's."`
	Key  string `header:"Idempotency-Key" maxLength:"64" doc:"Given again with the same key, an order that was carried out is not carried out again."`
	Body struct {
		Until  time.Time `json:"until" doc:"When it opens by itself: from now to 31 days ahead."`
		Reason string    `json:"reason" minLength:"1" maxLength:"500" doc:"Why."`
	}
}

type openInput struct {
	What   string `path:"what" maxLength:"64" doc:"What was closed: a calendar's name, or a line's number."`
	Key    string `header:"Idempotency-Key" maxLength:"64" doc:"As for closing."`
	Reason string `query:"reason" maxLength:"500" doc:"Why it opens early."`
}

type walkInput struct {
	Number string    `path:"number" pattern:"^[0-9]{3,15}$" patternDescription:"3 to 15 digits" doc:"The number that is called."`
	At     time.Time `query:"at" doc:"When (RFC 3339); now by default."`
	Caller string    `query:"caller" maxLength:"32" doc:"Who calls."`
	Keys   string    `query:"keys" maxLength:"64" doc:"What he presses: a key each time a menu is told, a number with its # each time digits are asked for; a dot presses nothing."`
	Is     []string  `query:"is" maxItems:"3" enum:"vip,ticket,repeat" doc:"What is known of him, beside what the engine knows of the number: vip, ticket, repeat, with commas between."`
	Answer []string  `query:"answer" maxItems:"20" doc:"What look-ups say of him, SERVICE=RESULT with commas between. None is asked, and one that is not named fails."`
}

// Walked is the way of a call that was not made.
type Walked struct {
	Steps []WalkedStep `json:"steps" nullable:"false" doc:"Node by node; the last is an end."`
	// End is where he comes to.
	End struct {
		Kind flow.Kind `json:"kind" doc:"queue, emergency, voicemail, transfer or hang_up."`
		To   string    `json:"to,omitempty" doc:"A queue, a number, a contact."`
	} `json:"end"`
	Astray bool `json:"astray,omitempty" doc:"He went round, and was passed to a person."`

	Survey []string `json:"survey,omitempty" doc:"The prompts by which he is asked how it was, when his talk is over and he stays."`
}

// WalkedStep is a node of that way.
type WalkedStep flow.Step

type walkOutput struct {
	Body Walked
}

func (s *Server) registerHours(api huma.API) {
	changes := append([]int{http.StatusNotFound, http.StatusConflict}, readErrors...)
	huma.Register(api, huma.Operation{
		OperationID: "hours", Method: http.MethodGet, Path: "/api/v1/hours", Tags: []string{"live"},
		Summary: "Whether each line is open, by which rule, and who has closed it.", Security: secured, Errors: readErrors,
	}, s.lineHours)
	huma.Register(api, huma.Operation{
		OperationID: "close-hours", Method: http.MethodPut, Path: "/api/v1/hours/{what}/closure", Tags: []string{"live"},
		Summary:     "Close a calendar or a line now, until a time.",
		Description: "Who calls meets what the flow has for when it is closed; who waits already is served. Closed again, the later order counts.",
		Security:    secured, Errors: changes, DefaultStatus: http.StatusNoContent,
	}, s.closeHours)
	huma.Register(api, huma.Operation{
		OperationID: "open-hours", Method: http.MethodDelete, Path: "/api/v1/hours/{what}/closure", Tags: []string{"live"},
		Summary: "Open again early what was closed: its hours count.", Security: secured, Errors: changes, DefaultStatus: http.StatusNoContent,
	}, s.openHours)
	huma.Register(api, huma.Operation{
		OperationID: "walk", Method: http.MethodGet, Path: "/api/v1/lines/{number}/walk", Tags: []string{"live"},
		Summary:     "What would happen to a call, without one.",
		Description: "Each step of the way through the number's flow with its reason, and where the call ends; what is closed now is.",
		Security:    secured, Errors: append([]int{http.StatusNotFound}, readErrors...),
	}, s.walk)
}

func (s *Server) lineHours(ctx context.Context, in *hoursInput) (*hoursOutput, error) {
	only, err := companyOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, liveTime)
	defer cancel()
	all, err := s.hours.Hours(ctx)
	if err != nil {
		return nil, noLeader()
	}
	out := &hoursOutput{Body: Hours{Hours: []LineHours{}}}
	for _, v := range all {
		if only != "" && only != string(v.Company) {
			continue
		}
		l := LineHours{Line: v.Line, Company: string(v.Company), Calendar: v.Calendar, Open: v.Open, Rule: v.Rule, Name: v.Name}
		if !v.Until.IsZero() {
			l.Until = &v.Until
		}
		if c := v.Closure; c != nil {
			l.Closure = &Closure{Until: c.Until, By: c.By, Reason: c.Reason}
		}
		out.Body.Hours = append(out.Body.Hours, l)
	}
	return out, nil
}

func (s *Server) closeHours(ctx context.Context, in *closeInput) (*struct{}, error) {
	if in.Body.Until.IsZero() {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "an end is needed: from now to 31 days ahead")
	}
	return s.orderHours(ctx, cti.CloseHours{What: in.What, Until: in.Body.Until, Reason: in.Body.Reason, Key: in.Key})
}

func (s *Server) openHours(ctx context.Context, in *openInput) (*struct{}, error) {
	return s.orderHours(ctx, cti.CloseHours{What: in.What, Reason: in.Reason, Key: in.Key})
}

func (s *Server) orderHours(ctx context.Context, c cti.CloseHours) (*struct{}, error) {
	p := personOf(ctx)
	c.By, c.Company = p.Number, p.onlyCompany()
	ctx, cancel := context.WithTimeout(ctx, liveTime)
	defer cancel()
	err := s.hours.CloseHours(ctx, c)
	s.log.Info("hours", zap.String("by", c.By), zap.String("what", c.What), zap.Time("until", c.Until), zap.String("reason", c.Reason), zap.Error(err))
	if err != nil {
		return nil, notDone(err)
	}
	return nil, nil //nolint:nilnil // 204 has no body
}

func (s *Server) walk(ctx context.Context, in *walkInput) (*walkOutput, error) {
	if !flow.Keys(in.Keys) {
		return nil, badKeys(in.Keys)
	}
	answers, err := answersOf(in.Answer)
	if err != nil {
		return nil, err
	}
	w := Walk{DID: in.Number, At: in.At, Caller: in.Caller, Keys: in.Keys, Answers: answers, Company: personOf(ctx).onlyCompany()}
	for _, is := range in.Is {
		w.Is = append(w.Is, flow.Exit(is))
	}
	ctx, cancel := context.WithTimeout(ctx, liveTime)
	defer cancel()
	path, err := s.hours.Walk(ctx, w)
	if errors.As(err, new(*cti.HoursError)) {
		return nil, notDone(err)
	}
	if err != nil {
		return nil, noLeader()
	}
	return walked(path), nil
}

// walked is a way as the API tells it.
func walked(path flow.Path) *walkOutput {
	out := &walkOutput{Body: Walked{Steps: []WalkedStep{}, Astray: path.Astray, Survey: path.Survey}}
	for _, step := range path.Steps {
		out.Body.Steps = append(out.Body.Steps, WalkedStep(step))
	}
	out.Body.End.Kind, out.Body.End.To = path.End.Kind, path.End.To
	return out
}

func badKeys(keys string) error {
	return newProblem(http.StatusUnprocessableEntity, badQuery, "keys %q: allowed are 0 to 9, *, #, and a dot where he presses nothing", keys)
}

// answersOf reads what look-ups say, as in crm=known; the error is a problem.
func answersOf(list []string) (map[string]flow.Exit, error) {
	says := map[string]flow.Exit{}
	for _, text := range list {
		service, result, _ := strings.Cut(text, "=")
		if service == "" || result == "" {
			return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "answer %q: allowed is SERVICE=RESULT, as in crm=known", text)
		}
		says[service] = flow.Exit(result)
	}
	return says, nil
}
