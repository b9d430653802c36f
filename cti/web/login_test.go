package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func (st *stand) me(c *http.Cookie) answer {
	st.t.Helper()
	r := st.request("GET", "/api/v1/me", "")
	r.AddCookie(c)
	return st.do(r)
}

func TestLogin(t *testing.T) {
	st := newStand(t)
	a, cookie := st.enter("1001")
	if a.StatusCode != 200 || cookie == nil || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" {
		t.Fatalf("%d %s %v", a.StatusCode, a.text, cookie)
	}
	if got := a.json(t); got["role"] != "agent" || got["company"] != "demo" || got["ended"] != nil {
		t.Errorf("%v", got)
	}
	if a := st.me(cookie); a.StatusCode != 200 || a.json(t)["number"] != "1001" {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	r := st.request("POST", "/api/v1/logout", "")
	r.AddCookie(cookie)
	if a := st.do(r); a.StatusCode != http.StatusNoContent {
		t.Errorf("logout: %d %s", a.StatusCode, a.text)
	}
	if a := st.me(cookie); a.StatusCode != http.StatusUnauthorized || !strings.Contains(a.text, "login-needed") {
		t.Errorf("after logout: %d %s", a.StatusCode, a.text)
	}
}

// Requirement H1: a second login ends the first, and both are told.
func TestSecondLoginEndsFirst(t *testing.T) {
	st := newStand(t)
	_, first := st.enter("1001")
	a, second := st.enter("1001")
	if a.json(t)["ended"] == nil {
		t.Errorf("the second is not told: %s", a.text)
	}
	if a := st.me(first); a.StatusCode != http.StatusUnauthorized || !strings.Contains(a.text, "login-ended") || !strings.Contains(a.text, "127.0.0.1") {
		t.Errorf("first: %d %s", a.StatusCode, a.text)
	}
	if a := st.me(second); a.StatusCode != 200 {
		t.Errorf("second: %d %s", a.StatusCode, a.text)
	}
	if _, other := st.enter("2001"); st.me(second).StatusCode != 200 || st.me(other).StatusCode != 200 {
		t.Error("another account's login ended this one")
	}
	// Again in the same browser: nobody else's login ends.
	r := st.request("POST", "/api/v1/login", `{"account":"1001","password":"`+st.passwords["1001"]+`"}`)
	r.AddCookie(second)
	if a := st.do(r); a.StatusCode != 200 || a.json(t)["ended"] != nil {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	if a := st.me(second); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("the old cookie still serves: %d", a.StatusCode)
	}
}

func TestLoginRefused(t *testing.T) {
	st := newStand(t)
	for _, c := range []struct {
		body   string
		status int
	}{
		{`{"account":"1001","password":"wrong"}`, 401},
		{`{"account":"7777","password":"wrong"}`, 401},
		{`{"account":"1001"}`, 422},
		{`{"account":"1001","password":""}`, 422},
		{`{"account":"1001","password":"x","role":"administrator"}`, 422},
		{`{"account":"../../x","password":"x"}`, 422},
		{`{"account":"1001","password":"` + strings.Repeat("x", 300) + `"}`, 422},
		{`{"account":`, 400},
		{strings.Repeat(" ", 5<<10), 413},
		{strings.Repeat(" ", 3<<20), 413},
	} {
		a := st.do(st.request("POST", "/api/v1/login", c.body))
		if a.StatusCode != c.status || len(a.Cookies()) > 0 {
			t.Errorf("%.40s: %d %s", c.body, a.StatusCode, a.text)
		}
	}
	one, two := st.do(st.request("POST", "/api/v1/login", `{"account":"2001","password":"wrong"}`)),
		st.do(st.request("POST", "/api/v1/login", `{"account":"8888","password":"wrong"}`))
	if one.text != two.text {
		t.Errorf("tells who exists:\n%s\n%s", one.text, two.text)
	}
	for _, l := range st.logs.All() {
		for k, v := range l.ContextMap() {
			if s, ok := v.(string); ok && (strings.Contains(s, "wrong") || strings.Contains(s, "7777")) {
				t.Errorf("logged %s=%s", k, s)
			}
		}
	}
}

func TestBasic(t *testing.T) {
	st := newStand(t)
	a := st.get("", "/api/v1/calls")
	if a.StatusCode != 401 || !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
	r := st.request("GET", "/api/v1/calls", "")
	r.Header.Set("Sec-Fetch-Mode", "cors")
	if a := st.do(r); strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Basic") {
		t.Error("a browser would open its own window")
	}
	for _, h := range []string{"Bearer x", "Basic", "Basic !!!", "Basic MTAwMQ=="} {
		r := st.request("GET", "/api/v1/calls", "")
		r.Header.Set("Authorization", h)
		if a := st.do(r); a.StatusCode != 401 || !strings.Contains(a.text, "allowed: Basic") {
			t.Errorf("%s: %d %s", h, a.StatusCode, a.text)
		}
	}
	// Basic ends no login.
	_, cookie := st.enter("1001")
	if st.get("1001", "/api/v1/me").StatusCode != 200 || st.me(cookie).StatusCode != 200 {
		t.Error("a script's request ended a login")
	}
}

