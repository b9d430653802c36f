// Package relay passes SIP datagrams on between test callers and the switch, and
// can fall silent: to whoever calls through it the switch's SIP transport is
// then dead while the process lives and everybody else is served.
//
// # Ownership and order
//
// A Relay owns one UDP socket that callers send to, and for each caller's address
// one socket towards the switch, so that the switch's answers find their way
// back (rport, RFC 3581). Datagrams of one caller keep their order. Nothing in
// them is read or changed: the answer's Contact is the switch's own address, so
// requests within a call may go past the relay, and audio always does.
//
// # Failure
//
// While dead every datagram in either direction is dropped and counted, never
// kept for later. A datagram that cannot be sent is lost, as on a network.
package relay

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// Relay is a running relay. Its methods may be called from any goroutine.
type Relay struct {
	target *net.UDPAddr
	socket *net.UDPConn

	dead            atomic.Bool
	passed, dropped atomic.Int64

	mu      sync.Mutex // protects the following
	callers map[netip.AddrPort]*net.UDPConn
	closed  bool

	work sync.WaitGroup
	stop func() bool
}

// most bounds the callers' addresses a relay knows at a time; it is made for a
// few test callers.
const most = 1000

// largest is the largest datagram.
const largest = 65535

// Start listens on a free port of 127.0.0.1 for what goes to target, host:port.
// It ends with Close, or with the context.
func Start(ctx context.Context, target string) (*Relay, error) {
	return StartAt(ctx, "127.0.0.1:0", target)
}

// StartAt is Start at a listening address of the caller's choice, host:port.
func StartAt(ctx context.Context, listen, target string) (*Relay, error) {
	to, err := net.ResolveUDPAddr("udp", target)
	if err != nil {
		return nil, fmt.Errorf("start sip relay: target: %w", err)
	}
	c, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp", listen)
	if err != nil {
		return nil, fmt.Errorf("start sip relay: %w", err)
	}
	r := &Relay{target: to, socket: c.(*net.UDPConn), callers: map[netip.AddrPort]*net.UDPConn{}}
	r.work.Go(r.toSwitch)
	r.stop = context.AfterFunc(ctx, r.shut)
	return r, nil
}

// Addr is where callers find the switch, host:port.
func (r *Relay) Addr() string { return r.socket.LocalAddr().String() }

// Dead drops every datagram in both directions (true) or lets them pass again.
func (r *Relay) Dead(dead bool) { r.dead.Store(dead) }

// Counts are the datagrams passed on and dropped since the start.
func (r *Relay) Counts() (passed, dropped int64) { return r.passed.Load(), r.dropped.Load() }

// Close ends the relay and returns when nothing of it runs.
func (r *Relay) Close() {
	r.stop()
	r.shut()
	r.work.Wait()
}

func (r *Relay) shut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	_ = r.socket.Close()
	for _, c := range r.callers {
		_ = c.Close()
	}
}

// toSwitch carries what callers send.
func (r *Relay) toSwitch() {
	buf := make([]byte, largest)
	for {
		n, from, err := r.socket.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if up := r.caller(from); up != nil && r.passes() {
			_, _ = up.Write(buf[:n])
		}
	}
}

// toCaller carries what the switch sends to one caller.
func (r *Relay) toCaller(up *net.UDPConn, caller netip.AddrPort) {
	buf := make([]byte, largest)
	for {
		n, err := up.Read(buf)
		if err != nil {
			r.mu.Lock()
			over := r.closed
			r.mu.Unlock()
			if over {
				return
			}
			continue // a switch that is away answers with a refusal per datagram
		}
		if r.passes() {
			_, _ = r.socket.WriteToUDPAddrPort(buf[:n], caller)
		}
	}
}

func (r *Relay) passes() bool {
	if r.dead.Load() {
		r.dropped.Add(1)
		return false
	}
	r.passed.Add(1)
	return true
}

// caller is the socket towards the switch for a caller's address, nil where
// there can be no more.
func (r *Relay) caller(from netip.AddrPort) *net.UDPConn {
	r.mu.Lock()
	defer r.mu.Unlock()
	if up := r.callers[from]; up != nil || r.closed || len(r.callers) >= most {
		return up
	}
	up, err := net.DialUDP("udp", nil, r.target)
	if err != nil {
		return nil
	}
	r.callers[from] = up
	r.work.Go(func() { r.toCaller(up, from) })
	return up
}
