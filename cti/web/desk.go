package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sansheng/cti"
	"sansheng/cti/sheet"
	"sansheng/store"
)

type deskDayInput struct {
	CompanyFilter
	Agent string `query:"agent" pattern:"^[0-9]{3,15}$" patternDescription:"3 to 15 digits" doc:"Another agent, for his leaders; you where it is left out."`
}

type deskDayOutput struct{ Body store.DeskDay }

type formsInput struct{ CompanyFilter }

// RecordForms are the forms of a company's record sheets in force.
type RecordForms struct {
	Kinds       []RecordForm       `json:"kinds" nullable:"false" doc:"What is asked about matters of each kind."`
	Departments []RecordFormOption `json:"departments" nullable:"false" doc:"Where its matters may be forwarded to."`
}

// RecordForm is what is asked about matters of a kind.
type RecordForm struct {
	Kind    sheet.Kind        `json:"kind"`
	Version int               `json:"version" doc:"The form's version; a sheet keeps the one with which it was begun."`
	Label   sheet.Text        `json:"label"`
	Fields  []RecordFormField `json:"fields" nullable:"false"`
}

// RecordFormField is one thing that is asked.
type RecordFormField struct {
	ID       string      `json:"id"`
	Type     sheet.Type  `json:"type"`
	Label    sheet.Text  `json:"label"`
	Hint     *sheet.Text `json:"hint,omitempty"`
	Required bool        `json:"required" doc:"Without it the sheet is not final."`
	Draft    bool        `json:"draft,omitempty" doc:"Without it there is not even a draft."`
	Personal bool        `json:"personal,omitempty" doc:"It tells who somebody is, and is masked."`

	Options  []RecordFormOption `json:"options,omitempty"`
	Min      *float64           `json:"min,omitempty" doc:"Letters of a text, size of a number, how many are chosen."`
	Max      *float64           `json:"max,omitempty"`
	Decimals int                `json:"decimals,omitempty"`
}

// RecordFormOption is what may be chosen.
type RecordFormOption struct {
	ID    string     `json:"id"`
	Label sheet.Text `json:"label"`
}

type formsOutput struct{ Body RecordForms }

func (s *Server) registerDesk(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "desk-day", Method: http.MethodGet, Path: "/api/v1/desk/day", Tags: []string{"desk"},
		Summary: "Sum up an agent's own day.", Security: secured, Errors: append([]int{http.StatusNotFound}, readErrors...),
	}, s.deskDay)
	huma.Register(api, huma.Operation{
		OperationID: "forms", Method: http.MethodGet, Path: "/api/v1/forms", Tags: []string{"desk"},
		Summary: "The forms of a company's record sheets.", Security: secured, Errors: append([]int{http.StatusNotFound}, readErrors...),
	}, s.forms)
	s.registerContacts(api)
	s.registerScripts(api)
	s.registerNotices(api)
}

// ownCompany is the company that is asked about, the asker's own where he names none.
func (s *Server) ownCompany(ctx context.Context, asked string) (cti.Company, error) {
	id, err := companyOf(ctx, asked)
	if err != nil {
		return cti.Company{}, err
	}
	if id == "" {
		id = string(personOf(ctx).Company)
	}
	companies := s.plan().Companies
	i := slices.IndexFunc(companies, func(c cti.Company) bool { return string(c.ID) == id })
	if i < 0 {
		return cti.Company{}, newProblem(http.StatusNotFound, notFound, "there is no company %q", id)
	}
	return companies[i], nil
}

// lentCall is the call of another company that an agent has at his phone now, or is rung for, by
// the engine's word: as one of the queue that he serves it is his, with what is said in it and
// who calls. Nil where he has none of that company.
func (s *Server) lentCall(ctx context.Context, of string) *cti.CallView {
	p := personOf(ctx)
	if of == "" || of == string(p.Company) || p.Role != Agent || s.others(p.Account) != "" {
		return nil
	}
	floor, _ := s.floor(ctx)
	if c := floor.callOf(p.Number); c != nil && string(c.Company) == of {
		return c
	}
	return nil
}

func (s *Server) deskDay(ctx context.Context, in *deskDayInput) (*deskDayOutput, error) {
	p, agent := personOf(ctx), in.Agent
	if agent == "" {
		agent = p.Number
	}
	if p.reach == own && agent != p.Number {
		return nil, newProblem(http.StatusForbidden, notAllowed, "the day of agent %s is not yours; allowed: %s", agent, p.Number)
	}
	if agent != p.Number && !serves(p.within(), s.planned(cti.AgentID(agent))) {
		return nil, newProblem(http.StatusForbidden, notAllowed, "agent %s serves none of your queues; allowed: %s", agent, strings.Join(p.within().Queues, ", "))
	}
	company, err := companyOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	if company == "" {
		company = string(p.Company)
		for _, a := range s.plan().Agents {
			if string(a.ID) == agent {
				company = string(a.Company)
			}
		}
	}
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	since, now := s.dayBegan(cti.CompanyID(company)), time.Now()
	day, err := db.DeskDay(ctx, company, agent, since, since.AddDate(0, 0, 1), now)
	if err != nil {
		return nil, s.unread(ctx, "day of an agent", err)
	}
	return &deskDayOutput{day}, nil
}

// dayBegan is when today began at a company, by its own clock as in its summaries; by the server's
// where the plan does not have it.
func (s *Server) dayBegan(id cti.CompanyID) time.Time {
	zone := time.Local
	for _, co := range s.plan().Companies {
		if co.ID == id {
			zone = co.Location()
		}
	}
	return todayIn(zone)
}

// todayIn is when today began in a zone.
func todayIn(zone *time.Location) time.Time {
	y, m, d := time.Now().In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

func (s *Server) forms(ctx context.Context, in *formsInput) (*formsOutput, error) {
	co, err := s.ownCompany(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	out := RecordForms{Kinds: []RecordForm{}, Departments: []RecordFormOption{}}
	forms := s.plan().FormsOf(co.ID)
	for _, k := range sheet.Kinds() {
		if f := forms.Newest(k); f != nil {
			out.Kinds = append(out.Kinds, showForm(f))
		}
	}
	for _, d := range co.Departments {
		out.Departments = append(out.Departments, RecordFormOption{d.ID, sheet.Text{Zh: d.Name, En: d.Name}})
	}
	return &formsOutput{out}, nil
}

func showForm(f *sheet.Form) RecordForm {
	shown := RecordForm{Kind: f.Kind, Version: f.Version, Label: f.Name, Fields: make([]RecordFormField, len(f.Fields))}
	for i, field := range f.Fields {
		need := f.Needs(field)
		sf := RecordFormField{
			ID: field.ID, Type: field.Type, Label: field.Label, Required: need != sheet.Never, Draft: need == sheet.Always,
			Personal: field.Hidden(), Min: field.Least, Max: field.Most, Decimals: field.Decimals,
		}
		if field.Hint != (sheet.Text{}) {
			sf.Hint = &field.Hint
		}
		for _, o := range field.Options {
			sf.Options = append(sf.Options, RecordFormOption(o))
		}
		shown.Fields[i] = sf
	}
	return shown
}
