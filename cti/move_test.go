package cti

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMove: a leader moves an agent between queues (requirement G4). He gets the calls
// of the queues he was moved to and no other's, also after a restart, until he is given
// back to the plan.
func TestMove(t *testing.T) {
	plan := DemoPlan(0)
	h := NewHotline("e1", plan)
	var facts []Fact
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	handle := func(in Input) Outcome {
		now = now.Add(time.Second)
		o := h.Handle(now, in)
		facts = append(facts, o.Facts...)
		return o
	}
	at, up := parseInput(t, "0s up PJSIP/1001:on PJSIP/1002:on PJSIP/1004:on")
	now = at
	handle(up)
	move := func(agent AgentID, to string) error {
		t.Helper()
		return handle(Order{Agent: agent, Verb: OrderMove, To: to, By: "2001", Leader: true}).Refused
	}
	serves := func(h *Hotline, agent AgentID, want ...QueueID) {
		t.Helper()
		for _, a := range h.Agents() {
			if a.ID == agent && !slices.Equal(a.Queues, want) {
				t.Errorf("%s serves %v, want %v", agent, a.Queues, want)
			}
		}
	}
	serves(h, "1001", "service")
	if err := move("1001", "repair, emergency,repair"); err != nil {
		t.Fatal(err)
	}
	serves(h, "1001", "emergency", "repair")
	if err := move("1004", "repair"); err != nil {
		t.Fatal(err)
	}
	_, caller := parseInput(t, "30s arrives c1 800119 13800138000")
	o := handle(caller)
	if !slices.ContainsFunc(o.Facts, func(f Fact) bool { return f.Kind == CallOffered && f.Agent == "1001" }) {
		t.Errorf("the emergency is not offered to who was moved there: %v", o.Facts)
	}

	essence := NewEssence()
	again := NewHotline("e1", plan)
	for _, f := range facts {
		essence.Add(f)
	}
	for _, f := range essence.Facts() {
		again.Apply(f)
	}
	serves(again, "1001", "emergency", "repair")
	serves(again, "1004", "repair")

	if err := move("1001", ""); err != nil {
		t.Fatal(err)
	}
	serves(h, "1001", "service")
}

func TestMoveRefused(t *testing.T) {
	plan := DemoPlan(0)
	plan.Queues[1].Members = []AgentID{"1007"} // the only one on emergency duty
	plan.Companies = append(plan.Companies, Company{ID: "other", Country: "cn", Language: "zh"})
	plan.Queues = append(plan.Queues, Queue{ID: "others", Company: "other"})
	h := NewHotline("e1", plan)
	for _, c := range []struct {
		order Order
		says  string
	}{
		{Order{Agent: "1001", To: "nowhere", Leader: true}, `"nowhere" is no queue of his company's; allowed: emergency, repair, service`},
		{Order{Agent: "1001", To: "others", Leader: true}, `"others" is no queue`},
		{Order{Agent: "1001", To: "service,", Leader: true}, `"" is no queue`},
		{Order{Agent: "1007", To: "service", Leader: true}, "nobody else serves queue emergency"},
		{Order{Agent: "1007", To: "service,emergency", Leader: true}, ""},
		{Order{Agent: "1001", To: "repair"}, "for leaders"},
	} {
		c.order.Verb = OrderMove
		err := h.Handle(time.Now(), c.order).Refused
		var refused *OrderError
		if c.says == "" && err != nil || c.says != "" && (!errors.As(err, &refused) || !strings.Contains(refused.Text, c.says)) {
			t.Errorf("%+v: %v, want %q", c.order, err, c.says)
		}
	}
}
