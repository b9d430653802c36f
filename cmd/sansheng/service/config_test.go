package service

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/web"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
)

// document is what is in force with something changed, as an operator would write it.
func (st *stack) document(change func(*config.Config)) string {
	st.t.Helper()
	d, err := configs{st.svc}.Export(deadline(st.t), "", 0)
	if err != nil {
		st.t.Fatal(err)
	}
	cfg, err := config.Read("export", []byte(d.Document), nil)
	if err != nil {
		st.t.Fatal(err)
	}
	change(cfg)
	text, err := cfg.Export()
	if err != nil {
		st.t.Fatal(err)
	}
	return string(text)
}

// apply puts a change in force, and wants everything to follow at once.
func (st *stack) apply(change func(*config.Config)) web.ConfigApplied {
	st.t.Helper()
	done, err := configs{st.svc}.Apply(deadline(st.t), web.ConfigOrder{Document: st.document(change), By: "3001", Note: "a test"})
	if err != nil || len(done.Notes) > 0 {
		st.t.Fatalf("%v, notes %v", err, done.Notes)
	}
	st.passwords = st.svc.phones.Load().passwords
	return done
}

// unallocated wants a number to be nobody's.
func (st *stack) unallocated(from, to string) {
	st.t.Helper()
	err := st.dial(from, to).WaitAnswered(deadline(st.t))
	var refused *phone.RejectedError
	if !errors.As(err, &refused) || refused.Status != 404 {
		st.t.Errorf("the call to %s: %v", to, err)
	}
}

// another adds an agent, his queue and its line.
func another(c *config.Config) {
	p := c.Hotline
	p.Agents = append(p.Agents, cti.Agent{ID: "1011", Company: "demo", AutoReady: true})
	p.Queues = append(p.Queues, cti.Queue{ID: "taps", Company: "demo", Members: []cti.AgentID{"1011"}})
	p.Lines = append(p.Lines, cti.Line{DID: "800300", Company: "demo", Mode: cti.Greeted, Queue: "taps", Greeting: "greeting-demo"})
}

// TestApply: a line and its agent are added while others talk. The new line is called, the
// new agent answers, the talk goes on without a gap; and they are taken away again. An agent
// who is removed while he talks finishes the talk.
func TestApply(t *testing.T) {
	const talks, early, calls, late = "13900000071", "13900000075", "13900000072", "13900000073"
	st := hotline(t, cti.DemoPlan(0))
	agent := st.agent("1001", phone.AnswerAfter(0))
	caller := st.dial(talks, "800100")
	talk := st.next(agent)
	st.hears(caller, agentTone("1001"))
	st.hears(talk, callerTone)
	caller.ResetGap()
	talk.ResetGap()

	st.unallocated(early, "800300")
	done := st.apply(another)
	if done.Version != 2 || len(done.Changes) != 3 || done.Changes[0].Place != "hotline.lines[800300]" {
		t.Errorf("done is %+v", done)
	}
	if again := st.apply(func(*config.Config) {}); again.Version != 2 || len(again.Changes) != 0 {
		t.Errorf("what was exported is another configuration: %+v", again)
	}
	fresh := st.agent("1011", phone.AnswerAfter(0))
	second := st.dial(calls, "800300")
	answered := st.next(fresh)
	st.hears(second, agentTone("1011"))
	st.hears(answered, callerTone)

	var needed *cti.PlanError
	undo := web.ConfigOrder{By: "9001", Note: "undo"}
	if _, err := (configs{st.svc}).Apply(deadline(t), undo); !errors.As(err, &needed) || !strings.Contains(needed.Text, "queue taps must stay") {
		t.Errorf("with a call in its queue: %v", err)
	}
	st.apply(func(c *config.Config) { // the talking agent is removed
		c.Hotline.Agents = c.Hotline.Agents[1:]
		c.Hotline.Queues[0].Members = c.Hotline.Queues[0].Members[1:]
	})
	st.hangup(second)
	if r := st.record(calls); r.Agent == nil || *r.Agent != "1011" || r.DID != "800300" {
		t.Errorf("the new line's record is %+v", r)
	}
	st.state("1011", cti.Ready)
	if back, err := (configs{st.svc}).Apply(deadline(t), web.ConfigOrder{Version: 2, By: "9001"}); err != nil || back.Version != 4 {
		t.Fatalf("version 2 again: %+v, %v", back, err)
	}
	if back, err := (configs{st.svc}).Apply(deadline(t), web.ConfigOrder{Version: 1, By: "9001"}); err != nil || back.Version != 5 || len(back.Notes) > 0 {
		t.Fatalf("version 1 again: %+v, %v", back, err)
	}
	st.unallocated(late, "800300")
	if err := fresh.Register(deadline(t)); err == nil {
		t.Error("the removed agent's phone registers")
	}
	for who, gap := range map[string]time.Duration{"caller": caller.Heard().LongestGap, "agent": talk.Heard().LongestGap} {
		if gap > 300*time.Millisecond { // of the test machine; the switch itself notices nothing
			t.Errorf("the %s heard nothing for %v", who, gap)
		}
	}
	st.apply(func(c *config.Config) {
		c.Hotline.Agents = c.Hotline.Agents[1:]
		c.Hotline.Queues[0].Members = c.Hotline.Queues[0].Members[1:]
	})
	if v, err := st.svc.engine.View(deadline(t)); err != nil || !slices.ContainsFunc(v.Agents, func(a cti.AgentView) bool {
		return a.ID == "1001" && a.Leaving && a.State == cti.Talking
	}) {
		t.Errorf("who was removed in his talk is not seen to leave: %+v, %v", v.Agents, err)
	}
	st.hearsFor(talk, callerTone, 5*time.Second)
	st.hangup(caller)
	st.state("1001", cti.LoggedOff)
	until(t, func(ctx context.Context) (bool, string) {
		return agent.Register(ctx) != nil, "the phone of who was removed in his talk registers still"
	})
	st.seamless()
}

