package phone

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"sansheng/pbx"
	"sansheng/pbx/sip/offer"
)

// incomingInvite is the INVITE of an incoming call.
type incomingInvite struct {
	req      *sip.Request
	tx       *sip.ServerTx
	arrived  time.Time
	answered bool // finally
	early    bool // our description is out
}

// served implements handler: a request that is no repetition. It returns quickly;
// what belongs to a call is done by the call's goroutine.
func (p *Phone) served(req *sip.Request, tx *sip.ServerTx) {
	at := time.Now()
	if !complete(req) {
		tx.Terminate()
		return
	}
	if req.Method == sip.INVITE && req.Laddr.Hostname == freshMark {
		p.invited(req, tx, at)
		return
	}
	tag, inDialog := req.To().Params.Get("tag")
	p.mu.Lock()
	c := p.calls[tag]
	p.mu.Unlock()
	if c != nil && string(*req.CallID()) == c.id {
		if c.inbox.put(func() { c.request(req, tx, at) }) {
			return
		}
	}
	if req.Method == sip.ACK {
		tx.Terminate()
		return
	}
	status, reason := sip.StatusOK, "OK"
	switch req.Method {
	case sip.OPTIONS, sip.NOTIFY, sip.MESSAGE:
	case sip.CANCEL:
		status, reason = sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist"
	case sip.INVITE, sip.BYE, sip.INFO, sip.UPDATE, sip.REFER:
		status, reason = sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist"
		if !inDialog {
			status, reason = sip.StatusMethodNotAllowed, "Method Not Allowed"
		}
	default:
		status, reason = sip.StatusMethodNotAllowed, "Method Not Allowed"
	}
	res := sip.NewResponseFromRequest(req, status, reason, nil)
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	res.AppendHeader(sip.NewHeader("User-Agent", userAgent))
	if req.Method == sip.OPTIONS {
		res.AppendHeader(sip.NewHeader("Accept", "application/sdp"))
	}
	respond(tx, res)
	if req.Method == sip.NOTIFY {
		p.emit(Event{At: at, Kind: Notified, Headers: headersOf(req), Body: string(req.Body())})
	}
}

// hungUp implements handler; it runs on the socket's reader.
func (p *Phone) hungUp(bye *sip.Request) {
	tag, _ := bye.To().Params.Get("tag")
	p.mu.Lock()
	c := p.calls[tag]
	p.mu.Unlock()
	if c != nil && string(*bye.CallID()) == c.id {
		c.byeing.Store(true)
	}
}

// respond answers; an answer that cannot be sent is a lost packet.
func respond(tx *sip.ServerTx, res *sip.Response) { _ = tx.Respond(res) }

// invited begins an incoming call.
func (p *Phone) invited(req *sip.Request, tx *sip.ServerTx, at time.Time) {
	tag, _ := req.To().Params.Get("tag")
	p.mu.Lock()
	policy, full := p.policy, p.cfg.Lines > 0 && p.inUseLocked() >= p.cfg.Lines
	if full {
		p.overlaps = append(p.overlaps, Overlap{At: at, Caller: req.From().Address.User})
	}
	p.mu.Unlock()
	respond(tx, sip.NewResponseFromRequest(req, sip.StatusTrying, "Trying", nil))
	if full {
		respond(tx, sip.NewResponseFromRequest(req, sip.StatusBusyHere, "Busy Here", nil))
		return
	}
	c, err := p.newCall(false, tag, p.cfg.Tone, func(c *Call) {
		c.id, c.headers, c.policy, c.state = string(*req.CallID()), headersOf(req), policy, ringing
		c.caller = pbx.Party{Number: req.From().Address.User, Name: req.From().DisplayName}
		c.called = req.Recipient.User
		c.in = incomingInvite{req: req, tx: tx, arrived: at}
		c.out.acks = map[uint32]*sip.Request{}
		c.d.accept(req)
	}, func(c *Call) { c.ring() })
	if err != nil {
		respond(tx, sip.NewResponseFromRequest(req, sip.StatusInternalServerError, "Server Internal Error", nil))
		return
	}
	// A CANCEL that was handled before this line is told by the return value.
	if !tx.OnCancel(func(r *sip.Request) { c.post(func() { c.cancelled(r) }) }) {
		c.post(func() { c.cancelled(nil) })
	}
	// Some callers send the ACK of a 2xx with the INVITE's own branch: it comes here.
	p.goWork(func() {
		for {
			select {
			case ack := <-tx.Acks():
				c.post(func() { c.acked(ack) })
			case <-tx.Done():
				return
			case <-p.life.Done():
				return
			}
		}
	})
}

