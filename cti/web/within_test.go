package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"sansheng/cti"
)

// limit limits accounts of a stand to queues.
func (st *stand) limit(queues []cti.QueueID, numbers ...string) {
	st.t.Helper()
	for _, n := range numbers {
		if _, err := st.accounts.Change(n, Change{Queues: &queues}, nil); err != nil {
			st.t.Fatal(err)
		}
	}
}

// withinFloor is a floor on which 1001 serves service, 1004 both queues, 1007 repair.
func withinFloor(context.Context) (Floor, error) {
	return Floor{
		Linked: true,
		Agents: []cti.AgentView{
			{ID: "1001", Company: "demo", State: cti.Talking, Call: "s1", Queues: []cti.QueueID{"service"}},
			{ID: "1004", Company: "demo", State: cti.Talking, Call: "r1", Queues: []cti.QueueID{"repair", "service"}},
			{ID: "1007", Company: "demo", State: cti.Ready, Queues: []cti.QueueID{"repair"}},
		},
		Calls: []cti.CallView{
			{ID: "s1", Company: "demo", Queue: "service", Agent: "1001", Phase: cti.PhaseTalking, StartedAt: day},
			{ID: "r1", Company: "demo", Queue: "repair", Agent: "1004", Phase: cti.PhaseTalking, StartedAt: day},
		},
		Queues: []cti.QueueView{{ID: "service", Company: "demo"}, {ID: "repair", Company: "demo"}},
	}, nil
}

// A leader who is limited to a queue orders within it, and only so; his orders about a talk
// name the call that was looked at.
func TestOrdersWithinQueues(t *testing.T) {
	st := newStand(t)
	st.live = withinFloor
	plan := cti.DemoPlan(0)
	st.plan = func() *cti.Plan { return plan }
	var got cti.Order
	st.orders = func(_ context.Context, o cti.Order) error {
		got = o
		return nil
	}
	st.limit([]cti.QueueID{"service"}, "2001", "1001")
	for _, c := range []struct {
		account, agent, body string
		status               int
		to                   string
	}{
		{"2001", "1004", `{"verb":"listen","to":"1001"}`, 200, "s1"},
		{"2001", "1004", `{"verb":"listen","to":"s1"}`, 200, "s1"},
		{"2001", "1001", `{"verb":"listen","to":"1004"}`, 403, ""},
		{"2001", "1001", `{"verb":"take_over","to":"r1"}`, 403, ""},
		{"2001", "1001", `{"verb":"listen","to":"gone"}`, 403, ""},
		{"2001", "1004", `{"verb":"pause","reason":"break"}`, 200, ""},
		{"2001", "1007", `{"verb":"pause","reason":"break"}`, 403, ""},
		{"2001", "1001", `{"verb":"hang_up"}`, 200, ""},
		{"2001", "1004", `{"verb":"hang_up"}`, 403, ""},
		{"1001", "1001", `{"verb":"hang_up"}`, 200, ""},
		{"2001", "1004", `{"verb":"move","to":"repair"}`, 200, "repair"},
		{"2001", "1004", `{"verb":"move","to":"service"}`, 403, ""},
		{"2001", "1001", `{"verb":"move","to":"service, repair"}`, 403, ""},
		{"2001", "1004", `{"verb":"move"}`, 200, ""},
		{"9001", "1001", `{"verb":"listen","to":"1004"}`, 200, "1004"},
	} {
		got = cti.Order{}
		a := st.post(c.account, "/api/v1/agents/"+c.agent+"/orders", c.body)
		if a.StatusCode != c.status || got.To != c.to {
			t.Errorf("%s for %s %s: %d %s, to %q; want %d, %q", c.account, c.agent, c.body, a.StatusCode, a.text, got.To, c.status, c.to)
		}
		if c.account == "2001" && got.Verb == cti.OrderHangUp && got.Call != "s1" {
			t.Errorf("%s for %s %s is about call %q", c.account, c.agent, c.body, got.Call)
		}
	}
}

