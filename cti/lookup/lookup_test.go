package lookup

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
)

func ask(l cti.Lookup) cti.Ask {
	return cti.Ask{Call: "c1", N: "7", Lookup: l, Company: "gas", Line: "800100", Caller: "13800138000", Digits: cti.Sheet{{Name: "account", Value: "01234"}}}
}

func TestAsk(t *testing.T) {
	t.Setenv("LOOKUP_TEST_KEY", "secret")
	var asked map[string]any
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.Header.Get("X-Key") != "secret" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %v", r.Method, r.Header)
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		fmt.Fprint(w, `{"result": "known", "data": {"street": "人民路 1", "name": "Wang"}, "more": 1}`)
	}))
	defer s.Close()
	got := New().Ask(t.Context(), ask(cti.Lookup{URL: s.URL, Header: "X-Key", HeaderEnv: "LOOKUP_TEST_KEY", Deadline: cti.Span(3 * time.Second)}))
	if got.Call != "c1" || got.N != "7" || got.Failure != "" || got.Result != "known" || fmt.Sprint(got.Data) != "[{name Wang} {street 人民路 1}]" {
		t.Errorf("%+v", got)
	}
	if want := "map[call:c1 caller:13800138000 company:gas digits:map[account:01234] line:800100]"; fmt.Sprint(asked) != want {
		t.Errorf("asked %v, want %s", asked, want)
	}
}

// Whatever else comes is no answer, and says why.
func TestNoAnswer(t *testing.T) {
	release := make(chan struct{})
	handler := map[string]http.HandlerFunc{
		"/status": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"/empty":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"/redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/good", http.StatusTemporaryRedirect)
		},
		"/good":   func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"result": "known"}`) },
		"/text":   func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "known") },
		"/number": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"result": "known", "data": {"n": 1}}`) },
		"/behind": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"result": "known"} and more`) },
		"/none":   func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) },
		"/long": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"result": "known", "x": %q}`, strings.Repeat("x", answerMost))
		},
		"/endless": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.CopyN(w, endless{}, 1<<30) },
		"/value": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"result": "known", "data": {"name": "a\nb"}}`)
		},
		"/cut": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, `{"result"`)
		},
		"/never": func(_ http.ResponseWriter, r *http.Request) { <-release },
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler[r.URL.Path](w, r) }))
	defer s.Close()
	defer close(release)
	for path, says := range map[string]string{
		"/status": "status 500", "/empty": "status 204", "/redirect": "status 307", "/text": "no JSON", "/number": "no JSON", "/behind": "no JSON",
		"/none": `result "" is not allowed`, "/long": "more than 16384 bytes", "/endless": "more than 16384 bytes", "/value": "data name is not allowed", "/cut": "unexpected EOF",
	} {
		got := New().Ask(t.Context(), ask(cti.Lookup{URL: s.URL + path + "?key=secret", Deadline: cti.Span(3 * time.Second)}))
		if got.Result != "" || got.Data != nil || got.Call != "c1" || got.N != "7" || !strings.Contains(got.Failure, says) {
			t.Errorf("%s: %+v, want %q", path, got, says)
		}
	}
	for says, l := range map[string]cti.Lookup{
		"no answer within 50ms":                     {URL: s.URL + "/never", Deadline: cti.Span(50 * time.Millisecond)},
		"environment variable NO_SUCH_KEY is not":   {URL: s.URL + "/good", Header: "X-Key", HeaderEnv: "NO_SUCH_KEY", Deadline: cti.Span(3 * time.Second)},
		"connection refused":                        {URL: "http://127.0.0.1:1/?key=secret", Deadline: cti.Span(3 * time.Second)},
		"unsupported protocol scheme \"file\"":      {URL: "file:///etc/passwd", Deadline: cti.Span(3 * time.Second)},
		"server gave HTTP response to HTTPS client": {URL: strings.Replace(s.URL, "http:", "https:", 1), Deadline: cti.Span(3 * time.Second)},
	} {
		got := New().Ask(t.Context(), ask(l))
		if got.Result != "" || !strings.Contains(got.Failure, says) || strings.Contains(got.Failure, "secret") {
			t.Errorf("%+v, want %q", got, says)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
