package engine

import (
	"strconv"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"sansheng/cti"
	"sansheng/cti/flow"
)

// Metrics are the engine's gauges and counters. Register them with a registry.
type Metrics struct {
	prometheus.Collector
	inbox          atomic.Pointer[inbox] // of the engine whose they are now
	decision       prometheus.Histogram
	journalDelay   prometheus.Histogram
	journalErrors  prometheus.Counter
	lateEffects    prometheus.Counter
	commandsFailed prometheus.Counter

	// What the facts tell, counted as they are made and not as they are replayed.
	arrived  *prometheus.CounterVec // company
	ended    *prometheus.CounterVec // company, disposition
	answered *prometheus.CounterVec // company, within
	fellBack *prometheus.CounterVec // company, reason
	offers   *prometheus.CounterVec // result
	repairs  *prometheus.CounterVec // kind
	lookups  *prometheus.CounterVec // result
}

// Kinds of repair: what was found to be otherwise than the hotline thought.
const (
	repairLateEnd    = "late_end"       // a leg's end found out later, its time estimated
	repairLedgerEnd  = "ledger_end"     // a leg's end read from the switch's ledger
	repairLedgerCall = "ledger_call"    // a caller nobody had seen, read from the ledger
	repairFreed      = "agent_freed"    // an agent bound to a call that did not bind him
	repairAdopted    = "caller_adopted" // a caller found on the switch
	repairOrphan     = "orphan_swept"   // a channel nobody owned
	repairBridge     = "bridge_swept"   // a bridge nobody owned
	repairRejoined   = "pair_rejoined"  // two who should have been in a bridge
)

// NewMetrics makes the metrics of one engine.
func NewMetrics() *Metrics {
	own := prometheus.NewRegistry()
	with := promauto.With(own)
	counts := func(name, help string, labels ...string) *prometheus.CounterVec {
		return with.NewCounterVec(prometheus.CounterOpts{Name: "sansheng_" + name, Help: help}, labels)
	}
	m := &Metrics{
		Collector: own,
		decision: with.NewHistogram(prometheus.HistogramOpts{
			Name: "sansheng_engine_decision_seconds", Help: "Time to decide one input.",
			Buckets: prometheus.ExponentialBuckets(1e-6, 4, 10),
		}),
		journalDelay: with.NewHistogram(prometheus.HistogramOpts{
			Name: "sansheng_engine_journal_seconds", Help: "Time from a decision to its facts being durable.",
			Buckets: prometheus.ExponentialBuckets(1e-4, 2, 16),
		}),
		journalErrors: with.NewCounter(prometheus.CounterOpts{
			Name: "sansheng_engine_journal_errors_total", Help: "Writes to the journal that failed and were tried again.",
		}),
		lateEffects: with.NewCounter(prometheus.CounterOpts{
			Name: "sansheng_engine_late_effects_total", Help: "Decisions that went to the switch before the journal had them (50 ms).",
		}),
		commandsFailed: with.NewCounter(prometheus.CounterOpts{
			Name: "sansheng_engine_commands_failed_total", Help: "Commands the switch refused for another reason than that their object was gone.",
		}),
		arrived:  counts("calls_arrived_total", "Calls that came in.", "company"),
		ended:    counts("calls_ended_total", "Calls that are over, by the disposition on their record.", "company", "disposition"),
		answered: counts("calls_answered_total", "Calls a person answered, by whether within three rings of the caller's clock.", "company", "within_three_rings"),
		fellBack: counts("calls_fell_back_total", "Calls the switch's fallback served, by why.", "company", "reason"),
		offers:   counts("offers_total", "Offers of a call to an agent, by how they ended.", "result"),
		lookups:  counts("lookups_total", "Questions to companies' services about callers, by whether there was an answer.", "result"),
		repairs:  counts("repairs_total", "What was found otherwise than the hotline thought and set right, by kind.", "kind"),
	}
	with.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "sansheng_engine_inbox_depth", Help: "Inputs waiting for the owner loop.",
	}, func() float64 { // asked, for a loop that is held up tells nothing
		if b := m.inbox.Load(); b != nil {
			return float64(b.depth())
		}
		return 0
	})
	for _, r := range []cti.OfferResult{
		cti.OfferAnswered, cti.OfferMissed, cti.OfferDeclined, cti.OfferBusy, cti.OfferUnreachable, cti.OfferWithdrawn, cti.OfferFailed, cti.OfferUnacknowledged,
	} {
		m.offers.WithLabelValues(string(r))
	}
	for _, k := range []string{
		repairLateEnd, repairLedgerEnd, repairLedgerCall, repairFreed, repairAdopted, repairOrphan, repairBridge, repairRejoined,
	} {
		m.repairs.WithLabelValues(k)
	}
	for _, r := range []string{lookupAnswered, lookupFailed} {
		m.lookups.WithLabelValues(r)
	}
	return m
}

// Results of look-ups.
const (
	lookupAnswered = "answered"
	lookupFailed   = "failed"
)

// count counts what a decision tells.
func (m *Metrics) count(out cti.Outcome) {
	r := out.Repairs
	m.repaired(repairFreed, r.Freed)
	m.repaired(repairAdopted, r.Adopted)
	m.repaired(repairOrphan, r.Orphans)
	m.repaired(repairBridge, r.Bridges)
	m.repaired(repairRejoined, r.Rejoined)
	for _, f := range out.Facts {
		company := string(f.Company)
		switch d := f.Data.(type) {
		case *cti.Arrived:
			m.arrived.WithLabelValues(company).Inc()
		case *cti.Answered:
			m.answered.WithLabelValues(company, strconv.FormatBool(d.WithinThreeRings)).Inc()
		case *cti.Ended:
			m.ended.WithLabelValues(company, string(d.Disposition)).Inc()
		case *cti.FellBack:
			m.fellBack.WithLabelValues(company, string(d.Reason)).Inc()
		case *cti.OfferEnded:
			m.offers.WithLabelValues(string(d.Result)).Inc()
		case *cti.LookedUpData:
			if d.Result == flow.Failed {
				m.lookups.WithLabelValues(lookupFailed).Inc()
			} else {
				m.lookups.WithLabelValues(lookupAnswered).Inc()
			}
		case *cti.LegEnded:
			if d.Estimated {
				m.repaired(repairLateEnd, 1)
			}
		}
	}
}

// repaired counts repairs of a kind.
func (m *Metrics) repaired(kind string, n int) {
	if n > 0 {
		m.repairs.WithLabelValues(kind).Add(float64(n))
	}
}