// TestRefused: what needs a restart, what is another company's, and what is faulty is
// refused with its place, and nothing is changed. What is not wrong and will hurt callers is told
// to who publishes it, and no prompt is removed that a planned version plays.
func TestRefused(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	for _, c := range []struct {
		name    string
		company cti.CompanyID
		change  func(*config.Config)
		says    string
	}{
		{"a port", "", func(c *config.Config) { c.Ports.Web = 9999 }, "ports.web: needs a restart; allowed: changes under hotline"},
		{"with a line", "", func(c *config.Config) {
			another(c)
			c.NATS.URL = "nats://10.0.0.7:4222"
		}, "nats.url: needs a restart"},
		{"another company's line", "demo", func(c *config.Config) { c.Hotline.Lines[1].Announce = false }, "hotline.lines[800200].announce is not company demo's alone"},
		{"another company's calendar", "demo", func(c *config.Config) { c.Hotline.Calendars[0].Week[0].To = 18 * 60 }, "hotline.calendars[office].week is not company demo's alone"},
		{"his own line", "demo2", func(c *config.Config) { c.Hotline.Lines[1].Announce = false }, ""},
		{"a calendar that others go by, too", "demo2", func(c *config.Config) { c.Hotline.Calendars[0].Week[0].To = 18 * 60 }, "hotline.calendars[office].week is not company demo2's alone"},
		{"what the switch cannot", "", func(c *config.Config) {
			c.Hotline.Queues = append(c.Hotline.Queues, cti.Queue{ID: "general", Company: "demo", Members: c.Hotline.Queues[0].Members})
		}, `the switch cannot take it: check switch configuration: queue "general"`},
	} {
		before := st.svc.plan()
		_, err := configs{st.svc}.Apply(deadline(t), web.ConfigOrder{Document: st.document(c.change), By: "3001", Company: c.company})
		if c.says == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: want %q, got %v", c.name, c.says, err)
		}
		if st.svc.plan() != before {
			t.Errorf("%s: the plan is another one", c.name)
		}
	}
	later := web.ConfigOrder{Document: st.document(func(c *config.Config) { c.Hotline.Lines[0].Announce = false }), By: "3001", Company: "demo", At: time.Now().Add(time.Hour)}
	if _, err := (configs{st.svc}).Apply(deadline(t), later); err == nil || !strings.Contains(err.Error(), "a planned version is the whole document") {
		t.Errorf("planned by an operator of one company: %v", err)
	}
	var faulty *web.ConfigError
	text := strings.Replace(st.document(func(*config.Config) {}), "queue: service", "queue: servixe", 1)
	if _, err := (configs{st.svc}).Apply(deadline(t), web.ConfigOrder{Document: text}); !errors.As(err, &faulty) || len(faulty.Faults) == 0 || !strings.HasPrefix(faulty.Faults[0], "document:") {
		t.Errorf("a faulty document: %v", err)
	}
	text = st.document(func(c *config.Config) { // is not wrong, and will hurt callers
		c.Hotline.Queues = append(c.Hotline.Queues, cti.Queue{ID: "spare", Company: "demo"})
		c.Hotline.Flows[0].Nodes[1].To, c.Hotline.Flows[0].Nodes[2].Say[0] = "spare", "not-there"
	})
	done, err := configs{st.svc}.Apply(deadline(t), web.ConfigOrder{Document: text, By: "3001", At: time.Now().Add(time.Hour)})
	if notes := strings.Join(done.Notes, "\n"); err != nil || !strings.Contains(notes, "prompts are missing: zh/not-there (flow night, node closed)") || !strings.Contains(notes, "callers come to nobody: 800200 at ") || !strings.Contains(notes, "nobody serves queue spare") {
		t.Errorf("who publishes is told %q, %v", notes, err)
	}
	prompts, id := promptKeeper{st.svc}, web.PromptID{Name: "not-there"}
	if _, err := prompts.Upload(deadline(t), id, "9001", bytes.NewReader(recordingOf(tone.Tone{Hz: 900}))); err != nil {
		t.Fatal(err)
	}
	if _, err := prompts.Remove(deadline(t), id, "9001"); err == nil || !strings.Contains(err.Error(), "flow night, node closed") {
		t.Errorf("a prompt that is to be played is removed: %v", err)
	}
	if err := (configs{st.svc}).Cancel(deadline(t), cti.CancelPlan{Version: done.Version, By: "3001"}, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := prompts.Remove(deadline(t), id, "9001"); err != nil {
		t.Error(err)
	}
}

