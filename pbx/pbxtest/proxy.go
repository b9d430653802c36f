package pbxtest

import (
	"context"
	"net"
	"sync"
	"testing"
)

// Proxy stands between a program and a TCP server, and breaks the way as a
// network does.
type Proxy struct {
	listener net.Listener
	target   string

	mu     sync.Mutex // protects the following
	conns  map[net.Conn]bool
	thawC  chan struct{} // closed while the way is open
	closed bool
	wg     sync.WaitGroup
}

// NewProxy listens on a free port for what goes to target, host:port.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	l, err := listenTCP()
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: l, target: target, conns: map[net.Conn]bool{}, thawC: make(chan struct{})}
	close(p.thawC)
	p.wg.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

// Addr is where the proxy listens.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Cut breaks all connections. New ones are possible at once.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}

// Freeze stops all bytes without closing anything, as a pulled cable does.
func (p *Proxy) Freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.thawC:
		p.thawC = make(chan struct{})
	default:
	}
}

// Thaw lets the bytes flow again, those held back first.
func (p *Proxy) Thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.thawC:
	default:
		close(p.thawC)
	}
}

func (p *Proxy) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	_ = p.listener.Close()
	p.Cut()
	p.Thaw()
	p.wg.Wait()
}

func (p *Proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		s, err := (&net.Dialer{Timeout: Deadline}).DialContext(context.Background(), "tcp", p.target)
		if err != nil {
			_ = c.Close()
			continue
		}
		if !p.add(c, s) {
			return
		}
		p.wg.Go(func() { p.pipe(c, s) })
		p.wg.Go(func() { p.pipe(s, c) })
	}
}

func (p *Proxy) add(pair ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range pair {
		p.conns[c] = true
		if p.closed {
			_ = c.Close()
		}
	}
	return !p.closed
}

// pipe moves bytes one way until either end closes; each piece waits while frozen.
func (p *Proxy) pipe(to, from net.Conn) {
	defer func() {
		_, _ = to.Close(), from.Close()
		p.mu.Lock()
		delete(p.conns, from)
		p.mu.Unlock()
	}()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		p.mu.Lock()
		thaw := p.thawC
		p.mu.Unlock()
		<-thaw
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
