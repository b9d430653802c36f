package phone

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"sansheng/pbx/sip/tone"
)

// peer is a far side that speaks raw SIP, to send what no stack would.
type peer struct {
	t    testing.TB
	conn *net.UDPConn
}

func newPeer(t testing.TB, p *Phone) *peer {
	t.Helper()
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(p.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &peer{t, conn}
}

// invite is a well-formed INVITE with a body; branch makes it a new one or a repetition.
func (p *peer) invite(branch, callID, body string) string {
	local := p.conn.LocalAddr().String()
	return fmt.Sprintf("INVITE sip:1001@x SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s\r\nMax-Forwards: 70\r\n"+
		"From: \"A\" <sip:a@%s>;tag=f1\r\nTo: <sip:1001@x>\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\nContact: <sip:a@%s>\r\n"+
		"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", local, branch, local, callID, local, len(body), body)
}

const sdpOffer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"

func (p *peer) send(msg string) {
	p.t.Helper()
	if _, err := p.conn.Write([]byte(msg)); err != nil {
		p.t.Fatal(err)
	}
}

// expect reads until an answer with that start comes.
func (p *peer) expect(start string) string {
	p.t.Helper()
	buf := make([]byte, 65536)
	p.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		n, err := p.conn.Read(buf)
		if err != nil {
			p.t.Fatalf("no %q: %v", start, err)
		}
		if msg := string(buf[:n]); strings.HasPrefix(msg, start) {
			return msg
		}
	}
}

