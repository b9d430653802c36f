package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"sansheng/store/internal/sql"
	"sansheng/store/table"
)

// Quarter is one of a year, as in 2026-Q4.
type Quarter struct{ Year, N int }

// ParseQuarter reads a quarter.
func ParseQuarter(s string) (Quarter, error) {
	year, n, ok := strings.Cut(s, "-Q")
	y, err := strconv.Atoi(year)
	if !ok || err != nil || len(year) != 4 || len(n) != 1 || n[0] < '1' || n[0] > '4' {
		return Quarter{}, fmt.Errorf("%q is no quarter; allowed: one as in 2026-Q4", s)
	}
	return Quarter{y, int(n[0] - '0')}, nil
}

func (q Quarter) String() string { return fmt.Sprintf("%04d-Q%d", q.Year, q.N) }

// Bounds are its first moment and the first after it.
func (q Quarter) Bounds(zone *time.Location) (since, until time.Time) {
	first := time.Month(3*q.N - 2)
	return time.Date(q.Year, first, 1, 0, 0, 0, 0, zone), time.Date(q.Year, first+3, 1, 0, 0, 0, 0, zone)
}

// SurveyState is how far somebody has been asked.
type SurveyState string

// States of who is asked.
const (
	SurveyWaiting  SurveyState = "waiting"
	SurveyAnswered SurveyState = "answered"
	SurveyRefused  SurveyState = "refused"
	SurveyMissed   SurveyState = "missed"
)

// SurveyStates lists them.
func SurveyStates() []SurveyState {
	return []SurveyState{SurveyWaiting, SurveyAnswered, SurveyRefused, SurveyMissed}
}

// SurveyPerson is one who is asked. Personal data.
type SurveyPerson struct {
	// N is his place on the list, from 1.
	N      int    `json:"n"`
	Number string `json:"number"`
	// Call is the one for which he was drawn, Ticket and Kind the ticket that came of it.
	Call    string      `json:"call"`
	Ticket  *uuid.UUID  `json:"ticket,omitempty"`
	Kind    string      `json:"kind,omitempty"`
	SpokeAt time.Time   `json:"spoke_at"`
	State   SurveyState `json:"state"`
	// Score is 1 to 5, of one who has answered.
	Score   int        `json:"score,omitempty"`
	Remark  string     `json:"remark,omitempty"`
	AskedBy string     `json:"asked_by,omitempty"`
	AskedAt *time.Time `json:"asked_at,omitempty"`
}

// SurveyList is a quarter's list of a company (requirement F8).
type SurveyList struct {
	Company string `json:"company"`
	Quarter string `json:"quarter"`
	// Seed decides who is drawn, Wanted how many, of Population.
	Seed       string      `json:"seed"`
	Wanted     int         `json:"wanted"`
	Population int         `json:"population"`
	MadeAt     time.Time   `json:"made_at"`
	MadeBy     string      `json:"made_by"`
	Rates      SurveyRates `json:"rates"`
}

// SurveyRates are how a list stands.
type SurveyRates struct {
	People   int `json:"people"`
	Answered int `json:"answered"`
	Refused  int `json:"refused"`
	Missed   int `json:"missed"`
	// Content have said 4 or 5, Discontent 1 or 2.
	Content    int `json:"content"`
	Discontent int `json:"discontent"`
	// AnswerRate is of all on the list, ContentRate and Average of who has answered; 0 where
	// nobody has.
	AnswerRate  float64 `json:"answer_rate"`
	ContentRate float64 `json:"content_rate"`
	Average     float64 `json:"average"`
}

// Bounds of a survey.
const (
	SurveyMost       = 5000
	surveyRemarkMost = 1000
	surveySeedMost   = 64
)

// SurveyError is why a survey is not drawn, or an answer not kept.
type SurveyError struct{ Text string }

func (e *SurveyError) Error() string { return "survey: " + e.Text }

func refuseSurvey(format string, args ...any) error {
	return &SurveyError{fmt.Sprintf(format, args...)}
}

// ErrNoSurvey: no list was drawn, or it has nobody at that place.
var ErrNoSurvey = errors.New("no such survey list")

