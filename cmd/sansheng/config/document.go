package config

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"sansheng/cti/place"
)

// document is a parsed file that knows the line of every place in it.
type document struct {
	file  string
	lines map[string]int // by place, as in hotline.lines[2].queue
	errs  []error
}

// decode reads YAML into v, strictly.
func decode(file string, text []byte, v any) (*document, error) {
	d := &document{file: file, lines: map[string]int{}}
	var root, more yaml.Node
	in := yaml.NewDecoder(bytes.NewReader(text))
	if err := in.Decode(&root); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	switch err := in.Decode(&more); {
	case err == nil:
		return nil, fmt.Errorf("%s:%d: a second document begins; allowed: one", file, more.Line)
	case !errors.Is(err, io.EOF):
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for _, body := range root.Content {
		d.walk("", body, reflect.TypeOf(v).Elem())
	}
	if err := errors.Join(d.errs...); err != nil {
		return nil, err
	}
	if len(root.Content) == 0 {
		return d, nil
	}
	if err := root.Decode(v); err != nil {
		return nil, d.refused(err)
	}
	return d, nil
}

// refused adds file and place to what the decoder did not take, where it says the line.
func (d *document) refused(err error) error {
	var refused *yaml.TypeError
	if !errors.As(err, &refused) {
		return fmt.Errorf("%s: %w", d.file, err)
	}
	var out []error
	for _, text := range refused.Errors {
		var line int
		if _, err := fmt.Sscanf(text, "line %d:", &line); err == nil {
			_, text, _ = strings.Cut(text, ": ")
		}
		out = append(out, fmt.Errorf("%s:%d: %s: %s", d.file, line, d.at(line), text))
	}
	return errors.Join(out...)
}

// at is the innermost place on a line.
func (d *document) at(line int) string {
	at := "the document"
	for _, place := range slices.Sorted(maps.Keys(d.lines)) {
		if d.lines[place] == line {
			at = place // what is within it comes behind it
		}
	}
	return at
}

// locate adds file and line to errors that know their place.
func (d *document) locate(err error) error {
	var out []error
	for _, e := range place.Split(err) {
		var p *place.Error
		if errors.As(e, &p) {
			e = fmt.Errorf("%s:%d: %w", d.file, d.line(p.Place), e)
		}
		out = append(out, e)
	}
	return errors.Join(out...)
}

// line is the line of a place, or of the nearest place around it.
func (d *document) line(place string) int {
	for place != "" {
		if n, ok := d.lines[place]; ok {
			return n
		}
		place = place[:max(strings.LastIndexAny(place, ".["), 0)]
	}
	return 1
}

func (d *document) fail(n *yaml.Node, place, format string, args ...any) {
	d.errs = append(d.errs, fmt.Errorf("%s:%d: %s: %s", d.file, n.Line, place, fmt.Sprintf(format, args...)))
}

// walk compares a node with the type it is meant for.
func (d *document) walk(place string, n *yaml.Node, t reflect.Type) {
	if place != "" {
		d.lines[place] = n.Line
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case n.Kind == yaml.AliasNode:
		d.fail(n, place, "aliases are not allowed: write the value out")
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		d.walkText(place, n, t)
	case t.Kind() == reflect.Struct:
		d.walkStruct(place, n, t)
	case t.Kind() == reflect.Slice:
		d.walkSlice(place, n, t)
	case t.Kind() == reflect.Map:
		d.walkMap(place, n, t)
	default:
		d.walkScalar(place, n, t)
	}
}

func (d *document) walkText(place string, n *yaml.Node, t reflect.Type) {
	if n.Kind != yaml.ScalarNode {
		d.fail(n, place, "a %s is no single value", kindOf(n))
		return
	}
	v, _ := reflect.New(t).Interface().(encoding.TextUnmarshaler)
	if err := v.UnmarshalText([]byte(n.Value)); err != nil {
		d.fail(n, place, "%v", err)
	}
}

func (d *document) walkStruct(place string, n *yaml.Node, t reflect.Type) {
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); name != "" {
			fields[name] = t.Field(i).Type
		}
	}
	if n.Kind != yaml.MappingNode {
		d.fail(n, place, "a %s stands where keys are wanted; allowed: %s", kindOf(n), names(fields))
		return
	}
	d.pairs(place, n, func(key string, at string, k, v *yaml.Node) {
		if f, ok := fields[key]; ok {
			d.walk(at, v, f)
		} else {
			d.fail(k, at, "unknown key; allowed: %s", names(fields))
		}
	})
}

// pairs visits the keys of a group, with their places; each may be there once.
func (d *document) pairs(place string, n *yaml.Node, visit func(key, at string, k, v *yaml.Node)) {
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		at := strings.TrimPrefix(place+"."+k.Value, ".")
		switch line, twice := seen[k.Value]; {
		case k.Kind != yaml.ScalarNode:
			d.fail(k, at, "a %s is no key; allowed: a name", kindOf(k))
		case twice:
			d.fail(k, at, "it is there already, on line %d; allowed: once", line)
		default:
			seen[k.Value] = k.Line
			visit(k.Value, at, k, n.Content[i+1])
		}
	}
}

func (d *document) walkMap(place string, n *yaml.Node, t reflect.Type) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, place, "a %s stands where names with values are wanted", kindOf(n))
		return
	}
	d.pairs(place, n, func(_, at string, _, v *yaml.Node) { d.walk(at, v, t.Elem()) })
}

func (d *document) walkSlice(place string, n *yaml.Node, t reflect.Type) {
	if n.Kind != yaml.SequenceNode {
		d.fail(n, place, "a %s stands where a list is wanted", kindOf(n))
		return
	}
	for i, v := range n.Content {
		d.walk(fmt.Sprintf("%s[%d]", place, i), v, t.Elem())
	}
}

func (d *document) walkScalar(place string, n *yaml.Node, t reflect.Type) {
	switch t.Kind() {
	case reflect.Bool:
		if n.Tag != "!!bool" {
			d.fail(n, place, "a %s is no yes or no; allowed: true, false", kindOf(n))
		}
	case reflect.Int:
		var i int
		if n.Tag != "!!int" {
			d.fail(n, place, "a %s is no whole number", kindOf(n))
		} else if n.Decode(&i) != nil {
			d.fail(n, place, "%s is too much for a whole number", n.Value)
		}
	case reflect.String:
		// Digits are fine where a text is wanted: numbers are telephone numbers here.
		if n.Tag != "!!str" && n.Tag != "!!int" {
			d.fail(n, place, "a %s is no text", kindOf(n))
		}
	}
}

func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "group of keys"
	case n.Kind == yaml.SequenceNode:
		return "list"
	case n.Tag == "!!bool":
		return "yes or no (" + n.Value + ")"
	case n.Tag == "!!int" || n.Tag == "!!float":
		return "number (" + n.Value + ")"
	}
	return "text (" + n.Value + ")"
}

func names(fields map[string]reflect.Type) string {
	return strings.Join(slices.Sorted(maps.Keys(fields)), ", ")
}
