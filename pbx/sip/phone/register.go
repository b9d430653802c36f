package phone

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"sansheng/pbx"
)

// RejectedError is a final SIP answer that is no success. Repeating the request
// without a change gets the same answer, except for 480, 486 and 5xx.
type RejectedError struct {
	Method string
	Status int
	Reason string
	// Cause is Q.850's, 0 when the answer named none.
	Cause pbx.Cause
}

// Error implements error.
func (e *RejectedError) Error() string {
	s := fmt.Sprintf("%s rejected: %d %s", e.Method, e.Status, e.Reason)
	if e.Cause != 0 {
		s += fmt.Sprintf(" (%v)", e.Cause)
	}
	return s
}

func rejected(method sip.RequestMethod, res *sip.Response) *RejectedError {
	return &RejectedError{Method: method.String(), Status: res.StatusCode, Reason: res.Reason, Cause: causeOf(headersOf(res))}
}

// registration is a phone's binding at the registrar (RFC 3261 section 10).
type registration struct {
	sync.Mutex // one REGISTER at a time; guards what follows
	callID     string
	seq        uint32
	active     bool
}

// firstRetry and lastRetry bound the pause after a failed refresh.
const (
	firstRetry = 500 * time.Millisecond
	lastRetry  = 10 * time.Second
	// refreshWait bounds one refresh.
	refreshWait = 8 * time.Second
)

// Register announces the phone and returns when the registrar has taken it, or
// why not. From then on the registration is refreshed in good time, and tried
// again with growing pauses (0.5 to 10 s) when a refresh fails, until Unregister,
// Close or Die; Registered and RegisterFailed tell of each.
func (p *Phone) Register(ctx context.Context) error {
	granted, err := p.register(ctx, p.cfg.Expires)
	if err != nil {
		return err
	}
	p.keepRegistered(granted)
	return nil
}

// KeepRegistered is Register that does not give up: a first failure is only an
// event, and the phone goes on trying.
func (p *Phone) KeepRegistered() { p.keepRegistered(0) }

// keepRegistered starts the refreshing, unless it runs; granted 0 begins at once.
func (p *Phone) keepRegistered(granted time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.refreshing != nil {
		return
	}
	ctx, stop := context.WithCancel(p.life)
	p.refreshing = stop
	p.goWorkLocked(func() { p.refresh(ctx, granted) })
}

func (p *Phone) refresh(ctx context.Context, granted time.Duration) {
	pause, retry := granted*4/5, firstRetry
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		once, cancel := context.WithTimeout(ctx, refreshWait)
		got, err := p.register(once, p.cfg.Expires)
		cancel()
		if err != nil {
			timer.Reset(retry)
			retry = min(2*retry, lastRetry)
			continue
		}
		retry = firstRetry
		timer.Reset(got * 4 / 5)
	}
}

// Unregister withdraws the registration and ends its refreshing. Without one it
// does nothing.
func (p *Phone) Unregister(ctx context.Context) error {
	p.mu.Lock()
	if p.refreshing != nil {
		p.refreshing() // also gives up a refresh under way, which holds the lock below
		p.refreshing = nil
	}
	p.mu.Unlock()
	p.reg.Lock()
	active := p.reg.active
	p.reg.Unlock()
	if !active {
		return nil
	}
	_, err := p.register(ctx, 0)
	return err
}

// register does one REGISTER with its challenge and returns the lifetime granted.
func (p *Phone) register(ctx context.Context, expires time.Duration) (time.Duration, error) {
	p.reg.Lock()
	defer p.reg.Unlock()
	res, err := p.registerOnce(ctx, expires)
	if err == nil && res.StatusCode == sip.StatusIntervalToBrief {
		// RFC 3261 section 10.3: the registrar says how long it must be.
		if s, aerr := strconv.Atoi(headersOf(res).Get("Min-Expires")); aerr == nil && s > 0 && s < 1<<20 {
			expires = time.Duration(s) * time.Second
			res, err = p.registerOnce(ctx, expires)
		}
	}
	if err == nil && !res.IsSuccess() {
		err = rejected(sip.REGISTER, res)
	}
	if err != nil {
		if ctx.Err() == nil || !errors.Is(p.life.Err(), context.Canceled) {
			e := Event{Kind: RegisterFailed, Err: err}
			if res != nil {
				e.Status, e.Reason, e.Headers = res.StatusCode, res.Reason, headersOf(res)
			}
			p.emit(e)
		}
		return 0, fmt.Errorf("register %s: %w", p.cfg.Number, err)
	}
	p.reg.active = expires > 0
	if expires == 0 {
		p.emit(Event{Kind: Unregistered})
		return 0, nil
	}
	granted := p.granted(res, expires)
	p.emit(Event{Kind: Registered, Duration: granted, Headers: headersOf(res)})
	return granted, nil
}

