package phone

import (
	"github.com/emiago/sipgo/sip"

	"sansheng/pbx/sip/offer"
)

// dialog is what both ends of a call know of each other (RFC 3261 section 12).
type dialog struct {
	callID string
	local  sip.FromHeader // our address with our tag
	remote sip.ToHeader   // theirs, with their tag once known
	seq    uint32         // of our last request
	target sip.Uri        // their Contact
	routes []sip.Header   // Route fields, ours first
	peer   string         // host:port their messages come from
}

// allowed are the methods a phone answers.
const allowed = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY, UPDATE, MESSAGE"

// request makes our next request in the dialog. ACK takes the number of the
// INVITE it belongs to and is numbered by the caller.
func (d *dialog) request(w *wire, method sip.RequestMethod, contact *sip.ContactHeader) *sip.Request {
	if method != sip.ACK {
		d.seq++
	}
	req := sip.NewRequest(method, d.target)
	req.AppendHeader(w.via())
	for _, r := range d.routes {
		req.AppendHeader(sip.HeaderClone(r))
	}
	req.AppendHeader(sip.HeaderClone(&d.local))
	req.AppendHeader(sip.HeaderClone(&d.remote))
	id := sip.CallIDHeader(d.callID)
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: d.seq, MethodName: method})
	hops := sip.MaxForwardsHeader(70)
	req.AppendHeader(&hops)
	if method != sip.ACK && method != sip.BYE {
		req.AppendHeader(contact)
		req.AppendHeader(sip.NewHeader("Allow", allowed))
	}
	req.AppendHeader(sip.NewHeader("User-Agent", userAgent))
	req.SetBody(nil)
	// Behind a proxy the route decides; else the address their messages come
	// from, which is right also where a Contact names an unresolvable host.
	dest := d.peer
	if r := req.Route(); r != nil {
		dest = ""
	}
	w.route(req, dest)
	return req
}

// establish takes what an answer to our INVITE says of the far end.
func (d *dialog) establish(res *sip.Response) {
	if tag, ok := res.To().Params.Get("tag"); ok {
		d.remote.Params.Remove("tag")
		d.remote.Params.Add("tag", tag)
	}
	if c := res.Contact(); c != nil && !c.Address.Wildcard {
		d.target = *c.Address.Clone()
	}
	if src := res.Source(); src != "" {
		d.peer = src
	}
	d.routes = nil
	for _, h := range res.GetHeaders("Record-Route") {
		if r, ok := h.(*sip.RecordRouteHeader); ok {
			d.routes = append([]sip.Header{&sip.RouteHeader{Address: *r.Address.Clone()}}, d.routes...)
		}
	}
}

// accept takes what an INVITE to us says of the far end.
func (d *dialog) accept(req *sip.Request) {
	d.callID = string(*req.CallID())
	d.local = sip.FromHeader{DisplayName: req.To().DisplayName, Address: *req.To().Address.Clone(), Params: req.To().Params.Clone()}
	d.remote = sip.ToHeader{DisplayName: req.From().DisplayName, Address: *req.From().Address.Clone(), Params: req.From().Params.Clone()}
	d.target = req.From().Address
	d.refresh(req)
	for _, h := range req.GetHeaders("Record-Route") {
		if r, ok := h.(*sip.RecordRouteHeader); ok {
			d.routes = append(d.routes, &sip.RouteHeader{Address: *r.Address.Clone()})
		}
	}
}

// refresh takes a request's Contact as their new address (RFC 3261 section 12.2).
func (d *dialog) refresh(req *sip.Request) {
	if c := req.Contact(); c != nil && !c.Address.Wildcard {
		d.target = *c.Address.Clone()
	}
	if src := req.Source(); src != "" {
		d.peer = src
	}
}

// withOffer gives a request a description as its body.
func withOffer(req interface {
	AppendHeader(sip.Header)
	SetBody([]byte)
}, d offer.Description) {
	ct := sip.ContentTypeHeader("application/sdp")
	req.AppendHeader(&ct)
	req.SetBody(d.Bytes())
}
