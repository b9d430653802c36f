package ari

import "context"

// Endpoints are the operations on devices.
type Endpoints struct{ c *Client }

// List returns all endpoints.
func (r Endpoints) List(ctx context.Context) ([]Endpoint, error) {
	var out []Endpoint
	err := r.c.do(ctx, get("endpoints list", path("endpoints")), &out)
	return out, err
}

// ListTech returns the endpoints of one technology, PJSIP for example.
func (r Endpoints) ListTech(ctx context.Context, technology string) ([]Endpoint, error) {
	var out []Endpoint
	err := r.c.do(ctx, get("endpoints listByTech", path("endpoints", technology)), &out)
	return out, err
}

// Get returns one endpoint.
func (r Endpoints) Get(ctx context.Context, technology, resource string) (*Endpoint, error) {
	out := new(Endpoint)
	return out, r.c.do(ctx, get("endpoints get", path("endpoints", technology, resource)), out)
}

// SendMessage sends a text to one endpoint.
func (r Endpoints) SendMessage(ctx context.Context, technology, resource, from, body string) error {
	return r.c.do(ctx, put("endpoints sendMessageToEndpoint", path("endpoints", technology, resource, "sendMessage"), struct {
		From string `json:"from"`
		Body string `json:"body"`
	}{from, body}), nil)
}
