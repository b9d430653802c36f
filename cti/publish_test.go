package cti

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti/flow"
)

// life is a hotline under the demo's plan whose facts are kept, and replayed after every
// input.
type life struct {
	t       *testing.T
	file    *Plan
	h       *Hotline
	facts   []Fact
	essence *Essence
}

func newLife(t *testing.T) *life {
	l := &life{t: t, file: DemoPlan(0), essence: NewEssence()}
	l.h = NewHotline("e1", l.file)
	l.give(epoch, Started{File: l.file})
	return l
}

// give has an input handled, and compares what the facts alone give: all of them, and
// those that matter.
func (l *life) give(at time.Time, in Input) Outcome {
	l.t.Helper()
	out := l.h.Handle(at, in)
	l.facts = append(l.facts, out.Facts...)
	for _, f := range out.Facts {
		l.essence.Add(f)
	}
	compareReplay(l.t, fmt.Sprintf("%T", in), l.h, l.file, l.facts)
	r := NewHotline("e1", l.file)
	for _, f := range l.essence.Facts() {
		r.Apply(f)
	}
	if a, b := l.h.Plan().Hash(), r.Plan().Hash(); a != b {
		l.t.Fatalf("what matters of the facts gives plan %s, not %s", b, a)
	}
	if a, b := fmt.Sprint(l.h.Versions()), fmt.Sprint(r.Versions()); a != b {
		l.t.Fatalf("what matters of the facts gives other versions\nlive %s\nthen %s", a, b)
	}
	return out
}

// do plays inputs as transcripts have them.
func (l *life) do(lines ...string) Outcome {
	l.t.Helper()
	var out Outcome
	for _, line := range lines {
		at, in := parseInput(l.t, line)
		out = l.give(at, in)
	}
	return out
}

// publish puts in force what change makes of the plan, and returns why it was refused.
func (l *life) publish(after time.Duration, change func(*Plan)) error {
	l.t.Helper()
	return l.give(epoch.Add(after), Publish{Plan: l.changed(change), By: "3001"}).Refused
}

func (l *life) changed(change func(*Plan)) *Plan {
	text, _ := l.h.Plan().text()
	p, err := planOf(text)
	if err != nil {
		l.t.Fatal(err)
	}
	change(p)
	return p
}

func (l *life) state(id AgentID) AgentState {
	for _, a := range l.h.Agents() {
		if a.ID == id {
			return a.State
		}
	}
	return "not there"
}

func without(id AgentID) func(*Plan) {
	return func(p *Plan) {
		p.Agents = slices.DeleteFunc(p.Agents, func(a Agent) bool { return a.ID == id })
		for i := range p.Queues {
			p.Queues[i].Members = slices.DeleteFunc(p.Queues[i].Members, func(m AgentID) bool { return m == id })
			if o := p.Queues[i].OnCall; o != nil {
				o.Chain = slices.DeleteFunc(o.Chain, func(m string) bool { return m == string(id) })
			}
		}
	}
}

func withoutQueue(id QueueID) func(*Plan) {
	return func(p *Plan) {
		p.Queues = slices.DeleteFunc(p.Queues, func(q Queue) bool { return q.ID == id })
		for i := range p.Queues {
			p.Queues[i].Overflow = slices.DeleteFunc(p.Queues[i].Overflow, func(o QueueID) bool { return o == id })
		}
	}
}

// talks are the inputs of a call that agent 1001 answers.
var talks = []string{
	"0s up PJSIP/1001:on", "1s arrives c1 800100 13800138000", "1.1s alerting c1-agent1", "3.2s played c1-greeting c1",
	"5s answered c1-agent1", "6.5s played c1-number1 c1", "6.55s bridged c1-talk1 c1", "6.55s bridged c1-talk1 c1-agent1",
}

