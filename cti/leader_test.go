package cti

import (
	"slices"
	"testing"
)

// A leader has the queues that name him and those that name nobody, of his company.
func TestLed(t *testing.T) {
	t.Parallel()
	p := &Plan{
		Queues: []Queue{
			{ID: "service", Company: "demo", Members: numbers(1001, 1003), Leaders: []string{"2001"}},
			{ID: "repair", Company: "demo", Members: numbers(1003, 1004), Skill: "gas", Level: 2},
			{ID: "emergency", Company: "demo", Members: numbers(1007, 1008), Leaders: []string{"2002"}},
			{ID: "other", Company: "demo2", Members: numbers(1009, 1009), Leaders: []string{"2009"}},
		},
		Agents: []Agent{{ID: "1005", Company: "demo", Skills: map[string]int{"gas": 3}}},
	}
	for _, c := range []struct {
		person string
		queues []QueueID
		agents []AgentID
		whole  bool
	}{
		{"2001", []QueueID{"service", "repair"}, []AgentID{"1001", "1002", "1003", "1004", "1005"}, false},
		{"2002", []QueueID{"repair", "emergency"}, []AgentID{"1003", "1004", "1005", "1007", "1008"}, false},
		{"2003", []QueueID{"repair"}, []AgentID{"1003", "1004", "1005"}, false},
	} {
		queues, agents, whole := p.Led("demo", c.person)
		if !slices.Equal(queues, c.queues) || !slices.Equal(agents, c.agents) || whole != c.whole {
			t.Errorf("%s leads %v with %v, whole %v; want %v with %v, %v", c.person, queues, agents, whole, c.queues, c.agents, c.whole)
		}
	}
	p.Queues[0].Leaders, p.Queues[2].Leaders = nil, []string{"2001"}
	if _, _, whole := p.Led("demo", "2001"); !whole {
		t.Error("who leads each queue does not lead the whole company")
	}
}
