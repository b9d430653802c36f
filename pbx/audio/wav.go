package audio

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"math"

	"sansheng/pbx/sip/tone"
)

// Kinds of samples in a WAV file.
const (
	wavPCM        = 1
	wavFloat      = 3
	wavALaw       = 6
	wavULaw       = 7
	wavExtensible = 0xfffe // the kind is further behind
)

// wavHeader is what a WAV file says of its samples.
type wavHeader struct {
	Kind, Channels  uint16
	Rate, ByteRate  uint32
	Align, Bits     uint16
	Extra, Valid    uint16
	Mask            uint32
	Extended        uint16 // the kind, where it is wavExtensible
	SameOfAllBehind [14]byte
}

// readWAV reads a file of RIFF chunks. Each chunk must lie within the file.
func readWAV(s source, in *intake) error {
	r, left := bufio.NewReaderSize(s, 64<<10), s.size-12
	if _, err := r.Discard(12); err != nil {
		return fail("the WAV file is cut off in its header")
	}
	var form wavFrame
	var head [8]byte
	for left > 0 {
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return fail("the WAV file is cut off: it has no samples")
		}
		left -= int64(len(head))
		name, size := string(head[:4]), int64(binary.LittleEndian.Uint32(head[4:]))
		if size > left {
			return fail("the WAV file says that its part %q has %d bytes, and %d are there: it is cut off, or its header is wrong", name, size, left)
		}
		switch name {
		case "fmt ":
			b := make([]byte, min(size, 40))
			if _, err := io.ReadFull(r, b); err != nil {
				return fail("the WAV file is cut off in its header")
			}
			var err error
			if form, err = in.wavForm(b); err != nil {
				return err
			}
			left -= int64(len(b))
			size -= int64(len(b))
		case "data":
			if form.sample == nil {
				return fail("the WAV file does not say what its samples are like")
			}
			return in.wavSamples(io.LimitReader(r, size), form)
		}
		skip := min(size+size%2, left) // chunks are even, but for a last one
		if _, err := io.CopyN(io.Discard, r, skip); err != nil {
			return fail("the WAV file is cut off")
		}
		left -= skip
	}
	return fail("the WAV file has no samples")
}

// wavFrame tells how a frame is read: samples of so many bytes, one for each channel.
type wavFrame struct {
	sample func([]byte) float32
	wide   int
}

// wavForm begins with what the samples are like.
func (in *intake) wavForm(b []byte) (wavFrame, error) {
	if len(b) < 16 {
		return wavFrame{}, fail("the WAV file's header is too short")
	}
	var f wavHeader
	whole := make([]byte, 40)
	copy(whole, b)
	if _, err := binary.Decode(whole, binary.LittleEndian, &f); err != nil {
		return wavFrame{}, err
	}
	if f.Kind == wavExtensible {
		f.Kind = f.Extended
	}
	sample := wavSample(f.Kind, f.Bits)
	if sample == nil {
		return wavFrame{}, fail("the WAV file has samples of %d bits of kind %d; allowed: %s", f.Bits, f.Kind, Formats)
	}
	if err := in.begin(int(f.Rate), int(f.Channels)); err != nil {
		return wavFrame{}, err
	}
	if int(f.Align) != int(f.Channels)*int(f.Bits)/8 {
		return wavFrame{}, fail("the WAV file's header contradicts itself: %d channels of %d bits are not %d bytes", f.Channels, f.Bits, f.Align)
	}
	return wavFrame{sample, int(f.Bits) / 8}, nil
}

// wavSamples reads to the end of the samples; a frame that is not whole is left out.
func (in *intake) wavSamples(r io.Reader, form wavFrame) error {
	frame, values := make([]byte, form.wide*in.channels), make([]float32, in.channels)
	for {
		if _, err := io.ReadFull(r, frame); err != nil {
			return nil //nolint:nilerr // how much there is was looked at before
		}
		for c := range values {
			values[c] = form.sample(frame[c*form.wide:])
		}
		if err := in.put(values); err != nil {
			return err
		}
	}
}

// wavSample tells how a sample is read; nil where it is of no kind that is.
func wavSample(kind, bits uint16) func([]byte) float32 {
	le := binary.LittleEndian
	switch {
	case kind == wavPCM && bits == 8: // these alone are not signed
		return func(b []byte) float32 { return (float32(b[0]) - 128) / 128 }
	case kind == wavPCM && bits == 16:
		return func(b []byte) float32 { return float32(int16(le.Uint16(b))) / (1 << 15) }
	case kind == wavPCM && bits == 24:
		return func(b []byte) float32 {
			return float32(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
		}
	case kind == wavPCM && bits == 32:
		return func(b []byte) float32 { return float32(int32(le.Uint32(b))) / (1 << 31) }
	case kind == wavFloat && bits == 32:
		return func(b []byte) float32 { return math.Float32frombits(le.Uint32(b)) }
	case kind == wavFloat && bits == 64:
		return func(b []byte) float32 { return float32(math.Float64frombits(le.Uint64(b))) }
	case kind == wavALaw && bits == 8:
		return law(tone.ALaw)
	case kind == wavULaw && bits == 8:
		return law(tone.ULaw)
	}
	return nil
}

// law reads G.711.
func law(c tone.Codec) func([]byte) float32 {
	var one [1]int16
	return func(b []byte) float32 { return float32(c.Decode(one[:0], b[:1])[0]) / (1 << 15) }
}

// Encode writes a clip as the switch plays it: WAV of 16 bits.
func Encode(c Clip) []byte {
	size := uint32(2 * len(c.Samples))
	var b bytes.Buffer
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) } // to memory: never fails
	b.WriteString("RIFF")
	put(36 + size)
	b.WriteString("WAVEfmt ")
	put(uint32(16))
	put([]uint16{wavPCM, 1})
	put([]uint32{uint32(c.Rate), 2 * uint32(c.Rate)})
	put([]uint16{2, 16})
	b.WriteString("data")
	put(size)
	whole := make([]int16, len(c.Samples))
	for i, v := range c.Samples {
		whole[i] = int16(math.Round(min(max(float64(v)*(1<<15), math.MinInt16), math.MaxInt16)))
	}
	put(whole)
	return b.Bytes()
}
