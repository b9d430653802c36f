package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/cti/bus"
)

// hotline is the NATS of a hotline with a company's account, and its stream.
type hotline struct {
	t      *testing.T
	server *bus.Server
	source *bus.Publisher
	seq    uint64
}

func newHotline(t *testing.T) *hotline {
	t.Helper()
	s, err := bus.Start(t.Context(), bus.Options{StoreDir: t.TempDir(), Port: -1, Readers: []cti.CompanyID{"gas"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	p, err := s.Public(t.Context(), bus.StreamLimits{})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.EnsureReader(t.Context(), "gas"); err != nil {
		t.Fatal(err)
	}
	return &hotline{t: t, server: s, source: p.Publisher("test")}
}

// tell publishes facts of a call in the stream's form.
func (h *hotline) tell(company, call string, kinds ...cti.Kind) {
	h.t.Helper()
	for _, k := range kinds {
		h.seq++
		f := cti.Fact{
			Version: cti.SchemaVersion, ID: fmt.Sprintf("test-%d", h.seq), Seq: h.seq, Engine: "test", At: time.UnixMilli(1_700_000_000_000).UTC(),
			Kind: k, Company: cti.CompanyID(company), Call: cti.CallID(call), Data: cti.NewData(k),
		}
		if d, ok := f.Data.(*cti.Ended); ok {
			d.Disposition = "ANSWERED"
		}
		b, err := json.Marshal(f)
		if err != nil {
			h.t.Fatal(err)
		}
		if _, err := h.source.Publish(h.t.Context(), []bus.Message{{Subject: bus.Subject(&f), ID: f.ID, Seq: f.Seq, Data: b}}); err != nil {
			h.t.Fatal(err)
		}
	}
}

// options are those of the company's account.
func (h *hotline) options() options {
	h.t.Helper()
	dir := h.t.TempDir()
	c := h.server.Credentials(bus.CompanyRole("gas"))
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte(c.Password+"\n"), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return options{url: h.server.URL(), account: c.User, passwordFile: filepath.Join(dir, "password"), out: filepath.Join(dir, "calls.jsonl")}
}

// running runs the program until stop is called.
func running(t *testing.T, o options) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	endC := make(chan error, 1)
	go func() { endC <- run(ctx, o, io.Discard) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-endC; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// kept waits until so many calls are in the file, and gives them.
func kept(t *testing.T, o options, want int) (calls []string) {
	t.Helper()
	tick, end := time.NewTicker(10*time.Millisecond), time.After(30*time.Second)
	defer tick.Stop()
	for {
		b, err := os.ReadFile(o.out)
		if err == nil && bytes.Count(b, []byte("\n")) >= want {
			for text := range strings.Lines(string(b)) {
				var l line
				if err := json.Unmarshal([]byte(text), &l); err != nil || l.Disposition != "ANSWERED" {
					t.Errorf("%s: %v", text, err)
				}
				calls = append(calls, l.Call)
			}
			return calls
		}
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("the file has %q, want %d calls", b, want)
		}
	}
}

// The company's calls are kept, each once, over ends of the program at any moment and facts
// that come again; other companies' are not seen.
func TestFollow(t *testing.T) {
	h := newHotline(t)
	o := h.options()
	h.tell("gas", "c1", cti.CallArrived, cti.CallEnded)
	h.tell("water", "w1", cti.CallArrived, cti.CallEnded)
	stop := running(t, o)
	kept(t, o, 1)
	h.tell("gas", "c2", cti.CallArrived, "call.of_a_later_program", cti.CallEnded)
	kept(t, o, 2)
	stop()
	// It died in the middle of a line, whose fact was not acknowledged.
	f, err := os.OpenFile(o.out, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"id":"test-9","call":"c`); err != nil {
		t.Fatal(err)
	}
	f.Close()
	h.tell("gas", "c3", cti.CallArrived, cti.CallEnded)
	running(t, o)
	if got := fmt.Sprint(kept(t, o, 3)); got != "[c1 c2 c3]" {
		t.Errorf("kept %s", got)
	}
}

// What is known already is not kept twice: the server gives it again where the answer was lost.
func TestOnce(t *testing.T) {
	name := filepath.Join(t.TempDir(), "calls.jsonl")
	for range 2 {
		b, err := openBook(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"a", "b", "a"} {
			if err := b.keep(line{ID: id, Call: id}); err != nil {
				t.Fatal(err)
			}
		}
		b.file.Close()
	}
	if text, err := os.ReadFile(name); err != nil || bytes.Count(text, []byte("\n")) != 2 {
		t.Errorf("%s %v", text, err)
	}
}

// TestAway: while the server is away it says so, and ends when it is told to.
func TestAway(t *testing.T) {
	o := options{url: "nats://127.0.0.1:1", account: "company_gas", out: filepath.Join(t.TempDir(), "calls.jsonl")}
	if err := run(t.Context(), o, io.Discard); err == nil {
		t.Error("it runs without a password")
	}
	o.passwordFile = filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(o.passwordFile, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	said, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	endC := make(chan error, 1)
	go func() { endC <- run(ctx, o, w) }()
	text := make([]byte, 200)
	n, err := said.Read(text)
	if err != nil || !strings.Contains(string(text[:n]), "trying again: find consumer company_gas") {
		t.Errorf("%s %v", text[:n], err)
	}
	cancel()
	said.Close()
	if err := <-endC; err != nil {
		t.Error(err)
	}
}
