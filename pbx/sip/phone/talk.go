package phone

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"sansheng/pbx/sip/offer"
)

// Hangup ends the call as the red key does and returns when the far side has
// confirmed: BYE in a talk, CANCEL before their answer (their 487 is the
// confirmation), 603 before ours. An ended call is no error.
func (c *Call) Hangup(ctx context.Context) error {
	err := c.order(ctx, "hang up", func(done func(error)) {
		switch c.state {
		case calling:
			c.giveUp(done)
		case ringing:
			c.reject(sip.StatusGlobalDecline, "Decline", done)
		case talking:
			c.bying = append(c.bying, done)
			c.bye(nil)
		case leaving:
			c.bying = append(c.bying, done)
		case over:
			done(nil)
		}
	})
	if err != nil && !errors.Is(err, ErrOver) {
		return err
	}
	select {
	case <-c.ended: // a moment from now
		return nil
	case <-ctx.Done():
		return fmt.Errorf("hang up: %w (%s)", context.Cause(ctx), c.Story())
	}
}

// bye ends a talk. err is why, when it is no ordinary end.
func (c *Call) bye(err error) {
	if c.state != talking {
		return
	}
	if c.answer != nil && !c.outgoing && !c.seen[Confirmed] {
		c.later = true // RFC 3261 section 15: not before the ACK
		return
	}
	c.state = leaving
	c.hungUp.Store(true)
	c.stream.Mute(true)
	req := c.d.request(c.phone.wire, sip.BYE, nil)
	c.emit(Event{Kind: ByeSent, By: Us})
	p := c.phone
	p.goWork(func() {
		res, aerr := p.ask(p.life, req, func(again *sip.Request) { again.CSeq().SeqNo++ })
		if aerr == nil && !res.IsSuccess() && res.StatusCode != sip.StatusCallTransactionDoesNotExists {
			aerr = rejected(sip.BYE, res)
		}
		c.post(func() { c.left(err, aerr) })
	})
}

// left ends the call after our BYE was answered, or never will be.
func (c *Call) left(why, answer error) {
	for _, done := range c.bying {
		done(answer)
	}
	c.bying = nil
	if why == nil {
		why = answer
	}
	c.finish(Us, why)
}

