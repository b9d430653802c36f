package web

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// Patch is something that is new, whole; or what has changed of something: the field that names
// it, those that are another, and those that are not there any more as null. A value within it
// is whole. On a floor of many agents this is a third of what whole ones would be.
type Patch map[string]json.RawMessage

var null = json.RawMessage("null")

// fieldsOf is something as its fields are written.
func fieldsOf[T any](v *T) (Patch, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var p Patch
	err = json.Unmarshal(b, &p)
	return p, err
}

// patchOf is what has changed; all where there was nothing, nil where nothing has.
func patchOf[T any](name string, was, now *T) (Patch, error) {
	if was != nil && reflect.DeepEqual(was, now) {
		return nil, nil
	}
	after, err := fieldsOf(now)
	if err != nil || was == nil {
		return after, err
	}
	before, err := fieldsOf(was)
	if err != nil {
		return nil, err
	}
	p := Patch{}
	for field, v := range after {
		if !bytes.Equal(before[field], v) {
			p[field] = v
		}
	}
	for field := range before {
		if _, there := after[field]; !there {
			p[field] = null
		}
	}
	if len(p) == 0 {
		return nil, nil
	}
	p[name] = after[name]
	return p, nil
}
