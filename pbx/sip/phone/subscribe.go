package phone

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Subscribe asks for news of target, a number at the server or a sip: address, as a key
// with a lamp does (RFC 6665): event is dialog or presence, accept the type of body that
// is wanted. Each piece of news is an event Notified, the first of them at once. The
// subscription ends by itself after so long, in whole seconds; it is not renewed. A
// refusal is a *RejectedError.
func (p *Phone) Subscribe(ctx context.Context, target, event, accept string, lifetime time.Duration) error {
	to, err := p.uri(target)
	if err != nil {
		return fmt.Errorf("subscribe to %s: %w", target, err)
	}
	req := p.outside(sip.SUBSCRIBE, to)
	req.AppendHeader(sip.NewHeader("Event", event))
	req.AppendHeader(sip.NewHeader("Accept", accept))
	req.AppendHeader(sip.NewHeader("Expires", strconv.Itoa(int(lifetime/time.Second))))
	res, err := p.ask(ctx, req, func(again *sip.Request) { again.CSeq().SeqNo++ })
	if err == nil && !res.IsSuccess() {
		err = rejected(sip.SUBSCRIBE, res)
	}
	if err != nil {
		return fmt.Errorf("subscribe to %s: %w", target, err)
	}
	return nil
}
