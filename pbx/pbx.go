// Package pbx holds the switch's words as values: channels, bridges, endpoints,
// causes, the events a switch reports and the commands it obeys. It has no
// behaviour of its own, does no I/O and imports the standard library only, so
// that the domain (package cti) can speak of channels without knowing ARI.
//
// Who makes what:
//
//	pbx/ari   decodes a real switch's messages into Event and carries out Command
//	cti       decides: Event in, Command out
//	cti/engine  carries both between them
//
// Ids are chosen by us wherever the switch allows it, before the request that
// makes the thing, so that an event can never arrive for an id nobody knows
// and a repeated request meets "already exists" instead of making a twin.
package pbx

import (
	"strings"
	"time"
)

// ChannelID names one party's signalling path. Ids of legs we create are ours;
// ids of incoming channels are the switch's, prefixed by its system name.
type ChannelID string

// BridgeID names a mixing bridge. Always chosen by us.
type BridgeID string

// PlaybackID names one playing of a list of media. Always chosen by us.
type PlaybackID string

// EndpointID is a device the switch knows, written as technology/resource, as
// in PJSIP/1001.
type EndpointID string

// LampID names a lamp: a state that the switch keeps for us and shows on the keys of
// all phones that watch it. Always chosen by us, of letters, digits, - and _.
type LampID string

// LampState is what a lamp shows, as the switch calls it.
type LampState string

// States of a lamp. How each looks is the phone's choice; common are dark or green,
// blinking and red.
const (
	LampIdle    LampState = "NOT_INUSE"
	LampRinging LampState = "RINGING"
	LampInUse   LampState = "INUSE"
	LampOnHold  LampState = "ONHOLD"
	LampBusy    LampState = "BUSY"
	LampAbsent  LampState = "UNAVAILABLE"
)

// ChannelState is the switch's state of a channel.
type ChannelState string

// States of a channel a hotline meets. The set is the switch's and is not closed.
const (
	ChannelDown    ChannelState = "Down"
	ChannelRing    ChannelState = "Ring"    // incoming, not answered
	ChannelRinging ChannelState = "Ringing" // outgoing, far end alerts
	ChannelUp      ChannelState = "Up"
)

// Party is a number with its display name, verbatim as received: it is data,
// never dialled, never evaluated, escaped wherever it is shown.
type Party struct {
	Number string `json:"number"`
	Name   string `json:"name,omitempty"`
}

// Channel is what the switch says of one channel at one moment.
type Channel struct {
	ID        ChannelID
	Name      string // technology/resource-serial
	State     ChannelState
	Caller    Party
	CreatedAt time.Time
	// AnsweredAt is when it was answered, where the switch's ledger says so.
	AnsweredAt time.Time
	// InApp is true while the channel is under our application's control.
	InApp bool
	// Args are the arguments it entered the application with.
	Args []string
	// Context is the dialplan's in which it is, or from which it came into the application.
	Context string
	// Vars are the variables set with report_events: call, role, agent.
	Vars map[string]string
}

// Endpoint is the device a channel of this name belongs to: the name without its
// serial, as in PJSIP/1001-0000002a.
func (c Channel) Endpoint() EndpointID {
	if i := strings.LastIndexByte(c.Name, '-'); i > 0 {
		return EndpointID(c.Name[:i])
	}
	return ""
}

// Bridge is what the switch says of one bridge at one moment.
type Bridge struct {
	ID       BridgeID
	Channels []ChannelID
	Vars     map[string]string
}

// Endpoint is a device and whether a call to it could be placed now.
type Endpoint struct {
	ID        EndpointID
	Reachable bool
}

// Snapshot is the switch's whole truth at one moment, taken behind a fence:
// every event older than At has been delivered before it.
type Snapshot struct {
	At        time.Time // switch's clock
	StartedAt time.Time // when the switch process started
	Channels  []Channel
	Bridges   []Bridge
	Endpoints []Endpoint
}
