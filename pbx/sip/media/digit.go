package media

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// Digit is one key press as received.
type Digit struct {
	Key      rune
	Duration time.Duration
}

// keys are the DTMF events in the order of their codes (RFC 4733 section 3.2).
const keys = "0123456789*#ABCD"

// eventPayload is the body of a telephone-event packet (RFC 4733 section 2.3).
type eventPayload struct {
	code     uint8
	end      bool
	volume   uint8 // in -dBm0
	duration uint16
}

func (e eventPayload) marshal() [4]byte {
	var b [4]byte
	b[0], b[1] = e.code, e.volume&0x3f
	if e.end {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], e.duration)
	return b
}

func parseEvent(b []byte) (eventPayload, bool) {
	if len(b) < 4 || int(b[0]) >= len(keys) {
		return eventPayload{}, false
	}
	return eventPayload{code: b[0], end: b[1]&0x80 != 0, volume: b[1] & 0x3f, duration: binary.BigEndian.Uint16(b[2:])}, true
}

// CheckDigits returns an error naming the first rune of digits that is no key.
func CheckDigits(digits string) error {
	for _, r := range digits {
		if !strings.ContainsRune(keys, r) {
			return fmt.Errorf("check digits: %q is no key of a telephone", r)
		}
	}
	return nil
}

// digitReader puts key presses together from packets. A press is reported once,
// at its end, or, when all three end packets were lost, at whatever comes next.
type digitReader struct {
	open      bool
	timestamp uint32
	last      eventPayload
	done      bool // this timestamp was reported
	started   bool
}

// event takes a telephone-event packet.
func (r *digitReader) event(timestamp uint32, e eventPayload, out []Digit) []Digit {
	if !r.started || timestamp != r.timestamp {
		out = r.flush(out)
		r.started, r.timestamp, r.done, r.open, r.last = true, timestamp, false, true, eventPayload{}
	}
	if r.done {
		return out
	}
	// Packets of one press may overtake each other; the longest duration holds.
	if e.duration >= r.last.duration {
		r.last = e
	}
	if e.end {
		r.last.duration = max(r.last.duration, e.duration)
		out = r.flush(out)
	}
	return out
}

// flush reports a press that has no end yet.
func (r *digitReader) flush(out []Digit) []Digit {
	if !r.open {
		return out
	}
	r.open, r.done = false, true
	d := time.Duration(r.last.duration) * time.Second / 8000
	return append(out, Digit{Key: rune(keys[r.last.code]), Duration: d})
}

// press is a key being sent.
type press struct {
	code      uint8
	timestamp uint32
	frames    int // packets of the press still to come, the three ends included
	total     int
	pause     int       // frames of quiet after it
	sent      chan bool // of the last key of an order: whether it got out
}

const (
	pressFrames = 5 // 100 ms
	endFrames   = 3 // RFC 4733 section 2.5.1.4: the end is sent three times
	pauseFrames = 4 // 80 ms, so that two equal keys are two
)
