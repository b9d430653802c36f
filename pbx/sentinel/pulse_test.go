package sentinel

import (
	"testing"
	"time"
)

// TestPulse: only time between two readings that both came counts as silence, and
// of a long gap no more than a second.
func TestPulse(t *testing.T) {
	t.Parallel()
	type step struct {
		at    float64 // seconds
		value string  // "-" is a reading that failed
	}
	for name, c := range map[string]struct {
		steps []step
		still float64
		want  bool
	}{
		"beats":                {[]step{{0, "1"}, {1, "2"}, {2, "3"}, {3, "4"}, {4, "5"}}, 0, false},
		"never began":          {[]step{{0, ""}, {1, ""}, {2, ""}, {3, ""}}, 3, true},
		"not yet":              {[]step{{0, "1"}, {0.5, "2"}, {1, "2"}, {2, "2"}, {3, "2"}}, 2.5, false},
		"silent":               {[]step{{0, "1"}, {0.5, "2"}, {1.5, "2"}, {2.5, "2"}, {3.5, "2"}}, 3, true},
		"back again":           {[]step{{0, "1"}, {1, "1"}, {2, "1"}, {3, "1"}, {3.5, "2"}}, 0, false},
		"the switch was away":  {[]step{{0, "1"}, {1, "1"}, {2, "-"}, {60, "-"}, {61, "1"}, {62, "1"}}, 1, false},
		"answers now and then": {[]step{{0, "1"}, {0.5, "-"}, {1, "1"}, {1.5, "-"}, {2, "1"}, {2.5, "-"}, {3, "1"}}, 3, true},
		"we were stopped":      {[]step{{0, "1"}, {1, "1"}, {90, "1"}}, 2, false},
		"the switch is new":    {[]step{{0, "7"}, {1, "7"}, {2, "-"}, {3, ""}, {4, ""}}, 1, false},
		"clock set back":       {[]step{{0, "900"}, {1, "900"}, {2, "100"}}, 0, false},
	} {
		var p pulse
		base := time.Now()
		for _, s := range c.steps {
			if s.value == "-" {
				p.failed(base.Add(time.Duration(s.at * float64(time.Second))))
				continue
			}
			p.read(s.value, base.Add(time.Duration(s.at*float64(time.Second))))
		}
		if p.still.Seconds() != c.still || p.silent() != c.want {
			t.Errorf("%s: still for %v, silent %t", name, p.still, p.silent())
		}
	}
}

// TestFlap: an alarm ends at once, but not when it comes and goes.
func TestFlap(t *testing.T) {
	t.Parallel()
	var f flap
	base := time.Now()
	for _, s := range []struct {
		at           int // seconds
		cause, stand bool
	}{
		{0, false, false}, {3, true, true}, {4, false, false}, // an upgrade
		{100, true, true}, {104, false, false}, // another one
		{108, true, true}, {109, false, true}, {112, true, true}, {113, false, true}, {121, false, true}, {122, false, false},
		{200, true, true}, {201, false, false},
	} {
		if got := f.stand(s.cause, base.Add(time.Duration(s.at)*time.Second)); got != s.stand {
			t.Errorf("at %d s it stands: %t", s.at, got)
		}
	}
}
