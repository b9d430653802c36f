package cti

import (
	"testing"
	"time"

	"sansheng/pbx"
)

// TestElsewhereGone: an agent whose phone the switch rings by itself is free again also
// where that call ended before anybody could be told of it.
func TestElsewhereGone(t *testing.T) {
	h := NewHotline("e1", DemoPlan(0))
	at := epoch
	state := func() AgentState { return h.agents["1001"].State }
	out := h.Handle(at, pbx.LinkUp{At: pbx.At(at), Snapshot: pbx.Snapshot{
		At: at, StartedAt: at.Add(-time.Hour), Endpoints: []pbx.Endpoint{{ID: "PJSIP/1001", Reachable: true}},
		Channels: []pbx.Channel{{ID: "x1", Name: "PJSIP/1001-00000001", State: pbx.ChannelUp}},
	}})
	if state() != Talking {
		t.Fatalf("he is %s", state())
	}
	var watch pbx.Command
	for _, c := range out.Commands {
		if w, ok := c.(pbx.Watch); ok && w.Channel == "x1" {
			watch = w
		}
	}
	if watch == nil {
		t.Fatalf("nothing will tell of its end: %v", out.Commands)
	}
	h.Handle(at, pbx.CommandFailed{At: pbx.At(at.Add(time.Second)), Command: watch, Gone: true})
	if state() != Ready {
		t.Errorf("he is %s", state())
	}
}
