package phone

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"sansheng/pbx"
	"sansheng/pbx/sip/media"
	"sansheng/pbx/sip/offer"
	"sansheng/pbx/sip/tone"
)

// state of a call. Only the call's goroutine moves it:
//
//	outgoing  calling ──▶ talking ──▶ leaving ──▶ over
//	incoming  ringing ──▶ talking ──▶ leaving ──▶ over
//
// calling and ringing may go to over directly (rejected, cancelled, failed),
// talking goes there on the far side's BYE, anything on Die.
type state int

const (
	calling state = iota // our INVITE has no final answer
	ringing              // theirs has none from us
	talking
	leaving // our BYE is under way
	over
)

// Call is one call of a phone. Its Log holds only its own events.
type Call struct {
	// hungUp: our BYE is out; the receiver is on its hook whatever the answer.
	hungUp atomic.Bool
	byeing atomic.Bool // a BYE has come, and is being worked on
	*Log
	phone    *Phone
	id       string // Call-ID
	tag      string // ours
	outgoing bool
	caller   pbx.Party
	called   string
	headers  Headers // of the incoming INVITE
	policy   Policy
	stream   *media.Stream
	inbox    inbox
	ended    chan struct{} // closed after Ended is logged

	// The rest belongs to the call's goroutine.
	state     state
	d         dialog
	opts      Options
	local     offer.Description // what we last described; its version counts
	far       offer.Description // what they last described
	want      offer.Direction   // what we would have: sendrecv, sendonly on hold
	described bool              // far is set
	offered   bool              // the last offer was ours
	farHeld   bool
	seen      map[Kind]bool
	timers    []*time.Timer

	out outgoingInvite
	in  incomingInvite

	ours   *renegotiation // our re-INVITE under way
	answer *retransmit    // our 2xx that has no ACK yet
	bying  []func(error)  // who waits for the end of our BYE
	later  bool           // our BYE waits for the ACK of our answer
}

// inbox is the unbounded queue of a call's inputs.
type inbox struct {
	mu     sync.Mutex
	queue  []func()
	wake   chan struct{} // one slot
	closed bool
}

func (b *inbox) put(f func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.queue = append(b.queue, f)
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return true
}

func (b *inbox) take(into []func()) []func() {
	b.mu.Lock()
	defer b.mu.Unlock()
	into, b.queue = append(into[:0], b.queue...), b.queue[:0]
	return into
}

func (b *inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
}

// newCall makes a call and starts its goroutine with first.
func (p *Phone) newCall(outgoing bool, tag string, t tone.Tone, prepare func(*Call), first func(*Call)) (*Call, error) {
	c := &Call{Log: newLog(p.cfg.KeepEvents), phone: p, tag: tag, outgoing: outgoing, ended: make(chan struct{}), seen: map[Kind]bool{}}
	c.inbox.wake = make(chan struct{}, 1)
	prepare(c)
	cfg := media.Config{Notify: c.heard, Sparse: p.cfg.Sparse}
	cfg.Local = netip.AddrPortFrom(p.wire.local.Addr(), 0)
	if p.cfg.Record != "" {
		cfg.Record = filepath.Join(p.cfg.Record, fileName(c.id)+".wav")
	}
	stream, err := media.Open(cfg)
	if err != nil {
		return nil, fmt.Errorf("open call: %w", err)
	}
	c.stream = stream
	stream.Send(t)
	c.want = offer.SendRecv
	stream.Mute(p.wire.frozen.Load())
	c.local = c.describe(uint64(time.Now().UnixMilli()), 1)

	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		_ = stream.Close()
		return nil, ErrClosed
	}
	if !outgoing && p.inUseLocked() > 0 {
		p.overlaps = append(p.overlaps, Overlap{At: c.in.arrived, Caller: c.caller.Number})
	}
	p.calls[tag] = c
	p.goWorkLocked(func() { c.run(first) })
	p.mu.Unlock()
	return c, nil
}

// describe is what we can do, before it meets what the far side can.
func (c *Call) describe(id, version uint64) offer.Description {
	return offer.Description{Addr: c.stream.Local(), Codecs: c.phone.codecs(), Event: 101, Direction: c.want, ID: id, Version: version}
}

