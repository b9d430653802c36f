package sheet

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"sansheng/cti/place"
)

var (
	idForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)
	idText = "a letter of a-z, then up to 31 of a-z 0-9 _"
)

// Bounds of forms.
const (
	fieldsMost   = 60
	optionsMost  = 100
	labelMost    = 60
	hintMost     = 200
	decimalsMost = 6
	// numberMost bounds numbers, so that each of their digits is kept.
	numberMost = 1e12 - 1
)

// bounds are what Least and Most are where a field does not say, and what they may be.
type bounds struct{ least, most, floor, ceiling float64 }

// bounded are the types that have bounds.
var bounded = map[Type]bounds{
	Line:    {1, 200, 1, 500},
	Long:    {1, 4000, 1, 10000},
	Number:  {-numberMost, numberMost, -numberMost, numberMost},
	Choices: {1, optionsMost, 1, optionsMost},
	Address: {2, 200, 1, 500},
}

// bounds are the field's least and most.
func (f Field) bounds() (least, most float64) {
	b := bounded[f.Type]
	least, most = b.least, b.most
	if f.Least != nil {
		least = *f.Least
	}
	if f.Most != nil {
		most = *f.Most
	}
	return least, most
}

// Check returns everything that is wrong with a form as joined *place.Error, each naming
// its place and what is allowed there; nil if sheets can be filled in.
func (f *Form) Check() error {
	var w place.Errors
	if !slices.Contains(Kinds(), f.Kind) {
		w.Fail("kind", "%q is unknown; allowed: %v", clip(string(f.Kind)), Kinds())
	}
	if f.Version < 1 {
		w.Fail("version", "%d is not allowed: versions count from 1", f.Version)
	}
	checkText(&w, "name", f.Name, labelMost)
	if len(f.Fields) == 0 || len(f.Fields) > fieldsMost {
		w.Fail("fields", "there are %d; allowed: 1 to %d", len(f.Fields), fieldsMost)
		return w.Err()
	}
	seen := map[string]bool{}
	for i, field := range f.Fields {
		at := fmt.Sprintf("fields[%d]", i)
		checkID(&w, at+".id", field.ID, seen)
		w.Within(at, field.check())
	}
	for _, id := range complete[f.Kind] {
		if !seen[id] {
			w.Fail("fields", "there is no field %q, of type %v, without which no %s may be closed", id, meanings[id], f.Kind)
		}
	}
	return w.Err()
}

// check finds what is wrong with a field beside its id.
func (f Field) check() error {
	var w place.Errors
	if !slices.Contains(Types(), f.Type) {
		w.Fail("type", "%q is unknown; allowed: %v", clip(string(f.Type)), Types())
		return w.Err()
	}
	if types, means := meanings[f.ID]; means && !slices.Contains(types, f.Type) {
		w.Fail("type", "%s is what %q means in every form; allowed: %v, or another id", f.Type, f.ID, types)
	}
	checkText(&w, "label", f.Label, labelMost)
	if f.Hint != (Text{}) {
		checkText(&w, "hint", f.Hint, hintMost)
	}
	if needs := []Need{Never, Final, Always}; !slices.Contains(needs, f.Need) {
		w.Fail("need", "%q is unknown; allowed: %v, or nothing", clip(string(f.Need)), needs[1:])
	}
	f.checkOptions(&w)
	f.checkBounds(&w)
	if f.Decimals != 0 && f.Type != Number {
		w.Fail("decimals", "a %s has no use for it; allowed: for a number", f.Type)
	} else if f.Decimals < 0 || f.Decimals > decimalsMost {
		w.Fail("decimals", "%d is not allowed: 0 to %d", f.Decimals, decimalsMost)
	}
	return w.Err()
}

