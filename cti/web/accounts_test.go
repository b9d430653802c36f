package web

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sansheng/cti"
)

// Who keeps accounts, and what nobody may.
func TestAccountRoutes(t *testing.T) {
	st := newStand(t)
	for account, want := range map[string]string{"3001": "1001 2001 6001", "9001": "1001 1002 2001 3001 4001 5001 6001 9001"} {
		var got []string
		for _, a := range st.get(account, "/api/v1/accounts").json(t)["accounts"].([]any) {
			got = append(got, a.(map[string]any)["number"].(string))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s keeps %q, want %q", account, got, want)
		}
	}
	for _, c := range []struct {
		by, method, path, body string
		status                 int
		says                   string
	}{
		{"3001", "POST", "", `{"number":"1011","role":"agent","name":" 王伟 "}`, 201, `"name":"王伟"`},
		{"3001", "POST", "", `{"number":"1011","role":"agent"}`, 409, "has this number"},
		{"3001", "POST", "", `{"number":"9002","role":"administrator"}`, 403, "allowed: agent, shift_leader, clerk"},
		{"3001", "POST", "", `{"number":"3002","role":"operator"}`, 403, "allowed: agent, shift_leader, clerk"},
		{"3001", "POST", "", `{"number":"6002","role":"clerk"}`, 422, "a clerk has a department"},
		{"9001", "POST", "", `{"number":"12","role":"agent"}`, 422, "3 to 15 digits"},
		{"9001", "POST", "", `{"number":"1013","role":"boss"}`, 422, "body.role"},
		{"3001", "PATCH", "/1011", `{"role":"administrator"}`, 403, "an administrator's to give"},
		{"3001", "PATCH", "/1011", `{"company":"demo2"}`, 403, "company demo2 is not yours"},
		{"3001", "PATCH", "/1011", `{"role":"clerk","department":"gas"}`, 200, `"department":"gas"`},
		{"3001", "PATCH", "/1011", `{"role":"agent"}`, 200, `"role":"agent"`},
		{"3001", "PATCH", "/1011", `{"name":"two\nlines"}`, 422, "in one line"},
		{"3001", "PATCH", "/9001", `{"disabled":true}`, 404, "there is no account 9001"},
		{"3001", "PATCH", "/3001", `{"role":"administrator"}`, 403, "changed by another"},
		{"3001", "POST", "/4001/reset", "", 404, "there is no account"},
		{"3001", "DELETE", "/5001", "", 404, "there is no account"},
		{"9001", "PATCH", "/9001", `{"role":"agent"}`, 403, "changed by another"},
		{"9001", "DELETE", "/9001", "", 403, "changed by another"},
		{"9001", "PATCH", "/7777", `{"name":"x"}`, 404, "there is no account 7777"},
		{"2001", "GET", "", "", 403, "allowed: operator, administrator"},
		{"3001", "DELETE", "/1011", "", 204, ""},
	} {
		a := st.change(c.by, c.method, "/api/v1/accounts"+c.path, c.body)
		if a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s %s %s %s: %d %s, want %d %q", c.by, c.method, c.path, c.body, a.StatusCode, a.text, c.status, c.says)
		}
	}
	lines := st.logs.FilterLoggerName("audit").FilterMessage("account")
	if n := lines.Len(); n == 0 {
		t.Error("nothing is in the log named audit")
	}
	for _, l := range lines.All() {
		if l.ContextMap()["by"] == nil || l.ContextMap()["account"] == nil {
			t.Errorf("%v", l.ContextMap())
		}
	}
}

// A disabled account is refused like one that does not exist, and its login ends; so is one
// that was removed.
func TestDisable(t *testing.T) {
	st := newStand(t)
	for _, how := range []struct{ method, path, body string }{
		{"PATCH", "/api/v1/accounts/1001", `{"disabled":true}`}, {"DELETE", "/api/v1/accounts/2001", ""},
	} {
		number := how.path[len(how.path)-4:]
		_, cookie := st.enter(number)
		if a := st.change("9001", how.method, how.path, how.body); a.StatusCode/100 != 2 {
			t.Fatalf("%d %s", a.StatusCode, a.text)
		}
		if a := st.me(cookie); a.StatusCode != 401 || !strings.Contains(a.text, "login-needed") {
			t.Errorf("%s: login goes on: %d %s", number, a.StatusCode, a.text)
		}
		a, _ := st.enter(number)
		unknown := st.do(st.request("POST", "/api/v1/login", `{"account":"7777","password":"x"}`))
		if a.StatusCode != 401 || a.text != unknown.text {
			t.Errorf("%s: %d %s", number, a.StatusCode, a.text)
		}
		if a := st.get(number, "/api/v1/me"); a.StatusCode != 401 {
			t.Errorf("%s: Basic goes on: %d", number, a.StatusCode)
		}
	}
	st.change("9001", "PATCH", "/api/v1/accounts/1001", `{"disabled":false}`)
	if a, _ := st.enter("1001"); a.StatusCode != 200 {
		t.Errorf("enabled again: %d %s", a.StatusCode, a.text)
	}
}

