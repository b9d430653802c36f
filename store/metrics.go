package store

import "github.com/prometheus/client_golang/prometheus"

// figure describes one of the projector's figures.
func figure(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("sansheng_projection_"+name, help, nil, nil)
}

// The projector's figures; they are read from it when they are asked for.
var (
	figurePosition   = figure("position", "Place in the public stream up to which facts are rows.")
	figureFacts      = figure("facts_total", "Facts projected into rows.")
	figureDuplicates = figure("duplicate_facts_total", "Facts met again and counted once.")
	figureIgnored    = figure("ignored_facts_total", "Facts of a kind this program does not keep.")
	figureDead       = figure("dead_letters_total", "Messages put aside because no row could be made of them.")
	figureLate       = figure("late_facts_total", "Facts for a call that was already closed; they amend its record.")
	figureMissing    = figure("missing_facts", "Numbers of engines' sequences that were jumped over.")
	figureRetries    = figure("retries_total", "Transactions that failed and were tried again.")
	figureFailing    = figure("failing", "1 while the last try of the database or the stream failed.")
)

// Describe implements prometheus.Collector.
func (p *Projector) Describe(c chan<- *prometheus.Desc) { prometheus.DescribeByCollect(p, c) }

// Collect implements prometheus.Collector.
func (p *Projector) Collect(c chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64) { c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v) }
	count := func(d *prometheus.Desc, v uint64) {
		c <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v))
	}
	s, failing := p.Stats(), 0.0
	if s.Failing != nil {
		failing = 1
	}
	gauge(figurePosition, float64(s.Position))
	gauge(figureMissing, float64(s.Missing))
	gauge(figureFailing, failing)
	count(figureFacts, s.Facts)
	count(figureDuplicates, s.Duplicates)
	count(figureIgnored, s.Ignored)
	count(figureDead, s.DeadLetters)
	count(figureLate, s.Late)
	count(figureRetries, s.Retries)
}
