package callback

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"sansheng/cti/hours"
	"sansheng/cti/place"
)

// Rules say who is called back, by when, and how it is tried. They are plain data; Check
// finds what is wrong with them.
type Rules struct {
	// Kinds are the rules of kinds of tickets, Others the percentage that is called back of
	// the kinds that are not among them.
	Kinds  []KindRule `yaml:"kinds" json:"kinds"`
	Others int        `yaml:"others" json:"others"`
	// Days is on which day of the calendar after the work the call is due (requirement F3).
	Days int `yaml:"days" json:"days"`
	// Afternoon is what "by the next afternoon" means.
	Afternoon hours.Hours `yaml:"afternoon" json:"afternoon"`
	// Calling are the hours of each day in which people are called.
	Calling hours.Hours `yaml:"calling" json:"calling"`
	// Retry is how many minutes after an attempt the next may be, by what came of it.
	Retry map[Reason]int `yaml:"retry" json:"retry"`
	// DayMost is how many attempts of a day count; after them the next day is waited for.
	DayMost int `yaml:"day_most" json:"day_most"`
	// RingSeconds is how long it must have rung before an agent may say that nobody answered.
	RingSeconds int `yaml:"ring_seconds" json:"ring_seconds"`
	// ConfirmMinutes is how long an agent has to say what came of an attempt.
	ConfirmMinutes int `yaml:"confirm_minutes" json:"confirm_minutes"`
	// Country is the calling code that numbers may have before them or not, as in 86.
	Country string `yaml:"country" json:"country"`
}

// KindRule is the rule of a kind of tickets.
type KindRule struct {
	Kind string `yaml:"kind" json:"kind"`
	// Percent of them are called back.
	Percent int `yaml:"percent" json:"percent"`
	// Charged is the percentage of those whose work has cost the caller something, where
	// that is another.
	Charged *int `yaml:"charged,omitempty" json:"charged,omitempty"`
	// NextAfternoon: by the next afternoon after the work, if that is earlier.
	NextAfternoon bool `yaml:"next_afternoon,omitempty" json:"next_afternoon,omitempty"`
	// Traceable: who cannot be traced is left out.
	Traceable bool `yaml:"traceable,omitempty" json:"traceable,omitempty"`
}

// KindEmergency is the kind whose tickets are emergencies again when they were not solved
// (requirement F6).
const KindEmergency = "emergency"

// Default are the rules that the regulations have (requirements F1, F3, F4), with a fifth
// of all other kinds.
func Default() Rules {
	all := 100
	return Rules{
		Kinds: []KindRule{
			{Kind: "complaint", Percent: 100},
			{Kind: KindEmergency, Percent: 100, NextAfternoon: true, Traceable: true},
			{Kind: "repair", Percent: 20, Charged: &all},
			{Kind: "alteration", Percent: 20, Charged: &all},
			// Who has been called already, which was all there was to do.
			{Kind: "callback", Percent: 0},
			{Kind: "voicemail", Percent: 0},
		},
		Others: 20, Days: 5,
		Afternoon: hours.Hours{From: 12 * 60, To: 18 * 60}, Calling: hours.Hours{From: 9 * 60, To: 20 * 60},
		Retry:   map[Reason]int{Busy: 15, NoAnswer: 120, Unreachable: 120, CallReminder: 240, NoSuchNumber: 24 * 60},
		DayMost: 3, RingSeconds: 25, ConfirmMinutes: 30, Country: "86",
	}
}

var countryForm = regexp.MustCompile(`^[1-9][0-9]{0,3}$`)

// Check returns everything that is wrong with the rules as joined *place.Error, each
// naming its place and what is allowed there. kinds are those that tickets have.
func (r *Rules) Check(kinds []string) error {
	var w place.Errors
	within := func(at string, n, least, most int) {
		if n < least || n > most {
			w.Fail(at, "%d is not allowed: %d to %d", n, least, most)
		}
	}
	seen := map[string]bool{}
	for i, k := range r.Kinds {
		at := fmt.Sprintf("kinds[%d]", i)
		switch {
		case !slices.Contains(kinds, k.Kind):
			w.Fail(at+".kind", "%q is unknown; allowed: %v", k.Kind, kinds)
		case seen[k.Kind]:
			w.Fail(at+".kind", "%s has a rule already; allowed: one for each kind", k.Kind)
		}
		seen[k.Kind] = true
		within(at+".percent", k.Percent, 0, 100)
		if k.Charged != nil {
			within(at+".charged", *k.Charged, 0, 100)
		}
	}
	within("others", r.Others, 0, 100)
	within("days", r.Days, 1, 60)
	checkHours(&w, "afternoon", r.Afternoon)
	checkHours(&w, "calling", r.Calling)
	for _, reason := range Reasons() {
		within("retry."+string(reason), r.Retry[reason], 1, 7*24*60)
	}
	for _, reason := range slices.Sorted(maps.Keys(r.Retry)) {
		if !slices.Contains(Reasons(), reason) {
			w.Fail("retry", "%q is no reason; allowed: %v", reason, Reasons())
		}
	}
	within("day_most", r.DayMost, 1, 10)
	within("ring_seconds", r.RingSeconds, 5, 120)
	within("confirm_minutes", r.ConfirmMinutes, 1, 24*60)
	if !countryForm.MatchString(r.Country) {
		w.Fail("country", "%q is not allowed: a calling code of 1 to 4 digits, as in 86", r.Country)
	}
	return w.Err()
}

func checkHours(w *place.Errors, at string, h hours.Hours) {
	if text := h.Wrong(); text != "" {
		w.Fail(at, "%s", text)
	} else if h.From >= h.To {
		w.Fail(at, "%s is not allowed: hours that end on the day on which they begin", h)
	}
}

// rule is that of a kind.
func (r *Rules) rule(kind string) KindRule {
	i := slices.IndexFunc(r.Kinds, func(k KindRule) bool { return k.Kind == kind })
	if i < 0 {
		return KindRule{Kind: kind, Percent: r.Others}
	}
	return r.Kinds[i]
}
