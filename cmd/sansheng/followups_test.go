package main

import (
	"testing"
	"time"
)

// TestDayFlag: a day is named as on a calendar, and begins at midnight here.
func TestDayFlag(t *testing.T) {
	t.Parallel()
	if at, err := dayFlag("since", "2026-11-23"); err != nil || !at.Equal(time.Date(2026, 11, 23, 0, 0, 0, 0, time.Local)) {
		t.Errorf("%s, %v", at, err)
	}
	if at, err := dayFlag("since", ""); err != nil || !at.IsZero() {
		t.Errorf("none: %s, %v", at, err)
	}
	for _, bad := range []string{"23.11.2026", "2026-13-01", "yesterday"} {
		if at, err := dayFlag("until", bad); err == nil {
			t.Errorf("%s is taken for %s", bad, at)
		}
	}
}
