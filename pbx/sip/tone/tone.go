// Package tone makes and recognises the sounds by which a test proves a talk
// path: pure tones in G.711, a detector that tells tones, speech or music and
// silence apart, and a plan of frequencies so that no two parties of a call
// send the same one.
//
// Everything here is arithmetic: no I/O, no goroutine, no clock (a Detector is
// told the time). Codec, Tone and Loop are values and safe to share; a Detector
// belongs to one goroutine. Nothing fails: any byte is a G.711 sample.
package tone

import (
	"fmt"
	"math"
	"sync"
)

// Rate is the number of samples a second of G.711 (ITU-T G.711, 8 kHz).
const Rate = 8000

// FrameSamples is the number of samples in a packet of 20 ms.
const FrameSamples = Rate / 50

// Tolerance is how far, in Hz, a measured tone may be from the wanted one and
// still be the same. Plans keep their tones at least twice as far apart.
const Tolerance = 5.0

// Ringback is China's ringback, busy and congestion frequency in Hz
// (GF 002-9002.1); no plan uses it.
const Ringback = 450

// DefaultLevel is the level in dBm0 of a tone that names none.
const DefaultLevel = -12.0

// Tone is a sine of Hz cycles a second at Level dBm0 (0 dBm0 is 3.14 dB below
// the loudest sine G.711 can carry). Hz 0 is silence; Level 0 means DefaultLevel.
type Tone struct {
	Hz    int
	Level float64
}

// String is the tone for a person, as in "1000 Hz".
func (t Tone) String() string {
	if t.Hz == 0 {
		return "silence"
	}
	return fmt.Sprintf("%d Hz", t.Hz)
}

// Agent is the tone of the n-th agent, 500 Hz upwards in steps of 20 Hz. Tones
// repeat after 22 agents: two agents are rarely in one call, and a test that has
// more chooses frequencies itself.
func Agent(n int) Tone { return Tone{Hz: 500 + 20*mod(n, 22)} }

// Caller is the tone of the n-th caller, 1000 Hz upwards in steps of 20 Hz,
// repeating after 100 callers. It is never an agent's.
func Caller(n int) Tone { return Tone{Hz: 1000 + 20*mod(n, 100)} }

func mod(n, m int) int { return ((n % m) + m) % m }

// amplitude is the peak of t in 16-bit samples.
func (t Tone) amplitude() float64 {
	level := t.Level
	if level == 0 {
		level = DefaultLevel
	}
	return math.Min(32635, 32768*math.Pow(10, (level-maxSine)/20))
}

// maxSine is the level in dBm0 of a sine that just fills the codec's range.
const maxSine = 3.14

// Samples fills pcm with the tone from sample number from on.
func (t Tone) Samples(pcm []int16, from int) {
	a := t.amplitude()
	for i := range pcm {
		if t.Hz == 0 {
			pcm[i] = 0
			continue
		}
		// A whole number of cycles fits into a second, so the phase may wrap there.
		phase := float64((from+i)%Rate*t.Hz%Rate) / Rate
		pcm[i] = int16(a * math.Sin(2*math.Pi*phase))
	}
}

// Loop is one second of a tone, coded: packets of FrameSamples cut from it one
// after the other, round and round, are an unbroken tone.
type Loop []byte

type loopKey struct {
	tone  Tone
	codec Codec
}

var loops sync.Map // loopKey → Loop

// Loop returns t in codec. Loops are made once and shared: do not write to one.
func (t Tone) Loop(codec Codec) Loop {
	key := loopKey{t, codec}
	if l, ok := loops.Load(key); ok {
		return l.(Loop)
	}
	pcm := make([]int16, Rate)
	t.Samples(pcm, 0)
	l, _ := loops.LoadOrStore(key, Loop(codec.Encode(make([]byte, 0, Rate), pcm)))
	return l.(Loop)
}

// Frame is the n-th packet's payload.
func (l Loop) Frame(n int) []byte {
	at := mod(n, len(l)/FrameSamples) * FrameSamples
	return l[at : at+FrameSamples]
}

// DBm0 is the level of samples whose mean square is power; -96 for silence.
func DBm0(power float64) float64 {
	if power < 1 {
		return silence
	}
	// A sine of peak 32768 has mean square 32768²/2 and the level maxSine.
	return math.Max(silence, 10*math.Log10(power/(32768*32768/2))+maxSine)
}

const silence = -96.0

// Power is the mean square of pcm, 0 for none.
func Power(pcm []int16) float64 {
	if len(pcm) == 0 {
		return 0
	}
	var sum float64
	for _, s := range pcm {
		sum += float64(s) * float64(s)
	}
	return sum / float64(len(pcm))
}
