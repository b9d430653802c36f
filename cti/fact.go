package cti

import (
	"encoding/json"
	"fmt"
	"time"

	"sansheng/pbx"
)

// SchemaVersion is the version of the facts' JSON form. It rises when a field
// changes its meaning; a new optional field does not raise it.
const SchemaVersion = 1

// CallID names a call: chosen by the dialplan before the hotline is asked, so
// that the recording and a call the hotline never saw carry it too.
type CallID string

// AgentID is an agent's number (工号), the same on the desk, on the phone and in
// what the caller is told.
type AgentID string

// QueueID names a queue within its company.
type QueueID string

// CompanyID names a company of the group (requirement K1).
type CompanyID string

// Kind names what happened, in the past tense: subject.verb.
type Kind string

// Kinds of facts. Every kind has one Data type, listed in dataOf.
const (
	CallArrived      Kind = "call.arrived"
	CallStepped      Kind = "call.stepped"
	CallKeyed        Kind = "call.keyed"
	CallLookedUp     Kind = "call.looked_up"
	CallGreeted      Kind = "call.greeted"
	CallQueued       Kind = "call.queued"
	CallOffered      Kind = "call.offered"
	CallAlerted      Kind = "call.alerted"
	CallOfferEnded   Kind = "call.offer_ended"
	CallOverran      Kind = "call.overran"
	CallWidened      Kind = "call.widened"
	OnCallBegan      Kind = "call.on_call_began"
	OfferPickedUp    Kind = "call.picked_up"
	CallAnswered     Kind = "call.answered"
	CallAnnounced    Kind = "call.announced"
	CallJoined       Kind = "call.joined"
	CallHeld         Kind = "call.held"
	CallUnheld       Kind = "call.unheld"
	TransferBegan    Kind = "call.transfer_began"
	CallConsulted    Kind = "call.consulted"
	CallTurned       Kind = "call.turned"
	CallTransferred  Kind = "call.transferred"
	TransferEnded    Kind = "call.transfer_ended"
	SupervisionBegan Kind = "call.supervision_began"
	CallSupervised   Kind = "call.supervised"
	SupervisionEnded Kind = "call.supervision_ended"
	CallDialled      Kind = "call.dialled"
	CallReached      Kind = "call.reached"
	RecordingPaused  Kind = "call.recording_paused"
	RecordingResumed Kind = "call.recording_resumed"
	CallerSilent     Kind = "call.caller_silent"
	CallerLingers    Kind = "call.caller_lingers"
	CallMeasured     Kind = "call.measured"
	CallHungUp       Kind = "call.hung_up"
	CallSurveyBegan  Kind = "call.survey_began"
	CallRated        Kind = "call.rated"
	CallSurveyEnded  Kind = "call.survey_ended"
	CallLegEnded     Kind = "call.leg_ended"
	CallFellBack     Kind = "call.fell_back"
	CallServed       Kind = "call.served"
	CallVoicemail    Kind = "call.voicemail"
	CallMailStepped  Kind = "call.mail_stepped"
	CallMailRecorded Kind = "call.mail_recorded"
	CallMessageLeft  Kind = "call.message_left"
	CallEnded        Kind = "call.ended"
	MessageTaken     Kind = "message.taken"
	MessageFinished  Kind = "message.finished"
	CallbackAsked    Kind = "callback.asked"
	CallbackPromised Kind = "callback.promised"
	CallbackTried    Kind = "callback.tried"
	CallbackEnded    Kind = "callback.ended"
	AgentLoggedOff   Kind = "agent.logged_off"
	AgentReady       Kind = "agent.ready"
	AgentReserved    Kind = "agent.reserved"
	AgentRinging     Kind = "agent.ringing"
	AgentTalking     Kind = "agent.talking"
	AgentWrapUp      Kind = "agent.wrap_up"
	AgentPaused      Kind = "agent.paused"
	AgentRegistered  Kind = "agent.registered"
	AgentLost        Kind = "agent.lost"
	AgentOrdered     Kind = "agent.ordered"
	AgentWished      Kind = "agent.wished"
	AgentBriefed     Kind = "agent.briefed"
	AgentMoved       Kind = "agent.moved"
	HoursClosed      Kind = "hours.closed"
	HoursOpened      Kind = "hours.opened"
	PlanPublished    Kind = "plan.published"
	PlanPlanned      Kind = "plan.planned"
	PlanCancelled    Kind = "plan.cancelled"
	CallersRecalled  Kind = "callers.recalled"
	PromptChanged    Kind = "prompt.changed"
	RecordErased     Kind = "record.erased"
	RecordAmended    Kind = "record.amended"
	EngineStarted    Kind = "engine.started"
	SwitchLost       Kind = "engine.switch_lost"
	ClockStepped     Kind = "engine.clock_stepped"
	SwitchFound      Kind = "engine.switch_found"
)

