package cti

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sansheng/pbx"
)

// twoPlan has a line of the first company beside the second's, with one calendar.
func twoPlan() *Plan {
	p := DemoPlan(0)
	f := p.Flows[0]
	f.ID, f.Company = "night1", "demo"
	p.Flows = append(p.Flows, f)
	p.Lines = append(p.Lines, Line{DID: "800300", Company: "demo", Mode: Greeted, Queue: "service", Greeting: "greeting-demo", Flow: "night1"})
	return p
}

// TestCloseOnce: closed again with its key, nothing is done, also after a restart; with
// the same key and another end it is refused.
func TestCloseOnce(t *testing.T) {
	plan := DemoPlan(0)
	now := epoch.Add(16 * time.Hour)
	h, e := NewHotline("e1", plan), NewEssence()
	give := func(h *Hotline, in CloseHours) (int, error) {
		out := h.Handle(now, in)
		for _, f := range out.Facts {
			e.Add(f)
		}
		return len(out.Facts), out.Refused
	}
	closes := CloseHours{What: "office", Until: now.Add(time.Hour), By: "3001", Reason: "burst pipe", Key: "k1"}
	if n, err := give(h, closes); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	opens := CloseHours{What: "office", By: "3001", Key: "k2"}
	if n, err := give(h, opens); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	again := NewHotline("e2", plan)
	for _, f := range e.Facts() {
		again.Apply(f)
	}
	for _, o := range []*Hotline{h, again} {
		for _, in := range []CloseHours{closes, opens} {
			if n, err := give(o, in); n != 0 || err != nil {
				t.Errorf("%+v again: %d facts, %v", in, n, err)
			}
		}
		other := closes
		other.Until = now.Add(2 * time.Hour)
		if _, err := give(o, other); err == nil || !strings.Contains(err.Error(), `key "k1" was given with another order (close office until 2026-03-03T02:00:00Z)`) {
			t.Errorf("another end with the key: %v", err)
		}
		if got := o.Closures(now); len(got) != 0 {
			t.Errorf("closed is %v", got)
		}
	}
}

// TestCloseOutlives: it is closed after a restart too, in the essence's eyes and with
// the clock set; a closure that is over closes nothing.
func TestCloseOutlives(t *testing.T) {
	now := epoch.Add(16 * time.Hour)
	h, e := NewHotline("e1", DemoPlan(0)), NewEssence()
	for _, in := range []Input{
		CloseHours{What: "800200", Until: now.Add(time.Hour), By: "3001", Reason: "fire"},
		CloseHours{What: "office", Until: now.Add(2 * time.Hour), By: "2001", Reason: "flood"},
	} {
		for _, f := range h.Handle(now, in).Facts {
			e.Add(f)
		}
	}
	h = NewHotline("e2", DemoPlan(0))
	for _, f := range e.Facts() {
		h.Apply(f)
	}
	h.Handle(now.Add(-10*time.Minute), pbx.ClockStepped{At: pbx.At(now.Add(-10 * time.Minute)), By: -10 * time.Minute})
	for _, c := range []struct {
		at     time.Duration
		open   bool
		reason string
	}{
		{-10 * time.Minute, false, "flood"}, {0, false, "flood"}, {2*time.Hour - 1, false, "flood"}, {2 * time.Hour, true, ""},
	} {
		v := h.Hours(now.Add(c.at))
		if len(v) != 1 || v[0].Line != "800200" || v[0].Open != c.open || v[0].Name != c.reason || (v[0].Closure == nil) != c.open {
			t.Errorf("after %s: %+v", c.at, v)
		}
	}
	path, err := DemoPlan(0).Walk("800200", now, "", "", h.Closures(now))
	if err != nil || !strings.Contains(path.String(), "office: closure, flood, until 2026-03-03 03:00") {
		t.Errorf("%s, %v", path, err)
	}
}

func TestCloseRefused(t *testing.T) {
	now := epoch.Add(16 * time.Hour)
	for _, c := range []struct {
		what    string
		company CompanyID
		ahead   time.Duration
		reason  string
		unknown bool
		says    string
	}{
		{"office", "", time.Hour, "fire", false, ""},
		{"office", "", 31 * 24 * time.Hour, "fire", false, ""},
		{"office", "", 31*24*time.Hour + time.Second, "fire", false, "within 31 days"},
		{"office", "", 0, "fire", false, "is past"},
		{"office", "", time.Second, "fire", false, ""},
		{"office", "", time.Hour, " ", false, "a reason is needed"},
		{"office", "", time.Hour, strings.Repeat("x", 501), false, "too long; allowed: 500"},
		{"office", "demo", time.Hour, "fire", false, "lines of other companies ask calendar office too; allowed: your lines, one by one: office, 800300"},
		{"800300", "demo", time.Hour, "fire", false, ""},
		{"800200", "demo", time.Hour, "fire", true, "no line has that number; allowed: office, 800300"},
		{"800119", "demo", time.Hour, "fire", false, "emergency line"},
		{"800100", "demo", time.Hour, "fire", false, "meet no hours"},
		{"nothing", "", time.Hour, "fire", true, "allowed: office, 800200, 800300"},
		{"nothing", "other", time.Hour, "fire", true, "allowed: none"},
	} {
		h := NewHotline("e1", twoPlan())
		out := h.Handle(now, CloseHours{What: c.what, Company: c.company, Until: now.Add(c.ahead), Reason: c.reason})
		var refused *HoursError
		if c.says == "" {
			if out.Refused != nil || len(out.Facts) != 1 {
				t.Errorf("%+v: %v", c, out.Refused)
			}
			continue
		}
		if !errors.As(out.Refused, &refused) || refused.Unknown != c.unknown || !strings.Contains(refused.Text, c.says) || len(out.Facts) != 0 {
			t.Errorf("%+v: %v", c, out.Refused)
		}
	}
	p := DemoPlan(0)
	p.Calendars[0].ID = "800100"
	if err := p.Check(); err == nil || !strings.Contains(err.Error(), `calendars[0].id: "800100" is a line's number`) {
		t.Errorf("a calendar with a number's name: %v", err)
	}
}
