package phone

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// registrar is the least a switch does for phones: it challenges, binds and
// passes nothing on.
type registrar struct {
	conn     net.PacketConn
	password string
	minimum  int // Min-Expires, 0 for none
	grants   int // lifetime granted in seconds, 0 for what is asked

	mu    sync.Mutex
	nonce map[string]int    // of each number's last challenge
	bound map[string]string // number → contact
	seen  []string          // start lines and what was answered
	quiet bool
}

func startRegistrar(t *testing.T, r *registrar) *registrar {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	r.conn, r.bound, r.nonce = conn, map[string]string{}, map[string]int{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 65536)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			msg, err := sip.ParseMessage(buf[:n])
			if err != nil {
				continue
			}
			if req, ok := msg.(*sip.Request); ok {
				if res := r.answer(req); res != nil {
					conn.WriteTo([]byte(res.String()), from)
				}
			}
		}
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	return r
}

func (r *registrar) addr() string { return r.conn.LocalAddr().String() }

// answer returns nil while the registrar is away.
func (r *registrar) answer(req *sip.Request) *sip.Response {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.quiet {
		return nil
	}
	req.SetSource("127.0.0.1:1")
	number := req.To().Address.User
	h := headersOf(req)
	if status := r.check(req, number, h); status != 0 {
		res := sip.NewResponseFromRequest(req, status, "No", nil)
		switch status {
		case 401:
			r.nonce[number]++
			// The first challenge of an algorithm nobody speaks must be passed over.
			res.AppendHeader(sip.NewHeader("WWW-Authenticate", `Digest realm="x", nonce="z", algorithm=SHA-3000`))
			res.AppendHeader(sip.NewHeader("WWW-Authenticate",
				fmt.Sprintf(`Digest realm="hotline", nonce="n%d", algorithm=md5, qop="auth", stale=%v`, r.nonce[number], h.Get("Authorization") != "" && r.nonce[number] < 3)))
		case 423:
			res.AppendHeader(sip.NewHeader("Min-Expires", fmt.Sprint(r.minimum)))
		}
		return res
	}
	expires := h.Get("Expires")
	if expires == "0" {
		delete(r.bound, number)
	} else {
		r.bound[number] = h.Get("Contact")
		if r.grants > 0 {
			expires = fmt.Sprint(r.grants)
		}
	}
	res := sip.NewResponseFromRequest(req, 200, "OK", nil)
	if expires != "0" {
		res.AppendHeader(sip.NewHeader("Contact", h.Get("Contact")+";expires="+expires))
	}
	return res
}

func (r *registrar) check(req *sip.Request, number string, h Headers) int {
	r.seen = append(r.seen, req.StartLine())
	cred, err := digest.ParseCredentials(h.Get("Authorization"))
	if err != nil || cred.Nonce != fmt.Sprintf("n%d", r.nonce[number]) {
		return 401
	}
	want, err := digest.Digest(&digest.Challenge{Realm: "hotline", Nonce: cred.Nonce, Algorithm: "MD5", QOP: []string{"auth"}},
		digest.Options{Method: "REGISTER", URI: cred.URI, Username: number, Password: r.password, Cnonce: cred.Cnonce, Count: cred.Nc})
	if err != nil || want.Response != cred.Response {
		return 401
	}
	var asked int
	fmt.Sscan(h.Get("Expires"), &asked)
	if asked > 0 && asked < r.minimum {
		return 423
	}
	return 0
}

func (r *registrar) contact(number string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bound[number]
}

func (r *registrar) away(quiet bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.quiet = quiet
}

