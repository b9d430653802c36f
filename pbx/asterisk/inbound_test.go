package asterisk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"sansheng/deploy/process"
	"sansheng/pbx/ari"
)

// app is a hotline of which only the ear is there.
type app struct {
	t    *testing.T
	i    *Instance
	conn *websocket.Conn
}

func listen(t *testing.T, i *Instance) *app {
	t.Helper()
	q := url.Values{"app": {"sansheng"}, "api_key": {i.ARIUser + ":" + i.ARIPassword}}
	conn, res, err := websocket.Dial(t.Context(), "ws://"+i.HTTPAddr+"/ari/events?"+q.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.Body != nil {
		_ = res.Body.Close()
	}
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return &app{t, i, conn}
}

// heartbeat writes what the hotline writes every second.
func (a *app) heartbeat(age time.Duration) {
	a.t.Helper()
	q := url.Values{"variable": {"CTI_HB"}, "value": {strconv.FormatInt(time.Now().Add(-age).Unix(), 10)}}
	if status, body := ask(a.t, a.i, http.MethodPost, "/asterisk/variable?"+q.Encode(), nil); status != http.StatusNoContent {
		a.t.Fatalf("heartbeat: %d %s", status, body)
	}
}

type event struct {
	Type    string
	Args    []string
	Channel struct{ ID, Name, State string }
}

// next waits for an event of a type.
func (a *app) next(kind string) event {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), patience)
	defer cancel()
	for {
		_, b, err := a.conn.Read(ctx)
		if err != nil {
			a.t.Fatalf("waiting for %s: %v", kind, err)
		}
		var e event
		if err := json.Unmarshal(b, &e); err != nil {
			a.t.Fatal(err)
		}
		if e.Type == kind {
			return e
		}
	}
}

// A call goes to the hotline with its number and an id of its own; a hotline
// that then does nothing loses it to the fallback when the lease is over.
func TestLease(t *testing.T) {
	i := startSwitch(t, demo())
	a := listen(t, i)
	a.heartbeat(0)
	call(t, i, "800100", time.Minute)
	start := a.next("StasisStart")
	if len(start.Args) != 3 || start.Args[0] != "inbound" || start.Args[1] != "800100" || len(start.Args[2]) != 36 || strings.Contains(start.Args[2], ".") {
		t.Errorf("arguments %q, want inbound, the number and a call id", start.Args)
	}
	if start.Channel.State != "Ring" {
		t.Errorf("the caller is %s, want not answered", start.Channel.State)
	}
	began := time.Now()
	end := a.next("StasisEnd")
	if took := time.Since(began); took > (leaseSeconds+2)*time.Second || took < (leaseSeconds-1)*time.Second {
		t.Errorf("the lease took %v, want %d s", took, leaseSeconds)
	}
	eventually(t, "fallback", func() bool {
		e := find(ledger(t, i), "fallback")
		return e != nil && e.ID == end.Channel.ID && strings.HasPrefix(e.Extra, start.Args[2]+"|800100|")
	})
}

// TestEmergencyReported: of each channel the switch tells whether its caller is an emergency
// one, also where the hotline makes him one.
func TestEmergencyReported(t *testing.T) {
	i := startSwitch(t, demo())
	a := listen(t, i)
	a.heartbeat(0)
	call(t, i, "800100", time.Minute)
	channel := "/channels/" + a.next("StasisStart").Channel.ID
	reported := func(value string) {
		t.Helper()
		eventually(t, "LINE_EMERGENCY reported as "+value, func() bool {
			_, body := ask(t, i, http.MethodGet, channel, nil)
			return strings.Contains(body, `"LINE_EMERGENCY":"`+value+`"`)
		})
	}
	reported("0")
	if status, body := ask(t, i, http.MethodPost, channel+"/variable?variable=LINE_EMERGENCY&value=1", nil); status != http.StatusNoContent {
		t.Fatalf("set: %d %s", status, body)
	}
	reported("1")
	if status, body := ask(t, i, http.MethodDelete, channel, nil); status != http.StatusNoContent {
		t.Fatalf("hang up: %d %s", status, body)
	}
}

// An old heartbeat sends calls to the fallback at once, though the application
// is there; a call the hotline has finished with just ends.
func TestHeartbeatAndDone(t *testing.T) {
	i := startSwitch(t, demo())
	a := listen(t, i)
	a.heartbeat(10 * time.Second)
	caller := call(t, i, "800100", time.Minute)
	eventually(t, "fallback", func() bool { return find(ledger(t, i), "fallback") != nil })
	if status, body := ask(t, i, http.MethodDelete, "/channels/"+ledger(t, i)[0].ID, nil); status != http.StatusNoContent {
		t.Fatalf("hang up: %d %s", status, body)
	}
	_, _ = caller() // the scenario does not expect to be hung up on
	before := len(ledger(t, i))

	a.heartbeat(0)
	caller = call(t, i, "800100", time.Minute)
	id := a.next("StasisStart").Channel.ID
	vars := map[string]any{"variables": map[string]string{"CTI_DONE": "1"}}
	if status, body := ask(t, i, http.MethodPost, "/channels/"+id+"/variables", vars); status != http.StatusNoContent {
		t.Fatalf("set CTI_DONE: %d %s", status, body)
	}
	if status, body := ask(t, i, http.MethodPost, "/channels/"+id+"/continue", nil); status != http.StatusNoContent {
		t.Fatalf("continue: %d %s", status, body)
	}
	_, _ = caller()
	eventually(t, "the end in the ledger", func() bool { return find(ledger(t, i)[before:], "HANGUP") != nil })
	if e := find(ledger(t, i)[before:], "fallback"); e != nil {
		t.Errorf("a finished call went to the fallback: %+v", e)
	}
}

