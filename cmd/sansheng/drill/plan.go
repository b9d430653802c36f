package drill

import (
	"fmt"
	"strconv"
	"time"

	"sansheng/cti"
)

// Numbers of the drill's hotline.
const (
	talkLine      = "800100" // greeted; as many agents as there are to talk
	waitLine      = "800102" // greeted; few agents, who talk for long
	ringLine      = "800103" // direct; agents who let it ring for a while
	handLine      = "800104" // greeted; few agents with very short talks
	notesLine     = "800107" // greeted; one agent, who writes notes after a call
	emergencyLine = "800119" // direct, emergency
	gasLine       = "800120" // direct, emergency; one agent, who talks for long
)

// Agents' first numbers, by what they are there for.
const (
	talkAgents      = 11001
	waitAgents      = 12001
	ringAgents      = 13001
	emergencyAgents = 14001
	handAgents      = 15001
	crowdAgents     = 16001
	onCallAgents    = 17001 // one, whom alarms ring
	gasAgents       = 18001
	deskAgents      = 19001 // to whom calls are passed on
	notesAgents     = 20001
)

// waitCrew is how many agents the waiting callers wait for, emergencyCrew how
// many answer emergencies.
func (s Size) waitCrew() int { return min(max(s.Waiting/2, 1), 10) }

// and handCrew measure hand-overs.
const (
	emergencyCrew = 3
	handCrew      = 4
	deskCrew      = 5
)

// plan is the drill's hotline for a size of traffic.
func plan(s Size) *cti.Plan {
	talk, wait := numbers(talkAgents, s.Talking), numbers(waitAgents, s.waitCrew())
	ring, emergency := numbers(ringAgents, max(s.Ringing, 1)), numbers(emergencyAgents, emergencyCrew)
	p := &cti.Plan{
		Companies: []cti.Company{{ID: "drill", Name: "三声演练", Country: "cn", Language: "zh"}},
		Lines: []cti.Line{
			{DID: talkLine, Company: "drill", Mode: cti.Greeted, Queue: "talk", Greeting: "greeting-drill"},
			{DID: waitLine, Company: "drill", Mode: cti.Greeted, Queue: "wait", Greeting: "greeting-drill"},
			{DID: ringLine, Company: "drill", Mode: cti.Direct, Queue: "ring"},
			{DID: handLine, Company: "drill", Mode: cti.Greeted, Queue: "hand", Greeting: "greeting-drill"},
			{DID: notesLine, Company: "drill", Mode: cti.Greeted, Queue: "notes", Greeting: "greeting-drill"},
			{DID: emergencyLine, Company: "drill", Mode: cti.Direct, Queue: "emergency", Emergency: true},
			{DID: gasLine, Company: "drill", Mode: cti.Direct, Queue: "gas", Emergency: true},
		},
		Queues: []cti.Queue{
			{ID: "talk", Company: "drill", Members: talk},
			{ID: "wait", Company: "drill", Members: wait},
			{ID: "ring", Company: "drill", Members: ring},
			{ID: "hand", Company: "drill", Members: numbers(handAgents, handCrew)},
			{ID: "notes", Company: "drill", Members: numbers(notesAgents, 1), WrapUp: cti.Span(2 * time.Minute)},
			{ID: "emergency", Company: "drill", Members: emergency, Priority: 100},
			{ID: "desk", Company: "drill", Members: numbers(deskAgents, deskCrew)},
			{ID: "gas", Company: "drill", Members: numbers(gasAgents, 1), Priority: 100},
		},
	}
	if s.Crowd > 0 {
		p.Queues = append(p.Queues, cti.Queue{ID: "crowd", Company: "drill", Members: numbers(crowdAgents, s.Crowd)})
	}
	p.Agents = []cti.Agent{{ID: numbers(onCallAgents, 1)[0], Company: "drill", Name: "on call"}}
	for _, q := range p.Queues {
		for _, id := range q.Members {
			p.Agents = append(p.Agents, cti.Agent{ID: id, Company: "drill", Name: "agent " + string(id), AutoReady: true})
		}
	}
	return p
}

func numbers(first, n int) []cti.AgentID {
	ids := make([]cti.AgentID, n)
	for i := range ids {
		ids[i] = cti.AgentID(strconv.Itoa(first + i))
	}
	return ids
}

// callerNumber is the number of the n-th caller of a drill: each calls once.
func callerNumber(n int) string { return fmt.Sprintf("139%08d", n) }
