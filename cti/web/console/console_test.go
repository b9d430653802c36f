package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

type answer struct {
	StatusCode int
	Header     http.Header
}

func TestConsole(t *testing.T) {
	script := strings.Repeat("let a = 1;\n", 100)
	c, err := open(fstest.MapFS{
		".keep":             {Data: []byte("x")},
		"index.html":        {Data: []byte(`<meta name="csp-nonce" content="__NONCE__">`)},
		"assets/main-1a.js": {Data: []byte(script)},
		"icon.svg":          {Data: []byte("<svg/>")},
	})
	if err != nil {
		t.Fatal(err)
	}
	get := func(path, encoding string) (answer, string) {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept-Encoding", encoding)
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		return answer{w.Code, w.Header()}, w.Body.String()
	}
	for _, path := range []string{"/", "/calls/c1", "/.keep"} {
		r, body := get(path, "")
		nonce := body[strings.LastIndex(body, `content="`)+len(`content="`) : strings.LastIndex(body, `"`)]
		if r.StatusCode != 200 || len(nonce) < 20 || !strings.Contains(r.Header.Get("Content-Security-Policy"), "'nonce-"+nonce+"'") {
			t.Errorf("%s: %d, nonce %q, policy %s", path, r.StatusCode, nonce, r.Header.Get("Content-Security-Policy"))
		}
		if strings.Contains(r.Header.Get("Content-Security-Policy"), "unsafe") {
			t.Errorf("%s: policy %s", path, r.Header.Get("Content-Security-Policy"))
		}
		if _, again := get(path, ""); again == body {
			t.Errorf("%s: the same nonce twice", path)
		}
	}
	r, body := get("/assets/main-1a.js", "")
	if body != script || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/javascript") || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("script: %v", r.Header)
	}
	if r, body := get("/assets/main-1a.js", "gzip, br"); r.Header.Get("Content-Encoding") != "gzip" || len(body) >= len(script)/2 {
		t.Errorf("squeezed: %d bytes, %v", len(body), r.Header)
	}
	if r, _ := get("/assets/main-00.js", ""); r.StatusCode != 404 {
		t.Errorf("a script of another version: %d", r.StatusCode)
	}
}

func TestServes(t *testing.T) {
	for _, c := range []struct {
		method, path string
		serves       bool
	}{
		{"GET", "/", true},
		{"HEAD", "/calls/c1", true},
		{"POST", "/", false},
		{"GET", "/api/v1/calls", false},
		{"GET", "/apis", true},
		{"GET", "/metrics", false},
		{"GET", "/a/../api/v1/calls", false},
		{"GET", "//x", false},
	} {
		if got := Serves(httptest.NewRequest(c.method, "http://h"+c.path, nil), "/api", "/metrics"); got != c.serves {
			t.Errorf("%s %s: %v", c.method, c.path, got)
		}
	}
}
