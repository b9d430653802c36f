// Package ariproxy stands between a hotline and its switch's ARI and breaks the
// way as networks and overloaded servers do, so that a drill can show what the
// hotline makes of it.
//
// A Proxy owns one listener and all connections on both sides of it. REST
// requests and the events' WebSocket pass through unchanged while no fault is
// on. Every fault can be put on and taken off at any time, from any goroutine,
// and acts from that moment on, also on connections that are there already.
//
// # What a cut is
//
// While the way is cut no byte passes in either direction and no end of a
// connection is passed on: neither side sees a FIN or a RST. The kernel of this
// machine still shakes hands with new connections and acknowledges what fits
// into a socket's buffer, which a program in between cannot prevent; nothing of
// it is ever read by the other side. Heal breaks all connections that the cut
// has touched with a RST, as a router does that has forgotten them; later ones
// work. What was under way is lost.
//
// # Order and failure
//
// Answers are late, wrong or broken each by itself; requests on other
// connections go on. A request whose client has gone away is abandoned, as
// without the proxy. A switch that cannot be reached is a 502 and is counted.
// Close ends everything, cut or not.
package ariproxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Proxy is a running proxy. Its methods may be called from any goroutine.
type Proxy struct {
	target string
	listen net.Addr
	way    *way
	server *http.Server
	rest   *http.Transport
	events *http.Transport
	journal
	faults

	once sync.Once
	done sync.WaitGroup
}

// Start listens on a free port of 127.0.0.1 for what goes to the switch's HTTP
// server at target, host:port. It ends with Close, or with the context.
func Start(ctx context.Context, target string) (*Proxy, error) {
	return StartAt(ctx, "127.0.0.1:0", target)
}

// StartAt is Start at a listening address of the caller's choice, host:port.
func StartAt(ctx context.Context, listen, target string) (*Proxy, error) {
	if _, _, err := net.SplitHostPort(target); err != nil {
		return nil, fmt.Errorf("start ari proxy: target %q: want host:port: %w", target, err)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("start ari proxy: %w", err)
	}
	p := &Proxy{target: target, listen: l.Addr(), way: newWay()}
	p.rest = p.transport(0)
	// The reader of the events must be able to hold the switch up: with a small
	// buffer a slow one is felt after some hundred events, not after some million.
	p.events = p.transport(32 << 10)
	p.server = &http.Server{
		Handler:     p.handler(),
		ErrorLog:    stdlog.New(io.Discard, "", 0),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
	}
	p.done.Go(func() { _ = p.server.Serve(gateListener{l, p.way}) })
	stop := context.AfterFunc(ctx, func() { _ = p.Close() })
	p.done.Go(func() { <-p.way.closedC; stop() })
	return p, nil
}

// URL is the base of ARI's resources through the proxy.
func (p *Proxy) URL() string { return "http://" + p.listen.String() + "/ari" }

// Addr is where the proxy listens, host:port.
func (p *Proxy) Addr() string { return p.listen.String() }

// Close breaks all connections and returns when nothing of the proxy runs.
func (p *Proxy) Close() error {
	var err error
	p.once.Do(func() {
		p.way.close()
		err = p.server.Close()
		p.rest.CloseIdleConnections()
		p.events.CloseIdleConnections()
	})
	p.done.Wait()
	p.finish()
	return err
}

// Cut lets no byte pass any more in either direction, on present and on new
// connections, and passes on no end of any, until Heal.
func (p *Proxy) Cut() { p.way.cut() }

// Heal breaks the connections that were there during the cut and lets new ones
// work.
func (p *Proxy) Heal() { p.way.heal() }

// Break breaks all present connections with a RST; new ones work.
func (p *Proxy) Break() { p.way.breakAll() }

type connKey struct{}

// connOf is the client's connection a request came on.
func connOf(ctx context.Context) *gateConn {
	c, _ := ctx.Value(connKey{}).(*gateConn)
	return c
}

func (p *Proxy) transport(readBuffer int) *http.Transport {
	return &http.Transport{
		DisableCompression: true, MaxIdleConnsPerHost: 64,
		// The switch closes a connection that was idle for 15 s.
		IdleConnTimeout: 10 * time.Second,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return p.way.dial(ctx, p.target, readBuffer)
		},
	}
}

func isEvents(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// RoundTrip implements http.RoundTripper: the events have connections of their own.
func (p *Proxy) RoundTrip(r *http.Request) (*http.Response, error) {
	if isEvents(r) {
		return p.events.RoundTrip(r)
	}
	return p.rest.RoundTrip(r)
}

func (p *Proxy) handler() http.Handler {
	to := &url.URL{Scheme: "http", Host: p.target}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host
		},
		Transport:      p,
		FlushInterval:  -1,
		ErrorLog:       stdlog.New(io.Discard, "", 0),
		ModifyResponse: p.answer,
		ErrorHandler:   p.fail,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := p.came(r)
		if e == nil {
			panic(http.ErrAbortHandler)
		}
		defer p.handlers.Done()
		r = r.WithContext(context.WithValue(r.Context(), entryKey{}, e))
		if !isEvents(r) {
			if status := p.refuse(); status != 0 {
				p.ended(e, status, Refused)
				refusal(w, status)
				return
			}
		}
		proxy.ServeHTTP(w, r)
	})
}

// refusal is what an overloaded switch answers.
func refusal(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, errorBody)
}

const errorBody = `{"message":"the drill's proxy answers instead of the switch"}`

var errBroken = errors.New("connection broken by the drill")

// answer treats the switch's answer on its way back.
func (p *Proxy) answer(res *http.Response) error {
	ctx := res.Request.Context()
	e, _ := ctx.Value(entryKey{}).(*Request)
	if res.StatusCode == http.StatusSwitchingProtocols {
		p.ended(e, res.StatusCode, Passed)
		if body, ok := res.Body.(io.ReadWriteCloser); ok {
			res.Body = &slowBody{ReadWriteCloser: body, rate: p.rate, goneC: p.way.closedC}
		}
		return nil
	}
	if err := p.wait(ctx); err != nil {
		return err
	}
	if status := p.lose(); status != 0 {
		_ = res.Body.Close()
		res.Body = io.NopCloser(strings.NewReader(errorBody))
		res.StatusCode, res.Status = status, ""
		res.ContentLength = int64(len(errorBody))
		res.TransferEncoding = nil
		res.Header = http.Header{"Content-Type": {"application/json"}}
		p.ended(e, status, Lost)
		return nil
	}
	if p.reset() {
		p.ended(e, res.StatusCode, Reset)
		return p.tear(res)
	}
	p.ended(e, res.StatusCode, Passed)
	return nil
}

// tear lets half of the body pass and breaks the connection then; of an answer
// without a body nothing passes.
func (p *Proxy) tear(res *http.Response) error {
	conn := connOf(res.Request.Context())
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	_ = res.Body.Close()
	if err != nil || len(body) < 2 {
		conn.reset()
		return errBroken
	}
	res.Body = &tornBody{half: body[:len(body)/2], conn: conn}
	return nil
}

// fail is called where there is no answer to pass on.
func (p *Proxy) fail(w http.ResponseWriter, r *http.Request, err error) {
	e, _ := r.Context().Value(entryKey{}).(*Request)
	switch {
	case errors.Is(err, errBroken): // counted by who broke it
	case r.Context().Err() != nil:
		p.ended(e, 0, Abandoned)
	default:
		p.ended(e, http.StatusBadGateway, Unreachable)
	}
	w.WriteHeader(http.StatusBadGateway)
}
