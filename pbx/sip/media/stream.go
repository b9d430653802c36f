// Package media carries a telephone's audio: RTP (RFC 3550) in G.711, packets
// of 20 ms, key presses as telephone-events (RFC 4733), and an ear that says
// what it hears, so that silence is never mistaken for a talk path.
//
// Ownership and concurrency. A Stream owns one UDP socket and one goroutine that
// reads it; all streams of the process share one goroutine that sends (see
// pacer), so that a hundred of them are cheap. All methods may be called from
// anywhere. Config.Notify is called from those two goroutines, one call at a
// time per stream and in the order things were heard; it must not block and
// must not call the stream.
//
// Failure. Foreign bytes are counted, never fatal. Packets from an address other
// than the one the far side announced are strays: counted, not heard. A send
// that fails is a lost packet. Close is final, may be repeated and returns when
// the socket is closed, the reader gone and the recording complete.
package media

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/pion/rtp"

	"sansheng/pbx/sip/tone"
)

// Event is what a stream tells its owner: exactly one field besides At is set.
type Event struct {
	At time.Time
	// Change is a tone that began or ended.
	Change *tone.Change
	// Digit is a key press received.
	Digit *Digit
}

// Config is what a stream is made with.
type Config struct {
	// Local is the address to bind; the port is chosen by the system, even
	// (RFC 3550 section 11), unless one is given.
	Local netip.AddrPort
	// Notify receives what is heard; nil for none.
	Notify func(Event)
	// Record is the path of a WAV file for the received audio; empty for none.
	Record string
	// Sparse sends one packet of audio a second instead of fifty: enough for the
	// far side to know that we live, in loads that no ear listens to.
	Sparse bool
}

// Stream is one telephone's audio in one call.
type Stream struct {
	cfg    Config
	conn   *net.UDPConn
	local  netip.AddrPort
	reader chan struct{} // closed when the reading goroutine is gone

	send sendSide // guarded by its own lock
	ear  ear      // guarded by its own lock

	notifying sync.Mutex // held while Notify runs
	closing   sync.Once
	closeErr  error
	heardLast time.Time // owned by the pacer's goroutine
}

// sendSide is what the pacer's goroutine needs to make packets.
type sendSide struct {
	sync.Mutex
	remote  netip.AddrPort
	codec   tone.Codec
	event   uint8
	tone    tone.Tone
	loop    tone.Loop // nil sends nothing
	on      bool      // the direction allows us to send
	muted   bool      // nothing at all leaves
	silent  bool      // no audio leaves, keys do
	sparse  bool      // one packet of audio a second
	frame   int
	header  rtp.Header
	marker  bool // next audio packet begins a talkspurt
	presses []*press
	pause   int
	buf     [12 + tone.FrameSamples]byte
	packets int
}

// Open binds a socket and begins to listen. Nothing is heard or sent before Connect.
func Open(cfg Config) (*Stream, error) {
	conn, err := bindEven(cfg.Local)
	if err != nil {
		return nil, fmt.Errorf("open media: %w", err)
	}
	s := &Stream{cfg: cfg, conn: conn, reader: make(chan struct{})}
	s.local = netip.AddrPortFrom(cfg.Local.Addr(), conn.LocalAddr().(*net.UDPAddr).AddrPort().Port())
	s.ear.audible = make(chan struct{})
	s.send.sparse = cfg.Sparse
	if cfg.Record != "" {
		if s.ear.wav, err = newWAV(cfg.Record); err != nil {
			_ = conn.Close()
			return nil, err
		}
	}
	s.send.header = rtp.Header{Version: 2, SSRC: rand.Uint32(), SequenceNumber: uint16(rand.Uint32()), Timestamp: rand.Uint32()}
	s.send.marker = true
	go s.read()
	clock.join(s)
	return s, nil
}

// bindEven takes an even port, so that a peer's RTCP, which goes one above our
// port, never reaches another telephone's audio.
func bindEven(local netip.AddrPort) (*net.UDPConn, error) {
	var odd []*net.UDPConn
	defer func() {
		for _, c := range odd {
			_ = c.Close()
		}
	}()
	for {
		c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(local))
		if err != nil {
			return nil, err
		}
		if port := c.LocalAddr().(*net.UDPAddr).Port; port%2 == 0 || local.Port() != 0 || len(odd) == 64 {
			return c, nil
		}
		odd = append(odd, c)
	}
}

// Local is the address to announce.
func (s *Stream) Local() netip.AddrPort { return s.local }

// Link is what both sides agreed on.
type Link struct {
	Remote netip.AddrPort
	// Codec we send in; both laws are understood.
	Codec tone.Codec
	// Event is the payload type of telephone-event, 0 for none.
	Event uint8
	// Send and Receive are the directions the descriptions allow.
	Send, Receive bool
}

// Connect sets or changes where audio goes and comes from.
func (s *Stream) Connect(l Link) {
	s.send.Lock()
	s.send.remote, s.send.codec, s.send.event = l.Remote, l.Codec, l.Event
	if on := l.Send && !l.Remote.Addr().IsUnspecified(); on != s.send.on {
		s.send.on, s.send.marker = on, true
	}
	s.send.reload()
	s.send.Unlock()
	s.ear.connect(l)
}

// Send sets the tone that is sent while the direction allows it.
func (s *Stream) Send(t tone.Tone) {
	s.send.Lock()
	defer s.send.Unlock()
	s.send.tone = t
	s.send.reload()
}

// Mute stops sending packets altogether (true) or goes on (false), as a
// telephone that is frozen or cut off does.
func (s *Stream) Mute(muted bool) {
	s.send.Lock()
	defer s.send.Unlock()
	s.send.muted = muted
}

