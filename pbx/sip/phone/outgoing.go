package phone

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/google/uuid"

	"sansheng/pbx"
	"sansheng/pbx/sip/offer"
	"sansheng/pbx/sip/tone"
)

// Options of one outgoing call. The zero value calls as the phone itself.
type Options struct {
	// From is the user part of the caller's address, verbatim: it is not escaped,
	// so that a switch meets what a hostile network can send. See Escape for
	// odd ones in valid form. Anonymous asks for an empty one.
	From      string
	Anonymous bool
	// FromName is the display name, verbatim within its quotes.
	FromName string
	// Headers are added to the INVITE, verbatim.
	Headers []Header
	// Tone is sent instead of the phone's.
	Tone *tone.Tone
	// NoOffer leaves the description to the far side: we answer in the ACK.
	NoOffer bool
	// FollowRedirects bounds the 3xx answers followed.
	FollowRedirects int
}

// outgoingInvite is an outgoing call's first INVITE.
type outgoingInvite struct {
	req         *sip.Request
	tries       int
	redirects   int
	provisional bool // CANCEL may be sent (RFC 3261 section 9.1)
	cancel      bool // wanted
	cancelled   bool // sent
	acks        map[uint32]*sip.Request
	done        []func(error) // who waits for the end of a cancelled call
}

// Call calls target, a number at the server or a sip: address, and returns once
// the INVITE is sent. What becomes of it is in the call's Log: WaitAnswered,
// Wait. ctx bounds only the sending. A call that is not answered rings until
// Hangup or until the far side gives up.
func (p *Phone) Call(ctx context.Context, target string, opts Options) (*Call, error) {
	to, err := p.uri(target)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", target, err)
	}
	user := p.cfg.Number
	if opts.From != "" || opts.Anonymous {
		user = opts.From
	}
	name := p.cfg.DisplayName
	if opts.FromName != "" {
		name = opts.FromName
	}
	send := p.cfg.Tone
	if opts.Tone != nil {
		send = *opts.Tone
	}
	tag := sip.GenerateTagN(16)
	sent := make(chan error, 1)
	c, err := p.newCall(true, tag, send, func(c *Call) {
		c.id, c.caller, c.called, c.opts = uuid.NewString(), pbx.Party{Number: user, Name: name}, target, opts
		from := sip.FromHeader{DisplayName: name, Address: sip.Uri{Scheme: "sip", User: user, Host: to.Host}}
		if p.cfg.Server == "" {
			from.Address.Host = p.wire.local.Addr().String()
		}
		from.Params.Add("tag", tag)
		remote := to
		remote.UriParams, remote.Headers = nil, nil
		c.d = dialog{callID: c.id, local: from, remote: sip.ToHeader{Address: remote}, target: to, peer: p.next(to)}
		c.out.acks = map[uint32]*sip.Request{}
	}, func(c *Call) { sent <- c.invite() })
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", target, err)
	}
	select {
	case err = <-sent:
	case <-ctx.Done():
		c.post(func() { c.finish("", context.Cause(ctx)) })
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", target, err)
	}
	return c, nil
}

// next is where a request to a first-seen address is sent.
func (p *Phone) next(to sip.Uri) string {
	port := to.Port
	if port == 0 {
		port = sip.DefaultPort(p.wire.network)
	}
	addr := sip.Addr{Hostname: to.Host, Port: port}
	return addr.String()
}

// invite sends the first INVITE.
func (c *Call) invite() error {
	req := c.d.request(c.phone.wire, sip.INVITE, c.phone.wire.contact(c.caller.Number))
	if c.caller.Number == "" || c.opts.From != "" {
		// An odd caller id is for From only; the contact must stay reachable.
		req.ReplaceHeader(c.phone.wire.contact(c.phone.cfg.Number))
	}
	for _, h := range c.opts.Headers {
		req.AppendHeader(sip.NewHeader(h.Name, h.Value))
	}
	if !c.opts.NoOffer {
		withOffer(req, c.local)
	}
	c.out.req = req
	if err := c.sendInvite(req); err != nil {
		c.fail(err)
		return err
	}
	return nil
}

