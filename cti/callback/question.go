package callback

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sansheng/cti/place"
)

// Text is what people read, in each language.
type Text struct {
	Zh string `yaml:"zh" json:"zh"`
	En string `yaml:"en" json:"en"`
}

// In is the text in a language, zh or en; English where it is another.
func (t Text) In(language string) string {
	if language == "zh" {
		return t.Zh
	}
	return t.En
}

// Questionnaire is what a caller is asked when he is called back, in the company's words.
type Questionnaire struct {
	// Version is kept with what was answered.
	Version int `yaml:"version" json:"version"`
	// Opening and Closing are what the agent says before and after.
	Opening   Text       `yaml:"opening" json:"opening"`
	Questions []Question `yaml:"questions" json:"questions"`
	Closing   Text       `yaml:"closing" json:"closing"`
}

// Question is one of them.
type Question struct {
	ID   string `yaml:"id" json:"id"`
	Type Type   `yaml:"type" json:"type"`
	Ask  Text   `yaml:"ask" json:"ask"`
	// Each: it is asked of each ticket that the call is about, or of each of these kinds.
	// Otherwise it is asked once.
	Each  bool     `yaml:"each,omitempty" json:"each,omitempty"`
	Kinds []string `yaml:"kinds,omitempty" json:"kinds,omitempty"`
	// Optional: it may go without an answer.
	Optional bool `yaml:"optional,omitempty" json:"optional,omitempty"`
	// Least and Most are the ends of a scale, Low up to where the caller is not content.
	Least int `yaml:"min,omitempty" json:"min,omitempty"`
	Most  int `yaml:"max,omitempty" json:"max,omitempty"`
	Low   int `yaml:"low,omitempty" json:"low,omitempty"`
	// Means is what the answer leads to.
	Means Meaning `yaml:"means,omitempty" json:"means,omitempty"`
}

// Type is how a question is answered.
type Type string

// Types.
const (
	Scale Type = "scale" // a whole number
	YesNo Type = "yes_no"
	Words Type = "text"
)

// Meaning is what an answer leads to.
type Meaning string

// Meanings.
const (
	// Solved: a no leaves the matter open (requirement F6).
	Solved Meaning = "solved"
	// Satisfied: a no, or a low number, goes to the leader (requirement F7).
	Satisfied Meaning = "satisfied"
)

// Bounds of questionnaires.
const (
	questionsMost = 30
	askMost       = 200
	wordsMost     = 2000
	scaleMost     = 100
)

var idForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// Check returns everything that is wrong with a questionnaire as joined *place.Error, each
// naming its place and what is allowed there. kinds are those that tickets have.
func (q *Questionnaire) Check(kinds []string) error {
	var w place.Errors
	if q.Version < 1 {
		w.Fail("version", "%d is not allowed: versions count from 1", q.Version)
	}
	checkText(&w, "opening", q.Opening)
	checkText(&w, "closing", q.Closing)
	if n := len(q.Questions); n == 0 || n > questionsMost {
		w.Fail("questions", "there are %d; allowed: 1 to %d", n, questionsMost)
		return w.Err()
	}
	seen := map[string]bool{}
	for i, x := range q.Questions {
		at := fmt.Sprintf("questions[%d]", i)
		switch {
		case !idForm.MatchString(x.ID):
			w.Fail(at+".id", "%q is not allowed: a letter of a-z, then up to 31 of a-z 0-9 _", x.ID)
		case seen[x.ID]:
			w.Fail(at+".id", "%q is there already; allowed: an id of its own", x.ID)
		}
		seen[x.ID] = true
		checkText(&w, at+".ask", x.Ask)
		w.Within(at, x.check(kinds))
	}
	solved := func(x Question) bool {
		return x.Means == Solved && x.Each && !x.Optional && (len(x.Kinds) == 0 || slices.Contains(x.Kinds, KindEmergency))
	}
	if !slices.ContainsFunc(q.Questions, solved) {
		w.Fail("questions", "none asks of each emergency whether it is solved; allowed: with a yes_no that means %s, each, not optional", Solved)
	}
	return w.Err()
}

