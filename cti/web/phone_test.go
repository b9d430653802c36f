package web

import (
	"context"
	"strings"
	"testing"

	"sansheng/cti"
)

// TestLeadersPhone: a leader to whom the plan gives a phone chooses and uses it, and
// nobody else's beside those of his agents; on no screen is it an agent.
func TestLeadersPhone(t *testing.T) {
	st := newStand(t)
	st.phones, st.orders = strangePhones{}, func(context.Context, cti.Order) error { return nil }
	const listen, phone = `{"verb":"listen","to":"1001"}`, "/api/v1/agents/2001/phone"
	ask := func(when, account, method, path, body string, status int) {
		t.Helper()
		if a := st.send(account, method, path, body); a.StatusCode != status {
			t.Errorf("%s %s %s of %s: %d %s, want %d", when, method, path, account, a.StatusCode, a.text, status)
		}
	}
	has := func(account string) bool { return strings.Contains(st.get(account, "/api/v1/me").text, `"phone":true`) }
	ask("without one", "2001", "GET", phone, "", 403)
	if has("2001") || !has("1001") {
		t.Error("it is told of a phone that is not there, or not of an agent's")
	}
	planned(st)
	if !has("2001") || has("3001") || has("9001") {
		t.Error("who has a phone is not told, or others are")
	}
	ask("his own", "2001", "GET", phone, "", 200)
	ask("his own", "2001", "PUT", phone, `{"kind":"browser"}`, 200)
	ask("his own", "2001", "POST", "/api/v1/agents/2001/orders", listen, 200)
	ask("a leader's", "1001", "GET", phone, "", 403)
	ask("another company's agent's", "2001", "PUT", "/api/v1/agents/1002/phone", `{"kind":"browser"}`, 403)

	plan := cti.DemoPlan(0)
	plan.Agents[len(plan.Agents)-1].Company = "demo2"
	st.plan = func() *cti.Plan { return plan }
	ask("another company's of his number", "2001", "PUT", phone, `{"kind":"browser"}`, 403)
	ask("another company's of his number", "2001", "POST", "/api/v1/agents/2001/orders", listen, 403)

	plan.Agents = append(plan.Agents, cti.Agent{ID: "1001", Company: "demo", Leader: true})
	st.live = nil // the records know his phone by its facts
	if a := st.get("9001", "/api/v1/agents"); strings.Contains(a.text, `"agent":"1001"`) {
		t.Errorf("it is shown as an agent: %s", a.text)
	}
}
