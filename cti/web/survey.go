package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"go.uber.org/zap"

	"sansheng/store"
	"sansheng/store/table"
)

// QuarterOf names a company's survey.
type QuarterOf struct {
	CompanyFilter
	Quarter string `path:"quarter" pattern:"^[0-9]{4}-Q[1-4]$" patternDescription:"a quarter as in 2026-Q4" doc:"The quarter."`
}

// Surveys is a list of quarterly surveys.
type Surveys struct {
	Surveys []store.SurveyList `json:"surveys" nullable:"false" doc:"The last quarter first."`
}

type surveysOutput struct{ Body Surveys }

type drawSurveyInput struct {
	QuarterOf
	Body struct {
		Size int    `json:"size" minimum:"1" maximum:"5000" doc:"How many people are asked at most."`
		Seed string `json:"seed,omitempty" maxLength:"64" doc:"Decides who is drawn; the company's and the quarter's name where it is left out."`
	}
}

type surveyOutput struct{ Body store.SurveyList }

type surveyPeopleInput struct {
	QuarterOf
	State string `query:"state" enum:"waiting,answered,refused,missed" doc:"Only those in this state."`
	Reveal
}

// SurveyPeople are those who are asked in a quarter.
type SurveyPeople struct {
	People []store.SurveyPerson `json:"people" nullable:"false" doc:"In the order in which they were drawn."`
}

type surveyPeopleOutput struct{ Body SurveyPeople }

type answerSurveyInput struct {
	QuarterOf
	N    int `path:"n" minimum:"1" maximum:"5000" doc:"His place on the list."`
	Body struct {
		State  string `json:"state" enum:"answered,refused,missed" doc:"What came of asking him."`
		Score  int    `json:"score,omitempty" minimum:"0" maximum:"5" doc:"How content he is, 5 for very to 1 for not at all, where he has answered."`
		Remark string `json:"remark,omitempty" maxLength:"1000" doc:"What he has said beside."`
	}
}

type surveyTableInput struct {
	QuarterOf
	Format string `query:"format" enum:"csv,xlsx" default:"csv" doc:"CSV is UTF-8 with a byte order mark."`
	Reason string `query:"reason" required:"true" minLength:"4" maxLength:"200" doc:"Why the numbers in it are needed. It is logged with your account."`
}

func (s *Server) registerSurveys(api huma.API) {
	errs := append([]int{http.StatusNotFound, http.StatusConflict}, readErrors...)
	huma.Register(api, huma.Operation{
		OperationID: "surveys", Method: http.MethodGet, Path: "/api/v1/surveys", Tags: []string{"tickets"},
		Summary: "List quarterly surveys, with how they stand.", Security: secured, Errors: readErrors,
	}, s.surveys)
	huma.Register(api, huma.Operation{
		OperationID: "draw-survey", Method: http.MethodPost, Path: "/api/v1/surveys/{quarter}", Tags: []string{"tickets"},
		Summary:     "Draw who is asked how content he is, of a quarter that is over.",
		Description: "Drawn once: of those who were answered and whose tickets were closed each person once, without who is not to be called or asked. The same size and seed again give the list that there is.",
		Security:    secured, Errors: errs,
	}, s.drawSurvey)
	huma.Register(api, huma.Operation{
		OperationID: "survey-people", Method: http.MethodGet, Path: "/api/v1/surveys/{quarter}/people", Tags: []string{"tickets"},
		Summary: "List who is asked in a quarter, and what he has said.", Security: secured, Errors: errs,
	}, s.surveyPeople)
	huma.Register(api, huma.Operation{
		OperationID: "answer-survey", Method: http.MethodPost, Path: "/api/v1/surveys/{quarter}/people/{n}", Tags: []string{"tickets"},
		Summary: "Say what came of asking somebody; said again, the last counts.", DefaultStatus: http.StatusNoContent, Security: secured, Errors: errs,
	}, s.answerSurvey)
	huma.Register(api, huma.Operation{
		OperationID: "survey-table", Method: http.MethodGet, Path: "/api/v1/surveys/{quarter}/table", Tags: []string{"exports"},
		Summary: "Who is asked in a quarter as a table, with whole numbers. It is logged with your account.", Security: secured, Errors: errs,
	}, s.surveyTable)
}

func (s *Server) surveys(ctx context.Context, in *CompanyFilter) (*surveysOutput, error) {
	if err := personOf(ctx).unlimited("a survey"); err != nil {
		return nil, err
	}
	company, err := companyOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	list, err := db.Surveys(ctx, company)
	if err != nil {
		return nil, s.unread(ctx, "surveys", err)
	}
	return &surveysOutput{Surveys{list}}, nil
}

// surveyOf is whose survey it is; the error is a problem.
func (s *Server) surveyOf(ctx context.Context, in QuarterOf) (db *store.Store, company string, q store.Quarter, err error) {
	if err = personOf(ctx).unlimited("a survey"); err != nil {
		return nil, "", q, err
	}
	if company, err = companyOf(ctx, in.Company); err != nil {
		return nil, "", q, err
	}
	if company == "" {
		company = string(personOf(ctx).Company)
	}
	if q, err = store.ParseQuarter(in.Quarter); err != nil {
		return nil, "", q, newProblem(http.StatusUnprocessableEntity, badQuery, "%v", err)
	}
	db, err = s.database(ctx)
	return db, company, q, err
}

