package phone

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"sansheng/pbx/sip/media"
)

// DigitMethod is how key presses travel.
type DigitMethod string

// The two ways. In-band tones are not one of them.
const (
	// RFC4733: telephone-events in the RTP stream.
	RFC4733 DigitMethod = "rtp"
	// INFO: a SIP INFO request per key with an application/dtmf-relay body.
	INFO DigitMethod = "info"
)

// infoDuration is the length of a press sent by INFO, in ms.
const infoDuration = 100

// Press sends keys one after the other and returns when the last is out; with
// INFO also when the far side has taken each.
func (c *Call) Press(ctx context.Context, digits string, method DigitMethod) error {
	if err := media.CheckDigits(digits); err != nil {
		return err
	}
	switch method {
	case RFC4733:
		sent, err := c.stream.Press(digits)
		if err != nil {
			return err
		}
		select {
		case out := <-sent:
			if !out {
				return fmt.Errorf("press %s: %w (%s)", digits, ErrOver, c.Story())
			}
		case <-ctx.Done():
			return fmt.Errorf("press %s: %w", digits, context.Cause(ctx))
		}
	case INFO:
		for _, key := range digits {
			body := fmt.Sprintf("Signal=%c\r\nDuration=%d\r\n", key, infoDuration)
			if err := c.exchange(ctx, sip.INFO, func(req *sip.Request) {
				ct := sip.ContentTypeHeader("application/dtmf-relay")
				req.AppendHeader(&ct)
				req.SetBody([]byte(body))
			}); err != nil {
				return fmt.Errorf("press %c: %w", key, err)
			}
		}
	default:
		return fmt.Errorf("press %s: method %q is neither rtp nor info", digits, method)
	}
	err := c.order(ctx, "press", func(done func(error)) {
		c.emit(Event{Kind: DigitsSent, Digit: digits, Via: method, By: Us})
		done(nil)
	})
	if errors.Is(err, ErrOver) {
		return nil // hung up at the last key: it got there
	}
	return err
}

// exchange sends a request within the call and waits for its success.
func (c *Call) exchange(ctx context.Context, method sip.RequestMethod, fill func(*sip.Request)) error {
	var req *sip.Request
	if err := c.order(ctx, "send "+method.String(), func(done func(error)) {
		if c.state != talking {
			done(errState)
			return
		}
		req = c.d.request(c.phone.wire, method, c.phone.wire.contact(c.phone.cfg.Number))
		fill(req)
		done(nil)
	}); err != nil {
		return err
	}
	var lost error
	res, err := c.phone.ask(ctx, req, func(again *sip.Request) {
		lost = c.order(ctx, "send "+method.String(), func(done func(error)) {
			c.d.seq++
			again.CSeq().SeqNo = c.d.seq
			done(nil)
		})
	})
	switch {
	case lost != nil:
		return lost
	case err != nil:
		return err
	case !res.IsSuccess():
		return rejected(method, res)
	}
	return nil
}

// info takes an INFO request: a key press or something else, both are fine.
func (c *Call) info(req *sip.Request, tx *sip.ServerTx, at time.Time) {
	kind := ""
	if ct := req.ContentType(); ct != nil {
		kind = ct.Value()
	}
	key, duration, ok := parseInfo(kind, string(req.Body()))
	respond(tx, c.reply(req, sip.StatusOK, "OK"))
	if ok {
		c.emit(Event{At: at, Kind: Digit, Digit: key, Duration: duration, Via: INFO})
	}
}

// parseInfo reads the two bodies in use: "Signal=5\r\nDuration=160\r\n" as
// application/dtmf-relay and the bare key as application/dtmf.
func parseInfo(contentType, body string) (key string, duration time.Duration, ok bool) {
	contentType, _, _ = strings.Cut(strings.ToLower(contentType), ";")
	switch strings.TrimSpace(contentType) {
	case "application/dtmf":
		key = strings.TrimSpace(body)
	case "application/dtmf-relay":
		for line := range strings.Lines(body) {
			name, value, _ := strings.Cut(line, "=")
			switch value = strings.TrimSpace(value); strings.ToLower(strings.TrimSpace(name)) {
			case "signal":
				key = value
			case "duration":
				if ms, err := strconv.ParseUint(value, 10, 16); err == nil {
					duration = time.Duration(ms) * time.Millisecond
				}
			}
		}
	}
	// Some write the codes of RFC 4733 for the last two keys of a telephone.
	switch key {
	case "10":
		key = "*"
	case "11":
		key = "#"
	}
	return key, duration, len(key) == 1 && media.CheckDigits(key) == nil
}

// Transfer sends the far side to target (blind, RFC 3515) and returns when it
// has agreed to try; TransferProgress tells of the new call. Once that is answered
// we hang up; if it fails the call is as before.
func (c *Call) Transfer(ctx context.Context, target string) error {
	to, err := c.phone.uri(target)
	if err != nil {
		return fmt.Errorf("transfer: %w", err)
	}
	return c.refer(ctx, "<"+to.String()+">")
}

// TransferTo connects the far sides of two calls of the phone with each other
// (announced, RFC 3891) and returns when this call's far side has agreed to try.
func (c *Call) TransferTo(ctx context.Context, other *Call) error {
	var refer string
	if err := other.order(ctx, "transfer", func(done func(error)) {
		if other.state != talking {
			done(errState)
			return
		}
		theirs, _ := other.d.remote.Params.Get("tag")
		to := other.d.remote.Address
		to.UriParams, to.Headers = nil, nil
		refer = fmt.Sprintf("<%s?Replaces=%s>", to.String(),
			url.QueryEscape(fmt.Sprintf("%s;to-tag=%s;from-tag=%s", other.id, theirs, other.tag)))
		done(nil)
	}); err != nil {
		return err
	}
	return c.refer(ctx, refer)
}

func (c *Call) refer(ctx context.Context, to string) error {
	err := c.exchange(ctx, sip.REFER, func(req *sip.Request) {
		req.AppendHeader(sip.NewHeader("Refer-To", to))
		from := c.d.local.Address
		req.AppendHeader(sip.NewHeader("Referred-By", "<"+from.String()+">"))
	})
	if err != nil {
		return fmt.Errorf("transfer: %w", err)
	}
	return c.order(ctx, "transfer", func(done func(error)) {
		c.emit(Event{Kind: Transferring, By: Us})
		done(nil)
	})
}
