package pbx

import "time"

// Event is something the switch reported. Events of one switch arrive in the
// switch's order and none is lost while the link stands; a lost link is itself
// an event (LinkLost), and what was missed meanwhile is in the Snapshot of the
// LinkUp that ends it.
type Event interface {
	// Time is the switch's clock at which it happened, to the millisecond.
	Time() time.Time
	isEvent()
}

// At is the time every event carries.
type At time.Time

// Time implements Event.
func (a At) Time() time.Time { return time.Time(a) }
func (At) isEvent()          {}

// ChannelEntered: a channel came under the application's control.
type ChannelEntered struct {
	At
	Channel Channel
	// Replaces is the channel this one took the place of (pickup, masquerade).
	Replaces ChannelID
}

// ChannelLeft: a channel left the application, hung up or sent back to the
// dialplan (for example because its lease ran out).
type ChannelLeft struct {
	At
	Channel ChannelID
}

// ChannelAlerting: the far end of a dialled channel rings (180, or 183 where
// the phone sends only that).
type ChannelAlerting struct {
	At
	Channel ChannelID
	// Endpoint whose channel it is; empty where the switch does not say.
	Endpoint EndpointID
}

// ChannelAnswered: a channel is up.
type ChannelAnswered struct {
	At
	Channel ChannelID
	// Endpoint whose channel it is; empty where the switch does not say.
	Endpoint EndpointID
}

// HangupRequested: a side asked for the end of a channel. The first one on a
// call's legs that we did not order tells who hung up.
type HangupRequested struct {
	At
	Channel ChannelID
	Cause   Cause
	// TechCause is the last SIP status where the end was off-nominal, else 0.
	TechCause int
}

// ChannelGone: the channel exists no more.
type ChannelGone struct {
	At
	Channel   ChannelID
	Cause     Cause
	TechCause int
}

// ClockStepped: the switch's clock was set. By is how far, back where negative;
// Time is by the new clock, as are all events after it.
type ClockStepped struct {
	At
	By time.Duration
}

// BridgeEntered: a channel is in the bridge. Only this says so; the reply to
// the command does not.
type BridgeEntered struct {
	At
	Bridge  BridgeID
	Channel ChannelID
}

// BridgeLeft: a channel is out of the bridge.
type BridgeLeft struct {
	At
	Bridge  BridgeID
	Channel ChannelID
}

// BridgeGone: the bridge exists no more.
type BridgeGone struct {
	At
	Bridge BridgeID
}

// PlaybackStarted: the first medium of a playback can be heard.
type PlaybackStarted struct {
	At
	Playback PlaybackID
	Channel  ChannelID
}

// PlaybackFinished: a playback ended. Failed when its last medium could not be
// played, a missing prompt for example; of one before it the switch says nothing,
// and plays the rest.
type PlaybackFinished struct {
	At
	Playback PlaybackID
	Channel  ChannelID
	Failed   bool
}

// TransferAsked: a phone asks by REFER (RFC 3515) that its call be transferred, and waits
// for TransferTold. To is empty where it asks for more than a number.
type TransferAsked struct {
	At
	Channel ChannelID
	To      string
}

// DigitPressed: one key on a channel's phone.
type DigitPressed struct {
	At
	Channel  ChannelID
	Digit    string
	Duration time.Duration
}

// VoiceBegan: a party whose voice is to be detected is heard.
type VoiceBegan struct {
	At
	Channel ChannelID
}

// VoiceEnded: it has not been heard for as long as was asked for.
type VoiceEnded struct {
	At
	Channel ChannelID
}

// Held and Unheld: the phone's own hold key.
type Held struct {
	At
	Channel ChannelID
}

// Unheld ends Held.
type Unheld struct {
	At
	Channel ChannelID
}

// EndpointChanged: a device became reachable (registered, answers OPTIONS) or
// ceased to be.
type EndpointChanged struct {
	At
	Endpoint  EndpointID
	Reachable bool
}

// CommandFailed: a command was refused by the switch or its outcome is unknown.
// Gone means the thing it acted on no longer exists, which is a normal end of a
// race and never an error shown to a person.
type CommandFailed struct {
	At
	Command Command
	Gone    bool
	Err     error
}

// LinkLost: the connection to the switch broke; nothing is known from here on.
// Channels live on in the switch.
type LinkLost struct {
	At
	// HeardAt is when the switch was last heard, where it was given up for its silence:
	// if it has died, it was then. The zero value where the connection broke at At.
	HeardAt time.Time
	Err     error
}

// LinkUp: the connection stands, behind a fence; Snapshot is the truth to
// reconcile with. Events that follow may repeat what it already says.
type LinkUp struct {
	At
	Snapshot Snapshot
}
