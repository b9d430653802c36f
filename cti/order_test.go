package cti

import (
	"testing"

	"sansheng/pbx"
)

// TestOrderOnce: an order given again with its key is accepted and nothing is done,
// also after a restart; who gave it is a fact.
func TestOrderOnce(t *testing.T) {
	t.Parallel()
	h := linked("PJSIP/1001")
	var facts []Fact
	give := func(o Order) int {
		t.Helper()
		out := h.Handle(epoch, o)
		if out.Refused != nil {
			t.Fatal(out.Refused)
		}
		facts = append(facts, out.Facts...)
		return len(out.Facts)
	}
	pause := Order{Agent: "1001", By: "2001", Verb: OrderPause, Reason: "lunch", Key: "k1"}
	if n := give(pause); n != 2 {
		t.Fatalf("%d facts", n)
	}
	d, ok := facts[1].Data.(*OrderedData)
	if want := (OrderedData{By: "2001", Verb: OrderPause, Reason: "lunch", Key: "k1"}); !ok || *d != want || facts[1].Agent != "1001" {
		t.Errorf("on record is %+v %+v", facts[1], d)
	}
	give(Order{Agent: "1001", Verb: OrderReady, Key: "k2"})
	if n := give(pause); n != 0 {
		t.Errorf("carried out again: %d facts", n)
	}
	e := NewEssence()
	for _, f := range facts {
		e.Add(f)
	}
	again := NewHotline("e1", DemoPlan(0))
	for _, f := range e.Facts() {
		again.Apply(f)
	}
	again.Handle(epoch, pbx.LinkUp{At: pbx.At(epoch), Snapshot: pbx.Snapshot{At: epoch, StartedAt: epoch, Endpoints: []pbx.Endpoint{{ID: "PJSIP/1001", Reachable: true}}}})
	if out := again.Handle(epoch, pause); len(out.Facts) != 0 || out.Refused != nil {
		t.Errorf("carried out again after a restart: %+v, %v", out.Facts, out.Refused)
	}
}
