package bus

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/zap"
)

func liveServer(t *testing.T) *Live {
	t.Helper()
	l, err := StartLive(t.Context(), zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// browse connects as a browser does; refused subscriptions come over the channel.
func browse(t *testing.T, l *Live, token string, opts ...nats.Option) (*nats.Conn, <-chan error) {
	t.Helper()
	u, err := l.URL()
	if err != nil {
		t.Fatal(err)
	}
	errC := make(chan error, 100)
	nc, err := nats.Connect(strings.Replace(u.String(), "http", "ws", 1), append([]nats.Option{
		nats.Token(token), nats.NoReconnect(), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { errC <- err }),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc, errC
}

// TestLive: a pass hears its own subject, and every other is refused, with wildcards and
// the server's own; it can say nothing.
func TestLive(t *testing.T) {
	l := liveServer(t)
	p := l.Issue("1001", "live.desk.1001")
	nc, errC := browse(t, l, p.Token, nats.CustomInboxPrefix(p.Inbox))
	own, err := nc.SubscribeSync("live.desk.1001")
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, subject := range []string{"live.desk.1002", "live.desk.*", "live.>", ">", "*", "hotline.>", "$SYS.>", "$JS.>", "_INBOX.>", "live.floor.demo"} {
		sub, err := nc.SubscribeSync(subject)
		if err != nil {
			t.Fatal(err)
		}
		if err := <-errC; !errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("%s: %v", subject, err)
		}
		if err := sub.Unsubscribe(); err != nil && !errors.Is(err, nats.ErrBadSubscription) {
			t.Error(err)
		}
	}
	for _, subject := range []string{"live.desk.1001", "live.floor.demo", "$JS.API.INFO"} {
		if err := nc.Publish(subject, []byte("x")); err != nil {
			t.Fatal(err)
		}
		if err := <-errC; !errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("publish on %s: %v", subject, err)
		}
	}
	if err := l.Publish("live.desk.1001", []byte("mine")); err != nil {
		t.Fatal(err)
	}
	if m, err := own.NextMsg(10 * time.Second); err != nil || string(m.Data) != "mine" {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestLivePass: nobody comes in without a pass, with an old, a used or a revoked one; who is
// in is put out when his login ends.
func TestLivePass(t *testing.T) {
	l := liveServer(t)
	u, err := l.URL()
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what, token string) {
		t.Helper()
		nc, err := nats.Connect(strings.Replace(u.String(), "http", "ws", 1), nats.Token(token), nats.NoReconnect())
		if err == nil {
			nc.Close()
			t.Errorf("%s: let in", what)
		}
	}
	refused("no pass", "")
	refused("a wrong pass", "x")
	old := l.Issue("1001", "live.desk.1001")
	l.mu.Lock()
	l.passes[old.Token].Expires = time.Now().Add(-time.Second)
	l.mu.Unlock()
	refused("an old pass", old.Token)
	p := l.Issue("1001", "live.desk.1001")
	closedC := make(chan struct{})
	browse(t, l, p.Token, nats.ClosedHandler(func(*nats.Conn) { close(closedC) }))
	refused("a used pass", p.Token)
	unused := l.Issue("1001", "live.desk.1001")
	other, _ := browse(t, l, l.Issue("1002", "live.desk.1002").Token)
	l.Revoke("1001")
	select {
	case <-closedC:
	case <-time.After(10 * time.Second):
		t.Error("who has logged out hears on")
	}
	refused("a revoked pass", unused.Token)
	if err := other.Flush(); err != nil {
		t.Errorf("another's connection: %v", err)
	}
}