// TestRemovedInTalk: who is removed while he talks finishes the talk, and is logged off
// then; nothing is ordered of his call meanwhile.
func TestRemovedInTalk(t *testing.T) {
	l := newLife(t)
	l.do(talks...)
	out := l.give(epoch.Add(8*time.Second), Publish{Plan: l.changed(without("1001")), By: "3001", Note: "has left"})
	if out.Refused != nil || len(out.Commands) != 0 || l.state("1001") != Talking {
		t.Fatalf("refused %v, ordered %v, he is %s", out.Refused, out.Commands, l.state("1001"))
	}
	if i := slices.IndexFunc(l.h.Agents(), func(a AgentView) bool { return a.ID == "1001" }); !l.h.Agents()[i].Leaving {
		t.Error("nobody sees that he leaves")
	}
	l.do("20s hangup c1", "20.01s gone c1 16", "20.03s gone c1-agent1 16", "20.1s tick")
	if s := l.state("1001"); s != "not there" {
		t.Errorf("after the talk he is %s", s)
	}
	if !slices.ContainsFunc(l.facts, func(f Fact) bool {
		d, ok := f.Data.(*StateData)
		return ok && f.Kind == AgentLoggedOff && f.Agent == "1001" && d.Reason == ReasonRemoved
	}) {
		t.Error("no fact tells why he was logged off")
	}
	// The next caller is not his, whatever his phone does.
	l.do("21s unregistered 1001", "22s registered 1001", "23s arrives c2 800100 13800138001", "24s ready 1001")
	if slices.ContainsFunc(l.facts, func(f Fact) bool { return f.Kind == CallOffered && f.Call == "c2" }) {
		t.Error("he is asked to take a call")
	}
	if err := l.give(epoch.Add(25*time.Second), Order{Agent: "1001", Verb: OrderReady}).Refused; err == nil {
		t.Error("he takes orders")
	}
	// Back in the plan, he works as ever.
	if err := l.publish(26*time.Second, func(p *Plan) { *p = *DemoPlan(0) }); err != nil {
		t.Fatal(err)
	}
	l.do("27s registered 1001")
	if !slices.ContainsFunc(l.facts, func(f Fact) bool { return f.Kind == CallOffered && f.Call == "c2" && f.Agent == "1001" }) {
		t.Errorf("back in the plan he is %s, and not asked", l.state("1001"))
	}
}

// TestAddedAgent: an agent who is new serves the callers who wait already.
func TestAddedAgent(t *testing.T) {
	l := newLife(t)
	l.do("0s up", "1s arrives c1 800100 13800138000", "3.2s played c1-greeting c1")
	err := l.publish(4*time.Second, func(p *Plan) {
		p.Agents = append(p.Agents, Agent{ID: "1011", Company: "demo", AutoReady: true})
		p.Queues[0].Members = append(p.Queues[0].Members, "1011")
	})
	if err != nil {
		t.Fatal(err)
	}
	out := l.do("5s registered 1011")
	if !slices.ContainsFunc(out.Facts, func(f Fact) bool { return f.Kind == CallOffered && f.Agent == "1011" }) {
		t.Errorf("he is not asked: %v", out.Facts)
	}
}

// TestNeeded: what a caller needs is not taken from him; the refusal names it, and nothing
// has changed.
func TestNeeded(t *testing.T) {
	waits := []string{"0s up", "1s arrives c1 800100 13800138000", "3.2s played c1-greeting c1"}
	emergency := []string{"0s up", "1s arrives c1 800119 13800138000"}
	closed := func(p *Plan) { p.Calendars[0].Week = nil }
	unled := func(p *Plan) { p.Queues[1].OnCall, p.Lines[1].Flow, p.Flows = nil, "", nil } // nothing leads to the emergency line
	for _, c := range []struct {
		name   string
		before func(*Plan)
		play   []string
		change func(*Plan)
		says   string
	}{
		{"a queue with a caller", nil, waits, func(p *Plan) {
			withoutQueue("service")(p)
			p.Lines[0].Queue, p.Lines[1].Queue, p.Flows[0].Person, p.Flows[0].Nodes[1].To = "repair", "repair", "repair", "repair"
		}, "queue service must stay: 1 callers wait in it"},
		{"a queue whose caller talks", nil, talks, func(p *Plan) {
			withoutQueue("service")(p)
			p.Lines[0].Queue, p.Lines[1].Queue, p.Flows[0].Person, p.Flows[0].Nodes[1].To = "repair", "repair", "repair", "repair"
		}, "queue service must stay: 0 callers wait in it or are to be called back, 1 more"},
		{"a queue to which a menu leads", closed, []string{"0s up", "1s arrives c1 800200 13800138000"}, func(p *Plan) {
			withoutQueue("service")(p)
			p.Lines[0].Queue, p.Lines[1].Queue, p.Flows[0].Person, p.Flows[0].Nodes[1].To = "repair", "repair", "repair", "repair"
		}, "queue service must stay"},
		{"an emergency line", nil, emergency, func(p *Plan) {
			unled(p)
			p.Lines = p.Lines[:2]
		}, "emergency line 800119 must stay with its queue emergency"},
		{"an emergency line's queue", nil, emergency, func(p *Plan) {
			unled(p)
			p.Lines[2].Queue = "service"
		}, "emergency line 800119 must stay with its queue emergency"},
		{"an emergency line that would be an ordinary one", nil, emergency, func(p *Plan) {
			unled(p)
			p.Lines[2].Emergency = false
		}, "emergency line 800119 must stay with its queue emergency"},
		{"another queue", nil, waits, withoutQueue("repair"), ""},
		{"another line", nil, waits, func(p *Plan) { p.Lines = slices.Delete(p.Lines, 1, 2) }, ""},
		{"a faulty plan", nil, waits, func(p *Plan) { p.Lines[0].Queue = "nowhere" }, `lines[0].queue: "nowhere" is unknown`},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLife(t)
			if c.before != nil {
				if err := l.publish(0, c.before); err != nil {
					t.Fatal(err)
				}
			}
			l.do(c.play...)
			before := l.h.Plan()
			err := l.publish(10*time.Second, c.change)
			if c.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.As(err, new(*PlanError)) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("want a refusal with %q, got %v", c.says, err)
			}
			if l.h.Plan() != before {
				t.Error("the plan is another one")
			}
		})
	}
}