// What an account has open ends with it, and nobody else's.
func TestExpel(t *testing.T) {
	st := newStand(t)
	mine, endMine := context.WithCancel(t.Context())
	others, endOthers := context.WithCancel(t.Context())
	defer endOthers()
	over := st.lasting.begin("1001", endMine)
	st.lasting.begin("1002", endOthers)
	st.change("9001", "PATCH", "/api/v1/accounts/1001", `{"disabled":true}`)
	if mine.Err() == nil || others.Err() != nil {
		t.Errorf("%v, %v", mine.Err(), others.Err())
	}
	over()
	if len(st.lasting.open) != 1 {
		t.Errorf("%d kept", len(st.lasting.open))
	}
}

// The last administrator stays, also where two take each other away at the same time.
func TestLastAdministrator(t *testing.T) {
	st := newStand(t)
	if _, err := st.accounts.Change("9001", Change{Disabled: new(true)}, nil); err == nil {
		t.Error("disabled")
	}
	if _, err := st.accounts.Change("9001", Change{Role: new(Agent)}, nil); err == nil {
		t.Error("made an agent")
	}
	if err := st.accounts.Remove("9001", nil); err == nil || !strings.Contains(err.Error(), "the last administrator") {
		t.Errorf("removed: %v", err)
	}
	if _, _, err := st.accounts.Add(Account{Number: "9002", Role: Administrator, Company: "demo"}); err != nil {
		t.Fatal(err)
	}
	endC := make(chan error, 2)
	for _, n := range []string{"9001", "9002"} {
		go func() { endC <- st.accounts.Remove(n, nil) }()
	}
	if one, two := <-endC, <-endC; (one == nil) == (two == nil) {
		t.Errorf("%v, %v", one, two)
	}
}

// Requirement H1: a lost password is reset by a link that serves once, within a day.
func TestLink(t *testing.T) {
	st := newStand(t)
	_, cookie := st.enter("1001")
	old := st.passwords["1001"]
	token := func(by, number string) string {
		t.Helper()
		a := st.change(by, "POST", "/api/v1/accounts/"+number+"/reset", "")
		if a.StatusCode != 200 {
			t.Fatalf("%d %s", a.StatusCode, a.text)
		}
		return a.json(t)["token"].(string)
	}
	set := func(token, password string) answer {
		return st.do(st.request("POST", "/api/v1/password", `{"token":"`+token+`","password":"`+password+`"}`))
	}
	first := token("3001", "1001")
	if a := st.me(cookie); a.StatusCode != 401 {
		t.Errorf("the login goes on: %d", a.StatusCode)
	}
	if a := st.get("1001", "/api/v1/me"); a.StatusCode != 401 {
		t.Errorf("the old password serves: %d", a.StatusCode)
	}
	second := token("9001", "1001")
	text, err := os.ReadFile(st.accounts.file)
	if err != nil || strings.Contains(string(text), second) {
		t.Errorf("the token is in the file, %v", err)
	}
	const fresh = "three rings at most"
	for _, c := range []struct {
		token, password string
		status          int
		says            string
	}{
		{first, fresh, 410, "there is a newer one"}, {"x", fresh, 410, "bad-link"}, {second, "short", 422, "10 letters and more"},
		{second, "100110011001x", 422, "10 letters and more"}, {second, fresh, 200, `"1001"`}, {second, fresh + " again", 410, "bad-link"},
	} {
		if a := set(c.token, c.password); a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s: %d %s", c.password, a.StatusCode, a.text)
		}
	}
	st.passwords["1001"] = fresh
	if a := st.get("1001", "/api/v1/me"); a.StatusCode != 200 {
		t.Errorf("the new password: %d", a.StatusCode)
	}
	third := token("9001", "1001")
	st.change("9001", "PATCH", "/api/v1/accounts/1001", `{"disabled":true}`)
	if a := set(third, fresh); a.StatusCode != 410 {
		t.Errorf("a disabled account's link: %d", a.StatusCode)
	}
	for _, l := range st.logs.All() {
		for _, v := range l.ContextMap() {
			if s, ok := v.(string); ok && (strings.Contains(s, second) || strings.Contains(s, fresh) || strings.Contains(s, old)) {
				t.Errorf("a secret is in the log: %s", l.Message)
			}
		}
	}
}

func TestLinkEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _, err := CreateAccounts(filepath.Join(t.TempDir(), AccountsFile), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, link, err := a.Add(Account{Number: "1001", Role: Agent, Company: "demo"})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(linkLife - time.Minute) //nolint:forbidigo // synctest's clock, not ours
		if _, err := a.linked(link.Token); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute) //nolint:forbidigo // synctest's clock, not ours
		if _, err := a.linked(link.Token); err == nil || a.List()[0].LinkUntil != nil {
			t.Errorf("a link of a day ago serves: %v", err)
		}
	})
}

