package audio

import "math"

// level brings a clip to Loudness. Peaks that would be above Peak are turned down, from a
// little before to a little behind them, so that nothing is clipped.
func level(c Clip, loudness float64) Clip {
	gain := math.Pow(10, (Loudness-loudness)/20)
	out := make([]float32, len(c.Samples))
	for i, v := range c.Samples {
		out[i] = float32(gain * float64(v))
	}
	limit(out, float32(math.Pow(10, Peak/20)), c.Rate/200)
	return Clip{c.Rate, out}
}

// limit turns down what is above peak. The gain moves to what a peak needs and back within
// reach samples: an average, over reach on either side, of the least that any sample within
// reach of those needs, which is never more than the peak itself can have.
func limit(samples []float32, peak float32, reach int) {
	need, above := make([]float32, len(samples)), false
	for i, v := range samples {
		need[i] = 1
		if v = max(v, -v); v > peak {
			need[i], above = peak/v, true
		}
	}
	if !above {
		return
	}
	least := make([]float32, len(need))
	for i := range need {
		least[i] = 1
		for _, n := range need[max(0, i-reach):min(len(need), i+reach+1)] {
			least[i] = min(least[i], n)
		}
	}
	var sum float64
	for _, n := range least[:min(reach, len(least))] {
		sum += float64(n)
	}
	for i := range samples {
		if i+reach < len(least) {
			sum += float64(least[i+reach])
		}
		if i-reach-1 >= 0 {
			sum -= float64(least[i-reach-1])
		}
		wide := min(i+reach+1, len(least)) - max(0, i-reach)
		samples[i] = min(max(samples[i]*float32(sum/float64(wide)), -peak), peak) // but for rounding
	}
}