// Fact is something that happened, told once. Facts are the only thing that
// changes the hotline's state (Hotline.Apply): the same facts in the same order
// give the same state, which is what a restart and a replayed test rely on.
type Fact struct {
	Version int `json:"v"`
	// ID is unique for all time: engine name and sequence.
	ID string `json:"id"`
	// Seq counts an engine's facts from 1 without gaps.
	Seq    uint64 `json:"seq"`
	Engine string `json:"engine"`
	// Term is that of the lease under which the engine led when it made the fact;
	// 0 where it has none. A fact of an older term than one known already comes
	// late: another engine has led since.
	Term uint64 `json:"term,omitempty"`
	// At is the switch's clock, in milliseconds.
	At      time.Time `json:"at"`
	Kind    Kind      `json:"kind"`
	Company CompanyID `json:"company"`
	Call    CallID    `json:"call,omitempty"`
	Agent   AgentID   `json:"agent,omitempty"`
	Data    Data      `json:"data,omitempty"`
}

// Data is what a fact of its kind says beyond the envelope.
type Data interface{ isData() }

type data struct{}

func (data) isData() {}

// Mode is how a line lets its callers wait for a person.
type Mode string

const (
	// Greeted lines answer by themselves, greet, then queue with music.
	Greeted Mode = "greeted"
	// Direct lines let the caller hear the real ringback until a person answers.
	Direct Mode = "direct"
)

// Arrived opens a call's record.
type Arrived struct {
	data
	DID       string        `json:"did"`
	Caller    pbx.Party     `json:"caller"`
	Channel   pbx.ChannelID `json:"channel"`
	Direction string        `json:"direction"` // inbound, or outbound: Caller is who is called
	Mode      Mode          `json:"mode,omitempty"`
	Language  string        `json:"language,omitempty"`
	// RingPeriod is one ring of the caller's country, burst and pause.
	RingPeriod Millis `json:"ring_period_ms,omitempty"`
	Emergency  bool   `json:"emergency,omitempty"`
	// RingbackAt is when the caller was first sent ringing.
	RingbackAt time.Time `json:"ringback_at"`
	// Recording is the name under which the switch keeps the call's recording.
	Recording string `json:"recording,omitempty"`
	// By is the agent who calls, For what he calls for, as in ticket:17; of outbound
	// calls only (requirement J4).
	By  AgentID `json:"by,omitempty"`
	For string  `json:"for,omitempty"`
}

// GreetedData tells how the greeting ended.
type GreetedData struct {
	data
	Prompt   string         `json:"prompt"`
	Playback pbx.PlaybackID `json:"playback"`
	Began    time.Time      `json:"began"`
	// Whole is false where the caller left, or the prompt could not be played.
	Whole  bool `json:"whole"`
	Failed bool `json:"failed,omitempty"`
	// Estimated: not told by the switch, but taken from what followed.
	Estimated bool `json:"estimated,omitempty"`
}

// Queued puts the call into a queue.
type Queued struct {
	data
	Queue    QueueID `json:"queue"`
	Priority int     `json:"priority"`
	// Ahead is how many callers are served before this one.
	Ahead int `json:"ahead"`
	// Emergency: he is an emergency caller from here on: only emergency lines lead to the queue.
	Emergency bool `json:"emergency,omitempty"`
}

