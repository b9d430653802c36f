package ari

import "context"

// Sounds are the operations on prompts.
type Sounds struct{ c *Client }

// List returns the prompts of a language; empty means all.
func (r Sounds) List(ctx context.Context, language string) ([]Sound, error) {
	var out []Sound
	err := r.c.do(ctx, get("sounds list", path("sounds")).with("lang", language), &out)
	return out, err
}

// Get returns one prompt.
func (r Sounds) Get(ctx context.Context, id string) (*Sound, error) {
	out := new(Sound)
	return out, r.c.do(ctx, get("sounds get", path("sounds", id)), out)
}