func field(msg, name string) string {
	for line := range strings.Lines(msg) {
		if v, ok := strings.CutPrefix(line, name+": "); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func TestRepetitionsAreOneCall(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	agent := newPhone(t, Config{Number: "1001", Policy: NoAnswer()})
	p := newPeer(t, agent)
	invite := p.invite("a", "one", sdpOffer)
	p.send(invite)
	ringing := p.expect("SIP/2.0 180")
	p.send(invite)
	if again := p.expect("SIP/2.0 180"); field(again, "To") != field(ringing, "To") {
		t.Errorf("the repeated answer has another tag: %s, %s", field(ringing, "To"), field(again, "To"))
	}
	in, err := agent.NextCall(ctx)
	must(t, err)
	must(t, in.Answer(ctx))
	ok := p.expect("SIP/2.0 200")
	// No ACK: the answer comes again, after T1 and twice T1.
	before := time.Now()
	p.expect("SIP/2.0 200")
	if d := time.Since(before); d < 400*time.Millisecond {
		t.Errorf("repeated after %v", d)
	}
	if field(ok, "To") != field(ringing, "To") {
		t.Error("180 and 200 have different tags")
	}
	inDialog := func(method, branch string, seq int) string {
		return strings.NewReplacer("INVITE sip", method+" sip", "1 INVITE", fmt.Sprint(seq)+" "+method, "bKa", "bK"+branch,
			"To: <sip:1001@x>", "To: "+field(ok, "To"), sdpOffer, "", fmt.Sprintf("Content-Length: %d", len(sdpOffer)), "Content-Length: 0").Replace(invite)
	}
	p.send(inDialog("ACK", "b", 1))
	wait(t, ctx, in, Confirmed)
	for _, method := range []string{"OPTIONS", "INFO", "NOTIFY", "UPDATE", "MESSAGE"} {
		p.send(inDialog(method, "m"+method, 2))
		p.expect("SIP/2.0 200")
	}
	p.send(inDialog("REFER", "refer", 3))
	p.expect("SIP/2.0 603")
	p.send(inDialog("SUBSCRIBE", "sub", 4))
	p.expect("SIP/2.0 405")
	bye := inDialog("BYE", "bye", 5)
	p.send(bye)
	p.expect("SIP/2.0 200")
	p.send(bye)
	p.expect("SIP/2.0 200")
	if e, err := in.WaitEnded(ctx); err != nil || e.By != Them {
		t.Errorf("end %+v, %v", e, err)
	}
	p.send(inDialog("BYE", "bye2", 6))
	p.expect("SIP/2.0 481")
	p.send(inDialog("INVITE", "again", 7))
	p.expect("SIP/2.0 481")
	if n := strings.Count(agent.Story(), string(Incoming)); n != 1 {
		t.Errorf("%d calls: %s", n, agent.Story())
	}
}

// TestByeThenInvite: a call that comes right behind the end of the last one is no
// overlap, whichever of the two is served first.
func TestByeThenInvite(t *testing.T) {
	t.Parallel()
	agent := newPhone(t, Config{Number: "1001", Policy: AnswerAfter(0), Lines: 1})
	p := newPeer(t, agent)
	bye := ""
	for i := range 100 {
		id := fmt.Sprint("call", i)
		invite := p.invite(id, id, sdpOffer)
		if bye != "" {
			p.send(bye)
		}
		p.send(invite)
		ok := ""
		for !strings.HasPrefix(ok, "SIP/2.0 200") || field(ok, "Call-ID") != id {
			if ok = p.expect("SIP/2.0 "); strings.HasPrefix(ok, "SIP/2.0 486") {
				t.Fatalf("call %d found the line of the one before it busy", i)
			}
		}
		inDialog := func(method string, seq int) string {
			return strings.NewReplacer("INVITE sip", method+" sip", "1 INVITE", fmt.Sprint(seq)+" "+method, "bK"+id, "bK"+id+method,
				"To: <sip:1001@x>", "To: "+field(ok, "To"), sdpOffer, "", fmt.Sprintf("Content-Length: %d", len(sdpOffer)), "Content-Length: 0").Replace(invite)
		}
		p.send(inDialog("ACK", 1))
		bye = inDialog("BYE", 2)
	}
	if n := len(agent.Overlaps()); n != 0 {
		t.Errorf("%d overlaps", n)
	}
}

func TestCancelledBeforeAnything(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	agent := newPhone(t, Config{Number: "1001", Policy: AnswerAfter(time.Minute)})
	p := newPeer(t, agent)
	invite := p.invite("c", "two", sdpOffer)
	cancel := strings.NewReplacer("INVITE sip", "CANCEL sip", "1 INVITE", "1 CANCEL", sdpOffer, "",
		fmt.Sprintf("Content-Length: %d", len(sdpOffer)), "Reason: Q.850;cause=26;text=\"Answered elsewhere\"\r\nContent-Length: 0").Replace(invite)
	p.send(cancel) // for nothing
	p.expect("SIP/2.0 481")
	cancel = strings.Replace(cancel, "bKc", "bKd", 1)
	p.send(strings.Replace(invite, "bKc", "bKd", 1))
	p.expect("SIP/2.0 180")
	p.send(cancel)
	p.expect("SIP/2.0 487")
	in, err := agent.NextCall(ctx)
	must(t, err)
	if e := wait(t, ctx, in, Cancelled); e.Cause != 26 {
		t.Errorf("cause %v", e.Cause)
	}
}

// broken messages, each of which some program once sent.
var broken = []string{
	"", "\r\n\r\n", "\x00\x00\x00\x00", "INVITE", "INVITE sip:a SIP/2.0", "INVITE sip:a SIP/2.0\r\n\r\n",
	"SIP/2.0 200 OK\r\n\r\n", "SIP/2.0 999999999999999999999 X\r\n\r\n",
	"INVITE sip:1001@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\n\r\n",
	"BYE sip:1001@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=\r\nCall-ID: x\r\nCSeq: 1 BYE\r\nContent-Length: 99999\r\n\r\n",
	"OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP [::1;branch=z\r\nFrom: <\r\nTo: >\r\nCall-ID:\r\nCSeq: -1 \xff\r\n\r\n",
	"ACK sip:1001@x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK7\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 ACK\r\n\r\n",
	"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK7\r\nFrom: <sip:a@b>\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n",
}

// alive asks the phone for a sign of life.
func (p *peer) alive(n int) {
	p.t.Helper()
	id := fmt.Sprintf("alive-%d", n)
	p.send(strings.NewReplacer("INVITE sip", "OPTIONS sip", "1 INVITE", "1 OPTIONS").Replace(p.invite(id, id, "")))
	for {
		if field(p.expect("SIP/2.0 200"), "Call-ID") == id {
			return
		}
	}
}

func TestBrokenMessages(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	agent := newPhone(t, Config{Number: "1001"})
	p := newPeer(t, agent)
	for _, msg := range broken {
		p.send(msg)
	}
	for n, body := range []string{"v=0", "\x00", strings.Repeat("a", 20000), strings.Replace(sdpOffer, "127.0.0.1", "no.where", 2), strings.Replace(sdpOffer, "AVP 8", "AVP 9", 1)} {
		p.send(p.invite(fmt.Sprintf("body%d", n), fmt.Sprintf("body%d", n), body))
		p.expect("SIP/2.0 488")
		in, err := agent.NextCall(ctx)
		must(t, err)
		_, err = in.WaitEnded(ctx)
		must(t, err)
	}
	p.alive(0)
	if agent.MalformedCount() == 0 {
		t.Error("none was noticed")
	}
	if _, ok := agent.Find(Malformed); !ok || len(agent.Calls()) != 0 {
		t.Errorf("story %s, calls %v", agent.Story(), agent.Calls())
	}
}

// FuzzDatagram: whatever comes, the phone goes on answering.
func FuzzDatagram(f *testing.F) {
	for _, msg := range broken {
		f.Add([]byte(msg))
	}
	agent, err := New(Config{Number: "1001", Policy: Busy(), KeepEvents: 10})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(agent.Die)
	p := newPeer(f, agent)
	f.Add([]byte(p.invite("s", "s", sdpOffer)))
	f.Add([]byte(p.invite("s", "s", strings.Replace(sdpOffer, "m=audio 9", "m=audio 0", 1))))
	n := 0
	f.Fuzz(func(t *testing.T, msg []byte) {
		if len(msg) > 60000 || bytes.Contains(msg, []byte("alive")) {
			return
		}
		n++
		p := &peer{t, p.conn}
		p.send(string(msg))
		p.alive(n)
	})
}

// BenchmarkSixtyCalls prints the share of one core that 60 talking phones cost:
// signalling done, both ways a tone, packets of 20 ms sent, received and listened to.
func BenchmarkSixtyCalls(b *testing.B) {
	ctx := b.Context()
	agent, err := New(Config{Number: "1", Tone: tone.Agent(0), Policy: AnswerAfter(0)})
	if err != nil {
		b.Fatal(err)
	}
	defer agent.Die()
	caller, err := New(Config{Number: "2", Server: agent.Addr().String(), Tone: tone.Caller(0)})
	if err != nil {
		b.Fatal(err)
	}
	defer caller.Die()
	for range 30 { // a call has two ends here
		c, err := caller.Call(ctx, "1", Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := c.WaitTone(ctx, 500); err != nil {
			b.Fatal(err)
		}
	}
	cpu := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	start, used := time.Now(), cpu()
	for b.Loop() {
		<-time.After(time.Second)
	}
	b.ReportMetric(100*float64(cpu()-used)/float64(time.Since(start)), "%core")
	b.ReportMetric(0, "ns/op")
	for _, c := range agent.Calls() {
		if h := c.Heard(); h.Lost > 0 || h.Strays > 0 || h.LongestGap > 100*time.Millisecond {
			b.Errorf("heard %+v", h)
		}
	}
}
