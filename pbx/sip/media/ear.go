package media

import (
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtp"

	"sansheng/pbx/sip/tone"
)

// Heard is what a stream heard from its beginning until now or until it closed.
type Heard struct {
	// Packets of audio and telephone-events that were taken in; Sent were sent.
	Packets, Sent int
	// Lost packets by sequence number, Late ones that came after a later one.
	Lost, Late int
	// Strays came from another address, Malformed were no RTP of ours, Early came
	// before the far side's description said from where.
	Strays, Malformed, Early int
	// Sources is the number of RTP senders (SSRC) in turn.
	Sources int
	// Codec of the last packet.
	Codec tone.Codec
	// RMS is the level in dBm0 of all audio received, RMSLoud of its audible packets.
	RMS, RMSLoud float64
	// FirstPacket and FirstAudible are when something first came and could first be heard.
	FirstPacket, FirstAudible time.Time
	// LongestGap is the longest time, to a packet of 20 ms, between two audible
	// packets: with no packets, or with silence in them. It counts from the
	// beginning, or from the last ResetGap.
	LongestGap time.Duration
	// SilentFor is the time since the last audible packet, up to now or the end.
	SilentFor time.Duration
	// Tones in the order they were first heard.
	Tones []tone.Sound
	// Other is how long a voice, music or noise was heard, Silence how long
	// packets came that held nothing audible.
	Other, Silence time.Duration
	// Digits are the keys received in RTP.
	Digits string
}

// Tone is the sound of hz, if it was heard.
func (h Heard) Tone(hz float64) (tone.Sound, bool) {
	for _, s := range h.Tones {
		if s.Is(hz) {
			return s, true
		}
	}
	return tone.Sound{}, false
}

// Hears reports whether a tone of hz is being heard at this moment.
func (h Heard) Hears(hz float64) bool {
	s, ok := h.Tone(hz)
	return ok && s.Playing
}

// Audible reports whether anything was ever heard.
func (h Heard) Audible() bool { return !h.FirstAudible.IsZero() }

// ear takes packets apart and listens.
type ear struct {
	sync.Mutex
	sum      Heard
	link     Link
	detector tone.Detector
	digits   digitReader
	wav      *wav
	pcm      []int16
	out      []Event
	found    []Digit

	ssrc      uint32
	next      uint16 // sequence number expected
	begun     bool
	lastLoud  time.Time
	power     float64
	loud      float64
	audio     int
	loudCount int
	closed    time.Time
	audible   chan struct{} // closed at the first audible packet
}

func (e *ear) connect(l Link) {
	e.Lock()
	defer e.Unlock()
	e.link = l
}

// packet takes one datagram and returns what it means. The slice is valid until
// the next call, which is made only by the same goroutine.
func (e *ear) packet(b []byte, from netip.AddrPort, at time.Time) []Event {
	e.Lock()
	defer e.Unlock()
	var h rtp.Header
	n, err := h.Unmarshal(b)
	// RTCP on the same port looks like payload types 64 to 95 (RFC 5761 section 4).
	if err != nil || h.Version != 2 || h.PayloadType >= 64 && h.PayloadType < 96 {
		e.sum.Malformed++
		return nil
	}
	if !e.link.Remote.IsValid() {
		e.sum.Early++
		return nil
	}
	if netip.AddrPortFrom(from.Addr().Unmap(), from.Port()) != e.link.Remote {
		e.sum.Strays++
		return nil
	}
	payload := b[n:]
	if h.Padding {
		pad := 0
		if len(payload) > 0 {
			pad = int(payload[len(payload)-1])
		}
		if pad == 0 || pad > len(payload) {
			e.sum.Malformed++
			return nil
		}
		payload = payload[:len(payload)-pad]
	}
	return e.take(&h, payload, at)
}

// take is packet for a packet that is well-formed and from the right place.
func (e *ear) take(h *rtp.Header, payload []byte, at time.Time) []Event {
	isEvent := e.link.Event != 0 && h.PayloadType == e.link.Event
	if !isEvent && h.PayloadType != tone.ALaw.PayloadType() && h.PayloadType != tone.ULaw.PayloadType() {
		e.sum.Malformed++
		return nil
	}
	e.count(h, at)
	e.out, e.found = e.out[:0], e.found[:0]
	if isEvent {
		if ev, ok := parseEvent(payload); ok {
			e.found = e.digits.event(h.Timestamp, ev, e.found)
		} else {
			e.sum.Malformed++
		}
		e.report(at)
		return e.out
	}
	e.found = e.digits.flush(e.found)
	e.report(at)
	e.listen(h, payload, at)
	return e.out
}

