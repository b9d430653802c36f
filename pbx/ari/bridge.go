package ari

import "context"

// Bridges are the operations on bridges: 404 the bridge is gone, 400 the
// channel is gone, 422 the channel is not in the application or not in this bridge.
type Bridges struct{ c *Client }

// List returns all bridges of the switch.
func (r Bridges) List(ctx context.Context) ([]Bridge, error) {
	var out []Bridge
	err := r.c.do(ctx, get("bridges list", path("bridges")), &out)
	return out, err
}

// Get returns one bridge.
func (r Bridges) Get(ctx context.Context, id string) (*Bridge, error) {
	out := new(Bridge)
	return out, r.c.do(ctx, get("bridges get", path("bridges", id)), out)
}

// Create makes a bridge with our id. One that is there already is success.
// Type is a list of mixing, holding, dtmf_events, proxy_media and so on.
func (r Bridges) Create(ctx context.Context, id, kind string, report map[string]string) error {
	err := r.c.do(ctx, post("bridges create", path("bridges", id), struct {
		Type      string         `json:"type"`
		Name      string         `json:"name"`
		Variables map[string]any `json:"variables,omitempty"`
	}{kind, id, assignments(report, nil)}).again(), nil)
	if Exists(err) {
		return nil
	}
	return err
}

// Destroy ends a bridge; its channels stay, unbridged.
func (r Bridges) Destroy(ctx context.Context, id string) error {
	return r.c.do(ctx, remove("bridges destroy", path("bridges", id)), nil)
}

// AddChannel is how channels go into a bridge.
type AddChannel struct {
	Channels []string `json:"channel"`
	Role     string   `json:"role,omitempty"`
	// AbsorbDTMF keeps keys from the other party.
	AbsorbDTMF bool `json:"absorbDTMF,omitempty"`
	Mute       bool `json:"mute,omitempty"`
	// InhibitConnectedLineUpdates keeps the phones' displays as they are.
	InhibitConnectedLineUpdates bool `json:"inhibitConnectedLineUpdates,omitempty"`
}

// Add puts channels into a bridge. Its success does not say that they are in:
// only ChannelEnteredBridge does. One that is in already goes out and in again,
// so it is never repeated by itself.
func (r Bridges) Add(ctx context.Context, id string, q AddChannel) error {
	return r.c.do(ctx, post("bridges addChannel", path("bridges", id, "addChannel"), q), nil)
}

// Remove takes channels out.
func (r Bridges) Remove(ctx context.Context, id string, channels ...string) error {
	return r.c.do(ctx, post("bridges removeChannel", path("bridges", id, "removeChannel"), struct {
		Channels []string `json:"channel"`
	}{channels}).again(), nil)
}

// StartMusic plays music to the bridge.
func (r Bridges) StartMusic(ctx context.Context, id, class string) error {
	return r.c.do(ctx, post("bridges startMoh", path("bridges", id, "moh"), mohBody{class}).again(), nil)
}

// StopMusic ends StartMusic.
func (r Bridges) StopMusic(ctx context.Context, id string) error {
	return r.c.do(ctx, remove("bridges stopMoh", path("bridges", id, "moh")), nil)
}

// Play plays to all in a bridge. In a holding bridge with music it is never heard.
func (r Bridges) Play(ctx context.Context, id string, q PlayMedia) (*Playback, error) {
	out := new(Playback)
	return out, r.c.do(ctx, post("bridges play", path("bridges", id, "play", q.ID), playBody{q, q.Offset.Milliseconds()}), out)
}

// Record records a bridge, which makes it a softmix bridge for the rest of its life.
func (r Bridges) Record(ctx context.Context, id string, q RecordMedia) (*LiveRecording, error) {
	out := new(LiveRecording)
	return out, r.c.do(ctx, post("bridges record", path("bridges", id, "record"), q.body()), out)
}

// SetVars sets bridge variables.
func (r Bridges) SetVars(ctx context.Context, id string, report, plain map[string]string) error {
	return r.c.do(ctx, post("bridges setBridgeVars", path("bridges", id, "variables"), variablesBody{assignments(report, plain)}).again(), nil)
}

// Vars reads bridge variables; one that is missing makes the whole fail with 404.
func (r Bridges) Vars(ctx context.Context, id string, names ...string) (Variables, error) {
	var out struct{ Variables Variables }
	err := r.c.do(ctx, get("bridges getBridgeVars", path("bridges", id, "variables")).with("variables", list(names)), &out)
	return out.Variables, err
}
