package web

import (
	"encoding/base32"
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The vectors of RFC 6238, appendix B, for SHA-1, of which codes are the last six digits.
func TestCodeVectors(t *testing.T) {
	secret := base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if step, ok := stepOfCode(secret, want, time.Unix(at, 0), 0); !ok || step != at/30 {
			t.Errorf("%d: step %d, %v", at, step, ok)
		}
	}
	now := time.Unix(1111111109, 0)
	for seconds, want := range map[int]bool{-60: false, -30: true, 0: true, 30: true, 60: false} {
		key, err := decodeSecret(secret)
		if err != nil {
			t.Fatal(err)
		}
		code := codeAt(key, (now.Unix()+int64(seconds))/30)
		if _, ok := stepOfCode(secret, code, now, 0); ok != want {
			t.Errorf("the code of %d s: %v", seconds, ok)
		}
	}
	if _, ok := stepOfCode(secret, "081804", now, now.Unix()/30); ok {
		t.Error("a code serves twice")
	}
}

func TestCodeURI(t *testing.T) {
	secret := newCodeSecret()
	u, err := url.Parse(codeURI("1001", secret))
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Sansheng:1001" || u.Query().Get("secret") != secret || u.Query().Get("issuer") != "Sansheng" {
		t.Errorf("%v %v", u, err)
	}
	if secret == newCodeSecret() || len(secret) != 32 {
		t.Error(secret)
	}
}

// codeOf is what an authenticator shows, some steps from now.
func codeOf(t *testing.T, secret string, steps int64) string {
	t.Helper()
	key, err := decodeSecret(secret)
	if err != nil {
		t.Fatal(err)
	}
	return codeAt(key, time.Now().Unix()/30+steps)
}

// enrolled is a stand where 1001 is asked for codes, with the secret.
func enrolled(t *testing.T) (*stand, string) {
	t.Helper()
	st := newStand(t)
	if a := st.post("1001", "/api/v1/me/totp", `{"password":"wrong"}`); a.StatusCode != 422 {
		t.Errorf("with a wrong password: %d %s", a.StatusCode, a.text)
	}
	a := st.post("1001", "/api/v1/me/totp", `{"password":"`+st.passwords["1001"]+`"}`)
	if a.StatusCode != 200 {
		t.Fatalf("%d %s", a.StatusCode, a.text)
	}
	secret := a.json(t)["secret"].(string)
	if a, _ := st.enter("1001"); a.StatusCode != 200 {
		t.Errorf("a code is asked for before one was confirmed: %d", a.StatusCode)
	}
	if a := st.post("1001", "/api/v1/me/totp/confirm", `{"code":"`+other(codeOf(t, secret, 0))+`"}`); a.StatusCode != 422 || !strings.Contains(a.text, "bad-code") {
		t.Errorf("confirmed with a wrong code: %d %s", a.StatusCode, a.text)
	}
	if a := st.post("1001", "/api/v1/me/totp/confirm", `{"code":"`+codeOf(t, secret, -1)+`"}`); a.StatusCode != 204 {
		t.Fatalf("%d %s", a.StatusCode, a.text)
	}
	return st, secret
}

// other is another code; that it is one of the three that serve now is not to be feared.
func other(code string) string {
	return code[1:] + string('0'+(code[0]-'0'+1)%10)
}

func (st *stand) enterWith(account, code string) answer {
	return st.do(st.request("POST", "/api/v1/login", `{"account":"`+account+`","password":"`+st.passwords[account]+`","code":"`+code+`"}`))
}

