package ari

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/pbx/pbxtest"
)

// The switch describes its own interface. These tests hold our types against
// what the running switch serves; nothing of the description is kept here.

type apiDoc struct {
	APIs []struct {
		Path       string
		Operations []struct {
			HTTPMethod string
			Nickname   string
			Parameters []apiParameter
		}
	}
	Models map[string]struct {
		SubTypes   []string
		Properties map[string]struct{ Type string }
	}
}

type apiParameter struct {
	Name, ParamType, DataType string
	AllowMultiple             bool
}

// apiOperation is one operation of the description.
type apiOperation struct {
	name       string // resource and nickname
	method     string
	segments   []string
	parameters map[string]apiParameter
}

// unused operations and why this package has no method for them.
var unused = map[string]string{
	"asterisk loadModule": "modules are the configuration's", "asterisk unloadModule": "modules are the configuration's",
	"asterisk listLogChannels": "logs are the configuration's", "asterisk addLog": "logs are the configuration's",
	"asterisk deleteLog": "logs are the configuration's", "asterisk rotateLog": "logs are the configuration's",
	"bridges create": "always with our id", "bridges play": "always with our id", "bridges setVideoSource": "no video",
	"bridges clearVideoSource": "no video", "bridges getBridgeVar": "the plural does", "bridges setBridgeVar": "the plural does",
	"channels originate": "always with our id", "channels play": "always with our id", "channels snoopChannel": "always with our id",
	"channels setChannelVar":    "the plural does",
	"endpoints sendMessage":     "to an endpoint does",
	"endpoints refer":           "transfers are the hotline's",
	"endpoints referToEndpoint": "transfers are the hotline's",
	"events eventWebsocket":     "Link dials it",
	"mailboxes list":            "no voicemail boxes", "mailboxes get": "no voicemail boxes", "mailboxes update": "no voicemail boxes", "mailboxes delete": "no voicemail boxes",
}

// renamed models of ours.
var renamed = map[string]string{"AsteriskInfo": "Info", "AsteriskPing": "Pong", "RTPstat": "RTPStatistics", "SetId": "SetID"}

