package pbx

import "time"

// LedgerKind is what a ledger entry tells.
type LedgerKind string

// Kinds of ledger entries.
const (
	LedgerHangup   LedgerKind = "hangup"   // a channel ended
	LedgerArrived  LedgerKind = "arrived"  // a caller came, whether or not we saw him
	LedgerAnswer   LedgerKind = "answer"   // a channel was answered
	LedgerFallback LedgerKind = "fallback" // the native fallback took a caller over
	LedgerServed   LedgerKind = "served"   // and an agent's device answered him there
	LedgerJoined   LedgerKind = "joined"   // a caller's channel and that of a device met
	// LedgerVoicemail: he was asked there for a message.
	LedgerVoicemail LedgerKind = "voicemail"
)

// LedgerEntry is one line of the switch's own account, written by the switch
// whether or not anybody listens to its events.
type LedgerEntry struct {
	At      time.Time
	Kind    LedgerKind
	Channel ChannelID
	Cause   Cause // of a hangup
	// Call, DID and Caller belong to arrived and fallback entries, Call and Endpoint to served ones.
	Call   string
	DID    string
	Caller string
	// BySentinel tells of a fallback entry that the sentinel sent the caller there.
	BySentinel bool
	// Recording is the name of the message.
	Recording string
	// Endpoint that answered, or that asked for a hangup; empty where the switch itself
	// did.
	Endpoint EndpointID
}
