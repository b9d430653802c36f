package phone

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// News comes as it was sent, a refusal as an error. What a switch says to a SUBSCRIBE is tried with a real one.
func TestSubscribe(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	agent := newPhone(t, Config{Number: "1001"})
	p := newPeer(t, agent)
	p.send("NOTIFY sip:1001@x SIP/2.0\r\n" + strings.Join([]string{
		"Via: SIP/2.0/UDP " + p.conn.LocalAddr().String() + ";branch=z9hG4bKn", "From: <sip:1002@x>;tag=a", "To: <sip:1001@x>;tag=b",
		"Call-ID: n", "CSeq: 1 NOTIFY", "Max-Forwards: 70", "Event: dialog", "Content-Type: text/plain", "Content-Length: 4",
	}, "\r\n") + "\r\n\r\nnews")
	p.expect("SIP/2.0 200")
	if e := wait(t, ctx, agent, Notified); e.Body != "news" || e.Headers.Get("Event") != "dialog" {
		t.Errorf("%+v", e)
	}

	watcher := newPhone(t, Config{Number: "1002", Server: agent.Addr().String()})
	var refused *RejectedError
	if err := watcher.Subscribe(ctx, "1001", "dialog", "application/dialog-info+xml", time.Minute); !errors.As(err, &refused) || refused.Status != 405 {
		t.Errorf("a phone that has no lamps was subscribed to: %v", err)
	}
	if err := watcher.Subscribe(ctx, "sip:", "dialog", "", time.Minute); err == nil {
		t.Error("subscribed to nobody")
	}
}
