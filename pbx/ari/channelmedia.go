package ari

import (
	"context"
	"time"
)

// PlayMedia is a list of media to play one after the other.
type PlayMedia struct {
	// ID is chosen by us. The switch does not refuse one that is taken: it plays twice.
	ID string `json:"-"`
	// Media are URIs: sound: recording: number: digits: characters: tone:.
	Media    []string      `json:"media"`
	Language string        `json:"lang,omitempty"`
	Offset   time.Duration `json:"-"` // into the first medium
	// AnnouncerFormat is for bridges only.
	AnnouncerFormat string `json:"announcer_format,omitempty"`
}

type playBody struct {
	PlayMedia
	OffsetMS int64 `json:"offsetms,omitempty"`
}

// Play plays to one channel. Until it ends or is stopped the channel, if not
// bridged, obeys no other command. It is never repeated by itself.
func (r Channels) Play(ctx context.Context, id string, q PlayMedia) (*Playback, error) {
	out := new(Playback)
	q.AnnouncerFormat = ""
	return out, r.c.do(ctx, post("channels play", path("channels", id, "play", q.ID), playBody{q, q.Offset.Milliseconds()}), out)
}

// RecordMedia is a recording to be made.
type RecordMedia struct {
	Name        string        `json:"name"`
	Format      string        `json:"format"`
	MaxDuration time.Duration `json:"-"` // whole seconds; 0 means no bound
	MaxSilence  time.Duration `json:"-"` // whole seconds; 0 means no bound
	// IfExists is fail, overwrite or append; empty means fail.
	IfExists string `json:"ifExists,omitempty"`
	Beep     bool   `json:"beep,omitempty"`
	// TerminateOn is none, any, * or #.
	TerminateOn string `json:"terminateOn,omitempty"`
	// RecorderFormat is for bridges only.
	RecorderFormat string `json:"recorder_format,omitempty"`
}

type recordBody struct {
	RecordMedia
	MaxDurationSeconds int `json:"maxDurationSeconds,omitempty"`
	MaxSilenceSeconds  int `json:"maxSilenceSeconds,omitempty"`
}

func (q RecordMedia) body() recordBody {
	return recordBody{q, seconds(q.MaxDuration), seconds(q.MaxSilence)}
}

// Record records what one unbridged channel says.
func (r Channels) Record(ctx context.Context, id string, q RecordMedia) (*LiveRecording, error) {
	out := new(LiveRecording)
	q.RecorderFormat = ""
	return out, r.c.do(ctx, post("channels record", path("channels", id, "record"), q.body()), out)
}

// SnoopChannel asks for a channel that listens to another, or speaks into it.
type SnoopChannel struct {
	ID      string    `json:"-"`
	Spy     Direction `json:"spy,omitempty"`
	Whisper Direction `json:"whisper,omitempty"`
	App     string    `json:"app"`
	Args    string    `json:"appArgs,omitempty"`
}

// Snoop listens to a channel. A wrong application is 200 and a hangup at once.
func (r Channels) Snoop(ctx context.Context, id string, q SnoopChannel) (*Channel, error) {
	out := new(Channel)
	return out, r.c.do(ctx, post("channels snoopChannel", path("channels", id, "snoop", q.ID), q), out)
}

// ExternalMedia asks for a channel whose sound comes from and goes to a program.
type ExternalMedia struct {
	ID             string `json:"channelId"`
	App            string `json:"app"`
	ExternalHost   string `json:"external_host,omitempty"`
	Encapsulation  string `json:"encapsulation,omitempty"`
	Transport      string `json:"transport,omitempty"`
	ConnectionType string `json:"connection_type,omitempty"`
	Format         string `json:"format"`
	Direction      string `json:"direction,omitempty"`
	Data           string `json:"data,omitempty"`
	TransportData  string `json:"transport_data,omitempty"`
}

// External makes such a channel; see Create for what an existing id means.
func (r Channels) External(ctx context.Context, q ExternalMedia) (*Channel, error) {
	out, _, err := r.make(ctx, q.ID, post("channels externalMedia", path("channels", "externalMedia"), q))
	return out, err
}

