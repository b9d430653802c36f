package cti

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/pbx"
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

// ledDesk is a desk with 1001 in a talk, and the phone of leader 2001.
func ledDesk(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, func(p *Plan, _ *Queue) {
		p.Agents = append(p.Agents, Agent{ID: "2001", Company: "demo", Leader: true})
	})
	d.register("1001", "2001")
	d.arrive("c1", "800100", "1")
	d.talk("c1", 1)
	return d
}

// listens lets leader 2001 into the talk by his own phone.
func (d *desk) listens(offer string) {
	d.t.Helper()
	out := d.must(Order{Agent: "2001", By: "2001", Leader: true, Verb: OrderListen, To: "1001"})
	if made := commandsOf[pbx.Create](out); len(made) != 1 || !strings.Contains(made[0].Vars["PJSIP_HEADER(add,Call-Info)"], "answer-after=0") {
		d.t.Fatalf("his phone is not asked to answer by itself: %+v", made)
	}
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: pbx.ChannelID("c1-super" + offer)})
	if a := d.h.agents["2001"]; a.State != Talking {
		d.t.Fatalf("he listens and is %s", a.State)
	}
}

// TestLeadersPhone: a leader listens by his own phone, and is nobody at work before,
// meanwhile and after.
func TestLeadersPhone(t *testing.T) {
	t.Parallel()
	d := ledDesk(t)
	idle := func(when string) {
		t.Helper()
		a := d.h.agents["2001"]
		if a.State != LoggedOff || !a.Reachable {
			t.Errorf("%s he is %s (%s), reachable %v", when, a.State, a.Reason, a.Reachable)
		}
	}
	counts := func(when string) {
		t.Helper()
		n := 0
		for _, l := range d.h.Loads(d.now) {
			for _, of := range l.Agents {
				n += of
			}
		}
		if n != 5 {
			t.Errorf("%s %d agents are counted, not 5", when, n)
		}
		for _, q := range d.h.QueueViews() {
			if q.ID == "service" && q.Agents != 1 {
				t.Errorf("%s %d serve the queue, not 1", when, q.Agents)
			}
		}
	}
	idle("registered")
	counts("before")
	d.listens("2")
	counts("meanwhile")
	if w := d.h.CallViews()[0].Watchers; len(w) != 1 || w[0] != (WatcherView{By: "2001", Phone: "2001", Mode: Listening}) {
		t.Errorf("the floor sees %+v", w)
	}
	d.must(Order{Agent: "2001", By: "2001", Leader: true, Verb: OrderHangUp})
	d.gone("c1-super2", pbx.CauseNormal)
	idle("after it")
	if c := d.h.calls["c1"]; c.State != CallTalking || c.Agent != "1001" {
		t.Errorf("the call is %s with %s", c.State, c.Agent)
	}
	if got := d.arrive("c2", "800100", "2"); got != "" {
		t.Errorf("%s is asked for a caller", got)
	}

	d.listens("3")
	d.must(Order{Agent: "2001", By: "2001", Leader: true, Verb: OrderTakeOver})
	d.bridged("c1-talk3", "c1", "c1-super3")
	if c := d.h.calls["c1"]; c.Agent != "2001" {
		t.Fatalf("%s has the call", c.Agent)
	}
	d.gone("c1-agent1", pbx.CauseNormal)
	d.gone("c1-super3", pbx.CauseNormal)
	d.gone("c1", pbx.CauseNormal)
	idle("after the talk that he took over")
}

// A leader's phone is asked for nothing else, and by nobody else.
func TestLeadersPhoneRefuses(t *testing.T) {
	t.Parallel()
	d := ledDesk(t)
	d.do(SetState{Agent: "2001", State: Ready})
	for says, o := range map[string]Order{
		"takes no callers; allowed: listen": {Agent: "2001", Verb: OrderReady},
		"it is a leader's phone":            {Agent: "2001", Verb: OrderPause, Reason: "lunch"},
		"leader's phone, which takes":       {Agent: "2001", Verb: OrderLogOff},
		"a leader's phone":                  {Agent: "2001", Verb: OrderMove, Leader: true, To: "service"},
		"leader's phone":                    {Agent: "2001", Verb: OrderDial, Leader: true, To: "02188880000"},
		"the phone of leader 2001":          {Agent: "2001", By: "9001", Leader: true, Verb: OrderListen, To: "1001"},
		"agent 2001 is LoggedOff":           {Agent: "1001", Verb: OrderTransfer, To: "2001"},
	} {
		if err := d.do(o).Refused; err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", o.Verb, err, says)
		}
	}
	code := pbx.Channel{ID: "code", InApp: true, Args: []string{"agent", "*11", "2001"}}
	played := commandsOf[pbx.Play](d.do(pbx.ChannelEntered{At: pbx.At(d.now), Channel: code}))
	if len(played) != 1 || played[0].Media[0] != "sound:code-refused" {
		t.Errorf("*11 on his phone: %+v", played)
	}
	if s := d.h.agents["2001"].State; s != LoggedOff {
		t.Errorf("he is %s", s)
	}
}

// Who becomes a leader in another plan is an agent no more, to whatever queue he was moved.
func TestAgentBecomesLeader(t *testing.T) {
	l := newLife(t)
	l.do("0s up PJSIP/1001:on PJSIP/1002:on")
	if err := l.give(epoch.Add(time.Second), Order{Agent: "1001", By: "2001", Leader: true, Verb: OrderMove, To: "repair"}).Refused; err != nil {
		t.Fatal(err)
	}
	if s := l.state("1001"); s != Ready {
		t.Fatal(s)
	}
	if err := l.publish(2*time.Second, func(p *Plan) {
		without("1001")(p)
		p.Agents = append(p.Agents, Agent{ID: "1001", Company: "demo", Leader: true})
	}); err != nil {
		t.Fatal(err)
	}
	for _, a := range l.h.Agents() {
		if a.ID == "1001" && (a.State != LoggedOff || len(a.Queues) > 0 || a.Moved || !a.Leader) {
			t.Errorf("he is %+v", a)
		}
	}
	l.do("3s ready 1001", "4s arrives c1 800100 13800138000")
	if slices.ContainsFunc(l.facts, func(f Fact) bool { return f.Kind == CallOffered && f.Agent == "1001" }) {
		t.Error("he is asked for a caller")
	}
}

// A plan that would have a leader take callers is refused.
func TestLeaderCheck(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(p *Plan){
		`queues[0].members[6]: "2001" is a leader's phone`:          func(p *Plan) { p.Queues[0].Members = append(p.Queues[0].Members, "2001") },
		`queues[1].on_call.chain[3]: "2001" is a leader's phone`:    func(p *Plan) { p.Queues[1].OnCall.Chain = append(p.Queues[1].OnCall.Chain, "2001") },
		"agents[10].leader: who takes no callers is not ready":      func(p *Plan) { p.Agents[10].AutoReady = true },
		"and needs no skill; allowed: without auto_ready and skill": func(p *Plan) { p.Agents[10].Skills = map[string]int{"gas": 2} },
	} {
		p := DemoPlan(0)
		if err := p.Check(); err != nil {
			t.Fatal(err)
		}
		change(p)
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
