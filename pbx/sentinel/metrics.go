package sentinel

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are the sentinel's figures.
type metrics struct {
	reads, rescues, testCalls, calls, taken *prometheus.CounterVec
	still, testAnswer, testAudio            prometheus.Gauge
}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sansheng_sentinel_" + name, Help: help}, labels)
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: "sansheng_sentinel_" + name, Help: help})
	}
	m := &metrics{
		reads:      counter("reads_total", "Readings of the heartbeat: answered, or failed.", "end"),
		rescues:    counter("rescues_total", "Callers sent to the fallback and agents' legs freed while the hotline was silent.", "what", "end"),
		testCalls:  counter("test_calls_total", "Test calls that heard their own tone, or failed.", "end"),
		calls:      counter("alarm_calls_total", "Calls to people on call: taken, not taken, unreachable, or given up for an emergency caller (gave way).", "end"),
		taken:      counter("alarms_taken_total", "Alarms taken by a person on call.", "alarm", "agent"),
		still:      gauge("heartbeat_still_seconds", "For how long the hotline's heartbeat has not changed."),
		testAnswer: gauge("test_call_answer_seconds", "From the last good test call's INVITE to its answer."),
		testAudio:  gauge("test_call_audio_seconds", "From the last good test call's INVITE to its own tone's return."),
	}
	for _, end := range []string{"answered", "failed"} {
		m.reads.WithLabelValues(end)
	}
	for _, end := range []string{"heard", "failed"} {
		m.testCalls.WithLabelValues(end)
	}
	for _, what := range []string{"caller", "leg"} {
		m.rescues.WithLabelValues(what, "done")
		m.rescues.WithLabelValues(what, "failed")
	}
	for _, end := range []string{"taken", "not taken", "unreachable", "gave way"} {
		m.calls.WithLabelValues(end)
	}
	return m
}

// web is the sentinel's own port: /metrics and /healthz.
func (s *Sentinel) web() *http.Server {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), s.board,
		s.metrics.reads, s.metrics.rescues, s.metrics.testCalls, s.metrics.calls, s.metrics.taken,
		s.metrics.still, s.metrics.testAnswer, s.metrics.testAudio,
	)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", s.health)
	return &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second}
}

// health answers 200 as long as the sentinel itself watches, whatever it sees.
func (s *Sentinel) health(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	stuck := time.Since(s.looked) > stuckAfter
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if stuck {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(s.Status()) // the asker has gone
}
