package drill

import (
	"context"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cmd/sansheng/drill/fault"
	"sansheng/deploy/debian"
)

const clockPromise = "no talk dropped, no caller in silence, durations right; agents reachable when their phones register again"

// clockBounds: the switch reckons registrations by its clock. A jump forward ends
// them all; phones renew them within a minute, which is the longest the switch
// grants, and until then nobody can be rung. Then the fallback's last resort rings
// everybody on duty for every caller, busy or not. A clock that can be moved also
// costs the switch a library's detour at each look at it.
var clockBounds = Bounds{
	Gap: 200 * time.Millisecond, Silence: 8 * time.Second, Emergency: 75 * time.Second, Right: 75 * time.Second,
	Drained: time.Minute, LastResort: true,
}

var _ = register(&Row{
	Name:    "clock-forward",
	Fault:   "the switch's clock jumps forward by an hour",
	Promise: clockPromise, Clock: true, Bounds: clockBounds,
	Run: func(ctx context.Context, t *Trial) error { return t.step(ctx, time.Hour) },
})

var _ = register(&Row{
	Name:    "clock-back",
	Fault:   "the switch's clock jumps back by an hour",
	Promise: clockPromise, Clock: true, Bounds: clockBounds,
	Run: func(ctx context.Context, t *Trial) error { return t.step(ctx, -time.Hour) },
})

// newClock gives a stage's switch a clock that can be moved.
func newClock(ctx context.Context, dir string, cfg *config.Config) (*fault.Clock, error) {
	c, err := fault.NewClock(ctx, dir, debian.Finder{})
	if err != nil {
		return nil, err
	}
	cfg.Asterisk.Environ = c.Environ()
	return c, nil
}

// step moves the switch's clock, for good: that is how clocks are set.
func (t *Trial) step(ctx context.Context, by time.Duration) error {
	t.stepped = by
	if err := t.clock.Set(by); err != nil {
		return err
	}
	t.Began()
	err := t.Newcomers(ctx, 12*time.Second)
	t.Healed()
	return err
}