// Somebody changes his own password: his login goes on, and the old one serves no more.
func TestMyPassword(t *testing.T) {
	st := newStand(t)
	_, cookie := st.enter("1001")
	post := func(body string) answer {
		r := st.request("POST", "/api/v1/me/password", body)
		r.AddCookie(cookie)
		return st.do(r)
	}
	old := st.passwords["1001"]
	for _, c := range []struct {
		old, fresh string
		status     int
		says       string
	}{
		{"wrong", "three rings at most", 422, "not your password"}, {old, "short", 422, "weak-password"}, {old, old, 422, "is the old one"},
		{old, "three rings at most", 200, "1001"},
	} {
		if a := post(`{"old":"` + c.old + `","password":"` + c.fresh + `"}`); a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s: %d %s", c.fresh, a.StatusCode, a.text)
		}
	}
	if a := st.me(cookie); a.StatusCode != 200 {
		t.Errorf("the login ended: %d %s", a.StatusCode, a.text)
	}
	if a := st.get("1001", "/api/v1/me"); a.StatusCode != 401 {
		t.Errorf("the old password serves: %d", a.StatusCode)
	}
}

// What a command has changed in the file is not lost when the service changes it.
func TestFileChangedMeanwhile(t *testing.T) {
	st := newStand(t)
	other, err := LoadAccounts(st.accounts.file)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := other.Add(Account{Number: "1011", Role: Agent, Company: "demo"}); err != nil {
		t.Fatal(err)
	}
	if _, err := st.accounts.Change("1001", Change{Name: new("other")}, nil); err != nil {
		t.Fatal(err)
	}
	if _, ok := st.accounts.Account("1011"); !ok {
		t.Error("it is lost")
	}
	info, err := os.Stat(st.accounts.file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(err, info.Mode())
	}
}

// Guessing from one place delays nobody at another, whatever is guessed.
func TestGuessingLocksNobodyOut(t *testing.T) {
	st := newStand(t)
	from := func(addr, body string) int {
		r := st.request("POST", "/api/v1/login", body)
		r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), addr
		w := &muted{header: http.Header{}}
		st.http.Handler.ServeHTTP(w, r)
		return w.status
	}
	for range freeTries {
		if got := from("192.0.2.1:1", `{"account":"1001","password":"wrong"}`); got != 401 {
			t.Fatal(got)
		}
	}
	start := time.Now()
	if got := from("192.0.2.2:1", `{"account":"1001","password":"`+st.passwords["1001"]+`"}`); got != 200 || time.Since(start) > time.Second {
		t.Errorf("the owner: %d after %v", got, time.Since(start))
	}
	if got := from("192.0.2.1:1", `{"account":"2001","password":"`+st.passwords["2001"]+`"}`); got != 200 || time.Since(start) > time.Second {
		t.Errorf("another account, from the guesser's: %d after %v", got, time.Since(start))
	}
}

// TestGuessingThroughProxy: behind the proxy that HTTPS needs people are told apart by whom it
// names; what they say themselves counts for nothing.
func TestGuessingThroughProxy(t *testing.T) {
	st := newStand(t)
	st.secure = true
	from := func(forwarded, password string) int {
		r := st.request("POST", "/api/v1/login", `{"account":"1001","password":"`+password+`"}`)
		r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
		r.Header.Set("X-Forwarded-For", forwarded)
		w := &muted{header: http.Header{}}
		st.http.Handler.ServeHTTP(w, r)
		return w.status
	}
	for range freeTries {
		if got := from("198.51.100.7, 192.0.2.1", "wrong"); got != 401 {
			t.Fatal(got)
		}
	}
	start := time.Now()
	if got := from("192.0.2.1, 192.0.2.2", st.passwords["1001"]); got != 200 || time.Since(start) > time.Second {
		t.Errorf("the owner: %d after %v", got, time.Since(start))
	}
}

// TestNumberOfOthersAgent: who has an account under the number of another company's agent has
// neither his phone nor his callers.
func TestNumberOfOthersAgent(t *testing.T) {
	st := newStand(t)
	st.plan = func() *cti.Plan {
		return &cti.Plan{Agents: []cti.Agent{{ID: "1001", Company: "demo2"}, {ID: "1009", Company: "demo2"}}}
	}
	ordered := false
	st.orders = func(context.Context, cti.Order) error {
		ordered = true
		return nil
	}
	if a := st.post("3001", "/api/v1/accounts", `{"number":"1009","role":"agent"}`); a.StatusCode != 403 || !strings.Contains(a.text, "an agent of company demo2") {
		t.Errorf("an account: %d %s", a.StatusCode, a.text)
	}
	for _, path := range []string{"/api/v1/agents/1001/orders", "/api/v1/agents/1001/phone"} {
		method, body := "POST", `{"verb":"hang_up"}`
		if strings.HasSuffix(path, "phone") {
			method, body = "PUT", `{"kind":"browser"}`
		}
		if a := st.send("1001", method, path, body); a.StatusCode != 403 {
			t.Errorf("%s %s: %d %s", method, path, a.StatusCode, a.text)
		}
	}
	if ordered || st.deskOf(person{Account: Account{Number: "1001", Role: Agent, Company: "demo"}}) != "" {
		t.Error("he is given orders for, or the calls of, another company's agent")
	}
}