// sendInvite starts an INVITE's transaction. Its answers come through tapped; the
// transaction's own channel is only drained, and tells of a transaction that
// died without an answer.
func (c *Call) sendInvite(req *sip.Request) error {
	if c.phone.life.Err() != nil {
		return ErrClosed
	}
	tx, err := c.phone.wire.tx.Request(c.phone.life, req)
	if err != nil {
		return &TransportError{"INVITE", err}
	}
	seq := req.CSeq().SeqNo
	if !c.phone.goWork(func() {
		for {
			select {
			case <-tx.Responses():
			case <-tx.Done():
				err := tx.Err()
				c.post(func() { c.inviteOver(seq, err) })
				return
			}
		}
	}) {
		tx.Terminate()
		return ErrClosed
	}
	return nil
}

// inviteOver is told when a transaction has ended, for whatever reason.
func (c *Call) inviteOver(seq uint32, err error) {
	if !errors.Is(err, sip.ErrTransactionTimeout) && !errors.Is(err, sip.ErrTransactionTransport) {
		return
	}
	switch {
	case c.state == calling && c.out.req.CSeq().SeqNo == seq:
		c.fail(&TransportError{"INVITE", err})
	case c.ours != nil && c.ours.seq == seq:
		c.ours.end(c, &TransportError{"INVITE", err})
	}
}

// fail ends a call that cannot come about.
func (c *Call) fail(err error) {
	c.emit(Event{Kind: Failed, Err: err})
	c.cancelDone(nil)
	c.finish("", err)
}

// tapped implements handler; it runs on the socket's reader.
func (p *Phone) tapped(res *sip.Response) {
	tag, _ := res.From().Params.Get("tag")
	p.mu.Lock()
	c := p.calls[tag]
	p.mu.Unlock()
	if c != nil && string(*res.CallID()) == c.id {
		at := time.Now()
		c.post(func() { c.answered(res, at) })
	}
}

// answered takes an answer to one of our INVITEs.
func (c *Call) answered(res *sip.Response, at time.Time) {
	seq := res.CSeq().SeqNo
	if ack := c.out.acks[seq]; ack != nil && res.IsSuccess() {
		c.write(ack) // a 2xx again: our ACK was lost (RFC 3261 section 13.2.2.4)
		return
	}
	if c.ours != nil && c.ours.seq == seq {
		c.ours.answered(c, res)
		return
	}
	if c.state != calling || c.out.req.CSeq().SeqNo != seq {
		return
	}
	switch {
	case res.IsProvisional():
		c.provisional(res, at)
	case res.IsSuccess():
		c.success(res, at)
	case challenges(res) && c.phone.cfg.Password != "" && (c.out.tries == 0 || c.out.tries == 1 && stale(res)) && !c.out.cancel:
		c.out.tries++
		c.again(res, at, func(req *sip.Request) error { return c.phone.authorize(req, res) })
	case res.IsRedirection() && c.out.redirects < c.opts.FollowRedirects && res.Contact() != nil && !c.out.cancel:
		c.out.redirects++
		c.emit(Event{At: at, Kind: Redirected, Status: res.StatusCode, Reason: res.Reason, Headers: headersOf(res)})
		c.again(res, at, func(req *sip.Request) error {
			c.d.target = *res.Contact().Address.Clone()
			c.d.peer = c.phone.next(c.d.target)
			req.Recipient = c.d.target
			req.SetDestination(c.d.peer)
			return nil
		})
	default:
		c.refused(res, at)
	}
}

// again repeats the INVITE with a change (RFC 3261 sections 8.1.3.4 and 8.1.3.5).
func (c *Call) again(res *sip.Response, at time.Time, change func(*sip.Request) error) {
	req := c.out.req.Clone()
	c.d.seq++
	req.CSeq().SeqNo = c.d.seq
	req.ReplaceHeader(c.phone.wire.via())
	if err := change(req); err != nil {
		c.refused(res, at)
		return
	}
	c.out.provisional, c.out.req = false, req
	if err := c.sendInvite(req); err != nil {
		c.fail(err)
	}
}

// provisional takes a 1xx.
func (c *Call) provisional(res *sip.Response, at time.Time) {
	c.out.provisional = true
	if c.out.cancel {
		c.sendCancel()
		return
	}
	e := Event{At: at, Kind: Progress, Status: res.StatusCode, Reason: res.Reason, Headers: headersOf(res)}
	switch res.StatusCode {
	case sip.StatusTrying:
		e.Kind = Trying
	case sip.StatusRinging:
		e.Kind = Ringing
	}
	if e.Kind == Progress || !c.seen[e.Kind] {
		c.emit(e)
	}
	if len(res.Body()) > 0 && !c.described {
		if far, err := offer.Parse(res.Body()); err == nil {
			c.far, c.described, c.offered = far, true, !c.opts.NoOffer
			c.connect()
			c.emit(Event{At: at, Kind: EarlyMedia, Status: res.StatusCode, Headers: e.Headers})
		}
	}
}

