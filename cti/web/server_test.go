package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

var rewrite = flag.Bool("rewrite", false, "write console/openapi.json anew")

// run serves on a real port until the test ends or stop is called.
func (st *stand) run() (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	endC := make(chan error, 1)
	go func() { endC <- st.Run(ctx) }()
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-endC
	}
	st.t.Cleanup(func() {
		if err := stop(); err != nil {
			st.t.Error(err)
		}
	})
	return stop
}

func (st *stand) dial(request string) net.Conn {
	st.t.Helper()
	c, err := net.Dial("tcp", st.Addr())
	if err != nil {
		st.t.Fatal(err)
	}
	st.t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		st.t.Fatal(err)
	}
	if _, err := io.WriteString(c, request); err != nil {
		st.t.Fatal(err)
	}
	return c
}

func TestReady(t *testing.T) {
	st := newStand(t)
	for _, c := range []struct {
		parts  []Part
		status int
	}{
		{nil, 503},
		{[]Part{{Name: "switch", OK: true}}, 200},
		{[]Part{{Name: "switch", OK: true}, {Name: "postgres", Optional: true, Detail: "restarting"}}, 200},
		{[]Part{{Name: "switch", Detail: "no answer for 3 s"}, {Name: "journal", OK: true}}, 503},
	} {
		st.readiness = func(context.Context) []Part { return c.parts }
		st.parts.at = time.Time{} // not a moment ago
		a := st.get("", "/readyz")
		body := a.json(t)
		if a.StatusCode != c.status || body["ready"] != (c.status == 200) || len(body["parts"].([]any)) != len(c.parts) {
			t.Errorf("%v: %d %s", c.parts, a.StatusCode, a.text)
		}
	}
}

