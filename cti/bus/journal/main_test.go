package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/bus/journal"
	"sansheng/pbx"
)

// childEnv makes this test program run as a process that is to be killed.
const childEnv = "SANSHENG_JOURNAL_CHILD"

func TestMain(m *testing.M) {
	if what := os.Getenv(childEnv); what != "" {
		os.Exit(child(what))
	}
	goleak.VerifyTestMain(m)
}

const engine = "e1"

// limit ends a test that waits for what never comes.
func limit(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func fact(seq uint64) cti.Fact {
	return cti.Fact{
		Version: cti.SchemaVersion, ID: fmt.Sprintf("%s-%d", engine, seq), Seq: seq, Engine: engine,
		At: time.UnixMilli(1_700_000_000_000 + int64(seq)).UTC(), Kind: cti.CallArrived, Company: "demo",
		Call: cti.CallID(fmt.Sprintf("c%d", seq/10)),
		Data: &cti.Arrived{DID: "800100", Channel: pbx.ChannelID("ch"), Direction: "inbound", RingbackAt: time.UnixMilli(1).UTC()},
	}
}

func facts(from, to uint64) []cti.Fact {
	fs := make([]cti.Fact, 0, to-from+1)
	for seq := from; seq <= to; seq++ {
		fs = append(fs, fact(seq))
	}
	return fs
}

func start(t testing.TB, dir string) *bus.Server {
	t.Helper()
	s, err := bus.Start(t.Context(), bus.Options{StoreDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func open(t testing.TB, s *bus.Server, opts journal.Options) *journal.Journal {
	t.Helper()
	if opts.Engine == "" {
		opts.Engine = engine
	}
	j, err := s.OpenJournal(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// add appends facts and waits until they are durable.
func add(t testing.TB, j *journal.Journal, from, to uint64) {
	t.Helper()
	errC := make(chan error, 1)
	j.Append(facts(from, to), func(err error) { errC <- err })
	if err := <-errC; err != nil {
		t.Fatal(err)
	}
}

// seqs replays the journal and checks each fact against how it was made.
func seqs(t testing.TB, j *journal.Journal, after uint64) (got []uint64, last uint64) {
	t.Helper()
	last, err := j.ReplayAfter(limit(t), after, func(f cti.Fact) error {
		want := fact(f.Seq)
		if f.ID != want.ID || f.Call != want.Call || !f.At.Equal(want.At) || f.Data.(*cti.Arrived).DID != "800100" {
			t.Errorf("fact %d came back as %+v", f.Seq, f)
		}
		got = append(got, f.Seq)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, last
}

// span lists the numbers of ranges.
func span(rs ...journal.Range) []uint64 {
	var out []uint64
	for _, r := range rs {
		for s := r.From; s <= r.To; s++ {
			out = append(out, s)
		}
	}
	return out
}

func isDelayed(err error) bool {
	var d *journal.DelayedError
	return errors.As(err, &d)
}
