package store

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
)

const wholeCaller = "13800138000"

// fill puts a text into every text of a value, and one element into every list.
func fill(v reflect.Value, text string, depth int) {
	if !v.CanSet() || depth > 6 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text, depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), text, depth+1)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(storyStart))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), text, depth+1)
		}
	}
}

// leaks lists the places at which a text stands.
func leaks(at string, v any, text string) (places []string) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			places = append(places, leaks(at+"."+k, inner, text)...)
		}
	case []any:
		for _, inner := range v {
			places = append(places, leaks(at, inner, text)...)
		}
	case string:
		if strings.Contains(v, text) {
			places = append(places, at)
		}
	}
	return places
}

// Whatever a fact's data says in words is masked, but for what is known to be no person's:
// also in fields that somebody will add.
func TestMaskFactKinds(t *testing.T) {
	t.Parallel()
	for _, kind := range cti.Kinds() {
		d := cti.NewData(kind)
		fill(reflect.ValueOf(d).Elem(), wholeCaller, 0)
		text, err := json.Marshal(cti.Fact{Version: 1, ID: "e-1", Kind: kind, Data: d})
		if err != nil {
			t.Fatal(err)
		}
		masked, err := MaskFact(text)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		var v map[string]any
		if err := json.Unmarshal(masked, &v); err != nil {
			t.Fatal(err)
		}
		for _, place := range leaks("", v["data"], wholeCaller) {
			if key := place[strings.LastIndexByte(place, '.')+1:]; !nameless[key] {
				t.Errorf("%s: data%s is told as it is", kind, place)
			}
		}
	}
}

func TestMaskFact(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"caller":{"number":"13800138000","name":"Wang Wei"},"did":"02188880000","n":12345678901234567890}`: `{"caller":{"name":"W**","number":"138****8000"},"did":"02188880000","n":12345678901234567890}`,
		`{"caller":"13800138000","number":"95598"}`:                                                          `{"caller":"138****8000","number":"9****8"}`,
		`{"sheet":[{"name":"place","value":"Road 1"},{"name":"n","value":"12"}]}`:                            `{"sheet":[{"name":"place","value":"****"},{"name":"n","value":"****"}]}`,
		`{"name":"account","digits":"1234"}`:                                                                 `{"digits":"****","name":"account"}`,
		`{"reason":"call 138 0013 8000 back","result":"answered"}`:                                           `{"reason":"call 138****8000 back","result":"answered"}`,
		`{"at":"2026-03-02T08:00:00.123Z","for":"ticket:5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33"}`:              `{"at":"2026-03-02T08:00:00.123Z","for":"ticket:5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33"}`,
		`{"later":{"phones":["+86 21 1234 5678"]}}`:                                                          `{"later":{"phones":["+86****5678"]}}`,
		`null`: `null`,
	} {
		got, err := MaskFact([]byte(`{"id":"e-1","data":` + in + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if whole := `{"data":` + want + `,"id":"e-1"}`; string(got) != whole {
			t.Errorf("%s\n got %s\nwant %s", in, got, whole)
		}
	}
	// What people write of tickets is of callers, whatever the field.
	const ticket = `{"data":{"kind":"complaint","due":"2026-03-02T08:00:00Z","matter":{"summary":"Wang Fang waited","place":"Lane 5"},"said":{"street":"Lane 5"},"owner":"1001"},"kind":"ticket.opened"}`
	const masked = `{"data":{"due":"2026-03-02T08:00:00Z","kind":"complaint","matter":{"place":"****","summary":"****"},"owner":"1001","said":{"street":"****"}},"kind":"ticket.opened"}`
	if got, err := MaskFact([]byte(ticket)); err != nil || string(got) != masked {
		t.Errorf("%v\n got %s\nwant %s", err, got, masked)
	}
	const amended = `{"data":{"by":"2001","reason":"wrong street","text":"Wang Fang lives in Lane 5"},"kind":"record.amended"}`
	if got, err := MaskFact([]byte(amended)); err != nil || string(got) != `{"data":{"by":"2001","reason":"****","text":"****"},"kind":"record.amended"}` {
		t.Errorf("%v, %s", err, got)
	}
	if _, err := MaskFact([]byte("{")); err == nil {
		t.Error("no JSON, and yet")
	}
}
