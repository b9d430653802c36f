package tone

import (
	"math"
	"math/cmplx"
	"sync"
)

// window is the number of samples a spectrum is taken of: 64 ms, bins 15.6 Hz
// apart. A pure tone's frequency is found far finer than a bin, see peak.
const window = 512

const binHz = float64(Rate) / window

var (
	hann    [window]float64
	twiddle [window / 2]complex128
)

func init() {
	for i := range hann {
		hann[i] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/window)
	}
	for i := range twiddle {
		twiddle[i] = cmplx.Rect(1, -2*math.Pi*float64(i)/window)
	}
}

// peak is one tone in a spectrum: its frequency and its share of all energy.
type peak struct{ hz, share float64 }

// spectrum is the working memory of one analysis.
type spectrum struct {
	buf   [window]complex128
	power [window/2 + 1]float64
	peaks []peak
}

// spectra are shared by all detectors: a detector that is kept for its results
// keeps no working memory.
var spectra = sync.Pool{New: func() any { return new(spectrum) }}

// maxPeaks is how many tones at once are told apart: a conference of four.
const maxPeaks = 4

// lobe is how many bins either side of a tone hold its energy (Hann window).
const lobe = 2

// analyse finds the tones in samples, which must be window long. The rest of
// the energy, that of no tone, is 1 minus the sum of the shares.
func (s *spectrum) analyse(samples []int16) []peak {
	for i, v := range samples {
		s.buf[reversed[i]] = complex(float64(v)*hann[i], 0)
	}
	s.transform()
	var total float64
	for k := range s.power {
		re, im := real(s.buf[k]), imag(s.buf[k])
		s.power[k] = re*re + im*im
		if k > lobe {
			total += s.power[k]
		}
	}
	s.peaks = s.peaks[:0]
	if total == 0 {
		return s.peaks
	}
	for len(s.peaks) < maxPeaks {
		p, ok := s.strongest(total)
		if !ok || p.share < minShare {
			break
		}
		s.peaks = append(s.peaks, p)
	}
	return s.peaks
}

// minShare is the smallest part of all energy that is still called a tone.
const minShare = 0.03

// strongest takes the strongest local maximum out of the spectrum. Hann's two
// neighbouring bins tell where between bins a pure tone lies, exactly.
func (s *spectrum) strongest(total float64) (peak, bool) {
	best := 0
	for k := lobe + 1; k < window/2-lobe; k++ {
		p := s.power[k]
		if p > s.power[best] || best == 0 {
			if p > 0 && p >= s.power[k-1] && p >= s.power[k+1] {
				best = k
			}
		}
	}
	if best == 0 {
		return peak{}, false
	}
	side, sign := best+1, 1.0
	if s.power[best-1] > s.power[best+1] {
		side, sign = best-1, -1
	}
	ratio := math.Sqrt(s.power[side] / s.power[best])
	offset := (2*ratio - 1) / (ratio + 1)
	var sum float64
	for k := best - lobe; k <= best+lobe; k++ {
		sum += s.power[k]
		s.power[k] = 0
	}
	return peak{hz: (float64(best) + sign*offset) * binHz, share: sum / total}, true
}

// transform is a radix-2 FFT of buf, whose input is in bit-reversed order.
func (s *spectrum) transform() {
	for size := 2; size <= window; size <<= 1 {
		half, step := size/2, window/size
		for start := 0; start < window; start += size {
			for k := range half {
				a, b := s.buf[start+k], s.buf[start+k+half]*twiddle[k*step]
				s.buf[start+k], s.buf[start+k+half] = a+b, a-b
			}
		}
	}
}

var reversed = func() (r [window]int) {
	for i := range r {
		for bit, v := 1, i; bit < window; bit <<= 1 {
			r[i] = r[i]<<1 | v&1
			v >>= 1
		}
	}
	return r
}()