// fileName makes a foreign Call-ID harmless as a file's name.
func fileName(id string) string {
	safe := strings.Map(func(r rune) rune {
		if r < '0' || r > 'z' || strings.ContainsRune(`:;<=>?[\]^`+"`", r) {
			return '_'
		}
		return r
	}, id)
	return "call-" + safe[:min(len(safe), 100)]
}

func (p *Phone) codecs() []tone.Codec {
	if p.cfg.OnlyCodec {
		return []tone.Codec{p.cfg.Codec}
	}
	if p.cfg.Codec == tone.ULaw {
		return []tone.Codec{tone.ULaw, tone.ALaw}
	}
	return []tone.Codec{tone.ALaw, tone.ULaw}
}

// run is the call's goroutine.
func (c *Call) run(first func(*Call)) {
	first(c)
	var batch []func()
	for c.state != over {
		<-c.inbox.wake
		batch = c.inbox.take(batch)
		for _, f := range batch {
			f()
		}
	}
	// What came in while the call ended: requests still want their answer.
	for _, f := range c.inbox.take(nil) {
		f()
	}
}

// post gives the call's goroutine something to do. Nothing is taken once the call
// is over, but what was taken before may run after: it looks at the state.
func (c *Call) post(f func()) { c.inbox.put(f) }

// order has the call's goroutine do f, which calls done once, now or later, and
// waits for that.
func (c *Call) order(ctx context.Context, what string, f func(done func(error))) error {
	result := make(chan error, 1)
	c.post(func() { f(func(err error) { result <- err }) })
	select {
	case err := <-result:
		return wrap(what, err)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w (%s)", what, context.Cause(ctx), c.Story())
	case <-c.ended:
		select {
		case err := <-result:
			return wrap(what, err)
		default:
			return fmt.Errorf("%s: %w (%s)", what, ErrOver, c.Story())
		}
	}
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// emit logs an event of the call, also in the phone's log.
func (c *Call) emit(e Event) {
	if e.At.IsZero() {
		e.At = time.Now()
	}
	e.Call, e.Phone = c, c.phone.cfg.Number
	c.seen[e.Kind] = true
	if c.add(e) {
		c.phone.emit(e)
	}
}

// heard logs what the media stream hears; it runs on the stream's goroutines.
func (c *Call) heard(m media.Event) {
	e := Event{At: m.At, Call: c, Phone: c.phone.cfg.Number}
	switch {
	case m.Change != nil:
		e.Kind, e.Hz, e.At = ToneEnded, m.Change.Hz, m.Change.At
		if m.Change.Began {
			e.Kind = ToneBegan
		}
	case m.Digit != nil:
		e.Kind, e.Digit, e.Duration, e.Via = Digit, string(m.Digit.Key), m.Digit.Duration, RFC4733
	}
	if c.add(e) {
		c.phone.emit(e)
	}
}

// after runs f on the call's goroutine after d, unless the call is over by then.
func (c *Call) after(d time.Duration, f func()) *time.Timer {
	t := time.AfterFunc(d, func() { c.post(f) })
	c.timers = append(c.timers, t)
	return t
}

// finish is the one way a call ends.
func (c *Call) finish(by Side, err error) {
	if c.state == over {
		return
	}
	c.state = over
	for _, t := range c.timers {
		t.Stop()
	}
	if c.ours != nil {
		c.ours.done(ErrOver)
		c.ours = nil
	}
	if cerr := c.stream.Close(); err == nil {
		err = cerr
	}
	p := c.phone
	p.mu.Lock()
	delete(p.calls, c.tag)
	p.mu.Unlock()
	c.emit(Event{Kind: Ended, By: by, Err: err})
	c.inbox.close()
	c.Log.finish()
	close(c.ended)
}

// ID is the call's Call-ID.
func (c *Call) ID() string { return c.id }

// Phone is the phone the call belongs to.
func (c *Call) Phone() *Phone { return c.phone }

// Outgoing reports whether we called.
func (c *Call) Outgoing() bool { return c.outgoing }

// Caller is who calls: the From of the INVITE.
func (c *Call) Caller() pbx.Party { return c.caller }

// Called is the number or address that was called.
func (c *Call) Called() string { return c.called }

// Headers are those of the incoming INVITE (Alert-Info, Call-Info and the rest),
// none for an outgoing call.
func (c *Call) Headers() Headers { return c.headers }

// Done is closed when the call is over.
func (c *Call) Done() <-chan struct{} { return c.ended }

// Heard is what was heard on the call so far, also after its end.
func (c *Call) Heard() media.Heard { return c.stream.Heard() }

// ResetGap makes the longest gap in what is heard count from now on.
func (c *Call) ResetGap() { c.stream.ResetGap() }

// Send changes the tone we send.
func (c *Call) Send(t tone.Tone) { c.stream.Send(t) }

// WaitAnswered returns nil once the call is answered, a *RejectedError or
// another reason once it can no longer be.
func (c *Call) WaitAnswered(ctx context.Context) error {
	for e := range c.Follow(ctx) {
		switch e.Kind {
		case Answered:
			return nil
		case Rejected:
			if e.Err != nil {
				return fmt.Errorf("await answer: %w", e.Err)
			}
			return fmt.Errorf("await answer: %w", &RejectedError{Method: "INVITE", Status: e.Status, Reason: e.Reason, Cause: e.Cause})
		case Failed:
			return fmt.Errorf("await answer: %w", e.Err)
		}
	}
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("await answer: %w (%s)", err, c.Story())
	}
	return fmt.Errorf("await answer: %w (%s)", ErrOver, c.Story())
}