// DrawSurvey draws a company's list of a quarter that is over, once: drawn again by the same
// seed and of the same size it is the one that there is. A seed that is empty is the quarter's
// name. The error As *SurveyError.
func (s *Store) DrawSurvey(ctx context.Context, company string, q Quarter, wanted int, seed, by string) (SurveyList, error) {
	if seed == "" {
		seed = company + "/" + q.String()
	}
	since, until := q.Bounds(s.office(company).Hours.Zone())
	now := s.now().UTC()
	switch {
	case wanted < 1 || wanted > SurveyMost:
		return SurveyList{}, refuseSurvey("%d people cannot be drawn; allowed: 1 to %d", wanted, SurveyMost)
	case utf8.RuneCountInString(seed) > surveySeedMost || !plain(seed):
		return SurveyList{}, refuseSurvey("the seed is not allowed: one line of up to %d letters", surveySeedMost)
	case now.Before(until):
		return SurveyList{}, refuseSurvey("the quarter %s is not over; allowed: from %s on", q, until.Format("2006-01-02"))
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.q.LockSurvey(ctx, tx, company, q.String()); err != nil {
			return err
		}
		there, err := s.q.SurveyList(ctx, tx, company, q.String())
		switch {
		case err == nil && there.Seed == seed && int(there.Wanted) == wanted:
			return nil
		case err == nil:
			return refuseSurvey("the list of %s was drawn on %s, %d people by the seed %q; allowed: the same again", q, there.MadeAt.UTC().Format(time.DateOnly), there.Wanted, there.Seed)
		case !errors.Is(err, pgx.ErrNoRows):
			return err
		}
		return s.drawSurvey(ctx, tx, sql.AddSurveyListParams{
			Company: company, Quarter: q.String(), Seed: seed, Wanted: small(wanted), At: now, ByPerson: by,
		}, since, until)
	})
	if err != nil {
		return SurveyList{}, fmt.Errorf("draw survey: %w", err)
	}
	return s.Survey(ctx, company, q)
}

func (s *Store) drawSurvey(ctx context.Context, tx pgx.Tx, list sql.AddSurveyListParams, since, until time.Time) error {
	drawn, err := s.q.DrawSurvey(ctx, tx, sql.DrawSurveyParams{
		Company: list.Company, Since: since, Until: until, Seed: list.Seed, Count: int64(list.Wanted),
	})
	if err != nil {
		return err
	}
	if len(drawn) > 0 {
		list.Population = small(int(drawn[0].Population))
	}
	if err := s.q.AddSurveyList(ctx, tx, list); err != nil {
		return err
	}
	for i, d := range drawn {
		if err := s.q.AddSurveyPerson(ctx, tx, sql.AddSurveyPersonParams{
			Company: list.Company, Quarter: list.Quarter, N: small(i + 1), Number: d.Number, CallID: d.CallID, TicketID: d.TicketID, Kind: d.Kind, SpokeAt: d.SpokeAt,
		}); err != nil {
			return err
		}
	}
	return nil
}

// Survey is a company's list of a quarter. The error Is ErrNoSurvey.
func (s *Store) Survey(ctx context.Context, company string, q Quarter) (SurveyList, error) {
	r, err := s.q.SurveyList(ctx, s.pool, company, q.String())
	if errors.Is(err, pgx.ErrNoRows) {
		return SurveyList{}, ErrNoSurvey
	}
	if err != nil {
		return SurveyList{}, fmt.Errorf("read survey: %w", err)
	}
	return s.showSurvey(ctx, r)
}

