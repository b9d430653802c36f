package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"sansheng/cti"
)

// toyConfig keeps what is asked of it.
type toyConfig struct {
	orders    []ConfigOrder
	cancelled []cti.CancelPlan
	company   cti.CompanyID
	version   int
	fail      error
}

func (c *toyConfig) Export(_ context.Context, of cti.CompanyID, version int) (ConfigDocument, error) {
	c.company, c.version = of, version
	return ConfigDocument{Version: 3, Document: "hotline: {}\n"}, c.fail
}

func (c *toyConfig) Diff(_ context.Context, o ConfigOrder) ([]ConfigChange, error) {
	c.orders = append(c.orders, o)
	return []ConfigChange{{Place: "hotline.agents[1011]", What: "added", New: "{id: 1011}", Live: true}}, c.fail
}

func (c *toyConfig) Apply(_ context.Context, o ConfigOrder) (ConfigApplied, error) {
	c.orders = append(c.orders, o)
	return ConfigApplied{Version: 4, Changes: []ConfigChange{}}, c.fail
}

func (c *toyConfig) Versions(context.Context) ([]cti.VersionView, error) {
	return []cti.VersionView{{Version: 1, By: cti.ByFile, State: cti.VersionOver}, {Version: 2, By: "3001", State: cti.VersionInForce}}, c.fail
}

func (c *toyConfig) Cancel(_ context.Context, p cti.CancelPlan, of cti.CompanyID) error {
	c.cancelled, c.company = append(c.cancelled, p), of
	return c.fail
}

// TestConfig: operators and administrators read and publish, an operator within his
// company; nobody else does.
func TestConfig(t *testing.T) {
	st := newStand(t)
	toy := &toyConfig{}
	st.configs = toy
	const apply = `{"document":"hotline: {}","note":"more agents","at":"2026-10-01T20:00:00+08:00"}`
	for _, c := range []struct {
		account, method, path, body string
		fail                        error
		status                      int
		says                        string
	}{
		{"3001", "GET", "/api/v1/config", "", nil, http.StatusOK, `"version":3`},
		{"2001", "GET", "/api/v1/config", "", nil, http.StatusForbidden, "the role shift_leader may not do this; allowed: operator, administrator, auditor"},
		{"4001", "GET", "/api/v1/config", "", nil, http.StatusForbidden, "allowed: operator, administrator, auditor"},
		{"5001", "GET", "/api/v1/config?version=2", "", nil, http.StatusOK, `"version":3`},
		{"5001", "POST", "/api/v1/config/versions", apply, nil, http.StatusForbidden, "allowed: operator, administrator"},
		{"9001", "GET", "/api/v1/config/versions", "", nil, http.StatusOK, `"state":"in_force"`},
		{"3001", "POST", "/api/v1/config/diff", `{"document":"hotline: {}"}`, nil, http.StatusOK, `"hotline.agents[1011]"`},
		{"3001", "POST", "/api/v1/config/diff", `{"document":"x","version":2}`, nil, http.StatusUnprocessableEntity, "allowed: one of the two"},
		{"3001", "POST", "/api/v1/config/diff", `{}`, nil, http.StatusUnprocessableEntity, "allowed: one of the two"},
		{"3001", "POST", "/api/v1/config/versions", apply, nil, http.StatusOK, `"version":4`},
		{"1001", "POST", "/api/v1/config/versions", apply, nil, http.StatusForbidden, "may not do this"},
		{"9001", "POST", "/api/v1/config/versions", `{"undo":2}`, nil, http.StatusOK, `"version":4`},
		{"9001", "POST", "/api/v1/config/versions", `{"undo":2,"document":"x"}`, nil, http.StatusUnprocessableEntity, "allowed: one of the two"},
		{"9001", "POST", "/api/v1/config/versions", `{}`, nil, http.StatusUnprocessableEntity, "allowed: one of the two"},
		{"9001", "DELETE", "/api/v1/config/versions/5", "", nil, http.StatusNoContent, ""},
		{"9001", "POST", "/api/v1/config/versions", apply, &cti.PlanError{Text: "queue service must stay"}, http.StatusConflict, "queue service must stay"},
		{"9001", "POST", "/api/v1/config/versions", apply, &cti.PlanError{Unknown: true, Text: "there is no version 9"}, http.StatusNotFound, "there is no version 9"},
		{"9001", "POST", "/api/v1/config/versions", apply, &ConfigError{Text: "ports.web needs a restart"}, http.StatusConflict, "ports.web needs a restart"},
		{"3001", "POST", "/api/v1/config/versions", apply, &ConfigError{Foreign: true, Text: "not yours"}, http.StatusForbidden, "not yours"},
		{"9001", "POST", "/api/v1/config/versions", apply, &ConfigError{Text: "faulty", Faults: []string{"document:3: x"}}, http.StatusUnprocessableEntity, "document:3: x"},
		{"9001", "GET", "/api/v1/config", "", errors.New("away"), http.StatusServiceUnavailable, "no engine that leads"},
	} {
		toy.fail = c.fail
		a := st.change(c.account, c.method, c.path, c.body)
		if a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s %s %s as %s: %d %s, want %d with %q", c.method, c.path, c.body, c.account, a.StatusCode, a.text, c.status, c.says)
		}
	}
	if o := toy.orders[1]; o.By != "3001" || o.Company != "demo" || o.Note != "more agents" || o.At.IsZero() {
		t.Errorf("the operator's order is %+v", o)
	}
	if o := toy.orders[2]; o.By != "9001" || o.Company != "" || o.Version != 2 || o.Document != "" {
		t.Errorf("the administrator's order is %+v", o)
	}
	if len(toy.cancelled) != 1 || toy.cancelled[0] != (cti.CancelPlan{Version: 5, By: "9001"}) {
		t.Errorf("cancelled are %+v", toy.cancelled)
	}
}

