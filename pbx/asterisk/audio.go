package asterisk

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os/exec"
	"strconv"
	"strings"

	"sansheng/deploy/debian"
)

// The one format of prompts and music: what the switch plays without converting
// more than it must.
const sampleRate = 8000

const (
	promptLevel = -18 // dBFS, mean over a prompt
	musicLevel  = -26
	peakLevel   = -1
)

// note is a tone: Hz, 0 for a rest, and seconds.
type note struct{ hz, seconds float64 }

// make makes a sound with the speech programs.
func (s sound) make(ctx context.Context, t debian.Tree) ([]byte, error) {
	if s.said == "" {
		samples, err := melody(ctx, t, s.notes)
		if err != nil {
			return nil, err
		}
		return wav(level(samples, s.level)), nil
	}
	// The text goes in by standard input: it may begin with a dash.
	espeak := t.Command(ctx, "espeak-ng", "-v", s.voice, "-s", strconv.Itoa(s.speed), "--stdin", "--stdout")
	espeak.Stdin = strings.NewReader(s.said)
	speech, err := output(espeak)
	if err != nil {
		return nil, err
	}
	// Silence at both ends is waited for by the caller: it goes.
	trim := []string{"silence", "1", "0.02", "0.5%", "reverse"}
	args := append([]string{"-q", "-t", "wav", "-", "-t", "raw", "-r", strconv.Itoa(sampleRate), "-c", "1", "-b", "16", "-e", "signed", "-L", "-"}, trim...)
	sox := t.Command(ctx, "sox", append(args, trim...)...)
	sox.Stdin = bytes.NewReader(speech)
	raw, err := output(sox)
	if err != nil {
		return nil, err
	}
	samples := samplesOf(raw)
	if len(samples) < sampleRate/20 {
		return nil, fmt.Errorf("espeak-ng said nothing for %q", s.said)
	}
	return wav(level(samples, promptLevel)), nil
}

// melody plays notes one after the other, each fading out.
func melody(ctx context.Context, t debian.Tree, notes []note) ([]int16, error) {
	var samples []int16
	for _, n := range notes {
		if n.hz == 0 {
			samples = append(samples, make([]int16, int(n.seconds*sampleRate))...)
			continue
		}
		length, hz := seconds(n.seconds), strconv.FormatFloat(n.hz, 'f', 2, 64)
		overtone := strconv.FormatFloat(2*n.hz, 'f', 2, 64)
		raw, err := output(t.Command(ctx, "sox", "-q", "-R", "-n", "-t", "raw", "-r", strconv.Itoa(sampleRate), "-c", "1", "-b", "16", "-e", "signed", "-L", "-",
			"synth", length, "sine", hz, "synth", length, "sine", "mix", overtone,
			"fade", "h", "0.02", length, seconds(n.seconds*0.6), "gain", "-6"))
		if err != nil {
			return nil, err
		}
		samples = append(samples, samplesOf(raw)...)
	}
	return samples, nil
}

func seconds(s float64) string { return strconv.FormatFloat(s, 'f', 3, 64) }

func output(cmd *exec.Cmd) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("run %s: %w: %s", cmd.Path, err, strings.TrimSpace(stderr.String()))
	}
	return stdout.Bytes(), nil
}

func samplesOf(raw []byte) []int16 {
	samples := make([]int16, len(raw)/2)
	for i := range samples {
		samples[i] = int16(binary.LittleEndian.Uint16(raw[2*i:]))
	}
	return samples
}

// level brings the mean level to dB below full scale, as far as peaks allow.
func level(samples []int16, db float64) []int16 {
	var sum, peak float64
	for _, s := range samples {
		v := float64(s) / 32768
		sum += v * v
		peak = max(peak, math.Abs(v))
	}
	if peak == 0 {
		return samples
	}
	mean := math.Sqrt(sum / float64(len(samples)))
	gain := min(math.Pow(10, db/20)/mean, math.Pow(10, peakLevel/20.0)/peak)
	out := make([]int16, len(samples))
	for i, s := range samples {
		out[i] = int16(math.Round(float64(s) * gain))
	}
	return out
}

// wav packs samples as the switch reads them: PCM, 8 kHz, 16 bit, mono.
func wav(samples []int16) []byte {
	var b bytes.Buffer
	size := uint32(2 * len(samples))
	b.WriteString("RIFF")
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) } // to memory: never fails
	put(36 + size)
	b.WriteString("WAVEfmt ")
	put(uint32(16))
	put([]uint16{1, 1})
	put([]uint32{sampleRate, 2 * sampleRate})
	put([]uint16{2, 16})
	b.WriteString("data")
	put(size)
	put(samples)
	return b.Bytes()
}

// MakeMusic makes the waiting music into dir: Mo Li Hua, an old folk song,
// played softly. Files of other names in dir are the operators' and play too.
func MakeMusic(ctx context.Context, dir string, f debian.Finder) error {
	music := sound{name: "molihua", level: musicLevel, notes: moLiHua()}
	if err := makeSounds(ctx, dir, []sound{music}, f); err != nil {
		return fmt.Errorf("make music: %w", err)
	}
	return nil
}

// moLiHua is the song in numbered notation, an eighth lasting 0.3 s: an octave
// up has an apostrophe, an octave down a comma, a dash holds the note before.
func moLiHua() []note {
	const song = `3 - 3 5 6 1' 1' 6 5 - 5 6 5 - - - 3 - 3 5 6 1' 1' 6 5 - 5 6 5 - - -
		5 - 5 - 5 - 3 5 6 - 6 - 5 - - - 3 - 2 3 5 - 3 2 1 - 1 2 1 - - -
		3 2 1 3 2 - - 3 5 - 6 1' 5 - - - 2 - 3 5 2 3 1 6, 5, - - - 6, - 1 -
		2 - - 3 1 2 1 6, 5, - - - . . . .`
	scale := map[byte]float64{'1': 261.63, '2': 293.66, '3': 329.63, '5': 392.00, '6': 440.00}
	const eighth = 0.3
	var notes []note
	for word := range strings.FieldsSeq(song) {
		if word == "-" {
			notes[len(notes)-1].seconds += eighth
			continue
		}
		hz := scale[word[0]] // a dot is a rest
		switch {
		case strings.HasSuffix(word, "'"):
			hz *= 2
		case strings.HasSuffix(word, ","):
			hz /= 2
		}
		notes = append(notes, note{hz, eighth})
	}
	return notes
}
