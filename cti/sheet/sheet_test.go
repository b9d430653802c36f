package sheet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"sansheng/cti/place"
)

func newest(t testing.TB, kind Kind) *Form {
	t.Helper()
	f := Default().Newest(kind)
	if f == nil {
		t.Fatalf("no form of %s", kind)
	}
	return f
}

func TestDefault(t *testing.T) {
	forms := Default()
	if err := forms.Check(); err != nil {
		t.Fatal(err)
	}
	for _, kind := range Kinds() {
		if f := newest(t, kind); len(f.Fields) < 3 {
			t.Errorf("%s asks for %v only", kind, f.ids())
		}
	}
}

// TestComplete: what the regulations ask of a kind is asked for (requirement C5),
// whatever the form says.
func TestComplete(t *testing.T) {
	for _, kind := range []Kind{Emergency, Repair, Installation} {
		f := newest(t, kind)
		for i := range f.Fields {
			f.Fields[i].Need = Never
		}
		if err := f.Check(); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Fill(nil, false); err != nil {
			t.Errorf("an empty draft of %s: %v", kind, err)
		}
		_, err := f.Fill(nil, true)
		for _, id := range []string{Place, Telephone, Happened} {
			if !slices.Contains(places(err), id) {
				t.Errorf("%s without %s is final: %v", kind, id, err)
			}
		}
		if len(places(err)) != 3 {
			t.Errorf("%s asks for more: %v", kind, err)
		}
		values := Values{Place: "幸福路 12 号 3-402", Telephone: "13800138000", Happened: "smell of gas"}
		if _, err := f.Fill(values, true); err != nil {
			t.Errorf("a whole sheet of %s: %v", kind, err)
		}
		f.Fields = slices.DeleteFunc(f.Fields, func(o Field) bool { return o.ID == Place })
		if err := f.Check(); err == nil || !strings.Contains(err.Error(), `there is no field "place"`) {
			t.Errorf("a form of %s that does not ask where it is: %v", kind, err)
		}
	}
}

// places are those of joined errors.
func places(err error) []string {
	var all []string
	for _, e := range place.Split(err) {
		var p *place.Error
		if errors.As(e, &p) {
			all = append(all, p.Place)
		}
	}
	return all
}

// every has a field of each type.
func every() *Form {
	return &Form{Kind: Complaint, Version: 1, Name: Text{"全部", "All"}, Fields: []Field{
		{ID: "line", Type: Line, Label: Text{"行", "Line"}, Need: Always, Least: at(2), Most: at(5)},
		{ID: "long", Type: Long, Label: Text{"文", "Text"}, Need: Final},
		{ID: "number", Type: Number, Label: Text{"数", "Number"}, Least: at(10), Most: at(99.5), Decimals: 2},
		{ID: "count", Type: Number, Label: Text{"数", "Count"}},
		choice("choice", Text{"选", "Choice"}, Never, Option{"a", Text{"甲", "A"}}, Option{"b", Text{"乙", "B"}}),
		{ID: "choices", Type: Choices, Label: Text{"多选", "Choices"}, Least: at(2), Options: []Option{
			{"a", Text{"甲", "A"}}, {"b", Text{"乙", "B"}}, {"c", Text{"丙", "C"}},
		}},
		{ID: "date", Type: Date, Label: Text{"日期", "Date"}},
		{ID: "phone", Type: Phone, Label: Text{"电话", "Phone"}},
		{ID: "place", Type: Address, Label: Text{"地址", "Place"}},
		{ID: "yes", Type: YesNo, Label: Text{"是否", "Yes or no"}},
	}}
}

