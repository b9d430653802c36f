package callback

import (
	"encoding/json"
	"fmt"
	"time"
)

// Kind names what happened to a callback, in the past tense. These are not the hotline's
// callback.* facts, which are of callers whom a queue has promised a call.
type Kind string

// Kinds of facts. Every kind has one type of data, in dataOf.
const (
	FactPlanned     Kind = "follow_up.planned"
	FactAdded       Kind = "follow_up.added"
	FactNumberAdded Kind = "follow_up.number_added"
	FactAssigned    Kind = "follow_up.assigned"
	FactDialled     Kind = "follow_up.dialled"
	FactLineEnded   Kind = "follow_up.line_ended"
	FactMissed      Kind = "follow_up.missed"
	FactDropped     Kind = "follow_up.dropped"
	FactDone        Kind = "follow_up.done"
	FactFailed      Kind = "follow_up.failed"
	FactWaived      Kind = "follow_up.waived"
	FactMerged      Kind = "follow_up.merged"
	FactOverdue     Kind = "follow_up.overdue"
	// FactEmergencyAgain: emergencies were found unsolved, and are emergencies again at
	// once, with their old tickets open (requirement F6).
	FactEmergencyAgain Kind = "follow_up.emergency_again"
	// FactUnsolved: other matters were, whose tickets are open again.
	FactUnsolved Kind = "follow_up.unsolved"
	// FactDissatisfied goes to the shift leader at once (requirement F7).
	FactDissatisfied Kind = "follow_up.dissatisfied"
)

// Fact is something that happened to a callback.
type Fact struct {
	At   time.Time
	Data Data
}

// Data is what a kind of fact says.
type Data interface{ Kind() Kind }

// dataOf makes the data of each kind.
var dataOf = map[Kind]func() Data{
	FactPlanned: func() Data { return &PlannedData{} }, FactAdded: func() Data { return &AddedData{} },
	FactNumberAdded: func() Data { return &NumberAddedData{} }, FactAssigned: func() Data { return &AssignedData{} },
	FactDialled: func() Data { return &DialledData{} }, FactLineEnded: func() Data { return &LineEndedData{} },
	FactMissed: func() Data { return &MissedData{} }, FactDropped: func() Data { return &DroppedData{} },
	FactDone: func() Data { return &DoneData{} }, FactFailed: func() Data { return &FailedData{} },
	FactWaived: func() Data { return &WaivedData{} }, FactMerged: func() Data { return &MergedData{} },
	FactOverdue:        func() Data { return &OverdueData{} },
	FactEmergencyAgain: func() Data { return &EmergencyAgainData{} },
	FactUnsolved:       func() Data { return &UnsolvedData{} }, FactDissatisfied: func() Data { return &DissatisfiedData{} },
}

// Decode reads a fact as it is kept: its data in JSON.
func Decode(kind Kind, at time.Time, data []byte) (Fact, error) {
	empty, ok := dataOf[kind]
	if !ok {
		return Fact{}, fmt.Errorf("decode fact: the kind %q is unknown", kind)
	}
	d := empty()
	if err := json.Unmarshal(data, d); err != nil {
		return Fact{}, fmt.Errorf("decode %s: %w", kind, err)
	}
	return Fact{at.UTC(), d}, nil
}

// PlannedData: a caller is owed a call.
type PlannedData struct {
	ID      string `json:"id"`
	Company string `json:"company"`
	Tickets []Owed `json:"tickets"`
}

// AddedData: the call is about more tickets.
type AddedData struct {
	Tickets []Owed `json:"tickets"`
}

// NumberAddedData: there is another number, which is dialled first.
type NumberAddedData struct {
	Number string `json:"number"`
	By     string `json:"by"`
}

// AssignedData: an agent is to call; anybody where it is empty.
type AssignedData struct {
	Agent string `json:"agent"`
	By    string `json:"by,omitempty"`
}

// DialledData: an attempt has begun.
type DialledData struct {
	Call   string `json:"call"`
	Agent  string `json:"agent"`
	Number string `json:"number"`
}

// LineEndedData: the attempt's call has ended.
type LineEndedData struct {
	Call string `json:"call"`
	Line Line   `json:"line"`
	// RangMs is how long it had rung before, in milliseconds.
	RangMs int64 `json:"rang_ms,omitempty"`
}

// MissedData: the attempt has reached nobody, and counts. By is empty where nobody has
// confirmed it and the line's word counts. Next is when the next one may be.
type MissedData struct {
	Call   string    `json:"call"`
	Reason Reason    `json:"reason"`
	By     string    `json:"by,omitempty"`
	Next   time.Time `json:"next"`
}

// DroppedData: the attempt counts for nothing. By is empty where nobody has said so.
type DroppedData struct {
	Call string    `json:"call"`
	Why  string    `json:"why"`
	By   string    `json:"by,omitempty"`
	Next time.Time `json:"next"`
}

// DoneData: the caller was spoken to.
type DoneData struct {
	Call    string  `json:"call"`
	By      string  `json:"by"`
	Outcome Outcome `json:"outcome"`
}

// FailedData: attempts on two days have reached nobody.
type FailedData struct {
	Attempts int `json:"attempts"`
}

// WaivedData: a person has decided that nobody is called.
type WaivedData struct {
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// MergedData: another callback stands for the tickets.
type MergedData struct {
	Into string `json:"into"`
}

// OverdueData: nobody has been spoken to in time.
type OverdueData struct {
	Due time.Time `json:"due"`
}

// EmergencyAgainData: emergencies are not solved.
type EmergencyAgainData struct {
	Tickets []string `json:"tickets"`
	Number  string   `json:"number"`
	// Call is the one in which he has said so.
	Call string `json:"call,omitempty"`
}

// UnsolvedData: other matters are not.
type UnsolvedData struct {
	Tickets []string `json:"tickets"`
}

// DissatisfiedData: the caller is not content with what was done about tickets.
type DissatisfiedData struct {
	Tickets []string `json:"tickets"`
	// Agent has heard it.
	Agent string `json:"agent"`
}

// Kind implements Data, as for all of them.
func (*PlannedData) Kind() Kind        { return FactPlanned }
func (*AddedData) Kind() Kind          { return FactAdded }
func (*NumberAddedData) Kind() Kind    { return FactNumberAdded }
func (*AssignedData) Kind() Kind       { return FactAssigned }
func (*DialledData) Kind() Kind        { return FactDialled }
func (*LineEndedData) Kind() Kind      { return FactLineEnded }
func (*MissedData) Kind() Kind         { return FactMissed }
func (*DroppedData) Kind() Kind        { return FactDropped }
func (*DoneData) Kind() Kind           { return FactDone }
func (*FailedData) Kind() Kind         { return FactFailed }
func (*WaivedData) Kind() Kind         { return FactWaived }
func (*MergedData) Kind() Kind         { return FactMerged }
func (*OverdueData) Kind() Kind        { return FactOverdue }
func (*EmergencyAgainData) Kind() Kind { return FactEmergencyAgain }
func (*UnsolvedData) Kind() Kind       { return FactUnsolved }
func (*DissatisfiedData) Kind() Kind   { return FactDissatisfied }
