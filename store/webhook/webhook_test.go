package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func keys(t *testing.T, text string) []Key {
	t.Helper()
	k, err := ReadKeys(text)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// The example that Standard Webhooks publishes: whoever uses its libraries can verify ours.
func TestSign(t *testing.T) {
	got := Sign(keys(t, secret), "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signed %s, want %s", got, want)
	}
	old := "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("o", 32)))
	both := strings.Fields(Sign(keys(t, old+" "+secret), "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`)))
	if len(both) != 2 || both[1] != got || both[0] == got {
		t.Errorf("with two keys: %v", both)
	}
}

func TestReadKeys(t *testing.T) {
	coded := func(n int) string { return "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, n)) }
	for text, good := range map[string]bool{
		secret: true, coded(24): true, coded(64): true, secret + " " + coded(32): true,
		"": false, " ": false, "whsec_": false, coded(23): false, coded(65): false, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw": false,
		"whsec_not base64!": false, secret + " " + secret + " " + secret: false,
	} {
		_, err := ReadKeys(text)
		if (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
		if err != nil && (strings.Contains(err.Error(), "MfKQ") || !strings.Contains(err.Error(), "allowed: whsec_")) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestCheckURL(t *testing.T) {
	for text, good := range map[string]bool{
		"http://10.0.0.9:9000/facts": true, "https://crm.example/?key=1": true,
		"": false, "crm.example": false, "ftp://crm.example/": false, "file:///etc/passwd": false, "https://": false,
		"https://user:secret@crm.example/": false, "https://crm.example/#a": false, "http://a b/": false,
	} {
		if err := CheckURL(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What arrives is what was signed, at a time that a receiver accepts.
func TestPost(t *testing.T) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	came := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came++
		body, _ := io.ReadAll(r.Body)
		id, at := r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp")
		h := hmac.New(sha256.New, raw)
		h.Write([]byte(id + "." + at + "." + string(body)))
		if want := "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil)); r.Header.Get("webhook-signature") != want {
			t.Errorf("signature %q, want %q", r.Header.Get("webhook-signature"), want)
		}
		if n, err := strconv.ParseInt(at, 10, 64); err != nil || time.Since(time.Unix(n, 0)).Abs() > time.Minute {
			t.Errorf("timestamp %q: %v", at, err)
		}
		if r.Method != http.MethodPost || id != "d1" || string(body) != `{"kind":"call.ended"}` || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %v %s", r.Method, r.Header, body)
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	defer s.Close()
	sender := New()
	defer sender.Close()
	if err := sender.Post(t.Context(), s.URL, keys(t, secret), "d1", []byte(`{"kind":"call.ended"}`)); err != nil || came != 1 {
		t.Errorf("%d came: %v", came, err)
	}
}

// Whatever is no 2xx is a failure that says why, and shows nothing of the address.
func TestPostFails(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/good", http.StatusTemporaryRedirect)
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/endless": // a success, however much follows
			for range 1000 {
				fmt.Fprint(w, strings.Repeat("x", 1<<10))
			}
		case "/good":
			t.Error("the redirect was followed")
		}
	}))
	defer s.Close()
	sender := New()
	defer sender.Close()
	for address, says := range map[string]string{
		s.URL + "/redirect?key=secret":                         "status 307",
		s.URL + "/gone?key=secret":                             "status 410",
		s.URL + "/endless?key=secret":                          "",
		"http://127.0.0.1:1/?key=secret":                       "connection refused",
		"http://169.254.169.254/latest/?key=secret":            "169.254.169.254 is not allowed",
		"http://[fe80::1]/?key=secret":                         "is not allowed",
		"http://0.0.0.0:1/?key=secret":                         "is not allowed",
		"http://[::ffff:169.254.169.254]/?key=secret":          "169.254.169.254 is not allowed",
		"file:///etc/passwd?key=secret":                        "unsupported protocol scheme",
		strings.Replace(s.URL, "http:", "https:", 1) + "/good": "HTTP response to HTTPS client",
	} {
		err := sender.Post(t.Context(), address, keys(t, secret), "d1", []byte(`{}`))
		if says == "" {
			if err != nil {
				t.Errorf("%s: %v", address, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %q", address, err, says)
		}
	}
}

// A receiver that never answers costs no more than the time it is given.
func TestPostHangs(t *testing.T) {
	t.Parallel()
	releaseC := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-releaseC }))
	defer s.Close()
	defer close(releaseC)
	sender := New()
	defer sender.Close()
	sender.http.Timeout = 50 * time.Millisecond
	err := sender.Post(t.Context(), s.URL, keys(t, secret), "d1", []byte(`{}`))
	if err == nil || !strings.Contains(err.Error(), "no answer within") {
		t.Errorf("%v", err)
	}
}
