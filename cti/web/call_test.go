package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"sansheng/store"
)

func TestCallsQuery(t *testing.T) {
	st := newStand(t)
	for _, c := range []struct {
		query  string
		status int
		says   string // part of the answer
	}{
		{"", 200, `"c3"`},
		{"?company=demo2", 200, `"c3"`},
		{"?did=800100&agent=1001&answered=true", 200, `"c1"`},
		{"?since=2026-03-02T08:30:00Z&until=2026-03-02T09:30:00%2B00:00", 200, `"c2"`},
		{"?limit=1", 200, `"more":true`},
		{"?limit=1000", 200, `"more":false`},
		{"?limit=0", 422, ">= 1"},
		{"?limit=1001", 422, "<= 1000"},
		{"?limit=ten", 422, "query.limit"},
		{"?answered=maybe", 422, "true, false"},
		{"?emergency=perhaps", 422, "true, false"},
		{"?disposition=LOST", 422, "ANSWERED, NO ANSWER"},
		{"?queue=Service!", 422, "a-z 0-9"},
		{"?queue=service&emergency=false&disposition=NO%20ANSWER", 200, `"more":false`},
		{"?since=yesterday", 422, "query.since"},
		{"?since=2026-03-02T08:00:00Z&until=2026-03-02T08:00:00Z", 422, "an earlier time"},
		{"?agnet=1001", 422, "allowed: company, did, agent"},
		{"?agent=1001&agent=1002", 422, "allowed: once"},
		{"?agent=1001;x", 422, "cannot be read"},
		{"?agent=%zz", 422, "cannot be read"},
		{"?agent=%00", 422, "3 to 15 digits"},
		{"?company=%27%20OR%201=1", 422, "a-z 0-9"},
		{"?reveal=no", 422, "4"},
		{"?reveal=12345678", 422, "has words"},
		{"?reveal=complaint%0a2026", 422, "one line"},
	} {
		a := st.get("9001", "/api/v1/calls"+c.query)
		if a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s: %d %s, want %d and %q", c.query, a.StatusCode, a.text, c.status, c.says)
		}
		if want := "application/problem+json"; c.status != 200 && a.Header.Get("Content-Type") != want {
			t.Errorf("%s: %s, want %s", c.query, a.Header.Get("Content-Type"), want)
		}
	}
}

func TestOthersRefused(t *testing.T) {
	st := newStand(t)
	for _, c := range []struct{ account, path, says string }{
		{"1001", "/api/v1/calls?agent=1002", "allowed: 1001"},
		{"1001", "/api/v1/calls?company=demo2", "allowed: demo"},
		{"2001", "/api/v1/agents?company=demo2", "allowed: demo"},
		{"2001", "/api/v1/tickets?company=demo2", "allowed: demo"},
		{"2001", "/api/v1/queues?company=demo2", "allowed: demo"},
		{"4001", "/api/v1/calls?reveal=monthly+cost", "allowed: agent, shift_leader, administrator, auditor"},
		{"3001", "/api/v1/calls/c1?reveal=looking+for+a+fault", "may not see whole numbers"},
		{"1001", "/api/v1/tickets?reveal=call+back&owner=1002", "allowed: owner=1001"},
	} {
		if a := st.get(c.account, c.path); a.StatusCode != http.StatusForbidden || !strings.Contains(a.text, c.says) {
			t.Errorf("%s %s: %d %s", c.account, c.path, a.StatusCode, a.text)
		}
	}
}

func TestRevealIsLogged(t *testing.T) {
	st := newStand(t)
	for _, path := range []string{"/api/v1/calls", "/api/v1/calls/c1", "/api/v1/tickets"} {
		if a := st.get("1001", path); strings.Contains(a.text, number1) || !strings.Contains(a.text, "138****8000") {
			t.Errorf("%s is not masked: %s", path, a.text)
		}
		if n := st.logs.FilterLoggerName("audit").Len(); n != 0 {
			t.Fatalf("%s: %d lines for nothing", path, n)
		}
		a := st.get("1001", path+"?reveal="+url.QueryEscape("客户 "+number1+" 要求回电"))
		if !strings.Contains(a.text, number1) {
			t.Errorf("%s is masked: %s", path, a.text)
		}
		lines := st.logs.FilterLoggerName("audit").TakeAll()
		if len(lines) == 0 {
			t.Fatalf("%s: not logged", path)
		}
		fields := lines[0].ContextMap()
		if fields["account"] != "1001" || fields["reason"] != "客户 138****8000 要求回电" || len(fields["ids"].([]any)) != 1 {
			t.Errorf("%s: %v", path, fields)
		}
		st.logs.TakeAll()
		if kept := st.memory.calls[0].Caller; kept != number1 {
			t.Fatalf("masking changed the record itself: %s", kept)
		}
	}
}

// fill puts the number into every string of a value.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(number1)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				fill(f)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	}
}

