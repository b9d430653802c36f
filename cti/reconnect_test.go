package cti

import (
	"strings"
	"testing"
	"time"

	"sansheng/pbx"
)

// TestReconnect: an agent whose phone has begun anew gets the same caller back before all
// others, whoever is idle; the caller is never hung up on.
func TestReconnect(t *testing.T) {
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1001")
	if a := d.arrive("c1", "800100", "0210001"); a != "1001" {
		t.Fatalf("%s is asked first", a)
	}
	d.talk("c1", 1)
	d.register("1002", "1003")
	out := d.must(Order{Agent: "1001", Verb: OrderReconnect})
	ends := commandsOf[pbx.Hangup](out)
	if len(ends) != 1 || ends[0].Channel != "c1-agent1" || ends[0].Cause != pbx.CauseOutOfOrder {
		t.Fatalf("ended: %+v", ends)
	}
	if again := commandsOf[pbx.Hangup](d.must(Order{Agent: "1001", Verb: OrderReconnect})); len(again) != 0 {
		t.Errorf("ended again: %+v", again)
	}
	out = d.gone("c1-agent1", pbx.CauseOutOfOrder)
	if rung := commandsOf[pbx.Create](out); len(rung) != 1 || rung[0].Endpoint != "PJSIP/1001" {
		t.Fatalf("rung: %+v", rung)
	}
	d.talk("c1", 2)
	c := d.h.calls["c1"]
	if c.State != CallTalking || c.Agent != "1001" || d.h.agents["1001"].State != Talking {
		t.Errorf("%s with %s, who is %s", c.State, c.Agent, d.h.agents["1001"].State)
	}
}

// TestReconnectUnanswered: where the phone does not ring after all, the caller goes to
// the next agent; where the hotline dies in between, too.
func TestReconnectUnanswered(t *testing.T) {
	for _, restarted := range []bool{false, true} {
		d := newDesk(t, func(*Plan, *Queue) {})
		d.register("1001")
		d.arrive("c1", "800100", "0210001")
		d.talk("c1", 1)
		d.register("1002")
		d.must(Order{Agent: "1001", Verb: OrderReconnect})
		if restarted {
			d.h.legs["c1-agent1"].reconnects, d.h.legs["c1-agent1"].hangupAt = false, time.Time{}
		}
		out := d.gone("c1-agent1", pbx.CauseOutOfOrder)
		if !restarted {
			out = d.gone("c1-agent2", pbx.CauseNoAnswer)
		}
		if ends := commandsOf[pbx.Hangup](out); len(ends) != 0 {
			t.Errorf("restarted %t: hung up on: %+v", restarted, ends)
		}
		if rung := commandsOf[pbx.Create](out); len(rung) != 1 || !strings.HasPrefix(string(rung[0].Endpoint), "PJSIP/") {
			t.Errorf("restarted %t: rung: %+v", restarted, rung)
		}
	}
}

// TestReconnectRefused: without a phone, or in a consultation, nothing is ended.
func TestReconnectRefused(t *testing.T) {
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1001")
	d.arrive("c1", "800100", "0210001")
	d.talk("c1", 1)
	d.do(pbx.EndpointChanged{At: pbx.At(d.now), Endpoint: "PJSIP/1001", Reachable: false})
	out := d.h.Handle(d.now, Order{Agent: "1001", Verb: OrderReconnect})
	if out.Refused == nil || len(commandsOf[pbx.Hangup](out)) != 0 || !strings.Contains(out.Refused.Error(), "not registered") {
		t.Errorf("without a phone: %v, %+v", out.Refused, out.Commands)
	}
}