// ring is the first thing an incoming call's goroutine does.
func (c *Call) ring() {
	c.emit(Event{At: c.in.arrived, Kind: Incoming, Headers: c.headers})
	p := c.phone
	p.mu.Lock()
	p.incoming = append(p.incoming, c)
	if n, keep := len(p.incoming), p.unclaimed(); n > keep {
		p.incoming = slices.Clone(p.incoming[n-keep:])
	}
	close(p.arrived)
	p.arrived = make(chan struct{})
	p.mu.Unlock()
	if body := c.in.req.Body(); len(body) > 0 {
		far, err := offer.Parse(body)
		if err == nil {
			c.local, err = offer.Answer(c.local, far)
		}
		if err != nil {
			c.emit(Event{Kind: Failed, Err: err})
			c.reject(sip.StatusNotAcceptableHere, "Not Acceptable Here", func(error) {})
			return
		}
		c.far, c.described = far, true
	}
	switch c.policy.Alert {
	case AlertRing:
		_ = c.alert(false)
	case AlertEarlyMedia:
		_ = c.alert(true) // an INVITE without an offer gets none
	case AlertNone:
	}
	if c.policy.Auto && strings.Contains(c.headers.Get("Call-Info"), "answer-after=0") {
		c.policy.After, c.policy.Then = 0, ActionAnswer
	}
	c.after(c.policy.After-time.Since(c.in.arrived), func() {
		switch c.policy.Then {
		case ActionAnswer:
			c.pickUp(func(error) {})
		case ActionReject:
			status := c.policy.Status
			if status == 0 {
				status = sip.StatusGlobalDecline
			}
			c.reject(status, reasonOf(status), func(error) {})
		case ActionNone:
		}
	})
}

// unclaimed is how many calls are kept for NextCall where nobody asks for them.
func (p *Phone) unclaimed() int {
	if p.cfg.KeepEvents > 0 {
		return 8 + p.cfg.KeepEvents/16
	}
	return 10000
}

func reasonOf(status int) string {
	switch status {
	case sip.StatusGlobalDecline:
		return "Decline"
	case sip.StatusBusyHere:
		return "Busy Here"
	case sip.StatusTemporarilyUnavailable:
		return "Temporarily Unavailable"
	}
	return "Rejected"
}

// alert sends 180, or 183 with our description and tone.
func (c *Call) alert(early bool) error {
	if c.state != ringing || c.in.answered {
		return errState
	}
	if !early {
		respond(c.in.tx, c.reply(c.in.req, sip.StatusRinging, "Ringing"))
		c.emit(Event{Kind: Ringing})
		return nil
	}
	if !c.described {
		return fmt.Errorf("%w: the caller made no offer", errState)
	}
	res := c.reply(c.in.req, sip.StatusSessionInProgress, "Session Progress")
	withOffer(res, c.local)
	c.in.early = true
	c.connect()
	respond(c.in.tx, res)
	c.emit(Event{Kind: EarlyMedia})
	return nil
}

// pickUp answers.
func (c *Call) pickUp(done func(error)) {
	if c.state != ringing || c.in.answered {
		done(errState)
		return
	}
	res := c.reply(c.in.req, sip.StatusOK, "OK")
	withOffer(res, c.local)
	c.in.answered = true
	c.connect() // before the answer is out: their first packet follows at once
	if err := c.in.tx.Respond(res); err != nil {
		if errors.Is(err, sip.ErrTransactionCanceled) {
			done(errors.New("the caller has just cancelled"))
			return // cancelled is in the inbox
		}
		done(err)
		c.fail(&TransportError{"200", err})
		return
	}
	c.state = talking
	c.emit(Event{Kind: Answered, Status: sip.StatusOK})
	c.repeatUntilAcked(c.in.tx, res, !c.described)
	if c.policy.Talk > 0 {
		c.after(c.policy.Talk, func() {
			if c.state == talking {
				c.bye(nil)
			}
		})
	}
	done(nil)
}

