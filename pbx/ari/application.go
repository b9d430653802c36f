package ari

import (
	"context"
	"strings"
)

// Applications are the operations on Stasis applications.
type Applications struct{ c *Client }

// List returns all applications.
func (r Applications) List(ctx context.Context) ([]Application, error) {
	var out []Application
	err := r.c.do(ctx, get("applications list", path("applications")), &out)
	return out, err
}

// Get returns one application.
func (r Applications) Get(ctx context.Context, name string) (*Application, error) {
	out := new(Application)
	return out, r.c.do(ctx, get("applications get", path("applications", name)), out)
}

type sourceBody struct {
	Sources []string `json:"eventSource"`
}

// Subscribe adds sources (channel:ID, bridge:ID, endpoint:TECH/ID), at most 128.
// One that does not exist is 422 for all of them. A subscription is counted:
// made twice it must be ended twice.
func (r Applications) Subscribe(ctx context.Context, name string, sources ...string) error {
	return r.c.do(ctx, post("applications subscribe", path("applications", name, "subscription"), sourceBody{sources}), nil)
}

// Unsubscribe ends subscriptions.
func (r Applications) Unsubscribe(ctx context.Context, name string, sources ...string) error {
	return r.c.do(ctx, remove("applications unsubscribe", path("applications", name, "subscription")).with("eventSource", list(sources)), nil)
}

// Filter lets only the given types of events through; none lets all through.
func (r Applications) Filter(ctx context.Context, name string, allowed ...string) error {
	items := make([]FilterItem, 0, len(allowed))
	for _, t := range allowed {
		items = append(items, FilterItem{t})
	}
	return r.c.do(ctx, put("applications filter", path("applications", name, "eventFilter"), struct {
		Allowed []FilterItem `json:"allowed"`
	}{items}), nil)
}

func list(s []string) string { return strings.Join(s, ",") }
