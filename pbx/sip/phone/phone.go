// Package phone is a scriptable SIP telephone (RFC 3261) for tests, simulated
// agents and operators: it registers, calls and is called, rings, answers,
// refuses, holds, transfers, presses keys, sends a tone and says what it hears.
// It can also misbehave on purpose: never answer, freeze, die without goodbye,
// send odd or broken messages.
//
//	p, err := phone.New(phone.Config{Number: "1001", Password: pw, Server: "127.0.0.1:5060", Policy: phone.AnswerAfter(time.Second)})
//	err = p.Register(ctx)
//	call, err := p.NextCall(ctx)              // an incoming call, handled by the policy
//	_, err = call.Wait(ctx, phone.Answered)
//	err = call.WaitTone(ctx, 1000)            // the talk path, proven
//	err = call.Hangup(ctx)
//
// Ownership. A Phone owns one SIP socket and its calls; a Call owns its media
// stream and one goroutine, the only one that touches the call's state: messages,
// timers and the script's orders are put into its unbounded inbox. sipgo does
// transactions and parsing; it never shows in this package's API.
//
// Ordering. Each phone and each call has a Log of events. A call's answers to its
// INVITE are logged in the order they arrived. Requests are logged in the order
// they were handled, which may differ from the wire's when two arrive within
// microseconds. A call's last event is Ended; after it the call is silent.
//
// Concurrency. All exported methods may be called from any goroutine. Waits end
// with their context, or with ErrOver once the call or phone is over.
//
// Failure. Foreign bytes never panic: what cannot be parsed is dropped and logged
// as Malformed. A request without an answer is a *TransportError, a refused one a
// *RejectedError. Close is orderly (BYE, CANCEL, unregister) and bounded by its
// context; Die and a Close that ran out of time leave nothing running either.
package phone

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/google/uuid"
	"go.uber.org/zap"

	"sansheng/pbx/sip/tone"
)

// Config is what a phone is made with. The zero value of a field means its default.
type Config struct {
	// Number is the user part of the phone's address and its digest user name.
	Number   string
	Password string
	// Server is host:port of the registrar and of the switch calls go to.
	Server string
	// Transport is udp (default) or tcp.
	Transport string
	// Listen is the address for SIP and, its host, for audio; 127.0.0.1:0 by
	// default. An unspecified host becomes the one that reaches Server.
	Listen string
	// Codec is offered and answered first; the other law is taken too, unless
	// OnlyCodec is set.
	Codec     tone.Codec
	OnlyCodec bool
	// DisplayName is shown to whom we call.
	DisplayName string
	// Expires is the registration's lifetime asked for, 120 s by default.
	Expires time.Duration
	// Tone is sent in talks and as early media; the zero value is silence.
	Tone tone.Tone
	// Sparse sends the tone as one packet a second: for loads nobody listens to.
	Sparse bool
	// Policy treats incoming calls; SetPolicy changes it.
	Policy Policy
	// Lines bounds the calls at once: further ones are refused with 486. 0 is no bound.
	Lines int
	// Record is a folder: what each call hears is written there as <call id>.wav.
	Record string
	// KeepEvents bounds each log to about so many newest events, and the calls
	// kept for NextCall in proportion; 0 keeps all. A phone that runs for days
	// wants a bound: events hold on to their calls.
	KeepEvents int
	// Logger gets one debug line per event; nil for none. Passwords never appear.
	Logger *zap.Logger
}

// Phone is one telephone. Make it with New; end it with Close or Die.
type Phone struct {
	*Log
	cfg  Config
	wire *wire
	log  *zap.Logger

	reg registration

	mu       sync.Mutex
	policy   Policy
	calls    map[string]*Call // by our tag
	incoming []*Call          // for NextCall
	arrived  chan struct{}    // closed and replaced at each incoming call
	closed   bool
	work     sync.WaitGroup // goroutines of calls and registration
	life     context.Context
	end      context.CancelFunc
	// refreshing ends the registration's refreshing; nil when none runs.
	refreshing context.CancelFunc

	overlaps   []Overlap
	malformeds atomic.Int64
}

// ErrClosed is returned by a phone that was closed or died.
var ErrClosed = errors.New("phone is closed")

// New opens the phone's socket. It sends nothing.
func New(cfg Config) (*Phone, error) {
	if cfg.Transport == "" {
		cfg.Transport = "udp"
	}
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	if cfg.Expires == 0 {
		cfg.Expires = 2 * time.Minute
	}
	if cfg.Server != "" {
		if _, port, err := net.SplitHostPort(cfg.Server); err != nil || port == "" {
			return nil, fmt.Errorf("open phone %s: server %q is not host:port", cfg.Number, cfg.Server)
		}
	}
	p := &Phone{Log: newLog(cfg.KeepEvents), cfg: cfg, policy: cfg.Policy, calls: map[string]*Call{},
		arrived: make(chan struct{}), log: cfg.Logger}
	if p.log == nil {
		p.log = zap.NewNop()
	}
	p.log = p.log.Named("phone").With(zap.String("phone", cfg.Number))
	p.life, p.end = context.WithCancel(context.Background())
	p.reg.callID = uuid.NewString()
	w, err := openWire(cfg, p)
	if err != nil {
		p.end()
		return nil, err
	}
	p.wire = w
	w.start()
	return p, nil
}

// Number is the phone's own.
func (p *Phone) Number() string { return p.cfg.Number }

// Addr is the SIP address the phone listens on.
func (p *Phone) Addr() netip.AddrPort { return p.wire.local }

// SetPolicy changes how later incoming calls are treated.
func (p *Phone) SetPolicy(policy Policy) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.policy = policy
}

