package ari

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Time is the switch's way of writing a moment: its zone without a colon, so
// not RFC 3339, to the millisecond.
type Time struct{ time.Time }

const timeLayout = "2006-01-02T15:04:05.000-0700"

// UnmarshalJSON reads the switch's layout; null and "" are the zero time.
func (t *Time) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("decode time: %w", err)
	}
	if s == "" {
		t.Time = time.Time{}
		return nil
	}
	v, err := time.Parse(timeLayout, s)
	if err != nil {
		return fmt.Errorf("decode time: %w", err)
	}
	t.Time = v
	return nil
}

// MarshalJSON writes the switch's layout.
func (t Time) MarshalJSON() ([]byte, error) { return json.Marshal(t.Format(timeLayout)) }

// Variables are channel or bridge variables with their values as text. The
// switch does not say their type; what is not text is kept as its JSON.
type Variables map[string]string

// UnmarshalJSON takes values of any type.
func (v *Variables) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return fmt.Errorf("decode variables: %w", err)
	}
	*v = make(Variables, len(raw))
	for name, value := range raw {
		var s string
		var reported struct{ Value *string }
		switch {
		case json.Unmarshal(value, &s) == nil:
			(*v)[name] = s
		case json.Unmarshal(value, &reported) == nil && reported.Value != nil:
			(*v)[name] = *reported.Value
		default:
			(*v)[name] = string(value)
		}
	}
	return nil
}

// Channel is one party's signalling path.
type Channel struct {
	ID           string      `json:"id"`
	ProtocolID   string      `json:"protocol_id"` // SIP Call-ID
	Name         string      `json:"name"`
	State        string      `json:"state"`
	Caller       CallerID    `json:"caller"`
	Connected    CallerID    `json:"connected"`
	AccountCode  string      `json:"accountcode"`
	Dialplan     DialplanCEP `json:"dialplan"`
	CreationTime Time        `json:"creationtime"`
	Language     string      `json:"language"`
	ChannelVars  Variables   `json:"channelvars,omitempty"`
	CallerRDNIS  string      `json:"caller_rdnis,omitempty"`
	TenantID     string      `json:"tenantid,omitempty"`
}

// CallerID is a number and a name as received.
type CallerID struct {
	Name   string `json:"name"`
	Number string `json:"number"`
}

// DialplanCEP is where a channel stands in the dialplan.
type DialplanCEP struct {
	Context  string `json:"context"`
	Exten    string `json:"exten"`
	Priority int64  `json:"priority"`
	AppName  string `json:"app_name"`
	AppData  string `json:"app_data"`
}

// Bridge mixes channels.
type Bridge struct {
	ID            string    `json:"id"`
	Technology    string    `json:"technology"`
	BridgeType    string    `json:"bridge_type"`
	BridgeClass   string    `json:"bridge_class"`
	Creator       string    `json:"creator"`
	Name          string    `json:"name"`
	Channels      []string  `json:"channels"`
	VideoMode     string    `json:"video_mode,omitempty"`
	VideoSourceID string    `json:"video_source_id,omitempty"`
	CreationTime  Time      `json:"creationtime"`
	BridgeVars    Variables `json:"bridgevars,omitempty"`
}

// Playback is the playing of a list of media.
type Playback struct {
	ID           string `json:"id"`
	MediaURI     string `json:"media_uri"`
	NextMediaURI string `json:"next_media_uri,omitempty"`
	TargetURI    string `json:"target_uri"` // channel:ID or bridge:ID
	Language     string `json:"language,omitempty"`
	State        string `json:"state"` // queued playing paused continuing done failed
}

// LiveRecording is a recording being made.
type LiveRecording struct {
	Name            string `json:"name"`
	Format          string `json:"format"`
	TargetURI       string `json:"target_uri"`
	State           string `json:"state"`
	Duration        int64  `json:"duration,omitempty"`         // seconds
	TalkingDuration int64  `json:"talking_duration,omitempty"` // seconds
	SilenceDuration int64  `json:"silence_duration,omitempty"` // seconds
	Cause           string `json:"cause,omitempty"`
}

// StoredRecording is a finished recording in the switch's spool.
type StoredRecording struct {
	Name   string `json:"name"`
	Format string `json:"format"`
}

