package pbxtest

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// Phone is a SIP phone of a few lines for tests of the switch's adapter: UDP
// on the loopback, one socket, no retransmission of its own, no sound. It shows
// every header it received, which a real phone hides. Tests of talk paths use
// package sip's phone instead.
type Phone struct {
	User     string
	Password string

	t       testing.TB
	conn    net.PacketConn
	media   net.PacketConn
	peer    net.Addr
	callID  string
	cseq    atomic.Int64
	version atomic.Int64 // of the session description

	mu      sync.Mutex
	waiting map[string]chan *SIPMessage // by Call-ID and CSeq; written by request, read by the reader
	calls   map[string]*PhoneCall       // by Call-ID
	deaf    bool

	incomingC chan *PhoneCall // written by the reader, read by Incoming
	done      chan struct{}
}

// NewPhone opens a phone that talks to the switch's SIP address and closes with the test.
func NewPhone(t testing.TB, switchAddr, user, password string) *Phone {
	t.Helper()
	peer, err := net.ResolveUDPAddr("udp", switchAddr)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := listenUDP()
	if err != nil {
		t.Fatal(err)
	}
	media, err := listenUDP()
	if err != nil {
		t.Fatal(err)
	}
	p := &Phone{
		User: user, Password: password, t: t, conn: conn, media: media, peer: peer,
		callID:    "register-" + rand.Text(),
		waiting:   map[string]chan *SIPMessage{},
		calls:     map[string]*PhoneCall{},
		incomingC: make(chan *PhoneCall, 64),
		done:      make(chan struct{}),
	}
	go p.read()
	t.Cleanup(p.Close)
	return p
}

// Addr is the phone's own SIP address.
func (p *Phone) Addr() string { return p.conn.LocalAddr().String() }

// Close pulls the plug: the phone says nothing more. It may be called twice.
func (p *Phone) Close() {
	_ = p.conn.Close()
	_ = p.media.Close()
	<-p.done
}

// Deaf makes the phone ignore whatever arrives, as one whose cable was cut.
func (p *Phone) Deaf(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deaf = on
}

// Register registers for the given number of seconds; 0 unregisters. It
// answers the switch's challenge and returns an error unless the end is 200.
func (p *Phone) Register(ctx context.Context, seconds int) error {
	uri := "sip:" + p.peer.String()
	aor := fmt.Sprintf("<sip:%s@%s>", p.User, p.peer)
	m := &SIPMessage{Start: "REGISTER " + uri + " SIP/2.0"}
	m.Add("From", aor+";tag="+p.tag())
	m.Add("To", aor)
	m.Add("Call-ID", p.callID)
	m.Add("Contact", fmt.Sprintf("<sip:%s@%s>", p.User, p.Addr()))
	m.Add("Expires", strconv.Itoa(seconds))
	res, err := p.request(ctx, m, "REGISTER", uri)
	if err != nil {
		return err
	}
	if res.Status() != 200 {
		return fmt.Errorf("register %s: %s", p.User, res.Start)
	}
	return nil
}

// Incoming is the next call to this phone.
func (p *Phone) Incoming(ctx context.Context) (*PhoneCall, error) {
	select {
	case c := <-p.incomingC:
		return c, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("phone %s: wait for call: %w", p.User, ctx.Err())
	}
}

// Call dials a number. From is the caller's number as it goes on the wire,
// in a From header of its own; empty means the phone's user.
func (p *Phone) Call(number, from, name string) *PhoneCall {
	if from == "" {
		from = p.User
	}
	c := &PhoneCall{
		phone: p, ID: "call-" + rand.Text(),
		messageC: make(chan *SIPMessage, 64), target: fmt.Sprintf("sip:%s@%s", number, p.peer),
		local: fmt.Sprintf("%q <sip:%s@%s>;tag=%s", name, from, p.Addr(), p.tag()),
	}
	c.remote = "<" + c.target + ">"
	p.mu.Lock()
	p.calls[c.ID] = c
	p.mu.Unlock()
	c.invite = p.build(c, "INVITE", p.cseq.Add(1))
	c.invite.Add("Contact", fmt.Sprintf("<sip:%s@%s>", p.User, p.Addr()))
	c.invite.Body = p.sdp("sendrecv")
	p.send(c.invite)
	return c
}

// tag is fresh also across runs: the switch takes a branch it has seen for a repetition.
func (p *Phone) tag() string { return strings.ToLower(rand.Text()) }

func (p *Phone) sdp(direction string) string {
	_, port, _ := net.SplitHostPort(p.media.LocalAddr().String())
	return strings.Join([]string{
		"v=0", "o=- 1 " + strconv.FormatInt(p.version.Add(1), 10) + " IN IP4 127.0.0.1", "s=-",
		"c=IN IP4 127.0.0.1", "t=0 0", "m=audio " + port + " RTP/AVP 0 101", "a=rtpmap:0 PCMU/8000",
		"a=rtpmap:101 telephone-event/8000", "a=" + direction, "",
	}, "\r\n")
}