// Calls are the calls that have not ended.
func (p *Phone) Calls() []*Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]*Call, 0, len(p.calls))
	for _, c := range p.calls {
		out = append(out, c)
	}
	return out
}

// inUseLocked counts the calls that have not been hung up, by either side.
func (p *Phone) inUseLocked() int {
	n := 0
	for _, c := range p.calls {
		if !c.hungUp.Load() && !c.byeing.Load() {
			n++
		}
	}
	return n
}

// Overlap is an INVITE that arrived while another call was live.
type Overlap struct {
	At     time.Time
	Caller string
}

// Overlaps are the INVITEs that arrived while another call was live: none, for a
// switch that never offers an agent two calls.
func (p *Phone) Overlaps() []Overlap {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.overlaps)
}

// NextCall returns the next incoming call, each once, in order of arrival.
func (p *Phone) NextCall(ctx context.Context) (*Call, error) {
	for {
		p.mu.Lock()
		if len(p.incoming) > 0 {
			c := p.incoming[0]
			p.incoming = p.incoming[1:]
			p.mu.Unlock()
			return c, nil
		}
		arrived, closed := p.arrived, p.closed
		p.mu.Unlock()
		if closed {
			return nil, fmt.Errorf("await call: %w", ErrClosed)
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return nil, fmt.Errorf("await call at %s: %w (%s)", p.cfg.Number, context.Cause(ctx), p.Story())
		}
	}
}

// Freeze makes the phone take in and send nothing, as one whose network is cut
// or whose process hangs, until Thaw. Its clocks run on.
func (p *Phone) Freeze() { p.freeze(true) }

// Thaw ends Freeze.
func (p *Phone) Thaw() { p.freeze(false) }

func (p *Phone) freeze(on bool) {
	p.wire.frozen.Store(on)
	for _, c := range p.Calls() {
		c.stream.Mute(on)
	}
}

// Die closes every socket at once and says nothing to anyone: the power cut.
func (p *Phone) Die() {
	p.emit(Event{At: time.Now(), Kind: Died})
	p.shut()
}

// Close ends the phone in order: calls are hung up, cancelled or refused, the
// registration is withdrawn. It always ends the phone; the error says what the
// far side did not confirm before ctx ended.
func (p *Phone) Close(ctx context.Context) error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.mu.Unlock()
	var errs []error
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, c := range p.Calls() {
		wg.Go(func() {
			if err := c.Hangup(ctx); err != nil && !errors.Is(err, ErrOver) {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if err := p.Unregister(ctx); err != nil {
		errs = append(errs, err)
	}
	p.shut()
	return errors.Join(errs...)
}

// shut ends everything that runs.
func (p *Phone) shut() {
	p.mu.Lock()
	p.closed = true
	close(p.arrived)
	p.arrived = make(chan struct{})
	calls := make([]*Call, 0, len(p.calls))
	for _, c := range p.calls {
		calls = append(calls, c)
	}
	p.mu.Unlock()
	p.end()
	p.wire.shut()
	for _, c := range calls {
		c.post(func() { c.finish("", nil) })
	}
	p.work.Wait()
	p.finish()
}

// emit writes to the phone's log.
func (p *Phone) emit(e Event) {
	if e.At.IsZero() {
		e.At = time.Now()
	}
	e.Phone = p.cfg.Number
	if ce := p.log.Check(zap.DebugLevel, string(e.Kind)); ce != nil {
		fields := []zap.Field{zap.Stringer("event", e)}
		if e.Call != nil {
			fields = append(fields, zap.String("call", e.Call.id))
		}
		ce.Write(fields...)
	}
	p.add(e)
}

// goWork starts a goroutine that shut waits for, unless the phone is closed.
func (p *Phone) goWork(f func()) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.goWorkLocked(f)
	return true
}

func (p *Phone) goWorkLocked(f func()) { p.work.Go(f) }

// SendRaw sends bytes to the server's UDP port from the phone's socket, as they
// are: for tests of a switch's treatment of broken messages.
func (p *Phone) SendRaw(b []byte) error {
	if p.wire.network != "UDP" {
		return errors.New("send raw: only on UDP")
	}
	to, err := net.ResolveUDPAddr("udp", p.cfg.Server)
	if err != nil {
		return fmt.Errorf("send raw: %w", err)
	}
	conn, err := p.wire.tp.GetConnection("UDP", p.wire.local.String())
	if err != nil {
		return fmt.Errorf("send raw: %w", err)
	}
	udp, ok := conn.(*sip.UDPConnection)
	if !ok {
		return fmt.Errorf("send raw: %w", ErrClosed)
	}
	_, err = udp.WriteTo(b, to)
	return err
}

// uri turns a number, user@host or a whole URI into a SIP URI at the server.
func (p *Phone) uri(target string) (sip.Uri, error) {
	var u sip.Uri
	if strings.HasPrefix(target, "sip:") || strings.HasPrefix(target, "sips:") {
		if err := sip.ParseUri(target, &u); err != nil {
			return u, fmt.Errorf("parse target %q: %w", target, err)
		}
		return u, nil
	}
	host, port, err := net.SplitHostPort(p.cfg.Server)
	if err != nil {
		return u, fmt.Errorf("parse target %q: no server is configured and it is no sip: address", target)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return u, fmt.Errorf("parse server %q: %w", p.cfg.Server, err)
	}
	return sip.Uri{Scheme: "sip", User: target, Host: host, Port: n}, nil
}

// malformed implements handler.
func (p *Phone) malformed(err error) {
	// A flood of broken datagrams must not fill the log.
	if n := p.malformeds.Add(1); n <= 100 {
		p.emit(Event{Kind: Malformed, Err: err})
	}
}

// MalformedCount is how many datagrams were dropped as Malformed.
func (p *Phone) MalformedCount() int { return int(p.malformeds.Load()) }
