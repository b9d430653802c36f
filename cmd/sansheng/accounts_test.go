package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sansheng/cti/bus"
	"sansheng/cti/web"
)

// runAccounts runs one command line.
func runAccounts(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	c := rootCommand()
	c.SetOut(&out)
	c.SetErr(&out)
	c.SetArgs(append([]string{"accounts"}, args...))
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

// The first administrator is made before the service runs, in its file.
func TestAccountsInFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, c := range []struct{ args, says, fails string }{
		{"list", "NUMBER", ""},
		{"add 9001 --role administrator --company demo", "http://127.0.0.1:8080/reset#", ""},
		{"add 9001 --role agent --company demo", "", "has this number"},
		{"add 1011 --role agent --company demo --name 王伟 --json", `"token"`, ""},
		{"add 1012 --role boss --company demo", "", "allowed: agent, shift_leader"},
		{"add 6001 --role clerk --company demo", "", "a clerk has a department"},
		{"list --role agent", "王伟", ""},
		{"set 1011 --role clerk --department gas", "account 1011 is changed", ""},
		{"set 1011", "", "nothing is to be changed"},
		{"set 1011 --queues repair,service", "account 1011 is changed", ""},
		{"list", "repair,service", ""},
		{"set 1011 --queues=", "account 1011 is changed", ""},
		{"set 9001 --queues service", "", "sees all companies"},
		{"add 1013 --role agent --company demo --queues No", "", "1 to 32 of a-z 0-9 _ -"},
		{"add 1013 --role agent --company demo --queues service", "/reset#", ""},
		{"disable 1011", "account 1011 is disabled", ""},
		{"list --json", `"disabled": true`, ""},
		{"enable 1011", "account 1011 is enabled", ""},
		{"reset 1011", "once, until", ""},
		{"totp-off 1011", "asked for no one-time code", ""},
		{"disable 9001", "", "the last administrator stays"},
		{"remove 9001", "", "the last administrator stays"},
		{"remove 1011", "account 1011 is removed", ""},
		{"remove 1011", "", "no such account"},
	} {
		out, err := runAccounts(t, append(strings.Fields(c.args), "--data", dir)...)
		if (err != nil) != (c.fails != "") || err != nil && !strings.Contains(err.Error(), c.fails) || !strings.Contains(out, c.says) {
			t.Errorf("%s: %v\n%s", c.args, err, out)
		}
	}
	info, err := os.Stat(filepath.Join(dir, web.AccountsFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

// The file of a service that runs is not changed behind its back.
func TestAccountsOfRunningService(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := bus.Start(t.Context(), bus.Options{StoreDir: filepath.Join(dir, "nats"), Port: -1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := runAccounts(t, "list", "--data", dir); err == nil || !strings.Contains(err.Error(), "--as") {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := runAccounts(t, "list", "--data", dir); err != nil {
		t.Error(err)
	}
}

// With --as the service is asked.
func TestAccountsOverAPI(t *testing.T) {
	t.Setenv(passwordVariable, "secret")
	var asked []string
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		asked = append(asked, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
		answers := map[string]any{
			"GET": web.AccountList{Accounts: []web.AccountView{{Number: "1011", Role: web.Agent, TOTP: true}}}, "PATCH": web.AccountView{Number: "1011"},
			"POST": web.NewAccount{Link: web.Link{Number: "1011", Token: "ABC"}},
		}
		if strings.HasSuffix(r.URL.Path, "/reset") {
			answers["POST"] = web.Link{Number: "1011", Token: "DEF"}
		}
		a, ok := answers[r.Method]
		if !ok {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if err := json.NewEncoder(w).Encode(a); err != nil {
			t.Error(err)
		}
	}))
	defer api.Close()
	for _, c := range []struct{ args, says string }{
		{"list --company demo", "1011"}, {"add 1011 --role agent", "/reset#ABC"}, {"set 1011 --name x", "is changed"}, {"disable 1011", "is disabled"},
		{"reset 1011", "/reset#DEF"}, {"totp-off 1011", "no one-time code"}, {"remove 1011", "is removed"},
	} {
		out, err := runAccounts(t, append(strings.Fields(c.args), "--as", "9001", "--url", api.URL)...)
		if err != nil || !strings.Contains(out, c.says) {
			t.Errorf("%s: %v\n%s", c.args, err, out)
		}
	}
	want := `GET /api/v1/accounts?company=demo; POST /api/v1/accounts {"number":"1011","role":"agent"}; PATCH /api/v1/accounts/1011 {"name":"x"}; ` +
		`PATCH /api/v1/accounts/1011 {"disabled":true}; POST /api/v1/accounts/1011/reset; DELETE /api/v1/accounts/1011/totp; DELETE /api/v1/accounts/1011`
	if got := strings.Join(asked, "; "); got != want {
		t.Errorf("asked\n%s\nwant\n%s", got, want)
	}
}
