// Package pbxtest is for tests of what speaks with a switch: a private real
// Asterisk, a scripted peer that fails on command, a proxy that cuts or freezes
// connections, and a telephone of a few lines. Everything it starts belongs to
// one test and ends with it; what cannot be started fails the test. Nothing
// here sleeps for a guessed time: waits are for signals, with a deadline.
package pbxtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// Reply is what the scripted peer does with one request.
type Reply struct {
	Status int    // 0 means 204, or 200 with a body
	Body   string // verbatim
	// Hang keeps the request without a reply until the test ends.
	Hang bool
	// Reset breaks the connection: at once, or in the middle of Body if there is one.
	Reset bool
	// Then runs before the reply goes out.
	Then func()
}

// Peer is a scripted ARI: an HTTP server that answers what a link needs to come
// up, sends fences back, and does with any request what the test has laid down.
type Peer struct {
	// URL is the base of the resources.
	URL string

	t      testing.TB
	server *httptest.Server
	quitC  chan struct{}

	mu        sync.Mutex // protects the following
	script    map[string][]Reply
	fixed     map[string]Reply
	requests  []string
	changedC  chan struct{} // closed and replaced at each request and connect
	conn      *websocket.Conn
	connects  int
	accepting int // handshakes under way
	refuse    int
	deaf      bool
}

// NewPeer starts a peer with no channels, bridges or endpoints.
func NewPeer(t testing.TB) *Peer {
	p := &Peer{t: t, quitC: make(chan struct{}), script: map[string][]Reply{}, changedC: make(chan struct{}), fixed: map[string]Reply{
		"GET channels":      {Body: "[]"},
		"GET bridges":       {Body: "[]"},
		"GET endpoints":     {Body: "[]"},
		"GET asterisk/info": {Body: `{"status":{"startup_time":"2026-01-02T03:04:05.000+0000","last_reload_time":"2026-01-02T03:04:05.000+0000"}}`},
	}}
	p.server = httptest.NewServer(http.HandlerFunc(p.serve))
	p.URL = p.server.URL + "/ari"
	t.Cleanup(func() {
		close(p.quitC)
		p.Drop()
		p.server.CloseClientConnections()
		p.server.Close()
	})
	return p
}

// On lays down what happens to the next request of a route, as in "POST
// channels/c1/answer". Laid down several times they are used up in order.
func (p *Peer) On(route string, r Reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.script[route] = append(p.script[route], r)
}

// Always lays down what happens to every request of a route that On does not cover.
func (p *Peer) Always(route string, r Reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fixed[route] = r
}

// Refuse makes the next n WebSocket connects fail with 503.
func (p *Peer) Refuse(n int) { p.mu.Lock(); p.refuse = n; p.mu.Unlock() }

// Deaf swallows fences: the application is not bound to the socket.
func (p *Peer) Deaf(on bool) { p.mu.Lock(); p.deaf = on; p.mu.Unlock() }

// Send sends an event; a timestamp and the application are filled in.
func (p *Peer) Send(kind string, fields map[string]any) {
	p.SendRaw(event(kind, fields))
}

// SendRaw sends bytes as one frame on the socket of the moment, if there is one.
func (p *Peer) SendRaw(b []byte) {
	if c := p.socketNow(); c != nil {
		send(c, b)
	}
}

func event(kind string, fields map[string]any) []byte {
	m := map[string]any{"type": kind, "application": App, "timestamp": now()}
	for k, v := range fields {
		m[k] = v
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // a test gave what is no JSON
	}
	return b
}

// send writes one frame; a link that has gone away is the test's matter.
func send(c *websocket.Conn, b []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = c.Write(ctx, websocket.MessageText, b)
}

// socketNow is the socket of the moment, waiting for one whose handshake is done
// but which is not noted yet.
func (p *Peer) socketNow() *websocket.Conn {
	for {
		p.mu.Lock()
		c, accepting, changed := p.conn, p.accepting, p.changedC
		p.mu.Unlock()
		if accepting == 0 {
			return c
		}
		<-changed
	}
}

