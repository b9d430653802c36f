package ticket

import (
	"time"

	"sansheng/cti/sheet"
)

// ID names a ticket for all time.
type ID string

// Kind is what a ticket is about (requirement E1): that of its sheet's form.
type Kind = sheet.Kind

// Kinds of tickets.
const (
	Consultation = sheet.Consultation
	Complaint    = sheet.Complaint
	Repair       = sheet.Repair
	Emergency    = sheet.Emergency
	Installation = sheet.Installation
	Alteration   = sheet.Alteration
	Suggestion   = sheet.Suggestion
	Praise       = sheet.Praise
	Voicemail    = sheet.Voicemail
	Callback     = sheet.Callback
)

var kinds = sheet.Kinds()

// detailed kinds need place, phone and what happened before they are closed (requirement C5).
func detailed(k Kind) bool { return k == Emergency || k == Repair || k == Installation }

// State is where a ticket stands; see the package comment.
type State string

// States of a ticket.
const (
	Draft     State = "draft"
	Open      State = "open"
	Forwarded State = "forwarded"
	Done      State = "done"
	Closed    State = "closed"
	Merged    State = "merged"
)

// States lists all states.
func States() []State { return []State{Draft, Open, Forwarded, Done, Closed, Merged} }

// Over tells that nothing is to be done any more.
func (s State) Over() bool { return s == Closed || s == Merged }

// Matter is what a ticket is about, in the words of those who wrote it down.
type Matter struct {
	Summary string `json:"summary,omitempty"`
	Place   string `json:"place,omitempty"`
	// Phone is where the person is reached about it: not always the caller's number.
	Phone string `json:"phone,omitempty"`
	// Important matters are marked in the daily summary (requirement C4).
	Important bool `json:"important,omitempty"`
	// Charged work is called back about always (requirement F1).
	Charged bool `json:"charged,omitempty"`
}

// Ticket is a matter somebody is responsible for.
type Ticket struct {
	ID      ID
	Company string
	Kind    Kind
	State   State
	// Owner is the agent responsible until it is closed, whoever handled it since
	// (requirement D3); empty where nobody answered the call.
	Owner string
	// Department is where it was forwarded to, Clerk who of it has taken it.
	Department, Clerk string
	Matter            Matter
	Sheet             Sheet
	// Calls belong to it, the first is the one that it came from.
	Calls []string
	// Due is the deadline and what has been told of it.
	Due Deadline
	// Level is how far it was escalated, 0 not at all.
	Level int
	// Result is what came of it; Score what the caller says of that, 0 for nothing yet.
	Result string
	Score  int
	// Into is the ticket that it was merged into.
	Into ID
	// OpenedAt, WorkedAt and ClosedAt are zero where that has not been.
	OpenedAt, WorkedAt, ClosedAt time.Time
	// Facts is how many have made it; ChangedAt is when the last of them was.
	Facts     int
	ChangedAt time.Time
}
