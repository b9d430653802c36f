package ari

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"sansheng/pbx"
)

// Options say how a Link keeps its connection. Zero times mean the defaults.
type Options struct {
	Config
	// Endpoints are watched from the start; see WatchEndpoints.
	Endpoints []pbx.EndpointID
	// HeartbeatInterval is the time between two fences; 0 means 1 s.
	HeartbeatInterval time.Duration
	// FenceTimeout is how long a fence may be under way; 0 means 2 s.
	FenceTimeout time.Duration
	// StallAfter is how long this process may have stood still before what it
	// finds in its socket counts as stale; 0 means 2 s.
	StallAfter time.Duration
	// BackoffMin and BackoffMax bound the wait between two attempts to
	// connect; 0 means 100 ms and 1 s.
	BackoffMin, BackoffMax time.Duration
	// HeartbeatVariable names a global variable of the switch that is set to the
	// switch's own time in epoch seconds behind each fence; empty means none.
	HeartbeatVariable string
	// Alive, if not nil, is asked before each heartbeat whether what decides about calls
	// does so: with an error none is written, and whoever watches it takes the callers.
	Alive func() error
	// Permit, if not nil, is asked before each connection whether this process may
	// still drive the switch; last is why the connection before ended, nil before
	// the first. An error that Is ErrReplaced ends the link, any other makes it ask
	// again later. With it a takeover ends the link only where it refuses, and what
	// was under way when a connection ended is broken off.
	Permit func(ctx context.Context, last error) error
	// SilentAfter is how long a watched endpoint's answered channel may send no audio
	// before it is hung up, and a multiple of it where the phone holds its call; 0 means
	// 30 s, less than 0 that nobody listens.
	SilentAfter time.Duration
	// Unfenced keeps no watch over switch, socket and own stalls. It is for the
	// drill, which proves with it that it sees what the fence prevents.
	Unfenced bool
	// OnMessage, if not nil, sees each event before its translation, in the
	// reader's goroutine: it must not block.
	OnMessage func(Message)
	// Log takes connects and losses; nil means none.
	Log *zap.Logger
}

func (o *Options) defaults() {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&o.HeartbeatInterval, time.Second)
	set(&o.FenceTimeout, 2*time.Second)
	set(&o.StallAfter, 2*time.Second)
	set(&o.SilentAfter, 30*time.Second)
	set(&o.BackoffMin, 100*time.Millisecond)
	set(&o.BackoffMax, time.Second)
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
}

// ErrReplaced ends a link for good: another process took the application over.
var ErrReplaced = pbx.ErrReplaced

// ErrStalled ends a connection: this process stood still, so that what is in
// the socket is stale.
var ErrStalled = errors.New("this process stood still")

// ErrFence ends a connection: a fence did not come back in time, so the
// application is not bound to this socket, or the switch hangs.
var ErrFence = errors.New("fence not back in time")

// ErrClosed is what a closed link answers.
var ErrClosed = errors.New("link closed")

// Link keeps one switch connected. Open starts it, Close ends it and waits.
type Link struct {
	options Options
	client  *Client // commands
	control *Client // fences and snapshots: never behind commands that wait
	events  *queue
	clock   stallClock

	cancel context.CancelFunc
	doneC  chan struct{} // closed by run when nothing runs any more
	diedC  chan struct{} // closed by run when the link has been replaced or closed

	mu      sync.Mutex // protects the following
	watched map[pbx.EndpointID]bool
	current *session // connecting or standing; nil between attempts
	err     error    // why it is not standing
	final   error    // ErrReplaced or ErrClosed, once diedC is closed
	fence   fenceMark

	opened time.Time
	heard  atomic.Int64 // when the switch last said anything, in ns since opened

	stats struct{ connects, losses, messages, repeats, undecoded atomic.Int64 }
}

// Stats are counts since Open.
type Stats struct {
	Connects  int64 // connections that stood
	Losses    int64 // of those, lost
	Messages  int64 // events received that are of use
	Repeats   int64 // events received twice and delivered once
	Undecoded int64 // events that could not be read
	Depth     int   // events waiting for Next
}

