package ari

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"
)

// Config says where a switch's ARI is.
type Config struct {
	// URL is the base of the resources, as in http://127.0.0.1:8088/ari.
	URL string
	// User and Password of ari.conf. The password is never logged.
	User, Password string
	// App is the application's name in Stasis().
	App string
	// Timeout bounds each request; 0 means 5 s.
	Timeout time.Duration
	// Transport replaces the connection pool, for tests; nil means the usual one.
	Transport http.RoundTripper
}

// Client carries out single operations. It is safe for concurrent use and holds
// nothing but its pool of connections, which Close lets go.
type Client struct {
	Applications Applications
	Asterisk     Switch
	Bridges      Bridges
	Channels     Channels
	DeviceStates DeviceStates
	Dynamic      Dynamic
	Endpoints    Endpoints
	Events       Events
	Modules      Modules
	Playbacks    Playbacks
	Recordings   Recordings
	Sounds       Sounds

	config Config
	base   *url.URL
	http   *http.Client
}

// maxReply bounds a reply; a snapshot of 10 000 channels is about 7 MB.
const maxReply = 64 << 20

// NewClient makes a client. It does not connect; it fails only for a URL that is none.
func NewClient(c Config) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(c.URL, "/"))
	if err != nil {
		return nil, fmt.Errorf("parse ARI URL: %w", err)
	}
	if base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fmt.Errorf("parse ARI URL %q: want http://host:port/ari", base.Redacted())
	}
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Second
	}
	if c.Transport == nil {
		c.Transport = newTransport()
	}
	cl := &Client{config: c, base: base, http: &http.Client{Transport: c.Transport}}
	cl.Applications.c, cl.Asterisk.c, cl.Bridges.c = cl, cl, cl
	cl.Channels.c, cl.DeviceStates.c, cl.Dynamic.c = cl, cl, cl
	cl.Endpoints.c, cl.Events.c, cl.Modules.c = cl, cl, cl
	cl.Playbacks.c, cl.Recordings.c, cl.Sounds.c = cl, cl, cl
	return cl, nil
}

// newTransport keeps up to 64 connections: each may be held for long by one
// command that waits for a channel. Idle ones close before the switch closes
// them, which it does after 15 s unless session_keep_alive says more: net/http
// does not repeat a POST that met a closed connection.
func newTransport() *http.Transport {
	return &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 5 * time.Second}).DialContext,
		MaxConnsPerHost:     64,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     12 * time.Second,
		DisableCompression:  true,
	}
}

// Close lets idle connections go. Requests under way end by themselves.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// App is the application's name.
func (c *Client) App() string { return c.config.App }

// call is one request to be made.
type call struct {
	operation string
	method    string
	path      string
	query     url.Values
	body      any
	// idempotent calls are repeated once when their connection broke.
	idempotent bool
}

// path joins segments, each escaped. The switch decodes + as a space in paths,
// which url.PathEscape does not know.
func path(segments ...string) string {
	for i, s := range segments {
		segments[i] = strings.ReplaceAll(url.PathEscape(s), "+", "%2B")
	}
	return strings.Join(segments, "/")
}

// do makes the request and decodes the reply into out, if not nil.
func (c *Client) do(ctx context.Context, r call, out any) error {
	err := c.once(ctx, r, out)
	if c.again(ctx, err) {
		return c.once(ctx, r, out)
	}
	return err
}

// again tells whether a request is worth a second attempt at once: its
// connection broke, it may be done twice, and there is time.
func (c *Client) again(ctx context.Context, err error) bool {
	return ctx.Err() == nil && ask(err, func(e *Error) bool { return e.Status == 0 && !e.Timeout() && e.SafeToRetry() })
}

func (c *Client) once(ctx context.Context, r call, out any) error {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	res, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxReply))
	if err != nil {
		return &Error{Operation: r.operation, Err: fmt.Errorf("read reply: %w", err), idempotent: r.idempotent}
	}
	if res.StatusCode/100 != 2 {
		return &Error{Operation: r.operation, Status: res.StatusCode, Message: message(res.StatusCode, body), idempotent: r.idempotent}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return &Error{Operation: r.operation, Err: fmt.Errorf("decode reply: %w", err), idempotent: r.idempotent}
	}
	return nil
}

// send makes the request up to the reply's header; the caller closes the body.
func (c *Client) send(ctx context.Context, r call) (*http.Response, error) {
	var body io.Reader
	if r.body != nil {
		b, err := json.Marshal(r.body)
		if err != nil {
			return nil, &Error{Operation: r.operation, Err: fmt.Errorf("encode request: %w", err), unsent: true}
		}
		body = bytes.NewReader(b)
	}
	u := c.base.String() + "/" + r.path
	if len(r.query) > 0 {
		u += "?" + r.query.Encode()
	}
	connected := false
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected = true }})
	req, err := http.NewRequestWithContext(traced, r.method, u, body)
	if err != nil {
		return nil, &Error{Operation: r.operation, Err: err, unsent: true}
	}
	req.SetBasicAuth(c.config.User, c.config.Password)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		// The URL in url.Error may hold ids of callers: keep the cause only.
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err
		}
		return nil, &Error{Operation: r.operation, Err: err, idempotent: r.idempotent, unsent: !connected}
	}
	return res, nil
}

// get, post, put and remove are calls of one line.
func get(operation, path string) call {
	return call{operation: operation, method: http.MethodGet, path: path, idempotent: true}
}

func post(operation, path string, body any) call {
	return call{operation: operation, method: http.MethodPost, path: path, body: body}
}

func put(operation, path string, body any) call {
	return call{operation: operation, method: http.MethodPut, path: path, body: body, idempotent: true}
}

func remove(operation, path string) call {
	return call{operation: operation, method: http.MethodDelete, path: path, idempotent: true}
}

// again marks a call as one that may be carried out twice.
func (r call) again() call { r.idempotent = true; return r }

func (r call) with(key, value string) call {
	if value == "" {
		return r
	}
	if r.query == nil {
		r.query = url.Values{}
	}
	r.query.Set(key, value)
	return r
}
