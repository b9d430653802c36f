package ari

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"sansheng/pbx"
	"sansheng/pbx/pbxtest"
)

// permits answers Permit from a list, the last for ever, and notes what it was told.
type permits struct {
	mu      sync.Mutex
	answers []error
	told    []error
}

func (p *permits) ask(_ context.Context, last error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = append(p.told, last)
	answer := p.answers[0]
	if len(p.answers) > 1 {
		p.answers = p.answers[1:]
	}
	return answer
}

// TestPermit: a link connects once it may, connects again after a takeover where
// it still may, and ends where it may not.
func TestPermit(t *testing.T) {
	peer := pbxtest.NewPeer(t)
	later, taken := errors.New("not yet"), fmt.Errorf("%w: by another", pbx.ErrReplaced)
	p := &permits{answers: []error{later, nil, nil, taken}}
	l := openLink(t, peer, func(o *Options) { o.Permit = p.ask })
	next[pbx.LinkUp](l)
	peer.Send("ApplicationReplaced", nil)
	if e := next[pbx.LinkLost](l); !errors.Is(e.Err, ErrReplaced) {
		t.Errorf("lost: %v", e.Err)
	}
	next[pbx.LinkUp](l)
	peer.Send("ApplicationReplaced", nil)
	next[pbx.LinkLost](l)
	if _, err := l.Next(l.ctx); !errors.Is(err, ErrReplaced) {
		t.Errorf("next: %v", err)
	}
	if err := l.Up(); !errors.Is(err, ErrReplaced) {
		t.Errorf("up: %v", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.told) != 4 || p.told[0] != nil || p.told[1] != nil || !errors.Is(p.told[2], ErrReplaced) || !errors.Is(p.told[3], ErrReplaced) {
		t.Errorf("asked with %v", p.told)
	}
	if peer.Connects() != 2 {
		t.Errorf("%d connections", peer.Connects())
	}
}

// TestVoid: what is under way when the application is taken over is broken off,
// and the second half of a command is never sent.
func TestVoid(t *testing.T) {
	peer := pbxtest.NewPeer(t)
	p := &permits{answers: []error{nil, pbx.ErrReplaced}}
	l := openLink(t, peer, func(o *Options) { o.Permit = p.ask })
	next[pbx.LinkUp](l)
	peer.On("POST channels/create", pbxtest.Reply{Body: `{"id":"c1"}`, Then: func() { peer.Send("ApplicationReplaced", nil) }})
	began := time.Now()
	err := l.Do(l.ctx, pbx.Create{Channel: "c1", Endpoint: "PJSIP/1001"})
	_ = l.Do(l.ctx, pbx.Dial{Channel: "c1", Ring: time.Second})
	if err == nil || time.Since(began) > pbxtest.Deadline/2 {
		t.Errorf("dial after %v: %v", time.Since(began), err)
	}
	next[pbx.LinkLost](l)
	if _, err := l.Next(l.ctx); !errors.Is(err, ErrReplaced) {
		t.Errorf("next: %v", err)
	}
	if n := peer.Count("POST channels/c1/dial") + peer.Count("DELETE channels/c1"); n > 0 {
		t.Errorf("%d requests for a channel that is another's by now: %v", n, peer.Requests())
	}
}

// TestUnfenced: without its fence, as the drill wants it, a link believes in a
// connection on which nothing comes any more.
func TestUnfenced(t *testing.T) {
	peer := pbxtest.NewPeer(t)
	l := openLink(t, peer, func(o *Options) {
		o.Unfenced, o.HeartbeatInterval, o.FenceTimeout = true, time.Millisecond, 10*time.Millisecond
		o.HeartbeatVariable = "HB"
	})
	next[pbx.LinkUp](l)
	peer.Deaf(true)
	began := peer.Count("POST asterisk/variable")
	peer.Wait(l.ctx, "many heartbeats", func() bool { return peer.Count("POST asterisk/variable") > began+50 })
	if err := l.Up(); err != nil {
		t.Errorf("up: %v", err)
	}
}

// TestGuardBetweenConnections: what was ordered in a connection is not written
// between it and the next one either.
func TestGuardBetweenConnections(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	defer theirs.Close()
	c := &guardedConn{Conn: ours, link: &Link{}}
	defer c.Close()
	if _, err := c.Write([]byte("POST")); !errors.Is(err, errVoid) {
		t.Errorf("written with no connection: %v", err)
	}
}
