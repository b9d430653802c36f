package tone

import (
	"fmt"
	"math/bits"
)

// Codec is one of the two laws of ITU-T G.711.
type Codec uint8

// The codecs of a telephone network: A-law in most of the world and in China,
// µ-law in North America and Japan.
const (
	ALaw Codec = iota
	ULaw
)

// ParseCodec reads alaw, pcma, ulaw or pcmu.
func ParseCodec(s string) (Codec, error) {
	switch s {
	case "alaw", "pcma", "PCMA", "":
		return ALaw, nil
	case "ulaw", "pcmu", "PCMU":
		return ULaw, nil
	}
	return 0, fmt.Errorf("parse codec: %q is neither alaw nor ulaw", s)
}

// String is the name switches use: alaw or ulaw.
func (c Codec) String() string {
	if c == ULaw {
		return "ulaw"
	}
	return "alaw"
}

// Encoding is the name in SDP (RFC 3551 section 6).
func (c Codec) Encoding() string {
	if c == ULaw {
		return "PCMU"
	}
	return "PCMA"
}

// PayloadType is the static RTP payload type (RFC 3551 section 6).
func (c Codec) PayloadType() uint8 {
	if c == ULaw {
		return 0
	}
	return 8
}

// Encode appends pcm to dst, a byte a sample.
func (c Codec) Encode(dst []byte, pcm []int16) []byte {
	for _, s := range pcm {
		if c == ULaw {
			dst = append(dst, encodeULaw(s))
		} else {
			dst = append(dst, encodeALaw(s))
		}
	}
	return dst
}

// Decode appends the samples of payload to dst.
func (c Codec) Decode(dst []int16, payload []byte) []int16 {
	table := &alawTable
	if c == ULaw {
		table = &ulawTable
	}
	for _, b := range payload {
		dst = append(dst, table[b])
	}
	return dst
}

var alawTable, ulawTable = func() (a, u [256]int16) {
	for i := range 256 {
		a[i], u[i] = decodeALaw(byte(i)), decodeULaw(byte(i))
	}
	return a, u
}()

// loudest is the largest magnitude either law can carry without overflow.
const loudest = 32635

func encodeULaw(s int16) byte {
	const bias = 0x84
	v, sign := int(s), byte(0)
	if v < 0 {
		v, sign = -v, 0x80
	}
	v = min(v, loudest) + bias
	segment := bits.Len(uint(v)) - 8
	return ^(sign | byte(segment)<<4 | byte(v>>(segment+3))&0x0f)
}

func decodeULaw(b byte) int16 {
	b = ^b
	v := (int(b&0x0f)<<3+0x84)<<(b>>4&7) - 0x84
	if b&0x80 != 0 {
		return int16(-v)
	}
	return int16(v)
}

func encodeALaw(s int16) byte {
	v, sign := int(s), byte(0x80)
	if v < 0 {
		v, sign = -v-1, 0
	}
	v = min(v, loudest)
	code := byte(v >> 4)
	if v >= 256 {
		segment := bits.Len(uint(v)) - 8
		code = byte(segment)<<4 | byte(v>>(segment+3))&0x0f
	}
	return (code | sign) ^ 0x55
}

func decodeALaw(b byte) int16 {
	b ^= 0x55
	v, segment := int(b&0x0f)<<4+8, b>>4&7
	if segment > 0 {
		v = (v + 0x100) << (segment - 1)
	}
	if b&0x80 == 0 {
		return int16(-v)
	}
	return int16(v)
}