func TestRegister(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	r := startRegistrar(t, &registrar{password: "secret", grants: 1})
	p := newPhone(t, Config{Number: "1001", Password: "secret", Server: r.addr()})
	must(t, p.Register(ctx))
	if got := r.contact("1001"); !strings.Contains(got, "sip:1001@"+p.Addr().String()) {
		t.Errorf("bound %q", got)
	}
	first := wait(t, ctx, p, Registered)
	if first.Duration != time.Second {
		t.Errorf("granted %v", first.Duration)
	}
	second := wait(t, ctx, p, Registered)
	if d := second.At.Sub(first.At); d < 600*time.Millisecond {
		t.Errorf("refreshed after %v of a lifetime of 1 s", d)
	}
	must(t, p.Unregister(ctx))
	wait(t, ctx, p, Unregistered)
	if got := r.contact("1001"); got != "" {
		t.Errorf("still bound %q", got)
	}
	must(t, p.Unregister(ctx)) // a second time is nothing
}

func TestRegisterTooBriefAndRefused(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	r := startRegistrar(t, &registrar{password: "secret", minimum: 600})
	p := newPhone(t, Config{Number: "1001", Password: "secret", Server: r.addr()})
	must(t, p.Register(ctx))
	if e := wait(t, ctx, p, Registered); e.Duration != 600*time.Second {
		t.Errorf("granted %v", e.Duration)
	}
	wrong := newPhone(t, Config{Number: "1002", Password: "guess", Server: r.addr()})
	var rejected *RejectedError
	if err := wrong.Register(ctx); !errors.As(err, &rejected) || rejected.Status != 401 {
		t.Errorf("registered with a wrong password: %v", err)
	}
	if e := wait(t, ctx, wrong, RegisterFailed); e.Status != 401 || strings.Contains(e.String(), "guess") {
		t.Errorf("event %v", e)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.seen); n > 8 {
		t.Errorf("%d requests: a wrong password is tried over and over", n)
	}
}

func TestRegistrarComesLate(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	r := startRegistrar(t, &registrar{password: "secret", quiet: true})
	p := newPhone(t, Config{Number: "1001", Password: "secret", Server: r.addr()})
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	var lost *TransportError
	if err := p.Register(short); !errors.As(err, &lost) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("registered with nobody: %v", err)
	}
	p.KeepRegistered()
	p.KeepRegistered() // once is enough
	r.away(false)
	wait(t, ctx, p, Registered)
	// A phone that leaves while the registrar is away leaves in time.
	r.away(true)
	short, cancel = context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if err := p.Close(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("unregistered with nobody: %v", err)
	}
	if err := p.Register(ctx); err == nil {
		t.Error("a closed phone registered")
	}
}

func TestFleet(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	r := startRegistrar(t, &registrar{password: "pw"})
	f, err := NewFleet(FleetConfig{Size: 5, First: 1001, Password: func(string) string { return "pw" },
		Phone: Config{Server: r.addr(), Policy: AnswerAfter(50 * time.Millisecond), KeepEvents: 100}})
	must(t, err)
	must(t, f.Start(ctx, 10*time.Millisecond))
	caller := newPhone(t, Config{Number: "1", Server: r.addr()})
	var calls []*Call
	for _, p := range f.Phones() {
		c, err := caller.Call(ctx, "sip:"+p.Number()+"@"+p.Addr().String(), Options{})
		must(t, err)
		calls = append(calls, c)
	}
	for n, c := range calls {
		must(t, c.WaitTone(ctx, float64(500+20*n)))
	}
	if s := f.Stats(); s != (FleetStats{Registered: 5, Incoming: 5, Answered: 5, Live: 5}) {
		t.Errorf("stats %+v", s)
	}
	if f.Phone("1003") != f.Phones()[2] || f.Phone("9") != nil {
		t.Error("numbers are mixed up")
	}
	f.Phone("1005").Die()
	must(t, f.Close(ctx))
	for _, c := range calls[:4] {
		if e, err := c.WaitEnded(ctx); err != nil || e.By != Them {
			t.Errorf("end %+v, %v", e, err)
		}
	}
	caller.Die() // the dead phone's call would wait 32 s for its BYE
}
