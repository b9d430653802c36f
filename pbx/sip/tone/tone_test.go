package tone

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var start = time.Date(2024, 3, 1, 9, 0, 0, 0, time.UTC)

// hear feeds pcm in packets of 20 ms, a packet each 20 ms.
func hear(d *Detector, pcm []int16, from time.Time) (changes []Change, end time.Time) {
	for len(pcm) > 0 {
		n := min(len(pcm), FrameSamples)
		from = from.Add(20 * time.Millisecond)
		changes = append(changes, d.Write(pcm[:n], from)...)
		pcm = pcm[n:]
	}
	return changes, from
}

func sine(hz int, level float64, d time.Duration) []int16 {
	pcm := make([]int16, int(d*Rate/time.Second))
	Tone{Hz: hz, Level: level}.Samples(pcm, 0)
	return pcm
}

// through codes and decodes once per law, as a transcoding switch does.
func through(pcm []int16, laws ...Codec) []int16 {
	for _, c := range laws {
		pcm = c.Decode(nil, c.Encode(nil, pcm))
	}
	return pcm
}

func mix(a, b []int16) []int16 {
	out := make([]int16, len(a))
	for i := range out {
		out[i] = int16(max(-32768, min(32767, int(a[i])+int(b[i]))))
	}
	return out
}

func TestCodecRoundTrip(t *testing.T) {
	for _, c := range []Codec{ALaw, ULaw} {
		for v := -32768; v <= 32767; v++ {
			got := int(c.Decode(nil, c.Encode(nil, []int16{int16(v)}))[0])
			if diff := math.Abs(float64(got - v)); diff > 16+math.Abs(float64(v))/16 {
				t.Fatalf("%v: %d came back as %d", c, v, got)
			}
		}
		for b := range 256 {
			s := c.Decode(nil, []byte{byte(b)})
			back := c.Decode(nil, c.Encode(nil, s))
			if back[0] != s[0] {
				t.Errorf("%v: byte %#x means %d, but that is coded as %d", c, b, s[0], back[0])
			}
		}
	}
}

// Values from the tables of ITU-T G.711.
func TestCodecKnownValues(t *testing.T) {
	for _, v := range []struct {
		codec Codec
		code  byte
		want  int16
	}{
		{ALaw, 0xd5, 8}, {ALaw, 0x55, -8}, {ALaw, 0xaa, 32256}, {ALaw, 0x2a, -32256},
		{ULaw, 0xff, 0}, {ULaw, 0x80, 32124}, {ULaw, 0x00, -32124},
	} {
		if got := v.codec.Decode(nil, []byte{v.code})[0]; got != v.want {
			t.Errorf("%v %#x = %d, want %d", v.codec, v.code, got, v.want)
		}
	}
}

func TestLevel(t *testing.T) {
	for _, level := range []float64{-3, -10, -30} {
		if got := DBm0(Power(sine(1000, level, time.Second))); math.Abs(got-level) > 0.1 {
			t.Errorf("a tone of %v dBm0 measures %.2f", level, got)
		}
	}
	if got := DBm0(Power(through(make([]int16, 160), ALaw))); got > -60 {
		t.Errorf("coded silence measures %.1f dBm0", got)
	}
}

func TestLoopHasNoSeam(t *testing.T) {
	for _, hz := range []int{450, 501, 1013} {
		l := Tone{Hz: hz}.Loop(ULaw)
		var coded []byte
		for n := range 100 {
			coded = append(coded, l.Frame(n)...)
		}
		d := new(Detector)
		hear(d, ULaw.Decode(nil, coded), start)
		s := d.Sounds()
		if len(s) != 1 || !s[0].Is(float64(hz)) || s[0].LongestGap != 0 || d.Other() != 0 {
			t.Errorf("%d Hz: heard %+v, other %v", hz, s, d.Other())
		}
	}
}

// Every tone of the plans is told from its neighbours after any transcoding.
func TestPlansAreToldApart(t *testing.T) {
	seen := map[int]bool{}
	for n := range 122 {
		tone := Agent(n)
		if n >= 22 {
			tone = Caller(n - 22)
		}
		if seen[tone.Hz] || math.Abs(float64(tone.Hz-Ringback)) < 2*Tolerance {
			t.Fatalf("%v is used twice", tone)
		}
		seen[tone.Hz] = true
		for _, laws := range [][]Codec{{ALaw}, {ALaw, ULaw}, {ULaw, ALaw, ULaw}} {
			d := new(Detector)
			hear(d, through(sine(tone.Hz, -12, 400*time.Millisecond), laws...), start)
			s := d.Sounds()
			if len(s) != 1 || math.Abs(s[0].Hz-float64(tone.Hz)) > 1 {
				t.Fatalf("%v through %v was heard as %+v", tone, laws, s)
			}
		}
	}
}

func TestTwoPartiesAtOnce(t *testing.T) {
	d := new(Detector)
	hear(d, through(mix(sine(540, -12, time.Second), sine(1240, -20, time.Second)), ULaw, ALaw), start)
	s := d.Sounds()
	if len(s) != 2 || !s[0].Is(540) || !s[1].Is(1240) {
		t.Fatalf("heard %+v", s)
	}
}

