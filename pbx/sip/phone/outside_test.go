package phone

import (
	"bytes"
	"errors"
	"net"
	"strings"
	"testing"
)

func TestOptions(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	_, caller := pair(t, "tcp", NoAnswer())
	r, err := caller.Options(ctx, "1001")
	if err != nil || r.Status != 200 || !strings.Contains(r.Headers.Get("Allow"), "INVITE") || r.Took <= 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := caller.Options(ctx, "sip:"); err == nil {
		t.Error("asked nobody")
	}
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	agent, _ := pair(t, "udp", AnswerAfter(0))
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	defer conn.Close()
	caller := newPhone(t, Config{Number: "1", Server: conn.LocalAddr().String()})
	for _, follow := range []int{0, 1} {
		out, err := caller.Call(ctx, "800100", Options{FollowRedirects: follow})
		must(t, err)
		// A redirect server in four lines.
		buf := make([]byte, 65536)
		n, from, err := conn.ReadFrom(buf)
		for err == nil && !bytes.HasPrefix(buf[:n], []byte("INVITE")) {
			n, from, err = conn.ReadFrom(buf)
		}
		must(t, err)
		var lines []string
		for l := range strings.Lines(string(buf[:n])) {
			for _, keep := range []string{"Via:", "From:", "Call-ID:", "CSeq:", "To:"} {
				if strings.HasPrefix(l, keep) {
					lines = append(lines, strings.TrimSpace(l))
				}
			}
		}
		answer := "SIP/2.0 302 Moved Temporarily\r\n" + strings.Join(lines, "\r\n") + "\r\nContact: <sip:1001@" + agent.Addr().String() + ">\r\nContent-Length: 0\r\n\r\n"
		_, err = conn.WriteTo([]byte(answer), from)
		must(t, err)
		if follow == 0 {
			var rejected *RejectedError
			if err := out.WaitAnswered(ctx); !errors.As(err, &rejected) || rejected.Status != 302 {
				t.Errorf("%v", err)
			}
			continue
		}
		must(t, out.WaitAnswered(ctx))
		must(t, out.Hangup(ctx))
	}
}

func TestTransferIsRefused(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	_, caller := pair(t, "udp", AnswerAfter(0))
	out, err := caller.Call(ctx, "1001", Options{})
	must(t, err)
	must(t, out.WaitAnswered(ctx))
	var rejected *RejectedError
	if err := out.Transfer(ctx, "1002"); !errors.As(err, &rejected) || rejected.Status != 603 {
		t.Errorf("transferred: %v", err)
	}
	if err := out.TransferTo(ctx, out); !errors.As(err, &rejected) {
		t.Errorf("transferred to itself: %v", err)
	}
	must(t, out.Hangup(ctx))
	if err := out.Hold(ctx); !errors.Is(err, ErrOver) {
		t.Errorf("held an ended call: %v", err)
	}
	if err := out.Press(ctx, "1", INFO); !errors.Is(err, ErrOver) {
		t.Errorf("pressed in an ended call: %v", err)
	}
}
