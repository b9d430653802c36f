package service

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/cti/web"
	"sansheng/pbx/sip/phone"
)

// TestDemoAgents: robots whom somebody has logged off, or paused, in an earlier run are logged
// on again, and a number that was used in a browser has its robot's phone again; that is said.
func TestDemoAgents(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	for agent, state := range map[string]cti.AgentState{"1001": cti.LoggedOff, "1003": cti.Paused} {
		p := st.agent(agent, phone.Busy())
		if err := st.svc.engine.SetState(deadline(t), cti.SetState{Agent: cti.AgentID(agent), State: state, Reason: "went home"}); err != nil {
			t.Fatal(err)
		}
		st.state(cti.AgentID(agent), state)
		if err := p.Unregister(deadline(t)); err != nil {
			t.Fatal(err)
		}
		st.await(agent+" to be lost", func(facts []cti.Fact) bool {
			return slices.ContainsFunc(facts, func(f cti.Fact) bool { return f.Kind == cti.AgentLost && f.Agent == cti.AgentID(agent) })
		})
	}
	if _, err := (agentPhones{st.svc}).ChoosePhone(deadline(t), "1002", web.BrowserPhone); err != nil {
		t.Fatal(err)
	}
	var said []string
	began := time.Now()
	if err := st.svc.StartDemoAgents(deadline(t), 3, func(line string) { said = append(said, line) }); err != nil {
		t.Fatal(err)
	}
	t.Logf("ready after %v: %v", time.Since(began).Round(time.Millisecond), said)
	for _, agent := range []cti.AgentID{"1001", "1002", "1003"} {
		st.state(agent, cti.Ready)
	}
	text := strings.Join(said, "\n")
	if !strings.Contains(text, "agent 1001") || !strings.Contains(text, "went home") || !strings.Contains(text, "agent 1002 was on a browser") || strings.Contains(text, "agent 1002 was away") {
		t.Errorf("said %q", text)
	}
}