// TestFlowChanged: who hears a menu when its flow changes stays in the one with which he
// began, also after a restart; the next caller is in the new one.
func TestFlowChanged(t *testing.T) {
	l := newLife(t)
	closed := func(p *Plan) { p.Calendars[0].Week = nil }
	if err := l.publish(0, closed); err != nil {
		t.Fatal(err)
	}
	l.do("1s up PJSIP/1007:on", "2s arrives c1 800200 13800138000")
	err := l.publish(3*time.Second, func(p *Plan) {
		f := &p.Flows[0]
		f.Nodes[2].Say = []string{"closed", flow.SayOpens}
		f.Nodes[2].Exits = map[flow.Exit]string{"2": "message", flow.NoInput: "message", flow.Wrong: "message"}
		f.Nodes = slices.Delete(f.Nodes, 3, 4)
	})
	if err != nil {
		t.Fatal(err)
	}
	l.do("4s pressed c1 1")
	if c := l.h.calls["c1"]; !c.Emergency || c.Queue != "emergency" {
		t.Errorf("key 1 has brought him to queue %q", c.Queue)
	}
	l.do("5s arrives c2 800200 13800138001", "6s pressed c2 1")
	if c := l.h.calls["c2"]; c.Emergency || c.Walk.node.ID != "message" {
		t.Errorf("key 1 has brought the next caller to %q", c.Walk.node.ID)
	}
}

// TestPublishedNothing: that a line asks nothing, and that a queue's messages are as anybody's, is
// published too: it stands in place of what the company has.
func TestPublishedNothing(t *testing.T) {
	l := newLife(t)
	ask := &Survey{Questions: []Question{{ID: "service", Say: "survey-service"}}}
	if err := l.publish(time.Second, func(p *Plan) {
		p.Companies[0].Survey, p.Companies[0].Voicemail = ask, &Voicemail{Untaken: Span(time.Hour)}
	}); err != nil {
		t.Fatal(err)
	}
	if err := l.publish(2*time.Second, func(p *Plan) {
		p.Lines[0].Survey, p.Queues[0].Voicemail = &Survey{Questions: []Question{}}, &Voicemail{}
	}); err != nil {
		t.Fatal(err)
	}
	p := l.h.Plan()
	if s := p.SurveyOf(p.Lines[0]); s != nil {
		t.Errorf("callers of %s are asked %+v", p.Lines[0].DID, s)
	}
	if v := p.Voicemail(p.Queues[0]); v != voicemailDefault {
		t.Errorf("messages of %s are %+v", p.Queues[0].ID, v)
	}
	var same *PlanError
	if err := l.publish(3*time.Second, func(*Plan) {}); !errors.As(err, &same) || !same.Same {
		t.Errorf("the same plan: %v", err)
	}
}

