package cti

import (
	"strings"
	"testing"
	"time"
)

func TestPlanWalk(t *testing.T) {
	p := DemoPlan(0)
	p.Companies[1].Refused = []string{"13900000001"}
	night := time.Date(2026, 10, 1, 20, 0, 0, 0, time.FixedZone("", 8*3600))
	for _, c := range []struct{ did, caller, keys, end string }{
		{"800100", "", "", "queue service"},
		{"800119", "", "", "queue emergency"},
		{"800200", "", "", "voicemail "},
		{"800200", "", "1", "emergency 800119"},
		{"800200", "", "0", "queue service"},
		{"800200", "13900000001", "1", "hang_up "},
	} {
		path, err := p.Walk(c.did, night, c.caller, c.keys, nil)
		if got := string(path.End.Kind) + " " + path.End.To; err != nil || got != c.end {
			t.Errorf("%+v: %s, %v", c, got, err)
		}
	}
	if _, err := p.Walk("1", night, "", "", nil); err == nil || !strings.Contains(err.Error(), "allowed: 800100, 800200, 800119") {
		t.Errorf("a number that is none: %v", err)
	}
	if got := p.HolidaysUnknown(night, 60); len(got) != 0 {
		t.Errorf("unknown: %v", got)
	}
	if got := p.HolidaysUnknown(night, 100); len(got) != 1 || got[0] != "calendar office: table cn knows no holidays of 2027" {
		t.Errorf("unknown: %v", got)
	}
}
