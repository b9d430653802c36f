package engine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"sansheng/cti"
	"sansheng/pbx"
)

// TestDepth: what waits for a loop that is held up is counted while it is.
func TestDepth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l, m := newScriptSwitch(), &growingLedger{}, NewMetrics()
		e, end := lead(t, Config{Name: "e1", Plan: cti.DemoPlan(0), Switch: s, Journal: &memoryJournal{}, Ledger: l, Metrics: m})
		s.eventC <- up()
		synctest.Wait()
		l.hold()
		<-time.After(2 * auditEvery)
		const events = 50
		for range events {
			s.eventC <- pbx.EndpointChanged{At: pbx.At(time.Now()), Endpoint: "PJSIP/1002"}
		}
		synctest.Wait()
		shown := 0.0
		own := prometheus.NewRegistry()
		own.MustRegister(m)
		families, err := own.Gather()
		if err != nil {
			t.Error(err)
		}
		for _, f := range families {
			if f.GetName() == "sansheng_engine_inbox_depth" {
				shown = f.GetMetric()[0].GetGauge().GetValue()
			}
		}
		if e.Depth() < events || shown < events {
			t.Errorf("%d events wait, %v are shown; %d were told", e.Depth(), shown, events)
		}
		l.release()
		synctest.Wait()
		if n := e.Depth(); n > 0 {
			t.Errorf("%d wait still", n)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

// TestToldNotDone: an order of which was said that it took too long is not carried out later.
func TestToldNotDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := newScriptSwitch(), &growingLedger{}
		e, end := lead(t, Config{Name: "e1", Switch: s, Journal: &memoryJournal{}, Ledger: l})
		s.eventC <- up()
		synctest.Wait()
		closed := cti.CloseHours{What: "office", Until: time.Now().Add(time.Hour), By: "3001", Reason: "training"}
		standing := func() int {
			_, all, err := e.Hours(t.Context())
			if err != nil {
				t.Error(err)
			}
			return len(all)
		}
		l.hold()
		<-time.After(2 * auditEvery)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := e.CloseHours(ctx, closed); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while the loop is held up: %v", err)
		}
		l.release()
		if n := standing(); n != 0 {
			t.Errorf("%d closures stand, and it was said that there is none", n)
		}
		if err := e.CloseHours(t.Context(), closed); err != nil || standing() != 1 {
			t.Errorf("closed in time: %v, %d stand", err, standing())
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}