// knock sends an INVITE as given and, behind it, an OPTIONS. It returns the
// final status of the INVITE, 0 when the switch dropped it and answered only the
// OPTIONS: what is no SIP at all gets no answer.
func knock(t *testing.T, i *Instance, from, to string) int {
	t.Helper()
	conn, err := net.Dial("udp", i.SIPAddr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	send := func(method, from string) {
		id := fmt.Sprintf("%s-%d", method, time.Now().UnixNano())
		if _, err := fmt.Fprintf(conn, "%[1]s sip:%[2]s@%[3]s SIP/2.0\r\nVia: SIP/2.0/UDP %[4]s;branch=z9hG4bK%[5]s\r\nFrom: %[6]s;tag=%[5]s\r\n"+
			"To: <sip:%[2]s@%[3]s>\r\nCall-ID: %[5]s\r\nCSeq: 1 %[1]s\r\nContact: <sip:x@%[4]s>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
			method, to, i.SIPAddr, conn.LocalAddr(), id, from); err != nil {
			t.Fatal(err)
		}
	}
	send("INVITE", from)
	send("OPTIONS", "<sip:777@127.0.0.1>")
	invite, options := 0, 0
	b := make([]byte, 65536)
	for wait := patience; invite == 0; wait = time.Second {
		_ = conn.SetReadDeadline(time.Now().Add(wait))
		n, err := conn.Read(b)
		if err != nil && options != 0 {
			return 0
		}
		if err != nil {
			t.Fatalf("no answer to the OPTIONS behind %.60q: %v", from, err)
		}
		var status int
		if _, err := fmt.Sscanf(string(b[:n]), "SIP/2.0 %d", &status); err != nil || status < 200 {
			continue
		}
		if strings.Contains(string(b[:n]), "CSeq: 1 OPTIONS") {
			options = status
		} else {
			invite = status
		}
	}
	return invite
}

// Whatever a caller calls himself, nothing of it is evaluated, dialled or kept
// but digits; and nobody passes for an agent without his password.
func TestCallersWords(t *testing.T) {
	i := startSwitch(t, demo())
	push(t, i, ari.AgentEndpoint{Number: "1001", Password: "secret"})
	pid := i.PID()
	for _, from := range []string{
		`<sip:127.0.0.1>`,
		`<sip:13800138000&PJSIP/1001@127.0.0.1>`,
		`"${SHELL(touch /tmp/owned)}" <sip:${UUID()}@127.0.0.1>`,
		`"a,b)c" <sip:$%7BUUID()%7D,x)y@127.0.0.1>`,
		"\"\xff\xfe\" <sip:%ff%fe@127.0.0.1>",
		"\"a\r\n b\" <sip:13800%0d%0aX-Evil@127.0.0.1>",
		`<sip:` + strings.Repeat("9", 4096) + `@127.0.0.1>`,
		`<sip:trunk@127.0.0.1>`,
	} {
		if status := knock(t, i, from, "800999"); status != 0 && (status < 400 || status > 499) {
			t.Errorf("%.60q got %d", from, status)
		}
	}
	if status := knock(t, i, `<sip:1001@127.0.0.1>`, "800100"); status != http.StatusUnauthorized {
		t.Errorf("an agent without his password got %d, want 401", status)
	}
	// The last one is in the ledger, so all are.
	if status := knock(t, i, `<sip:777@127.0.0.1>`, "800999"); status != http.StatusNotFound {
		t.Errorf("an unknown number got %d", status)
	}
	eventually(t, "the last call in the ledger", func() bool {
		all := ledger(t, i)
		for _, e := range all {
			if e.UserEvent == "unknown" && e.Extra == "800999|777" {
				return true
			}
		}
		return false
	})
	for _, e := range ledger(t, i) {
		if e.UserEvent == "unknown" && strings.Trim(e.Extra, "0123456789+|") != "" {
			t.Errorf("kept %q", e.Extra)
		}
	}
	if i.PID() != pid {
		t.Error("the switch was restarted")
	}
	if _, err := os.Stat("/tmp/owned"); err == nil {
		t.Error("a caller ran a program")
	}
}

// A browser's socket comes from this machine, as a carrier may; it is none for that.
func TestBrowserIsNoCarrier(t *testing.T) {
	i := startSwitch(t, demo())
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, res, err := websocket.Dial(ctx, "ws://"+i.HTTPAddr+"/ws", &websocket.DialOptions{Subprotocols: []string{"sip"}})
	if err != nil {
		t.Fatal(err)
	}
	if res.Body != nil {
		_ = res.Body.Close()
	}
	defer func() { _ = conn.CloseNow() }()
	invite := fmt.Sprintf("INVITE sip:800100@%[1]s SIP/2.0\r\nVia: SIP/2.0/WS browser.invalid;branch=z9hG4bKb1;rport\r\n"+
		"From: <sip:13800138000@%[1]s>;tag=b1\r\nTo: <sip:800100@%[1]s>\r\nCall-ID: b1\r\nCSeq: 1 INVITE\r\n"+
		"Contact: <sip:b@browser.invalid;transport=ws>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n", i.SIPAddr)
	if err := conn.Write(ctx, websocket.MessageText, []byte(invite)); err != nil {
		t.Fatal(err)
	}
	for status := 0; status < 180; {
		_, b, err := conn.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscanf(string(b), "SIP/2.0 %d", &status); err != nil || status >= 180 && status != http.StatusForbidden {
			t.Fatalf("a browser that says it is somebody outside gets %q, want 403", b)
		}
	}
	if e := find(ledger(t, i), "arrived"); e != nil {
		t.Errorf("it is a call: %+v", e)
	}
}

// Calls come without registration from the carriers that are named, and from nobody else; a
// switch that is adopted learns of others.
func TestCarriers(t *testing.T) {
	c := demo()
	c.Data, c.Carriers = t.TempDir(), []netip.Prefix{netip.MustParsePrefix("203.0.113.0/28")}
	first, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = first.Stop() }) // nothing is left of it once it was released
	if status := knock(t, first, `<sip:777@127.0.0.1>`, "800999"); status != http.StatusUnauthorized {
		t.Errorf("who is no carrier got %d, want 401", status)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	c.Carriers = append(c.Carriers, netip.MustParsePrefix("127.0.0.1/32"))
	second := startSwitch(t, c)
	if status := knock(t, second, `<sip:777@127.0.0.1>`, "800999"); status != http.StatusNotFound || !second.Adopted() {
		t.Errorf("a new carrier got %d from a switch that was adopted (%v), want 404", status, second.Adopted())
	}
}

