package cti

import (
	"fmt"
	"time"

	"sansheng/cti/flow"
	"sansheng/cti/hours"
)

// DemoPlan is the hotline `--demo` starts: two companies, one emergency line
// for both, agents 1001 to 1010, and the phone of leader 2001. Further agents, up to the
// given number in all, a thousand at most, join the service queue.
func DemoPlan(agents int) *Plan {
	p := &Plan{
		Companies: []Company{
			{ID: "demo", Name: "三声演示", Country: "cn", Language: "zh"},
			{ID: "demo2", Name: "三声二号", Country: "cn", Language: "zh"},
		},
		Lines: []Line{
			{DID: "800100", Company: "demo", Mode: Greeted, Queue: "service", Greeting: "greeting-demo", Announce: true},
			{DID: "800200", Company: "demo2", Mode: Greeted, Queue: "service", Greeting: "greeting-demo2", Announce: true, Flow: "night"},
			{DID: "800119", Company: "demo", Mode: Direct, Queue: "emergency", Emergency: true},
		},
	}
	for i := range p.Companies {
		p.Companies[i].Calendar = "office"
		p.Companies[i].Departments = []Department{{ID: "gas", Name: "燃气部"}, {ID: "repair", Name: "维修部"}}
	}
	// Who calls the second company by night is told when it opens, and has the emergency
	// line at key 1; else he leaves a message.
	p.Calendars = []hours.Calendar{{
		ID: "office", Zone: "Asia/Shanghai", Holidays: "cn",
		Week: []hours.Shift{{Days: []hours.Weekday{1, 2, 3, 4, 5}, From: 9 * 60, To: 17 * 60}},
	}}
	p.Flows = []flow.Flow{{ID: "night", Company: "demo2", Person: "service", Start: "hours", Nodes: []flow.Node{
		{ID: "hours", Kind: flow.Hours, Calendar: "office", Exits: map[flow.Exit]string{flow.Open: "people", flow.Closed: "closed"}},
		{ID: "people", Kind: flow.Queue, To: "service"},
		{
			ID: "closed", Kind: flow.Menu, Tries: 1, Say: []string{"closed", flow.SayOpens, flow.SayEmergency, "press-emergency"},
			Exits: map[flow.Exit]string{"1": "emergency", flow.NoInput: "message", flow.Wrong: "message"},
		},
		{ID: "emergency", Kind: flow.Emergency, To: "800119"},
		{ID: "message", Kind: flow.Voicemail},
	}}}
	last := max(1010, 1000+agents)
	service := numbers(1001, 1006)
	if last > 1010 {
		service = append(service, numbers(1011, last)...)
	}
	p.Queues = []Queue{
		{ID: "service", Company: "demo", Members: service, MaxWait: Span(15 * time.Minute)},
		{ID: "emergency", Company: "demo", Members: numbers(1007, 1009), Priority: 100, Overflow: []QueueID{"service", "repair"}, OnCall: &OnCall{
			Chain: []string{"1007", "1008", "1009"}, After: Span(10 * time.Second), // 1009 is the leader
		}},
		{ID: "repair", Company: "demo", Members: numbers(1004, 1010), MaxWait: Span(15 * time.Minute)},
	}
	for _, id := range numbers(1001, last) {
		p.Agents = append(p.Agents, Agent{ID: id, Company: "demo", Name: "业务代表 " + string(id), AutoReady: true})
	}
	p.Agents = append(p.Agents, Agent{ID: "2001", Company: "demo", Name: "班长 2001", Leader: true})
	return p
}

func numbers(from, to int) []AgentID {
	ids := make([]AgentID, 0, to-from+1)
	for n := from; n <= to; n++ {
		ids = append(ids, AgentID(fmt.Sprint(n)))
	}
	return ids
}
