package phone

import "time"

// Alert is what an incoming call gets before its final answer.
type Alert int

// Alerts.
const (
	// AlertRing sends 180 at once.
	AlertRing Alert = iota
	// AlertNone sends nothing after 100, as some gateways do.
	AlertNone
	// AlertEarlyMedia sends 183 with a description and our tone.
	AlertEarlyMedia
)

// Action is what an incoming call gets in the end.
type Action int

// Actions.
const (
	// ActionNone leaves it to the script: Answer, Reject, or nobody.
	ActionNone Action = iota
	ActionAnswer
	ActionReject
)

// Policy is how a phone treats an incoming call. The zero value rings and does
// nothing more: a phone nobody picks up, or one that a script answers.
type Policy struct {
	Alert Alert
	// After is the time from the INVITE to Then.
	After time.Duration
	Then  Action
	// Auto answers at once where the INVITE asks for it, as desk phones can.
	Auto bool
	// Status is the SIP answer of ActionReject, 603 if 0.
	Status int
	// Talk bounds the talk: we hang up that long after our answer. 0 talks until
	// the far side hangs up.
	Talk time.Duration
}

// AnswerAfter rings for d, then answers.
func AnswerAfter(d time.Duration) Policy { return Policy{After: d, Then: ActionAnswer} }

// RejectAfter rings for d, then refuses with a SIP status (4xx to 6xx).
func RejectAfter(d time.Duration, status int) Policy {
	p := Policy{After: d, Then: ActionReject, Status: status}
	if d == 0 {
		p.Alert = AlertNone
	}
	return p
}

// Decline refuses at once with 603, as the red key does.
func Decline() Policy { return RejectAfter(0, 603) }

// Busy refuses at once with 486.
func Busy() Policy { return RejectAfter(0, 486) }

// Unavailable refuses at once with 480, as do-not-disturb does.
func Unavailable() Policy { return RejectAfter(0, 480) }

// NoAnswer rings for ever.
func NoAnswer() Policy { return Policy{} }