// Offered: an agent was chosen and his phone is being dialled.
type Offered struct {
	data
	Queue   QueueID       `json:"queue"`
	Channel pbx.ChannelID `json:"channel"`
	Offer   int           `json:"offer"` // counts from 1 within the call
	// Beside: another agent's phone rings for the same caller; who answers first has him.
	Beside bool `json:"beside,omitempty"`
	// Number is what is dialled where the fact's agent is Outside.
	Number string `json:"number,omitempty"`
	// Key: he is on call, and has the caller once he has picked up and pressed it.
	Key string `json:"key,omitempty"`
	// Estimated: found under way at the switch, begun by another engine.
	Estimated bool `json:"estimated,omitempty"`
}

// Alerted: the agent's phone rings.
type Alerted struct {
	data
	Channel pbx.ChannelID `json:"channel"`
	Offer   int           `json:"offer"`
}

// OfferResult is how an offer to an agent ended.
type OfferResult string

// Results of an offer.
const (
	OfferAnswered    OfferResult = "answered"
	OfferMissed      OfferResult = "missed"      // rang its three rings
	OfferDeclined    OfferResult = "declined"    // refused by key, 603
	OfferBusy        OfferResult = "busy"        // 486
	OfferUnreachable OfferResult = "unreachable" // no answer from the phone at all
	OfferWithdrawn   OfferResult = "withdrawn"   // the caller left or was served elsewhere, or nobody knows whether it was dialled
	OfferFailed      OfferResult = "failed"
	// OfferUnacknowledged: who is on call, or what answers for him, did not press the key.
	OfferUnacknowledged OfferResult = "unacknowledged"
)

// OfferEnded closes an offer.
type OfferEnded struct {
	data
	Channel   pbx.ChannelID `json:"channel"`
	Offer     int           `json:"offer"`
	Result    OfferResult   `json:"result"`
	Cause     pbx.Cause     `json:"cause"`
	TechCause int           `json:"tech_cause,omitempty"`
	AlertedAt *time.Time    `json:"alerted_at,omitempty"`
	RingMs    Millis        `json:"ring_ms"`
	Rings     int           `json:"rings"`
}

// Overran: a direct line's third ring ended and nobody had answered; the system
// answers itself and widens the search (requirement A1).
type Overran struct {
	data
	Rings  int    `json:"rings"`
	RingMs Millis `json:"ring_ms"`
	// Widened are the queues whose agents may now be asked too.
	Widened []QueueID `json:"widened,omitempty"`
}

// WidenedData: nobody of the line's own queue could answer, so that further
// queues' agents were asked at once.
type WidenedData struct {
	data
	Queues []QueueID `json:"queues"`
}

// Answered: a person has picked up. Both clocks of requirement A1 are in it.
type Answered struct {
	data
	Queue       QueueID       `json:"queue"`
	Channel     pbx.ChannelID `json:"channel"`
	Offer       int           `json:"offer"`
	WaitMs      Millis        `json:"wait_ms"` // queue entry to answer
	AgentRingMs Millis        `json:"agent_ring_ms"`
	AgentRings  int           `json:"agent_rings"`
	// CallerRingMs runs from the first ringback sent to the caller to the first answer;
	// a later answer, after a transfer, has none.
	CallerRingMs     Millis `json:"caller_ring_ms"`
	CallerRings      int    `json:"caller_rings"`
	WithinThreeRings bool   `json:"within_three_rings"`
	// Estimated: found out later, and the switch's own time is not known.
	Estimated bool `json:"estimated,omitempty"`
}

// AnnouncedData: the caller was told the agent's number (requirement A2).
type AnnouncedData struct {
	data
	Began  time.Time `json:"began"`
	Failed bool      `json:"failed,omitempty"`
}

