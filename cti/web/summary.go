package web

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/cti/web/summary"
	"sansheng/store"
)

// SummaryKeeper sums up days, and counts how they stand; *store.Store is one.
type SummaryKeeper interface {
	Summary(ctx context.Context, f store.SummaryFilter) (store.Summary, error)
	Board(ctx context.Context, f store.SummaryFilter) (store.Board, error)
}

var _ SummaryKeeper = (*store.Store)(nil)

type summaryInput struct {
	CompanyFilter
	Day        string `path:"day" pattern:"^([0-9]{4}-[0-9]{2}-[0-9]{2}|today|yesterday)$" patternDescription:"a day as in 2026-11-29, today or yesterday" doc:"The day, in the company's zone."`
	Department string `query:"department" pattern:"^[a-z0-9][a-z0-9_-]{0,31}$" patternDescription:"1 to 32 of a-z 0-9 _ -" doc:"Only what was forwarded to this department; a clerk sees his own."`
	Format     string `query:"format" enum:"json,html,pdf" default:"json" doc:"How it is shown. Numbers are masked in each."`
}

func (s *Server) registerSummaries(api huma.API) {
	schema := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[store.Summary](), true, "Summary")
	huma.Register(api, huma.Operation{
		OperationID: "summary", Method: http.MethodGet, Path: "/api/v1/summaries/{day}", Tags: []string{"reports"},
		Summary: "Sum up a day of a company: calls, agents, matters, departments, what is important.", Security: secured,
		Description: "A shift leader sees the queues that he leads: those that name him, and those that name nobody.",
		Errors:      append([]int{http.StatusNotFound}, readErrors...),
		Responses: map[string]*huma.Response{"200": {Description: "The summary.", Content: map[string]*huma.MediaType{
			"application/json": {Schema: schema}, "text/html": {}, "application/pdf": {},
		}}},
	}, s.summary)
}

func (s *Server) summary(ctx context.Context, in *summaryInput) (*huma.StreamResponse, error) {
	co, f, err := s.summaryOf(ctx, in)
	if err != nil {
		return nil, err
	}
	day, err := s.summaries.Summary(ctx, f)
	if err != nil {
		return nil, s.unread(ctx, "summary", err)
	}
	s.nameSummary(&day, co)
	maskSummary(&day)
	name := fmt.Sprintf("summary-%s-%s", co.ID, day.Day)
	var out bytes.Buffer
	var header map[string]string
	switch in.Format {
	case "html":
		header = map[string]string{"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": summary.Policy()}
		err = summary.HTML(&out, day)
	case "pdf":
		header = map[string]string{"Content-Type": "application/pdf", "Content-Disposition": `inline; filename="` + name + `.pdf"`}
		var font []byte
		if font, err = s.font(ctx); err == nil {
			err = summary.PDF(&out, day, font)
		}
	default:
		header = map[string]string{"Content-Type": "application/json"}
		err = json.NewEncoder(&out).Encode(day)
	}
	if err != nil {
		s.log.Warn("summary not shown", zap.String("format", in.Format), zap.Error(err))
		return nil, newProblem(http.StatusServiceUnavailable, unavailable, "the summary cannot be shown as %s: %v; allowed now: another format", in.Format, err)
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		for k, v := range header {
			h.SetHeader(k, v)
		}
		_, _ = h.BodyWriter().Write(out.Bytes()) // whoever asked is gone
	}}, nil
}

// summaryOf is what of a company's day a person may see.
func (s *Server) summaryOf(ctx context.Context, in *summaryInput) (cti.Company, store.SummaryFilter, error) {
	p, plan, f := personOf(ctx), s.plan(), store.SummaryFilter{Department: in.Department}
	id, err := companyOf(ctx, in.Company)
	if err != nil {
		return cti.Company{}, f, err
	}
	f.Company = cmp.Or(id, string(p.Company))
	i := slices.IndexFunc(plan.Companies, func(c cti.Company) bool { return string(c.ID) == f.Company })
	if i < 0 {
		return cti.Company{}, f, newProblem(http.StatusNotFound, notFound, "there is no company %q", f.Company)
	}
	co := plan.Companies[i]
	if p.reach == own {
		if p.Department == "" || in.Department != "" && in.Department != p.Department {
			return co, f, newProblem(http.StatusForbidden, notAllowed, "department %q is not yours; allowed: %s", in.Department, cmp.Or(p.Department, "none"))
		}
		f.Department = p.Department
	}
	if departments := plan.DepartmentsOf(co.ID); f.Department != "" && !slices.Contains(departments, f.Department) {
		return co, f, newProblem(http.StatusUnprocessableEntity, badQuery, "department %q is unknown; allowed: %s", f.Department, cmp.Or(strings.Join(departments, ", "), "none is configured"))
	}
	f.Queues, f.Agents = s.figured(p, co.ID, f.Department == "")
	f.From, err = dayOf(in.Day, co.Location())
	f.Until = f.From.AddDate(0, 0, 1)
	return co, f, err
}

// texts are ids as the store knows them, never nil.
func texts[T ~string](ids []T) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = string(id)
	}
	return all
}

// dayOf is when a day of a zone begins; the error is a problem.
func dayOf(day string, zone *time.Location) (time.Time, error) {
	y, m, d := time.Now().In(zone).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, zone)
	switch day {
	case "today":
		return today, nil
	case "yesterday":
		return today.AddDate(0, 0, -1), nil
	}
	t, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil || t.After(today) {
		return t, newProblem(http.StatusUnprocessableEntity, badQuery, "day %s is not allowed: a day of the calendar that is not to come, as in %s", day, today.Format(time.DateOnly))
	}
	return t, nil
}

// nameSummary adds the names that the plan has.
func (s *Server) nameSummary(day *store.Summary, co cti.Company) {
	day.CompanyName, day.Language = co.Name, co.Language
	names := map[string]string{}
	for _, d := range co.Departments {
		names[d.ID] = d.Name
	}
	day.DepartmentName = names[day.Department]
	for i := range day.Departments {
		day.Departments[i].Name = names[day.Departments[i].Department]
	}
	agents := map[string]string{}
	for _, a := range s.plan().Agents {
		agents[string(a.ID)] = a.Name
	}
	for i := range day.Agents {
		day.Agents[i].Name = agents[day.Agents[i].Agent]
	}
}

// maskSummary masks numbers within what people have written.
func maskSummary(day *store.Summary) {
	for i := range day.Important {
		m := &day.Important[i]
		m.Summary, m.Place = scrub(m.Summary), scrub(m.Place)
	}
	for i := range day.Amendments {
		day.Amendments[i].Reason = scrub(day.Amendments[i].Reason)
	}
}

// noSummaries are those where no store runs.
type noSummaries struct{}

func (noSummaries) Summary(context.Context, store.SummaryFilter) (store.Summary, error) {
	return store.Summary{}, errNoStore
}

func (noSummaries) Board(context.Context, store.SummaryFilter) (store.Board, error) {
	return store.Board{}, errNoStore
}

func noFont(context.Context) ([]byte, error) { return nil, errors.New("no font is there") }
