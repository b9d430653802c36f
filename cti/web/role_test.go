package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// Every route has a rule, every rule a route, and a rule that is not open says
// something of every role's reach.
func TestRulesCoverRoutes(t *testing.T) {
	st := newStand(t)
	patterns := slices.Sorted(slices.Values(st.router.patterns))
	if want := slices.Sorted(maps.Keys(rules)); !slices.Equal(patterns, want) {
		t.Errorf("routes %q\nrules  %q", patterns, want)
	}
	for pattern, ru := range rules {
		if !ru.open && len(ru.row.allowed()) == 0 {
			t.Errorf("%s: nobody may use it", pattern)
		}
		if ru.open && ru.row != (row{}) {
			t.Errorf("%s: open, and yet limited to roles", pattern)
		}
	}
}

// A route somebody forgot in the table is refused to everybody.
func TestRouteWithoutRule(t *testing.T) {
	st := newStand(t)
	st.router.HandleFunc("GET /api/v1/forgotten", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	for _, p := range people() {
		if a := st.get(p.Number, "/api/v1/forgotten"); a.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", p.Role, a.StatusCode)
		}
	}
	if a := st.get("", "/api/v1/forgotten"); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("nobody: %d", a.StatusCode)
	}
}

// The table is what happens.
func TestMatrix(t *testing.T) {
	st := newStand(t)
	for pattern, ru := range rules {
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.ReplaceAll(path, "{id}", "c1")
		for _, p := range people() {
			r := st.request(method, path, "")
			r.Header.Set("X-Forwarded-For", "192.0.2.1") // not local
			r.Header.Set("Origin", "http://"+r.Host)     // as of a page of ours, which opens a WebSocket
			r.SetBasicAuth(p.Number, st.passwords[p.Number])
			a := st.do(r)
			allowed := ru.open || ru.row.of(p.Role) != none
			if refused := a.StatusCode == http.StatusForbidden || a.StatusCode == http.StatusUnauthorized; refused == allowed {
				t.Errorf("%s as %s: %d", pattern, p.Role, a.StatusCode)
			}
		}
		r := st.request(method, path, "")
		r.Header.Set("X-Forwarded-For", "192.0.2.1")
		if a := st.do(r); (a.StatusCode == http.StatusUnauthorized) == ru.open {
			t.Errorf("%s as nobody: %d", pattern, a.StatusCode)
		}
	}
}

func TestReach(t *testing.T) {
	st := newStand(t)
	for account, want := range map[string]string{
		"1001": "c1", "1002": "c3", "2001": "c1 c2", "3001": "c1 c2", "4001": "c1 c2", "5001": "c1 c2 c3", "9001": "c1 c2 c3",
	} {
		var got []string
		for _, c := range st.get(account, "/api/v1/calls").json(t)["calls"].([]any) {
			got = append(got, c.(map[string]any)["id"].(string))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s sees %q, want %q", account, got, want)
		}
		for _, id := range []string{"c1", "c2", "c3"} {
			status := http.StatusNotFound
			if strings.Contains(want, id) {
				status = http.StatusOK
			}
			if a := st.get(account, "/api/v1/calls/"+id); a.StatusCode != status {
				t.Errorf("%s asks for %s: %d, want %d", account, id, a.StatusCode, status)
			}
		}
	}
	for account, agents := range map[string]int{"1001": 1, "2001": 1, "9001": 2} {
		body := st.get(account, "/api/v1/agents").json(t)
		if got := len(body["agents"].([]any)); got != agents {
			t.Errorf("%s sees %d agents, want %d", account, got, agents)
		}
		if _, shown := body["live"]; shown != (account == "9001") {
			t.Errorf("%s sees all companies' counts: %v", account, shown)
		}
	}
	for account, tickets := range map[string]int{"1001": 2, "1002": 1, "5001": 3} {
		if got := len(st.get(account, "/api/v1/tickets").json(t)["tickets"].([]any)); got != tickets {
			t.Errorf("%s sees %d tickets, want %d", account, got, tickets)
		}
	}
}