func (f Field) checkOptions(w *place.Errors) {
	chosen := f.Type == Choice || f.Type == Choices
	switch n := len(f.Options); {
	case !chosen && n > 0:
		w.Fail("options", "a %s has no use for them; allowed: for a choice, or choices", f.Type)
		return
	case chosen && (n == 0 || n > optionsMost):
		w.Fail("options", "there are %d; allowed: 1 to %d", n, optionsMost)
		return
	}
	seen := map[string]bool{}
	for i, o := range f.Options {
		at := fmt.Sprintf("options[%d]", i)
		checkID(w, at+".id", o.ID, seen)
		checkText(w, at+".label", o.Label, labelMost)
	}
}

func (f Field) checkBounds(w *place.Errors) {
	b, ok := bounded[f.Type]
	if f.Type == Choices {
		b.ceiling = float64(len(f.Options))
	}
	sound := true
	for _, x := range []struct {
		at    string
		value *float64
	}{{"min", f.Least}, {"max", f.Most}} {
		switch {
		case x.value == nil:
			continue
		case !ok:
			w.Fail(x.at, "a %s has no use for it", f.Type)
		case math.IsNaN(*x.value) || *x.value < b.floor || *x.value > b.ceiling:
			w.Fail(x.at, "%v is not allowed: %v to %v", *x.value, b.floor, b.ceiling)
		case f.Type != Number && *x.value != math.Trunc(*x.value):
			w.Fail(x.at, "%v is not allowed: whole numbers", *x.value)
		default:
			continue
		}
		sound = false
	}
	if least, most := f.bounds(); ok && sound && least > most {
		w.Fail("min", "%v is above the most, which is %v", least, most)
	}
}

// checkID finds ids that are none, or that are there already.
func checkID(w *place.Errors, at, id string, seen map[string]bool) {
	switch {
	case !idForm.MatchString(id):
		w.Fail(at, "%q is not allowed: %s", clip(id), idText)
	case seen[id]:
		w.Fail(at, "%q is there already; allowed: an id of its own", id)
	}
	seen[id] = true
}

// checkText finds what cannot be shown to people.
func checkText(w *place.Errors, at string, t Text, most int) {
	for _, x := range []struct{ at, text string }{{at + ".zh", t.Zh}, {at + ".en", t.En}} {
		switch {
		case strings.TrimSpace(x.text) == "":
			w.Fail(x.at, "it is empty; allowed: 1 to %d letters", most)
		case utf8.RuneCountInString(x.text) > most:
			w.Fail(x.at, "it is too long; allowed: 1 to %d letters", most)
		case !plain(x.text, false):
			w.Fail(x.at, "it is not one line of text in UTF-8")
		}
	}
}

// Check returns everything that is wrong with a company's forms: with each, and with how
// they follow on each other. Their places are as in forms[3].fields[0].id.
func (fs Forms) Check() error {
	var w place.Errors
	type version struct {
		kind Kind
		n    int
	}
	where := map[version]int{}
	for i := range fs {
		f, at := &fs[i], fmt.Sprintf("forms[%d]", i)
		w.Within(at, f.Check())
		v := version{f.Kind, f.Version}
		if j, twice := where[v]; twice {
			w.Fail(at+".version", "%d of %s is forms[%d] already; allowed: the next one", f.Version, clip(string(f.Kind)), j)
			continue
		}
		where[v] = i
	}
	for i := range fs {
		f := &fs[i]
		if f.Version < 2 {
			continue
		}
		at := fmt.Sprintf("forms[%d]", i)
		j, there := where[version{f.Kind, f.Version - 1}]
		if !there {
			w.Fail(at+".version", "there is no version %d of %s; allowed: all of them from 1", f.Version-1, clip(string(f.Kind)))
			continue
		}
		w.Within(at, f.follows(&fs[j]))
	}
	return w.Err()
}

// follows finds ids that have changed their type since an earlier version.
func (f *Form) follows(earlier *Form) error {
	var w place.Errors
	for i, field := range f.Fields {
		if before := earlier.Field(field.ID); before != nil && before.Type != field.Type {
			w.Fail(fmt.Sprintf("fields[%d].type", i), "%q was a %s in version %d; allowed: that, or another id", field.ID, before.Type, earlier.Version)
		}
	}
	return w.Err()
}

// clip keeps what an error repeats short.
func clip(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
