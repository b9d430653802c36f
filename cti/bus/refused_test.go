package bus_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"sansheng/cti/bus"
	"sansheng/cti/bus/journal"
)

// told is a counter that says when it counts.
type told struct {
	prometheus.Counter
	countedC chan struct{}
}

func (c told) Inc() {
	c.Counter.Inc()
	select {
	case c.countedC <- struct{}{}:
	default:
	}
}

// TestRelayRefused: a stream that can be read and takes no facts is one alarm, however often it
// is tried, which ends when it takes them.
func TestRelayRefused(t *testing.T) {
	t.Parallel()
	s := start(t, bus.Options{})
	full := jetstream.StreamConfig{Name: bus.Stream, Subjects: []string{"hotline.>"}, MaxMsgs: 1, Discard: jetstream.DiscardNew}
	if _, err := s.JetStream().CreateStream(limit(t), full); err != nil {
		t.Fatal(err)
	}
	p := public(t, s, bus.StreamLimits{})
	j := open(t, s, journal.Options{Public: p})
	add(t, j, 1, 3)
	metrics, triedC, alarmC := bus.NewRelayMetrics(), make(chan struct{}, 1), make(chan journal.Alarm, 100)
	metrics.Retries = told{metrics.Retries, triedC}
	r := bus.StartRelay(j, p, bus.RelayOptions{
		RetryMin: time.Millisecond, RetryMax: 5 * time.Millisecond, Metrics: metrics, Alarm: func(a journal.Alarm) { alarmC <- a },
	})
	t.Cleanup(r.Close)
	for range 4 {
		select {
		case <-triedC:
		case <-limit(t).Done():
			t.Fatal("it is not tried again")
		}
	}
	full.MaxMsgs = -1
	if _, err := s.JetStream().UpdateStream(limit(t), full); err != nil {
		t.Fatal(err)
	}
	for _, raised := range []bool{true, false} {
		if a := <-alarmC; a.Kind != bus.AlarmRelay || a.Raised != raised {
			t.Fatalf("alarm %+v, want raised %t", a, raised)
		}
		if raised {
			if err := r.Wait(limit(t), 3); err != nil {
				t.Fatal(err)
			}
		}
	}
	add(t, j, 4, 4)
	if err := r.Wait(limit(t), 4); err != nil {
		t.Fatal(err)
	}
	if n := len(alarmC); n > 0 {
		t.Errorf("%d more alarms", n)
	}
}
