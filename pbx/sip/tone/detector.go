package tone

import (
	"math"
	"slices"
	"time"
)

// Thresholds of a Detector.
const (
	// Audible is the level in dBm0 below which a sound counts as silence. Coded
	// silence is below -60, comfort noise below -50.
	Audible = -45.0
	// purity is the part of a window's energy that its tones must hold for the
	// window to count as tones; speech and music stay below it.
	purity = 0.90
	// hop is the number of samples between two looks: 40 ms.
	hop = 320
	// sightings is how many looks in a row must agree before a tone is believed:
	// a voice does not keep one pitch for 120 ms within steady Hz.
	sightings = 3
	steady    = 2.5
	// farewell is how long a tone may be missing before it has ended.
	farewell = 200 * time.Millisecond
	// lag is how long a tone has been there, on average, at its first sighting: the
	// window must be full of it.
	lag = 60 * time.Millisecond
)

// Sound is one tone as it was heard, times by the clock given to Write, exact to
// the 40 ms between two looks.
type Sound struct {
	// Hz is the measured frequency, exact to about 1 Hz.
	Hz float64
	// First and Last are when it was first and last heard.
	First, Last time.Time
	// Total is how long it was heard in all.
	Total time.Duration
	// LongestGap is the longest time between First and Last without it.
	LongestGap time.Duration
	// Playing is true while it is heard.
	Playing bool
}

// Is reports whether the sound is a tone of hz, within Tolerance.
func (s Sound) Is(hz float64) bool { return math.Abs(s.Hz-hz) <= Tolerance }

// Change says that a tone began (again) or ended. At is when the tone was first
// or last heard, before the detector could be sure of it.
type Change struct {
	Hz    float64
	Began bool
	At    time.Time
}

// track is a tone that is believed or on its way to be.
type track struct {
	Sound
	candidate float64
	since     time.Time // first of the sightings in a row
	sighted   time.Time // the newest of them
	seen      int       // sightings in a row
	fresh     bool      // seen in this look
}

// Detector hears samples and says which tones are in them. The zero value is
// ready. It belongs to one goroutine.
type Detector struct {
	ring    []int16
	pending int
	tracks  []*track
	changes []Change

	other, quiet time.Duration
}

// Write takes samples that arrived at at and returns what began or ended with
// them. The slice is valid until the next Write.
func (d *Detector) Write(pcm []int16, at time.Time) []Change {
	d.changes = d.changes[:0]
	for len(pcm) > 0 {
		n := min(len(pcm), hop-d.pending)
		d.ring = append(d.ring, pcm[:n]...)
		pcm, d.pending = pcm[n:], d.pending+n
		if d.pending == hop {
			d.pending = 0
			d.look(at)
		}
	}
	return d.changes
}

const hopTime = hop * time.Second / Rate

// look analyses the newest window.
func (d *Detector) look(at time.Time) {
	if extra := len(d.ring) - window; extra > 0 {
		d.ring = d.ring[:copy(d.ring, d.ring[extra:])]
	}
	if len(d.ring) < window {
		return
	}
	if DBm0(Power(d.ring[window-hop:])) < Audible {
		d.quiet += hopTime
		d.settle(at)
		return
	}
	spec := spectra.Get().(*spectrum)
	defer spectra.Put(spec)
	peaks := spec.analyse(d.ring)
	var share float64
	for _, p := range peaks {
		share += p.share
	}
	if share < purity {
		d.other += hopTime
		d.settle(at)
		return
	}
	for _, p := range peaks {
		d.sight(p.hz, at)
	}
	d.settle(at)
}

// sight counts one sighting of a tone.
func (d *Detector) sight(hz float64, at time.Time) {
	t := d.find(hz)
	if t == nil {
		t = &track{candidate: hz}
		d.tracks = append(d.tracks, t)
	}
	t.fresh = true
	if t.seen == 0 {
		t.since = at.Add(-lag)
	}
	t.seen++
	t.sighted = at
	t.candidate = hz
	if t.seen < sightings {
		return
	}
	if t.seen == sightings {
		d.begin(t, hz)
	} else {
		t.Total += hopTime
	}
	t.Last = at
}

// begin makes a track a believed tone, or a believed tone heard again.
func (d *Detector) begin(t *track, hz float64) {
	t.Total += sightings * hopTime
	if t.First.IsZero() {
		t.Hz, t.First = hz, t.since
	} else {
		t.LongestGap = max(t.LongestGap, t.since.Sub(t.Last))
	}
	if !t.Playing {
		t.Playing = true
		d.changes = append(d.changes, Change{Hz: t.Hz, Began: true, At: t.since})
	}
}

// settle ends what was not seen in this look.
func (d *Detector) settle(at time.Time) {
	for _, t := range d.tracks {
		if t.fresh {
			t.fresh = false
			continue
		}
		t.seen = 0
		if t.Playing && at.Sub(t.Last) >= farewell {
			t.Playing = false
			d.changes = append(d.changes, Change{Hz: t.Hz, At: t.Last})
		}
	}
	d.tracks = slices.DeleteFunc(d.tracks, func(t *track) bool { return t.First.IsZero() && t.seen == 0 })
}

// Quiet tells the detector that nothing arrived up to at, so that a tone whose
// packets ceased can end.
func (d *Detector) Quiet(at time.Time) []Change {
	d.changes = d.changes[:0]
	for _, t := range d.tracks {
		if at.Sub(t.sighted) < farewell {
			continue
		}
		t.seen = 0
		if t.Playing {
			t.Playing = false
			d.changes = append(d.changes, Change{Hz: t.Hz, At: t.Last})
		}
	}
	return d.changes
}

func (d *Detector) find(hz float64) *track {
	var best *track
	for _, t := range d.tracks {
		// A believed tone is compared by its settled frequency, a candidate by
		// its last sighting, more strictly.
		ref, within := t.Hz, Tolerance
		if t.First.IsZero() {
			ref, within = t.candidate, steady
		}
		if math.Abs(ref-hz) <= within && (best == nil || math.Abs(best.candidate-hz) > math.Abs(t.candidate-hz)) {
			best = t
		}
	}
	return best
}

// Sounds are the tones heard so far, in the order they were first heard.
func (d *Detector) Sounds() []Sound {
	var out []Sound
	for _, t := range d.tracks {
		if !t.First.IsZero() {
			out = append(out, t.Sound)
		}
	}
	slices.SortFunc(out, func(a, b Sound) int { return a.First.Compare(b.First) })
	return out
}

// Other is how long something audible that is no tone was heard: a voice,
// music, noise.
func (d *Detector) Other() time.Duration { return d.other }

// Silent is how long samples arrived that could not be heard.
func (d *Detector) Silent() time.Duration { return d.quiet }
