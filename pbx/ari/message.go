package ari

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Message is one event of the switch as it came: a pointer to one of the
// structs named as the switch names its events, or *Raw.
type Message interface {
	// Head is what every event carries.
	Head() *Header
}

// Header is what every event carries.
type Header struct {
	Type        string `json:"type"`
	Application string `json:"application"`
	Timestamp   Time   `json:"timestamp"`
	AsteriskID  string `json:"asterisk_id,omitempty"`
}

// Head implements Message.
func (h *Header) Head() *Header { return h }

// Raw is an event of a type this package does not know.
type Raw struct {
	Header
	JSON json.RawMessage `json:"-"`
}

// newMessage makes an empty event by its type.
var newMessage = map[string]func() Message{
	"StasisStart":              func() Message { return new(StasisStart) },
	"StasisEnd":                func() Message { return new(StasisEnd) },
	"ChannelCreated":           func() Message { return new(ChannelCreated) },
	"ChannelDestroyed":         func() Message { return new(ChannelDestroyed) },
	"ChannelStateChange":       func() Message { return new(ChannelStateChange) },
	"ChannelDtmfReceived":      func() Message { return new(ChannelDtmfReceived) },
	"ChannelDialplan":          func() Message { return new(ChannelDialplan) },
	"ChannelCallerId":          func() Message { return new(ChannelCallerId) },
	"ChannelConnectedLine":     func() Message { return new(ChannelConnectedLine) },
	"ChannelHangupRequest":     func() Message { return new(ChannelHangupRequest) },
	"ChannelVarset":            func() Message { return new(ChannelVarset) },
	"ChannelHold":              func() Message { return new(ChannelHold) },
	"ChannelUnhold":            func() Message { return new(ChannelUnhold) },
	"ChannelToneDetected":      func() Message { return new(ChannelToneDetected) },
	"ChannelTalkingStarted":    func() Message { return new(ChannelTalkingStarted) },
	"ChannelTalkingFinished":   func() Message { return new(ChannelTalkingFinished) },
	"ChannelUserevent":         func() Message { return new(ChannelUserevent) },
	"ChannelTransfer":          func() Message { return new(ChannelTransfer) },
	"Dial":                     func() Message { return new(Dial) },
	"CallBroadcast":            func() Message { return new(CallBroadcast) },
	"CallClaimed":              func() Message { return new(CallClaimed) },
	"BridgeCreated":            func() Message { return new(BridgeCreated) },
	"BridgeDestroyed":          func() Message { return new(BridgeDestroyed) },
	"BridgeMerged":             func() Message { return new(BridgeMerged) },
	"BridgeVideoSourceChanged": func() Message { return new(BridgeVideoSourceChanged) },
	"BridgeBlindTransfer":      func() Message { return new(BridgeBlindTransfer) },
	"BridgeAttendedTransfer":   func() Message { return new(BridgeAttendedTransfer) },
	"ChannelEnteredBridge":     func() Message { return new(ChannelEnteredBridge) },
	"ChannelLeftBridge":        func() Message { return new(ChannelLeftBridge) },
	"PlaybackStarted":          func() Message { return new(PlaybackStarted) },
	"PlaybackContinuing":       func() Message { return new(PlaybackContinuing) },
	"PlaybackFinished":         func() Message { return new(PlaybackFinished) },
	"RecordingStarted":         func() Message { return new(RecordingStarted) },
	"RecordingFinished":        func() Message { return new(RecordingFinished) },
	"RecordingFailed":          func() Message { return new(RecordingFailed) },
	"ContactStatusChange":      func() Message { return new(ContactStatusChange) },
	"PeerStatusChange":         func() Message { return new(PeerStatusChange) },
	"EndpointStateChange":      func() Message { return new(EndpointStateChange) },
	"DeviceStateChanged":       func() Message { return new(DeviceStateChanged) },
	"TextMessageReceived":      func() Message { return new(TextMessageReceived) },
	"ApplicationReplaced":      func() Message { return new(ApplicationReplaced) },
	"ApplicationRegistered":    func() Message { return new(ApplicationRegistered) },
	"ApplicationUnregistered":  func() Message { return new(ApplicationUnregistered) },
	"ApplicationMoveFailed":    func() Message { return new(ApplicationMoveFailed) },
	"RESTResponse":             func() Message { return new(RESTResponse) },
}

// Sniff is the type of an event, found without decoding it: the value of the
// first "type" at the top level. Empty when there is none.
func Sniff(b []byte) string {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			end := stringEnd(b, i)
			if end < 0 {
				return ""
			}
			if depth == 1 && bytes.Equal(b[i:end], typeKey) {
				if v, ok := stringAfterColon(b, end); ok {
					return v
				}
			}
			i = end - 1
		}
	}
	return ""
}

var typeKey = []byte(`"type"`)

// stringEnd is the index behind the string that begins at i, or -1.
func stringEnd(b []byte, i int) int {
	for j := i + 1; j < len(b); j++ {
		switch b[j] {
		case '\\':
			j++
		case '"':
			return j + 1
		}
	}
	return -1
}

func stringAfterColon(b []byte, i int) (string, bool) {
	for ; i < len(b); i++ {
		switch b[i] {
		case ' ', '\t', '\n', '\r', ':':
			continue
		case '"':
			end := stringEnd(b, i)
			if end < 0 {
				return "", false
			}
			return string(b[i+1 : end-1]), true
		}
		return "", false
	}
	return "", false
}

// Decode reads one event. Bytes that are not UTF-8, as a caller's name may
// hold, become U+FFFD; an unknown type becomes *Raw.
func Decode(b []byte) (Message, error) {
	kind := Sniff(b)
	build, ok := newMessage[kind]
	if !ok {
		raw := &Raw{JSON: bytes.Clone(b)}
		if err := json.Unmarshal(b, raw); err != nil {
			return nil, fmt.Errorf("decode event %.40q: %w", kind, err)
		}
		return raw, nil
	}
	m := build()
	if err := json.Unmarshal(b, m); err != nil {
		return nil, fmt.Errorf("decode event %s: %w", kind, err)
	}
	return m, nil
}