// WaitEnded waits for the end of the call and returns its last event.
func (c *Call) WaitEnded(ctx context.Context) (Event, error) {
	for e := range c.Follow(ctx) {
		if e.Kind == Ended {
			return e, nil
		}
	}
	return Event{}, fmt.Errorf("await end: %w (%s)", context.Cause(ctx), c.Story())
}

// WaitTone waits until a tone of hz is being heard: at this moment, not only once
// upon a time.
func (c *Call) WaitTone(ctx context.Context, hz float64) error { return c.waitTone(ctx, hz, true) }

// WaitSound waits until anything audible was heard: a tone, a voice, music.
func (c *Call) WaitSound(ctx context.Context) error {
	select {
	case <-c.stream.Audible():
		return nil
	case <-c.ended:
		select {
		case <-c.stream.Audible():
			return nil
		default:
			return fmt.Errorf("wait for a sound: %w (%s; heard %+v)", ErrOver, c.Story(), c.Heard())
		}
	case <-ctx.Done():
		return fmt.Errorf("wait for a sound: %w (%s; heard %+v)", context.Cause(ctx), c.Story(), c.Heard())
	}
}

// WaitNoTone waits until a tone of hz is not being heard.
func (c *Call) WaitNoTone(ctx context.Context, hz float64) error { return c.waitTone(ctx, hz, false) }

func (c *Call) waitTone(ctx context.Context, hz float64, want bool) error {
	for {
		changed, isOver := c.news()
		if c.stream.Heard().Hears(hz) == want {
			return nil
		}
		what := fmt.Sprintf("wait for %.0f Hz to be heard (%v)", hz, want)
		if isOver {
			return fmt.Errorf("%s: %w (%s; heard %+v)", what, ErrOver, c.Story(), c.Heard())
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%s: %w (%s; heard %+v)", what, context.Cause(ctx), c.Story(), c.Heard())
		}
	}
}

var errState = errors.New("not possible in this state of the call")

// reply makes an answer to a request of the call, with our Contact.
func (c *Call) reply(req *sip.Request, status int, reason string) *sip.Response {
	res := sip.NewResponseFromRequest(req, status, reason, nil)
	res.AppendHeader(c.phone.wire.contact(c.phone.cfg.Number))
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	res.AppendHeader(sip.NewHeader("User-Agent", userAgent))
	return res
}

// connect lets the media follow what both sides last described.
func (c *Call) connect() {
	if !c.described {
		return
	}
	// Both send in the first codec of the answer.
	answer, offered := c.far.Codecs, c.local.Codecs
	if !c.offered {
		answer, offered = offered, answer
	}
	codec := answer[0]
	if i := slices.IndexFunc(answer, func(one tone.Codec) bool { return slices.Contains(offered, one) }); i >= 0 {
		codec = answer[i]
	}
	c.stream.Connect(media.Link{Remote: c.far.Addr, Codec: codec, Event: c.far.Event,
		Send:    c.local.Direction.Sends() && c.far.Direction.Receives(),
		Receive: c.local.Direction.Receives() && c.far.Direction.Sends()})
}