// check finds what is wrong with a question beside its id and its words.
func (x Question) check(kinds []string) error {
	var w place.Errors
	types := []Type{Scale, YesNo, Words}
	scale := x.Type == Scale
	if !slices.Contains(types, x.Type) {
		w.Fail("type", "%q is unknown; allowed: %v", x.Type, types)
		return w.Err()
	}
	switch {
	case !scale && (x.Least != 0 || x.Most != 0 || x.Low != 0):
		w.Fail("min", "a %s has no use for min, max and low; allowed: for a scale", x.Type)
	case scale && (x.Least < 0 || x.Most <= x.Least || x.Most > scaleMost):
		w.Fail("max", "%d to %d is no scale; allowed: from 0 or more up to %d at most", x.Least, x.Most, scaleMost)
	case scale && x.Means == Satisfied && (x.Low < x.Least || x.Low >= x.Most):
		w.Fail("low", "%d is not allowed: %d to %d", x.Low, x.Least, x.Most-1)
	case scale && x.Means == "" && x.Low != 0:
		w.Fail("low", "it is for a scale that means %s", Satisfied)
	}
	switch {
	case x.Means == "":
	case x.Means == Solved && (x.Type != YesNo || !x.Each):
		w.Fail("means", "%s is what a yes_no says that is asked of each ticket", Solved)
	case x.Means == Satisfied && x.Type == Words:
		w.Fail("means", "words cannot mean %s; allowed: a scale, a yes_no", Satisfied)
	case x.Means != Solved && x.Means != Satisfied:
		w.Fail("means", "%q is unknown; allowed: %s, %s, or nothing", x.Means, Solved, Satisfied)
	}
	if len(x.Kinds) > 0 && !x.Each {
		w.Fail("kinds", "they are for questions that are asked of each ticket")
	}
	for j, k := range x.Kinds {
		if !slices.Contains(kinds, k) {
			w.Fail(fmt.Sprintf("kinds[%d]", j), "%q is unknown; allowed: %v", k, kinds)
		}
	}
	return w.Err()
}

func checkText(w *place.Errors, at string, t Text) {
	for _, x := range []struct{ at, text string }{{at + ".zh", t.Zh}, {at + ".en", t.En}} {
		if strings.TrimSpace(x.text) == "" || utf8.RuneCountInString(x.text) > askMost || !shown(x.text, false) {
			w.Fail(x.at, "it is not one line of 1 to %d letters", askMost)
		}
	}
}

// shown tells whether a text can be stored and shown: UTF-8 without control characters, and
// without those that turn the direction of what follows.
func shown(s string, lines bool) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return (r != '\n' || !lines) && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	})
}

// Answered is the answer to a question: one of the three values, by its type.
type Answered struct {
	Question string `json:"question"`
	// Ticket is the one of which it was asked; empty where it was asked once.
	Ticket string `json:"ticket,omitempty"`
	Number *int   `json:"number,omitempty"`
	Yes    *bool  `json:"yes,omitempty"`
	Words  string `json:"text,omitempty"`
}

// Outcome is what a caller has said.
type Outcome struct {
	// Version is the questionnaire's.
	Version int `json:"version"`
	// Declined: he did not want to be asked.
	Declined bool       `json:"declined,omitempty"`
	Answers  []Answered `json:"answers,omitempty"`
	// Unsolved and Dissatisfied are the tickets of which he has said so.
	Unsolved     []string `json:"unsolved,omitempty"`
	Dissatisfied []string `json:"dissatisfied,omitempty"`
}

// Asked is a question as it is to be asked in a call: of a ticket, or once.
type Asked struct {
	Question Question `json:"question"`
	Ticket   string   `json:"ticket,omitempty"`
}

// For are the questions of a call about tickets, in order.
func (q *Questionnaire) For(tickets []Owed) []Asked {
	var all []Asked
	for _, x := range q.Questions {
		if !x.Each {
			all = append(all, Asked{x, ""})
			continue
		}
		for _, w := range tickets {
			if len(x.Kinds) == 0 || slices.Contains(x.Kinds, w.Kind) {
				all = append(all, Asked{x, w.Ticket})
			}
		}
	}
	return all
}

// at is where an answer is, for people.
func (a Asked) at() string {
	if a.Ticket == "" {
		return a.Question.ID
	}
	return a.Question.ID + "[" + a.Ticket + "]"
}

