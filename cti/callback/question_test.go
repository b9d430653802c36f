package callback

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"sansheng/cti/place"
)

func TestQuestionnaireCheck(t *testing.T) {
	for _, c := range []struct {
		change func(*Questionnaire)
		says   string
	}{
		{func(q *Questionnaire) { q.Version = 0 }, "version: 0 is not allowed"},
		{func(q *Questionnaire) { q.Opening.En = "" }, "opening.en: it is not one line of 1 to 200 letters"},
		{func(q *Questionnaire) { q.Closing.Zh = strings.Repeat("长", 201) }, "closing.zh:"},
		{func(q *Questionnaire) { q.Questions = nil }, "questions: there are 0; allowed: 1 to 30"},
		{func(q *Questionnaire) { q.Questions[1].ID = "solved" }, `questions[1].id: "solved" is there already`},
		{func(q *Questionnaire) { q.Questions[1].ID = "1" }, `questions[1].id: "1" is not allowed`},
		{func(q *Questionnaire) { q.Questions[1].Ask.Zh = "a\nb" }, "questions[1].ask.zh:"},
		{func(q *Questionnaire) { q.Questions[1].Type = "stars" }, `questions[1].type: "stars" is unknown; allowed: [scale yes_no text]`},
		{func(q *Questionnaire) { q.Questions[1].Most = 5 }, "questions[1].min: a yes_no has no use for min, max and low"},
		{func(q *Questionnaire) { q.Questions[3].Most = 1 }, "questions[3].max: 1 to 1 is no scale"},
		{func(q *Questionnaire) { q.Questions[3].Low = 5 }, "questions[3].low: 5 is not allowed: 1 to 4"},
		{func(q *Questionnaire) { q.Questions[3].Means = "" }, "questions[3].low: it is for a scale that means satisfied"},
		{func(q *Questionnaire) { q.Questions[3].Means = Solved }, "questions[3].means: solved is what a yes_no says"},
		{func(q *Questionnaire) { q.Questions[5].Means = Satisfied }, "questions[5].means: words cannot mean satisfied"},
		{func(q *Questionnaire) { q.Questions[1].Means = "glad" }, `questions[1].means: "glad" is unknown`},
		{func(q *Questionnaire) { q.Questions[4].Kinds = []string{"repair"} }, "questions[4].kinds: they are for questions that are asked of each"},
		{func(q *Questionnaire) { q.Questions[2].Kinds[0] = "repairs" }, `questions[2].kinds[0]: "repairs" is unknown`},
		{func(q *Questionnaire) { q.Questions[0].Kinds = []string{"repair"} }, "questions: none asks of each emergency whether it is solved"},
		{func(q *Questionnaire) { q.Questions[0].Optional = true }, "questions: none asks of each emergency"},
	} {
		q := DefaultQuestions()
		c.change(&q)
		err := q.Check(kinds)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want %q", err, c.says)
		}
		placed(t, err)
	}
}

func TestFill(t *testing.T) {
	q := DefaultQuestions()
	tickets := []Owed{{Ticket: "t1", Kind: "repair"}, {Ticket: "t2", Kind: "complaint"}}
	whole := content(false, 5, "t1", "t2")
	with := func(a ...Answered) []Answered { return append(slices.Clone(whole), a...) }
	for _, c := range []struct {
		answers []Answered
		says    []string
	}{
		{whole, nil},
		{with(Answered{Question: "remark", Words: "  good\r\nwork "}), nil},
		{with(Answered{Question: "remark"}), nil},
		{with(Answered{Question: "fee_explained", Ticket: "t1", Yes: yes(true)}), nil},
		{with(Answered{Question: "fee_explained", Ticket: "t2", Yes: yes(true)}), []string{`answers[5]: "fee_explained" is not asked of ticket "t2"; allowed: solved[t1], solved[t2]`}},
		{with(Answered{Question: "attitude", Number: number(5)}), []string{"answers[5]: attitude is answered already"}},
		{with(Answered{Question: "attitude", Ticket: "t1", Number: number(5)}), []string{`answers[5]: "attitude" is not asked of ticket "t1"`}},
		{with(Answered{Question: "in_time", Ticket: "t1", Words: "yes"}), []string{"in_time[t1]: it is not allowed: yes or no"}},
		{with(Answered{Question: "remark", Words: "a\x00"}), []string{"remark: it is not allowed: up to 2000 letters"}},
		{with(Answered{Question: "remark", Words: strings.Repeat("a", 2001)}), []string{"remark: it is not allowed: up to 2000 letters"}},
		{whole[1:], []string{"attitude: it is not answered; allowed: a whole number from 1 to 5"}},
		{content(false, 0, "t1", "t2"), []string{"satisfied[t1]: it is not allowed: a whole number from 1 to 5", "satisfied[t2]:"}},
	} {
		out, err := q.Fill(tickets, c.answers)
		got := place.Split(err)
		if len(got) != len(c.says) {
			t.Errorf("%v, want %q", err, c.says)
			continue
		}
		for i, e := range got {
			if !strings.Contains(e.Error(), c.says[i]) {
				t.Errorf("%v, want %q", e, c.says[i])
			}
		}
		if err != nil {
			continue
		}
		again, err := q.Fill(tickets, out.Answers)
		if err != nil || !reflect.DeepEqual(out, again) {
			t.Errorf("%+v, and then %+v: %v", out, again, err)
		}
	}
	out, err := q.Fill(tickets, with(Answered{Question: "remark", Words: " good\r\nwork "}))
	if n := len(out.Answers); err != nil || n != 6 || out.Answers[n-1].Words != "good\nwork" || out.Answers[0].Question != "solved" {
		t.Errorf("%+v, %v", out, err)
	}
	// Who was treated badly is not content with any of it.
	whole[0].Number = number(2)
	if out, err := q.Fill(tickets, whole); err != nil || !slices.Equal(out.Dissatisfied, []string{"t1", "t2"}) || out.Unsolved != nil {
		t.Errorf("%+v, %v", out, err)
	}
}
