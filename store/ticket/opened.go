package ticket

import (
	"slices"
	"time"
)

// Opened opens a ticket: by a call of its own accord, or by a person.
type Opened struct {
	Company string `json:"company"`
	Kind    Kind   `json:"kind"`
	State   State  `json:"state"`
	Owner   string `json:"owner,omitempty"`
	Call    string `json:"call"`
	Matter  Matter `json:"matter,omitzero"`
	// From is the ticket that it was split from.
	From ID        `json:"from,omitempty"`
	Due  time.Time `json:"due,omitzero"`
}

var opened = act[Opened]("opened")

// Verb implements Act.
func (*Opened) Verb() Verb { return opened }

func (a *Opened) check(_ *Ticket, m Moment) error {
	if a.State == "" {
		a.State = Open
	}
	switch {
	case !slices.Contains(kinds, a.Kind):
		return refuse("kind %q is unknown; allowed: %s", a.Kind, list(kinds))
	case a.State != Open && a.State != Draft:
		return refuse("a ticket is opened as %s or %s", Draft, Open)
	case a.Company == "":
		return refuse("company is needed")
	case a.Call == "":
		return refuse("call is needed: the one that it came from")
	}
	if a.State == Open {
		a.Due = dueOf(a.Kind, m.Now, m.Calendar)
	}
	return a.Matter.check(a.State == Open)
}

func (a *Opened) apply(t *Ticket, at time.Time) {
	t.Company, t.Kind, t.State, t.Owner, t.Matter, t.OpenedAt = a.Company, a.Kind, a.State, a.Owner, a.Matter, at
	t.Calls = []string{a.Call}
	t.set(stamp(a.Due), false, at)
}

// check refuses what is too long; where the matter is known it has a summary.
func (m Matter) check(known bool) error {
	if err := said("summary", m.Summary, lineMost, known); err != nil {
		return err
	}
	if err := said("place", m.Place, lineMost, false); err != nil {
		return err
	}
	return said("phone", m.Phone, lineMost, false)
}

// complete refuses a matter that lacks what its kind needs (requirement C5).
func (m Matter) complete(k Kind) error {
	needed := []struct{ name, text string }{{"summary", m.Summary}}
	if detailed(k) {
		needed = append(needed, struct{ name, text string }{"place", m.Place}, struct{ name, text string }{"phone", m.Phone})
	}
	for _, n := range needed {
		if n.text == "" {
			return refuse("a matter of kind %s needs its %s before it is closed", k, n.name)
		}
	}
	return nil
}

// Described says what a ticket is about.
type Described struct {
	Kind   Kind   `json:"kind"`
	Matter Matter `json:"matter"`
	// Due is the kind's own deadline, where the kind is another one or it had none.
	Due time.Time `json:"due,omitzero"`
}

var described = act[Described]("described")

// Verb implements Act.
func (*Described) Verb() Verb { return described }

func (a *Described) check(t *Ticket, m Moment) error {
	if err := t.among("described", unclosed...); err != nil {
		return err
	}
	a.Due = time.Time{}
	switch {
	case a.Kind == "":
		a.Kind = t.Kind
	case !slices.Contains(kinds, a.Kind):
		return refuse("kind %q is unknown; allowed: %s", a.Kind, list(kinds))
	}
	if t.Due.At.IsZero() || a.Kind != t.Kind && !t.Due.Promised {
		a.Due = dueOf(a.Kind, t.OpenedAt, m.Calendar)
	}
	return a.Matter.check(true)
}

func (a *Described) apply(t *Ticket, at time.Time) {
	charged := t.Matter.Charged
	t.Kind, t.Matter = a.Kind, a.Matter
	t.Matter.Charged = t.Matter.Charged || charged // as the department has said
	t.set(stamp(a.Due), false, at)
	if t.State == Draft {
		t.State = Open
	}
}

// Noted is progress, or whatever else is to be known of the matter.
type Noted struct {
	Text string `json:"text"`
	// Told is set where the caller was told it (requirement E2).
	Told bool `json:"told,omitempty"`
}

var noted = act[Noted]("noted")

// Verb implements Act.
func (*Noted) Verb() Verb { return noted }

// A closed ticket may be noted upon, too: what comes to light later belongs to it.
func (a *Noted) check(*Ticket, Moment) error { return said("text", a.Text, textMost, true) }

func (a *Noted) apply(*Ticket, time.Time) {}

// Identified: the caller is who he says he is; personal matters are discussed from then on only
// (requirement E5).
type Identified struct {
	// How is what he was asked, and never what he has answered.
	How string `json:"how"`
}

var identified = act[Identified]("identified")

// Verb implements Act.
func (*Identified) Verb() Verb { return identified }

func (a *Identified) check(*Ticket, Moment) error { return said("how", a.How, lineMost, true) }

func (a *Identified) apply(*Ticket, time.Time) {}

// Joined: another call is about the same matter.
type Joined struct {
	Call string `json:"call"`
}

var joined = act[Joined]("joined")

// Verb implements Act.
func (*Joined) Verb() Verb { return joined }

// callsMost bounds the calls of one matter.
const callsMost = 200

func (a *Joined) check(t *Ticket, _ Moment) error {
	switch {
	case a.Call == "":
		return refuse("call is needed")
	case slices.Contains(t.Calls, a.Call):
		return refuse("call %s belongs to ticket %s already", a.Call, t.ID)
	case len(t.Calls) >= callsMost:
		return refuse("ticket %s has %d calls; allowed: %d", t.ID, len(t.Calls), callsMost)
	}
	return nil
}

func (a *Joined) apply(t *Ticket, _ time.Time) { t.Calls = append(t.Calls, a.Call) }

// Attached: a file was put to the ticket. What is in it is kept elsewhere, by its hash.
type Attached struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

var attached = act[Attached]("attached")

// Verb implements Act.
func (*Attached) Verb() Verb { return attached }

func (a *Attached) check(*Ticket, Moment) error {
	if a.SHA256 == "" {
		return refuse("sha256 is needed: the file's")
	}
	return said("name", a.Name, lineMost, true)
}

func (a *Attached) apply(*Ticket, time.Time) {}