// Joined: caller and agent hear each other.
type Joined struct {
	data
	Bridge   pbx.BridgeID    `json:"bridge"`
	Channels []pbx.ChannelID `json:"channels"`
	// Estimated: found joined; since when is not known.
	Estimated bool `json:"estimated,omitempty"`
}

// HoldData: the call is put on hold, or taken off it. Channel and Role are of the
// party who did it.
type HoldData struct {
	data
	Channel pbx.ChannelID `json:"channel"`
	Role    Role          `json:"role"`
	// Ordered: by an order to the hotline, which takes the caller out of the talk and
	// plays music to him; otherwise by the phone's own hold key, and the switch does.
	Ordered bool `json:"ordered,omitempty"`
}

// TransferKind is how a call goes on to another person.
type TransferKind string

// Kinds of transfer (requirement D1).
const (
	// Announced: the agent speaks to the receiver first; the caller waits with music.
	Announced TransferKind = "announced"
	// Blind: the caller goes on at once; who does not take him gives him back.
	Blind TransferKind = "blind"
	// TakenOver: a leader who was on the call has it now.
	TakenOver TransferKind = "taken_over"
)

// TransferBeganData: the agent of the fact passes his caller on.
type TransferBeganData struct {
	data
	Transfer TransferKind `json:"transfer"`
	// To is the receiver; empty where a blind transfer goes to whoever of Queue is free.
	To    AgentID `json:"to,omitempty"`
	Queue QueueID `json:"queue,omitempty"`
	// Number is the receiver's where To is Outside.
	Number string `json:"number,omitempty"`
	// Reason and Consent are what the caller was told, and that he agreed
	// (requirement D1).
	Reason  string `json:"reason,omitempty"`
	Consent bool   `json:"consent"`
	Sheet   Sheet  `json:"sheet,omitempty"`
	// Emergency: he is an emergency caller from here on, whatever line he is on. For is what
	// he had been called for, as in follow_up:ID.
	Emergency bool   `json:"emergency,omitempty"`
	For       string `json:"for,omitempty"`
}

// ConsultedData: the agent and the receiver of an announced transfer hear each
// other; the fact's agent is the receiver.
type ConsultedData struct {
	data
	Bridge  pbx.BridgeID  `json:"bridge"`
	Channel pbx.ChannelID `json:"channel"`
	Offer   int           `json:"offer"`
}

// Turn is whom the agent of an announced transfer speaks to once the receiver has
// answered.
type Turn string

// Turns.
const (
	// TurnReceiver is where it begins: the caller waits.
	TurnReceiver Turn = "receiver"
	// TurnCaller: the receiver waits.
	TurnCaller Turn = "caller"
	// TurnBoth: all three hear each other.
	TurnBoth Turn = "both"
)

// TurnedData: the fact's agent, who transfers, speaks to somebody else from here on.
type TurnedData struct {
	data
	To Turn `json:"to"`
}

// TransferredData: the call is the fact's agent's from here on.
type TransferredData struct {
	data
	Transfer TransferKind  `json:"transfer"`
	From     AgentID       `json:"from"`
	Channel  pbx.ChannelID `json:"channel"`
	Offer    int           `json:"offer"`
	// Estimated: found done.
	Estimated bool `json:"estimated,omitempty"`
}

// TransferResult is why a transfer that did not come about ended.
type TransferResult string

// Results of transfers. The first five are those of the offer to the receiver.
const (
	TransferMissed                      = TransferResult(OfferMissed)
	TransferDeclined                    = TransferResult(OfferDeclined)
	TransferBusy                        = TransferResult(OfferBusy)
	TransferUnreachable                 = TransferResult(OfferUnreachable)
	TransferFailed                      = TransferResult(OfferFailed)
	TransferTakenBack    TransferResult = "taken_back"
	TransferCallerLeft   TransferResult = "caller_left"
	TransferReceiverLeft TransferResult = "receiver_left"
	// TransferAgentLeft: who transferred was gone before the receiver answered; the
	// caller waits for the receiver, and then for anybody.
	TransferAgentLeft TransferResult = "agent_left"
	// TransferQueued: a blind transfer put the caller into the queue named.
	TransferQueued TransferResult = "queued"
	// TransferFellBack: the switch's fallback serves the caller.
	TransferFellBack TransferResult = "fell_back"
	// TransferUndone: the switch has caller and agent together, whatever was ordered.
	TransferUndone TransferResult = "undone"
)

