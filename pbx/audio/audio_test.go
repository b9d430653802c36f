package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mewkiz/flac"
	"github.com/mewkiz/flac/frame"
	"github.com/mewkiz/flac/meta"

	"sansheng/pbx/sip/tone"
)

// sine is a tone at an amplitude, full scale at 1.
func sine(rate int, hz, amplitude float64, long time.Duration) []float64 {
	v := make([]float64, int(long.Seconds()*float64(rate)))
	for i := range v {
		v[i] = amplitude * math.Sin(2*math.Pi*hz*float64(i)/float64(rate))
	}
	return v
}

// clip is a tone as the package keeps it.
func clip(rate int, hz, amplitude float64, long time.Duration) Clip {
	c := Clip{Rate: rate}
	for _, v := range sine(rate, hz, amplitude, long) {
		c.Samples = append(c.Samples, float32(v))
	}
	return c
}

// form is one kind of WAV file.
type form struct {
	kind, bits, channels, rate int
	extensible                 bool
	before                     string // chunks before the format
}

// file writes the same samples into each channel.
func (f form) file(samples []float64) []byte {
	var data bytes.Buffer
	put := func(v any) { _ = binary.Write(&data, binary.LittleEndian, v) }
	for _, v := range samples {
		for range f.channels {
			whole := int64(math.Round(v * (float64(uint64(1)<<(f.bits-1)) - 1)))
			switch {
			case f.kind == wavFloat && f.bits == 32:
				put(float32(v))
			case f.kind == wavFloat:
				put(v)
			case f.kind == wavALaw:
				put(tone.ALaw.Encode(nil, []int16{int16(v * 32767)}))
			case f.kind == wavULaw:
				put(tone.ULaw.Encode(nil, []int16{int16(v * 32767)}))
			case f.bits == 8:
				put(uint8(whole + 128))
			case f.bits == 16:
				put(int16(whole))
			case f.bits == 24:
				put([]byte{byte(whole), byte(whole >> 8), byte(whole >> 16)})
			case f.bits == 32:
				put(int32(whole))
			}
		}
	}
	var head bytes.Buffer
	hput := func(v any) { _ = binary.Write(&head, binary.LittleEndian, v) }
	hput([]uint16{uint16(f.kind), uint16(f.channels)})
	hput([]uint32{uint32(f.rate), uint32(f.rate * f.channels * f.bits / 8)})
	hput([]uint16{uint16(f.channels * f.bits / 8), uint16(f.bits)})
	if f.extensible {
		b := head.Bytes()
		binary.LittleEndian.PutUint16(b, wavExtensible)
		hput([]uint16{22, uint16(f.bits)})
		hput(uint32(3))
		hput(uint16(f.kind))
		head.WriteString("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71")
	}
	return riff(f.before+chunk("fmt ", head.String()), chunk("data", data.String()), chunk("LIST", "INFOodd"))
}

func chunk(name, data string) string {
	b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data)))
	return string(b) + data + strings.Repeat("\x00", len(data)%2)
}

func riff(chunks ...string) []byte {
	all := "WAVE" + strings.Join(chunks, "")
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(all))), all...)
}

