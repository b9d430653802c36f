package journal

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Metrics are the journal's figures. Register them once per process.
type Metrics struct {
	prometheus.Collector
	Depth   prometheus.Gauge
	Commit  prometheus.Histogram
	Batch   prometheus.Histogram
	Facts   prometheus.Counter
	Retries prometheus.Counter
	Lost    prometheus.Counter
	Bytes   prometheus.Gauge
}

// NewMetrics makes the figures, not yet registered.
func NewMetrics() *Metrics {
	own := prometheus.NewRegistry()
	with := promauto.With(own)
	return &Metrics{
		Collector: own,
		Depth: with.NewGauge(prometheus.GaugeOpts{
			Name: "sansheng_journal_queue_facts", Help: "Facts appended and not yet durable."}),
		Commit: with.NewHistogram(prometheus.HistogramOpts{
			Name: "sansheng_journal_commit_seconds", Help: "Time from append to durable, per append.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2, 16)}),
		Batch: with.NewHistogram(prometheus.HistogramOpts{
			Name: "sansheng_journal_batch_facts", Help: "Facts per journal message.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 12)}),
		Facts: with.NewCounter(prometheus.CounterOpts{
			Name: "sansheng_journal_facts_total", Help: "Facts made durable."}),
		Retries: with.NewCounter(prometheus.CounterOpts{
			Name: "sansheng_journal_retries_total", Help: "Journal writes that failed and were tried again."}),
		Lost: with.NewCounter(prometheus.CounterOpts{
			Name: "sansheng_journal_lost_facts_total", Help: "Acknowledged facts found missing and not recovered."}),
		Bytes: with.NewGauge(prometheus.GaugeOpts{
			Name: "sansheng_journal_bytes", Help: "Size of the journal on disk at the last trim."}),
	}
}
