package phone

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"

	"sansheng/pbx"
)

// Header is one header field of a SIP message, verbatim.
type Header struct{ Name, Value string }

// Headers are header fields in the order of the message.
type Headers []Header

// Get is the value of the first field of that name, in any case, or "".
func (h Headers) Get(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// Escape makes any bytes a valid user part of a SIP address (RFC 3261 section
// 25.1): what the grammar does not allow there is percent-encoded, as a careful
// network does with an odd caller id. Without it switches drop the message.
func Escape(user string) string {
	var b strings.Builder
	for i := range len(user) {
		c := user[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.!~*'()&=+$,;?/", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	return b.String()
}

func headersOf(msg interface{ Headers() []sip.Header }) Headers {
	fields := msg.Headers()
	out := make(Headers, 0, len(fields))
	for _, f := range fields {
		out = append(out, Header{f.Name(), f.Value()})
	}
	return out
}

// causeOf reads Q.850's cause from Reason header fields (RFC 3326 section 2).
func causeOf(h Headers) pbx.Cause {
	for _, f := range h {
		if !strings.EqualFold(f.Name, "Reason") {
			continue
		}
		for one := range strings.SplitSeq(f.Value, ",") {
			params := strings.Split(one, ";")
			if !strings.EqualFold(strings.TrimSpace(params[0]), "Q.850") {
				continue
			}
			for _, p := range params[1:] {
				if k, v, _ := strings.Cut(strings.TrimSpace(p), "="); strings.EqualFold(k, "cause") {
					if n, err := strconv.ParseUint(strings.TrimSpace(v), 10, 7); err == nil {
						return pbx.Cause(n)
					}
				}
			}
		}
	}
	return pbx.CauseNone
}
