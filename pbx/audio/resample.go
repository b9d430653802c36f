package audio

import (
	"math"
	"sync"
)

// The low-pass of a resampler: a sinc in a Kaiser window. At 8000 samples a second it
// passes up to 3.5 kHz, and what is above 4 kHz, which would come back as another tone, it
// lets through by less than -80 dB.
const (
	crossings  = 48   // of the sinc, on either side
	kaiserBeta = 8.96 // 90 dB
	cutoff     = 0.94 // of half the lower rate
)

// Resample gives a clip another rate.
func Resample(c Clip, rate int) Clip {
	if c.Rate == rate || len(c.Samples) == 0 {
		return Clip{rate, c.Samples}
	}
	// Samples of the new rate lie between those of the old at so many places that come
	// again and again: each has weights of its own.
	common := gcd(c.Rate, rate)
	places, step := rate/common, c.Rate/common
	reach := int(math.Ceil(crossings * max(1, float64(c.Rate)/float64(rate)) / cutoff))
	weights := make([][]float32, places) // made when needed
	out := make([]float32, int(int64(len(c.Samples))*int64(places)/int64(step)))
	for i := range out {
		at := int64(i) * int64(step)
		whole, place := int(at/int64(places)), int(at%int64(places))
		if weights[place] == nil {
			weights[place] = sinc(float64(place)/float64(places), reach, cutoff*min(1, float64(rate)/float64(c.Rate)))
		}
		first, w := whole-reach+1, weights[place]
		if first < 0 {
			w, first = w[-first:], 0
		}
		var sum float64
		for k, v := range c.Samples[first:min(first+len(w), len(c.Samples))] {
			sum += float64(w[k]) * float64(v)
		}
		out[i] = float32(sum)
	}
	return Clip{rate, out}
}

// sinc are the weights of the samples around a place between two of them, from reach-1
// before the first of the two to reach behind it.
func sinc(place float64, reach int, cut float64) []float32 {
	w, table := make([]float64, 2*reach), kernel()
	var sum float64
	for k := range w {
		x := math.Abs(float64(k-reach+1)-place) * cut * fineness
		if i := int(x); i < len(table)-1 {
			w[k] = table[i] + (x-float64(i))*(table[i+1]-table[i])
		}
		sum += w[k]
	}
	out := make([]float32, len(w))
	for k := range w {
		out[k] = float32(w[k] / sum) // the level is kept, at each place the same
	}
	return out
}

// fineness is how often the kernel is reckoned between two crossings: what lies between is
// right to -110 dB.
const fineness = 1024

// kernel is one half of the sinc in its window.
var kernel = sync.OnceValue(func() []float64 {
	table := make([]float64, crossings*fineness+1)
	for i := range table {
		x, edge := float64(i)/fineness, float64(i)/float64(len(table)-1)
		table[i] = bessel(kaiserBeta*math.Sqrt(1-edge*edge)) / bessel(kaiserBeta)
		if i > 0 {
			table[i] *= math.Sin(math.Pi*x) / (math.Pi * x)
		}
	}
	return table
})

// bessel is the modified Bessel function of the first kind and order 0.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-12*sum; k++ {
		term *= x * x / (4 * k * k)
		sum += term
	}
	return sum
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