// reject refuses.
func (c *Call) reject(status int, reason string, done func(error)) {
	if c.state != ringing || c.in.answered {
		done(errState)
		return
	}
	c.in.answered = true
	respond(c.in.tx, c.reply(c.in.req, status, reason))
	c.emit(Event{Kind: Rejected, Status: status, Reason: reason, By: Us})
	done(nil)
	c.finish(Us, nil)
}

// cancelled is the caller's CANCEL; sipgo has already answered it and sent 487.
func (c *Call) cancelled(req *sip.Request) {
	if c.state != ringing {
		return // it crossed our answer: the call stands, the caller must end it
	}
	e := Event{Kind: Cancelled, By: Them}
	if req != nil {
		e.Headers = headersOf(req)
		e.Cause = causeOf(e.Headers)
	}
	c.emit(e)
	c.finish(Them, nil)
}

// retransmit repeats a 2xx until its ACK comes (RFC 3261 section 13.3.1.4).
type retransmit struct {
	tx      *sip.ServerTx
	res     *sip.Response
	seq     uint32
	pause   time.Duration
	since   time.Time
	offered bool // the 2xx held an offer; the ACK brings the answer
	timer   *time.Timer
}

func (c *Call) repeatUntilAcked(tx *sip.ServerTx, res *sip.Response, offered bool) {
	r := &retransmit{tx: tx, res: res, seq: res.CSeq().SeqNo, pause: sip.T1, since: time.Now(), offered: offered}
	if c.answer != nil {
		c.answer.timer.Stop()
	}
	c.answer = r
	r.timer = c.after(r.pause, func() { c.repeat(r) })
}

func (c *Call) repeat(r *retransmit) {
	if c.answer != r || c.state != talking {
		return
	}
	if time.Since(r.since) >= 64*sip.T1 {
		c.answer = nil
		err := &TransportError{"200", errors.New("no ACK within 32 s")}
		c.emit(Event{Kind: Failed, Err: err})
		c.bye(err)
		return
	}
	respond(r.tx, r.res)
	r.pause = min(2*r.pause, sip.T2)
	r.timer = c.after(r.pause, func() { c.repeat(r) })
}

// acked takes an ACK.
func (c *Call) acked(ack *sip.Request) {
	r := c.answer
	if r == nil || ack.CSeq().SeqNo != r.seq {
		return
	}
	c.answer = nil
	r.timer.Stop()
	if r.offered {
		if far, err := offer.Parse(ack.Body()); err == nil {
			c.far, c.described, c.offered = far, true, true
			c.connect()
		} else {
			c.emit(Event{Kind: Failed, Err: err})
			c.bye(err)
			return
		}
	}
	if !c.seen[Confirmed] {
		c.emit(Event{Kind: Confirmed})
	}
	if c.later {
		c.bye(nil)
	}
}

// Ring sends 180 on an incoming call, for scripts whose policy does not.
func (c *Call) Ring(ctx context.Context) error {
	return c.order(ctx, "ring", func(done func(error)) { done(c.alert(false)) })
}

// Progress sends 183 with early media on an incoming call.
func (c *Call) Progress(ctx context.Context) error {
	return c.order(ctx, "send early media", func(done func(error)) { done(c.alert(true)) })
}

// Answer picks up an incoming call and returns when the answer is sent.
func (c *Call) Answer(ctx context.Context) error {
	return c.order(ctx, "answer", c.pickUp)
}

// Reject refuses an incoming call with a SIP status from 300 to 699.
func (c *Call) Reject(ctx context.Context, status int) error {
	if status < 300 || status > 699 {
		return fmt.Errorf("reject: status %d is no refusal", status)
	}
	return c.order(ctx, "reject", func(done func(error)) { c.reject(status, reasonOf(status), done) })
}