// TransferEndedData: the transfer under way came to nothing; the fact's agent is who
// had begun it.
type TransferEndedData struct {
	data
	Result TransferResult `json:"result"`
}

// SupervisionMode is what a leader does in a call (requirement G3).
type SupervisionMode string

const (
	// Listening: nobody hears him.
	Listening SupervisionMode = "listen"
	// Whispering: the agent hears him, the caller does not.
	Whispering SupervisionMode = "whisper"
	// Joining: both hear him.
	Joining SupervisionMode = "join"
)

// SupervisionBeganData: a leader goes to the call; the phone of the fact's agent,
// which he uses, is rung.
type SupervisionBeganData struct {
	data
	// By is the person.
	By      string          `json:"by,omitempty"`
	Mode    SupervisionMode `json:"mode"`
	Channel pbx.ChannelID   `json:"channel"`
	// Offer numbers his leg among those of the call.
	Offer int `json:"offer"`
}

// SupervisedData: from here on the leader is on the call in this mode, with this
// agent; what he did before has ended.
type SupervisedData struct {
	data
	By   string          `json:"by,omitempty"`
	Mode SupervisionMode `json:"mode"`
	// With is the agent who has the call; nobody while the caller waits.
	With AgentID `json:"with,omitempty"`
}

// SupervisionResult is how a supervision ended.
type SupervisionResult string

// Ends of a supervision.
const (
	SupervisionLeft       SupervisionResult = "left"
	SupervisionCallOver   SupervisionResult = "call_over"
	SupervisionTookOver   SupervisionResult = "took_over"
	SupervisionUnanswered SupervisionResult = "unanswered"
)

// SupervisionEndedData: the leader is on the call no more.
type SupervisionEndedData struct {
	data
	By     string            `json:"by,omitempty"`
	Result SupervisionResult `json:"result"`
}

// DialledData: the agent of the fact has picked up, and the number outside is dialled.
type DialledData struct {
	data
	Channel pbx.ChannelID `json:"channel"`
	// Offer is the one by which the agent's own phone was rung.
	Offer int `json:"offer"`
}

// ReachedData: who is called has answered.
type ReachedData struct {
	data
	Channel pbx.ChannelID `json:"channel"`
	RingMs  Millis        `json:"ring_ms"`
	// Estimated: found out later.
	Estimated bool `json:"estimated,omitempty"`
}

// SilentData: nothing has been heard of the caller since the talk began (requirement
// A3). Step 1: the agent says another sentence; 2: he apologises; 3: he may hang up.
type SilentData struct {
	data
	Step int `json:"step"`
}

// LingersData: everything is said and the caller does not hang up (requirement A6). Step
// 1: the agent asks whether there is anything else; 2: he asks again; 3: he may hang up;
// 0: the caller was heard, and the talk goes on.
type LingersData struct {
	data
	Step int `json:"step"`
}

// ConductData is what was heard in a call's talks (requirement A11): for how long each
// spoke, both at once, and nobody.
type ConductData struct {
	data
	TalkMs           Millis `json:"talk_ms"`
	CallerMs         Millis `json:"caller_ms"`
	AgentMs          Millis `json:"agent_ms"`
	OverlapMs        Millis `json:"overlap_ms"`
	SilenceMs        Millis `json:"silence_ms"`
	LongestSilenceMs Millis `json:"longest_silence_ms"`
	// CallerSilent: the caller was not heard at all.
	CallerSilent bool `json:"caller_silent,omitempty"`
	// Partial: a talk before an engine's restart is not in it.
	Partial bool `json:"partial,omitempty"`
}

// Role is what a leg is to its call.
type Role string

