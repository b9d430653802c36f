package main

import (
	"bytes"
	"fmt"
	"io"
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

// TestAmendAndFetch: a correction is sent with its reason, in the account's name; a ticket's file is
// written as it comes, and not at all where there is none.
func TestAmendAndFetch(t *testing.T) {
	t.Setenv(passwordVariable, "secret")
	photo := []byte{0, 1, '<', 0xff}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _, _ := r.BasicAuth()
		body, _ := io.ReadAll(r.Body)
		switch said := who + " " + r.Method + " " + r.URL.Path + " " + string(body); said {
		case `2001 POST /api/v1/calls/c1/amendments {"reason":"typing error","text":"it was the meter"}`:
			w.WriteHeader(http.StatusAccepted)
		case "2001 GET /api/v1/tickets/t1/files/abc ":
			_, _ = w.Write(photo)
		default:
			http.Error(w, said, http.StatusNotFound)
		}
	}))
	defer srv.Close()
	run := func(args ...string) error {
		root := rootCommand()
		root.SetOut(io.Discard)
		root.SetArgs(append(args, "--as", "2001", "--url", srv.URL))
		return root.ExecuteContext(t.Context())
	}
	if err := run("record", "amend", "c1", "it was the meter", "--reason", "typing error"); err != nil {
		t.Error(err)
	}
	file := filepath.Join(t.TempDir(), "photo.jpg")
	if err := run("tickets", "fetch", "t1", "none", file); err == nil {
		t.Error("what is not there is fetched")
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("what is not there is written: %v", err)
	}
	if err := run("tickets", "fetch", "t1", "abc", file); err != nil {
		t.Error(err)
	}
	if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, photo) {
		t.Errorf("%q, %v", got, err)
	}
}