func (p *Phone) build(c *PhoneCall, method string, cseq int64) *SIPMessage {
	m := &SIPMessage{Start: method + " " + c.target + " SIP/2.0"}
	m.Add("Via", fmt.Sprintf("SIP/2.0/UDP %s;branch=z9hG4bK%s;rport", p.Addr(), p.tag()))
	m.Add("Max-Forwards", "70")
	m.Add("From", c.local)
	m.Add("To", c.remote)
	m.Add("Call-ID", c.ID)
	m.Add("CSeq", fmt.Sprintf("%d %s", cseq, method))
	return m
}

// request sends a request outside a dialogue, answers one digest challenge and returns the final response.
func (p *Phone) request(ctx context.Context, m *SIPMessage, method, uri string) (*SIPMessage, error) {
	var res *SIPMessage
	auth := ""
	for range 2 {
		try := &SIPMessage{Start: m.Start, Body: m.Body, Headers: append([][2]string{}, m.Headers...)}
		cseq := fmt.Sprintf("%d %s", p.cseq.Add(1), method)
		try.Add("Via", fmt.Sprintf("SIP/2.0/UDP %s;branch=z9hG4bK%s;rport", p.Addr(), p.tag()))
		try.Add("CSeq", cseq)
		try.Add("Max-Forwards", "70")
		if auth != "" {
			try.Add("Authorization", auth)
		}
		key := try.Get("Call-ID") + " " + cseq
		c := make(chan *SIPMessage, 8)
		p.mu.Lock()
		p.waiting[key] = c
		p.mu.Unlock()
		p.send(try)
		select {
		case res = <-c:
		case <-ctx.Done():
			return nil, fmt.Errorf("%s: %w", strings.ToLower(method), ctx.Err())
		}
		if res.Status() != 401 {
			return res, nil
		}
		auth = digest(res.Get("WWW-Authenticate"), method, uri, p.User, p.Password)
	}
	return res, nil
}

func digest(challenge, method, uri, user, password string) string {
	f := map[string]string{}
	for part := range strings.SplitSeq(strings.TrimPrefix(challenge, "Digest "), ",") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		f[k] = strings.Trim(v, `"`)
	}
	sum := func(s string) string { h := md5.Sum([]byte(s)); return hex.EncodeToString(h[:]) }
	a1, a2 := sum(user+":"+f["realm"]+":"+password), sum(method+":"+uri)
	response := sum(a1 + ":" + f["nonce"] + ":00000001:c0ffee:auth:" + a2)
	return fmt.Sprintf(`Digest username=%q, realm=%q, nonce=%q, uri=%q, response=%q, algorithm=MD5, cnonce="c0ffee", nc=00000001, qop=auth, opaque=%q`,
		user, f["realm"], f["nonce"], uri, response, f["opaque"])
}

func (p *Phone) send(m *SIPMessage) {
	if _, err := p.conn.WriteTo(m.Bytes(), p.peer); err != nil && !errors.Is(err, net.ErrClosed) {
		p.t.Errorf("phone %s: send: %v", p.User, err)
	}
}

func (p *Phone) read() {
	defer close(p.done)
	buf := make([]byte, 65536)
	for {
		n, _, err := p.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		m, ok := ParseSIP(buf[:n])
		p.mu.Lock()
		deaf := p.deaf
		p.mu.Unlock()
		if ok && !deaf {
			p.receive(m)
		}
	}
}

func (p *Phone) receive(m *SIPMessage) {
	id := m.Get("Call-ID")
	p.mu.Lock()
	c := p.calls[id]
	w := p.waiting[id+" "+m.Get("CSeq")]
	p.mu.Unlock()
	switch {
	case m.Status() != 0 && w != nil:
		if m.Status() >= 200 {
			w <- m
		}
	case c != nil:
		c.receive(m)
	case m.Method() == "INVITE":
		p.ring(m)
	case m.Method() == "OPTIONS":
		p.send(m.reply(200, "OK", p.tag()))
	}
}

func (p *Phone) ring(m *SIPMessage) {
	c := &PhoneCall{phone: p, ID: m.Get("Call-ID"), Invite: m, invite: m, tag: p.tag(), messageC: make(chan *SIPMessage, 64)}
	c.target = uriOf(m.Get("Contact"))
	c.local, c.remote = m.Get("To")+";tag="+c.tag, m.Get("From")
	p.mu.Lock()
	p.calls[c.ID] = c
	p.mu.Unlock()
	p.incomingC <- c
}