// request takes a request within the call.
func (c *Call) request(req *sip.Request, tx *sip.ServerTx, at time.Time) {
	if req.Method == sip.ACK {
		c.acked(req)
		tx.Terminate()
		return
	}
	if c.state == over {
		respond(tx, c.reply(req, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist"))
		return
	}
	switch req.Method {
	case sip.BYE:
		h := headersOf(req)
		respond(tx, c.reply(req, sip.StatusOK, "OK"))
		c.emit(Event{At: at, Kind: ByeReceived, By: Them, Cause: causeOf(h), Headers: h})
		by := Them
		if c.state == leaving {
			by = Us // both at once: ours was first here
		}
		for _, done := range c.bying {
			done(nil)
		}
		c.bying = nil
		if c.state == ringing && !c.in.answered { // BYE for an early dialog
			respond(c.in.tx, c.reply(c.in.req, sip.StatusRequestTerminated, "Request Terminated"))
		}
		c.finish(by, nil)
	case sip.INVITE, sip.UPDATE:
		c.reoffered(req, tx, at)
	case sip.INFO:
		c.info(req, tx, at)
	case sip.NOTIFY:
		c.notified(req, tx, at)
	case sip.OPTIONS, sip.MESSAGE:
		respond(tx, c.reply(req, sip.StatusOK, "OK"))
	case sip.REFER:
		respond(tx, c.reply(req, sip.StatusGlobalDecline, "Decline"))
	default:
		respond(tx, c.reply(req, sip.StatusMethodNotAllowed, "Method Not Allowed"))
	}
}

// reoffered takes a re-INVITE or UPDATE: hold, its end, new media, a session
// refresh, a new connected party (RFC 3261 section 14.2, RFC 3311).
func (c *Call) reoffered(req *sip.Request, tx *sip.ServerTx, at time.Time) {
	isInvite := req.Method == sip.INVITE
	body := req.Body()
	if c.ours != nil && (isInvite || len(body) > 0) {
		respond(tx, c.reply(req, sip.StatusRequestPending, "Request Pending"))
		return
	}
	if isInvite && c.state != talking {
		respond(tx, c.reply(req, sip.StatusRequestPending, "Request Pending"))
		return
	}
	c.d.refresh(req)
	res := c.reply(req, sip.StatusOK, "OK")
	offered := isInvite && len(body) == 0
	switch {
	case len(body) > 0:
		far, err := offer.Parse(body)
		var local offer.Description
		if err == nil {
			local, err = offer.Answer(c.describe(c.local.ID, c.local.Version+1), far)
		}
		if err != nil {
			respond(tx, c.reply(req, sip.StatusNotAcceptableHere, "Not Acceptable Here"))
			return
		}
		c.local, c.far, c.described, c.offered = local, far, true, false
		c.connect()
		withOffer(res, c.local)
	case offered:
		c.local = c.describe(c.local.ID, c.local.Version+1)
		withOffer(res, c.local)
	}
	respond(tx, res)
	if isInvite {
		c.repeatUntilAcked(tx, res, offered)
	}
	e := Event{At: at, Kind: Updated, Headers: headersOf(req)}
	if held := c.described && c.far.Held(); held != c.farHeld {
		c.farHeld = held
		e.Kind = Resumed
		if held {
			e.Kind = Held
		}
	}
	c.emit(e)
}

// renegotiation is our re-INVITE under way.
type renegotiation struct {
	seq    uint32
	req    *sip.Request
	want   offer.Direction
	before offer.Direction
	kind   Kind
	done   func(error)
	tries  int
	auths  int
}

// Hold puts the far side on hold and returns when it has agreed.
func (c *Call) Hold(ctx context.Context) error {
	return c.order(ctx, "hold", func(done func(error)) { c.renegotiate(offer.SendOnly, HoldSent, done) })
}

// Resume ends Hold.
func (c *Call) Resume(ctx context.Context) error {
	return c.order(ctx, "resume", func(done func(error)) { c.renegotiate(offer.SendRecv, ResumeSent, done) })
}

func (c *Call) renegotiate(want offer.Direction, kind Kind, done func(error)) {
	if c.state != talking || c.ours != nil || c.answer != nil && !c.seen[Confirmed] {
		done(errState)
		return
	}
	r := &renegotiation{want: want, before: c.want, kind: kind, done: done}
	c.ours, c.want = r, want
	r.send(c)
}

func (r *renegotiation) send(c *Call) {
	c.local = c.describe(c.local.ID, c.local.Version+1)
	r.req = c.d.request(c.phone.wire, sip.INVITE, c.phone.wire.contact(c.phone.cfg.Number))
	withOffer(r.req, c.local)
	r.seq = r.req.CSeq().SeqNo
	if err := c.sendInvite(r.req); err != nil {
		r.end(c, err)
	}
}

// end finishes the re-INVITE; a refused one leaves things as they were.
func (r *renegotiation) end(c *Call, err error) {
	c.ours = nil
	if err != nil {
		c.want = r.before
		c.local.Direction = r.before
		c.connect()
	} else {
		c.emit(Event{Kind: r.kind})
	}
	r.done(err)
}

func (r *renegotiation) answered(c *Call, res *sip.Response) {
	switch {
	case res.IsProvisional():
	case res.IsSuccess():
		c.d.establish(res)
		ack := c.d.request(c.phone.wire, sip.ACK, nil)
		ack.CSeq().SeqNo = r.seq
		c.out.acks[r.seq] = ack
		c.write(ack)
		far, err := offer.Parse(res.Body())
		if err != nil {
			r.end(c, err)
			return
		}
		c.far, c.described, c.offered = far, true, true
		c.connect()
		if r.want == offer.SendOnly {
			c.stream.Silence(true) // a held party hears the switch's music, not us
		} else {
			c.stream.Silence(false)
		}
		r.end(c, nil)
	case challenges(res) && r.auths == 0 && c.phone.cfg.Password != "":
		r.auths++
		req := r.req.Clone()
		c.d.seq++
		r.seq, req.CSeq().SeqNo = c.d.seq, c.d.seq
		req.ReplaceHeader(c.phone.wire.via())
		r.req = req
		err := c.phone.authorize(req, res)
		if err == nil {
			err = c.sendInvite(req)
		}
		if err != nil {
			r.end(c, err)
		}
	case res.StatusCode == sip.StatusRequestPending && r.tries < 2:
		// Both at once (RFC 3261 section 14.1): who called waits longer.
		r.tries++
		r.seq = 0
		wait := time.Duration(rand.IntN(200)) * 10 * time.Millisecond
		if c.outgoing {
			wait = 2100*time.Millisecond + time.Duration(rand.IntN(190))*10*time.Millisecond
		}
		c.ours = nil // theirs may come meanwhile
		c.after(wait, func() {
			if c.state != talking || c.ours != nil {
				r.done(errState)
				return
			}
			c.ours = r
			r.send(c)
		})
	default:
		r.end(c, rejected(sip.INVITE, res))
		if res.StatusCode == sip.StatusCallTransactionDoesNotExists || res.StatusCode == sip.StatusRequestTimeout {
			c.finish(Them, rejected(sip.INVITE, res))
		}
	}
}

// notified takes a NOTIFY; of those about our REFER the body is a status line
// (RFC 3515 section 2.4.5).
func (c *Call) notified(req *sip.Request, tx *sip.ServerTx, at time.Time) {
	respond(tx, c.reply(req, sip.StatusOK, "OK"))
	h := headersOf(req)
	if event, _, _ := strings.Cut(h.Get("Event"), ";"); !strings.EqualFold(strings.TrimSpace(event), "refer") {
		return
	}
	line, _, _ := strings.Cut(string(req.Body()), "\n")
	fields := strings.SplitN(strings.TrimSpace(line), " ", 3)
	if len(fields) < 2 {
		return
	}
	status, err := strconv.Atoi(fields[1])
	if err != nil || status < 100 || status > 699 {
		return
	}
	e := Event{At: at, Kind: TransferProgress, Status: status, Headers: h}
	if len(fields) == 3 {
		e.Reason = fields[2]
	}
	c.emit(e)
	if status >= 200 && status < 300 && c.state == talking {
		c.bye(nil) // the transfer stands: our part is over, as every telephone does
	}
}
