package ticket

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sansheng/cti/sheet"
)

// Verb names an act in the past tense: the fact is ticket.<verb>.
type Verb string

// Act is what somebody does to a ticket, and what its fact says of it.
type Act interface {
	Verb() Verb
	// check tells why it cannot be done to a ticket, as RefusedError, and completes what its
	// fact says with what follows from the moment.
	check(t *Ticket, m Moment) error
	// apply does it. It cannot fail: facts have happened.
	apply(t *Ticket, at time.Time)
}

// Moment is when somebody acts, with what the company's calendar says of time.
type Moment struct {
	Now      time.Time
	Calendar Calendar
	// Forms are the company's, for its sheets.
	Forms sheet.Forms
}

// Fact is an act that has happened.
type Fact struct {
	Ticket ID
	// N counts a ticket's facts from 1.
	N  int
	At time.Time
	// By is the number of the person, System for the store itself.
	By  string
	Act Act
}

// System stands for the hotline where no person acted.
const System = "system"

// ID is the fact's own: the same whenever it is made again.
func (f Fact) ID() string {
	if f.N == 1 {
		return "ticket.opened." + string(f.Ticket)
	}
	return fmt.Sprintf("ticket.%s.%d", f.Ticket, f.N)
}

// RefusedError says why something cannot be done to a ticket, and what can.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

func refuse(format string, args ...any) error { return &RefusedError{fmt.Sprintf(format, args...)} }

// Do makes the fact of an act, or tells why it cannot be done. The ticket stays as it is.
// The fact is not before the ticket's last, whatever the clock says.
func Do(t Ticket, by string, a Act, m Moment) (Fact, error) {
	if m.Now.Before(t.ChangedAt) {
		m.Now = t.ChangedAt
	}
	m.Now = m.Now.UTC().Truncate(time.Millisecond)
	if m.Calendar == nil {
		m.Calendar = everyDay{time.UTC}
	}
	if _, opens := a.(*Opened); opens != (t.Facts == 0) {
		return Fact{}, refuse("a ticket is opened once")
	}
	if by == "" {
		return Fact{}, refuse("who acts is needed")
	}
	if t.State == Merged {
		return Fact{}, refuse("ticket %s was merged; allowed: ticket %s", t.ID, t.Into)
	}
	if err := a.check(&t, m); err != nil {
		return Fact{}, err
	}
	return Fact{Ticket: t.ID, N: t.Facts + 1, At: m.Now, By: by, Act: a}, nil
}

// Apply makes the ticket after a fact of the one before it.
func Apply(t Ticket, f Fact) Ticket {
	t.Calls = slices.Clone(t.Calls)
	f.Act.apply(&t, f.At)
	t.Facts, t.ChangedAt = f.N, f.At
	return t
}

// acts makes an empty act of each verb.
var acts = map[Verb]func() Act{}

// act is a verb's entry in the table of acts.
func act[A any, P interface {
	*A
	Act
}](v Verb) Verb {
	acts[v] = func() Act { return P(new(A)) }
	return v
}

// Verbs lists all verbs in order.
func Verbs() []Verb { return slices.Sorted(maps.Keys(acts)) }

// Decode reads an act of a verb from the JSON of a fact, or of a person's order. Members
// that the act does not have are refused where strict is set: a person would not see that
// they are not kept.
func Decode(v Verb, data []byte, strict bool) (Act, error) {
	made, ok := acts[v]
	if !ok {
		return nil, refuse("there is no act %q; allowed: %s", v, list(Verbs()))
	}
	if strings.Contains(string(data), `\u0000`) {
		return nil, refuse("%s: a text has a character 0, which cannot be kept", v)
	}
	a := made()
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	if strict {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(a); err != nil {
		return nil, refuse("%s: %v", v, err)
	}
	return a, nil
}

func list[T ~string](names []T) string {
	s := make([]string, len(names))
	for i, n := range names {
		s[i] = string(n)
	}
	return strings.Join(s, ", ")
}

// among tells whether the ticket stands at one of some states, and refuses otherwise.
func (t *Ticket) among(what string, allowed ...State) error {
	if slices.Contains(allowed, t.State) {
		return nil
	}
	return refuse("a ticket that is %s cannot be %s; allowed: %s", t.State, what, list(allowed))
}

// unclosed are the states in which something is to be done.
var unclosed = []State{Draft, Open, Forwarded, Done}

// Bounds of what people write, in characters.
const (
	lineMost = 200
	textMost = 4000
)

// said refuses a text that is missing or too long.
func said(name, text string, most int, needed bool) error {
	switch n := len([]rune(text)); {
	case needed && strings.TrimSpace(text) == "":
		return refuse("%s is needed", name)
	case n > most:
		return refuse("%s has %d characters; allowed: %d", name, n, most)
	}
	return nil
}
