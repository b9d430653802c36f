package audio

import "math"

// Silence is what is so much below the loudest hundredth of a second: the noise of a room
// is not what the caller waits for.
const silent = -40.0 // dB

// trim takes silence away at both ends, but for a tenth of a second.
func trim(c Clip) Clip {
	window := max(c.Rate/100, 1)
	var powers []float64
	var loudest float64
	for first := 0; first < len(c.Samples); first += window {
		var sum float64
		part := c.Samples[first:min(first+window, len(c.Samples))]
		for _, v := range part {
			sum += float64(v) * float64(v)
		}
		powers = append(powers, sum/float64(len(part)))
		loudest = max(loudest, powers[len(powers)-1])
	}
	first, last := -1, -1
	for i, p := range powers {
		if p > 0 && p >= loudest*math.Pow(10, silent/10) {
			if last = i; first < 0 {
				first = i
			}
		}
	}
	if first < 0 {
		return Clip{Rate: c.Rate}
	}
	margin := int(silence.Seconds() * float64(c.Rate))
	return Clip{c.Rate, c.Samples[max(0, first*window-margin):min(len(c.Samples), (last+1)*window+margin)]}
}

// centre takes away what is the same in all samples: it is heard as a click, and would be
// no silence.
func centre(c Clip) {
	var sum float64
	for _, v := range c.Samples {
		sum += float64(v)
	}
	middle := float32(sum / float64(max(len(c.Samples), 1)))
	for i := range c.Samples {
		c.Samples[i] -= middle
	}
}
