package alarm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// receiver is a webhook that answers as told and keeps what it took.
type receiver struct {
	*httptest.Server
	answerC chan int   // what the next posts are answered; 200 when empty
	tookC   chan Alarm // what was answered with 200
	triedC  chan struct{}
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{answerC: make(chan int, 100), tookC: make(chan Alarm, 1000), triedC: make(chan struct{}, 1000)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		status := http.StatusOK
		select {
		case status = <-r.answerC:
		default:
		}
		var a Alarm
		if err := json.NewDecoder(q.Body).Decode(&a); err != nil || q.Method != http.MethodPost || q.Header.Get("Content-Type") != "application/json" {
			t.Errorf("a post that is none: %s %v", q.Method, err)
		}
		if status == http.StatusOK {
			r.tookC <- a
		}
		if status == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
		r.triedC <- struct{}{}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) next(t *testing.T) string {
	t.Helper()
	select {
	case a := <-r.tookC:
		return story(a)
	case <-time.After(patience):
		t.Fatal("no alarm came")
		return ""
	}
}

func story(a Alarm) string {
	if a.Raised {
		return a.Name + " up: " + a.Cause
	}
	return a.Name + " over"
}

func newTestBoard(t *testing.T, o Options) *Board {
	t.Helper()
	o.Source = "e1"
	if o.RetryMin == 0 {
		o.RetryMin, o.RetryMax = time.Millisecond, 5*time.Millisecond
	}
	b := NewBoard(o)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := b.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return b
}

// TestWebhook: only changes are told, in order, through a receiver that fails.
func TestWebhook(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	for _, s := range []int{503, 500, 429} {
		r.answerC <- s
	}
	b := newTestBoard(t, Options{Webhook: r.URL})
	watchedC := make(chan string, 10)
	b.OnChange(func(a Alarm) { watchedC <- story(a) })
	b.Set("relay", errors.New("nobody there"))
	b.Set("relay", errors.New("still nobody there"))
	b.Set("database_down", nil)
	b.Set("disk_low", errors.New("3 MB"))
	b.Set("relay", nil)
	b.Set("relay", nil)
	b.Set("relay", errors.New("again"))
	want := []string{"relay up: nobody there", "disk_low up: 3 MB", "relay over", "relay up: again"}
	for _, w := range want {
		if got := r.next(t); got != w {
			t.Errorf("posted %q, want %q", got, w)
		}
		if got := <-watchedC; got != w {
			t.Errorf("told %q, want %q", got, w)
		}
	}
	var names []string
	for _, a := range b.Raised() {
		names = append(names, a.Name)
		if a.Source != "e1" || !a.Raised || a.Cause == "" || a.Severity == "" || a.Advice != "deploy/RUNBOOK.md#"+a.Name {
			t.Errorf("alarm %+v is not whole", a)
		}
	}
	if !slices.Equal(names, []string{"disk_low", "relay"}) {
		t.Errorf("raised are %v", names)
	}
}

// TestRefused: what the receiver refuses, or sends elsewhere, does not hold up
// what follows.
func TestRefused(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	r.answerC <- http.StatusBadRequest
	r.answerC <- http.StatusFound
	b := newTestBoard(t, Options{Webhook: r.URL})
	b.Set("relay", errors.New("one"))
	b.Set("disk_low", errors.New("two"))
	b.Set("clock_apart", errors.New("three"))
	if got := r.next(t); got != "clock_apart up: three" {
		t.Errorf("posted %q", got)
	}
	if n := len(r.triedC); n > 3 {
		t.Errorf("%d requests: the redirect was followed", n)
	}
}

// TestReceiverAway: while nobody answers, Set does not wait and what waits is
// bounded; the last word about each alarm arrives all the same.
func TestReceiverAway(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	holdC := make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		select {
		case <-holdC:
			r.Config.Handler.ServeHTTP(w, q)
		case <-q.Context().Done():
		}
	}))
	t.Cleanup(hanging.Close)
	b := newTestBoard(t, Options{Webhook: hanging.URL, Patience: time.Nanosecond})
	b.Set("relay", errors.New("early"))
	began := time.Now()
	for i := range 5000 {
		b.Set("disk_low", fmt.Errorf("flap %d", i))
		b.Set("disk_low", nil)
	}
	b.Set("disk_low", errors.New("last"))
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("10000 changes took %v", d)
	}
	if n := b.posted.line.waiting(); n > lineMost+1 {
		t.Errorf("%d changes wait", n)
	}
	close(holdC)
	seen := map[string]bool{}
	for !seen["disk_low up: last"] {
		seen[r.next(t)] = true
	}
	if !seen["relay up: early"] {
		t.Error("an alarm that stands was never told")
	}
}

