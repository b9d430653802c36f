package cti

import (
	"reflect"
	"testing"
	"time"

	"sansheng/cti/flow"
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

// TestLoadsWaitsFrom: who has come to the emergency line by a menu, or from a talk, waits since
// then, and not since he has called.
func TestLoadsWaitsFrom(t *testing.T) {
	t.Parallel()
	longest := func(h *Hotline, now time.Time) (most time.Duration) {
		for _, l := range h.Loads(now) {
			most = max(most, l.LongestEmergency)
		}
		return most
	}
	r := rideOn(t, "13800138000", menuNode("1", "gas", "no_input", "people"),
		flow.Node{ID: "gas", Kind: flow.Emergency, To: "800119"}, flow.Node{ID: "people", Kind: flow.Queue, To: "service"})
	r.handle(r.at.Add(50*time.Second), SetState{Agent: "1001", State: LoggedOff})
	r.press("1")
	if got := longest(r.h, r.at.Add(2*time.Second)); got != 2*time.Second {
		t.Errorf("by a menu: he waits for %s", got)
	}
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1001")
	d.arrive("c1", "800100", "0210001")
	d.talk("c1", 1)
	d.now = d.now.Add(5 * time.Minute)
	d.must(Order{Agent: "1001", Verb: OrderEmergency})
	if got := longest(d.h, d.now.Add(2*time.Second)); got != 2*time.Second {
		t.Errorf("from a talk: he waits for %s", got)
	}
}
