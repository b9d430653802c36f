package callback_test

import (
	"slices"
	"testing"

	"sansheng/cti"
	"sansheng/cti/callback"
)

// TestLines: what lines say is what the hotline makes of them.
func TestLines(t *testing.T) {
	results := []cti.DialResult{
		cti.DialReached, cti.DialBusy, cti.DialUnknown, cti.DialNoAnswer, cti.DialUnreachable, cti.DialRefused, cti.DialFailed,
		cti.DialGivenUp, cti.DialNotBegun,
	}
	for _, r := range results {
		if _, ok := callback.Lines[callback.Line(r)]; !ok {
			t.Errorf("%s is no line's", r)
		}
	}
	if len(callback.Lines) != len(results) {
		t.Errorf("%d lines, %d results of dialling", len(callback.Lines), len(results))
	}
	for line, reason := range callback.Lines {
		if reason != "" && !slices.Contains(callback.Reasons(), reason) || reason != "" && line.Void() {
			t.Errorf("%s suggests %s", line, reason)
		}
	}
}
