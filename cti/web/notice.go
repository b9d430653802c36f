package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/store"
)

type noticesInput struct{ CompanyFilter }

// DeskNotice is a notice as who asks may see it.
type DeskNotice struct {
	store.Notice
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty" doc:"When you have confirmed it."`
	Missing     []string   `json:"missing,omitempty" doc:"Agents whom it is for and who have not confirmed it; for leaders."`
}

// Notices is a list of notices.
type Notices struct {
	Notices []DeskNotice `json:"notices" nullable:"false" doc:"Newest first."`
}

type noticesOutput struct{ Body Notices }

type noticeOutput struct{ Body DeskNotice }

type writeNoticeInput struct {
	CompanyFilter
	Body struct {
		ID    string `json:"id,omitempty" pattern:"^[0-9a-fA-F-]{36}$" patternDescription:"a UUID" doc:"One of your own making: the notice is written once, however often it is sent."`
		Queue string `json:"queue,omitempty" maxLength:"32" doc:"Only for the agents of this queue; all of the company's where it is left out."`
		Title string `json:"title" minLength:"1" maxLength:"100" doc:"One line."`
		Text  string `json:"text" minLength:"1" maxLength:"4000" doc:"What agents are to know."`
	}
}

type noticeInput struct {
	ID string `path:"id" pattern:"^[0-9a-fA-F-]{36}$" patternDescription:"a notice's id" doc:"The notice's id."`
}

func (s *Server) registerNotices(api huma.API) {
	errs := append([]int{http.StatusNotFound}, readErrors...)
	huma.Register(api, huma.Operation{
		OperationID: "notices", Method: http.MethodGet, Path: "/api/v1/notices", Tags: []string{"desk"},
		Summary: "List notices to agents: an agent's own, or with who has confirmed them.", Security: secured, Errors: errs,
	}, s.notices)
	huma.Register(api, huma.Operation{
		OperationID: "write-notice", Method: http.MethodPost, Path: "/api/v1/notices", Tags: []string{"desk"},
		Summary: "Write a notice that each agent is to confirm.", DefaultStatus: http.StatusCreated, Security: secured,
		Errors: append([]int{http.StatusConflict}, errs...),
	}, s.writeNotice)
	huma.Register(api, huma.Operation{
		OperationID: "confirm-notice", Method: http.MethodPost, Path: "/api/v1/notices/{id}/confirm", Tags: []string{"desk"},
		Summary: "Confirm that you have read a notice.", DefaultStatus: http.StatusNoContent, Security: secured, Errors: errs,
	}, s.confirmNotice)
	huma.Register(api, huma.Operation{
		OperationID: "withdraw-notice", Method: http.MethodDelete, Path: "/api/v1/notices/{id}", Tags: []string{"desk"},
		Summary: "Withdraw a notice; who has confirmed it stays on record.", DefaultStatus: http.StatusNoContent, Security: secured, Errors: errs,
	}, s.withdrawNotice)
}

// noticed is which notices a person may see.
func (s *Server) noticed(p person) store.NoticeFilter {
	f := store.NoticeFilter{Company: string(p.onlyCompany())}
	if p.reach != own {
		f.Queues = p.within().Queues
		return f
	}
	f.Queues = []string{}
	if s.others(p.Account) != "" {
		return f // another company's agent has his number
	}
	plan := s.plan()
	for _, q := range plan.Queues {
		if !slices.Contains(plan.Serve(q), cti.AgentID(p.Number)) {
			continue
		}
		if f.Queues = append(f.Queues, string(q.ID)); q.Company != p.Company {
			f.Others = append(f.Others, string(q.Company)+"/"+string(q.ID))
		}
	}
	return f
}

func (s *Server) notices(ctx context.Context, in *noticesInput) (*noticesOutput, error) {
	p := personOf(ctx)
	company, err := companyOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	f := s.noticed(p)
	f.Company = company
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	list, err := db.Notices(ctx, f)
	if err != nil {
		return nil, s.unread(ctx, "notices", err)
	}
	out := Notices{Notices: make([]DeskNotice, len(list))}
	for i, n := range list {
		out.Notices[i] = s.showNotice(p, n)
	}
	return &noticesOutput{out}, nil
}

// showNotice leaves out what is not an agent's to know: who else has read it.
func (s *Server) showNotice(p person, n store.Notice) DeskNotice {
	shown := DeskNotice{Notice: n}
	for _, c := range n.Confirmed {
		if c.Agent == p.Number {
			shown.ConfirmedAt = &c.At
		}
	}
	if p.reach == own {
		shown.Confirmed = nil
		return shown
	}
	for _, a := range s.addressed(n) {
		if !slices.ContainsFunc(n.Confirmed, func(c store.Confirmation) bool { return c.Agent == a }) {
			shown.Missing = append(shown.Missing, a)
		}
	}
	return shown
}

