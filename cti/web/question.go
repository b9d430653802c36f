package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"sansheng/cti/callback"
)

// FollowUpText is what people read, in each language.
type FollowUpText struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// FollowUpQuestion is what a caller is asked who is called back.
type FollowUpQuestion struct {
	ID       string       `json:"id"`
	Type     string       `json:"type" enum:"scale,yes_no,text" doc:"How it is answered: with a whole number, yes or no, words."`
	Ask      FollowUpText `json:"ask"`
	Each     bool         `json:"each,omitempty" doc:"It is asked of each ticket, else once."`
	Kinds    []string     `json:"kinds,omitempty" doc:"Only of tickets of these kinds."`
	Optional bool         `json:"optional,omitempty" doc:"It may go without an answer."`
	Least    int          `json:"min,omitempty"`
	Most     int          `json:"max,omitempty"`
	Low      int          `json:"low,omitempty" doc:"Up to where the caller is not content."`
	Means    string       `json:"means,omitempty" enum:"solved,satisfied" doc:"What the answer leads to: a no to solved opens the matter again, a low one to satisfied goes to the leader."`
}

// FollowUpQuestions is what callers are asked, and the rules that who calls them goes by.
type FollowUpQuestions struct {
	Version   int                `json:"version"`
	Opening   FollowUpText       `json:"opening"`
	Questions []FollowUpQuestion `json:"questions" nullable:"false"`
	Closing   FollowUpText       `json:"closing"`
	// Calling are the hours in which people are called.
	Calling        string `json:"calling" doc:"The hours of the day in which people are called, as in 09:00–20:00."`
	RingSeconds    int    `json:"ring_seconds" doc:"How long it must have rung before nobody has answered."`
	ConfirmMinutes int    `json:"confirm_minutes" doc:"How long an agent has to say what came of an attempt."`
	DayMost        int    `json:"day_most" doc:"How many attempts of a day count."`
}

type followUpQuestionsOutput struct{ Body FollowUpQuestions }

func (s *Server) registerQuestions(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "follow-up-questions", Method: http.MethodGet, Path: "/api/v1/follow_ups/questions", Tags: []string{"tickets"},
		Summary: "What callers are asked who are called back about what was done, and by which rules they are called.", Security: secured, Errors: readErrors,
	}, s.followUpQuestions)
}

func (s *Server) followUpQuestions(ctx context.Context, in *CompanyFilter) (*followUpQuestionsOutput, error) {
	company, err := companyOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	if company == "" {
		company = string(personOf(ctx).Company)
	}
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	r, q := db.FollowUpRules(company)
	text := func(t callback.Text) FollowUpText { return FollowUpText(t) }
	b := FollowUpQuestions{
		Version: q.Version, Opening: text(q.Opening), Closing: text(q.Closing), Questions: make([]FollowUpQuestion, len(q.Questions)),
		Calling: r.Calling.String(), RingSeconds: r.RingSeconds, ConfirmMinutes: r.ConfirmMinutes, DayMost: r.DayMost,
	}
	for i, x := range q.Questions {
		b.Questions[i] = FollowUpQuestion{
			ID: x.ID, Type: string(x.Type), Ask: text(x.Ask), Each: x.Each, Kinds: x.Kinds, Optional: x.Optional,
			Least: x.Least, Most: x.Most, Low: x.Low, Means: string(x.Means),
		}
	}
	return &followUpQuestionsOutput{b}, nil
}