// Fill makes the outcome of what was answered in a call about tickets: all answers in the
// order of the questions. The error has everything that is wrong as joined *place.Error,
// whose places are as in solved[ticket].
func (q *Questionnaire) Fill(tickets []Owed, answers []Answered) (Outcome, error) {
	var w place.Errors
	out := Outcome{Version: q.Version}
	asked := q.For(tickets)
	given := map[int]Answered{}
	for i, a := range answers {
		j := slices.IndexFunc(asked, func(x Asked) bool { return x.Question.ID == a.Question && x.Ticket == a.Ticket })
		_, twice := given[j]
		switch {
		case j < 0:
			w.Fail(fmt.Sprintf("answers[%d]", i), "%q is not asked of ticket %q; allowed: %s", a.Question, a.Ticket, places(asked))
		case twice:
			w.Fail(fmt.Sprintf("answers[%d]", i), "%s is answered already; allowed: once", asked[j].at())
		default:
			given[j] = a
		}
	}
	for j, x := range asked {
		a, there := given[j]
		a, says, text := x.Question.read(a)
		switch {
		case there && text != "":
			w.Fail(x.at(), "it is not allowed: %s", text)
		case says:
			out.Answers = append(out.Answers, a)
			out.draw(x, a, tickets)
		case !x.Question.Optional:
			w.Fail(x.at(), "it is not answered; allowed: %s", x.Question.allowed())
		}
	}
	return out, w.Err()
}

func places(asked []Asked) string {
	all := make([]string, len(asked))
	for i, x := range asked {
		all[i] = x.at()
	}
	return strings.Join(all, ", ")
}

// read is an answer in the question's own form, and whether it says anything; a text says
// what is allowed where it is wrong.
func (x Question) read(a Answered) (read Answered, says bool, text string) {
	a.Words = strings.TrimSpace(strings.ReplaceAll(a.Words, "\r\n", "\n"))
	number, yes, words := a.Number != nil, a.Yes != nil, a.Words != ""
	switch x.Type {
	case Scale:
		says = number && !yes && !words && *a.Number >= x.Least && *a.Number <= x.Most
	case YesNo:
		says = yes && !number && !words
	case Words:
		says = words && !number && !yes && utf8.RuneCountInString(a.Words) <= wordsMost && shown(a.Words, true)
	}
	if !says && (number || yes || words) {
		return a, false, x.allowed()
	}
	return a, says, ""
}

// allowed says how a question is answered.
func (x Question) allowed() string {
	switch x.Type {
	case Scale:
		return fmt.Sprintf("a whole number from %d to %d", x.Least, x.Most)
	case YesNo:
		return "yes or no"
	}
	return fmt.Sprintf("up to %d letters", wordsMost)
}

// draw draws the consequence of an answer.
func (out *Outcome) draw(x Asked, a Answered, tickets []Owed) {
	no := a.Yes != nil && !*a.Yes
	switch {
	case x.Question.Means == Solved && no:
		out.Unsolved = once(out.Unsolved, x.Ticket)
	case x.Question.Means != Satisfied || !no && (a.Number == nil || *a.Number > x.Question.Low):
	case x.Question.Each:
		out.Dissatisfied = once(out.Dissatisfied, x.Ticket)
	default: // asked of all together
		for _, w := range tickets {
			out.Dissatisfied = once(out.Dissatisfied, w.Ticket)
		}
	}
}

func once(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// DefaultQuestions are those with which a company begins.
func DefaultQuestions() Questionnaire {
	return Questionnaire{
		Version: 1,
		Opening: Text{"您好，这里是客服中心，想就您近期反映的事项做个回访，现在方便吗？", "Good day, this is customer service. May we ask you about the matter you called us for?"},
		Questions: []Question{
			{ID: "solved", Type: YesNo, Each: true, Means: Solved, Ask: Text{"您反映的问题解决了吗？", "Has your matter been solved?"}},
			{ID: "in_time", Type: YesNo, Each: true, Optional: true, Ask: Text{"我们的人员是否按约定时间到达或答复？", "Did we come, or answer, when we said we would?"}},
			{
				ID: "fee_explained", Type: YesNo, Each: true, Optional: true, Kinds: []string{"repair", "alteration"},
				Ask: Text{"收费前是否向您说明了收费标准？", "Were the fees explained to you beforehand?"},
			},
			{ID: "satisfied", Type: Scale, Each: true, Means: Satisfied, Least: 1, Most: 5, Low: 2, Ask: Text{"您对处理结果满意吗？5 分为非常满意，1 分为非常不满意", "How content are you with the result, from 5 for very to 1 for not at all?"}},
			{ID: "attitude", Type: Scale, Means: Satisfied, Least: 1, Most: 5, Low: 2, Ask: Text{"您对服务态度满意吗？5 分为非常满意，1 分为非常不满意", "How content are you with how you were treated, from 5 for very to 1 for not at all?"}},
			{ID: "remark", Type: Words, Optional: true, Ask: Text{"您还有其他意见或建议吗？", "Is there anything else that you would like to tell us?"}},
		},
		Closing: Text{"感谢您的配合，再见。", "Thank you for your time. Good-bye."},
	}
}