// addressed are the agents whom a notice is for, as the plan is now.
func (s *Server) addressed(n store.Notice) []string {
	plan := s.plan()
	var agents []string
	for _, q := range plan.Queues {
		if n.Queue != "" && string(q.ID) == n.Queue && string(q.Company) == n.Company {
			return texts(plan.Serve(q))
		}
	}
	for _, a := range plan.Agents {
		if n.Queue == "" && string(a.Company) == n.Company && !a.Leader {
			agents = append(agents, string(a.ID))
		}
	}
	return agents
}

func (s *Server) writeNotice(ctx context.Context, in *writeNoticeInput) (*noticeOutput, error) {
	p := personOf(ctx)
	co, err := s.ownCompany(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	n := store.Notice{ID: uuid.New(), Company: string(co.ID), Queue: in.Body.Queue, Title: strings.TrimSpace(in.Body.Title), Text: strings.TrimSpace(in.Body.Text), From: p.Number}
	if in.Body.ID != "" {
		if n.ID, err = uuid.Parse(in.Body.ID); err != nil {
			return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "id: %v; allowed: a UUID", err)
		}
	}
	if n.Title == "" || n.Text == "" || strings.ContainsFunc(n.Title, unicode.IsControl) ||
		strings.ContainsFunc(n.Text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "title and text are needed; allowed: a line as title, lines as text")
	}
	var queues []string
	for _, q := range s.plan().Queues {
		if q.Company == co.ID {
			queues = append(queues, string(q.ID))
		}
	}
	if w := p.within(); w.Bounded() && !w.Has(n.Queue) {
		return nil, newProblem(http.StatusForbidden, notAllowed, "queue %q is not yours to write to; allowed: %s", n.Queue, strings.Join(w.Queues, ", "))
	}
	if n.Queue != "" && !slices.Contains(queues, n.Queue) {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "queue %q is unknown; allowed: %s", n.Queue, strings.Join(queues, ", "))
	}
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	n, err = db.WriteNotice(ctx, n)
	s.log.Info("notice written", zap.String("by", p.Number), zap.Stringer("notice", n.ID), zap.Error(err))
	if errors.Is(err, store.ErrNoticeThere) {
		return nil, newProblem(http.StatusConflict, badState, "another notice has the id %s; allowed: an id of its own", in.Body.ID)
	}
	if err != nil {
		return nil, s.unread(ctx, "notice", err)
	}
	return &noticeOutput{s.showNotice(p, n)}, nil
}

func (s *Server) confirmNotice(ctx context.Context, in *noticeInput) (*struct{}, error) {
	p := personOf(ctx)
	db, id, err := s.noticeDatabase(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	f := s.noticed(p)
	f.ID = &id
	list, err := db.Notices(ctx, f)
	if err == nil && len(list) == 0 {
		return nil, noNotice(in.ID)
	}
	if err == nil {
		err = db.ConfirmNotice(ctx, id, p.Number)
	}
	s.log.Info("notice confirmed", zap.String("by", p.Number), zap.String("notice", in.ID), zap.Error(err))
	if err != nil {
		return nil, s.unread(ctx, "notice", err)
	}
	return nil, nil //nolint:nilnil // 204 has no body
}

func (s *Server) withdrawNotice(ctx context.Context, in *noticeInput) (*struct{}, error) {
	p := personOf(ctx)
	db, id, err := s.noticeDatabase(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if w := p.within(); w.Bounded() {
		list, err := db.Notices(ctx, store.NoticeFilter{ID: &id, Company: string(p.Company), Queues: w.Queues})
		if err != nil {
			return nil, s.unread(ctx, "notice", err)
		}
		if len(list) == 0 || list[0].Queue == "" { // one for everybody is not his to withdraw
			return nil, noNotice(in.ID)
		}
	}
	err = db.WithdrawNotice(ctx, id, string(p.onlyCompany()), p.Number)
	s.log.Info("notice withdrawn", zap.String("by", p.Number), zap.String("notice", in.ID), zap.Error(err))
	switch {
	case errors.Is(err, store.ErrNoNotice):
		return nil, noNotice(in.ID)
	case err != nil:
		return nil, s.unread(ctx, "notice", err)
	}
	return nil, nil //nolint:nilnil // 204 has no body
}

// noticeDatabase is the store and a notice's id; the error is a problem.
func (s *Server) noticeDatabase(ctx context.Context, id string) (*store.Store, uuid.UUID, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return nil, parsed, noNotice(id)
	}
	db, err := s.database(ctx)
	return db, parsed, err
}

func noNotice(id string) error {
	return newProblem(http.StatusNotFound, notFound, "no notice has the id %s", id)
}
