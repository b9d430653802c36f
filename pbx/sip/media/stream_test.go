package media

import (
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sansheng/pbx/sip/tone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var loopback = netip.MustParseAddrPort("127.0.0.1:0")

// party is a stream whose events can be waited for.
type party struct {
	*Stream
	events chan Event
}

func open(t *testing.T, cfg Config) *party {
	t.Helper()
	p := &party{events: make(chan Event, 1000)}
	cfg.Local, cfg.Notify = loopback, func(e Event) { p.events <- e }
	s, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	p.Stream = s
	t.Cleanup(func() { s.Close() })
	return p
}

func link(to *party, codec tone.Codec) Link {
	return Link{Remote: to.Local(), Codec: codec, Event: 101, Send: true, Receive: true}
}

// wait returns the first event that is wanted.
func (p *party) wait(t *testing.T, what string, want func(Event) bool) Event {
	t.Helper()
	deadline := time.After(5 * time.Second)
	for {
		select {
		case e := <-p.events:
			if want(e) {
				return e
			}
		case <-deadline:
			t.Fatalf("no %s; heard %+v", what, p.Heard())
		}
	}
}

func begins(hz float64) func(Event) bool {
	return func(e Event) bool { return e.Change != nil && e.Change.Began && (tone.Sound{Hz: e.Change.Hz}).Is(hz) }
}

func ends(hz float64) func(Event) bool {
	return func(e Event) bool { return e.Change != nil && !e.Change.Began && (tone.Sound{Hz: e.Change.Hz}).Is(hz) }
}

func TestTwoWayAudio(t *testing.T) {
	t.Parallel()
	a, b := open(t, Config{}), open(t, Config{})
	a.Send(tone.Agent(1))
	b.Send(tone.Caller(1))
	a.Connect(link(b, tone.ALaw))
	b.Connect(link(a, tone.ULaw))
	a.wait(t, "caller's tone", begins(1020))
	b.wait(t, "agent's tone", begins(520))
	if a.Local().Port()%2 != 0 {
		t.Errorf("RTP port %d is odd", a.Local().Port())
	}
	// Hold: a stops sending, b hears it end and begin again.
	l := link(b, tone.ALaw)
	l.Send = false
	a.Connect(l)
	b.wait(t, "end of the agent's tone", ends(520))
	if b.Heard().Hears(520) {
		t.Error("says it hears what has ended")
	}
	l.Send = true
	a.Connect(l)
	b.wait(t, "agent's tone again", begins(520))
	gap := b.Heard().LongestGap
	b.ResetGap()
	if now := b.Heard().LongestGap; now >= gap {
		t.Errorf("longest gap %v after it was reset from %v", now, gap)
	}
	b.Close()
	h := b.Heard()
	s, _ := h.Tone(520)
	if h.Lost != 0 || h.Strays != 0 || h.Sources != 1 || h.Codec != tone.ALaw || s.LongestGap < 150*time.Millisecond ||
		gap < 150*time.Millisecond || h.RMSLoud < -13 || h.RMSLoud > -11 || h.Sent == 0 || h.Other != 0 {
		t.Errorf("heard %+v", h)
	}
}

// TestSparse: one packet where the other side sends fifty.
func TestSparse(t *testing.T) {
	t.Parallel()
	a, b := open(t, Config{Sparse: true}), open(t, Config{})
	a.Send(tone.Agent(1))
	b.Send(tone.Caller(1))
	a.Connect(link(b, tone.ALaw))
	b.Connect(link(a, tone.ALaw))
	a.wait(t, "caller's tone", begins(1020))
	<-b.Audible()
	if sparse, full := a.Heard().Sent, b.Heard().Sent; sparse == 0 || sparse > 1+full/10 {
		t.Errorf("sent %d packets, the other side %d", sparse, full)
	}
}

func TestSilenceIsNoTalkPath(t *testing.T) {
	t.Parallel()
	a, b := open(t, Config{}), open(t, Config{})
	a.Send(tone.Tone{})
	a.Connect(link(b, tone.ALaw))
	b.Connect(link(a, tone.ALaw))
	done, err := a.Press("1")
	if err != nil {
		t.Fatal(err)
	}
	<-done
	b.wait(t, "key", func(e Event) bool { return e.Digit != nil })
	h := b.Heard()
	if h.Audible() || len(h.Tones) != 0 || h.Packets == 0 || h.RMS > -60 {
		t.Errorf("heard %+v", h)
	}
}

func TestDigits(t *testing.T) {
	t.Parallel()
	a, b := open(t, Config{}), open(t, Config{})
	a.Send(tone.Caller(0))
	if _, err := a.Press("1"); err == nil {
		t.Error("pressed a key before there was a far side")
	}
	a.Connect(link(b, tone.ULaw))
	b.Connect(link(a, tone.ULaw))
	if _, err := a.Press("1x"); err == nil {
		t.Error("pressed x")
	}
	done, err := a.Press("1122*#D")
	if err != nil {
		t.Fatal(err)
	}
	var got string
	for range 7 {
		e := b.wait(t, "key", func(e Event) bool { return e.Digit != nil })
		if e.Digit.Duration != 100*time.Millisecond {
			t.Errorf("%c lasted %v", e.Digit.Key, e.Digit.Duration)
		}
		got += string(e.Digit.Key)
	}
	if !<-done {
		t.Error("keys not sent")
	}
	b.wait(t, "audio after the keys", begins(1000))
	if h := b.Heard(); got != "1122*#D" || h.Digits != got || h.Lost != 0 {
		t.Errorf("keys %q, heard %+v", got, h)
	}
}

func TestCloseReleasesWhoWaitsForKeys(t *testing.T) {
	t.Parallel()
	a, b := open(t, Config{}), open(t, Config{})
	a.Connect(link(b, tone.ULaw))
	done, err := a.Press("0123456789")
	if err != nil {
		t.Fatal(err)
	}
	a.Close()
	if <-done {
		t.Error("ten keys in no time")
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func TestStraysAndGarbageAreCounted(t *testing.T) {
	t.Parallel()
	a, b := open(t, Config{}), open(t, Config{})
	b.Connect(link(a, tone.ULaw))
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(b.Local()))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	stray := rtpPacket(0, 1, 0, tone.Caller(3).Loop(tone.ULaw).Frame(0))
	for range 20 {
		if _, err := c.Write(stray); err != nil {
			t.Fatal(err)
		}
	}
	c.Write([]byte("OPTIONS sip:x SIP/2.0\r\n\r\n"))
	c.Write([]byte{0x80, 200, 0, 1, 0, 0, 0, 0}) // RTCP
	a.Send(tone.Agent(0))
	a.Connect(link(b, tone.ULaw))
	b.wait(t, "agent's tone", begins(500))
	h := b.Heard()
	if h.Strays != 20 || h.Malformed != 2 || len(h.Tones) != 1 {
		t.Errorf("heard %+v", h)
	}
}

func TestRecording(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "heard.wav")
	a, b := open(t, Config{}), open(t, Config{Record: path})
	a.Send(tone.Agent(5))
	a.Connect(link(b, tone.ALaw))
	b.Connect(link(a, tone.ALaw))
	b.wait(t, "tone", begins(600))
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(data[:4]) != "RIFF" || int(binary.LittleEndian.Uint32(data[40:])) != len(data)-wavHeader {
		t.Fatalf("header %x of %d bytes", data[:wavHeader], len(data))
	}
	pcm := make([]int16, (len(data)-wavHeader)/2)
	for i := range pcm {
		pcm[i] = int16(binary.LittleEndian.Uint16(data[wavHeader+2*i:]))
	}
	var d tone.Detector
	at := time.Unix(0, 0)
	for len(pcm) >= tone.FrameSamples {
		at = at.Add(ptime)
		d.Write(pcm[:tone.FrameSamples], at)
		pcm = pcm[tone.FrameSamples:]
	}
	if s := d.Sounds(); len(s) != 1 || !s[0].Is(600) {
		t.Errorf("the recording holds %+v", s)
	}
	if _, err := Open(Config{Local: loopback, Record: filepath.Join(path, "no")}); err == nil {
		t.Error("recorded into a file's folder")
	}
}