func TestFill(t *testing.T) {
	const wrong = "wrong"
	for _, c := range []struct {
		id   string
		in   any
		want any // nil: it says nothing; wrong: it is refused
		// draft is what a draft makes of it, where that is something else.
		draft any
	}{
		{"line", "  ab ", "ab", nil},
		{"line", "水表坏了啊", "水表坏了啊", nil},
		{"line", "abcdef", wrong, nil},
		{"line", "a", wrong, "a"},
		{"line", "a\nb", wrong, nil},
		{"line", "a\x00b", wrong, nil},
		{"line", "a\xffb", wrong, nil},
		{"line", "a\u202eb", wrong, nil}, // turns the direction of what follows
		{"line", 12.0, wrong, nil},
		{"long", "a\r\nb\rc\n", "a\nb\nc", nil},
		{"long", "a\tb", "a\tb", nil},
		{"long", "a\x1bb", wrong, nil},
		{"long", strings.Repeat("长", 4000), strings.Repeat("长", 4000), nil},
		{"long", strings.Repeat("长", 4001), wrong, nil},
		{"number", 12.5, json.Number("12.5"), nil},
		{"number", json.Number("012.50"), json.Number("12.5"), nil},
		{"number", json.Number("1.25e1"), json.Number("12.5"), nil},
		{"number", 12, json.Number("12"), nil},
		{"number", 12.345, wrong, nil},
		{"number", 99.51, wrong, nil},
		{"number", 1.0, wrong, json.Number("1")}, // 15 begins so
		{"number", -1.0, wrong, nil},
		{"number", math.NaN(), wrong, nil},
		{"number", math.Inf(1), wrong, nil},
		{"number", json.Number("0x10"), wrong, nil},
		{"number", "12", wrong, nil},
		{"count", json.Number("-0"), json.Number("0"), nil},
		{"count", 1e11, json.Number("100000000000"), nil},
		{"count", 1e12, wrong, nil},
		{"count", 1e300, wrong, nil},
		{"count", 0.5, wrong, nil},
		{"choice", "a", "a", nil},
		{"choice", "", nil, nil},
		{"choice", "A", wrong, nil},
		{"choices", []any{"c", "a", "c"}, []string{"a", "c"}, nil},
		{"choices", []any{"b"}, wrong, []string{"b"}},
		{"choices", []any{}, nil, nil},
		{"choices", []any{"d", "a"}, wrong, nil},
		{"choices", []any{1.0}, wrong, nil},
		{"choices", "a", wrong, nil},
		{"date", "2026-02-28", "2026-02-28", nil},
		{"date", "2026-02-30", wrong, nil},
		{"date", "0026-02-28", wrong, nil},
		{"phone", "+86 (138) 0013-8000", "+8613800138000", nil},
		{"phone", "１３８００１３８０００", "13800138000", nil},
		{"phone", "12", wrong, "12"},
		{"phone", "-", nil, nil},
		{"phone", "138;ext=1", wrong, nil},
		{"phone", "1+38", wrong, nil},
		{"place", "幸福路 12 号", "幸福路 12 号", nil},
		{"place", "\n", nil, nil},
		{"yes", false, false, nil},
		{"yes", "true", wrong, nil},
		{"yes", nil, nil, nil},
	} {
		if c.draft == nil {
			c.draft = c.want
		}
		for final, want := range map[bool]any{true: c.want, false: c.draft} {
			values := Values{"line": "ab", "long": "text", c.id: c.in}
			filled, err := every().Fill(values, final)
			if want == wrong {
				if got := places(err); !slices.Equal(got, []string{c.id}) {
					t.Errorf("%s %q, final %t: %v %v", c.id, c.in, final, filled, err)
				}
				continue
			}
			if err != nil || !reflect.DeepEqual(filled[c.id], want) {
				t.Errorf("%s %q, final %t: %#v, %v; want %#v", c.id, c.in, final, filled[c.id], err, want)
			}
		}
	}
}

