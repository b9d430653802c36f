package web

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// life is one process of a hotline whose accounts and logins are in a folder; the function
// ends it in order, as Run does.
func life(t *testing.T, folder string) (st *stand, end func()) {
	t.Helper()
	accounts, made, err := CreateAccounts(filepath.Join(folder, AccountsFile), people())
	if err != nil {
		t.Fatal(err)
	}
	core, logs := observer.New(zap.DebugLevel)
	s, err := New(Config{Addr: "127.0.0.1:0", Records: &memory{}, Accounts: accounts, Logins: filepath.Join(folder, LoginsFile), Log: zap.New(core)})
	if err != nil {
		t.Fatal(err)
	}
	st = &stand{Server: s, t: t, passwords: map[string]string{}, logs: logs}
	for _, c := range made {
		st.passwords[c.Number] = c.Password
	}
	ctx, cancel := context.WithCancel(context.Background())
	doneC := make(chan error, 1)
	go func() { doneC <- s.Run(ctx) }()
	end = func() {
		t.Helper()
		cancel()
		if err := <-doneC; err != nil {
			t.Error(err)
		}
	}
	return st, end
}

// who asks a life who is logged in.
func (st *stand) who(c *http.Cookie) answer {
	st.t.Helper()
	r, err := http.NewRequest("GET", "http://"+st.Addr()+"/api/v1/me", nil)
	if err != nil {
		st.t.Fatal(err)
	}
	// Each life has a port of its own, of which cookies tell.
	r.AddCookie(&http.Cookie{Name: st.logins.cookies.Cookie.Name, Value: c.Value})
	return st.asked(r)
}

// logIn logs in to a life.
func (st *stand) logIn(account, password string) *http.Cookie {
	st.t.Helper()
	r, err := http.NewRequest("POST", "http://"+st.Addr()+"/api/v1/login", strings.NewReader(`{"account":"`+account+`","password":"`+password+`"}`))
	if err != nil {
		st.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	a := st.asked(r)
	if a.StatusCode != 200 || len(a.Cookies()) == 0 {
		st.t.Fatalf("%s: %d %s", account, a.StatusCode, a.text)
	}
	return a.Cookies()[0]
}

func (st *stand) asked(r *http.Request) answer {
	st.t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(r)
	if err != nil {
		st.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		st.t.Fatal(err)
	}
	return answer{Response: res, text: string(b)}
}

func TestLoginsOutliveProcess(t *testing.T) {
	folder := t.TempDir()
	st, end := life(t, folder)
	passwords := st.passwords
	cookies := map[string]*http.Cookie{"first": st.logIn("1001", passwords["1001"])}
	for _, number := range []string{"1001", "1002", "2001", "3001", "9001"} {
		cookies[number] = st.logIn(number, passwords[number])
	}
	if a := st.who(cookies["first"]); !strings.Contains(a.text, string(loginEnded)) {
		t.Fatalf("the first of two: %d %s", a.StatusCode, a.text)
	}
	r, _ := http.NewRequest("POST", "http://"+st.Addr()+"/api/v1/logout", nil)
	r.AddCookie(cookies["9001"])
	if a := st.asked(r); a.StatusCode != http.StatusNoContent {
		t.Fatalf("logout: %d %s", a.StatusCode, a.text)
	}
	end()

	file := filepath.Join(folder, LoginsFile)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range cookies {
		if strings.Contains(string(b), c.Value) {
			t.Errorf("the cookie of %s is in the file", name)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}

	// Meanwhile one has another password, one may log in no more.
	accounts, err := LoadAccounts(filepath.Join(folder, AccountsFile))
	if err != nil {
		t.Fatal(err)
	}
	old, _ := accounts.Account("2001")
	if err := accounts.setPassword(old, hashPassword("another one")); err != nil {
		t.Fatal(err)
	}
	off := true
	if _, err := accounts.Change("3001", Change{Disabled: &off}, nil); err != nil {
		t.Fatal(err)
	}

	st, end = life(t, folder)
	defer func() { end() }()
	for name, want := range map[string]string{
		"1001": `"number":"1001"`, "1002": `"number":"1002"`, "first": string(loginEnded),
		"2001": string(loginNeeded), "3001": string(loginNeeded), "9001": string(loginNeeded),
	} {
		if a := st.who(cookies[name]); !strings.Contains(a.text, want) {
			t.Errorf("%s: %d %s; want %s", name, a.StatusCode, a.text, want)
		}
	}
	// It is a login as any other: the next one ends it.
	st.logIn("1002", passwords["1002"])
	if a := st.who(cookies["1002"]); !strings.Contains(a.text, string(loginEnded)) {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
}

// A process that is killed writes nothing at its end.
func TestLoginsWrittenAtOnce(t *testing.T) {
	st := newStand(t)
	st.logins.file = filepath.Join(t.TempDir(), LoginsFile)
	holds := func(key string) bool {
		t.Helper()
		select {
		case <-st.logins.changedC:
		default:
			t.Error("the file is not to be written")
		}
		st.logins.write(zap.NewNop())
		b, err := os.ReadFile(st.logins.file)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(b), key)
	}
	_, cookie := st.enter("1001")
	key := hashToken(cookie.Value)
	if !holds(key) {
		t.Error("the login is not in the file")
	}
	r := st.request("POST", "/api/v1/logout", "")
	r.AddCookie(cookie)
	st.do(r)
	if holds(key) {
		t.Error("who has logged out is in the file")
	}
	_, cookie = st.enter("1001")
	<-st.logins.changedC
	st.expel("1001")
	if key = hashToken(cookie.Value); holds(key) {
		t.Error("whose login was ended is in the file")
	}
}

// Logging in does not depend on the file.
func TestLoginsWithoutFile(t *testing.T) {
	for name, spoil := range map[string]func(file string) error{
		"no document":  func(file string) error { return os.WriteFile(file, []byte("{"), 0o600) },
		"for all eyes": func(file string) error { return os.WriteFile(file, []byte("{}"), 0o644) },
		"a folder":     func(file string) error { return os.MkdirAll(filepath.Join(file, "x"), 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if err := spoil(filepath.Join(folder, LoginsFile)); err != nil {
				t.Fatal(err)
			}
			st, end := life(t, folder)
			c := st.logIn("1001", st.passwords["1001"])
			if a := st.who(c); a.StatusCode != 200 {
				t.Errorf("%d %s", a.StatusCode, a.text)
			}
			end()
			if st.logs.FilterMessageSnippet("in anew").Len() == 0 {
				t.Error("nothing is said of it")
			}
		})
	}
}

// What has run out is not taken over.
func TestLoginsRunOut(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, LoginsFile)
	kept := keptLogins{
		Active: map[string]login{"1001": {ID: "a", Key: "old"}, "1002": {ID: "b", Key: "new"}},
		Shelf:  map[string]shelved{"old": {Expiry: time.Now().Add(-time.Second)}, "new": {Expiry: time.Now().Add(time.Minute)}},
	}
	if err := writeSecret(file, kept); err != nil {
		t.Fatal(err)
	}
	l := newLogins("c", false, file)
	if err := l.takeOver(); err != nil {
		t.Fatal(err)
	}
	if _, there := l.active["1001"]; there || l.active["1002"].ID != "b" {
		t.Errorf("%v", l.active)
	}
}
