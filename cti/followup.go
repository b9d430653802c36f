package cti

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	followup "sansheng/cti/callback" // callback is who waits for a call, here
	"sansheng/cti/hours"
	"sansheng/cti/place"
	"sansheng/cti/sheet"
)

// FollowUps are the rules by which a company's callers are called back about what was done for
// them, and what they are asked (requirements F1 to F7). What is left out is as the regulations
// have it; what they demand can be made stricter, and not be taken away.
type FollowUps struct {
	// Kinds are rules in place of the regulations' for these kinds of matters, Others the
	// percentage of all kinds that have no rule.
	Kinds  []followup.KindRule `yaml:"kinds,omitempty" json:"kinds,omitempty"`
	Others *int                `yaml:"others,omitempty" json:"others,omitempty"`
	// Days is on which day after the work a call is due at the latest.
	Days int `yaml:"days,omitempty" json:"days,omitempty"`
	// Afternoon is what "by the next afternoon" means, Calling the hours in which people are called.
	Afternoon *hours.Hours `yaml:"afternoon,omitempty" json:"afternoon,omitempty"`
	Calling   *hours.Hours `yaml:"calling,omitempty" json:"calling,omitempty"`
	// Retry is how many minutes after an attempt the next may be, by what came of it.
	Retry map[followup.Reason]int `yaml:"retry,omitempty" json:"retry,omitempty"`
	// DayMost is how many attempts of a day count, RingSeconds how long it must have rung,
	// ConfirmMinutes how long an agent has to say what came of an attempt.
	DayMost        int `yaml:"day_most,omitempty" json:"day_most,omitempty"`
	RingSeconds    int `yaml:"ring_seconds,omitempty" json:"ring_seconds,omitempty"`
	ConfirmMinutes int `yaml:"confirm_minutes,omitempty" json:"confirm_minutes,omitempty"`
	// Country is the calling code that numbers may have before them or not, as in 86.
	Country string `yaml:"country,omitempty" json:"country,omitempty"`
	// Questions are asked in place of those with which each company begins.
	Questions *followup.Questionnaire `yaml:"questions,omitempty" json:"questions,omitempty"`
}

// with are some rules with what is configured in their place; those of kinds as they come.
func (f *FollowUps) with(r followup.Rules) followup.Rules {
	if f.Others != nil {
		r.Others = *f.Others
	}
	if f.Afternoon != nil {
		r.Afternoon = *f.Afternoon
	}
	if f.Calling != nil {
		r.Calling = *f.Calling
	}
	r.Retry = maps.Clone(r.Retry)
	maps.Copy(r.Retry, f.Retry)
	r.Days, r.DayMost = cmp.Or(f.Days, r.Days), cmp.Or(f.DayMost, r.DayMost)
	r.RingSeconds, r.ConfirmMinutes = cmp.Or(f.RingSeconds, r.RingSeconds), cmp.Or(f.ConfirmMinutes, r.ConfirmMinutes)
	r.Country = cmp.Or(f.Country, r.Country)
	return r
}

// FollowUpsOf are the rules by which a company's callers are called back, and what they are asked.
func (p *Plan) FollowUpsOf(id CompanyID) (followup.Rules, followup.Questionnaire) {
	rules, questions := followup.Default(), followup.DefaultQuestions()
	i := slices.IndexFunc(p.Companies, func(co Company) bool { return co.ID == id })
	if i < 0 || p.Companies[i].FollowUps == nil {
		return rules, questions
	}
	f := p.Companies[i].FollowUps
	rules = f.with(rules)
	for _, k := range f.Kinds {
		rules.Kinds = append(slices.DeleteFunc(rules.Kinds, func(r followup.KindRule) bool { return r.Kind == k.Kind }), k)
	}
	if f.Questions != nil {
		questions = *f.Questions
	}
	return rules, questions
}

// What the regulations demand (requirements F1, F3, F8).
const (
	followUpDaysMost = 5
	// afternoonEnds is when the next afternoon is over at the latest.
	afternoonEnds = hours.Clock(18 * 60)
)

// checkFollowUps checks what is configured, and that it demands no less than the regulations.
func checkFollowUps(c *checker, at string, f *FollowUps) {
	if f == nil {
		return
	}
	var kinds []string
	for _, k := range sheet.Kinds() {
		kinds = append(kinds, string(k))
	}
	rules := f.with(followup.Default())
	rules.Kinds = f.Kinds
	c.Within(at, rules.Check(kinds))
	for i, k := range f.Kinds {
		c.Within(fmt.Sprintf("%s.kinds[%d]", at, i), checkFollowUpKind(k))
	}
	if rules.Days > followUpDaysMost {
		c.Fail(at+".days", "%d is not allowed: at most %d days after the work (F3)", rules.Days, followUpDaysMost)
	}
	if rules.Afternoon.To > afternoonEnds {
		c.Fail(at+".afternoon", "%s is not allowed: an afternoon that ends at %s or before (F1)", rules.Afternoon, afternoonEnds)
	}
	if f.Questions == nil {
		return
	}
	at += ".questions"
	c.Within(at, f.Questions.Check(kinds))
	content := func(q followup.Question) bool {
		return q.Means == followup.Satisfied && !q.Optional && len(q.Kinds) == 0
	}
	if !slices.ContainsFunc(f.Questions.Questions, content) {
		c.Fail(at+".questions", "none asks everybody how content he is (F8); allowed: with one that means %s, not optional, for all kinds", followup.Satisfied)
	}
}

// checkFollowUpKind checks that a kind's rule demands no less than the regulations (F1).
func checkFollowUpKind(k followup.KindRule) error {
	const all = 100
	var w place.Errors
	always := func(at string, percent int, what string) {
		if percent < all {
			w.Fail(at, "%d is not allowed: %s are called back, all of them (F1): %d", percent, what, all)
		}
	}
	switch k.Kind {
	case string(sheet.Complaint):
		always("percent", k.Percent, "complaints")
		if k.Traceable {
			w.Fail("traceable", "complaints are called back, all of them (F1); allowed: false")
		}
	case followup.KindEmergency:
		always("percent", k.Percent, "emergencies")
		if !k.NextAfternoon {
			w.Fail("next_afternoon", "emergencies are called back by the next afternoon (F1); allowed: true")
		}
	case string(sheet.Repair), string(sheet.Alteration):
		charged := k.Percent
		if k.Charged != nil {
			charged = *k.Charged
		}
		always("charged", charged, "those whose "+k.Kind+" was charged")
		if k.Traceable {
			w.Fail("traceable", "those whose %s was charged are called back, all of them (F1); allowed: false", k.Kind)
		}
	}
	if k.Charged != nil && *k.Charged < all && (k.Kind == string(sheet.Complaint) || k.Kind == followup.KindEmergency) {
		w.Fail("charged", "%d is not allowed: they are called back, all of them (F1)", *k.Charged)
	}
	return w.Err()
}
