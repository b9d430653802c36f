package store

import (
	"testing"
	"time"
)

// An agent's phone holds his caller when he passes him on blindly: the hold ends with the
// phone's leg, long before the call does, and the second agent's talk is no hold.
func TestHoldEndsWithLeg(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	told := story{facts: `0      call.arrived     c1  -     {"did":"800100","caller":{"number":"13800138000"},"channel":"ch-1","direction":"inbound","mode":"greeted","language":"zh","ring_period_ms":5000,"recording":"c1"}
10     call.queued      c1  -     {"queue":"service","priority":5,"ahead":0}
20     call.offered     c1  1001  {"queue":"service","channel":"c1-agent1","offer":1}
1000   call.offer_ended c1  1001  {"channel":"c1-agent1","offer":1,"result":"answered","cause":0,"ring_ms":900,"rings":1}
1000   call.answered    c1  1001  {"queue":"service","channel":"c1-agent1","offer":1,"wait_ms":990,"agent_ring_ms":900,"agent_rings":1,"caller_ring_ms":1000,"caller_rings":1,"within_three_rings":true}
1100   call.joined      c1  1001  {"bridge":"c1-talk1","channels":["ch-1","c1-agent1"]}
5000   call.held        c1  1001  {"channel":"c1-agent1","role":"agent"}
7000   call.leg_ended   c1  1001  {"channel":"c1-agent1","role":"agent","cause":16}
7100   call.offered     c1  1002  {"queue":"service","channel":"c1-agent2","offer":2}
8000   call.offer_ended c1  1002  {"channel":"c1-agent2","offer":2,"result":"answered","cause":0,"ring_ms":900,"rings":1}
8100   call.joined      c1  1002  {"bridge":"c1-talk2","channels":["ch-1","c1-agent2"]}
60000  call.hung_up     c1  -     {"by":"caller"}
60010  call.leg_ended   c1  -     {"channel":"ch-1","role":"caller","cause":16}
60060  call.leg_ended   c1  1002  {"channel":"c1-agent2","role":"agent","cause":16}
60060  call.ended       c1  1002  {"by":"caller","disposition":"ANSWERED","cause":16}
`}
	if err := s.Replay(t.Context(), "story", told.parse(t, "e")...); err != nil {
		t.Fatal(err)
	}
	noFaults(t, s)
	list, err := s.Calls(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	r := list[0]
	if len(r.Holds) != 1 || r.Holds[0].EndedAt == nil || r.Holds[0].EndedAt.Sub(r.Holds[0].BeganAt) != 2*time.Second {
		t.Errorf("holds %+v", r.Holds)
	}
}