func fetchDocs(t *testing.T) map[string]apiDoc {
	t.Helper()
	inst := pbxtest.Asterisk(t)
	get := func(path string, out any) {
		t.Helper()
		req, err := http.NewRequestWithContext(pbxtest.Context(t), http.MethodGet, inst.ARIURL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth(inst.ARIUser, inst.ARIPassword)
		req.Close = true
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		if err := json.NewDecoder(res.Body).Decode(out); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	var index struct{ APIs []struct{ Path string } }
	get("/api-docs/resources.json", &index)
	docs := map[string]apiDoc{}
	for _, a := range index.APIs {
		path := strings.Replace(a.Path, "{format}", "json", 1)
		var d apiDoc
		get(path, &d)
		docs[strings.TrimSuffix(path[strings.LastIndex(path, "/")+1:], ".json")] = d
	}
	if len(docs) < 11 {
		t.Fatalf("%d resources described, want 11", len(docs))
	}
	return docs
}

func TestLiveAPIDocs(t *testing.T) {
	docs := fetchDocs(t)
	t.Run("events", func(t *testing.T) { compareEvents(t, docs["events"]) })
	t.Run("models", func(t *testing.T) { compareModels(t, docs) })
	t.Run("operations", func(t *testing.T) { compareOperations(t, docs) })
}

func compareEvents(t *testing.T, doc apiDoc) {
	described := map[string]bool{}
	for _, name := range append(doc.Models["Message"].SubTypes, doc.Models["Event"].SubTypes...) {
		switch name {
		case "Event", "MissingParams", "RESTRequest", "RESTHeader", "RESTQueryStringParameter":
			continue // not sent as events
		}
		described[name] = true
		build, ok := newMessage[name]
		if !ok {
			t.Errorf("event %s unknown to us", name)
			continue
		}
		properties := map[string]string{"type": "string", "asterisk_id": "string", "application": "string", "timestamp": "Date"}
		for p, d := range doc.Models[name].Properties {
			properties[p] = d.Type
		}
		compareFields(t, name, properties, reflect.TypeOf(build()).Elem())
	}
	for name := range newMessage {
		if !described[name] {
			t.Errorf("event %s unknown to the switch", name)
		}
	}
	for _, name := range allowed {
		if !described[name] {
			t.Errorf("filtered event %s unknown to the switch", name)
		}
	}
}

func compareModels(t *testing.T, docs map[string]apiDoc) {
	ours := map[string]reflect.Type{}
	for _, v := range []any{
		Channel{}, CallerID{}, DialplanCEP{}, Bridge{}, Playback{}, LiveRecording{}, StoredRecording{}, Endpoint{}, TextMessage{},
		ContactInfo{}, Peer{}, DeviceState{}, Application{}, Info{}, BuildInfo{}, SystemInfo{}, ConfigInfo{}, SetID{}, StatusInfo{},
		Pong{}, Module{}, Variable{}, ConfigTuple{}, FormatLangPair{}, Sound{}, RTPStatistics{}, ReferTo{}, ReferredBy{},
		RequiredDestination{}, AdditionalParam{},
	} {
		ours[reflect.TypeOf(v).Name()] = reflect.TypeOf(v)
	}
	skip := []string{"Message", "Event", "MissingParams", "RESTRequest", "RESTHeader", "RESTQueryStringParameter", "Dialed", "LogChannel", "Mailbox", "Variables"}
	for resource, doc := range docs {
		for name, m := range doc.Models {
			if newMessage[name] != nil || slices.Contains(skip, name) {
				continue
			}
			our := name
			if r := renamed[name]; r != "" {
				our = r
			}
			typ, ok := ours[our]
			if !ok {
				t.Errorf("%s: model %s unknown to us", resource, name)
				continue
			}
			properties := map[string]string{}
			for p, d := range m.Properties {
				properties[p] = d.Type
			}
			compareFields(t, name, properties, typ)
		}
	}
}

func compareFields(t *testing.T, name string, properties map[string]string, typ reflect.Type) {
	t.Helper()
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(typ) {
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag != "" && tag != "-" {
			fields[tag] = f.Type
		}
	}
	for p, want := range properties {
		got, ok := fields[p]
		switch {
		case !ok:
			t.Errorf("%s.%s: missing, the switch sends %s", name, p, want)
		case !sameType(want, got):
			t.Errorf("%s.%s: %v, the switch sends %s", name, p, got, want)
		}
		delete(fields, p)
	}
	for f := range fields {
		t.Errorf("%s.%s: the switch does not send it", name, f)
	}
}

func sameType(doc string, typ reflect.Type) bool {
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if item, ok := strings.CutPrefix(doc, "List["); ok {
		item = strings.TrimSuffix(item, "]")
		if item == "object" && typ.Kind() == reflect.Slice {
			return typ.Elem().Kind() == reflect.Struct
		}
		return typ.Kind() == reflect.Slice && sameType(item, typ.Elem())
	}
	switch doc {
	case "string":
		return typ.Kind() == reflect.String
	case "int", "long":
		return typ.Kind() == reflect.Int64
	case "double":
		return typ.Kind() == reflect.Float64
	case "boolean":
		return typ.Kind() == reflect.Bool
	case "Date":
		return typ == reflect.TypeFor[Time]()
	case "object":
		return typ == reflect.TypeFor[Variables]() || typ == reflect.TypeFor[json.RawMessage]()
	}
	return strings.EqualFold(typ.Name(), doc)
}

func compareOperations(t *testing.T, docs map[string]apiDoc) {
	var all []apiOperation
	for resource, d := range docs {
		for _, a := range d.APIs {
			for _, o := range a.Operations {
				op := apiOperation{resource + " " + o.Nickname, o.HTTPMethod, strings.Split(strings.Trim(a.Path, "/"), "/"), map[string]apiParameter{}}
				for _, p := range o.Parameters {
					op.parameters[p.Name] = p
				}
				all = append(all, op)
			}
		}
	}
	used := map[string]bool{}
	for _, r := range recordAll(t) {
		op := find(all, r)
		if op == nil {
			t.Errorf("%s %s: the switch has no such operation", r.method, r.path)
			continue
		}
		used[op.name] = true
		for name, value := range r.parameters {
			if p, ok := op.parameters[name]; !ok || p.ParamType == "path" {
				t.Errorf("%s: no parameter %s", op.name, name)
			} else if !fits(p, value) {
				t.Errorf("%s: parameter %s is %T, want %s", op.name, name, value, p.DataType)
			}
		}
	}
	for _, op := range all {
		if _, excused := unused[op.name]; excused == used[op.name] {
			t.Errorf("%s: used %v, excused %v", op.name, used[op.name], excused)
		}
	}
}

func find(all []apiOperation, r request) *apiOperation {
	var best *apiOperation
	literals := -1
	got := strings.Split(r.path, "/")
	for i, op := range all {
		if op.method != r.method || len(op.segments) != len(got) {
			continue
		}
		n := 0
		for j, s := range op.segments {
			switch {
			case s == got[j]:
				n++
			case !strings.HasPrefix(s, "{"):
				n = -1000
			}
		}
		if n > literals {
			best, literals = &all[i], n
		}
	}
	return best
}

func fits(p apiParameter, v any) bool {
	switch v := v.(type) {
	case []any:
		return p.AllowMultiple || p.DataType == "containers"
	case map[string]any:
		return p.DataType == "containers" || p.DataType == "object"
	case float64:
		return p.DataType == "int" || p.DataType == "long"
	case bool:
		return p.DataType == "boolean"
	case string:
		return p.DataType == "string"
	default:
		return v != nil
	}
}

// request is one request our client made.
type request struct {
	method, path string
	parameters   map[string]any
}

type recorder struct{ requests []request }

func (r *recorder) RoundTrip(q *http.Request) (*http.Response, error) {
	out := request{method: q.Method, path: strings.TrimPrefix(q.URL.Path, "/ari/"), parameters: map[string]any{}}
	if q.Body != nil {
		if err := json.NewDecoder(q.Body).Decode(&out.parameters); err != nil {
			return nil, err
		}
		if strings.HasSuffix(out.path, "/eventFilter") { // its body is the one parameter itself
			out.parameters = map[string]any{"filter": out.parameters}
		}
	}
	for k, v := range q.URL.Query() {
		out.parameters[k] = v[0]
	}
	r.requests = append(r.requests, out)
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader([]byte("null"))), Request: q}, nil
}