func (p *Phone) registerOnce(ctx context.Context, expires time.Duration) (*sip.Response, error) {
	to, err := p.uri(p.cfg.Number)
	if err != nil {
		return nil, err
	}
	registrar := to
	registrar.User = ""
	req := sip.NewRequest(sip.REGISTER, registrar)
	req.AppendHeader(p.wire.via())
	from := &sip.FromHeader{DisplayName: p.cfg.DisplayName, Address: to}
	from.Params.Add("tag", sip.GenerateTagN(12))
	req.AppendHeader(from)
	req.AppendHeader(&sip.ToHeader{Address: to})
	callID := sip.CallIDHeader(p.reg.callID)
	req.AppendHeader(&callID)
	p.reg.seq++
	req.AppendHeader(&sip.CSeqHeader{SeqNo: p.reg.seq, MethodName: sip.REGISTER})
	hops := sip.MaxForwardsHeader(70)
	req.AppendHeader(&hops)
	req.AppendHeader(p.wire.contact(p.cfg.Number))
	req.AppendHeader(sip.NewHeader("Expires", strconv.Itoa(int(expires/time.Second))))
	req.AppendHeader(sip.NewHeader("User-Agent", userAgent))
	req.SetBody(nil)
	p.wire.route(req, p.cfg.Server)
	return p.ask(ctx, req, func(r *sip.Request) {
		p.reg.seq++
		r.CSeq().SeqNo = p.reg.seq
	})
}

// granted is the lifetime the registrar gave our contact.
func (p *Phone) granted(res *sip.Response, asked time.Duration) time.Duration {
	seconds := int(asked / time.Second)
	if n, err := strconv.Atoi(headersOf(res).Get("Expires")); err == nil {
		seconds = n
	}
	mine := p.wire.local.String()
	for _, h := range res.GetHeaders("Contact") {
		if c, ok := h.(*sip.ContactHeader); ok && strings.EqualFold(c.Address.HostPort(), mine) {
			if v, ok := c.Params.Get("expires"); ok {
				if n, err := strconv.Atoi(v); err == nil {
					seconds = n
				}
			}
		}
	}
	return time.Duration(max(1, min(seconds, 1<<20))) * time.Second
}

// ask sends a request and answers a challenge to it once (and a stale nonce once
// more). again gives the repeated request its new number.
func (p *Phone) ask(ctx context.Context, req *sip.Request, again func(*sip.Request)) (*sip.Response, error) {
	for try := 0; ; try++ {
		res, err := p.wire.ask(ctx, req)
		if err != nil || !challenges(res) || p.cfg.Password == "" || try == 2 || try == 1 && !stale(res) {
			return res, err
		}
		next := req.Clone()
		if err := p.authorize(next, res); err != nil {
			return res, nil // the challenge cannot be met: its refusal is the answer
		}
		next.ReplaceHeader(p.wire.via())
		again(next)
		p.wire.route(next, req.Destination())
		req = next
	}
}

func challenges(res *sip.Response) bool {
	return res.StatusCode == sip.StatusUnauthorized || res.StatusCode == sip.StatusProxyAuthRequired
}

// stale reports whether a challenge only renews an old nonce; a second challenge
// that does not means a wrong password.
func stale(res *sip.Response) bool {
	for _, name := range []string{"WWW-Authenticate", "Proxy-Authenticate"} {
		for _, h := range res.GetHeaders(name) {
			if c, err := digest.ParseChallenge(h.Value()); err == nil && c.Stale {
				return true
			}
		}
	}
	return false
}

// authorize adds the answer to a challenge (RFC 3261 section 22, RFC 8760).
func (p *Phone) authorize(req *sip.Request, res *sip.Response) error {
	ask, answer := "WWW-Authenticate", "Authorization"
	if res.StatusCode == sip.StatusProxyAuthRequired {
		ask, answer = "Proxy-Authenticate", "Proxy-Authorization"
	}
	err := errors.New("no challenge")
	for _, h := range res.GetHeaders(ask) {
		var challenge *digest.Challenge
		if challenge, err = digest.ParseChallenge(h.Value()); err != nil {
			continue
		}
		challenge.Algorithm = strings.ToUpper(challenge.Algorithm)
		var c *digest.Credentials
		if c, err = digest.Digest(challenge, digest.Options{Method: req.Method.String(), URI: req.Recipient.String(),
			Username: p.cfg.Number, Password: p.cfg.Password, Count: 1}); err != nil {
			continue
		}
		req.RemoveHeader(answer)
		req.AppendHeader(sip.NewHeader(answer, c.String()))
		return nil
	}
	return fmt.Errorf("answer challenge: %w", err)
}

const userAgent = "sansheng-phone"
