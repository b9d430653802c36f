package ari

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/zap"

	"sansheng/pbx"
)

// session is one connection, from the dialling of its WebSocket to its end.
type session struct {
	link   *Link
	conn   *websocket.Conn
	stalls int64   // of the link's clock when the session began
	seen   repeats // used by the reader only

	failOnce sync.Once
	err      error         // why it ended; written once before failedC is closed
	failedC  chan struct{} // closed by fail
	// void ends when nothing ordered in this session may reach the switch any more.
	void  context.Context
	avoid context.CancelCauseFunc
	upC   chan struct{} // closed by deliver when LinkUp has been queued

	watchMu    sync.Mutex              // held over requests: one change of subscriptions at a time
	subscribed map[pbx.EndpointID]bool // what this session has subscribed; protected by watchMu

	// created tells of each channel asked for and not yet dialled whether it was made.
	created sync.Map // of pbx.ChannelID to bool

	mu     sync.Mutex // protects the following; never held over I/O
	up     bool
	held   []Message // what came before LinkUp
	fences map[string]chan fenceMark
	enters map[string]chan struct{} // channels whose entry somebody waits for
	tr     *translator
}

const maxEvent = 16 << 20

// connect makes one connection and stays with it until it ends. It returns
// whether it stood, and why it ended, which is never nil.
func (l *Link) connect(ctx context.Context) (stood bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	transport := dialTransport()
	defer transport.CloseIdleConnections()
	s := &session{
		link: l, stalls: l.clock.check(), failedC: make(chan struct{}), upC: make(chan struct{}),
		subscribed: map[pbx.EndpointID]bool{}, fences: map[string]chan fenceMark{}, enters: map[string]chan struct{}{},
		tr: newTranslator(l.options.App), seen: newRepeats(),
	}
	s.void, s.avoid = context.WithCancelCause(context.WithoutCancel(ctx))
	defer s.avoid(nil)
	if s.conn, err = l.dial(ctx, transport); err != nil {
		return false, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l.mu.Lock()
	l.current = s
	l.mu.Unlock()

	var wg sync.WaitGroup
	wg.Go(func() { s.fail(s.read(ctx)) })
	wg.Go(func() { s.fail(s.stand(ctx)) })
	select {
	case <-s.failedC:
	case <-ctx.Done():
		s.fail(context.Cause(ctx))
	}
	cancel()
	_ = s.conn.CloseNow()
	wg.Wait()
	return s.standing(), s.err
}

// fail ends the session with the first reason given.
func (s *session) fail(err error) {
	s.failOnce.Do(func() {
		s.err = err
		if s.link.options.Permit != nil || errors.Is(err, ErrStalled) || errors.Is(err, ErrReplaced) {
			s.avoid(errVoid)
		}
		close(s.failedC)
	})
}

// stalled tells whether this process stood still since the session began.
func (s *session) stalled() bool {
	return s.link.clock.check() != s.stalls && !s.link.options.Unfenced
}

func (s *session) standing() bool {
	select {
	case <-s.upC:
		return true
	default:
		return false
	}
}

func (l *Link) dial(ctx context.Context, transport http.RoundTripper) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, l.control.config.Timeout)
	defer cancel()
	u := l.control.base.JoinPath("events")
	u.RawQuery = url.Values{"app": {l.options.App}}.Encode()
	req := http.Request{Header: http.Header{}}
	req.SetBasicAuth(l.options.User, l.options.Password)
	//nolint:bodyclose // the library closes it, or has handed it to the connection
	conn, res, err := websocket.Dial(ctx, u.String(), &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: transport}, HTTPHeader: req.Header,
	})
	if err != nil {
		e := &Error{Operation: "events eventWebsocket", Err: err, unsent: true}
		if res != nil && res.StatusCode != http.StatusSwitchingProtocols {
			e.Status, e.Message, e.Err = res.StatusCode, http.StatusText(res.StatusCode), nil
		}
		return nil, e
	}
	conn.SetReadLimit(maxEvent)
	return conn, nil
}

// stand brings the session up and keeps it with fences. It returns why it ended.
func (s *session) stand(ctx context.Context) error {
	l := s.link
	if err := l.control.Applications.Filter(ctx, l.options.App, allowed...); err != nil {
		return err
	}
	if err := s.subscribe(ctx); err != nil {
		return err
	}
	mark, err := s.fence(ctx)
	if err != nil {
		return err
	}
	// At once: whoever watches the heartbeat would take the callers from an engine
	// that has just taken over. One whose link breaks again and again lives only when it
	// knows how things are.
	if l.stats.connects.Load() == 0 {
		if err := s.announce(ctx, mark); err != nil {
			return err
		}
	}
	snapshot, err := l.control.snapshot(ctx)
	if err != nil {
		return err
	}
	snapshot.At = mark.at
	s.deliver(mark.name, snapshot)
	l.stats.connects.Add(1)
	l.options.Log.Info("link up", zap.Duration("lag", mark.lag),
		zap.Int("channels", len(snapshot.Channels)), zap.Int("bridges", len(snapshot.Bridges)))
	var beside sync.WaitGroup
	defer beside.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	beside.Go(func() { s.listen(ctx) })
	return s.heartbeat(ctx, mark)
}

