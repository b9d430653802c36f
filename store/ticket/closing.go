package ticket

import (
	"slices"
	"time"
)

// ClosedWith: the matter is at its end.
type ClosedWith struct {
	// Result is what came of it; that of the department where it is empty.
	Result string `json:"result"`
	// Untraceable: the reporter of an emergency is nobody who could be called back
	// (requirement F1).
	Untraceable bool `json:"untraceable,omitempty"`
}

var closed = act[ClosedWith]("closed")

// Verb implements Act.
func (*ClosedWith) Verb() Verb { return closed }

func (a *ClosedWith) check(t *Ticket, _ Moment) error {
	if t.State == Forwarded {
		return refuse("ticket %s is with %s, which has not told its result; allowed: finish it, or give it back first", t.ID, t.Department)
	}
	if err := t.among("closed", Draft, Open, Done); err != nil {
		return err
	}
	if a.Result == "" {
		a.Result = t.Result
	}
	if err := said("result", a.Result, textMost, true); err != nil {
		return err
	}
	if t.Sheet.Version > 0 && t.Sheet.Final.IsZero() {
		return refuse("the sheet of ticket %s is a draft; allowed: finish it first", t.ID)
	}
	return t.Matter.complete(t.Kind)
}

func (a *ClosedWith) apply(t *Ticket, at time.Time) {
	t.State, t.Result, t.ClosedAt = Closed, a.Result, at
	if t.WorkedAt.IsZero() {
		t.WorkedAt = at
	}
}

// Reopened: it was not at its end.
type Reopened struct {
	Reason string    `json:"reason"`
	Due    time.Time `json:"due,omitzero"`
}

var reopened = act[Reopened]("reopened")

// Verb implements Act.
func (*Reopened) Verb() Verb { return reopened }

func (a *Reopened) check(t *Ticket, m Moment) error {
	if err := t.among("opened again", Closed, Done); err != nil {
		return err
	}
	a.Due = dueOf(t.Kind, m.Now, m.Calendar)
	return said("reason", a.Reason, textMost, true)
}

func (a *Reopened) apply(t *Ticket, at time.Time) {
	t.State, t.Department, t.Clerk = Open, "", ""
	t.ClosedAt, t.WorkedAt, t.Score = time.Time{}, time.Time{}, 0
	t.set(stamp(a.Due), false, at)
}

// MergedInto: it is the same matter as another ticket's, which goes on.
type MergedInto struct {
	Into   ID     `json:"into"`
	Reason string `json:"reason,omitempty"`
}

var merged = act[MergedInto]("merged")

// Verb implements Act.
func (*MergedInto) Verb() Verb { return merged }

func (a *MergedInto) check(t *Ticket, _ Moment) error {
	if err := t.among("merged", unclosed...); err != nil {
		return err
	}
	if a.Into == t.ID || a.Into == "" {
		return refuse("into is needed: another ticket")
	}
	return said("reason", a.Reason, textMost, false)
}

func (a *MergedInto) apply(t *Ticket, at time.Time) {
	t.State, t.Into, t.ClosedAt = Merged, a.Into, at
}

// Absorbed: another ticket was merged into this one, with its calls and what is owed for it.
type Absorbed struct {
	From  ID       `json:"from"`
	Calls []string `json:"calls"`
	// Kind, Due, Promised, Important and Charged are the other's.
	Kind      Kind      `json:"kind,omitempty"`
	Due       time.Time `json:"due,omitzero"`
	Promised  bool      `json:"promised,omitempty"`
	Important bool      `json:"important,omitempty"`
	Charged   bool      `json:"charged,omitempty"`
}

// AbsorbedOf is what merging a ticket brings to another.
func AbsorbedOf(t Ticket) *Absorbed {
	return &Absorbed{
		From: t.ID, Calls: t.Calls, Kind: t.Kind, Due: t.Due.At, Promised: t.Due.Promised, Important: t.Matter.Important, Charged: t.Matter.Charged,
	}
}

var absorbed = act[Absorbed]("absorbed")

// Verb implements Act.
func (*Absorbed) Verb() Verb { return absorbed }

func (a *Absorbed) check(t *Ticket, _ Moment) error {
	if err := t.among("merged with another", unclosed...); err != nil {
		return err
	}
	if a.Kind == Emergency && t.Kind != Emergency {
		return refuse("an emergency cannot be merged into a ticket of kind %s; allowed: into another emergency, or that one into it", t.Kind)
	}
	if len(t.Calls)+len(a.Calls) > callsMost {
		return refuse("ticket %s would have %d calls; allowed: %d", t.ID, len(t.Calls)+len(a.Calls), callsMost)
	}
	return nil
}

func (a *Absorbed) apply(t *Ticket, at time.Time) {
	t.Matter.Important, t.Matter.Charged = t.Matter.Important || a.Important, t.Matter.Charged || a.Charged
	if due := stamp(a.Due); !due.IsZero() {
		if t.Due.At.IsZero() || due.Before(t.Due.At) {
			t.set(due, a.Promised, at)
		}
		if t.State == Draft {
			t.State = Open // the clock looks at no drafts
		}
	}
	for _, c := range a.Calls {
		if !slices.Contains(t.Calls, c) {
			t.Calls = append(t.Calls, c)
		}
	}
}

// Rated is what the caller says of how his matter was handled (requirement F8).
type Rated struct {
	Score int    `json:"score"`
	Text  string `json:"text,omitempty"`
}

var rated = act[Rated]("rated")

// Verb implements Act.
func (*Rated) Verb() Verb { return rated }

// scoreMost is the best of all scores, 1 the worst.
const scoreMost = 5

func (a *Rated) check(t *Ticket, _ Moment) error {
	if err := t.among("rated", Done, Closed); err != nil {
		return err
	}
	if a.Score < 1 || a.Score > scoreMost {
		return refuse("score is %d; allowed: 1 to %d", a.Score, scoreMost)
	}
	return said("text", a.Text, textMost, false)
}

func (a *Rated) apply(t *Ticket, _ time.Time) { t.Score = a.Score }
