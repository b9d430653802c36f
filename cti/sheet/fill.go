package sheet

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"sansheng/cti/hours"
	"sansheng/cti/place"
)

// Values are what a sheet says, by the ids of its fields: string, bool, []string and
// json.Number as Fill returns them, whatever JSON gives when they come in. A field that
// says nothing is not among them.
type Values map[string]any

// Fill takes what was filled in: it returns all of it in one form, or everything that is
// wrong as joined *place.Error whose places are the fields' ids. A draft, which is not
// final, may be unfinished.
func (f *Form) Fill(values Values, final bool) (Values, error) {
	var w place.Errors
	for _, id := range slices.Sorted(maps.Keys(values)) {
		if f.Field(id) == nil {
			w.Fail("values", "the form has no field %q; allowed: %s", clip(id), strings.Join(f.ids(), ", "))
		}
	}
	filled := Values{}
	for _, field := range f.Fields {
		v, err := field.read(values[field.ID], final)
		need := f.Needs(field)
		switch {
		case err != nil:
			w.Fail(field.ID, "%v", err)
		case v != nil:
			filled[field.ID] = v
		case need == Always:
			w.Fail(field.ID, "it is empty; allowed: %s", field.allowed())
		case need == Final && final:
			w.Fail(field.ID, "it is empty; before the sheet is final it needs %s", field.allowed())
		}
	}
	if err := w.Err(); err != nil {
		return nil, err
	}
	return filled, nil
}

// read reads a value in the field's own form; nil where it says nothing. In a draft it
// may be unfinished.
func (f Field) read(v any, final bool) (any, error) {
	if v == nil {
		return nil, nil
	}
	refused := fmt.Errorf("it is not allowed: %s", f.allowed())
	switch f.Type {
	case YesNo:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, refused
	case Number:
		n, ok := f.number(v)
		if !ok {
			return nil, refused
		}
		return f.within(n, final)
	case Choices:
		return f.several(v, final)
	}
	s, ok := v.(string)
	if !ok || !utf8.ValidString(s) {
		return nil, refused
	}
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, nil
	}
	switch f.Type {
	case Choice:
		if !f.has(s) {
			return nil, fmt.Errorf("there is no %q; allowed: %s", clip(s), f.options())
		}
		return s, nil
	case Date:
		var d hours.Date
		if d.UnmarshalText([]byte(s)) != nil || d.Year < yearLeast || d.Year > yearMost {
			return nil, refused
		}
		return d.String(), nil
	case Phone:
		s = digits(s)
		if s == "" {
			return nil, nil
		}
		if whole := phoneForm.MatchString(s); !whole && final || !phoneBegun.MatchString(s) {
			return nil, refused
		}
		return s, nil
	}
	if f.Type == Long {
		s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	}
	least, most := f.bounds()
	n := utf8.RuneCountInString(s)
	if !plain(s, f.Type == Long) || n > int(most) || n < int(least) && final {
		return nil, refused
	}
	return s, nil
}

// yearLeast and yearMost are what a date that people write may mean.
const yearLeast, yearMost = 1900, 2199

var (
	numberForm = regexp.MustCompile(`^-?[0-9]{1,12}([.][0-9]{1,6})?$`)
	phoneForm  = regexp.MustCompile(`^[+]?[0-9]{3,20}$`)
	phoneBegun = regexp.MustCompile(`^[+]?[0-9]{0,20}$`)
)

// digitsMost is how many digits of a number every reader of JSON keeps.
const digitsMost = 15

// number reads a number as short as it can be written.
func (f Field) number(v any) (json.Number, bool) {
	var s string
	switch n := v.(type) {
	case json.Number:
		s = n.String()
		if x, err := strconv.ParseFloat(s, 64); err == nil && strings.ContainsAny(s, "eE") {
			s = strconv.FormatFloat(x, 'f', -1, 64)
		}
	case float64:
		s = strconv.FormatFloat(n, 'f', -1, 64)
	case int:
		s = strconv.Itoa(n)
	default:
		return "", false
	}
	if !numberForm.MatchString(s) {
		return "", false
	}
	minus := strings.HasPrefix(s, "-")
	whole, part, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	whole, part = strings.TrimLeft(whole, "0"), strings.TrimRight(part, "0")
	if len(part) > f.Decimals || len(whole)+len(part) > digitsMost {
		return "", false
	}
	if whole == "" {
		whole = "0"
	}
	if part != "" {
		whole += "." + part
	}
	if minus && whole != "0" {
		whole = "-" + whole
	}
	return json.Number(whole), true
}

// within holds a number against its bounds. In a draft it may be too small, for more
// digits may follow.
func (f Field) within(n json.Number, final bool) (any, error) {
	x, err := n.Float64()
	least, most := f.bounds()
	if err != nil || x > most || x < least && (final || x < 0) {
		return nil, fmt.Errorf("it is not allowed: %s", f.allowed())
	}
	return n, nil
}

// several reads options that are chosen, in the form's order.
func (f Field) several(v any, final bool) (any, error) {
	var given []string
	switch list := v.(type) {
	case []string:
		given = list
	case []any:
		for _, e := range list {
			s, ok := e.(string)
			if !ok {
				return nil, fmt.Errorf("it is not allowed: %s", f.allowed())
			}
			given = append(given, s)
		}
	default:
		return nil, fmt.Errorf("it is not allowed: %s", f.allowed())
	}
	for _, s := range given {
		if !f.has(s) {
			return nil, fmt.Errorf("there is no %q; allowed: %s", clip(s), f.options())
		}
	}
	var chosen []string
	for _, o := range f.Options {
		if slices.Contains(given, o.ID) {
			chosen = append(chosen, o.ID)
		}
	}
	least, most := f.bounds()
	switch n := len(chosen); {
	case n == 0:
		return nil, nil
	case n > int(most), n < int(least) && final:
		return nil, fmt.Errorf("%d are chosen; allowed: %s", n, f.allowed())
	}
	return chosen, nil
}

func (f Field) has(option string) bool {
	return slices.ContainsFunc(f.Options, func(o Option) bool { return o.ID == option })
}

func (f Field) options() string {
	ids := make([]string, len(f.Options))
	for i, o := range f.Options {
		ids[i] = o.ID
	}
	return strings.Join(ids, ", ")
}

// allowed says what the field takes.
func (f Field) allowed() string {
	least, most := f.bounds()
	span := bound(least) + " to " + bound(most)
	switch f.Type {
	case Line, Address:
		return span + " letters in one line"
	case Long:
		return span + " letters"
	case Number:
		if f.Decimals == 0 {
			return "a whole number from " + span
		}
		return fmt.Sprintf("a number from %s with up to %d places behind the point", span, f.Decimals)
	case Choice:
		return "one of " + f.options()
	case Choices:
		return bound(least) + " to " + bound(min(most, float64(len(f.Options)))) + " of " + f.options()
	case Date:
		return fmt.Sprintf("a date as in 2026-10-01, from %d to %d", yearLeast, yearMost)
	case Phone:
		return "3 to 20 digits, with + before them where it has its country's"
	}
	return "true or false"
}

func bound(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// plain tells whether a text can be stored and shown: UTF-8 without control characters,
// and without those that turn the direction of what follows. Long texts have lines.
func plain(s string, long bool) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		if r == '\n' || r == '\t' {
			return !long
		}
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
	})
}

// digits are those of a telephone number as people write it, in either width, with blanks
// and dashes.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return '0' + r - '０'
		case r == '＋':
			return '+'
		case strings.ContainsRune(" -()（）－—\u00a0\u3000", r):
			return -1
		}
		return r
	}, s)
}
