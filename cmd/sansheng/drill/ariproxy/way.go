package ariproxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
)

// way is the network between the two sides: open, or cut. It knows every
// connection.
type way struct {
	closedC chan struct{} // closed by close

	mu     sync.Mutex    // protects the following
	healC  chan struct{} // nil while the way is open; closed when it opens again
	conns  map[*gateConn]bool
	closed bool
}

func newWay() *way {
	return &way{closedC: make(chan struct{}), conns: map[*gateConn]bool{}}
}

func (w *way) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.healC != nil || w.closed {
		return
	}
	w.healC = make(chan struct{})
	for c := range w.conns {
		c.healC = w.healC
	}
}

func (w *way) heal() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.healC == nil {
		return
	}
	close(w.healC)
	for c := range w.conns {
		if c.healC == w.healC {
			c.abort()
			delete(w.conns, c)
		}
	}
	w.healC = nil
}

func (w *way) breakAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.healC != nil {
		return // a cut way passes on no end of a connection
	}
	for c := range w.conns {
		c.abort()
		delete(w.conns, c)
	}
}

func (w *way) close() {
	w.heal()
	w.mu.Lock()
	w.closed = true
	for c := range w.conns {
		c.abort()
	}
	clear(w.conns)
	w.mu.Unlock()
	close(w.closedC)
}

// add makes a connection one of the way's.
func (w *way) add(raw net.Conn) net.Conn {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := &gateConn{Conn: raw, way: w, healC: w.healC}
	if w.closed {
		c.abort()
		return c
	}
	w.conns[c] = true
	return c
}

// dial connects to the switch. While the way is cut nobody answers.
func (w *way) dial(ctx context.Context, target string, readBuffer int) (net.Conn, error) {
	w.mu.Lock()
	healC := w.healC
	w.mu.Unlock()
	if healC != nil {
		select {
		case <-healC:
			return nil, errCut
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	d := net.Dialer{}
	if readBuffer > 0 {
		d.Control = func(_, _ string, raw syscall.RawConn) error {
			var set error
			err := raw.Control(func(fd uintptr) {
				set = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, readBuffer)
			})
			return errors.Join(err, set)
		}
	}
	c, err := d.DialContext(ctx, "tcp", target)
	if err != nil {
		return nil, fmt.Errorf("reach switch: %w", err)
	}
	return w.add(c), nil
}

// gateListener makes every accepted connection one of the way's.
type gateListener struct {
	net.Listener
	way *way
}

func (l gateListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.way.add(c), nil
}

var errCut = errors.New("the way was cut")

// gateConn is a connection that can be cut. Once it was cut it never works
// again; until the way heals its reads and writes wait, and its end is put off.
type gateConn struct {
	net.Conn
	way *way

	healC chan struct{} // protected by way.mu; nil while it was never cut
}

// wait returns at once where the connection works, else errCut once the way has
// healed.
func (c *gateConn) wait() error {
	c.way.mu.Lock()
	healC := c.healC
	c.way.mu.Unlock()
	if healC == nil {
		return nil
	}
	<-healC
	return errCut
}

func (c *gateConn) Read(b []byte) (int, error) {
	if err := c.wait(); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(b)
	// What came, or ended, after the cut came never.
	if cut := c.wait(); cut != nil {
		return 0, cut
	}
	return n, err
}

func (c *gateConn) Write(b []byte) (int, error) {
	if err := c.wait(); err != nil {
		return 0, err
	}
	n, err := c.Conn.Write(b)
	if cut := c.wait(); cut != nil {
		return 0, cut
	}
	return n, err
}

// Close puts the end of a cut connection off until the way heals.
func (c *gateConn) Close() error {
	c.way.mu.Lock()
	defer c.way.mu.Unlock()
	if c.healC != nil && c.way.healC == c.healC {
		return nil
	}
	delete(c.way.conns, c)
	return c.Conn.Close()
}

// reset breaks the connection with a RST.
func (c *gateConn) reset() {
	c.way.mu.Lock()
	defer c.way.mu.Unlock()
	if c.healC != nil && c.way.healC == c.healC {
		return
	}
	delete(c.way.conns, c)
	c.abort()
}

// abort closes with a RST in place of a FIN.
func (c *gateConn) abort() {
	if t, ok := c.Conn.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Conn.Close()
}
