package schema_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"sansheng/cti"
	"sansheng/cti/bus/schema"
)

// node is as much of a JSON Schema as is used.
type node struct {
	Ref         string          `json:"$ref"`
	Type        string          `json:"type"`
	Format      string          `json:"format"`
	Description string          `json:"description"`
	Const       any             `json:"const"`
	Properties  map[string]node `json:"properties"`
	Required    []string        `json:"required"`
	Items       *node           `json:"items"`
	AllOf       []struct {
		If, Then node
	} `json:"allOf"`
	Defs map[string]node `json:"$defs"`
}

func document(t *testing.T) node {
	t.Helper()
	var doc node
	if err := json.Unmarshal(schema.Fact, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// kinds reads which definition each kind's data has.
func (n node) kinds() map[cti.Kind]string {
	m := map[cti.Kind]string{}
	for _, c := range n.AllOf {
		kind, _ := c.If.Properties["kind"].Const.(string)
		m[cti.Kind(kind)] = strings.TrimPrefix(c.Then.Properties["data"].Ref, "#/$defs/")
	}
	return m
}

var (
	timeType   = reflect.TypeFor[time.Time]()
	millisType = reflect.TypeFor[cti.Millis]()
	dataType   = reflect.TypeFor[cti.Data]()
)

// compare tells every difference between a Go type and its schema.
func compare(where string, t reflect.Type, n node) (diff []string) {
	say := func(format string, v ...any) { diff = append(diff, where+": "+fmt.Sprintf(format, v...)) }
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	want := map[reflect.Kind]string{reflect.String: "string", reflect.Bool: "boolean", reflect.Slice: "array",
		reflect.Struct: "object", reflect.Int: "integer", reflect.Int64: "integer", reflect.Uint64: "integer",
		reflect.Interface: "object"}[t.Kind()]
	if t == timeType {
		want = "string"
	}
	if n.Type != want && n.Const == nil {
		say("type is %q, Go's %s needs %q", n.Type, t, want)
	}
	switch {
	case t == timeType:
		if n.Format != "date-time" {
			say("format is %q, not date-time", n.Format)
		}
	case t == millisType:
		if !strings.Contains(n.Description, "milliseconds") {
			say("the description does not name the unit")
		}
	case t == dataType:
	case t.Kind() == reflect.Slice:
		if n.Items == nil {
			say("items are missing")
		} else {
			diff = append(diff, compare(where+"[]", t.Elem(), *n.Items)...)
		}
	case t.Kind() == reflect.Struct:
		diff = append(diff, compareStruct(where, t, n)...)
	}
	return diff
}

func compareStruct(where string, t reflect.Type, n node) (diff []string) {
	var required []string
	left := maps.Clone(n.Properties)
	for f := range t.Fields() {
		if !f.IsExported() {
			continue
		}
		name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		p, ok := left[name]
		if !ok {
			diff = append(diff, fmt.Sprintf("%s: field %s (%s) is not in the schema", where, name, f.Name))
			continue
		}
		delete(left, name)
		if len(p.Description) < 5 {
			diff = append(diff, fmt.Sprintf("%s: field %s has no meaning", where, name))
		}
		if !strings.Contains(opts, "omit") {
			required = append(required, name)
		}
		diff = append(diff, compare(where+"."+name, f.Type, p)...)
	}
	for name := range left {
		diff = append(diff, fmt.Sprintf("%s: field %s is not in Go", where, name))
	}
	got := slices.Sorted(slices.Values(n.Required))
	if slices.Sort(required); !slices.Equal(got, required) {
		diff = append(diff, fmt.Sprintf("%s: required are %v, in Go %v", where, got, required))
	}
	return diff
}

// TestSchemaIsTheTypes: every kind and every field is written down, and nothing
// that is not there.
func TestSchemaIsTheTypes(t *testing.T) {
	t.Parallel()
	doc := document(t)
	if v := doc.Properties["v"].Const; v != float64(cti.SchemaVersion) {
		t.Errorf("schema is of version %v, the facts of %d", v, cti.SchemaVersion)
	}
	for _, d := range compare("fact", reflect.TypeFor[cti.Fact](), doc) {
		t.Error(d)
	}
	kinds := doc.kinds()
	used := map[string]bool{}
	for _, k := range cti.Kinds() {
		def, ok := doc.Defs[kinds[k]]
		if !ok {
			t.Errorf("kind %s is not in the schema", k)
			continue
		}
		used[kinds[k]] = true
		typ := reflect.TypeOf(cti.NewData(k)).Elem()
		if typ.Name() != kinds[k] {
			t.Errorf("kind %s: schema says %s, Go %s", k, kinds[k], typ.Name())
		}
		for _, d := range compare(string(k), typ, def) {
			t.Error(d)
		}
		delete(kinds, k)
	}
	for k := range kinds {
		t.Errorf("kind %s is not in Go", k)
	}
	for name := range doc.Defs {
		if !used[name] {
			t.Errorf("definition %s is used by no kind", name)
		}
	}
}

// TestChangesAreSeen: the comparison finds what it is for.
func TestChangesAreSeen(t *testing.T) {
	t.Parallel()
	type queued struct {
		Queue    string     `json:"queue"`
		Priority string     `json:"priority"`
		Ahead    int        `json:"ahead,omitempty"`
		New      cti.Millis `json:"new_ms"`
	}
	diff := strings.Join(compare("q", reflect.TypeFor[queued](), document(t).Defs["Queued"]), "\n")
	for _, want := range []string{"q: field new_ms (New) is not in the schema", `q.priority: type is "integer"`, "q: required are"} {
		if !strings.Contains(diff, want) {
			t.Errorf("not seen: %s; only\n%s", want, diff)
		}
	}
}

// fill sets every field to something that is not zero.
func fill(v reflect.Value, n node) {
	switch {
	case v.Type() == timeType:
		v.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)))
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				fill(v.Field(i), n.Properties[name])
			}
		}
	case v.Kind() == reflect.Slice:
		if n.Items == nil {
			return // the other test says so
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), *n.Items)
		}
	case v.Kind() == reflect.String:
		v.SetString("x")
	case v.CanInt():
		v.SetInt(7)
	case v.CanUint():
		v.SetUint(7)
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	}
}

