package cti

import (
	"reflect"
	"testing"
	"time"

	"sansheng/pbx"
)

// TestLoads: who waits, how long, and whether anybody could help, by company.
func TestLoads(t *testing.T) {
	t.Parallel()
	plan := &Plan{
		Companies: []Company{{ID: "a", Country: "uk", Language: "en"}, {ID: "b", Country: "uk", Language: "en"}},
		Lines: []Line{
			{DID: "100", Company: "a", Mode: Direct, Queue: "desk"},
			{DID: "110", Company: "b", Mode: Direct, Queue: "duty", Emergency: true},
		},
		Queues: []Queue{
			{ID: "desk", Company: "a", Members: []AgentID{"1001"}},
			{ID: "duty", Company: "b", Members: []AgentID{"1002"}, Overflow: []QueueID{"desk"}},
		},
		Agents: []Agent{{ID: "1001", Company: "a"}, {ID: "1002", Company: "b"}},
	}
	if err := plan.Check(); err != nil {
		t.Fatal(err)
	}
	h := NewHotline("e1", plan)
	arrive := func(id CallID, co CompanyID, did string, at time.Duration, emergency bool) {
		h.emit(epoch.Add(at), CallArrived, co, id, "", &Arrived{DID: did, Channel: pbx.ChannelID(id), Emergency: emergency})
	}
	arrive("c1", "a", "100", 0, false)
	arrive("c2", "b", "110", time.Second, true)
	arrive("c3", "b", "110", 3*time.Second, true)
	h.emit(epoch.Add(4*time.Second), CallFellBack, "b", "c3", "", &FellBack{Reason: FellByLease})
	at := func() (Load, Load) { l := h.Loads(epoch.Add(10 * time.Second)); return l[0], l[1] }

	a, b := at()
	if a.Live != 1 || a.Waiting != 1 || a.LongestWait != 10*time.Second || a.LongestEmergency != 0 || a.Unstaffed != nil {
		t.Errorf("company a has %+v", a)
	}
	if b.Live != 2 || b.Waiting != 1 || b.Native != 1 || b.LongestEmergency != 9*time.Second ||
		!reflect.DeepEqual(b.Unstaffed, []QueueID{"duty"}) || b.Agents[LoggedOff] != 1 || b.Agents[Ready] != 0 {
		t.Errorf("company b has %+v", b)
	}
	// One who helps out is enough; one who is paused is none.
	h.agents["1001"].Reachable, h.agents["1001"].State = true, Talking
	if _, b := at(); b.Unstaffed != nil {
		t.Errorf("unstaffed although the overflow's agent is there: %v", b.Unstaffed)
	}
	h.agents["1001"].State = Paused
	if _, b := at(); len(b.Unstaffed) != 1 {
		t.Error("staffed by an agent who is paused")
	}
}
