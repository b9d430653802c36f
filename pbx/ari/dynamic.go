package ari

import "context"

// Dynamic are the operations on configuration objects that the switch itself
// keeps, over its restarts.
type Dynamic struct{ c *Client }

func dynamicPath(class, kind, id string) string {
	return path("asterisk", "config", "dynamic", class, kind, id)
}

// Get returns an object's attributes.
func (r Dynamic) Get(ctx context.Context, class, kind, id string) ([]ConfigTuple, error) {
	var out []ConfigTuple
	err := r.c.do(ctx, get("asterisk getObject", dynamicPath(class, kind, id)), &out)
	return out, err
}

// Put makes or changes an object; what is not named keeps its value.
func (r Dynamic) Put(ctx context.Context, class, kind, id string, fields []ConfigTuple) error {
	return r.c.do(ctx, put("asterisk updateObject", dynamicPath(class, kind, id), struct {
		Fields []ConfigTuple `json:"fields"`
	}{fields}), nil)
}

// Delete removes an object.
func (r Dynamic) Delete(ctx context.Context, class, kind, id string) error {
	return r.c.do(ctx, remove("asterisk deleteObject", dynamicPath(class, kind, id)), nil)
}
