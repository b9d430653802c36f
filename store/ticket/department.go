package ticket

import "time"

// ForwardedTo: a department is to do the work (requirement E3). Whoever was responsible
// stays so (requirement D3).
type ForwardedTo struct {
	Department string `json:"department"`
	Reason     string `json:"reason"`
	// WorkAt is the day for which the work is planned: its result is due three days after
	// (requirement E3). Where no day is planned, the ticket's own deadline holds.
	WorkAt time.Time `json:"work_at,omitzero"`
	Due    time.Time `json:"due,omitzero"`
}

var forwarded = act[ForwardedTo]("forwarded")

// Verb implements Act.
func (*ForwardedTo) Verb() Verb { return forwarded }

func (a *ForwardedTo) check(t *Ticket, m Moment) error {
	if err := t.among("forwarded", Open, Forwarded, Done); err != nil {
		return err
	}
	a.WorkAt, a.Due = stamp(a.WorkAt), time.Time{}
	switch {
	case t.State == Forwarded && t.Department == a.Department:
		return refuse("ticket %s is with %s already", t.ID, a.Department)
	case !a.WorkAt.IsZero() && (a.WorkAt.Before(m.Now) || a.WorkAt.Sub(m.Now) > promiseAhead):
		return refuse("work_at is %s; allowed: a day that is to come, within a year", a.WorkAt.Format(time.RFC3339))
	}
	if !a.WorkAt.IsZero() && !t.Due.Promised {
		a.Due = stamp(a.WorkAt.In(m.Calendar.Zone()).AddDate(0, 0, resultDays))
	}
	if err := said("department", a.Department, lineMost, true); err != nil {
		return err
	}
	return said("reason", a.Reason, textMost, true)
}

func (a *ForwardedTo) apply(t *Ticket, at time.Time) {
	t.State, t.Department, t.Clerk = Forwarded, a.Department, ""
	t.set(stamp(a.Due), false, at)
}

// Taken: somebody of the department works on it.
type Taken struct {
	Clerk string `json:"clerk"`
}

var taken = act[Taken]("taken")

// Verb implements Act.
func (*Taken) Verb() Verb { return taken }

func (a *Taken) check(t *Ticket, _ Moment) error {
	if t.Clerk != "" && t.Clerk == a.Clerk {
		return refuse("ticket %s is %s's already", t.ID, a.Clerk)
	}
	if err := t.among("taken", Forwarded); err != nil {
		return err
	}
	return said("clerk", a.Clerk, lineMost, true)
}

func (a *Taken) apply(t *Ticket, _ time.Time) { t.Clerk = a.Clerk }

// Finished: the department's work is done, and this came of it.
type Finished struct {
	Result string `json:"result"`
	// WorkedAt is when the work was done; the moment itself where it is not said.
	WorkedAt time.Time `json:"worked_at,omitzero"`
	// Charged work is called back about always (requirement F1).
	Charged bool `json:"charged,omitempty"`
}

var finished = act[Finished]("finished")

// Verb implements Act.
func (*Finished) Verb() Verb { return finished }

func (a *Finished) check(t *Ticket, m Moment) error {
	if err := t.among("finished", Forwarded); err != nil {
		return err
	}
	if a.WorkedAt = stamp(a.WorkedAt); a.WorkedAt.IsZero() {
		a.WorkedAt = m.Now
	}
	if a.WorkedAt.After(m.Now) || m.Now.Sub(a.WorkedAt) > workedAgoLatest {
		return refuse("worked_at is %s; allowed: what has been, within a year", a.WorkedAt.Format(time.RFC3339))
	}
	return said("result", a.Result, textMost, true)
}

func (a *Finished) apply(t *Ticket, _ time.Time) {
	t.State, t.Result, t.WorkedAt = Done, a.Result, a.WorkedAt
	t.Matter.Charged = t.Matter.Charged || a.Charged
}

// GivenBack: the department has it no more; it is not theirs, or they need to know more.
type GivenBack struct {
	Reason string `json:"reason"`
}

var givenBack = act[GivenBack]("given_back")

// Verb implements Act.
func (*GivenBack) Verb() Verb { return givenBack }

func (a *GivenBack) check(t *Ticket, _ Moment) error {
	if err := t.among("given back", Forwarded, Done); err != nil {
		return err
	}
	return said("reason", a.Reason, textMost, true)
}

func (a *GivenBack) apply(t *Ticket, _ time.Time) {
	t.State, t.Department, t.Clerk = Open, "", ""
}

// Entrusted: somebody else is responsible from now on; a leader's act, for requirement D3
// leaves it with who answered.
type Entrusted struct {
	Owner  string `json:"owner"`
	Reason string `json:"reason"`
}

var entrusted = act[Entrusted]("entrusted")

// Verb implements Act.
func (*Entrusted) Verb() Verb { return entrusted }

func (a *Entrusted) check(t *Ticket, _ Moment) error {
	if err := t.among("entrusted to somebody", unclosed...); err != nil {
		return err
	}
	if err := said("owner", a.Owner, lineMost, true); err != nil {
		return err
	}
	return said("reason", a.Reason, textMost, true)
}

func (a *Entrusted) apply(t *Ticket, _ time.Time) { t.Owner = a.Owner }

// Urged: whoever has it is asked to hurry (requirement E4).
type Urged struct {
	Text string `json:"text"`
}

var urged = act[Urged]("urged")

// Verb implements Act.
func (*Urged) Verb() Verb { return urged }

func (a *Urged) check(t *Ticket, _ Moment) error {
	if err := t.among("urged", unclosed...); err != nil {
		return err
	}
	return said("text", a.Text, textMost, false)
}

func (a *Urged) apply(*Ticket, time.Time) {}

// Levels to which a ticket is escalated, step by step: the shift leader, the department's
// head, the company.
const levelMost = 3

// Escalated: the next one above is to see to it (requirement E4).
type Escalated struct {
	// Level is to which; the next one where it is 0.
	Level  int    `json:"level"`
	Reason string `json:"reason"`
	// Skipped tells that steps were left out, which only an emergency may do and which is
	// reported.
	Skipped bool `json:"skipped,omitempty"`
}

var escalated = act[Escalated]("escalated")

// Verb implements Act.
func (*Escalated) Verb() Verb { return escalated }

func (a *Escalated) check(t *Ticket, _ Moment) error {
	if err := t.among("escalated", unclosed...); err != nil {
		return err
	}
	if a.Level == 0 {
		a.Level = t.Level + 1
	}
	a.Skipped = a.Level > t.Level+1
	switch {
	case a.Level <= t.Level:
		return refuse("ticket %s is at level %d; allowed: one above", t.ID, t.Level)
	case a.Level > levelMost:
		return refuse("there is nobody above level %d", levelMost)
	case a.Skipped && t.Kind != Emergency:
		return refuse("only an emergency may leave out steps; allowed: level %d", t.Level+1)
	}
	return said("reason", a.Reason, textMost, true)
}

func (a *Escalated) apply(t *Ticket, _ time.Time) { t.Level = a.Level }
