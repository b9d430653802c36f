package callback

import "time"

// Reason is why an attempt reached nobody (requirement F4).
type Reason string

// Reasons of attempts.
const (
	Busy         Reason = "busy"
	NoSuchNumber Reason = "no_such_number"
	NoAnswer     Reason = "no_answer"
	Unreachable  Reason = "unreachable"
	// CallReminder: the network has said that it will tell him of the call (来电提醒). Only
	// the agent hears that.
	CallReminder Reason = "call_reminder"
)

// Reasons are all of them, in the order in which they are shown.
func Reasons() []Reason {
	return []Reason{Busy, NoSuchNumber, NoAnswer, Unreachable, CallReminder}
}

// Line is what the line says came of a number that was dialled: the hotline's
// cti.DialResult, which it makes of the SIP status and the Q.850 cause.
type Line string

// What lines say.
const (
	LineReached     Line = "reached"
	LineBusy        Line = "busy"
	LineUnknown     Line = "no_such_number"
	LineNoAnswer    Line = "no_answer"
	LineUnreachable Line = "unreachable"
	LineRefused     Line = "refused"
	// LineFailed: the line's fault, not the number's.
	LineFailed Line = "failed"
	// LineGivenUp: the agent hung up before anybody answered.
	LineGivenUp Line = "given_up"
	// LineNotBegun: the number was not dialled.
	LineNotBegun Line = "not_begun"
)

// lines are all of them, with the reason that each suggests to the agent; empty where it
// is his to say.
var lines = map[Line]Reason{
	LineReached: "", LineBusy: Busy, LineUnknown: NoSuchNumber, LineNoAnswer: NoAnswer, LineUnreachable: Unreachable,
	// He was there, and is not to be told from one who did not want to answer.
	LineRefused: NoAnswer,
	LineFailed:  "", LineGivenUp: "", LineNotBegun: "",
}

// Suggests is the reason that the line gives; empty where only the agent knows it, or
// where the attempt counts for nothing.
func (l Line) Suggests() Reason { return lines[l] }

// void tells whether nobody was called, whatever the agent says.
func (l Line) void() bool { return l == LineFailed || l == LineNotBegun }

// Attempt is a call that was made to keep a callback.
type Attempt struct {
	Call   string    `json:"call"`
	Agent  string    `json:"agent"`
	Number string    `json:"number"`
	At     time.Time `json:"at"`
	// Line is what the line said when the call had ended, at LineAt; RangMs how long it had
	// rung before that, in milliseconds.
	Line   Line      `json:"line,omitempty"`
	LineAt time.Time `json:"line_at,omitzero"`
	RangMs int64     `json:"rang_ms,omitempty"`
	// Result is empty while it is under way or nobody has confirmed it.
	Result AttemptResult `json:"result,omitempty"`
	// Reason of one that was missed, By whom it was confirmed.
	Reason Reason `json:"reason,omitempty"`
	By     string `json:"by,omitempty"`
}

// AttemptResult is how an attempt ended.
type AttemptResult string

// Results of attempts.
const (
	Talked  AttemptResult = "talked"
	Missed  AttemptResult = "missed"
	Dropped AttemptResult = "dropped"
)
