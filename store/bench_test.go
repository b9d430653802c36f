package store

import (
	"fmt"
	"testing"

	"sansheng/cti"
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
