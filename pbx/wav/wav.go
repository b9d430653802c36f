// Package wav measures recordings as the switch writes them: WAV files of one channel
// of 16 bit samples. It reads a stream once and keeps nothing of it.
package wav

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"
)

// Measure is what a recording holds.
type Measure struct {
	Bytes  int64
	Length time.Duration
	// Loud is how much of it is sound, in tenths of a second that are louder than the
	// noise of a line (-50 dBFS at their peak).
	Loud time.Duration
	// Finished: the header says as much as there is; the switch writes that last.
	Finished bool
	// SHA256 is of the whole file, as hexadecimal text.
	SHA256 string
}

// ErrFormat is wrapped by Read for what is no WAV file of one channel and 16 bits.
var ErrFormat = errors.New("no WAV file of one channel of 16 bits")

// loud is the sample from which on a tenth of a second counts as sound.
const loud = 104 // -50 dBFS

// Read measures a file to its end. A header that says nothing of the length, as where
// the switch died while it wrote, is no error: what is there counts. That the reader breaks
// off is one, whatever has come by then: the measure of a part must not pass for the whole's.
func Read(r io.Reader) (Measure, error) {
	from := &source{r: r, hash: sha256.New()}
	m, err := measure(from)
	if from.broken != nil {
		return Measure{}, fmt.Errorf("read recording: broken off: %w", from.broken)
	}
	return m, err
}

func measure(from *source) (Measure, error) {
	in := bufio.NewReaderSize(from, 64<<10)
	rate, declared, err := header(in)
	if err != nil {
		return Measure{}, err
	}
	var m Measure
	samples, peak := 0, 0
	tenth := max(int(rate/10), 1)
	pair := make([]byte, 2)
	for {
		if _, err := io.ReadFull(in, pair); err != nil {
			break // the end, or from knows better
		}
		v := int(int16(binary.LittleEndian.Uint16(pair)))
		peak = max(peak, v, -v)
		if samples++; samples%tenth == 0 {
			if peak >= loud {
				m.Loud += 100 * time.Millisecond
			}
			peak = 0
		}
	}
	m.Bytes, m.SHA256 = from.bytes, hex.EncodeToString(from.hash.Sum(nil))
	m.Finished = declared == int64(2*samples)
	m.Length = time.Duration(samples) * time.Second / time.Duration(rate)
	return m, nil
}

// header reads up to the samples and returns how many there are in a second, and how
// many bytes there are to be.
func header(in io.Reader) (rate uint32, declared int64, err error) {
	head := make([]byte, 12)
	if _, err := io.ReadFull(in, head); err != nil || string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return 0, 0, fmt.Errorf("read recording: %w", ErrFormat)
	}
	chunk := head[:8]
	for {
		if _, err := io.ReadFull(in, chunk); err != nil {
			return 0, 0, fmt.Errorf("read recording: %w: no samples", ErrFormat)
		}
		size := int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch string(chunk[:4]) {
		case "data":
			if rate == 0 {
				return 0, 0, fmt.Errorf("read recording: %w: samples before their format", ErrFormat)
			}
			return rate, size, nil
		case "fmt ":
			f := make([]byte, 16)
			if _, err := io.ReadFull(in, f); err != nil || size < 16 {
				return 0, 0, fmt.Errorf("read recording: %w", ErrFormat)
			}
			rate = binary.LittleEndian.Uint32(f[4:])
			if binary.LittleEndian.Uint16(f) != 1 || binary.LittleEndian.Uint16(f[2:]) != 1 || binary.LittleEndian.Uint16(f[14:]) != 16 ||
				rate < 4000 || rate > 192000 {
				return 0, 0, fmt.Errorf("read recording: %w", ErrFormat)
			}
			size -= 16
			fallthrough
		default:
			if _, err := io.CopyN(io.Discard, in, size+size%2); err != nil {
				return 0, 0, fmt.Errorf("read recording: %w", ErrFormat)
			}
		}
	}
}

// source is a file as it comes, counted and hashed.
type source struct {
	r      io.Reader
	hash   hash.Hash
	bytes  int64
	broken error // why it ended, where that is not the file's end
}

// Read implements io.Reader.
func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	s.bytes += int64(n)
	_, _ = s.hash.Write(b[:n]) // never fails (hash.Hash)
	if err != nil && !errors.Is(err, io.EOF) {
		s.broken = err
	}
	return n, err
}