// Who is asked for codes gets in with none that was used, and with Basic not at all.
func TestCodes(t *testing.T) {
	st, secret := enrolled(t)
	if a, _ := st.enter("1001"); a.StatusCode != 401 || !strings.Contains(a.text, "code-needed") || len(a.Cookies()) > 0 {
		t.Errorf("without a code: %d %s", a.StatusCode, a.text)
	}
	if a := st.do(st.request("POST", "/api/v1/login", `{"account":"1001","password":"wrong","code":"123456"}`)); a.StatusCode != 401 || !strings.Contains(a.text, "bad-credentials") {
		t.Errorf("with a wrong password: %d %s", a.StatusCode, a.text)
	}
	if a := st.get("1001", "/api/v1/me"); a.StatusCode != 401 || !strings.Contains(a.text, "code-needed") {
		t.Errorf("with Basic: %d %s", a.StatusCode, a.text)
	}
	code := codeOf(t, secret, 0)
	a := st.enterWith("1001", code)
	if a.StatusCode != 200 || len(a.Cookies()) == 0 || a.json(t)["totp"] != true {
		t.Fatalf("%d %s", a.StatusCode, a.text)
	}
	cookie := a.Cookies()[0]
	if a := st.enterWith("1001", code); a.StatusCode != 401 || !strings.Contains(a.text, "bad-code") {
		t.Errorf("a code serves twice: %d %s", a.StatusCode, a.text)
	}
	again, err := LoadAccounts(st.accounts.file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.takeCode("1001", code); !errors.Is(err, errCode) {
		t.Errorf("a restart makes it good again: %v", err)
	}
	if a := st.me(cookie); a.StatusCode != 200 {
		t.Errorf("a refused login ended this one: %d", a.StatusCode)
	}
	r := st.request("POST", "/api/v1/me/totp", `{"password":"`+st.passwords["1001"]+`"}`)
	r.AddCookie(cookie)
	if a := st.do(r); a.StatusCode != 409 {
		t.Errorf("another secret while codes are on: %d %s", a.StatusCode, a.text)
	}
	r = st.request("POST", "/api/v1/me/totp/off", `{"code":"`+codeOf(t, secret, 1)+`"}`)
	r.AddCookie(cookie)
	if a := st.do(r); a.StatusCode != 204 {
		t.Fatalf("off: %d %s", a.StatusCode, a.text)
	}
	if a, _ := st.enter("1001"); a.StatusCode != 200 {
		t.Errorf("off, and yet: %d %s", a.StatusCode, a.text)
	}
}

// Whoever keeps the account turns the codes of a lost phone off.
func TestCodesOffByKeeper(t *testing.T) {
	st, _ := enrolled(t)
	if a := st.change("3001", "DELETE", "/api/v1/accounts/1001/totp", ""); a.StatusCode != 204 {
		t.Fatalf("%d %s", a.StatusCode, a.text)
	}
	if a, _ := st.enter("1001"); a.StatusCode != 200 {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
}

// Codes cannot be guessed by one who has the password, and the owner at another place is
// kept waiting by nobody.
func TestGuessingCodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _, err := CreateAccounts(filepath.Join(t.TempDir(), AccountsFile), []Account{{Number: "1001", Role: Agent, Company: "demo"}})
		if err != nil {
			t.Fatal(err)
		}
		secret, err := a.beginCodes("1001")
		if err != nil {
			t.Fatal(err)
		}
		if err := a.confirmCodes("1001", codeOf(t, secret, -1)); err != nil {
			t.Fatal(err)
		}
		v := newVerifier(a, make(chan struct{}))
		p, _ := a.Account("1001")
		tried := 0
		for start := time.Now(); time.Since(start) < 24*time.Hour; {
			_, err := v.code(t.Context(), p, other(codeOf(t, secret, 0)), "192.0.2.1")
			var busy *busyError
			switch {
			case errors.As(err, &busy):
				time.Sleep(busy.after) //nolint:forbidigo // synctest's clock, not ours
			case errors.Is(err, errCode):
				tried++
			default:
				t.Fatal(err)
			}
		}
		if tried < 100 || tried > 310 {
			t.Errorf("%d codes tried in a day", tried)
		}
		start := time.Now()
		if _, err := v.code(t.Context(), p, codeOf(t, secret, 0), "192.0.2.2"); err != nil || time.Since(start) > 0 {
			t.Errorf("the owner: %v after %v", err, time.Since(start))
		}
	})
}
