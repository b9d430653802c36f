package store

import (
	"time"

	"github.com/google/uuid"

	"sansheng/cti"
	"sansheng/cti/sheet"
	"sansheng/store/ticket"
)

// Record is the whole of a call: its body, which is closed and sealed when the
// call ends, and what goes on living beside it. Lists are never null in JSON;
// what did not happen (yet) is null. Times are the switch's clock in UTC, to the
// millisecond; cause is Q.850's.
type Record struct {
	Body
	// Sheet is the agent's record sheet (requirement C2), null where no person
	// answered.
	Sheet      *Sheet      `json:"sheet"`
	Tickets    []Ticket    `json:"tickets"`
	Amendments []Amendment `json:"amendments"`
	// RecordingChecks are what was found in the recordings afterwards.
	RecordingChecks []RecordingCheck `json:"recording_checks,omitempty"`
	// Erased tells that what the record said of its caller was erased.
	Erased *Erasure `json:"erased,omitempty"`
	// Hash and PrevHash are null until the call has ended. See Store.Prove.
	Hash     *string `json:"hash"`
	PrevHash *string `json:"prev_hash"`
}

// Body is the part of a record that is sealed. A field added later must be
// omitzero, or the hashes of older records would no longer fit.
type Body struct {
	Arrival
	Greeting      *Prompt      `json:"greeting"`
	FlowPath      []Step       `json:"flow_path"`
	QueueEntries  []QueueEntry `json:"queue_entries"`
	Offers        []Offer      `json:"offers"`
	Answer                     // null fields until a person answered
	Announcements []Prompt     `json:"announcements"`
	Legs          []Leg        `json:"legs"`
	Holds         []Hold       `json:"holds"`
	Transfers     []Transfer   `json:"transfers"`
	// Supervisions are what leaders did in the call.
	Supervisions []Supervision `json:"supervisions,omitempty"`
	// Conduct is what was heard in the talks, where it is measured.
	Conduct *Conduct `json:"conduct,omitempty"`
	// Dial is how the number was called, of outbound calls only.
	Dial *Dial `json:"dial,omitempty"`
	// Survey is how the caller was asked about the talk, Ratings what he answered.
	Survey  *Survey  `json:"survey,omitempty"`
	Ratings []Rating `json:"ratings,omitempty"`
	Ending
	Recordings []Recording `json:"recordings"`
	Fallback   *Fallback   `json:"fallback"`
}

// Arrival is how the call came.
type Arrival struct {
	ID      string `json:"id"`
	Company string `json:"company"`
	DID     string `json:"did"`
	// Caller is the number as received: Mask it before showing it.
	Caller       string     `json:"caller"`
	CallerName   string     `json:"caller_name"`
	Direction    string     `json:"direction"`
	Mode         string     `json:"mode"`
	Language     string     `json:"language"`
	RingPeriodMs int64      `json:"ring_period_ms"`
	Emergency    bool       `json:"emergency"`
	Engine       string     `json:"engine"`
	StartedAt    time.Time  `json:"started_at"`
	RingbackAt   *time.Time `json:"ringback_at"`
}

// Answer is the first answer by a person. Rings is by the clock that counts on
// the line (requirement A1): the caller's where the caller hears the ringback,
// else the agent's phone.
type Answer struct {
	AnsweredAt       *time.Time `json:"answered_at"`
	Agent            *string    `json:"agent"`
	WaitMs           *int64     `json:"wait_ms"`
	Rings            *int32     `json:"rings"`
	WithinThreeRings *bool      `json:"within_three_rings"`
	AgentRings       *int32     `json:"agent_rings"`
	AgentRingMs      *int64     `json:"agent_ring_ms"`
	CallerRings      *int32     `json:"caller_rings"`
	CallerRingMs     *int64     `json:"caller_ring_ms"`
	// OverranAt is when a direct line's third ring ended unanswered.
	OverranAt *time.Time `json:"overran_at"`
	JoinedAt  *time.Time `json:"joined_at"`
}

// Ending is how the call ended.
type Ending struct {
	// HungUpBy asked for the end first (requirement A6).
	HungUpAt    *time.Time `json:"hung_up_at"`
	HungUpBy    *string    `json:"hung_up_by"`
	EarlyHangUp bool       `json:"early_hang_up"`
	EndedAt     *time.Time `json:"ended_at"`
	EndedBy     *string    `json:"ended_by"`
	Disposition *string    `json:"disposition"`
	Cause       *int32     `json:"cause"`
	Abandoned   bool       `json:"abandoned"`
	// Estimated: the end was found out later.
	Estimated bool `json:"estimated"`
}

// Prompt is what the system said to the caller.
type Prompt struct {
	Prompt  string     `json:"prompt,omitempty"`
	Agent   string     `json:"agent,omitempty"`
	BeganAt *time.Time `json:"began_at"`
	EndedAt time.Time  `json:"ended_at"`
	Whole   bool       `json:"whole"`
	Failed  bool       `json:"failed"`
}

// Step is one station of the caller's way.
type Step struct {
	At     time.Time `json:"at"`
	Step   string    `json:"step"`
	Detail string    `json:"detail,omitempty"`
}

// QueueEntry is one wait in a queue. Result is answered, abandoned, moved,
// fell_back or ended.
type QueueEntry struct {
	Queue     string     `json:"queue"`
	Priority  int32      `json:"priority"`
	Ahead     int32      `json:"ahead"`
	EnteredAt time.Time  `json:"entered_at"`
	LeftAt    *time.Time `json:"left_at"`
	WaitMs    *int64     `json:"wait_ms"`
	Result    *string    `json:"result"`
}