// Surveys are the lists that were drawn, the last quarter first; of one company where it is named.
func (s *Store) Surveys(ctx context.Context, company string) ([]SurveyList, error) {
	rows, err := s.q.SurveyLists(ctx, s.pool, wanted(company))
	if err != nil {
		return nil, fmt.Errorf("list surveys: %w", err)
	}
	list := make([]SurveyList, len(rows))
	for i, r := range rows {
		if list[i], err = s.showSurvey(ctx, r); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s *Store) showSurvey(ctx context.Context, r sql.SurveyList) (SurveyList, error) {
	c, err := s.q.SurveyRates(ctx, s.pool, r.Company, r.Quarter)
	if err != nil {
		return SurveyList{}, fmt.Errorf("count survey: %w", err)
	}
	rates := SurveyRates{
		People: int(c.People), Answered: int(c.Answered), Refused: int(c.Refused), Missed: int(c.Missed), Content: int(c.Content), Discontent: int(c.Discontent),
	}
	if c.People > 0 {
		rates.AnswerRate = float64(c.Answered) / float64(c.People)
	}
	if c.Answered > 0 {
		rates.ContentRate, rates.Average = float64(c.Content)/float64(c.Answered), float64(c.Points)/float64(c.Answered)
	}
	return SurveyList{
		Company: r.Company, Quarter: r.Quarter, Seed: r.Seed, Wanted: int(r.Wanted), Population: int(r.Population),
		MadeAt: r.MadeAt.UTC(), MadeBy: r.MadeBy, Rates: rates,
	}, nil
}

// SurveyPeople are those on a list, in its order; in one state where it is named.
func (s *Store) SurveyPeople(ctx context.Context, company string, q Quarter, state SurveyState) ([]SurveyPerson, error) {
	rows, err := s.q.SurveyPeople(ctx, s.pool, company, q.String(), wanted(string(state)))
	if err != nil {
		return nil, fmt.Errorf("list who is asked: %w", err)
	}
	list := make([]SurveyPerson, len(rows))
	for i, r := range rows {
		list[i] = SurveyPerson{
			N: int(r.N), Number: r.Number, Call: r.CallID, Ticket: r.TicketID, Kind: r.Kind, SpokeAt: r.SpokeAt.UTC(), State: SurveyState(r.State),
			Score: int(r.Score), Remark: r.Remark, AskedBy: r.AskedBy, AskedAt: utc(r.AskedAt),
		}
	}
	return list, nil
}

// AnswerSurvey says what came of asking somebody; said again, the last counts. The error Is
// ErrNoSurvey or As *SurveyError.
func (s *Store) AnswerSurvey(ctx context.Context, company string, q Quarter, p SurveyPerson, by string) error {
	p.Remark = strings.TrimSpace(p.Remark)
	switch {
	case p.State != SurveyAnswered && p.State != SurveyRefused && p.State != SurveyMissed:
		return refuseSurvey("%q is nothing that comes of asking; allowed: %v", p.State, SurveyStates()[1:])
	case p.State == SurveyAnswered && (p.Score < 1 || p.Score > 5):
		return refuseSurvey("the score %d is not allowed: 1 to 5", p.Score)
	case p.State != SurveyAnswered && p.Score != 0:
		return refuseSurvey("who has not answered has no score; allowed: none")
	case utf8.RuneCountInString(p.Remark) > surveyRemarkMost || strings.ContainsFunc(p.Remark, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }):
		return refuseSurvey("the remark is not allowed: up to %d letters", surveyRemarkMost)
	}
	n, err := s.q.AnswerSurvey(ctx, s.pool, sql.AnswerSurveyParams{
		State: string(p.State), Score: small(p.Score), Remark: clean(p.Remark), ByPerson: by, At: s.now().UTC(), Company: company, Quarter: q.String(), N: small(p.N),
	})
	if err != nil {
		return fmt.Errorf("answer survey: %w", err)
	}
	if n == 0 {
		return ErrNoSurvey
	}
	return nil
}

// plain tells whether a text is one line.
func plain(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl) }

// WriteSurvey writes a list into a table, the first line of which are the columns' names.
func (s *Store) WriteSurvey(ctx context.Context, company string, q Quarter, w table.Writer) (int, error) {
	people, err := s.SurveyPeople(ctx, company, q, "")
	if err != nil {
		return 0, err
	}
	if err := w.Write("n", "number", "kind", "ticket", "call", "spoke_at", "state", "score", "remark", "asked_by", "asked_at"); err != nil {
		return 0, fmt.Errorf("export survey: %w", err)
	}
	for _, p := range people {
		score := ""
		if p.Score > 0 {
			score = strconv.Itoa(p.Score)
		}
		if err := w.Write(strconv.Itoa(p.N), p.Number, p.Kind, said(p.Ticket), p.Call, stamp(&p.SpokeAt), string(p.State), score, p.Remark, p.AskedBy, stamp(p.AskedAt)); err != nil {
			return 0, fmt.Errorf("export survey: %w", err)
		}
	}
	return len(people), nil
}
