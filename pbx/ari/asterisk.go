package ari

import "context"

// Switch are the operations on the switch itself.
type Switch struct{ c *Client }

// Info tells version, limits and when the switch started.
func (r Switch) Info(ctx context.Context) (*Info, error) {
	out := new(Info)
	return out, r.c.do(ctx, get("asterisk getInfo", path("asterisk", "info")), out)
}

// Ping proves that HTTP and the password are right; it does not prove that
// events arrive.
func (r Switch) Ping(ctx context.Context) (*Pong, error) {
	out := new(Pong)
	return out, r.c.do(ctx, get("asterisk ping", path("asterisk", "ping")), out)
}

// GlobalVar reads a global variable or function.
func (r Switch) GlobalVar(ctx context.Context, name string) (string, error) {
	var out Variable
	err := r.c.do(ctx, get("asterisk getGlobalVar", path("asterisk", "variable")).with("variable", name), &out)
	return out.Value, err
}

// SetGlobalVar sets a global variable.
func (r Switch) SetGlobalVar(ctx context.Context, name, value string) error {
	return r.c.do(ctx, post("asterisk setGlobalVar", path("asterisk", "variable"), struct {
		Variable string `json:"variable"`
		Value    string `json:"value"`
	}{name, value}).again(), nil)
}

// Modules are the operations on loadable parts.
type Modules struct{ c *Client }

// List returns all modules.
func (r Modules) List(ctx context.Context) ([]Module, error) {
	var out []Module
	err := r.c.do(ctx, get("asterisk listModules", path("asterisk", "modules")), &out)
	return out, err
}

// Get returns one module.
func (r Modules) Get(ctx context.Context, name string) (*Module, error) {
	out := new(Module)
	return out, r.c.do(ctx, get("asterisk getModule", path("asterisk", "modules", name)), out)
}

// Reload makes a module read its configuration again.
func (r Modules) Reload(ctx context.Context, name string) error {
	return r.c.do(ctx, put("asterisk reloadModule", path("asterisk", "modules", name), nil), nil)
}
