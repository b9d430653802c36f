package sheet

import (
	"fmt"
	"slices"
)

// Kind is what a matter is about (requirement E1).
type Kind string

// Kinds of matters.
const (
	Consultation Kind = "consultation"
	Complaint    Kind = "complaint"
	Repair       Kind = "repair"
	Emergency    Kind = "emergency"
	Installation Kind = "installation"
	Alteration   Kind = "alteration"
	Suggestion   Kind = "suggestion"
	Praise       Kind = "praise"
	Voicemail    Kind = "voicemail"
	Callback     Kind = "callback"
)

// Kinds are all kinds of matters, in the order in which they are shown.
func Kinds() []Kind {
	return []Kind{
		Consultation, Complaint, Repair, Emergency, Installation, Alteration, Suggestion, Praise, Voicemail, Callback,
	}
}

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

// Form is what is asked about matters of a kind.
type Form struct {
	Kind Kind `yaml:"kind" json:"kind"`
	// Version counts the forms of a kind from 1.
	Version int     `yaml:"version" json:"version"`
	Name    Text    `yaml:"name" json:"name"`
	Fields  []Field `yaml:"fields" json:"fields"`
}

// Field is one thing that is asked.
type Field struct {
	ID    string `yaml:"id" json:"id"`
	Type  Type   `yaml:"type" json:"type"`
	Label Text   `yaml:"label" json:"label"`
	// Hint is said beside it.
	Hint Text `yaml:"hint,omitempty" json:"hint,omitzero"`
	// Need is when it must be filled in; Form.Needs adds what the kind asks for.
	Need Need `yaml:"need,omitempty" json:"need,omitempty"`
	// Personal: it tells who somebody is, and is masked as numbers and names are. Phones
	// and places always do.
	Personal bool `yaml:"personal,omitempty" json:"personal,omitempty"`
	// Options are those of a choice.
	Options []Option `yaml:"options,omitempty" json:"options,omitempty"`
	// Least and Most bound how many letters a text has, how large a number is, how many
	// options are chosen of several. Where they are nil the type's own bounds hold.
	Least *float64 `yaml:"min,omitempty" json:"min,omitempty"`
	Most  *float64 `yaml:"max,omitempty" json:"max,omitempty"`
	// Decimals are the places that a number may have behind the point.
	Decimals int `yaml:"decimals,omitempty" json:"decimals,omitempty"`
}

// Option is what may be chosen.
type Option struct {
	ID    string `yaml:"id" json:"id"`
	Label Text   `yaml:"label" json:"label"`
}

// Type is what a field takes.
type Type string

// Types, with what their values are in JSON.
const (
	Line    Type = "text"      // a string without line breaks
	Long    Type = "long_text" // a string
	Number  Type = "number"    // a number
	Choice  Type = "choice"    // an option's id
	Choices Type = "choices"   // a list of options' ids
	Date    Type = "date"      // a string as in 2026-10-01
	Phone   Type = "phone"     // a string of digits
	Address Type = "place"     // a string: where it is, as people say it
	YesNo   Type = "yes_no"    // true or false
)

// Types are all types, in the order in which they are shown.
func Types() []Type {
	return []Type{Line, Long, Number, Choice, Choices, Date, Phone, Address, YesNo}
}

// Need is when a field must be filled in.
type Need string

// Needs.
const (
	Never Need = ""
	// Final: before the sheet is final.
	Final Need = "final"
	// Always: in a draft, too.
	Always Need = "always"
)

// Ids that mean the same in every form.
const (
	// Place is where the matter is, by which callbacks go together (F5); Telephone the
	// number at which the caller can be reached about it; Happened what has happened.
	Place     = "place"
	Telephone = "phone"
	Happened  = "happened"
	// Charged: the work costs the caller something, so that he is called back (F1).
	Charged = "charged"
	// Traceable: who has reported an emergency can be called back (F1).
	Traceable = "traceable"
)

// meanings are the types that these ids may have.
var meanings = map[string][]Type{
	Place: {Address}, Telephone: {Phone}, Happened: {Long, Line}, Charged: {YesNo}, Traceable: {YesNo},
}

// complete are the fields without which sheets of some kinds are not final (requirement C5).
var complete = map[Kind][]string{
	Emergency:    {Place, Telephone, Happened},
	Repair:       {Place, Telephone, Happened},
	Installation: {Place, Telephone, Happened},
}

// Needs tells when a field must be filled in, by what it says itself and by the kind.
func (f *Form) Needs(field Field) Need {
	if field.Need == Never && slices.Contains(complete[f.Kind], field.ID) {
		return Final
	}
	return field.Need
}

// Hidden tells whether what the field says is masked for those without the right to it.
func (f Field) Hidden() bool { return f.Personal || f.Type == Phone || f.Type == Address }

// Field is the one with an id; nil where there is none.
func (f *Form) Field(id string) *Field {
	i := slices.IndexFunc(f.Fields, func(o Field) bool { return o.ID == id })
	if i < 0 {
		return nil
	}
	return &f.Fields[i]
}

// ids are those of the fields.
func (f *Form) ids() []string {
	ids := make([]string, len(f.Fields))
	for i, o := range f.Fields {
		ids[i] = o.ID
	}
	return ids
}

// Forms are all versions of a company's forms.
type Forms []Form

// Newest is the form with which a sheet of a kind begins; nil where there is none.
func (fs Forms) Newest(kind Kind) *Form {
	var newest *Form
	for i := range fs {
		if f := &fs[i]; f.Kind == kind && (newest == nil || f.Version > newest.Version) {
			newest = f
		}
	}
	return newest
}

// Version is the form with which a sheet was begun; the error names what there is.
func (fs Forms) Version(kind Kind, version int) (*Form, error) {
	var there []int
	for i := range fs {
		if fs[i].Kind != kind {
			continue
		}
		if fs[i].Version == version {
			return &fs[i], nil
		}
		there = append(there, fs[i].Version)
	}
	return nil, fmt.Errorf("find form of %s: there is no version %d; there are %v", kind, version, there)
}