// A service that dies leaves the switch with its calls; the next one adopts it
// with the same secrets and its own lines. A killed switch comes back with its
// agents.
func TestAdoptAndRestart(t *testing.T) {
	c := demo()
	c.Data = t.TempDir()
	first, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = first.Stop() }) // nothing is left of it once it was released
	push(t, first, ari.AgentEndpoint{Number: "1001", Password: "secret"})
	call(t, first, "800100", time.Minute)
	eventually(t, "the call", func() bool { return find(ledger(t, first), "fallback") != nil })
	channel := ledger(t, first)[0].ID
	// The switch's database reaches its file within a second.
	eventually(t, "the agent on disk", func() bool {
		b, err := os.ReadFile(filepath.Join(c.Data, "db/astdb.sqlite3"))
		return err == nil && bytes.Contains(b, []byte("/ps_endpoints/endpoint/1001"))
	})
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}

	crashes := make(chan process.Crash, 10)
	c.OnCrash = func(c process.Crash) { crashes <- c }
	c.Lines = append(c.Lines, Line{DID: "800300", Company: "demo", Queue: "service"})
	second := startSwitch(t, c)
	if !second.Adopted() || second.PID() == 0 || second.ARIPassword != first.ARIPassword || second.SIPAddr != first.SIPAddr {
		t.Errorf("adopted %v, pid %d, same password %v", second.Adopted(), second.PID(), second.ARIPassword == first.ARIPassword)
	}
	if status, body := ask(t, second, http.MethodGet, "/channels/"+channel, nil); status != http.StatusOK {
		t.Errorf("the call is gone: %d %s", status, body)
	}
	call(t, second, "800300", time.Minute)
	eventually(t, "a call to the new line", func() bool {
		for _, e := range ledger(t, second) {
			if e.UserEvent == "fallback" && strings.Contains(e.Extra, "|800300|") {
				return true
			}
		}
		return false
	})

	pid := second.PID()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case crash := <-crashes:
		if crash.PID != pid {
			t.Errorf("crash of %d, want %d", crash.PID, pid)
		}
	case <-time.After(patience):
		t.Fatal("the crash was not reported")
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := second.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	if status, body := ask(t, second, http.MethodGet, "/endpoints/PJSIP/1001", nil); status != http.StatusOK {
		t.Errorf("the agent is gone: %d %s", status, body)
	}
}

// Secrets are strong and for nobody else.
func TestSecrets(t *testing.T) {
	dir := t.TempDir()
	s, err := loadSecrets(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.ARIPassword) != 64 || len(s.EntityID) != 17 || s.SystemName == "" {
		t.Errorf("secrets %d %q %q", len(s.ARIPassword), s.EntityID, s.SystemName)
	}
	info, err := os.Stat(dir + "/" + secretsFile)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if again, err := loadSecrets(dir); err != nil || again != s {
		t.Errorf("again %v, %v", again == s, err)
	}
	if err := os.WriteFile(dir+"/"+secretsFile, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadSecrets(dir); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("damaged secrets: %v", err)
	}
}
