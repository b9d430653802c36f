package ari

import (
	"github.com/prometheus/client_golang/prometheus"
)

// figure describes one of the link's figures.
func figure(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("sansheng_link_"+name, help, nil, nil)
}

// The link's figures; they are read from it when they are asked for.
var (
	figureUp        = figure("up", "1 while the link to the switch stands.")
	figureConnects  = figure("connects_total", "Connections to the switch that stood.")
	figureLosses    = figure("losses_total", "Connections to the switch that stood and were lost.")
	figureMessages  = figure("events_total", "Events of the switch that are of use.")
	figureRepeats   = figure("repeated_events_total", "Events received twice and delivered once.")
	figureUndecoded = figure("undecoded_events_total", "Events that could not be read.")
	figureDepth     = figure("event_queue_depth", "Events of the switch that wait for the engine.")
	figureLag       = figure("fence_lag_seconds", "How long the last fence was under way, to the switch and back behind all its events.")
)

// Describe implements prometheus.Collector.
func (l *Link) Describe(c chan<- *prometheus.Desc) { prometheus.DescribeByCollect(l, c) }

// Collect implements prometheus.Collector.
func (l *Link) Collect(c chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64) { c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v) }
	count := func(d *prometheus.Desc, v int64) {
		c <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v))
	}
	s, up := l.Stats(), 0.0
	if l.Up() == nil {
		up = 1
	}
	_, lag := l.LastFence()
	gauge(figureUp, up)
	gauge(figureDepth, float64(s.Depth))
	gauge(figureLag, lag.Seconds())
	count(figureConnects, s.Connects)
	count(figureLosses, s.Losses)
	count(figureMessages, s.Messages)
	count(figureRepeats, s.Repeats)
	count(figureUndecoded, s.Undecoded)
}
