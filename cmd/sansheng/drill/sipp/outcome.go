package sipp

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Side says who ended a call.
type Side string

// The sides.
const (
	// Caller: our BYE or CANCEL.
	Caller Side = "caller"
	// Switch: the switch's BYE, or its refusal.
	Switch Side = "switch"
)

// Outcome is the outside's truth about one call. Times are this machine's clock,
// to the microsecond, when sipp sent or received the message; the zero time is
// what has not happened.
type Outcome struct {
	From, To string
	CallID   string

	InvitedAt time.Time
	// TryingAt is the first sign that the switch has the INVITE: 100 or more.
	TryingAt time.Time
	// RingingAt is the first 180, AnsweredAt the first 200 to the INVITE.
	RingingAt, AnsweredAt time.Time
	// EndedAt is the first of: our BYE or CANCEL sent, the switch's BYE or refusal
	// received.
	EndedAt time.Time
	EndedBy Side
	// ConfirmedAt is when the end was agreed by both sides.
	ConfirmedAt time.Time
	// Status is the INVITE's last status: 100, 180, 183, 200, 487, …
	Status int
	// Retransmissions counts our requests sent again: each is half a second or
	// more in which the switch did not answer.
	Retransmissions int
	// GaveUp: sipp ended without an end of this call, because nothing came back
	// or because it was killed.
	GaveUp bool
}

// Placed tells whether the INVITE is out.
func (o Outcome) Placed() bool { return !o.InvitedAt.IsZero() }

// Answered tells whether the call was answered.
func (o Outcome) Answered() bool { return !o.AnsweredAt.IsZero() }

// Ended tells whether the call is over.
func (o Outcome) Ended() bool { return !o.EndedAt.IsZero() || o.GaveUp }

// Up tells whether the call is answered and not over.
func (o Outcome) Up() bool { return o.Answered() && !o.Ended() }

// message is one line of sipp's short message log.
type message struct {
	at     time.Time
	sent   bool
	callID string
	method string // of the CSeq
	// status is 0 in a request.
	status int
}

// parseMessage reads a line: date, time, seconds since 1970, S or R, Call-ID,
// CSeq, first line of the message, separated by tabs.
func parseMessage(line string) (message, error) {
	f := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
	if len(f) < 7 {
		return message{}, fmt.Errorf("read sipp's log: line %q: want 7 fields", line)
	}
	seconds, micros, ok := strings.Cut(f[2], ".")
	s, err := strconv.ParseInt(seconds, 10, 64)
	us, err2 := strconv.ParseInt(micros, 10, 64)
	if !ok || err != nil || err2 != nil || len(micros) != 6 {
		return message{}, fmt.Errorf("read sipp's log: time %q: want seconds.microseconds", f[2])
	}
	m := message{at: time.Unix(s, us*1000), sent: f[3] == "S", callID: f[4]}
	_, m.method, _ = strings.Cut(strings.TrimPrefix(f[5], "CSeq:"), " ")
	m.method = strings.TrimSpace(m.method)
	if rest, ok := strings.CutPrefix(f[6], "SIP/2.0 "); ok {
		code, _, _ := strings.Cut(rest, " ")
		if m.status, err = strconv.Atoi(code); err != nil {
			return message{}, fmt.Errorf("read sipp's log: status line %q", f[6])
		}
	}
	return m, nil
}

// requests counts what was sent, to know what was sent again.
type requests struct{ invite, bye, cancel int }

func first(t *time.Time, at time.Time) {
	if t.IsZero() {
		*t = at
	}
}

// apply takes one message into account.
func (o *Outcome) apply(m message, sent *requests) {
	switch {
	case m.sent && m.status == 0:
		o.request(m, sent)
	case m.sent && m.method == "BYE": // our 200 to their BYE
		first(&o.ConfirmedAt, m.at)
	case m.sent:
	case m.status == 0 && m.method == "BYE":
		o.ended(m.at, Switch)
	case m.status == 0:
	case m.method == "INVITE":
		o.response(m)
	case m.method == "BYE" && m.status >= 200:
		first(&o.ConfirmedAt, m.at)
	}
}

// request is one of ours.
func (o *Outcome) request(m message, sent *requests) {
	var n *int
	switch m.method {
	case "INVITE":
		n = &sent.invite
		first(&o.InvitedAt, m.at)
	case "BYE":
		n = &sent.bye
		o.ended(m.at, Caller)
	case "CANCEL":
		n = &sent.cancel
		o.ended(m.at, Caller)
	default:
		return
	}
	if *n++; *n > 1 {
		o.Retransmissions++
	}
}

// response is one to our INVITE.
func (o *Outcome) response(m message) {
	first(&o.TryingAt, m.at)
	if m.status > o.Status {
		o.Status = m.status
	}
	switch {
	case m.status == 180:
		first(&o.RingingAt, m.at)
	case m.status >= 200 && m.status < 300:
		first(&o.AnsweredAt, m.at)
	case m.status >= 300:
		o.ended(m.at, Switch)
		first(&o.ConfirmedAt, m.at)
	}
}

func (o *Outcome) ended(at time.Time, by Side) {
	if o.EndedAt.IsZero() {
		o.EndedAt, o.EndedBy = at, by
	}
}
