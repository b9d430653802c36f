package store

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"sansheng/store/table"
)

// quarterly is a store after a quarter in which some people called, some of them twice, at the
// time after it.
func quarterly(t *testing.T) *Store {
	t.Helper()
	now := time.Date(2026, 7, 2, 9, 0, 0, 0, time.UTC)
	s, err := Open(t.Context(), Config{URL: newDatabase(t, template), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	for _, q := range []string{
		// 100 people call in the quarter, each twice; some before and after it.
		`INSERT INTO call (id, company, did, caller_number, started_at) SELECT 'c' || i, 'demo', '800100', (13900000000 + i % 100)::text, timestamptz '2026-04-01' + i * interval '10 hours' FROM generate_series(1, 200) i`,
		`INSERT INTO call (id, company, did, caller_number, started_at) SELECT 'x' || i, 'demo', '800100', (13800000000 + i)::text, timestamptz '2026-03-31 23:59' + i % 2 * interval '91 days 1 min' FROM generate_series(1, 20) i`,
		`INSERT INTO call (id, company, did, caller_number, started_at) VALUES ('other', 'demo2', '800200', '13700000000', '2026-05-01'), ('none', 'demo', '800100', '', '2026-05-01'), ('=evil', 'demo', '800100', '+8613600000000', '2026-05-01')`,
		`INSERT INTO answer (call_id, agent, queue, channel, answered_at, wait_ms, agent_ring_ms, agent_rings, caller_ring_ms, caller_rings, rings, within_three_rings) SELECT id, '1001', 'service', 'a', started_at, 900, 900, 1, 900, 1, 1, true FROM call`,
		`INSERT INTO ticket (id, company, kind, state, call_id, changed_at, opened_at, closed_at) VALUES (gen_random_uuid(), 'demo', 'repair', 'closed', 'c7', now(), '2026-04-02', '2026-04-03')`,
	} {
		if _, err := s.pool.Exec(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	for i, c := range []Card{
		{Name: "one", Numbers: []string{"13900000001", "13900000002"}}, // one person
		{Name: "two", Numbers: []string{"13900000003"}, Flags: []Flag{"do_not_call"}},
		{Name: "three", Numbers: []string{"13900000004"}, Flags: []Flag{"no_survey"}},
	} {
		if _, err := s.CreateCustomer(t.Context(), "demo", c, Editor{Person: "1001", Reason: fmt.Sprintf("known %d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// TestSurveyList: each person is drawn once, without who is not to be called; the same seed
// gives the same list, and what was drawn stays.
func TestSurveyList(t *testing.T) {
	t.Parallel()
	s, q := quarterly(t), Quarter{2026, 2}
	if _, err := s.DrawSurvey(t.Context(), "demo", Quarter{2026, 3}, 10, "", "2001"); !errors.As(err, new(*SurveyError)) {
		t.Errorf("a quarter that is not over: %v", err)
	}
	list, err := s.DrawSurvey(t.Context(), "demo", q, 500, "", "2001")
	if err != nil {
		t.Fatal(err)
	}
	people, err := s.SurveyPeople(t.Context(), "demo", q, "")
	if err != nil || len(people) != 98 || list.Population != 98 || list.Rates.People != 98 { // 101 without two, and two who are one
		t.Fatalf("%d people, %+v, %v", len(people), list, err)
	}
	seen := map[string]bool{}
	for _, p := range people {
		if seen[p.Number] || p.Number == "13900000003" || p.Number == "13900000004" || strings.HasPrefix(p.Number, "138") || p.State != SurveyWaiting {
			t.Errorf("%+v is on the list", p)
		}
		seen[p.Number] = true
		if p.Number == "13900000007" && (p.Ticket == nil || p.Kind != "repair") {
			t.Errorf("he was drawn for %+v, not for his ticket", p)
		}
	}
	if seen["13900000001"] == seen["13900000002"] {
		t.Error("one person with two numbers is not on it once")
	}
	if _, err := s.pool.Exec(t.Context(), "INSERT INTO call (id, company, caller_number, started_at) VALUES ('late', 'demo', '13512345678', '2026-06-01')"); err != nil {
		t.Fatal(err)
	}
	again, err := s.DrawSurvey(t.Context(), "demo", q, 500, "", "2002")
	if err != nil || !reflect.DeepEqual(again, list) {
		t.Errorf("drawn again it is %+v, %v", again, err)
	}
	if _, err := s.DrawSurvey(t.Context(), "demo", q, 10, "", "2001"); !errors.As(err, new(*SurveyError)) {
		t.Errorf("drawn again in another size: %v", err)
	}
}

// TestSurveySeed: a smaller list is the beginning of a greater one of the same seed, in another
// database too; another seed draws others.
func TestSurveySeed(t *testing.T) {
	t.Parallel()
	q := Quarter{2026, 2}
	drawn := func(wanted int, seed string) (numbers []string) {
		s := quarterly(t)
		if _, err := s.DrawSurvey(t.Context(), "demo", q, wanted, seed, "2001"); err != nil {
			t.Fatal(err)
		}
		people, err := s.SurveyPeople(t.Context(), "demo", q, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range people {
			if !strings.HasPrefix(p.Number, "1390000000") { // customers' ids differ
				numbers = append(numbers, p.Number)
			}
		}
		return numbers
	}
	some, more, others := drawn(30, "a"), drawn(60, "a"), drawn(30, "b")
	if len(some) == 0 || len(some) >= len(more) || !reflect.DeepEqual(some, more[:len(some)]) || reflect.DeepEqual(some, others) {
		t.Errorf("drawn %v\n%v\n%v", some, more, others)
	}
}

// TestSurveyAnswers: answers are counted, bad ones refused, and the table is safe.
func TestSurveyAnswers(t *testing.T) {
	t.Parallel()
	s, q := quarterly(t), Quarter{2026, 2}
	if _, err := s.DrawSurvey(t.Context(), "demo", q, 4, "a", "2001"); err != nil {
		t.Fatal(err)
	}
	for _, p := range []SurveyPerson{
		{N: 1, State: SurveyAnswered}, {N: 1, State: SurveyAnswered, Score: 6}, {N: 1, State: SurveyRefused, Score: 3}, {N: 1, State: SurveyWaiting}, {N: 1, State: SurveyMissed, Remark: "a\x07b"},
	} {
		if err := s.AnswerSurvey(t.Context(), "demo", q, p, "1001"); !errors.As(err, new(*SurveyError)) {
			t.Errorf("%+v: %v", p, err)
		}
	}
	if err := s.AnswerSurvey(t.Context(), "demo", q, SurveyPerson{N: 5, State: SurveyMissed}, "1001"); !errors.Is(err, ErrNoSurvey) {
		t.Errorf("who is not on it: %v", err)
	}
	for _, p := range []SurveyPerson{
		{N: 1, State: SurveyAnswered, Score: 5}, {N: 2, State: SurveyMissed}, {N: 2, State: SurveyAnswered, Score: 2, Remark: "=HYPERLINK(\"x\")"}, {N: 3, State: SurveyRefused},
	} {
		if err := s.AnswerSurvey(t.Context(), "demo", q, p, "1001"); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.Survey(t.Context(), "demo", q)
	want := SurveyRates{People: 4, Answered: 2, Refused: 1, Content: 1, Discontent: 1, AnswerRate: 0.5, ContentRate: 0.5, Average: 3.5}
	if err != nil || list.Rates != want {
		t.Errorf("%+v, %v", list.Rates, err)
	}
	var file bytes.Buffer
	w, err := table.New(&file, table.CSV, "survey")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.WriteSurvey(t.Context(), "demo", q, w); err != nil || n != 4 {
		t.Fatalf("%d, %v", n, err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if text := file.String(); !strings.Contains(text, `'=HYPERLINK`) || strings.Count(text, "\n") < 5 {
		t.Errorf("the table\n%s", text)
	}
	if _, err := s.Survey(t.Context(), "demo2", q); !errors.Is(err, ErrNoSurvey) {
		t.Errorf("another company's: %v", err)
	}
}

func TestQuarter(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "2026", "2026-Q0", "2026-Q5", "26-Q1", "2026-Q11", "2026Q1", "abcd-Q1", "2026-Q"} {
		if q, err := ParseQuarter(bad); err == nil {
			t.Errorf("%q is %s", bad, q)
		}
	}
	q, err := ParseQuarter("2026-Q4")
	if since, until := q.Bounds(time.UTC); err != nil || q.String() != "2026-Q4" || since.Format(time.DateOnly) != "2026-10-01" || until.Format(time.DateOnly) != "2027-01-01" {
		t.Errorf("%s from %s to %s, %v", q, since, until, err)
	}
}
