package ari

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// Channels are the operations on channels. Those on one channel answer 404
// when it is gone, 409 when it is not in the application, 412 when it is not
// dialled or not answered yet. While an unbridged channel plays, the switch
// holds back the replies of Answer, SetVars and addChannel until it ends.
type Channels struct{ c *Client }

// Reported is a variable's value that rides in every event and reply about its
// channel or bridge.
type Reported struct {
	Value        string `json:"value"`
	ReportEvents bool   `json:"report_events"`
}

// assignments makes the body's variables; a name in both is reported.
func assignments(report, plain map[string]string) map[string]any {
	if len(report)+len(plain) == 0 {
		return nil
	}
	m := make(map[string]any, len(report)+len(plain))
	for k, v := range plain {
		m[k] = v
	}
	for k, v := range report {
		m[k] = Reported{Value: v, ReportEvents: true}
	}
	return m
}

// List returns all channels of the switch, whoever they belong to.
func (r Channels) List(ctx context.Context) ([]Channel, error) {
	var out []Channel
	err := r.c.do(ctx, get("channels list", path("channels")), &out)
	return out, err
}

// Get returns one channel.
func (r Channels) Get(ctx context.Context, id string) (*Channel, error) {
	out := new(Channel)
	return out, r.c.do(ctx, get("channels get", path("channels", id)), out)
}

// CreateChannel is the request for a channel that is not dialled yet.
type CreateChannel struct {
	// ID is chosen by us, at most 149 characters.
	ID       string   `json:"channelId"`
	Endpoint string   `json:"endpoint"`
	App      string   `json:"app"`
	Args     []string `json:"-"`
	// OtherID names the second half of a Local channel.
	OtherID string `json:"otherChannelId,omitempty"`
	// Originator lends its formats and linked id; exclusive with Formats.
	Originator string `json:"originator,omitempty"`
	Formats    string `json:"formats,omitempty"`
	// Report and Vars are variables. Names may be functions, as in CALLERID(num).
	Report map[string]string `json:"-"`
	Vars   map[string]string `json:"-"`
}

type createBody struct {
	CreateChannel
	AppArgs   string         `json:"appArgs,omitempty"`
	Variables map[string]any `json:"variables,omitempty"`
}

// Create makes a channel that enters the application at once in state Down.
//
// A channel with this id that is already there is success: it is the one an
// earlier attempt made. The switch's 409 is not proof of that: it keeps the
// reason of the last failure per connection, so that after one true 409 each
// other failure on the same connection also reads 409 (seen on 22.10.1).
// Create therefore looks, and reports Unreachable when there is no such channel.
func (r Channels) Create(ctx context.Context, q CreateChannel) (*Channel, error) {
	out, _, err := r.create(ctx, q)
	return out, err
}

// create also tells whether it was this very call that made the channel.
func (r Channels) create(ctx context.Context, q CreateChannel) (out *Channel, fresh bool, err error) {
	body := createBody{CreateChannel: q, AppArgs: strings.Join(q.Args, ","), Variables: assignments(q.Report, q.Vars)}
	return r.make(ctx, q.ID, post("channels create", path("channels", "create"), body))
}

// OriginateChannel is the request for a channel that is dialled at once and
// enters the application, or the dialplan, when it is answered.
type OriginateChannel struct {
	ID         string        `json:"-"`
	Endpoint   string        `json:"endpoint"`
	App        string        `json:"app,omitempty"`
	Args       []string      `json:"-"`
	Context    string        `json:"context,omitempty"`
	Extension  string        `json:"extension,omitempty"`
	Priority   int64         `json:"priority,omitempty"`
	Label      string        `json:"label,omitempty"`
	CallerID   string        `json:"callerId,omitempty"`
	Timeout    time.Duration `json:"-"` // whole seconds; 0 means the switch's 30 s
	OtherID    string        `json:"otherChannelId,omitempty"`
	Originator string        `json:"originator,omitempty"`
	Formats    string        `json:"formats,omitempty"`

	Report map[string]string `json:"-"`
	Vars   map[string]string `json:"-"`
}

type originateBody struct {
	OriginateChannel
	AppArgs   string         `json:"appArgs,omitempty"`
	Seconds   int            `json:"timeout,omitempty"`
	Variables map[string]any `json:"variables,omitempty"`
}

// Originate dials at once; see Create for what an existing id means.
func (r Channels) Originate(ctx context.Context, q OriginateChannel) (*Channel, error) {
	body := originateBody{OriginateChannel: q, AppArgs: strings.Join(q.Args, ","), Seconds: seconds(q.Timeout), Variables: assignments(q.Report, q.Vars)}
	out, _, err := r.make(ctx, q.ID, post("channels originate", path("channels", q.ID), body))
	return out, err
}

// make carries out a call that makes a channel with our id, a second time when
// the connection broke, and tells whether the channel is its work.
func (r Channels) make(ctx context.Context, id string, q call) (out *Channel, fresh bool, err error) {
	out = new(Channel)
	err = r.c.once(ctx, q.again(), out)
	lost := r.c.again(ctx, err)
	if lost {
		err = r.c.once(ctx, q.again(), out)
	}
	if !Exists(err) {
		return out, err == nil, err
	}
	out, err = r.Get(ctx, id)
	if Gone(err) {
		return nil, false, &Error{Operation: q.operation, Status: 500, Message: allocationFailed}
	}
	return out, lost, err
}

