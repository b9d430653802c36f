package audio

import "math"

// Blocks of ITU-R BS.1770-4, and its gates.
const (
	blockSeconds = 0.4
	overlap      = 4     // blocks begin every fourth of one
	absoluteGate = -70.0 // LUFS
	relativeGate = -10.0 // LU, below what is above the absolute one
)

// LoudnessOf is a clip's integrated loudness in LUFS, -Inf where nothing is heard. Pauses
// do not count: blocks that are far below the others are left out. A clip that is shorter
// than a block is one.
func LoudnessOf(c Clip) float64 {
	heard := weigh(c)
	block := min(int(blockSeconds*float64(c.Rate)), len(heard))
	if block == 0 {
		return math.Inf(-1)
	}
	var powers []float64
	for first := 0; first+block <= len(heard); first += max(block/overlap, 1) {
		var sum float64
		for _, v := range heard[first : first+block] {
			sum += v * v
		}
		powers = append(powers, sum/float64(block))
	}
	gate := power(absoluteGate)
	gate = max(gate, mean(powers, gate)*math.Pow(10, relativeGate/10))
	return -0.691 + 10*math.Log10(mean(powers, gate))
}

// mean is that of the powers above a gate; 0 where there are none.
func mean(powers []float64, gate float64) float64 {
	var sum float64
	n := 0
	for _, p := range powers {
		if p > gate {
			sum, n = sum+p, n+1
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

func power(lufs float64) float64 { return math.Pow(10, (lufs+0.691)/10) }

// weigh is the clip as an ear takes it: what the head adds to high tones, less what is low.
func weigh(c Clip) []float64 {
	rate := float64(c.Rate)
	// The standard gives the coefficients at 48 kHz; these are the filters behind them.
	k := math.Tan(math.Pi * 1681.974450955533 / rate)
	high, q := math.Pow(10, 3.999843853973347/20), 0.7071752369554196
	band := math.Pow(high, 0.4996667741545416)
	a := 1 + k/q + k*k
	shelf := biquad{
		b0: (high + band*k/q + k*k) / a, b1: 2 * (k*k - high) / a, b2: (high - band*k/q + k*k) / a,
		a1: 2 * (k*k - 1) / a, a2: (1 - k/q + k*k) / a,
	}
	k, q = math.Tan(math.Pi*38.13547087602444/rate), 0.5003270373238773
	a = 1 + k/q + k*k
	pass := biquad{b0: 1, b1: -2, b2: 1, a1: 2 * (k*k - 1) / a, a2: (1 - k/q + k*k) / a}
	out := make([]float64, len(c.Samples))
	for i, v := range c.Samples {
		out[i] = pass.next(shelf.next(float64(v)))
	}
	return out
}

// biquad is a filter of second order.
type biquad struct {
	b0, b1, b2, a1, a2 float64
	x1, x2, y1, y2     float64
}

func (f *biquad) next(x float64) float64 {
	y := f.b0*x + f.b1*f.x1 + f.b2*f.x2 - f.a1*f.y1 - f.a2*f.y2
	f.x1, f.x2, f.y1, f.y2 = x, f.x1, y, f.y1
	return y
}