// TestPublishedOutlives: what was published is in force after a restart with the same
// file, from the first call on; another file is newer than it.
func TestPublishedOutlives(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Data, cfg.Roles = dataFolder(t), []string{"engine"}
	start := func(plan *cti.Plan) *stack {
		t.Helper()
		cfg.Hotline = plan
		svc, err := Start(deadline(t), cfg, Options{FreePorts: true})
		if err != nil {
			t.Fatal(err)
		}
		return &stack{t: t, cfg: cfg, svc: svc, sip: svc.SIPAddr(), phones: map[string]*phone.Phone{}}
	}
	leave := func(st *stack) {
		t.Helper()
		for _, p := range st.phones {
			p.Die()
		}
		if err := st.svc.Leave(); err != nil {
			t.Fatal(err)
		}
	}
	st := start(cti.DemoPlan(0))
	st.apply(another)
	leave(st)

	st = start(cti.DemoPlan(0))
	versions, err := configs{st.svc}.Versions(deadline(t))
	if err != nil || len(versions) != 2 || versions[1].State != cti.VersionInForce || versions[1].By != "3001" {
		t.Errorf("versions %+v, %v", versions, err)
	}
	agent, err := phone.New(phone.Config{Number: "1011", Password: st.svc.password("1011"), Server: st.sip, Policy: phone.AnswerAfter(0), Tone: agentTone("1011")})
	if err != nil {
		t.Fatal(err)
	}
	st.phones["1011"] = agent
	if err := agent.Register(deadline(t)); err != nil {
		t.Fatal(err)
	}
	caller := st.dial("13900000074", "800300")
	st.next(agent)
	st.hears(caller, agentTone("1011"))
	st.hangup(caller)
	leave(st)

	changed := cti.DemoPlan(0)
	changed.Companies[0].Name = "三声"
	st = start(changed)
	until(t, func(ctx context.Context) (bool, string) {
		versions, err := configs{st.svc}.Versions(ctx)
		ok := err == nil && len(versions) == 3 && versions[2].By == cti.ByFile
		return ok && !slices.ContainsFunc(st.svc.plan().Lines, func(l cti.Line) bool { return l.DID == "800300" }), "the changed file is not in force"
	})
	if err := st.svc.Close(); err != nil {
		t.Error(err)
	}
}
