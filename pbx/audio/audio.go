// Package audio makes prompts of the recordings that people have: it reads WAV, MP3 and
// FLAC files of usual kinds, mixes them to one channel, resamples, trims and levels them,
// and writes what the switch plays.
//
// # Trust
//
// A file is foreign bytes. Its header is believed only as far as there are bytes to bear
// it out, what is kept of it is bounded by Longest, and what is wrong with it is an *Error
// in words for whoever has sent it. A decoder that panics is a damaged file.
//
// # Level
//
// Prompts are brought to Loudness (gated, ITU-R BS.1770-4 as in EBU R 128) with no sample
// above Peak. EBU R 128's own -23 LUFS is for broadcasts; for speech on small devices AES
// TD1008 has -18, which is also the level of the prompts that are shipped: a caller hears
// both in one sentence.
package audio

import (
	"errors"
	"fmt"
	"time"
)

// Rate is the rate of prompts, in samples a second: a telephone line has no more.
const Rate = 8000

// What a prompt is made to be.
const (
	Loudness = -18.0 // LUFS
	Peak     = -1.0  // dBFS, of samples
	// Longest is how long a prompt may be.
	Longest = 3 * time.Minute
	// shortest is how short: less is a click.
	shortest = 50 * time.Millisecond
	// silence is how much of it may be left at either end: it is waited for by somebody.
	silence = 100 * time.Millisecond
	// quietest is what still can be a recording of something, in LUFS.
	quietest = -60.0
)

// Formats names the files that are read.
const Formats = "WAV (PCM of 8, 16, 24 or 32 bits, float, A-law, µ-law), MP3, FLAC, of 8 to 96 kHz"

// ErrFormat is wrapped where a file is of no format that is read at all.
var ErrFormat = errors.New("this is no audio file of a kind that is read here; allowed: " + Formats)

// Error says what is wrong with a file, for who has sent it.
type Error struct{ Text string }

func (e *Error) Error() string { return e.Text }

func fail(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// Clip is sound of one channel, full scale at ±1.
type Clip struct {
	Rate    int // samples a second
	Samples []float32
}

// Length is how long it lasts.
func (c Clip) Length() time.Duration {
	if c.Rate == 0 {
		return 0
	}
	return time.Duration(len(c.Samples)) * time.Second / time.Duration(c.Rate)
}
