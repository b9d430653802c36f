package cti

import (
	"fmt"
	"time"
)

// DemoPlan is the hotline `--demo` starts: two companies, one emergency line
// for both, agents 1001 to 1010. Further agents, up to the given number in all,
// join the service queue.
func DemoPlan(agents int) *Plan {
	p := &Plan{
		Companies: []Company{
			{ID: "demo", Name: "三声演示", Country: "cn", Language: "zh"},
			{ID: "demo2", Name: "三声二号", Country: "cn", Language: "zh"},
		},
		Lines: []Line{
			{DID: "800100", Company: "demo", Mode: Greeted, Queue: "service", Greeting: "greeting-demo", Announce: true},
			// TODO(#5): working hours 09:00–17:00 Monday to Friday, by night emergency key 1, else voicemail.
			{DID: "800200", Company: "demo2", Mode: Greeted, Queue: "service", Greeting: "greeting-demo2", Announce: true},
			{DID: "800119", Company: "demo", Mode: Direct, Queue: "emergency", Emergency: true},
		},
	}
	last := max(1010, 1000+agents)
	service := numbers(1001, 1006)
	if last > 1010 {
		service = append(service, numbers(1011, last)...)
	}
	p.Queues = []Queue{
		{ID: "service", Company: "demo", Members: service, MaxWait: Span(15 * time.Minute)},
		{ID: "emergency", Company: "demo", Members: numbers(1007, 1009), Priority: 100, Overflow: []QueueID{"service", "repair"}},
		{ID: "repair", Company: "demo", Members: numbers(1004, 1010), MaxWait: Span(15 * time.Minute)},
	}
	for _, id := range numbers(1001, last) {
		p.Agents = append(p.Agents, Agent{ID: id, Company: "demo", Name: "业务代表 " + string(id), AutoReady: true})
	}
	return p
}

func numbers(from, to int) []AgentID {
	ids := make([]AgentID, 0, to-from+1)
	for n := from; n <= to; n++ {
		ids = append(ids, AgentID(fmt.Sprint(n)))
	}
	return ids
}
