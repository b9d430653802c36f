package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"sansheng/cti"
	"sansheng/store/internal/sql"
	"sansheng/store/ticket"
)

// Survey is a caller's being asked how the talk was (requirement F8). Of the record's fields
// hung_up_at and hung_up_by tell who ended the talk, ended_at and ended_by who ended the call.
type Survey struct {
	// Agent whose talk it was.
	Agent string `json:"agent"`
	// By has ended the talk, agent or supervisor: by the order, or by his phone.
	By      string     `json:"by"`
	Ordered bool       `json:"ordered"`
	BeganAt time.Time  `json:"began_at"`
	EndedAt *time.Time `json:"ended_at"`
	// Result is a cti.SurveyResult.
	Result *string `json:"result"`
}

// Rating is the answer to one question.
type Rating struct {
	Question string `json:"question"`
	Agent    string `json:"agent"`
	Key      string `json:"key"`
	// Score is of so many as Best; Low where somebody is to see to it.
	Score   int32     `json:"score"`
	Best    int32     `json:"best"`
	Low     bool      `json:"low,omitempty"`
	RatedAt time.Time `json:"rated_at"`
}

// applySurvey queues what a caller is asked when the talk is over, and what he answers.
func (b *batch) applySurvey(ctx context.Context, f cti.Fact) error {
	call, agent := string(f.Call), string(f.Agent)
	switch d := f.Data.(type) {
	case *cti.SurveyBeganData:
		ids := make([]string, len(d.Asks.Questions))
		for i, q := range d.Asks.Questions {
			ids[i] = q.ID
		}
		return errors.Join(
			b.step(ctx, f, "survey", clean(strings.Join(ids, ","))),
			b.s.q.HangUp(ctx, b.out, sql.HangUpParams{At: f.At, By: string(d.By), Early: d.Early, ID: call}),
			b.s.q.BeginSurvey(ctx, b.out, sql.BeginSurveyParams{CallID: call, Agent: agent, ByRole: string(d.By), Ordered: d.Ordered, At: f.At}),
		)
	case *cti.RatedData:
		err := errors.Join(
			b.step(ctx, f, "rated", fmt.Sprintf("%s: %d of %d", clean(d.Question), d.Score, d.Best)),
			b.s.q.Rate(ctx, b.out, sql.RateParams{
				CallID: call, N: small(d.N), Agent: agent, Question: clean(d.Question), Key: clean(d.Key),
				Score: small(d.Score), Best: small(d.Best), Low: d.Low, At: f.At,
			}),
		)
		if d.Low {
			err = errors.Join(err, b.s.q.OpenRated(ctx, b.out, sql.OpenRatedParams{
				ID: ticketID(f.Call, ticket.Complaint), Company: string(f.Company), CallID: call, At: f.At,
				Summary: fmt.Sprintf("%s: %d / %d", clean(d.Question), d.Score, d.Best),
			}))
		}
		return err
	case *cti.SurveyEndedData:
		err := errors.Join(
			b.step(ctx, f, "survey ended", string(d.Result)),
			b.s.q.EndSurvey(ctx, b.out, f.At, string(d.Result), call),
		)
		if d.Result == cti.SurveyUndone {
			err = errors.Join(err, b.s.q.ResumeTalk(ctx, b.out, call))
		}
		return err
	}
	return nil
}

func (s *Store) surveys(ctx context.Context, tx pgx.Tx, ids []string, bodies bodySet) error {
	rows, err := s.q.SurveysByCall(ctx, tx, ids)
	for _, r := range rows {
		bodies.of(r.CallID).Survey = &Survey{
			Agent: r.Agent, By: r.ByRole, Ordered: r.Ordered, BeganAt: r.BeganAt.UTC(), EndedAt: utc(r.EndedAt), Result: r.Result,
		}
	}
	return err
}

func (s *Store) ratings(ctx context.Context, tx pgx.Tx, ids []string, bodies bodySet) error {
	rows, err := s.q.RatingsByCall(ctx, tx, ids)
	for _, r := range rows {
		b := bodies.of(r.CallID)
		b.Ratings = append(b.Ratings, Rating{
			Question: r.Question, Agent: r.Agent, Key: r.Key, Score: r.Score, Best: r.Best, Low: r.Low, RatedAt: r.RatedAt.UTC(),
		})
	}
	return err
}

// asked is since when the caller was asked and talked to nobody, and until when; nothing where
// he was not.
func (b Body) asked() (from time.Time, to *time.Time, ok bool) {
	if b.Survey == nil {
		return time.Time{}, nil, false
	}
	if r := b.Survey.Result; r != nil && *r == string(cti.SurveyUndone) {
		return b.Survey.BeganAt, b.Survey.EndedAt, true
	}
	return b.Survey.BeganAt, nil, true
}
