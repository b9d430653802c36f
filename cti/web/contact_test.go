package web

import (
	"context"
	"fmt"
	"testing"

	"sansheng/cti"
)

// TestContacts: an agent sees the contacts of his company and of those whose queues he serves
// now, with their numbers masked.
func TestContacts(t *testing.T) {
	st := newStand(t)
	plan := cti.DemoPlan(0)
	plan.Queues = append(plan.Queues, cti.Queue{ID: "second", Company: "demo2", Members: []cti.AgentID{"1001"}})
	plan.Contacts = []cti.Contact{
		{ID: "water", Company: "demo", Name: "Waterworks", Number: "02188880000"},
		{ID: "fire", Company: "demo", Name: "Fire brigade", Number: "02188880119"},
		{ID: "power", Company: "demo2", Name: "Power", Number: "02199990000"},
	}
	st.plan = func() *cti.Plan { return plan }
	ids := func(account, path string) string {
		t.Helper()
		a := st.get(account, path)
		if a.StatusCode != 200 {
			return fmt.Sprint(a.StatusCode)
		}
		var all []any
		for _, c := range a.json(t)["contacts"].([]any) {
			all = append(all, c.(map[string]any)["id"])
			if n := c.(map[string]any)["number"]; n != "021****0000" && n != "021****0119" {
				t.Errorf("%s sees %v", account, n)
			}
		}
		return fmt.Sprint(all)
	}
	st.live = func(context.Context) (Floor, error) {
		return Floor{Linked: true, Agents: []cti.AgentView{{ID: "1001", Company: "demo", Queues: []cti.QueueID{"service"}}}}, nil
	}
	for path, want := range map[string]string{"": "[fire water]", "?company=demo": "[fire water]", "?company=demo2": "403"} {
		if got := ids("1001", "/api/v1/contacts"+path); got != want {
			t.Errorf("of 1001, who was moved, %s: %s, want %s", path, got, want)
		}
	}
	st.live = nil // by the plan he serves both
	for path, want := range map[string]string{"": "[fire water power]", "?company=demo2": "[power]"} {
		if got := ids("1001", "/api/v1/contacts"+path); got != want {
			t.Errorf("of 1001, %s: %s, want %s", path, got, want)
		}
	}
	if got := ids("2001", "/api/v1/contacts"); got != "[fire water]" {
		t.Errorf("of a leader: %s", got)
	}
	if got := ids("9001", "/api/v1/contacts?company=demo2"); got != "[power]" {
		t.Errorf("of the administrator: %s", got)
	}
}