// Roles of a leg.
const (
	RoleCaller Role = "caller"
	RoleAgent  Role = "agent"
	// RoleOutside is a receiver of a transfer who is no agent.
	RoleOutside Role = "outside"
	// RoleSupervisor is a leader who listens.
	RoleSupervisor Role = "supervisor"
	RoleSystem     Role = "system" // never a leg: who ended it
	RoleSwitch     Role = "switch" // never a leg: the switch died or lost it
)

// HungUp: the first side that asked for the end, before anything else ended.
type HungUp struct {
	data
	By Role `json:"by"`
	// Early marks an agent who hung up on a live caller (requirement A6).
	Early bool `json:"early,omitempty"`
	// Ordered: by an order to the hotline; his phone has not said goodbye.
	Ordered bool `json:"ordered,omitempty"`
}

// LegEnded: one party's channel is gone.
type LegEnded struct {
	data
	Channel   pbx.ChannelID `json:"channel"`
	Role      Role          `json:"role"`
	Cause     pbx.Cause     `json:"cause"`
	TechCause int           `json:"tech_cause,omitempty"`
	// Estimated is true where the end was found out later and the switch's own
	// time of it is not known.
	Estimated bool `json:"estimated,omitempty"`
}

// FallBackReason is why a call went to the switch's native fallback.
type FallBackReason string

// Reasons for the fallback.
const (
	FellByLease FallBackReason = "lease"     // we were silent too long
	FellByLimit FallBackReason = "max_wait"  // waited as long as the queue allows
	FellToMail  FallBackReason = "voicemail" // of facts of before: he was asked for a message there
	FellUnseen  FallBackReason = "unseen"    // the hotline was not there when it came
	// FellBySentinel: the sentinel found us silent and sent the caller there.
	FellBySentinel FallBackReason = "sentinel"
)

// FellBack: the switch serves the caller by itself from here on.
type FellBack struct {
	data
	Reason FallBackReason `json:"reason"`
}

// Served: in the switch's native fallback this agent answered the caller. No
// ring clock ran there.
type Served struct{ data }

// VoicemailData: in the switch's fallback the caller was asked for a message; he may
// have said nothing.
type VoicemailData struct {
	data
	// Recording is the name under which the switch keeps it.
	Recording string `json:"recording"`
}

// Disposition is the switch's set of call results, and no other.
type Disposition string

// Dispositions.
const (
	DispositionAnswered   Disposition = "ANSWERED"
	DispositionNoAnswer   Disposition = "NO ANSWER"
	DispositionBusy       Disposition = "BUSY"
	DispositionFailed     Disposition = "FAILED"
	DispositionCongestion Disposition = "CONGESTION"
)

// Ended closes a call's record: nothing of the call follows.
type Ended struct {
	data
	By          Role        `json:"by"`
	Disposition Disposition `json:"disposition"`
	Cause       pbx.Cause   `json:"cause"`
	// Abandoned: a caller who asked for a person left before one answered.
	Abandoned bool `json:"abandoned,omitempty"`
	Estimated bool `json:"estimated,omitempty"`
	// Dial is what came of the number dialled, of outbound calls only.
	Dial DialResult `json:"dial,omitempty"`
	// Secret are 32 random bytes as hexadecimal text, of this call only: with them its record
	// is sealed so that what is personal can be erased. Whoever tells the fact adds them.
	Secret string `json:"secret,omitempty"`
}

// StateData goes with agent.logged_off … agent.paused: the agent became what
// the kind says.
type StateData struct {
	data
	From   AgentState `json:"from"`
	Reason string     `json:"reason,omitempty"`
	Call   CallID     `json:"call,omitempty"`
	// Misses are the offers he has missed one after the other.
	Misses int `json:"misses,omitempty"`
	// Calls are those he has answered since he came to work.
	Calls int `json:"calls,omitempty"`
}

// WishData: the agent is to have this state as soon as he can, because he was busy or
// his phone lost.
type WishData struct {
	data
	State  AgentState `json:"state"`
	Reason string     `json:"reason,omitempty"`
}

