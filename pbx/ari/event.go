package ari

import "context"

// Events are the operations that make or claim events.
type Events struct{ c *Client }

// User sends an event to an application; it comes back as ChannelUserevent
// behind all that was queued for it.
func (r Events) User(ctx context.Context, name, app string, variables map[string]string) error {
	return r.c.do(ctx, post("events userEvent", path("events", "user", name), struct {
		Application string            `json:"application"`
		Variables   map[string]string `json:"variables,omitempty"`
	}{app, variables}).again(), nil)
}

// Claim takes a channel that was offered to several applications (409 when
// another was first).
func (r Events) Claim(ctx context.Context, channel, app string) error {
	return r.c.do(ctx, post("events claimChannel", path("events", "claim"), struct {
		Channel     string `json:"channelId"`
		Application string `json:"application"`
	}{channel, app}), nil)
}
