package journal_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"pgregory.net/rapid"

	"sansheng/cti"
	"sansheng/cti/bus/journal"
)

func TestAppendReplay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, dir)
	j := open(t, s, journal.Options{})
	if got, last := seqs(t, j, 0); len(got) != 0 || last != 0 {
		t.Fatalf("new journal holds %v, last %d", got, last)
	}
	var order []int
	doneC := make(chan struct{})
	for i := range 100 {
		j.Append(facts(uint64(i*3+1), uint64(i*3+3)), func(err error) {
			if err != nil {
				t.Errorf("append %d: %v", i, err)
			}
			if order = append(order, i); len(order) == 100 {
				close(doneC)
			}
		})
	}
	<-doneC
	if !slices.IsSorted(order) {
		t.Errorf("done out of order: %v", order)
	}
	if got, last := seqs(t, j, 0); !slices.Equal(got, span(journal.Range{1, 300})) || last != 300 {
		t.Errorf("replay gave %v, last %d", got, last)
	}
	if got, _ := seqs(t, j, 250); !slices.Equal(got, span(journal.Range{251, 300})) {
		t.Errorf("replay after 250 gave %v", got)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	s.Close()
	j = open(t, start(t, dir), journal.Options{})
	if got, last := seqs(t, j, 0); !slices.Equal(got, span(journal.Range{1, 300})) || last != 300 {
		t.Errorf("reopened: replay gave %d facts, last %d", len(got), last)
	}
	if !j.Report().Clean() {
		t.Errorf("report of a clean journal: %+v", j.Report())
	}
}

func TestLargeBatchIsSplit(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	j := open(t, s, journal.Options{MaxBatch: 2000})
	add(t, j, 1, 100)
	strm, err := s.JetStream().Stream(limit(t), journal.Stream)
	if err != nil {
		t.Fatal(err)
	}
	if n := strm.CachedInfo().State.Msgs; n < 10 {
		t.Errorf("100 facts in %d messages of at most 2000 bytes", n)
	}
	if got, _ := seqs(t, j, 0); !slices.Equal(got, span(journal.Range{1, 100})) {
		t.Errorf("replay gave %v", got)
	}
}

func TestSequenceIsChecked(t *testing.T) {
	t.Parallel()
	j := open(t, start(t, t.TempDir()), journal.Options{})
	errC := make(chan error, 3)
	j.Append(facts(2, 2), func(err error) { errC <- err })
	j.Append(facts(1, 2), func(err error) { errC <- err })
	j.Append(facts(2, 3), func(err error) { errC <- err })
	var se *journal.SequenceError
	if err := <-errC; !errors.As(err, &se) || se.Want != 1 || se.Got != 2 {
		t.Errorf("gap: %v", err)
	}
	if err := <-errC; err != nil {
		t.Errorf("in order: %v", err)
	}
	if err := <-errC; !errors.As(err, &se) || se.Want != 3 {
		t.Errorf("repeated: %v", err)
	}
}

func TestSecondWriterIsFenced(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	old := open(t, s, journal.Options{})
	add(t, old, 1, 5)
	var alarms atomic.Int32
	heir, err := journal.Open(limit(t), s.JetStream(), journal.Options{Engine: engine, Alarm: func(journal.Alarm) { alarms.Add(1) }})
	if err != nil {
		t.Fatal(err)
	}
	defer heir.Close()
	add(t, heir, 6, 7)
	errC := make(chan error, 2)
	old.Append(facts(6, 6), func(err error) { errC <- err })
	if err := <-errC; !errors.Is(err, journal.ErrFenced) {
		t.Errorf("old writer: %v", err)
	}
	old.Append(facts(7, 7), func(err error) { errC <- err })
	if err := <-errC; !errors.Is(err, journal.ErrClosed) {
		t.Errorf("old writer again: %v", err)
	}
	if err := old.Close(); !errors.Is(err, journal.ErrFenced) {
		t.Errorf("close of old writer: %v", err)
	}
	add(t, heir, 8, 8)
	if got, _ := seqs(t, heir, 0); !slices.Equal(got, span(journal.Range{1, 8})) {
		t.Errorf("replay gave %v", got)
	}
}

