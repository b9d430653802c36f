package ari

import "context"

// DeviceStates are the operations on lamps. Reading any is free; only names
// that begin with Stasis: can be set. Never subscribe to them: on 22.10 closing
// the socket while one is under way can block ARI for good.
type DeviceStates struct{ c *Client }

// List returns the lamps that were set.
func (r DeviceStates) List(ctx context.Context) ([]DeviceState, error) {
	var out []DeviceState
	err := r.c.do(ctx, get("deviceStates list", path("deviceStates")), &out)
	return out, err
}

// Get reads one.
func (r DeviceStates) Get(ctx context.Context, name string) (*DeviceState, error) {
	out := new(DeviceState)
	return out, r.c.do(ctx, get("deviceStates get", path("deviceStates", name)), out)
}

// Set sets one: NOT_INUSE INUSE BUSY RINGING ONHOLD UNAVAILABLE and so on.
func (r DeviceStates) Set(ctx context.Context, name, state string) error {
	return r.c.do(ctx, put("deviceStates update", path("deviceStates", name), struct {
		State string `json:"deviceState"`
	}{state}), nil)
}

// Delete removes one.
func (r DeviceStates) Delete(ctx context.Context, name string) error {
	return r.c.do(ctx, remove("deviceStates delete", path("deviceStates", name)), nil)
}