func TestOnsetGapAndEnd(t *testing.T) {
	d := new(Detector)
	quiet := make([]int16, Rate/2)
	var pcm []int16
	pcm = append(pcm, quiet...)
	pcm = append(pcm, sine(1000, -12, time.Second)...)
	pcm = append(pcm, quiet...)
	pcm = append(pcm, sine(1000, -12, time.Second)...)
	pcm = append(pcm, quiet...)
	changes, _ := hear(d, through(pcm, ALaw), start)
	if len(changes) != 4 || !changes[0].Began || changes[1].Began || !changes[2].Began || changes[3].Began {
		t.Fatalf("changes %+v", changes)
	}
	near := func(what string, got, want time.Duration) {
		t.Helper()
		if (got - want).Abs() > 60*time.Millisecond {
			t.Errorf("%s %v, want about %v", what, got, want)
		}
	}
	near("first began", changes[0].At.Sub(start), 500*time.Millisecond)
	near("ended", changes[1].At.Sub(start), 1500*time.Millisecond)
	s := d.Sounds()[0]
	near("gap", s.LongestGap, 500*time.Millisecond)
	near("total", s.Total, 2*time.Second)
	if s.Playing {
		t.Error("still playing")
	}
}

func TestPacketsThatCeaseEndATone(t *testing.T) {
	d := new(Detector)
	_, end := hear(d, sine(700, -12, time.Second), start)
	if c := d.Quiet(end.Add(100 * time.Millisecond)); len(c) != 0 {
		t.Fatalf("ended too soon: %+v", c)
	}
	if c := d.Quiet(end.Add(300 * time.Millisecond)); len(c) != 1 || c[0].Began {
		t.Fatalf("did not end: %+v", c)
	}
}

// Asking whether packets ceased does not disturb a tone that is just beginning.
func TestQuietWhileBeginning(t *testing.T) {
	d := new(Detector)
	l := Agent(0).Loop(ALaw)
	at := start
	for n := range 11 {
		at = at.Add(20 * time.Millisecond)
		d.Write(ALaw.Decode(nil, l.Frame(n)), at)
		if c := d.Quiet(at.Add(time.Millisecond)); len(c) != 0 {
			t.Fatalf("packet %d: %+v", n, c)
		}
	}
	if s := d.Sounds(); len(s) != 1 || !s[0].Playing {
		t.Errorf("heard %+v", s)
	}
}

// A voice: harmonics of a wandering pitch, syllables four a second.
func voice(d time.Duration, r *rand.Rand) []int16 {
	pcm := make([]int16, int(d*Rate/time.Second))
	phase, pitch := 0.0, 140.0
	for i := range pcm {
		pitch += r.NormFloat64() * 0.2
		pitch = max(90, min(260, pitch))
		phase += pitch / Rate
		at := float64(i) / Rate
		env := math.Max(0, math.Sin(2*math.Pi*4*at))
		var v float64
		for h := 1; h <= 14; h++ {
			f := float64(h) * pitch
			v += math.Sin(2*math.Pi*float64(h)*phase) * (1/(1+math.Abs(f-500)/200) + 0.6/(1+math.Abs(f-1500)/200))
		}
		pcm[i] = int16(max(-32000, min(32000, 2500*env*(v+0.2*r.NormFloat64()))))
	}
	return pcm
}

func TestVoiceAndNoiseAreNoTones(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]int16, 3*Rate)
	for i := range noise {
		noise[i] = int16(1500 * r.NormFloat64())
	}
	for name, pcm := range map[string][]int16{"voice": voice(5*time.Second, r), "noise": noise} {
		d := new(Detector)
		hear(d, through(pcm, ALaw), start)
		if s := d.Sounds(); len(s) != 0 {
			t.Errorf("%s was taken for %+v", name, s)
		}
		if d.Other() < time.Second {
			t.Errorf("%s: only %v of something heard", name, d.Other())
		}
	}
	d := new(Detector)
	hear(d, through(make([]int16, Rate), ULaw), start)
	if len(d.Sounds()) != 0 || d.Other() != 0 || d.Silent() < 800*time.Millisecond {
		t.Errorf("silence: %+v, other %v, silent %v", d.Sounds(), d.Other(), d.Silent())
	}
}

func TestParseCodec(t *testing.T) {
	for in, want := range map[string]Codec{"alaw": ALaw, "PCMA": ALaw, "ulaw": ULaw, "pcmu": ULaw, "": ALaw} {
		if got, err := ParseCodec(in); err != nil || got != want {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
	if _, err := ParseCodec("opus"); err == nil {
		t.Error("opus was taken")
	}
}

func BenchmarkDetector(b *testing.B) {
	pcm := through(sine(1000, -12, time.Second), ALaw)
	d := new(Detector)
	for b.Loop() {
		hear(d, pcm, start) // one second of one call
	}
}
