package web

import (
	"context"
	"strings"
	"testing"

	"sansheng/cti"
)

// Who sees one company of several is not told of the others by alarms and figures; where there is
// one, and on the machine itself, all is told.
func TestAmongOthers(t *testing.T) {
	st := newStand(t)
	st.alarms = func(context.Context) []Alarm {
		return []Alarm{{Name: "emergency_waiting", Cause: "company demo2: waiting for 20 s"}}
	}
	ask := func(account, path string) answer {
		r := st.request("GET", path, "")
		r.Header.Set("X-Forwarded-For", "192.0.2.1") // not local
		r.SetBasicAuth(account, st.passwords[account])
		return st.do(r)
	}
	several, one := cti.DemoPlan(0), cti.DemoPlan(0)
	one.Companies = one.Companies[:1]
	for _, c := range []struct {
		plan    *cti.Plan
		account string
		cause   bool
		figures int
	}{
		{several, "2001", false, 403}, {several, "3001", true, 403}, {several, "9001", true, 200}, {several, "5001", true, 403},
		{one, "2001", true, 403}, {one, "3001", true, 200},
	} {
		st.plan = func() *cti.Plan { return c.plan }
		a := ask(c.account, "/api/v1/alarms")
		if a.StatusCode != 200 || !strings.Contains(a.text, "emergency_waiting") || strings.Contains(a.text, "demo2") != c.cause {
			t.Errorf("%s among %d companies: %d %s", c.account, len(c.plan.Companies), a.StatusCode, a.text)
		}
		if a := ask(c.account, "/metrics"); a.StatusCode != c.figures {
			t.Errorf("%s among %d companies: %d %s", c.account, len(c.plan.Companies), a.StatusCode, a.text)
		}
	}
	st.plan = func() *cti.Plan { return several }
	if a := st.get("", "/api/v1/alarms"); !strings.Contains(a.text, "demo2") {
		t.Errorf("the machine itself: %d %s", a.StatusCode, a.text)
	}
	if a := st.get("", "/metrics"); a.StatusCode != 200 {
		t.Errorf("the machine itself: %d %s", a.StatusCode, a.text)
	}
}
