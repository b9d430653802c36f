package pbx

import (
	"cmp"
	"time"
)

// Command is an order to the switch. Commands of one Lane are carried out in
// the order given, each after the last one's reply; lanes do not wait for each
// other. A failed command comes back as CommandFailed.
type Command interface {
	// Lane is the channel, bridge or lamp whose order of commands matters.
	Lane() string
	isCommand()
}

type command struct{}

func (command) isCommand() {}

// Watch asks for a channel's end to be reported also when it has left the
// application. Incoming channels need it; channels we create have it.
type Watch struct {
	command
	Channel ChannelID
}

// Answer picks up an incoming channel. On one that is up it ends the music.
type Answer struct {
	command
	Channel ChannelID
}

// Indicate sends ringing to an incoming channel: 180 before the answer, the
// country's ringback tone in band after it.
type Indicate struct {
	command
	Channel ChannelID
}

// StopIndicate ends the in-band tone of Indicate.
type StopIndicate struct {
	command
	Channel ChannelID
}

// Play plays media (sound:, digits:, tone:) to one channel.
type Play struct {
	command
	Channel  ChannelID
	Playback PlaybackID
	Media    []string
	// Language chooses among prompts, as in zh, or zh_own_gas: see Voice.
	Language string
}

// StopPlay ends a playback. A playing channel obeys no other command until
// this or the end of its media.
type StopPlay struct {
	command
	Channel  ChannelID
	Playback PlaybackID
}

// AskPlay asks whether a playback still goes on, as where its end may have been missed:
// it fails with Gone where it does not.
type AskPlay struct {
	command
	Channel  ChannelID
	Playback PlaybackID
}

// StartMusic lets a channel hear music on hold until StopMusic, a Play or a bridge.
type StartMusic struct {
	command
	Channel ChannelID
	Class   string
}

// StopMusic ends StartMusic.
type StopMusic struct {
	command
	Channel ChannelID
}

// SetVars sets channel variables. Those in Report ride in every later event and
// snapshot of the channel; Vars do not.
type SetVars struct {
	command
	Channel ChannelID
	Report  map[string]string
	Vars    map[string]string
}

// DetectVoice has VoiceBegan and VoiceEnded told of a channel: its voice has ended when
// it was not heard for Hang.
type DetectVoice struct {
	command
	Channel ChannelID
	Hang    time.Duration
}

// Lease bounds how long a channel stays with us should we fall silent: when it
// ends the switch takes the channel to its native fallback. Zero lifts it.
type Lease struct {
	command
	Channel ChannelID
	For     time.Duration
}

// Create makes a channel to an endpoint. The phone learns nothing of it until
// Dial: making one is no effect, so it may come before the facts it belongs to.
type Create struct {
	command
	Channel  ChannelID
	Endpoint EndpointID
	// Originator is the channel on whose behalf it rings: its number and
	// language are passed on.
	Originator ChannelID
	// Caller is what the phone shows.
	Caller Party
	Args   []string
	Report map[string]string
	Vars   map[string]string
}

// Dial rings the endpoint of a channel that the Create before it made. Where that
// failed, or found the channel there already, Dial does nothing: nobody can tell
// whether it rings, and a second dialling would break the call. Ring bounds the ringing;
// it begins After so long, where somebody is to be told first.
type Dial struct {
	command
	Channel ChannelID
	Ring    time.Duration
	After   time.Duration `json:",omitempty"`
}

// Spy makes a channel on another that does one thing. It ends with the channel it is
// on. For is the phone of who listens: the lane is its.
type Spy struct {
	command
	Channel ChannelID
	On      ChannelID
	For     ChannelID
	Does    SpyWay
	Args    []string
}

// SpyWay is what a spy does.
type SpyWay string

const (
	// SpyHear hears what the party says. What he hears is not to be had for certain:
	// after a hold that was taken off quickly nothing of it comes (22.10.1).
	SpyHear SpyWay = "hear"
	// SpySpeak speaks to the party, unheard by whom he talks to.
	SpySpeak SpyWay = "speak"
)