// success takes the 2xx: the dialog stands and must be acknowledged.
func (c *Call) success(res *sip.Response, at time.Time) {
	c.d.establish(res)
	far, err := offer.Parse(res.Body())
	if err == nil {
		c.far, c.described, c.offered = far, true, !c.opts.NoOffer
	} else if c.described && len(res.Body()) == 0 {
		err = nil // described in an earlier answer
	}
	ack := c.d.request(c.phone.wire, sip.ACK, nil)
	ack.CSeq().SeqNo = res.CSeq().SeqNo
	if c.opts.NoOffer && err == nil {
		var reply offer.Description
		if reply, err = offer.Answer(c.local, far); err == nil {
			c.local = reply
			withOffer(ack, reply)
		}
	}
	for _, name := range []string{"Authorization", "Proxy-Authorization"} {
		if h := c.out.req.GetHeader(name); h != nil {
			ack.AppendHeader(sip.HeaderClone(h))
		}
	}
	c.state = talking
	c.out.acks[res.CSeq().SeqNo] = ack
	c.emit(Event{At: at, Kind: Answered, Status: res.StatusCode, Reason: res.Reason, Headers: headersOf(res)})
	c.write(ack)
	c.emit(Event{Kind: Confirmed})
	switch {
	case c.out.cancel:
		// Our CANCEL crossed the answer: the call stands and is ended properly.
		c.bye(nil)
	case err != nil:
		c.emit(Event{Kind: Failed, Err: err})
		c.bye(err)
	default:
		c.connect()
	}
}

// write sends an ACK.
func (c *Call) write(ack *sip.Request) {
	if err := c.phone.wire.tp.WriteMsg(ack); err != nil {
		c.phone.log.Debug("ack not sent")
	}
}

// refused takes a final answer that is no success. sipgo acknowledges it.
func (c *Call) refused(res *sip.Response, at time.Time) {
	h := headersOf(res)
	e := Event{At: at, Kind: Rejected, Status: res.StatusCode, Reason: res.Reason, Cause: causeOf(h), Headers: h, By: Them}
	if c.out.cancel && res.StatusCode == sip.StatusRequestTerminated {
		e.Kind, e.By = Cancelled, Us
	}
	c.emit(e)
	c.cancelDone(nil)
	c.finish(e.By, nil)
}

// giveUp cancels a call that is not answered.
func (c *Call) giveUp(done func(error)) {
	c.out.done = append(c.out.done, done)
	if c.out.cancel {
		return
	}
	c.out.cancel = true
	if c.out.provisional {
		c.sendCancel()
	}
}

// sendCancel sends CANCEL in the INVITE's own words (RFC 3261 section 9.1).
func (c *Call) sendCancel() {
	if c.out.cancelled {
		return
	}
	c.out.cancelled = true
	invite, wire := c.out.req, c.phone.wire
	req := sip.NewRequest(sip.CANCEL, *invite.Recipient.Clone())
	req.AppendHeader(sip.HeaderClone(invite.Via()))
	for _, r := range invite.GetHeaders("Route") {
		req.AppendHeader(sip.HeaderClone(r))
	}
	req.AppendHeader(sip.HeaderClone(invite.From()))
	req.AppendHeader(sip.HeaderClone(invite.To()))
	req.AppendHeader(sip.HeaderClone(invite.CallID()))
	req.AppendHeader(&sip.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: sip.CANCEL})
	hops := sip.MaxForwardsHeader(70)
	req.AppendHeader(&hops)
	req.SetBody(nil)
	wire.route(req, invite.Destination())
	c.phone.goWork(func() {
		res, err := wire.ask(c.phone.life, req)
		if err == nil && !res.IsSuccess() {
			err = rejected(sip.CANCEL, res)
		}
		c.post(func() {
			if err != nil && c.state == calling {
				c.fail(err)
				return
			}
			// RFC 3261 section 9.1: no 487 within 64*T1 means it will not come.
			c.after(64*sip.T1, func() {
				if c.state == calling {
					c.fail(&TransportError{"INVITE", errors.New("no final answer after CANCEL")})
				}
			})
		})
	})
}

func (c *Call) cancelDone(err error) {
	for _, done := range c.out.done {
		done(err)
	}
	c.out.done = nil
}
