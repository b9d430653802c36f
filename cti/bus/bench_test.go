package bus_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/bus/journal"
)

// quantile of sorted durations, in milliseconds.
func quantile(ds []time.Duration, q float64) float64 {
	return float64(ds[int(q*float64(len(ds)-1))]) / float64(time.Millisecond)
}

// latencies appends n facts with so many in flight and measures each from append
// to durable.
func latencies(b *testing.B, j *journal.Journal, n, flight int) []time.Duration {
	b.Helper()
	ds := make([]time.Duration, 0, n)
	slotC := make(chan struct{}, flight)
	var wg sync.WaitGroup
	wg.Add(n)
	for i := range uint64(n) {
		slotC <- struct{}{}
		at := time.Now()
		j.Append(facts(i+1, i+1), func(err error) {
			if err != nil {
				b.Error(err)
			}
			ds = append(ds, time.Since(at))
			<-slotC
			wg.Done()
		})
	}
	wg.Wait()
	slices.Sort(ds)
	return ds
}

// BenchmarkAppend: how long a fact takes to become durable, with 1, 10 and 100
// in flight, alone and with the relay publishing at the same time.
func BenchmarkAppend(b *testing.B) {
	for _, mode := range []string{"alone", "relay"} {
		for _, flight := range []int{1, 10, 100} {
			b.Run(fmt.Sprintf("%s/flight=%d", mode, flight), func(b *testing.B) {
				s := start(b, bus.Options{})
				j := open(b, s, journal.Options{})
				if mode != "alone" {
					relay(b, j, public(b, s, bus.StreamLimits{}))
				}
				b.ResetTimer()
				ds := latencies(b, j, b.N, flight)
				b.StopTimer()
				b.ReportMetric(quantile(ds, 0.5), "p50-ms")
				b.ReportMetric(quantile(ds, 0.99), "p99-ms")
				b.ReportMetric(quantile(ds, 1), "max-ms")
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "facts/s")
			})
		}
	}
}

// BenchmarkRelay: how fast the relay catches up, and how long a lone fact takes
// from append to a reader.
func BenchmarkRelay(b *testing.B) {
	b.Run("catch-up", func(b *testing.B) {
		s := start(b, bus.Options{})
		j := open(b, s, journal.Options{})
		add(b, j, 1, uint64(b.N))
		p := public(b, s, bus.StreamLimits{})
		b.ResetTimer()
		if err := relay(b, j, p).Wait(limit(b), uint64(b.N)); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "facts/s")
	})
	b.Run("append-to-reader", func(b *testing.B) {
		s := start(b, bus.Options{})
		j := open(b, s, journal.Options{})
		p := public(b, s, bus.StreamLimits{})
		relay(b, j, p)
		rd := reader(b, p, bus.ReaderOptions{})
		ds := make([]time.Duration, 0, b.N)
		for i := range uint64(b.N) {
			at := time.Now()
			j.Append(facts(i+1, i+1), nil)
			expect(b, rd, i+1, i+1)
			ds = append(ds, time.Since(at))
		}
		slices.Sort(ds)
		b.ReportMetric(quantile(ds, 0.5), "p50-ms")
		b.ReportMetric(quantile(ds, 0.99), "p99-ms")
	})
}

// BenchmarkReplay: how fast an engine reads its journal at start.
func BenchmarkReplay(b *testing.B) {
	s := start(b, bus.Options{})
	j := open(b, s, journal.Options{})
	for at := uint64(1); at <= uint64(b.N); at += 10 {
		j.Append(facts(at, at+9), nil)
	}
	if err := j.Wait(limit(b), uint64(b.N)); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	n := 0
	if _, err := j.Replay(limit(b), func(cti.Fact) error { n++; return nil }); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "facts/s")
}