func TestCrossOrigin(t *testing.T) {
	st := newStand(t)
	for _, h := range []struct{ name, value string }{
		{"Origin", "https://example.com"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"},
	} {
		r := st.request("POST", "/api/v1/login", `{"account":"1001","password":"`+st.passwords["1001"]+`"}`)
		r.Header.Set(h.name, h.value)
		if a := st.do(r); a.StatusCode != http.StatusForbidden || !strings.Contains(a.text, "same origin") {
			t.Errorf("%s: %s: %d %s", h.name, h.value, a.StatusCode, a.text)
		}
	}
}

func testVerifier(t *testing.T) (*verifier, chan struct{}) {
	t.Helper()
	a := &Accounts{byNumber: map[string]Account{
		"1001": {Number: "1001", Role: Agent, Company: "demo", Hash: hashPassword("right")},
	}}
	stopC := make(chan struct{})
	return newVerifier(a, stopC), stopC
}

// Guessing becomes slow, and its victim, at another source, notices nothing.
func TestGuessingIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, _ := testVerifier(t)
		start := time.Now()
		for i := range 20 {
			if _, err := v.verify(t.Context(), "1001", strings.Repeat("x", i+1), "192.0.2.1"); !errors.Is(err, errCredentials) {
				t.Fatal(err)
			}
		}
		if d := time.Since(start); d < 90*time.Second || d > 3*time.Minute {
			t.Errorf("20 guesses took %v", d)
		}
		start = time.Now()
		if _, err := v.verify(t.Context(), "1001", "right", "192.0.2.2"); err != nil || time.Since(start) > 0 {
			t.Errorf("the owner: %v after %v", err, time.Since(start))
		}
		if _, err := v.verify(t.Context(), "1001", "right", "192.0.2.1"); err != nil || time.Since(start) > slowest {
			t.Errorf("the owner at the guesser's: %v after %v", err, time.Since(start))
		}
		if len(v.throttle.guessed) != 0 {
			t.Error("the owner's success is not the end of it")
		}
	})
}

// Many guesses at once are refused rather than kept waiting for ever.
func TestGuessingAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, _ := testVerifier(t)
		var mu sync.Mutex
		var wrong, busy int
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				_, err := v.verify(t.Context(), "1001", strings.Repeat("x", i+1), "192.0.2.1")
				mu.Lock()
				defer mu.Unlock()
				var b *busyError
				switch {
				case errors.Is(err, errCredentials):
					wrong++
				case errors.As(err, &b) && b.seconds() > 10:
					busy++
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if wrong > 10 || wrong+busy != 100 {
			t.Errorf("%d tried, %d refused", wrong, busy)
		}
		if v.throttle.waiting != 0 {
			t.Errorf("%d counted as waiting", v.throttle.waiting)
		}
	})
}

// A script's many requests at once are one computation, also when the first of
// them goes away.
func TestEqualAttemptsShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, _ := testVerifier(t)
		v.slots.freeC <- struct{}{}
		v.slots.freeC <- struct{}{}
		first, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := v.verify(first, "1001", "right", "s"); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		synctest.Wait()
		for range 50 {
			wg.Go(func() {
				if _, err := v.verify(t.Context(), "1001", "right", "s"); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		leave()
		synctest.Wait()
		if k := v.throttle.guessed[guess{"1001", "s"}]; k == nil || k.tries != 2 {
			t.Errorf("51 equal requests: %+v", k)
		}
		<-v.slots.freeC
		<-v.slots.freeC
		wg.Wait()
	})
}

func TestRememberedForAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, _ := testVerifier(t)
		verify := func() error {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := v.verify(ctx, "1001", "right", "s")
			return err
		}
		if err := verify(); err != nil {
			t.Fatal(err)
		}
		v.slots.freeC <- struct{}{}
		v.slots.freeC <- struct{}{} // nothing can be computed now
		if err := verify(); err != nil {
			t.Errorf("not remembered: %v", err)
		}
		time.Sleep(rememberFor) //nolint:forbidigo // synctest's clock, not ours
		if err := verify(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("still remembered: %v", err)
		}
	})
}

func TestStopEndsWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, stopC := testVerifier(t)
		g := guess{"1001", "s"}
		for range freeTries {
			if err := v.throttle.turn(t.Context(), g); err != nil {
				t.Fatal(err)
			}
		}
		go func() { close(stopC) }()
		start := time.Now()
		if err := v.throttle.turn(t.Context(), g); !errors.Is(err, errClosing) || time.Since(start) > 0 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	v, _ := testVerifier(t)
	now := time.Now()
	for i := range 3 * maxGuessed {
		if _, err := v.throttle.reserve(guess{"1001", strconv.Itoa(i)}, now); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(v.throttle.guessed); n > maxGuessed {
		t.Errorf("%d attempts kept", n)
	}
	for i := range 3 * maxRemembered {
		v.remember(v.digest(strconv.Itoa(i)), Account{})
	}
	if n := len(v.remembered); n > maxRemembered {
		t.Errorf("%d successes kept", n)
	}
}

func TestLoginsExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{items: map[string]shelved{}, added: func() {}}
		if err := s.Commit("a", []byte("x"), time.Now().Add(loginIdle)); err != nil {
			t.Fatal(err)
		}
		if !s.has(hashToken("a")) {
			t.Error("gone at once")
		}
		time.Sleep(loginIdle) //nolint:forbidigo // synctest's clock, not ours
		if s.has(hashToken("a")) {
			t.Error("lives on")
		}
		if err := s.Commit("b", nil, time.Now().Add(loginIdle)); err != nil || len(s.items) != 1 {
			t.Errorf("%v, %d kept", err, len(s.items))
		}
	})
}