// report passes key presses on.
func (e *ear) report(at time.Time) {
	for _, d := range e.found {
		e.sum.Digits += string(d.Key)
		e.out = append(e.out, Event{At: at, Digit: &d})
	}
}

// count keeps the packet numbers (RFC 3550 appendix A.1, simplified).
func (e *ear) count(h *rtp.Header, at time.Time) {
	e.sum.Packets++
	if e.sum.FirstPacket.IsZero() {
		e.sum.FirstPacket = at
	}
	if !e.begun || h.SSRC != e.ssrc {
		e.begun, e.ssrc, e.next = true, h.SSRC, h.SequenceNumber+1
		e.sum.Sources++
		return
	}
	switch ahead := int16(h.SequenceNumber - e.next); {
	case ahead >= 0:
		// A restart of the numbers is no loss of thousands.
		if ahead < 3000 {
			e.sum.Lost += int(ahead)
		}
		e.next = h.SequenceNumber + 1
	case ahead > -100:
		e.sum.Late++
		e.sum.Lost = max(0, e.sum.Lost-1)
	default:
		e.next = h.SequenceNumber + 1
	}
}

// listen hears one packet of audio.
func (e *ear) listen(h *rtp.Header, payload []byte, at time.Time) {
	e.sum.Codec = tone.ALaw
	if h.PayloadType == tone.ULaw.PayloadType() {
		e.sum.Codec = tone.ULaw
	}
	e.pcm = e.sum.Codec.Decode(e.pcm[:0], payload)
	if e.wav != nil {
		e.wav.write(h.SSRC, h.Timestamp, e.pcm)
	}
	power := tone.Power(e.pcm)
	e.power += power
	e.audio++
	if tone.DBm0(power) >= tone.Audible {
		e.loud += power
		e.loudCount++
		if e.sum.FirstAudible.IsZero() {
			e.sum.FirstAudible = at
			close(e.audible)
		} else {
			e.sum.LongestGap = max(e.sum.LongestGap, at.Sub(e.lastLoud)-ptime)
		}
		e.lastLoud = at
	}
	e.changes(e.detector.Write(e.pcm, at), at)
}

func (e *ear) changes(cs []tone.Change, at time.Time) {
	for _, c := range cs {
		e.out = append(e.out, Event{At: at, Change: &c})
	}
}

// quiet lets tones end whose packets ceased.
func (e *ear) quiet(at time.Time) []Event {
	e.Lock()
	defer e.Unlock()
	cs := e.detector.Quiet(at)
	if len(cs) == 0 {
		return nil
	}
	var out []Event
	for _, c := range cs {
		out = append(out, Event{At: at, Change: &c})
	}
	return out
}

// heard sums up.
func (e *ear) heard(now time.Time) Heard {
	e.Lock()
	defer e.Unlock()
	if !e.closed.IsZero() {
		now = e.closed
	}
	h := e.sum
	h.RMS, h.RMSLoud = tone.DBm0(mean(e.power, e.audio)), tone.DBm0(mean(e.loud, e.loudCount))
	if h.Audible() {
		h.SilentFor = max(0, now.Sub(e.lastLoud)-ptime)
	}
	h.Tones, h.Other, h.Silence = e.detector.Sounds(), e.detector.Other(), e.detector.Silent()
	return h
}

// resetGap begins a new longest gap. One that is under way counts whole.
func (e *ear) resetGap() {
	e.Lock()
	defer e.Unlock()
	e.sum.LongestGap = 0
}

func mean(sum float64, n int) float64 {
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

func (e *ear) close(now time.Time) error {
	e.Lock()
	defer e.Unlock()
	e.closed, e.pcm, e.out = now, nil, nil
	e.detector.Quiet(now.Add(time.Hour)) // nothing plays after the end
	if e.wav == nil {
		return nil
	}
	w := e.wav
	e.wav = nil
	return w.close()
}