// Whoever asks whether calls can be taken, as often as he likes, takes their time from calls but
// once in a while; and who goes away spoils nobody's answer.
func TestReadyIsAskedOnce(t *testing.T) {
	st := newStand(t)
	st.parts.parts, st.parts.at = []Part{{Name: "kept", OK: true}}, time.Now().Add(time.Hour)
	st.readiness = func(context.Context) []Part {
		t.Error("they are asked once more")
		return nil
	}
	if a := st.get("", "/readyz"); a.StatusCode != 200 || !strings.Contains(a.text, "kept") {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	synctest.Test(t, func(t *testing.T) {
		p, asked, goOnC := partsSeen{turnC: make(chan struct{}, 1)}, 0, make(chan struct{})
		ctx, leave := context.WithCancel(t.Context())
		for range 100 {
			go func() {
				parts := p.of(ctx, func(asks context.Context) []Part {
					asked++
					<-goOnC
					return []Part{{OK: asks.Err() == nil}}
				})
				if len(parts) > 0 && !parts[0].OK {
					t.Error("who went away has ended it")
				}
			}()
		}
		synctest.Wait()
		leave()
		synctest.Wait()
		close(goOnC)
		synctest.Wait()
		if asked != 1 || len(p.parts) != 1 {
			t.Errorf("asked %d times, %v", asked, p.parts)
		}
		time.Sleep(readyAge) //nolint:forbidigo // synctest's clock, not ours
		if parts := p.of(t.Context(), func(context.Context) []Part { return nil }); parts != nil {
			t.Errorf("what they said a while ago is told: %v", parts)
		}
	})
}

func TestMetrics(t *testing.T) {
	st := newStand(t)
	if a := st.get("", "/metrics"); a.StatusCode != 200 || !strings.Contains(a.text, "sansheng_try 0") || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	r := st.request("GET", "/metrics", "")
	r.Header.Set("X-Forwarded-For", "127.0.0.1")
	if a := st.do(r); a.StatusCode != 401 {
		t.Errorf("through a proxy: %d", a.StatusCode)
	}
}

func TestOpenAPI(t *testing.T) {
	st := newStand(t)
	doc := st.get("", "/openapi.json").json(t)
	paths := doc["paths"].(map[string]any)
	for _, pattern := range st.router.patterns {
		method, path, _ := strings.Cut(pattern, " ")
		if path == "/metrics" || path == "/openapi.json" || rules[pattern].lasts {
			continue
		}
		op, ok := paths[path].(map[string]any)
		if !ok || op[strings.ToLower(method)] == nil {
			t.Errorf("%s is not in the document", pattern)
			continue
		}
		_, marked := op[strings.ToLower(method)].(map[string]any)["security"]
		if marked == rules[pattern].open {
			t.Errorf("%s: security marked: %v", pattern, marked)
		}
	}
}

// TestConsoleKnowsAPI: the console's types are made from this document; `make generate`
// makes both anew.
func TestConsoleKnowsAPI(t *testing.T) {
	const file = "console/openapi.json"
	var doc bytes.Buffer
	st := newStand(t)
	said := strings.ReplaceAll(st.get("", "/openapi.json").text, st.logins.cookies.Cookie.Name, "sansheng-8080") // its port is the test's
	if err := json.Indent(&doc, []byte(said), "", " "); err != nil {
		t.Fatal(err)
	}
	doc.WriteByte('\n')
	if *rewrite {
		if err := os.WriteFile(file, doc.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(file); err != nil || !bytes.Equal(have, doc.Bytes()) {
		t.Errorf("%s is not the API's document: %v; make generate makes it anew", file, err)
	}
}

func TestNowhere(t *testing.T) {
	st := newStand(t)
	for _, c := range []struct {
		method, path string
		status       int
		says         string
	}{
		{"GET", "/", 200, "<!doctype html>"},
		{"GET", "/api/v1", 404, "/openapi.json"},
		{"GET", "/sip", 401, "nobody is logged in"},
		{"GET", "/api/v1/calls/c1/x", 404, "/openapi.json"},
		{"DELETE", "/api/v1/calls", 405, "allowed: GET, HEAD"},
		{"GET", "/api/v1/logout", 405, "allowed: POST"},
		{"HEAD", "/readyz", 200, ""},
		{"GET", "//readyz", 307, ""},
	} {
		a := st.do(st.request(c.method, c.path, ""))
		if a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s %s: %d %s", c.method, c.path, a.StatusCode, a.text)
		}
		for _, h := range []string{"X-Content-Type-Options", "X-Frame-Options", "Content-Security-Policy", "Referrer-Policy", "Cache-Control"} {
			if a.Header.Get(h) == "" {
				t.Errorf("%s %s: no %s", c.method, c.path, h)
			}
		}
	}
}

func TestPortTaken(t *testing.T) {
	st := newStand(t)
	_, err := New(Config{Addr: st.Addr(), Records: st.memory, Accounts: st.accounts})
	var port *PortError
	if !errors.As(err, &port) || !errors.Is(err, syscall.EADDRINUSE) {
		t.Fatal(err)
	}
	if _, p, _ := net.SplitHostPort(st.Addr()); port.Port != p || !strings.Contains(err.Error(), "port "+p+" is taken") {
		t.Error(err)
	}
	if _, err := New(Config{Addr: "nowhere", Records: st.memory, Accounts: st.accounts}); err == nil {
		t.Error("an address without a port is taken")
	}
	if _, err := New(Config{Addr: "127.0.0.1:0"}); err == nil {
		t.Error("nothing to serve, and yet")
	}
}

// A client that does not get on with it loses its connection; others do not notice.
func TestSlowClients(t *testing.T) {
	st := newStand(t)
	st.http.ReadHeaderTimeout, st.http.ReadTimeout = 50*time.Millisecond, 50*time.Millisecond
	st.run()
	for _, begun := range []string{"", "GET /readyz HTTP/1.1\r\nHost: x\r\nX-Slow: ", "GET /readyz HTTP/1.1\r\nHost: x\r\n"} {
		c := st.dial(begun)
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Errorf("%q: still open: %v", begun, err)
		}
	}
	// A body that never comes.
	c := st.dial("POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{")
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || res.StatusCode != http.StatusRequestTimeout {
		t.Errorf("%v %v", res, err)
	}
	if res != nil {
		res.Body.Close()
	}
}

func TestTooMuch(t *testing.T) {
	st := newStand(t)
	st.run()
	for _, request := range []string{
		"GET /readyz HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("x", 2*maxHeader) + "\r\n\r\n",
		"GET /" + strings.Repeat("x", 2*maxHeader) + " HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		res, err := http.ReadResponse(bufio.NewReader(st.dial(request)), nil)
		if err != nil || res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%v %v", res, err)
		}
		if res != nil {
			res.Body.Close()
		}
	}
	c := st.dial(fmt.Sprintf("POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", 1<<30) + strings.Repeat(" ", maxBody/2))
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%v %v", res, err)
	}
	if res != nil {
		res.Body.Close()
	}
}

// A stop lets a request under way end.
func TestStopWaits(t *testing.T) {
	st := newStand(t)
	st.memory.hold = make(chan struct{})
	stop := st.run()
	r, err := http.NewRequest("GET", "http://"+st.Addr()+"/api/v1/calls", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("9001", st.passwords["9001"])
	c := st.dial("")
	if err := r.Write(c); err != nil {
		t.Fatal(err)
	}
	stopC := make(chan error, 1)
	st.memory.hold <- struct{}{} // the request is being served; this also lets it go on
	go func() { stopC <- stop() }()
	res, err := http.ReadResponse(bufio.NewReader(c), r)
	if err != nil || res.StatusCode != 200 {
		t.Fatal(res, err)
	}
	res.Body.Close()
	if err := <-stopC; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", st.Addr()); err == nil {
		t.Error("still listens")
	}
}

func TestPanicIsAnswered(t *testing.T) {
	st := newStand(t)
	st.readiness = func(context.Context) []Part { panic("lost") }
	if a := st.get("", "/readyz"); a.StatusCode != 500 || strings.Contains(a.text, "lost") {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	if st.logs.FilterMessage("handler panicked").Len() != 1 {
		t.Error("not logged")
	}
}

func TestSource(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.7:1234": "192.0.2.7", "[::ffff:192.0.2.7]:1": "192.0.2.7", "[2001:db8:1:2:3:4:5:6]:1": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:1": "fe80::/64", "@": "unknown", "": "unknown",
	} {
		if got := (&Server{}).source(&http.Request{RemoteAddr: in}); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