// enums replaces the samples' strings by allowed ones.
func enums(doc any, value any) any {
	n, ok := doc.(map[string]any)
	if !ok {
		return value
	}
	if list, ok := n["enum"].([]any); ok {
		return list[0]
	}
	props, _ := n["properties"].(map[string]any)
	if m, ok := value.(map[string]any); ok {
		for k := range m {
			m[k] = enums(props[k], m[k])
		}
	}
	return value
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.Fact))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("urn:sansheng:fact:1", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("urn:sansheng:fact:1")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSamples: a fact of every kind, full and as empty as it may be, is valid;
// one with a wrong field is not.
func TestSamples(t *testing.T) {
	t.Parallel()
	s, doc := compiled(t), document(t)
	var raw map[string]any
	if err := json.Unmarshal(schema.Fact, &raw); err != nil {
		t.Fatal(err)
	}
	for _, k := range cti.Kinds() {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			def := doc.kinds()[k]
			f := cti.Fact{Version: cti.SchemaVersion, ID: "e1-1", Seq: 1, Engine: "e1", At: time.Now(), Kind: k, Company: "demo", Call: "c", Agent: "1001", Data: cti.NewData(k)}
			fill(reflect.ValueOf(f.Data).Elem(), doc.Defs[def])
			b, err := json.Marshal(f)
			if err != nil {
				t.Fatal(err)
			}
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			m := v.(map[string]any)
			data := enums(raw["$defs"].(map[string]any)[def], m["data"]).(map[string]any)
			if err := s.Validate(v); err != nil {
				t.Fatalf("%s\n%v", b, err)
			}
			if len(data) != len(doc.Defs[def].Properties) {
				t.Errorf("the full sample has %d fields of %d", len(data), len(doc.Defs[def].Properties))
			}
			for _, name := range doc.Defs[def].Required {
				was := data[name]
				data[name] = []any{map[string]any{}}
				if s.Validate(v) == nil {
					t.Errorf("nonsense in %s is valid", name)
				}
				delete(data, name)
				if s.Validate(v) == nil {
					t.Errorf("without %s it is valid", name)
				}
				data[name] = was
			}
		})
	}
}

// TestVerbs: the schema names each verb that may be ordered, and no other.
func TestVerbs(t *testing.T) {
	t.Parallel()
	var raw struct {
		Defs map[string]struct {
			Properties map[string]struct{ Enum []cti.Verb }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(schema.Fact, &raw); err != nil {
		t.Fatal(err)
	}
	if got := raw.Defs["OrderedData"].Properties["verb"].Enum; !slices.Equal(got, cti.Verbs()) {
		t.Errorf("the schema has %v, orders are %v", got, cti.Verbs())
	}
}
