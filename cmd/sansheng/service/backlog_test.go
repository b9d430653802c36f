package service

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/engine"
	"sansheng/pbx/ari"
)

// TestEventBacklog: what the engine has not come to is an alarm, though it has taken it from
// the link.
func TestEventBacklog(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Data = t.TempDir()
	s := &Service{cfg: cfg, log: zap.NewNop(), registry: prometheus.NewRegistry()}
	s.openAlarms()
	defer s.closeAlarms()
	link, err := ari.Open(ari.Options{Config: ari.Config{URL: "http://127.0.0.1:1/ari", App: application}})
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	// Its loop does not turn.
	s.link, s.engine = link, engine.New(engine.Config{Name: "e1", Plan: cti.DemoPlan(0)})
	st := &stack{svc: s}
	look := s.watchLink()
	for range backlogHigh {
		if look(t.Context()); st.waits() {
			t.Fatal("an alarm before there are so many")
		}
		if err := s.engine.SetState(t.Context(), cti.SetState{Agent: "1001", State: cti.Ready}); err != nil {
			t.Fatal(err)
		}
	}
	if look(t.Context()); !st.waits() {
		t.Errorf("%d inputs wait, and there is no alarm", s.engine.Depth())
	}
}

// waits tells whether the alarm stands that events wait.
func (st *stack) waits() bool {
	_, up := st.raised("event_backlog")
	return up
}