// TestLargeConfig: a document may be larger than other requests.
func TestLargeConfig(t *testing.T) {
	st := newStand(t)
	st.configs = &toyConfig{}
	body := func(n int) string { return fmt.Sprintf(`{"document":%q}`, strings.Repeat("x", n)) }
	if a := st.change("9001", "POST", "/api/v1/config/versions", body(1_900_000)); a.StatusCode != http.StatusOK {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	if a := st.change("9001", "POST", "/api/v1/config/versions", body(configMost)); a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%d", a.StatusCode)
	}
}

// TestFollowDemo: an agent who is new has an account at once, one who is gone has none,
// and his old password when he is back.
func TestFollowDemo(t *testing.T) {
	dir := t.TempDir()
	plan := cti.DemoPlan(0)
	a, _, err := OpenDemo(dir, plan.Agents[:2])
	if err != nil {
		t.Fatal(err)
	}
	before, _ := a.Account("1002")
	for _, c := range []struct {
		agents        []cti.Agent
		second, third bool
	}{{plan.Agents[:1], false, false}, {plan.Agents[:3], true, true}} {
		if err := a.FollowDemo(dir, c.agents); err != nil {
			t.Fatal(err)
		}
		kept, err := LoadAccounts(filepath.Join(dir, AccountsFile))
		if err != nil {
			t.Fatal(err)
		}
		for number, want := range map[string]bool{"1001": true, "1002": c.second, "1003": c.third, "3001": true} {
			if _, there := a.Account(number); there != want {
				t.Errorf("%d agents: account %s is there: %t", len(c.agents), number, there)
			}
			if _, there := kept.Account(number); there != want {
				t.Errorf("%d agents: account %s is in the file: %t", len(c.agents), number, there)
			}
		}
	}
	plain, err := DemoAccounts(dir)
	if err != nil {
		t.Fatal(err)
	}
	after, _ := a.Account("1002")
	for _, d := range plain {
		if d.Number == "1002" && (!fits(after.Hash, d.Password) || !fits(before.Hash, d.Password)) {
			t.Error("his password is another one")
		}
	}
}

// TestConfigBetweenVersions: any two versions are compared, and who publishes may name the
// plan that he has looked at.
func TestConfigBetweenVersions(t *testing.T) {
	st := newStand(t)
	toy := &toyConfig{}
	st.configs = toy
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/api/v1/config?version=2", ""},
		{"POST", "/api/v1/config/diff", `{"version":3,"from":1}`},
		{"POST", "/api/v1/config/versions", `{"document":"hotline: {}","base":"abc"}`},
	} {
		if a := st.change("3001", c.method, c.path, c.body); a.StatusCode != http.StatusOK {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, a.StatusCode, a.text)
		}
	}
	if toy.version != 2 || toy.company != "demo" {
		t.Errorf("version %d was asked for, of %s", toy.version, toy.company)
	}
	if st.change("5001", "GET", "/api/v1/config", ""); toy.company != nobodys {
		t.Errorf("an auditor reads the numbers in rules of %q", toy.company)
	}
	if o := toy.orders[0]; o.Version != 3 || o.From != 1 || o.Company != "demo" {
		t.Errorf("compared was %+v", o)
	}
	if o := toy.orders[1]; o.Base != "abc" {
		t.Errorf("published was %+v", o)
	}
}