// Offer is one agent being asked to take the call.
type Offer struct {
	Offer int32  `json:"offer"`
	Agent string `json:"agent"`
	// Number is what was dialled where Agent is "outside".
	Number    string     `json:"number,omitempty"`
	Queue     string     `json:"queue"`
	Channel   string     `json:"channel"`
	OfferedAt time.Time  `json:"offered_at"`
	AlertedAt *time.Time `json:"alerted_at"`
	EndedAt   *time.Time `json:"ended_at"`
	Result    *string    `json:"result"`
	Rings     int32      `json:"rings"`
	RingMs    int64      `json:"ring_ms"`
	Cause     *int32     `json:"cause"`
	TechCause *int32     `json:"tech_cause"`
}

// Leg is one channel's part in the call. An agent's leg that was only offered
// has no answered_at.
type Leg struct {
	Channel    string     `json:"channel"`
	Role       string     `json:"role"`
	Agent      string     `json:"agent,omitempty"`
	StartedAt  time.Time  `json:"started_at"`
	AnsweredAt *time.Time `json:"answered_at"`
	JoinedAt   *time.Time `json:"joined_at"`
	EndedAt    *time.Time `json:"ended_at"`
	Cause      *int32     `json:"cause"`
	TechCause  *int32     `json:"tech_cause"`
	Estimated  bool       `json:"estimated"`
}

// Hold is one time a party was put on hold.
type Hold struct {
	Channel string     `json:"channel"`
	Role    string     `json:"role"`
	BeganAt time.Time  `json:"began_at"`
	EndedAt *time.Time `json:"ended_at"`
}

// Transfer is the call going on to another person (requirements D1, D2). Result is
// completed, or why it came to nothing (cti.TransferResult).
type Transfer struct {
	Kind string `json:"kind"` // announced, blind or taken_over
	From string `json:"from"`
	// To is the receiver; empty where a blind transfer went to a queue.
	To    string `json:"to,omitempty"`
	Queue string `json:"queue,omitempty"`
	// Number is the receiver's where To is "outside".
	Number string `json:"number,omitempty"`
	// Reason and Consent: what the caller was told, and that he agreed.
	Reason  string `json:"reason,omitempty"`
	Consent bool   `json:"consent"`
	// Sheet is what the receiver was sent before his phone rang.
	Sheet cti.Sheet `json:"sheet,omitempty"`
	At    time.Time `json:"at"`
	// ConsultedAt is since when the two agents spoke.
	ConsultedAt *time.Time `json:"consulted_at"`
	EndedAt     *time.Time `json:"ended_at"`
	Result      *string    `json:"result"`
}

// Dial is a call to a number outside: who called, what for (requirement J4), and what
// came of it (requirement F4).
type Dial struct {
	By        string     `json:"by"`
	For       string     `json:"for,omitempty"`
	DialledAt *time.Time `json:"dialled_at"`
	ReachedAt *time.Time `json:"reached_at"`
	RingMs    int64      `json:"ring_ms"`
	Result    *string    `json:"result"`
}

// Conduct is what was heard in a call's talks (requirements A3, A11), in milliseconds:
// for how long each spoke, both at once, and nobody.
type Conduct struct {
	TalkMs           int64 `json:"talk_ms"`
	CallerMs         int64 `json:"caller_ms"`
	AgentMs          int64 `json:"agent_ms"`
	OverlapMs        int64 `json:"overlap_ms"`
	SilenceMs        int64 `json:"silence_ms"`
	LongestSilenceMs int64 `json:"longest_silence_ms"`
	// CallerSilent: the caller was not heard at all.
	CallerSilent bool `json:"caller_silent"`
	// Partial: a talk before an engine's restart is not in it.
	Partial bool `json:"partial"`
}

// Supervision is one act of a leader in the call (requirement G3): who, whom, how,
// from when to when.
type Supervision struct {
	By    string `json:"by"`
	Phone string `json:"phone"`
	Mode  string `json:"mode"` // listen, whisper or join
	// With is the agent he heard; empty while the caller waited.
	With    string     `json:"with,omitempty"`
	BeganAt time.Time  `json:"began_at"`
	EndedAt *time.Time `json:"ended_at"`
}

// Recording names what the switch recorded.
type Recording struct {
	Name    string    `json:"name"`
	BeganAt time.Time `json:"began_at"`
}

// Fallback: the switch served the caller by itself from then on.
type Fallback struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
	// Agent answered there; empty where nobody did.
	Agent string `json:"agent,omitempty"`
}

// Sheet is the agent's part of the record sheet (requirement C2).
type Sheet struct {
	Ticket   uuid.UUID `json:"ticket"`
	Agent    string    `json:"agent"`
	OpenedAt time.Time `json:"opened_at"`
	// Said is what was filled in, by the form of this kind and version; 0 where nothing was.
	Kind    ticket.Kind  `json:"kind"`
	Version int          `json:"version"`
	Said    sheet.Values `json:"said,omitempty"`
	// Hidden are the fields that tell who somebody is: Mask what they say.
	Hidden []string `json:"-"`
	// ClosedAt is since when it is final and only amended, Amended how often it was.
	ClosedAt *time.Time `json:"closed_at"`
	Amended  int        `json:"amended,omitempty"`
}

// Amendment is a correction of a closed record; the record stays as it is
// (requirement C3).
type Amendment struct {
	ID      uuid.UUID `json:"id"`
	Call    string    `json:"call"`
	Company string    `json:"company"`
	Author  string    `json:"author"`
	Reason  string    `json:"reason"`
	Body    string    `json:"body"`
	MadeAt  time.Time `json:"made_at"`
	// Hash and PrevHash are its place in the company's chain.
	Hash     string `json:"hash,omitempty"`
	PrevHash string `json:"prev_hash,omitempty"`
}
