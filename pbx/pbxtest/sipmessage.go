package pbxtest

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// SIPMessage is a SIP message as it stood on the wire, header by header.
type SIPMessage struct {
	Start   string
	Headers [][2]string
	Body    string
}

// ParseSIP reads one datagram; false if it is not a SIP message.
func ParseSIP(b []byte) (*SIPMessage, bool) {
	head, body, ok := bytes.Cut(b, []byte("\r\n\r\n"))
	if !ok {
		return nil, false
	}
	lines := strings.Split(string(head), "\r\n")
	m := &SIPMessage{Start: lines[0], Body: string(body)}
	for _, l := range lines[1:] {
		if name, value, ok := strings.Cut(l, ":"); ok {
			m.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
	return m, true
}

// Add appends a header.
func (m *SIPMessage) Add(name, value string) { m.Headers = append(m.Headers, [2]string{name, value}) }

// Get is the first header of that name, or empty.
func (m *SIPMessage) Get(name string) string {
	for _, h := range m.Headers {
		if strings.EqualFold(h[0], name) {
			return h[1]
		}
	}
	return ""
}

// Status is the response's status, 0 for a request.
func (m *SIPMessage) Status() int {
	rest, ok := strings.CutPrefix(m.Start, "SIP/2.0 ")
	if !ok || len(rest) < 3 {
		return 0
	}
	n, _ := strconv.Atoi(rest[:3])
	return n
}

// Method is the request's method, empty for a response.
func (m *SIPMessage) Method() string {
	if m.Status() != 0 {
		return ""
	}
	method, _, _ := strings.Cut(m.Start, " ")
	return method
}

// Bytes is the message as it goes on the wire.
func (m *SIPMessage) Bytes() []byte {
	var b bytes.Buffer
	b.WriteString(m.Start + "\r\n")
	for _, h := range m.Headers {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	if m.Body != "" && m.Get("Content-Type") == "" {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(m.Body), m.Body)
	return b.Bytes()
}

// reply makes a response with the request's dialogue headers.
func (m *SIPMessage) reply(status int, reason, tag string) *SIPMessage {
	r := &SIPMessage{Start: fmt.Sprintf("SIP/2.0 %d %s", status, reason)}
	for _, h := range m.Headers {
		switch strings.ToLower(h[0]) {
		case "via", "from", "call-id", "cseq", "record-route":
			r.Add(h[0], h[1])
		case "to":
			to := h[1]
			if !strings.Contains(to, "tag=") && tag != "" {
				to += ";tag=" + tag
			}
			r.Add(h[0], to)
		}
	}
	return r
}

func uriOf(header string) string {
	_, rest, ok := strings.Cut(header, "<")
	if !ok {
		return ""
	}
	uri, _, _ := strings.Cut(rest, ">")
	return uri
}
