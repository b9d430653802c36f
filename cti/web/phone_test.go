package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
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
	ask("his agent's", "2001", "PUT", "/api/v1/agents/1001/phone", `{"kind":"desk"}`, 200)
	ask("in his agent's name", "2001", "PUT", "/api/v1/agents/1001/phone", `{"kind":"browser"}`, 403)
	ask("in an agent's name", "9001", "PUT", "/api/v1/agents/1001/phone", `{"kind":"browser"}`, 403)

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

// What is behind a tunnel is told nobody's login and nobody's password.
func TestTunnel(t *testing.T) {
	st := newStand(t)
	var got http.Header
	behind := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Clone() }))
	defer behind.Close()
	to, err := url.Parse(behind.URL + "/ws")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/sip", nil)
	r.Header.Set("Origin", "http://"+r.Host)
	r.SetBasicAuth("1001", st.passwords["1001"])
	r.AddCookie(&http.Cookie{Name: "login", Value: "secret"})
	w := httptest.NewRecorder()
	st.tunnel("the switch", func() (*url.URL, error) { return to, nil })(w, r)
	if got == nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for _, name := range []string{"Authorization", "Cookie", "Origin"} {
		if got.Get(name) != "" {
			t.Errorf("it is told %s", name)
		}
	}
}

// leaving is a page that is gone while its phone is given to the switch.
type leaving struct {
	strangePhones
	leave func()
}

func (l leaving) ChoosePhone(ctx context.Context, _ cti.AgentID, kind PhoneKind) (Phone, error) {
	l.leave()
	return Phone{Kind: kind}, ctx.Err()
}

// A phone is given to the switch as a whole, whoever goes away meanwhile.
func TestPhoneIsGivenWhole(t *testing.T) {
	st := newStand(t)
	agent, _ := st.accounts.Account("1001")
	ctx, leave := context.WithCancel(context.WithValue(t.Context(), personKey{}, person{Account: agent, reach: own}))
	st.phones = leaving{leave: leave}
	in := &choosePhoneInput{Agent: "1001"}
	in.Body.Kind = BrowserPhone
	if out, err := st.choosePhone(ctx, in); err != nil || out.Body.Kind != BrowserPhone || ctx.Err() == nil {
		t.Errorf("%v, %v", out, err)
	}
}