// notSurveyed is the problem of a survey that is not drawn, or not answered.
func (s *Server) notSurveyed(ctx context.Context, in QuarterOf, err error) error {
	var refused *store.SurveyError
	switch {
	case errors.Is(err, store.ErrNoSurvey):
		return newProblem(http.StatusNotFound, notFound, "no list of %s was drawn, or it has nobody at that place", in.Quarter)
	case errors.As(err, &refused):
		return newProblem(http.StatusConflict, badState, "%s", refused.Text)
	}
	return s.unread(ctx, "survey", err)
}

func (s *Server) drawSurvey(ctx context.Context, in *drawSurveyInput) (*surveyOutput, error) {
	db, company, q, err := s.surveyOf(ctx, in.QuarterOf)
	if err != nil {
		return nil, err
	}
	p := personOf(ctx)
	list, err := db.DrawSurvey(ctx, company, q, in.Body.Size, in.Body.Seed, p.Number)
	s.log.Info("survey drawn", zap.String("by", p.Number), zap.String("company", company), zap.Stringer("quarter", q), zap.Int("people", list.Rates.People), zap.Error(err))
	if err != nil {
		return nil, s.notSurveyed(ctx, in.QuarterOf, err)
	}
	return &surveyOutput{list}, nil
}

func (s *Server) surveyPeople(ctx context.Context, in *surveyPeopleInput) (*surveyPeopleOutput, error) {
	whole, err := mayReveal(ctx, in.Reveal)
	if err != nil {
		return nil, err
	}
	if whole && revealing.of(personOf(ctx).Role) == own {
		return nil, newProblem(http.StatusForbidden, notAllowed, "you may see whole numbers of your own calls only; allowed: without reveal")
	}
	db, company, q, err := s.surveyOf(ctx, in.QuarterOf)
	if err != nil {
		return nil, err
	}
	if _, err := db.Survey(ctx, company, q); err != nil {
		return nil, s.notSurveyed(ctx, in.QuarterOf, err)
	}
	list, err := db.SurveyPeople(ctx, company, q, store.SurveyState(in.State))
	if err != nil {
		return nil, s.unread(ctx, "survey", err)
	}
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = fmt.Sprintf("%s/%d", in.Quarter, list[i].N)
		if !whole {
			list[i].Number, list[i].Remark = store.Mask(list[i].Number), scrub(list[i].Remark)
		}
	}
	if whole {
		if err := s.audit(ctx, in.Reveal, "survey", ids); err != nil {
			return nil, err
		}
	}
	return &surveyPeopleOutput{SurveyPeople{list}}, nil
}

func (s *Server) answerSurvey(ctx context.Context, in *answerSurveyInput) (*struct{}, error) {
	db, company, q, err := s.surveyOf(ctx, in.QuarterOf)
	if err != nil {
		return nil, err
	}
	p := personOf(ctx)
	said := store.SurveyPerson{N: in.N, State: store.SurveyState(in.Body.State), Score: in.Body.Score, Remark: in.Body.Remark}
	err = db.AnswerSurvey(ctx, company, q, said, p.Number)
	s.log.Info("survey answered", zap.String("by", p.Number), zap.String("company", company), zap.Stringer("quarter", q), zap.Int("n", in.N), zap.Error(err))
	if err != nil {
		return nil, s.notSurveyed(ctx, in.QuarterOf, err)
	}
	return nil, nil //nolint:nilnil // 204 has no body
}

func (s *Server) surveyTable(ctx context.Context, in *surveyTableInput) (*huma.StreamResponse, error) {
	if _, err := mayReveal(ctx, Reveal{in.Reason}); err != nil {
		return nil, err
	}
	db, company, q, err := s.surveyOf(ctx, in.QuarterOf)
	if err != nil {
		return nil, err
	}
	if _, err := db.Survey(ctx, company, q); err != nil {
		return nil, s.notSurveyed(ctx, in.QuarterOf, err)
	}
	if err := s.audit(ctx, Reveal{in.Reason}, "survey "+in.Quarter+" of "+cmp.Or(company, "all companies")+" as "+in.Format, nil); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), exportTime)
		defer cancel()
		h.SetHeader("Content-Type", table.Format(in.Format).Type())
		h.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="survey-%s.%s"`, in.Quarter, in.Format))
		if err := s.writeSurvey(ctx, h, db, company, q, table.Format(in.Format)); err != nil {
			s.log.Warn("survey not exported", zap.Error(err))
			panic(http.ErrAbortHandler) // it must not look whole
		}
	}}, nil
}

func (s *Server) writeSurvey(ctx context.Context, h huma.Context, db *store.Store, company string, q store.Quarter, f table.Format) error {
	_, w := humago.Unwrap(h)
	if err := patient(w, exportTime); err != nil {
		return err
	}
	t, err := table.New(h.BodyWriter(), f, "survey")
	if err != nil {
		return err
	}
	if _, err := db.WriteSurvey(ctx, company, q, stoppable{t, s.stopC}); err != nil {
		return errors.Join(err, t.Cancel())
	}
	return t.Close()
}
