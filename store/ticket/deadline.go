package ticket

import (
	"cmp"
	"fmt"
	"time"
)

// Deadline is when a ticket must be closed. What a department has done is not: somebody is to tell
// the caller.
type Deadline struct {
	// At is zero where there is none.
	At time.Time
	// WarnAt is when it is warned of.
	WarnAt time.Time
	// Promised tells that the caller was told this day (requirement E2).
	Promised bool
	// Warned and Overdue tell that this has been told of this deadline.
	Warned, Overdue bool
}

// Calendar is what a company's calendar says of working days.
type Calendar interface {
	// WorkingDays is the end of the n-th working day after a moment.
	WorkingDays(from time.Time, n int) time.Time
	// Zone is where the company's days begin and end.
	Zone() *time.Location
}

// everyDay is the calendar of a company that has none: each day of its zone is worked.
type everyDay struct{ zone *time.Location }

// EveryDay is the calendar of a company in a zone that has no other.
func EveryDay(zone *time.Location) Calendar { return everyDay{zone} }

func (everyDay) WorkingDays(from time.Time, n int) time.Time { return from.AddDate(0, 0, n) }

func (e everyDay) Zone() *time.Location { return e.zone }

// Hours of the clock, and days, of requirements E2 and E3.
const (
	morning         = 9 // an emergency is closed by then
	nightEnds       = 6 // what comes before is of the night that began the day before
	consultDays     = 1
	complaintDays   = 2
	otherDays       = 5
	resultDays      = 3               // after the work was done
	urgentWithin    = 3 * time.Minute // as who was cut off (A5)
	warnDivisor     = 4               // of the time that there is, the last quarter is warned of
	warnMost        = 24 * time.Hour
	promiseAhead    = 366 * 24 * time.Hour
	workedAgoLatest = 366 * 24 * time.Hour
)

// dueOf is the deadline of a kind of matter that came up at a moment:
//
//	consultation, callback, voicemail   one working day (E2)
//	complaint                           two working days (E2)
//	emergency                           nine in the next morning (E3): that in which the night ends
//	all others                          five working days
func dueOf(k Kind, from time.Time, c Calendar) time.Time {
	var due time.Time
	switch k {
	case Consultation, Callback, Voicemail:
		due = c.WorkingDays(from, consultDays)
	case Complaint:
		due = c.WorkingDays(from, complaintDays)
	case Emergency:
		at := from.In(c.Zone())
		y, m, d := at.Date()
		if at.Hour() < nightEnds {
			d--
		}
		due = time.Date(y, m, d+1, morning, 0, 0, 0, c.Zone())
	case Repair, Installation, Alteration, Suggestion, Praise:
		due = c.WorkingDays(from, otherDays)
	}
	if due.IsZero() { // a calendar by which nobody ever works
		return dueOf(k, from, everyDay{c.Zone()})
	}
	return stamp(due)
}

// stamp is a time as it is kept.
func stamp(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Millisecond)
}

// set gives a ticket another deadline at a moment. It is warned of when a quarter of the time
// is left, a day before it at the earliest; nothing has been told of it yet.
func (t *Ticket) set(due time.Time, promised bool, at time.Time) {
	if due.IsZero() || due.Equal(t.Due.At) && promised == t.Due.Promised {
		return
	}
	ahead := max(min(due.Sub(at)/warnDivisor, warnMost), 0)
	t.Due = Deadline{At: due, WarnAt: stamp(due.Add(-ahead)), Promised: promised}
}

// Dated: a ticket that a call opened by itself got the deadline of its kind. A draft has none
// until somebody says what it is about.
type Dated struct {
	Due time.Time `json:"due"`
	// Urgent: it came of an emergency call. Nobody has spoken to that caller, and he does not
	// wait for the next working day.
	Urgent bool `json:"urgent,omitempty"`
}

var dated = act[Dated]("dated")

// Verb implements Act.
func (*Dated) Verb() Verb { return dated }

func (a *Dated) check(t *Ticket, m Moment) error {
	if !t.Due.At.IsZero() || t.State != Open {
		return refuse("ticket %s needs no deadline", t.ID)
	}
	a.Due = dueOf(t.Kind, t.OpenedAt, m.Calendar)
	if a.Urgent {
		a.Due = stamp(t.OpenedAt.Add(urgentWithin))
	}
	return nil
}

func (a *Dated) apply(t *Ticket, at time.Time) {
	t.Matter.Important = t.Matter.Important || a.Urgent
	t.set(stamp(a.Due), false, at)
}

// Promised: the caller was told when he hears of it: an expected day (requirement E2), or that he
// is called back within some minutes (3 of requirement A5, 30 of A7).
type Promised struct {
	Due time.Time `json:"due,omitzero"`
	// Minutes is how long from now, in place of Due.
	Minutes int `json:"minutes,omitempty"`
	// Text is what he was told.
	Text string `json:"text"`
}

var promised = act[Promised]("promised")

// Verb implements Act.
func (*Promised) Verb() Verb { return promised }

func (a *Promised) check(t *Ticket, m Moment) error {
	if err := t.among("promised", unclosed...); err != nil {
		return err
	}
	if a.Minutes != 0 && !a.Due.IsZero() {
		return refuse("due and minutes are both given; allowed: one of the two")
	}
	if a.Minutes > 0 {
		a.Due, a.Text = m.Now.Add(time.Duration(a.Minutes)*time.Minute), cmp.Or(a.Text, fmt.Sprintf("called back within %d minutes", a.Minutes))
	}
	a.Due = stamp(a.Due)
	if !a.Due.After(m.Now) || a.Due.Sub(m.Now) > promiseAhead {
		return refuse("due is %s; allowed: a day that is to come, within a year", a.Due.Format(time.RFC3339))
	}
	return said("text, what the caller was told,", a.Text, textMost, true)
}

// apply opens a draft: the clock looks at no drafts, and a promise is to be told of.
func (a *Promised) apply(t *Ticket, at time.Time) {
	t.set(stamp(a.Due), true, at)
	if t.State == Draft {
		t.State = Open
	}
}

// Lapsed: a deadline is near, or over. Told once each of every deadline.
type Lapsed struct {
	// Due is the deadline that is told of.
	Due time.Time `json:"due"`
	// Over is false where it is only near.
	Over bool `json:"over"`
}

var lapsed = act[Lapsed]("lapsed")

// Verb implements Act.
func (*Lapsed) Verb() Verb { return lapsed }

func (a *Lapsed) check(t *Ticket, m Moment) error {
	a.Due = stamp(a.Due)
	switch {
	case t.State == Draft || t.State.Over():
		return refuse("ticket %s waits for nothing", t.ID)
	case !t.Due.At.Equal(a.Due):
		return refuse("the deadline of ticket %s is another one", t.ID)
	case a.Over && t.Due.Overdue || !a.Over && (t.Due.Warned || t.Due.Overdue):
		return refuse("this was told of ticket %s before", t.ID)
	case a.Over && m.Now.Before(a.Due):
		return refuse("the deadline of ticket %s is not over", t.ID)
	}
	return nil
}

func (a *Lapsed) apply(t *Ticket, _ time.Time) {
	t.Due.Warned = true
	t.Due.Overdue = t.Due.Overdue || a.Over
}
