package phone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/emiago/sipgo/sip"
	"golang.org/x/sys/unix"
)

func init() {
	// sipgo refuses to send a datagram above the MTU. A test's odd caller id of
	// 4 KiB is such a one; the kernel fragments it.
	sip.UDPMTUSize = 65507 + 200
	// sipgo writes its own view of what we report anyway to the process's logger.
	sip.SetDefaultLogger(slog.New(slog.DiscardHandler))
}

// wire is the sipgo side of a phone: its socket, transports and transactions.
// Received messages come to the phone twice: through tap, in the order of the
// socket, and, if they are requests that are no repetition, through serve with
// the transaction to answer on. sipgo starts a goroutine for each message after
// the tap, so only the tap knows their order.
type wire struct {
	network string // UDP or TCP
	local   netip.AddrPort
	tp      *sip.TransportLayer
	tx      *sip.TransactionLayer
	close   func() error
	serve   func() error
	known   chan struct{} // closed when sipgo has the socket
	serving sync.WaitGroup
	frozen  atomic.Bool
	closing sync.Once
	peers   sync.Map // addresses datagrams came from, as text
}

// handler is what a wire delivers to.
type handler interface {
	// tapped gets every answer to an INVITE, in the socket's order.
	tapped(*sip.Response)
	// hungUp gets every BYE, in the socket's order: the next INVITE may be right
	// behind it, and be served before it.
	hungUp(*sip.Request)
	// served gets each request once, on a goroutine of its own.
	served(*sip.Request, *sip.ServerTx)
	malformed(error)
}

// gated is a socket that a frozen phone does not write to. Its first read says
// that sipgo knows it: before that, sipgo would try to open it a second time.
type gated struct {
	net.PacketConn
	frozen *atomic.Bool
	known  func()
}

// ReadFrom implements net.PacketConn.
func (g gated) ReadFrom(b []byte) (int, net.Addr, error) {
	g.known()
	return g.PacketConn.ReadFrom(b)
}

// WriteTo implements net.PacketConn.
func (g gated) WriteTo(b []byte, to net.Addr) (int, error) {
	if g.frozen.Load() {
		return len(b), nil
	}
	return g.PacketConn.WriteTo(b, to)
}

func openWire(cfg Config, h handler) (*wire, error) {
	w := &wire{network: sip.NetworkToUpper(cfg.Transport), known: make(chan struct{})}
	listen, err := listenAddr(cfg)
	if err != nil {
		return nil, fmt.Errorf("open phone: %w", err)
	}
	logger := slog.New(slog.DiscardHandler)
	options := []sip.TransportLayerOption{
		sip.WithTransportLayerLogger(logger),
		sip.WithTransportLayerReadFilter(func(p sip.TransportReadProps, data []byte) ([]byte, error) {
			if w.frozen.Load() {
				return nil, nil
			}
			if p.Transport == "UDP" {
				w.peers.Store(p.RemoteAddr.String(), nil)
				if err := check(data); err != nil {
					h.malformed(err)
					return nil, nil
				}
			}
			return data, nil
		}),
	}
	var serve func() error
	var conn net.PacketConn
	var listener net.Listener
	switch w.network {
	case "UDP":
		if conn, err = new(net.ListenConfig).ListenPacket(context.Background(), "udp", listen); err != nil {
			return nil, fmt.Errorf("open phone: %w", err)
		}
		w.local = conn.LocalAddr().(*net.UDPAddr).AddrPort()
		w.close = conn.Close
		serve = func() error { return w.tp.ServeUDP(gated{conn, &w.frozen, sync.OnceFunc(func() { close(w.known) })}) }
	case "TCP":
		reuse := net.ListenConfig{Control: reusePort}
		if listener, err = reuse.Listen(context.Background(), "tcp", listen); err != nil {
			return nil, fmt.Errorf("open phone: %w", err)
		}
		w.local = listener.Addr().(*net.TCPAddr).AddrPort()
		w.close = listener.Close
		close(w.known)
		serve = func() error { return w.tp.ServeTCP(listener) }
		options = append(options, sip.WithTransportLayerTransports(sip.TransportsConfig{TCP: &sip.TransportTCP{
			// Connections we open leave from the port we announce, so that a switch
			// finds the connection again by the contact's address.
			DialerCreate: func(net.Addr) net.Dialer {
				return net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(w.local), Timeout: 5 * time.Second,
					Control: func(network, address string, c syscall.RawConn) error {
						if w.frozen.Load() {
							return net.ErrClosed
						}
						return reusePort(network, address, c)
					}}
			},
		}}))
	default:
		return nil, fmt.Errorf("open phone: transport %q is neither udp nor tcp", cfg.Transport)
	}
	w.local = netip.AddrPortFrom(w.local.Addr().Unmap(), w.local.Port())
	w.tp = sip.NewTransportLayer(net.DefaultResolver, sip.NewParser(), nil, options...)
	// Before the transaction layer's own, so that it sees messages first and in order.
	w.tp.OnMessage(func(msg sip.Message) { tap(msg, h) })
	w.tx = sip.NewTransactionLayer(w.tp, sip.WithTransactionLayerLogger(logger),
		sip.WithTransactionLayerUnhandledResponseHandler(func(*sip.Response) {}))
	w.tx.OnRequest(h.served)
	w.serve = serve
	return w, nil
}

// start begins to deliver; the handler must be complete by now.
func (w *wire) start() {
	w.serving.Go(func() { _ = w.serve() }) // ends when the socket is closed
	<-w.known
}

