package audio

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"time"
)

// What files may be like.
const (
	slowest      = 8000 // samples a second
	fastest      = 96000
	mostChannels = 8
	// mostRead is how much of a file is read before it is too long: silence at its ends
	// does not count against Longest.
	mostRead = Longest + 20*time.Second
)

// source is a file: its bytes in order, and how many there are.
type source struct {
	io.Reader
	size int64
}

// Decode reads a file into one channel, and tells its format.
func Decode(ctx context.Context, f io.ReadSeeker) (c Clip, format string, err error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return Clip{}, "", fmt.Errorf("read audio: %w", err)
	}
	if size == 0 {
		return Clip{}, "", fail("the file is empty; allowed: %s", Formats)
	}
	begin, err := behindTag(f, size)
	if err != nil {
		return Clip{}, "", err
	}
	head := make([]byte, 12)
	n, err := io.ReadFull(f, head)
	if err != nil && n == 0 {
		return Clip{}, "", fail("there is nothing behind the file's tag")
	}
	format, read := sniff(head[:n])
	if read == nil {
		return Clip{}, "", fmt.Errorf("read audio: %w", ErrFormat)
	}
	if _, err := f.Seek(begin, io.SeekStart); err != nil {
		return Clip{}, "", fmt.Errorf("read audio: %w", err)
	}
	// The decoders are others', and meet what their makers have not thought of.
	defer func() {
		if recover() != nil {
			c, err = Clip{}, fail("the %s file is damaged", format)
		}
	}()
	in := &intake{ctx: ctx}
	if err := read(source{f, size - begin}, in); err != nil {
		return Clip{}, format, err
	}
	if len(in.samples) == 0 {
		return Clip{}, format, fail("there is no sound in the %s file", format)
	}
	return Clip{in.rate, in.samples}, format, nil
}

// behindTag goes behind an ID3 tag, a title and pictures, and tells where that is. The
// decoders take a tag's word for its size.
func behindTag(f io.ReadSeeker, size int64) (int64, error) {
	head := make([]byte, 10)
	n, _ := io.ReadFull(f, head)
	var begin int64
	if n == len(head) && string(head[:3]) == "ID3" {
		begin = int64(len(head)) + int64(head[6]&0x7f)<<21 + int64(head[7]&0x7f)<<14 + int64(head[8]&0x7f)<<7 + int64(head[9]&0x7f)
	}
	if begin > size {
		return 0, fail("the file says that its tag has %d bytes, and it has %d in all: it is cut off, or damaged", begin, size)
	}
	if _, err := f.Seek(begin, io.SeekStart); err != nil {
		return 0, fmt.Errorf("read audio: %w", err)
	}
	return begin, nil
}

// sniff tells a file's format by its beginning, whatever it is called.
func sniff(head []byte) (format string, read func(source, *intake) error) {
	switch {
	case len(head) == 12 && bytes.HasPrefix(head, []byte("RIFF")) && bytes.HasSuffix(head, []byte("WAVE")):
		return "WAV", readWAV
	case bytes.HasPrefix(head, []byte("fLaC")):
		return "FLAC", readFLAC
	case isMP3(head):
		return "MP3", readMP3
	}
	return "", nil
}

// intake takes a file's frames, of a sample for each channel, as one channel.
type intake struct {
	ctx            context.Context
	rate, channels int
	samples        []float32
}

// begin checks what a file says of itself.
func (in *intake) begin(rate, channels int) error {
	switch {
	case rate < slowest || rate > fastest:
		return fail("it has %d samples a second; allowed: %d to %d", rate, slowest, fastest)
	case channels < 1 || channels > mostChannels:
		return fail("it has %d channels; allowed: 1 to %d", channels, mostChannels)
	}
	in.rate, in.channels = rate, channels
	return nil
}

// put takes a frame; its channels are mixed.
func (in *intake) put(frame []float32) error {
	var sum float64
	for _, v := range frame {
		sum += float64(v)
	}
	sum /= float64(len(frame))
	if !(math.Abs(sum) <= 1000) { // nor a NaN
		return fail("it holds what is no sound: the file is damaged")
	}
	in.samples = append(in.samples, float32(sum))
	if len(in.samples)%in.rate != 0 { // once a second
		return nil
	}
	if time.Duration(len(in.samples)/in.rate)*time.Second > mostRead {
		return fail("it is longer than %v; allowed: %v", mostRead, Longest)
	}
	return in.ctx.Err()
}
