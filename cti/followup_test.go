package cti

import (
	"slices"
	"strings"
	"testing"

	followup "sansheng/cti/callback"
	"sansheng/cti/hours"
)

// TestFollowUpsChecked: rules that demand less than the regulations are refused, each with its
// place and what is allowed; stricter ones are taken.
func TestFollowUpsChecked(t *testing.T) {
	t.Parallel()
	some := 50
	questions := func(change func(*followup.Questionnaire)) *followup.Questionnaire {
		q := followup.DefaultQuestions()
		change(&q)
		return &q
	}
	for want, f := range map[string]FollowUps{
		"companies[0].follow_ups.kinds[0].kind":                                    {Kinds: []followup.KindRule{{Kind: "complain"}}},
		"companies[0].follow_ups.kinds[0].percent: 99":                             {Kinds: []followup.KindRule{{Kind: "complaint", Percent: 99}}},
		"companies[0].follow_ups.kinds[1].next_afternoon":                          {Kinds: []followup.KindRule{{Kind: "praise"}, {Kind: "emergency", Percent: 100}}},
		"companies[0].follow_ups.kinds[0].charged: 50":                             {Kinds: []followup.KindRule{{Kind: "repair", Charged: &some}}},
		"companies[0].follow_ups.kinds[0].charged: 20":                             {Kinds: []followup.KindRule{{Kind: "alteration", Percent: 20}}},
		"companies[0].follow_ups.days: 6 is not allowed: at most":                  {Days: 6},
		"companies[0].follow_ups.afternoon: 12:00–19:00":                           {Afternoon: &hours.Hours{From: 12 * 60, To: 19 * 60}},
		"companies[0].follow_ups.calling":                                          {Calling: &hours.Hours{From: 20 * 60, To: 9 * 60}},
		"companies[0].follow_ups.retry.busy: -1":                                   {Retry: map[followup.Reason]int{followup.Busy: -1}},
		"companies[0].follow_ups.retry: \"asleep\"":                                {Retry: map[followup.Reason]int{"asleep": 1}},
		"companies[0].follow_ups.country":                                          {Country: "+86"},
		"companies[0].follow_ups.questions.questions: none asks of each emergency": {Questions: questions(func(q *followup.Questionnaire) { q.Questions = q.Questions[1:] })},
		"companies[0].follow_ups.questions.questions: none asks everybody":         {Questions: questions(func(q *followup.Questionnaire) { q.Questions = q.Questions[:3] })},
		"companies[0].follow_ups.questions.version":                                {Questions: questions(func(q *followup.Questionnaire) { q.Version = 0 })},
	} {
		p := DemoPlan(0)
		p.Companies[0].FollowUps = &f
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestFollowUpsOf: what a company has not said is as the regulations have it.
func TestFollowUpsOf(t *testing.T) {
	t.Parallel()
	p := DemoPlan(0)
	others := 0
	p.Companies[0].FollowUps = &FollowUps{
		Kinds: []followup.KindRule{{Kind: "repair", Percent: 100}}, Others: &others, Days: 3, Retry: map[followup.Reason]int{followup.Busy: 5},
		Questions: &followup.Questionnaire{Version: 2, Opening: followup.Text{Zh: "喂", En: "Hello"}, Closing: followup.Text{Zh: "再见", En: "Bye"}, Questions: followup.DefaultQuestions().Questions},
	}
	text, _ := p.text()
	p, err := planOf(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	rules, q := p.FollowUpsOf("demo")
	repair := slices.IndexFunc(rules.Kinds, func(k followup.KindRule) bool { return k.Kind == "repair" })
	if rules.Others != 0 || rules.Days != 3 || rules.Retry[followup.Busy] != 5 || rules.Retry[followup.NoAnswer] != 120 || rules.DayMost != 3 ||
		len(rules.Kinds) != len(followup.Default().Kinds) || rules.Kinds[repair].Percent != 100 || q.Version != 2 {
		t.Errorf("rules %+v, questions %d", rules, q.Version)
	}
	if rules, q := p.FollowUpsOf("demo2"); rules.Days != 5 || rules.Others != 20 || q.Version != 1 || followup.Default().Retry[followup.Busy] != 15 {
		t.Errorf("another company's: %+v", rules)
	}
}
