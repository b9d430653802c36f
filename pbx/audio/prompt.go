package audio

import (
	"bytes"
	"context"
	"io"
	"math"
	"time"
)

// Prompt is what the switch plays.
type Prompt struct {
	WAV    []byte // of Rate, one channel of 16 bits
	Length time.Duration
	// Loudness in LUFS: below the constant of that name where peaks keep it down.
	Loudness float64
	// Format is the one of the file that it was made of.
	Format string
}

// Make makes a prompt of a file. Its error is an *Error, or wraps ErrFormat, where it is
// the file's fault.
func Make(ctx context.Context, f io.ReadSeeker) (Prompt, error) {
	c, format, err := Decode(ctx, f)
	if err != nil {
		return Prompt{}, err
	}
	c = Resample(c, Rate)
	if err := ctx.Err(); err != nil {
		return Prompt{}, err
	}
	centre(c)
	c = trim(c)
	loudness := LoudnessOf(c)
	switch {
	case c.Length() > Longest:
		return Prompt{}, fail("it lasts %v; allowed: %v", c.Length().Round(time.Second), Longest)
	case len(c.Samples) == 0, loudness < quietest:
		return Prompt{}, fail("nothing is heard in it")
	case c.Length() < shortest:
		return Prompt{}, fail("it lasts %v; allowed: %v at least", c.Length(), shortest)
	}
	c = level(c, loudness)
	return Prompt{WAV: Encode(c), Length: c.Length(), Loudness: round(LoudnessOf(c)), Format: format}, nil
}

// Look measures a prompt that is there already.
func Look(ctx context.Context, wav []byte) (length time.Duration, loudness float64, err error) {
	c, _, err := Decode(ctx, bytes.NewReader(wav))
	if err != nil {
		return 0, 0, err
	}
	return c.Length(), round(LoudnessOf(c)), nil
}

// round to a tenth: nobody hears less. What cannot be heard at all is a very small number,
// which, other than an infinite one, can be written down.
func round(lufs float64) float64 { return math.Round(10*max(lufs, -120)) / 10 }