// TestClose: the end is told what it can be told, and comes in time.
func TestClose(t *testing.T) {
	t.Parallel()
	b := NewBoard(Options{Webhook: "http://127.0.0.1:1/", RetryMin: time.Millisecond})
	b.Set("relay", errors.New("nobody"))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := b.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("close: %v", err)
	}
	b.Set("relay", nil) // and does no harm afterwards
}

// TestRestart: what stood when a process died is ended by the next.
func TestRestart(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	file := filepath.Join(t.TempDir(), "alarms.json")
	first := NewBoard(Options{File: file})
	first.Set("relay", errors.New("one"))
	first.Set("disk_low", errors.New("two"))
	first.Set("disk_low", nil)
	if err := first.Close(t.Context()); err != nil { // as when killed: nothing is ended
		t.Fatal(err)
	}
	b := newTestBoard(t, Options{File: file, Webhook: r.URL})
	b.Set("clock_apart", errors.New("new"))
	for _, w := range []string{"relay over", "clock_apart up: new"} {
		if got := r.next(t); got != w {
			t.Errorf("posted %q, want %q", got, w)
		}
	}
}

// TestFigures: every known alarm is a gauge from the start.
func TestFigures(t *testing.T) {
	t.Parallel()
	b := newTestBoard(t, Options{})
	b.Set("relay", errors.New("one"))
	b.Set("relay", nil)
	b.Set("relay", errors.New("two"))
	b.Set("no such alarm", errors.New("a slip"))
	registry := prometheus.NewRegistry()
	registry.MustRegister(b)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			got[f.GetName()+" "+m.GetLabel()[0].GetValue()] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	for name, want := range map[string]float64{
		"sansheng_alarm relay": 1, "sansheng_alarm disk_low": 0, "sansheng_alarm_raises_total relay": 2, "sansheng_alarm no such alarm": 1,
	} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %v, want %v", name, v, want)
		}
	}
	if len(got) != 2*(len(Kinds)+1) {
		t.Errorf("%d figures for %d alarms", len(got), len(Kinds))
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range Kinds {
		if seen[k.Name] || k.Means == "" || !strings.HasSuffix(k.Means, ".") || k.Severity != Page && k.Severity != Warn {
			t.Errorf("alarm %+v is not right", k)
		}
		seen[k.Name] = true
	}
}

// TestAddressKept: the webhook's address, which is often its password, is in no log.
func TestAddressKept(t *testing.T) {
	t.Parallel()
	seen, logs := observer.New(zap.DebugLevel)
	for _, address := range []string{"http://127.0.0.1:1/send?key=hush", "http://hush@127.0.0.1:1/hush", "http://no.such.host.invalid/hush"} {
		b := NewBoard(Options{Webhook: address, RetryMin: time.Millisecond, Log: zap.New(seen)})
		b.Set("relay", errors.New("nobody"))
		for deadline := time.After(patience); logs.FilterMessageSnippet("cannot be reached").Len() == 0; {
			select {
			case <-time.After(time.Millisecond):
			case <-deadline:
				t.Fatal("the failure is not logged")
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		closing := b.Close(ctx)
		cancel()
		for _, e := range logs.TakeAll() {
			if text := fmt.Sprint(e.Message, e.ContextMap(), closing); strings.Contains(text, "hush") {
				t.Errorf("logged: %s", text)
			}
		}
	}
}

// TestDiskHangs: who is to be told is told although the disk of the file hangs.
func TestDiskHangs(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "alarms.json")
	if err := unix.Mkfifo(file+".new", 0o600); err != nil { // nobody reads: its opening hangs
		t.Fatal(err)
	}
	b := NewBoard(Options{File: file})
	toldC := make(chan Alarm, 3)
	b.OnChange(func(a Alarm) { toldC <- a })
	for _, name := range []string{"disk_low", "relay", "clock_apart"} {
		b.Set(name, errors.New("it hangs"))
		select {
		case <-toldC:
		case <-time.After(patience):
			t.Errorf("nobody is told of %s", name)
		}
	}
	pipe, err := os.OpenFile(file+".new", os.O_RDWR, 0) // lets it go
	if err != nil {
		t.Fatal(err)
	}
	drainedC := make(chan struct{})
	go func() { defer close(drainedC); _, _ = io.Copy(io.Discard, pipe) }()
	defer func() { _ = pipe.Close(); <-drainedC }()
	if err := b.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