func TestFillSays(t *testing.T) {
	for _, c := range []struct {
		values Values
		final  bool
		says   []string
	}{
		{nil, false, []string{"line: it is empty; allowed: 2 to 5 letters in one line"}},
		{Values{"line": "ab"}, false, nil},
		{Values{"line": "ab"}, true, []string{"long: it is empty; before the sheet is final it needs 1 to 4000 letters"}},
		{Values{"line": "ab", "zzz": "1"}, false, []string{`values: the form has no field "zzz"; allowed: line, long, number`}},
		{Values{"line": "ab", "choice": "c"}, false, []string{`choice: there is no "c"; allowed: a, b`}},
		{Values{"line": "ab", "phone": "secret"}, false, []string{"phone: it is not allowed: 3 to 20 digits"}},
		{Values{"line": "ab", "number": 100.0, "date": "x", "yes": 1.0}, false, []string{
			"number: it is not allowed: a number from 10 to 99.5 with up to 2 places", "date: it is not allowed: a date as in", "yes: it is not allowed: true or false",
		}},
	} {
		_, err := every().Fill(c.values, c.final)
		if got := len(place.Split(err)); got != len(c.says) {
			t.Errorf("%v: %v, want %q", c.values, err, c.says)
			continue
		}
		for i, e := range place.Split(err) {
			if !strings.Contains(e.Error(), c.says[i]) {
				t.Errorf("%v: %v, want %q", c.values, e, c.says[i])
			}
			if strings.Contains(e.Error(), "secret") {
				t.Errorf("an error repeats what was written: %v", e)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	if err := every().Check(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		change func(*Form)
		says   string
	}{
		{func(f *Form) { f.Kind = "party" }, `kind: "party" is unknown; allowed: [consultation`},
		{func(f *Form) { f.Version = 0 }, "version: 0 is not allowed"},
		{func(f *Form) { f.Name.Zh = " " }, "name.zh: it is empty"},
		{func(f *Form) { f.Fields = nil }, "fields: there are 0; allowed: 1 to 60"},
		{func(f *Form) { f.Fields = make([]Field, 61) }, "fields: there are 61"},
		{func(f *Form) { f.Fields[1].ID = "Line" }, `fields[1].id: "Line" is not allowed: a letter`},
		{func(f *Form) { f.Fields[1].ID = "line" }, `fields[1].id: "line" is there already`},
		{func(f *Form) { f.Fields[0].Type = "blob" }, `fields[0].type: "blob" is unknown; allowed: [text`},
		{func(f *Form) { f.Fields[8].Type = Line }, `fields[8].type: text is what "place" means in every form; allowed: [place]`},
		{func(f *Form) { f.Fields[0].Label.En = "" }, "fields[0].label.en: it is empty"},
		{func(f *Form) { f.Fields[0].Label.En = "a\nb" }, "fields[0].label.en: it is not one line"},
		{func(f *Form) { f.Fields[0].Label.En = strings.Repeat("x", 61) }, "fields[0].label.en: it is too long"},
		{func(f *Form) { f.Fields[0].Hint.En = "only one" }, "fields[0].hint.zh: it is empty"},
		{func(f *Form) { f.Fields[0].Need = "often" }, `fields[0].need: "often" is unknown; allowed: [final always]`},
		{func(f *Form) { f.Fields[0].Options = []Option{other()} }, "fields[0].options: a text has no use for them"},
		{func(f *Form) { f.Fields[4].Options = nil }, "fields[4].options: there are 0; allowed: 1 to 100"},
		{func(f *Form) { f.Fields[4].Options[1].ID = "a" }, `fields[4].options[1].id: "a" is there already`},
		{func(f *Form) { f.Fields[4].Options[1].Label.Zh = "" }, "fields[4].options[1].label.zh: it is empty"},
		{func(f *Form) { f.Fields[4].Least = at(1) }, "fields[4].min: a choice has no use for it"},
		{func(f *Form) { f.Fields[5].Most = at(4) }, "fields[5].max: 4 is not allowed: 1 to 3"},
		{func(f *Form) { f.Fields[0].Most = at(math.NaN()) }, "fields[0].max: NaN is not allowed"},
		{func(f *Form) { f.Fields[0].Most = at(2.5) }, "fields[0].max: 2.5 is not allowed: whole numbers"},
		{func(f *Form) { f.Fields[0].Least = at(6) }, "fields[0].min: 6 is above the most, which is 5"},
		{func(f *Form) { f.Fields[2].Most = at(1e15) }, "fields[2].max: 1e+15 is not allowed"},
		{func(f *Form) { f.Fields[2].Decimals = 7 }, "fields[2].decimals: 7 is not allowed: 0 to 6"},
		{func(f *Form) { f.Fields[0].Decimals = 1 }, "fields[0].decimals: a text has no use for it"},
	} {
		f := every()
		c.change(f)
		err := f.Check()
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want %q", err, c.says)
		}
		if len(places(err)) != len(place.Split(err)) {
			t.Errorf("%v names no place", err)
		}
	}
}

// TestVersions: a sheet keeps the form with which it was begun, new ones get the newest.
func TestVersions(t *testing.T) {
	forms := Default()
	second := *newest(t, Praise)
	second.Version, second.Fields = 2, slices.Clone(second.Fields)
	second.Fields[0].Need = Always
	forms = append(forms, second)
	if err := forms.Check(); err != nil {
		t.Fatal(err)
	}
	if f := forms.Newest(Praise); f.Version != 2 {
		t.Errorf("new sheets begin with version %d", f.Version)
	}
	old, err := forms.Version(Praise, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := old.Fill(nil, false); err != nil {
		t.Errorf("a sheet begun with the first version is asked what the second wants: %v", err)
	}
	if _, err := forms.Version(Praise, 3); err == nil || !strings.Contains(err.Error(), "there is no version 3; there are [1 2]") {
		t.Errorf("a version that there is not: %v", err)
	}
	for _, c := range []struct {
		change func(*Form)
		says   string
	}{
		{func(f *Form) { f.Version = 3 }, "forms[10].version: there is no version 2 of praise"},
		{func(f *Form) { f.Version = 1 }, "forms[10].version: 1 of praise is forms[7] already"},
		{func(f *Form) { f.Fields[0].Type = Line }, `forms[10].fields[0].type: "matter" was a long_text in version 1`},
		{func(f *Form) { f.Fields[0].ID = "" }, "forms[10].fields[0].id:"},
	} {
		changed := second
		changed.Fields = slices.Clone(second.Fields)
		c.change(&changed)
		err := append(Default(), changed).Check()
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want %q", err, c.says)
		}
	}
}

// TestDocuments: forms are the same after YAML and JSON.
func TestDocuments(t *testing.T) {
	forms := append(Default(), *every())
	text, err := yaml.Marshal(forms)
	if err != nil {
		t.Fatal(err)
	}
	var again Forms
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&again); err != nil || !reflect.DeepEqual(forms, again) {
		t.Errorf("YAML gives something else: %v\n%s", err, text)
	}
	text, err = json.Marshal(forms)
	if err != nil {
		t.Fatal(err)
	}
	again = nil
	if err := json.Unmarshal(text, &again); err != nil || !reflect.DeepEqual(forms, again) {
		t.Errorf("JSON gives something else: %v\n%s", err, text)
	}
}

// decoded is a sheet as it comes back from a database.
func decoded(t testing.TB, v Values) Values {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var again Values
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	return again
}

// agree holds what Fill promises of any values: what it returns it takes again unchanged,
// through JSON too, and what is taken for final is taken for a draft.
func agree(t testing.TB, f *Form, values Values) error {
	for _, final := range []bool{false, true} {
		filled, err := f.Fill(values, final)
		if err != nil {
			if len(places(err)) != len(place.Split(err)) {
				return fmt.Errorf("%w names no place", err)
			}
			continue
		}
		for _, again := range []Values{filled, decoded(t, filled)} {
			twice, err := f.Fill(again, final)
			if err != nil || !reflect.DeepEqual(filled, twice) {
				return fmt.Errorf("final %t: %#v and then %#v: %w", final, filled, twice, err)
			}
		}
		draft, err := f.Fill(values, false)
		if err != nil || !reflect.DeepEqual(filled, draft) {
			return fmt.Errorf("final %#v, and as a draft %#v: %w", filled, draft, err)
		}
		for _, field := range f.Fields {
			if final && f.Needs(field) != Never && filled[field.ID] == nil {
				return fmt.Errorf("it is final without %s", field.ID)
			}
		}
	}
	return nil
}

func TestFillAgrees(t *testing.T) {
	words := []string{"", " ", "a", "b", "c", "ab", "abcdef", "a\nb", "2026-03-02", "13800138000", "+", "１２３", "幸福路", "\x00"}
	value := rapid.OneOf(
		rapid.Map(rapid.SampledFrom(words), func(s string) any { return s }),
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.Float64(), func(x float64) any { return x }),
		rapid.Map(rapid.IntRange(-1000, 100000), func(n int) any { return float64(n) / 100 }),
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]any{"a", "b", "c", "d"}), 0, 4), func(l []any) any { return l }),
		rapid.Just[any](nil), rapid.Just[any](map[string]any{"a": 1.0}),
	)
	rapid.Check(t, func(r *rapid.T) {
		f := every()
		values := Values{}
		for _, id := range append(f.ids(), "zzz") {
			if rapid.IntRange(0, 3).Draw(r, id+" is filled in") > 0 && id != "zzz" {
				values[id] = value.Draw(r, id)
			}
		}
		if err := agree(t, f, values); err != nil {
			r.Fatal(err)
		}
	})
}

