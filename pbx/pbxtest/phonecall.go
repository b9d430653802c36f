package pbxtest

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// PhoneCall is one call of a Phone, made or received.
type PhoneCall struct {
	// ID is the Call-ID.
	ID string
	// Invite is what rang the phone; nil for a call the phone made.
	Invite *SIPMessage

	phone  *Phone
	invite *SIPMessage
	tag    string

	mu            sync.Mutex
	target        string
	local, remote string

	messageC chan *SIPMessage // written by the phone's reader, read by Wait
}

// Ring says 180.
func (c *PhoneCall) Ring() { c.phone.send(c.invite.reply(180, "Ringing", c.tag)) }

// Respond says any status, 486 for example.
func (c *PhoneCall) Respond(status int, reason string) {
	c.phone.send(c.invite.reply(status, reason, c.tag))
}

// Answer says 200.
func (c *PhoneCall) Answer() {
	m := c.invite.reply(200, "OK", c.tag)
	m.Add("Contact", fmt.Sprintf("<sip:%s@%s>", c.phone.User, c.phone.Addr()))
	m.Body = c.phone.sdp("sendrecv")
	c.phone.send(m)
}

// Bye ends an answered call.
func (c *PhoneCall) Bye() { c.within("BYE", "") }

// Press sends one digit as INFO.
func (c *PhoneCall) Press(digit string, ms int) {
	c.within("INFO", fmt.Sprintf("Signal=%s\r\nDuration=%d\r\n", digit, ms))
}

// Hold re-invites with sendonly, Unhold with sendrecv.
func (c *PhoneCall) Hold() { c.within("INVITE", c.phone.sdp("sendonly")) }

// Unhold ends Hold.
func (c *PhoneCall) Unhold() { c.within("INVITE", c.phone.sdp("sendrecv")) }

// Cancel gives up a call that was not answered yet.
func (c *PhoneCall) Cancel() {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := &SIPMessage{Start: strings.Replace(c.invite.Start, "INVITE", "CANCEL", 1)}
	for _, name := range []string{"Via", "From", "To", "Call-ID"} {
		m.Add(name, c.invite.Get(name))
	}
	m.Add("CSeq", strings.Replace(c.invite.Get("CSeq"), "INVITE", "CANCEL", 1))
	m.Add("Max-Forwards", "70")
	c.phone.send(m)
}

// Wait returns the next message of this call whose status or method is one of
// those wanted; "200", "BYE" and "CANCEL" for example. Others are passed over.
func (c *PhoneCall) Wait(ctx context.Context, wanted ...string) (*SIPMessage, error) {
	for {
		select {
		case m := <-c.messageC:
			name := m.Method()
			if m.Status() != 0 {
				name = strconv.Itoa(m.Status())
			}
			for _, w := range wanted {
				if w == name {
					return m, nil
				}
			}
		case <-ctx.Done():
			return nil, fmt.Errorf("phone %s: wait for %v: %w", c.phone.User, wanted, ctx.Err())
		}
	}
}

func (c *PhoneCall) within(method, body string) {
	c.mu.Lock()
	m := c.phone.build(c, method, c.phone.cseq.Add(1))
	c.mu.Unlock()
	m.Add("Contact", fmt.Sprintf("<sip:%s@%s>", c.phone.User, c.phone.Addr()))
	if method == "INFO" {
		m.Add("Content-Type", "application/dtmf-relay")
	}
	m.Body = body
	c.phone.send(m)
}

func (c *PhoneCall) receive(m *SIPMessage) {
	switch {
	case m.Status() >= 200 && strings.HasSuffix(m.Get("CSeq"), "INVITE"):
		c.acknowledge(m)
	case m.Method() == "BYE" || m.Method() == "INFO" || m.Method() == "OPTIONS" || m.Method() == "NOTIFY":
		c.phone.send(m.reply(200, "OK", c.tag))
	case m.Method() == "CANCEL":
		c.phone.send(m.reply(200, "OK", c.tag))
		c.phone.send(c.invite.reply(487, "Request Terminated", c.tag))
	case m.Method() == "INVITE" && strings.Contains(m.Get("To"), "tag="):
		r := m.reply(200, "OK", c.tag)
		r.Add("Contact", fmt.Sprintf("<sip:%s@%s>", c.phone.User, c.phone.Addr()))
		r.Body = c.phone.sdp("sendrecv")
		c.phone.send(r)
	case m.Method() == "INVITE":
		return // a repetition of what already rings
	}
	select {
	case c.messageC <- m:
	default: // nobody waits and the call is chatty: what a test did not ask for may go
	}
}

func (c *PhoneCall) acknowledge(m *SIPMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ack := &SIPMessage{Start: "ACK " + c.target + " SIP/2.0"}
	if m.Status() < 300 {
		c.remote = m.Get("To")
		if u := uriOf(m.Get("Contact")); u != "" {
			c.target = u
		}
		ack.Start = "ACK " + c.target + " SIP/2.0"
		ack.Add("Via", fmt.Sprintf("SIP/2.0/UDP %s;branch=z9hG4bK%s;rport", c.phone.Addr(), c.phone.tag()))
	} else {
		ack.Add("Via", m.Get("Via"))
	}
	ack.Add("From", m.Get("From"))
	ack.Add("To", m.Get("To"))
	ack.Add("Call-ID", c.ID)
	ack.Add("CSeq", strings.Replace(m.Get("CSeq"), "INVITE", "ACK", 1))
	ack.Add("Max-Forwards", "70")
	c.phone.send(ack)
}
