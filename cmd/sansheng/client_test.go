package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLongAnswers: an answer that is longer than is taken is an error, and no part of it passes
// for the whole; a file is of any length.
func TestLongAnswers(t *testing.T) {
	t.Setenv(passwordVariable, "secret")
	page := strings.Repeat("x", answerMost+1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("format") != "pdf" && strings.HasPrefix(r.URL.Path, "/api/v1/summaries/") {
			t.Errorf("asked for %s", r.URL)
		}
		_, _ = fmt.Fprint(w, page)
	}))
	defer srv.Close()
	api := client{url: srv.URL, as: "9001"}
	if said, err := api.ask(t.Context(), http.MethodGet, "/", nil, nil); err == nil || !strings.Contains(err.Error(), "more than 4 MB") {
		t.Errorf("of %d bytes %d are taken: %v", len(page), len(said), err)
	}
	file := filepath.Join(t.TempDir(), "day.pdf")
	root := rootCommand()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetArgs([]string{"summary", "--pdf", file, "--as", "9001", "--url", srv.URL})
	err := root.ExecuteContext(t.Context())
	b, rerr := os.ReadFile(file)
	if err != nil || rerr != nil || len(b) != len(page) || !strings.Contains(out.String(), file) {
		t.Errorf("the file has %d bytes of %d: %v, %v, %q", len(b), len(page), err, rerr, out.String())
	}
}

// TestPromiseInThePast: an order with a time that is over is refused, not given with another.
func TestPromiseInThePast(t *testing.T) {
	t.Setenv(passwordVariable, "secret")
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was ordered") }))
	defer srv.Close()
	root := rootCommand()
	root.SetArgs([]string{"order", "1001", "promise", "--within", "-5m", "--as", "1001", "--url", srv.URL})
	if err := root.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), "--within -5m") {
		t.Errorf("said is %v", err)
	}
}