// deliver queues what came before the fence, LinkUp, and what came after it;
// from here on the reader queues by itself.
func (s *session) deliver(fence string, snapshot pbx.Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, after := s.held, []Message(nil)
	for i, m := range s.held {
		if u, ok := m.(*ChannelUserevent); ok && u.EventName == fence {
			before, after = s.held[:i], s.held[i+1:]
			break
		}
	}
	out := s.tr.events(before)
	s.tr.reached(snapshot.Endpoints)
	out = append(out, pbx.LinkUp{At: pbx.At(snapshot.At), Snapshot: snapshot})
	out = append(out, s.tr.events(after)...)
	s.held, s.up = nil, true
	close(s.upC)
	s.link.events.push(out...)
}

// read takes events off the socket until it breaks. It never waits for anybody.
func (s *session) read(ctx context.Context) error {
	for {
		kind, b, err := s.conn.Read(ctx)
		if err != nil {
			return fmt.Errorf("read events: %w", err)
		}
		if s.stalled() {
			return ErrStalled
		}
		s.link.heard.Store(int64(time.Since(s.link.opened)))
		if kind != websocket.MessageText {
			continue
		}
		if err := s.take(b); err != nil {
			return err
		}
	}
}

// take handles one event. Its only error is the end of the session.
func (s *session) take(b []byte) error {
	stats := &s.link.stats
	kind := Sniff(b)
	if !wanted[kind] {
		return nil
	}
	stats.messages.Add(1)
	if doubled[kind] && s.seen.before(b) {
		stats.repeats.Add(1)
		return nil
	}
	m, err := Decode(b)
	if err != nil {
		stats.undecoded.Add(1)
		s.link.options.Log.Error("event not understood", zap.Error(err))
		return nil
	}
	if f := s.link.options.OnMessage; f != nil {
		f(m)
	}
	s.link.reckon(m.Head().Timestamp.Time)
	switch m := m.(type) {
	case *ApplicationReplaced:
		if m.Application == s.link.options.App {
			return ErrReplaced
		}
	case *ChannelUserevent:
		s.returned(m)
	case *StasisStart:
		s.entered(m)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.up {
		s.held = append(s.held, m)
		return nil
	}
	s.link.events.push(s.tr.event(m)...)
	return nil
}

// expect gives a channel that is closed when id enters the application, and what
// ends the waiting.
func (s *session) expect(id string) (entered <-chan struct{}, forget func()) {
	c := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enters[id] = c
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.enters[id] == c {
			delete(s.enters, id)
		}
	}
}

func (s *session) entered(m *StasisStart) {
	if m.Channel == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.enters[m.Channel.ID]; c != nil {
		close(c)
		delete(s.enters, m.Channel.ID)
	}
}

// snapshot reads the switch's whole truth.
func (c *Client) snapshot(ctx context.Context) (pbx.Snapshot, error) {
	var out pbx.Snapshot
	channels, err := c.Channels.List(ctx)
	if err != nil {
		return out, err
	}
	bridges, err := c.Bridges.List(ctx)
	if err != nil {
		return out, err
	}
	endpoints, err := c.Endpoints.List(ctx)
	if err != nil {
		return out, err
	}
	info, err := c.Asterisk.Info(ctx)
	if err != nil {
		return out, err
	}
	if info.Status == nil {
		return out, errors.New("asterisk getInfo: no status")
	}
	out.StartedAt = info.Status.StartupTime.Time
	for i := range channels {
		out.Channels = append(out.Channels, c.channelOf(&channels[i]))
	}
	for _, b := range bridges {
		if b.BridgeClass != "stasis" {
			continue // the switch's own: its fallback queue's, for example
		}
		p := pbx.Bridge{ID: pbx.BridgeID(b.ID), Vars: b.BridgeVars}
		for _, id := range b.Channels {
			p.Channels = append(p.Channels, pbx.ChannelID(id))
		}
		out.Bridges = append(out.Bridges, p)
	}
	for _, e := range endpoints {
		out.Endpoints = append(out.Endpoints, pbx.Endpoint{ID: endpointID(&e), Reachable: reachable(&e)})
	}
	return out, nil
}

// sleep waits unless ctx ends first.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