// FuzzForm: a document of an operator's is refused with a place, or sheets can be filled
// in by it; neither it nor a sheet breaks anything.
func FuzzForm(f *testing.F) {
	for _, form := range append(Default(), *every()) {
		text, err := yaml.Marshal(form)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, []byte(`{"place": "幸福路 12 号", "phone": "138", "happened": "x", "number": 12.50, "choices": ["b", "a"], "line": "ab"}`))
	}
	f.Add([]byte("kind: praise\nversion: 1\nfields: [{id: a, type: number, min: .nan, max: .inf}]"), []byte(`{"a": 1e999}`))
	f.Add([]byte("fields: [{id: a, options: [{}]}]"), []byte(`{"a": null, "b": []}`))
	f.Fuzz(func(t *testing.T, text, sheet []byte) {
		var form Form
		d := yaml.NewDecoder(bytes.NewReader(text))
		d.KnownFields(true)
		if err := d.Decode(&form); err != nil && !errors.Is(err, io.EOF) {
			return
		}
		if err := form.Check(); err != nil {
			if len(places(err)) != len(place.Split(err)) {
				t.Fatalf("%v names no place", err)
			}
			return
		}
		whole, err := json.Marshal(form)
		if err != nil {
			t.Fatalf("a form that passes cannot be kept: %v", err)
		}
		var again Form
		if err := json.Unmarshal(whole, &again); err != nil || again.Check() != nil {
			t.Fatalf("kept, it is another one: %v %v", err, again.Check())
		}
		var values Values
		if json.Unmarshal(sheet, &values) != nil {
			return
		}
		for _, v := range []Values{values, maps.Clone(values)} {
			if err := agree(t, &form, v); err != nil {
				t.Fatal(err)
			}
		}
	})
}
