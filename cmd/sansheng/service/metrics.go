package service

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"sansheng/cti"
	"sansheng/pbx/asterisk"
	"sansheng/store"
)

// gauges are the figures that watch keeps; parts with figures of their own
// register them themselves.
type gauges struct {
	prometheus.Collector
	live, waiting, native, longest *prometheus.GaugeVec // company
	agents                         *prometheus.GaugeVec // company, state
	disk                           *prometheus.GaugeVec // of
	processors, queued, deepest    prometheus.Gauge
	overMark                       prometheus.Gauge
	clock, recordings              prometheus.Gauge
	database, behindFacts, behind  prometheus.Gauge
	crashes                        *prometheus.CounterVec // part
	told                           *prometheus.GaugeVec   // webhook, state
}

func newGauges() *gauges {
	own := prometheus.NewRegistry()
	with := promauto.With(own)
	g := &gauges{Collector: own}
	vec := func(name, help string, labels ...string) *prometheus.GaugeVec {
		return with.NewGaugeVec(prometheus.GaugeOpts{Name: "sansheng_" + name, Help: help}, labels)
	}
	one := func(name, help string) prometheus.Gauge {
		return with.NewGauge(prometheus.GaugeOpts{Name: "sansheng_" + name, Help: help})
	}
	g.live = vec("calls_live", "Calls that are not over.", "company")
	g.waiting = vec("calls_waiting", "Calls that wait for a person.", "company")
	g.native = vec("calls_in_fallback", "Calls that the switch's fallback serves.", "company")
	g.longest = vec("longest_wait_seconds", "How long the caller has waited who waits longest.", "company")
	g.agents = vec("agents", "Agents by what they do.", "company", "state")
	g.disk = vec("data_disk_bytes", "Size of the data folder's disk (all) and what is left of it (free).", "of")
	g.processors = one("switch_task_processors", "Task processors of the switch.")
	g.queued = one("switch_tasks_waiting", "Tasks that wait inside the switch.")
	g.deepest = one("switch_tasks_deepest", "Tasks that wait in the switch's fullest task processor; 500 is the usual mark.")
	g.overMark = one("switch_task_processors_over", "Task processors over their mark: the switch ignores new calls.")
	g.clock = one("clock_apart_seconds", "Difference between the switch's clock and this machine's.")
	g.recordings = one("recordings_bytes", "Size of the recordings on our own switch, measured every ten minutes.")
	g.database = one("database_up", "1 while the database answers.")
	g.behindFacts = one("projection_lag_facts", "Facts in the public stream that are not rows yet.")
	g.behind = one("projection_lag_seconds", "How long the records have been behind the public stream.")
	g.crashes = with.NewCounterVec(prometheus.CounterOpts{
		Name: "sansheng_restarts_total", Help: "Deaths of a part, each followed by its restart."}, []string{"part"})
	g.told = vec("webhook_deliveries", "Facts that a webhook is to be told: waiting, refused at least once, given up.", "webhook", "state")
	for part := range crashAlarms {
		g.crashes.WithLabelValues(part)
	}
	return g
}

func (g *gauges) calls(loads []cti.Load) {
	if len(loads) == 0 { // standing by
		for _, v := range []*prometheus.GaugeVec{g.live, g.waiting, g.native, g.longest, g.agents} {
			v.Reset()
		}
	}
	for _, l := range loads {
		company := string(l.Company)
		g.live.WithLabelValues(company).Set(float64(l.Live))
		g.waiting.WithLabelValues(company).Set(float64(l.Waiting))
		g.native.WithLabelValues(company).Set(float64(l.Native))
		g.longest.WithLabelValues(company).Set(l.LongestWait.Seconds())
		for state, n := range l.Agents {
			g.agents.WithLabelValues(company, string(state)).Set(float64(n))
		}
	}
}

// webhooks counts what each webhook is to be told.
func (g *gauges) webhooks(all []store.WebhookStanding) {
	g.told.Reset()
	for _, w := range all {
		if w.EndedAt != nil {
			continue
		}
		g.told.WithLabelValues(w.Name, "waiting").Set(float64(w.Waiting))
		g.told.WithLabelValues(w.Name, "refused").Set(float64(w.Refused))
		g.told.WithLabelValues(w.Name, "failed").Set(float64(w.Failed))
	}
}

func (g *gauges) tasks(t asterisk.Tasks) {
	g.processors.Set(float64(t.Processors))
	g.queued.Set(float64(t.Queued))
	g.deepest.Set(float64(t.Deepest))
	g.overMark.Set(float64(t.Over))
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
