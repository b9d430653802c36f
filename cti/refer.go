package cti

import "sansheng/pbx"

// refer carries out what a phone asks for by its own transfer key (REFER, RFC 3515), where
// its site lets it: a transfer that is not announced. Its second line, to announce one
// with, it does not have: an agent's phone dials codes only.
func (h *Hotline) refer(e pbx.TransferAsked) {
	at, l := e.Time(), h.legs[e.Channel]
	done := l != nil && l.role == RoleAgent && e.To != "" &&
		h.accept(at, Order{Agent: l.agent, By: string(l.agent), Verb: OrderBlind, To: e.To, Reason: "the phone's transfer key"}) == nil
	h.do(pbx.TransferTold{Channel: e.Channel, Done: done})
}