func TestOwner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, dir)
	j := open(t, s, journal.Options{})
	add(t, j, 1, 1)
	j.Close()
	s.Close()
	s = start(t, dir)
	_, err := s.OpenJournal(limit(t), journal.Options{Engine: "other"})
	var oe *journal.OwnerError
	if !errors.As(err, &oe) || oe.Owner != engine {
		t.Errorf("open by another engine: %v", err)
	}
	if _, err := s.OpenJournal(limit(t), journal.Options{Engine: "a.b"}); err == nil {
		t.Error("engine name with a dot accepted")
	}
}

// TestFullStream: the stream refuses, facts wait in memory, then all are written
// in order.
func TestFullStream(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	alarmC := make(chan journal.Alarm, 1000)
	told := func(kind journal.AlarmKind, raised bool) journal.Alarm {
		t.Helper()
		for ctx := limit(t); ; {
			select {
			case a := <-alarmC:
				if a.Kind == kind && a.Raised == raised {
					return a
				}
			case <-ctx.Done():
				t.Fatalf("alarm %s is not told as raised %t", kind, raised)
			}
		}
	}
	metrics := journal.NewMetrics()
	j := open(t, s, journal.Options{
		MaxBytes: 40_000, MaxBatch: 1000, RetryMin: time.Millisecond, RetryMax: 5 * time.Millisecond,
		AlarmDepth: 5, Metrics: metrics, Alarm: func(a journal.Alarm) { alarmC <- a },
	})
	var ok, late atomic.Int32
	const n = 200
	doneC := make(chan struct{}, n)
	for i := range uint64(n) {
		j.Append(facts(i+1, i+1), func(err error) {
			switch {
			case err == nil:
				ok.Add(1)
			case isDelayed(err):
				late.Add(1)
			default:
				t.Errorf("fact %d: %v", i+1, err)
			}
			doneC <- struct{}{}
		})
	}
	for range n {
		<-doneC
	}
	if a := told(journal.AlarmWrite, true); a.Err == nil {
		t.Errorf("alarm %+v", a)
	}
	if ok.Load() == 0 || late.Load() == 0 {
		t.Fatalf("%d durable, %d delayed: the stream was not filled", ok.Load(), late.Load())
	}
	if j.Depth() <= 5 {
		t.Error("nothing much waits")
	}
	strm, err := s.JetStream().Stream(limit(t), journal.Stream)
	if err != nil {
		t.Fatal(err)
	}
	cfg := strm.CachedInfo().Config
	cfg.MaxBytes = -1
	if _, err := s.JetStream().UpdateStream(limit(t), cfg); err != nil {
		t.Fatal(err)
	}
	if err := j.Wait(limit(t), n); err != nil {
		t.Fatal(err)
	}
	told(journal.AlarmDepth, false) // although nothing more is appended
	told(journal.AlarmWrite, false)
	figures := prometheus.NewRegistry()
	figures.MustRegister(metrics)
	families, err := figures.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if v := f.GetMetric()[0].GetGauge().GetValue(); f.GetName() == "sansheng_journal_queue_facts" && v != 0 {
			t.Errorf("%v facts wait by the figure", v)
		}
	}
	add(t, j, n+1, n+1)
	if got, _ := seqs(t, j, 0); !slices.Equal(got, span(journal.Range{1, n + 1})) {
		t.Errorf("replay gave %v", got)
	}
	if d := j.Depth(); d != 0 {
		t.Errorf("depth %d", d)
	}
}

func TestCloseWhileFailing(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	j := open(t, s, journal.Options{MaxBytes: 1000, RetryMin: time.Hour, RetryMax: time.Hour})
	errC := make(chan error, 1)
	j.Append(facts(1, 20), func(err error) { errC <- err })
	if err := <-errC; !isDelayed(err) {
		t.Fatalf("append: %v", err)
	}
	if err := j.Close(); err == nil || !strings.Contains(err.Error(), "20 facts from 1") {
		t.Errorf("close: %v", err)
	}
	if err := j.Wait(limit(t), 20); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("wait: %v", err)
	}
}