// TestVersions: each publication is a version; one before can be put in force again; the
// same plan once more is none.
func TestVersions(t *testing.T) {
	l := newLife(t)
	if v := l.h.Versions(); len(v) != 1 || v[0].Version != 1 || v[0].By != ByFile || v[0].State != VersionInForce || !v[0].At.Equal(epoch) {
		t.Fatalf("at the start: %+v", v)
	}
	var same *PlanError
	if err := l.publish(time.Second, func(*Plan) {}); !errors.As(err, &same) || !same.Same {
		t.Errorf("the same plan: %v", err)
	}
	for i := range 3 {
		if err := l.publish(time.Duration(i+2)*time.Second, func(p *Plan) { p.Companies[0].Name = fmt.Sprint(i) }); err != nil {
			t.Fatal(err)
		}
	}
	undo := func(version int, base string) error {
		return l.give(epoch.Add(10*time.Second), Publish{Version: version, By: "9001", Base: base}).Refused
	}
	if err := undo(0, ""); err != nil || l.h.Plan().Companies[0].Name != "1" {
		t.Errorf("undone: %v, %s", err, l.h.Plan().Companies[0].Name)
	}
	if err := undo(1, l.h.Plan().Hash()); err != nil || l.h.Plan().Hash() != l.file.Hash() {
		t.Errorf("version 1 again: %v", err)
	}
	if err := undo(99, ""); err == nil || !strings.Contains(err.Error(), "there is no version 99; allowed: 1, 2, 3, 4, 5, 6") {
		t.Errorf("version 99: %v", err)
	}
	if err := undo(2, "other"); err == nil || !strings.Contains(err.Error(), "another plan was published meanwhile") {
		t.Errorf("on another base: %v", err)
	}
	var told []string
	for _, v := range l.h.Versions() {
		told = append(told, fmt.Sprintf("%d %s %s", v.Version, v.By, v.State))
	}
	if got, want := strings.Join(told, ", "), "1 file over, 2 3001 over, 3 3001 over, 4 3001 over, 5 9001 over, 6 9001 in_force"; got != want {
		t.Errorf("versions %s\nwant %s", got, want)
	}
	for i := range versionsMost {
		if err := l.publish(20*time.Second, func(p *Plan) { p.Companies[0].Name = fmt.Sprint("n", i) }); err != nil {
			t.Fatal(err)
		}
	}
	if v := l.h.Versions(); len(v) != versionsMost || v[0].Version != 7 {
		t.Errorf("kept are %d, from %d on", len(v), v[0].Version)
	}
}

// TestPublishAtATime: a planned version comes into force at its time, after a restart too,
// and not where it was cancelled; one that takes away what a caller needs waits.
func TestPublishAtATime(t *testing.T) {
	l := newLife(t)
	due := epoch.Add(time.Minute)
	plan := func(due time.Time, change func(*Plan)) error {
		return l.give(epoch.Add(time.Second), Publish{Plan: l.changed(change), Due: due, By: "3001"}).Refused
	}
	if err := plan(epoch, func(*Plan) {}); err == nil || !strings.Contains(err.Error(), "is past") {
		t.Errorf("in the past: %v", err)
	}
	if err := plan(due, func(p *Plan) { p.Companies[0].Name = "two" }); err != nil {
		t.Fatal(err)
	}
	if err := plan(due.Add(time.Minute), withoutQueue("repair")); err != nil {
		t.Fatal(err)
	}
	if err := plan(due, func(p *Plan) { p.Companies[0].Name = "never" }); err != nil {
		t.Fatal(err)
	}
	if err := l.give(epoch.Add(2*time.Second), CancelPlan{Version: 4, By: "3001"}).Refused; err != nil {
		t.Fatal(err)
	}
	if err := l.give(epoch.Add(2*time.Second), CancelPlan{Version: 4, By: "3001"}).Refused; err == nil || !strings.Contains(err.Error(), "no version 4 is planned; planned are: 2, 3") {
		t.Errorf("cancelled again: %v", err)
	}
	// Another engine goes on with what matters of the facts.
	next := NewHotline("e2", l.file)
	for _, f := range l.essence.Facts() {
		next.Apply(f)
	}
	l.h, l.facts, l.file = next, l.essence.Facts(), DemoPlan(0)
	tick := func(at time.Time) string { l.t.Helper(); l.h.Handle(at, Tick{}); return l.h.Plan().Companies[0].Name }
	if name := tick(due.Add(-time.Millisecond)); name != "三声演示" {
		t.Errorf("too early: %s", name)
	}
	if name := tick(due); name != "two" {
		t.Errorf("in time: %s", name)
	}
	for _, line := range []string{
		"62s up PJSIP/1004:on", "63s arrives c1 800100 13800138000", "63.1s alerting c1-agent1", "63.2s played c1-greeting c1", "64s answered c1-agent1",
		"65s played c1-number1 c1", "65.1s bridged c1-talk1 c1", "65.1s bridged c1-talk1 c1-agent1",
	} {
		at, in := parseInput(t, line)
		l.h.Handle(at, in)
	}
	at, in := parseInput(t, "66s order 1004 blind_transfer repair")
	if out := l.h.Handle(at, in); out.Refused != nil {
		t.Fatal(out.Refused)
	}
	tick(due.Add(time.Minute))
	if v := l.h.Versions(); v[len(v)-1].State != VersionPlanned || !strings.Contains(v[len(v)-1].Waits, "queue repair must stay") {
		t.Errorf("with a caller in the queue: %+v", v)
	}
	for _, line := range []string{"130s hangup c1", "130.1s gone c1 16 0", "131.2s tick"} {
		at, in := parseInput(t, line)
		l.h.Handle(at, in)
	}
	if v := l.h.Versions(); v[len(v)-1].Version != 3 || v[len(v)-1].State != VersionInForce {
		t.Errorf("without a caller: %+v", v)
	}
}