// flacFile encodes samples without prediction.
func flacFile(t testing.TB, rate, bits, channels int, samples []float64) []byte {
	t.Helper()
	var b bytes.Buffer
	e, err := flac.NewEncoder(&b, &meta.StreamInfo{
		BlockSizeMin: 16, BlockSizeMax: 65535, SampleRate: uint32(rate), NChannels: uint8(channels), BitsPerSample: uint8(bits), NSamples: uint64(len(samples)),
	})
	if err != nil {
		t.Fatal(err)
	}
	for len(samples) > 0 {
		part := samples[:min(4096, len(samples))]
		samples = samples[len(part):]
		f := &frame.Frame{Header: frame.Header{
			BlockSize: uint16(len(part)), SampleRate: uint32(rate), Channels: frame.Channels(channels - 1), BitsPerSample: uint8(bits),
		}}
		for range channels {
			s := &frame.Subframe{SubHeader: frame.SubHeader{Pred: frame.PredVerbatim}, NSamples: len(part)}
			for _, v := range part {
				s.Samples = append(s.Samples, int32(math.Round(v*float64(int64(1)<<(bits-1)-1))))
			}
			f.Subframes = append(f.Subframes, s)
		}
		if err := e.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// heard is how loud a clip is at a frequency, in dB against full scale of a sine, and how
// loud all else is.
func heard(c Clip, hz float64) (at, rest float64) {
	var re, im, all float64
	for i, v := range c.Samples {
		window := 1 - math.Cos(2*math.Pi*float64(i)/float64(len(c.Samples)))
		angle := 2 * math.Pi * hz * float64(i) / float64(c.Rate)
		re, im = re+window*float64(v)*math.Cos(angle), im+window*float64(v)*math.Sin(angle)
		all += window * window * float64(v) * float64(v)
	}
	n := float64(len(c.Samples))
	amplitude := 2 * math.Hypot(re, im) / n
	left := max(all/(1.5*n)-amplitude*amplitude/2, 1e-20) // a window's square is 1.5 in the mean
	return 20 * math.Log10(amplitude), 10 * math.Log10(2*left)
}

// TestMake: a tone of 1 kHz in every format comes out as one of 1 kHz, at the level of
// prompts, in the switch's format.
func TestMake(t *testing.T) {
	t.Parallel()
	files := map[string][]byte{}
	for name, f := range map[string]form{
		"8 bits": {kind: wavPCM, bits: 8, channels: 1, rate: 8000}, "16 bits": {kind: wavPCM, bits: 16, channels: 1, rate: 16000},
		"24 bits": {kind: wavPCM, bits: 24, channels: 2, rate: 48000}, "32 bits": {kind: wavPCM, bits: 32, channels: 2, rate: 96000},
		"float": {kind: wavFloat, bits: 32, channels: 2, rate: 44100}, "double": {kind: wavFloat, bits: 64, channels: 1, rate: 22050},
		"A-law": {kind: wavALaw, bits: 8, channels: 1, rate: 8000}, "µ-law": {kind: wavULaw, bits: 8, channels: 2, rate: 11025},
		"extensible": {kind: wavPCM, bits: 24, channels: 6, rate: 32000, extensible: true},
		"odd":        {kind: wavPCM, bits: 16, channels: 1, rate: 44101, before: chunk("bext", "abc")},
	} {
		files["WAV, "+name] = f.file(sine(f.rate, 1000, 0.05, 1500*time.Millisecond))
	}
	files["FLAC, 16 bits"] = flacFile(t, 44100, 16, 2, sine(44100, 1000, 0.05, 1500*time.Millisecond))
	files["FLAC, 24 bits"] = flacFile(t, 96000, 24, 1, sine(96000, 1000, 0.05, 1500*time.Millisecond))
	for _, name := range []string{"mono.mp3", "stereo.mp3"} { // made with LAME: 1.5 s, at 22.05 and 44.1 kHz
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		files["MP3, "+name] = b
		files["MP3, with a tag, "+name] = append([]byte("ID3\x04\x00\x00\x00\x00\x00\x05title"), b...)
	}
	for name, b := range files {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := Make(t.Context(), bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			if format, _, _ := strings.Cut(name, ","); p.Format != format {
				t.Errorf("format %s", p.Format)
			}
			if p.Length < 1450*time.Millisecond || p.Length > 1600*time.Millisecond {
				t.Errorf("it lasts %v", p.Length)
			}
			c, _, err := Decode(t.Context(), bytes.NewReader(p.WAV))
			if err != nil || c.Rate != Rate {
				t.Fatalf("%d, %v", c.Rate, err)
			}
			at, rest := heard(c, 1000)
			// A sine of -18 LUFS has -15 dB at its peaks.
			if math.Abs(at+15) > 0.3 || math.Abs(p.Loudness-Loudness) > 0.2 {
				t.Errorf("1 kHz at %.2f dB, loudness %.1f", at, p.Loudness)
			}
			clean := -40.0
			if strings.Contains(name, "8 bits") || strings.Contains(name, "law") || p.Format == "MP3" { // noise is theirs
				clean = -28
			}
			if rest > at+clean {
				t.Errorf("beside it %.1f dB", rest)
			}
		})
	}
}

// TestAliasing: what a telephone cannot carry is not there, and what it can is as it was.
func TestAliasing(t *testing.T) {
	t.Parallel()
	for _, rate := range []int{11025, 16000, 22050, 44100, 48000, 96000} {
		for _, c := range []struct {
			hz, least, most float64
		}{
			{300, -0.1, 0.1},
			{3400, -0.5, 0.1},
			{4100, -200, -80}, // would come back as 3900
			{5000, -200, -80}, // as 3000
			{7000, -200, -80}, // as 1000
		} {
			if c.hz >= float64(rate)/2 {
				continue
			}
			out := Resample(clip(rate, c.hz, 1, time.Second), Rate)
			middle := out.Samples[800 : len(out.Samples)-800] // at its ends a tone is none
			var sum float64
			for _, v := range middle {
				sum += float64(v) * float64(v)
			}
			if db := 10 * math.Log10(max(2*sum/float64(len(middle)), 1e-20)); db < c.least || db > c.most {
				t.Errorf("%.0f Hz of %d samples a second: %.1f dB", c.hz, rate, db)
			}
		}
	}
}

// TestLoudness: figures of EBU Tech 3341, for one channel.
func TestLoudness(t *testing.T) {
	t.Parallel()
	quiet := func(db float64, long time.Duration) []float32 {
		return clip(48000, 997, math.Pow(10, db/20), long).Samples
	}
	for _, c := range []struct {
		name    string
		samples []float32
		want    float64
	}{
		{"full scale", quiet(0, 3*time.Second), -3.01},
		{"-20 dB", quiet(-20, 3*time.Second), -23.01},
		{"with a pause", append(quiet(-20, 10*time.Second), make([]float32, 20*48000)...), -23.01},
		{"with a murmur", append(quiet(-20, 10*time.Second), quiet(-40, 30*time.Second)...), -23.01},
		{"shorter than a block", quiet(-20, 200*time.Millisecond), -23.01},
		{"nothing", make([]float32, 48000), math.Inf(-1)},
	} {
		if got := LoudnessOf(Clip{48000, c.samples}); math.Abs(got-c.want) > 0.2 && got != c.want {
			t.Errorf("%s: %.2f LUFS, want %.2f", c.name, got, c.want)
		}
	}
}

// TestPeaks: a crack in a recording does not keep the rest of it down, and nothing is
// clipped: what is turned down keeps its form.
func TestPeaks(t *testing.T) {
	t.Parallel()
	samples := sine(Rate, 1000, 0.1, 2*time.Second)
	for i := range 4 {
		samples[Rate+i] = []float64{0.5, 0.9, -0.9, -0.5}[i]
	}
	p, err := Make(t.Context(), bytes.NewReader(form{kind: wavPCM, bits: 16, channels: 1, rate: Rate}.file(samples)))
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := Decode(t.Context(), bytes.NewReader(p.WAV))
	if err != nil {
		t.Fatal(err)
	}
	var peak float32
	for _, v := range c.Samples {
		peak = max(peak, v, -v)
	}
	if most := math.Pow(10, Peak/20); float64(peak) > most+1e-3 || float64(peak) < most/2 {
		t.Errorf("peak %.3f, limit %.3f", peak, most)
	}
	if at, _ := heard(Clip{Rate, c.Samples[:Rate-200]}, 1000); math.Abs(at+15) > 1 {
		t.Errorf("the rest is at %.1f dB", at)
	}
}

// TestTrim: of the silence at both ends a tenth of a second is left.
func TestTrim(t *testing.T) {
	t.Parallel()
	pause := make([]float64, 2*Rate)
	for i := range pause {
		pause[i] = 0.0005 * math.Sin(float64(i)) // a room's noise
	}
	samples := append(append(append([]float64{}, pause...), sine(Rate, 440, 0.3, time.Second)...), pause...)
	for i := range samples {
		samples[i] += 0.1 // and a middle that is none
	}
	p, err := Make(t.Context(), bytes.NewReader(form{kind: wavPCM, bits: 16, channels: 1, rate: Rate}.file(samples)))
	if err != nil || p.Length < 1150*time.Millisecond || p.Length > 1220*time.Millisecond {
		t.Errorf("%v, %v", p.Length, err)
	}
}

// TestBad: what is wrong with a file is said in words for its sender.
func TestBad(t *testing.T) {
	t.Parallel()
	good := form{kind: wavPCM, bits: 16, channels: 1, rate: 8000}
	wav := good.file(sine(8000, 1000, 0.1, time.Second))
	flacs := flacFile(t, 16000, 16, 1, sine(16000, 1000, 0.1, time.Second))
	with := func(at int, b ...byte) []byte {
		out := bytes.Clone(wav)
		copy(out[at:], b)
		return out
	}
	long := good
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"nothing":             {nil, "the file is empty"},
		"a text":              {[]byte("not audio at all, only a text"), "allowed: WAV"},
		"an Ogg file":         {[]byte("OggS\x00\x02 and so on, as it is"), "allowed: WAV"},
		"cut":                 {wav[:len(wav)/2], "cut off"},
		"cut in its header":   {wav[:30], "cut off"},
		"no samples":          {wav[:36], "no samples"},
		"4 GB of samples":     {with(40, 0xff, 0xff, 0xff, 0xff), "4294967295 bytes"},
		"no format":           {riff(chunk("data", "abcdefgh")), "does not say"},
		"a strange kind":      {with(20, 0x55), "kind 85"},
		"no channels":         {with(22, 0), "0 channels"},
		"too many channels":   {with(22, 200), "200 channels"},
		"too slow":            {with(24, 0x00, 0x01), "256 samples a second"},
		"a contradiction":     {with(32, 7), "contradicts itself"},
		"silence":             {good.file(make([]float64, 8000)), "nothing is heard"},
		"a click":             {good.file(sine(8000, 1000, 0.1, 20*time.Millisecond)), "at least"},
		"too long":            {long.file(sine(8000, 1000, 0.1, 190*time.Second)), "allowed: 3m0s"},
		"much too long":       {long.file(sine(8000, 1000, 0.1, 210*time.Second)), "longer than"},
		"numbers that are no": {form{kind: wavFloat, bits: 32, channels: 1, rate: 8000}.file([]float64{0, math.NaN()}), "damaged"},
		"a tag and no more":   {[]byte("ID3\x04\x00\x00\x00\x00\x00\x00"), "behind the file's tag"},
		"a tag that lies":     {[]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7fabc"), "cut off"},
		"half a FLAC file":    {flacs[:len(flacs)/2], "FLAC"},
		"a FLAC header":       {flacs[:42], "cut off"},
	} {
		_, err := Make(t.Context(), bytes.NewReader(c.file))
		if err == nil || !strings.Contains(err.Error(), c.says) || !errors.As(err, new(*Error)) && !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// FuzzMake: whatever a file holds, there is a prompt in the switch's format or an error.
func FuzzMake(f *testing.F) {
	f.Add(form{kind: wavPCM, bits: 16, channels: 1, rate: 8000}.file(sine(8000, 1000, 0.1, 60*time.Millisecond)))
	f.Add(form{kind: wavFloat, bits: 32, channels: 2, rate: 11025, extensible: true}.file(sine(11025, 1000, 0.1, 60*time.Millisecond)))
	f.Add(flacFile(f, 16000, 16, 2, sine(16000, 1000, 0.1, 60*time.Millisecond)))
	if b, err := os.ReadFile("testdata/mono.mp3"); err == nil {
		f.Add(b[:1000])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Make(t.Context(), bytes.NewReader(b))
		if err != nil {
			return
		}
		c, _, err := Decode(t.Context(), bytes.NewReader(p.WAV))
		if err != nil || c.Rate != Rate || c.Length() != p.Length || p.Length > Longest {
			t.Errorf("%d samples a second, %v of %v: %v", c.Rate, c.Length(), p.Length, err)
		}
	})
}