func TestSnapshotAndTrim(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, dir)
	j := open(t, s, journal.Options{Keep: time.Nanosecond})
	ctx := limit(t)
	if seq, b, err := j.Snapshot(ctx); seq != 0 || b != nil || err != nil {
		t.Fatalf("no snapshot yet: %d %q %v", seq, b, err)
	}
	if err := j.PutSnapshot(ctx, 1, nil); err == nil {
		t.Error("snapshot of a fact that is not durable accepted")
	}
	for i := range uint64(40) {
		add(t, j, i*10+1, i*10+10)
		if i%10 == 9 {
			if err := j.PutSnapshot(ctx, i*10+10, fmt.Appendf(nil, "state %d", i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := j.Trim(ctx); err != nil {
		t.Fatal(err)
	}
	if got, _ := seqs(t, j, 0); len(got) != 400 {
		t.Fatalf("trimmed to %d facts although nothing is published", len(got))
	}
	j.SetRelayed(350)
	if err := j.Trim(ctx); err != nil {
		t.Fatal(err)
	}
	// The older snapshot is at 300: nothing after it may go.
	if got, _ := seqs(t, j, 0); !slices.Equal(got, span(journal.Range{301, 400})) {
		t.Fatalf("after trimming %v", got)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	s.Close()
	j = open(t, start(t, dir), journal.Options{})
	if !j.Report().Clean() {
		t.Errorf("trimmed journal reported as %+v", j.Report())
	}
	seq, b, err := j.Snapshot(ctx)
	if err != nil || seq != 400 || string(b) != "state 39" {
		t.Errorf("snapshot %d %q %v", seq, b, err)
	}
	if got, last := seqs(t, j, seq); len(got) != 0 || last != 400 {
		t.Errorf("replay after the snapshot gave %v, last %d", got, last)
	}
	add(t, j, 401, 401)
}

// TestRandomReopens: whatever the batches and wherever it is closed, the replay
// has no gap and holds all that was acknowledged.
func TestRandomReopens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		dir := t.TempDir()
		next := uint64(1)
		for round := range rapid.IntRange(1, 3).Draw(rt, "rounds") {
			s := start(t, dir)
			j := open(t, s, journal.Options{MaxBatch: rapid.IntRange(1, 5000).Draw(rt, "max")})
			got, last := seqs(t, j, 0)
			if last < next-1 || !slices.Equal(got, span(journal.Range{1, last})) {
				rt.Fatalf("round %d: acknowledged up to %d, replay gave %d facts, last %d", round, next-1, len(got), last)
			}
			next = last + 1
			var acked atomic.Uint64
			at := next
			for range rapid.IntRange(0, 10).Draw(rt, "batches") {
				n := rapid.Uint64Range(0, 12).Draw(rt, "n")
				upto := at + n - 1
				j.Append(facts(at, upto), func(err error) {
					if err == nil {
						acked.Store(upto)
					}
				})
				at += n
			}
			if rapid.Bool().Draw(rt, "server first") {
				s.Close() // what waits is not written
			}
			j.Close()
			s.Close()
			next = max(next, acked.Load()+1)
		}
	})
}

func TestReplayStopsOnError(t *testing.T) {
	t.Parallel()
	j := open(t, start(t, t.TempDir()), journal.Options{})
	add(t, j, 1, 10)
	stop := errors.New("enough")
	n := 0
	if _, err := j.Replay(limit(t), func(cti.Fact) error {
		if n++; n == 3 {
			return stop
		}
		return nil
	}); !errors.Is(err, stop) || n != 3 {
		t.Errorf("replay gave %v after %d", err, n)
	}
}

// TestStrangeMessage: something that is no facts in the stream is named.
func TestStrangeMessage(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	if _, err := s.JetStream().CreateStream(limit(t), jetstream.StreamConfig{
		Name: journal.Stream, Subjects: []string{"journal.*"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.JetStream().Publish(limit(t), "journal."+engine, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	_, err := s.OpenJournal(limit(t), journal.Options{Engine: engine})
	var ce *journal.CorruptError
	if !errors.As(err, &ce) || ce.StreamSeq != 1 {
		t.Errorf("open: %v", err)
	}
}