// recordAll calls every method of every resource with every field set.
func recordAll(t *testing.T) []request {
	rec := &recorder{}
	c, err := NewClient(Config{URL: "http://switch/ari", Transport: rec})
	if err != nil {
		t.Fatal(err)
	}
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		field := v.Field(i)
		if !v.Type().Field(i).IsExported() {
			continue
		}
		for m := range field.NumMethod() {
			method, name := field.Method(m), fmt.Sprintf("%s.%s", v.Type().Field(i).Name, field.Type().Method(m).Name)
			before := len(rec.requests)
			args := []reflect.Value{reflect.ValueOf(context.Background())}
			for a := 1; a < method.Type().NumIn(); a++ {
				arg := reflect.New(method.Type().In(a)).Elem()
				fill(arg)
				args = append(args, arg)
			}
			var out []reflect.Value
			if method.Type().IsVariadic() {
				out = method.CallSlice(args)
			} else {
				out = method.Call(args)
			}
			if err, _ := out[len(out)-1].Interface().(error); err != nil {
				if e, ok := errors.AsType[*Error](err); !ok || e.unsent {
					t.Errorf("%s: %v", name, err)
				}
			}
			if len(rec.requests) == before {
				t.Errorf("%s made no request", name)
			}
		}
	}
	return rec.requests
}

// fill sets everything in v to something that is not zero.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(time.Second))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(value)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	}
}