// Endpoint is a device.
type Endpoint struct {
	Technology string   `json:"technology"`
	Resource   string   `json:"resource"`
	State      string   `json:"state,omitempty"` // unknown offline online
	ChannelIDs []string `json:"channel_ids"`
}

// TextMessage is a text from or to an endpoint.
type TextMessage struct {
	From      string    `json:"from"`
	To        string    `json:"to"`
	Body      string    `json:"body"`
	Variables Variables `json:"variables,omitempty"`
}

// ContactInfo is what is known of a registered contact.
type ContactInfo struct {
	URI           string `json:"uri"`
	ContactStatus string `json:"contact_status"` // NonQualified Reachable Unreachable Removed …
	AOR           string `json:"aor"`
	RoundtripUsec string `json:"roundtrip_usec,omitempty"`
}

// Peer is a peer's status.
type Peer struct {
	PeerStatus string `json:"peer_status"`
	Cause      string `json:"cause,omitempty"`
	Address    string `json:"address,omitempty"`
	Port       string `json:"port,omitempty"`
	Time       string `json:"time,omitempty"`
}

// DeviceState is a lamp's state.
type DeviceState struct {
	Name  string `json:"name"`
	State string `json:"state"`
}

// Application is what the switch holds for one Stasis application.
type Application struct {
	Name             string       `json:"name"`
	ChannelIDs       []string     `json:"channel_ids"`
	BridgeIDs        []string     `json:"bridge_ids"`
	EndpointIDs      []string     `json:"endpoint_ids"`
	DeviceNames      []string     `json:"device_names"`
	EventsAllowed    []FilterItem `json:"events_allowed"`
	EventsDisallowed []FilterItem `json:"events_disallowed"`
}

// FilterItem names one type of event.
type FilterItem struct {
	Type string `json:"type"`
}

// Info is what the switch says of itself.
type Info struct {
	Build  *BuildInfo  `json:"build,omitempty"`
	System *SystemInfo `json:"system,omitempty"`
	Config *ConfigInfo `json:"config,omitempty"`
	Status *StatusInfo `json:"status,omitempty"`
}

// BuildInfo is how the switch was built.
type BuildInfo struct {
	OS      string `json:"os"`
	Kernel  string `json:"kernel"`
	Options string `json:"options"`
	Machine string `json:"machine"`
	Date    string `json:"date"`
	User    string `json:"user"`
}

// SystemInfo is the switch's version and id.
type SystemInfo struct {
	Version  string `json:"version"`
	EntityID string `json:"entity_id"`
}

// ConfigInfo holds the limits in asterisk.conf; 0 means none.
type ConfigInfo struct {
	Name            string  `json:"name"`
	DefaultLanguage string  `json:"default_language"`
	MaxChannels     int64   `json:"max_channels,omitempty"`
	MaxOpenFiles    int64   `json:"max_open_files,omitempty"`
	MaxLoad         float64 `json:"max_load,omitempty"`
	SetID           SetID   `json:"setid"`
}

// SetID is the user the switch runs as.
type SetID struct {
	User  string `json:"user"`
	Group string `json:"group"`
}

// StatusInfo is when the switch started.
type StatusInfo struct {
	StartupTime    Time `json:"startup_time"`
	LastReloadTime Time `json:"last_reload_time"`
}

// Pong is the reply to a ping.
type Pong struct {
	AsteriskID string `json:"asterisk_id"`
	Ping       string `json:"ping"`
	Timestamp  string `json:"timestamp"`
}

// Module is a loadable part of the switch.
type Module struct {
	Name         string `json:"name"`
	Description  string `json:"description"`
	UseCount     int64  `json:"use_count"`
	Status       string `json:"status"`
	SupportLevel string `json:"support_level"`
}

// Variable is one variable's value.
type Variable struct {
	Value string `json:"value"`
}

// ConfigTuple is one attribute of a dynamic configuration object.
type ConfigTuple struct {
	Attribute string `json:"attribute"`
	Value     string `json:"value"`
}

// FormatLangPair is a form a sound is there in.
type FormatLangPair struct {
	Language string `json:"language"`
	Format   string `json:"format"`
}

// Sound is a prompt the switch can play.
type Sound struct {
	ID      string           `json:"id"`
	Text    string           `json:"text,omitempty"`
	Formats []FormatLangPair `json:"formats"`
}