// TestFileAtStart: what was published outlives restarts; a file that has changed since the
// last start is newer.
func TestFileAtStart(t *testing.T) {
	file := func(name string) *Plan {
		p := DemoPlan(0)
		p.Companies[0].Name = name
		return p
	}
	for _, c := range []struct {
		name      string
		published []string
		starts    []string // the files' names, of the starts before
		file      string
		want      string
		versions  int
	}{
		{"nothing published", nil, []string{"a"}, "b", "b", 1},
		{"the same file", []string{"x"}, []string{"a"}, "a", "x", 2},
		{"a changed file", []string{"x"}, []string{"a"}, "b", "b", 3},
		{"a file that is in force", []string{"x", "b"}, []string{"a"}, "b", "b", 3},
		{"a changed file, not for the first time", []string{"x"}, []string{"a", "b"}, "b", "b", 3},
		{"a file as it was before", []string{"x"}, []string{"a", "b"}, "a", "a", 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := NewEssence()
			at := epoch
			start := func(name string) *Hotline {
				h := NewHotline("e1", file(name))
				facts := e.Facts()
				for _, f := range facts {
					h.Apply(f)
				}
				at = at.Add(time.Second)
				for _, f := range h.Handle(at, Started{File: file(name)}).Facts {
					e.Add(f)
				}
				return h
			}
			h := start(c.starts[0])
			for _, name := range c.published {
				at = at.Add(time.Second)
				for _, f := range h.Handle(at, Publish{Plan: file(name), By: "3001"}).Facts {
					e.Add(f)
				}
			}
			for _, name := range append(c.starts[1:], c.file) {
				h = start(name)
			}
			if got := h.Plan().Companies[0].Name; got != c.want || len(h.Versions()) != c.versions {
				t.Errorf("in force is %s, want %s; versions %+v", got, c.want, h.Versions())
			}
			h.Handle(at.Add(time.Second), Started{File: file(c.file), FileFirst: true}) // as the drill has it
			if h.Plan().Hash() != file(c.file).Hash() {
				t.Errorf("with the file first, in force is %s", h.Plan().Companies[0].Name)
			}
		})
	}
}

// TestPlanText: a plan's JSON gives the plan again, and what is left empty or out is the
// same.
func TestPlanText(t *testing.T) {
	p := DemoPlan(0)
	p.Contacts, p.Queues[0].Leaders, p.Companies[0].VIPs = []Contact{}, []string{}, []string{"13800138000"}
	p.Queues[0].Callback = &CallbackRule{Attempts: 3, Retry: Span(time.Minute), Keep: Span(time.Hour)}
	text, hash := p.text()
	back, err := planOf(text)
	if err != nil || back.Hash() != hash {
		t.Errorf("%v\n%s", err, text)
	}
	p.Contacts, p.Queues[0].Leaders = nil, nil
	if p.Hash() != hash {
		t.Error("an empty list counts")
	}
	p.Queues[0].Members = p.Queues[0].Members[1:]
	if p.Hash() == hash {
		t.Error("a member does not count")
	}
}

// TestEmergencyManned: no plan leaves an emergency line without people of its own because of
// where leaders have moved them.
func TestEmergencyManned(t *testing.T) {
	l := newLife(t)
	l.do("0s up")
	for _, a := range []AgentID{"1007", "1008"} {
		if err := l.give(epoch.Add(time.Second), Order{Agent: a, Verb: OrderMove, To: "service", By: "9001", Leader: true}).Refused; err != nil {
			t.Fatal(err)
		}
	}
	if err := l.publish(2*time.Second, func(p *Plan) { p.Queues[1].Members = []AgentID{"1007", "1008"} }); err != nil {
		t.Fatal(err)
	}
	if q := l.h.queues["emergency"]; len(q.members) == 0 {
		t.Error("nobody of its own serves the emergency queue")
	}
}
