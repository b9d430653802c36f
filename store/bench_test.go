package store

import (
	"flag"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sansheng/cti"
	"sansheng/store/proof"
)

// BenchmarkProject projects whole calls, 22 facts each, as after an outage, and
// reports facts/s.
func BenchmarkProject(b *testing.B) { benchmarkProject(b, newStore(b)) }

// BenchmarkProjectTold is the same with a webhook that is told of all of a call.
func BenchmarkProjectTold(b *testing.B) {
	benchmarkProject(b, hooked(b, newDatabase(b, template), newTold().send, everything[0]))
}

func benchmarkProject(b *testing.B, s *Store) {
	told := readStory(b, "testdata/answered.txt").parse(b, "e")
	var facts []cti.Fact
	for call := 0; b.Loop(); call++ {
		b.StopTimer()
		facts = facts[:0]
		for range 1000 / len(told) {
			for _, f := range told {
				f.Seq = uint64(call)*1e6 + uint64(len(facts)) + 1
				f.ID = fmt.Sprintf("e-%d", f.Seq)
				if f.Call != "" {
					f.Call = cti.CallID(fmt.Sprintf("c%d-%d", call, len(facts)/len(told)))
				}
				facts = append(facts, f)
			}
		}
		b.StartTimer()
		if err := s.Replay(b.Context(), fmt.Sprint("journal", call), facts...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(facts))/b.Elapsed().Seconds(), "facts/s")
}

// BenchmarkRecords reads whole records.
func BenchmarkRecords(b *testing.B) {
	s := newStore(b)
	if err := s.Replay(b.Context(), "journal", theFacts(b)...); err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		list, err := s.Calls(b.Context(), Filter{})
		if err != nil {
			b.Fatal(err)
		}
		n = len(list)
	}
	b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "records/s")
}

var benchSeals = flag.Int("seals", 20_000, "how many seals BenchmarkVerify has")

// BenchmarkVerify verifies a chain of whole calls, by a witness, too, and reports seals/s and
// the most that is held in memory. A million: -bench Verify -benchtime 1x -seals 1000000.
func BenchmarkVerify(b *testing.B) {
	s := newStore(b)
	fillChain(b, s, *benchSeals)
	key, err := proof.OpenKey(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	e := Evidence{Heads: witnessed(b, s, key, b.TempDir())}
	var most uint64
	stopC, doneC := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(doneC)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			case <-stopC:
				return
			}
		}
	}()
	for b.Loop() {
		checks, err := s.VerifyAgainst(b.Context(), "demo", e)
		if err != nil || len(checks) != 1 || len(checks[0].Faults) > 0 || checks[0].Records != *benchSeals || checks[0].Witnessed != uint64(*benchSeals) {
			b.Fatalf("%+v, %v", checks, err)
		}
	}
	close(stopC)
	<-doneC
	b.ReportMetric(float64(b.N*(*benchSeals))/b.Elapsed().Seconds(), "seals/s")
	b.ReportMetric(float64(most)/(1<<20), "MiB")
}

// BenchmarkTrees makes the tree's head of a chain, as the service does every hour.
func BenchmarkTrees(b *testing.B) {
	s := newStore(b)
	fillChain(b, s, *benchSeals)
	for b.Loop() {
		trees, err := s.Trees(b.Context(), nil)
		if err != nil || len(trees) != 1 || trees[0].Head.Size != uint64(*benchSeals) {
			b.Fatalf("%+v, %v", trees, err)
		}
	}
	b.ReportMetric(float64(b.N*(*benchSeals))/b.Elapsed().Seconds(), "seals/s")
}

// fillChain makes calls with what an answered one has, and seals them: the rows by the
// database itself, for by facts a million would take an hour.
func fillChain(b *testing.B, s *Store, n int) {
	b.Helper()
	const of = " FROM generate_series(1, %d) i"
	statements := []string{
		"INSERT INTO call (id, company, did, caller_number, caller_name, mode, language, engine, started_at, joined_at, ended_at, ended_by, disposition, cause) " +
			"SELECT 'c' || i, 'demo', '800100', (13900000000 + i)::text, 'Li', 'greeted', 'zh', 'e1', now(), now(), now(), 'caller', 'ANSWERED', 16" + of,
		"INSERT INTO answer SELECT 'c' || i, '1001', 'service', 'a' || i, now(), 900, 900, 1, 900, 1, 1, true, now()" + of,
		"INSERT INTO leg (call_id, channel, role, agent, started_at, ended_at, cause) SELECT 'c' || i, 'a' || i, 'agent', '1001', now(), now(), 16" + of,
		"INSERT INTO leg (call_id, channel, role, started_at, ended_at, cause) SELECT 'c' || i, 'c' || i, 'caller', now(), now(), 16" + of,
		"INSERT INTO offer (call_id, offer, agent, queue, channel, offered_at, ended_at, result) SELECT 'c' || i, 1, '1001', 'service', 'a' || i, now(), now(), 'answered'" + of,
		"INSERT INTO queue_entry SELECT 'c' || i, 1, 'demo', 'service', 5, 0, now(), now(), 900, 'answered'" + of,
		"INSERT INTO step SELECT 'c' || i, 1, now(), 'queue', 'service'" + of,
		"INSERT INTO record_secret SELECT 'c' || i, sha256(i::text::bytea)" + of,
	}
	for i, q := range statements {
		statements[i] = fmt.Sprintf(q, n)
	}
	tamper(b, s, statements...)
	if _, err := s.pool.Exec(b.Context(), "ANALYZE"); err != nil {
		b.Fatal(err)
	}
	var seals []sealing
	for i := range n {
		seals = append(seals, sealing{company: "demo", call: cti.CallID(fmt.Sprint("c", i+1))})
		if len(seals) < page && i+1 < n {
			continue
		}
		err := pgx.BeginFunc(b.Context(), s.pool, func(tx pgx.Tx) error { return s.seal(b.Context(), tx, &pipeline{tx: tx}, seals) })
		if err != nil {
			b.Fatal(err)
		}
		seals = seals[:0]
	}
}
