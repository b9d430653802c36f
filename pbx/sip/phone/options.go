package phone

import (
	"context"
	"fmt"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/google/uuid"
)

// Reply is the final answer to a request outside a call.
type Reply struct {
	Status  int
	Reason  string
	Headers Headers
	// Took is the time from request to answer.
	Took time.Duration
}

// outside begins a request outside a call.
func (p *Phone) outside(method sip.RequestMethod, to sip.Uri) *sip.Request {
	d := dialog{callID: uuid.NewString(), local: sip.FromHeader{DisplayName: p.cfg.DisplayName,
		Address: sip.Uri{Scheme: "sip", User: p.cfg.Number, Host: p.wire.local.Addr().String()}},
		remote: sip.ToHeader{Address: to}, target: to, peer: p.next(to)}
	d.local.Params.Add("tag", sip.GenerateTagN(12))
	return d.request(p.wire, method, p.wire.contact(p.cfg.Number))
}

// Options asks target, a number at the server or a sip: address, for a sign of
// life (RFC 3261 section 11). Any final answer, a refusal too, is one; the error
// says that none came.
func (p *Phone) Options(ctx context.Context, target string) (Reply, error) {
	to, err := p.uri(target)
	if err != nil {
		return Reply{}, fmt.Errorf("ask %s: %w", target, err)
	}
	req := p.outside(sip.OPTIONS, to)
	req.AppendHeader(sip.NewHeader("Accept", "application/sdp"))
	start := time.Now()
	res, err := p.ask(ctx, req, func(again *sip.Request) { again.CSeq().SeqNo++ })
	if err != nil {
		return Reply{}, fmt.Errorf("ask %s: %w", target, err)
	}
	return Reply{Status: res.StatusCode, Reason: res.Reason, Headers: headersOf(res), Took: time.Since(start)}, nil
}