// listenAddr makes the address to bind a real one: what is announced must be reachable.
func listenAddr(cfg Config) (string, error) {
	host, port, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return "", fmt.Errorf("listen address %q: %w", cfg.Listen, err)
	}
	if ip, err := netip.ParseAddr(host); err == nil && !ip.IsUnspecified() {
		return cfg.Listen, nil
	}
	if host != "" && host != "0.0.0.0" && host != "::" {
		return "", fmt.Errorf("listen address %q: the host must be an IP address", cfg.Listen)
	}
	if cfg.Server == "" {
		return net.JoinHostPort("127.0.0.1", port), nil
	}
	c, err := new(net.Dialer).DialContext(context.Background(), "udp", cfg.Server) // sends nothing
	if err != nil {
		return "", fmt.Errorf("find own address towards %s: %w", cfg.Server, err)
	}
	defer func() { _ = c.Close() }()
	return net.JoinHostPort(c.LocalAddr().(*net.UDPAddr).IP.String(), port), nil
}

func reusePort(_, _ string, c syscall.RawConn) error {
	var err error
	if cerr := c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	}); cerr != nil {
		return cerr
	}
	return err
}

// check parses a datagram once before sipgo does, with a net below: what sipgo
// cannot parse, or would hand on without the fields every answer needs, is dropped.
func check(data []byte) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("parse message: %v", r)
		}
	}()
	if keepAlive(data) {
		return nil
	}
	msg, err := sip.ParseMessage(data)
	if err != nil {
		return fmt.Errorf("parse message: %w", err)
	}
	if !complete(msg) {
		return errIncomplete
	}
	return nil
}

var errIncomplete = errors.New("parse message: Via, From, To, Call-ID or CSeq is missing")

func keepAlive(data []byte) bool {
	for _, b := range data {
		if b != '\r' && b != '\n' && b != 0 {
			return false
		}
	}
	return true
}

// complete reports whether a message has what RFC 3261 section 8.1.1 demands.
func complete(msg sip.Message) bool {
	return msg.Via() != nil && msg.From() != nil && msg.To() != nil && msg.CallID() != nil && msg.CSeq() != nil
}

// freshMark is put where sipgo keeps a sender's address, unused in what was
// received: it marks an INVITE that asks for a new call.
const freshMark = "new call"

// tap runs on the socket's reader.
func tap(msg sip.Message, h handler) {
	if !complete(msg) {
		return
	}
	switch m := msg.(type) {
	case *sip.Request:
		// sipgo itself answers 100 and 487, each time with a tag of its own unless
		// there is one: a call must have one tag (RFC 3261 section 8.2.6.2).
		if m.Method == sip.INVITE && !m.To().Params.Has("tag") {
			m.To().Params.Add("tag", sip.GenerateTagN(16))
			m.Laddr.Hostname = freshMark
		}
		if m.Method == sip.BYE {
			h.hungUp(m)
		}
	case *sip.Response:
		if m.CSeq().MethodName == sip.INVITE {
			h.tapped(m)
		}
	}
}

// shut closes everything at once, saying nothing to anyone.
func (w *wire) shut() {
	w.closing.Do(func() {
		w.frozen.Store(true)
		// What sipgo still has in hand must not make it open a socket of its own.
		w.peers.Store(w.local.String(), nil)
		w.peers.Range(func(addr, _ any) bool {
			w.tp.Pool(w.network).Add(addr.(string), dead{})
			return true
		})
		_ = w.close()
		w.tx.Close()
		if w.network == "TCP" {
			_ = w.tp.Close()
		}
		w.serving.Wait()
	})
}

// dead is the connection of a phone that is closed.
type dead struct{}

// LocalAddr implements sip.Connection, as do the methods below.
func (dead) LocalAddr() net.Addr        { return &net.UDPAddr{} }
func (dead) WriteMsg(sip.Message) error { return net.ErrClosed }
func (dead) Ref(int) int                { return 1 }
func (dead) TryClose() (int, error)     { return 1, nil }
func (dead) Close() error               { return nil }

// via makes a new top Via with a new branch: a new transaction.
func (w *wire) via() *sip.ViaHeader {
	v := &sip.ViaHeader{ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: w.network,
		Host: w.local.Addr().String(), Port: int(w.local.Port())}
	v.Params.Add("branch", sip.GenerateBranch())
	v.Params.Add("rport", "")
	return v
}

// contact is where we can be reached.
func (w *wire) contact(user string) *sip.ContactHeader {
	c := &sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: user, Host: w.local.Addr().String(), Port: int(w.local.Port())}}
	if w.network == "TCP" {
		c.Address.UriParams.Add("transport", "tcp")
	}
	return c
}

// route sets how a request leaves: from our socket, to dest.
func (w *wire) route(req *sip.Request, dest string) {
	req.SetTransport(w.network)
	req.SetDestination(dest)
	if w.network == "UDP" {
		req.Laddr = sip.Addr{IP: w.local.Addr().AsSlice(), Port: int(w.local.Port())}
	}
}

// TransportError is a request that got no answer: nobody there, or nobody who
// answers within 32 s (RFC 3261 timers B and F). Safe to repeat.
type TransportError struct {
	Method string
	Err    error
}

// Error implements error.
func (e *TransportError) Error() string { return fmt.Sprintf("send %s: %v", e.Method, e.Err) }

// Unwrap implements errors.Unwrap.
func (e *TransportError) Unwrap() error { return e.Err }

// ask sends a request other than INVITE and returns its final answer.
func (w *wire) ask(ctx context.Context, req *sip.Request) (*sip.Response, error) {
	tx, err := w.tx.Request(ctx, req)
	if err != nil {
		return nil, &TransportError{req.Method.String(), err}
	}
	defer tx.Terminate()
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res, nil
			}
		case <-tx.Done():
			return nil, &TransportError{req.Method.String(), tx.Err()}
		case <-ctx.Done():
			return nil, &TransportError{req.Method.String(), context.Cause(ctx)}
		}
	}
}