// Every text of a record is either masked or listed here as none of a caller's.
func TestMaskCoversRecord(t *testing.T) {
	plain := map[string]bool{}
	for _, k := range strings.Fields(`id company did direction mode language engine agent prompt step queue channel role
		result hung_up_by ended_by disposition name reason author kind state owner call hash prev_hash with by phone sha256 side box recording taken_by finished_by checked department clerk calls question key failure`) {
		plain[k] = true
	}
	var r store.Record
	fill(reflect.ValueOf(&r).Elem())
	b, err := json.Marshal(maskRecord(r))
	if err != nil {
		t.Fatal(err)
	}
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				walk(k, e)
			}
		case []any:
			for _, e := range v {
				walk(at, e)
			}
		case string:
			if strings.Contains(v, number1) && !plain[at] {
				t.Errorf("%s is not masked", at)
			}
		}
	}
	var tree any
	if err := json.Unmarshal(b, &tree); err != nil {
		t.Fatal(err)
	}
	walk("", tree)
}

// What was learnt of a caller is masked, however short it is.
func TestMaskLearnt(t *testing.T) {
	for detail, want := range map[string]string{
		"account=1234": "account=****", "account=13800138000": "account=138****8000", "name=Wang Xiaoming": "name=****",
		"address=Street 7, 021-12345678": "address=****",
	} {
		if got := maskStep(store.Step{Step: store.StepData, Detail: detail}); got != want {
			t.Errorf("%s is shown as %s, want %s", detail, got, want)
		}
	}
	if got := maskStep(store.Step{Step: "lookup", Detail: "crm: known"}); got != "crm: known" {
		t.Errorf("what a service said is shown as %s", got)
	}
}

func TestScrub(t *testing.T) {
	for in, want := range map[string]string{
		"call 138 0013 8000 now": "call 138****8000 now", "(021) 1234-5678": "(021****5678", "+8613800138000": "+86****8000",
		"ticket 12, 3 rings, room 1204": "ticket 12, 3 rings, room 1204", "": "",
	} {
		if got := scrub(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// What the API shows of a record is what the store gives, nothing renamed.
func TestCallIsTheRecord(t *testing.T) {
	st := newStand(t)
	a := st.get("9001", "/api/v1/calls/c2?reveal=checking+the+record")
	want, err := json.Marshal(st.memory.calls[1])
	if err != nil {
		t.Fatal(err)
	}
	var got, wanted any
	if json.Unmarshal([]byte(a.text), &got) != nil || json.Unmarshal(want, &wanted) != nil || !reflect.DeepEqual(got, wanted) {
		t.Errorf("got  %s\nwant %s", a.text, want)
	}
}

func TestRecordsAway(t *testing.T) {
	st := newStand(t)
	st.memory.fail = errors.New("connection refused to 10.1.2.3")
	for _, path := range []string{"/api/v1/calls", "/api/v1/calls/c1", "/api/v1/tickets", "/api/v1/queues"} {
		a := st.get("9001", path)
		if a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || strings.Contains(a.text, "10.1.2.3") {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.text)
		}
	}
	if a := st.get("9001", "/api/v1/agents"); a.StatusCode != 200 {
		t.Errorf("agents need no records: %d", a.StatusCode)
	}
	st.memory.fail = nil
	st.live = func(context.Context) (Floor, error) { return Floor{}, errors.New("engine closed") }
	if a := st.get("9001", "/api/v1/agents"); a.StatusCode != 200 || !strings.Contains(a.text, `"source":"records"`) {
		t.Errorf("no engine: %d %s", a.StatusCode, a.text)
	}
}

// Whatever the query, the answer is JSON, no fault of ours, and the company's.
func FuzzCallsQuery(f *testing.F) {
	for _, q := range []string{"", "company=demo", "limit=5&answered=false", "since=2026-03-02T08:00:00Z", "did=%2b86", "reveal=why%20not", "a=1;b", "%", "limit=99999999999999999999", "company=demo2&company=demo"} {
		f.Add(q)
	}
	st := newStand(f)
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest("GET", "/api/v1/calls", nil)
		r.URL.RawQuery = query
		r.SetBasicAuth("2001", st.passwords["2001"])
		w := httptest.NewRecorder()
		st.http.Handler.ServeHTTP(w, r)
		if w.Code != 200 && w.Code != 422 && w.Code != 403 {
			t.Errorf("%q: %d %s", query, w.Code, w.Body)
		}
		if !json.Valid(w.Body.Bytes()) {
			t.Errorf("%q: %s", query, w.Body)
		}
		if w.Code == 200 && st.memory.asked.Company != "demo" {
			t.Errorf("%q: company %q", query, st.memory.asked.Company)
		}
		if l := st.memory.asked.Limit; l > 1001 {
			t.Errorf("%q: limit %d", query, l)
		}
	})
}