// Var reads one variable or function.
func (r Channels) Var(ctx context.Context, id, name string) (string, error) {
	var out Variable
	err := r.c.do(ctx, get("channels getChannelVar", path("channels", id, "variable")).with("variable", name), &out)
	return out.Value, err
}

// Vars reads several; one that is missing makes the whole fail with 404.
func (r Channels) Vars(ctx context.Context, id string, names ...string) (Variables, error) {
	var out struct{ Variables Variables }
	err := r.c.do(ctx, get("channels getChannelVars", path("channels", id, "variables")).with("variables", list(names)), &out)
	return out.Variables, err
}

// SetVars sets variables in one request. Names may be functions.
func (r Channels) SetVars(ctx context.Context, id string, report, plain map[string]string) error {
	return r.c.do(ctx, post("channels setChannelVars", path("channels", id, "variables"), variablesBody{assignments(report, plain)}).again(), nil)
}

type variablesBody struct {
	Variables map[string]any `json:"variables"`
}

// RTPStatistics are the counts of one channel's media stream.
type RTPStatistics struct {
	TxCount              int64   `json:"txcount"`
	RxCount              int64   `json:"rxcount"`
	TxJitter             float64 `json:"txjitter,omitempty"`
	RxJitter             float64 `json:"rxjitter,omitempty"`
	RemoteMaxJitter      float64 `json:"remote_maxjitter,omitempty"`
	RemoteMinJitter      float64 `json:"remote_minjitter,omitempty"`
	RemoteNormDevJitter  float64 `json:"remote_normdevjitter,omitempty"`
	RemoteStdevJitter    float64 `json:"remote_stdevjitter,omitempty"`
	LocalMaxJitter       float64 `json:"local_maxjitter,omitempty"`
	LocalMinJitter       float64 `json:"local_minjitter,omitempty"`
	LocalNormDevJitter   float64 `json:"local_normdevjitter,omitempty"`
	LocalStdevJitter     float64 `json:"local_stdevjitter,omitempty"`
	TxPLoss              int64   `json:"txploss"`
	RxPLoss              int64   `json:"rxploss"`
	RemoteMaxRxPLoss     float64 `json:"remote_maxrxploss,omitempty"`
	RemoteMinRxPLoss     float64 `json:"remote_minrxploss,omitempty"`
	RemoteNormDevRxPLoss float64 `json:"remote_normdevrxploss,omitempty"`
	RemoteStdevRxPLoss   float64 `json:"remote_stdevrxploss,omitempty"`
	LocalMaxRxPLoss      float64 `json:"local_maxrxploss,omitempty"`
	LocalMinRxPLoss      float64 `json:"local_minrxploss,omitempty"`
	LocalNormDevRxPLoss  float64 `json:"local_normdevrxploss,omitempty"`
	LocalStdevRxPLoss    float64 `json:"local_stdevrxploss,omitempty"`
	RTT                  float64 `json:"rtt,omitempty"`
	MaxRTT               float64 `json:"maxrtt,omitempty"`
	MinRTT               float64 `json:"minrtt,omitempty"`
	NormDevRTT           float64 `json:"normdevrtt,omitempty"`
	StdevRTT             float64 `json:"stdevrtt,omitempty"`
	LocalSSRC            int64   `json:"local_ssrc"`
	RemoteSSRC           int64   `json:"remote_ssrc"`
	TxOctetCount         int64   `json:"txoctetcount"`
	RxOctetCount         int64   `json:"rxoctetcount"`
	ChannelUniqueID      string  `json:"channel_uniqueid"`
}

// RTPStatistics reads the media counts; seconds and packets.
func (r Channels) RTPStatistics(ctx context.Context, id string) (*RTPStatistics, error) {
	out := new(RTPStatistics)
	return out, r.c.do(ctx, get("channels rtpstatistics", path("channels", id, "rtp_statistics")), out)
}

// TransferProgress tells a phone that asked for a transfer how it goes:
// channel_progress, channel_answered, channel_unavailable, channel_declined.
func (r Channels) TransferProgress(ctx context.Context, id, state string) error {
	return r.c.do(ctx, post("channels transfer_progress", path("channels", id, "transfer_progress"), struct {
		States string `json:"states"`
	}{state}), nil)
}
