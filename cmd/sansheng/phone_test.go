package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
)

// output is a writer that a test can wait on.
type output struct {
	mu      sync.Mutex
	buf     bytes.Buffer
	written chan struct{}
}

func newOutput() *output { return &output{written: make(chan struct{}, 1)} }

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.written <- struct{}{}:
	default:
	}
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// wait returns once the output holds text.
func (o *output) wait(t *testing.T, ctx context.Context, text string) {
	t.Helper()
	for !strings.Contains(o.String(), text) {
		select {
		case <-o.written:
		case <-ctx.Done():
			t.Fatalf("no %q in\n%s", text, o)
		}
	}
}

func phoneContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func runPhone(ctx context.Context, out *output, args ...string) error {
	cmd := phoneCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetOut(out)
	cmd.SetErr(out)
	cmd.SetArgs(args)
	return cmd.ExecuteContext(ctx)
}

func answering(t *testing.T, policy phone.Policy) *phone.Phone {
	t.Helper()
	p, err := phone.New(phone.Config{Number: "800100", Policy: policy, Tone: tone.Agent(0)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Die)
	return p
}

func TestPhoneCaller(t *testing.T) {
	t.Parallel()
	ctx := phoneContext(t)
	p := answering(t, phone.AnswerAfter(0))
	out := newOutput()
	err := runPhone(ctx, out, "caller", "--to", "800100", "--from", "13800138000", "--server", p.Addr().String(), "--for", "2s",
		"--tone", "1300", "--dtmf", "1,2", "--dtmf-pause", "10ms", "--header", "X-Test: yes", "--json")
	if err != nil {
		t.Fatal(err, out)
	}
	in, err := p.NextCall(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.WaitEnded(ctx); err != nil {
		t.Fatal(err)
	}
	if in.Caller().Number != "13800138000" || in.Headers().Get("X-Test") != "yes" || in.Heard().Digits != "12" {
		t.Errorf("caller %+v, headers %v, heard %+v", in.Caller(), in.Headers(), in.Heard())
	}
	var last struct {
		Event string
		Heard struct{ Tones []struct{ Hz float64 } }
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatal(err)
	}
	if last.Event != "ended" || len(last.Heard.Tones) != 1 || last.Heard.Tones[0].Hz != 500 {
		t.Errorf("last line %s", lines[len(lines)-1])
	}
}

func TestPhoneCallerFails(t *testing.T) {
	t.Parallel()
	ctx := phoneContext(t)
	busy, ringing := answering(t, phone.Busy()), answering(t, phone.NoAnswer())
	out := newOutput()
	var rejected *phone.RejectedError
	if err := runPhone(ctx, out, "caller", "--to", "1", "--server", busy.Addr().String()); !errors.As(err, &rejected) || rejected.Status != 486 {
		t.Errorf("busy: %v", err)
	}
	out.wait(t, ctx, "rejected 486")
	if err := runPhone(ctx, out, "caller", "--to", "1", "--server", ringing.Addr().String(), "--wait", "50ms"); err == nil || !strings.Contains(err.Error(), "nobody answered") {
		t.Errorf("no answer: %v", err)
	}
	for _, args := range [][]string{
		{"caller"},
		{"caller", "--to", "1", "--server", "nonsense"},
		{"caller", "--to", "1", "--codec", "opus"},
		{"caller", "--to", "1", "--tone", "9000"},
		{"caller", "--to", "1", "--header", "nonsense"},
		{"agent"},
		{"agent", "--number", "1", "--busy", "--decline"},
		{"agent", "--number", "1", "--password-file", filepath.Join(t.TempDir(), "none")},
	} {
		if err := runPhone(ctx, newOutput(), args...); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}

// registrar accepts every registration and tells the contacts.
func registrar(t *testing.T) (addr string, contacts <-chan string) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	found := make(chan string, 100)
	go func() {
		buf := make([]byte, 65536)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			answer := "SIP/2.0 200 OK\r\n"
			for line := range strings.Lines(string(buf[:n])) {
				name, value, _ := strings.Cut(line, ": ")
				switch name {
				case "Via", "From", "To", "Call-ID", "CSeq":
					answer += line
				case "Contact":
					found <- strings.Trim(strings.TrimSpace(value), "<>")
				}
			}
			conn.WriteTo([]byte(answer+"Expires: 60\r\nContent-Length: 0\r\n\r\n"), from)
		}
	}()
	return conn.LocalAddr().String(), found
}

func TestPhoneAgent(t *testing.T) {
	t.Parallel()
	ctx := phoneContext(t)
	server, contacts := registrar(t)
	secret := filepath.Join(t.TempDir(), "1001.pw")
	if err := os.WriteFile(secret, []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := newOutput()
	done := make(chan error, 1)
	go func() {
		done <- runPhone(ctx, out, "agent", "--number", "1001", "--password-file", secret, "--server", server,
			"--answer-after", "10ms", "--talk", "300ms", "--calls", "1")
	}()
	var contact string
	select {
	case contact = <-contacts:
	case <-ctx.Done():
		t.Fatal(out)
	}
	caller := answering(t, phone.Policy{})
	call, err := caller.Call(ctx, contact, phone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := call.WaitTone(ctx, 500); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	for _, want := range []string{"registered", "incoming from 800100", "answered", "bye sent by us"} {
		out.wait(t, ctx, want)
	}
}
