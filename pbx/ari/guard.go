package ari

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// errVoid breaks off what was ordered in a connection that is not ours any more.
var errVoid = errors.New("ordered before the link was lost")

// guardedTransport carries commands of a process that others may take over from:
// what has not been written when the process stood still, or was replaced, is
// never written, and what lies in a socket that is closed is thrown away.
func (l *Link) guardedTransport() *http.Transport {
	t := newTransport()
	dial := (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 5 * time.Second}).DialContext
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		return &guardedConn{Conn: c, link: l}, nil
	}
	return t
}

// guardedConn asks the link before each write.
type guardedConn struct {
	net.Conn
	link *Link
}

// Write implements net.Conn.
func (c *guardedConn) Write(b []byte) (int, error) {
	if s := c.link.session(); s == nil || s.stalled() || s.void.Err() != nil {
		return 0, fmt.Errorf("write command: %w", errVoid)
	}
	return c.Conn.Write(b)
}