// Silence stops sending audio (true) or goes on (false), as a telephone does that
// has put the other side on hold. Keys are still sent.
func (s *Stream) Silence(silent bool) {
	s.send.Lock()
	defer s.send.Unlock()
	s.send.silent = silent
}

func (d *sendSide) reload() { d.loop = d.tone.Loop(d.codec) }

// Press sends keys one after the other, each 100 ms with 80 ms between, in place
// of audio. The channel gets true when the last is out, false if the stream was
// closed before. It fails when the far side takes no telephone-events.
func (s *Stream) Press(digits string) (<-chan bool, error) {
	if err := CheckDigits(digits); err != nil {
		return nil, err
	}
	s.send.Lock()
	defer s.send.Unlock()
	if s.send.event == 0 || !s.send.remote.IsValid() {
		return nil, fmt.Errorf("press %d keys: the far side takes no telephone-events", len(digits))
	}
	done := make(chan bool, 1)
	for i, r := range digits {
		p := &press{code: uint8(strings.IndexRune(keys, r)), frames: pressFrames + endFrames, total: pressFrames, pause: pauseFrames}
		if i == len(digits)-1 {
			p.sent = done
		}
		s.send.presses = append(s.send.presses, p)
	}
	if digits == "" {
		done <- true
	}
	return done, nil
}

// tick sends what is due and lets the ear notice that nothing came. It runs on
// the pacer's goroutine.
func (s *Stream) tick(now time.Time, frames int) {
	s.send.Lock()
	if skipped := frames - catchUp; skipped > 0 {
		s.send.header.Timestamp += uint32(skipped * tone.FrameSamples)
		s.send.frame += skipped
		frames = catchUp
	}
	for range frames {
		s.send.sendFrame(s.conn)
	}
	s.send.Unlock()
	if now.Sub(s.heardLast) >= 100*time.Millisecond {
		s.heardLast = now
		s.notice(s.ear.quiet(now))
	}
}

// sendFrame sends one packet of a key press or of audio, or lets its time pass.
func (d *sendSide) sendFrame(conn *net.UDPConn) {
	defer func() {
		d.header.Timestamp += tone.FrameSamples
		d.frame++
	}()
	if !d.remote.IsValid() || d.muted {
		d.marker = true
		return
	}
	if d.pause > 0 {
		d.pause--
		return
	}
	if len(d.presses) > 0 {
		d.sendPress(conn)
		return
	}
	if !d.on || d.silent || d.loop == nil || d.sparse && d.frame%50 != 0 {
		d.marker = true
		return
	}
	h := d.header
	h.PayloadType, h.Marker = d.codec.PayloadType(), d.marker
	d.marker = false
	d.write(conn, h, d.loop.Frame(d.frame))
}

// sendPress sends the next packet of the first press.
func (d *sendSide) sendPress(conn *net.UDPConn) {
	p := d.presses[0]
	first := p.frames == pressFrames+endFrames
	if first {
		p.timestamp = d.header.Timestamp
	}
	p.frames--
	n := min(pressFrames+endFrames-p.frames, p.total)
	e := eventPayload{code: p.code, volume: 10, duration: uint16(n * tone.FrameSamples), end: p.frames < endFrames}
	h := d.header
	h.PayloadType, h.Marker, h.Timestamp = d.event, first, p.timestamp
	body := e.marshal()
	d.write(conn, h, body[:])
	if p.frames == 0 {
		d.presses = d.presses[1:]
		d.pause, d.marker = p.pause, true
		if p.sent != nil {
			p.sent <- true
		}
	}
}

func (d *sendSide) write(conn *net.UDPConn, h rtp.Header, payload []byte) {
	n, err := h.MarshalTo(d.buf[:])
	if err != nil {
		return
	}
	n += copy(d.buf[n:], payload)
	if _, err := conn.WriteToUDPAddrPort(d.buf[:n], d.remote); err == nil {
		d.packets++
	}
	d.header.SequenceNumber++
}

// read is the stream's goroutine: it hears until the socket is closed.
func (s *Stream) read() {
	defer close(s.reader)
	buf := make([]byte, 2048)
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		s.notice(s.ear.packet(buf[:n], from, time.Now()))
	}
}

// notice passes on what was heard.
func (s *Stream) notice(events []Event) {
	if s.cfg.Notify == nil || len(events) == 0 {
		return
	}
	s.notifying.Lock()
	defer s.notifying.Unlock()
	for _, e := range events {
		s.cfg.Notify(e)
	}
}

// Heard is what was heard so far.
func (s *Stream) Heard() Heard {
	h := s.ear.heard(time.Now())
	s.send.Lock()
	h.Sent = s.send.packets
	s.send.Unlock()
	return h
}

// ResetGap makes Heard's LongestGap count from now on.
func (s *Stream) ResetGap() { s.ear.resetGap() }

// Audible is closed once anything audible was heard.
func (s *Stream) Audible() <-chan struct{} { return s.ear.audible }

// Close ends the stream and returns the recording's error, if any.
func (s *Stream) Close() error {
	s.closing.Do(func() {
		clock.leave(s)
		_ = s.conn.Close()
		<-s.reader
		s.send.Lock()
		for _, p := range s.send.presses {
			if p.sent != nil {
				// One of the three ends is enough for the far side.
				p.sent <- p.frames < endFrames
			}
		}
		s.send.presses, s.send.remote = nil, netip.AddrPort{}
		s.send.Unlock()
		s.closeErr = s.ear.close(time.Now())
	})
	return s.closeErr
}
