package media

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"sansheng/pbx/sip/tone"
)

var (
	peer  = netip.MustParseAddrPort("127.0.0.1:4000")
	noon  = time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)
	quiet = make([]byte, tone.FrameSamples)
)

func rtpPacket(pt uint8, seq uint16, timestamp uint32, payload []byte) []byte {
	b := []byte{0x80, pt, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9}
	binary.BigEndian.PutUint16(b[2:], seq)
	binary.BigEndian.PutUint32(b[4:], timestamp)
	return append(b, payload...)
}

func newEar() *ear {
	e := &ear{audible: make(chan struct{})}
	e.connect(Link{Remote: peer, Event: 101, Receive: true})
	return e
}

func (e *ear) key(seq uint16, ts uint32, code uint8, duration uint16, end bool) string {
	body := eventPayload{code: code, end: end, duration: duration}.marshal()
	var got string
	for _, ev := range e.packet(rtpPacket(101, seq, ts, body[:]), peer, noon) {
		got += string(ev.Digit.Key)
	}
	return got
}

func TestKeyPressIsReportedOnce(t *testing.T) {
	e := newEar()
	for _, c := range []struct {
		what string
		got  string
		want string
	}{
		{"start", e.key(1, 100, 5, 160, false), ""},
		{"middle", e.key(2, 100, 5, 320, false), ""},
		{"end", e.key(3, 100, 5, 480, true), "5"},
		{"end again", e.key(4, 100, 5, 480, true), ""},
		{"late middle", e.key(2, 100, 5, 320, false), ""},
		{"only an end", e.key(5, 900, 11, 480, true), "#"},
		{"start whose end is lost", e.key(6, 2000, 1, 160, false), ""},
		{"next key", e.key(9, 4000, 2, 160, false), "1"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
		}
	}
	// Audio after a press whose ends were all lost.
	if ev := e.packet(rtpPacket(0, 12, 9000, quiet), peer, noon); len(ev) != 1 || ev[0].Digit.Key != '2' {
		t.Errorf("audio: %+v", ev)
	}
	if h := e.heard(noon); h.Digits != "5#12" || h.Lost != 4 {
		t.Errorf("heard %+v", h)
	}
}

func TestLossLateAndRestart(t *testing.T) {
	e := newEar()
	send := func(seq uint16) { e.packet(rtpPacket(8, seq, uint32(seq)*160, quiet), peer, noon) }
	for _, seq := range []uint16{65534, 65535, 0, 3, 2, 4} {
		send(seq)
	}
	if h := e.heard(noon); h.Packets != 6 || h.Lost != 1 || h.Late != 1 || h.Sources != 1 {
		t.Errorf("heard %+v", h)
	}
	send(30000)
	send(30001)
	if h := e.heard(noon); h.Lost != 1 {
		t.Errorf("a restart counts as loss: %+v", h)
	}
}

func TestPaddingAndWrongPayloads(t *testing.T) {
	e := newEar()
	padded := rtpPacket(0, 1, 0, append(append([]byte{}, quiet...), 0, 0, 3))
	padded[0] |= 0x20
	e.packet(padded, peer, noon)
	if h := e.heard(noon); h.Packets != 1 || h.Malformed != 0 {
		t.Errorf("padding: %+v", h)
	}
	lying := rtpPacket(0, 2, 0, []byte{200})
	lying[0] |= 0x20
	for _, b := range [][]byte{nil, {0x80}, lying, rtpPacket(9, 3, 0, quiet), rtpPacket(72, 3, 0, quiet), append([]byte{0x40}, quiet...)} {
		e.packet(b, peer, noon)
	}
	e.packet(rtpPacket(101, 3, 0, []byte{99, 0, 0, 0}), peer, noon)
	if h := e.heard(noon); h.Malformed != 7 {
		t.Errorf("malformed: %+v", h)
	}
}

func FuzzPacket(f *testing.F) {
	f.Add(rtpPacket(0, 1, 160, quiet), []byte{})
	f.Add(rtpPacket(101, 1, 160, []byte{5, 0x8a, 3, 32}), rtpPacket(101, 2, 160, []byte{5, 0x8a, 3, 32}))
	f.Add([]byte{0xbf, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, rtpPacket(8, 65535, 1<<31, []byte{1}))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		e := newEar()
		for i, b := range [][]byte{first, second, rtpPacket(8, 7, 0, quiet), first} {
			e.packet(b, peer, noon.Add(time.Duration(i)*ptime))
		}
		h := e.heard(noon.Add(time.Second))
		if h.Packets+h.Malformed < 4 || h.Lost < 0 || h.SilentFor < 0 || h.LongestGap < 0 {
			t.Fatalf("heard %+v", h)
		}
	})
}
