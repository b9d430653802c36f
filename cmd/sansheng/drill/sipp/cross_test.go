package sipp

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"sansheng/pbx/pbxtest"
)

// crossing is a switch whose answer crosses the caller's CANCEL: it answers the
// INVITE when the CANCEL comes, in the order of steps.
func crossing(t *testing.T, steps ...string) (addr string, gotC chan string) {
	t.Helper()
	c, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gotC = make(chan string, 100)
	doneC := make(chan struct{})
	t.Cleanup(func() { _ = c.Close(); <-doneC })
	go func() {
		defer close(doneC)
		buf := make([]byte, 4096)
		headers := map[string]string{} // by method
		for {
			n, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			text := string(buf[:n])
			method, _, _ := strings.Cut(text, " ")
			gotC <- method
			var h strings.Builder
			for line := range strings.SplitSeq(text, "\r\n") {
				name, _, _ := strings.Cut(line, ":")
				switch name {
				case "Via", "From", "Call-ID", "CSeq":
					h.WriteString(line + "\r\n")
				case "To":
					if !strings.Contains(line, ";tag=") {
						line += ";tag=them"
					}
					h.WriteString(line + "\r\n")
				}
			}
			headers[method] = h.String()
			say := func(status int, to string) {
				_, _ = c.WriteTo(fmt.Appendf(nil, "SIP/2.0 %d X\r\n%sContact: <sip:%s>\r\nContent-Length: 0\r\n\r\n", status, headers[to], c.LocalAddr()), from)
			}
			switch method {
			case "INVITE":
				say(100, "INVITE")
			case "CANCEL":
				for _, s := range steps {
					var status int
					var to string
					_, _ = fmt.Sscan(s, &status, &to)
					say(status, to)
				}
			case "BYE":
				say(200, "BYE")
			}
		}
	}()
	return c.LocalAddr().String(), gotC
}

// An answer that crosses the CANCEL is taken and ended with BYE, in whatever
// order the switch's words come.
func TestCrossing(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string][]string{
		"answer first":       {"200 INVITE", "200 CANCEL"},
		"ringing and answer": {"180 INVITE", "200 INVITE", "200 CANCEL"},
		"cancel first":       {"200 CANCEL", "180 INVITE", "200 INVITE"},
		"no such call":       {"481 CANCEL", "200 INVITE"},
		"answer, no cancel":  {"200 INVITE", "481 CANCEL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, gotC := crossing(t, steps...)
			r := run(t, server, 10, Call{From: "13900000001", To: "800119", GiveUp: time.Millisecond})
			if err := r.Wait(pbxtest.Context(t)); err != nil {
				t.Fatal(err)
			}
			o := outcome(t, r, "13900000001")
			if o.EndedBy != Caller || o.Status != 200 || o.ConfirmedAt.IsZero() || o.GaveUp || o.Retransmissions != 0 {
				t.Errorf("%+v", o)
			}
			var got []string
			for len(gotC) > 0 {
				got = append(got, <-gotC)
			}
			if want := "INVITE CANCEL ACK BYE"; strings.Join(got, " ") != want {
				t.Errorf("the switch got %v, want %s", got, want)
			}
		})
	}
}
