package cti

import "time"

// RingPlan is a country's ringing cadence: Burst of tone, then silence until
// Period has passed (ITU-T E.180 leaves both to the country).
type RingPlan struct {
	Burst  time.Duration
	Period time.Duration
}

// RingPlans by country. GB's double burst counts as one ring.
var RingPlans = map[string]RingPlan{
	"cn": {Burst: 1 * time.Second, Period: 5 * time.Second},
	"us": {Burst: 2 * time.Second, Period: 6 * time.Second},
	"uk": {Burst: 1 * time.Second, Period: 3 * time.Second},
	"de": {Burst: 1 * time.Second, Period: 5 * time.Second},
	"fr": {Burst: 1500 * time.Millisecond, Period: 5 * time.Second},
	"jp": {Burst: 1 * time.Second, Period: 3 * time.Second},
}

// ThreeRings is the promise the product is named after (requirement A1).
const ThreeRings = 3

// Rings is how many rings were heard in d: the ring under way counts, so an
// answer at once is one ring. Nothing rang before d began, so d < 0 is none.
func (p RingPlan) Rings(d time.Duration) int {
	if d < 0 || p.Period <= 0 {
		return 0
	}
	return int(d/p.Period) + 1
}

// Within tells whether an answer after d came before ring n+1 began.
func (p RingPlan) Within(n int, d time.Duration) bool {
	return d < time.Duration(n)*p.Period
}

// Limit is when ring n ends, its pause included.
func (p RingPlan) Limit(n int) time.Duration { return time.Duration(n) * p.Period }