// Join makes the bridge if it is not there and puts the channels into it, in
// the lane of the first of them, or of For where it is given.
type Join struct {
	command
	Bridge   BridgeID
	Channels []ChannelID
	For      ChannelID `json:",omitempty"`
	// Mixed: one of them has heard another party before. The switch's recording of a
	// channel drops what comes from a new phone whose RTP sequence numbers are lower
	// than the last one's, for up to 22 minutes (22.10.1; asterisk issue 507); sound
	// that the switch has mixed itself has none.
	Mixed  bool
	Report map[string]string
}

// Unjoin takes a channel out of a bridge.
type Unjoin struct {
	command
	Bridge  BridgeID
	Channel ChannelID
}

// DropBridge destroys a bridge; channels in it are left unbridged.
type DropBridge struct {
	command
	Bridge BridgeID
}

// Hangup ends a channel with a Q.850 cause.
type Hangup struct {
	command
	Channel ChannelID
	Cause   Cause
}

// Continue sends a channel back to the dialplan. Done says that the hotline
// has finished with it; otherwise the dialplan goes to its fallback.
type Continue struct {
	command
	Channel   ChannelID
	Context   string
	Extension string
	Done      bool
}

// TransferTold tells a phone what came of the transfer that it asked for.
type TransferTold struct {
	command
	Channel ChannelID
	Done    bool
}

// Light lets a lamp show a state. The switch keeps it until the next Light, over its
// own restarts too.
type Light struct {
	command
	Lamp  LampID
	Shows LampState
}

// DropRecording destroys a recording that the switch keeps.
type DropRecording struct {
	command
	Recording string
}

// Lane is the lane of a channel's commands.
func Lane(c ChannelID) string      { return "c/" + string(c) }
func bridgeLane(b BridgeID) string { return "b/" + string(b) }

// Lane implements Command, as do the methods below.
func (c Watch) Lane() string        { return Lane(c.Channel) }
func (c Answer) Lane() string       { return Lane(c.Channel) }
func (c Indicate) Lane() string     { return Lane(c.Channel) }
func (c StopIndicate) Lane() string { return Lane(c.Channel) }
func (c Play) Lane() string         { return Lane(c.Channel) }

// Lane of StopPlay is not the channel's: it must overtake what waits behind
// the playback it ends.
func (c StopPlay) Lane() string    { return "p/" + string(c.Playback) }
func (c AskPlay) Lane() string     { return "p/" + string(c.Playback) }
func (c StartMusic) Lane() string  { return Lane(c.Channel) }
func (c StopMusic) Lane() string   { return Lane(c.Channel) }
func (c SetVars) Lane() string     { return Lane(c.Channel) }
func (c DetectVoice) Lane() string { return Lane(c.Channel) }
func (c Lease) Lane() string       { return Lane(c.Channel) }
func (c Create) Lane() string      { return Lane(c.Channel) }
func (c Dial) Lane() string        { return Lane(c.Channel) }
func (c Spy) Lane() string         { return Lane(c.For) }
func (c Join) Lane() string        { return Lane(cmp.Or(c.For, c.Channels[0])) }
func (c Unjoin) Lane() string      { return Lane(c.Channel) }
func (c DropBridge) Lane() string  { return bridgeLane(c.Bridge) }

// Lane of Hangup is its own: an end is legal at any time and waits for nothing.
func (c Hangup) Lane() string       { return "h/" + string(c.Channel) }
func (c Continue) Lane() string     { return Lane(c.Channel) }
func (c TransferTold) Lane() string { return Lane(c.Channel) }
func (c Light) Lane() string        { return "l/" + string(c.Lamp) }

// Lane of DropRecording is the recording's own.
func (c DropRecording) Lane() string { return "r/" + c.Recording }