// Open starts a link and returns at once; LinkUp tells that it stands. It fails
// only for options that cannot be right.
func Open(o Options) (*Link, error) {
	o.defaults()
	if o.App == "" {
		return nil, errors.New("open link: no application")
	}
	l := &Link{options: o, opened: time.Now()}
	commands := o.Config
	if o.Permit != nil && commands.Transport == nil {
		commands.Transport = l.guardedTransport()
	}
	client, err := NewClient(commands)
	if err != nil {
		return nil, fmt.Errorf("open link: %w", err)
	}
	control, err := NewClient(o.Config)
	if err != nil {
		return nil, fmt.Errorf("open link: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	l.client, l.control, l.events, l.cancel = client, control, newQueue(), cancel
	l.doneC, l.diedC = make(chan struct{}), make(chan struct{})
	l.watched, l.err = map[pbx.EndpointID]bool{}, errors.New("not connected yet")
	for _, e := range o.Endpoints {
		l.watched[e] = true
	}
	l.clock.start(o.StallAfter)
	go l.run(ctx)
	return l, nil
}

// Close ends the link and waits for its goroutines. Channels live on. It may
// be called more than once.
func (l *Link) Close() {
	l.cancel()
	<-l.doneC
	l.client.Close()
	l.control.Close()
}

// Client gives the operations that no pbx.Command covers. It obeys even while
// the link is down or replaced: ask Up first.
func (l *Link) Client() *Client { return l.client }

// Next returns the next event, waiting for it. It returns ErrReplaced or
// ErrClosed when the link has ended and all its events have been returned. One
// goroutine at a time may call it.
func (l *Link) Next(ctx context.Context) (pbx.Event, error) {
	for {
		if e, ok := l.events.pop(); ok {
			return e, nil
		}
		select {
		case <-l.events.wakeC:
		case <-l.diedC:
			if e, ok := l.events.pop(); ok {
				return e, nil
			}
			return nil, l.finalError()
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for event: %w", context.Cause(ctx))
		}
	}
}

func (l *Link) finalError() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.final
}

// Depth is how many events wait for Next.
func (l *Link) Depth() int { return l.events.depth() }

// Stats returns the link's counts.
func (l *Link) Stats() Stats {
	return Stats{
		Connects: l.stats.connects.Load(), Losses: l.stats.losses.Load(), Messages: l.stats.messages.Load(),
		Repeats: l.stats.repeats.Load(), Undecoded: l.stats.undecoded.Load(), Depth: l.Depth(),
	}
}

// Up tells whether the link stands, and if not, why.
func (l *Link) Up() error {
	l.mu.Lock()
	s, err, final := l.current, l.err, l.final
	l.mu.Unlock()
	switch {
	case final != nil:
		return final
	case s != nil && s.standing():
		return nil
	}
	return fmt.Errorf("%w: %w", pbx.ErrLinkDown, err)
}

// LastFence tells the switch's own clock at the last fence and how long that
// fence was under way; zero before the first.
func (l *Link) LastFence() (switchTime time.Time, lag time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fence.at, l.fence.lag
}

// Now is the switch's clock, reckoned from the last fence; before the first it
// is this process's.
func (l *Link) Now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fence.at.IsZero() {
		return time.Now()
	}
	return l.fence.at.Add(time.Since(l.fence.received)).Truncate(time.Millisecond)
}

// reckon compares an event's time with our reckoning. While the link stands an
// event is not later than a fence may be, so that one which is further off tells of
// a clock that was set: at once, as deadlines must not be held against two clocks.
func (l *Link) reckon(at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fence.at.IsZero() || at.IsZero() || l.options.Unfenced {
		return
	}
	by := at.Sub(l.fence.at.Add(time.Since(l.fence.received)))
	if by.Abs() <= l.options.FenceTimeout+time.Second {
		return
	}
	l.fence.at, l.fence.received = at, time.Now()
	l.events.push(pbx.ClockStepped{At: pbx.At(at), By: by.Round(time.Millisecond)})
	l.options.Log.Warn("the switch's clock was set", zap.Duration("by", by))
}

// run makes one connection after the other until the link is closed or replaced.
func (l *Link) run(ctx context.Context) {
	defer close(l.doneC)
	defer l.clock.stop()
	wait := l.options.BackoffMin
	var last error
	for {
		stood, err := false, l.permitted(ctx, last)
		if err == nil {
			stood, err = l.connect(ctx)
			last = err
		}
		final := l.finality(ctx, err)
		l.mu.Lock()
		l.current, l.err = nil, err
		l.mu.Unlock()
		if stood {
			l.stats.losses.Add(1)
			wait = l.options.BackoffMin
			l.events.push(l.lost(err))
		}
		if final != nil {
			l.options.Log.Warn("link ended", zap.Error(final))
			l.mu.Lock()
			l.final = final
			l.mu.Unlock()
			close(l.diedC)
			return
		}
		l.options.Log.Warn("link down", zap.Bool("stood", stood), zap.Duration("retry_in", wait), zap.Error(err))
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
		wait = min(2*wait, l.options.BackoffMax)
	}
}

// lost tells how a connection ended that stood.
func (l *Link) lost(err error) pbx.LinkLost {
	now := l.Now()
	lost := pbx.LinkLost{At: pbx.At(now), Err: err}
	silent := time.Since(l.opened) - time.Duration(l.heard.Load())
	if silent >= l.options.FenceTimeout && !errors.Is(err, ErrStalled) {
		lost.HeardAt = now.Add(-silent)
	}
	return lost
}

// permitted asks whether a connection may be made.
func (l *Link) permitted(ctx context.Context, last error) error {
	if l.options.Permit == nil {
		return nil
	}
	if err := l.options.Permit(ctx, last); err != nil {
		return &refusal{err}
	}
	return nil
}

// refusal is why Permit refused.
type refusal struct{ error }

func (r *refusal) Unwrap() error { return r.error }

// finality is why no further connection is made, or nil.
func (l *Link) finality(ctx context.Context, err error) error {
	_, refused := errors.AsType[*refusal](err)
	switch {
	case errors.Is(err, ErrReplaced) && (refused || l.options.Permit == nil):
		return ErrReplaced
	case ctx.Err() != nil:
		return ErrClosed
	}
	return nil
}

// SetGlobal sets a global variable of the switch.
func (l *Link) SetGlobal(ctx context.Context, name, value string) error {
	if err := l.Up(); err != nil {
		return fmt.Errorf("set global: %w", err)
	}
	return l.client.Asterisk.SetGlobalVar(ctx, name, value)
}

// dialTransport is used for one WebSocket and thrown away.
func dialTransport() *http.Transport {
	t := newTransport()
	t.DisableKeepAlives = true
	return t
}
