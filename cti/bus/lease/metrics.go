package lease

import "github.com/prometheus/client_golang/prometheus"

// Metrics are a keeper's figures. Register them with a registry.
type Metrics struct {
	held, term                 prometheus.Gauge
	renewals, failures, claims prometheus.Counter
}

// NewMetrics makes the figures, not yet registered.
func NewMetrics() *Metrics {
	return &Metrics{
		held: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "sansheng_lease_held", Help: "1 while this engine leads, 0 while it stands by."}),
		term: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "sansheng_lease_term", Help: "The term of the lease this engine held last."}),
		renewals: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sansheng_lease_renewals_total", Help: "Renewals of the lease."}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sansheng_lease_renewal_failures_total", Help: "Renewals that NATS did not answer."}),
		claims: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sansheng_lease_claims_total", Help: "How often this engine took the lease."}),
	}
}

func (m *Metrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.held, m.term, m.renewals, m.failures, m.claims}
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(c chan<- *prometheus.Desc) {
	for _, one := range m.all() {
		one.Describe(c)
	}
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(c chan<- prometheus.Metric) {
	for _, one := range m.all() {
		one.Collect(c)
	}
}