// RegisteredData goes with agent.registered and agent.lost: the phone can or
// can no longer be reached.
type RegisteredData struct {
	data
	Endpoint pbx.EndpointID `json:"endpoint"`
}

// OrderedData: an order was carried out, by a desk, a leader or a code on the phone.
// The fact's agent is whose state or caller it is about; its call the one he had.
type OrderedData struct {
	data
	// By is the person who gave it; empty where the program asked for the agent.
	By     string `json:"by,omitempty"`
	Verb   Verb   `json:"verb"`
	To     string `json:"to,omitempty"`
	Reason string `json:"reason,omitempty"`
	Key    string `json:"key,omitempty"`
	// Digest, where there is a key, is of all that the order said: the same key with
	// another order is a mistake.
	Digest string `json:"digest,omitempty"`
}

// EngineData goes with the engine's own facts.
type EngineData struct {
	data
	Text            string    `json:"text,omitempty"`
	SwitchStartedAt time.Time `json:"switch_started_at,omitzero"`
	// HeardAt is when a switch that was lost for its silence was last heard.
	HeardAt time.Time `json:"heard_at,omitzero"`
	// StepMs is how far the switch's clock was set, back where negative. Times told
	// before are by the clock as it was.
	StepMs Millis `json:"step_ms,omitempty"`
	// FileHash is that of the plan in the file with which an engine was started.
	FileHash string `json:"file_hash,omitempty"`
}

// dataOf makes the empty data of a kind, for decoding.
var dataOf = map[Kind]func() Data{
	CallArrived:      func() Data { return &Arrived{} },
	CallStepped:      func() Data { return &SteppedData{} },
	CallKeyed:        func() Data { return &KeyedData{} },
	CallLookedUp:     func() Data { return &LookedUpData{} },
	CallGreeted:      func() Data { return &GreetedData{} },
	CallQueued:       func() Data { return &Queued{} },
	CallOffered:      func() Data { return &Offered{} },
	CallAlerted:      func() Data { return &Alerted{} },
	CallOfferEnded:   func() Data { return &OfferEnded{} },
	CallOverran:      func() Data { return &Overran{} },
	CallWidened:      func() Data { return &WidenedData{} },
	OnCallBegan:      func() Data { return &OnCallBeganData{} },
	OfferPickedUp:    func() Data { return &PickedUpData{} },
	CallAnswered:     func() Data { return &Answered{} },
	CallAnnounced:    func() Data { return &AnnouncedData{} },
	CallJoined:       func() Data { return &Joined{} },
	CallHeld:         func() Data { return &HoldData{} },
	CallUnheld:       func() Data { return &HoldData{} },
	TransferBegan:    func() Data { return &TransferBeganData{} },
	CallConsulted:    func() Data { return &ConsultedData{} },
	CallTurned:       func() Data { return &TurnedData{} },
	CallTransferred:  func() Data { return &TransferredData{} },
	TransferEnded:    func() Data { return &TransferEndedData{} },
	SupervisionBegan: func() Data { return &SupervisionBeganData{} },
	CallSupervised:   func() Data { return &SupervisedData{} },
	SupervisionEnded: func() Data { return &SupervisionEndedData{} },
	CallDialled:      func() Data { return &DialledData{} },
	CallReached:      func() Data { return &ReachedData{} },
	RecordingPaused:  func() Data { return &RecordingData{} },
	RecordingResumed: func() Data { return &RecordingData{} },
	CallerSilent:     func() Data { return &SilentData{} },
	CallerLingers:    func() Data { return &LingersData{} },
	CallMeasured:     func() Data { return &ConductData{} },
	CallHungUp:       func() Data { return &HungUp{} },
	CallSurveyBegan:  func() Data { return &SurveyBeganData{} },
	CallRated:        func() Data { return &RatedData{} },
	CallSurveyEnded:  func() Data { return &SurveyEndedData{} },
	CallLegEnded:     func() Data { return &LegEnded{} },
	CallFellBack:     func() Data { return &FellBack{} },
	CallVoicemail:    func() Data { return &VoicemailData{} },
	CallMailStepped:  func() Data { return &MailSteppedData{} },
	CallMailRecorded: func() Data { return &MailRecordedData{} },
	CallMessageLeft:  func() Data { return &MessageLeftData{} },
	MessageTaken:     func() Data { return &MessageTakenData{} },
	MessageFinished:  func() Data { return &MessageFinishedData{} },
	CallServed:       func() Data { return &Served{} },
	CallEnded:        func() Data { return &Ended{} },
	CallbackAsked:    func() Data { return &CallbackAskedData{} },
	CallbackPromised: func() Data { return &CallbackPromisedData{} },
	CallbackTried:    func() Data { return &CallbackTriedData{} },
	CallbackEnded:    func() Data { return &CallbackEndedData{} },
	AgentLoggedOff:   func() Data { return &StateData{} },
	AgentReady:       func() Data { return &StateData{} },
	AgentReserved:    func() Data { return &StateData{} },
	AgentRinging:     func() Data { return &StateData{} },
	AgentTalking:     func() Data { return &StateData{} },
	AgentWrapUp:      func() Data { return &StateData{} },
	AgentPaused:      func() Data { return &StateData{} },
	AgentRegistered:  func() Data { return &RegisteredData{} },
	AgentLost:        func() Data { return &RegisteredData{} },
	AgentWished:      func() Data { return &WishData{} },
	AgentBriefed:     func() Data { return &BriefedData{} },
	AgentMoved:       func() Data { return &MovedData{} },
	AgentOrdered:     func() Data { return &OrderedData{} },
	HoursClosed:      func() Data { return &ClosureData{} },
	HoursOpened:      func() Data { return &ClosureData{} },
	PlanPublished:    func() Data { return &PublishedData{} },
	PlanPlanned:      func() Data { return &PublishedData{} },
	PlanCancelled:    func() Data { return &PlanCancelledData{} },
	CallersRecalled:  func() Data { return &RecalledData{} },
	PromptChanged:    func() Data { return &PromptData{} },
	RecordErased:     func() Data { return &ErasedData{} },
	RecordAmended:    func() Data { return &AmendedData{} },
	EngineStarted:    func() Data { return &EngineData{} },
	SwitchLost:       func() Data { return &EngineData{} },
	ClockStepped:     func() Data { return &EngineData{} },
	SwitchFound:      func() Data { return &EngineData{} },
}

