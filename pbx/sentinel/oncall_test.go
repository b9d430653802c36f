package sentinel

import (
	"context"
	"testing"
	"time"

	"go.uber.org/zap"

	"sansheng/deploy/alarm"
)

// TestPressing: an alarm that says that nobody answers emergency callers overtakes
// an older one, which is not forgotten, and is not held up by what it is about.
func TestPressing(t *testing.T) {
	t.Parallel()
	c := newChain(nil, nil, func(context.Context) bool { return true }, newMetrics(), zap.NewNop())
	c.own(alarm.Alarm{Name: "disk_low", Severity: alarm.Page, Raised: true})
	if c.overtaken("disk_low") {
		t.Error("overtaken by itself")
	}
	c.own(alarm.Alarm{Name: "emergency_waiting", Severity: alarm.Page, Raised: true})
	if key, _, _ := c.next(time.Now()); key != "sentinel/emergency_waiting" {
		t.Errorf("first is %q", key)
	}
	if !c.overtaken("disk_low") || c.overtaken("emergency_waiting") {
		t.Error("the wrong one is overtaken")
	}
	c.numbers = []string{"1001"}
	c.alarm(t.Context(), "sentinel/disk_low", "disk_low") // rings nobody: there is no ARI
	c.close("sentinel/emergency_waiting")
	if key, _, _ := c.next(time.Now()); key != "sentinel/disk_low" {
		t.Errorf("next is %q", key)
	}
}

// TestRisesAgain: an alarm that rises again after somebody took it is not forgotten.
func TestRisesAgain(t *testing.T) {
	t.Parallel()
	c := newChain(nil, []string{"1"}, nil, nil, zap.NewNop())
	base := time.Now()
	c.pages["first"] = &page{name: "hotline_silent", at: base, due: base}
	c.taken["hotline_silent"] = base.Add(time.Second)
	if _, p, _ := c.next(base.Add(2 * time.Second)); p != nil {
		t.Error("rung again for what was taken")
	}
	c.pages["again"] = &page{name: "hotline_silent", at: base.Add(9 * time.Minute), due: base.Add(9 * time.Minute)}
	if key, _, wait := c.next(base.Add(9 * time.Minute)); key != "again" || wait != quietFor+time.Second-9*time.Minute {
		t.Errorf("next is %q after %v", key, wait)
	}
	later := base.Add(9*time.Minute + time.Second)
	c.pages["other"] = &page{name: "disk_low", at: later, due: later}
	if key, _, wait := c.next(later); key != "other" || wait > 0 {
		t.Errorf("meanwhile next is %q after %v", key, wait)
	}
	if key, _, wait := c.next(base.Add(quietFor + time.Second)); key != "again" || wait > 0 {
		t.Errorf("then next is %q after %v", key, wait)
	}
}

// TestPutOff: a page for which no phone could be rung, as before they have registered, is not
// given up; it waits behind others.
func TestPutOff(t *testing.T) {
	t.Parallel()
	c := newChain(nil, nil, func(context.Context) bool { return false }, newMetrics(), zap.NewNop())
	c.own(alarm.Alarm{Name: "disk_low", Severity: alarm.Page, Raised: true})
	c.own(alarm.Alarm{Name: "relay", Severity: alarm.Page, Raised: true})
	c.postpone("sentinel/disk_low")
	key, _, _ := c.next(time.Now())
	if key != "sentinel/relay" {
		t.Errorf("next is %q", key)
	}
	c.close("sentinel/relay")
	if key, p, wait := c.next(time.Now()); key != "sentinel/disk_low" || p == nil || wait < tryAgain-10*time.Second || wait > tryAgain {
		t.Errorf("then next is %q after %v", key, wait)
	}
}
