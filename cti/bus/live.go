package bus

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/zap"
)

const (
	// passLife is how long a pass opens a connection, and it opens one; connectionLife is how
	// long that lasts. The page takes another pass then.
	passLife       = time.Minute
	connectionLife = 10 * time.Minute
	// liveBehind is how much may wait for a client that does not read before it is cut off.
	liveBehind = 4 << 20
)

// Live is a NATS server for browsers, of its own: it keeps nothing, has no JetStream, and
// facts are not in it. It listens on loopback for WebSockets only, and lets in who has a
// pass that was not used yet, to hear the pass's subjects and to say nothing. Its methods may be used by many
// goroutines.
type Live struct {
	ns    *server.Server
	nc    *nats.Conn
	inner string // the token of the process's own connection

	mu     sync.Mutex // protects the following
	passes map[string]*Pass
	// clients are the connections that a login has opened.
	clients map[string][]uint64
	given   time.Time
}

// Pass lets a browser follow its own subjects for a while.
type Pass struct {
	Token   string
	Expires time.Time
	// Inbox is the prefix under which it may be answered.
	Inbox    string
	Subjects []string

	login string
}

// StartLive starts the server.
func StartLive(ctx context.Context, log *zap.Logger) (*Live, error) {
	l := &Live{inner: rand.Text(), passes: map[string]*Pass{}, clients: map[string][]uint64{}}
	var err error
	l.ns, err = server.NewServer(&server.Options{
		ServerName: "sansheng-live", DontListen: true, NoSigs: true, MaxPending: liveBehind, MaxPayload: 4 << 20, WriteDeadline: 5 * time.Second,
		Websocket:                  server.WebsocketOpts{Host: "127.0.0.1", Port: -1, NoTLS: true, HandshakeTimeout: 5 * time.Second, Compression: true},
		CustomClientAuthentication: gate{l}, PingInterval: 10 * time.Second, MaxPingsOut: 2,
	})
	if err != nil {
		return nil, fmt.Errorf("make live server: %w", err)
	}
	said := &logger{log: log.Named("live").Sugar()}
	l.ns.SetLoggerV2(said, false, false, false)
	l.ns.Start()
	limit, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for !l.ns.ReadyForConnections(20 * time.Millisecond) {
		if limit.Err() != nil {
			return nil, errors.Join(fmt.Errorf("start live server: not ready: %w", context.Cause(limit)), l.Close())
		}
	}
	if l.nc, err = nats.Connect("", nats.InProcessServer(l.ns), nats.Token(l.inner), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond)); err != nil {
		return nil, errors.Join(fmt.Errorf("connect to live server: %w", err), l.Close())
	}
	return l, nil
}

// URL is where it listens, as a proxy needs it.
func (l *Live) URL() (*url.URL, error) {
	u, err := url.Parse(l.ns.WebsocketURL())
	if err != nil {
		return nil, fmt.Errorf("live server's address: %w", err)
	}
	u.Scheme, u.Path = "http", "/"
	return u, nil
}

// Issue makes a pass for a login.
func (l *Live) Issue(login string, subjects ...string) Pass {
	now := time.Now()
	p := &Pass{Token: rand.Text(), Expires: now.Add(passLife), Inbox: "_INBOX." + rand.Text(), Subjects: subjects, login: login}
	l.mu.Lock()
	defer l.mu.Unlock()
	for token, old := range l.passes {
		if now.After(old.Expires) {
			delete(l.passes, token)
		}
	}
	l.passes[p.Token], l.given = p, now
	return *p
}

// Revoke ends a login's passes and the connections that they have opened.
func (l *Live) Revoke(login string) {
	l.mu.Lock()
	for token, p := range l.passes {
		if p.login == login {
			delete(l.passes, token)
		}
	}
	clients := l.clients[login]
	delete(l.clients, login)
	l.mu.Unlock()
	for _, id := range clients {
		_ = l.ns.DisconnectClientByID(id) // it is gone already, else
	}
}

// Publish says something to who follows a subject.
func (l *Live) Publish(subject string, b []byte) error {
	if err := l.nc.Publish(subject, b); err != nil {
		return fmt.Errorf("publish live on %s: %w", subject, err)
	}
	return nil
}

// Followed tells whether somebody may be listening.
func (l *Live) Followed() bool {
	l.mu.Lock()
	given := l.given
	l.mu.Unlock()
	return time.Since(given) < connectionLife+passLife
}

// Close ends all connections and the server.
func (l *Live) Close() error {
	if l.nc != nil {
		l.nc.Close()
	}
	l.ns.Shutdown()
	l.ns.WaitForShutdown()
	return nil
}

// gate lets clients in.
type gate struct{ live *Live }

// Check implements server.Authentication.
func (g gate) Check(c server.ClientAuthentication) bool {
	token := c.GetOpts().Token
	if token == g.live.inner {
		c.RegisterUser(&server.User{Username: "sansheng", AllowedConnectionTypes: map[string]struct{}{"STANDARD": {}, "IN_PROCESS": {}}})
		return true
	}
	now := time.Now()
	g.live.mu.Lock()
	defer g.live.mu.Unlock()
	p := g.live.passes[token]
	if p == nil || now.After(p.Expires) {
		return false
	}
	delete(g.live.passes, token) // who reads it on its way, or in a log, comes too late
	g.live.clients[p.login] = append(slices.Clip(g.live.clients[p.login]), c.GetID())
	if n := len(g.live.clients[p.login]); n > clientsKept {
		g.live.clients[p.login] = g.live.clients[p.login][n-clientsKept:]
	}
	c.RegisterUser(&server.User{
		Username: p.login, ConnectionDeadline: now.Add(connectionLife), AllowedConnectionTypes: map[string]struct{}{"WEBSOCKET": {}},
		Permissions: &server.Permissions{
			Subscribe: &server.SubjectPermission{Allow: append(slices.Clone(p.Subjects), p.Inbox+".>")},
			Publish:   &server.SubjectPermission{Deny: []string{">"}},
		},
	})
	return true
}

// clientsKept is how many of a login's connections are remembered: each page has one.
const clientsKept = 50
