package phone

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"sansheng/pbx"
)

func TestLogHandsOutEachEventOnce(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	l := newLog(0)
	for _, e := range []Event{{Kind: Digit, Digit: "1"}, {Kind: Held}, {Kind: Digit, Digit: "2"}} {
		l.add(e)
	}
	if e := wait(t, ctx, l, Held); e.Kind != Held {
		t.Errorf("%v", e)
	}
	for _, want := range []string{"1", "2"} {
		if e := wait(t, ctx, l, Digit); e.Digit != want {
			t.Errorf("key %q, want %q", e.Digit, want)
		}
	}
	got := make(chan Event)
	go func() {
		e, _ := l.Wait(ctx, Digit, Ended)
		got <- e
	}()
	l.add(Event{Kind: Resumed})
	l.add(Event{Kind: Ended})
	if e := <-got; e.Kind != Ended {
		t.Errorf("%v", e)
	}
	stopped, stop := context.WithCancelCause(ctx)
	why := errors.New("enough")
	stop(why)
	if _, err := l.Wait(stopped, Digit); !errors.Is(err, why) || !strings.Contains(err.Error(), "resumed") {
		t.Errorf("error %v must say why and tell the story", err)
	}
	l.finish()
	l.finish()
	if l.add(Event{Kind: Digit}) {
		t.Error("wrote into a log that is over")
	}
	if _, err := l.Wait(ctx, Digit); !errors.Is(err, ErrOver) {
		t.Error(err)
	}
	n := 0
	for range l.Follow(ctx) {
		n++
	}
	if n != 5 || len(l.All()) != 5 {
		t.Errorf("followed %d of %d events", n, len(l.All()))
	}
}

func TestLogKeepsTheNewest(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	l := newLog(10)
	seen := make(chan int, 1000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for e := range l.Follow(ctx) {
			seen <- e.Status
		}
	}()
	for i := range 1000 {
		l.add(Event{Kind: Progress, Status: i})
		if last := <-seen; last != i {
			t.Fatalf("followed %d, want %d", last, i)
		}
	}
	if n := len(l.All()); n < 10 || n > 20 {
		t.Errorf("kept %d", n)
	}
	l.finish()
	<-done
}

func TestCauseOf(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]pbx.Cause{
		"Q.850;cause=16": 16,
		"Q.850 ;cause=26;text=\"Answered elsewhere\"":           26,
		"SIP;cause=200;text=\"Call completed\", q.850;cause=17": 17,
		"SIP;cause=486":  0,
		"Q.850":          0,
		"Q.850;cause=x":  0,
		"Q.850;cause=-1": 0,
		"":               0,
	} {
		if got := causeOf(Headers{{"Via", "x"}, {"reason", value}}); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

func TestParseInfo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, body, key string
		duration        time.Duration
		ok              bool
	}{
		{"application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", "5", 160 * time.Millisecond, true},
		{"Application/DTMF-Relay; x=y", " signal = * \n", "*", 0, true},
		{"application/dtmf-relay", "Signal=11\r\nDuration=99999999\r\n", "#", 0, true},
		{"application/dtmf", "7\r\n", "7", 0, true},
		{"application/dtmf", "hello", "hello", 0, false},
		{"application/dtmf-relay", "Duration=1", "", time.Millisecond, false},
		{"text/plain", "5", "", 0, false},
	} {
		key, duration, ok := parseInfo(c.kind, c.body)
		if ok != c.ok || ok && (key != c.key || duration != c.duration) {
			t.Errorf("%s %q: %q %v %v", c.kind, c.body, key, duration, ok)
		}
	}
}

func TestEscape(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"13800138000": "13800138000", "+86;x=1": "+86;x=1", "": "", "a b": "a%20b", "\r\n": "%0d%0a", "${SHELL(id)}": "$%7bSHELL(id)%7d",
		"\xff": "%ff", "a@b": "a%40b", "<\">": "%3c%22%3e", "100%": "100%25",
	} {
		if got := Escape(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	f.Add("13800138000")
	f.Add("a\r\nb<>\"@;?\x00\xff")
	f.Fuzz(func(t *testing.T, user string) {
		var u sip.Uri
		escaped := Escape(user)
		if err := sip.ParseUri("sip:"+escaped+"@h:5060", &u); err != nil || u.Host != "h" || escaped != "" && u.User != escaped && u.Password == "" {
			t.Fatalf("%q → %q → %+v, %v", user, escaped, u, err)
		}
	})
}

func TestPrinter(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	agent, caller := pair(t, "udp", AnswerAfter(0))
	out, err := caller.Call(ctx, "1001", Options{From: Escape("\x1b[2Jx"), FromName: "Li\x1b"})
	must(t, err)
	must(t, out.WaitTone(ctx, 520))
	must(t, out.Hangup(ctx))
	in, err := agent.NextCall(ctx)
	must(t, err)
	_, err = in.WaitEnded(ctx)
	must(t, err)
	var plain, lines bytes.Buffer
	for p, w := range map[*Printer]*bytes.Buffer{NewPrinter(&plain, false): &plain, NewPrinter(&lines, true): &lines} {
		for _, e := range append(in.All(), Event{Kind: Rejected, Status: 486, Reason: "Busy\x1b Here", Cause: 17, Phone: "1"}) {
			p.Event(e)
		}
		must(t, p.Err())
		if w.Len() == 0 {
			t.Error("told nothing")
		}
	}
	for _, want := range []string{"incoming from %1b%5b2Jx (Li\uFFFD)", "answered 200", "bye received by them", "heard", "rejected 486 Busy\uFFFD Here (user busy)"} {
		if !strings.Contains(plain.String(), want) {
			t.Errorf("no %q in\n%s", want, plain.String())
		}
	}
	var events []string
	for l := range strings.Lines(lines.String()) {
		var one struct {
			Event string
			Heard *struct{ Packets int }
		}
		must(t, json.Unmarshal([]byte(l), &one))
		events = append(events, one.Event)
		if (one.Event == string(Ended)) != (one.Heard != nil) {
			t.Errorf("heard in %s", l)
		}
	}
	if len(events) < 5 || events[0] != string(Incoming) {
		t.Errorf("events %v", events)
	}
	broken := NewPrinter(failing{}, false)
	broken.Event(Event{Kind: Held})
	if broken.Err() == nil {
		t.Error("a broken writer was not noticed")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("disk full") }