// Drop breaks the socket without a farewell.
func (p *Peer) Drop() {
	p.mu.Lock()
	c := p.conn
	p.conn = nil
	p.mu.Unlock()
	if c != nil {
		_ = c.CloseNow()
	}
}

// Requests are all requests so far, as "METHOD path body".
func (p *Peer) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.requests...)
}

// Count is how many requests began with prefix.
func (p *Peer) Count(prefix string) int {
	n := 0
	for _, r := range p.Requests() {
		if strings.HasPrefix(r, prefix) {
			n++
		}
	}
	return n
}

// Connects is how many sockets were opened.
func (p *Peer) Connects() int { p.mu.Lock(); defer p.mu.Unlock(); return p.connects }

// Wait returns when cond holds, which is asked again after each request and connect.
func (p *Peer) Wait(ctx context.Context, what string, cond func() bool) {
	p.t.Helper()
	for {
		p.mu.Lock()
		c := p.changedC
		p.mu.Unlock()
		if cond() {
			return
		}
		select {
		case <-c:
		case <-ctx.Done():
			p.t.Fatalf("wait for %s: %v; requests:\n%s", what, ctx.Err(), strings.Join(p.Requests(), "\n"))
		}
	}
}

func now() string { return time.Now().Format("2006-01-02T15:04:05.000-0700") }

func (p *Peer) changed() { close(p.changedC); p.changedC = make(chan struct{}) }

func (p *Peer) serve(w http.ResponseWriter, r *http.Request) {
	route := r.Method + " " + strings.TrimPrefix(r.URL.EscapedPath(), "/ari/")
	if r.URL.RawQuery != "" && r.Method == http.MethodDelete {
		route += "?" + r.URL.RawQuery
	}
	if route == "GET events" {
		p.socket(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	p.requests = append(p.requests, strings.TrimSpace(route+" "+string(body)))
	reply, ok := p.fixed[route]
	if q := p.script[route]; len(q) > 0 {
		reply, ok, p.script[route] = q[0], true, q[1:]
	}
	deaf := p.deaf
	p.changed()
	p.mu.Unlock()
	if name, isFence := strings.CutPrefix(route, "POST events/user/"); isFence && !ok && !deaf {
		p.Send("ChannelUserevent", map[string]any{"eventname": name, "userevent": map[string]any{"eventname": name}})
	}
	p.answer(w, reply)
}

func (p *Peer) answer(w http.ResponseWriter, r Reply) {
	if r.Then != nil {
		r.Then()
	}
	if r.Hang {
		<-p.quitC
		return
	}
	if r.Reset {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			p.t.Error(err)
			return
		}
		if r.Body != "" {
			_, _ = fmt.Fprintf(rw, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", 2*len(r.Body), r.Body)
			_ = rw.Flush()
		}
		if tcp, ok := conn.(*net.TCPConn); ok && r.Body == "" {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
		return
	}
	status := r.Status
	if status == 0 {
		status = http.StatusNoContent
		if r.Body != "" {
			status = http.StatusOK
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, r.Body)
}

// socket takes a WebSocket; a new one replaces the old one as the switch does it.
func (p *Peer) socket(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	if p.refuse > 0 {
		p.refuse--
		p.changed()
		p.mu.Unlock()
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	old := p.conn
	p.accepting++
	p.mu.Unlock()
	c, err := websocket.Accept(w, r, nil)
	p.mu.Lock()
	p.accepting--
	if err == nil {
		p.conn = c
		p.connects++
	}
	p.changed()
	p.mu.Unlock()
	if err != nil {
		return
	}
	if old != nil {
		send(old, event("ApplicationReplaced", nil))
	}
	for {
		if _, _, err := c.Read(context.Background()); err != nil {
			return
		}
	}
}
