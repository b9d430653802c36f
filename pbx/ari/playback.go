package ari

import "context"

// Playbacks are the operations on playbacks: 404 once one has ended.
type Playbacks struct{ c *Client }

// Get returns a playback that has not ended.
func (r Playbacks) Get(ctx context.Context, id string) (*Playback, error) {
	out := new(Playback)
	return out, r.c.do(ctx, get("playbacks get", path("playbacks", id)), out)
}

// Stop ends a playback with its whole list of sounds. Two kinds of media behave
// otherwise on 22.10: digits: (as number: and characters:) cannot be stopped at
// all (500, and the channel obeys nothing until they are spoken), and of a list
// of tones only the one that sounds is stopped.
func (r Playbacks) Stop(ctx context.Context, id string) error {
	return r.c.do(ctx, remove("playbacks stop", path("playbacks", id)), nil)
}

// Control restarts, pauses, unpauses, reverses or forwards. number:, digits: and
// characters: cannot be controlled (409).
func (r Playbacks) Control(ctx context.Context, id, operation string) error {
	return r.c.do(ctx, post("playbacks control", path("playbacks", id, "control"), struct {
		Operation string `json:"operation"`
	}{operation}), nil)
}
