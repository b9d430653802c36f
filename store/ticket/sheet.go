package ticket

import (
	"cmp"
	"maps"
	"time"

	"sansheng/cti/sheet"
)

// Sheet is the record sheet of a matter (客服电话记录单, requirement C2).
type Sheet struct {
	// Kind and Version are those of its form; Version is 0 where nothing was filled in.
	Kind    Kind
	Version int
	Said    sheet.Values
	// Final is when it was closed: it is only amended from then on, Amended times.
	Final   time.Time
	Amended int
}

// Filled: the record sheet was filled in. A draft may be, as often as somebody writes on it.
type Filled struct {
	// Kind is that of the matter, by which the form is chosen.
	Kind    Kind         `json:"kind"`
	Version int          `json:"version"`
	Said    sheet.Values `json:"said"`
	// Final closes the sheet.
	Final bool `json:"final,omitempty"`
	// Due is the kind's own deadline, where the kind is another one or it had none.
	Due time.Time `json:"due,omitzero"`
}

var filled = act[Filled]("filled")

// Verb implements Act.
func (*Filled) Verb() Verb { return filled }

func (a *Filled) check(t *Ticket, m Moment) error {
	if err := t.among("filled in", unclosed...); err != nil {
		return err
	}
	if !t.Sheet.Final.IsZero() {
		return refuse("the sheet of ticket %s is final; allowed: an amendment, with its reason", t.ID)
	}
	a.Kind = cmp.Or(a.Kind, t.Kind)
	version := 0
	if a.Kind == t.Sheet.Kind {
		version = t.Sheet.Version // that with which it was begun
	}
	var err error
	if a.Version, a.Said, err = fill(m, a.Kind, version, a.Said, a.Final); err != nil {
		return err
	}
	a.Due = time.Time{}
	if t.Due.At.IsZero() || a.Kind != t.Kind && !t.Due.Promised {
		a.Due = dueOf(a.Kind, t.OpenedAt, m.Calendar)
	}
	return nil
}

// fill reads what was filled in by a version of a kind's form, the newest for 0.
func fill(m Moment, k Kind, version int, said sheet.Values, final bool) (int, sheet.Values, error) {
	f := m.Forms.Newest(k)
	if version > 0 {
		var err error
		if f, err = m.Forms.Version(k, version); err != nil {
			return 0, nil, &RefusedError{err.Error()}
		}
	}
	if f == nil {
		return 0, nil, refuse("there is no form of kind %s; allowed: %s", k, list(kinds))
	}
	values, err := f.Fill(said, final)
	if err != nil {
		return 0, nil, &RefusedError{err.Error()}
	}
	return f.Version, values, nil
}

func (a *Filled) apply(t *Ticket, at time.Time) {
	t.Kind = a.Kind
	t.Sheet = Sheet{Kind: a.Kind, Version: a.Version, Said: maps.Clone(a.Said)}
	t.Matter.read(a.Said)
	t.set(stamp(a.Due), false, at)
	if t.State == Draft {
		t.State = Open
	}
	if a.Final {
		t.Sheet.Final = at
	}
}

// summaryOf are the fields that say what a matter is about.
var summaryOf = []string{"matter", sheet.Happened}

// read takes from a sheet what lists and deadlines go by. Charged work stays so, whoever has said
// it: the department may know more than who writes the sheet.
func (m *Matter) read(said sheet.Values) {
	text := func(id string) string { s, _ := said[id].(string); return s }
	for _, id := range summaryOf {
		if s := []rune(text(id)); len(s) > 0 {
			m.Summary = string(s[:min(len(s), lineMost)])
		}
	}
	m.Place, m.Phone = cmp.Or(text(sheet.Place), m.Place), cmp.Or(text(sheet.Telephone), m.Phone)
	if charged, ok := said[sheet.Charged].(bool); ok {
		m.Charged = m.Charged || charged
	}
}

// Amended: a final sheet is to be read otherwise. Both ways are kept.
type Amended struct {
	Version int          `json:"version"`
	Said    sheet.Values `json:"said"`
	Reason  string       `json:"reason"`
}

var amended = act[Amended]("amended")

// Verb implements Act.
func (*Amended) Verb() Verb { return amended }

func (a *Amended) check(t *Ticket, m Moment) error {
	if t.Sheet.Final.IsZero() {
		return refuse("the sheet of ticket %s is no final one; allowed: filling it in", t.ID)
	}
	if err := said("reason", a.Reason, textMost, true); err != nil {
		return err
	}
	var err error
	a.Version, a.Said, err = fill(m, t.Sheet.Kind, t.Sheet.Version, a.Said, true)
	return err
}

func (a *Amended) apply(t *Ticket, _ time.Time) {
	t.Sheet.Said = maps.Clone(a.Said)
	t.Sheet.Amended++
	t.Matter.read(a.Said)
}