// NewData returns the empty data of a kind, or nil for a kind this program
// does not know.
func NewData(k Kind) Data {
	if f, ok := dataOf[k]; ok {
		return f()
	}
	return nil
}

// Kinds lists every kind of fact this program knows, in no order.
func Kinds() []Kind {
	kinds := make([]Kind, 0, len(dataOf))
	for k := range dataOf {
		kinds = append(kinds, k)
	}
	return kinds
}

// UnmarshalJSON decodes a fact with the data of its kind. A kind this program
// does not know keeps no data and is no error, so that an older reader survives
// a newer writer.
func (f *Fact) UnmarshalJSON(b []byte) error {
	type envelope Fact
	raw := struct {
		*envelope
		Data json.RawMessage `json:"data"`
	}{envelope: (*envelope)(f)}
	f.Data = nil
	if err := json.Unmarshal(b, &raw); err != nil {
		return fmt.Errorf("decode fact: %w", err)
	}
	d := NewData(f.Kind)
	if d == nil || len(raw.Data) == 0 {
		return nil
	}
	if err := json.Unmarshal(raw.Data, d); err != nil {
		return fmt.Errorf("decode fact %s %s: %w", f.Kind, f.ID, err)
	}
	f.Data = d
	return nil
}

// Millis is a duration that travels as whole milliseconds.
type Millis int64

// MillisOf rounds a duration down to milliseconds, never below zero.
func MillisOf(d time.Duration) Millis { return Millis(max(d.Milliseconds(), 0)) }

// Duration is m as a time.Duration.
func (m Millis) Duration() time.Duration { return time.Duration(m) * time.Millisecond }