// Who is limited to queues sees of the floor who serves them and what waits in them, hears of
// nothing else, and has a subject of his own with those who have the same.
func TestFloorWithinQueues(t *testing.T) {
	st := newStand(t)
	st.live = withinFloor
	l := &told{said: map[string][]Delta{}}
	st.cast = newCast(st.live, l, st.log)
	st.limit([]cti.QueueID{"service"}, "2001", "3001")
	for _, path := range []string{"/api/v1/live?view=floor", "/api/v1/agents"} {
		a := st.get("2001", path)
		for text, want := range map[string]bool{`"1001"`: true, `"1004"`: true, `"1007"`: false, `"s1"`: true, `"r1"`: false} {
			if a.StatusCode != http.StatusOK || strings.Contains(a.text, text) != want {
				t.Errorf("%s: %d, %s shown is not %v: %s", path, a.StatusCode, text, want, a.text)
			}
		}
	}
	subjects := map[string]string{}
	for _, number := range []string{"2001", "3001"} {
		subjects[number] = fmt.Sprint(st.change(number, "POST", "/api/v1/live/pass", "").json(t)["floor"])
	}
	if one := subjects["2001"]; one != subjects["3001"] || !strings.HasPrefix(one, "live.floor.demo.") {
		t.Errorf("floors are %v", subjects)
	}
	st.limit([]cti.QueueID{"repair"}, "3001")
	if other := fmt.Sprint(st.change("3001", "POST", "/api/v1/live/pass", "").json(t)["floor"]); other == subjects["2001"] {
		t.Errorf("who has other queues hears the same, on %s", other)
	}
	if err := st.cast.step(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, d := range l.said[subjects["2001"]] {
		for _, p := range slices.Concat(d.Calls, d.Queues) {
			if q := string(p["queue"]); q != "" && q != `"service"` {
				t.Errorf("he is told %s", p)
			}
		}
	}
}

// Who keeps accounts limits them to queues that there are; one that the plan drops later is no
// error. Who is limited himself gives away no more than he has.
func TestAccountsWithinQueues(t *testing.T) {
	st := newStand(t)
	plan := cti.DemoPlan(0)
	st.plan = func() *cti.Plan { return plan }
	for _, c := range []struct {
		by, method, path, body string
		status                 int
		says                   string
	}{
		{"9001", "PATCH", "/2001", `{"queues":["service","emergency","service"]}`, 200, `"queues":["emergency","service"]`},
		{"9001", "PATCH", "/2001", `{"queues":["moon"]}`, 422, `no queue \"moon\"; allowed: service, emergency, repair`},
		{"9001", "PATCH", "/1002", `{"queues":["service"]}`, 422, "allowed: none"},
		{"9001", "PATCH", "/5001", `{"queues":["service"]}`, 422, "sees all companies; allowed: no queues"},
		{"9001", "POST", "", `{"number":"9002","role":"administrator","company":"demo","queues":["service"]}`, 422, "allowed: no queues"},
		{"9001", "PATCH", "/2001", `{"queues":[]}`, 200, `"company":"demo"`},
		{"9001", "PATCH", "/3001", `{"queues":["service"]}`, 200, `"queues":["service"]`},
		{"3001", "POST", "", `{"number":"1011","role":"agent"}`, 403, "allowed: some of service"},
		{"3001", "POST", "", `{"number":"1011","role":"agent","queues":["repair"]}`, 403, "allowed: some of service"},
		{"3001", "POST", "", `{"number":"1011","role":"agent","queues":["service"]}`, 201, `"queues":["service"]`},
		{"3001", "PATCH", "/1011", `{"queues":[]}`, 403, "allowed: some of service"},
		{"3001", "PATCH", "/2001", `{"name":"x"}`, 404, "no account 2001"}, // who is not limited
		{"9001", "PATCH", "/1011", `{"role":"auditor"}`, 200, `"role":"auditor"`},
	} {
		a := st.change(c.by, c.method, "/api/v1/accounts"+c.path, c.body)
		if a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s %s %s %s: %d %s, want %d %q", c.by, c.method, c.path, c.body, a.StatusCode, a.text, c.status, c.says)
		}
	}
	plan = cti.DemoPlan(0)
	plan.Queues = plan.Queues[1:]
	if a := st.get("9001", "/api/v1/accounts"); !strings.Contains(a.text, `"unknown_queues":["service"]`) {
		t.Errorf("a queue that is not there any more is not told: %s", a.text)
	}
	if a := st.change("9001", "PATCH", "/api/v1/accounts/3001", `{"name":"x"}`); a.StatusCode != http.StatusOK {
		t.Errorf("an account with a queue that is gone cannot be changed: %d %s", a.StatusCode, a.text)
	}
	if again, err := LoadAccounts(st.accounts.file); err != nil {
		t.Error(err)
	} else if p, _ := again.Account("3001"); !slices.Equal(p.Queues, []cti.QueueID{"service"}) {
		t.Errorf("the file has %v", p.Queues)
	}
}