// Dial rings a created channel for at most the given time, in whole seconds
// rounded up. Caller, if not empty, is a channel whose identity, language and
// inherited variables the dialled one takes. Never dial a channel twice: before
// its first 180 that breaks the call (an assertion in the switch, 22.10.1).
func (r Channels) Dial(ctx context.Context, id, caller string, ring time.Duration) error {
	return r.c.do(ctx, post("channels dial", path("channels", id, "dial"), struct {
		Caller  string `json:"caller,omitempty"`
		Timeout int    `json:"timeout,omitempty"`
	}{caller, seconds(ring)}), nil)
}

// seconds rounds up, so that no wait becomes none at all.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// Hangup ends a channel with a Q.850 cause; 0 leaves it to the switch.
func (r Channels) Hangup(ctx context.Context, id string, cause int) error {
	q := remove("channels hangup", path("channels", id))
	if cause != 0 {
		q = q.with("reason_code", strconv.Itoa(cause))
	}
	return r.c.do(ctx, q, nil)
}

// Continue sends the channel on in the dialplan; empty context and extension mean where it came from.
func (r Channels) Continue(ctx context.Context, id, dialplan, extension string, priority int) error {
	return r.c.do(ctx, post("channels continue", path("channels", id, "continue"), struct {
		Context   string `json:"context,omitempty"`
		Extension string `json:"extension,omitempty"`
		Priority  int    `json:"priority,omitempty"`
	}{dialplan, extension, priority}), nil)
}

// Move hands the channel to another application.
func (r Channels) Move(ctx context.Context, id, app string, args ...string) error {
	return r.c.do(ctx, post("channels move", path("channels", id, "move"), struct {
		App     string `json:"app"`
		AppArgs string `json:"appArgs,omitempty"`
	}{app, strings.Join(args, ",")}), nil)
}

// Redirect sends the caller elsewhere (302 before the answer).
func (r Channels) Redirect(ctx context.Context, id, endpoint string) error {
	return r.c.do(ctx, post("channels redirect", path("channels", id, "redirect"), struct {
		Endpoint string `json:"endpoint"`
	}{endpoint}), nil)
}

// Answer picks up. Answering an answered channel does nothing.
func (r Channels) Answer(ctx context.Context, id string) error {
	return r.c.do(ctx, post("channels answer", path("channels", id, "answer"), nil).again(), nil)
}

// Ring indicates ringing: 180 before the answer, a tone in band after it.
func (r Channels) Ring(ctx context.Context, id string) error {
	return r.c.do(ctx, post("channels ring", path("channels", id, "ring"), nil).again(), nil)
}

// RingStop ends Ring.
func (r Channels) RingStop(ctx context.Context, id string) error {
	return r.c.do(ctx, remove("channels ringStop", path("channels", id, "ring")), nil)
}

// Progress indicates early media: 183.
func (r Channels) Progress(ctx context.Context, id string) error {
	return r.c.do(ctx, post("channels progress", path("channels", id, "progress"), nil).again(), nil)
}

// SendDTMF sends keys towards the channel. Zero times mean the switch's own.
func (r Channels) SendDTMF(ctx context.Context, id, digits string, between, duration time.Duration) error {
	return r.c.do(ctx, post("channels sendDTMF", path("channels", id, "dtmf"), struct {
		DTMF     string `json:"dtmf"`
		Between  int64  `json:"between,omitempty"`
		Duration int64  `json:"duration,omitempty"`
	}{digits, between.Milliseconds(), duration.Milliseconds()}), nil)
}

// Direction of muting or listening, as seen from the channel: what it sends is in.
type Direction string

// Directions.
const (
	DirectionNone Direction = "none"
	DirectionIn   Direction = "in"
	DirectionOut  Direction = "out"
	DirectionBoth Direction = "both"
)

// Mute silences one or both directions.
func (r Channels) Mute(ctx context.Context, id string, d Direction) error {
	return r.c.do(ctx, post("channels mute", path("channels", id, "mute"), struct {
		Direction Direction `json:"direction,omitempty"`
	}{d}).again(), nil)
}

// Unmute ends Mute.
func (r Channels) Unmute(ctx context.Context, id string, d Direction) error {
	return r.c.do(ctx, remove("channels unmute", path("channels", id, "mute")).with("direction", string(d)), nil)
}

// Hold puts the channel on hold.
func (r Channels) Hold(ctx context.Context, id string) error {
	return r.c.do(ctx, post("channels hold", path("channels", id, "hold"), nil).again(), nil)
}

// Unhold ends Hold.
func (r Channels) Unhold(ctx context.Context, id string) error {
	return r.c.do(ctx, remove("channels unhold", path("channels", id, "hold")), nil)
}

// StartMusic plays music on hold; a class that does not exist is 204 and silence.
func (r Channels) StartMusic(ctx context.Context, id, class string) error {
	return r.c.do(ctx, post("channels startMoh", path("channels", id, "moh"), mohBody{class}).again(), nil)
}

type mohBody struct {
	Class string `json:"mohClass,omitempty"`
}

// StopMusic ends StartMusic.
func (r Channels) StopMusic(ctx context.Context, id string) error {
	return r.c.do(ctx, remove("channels stopMoh", path("channels", id, "moh")), nil)
}

// StartSilence sends silence, which keeps the media path open.
func (r Channels) StartSilence(ctx context.Context, id string) error {
	return r.c.do(ctx, post("channels startSilence", path("channels", id, "silence"), nil).again(), nil)
}

// StopSilence ends StartSilence.
func (r Channels) StopSilence(ctx context.Context, id string) error {
	return r.c.do(ctx, remove("channels stopSilence", path("channels", id, "silence")), nil)
}
