package cti

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestRefusals: all that are named are listed, each once.
func TestRefusals(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("refusal.go")
	if err != nil {
		t.Fatal(err)
	}
	all := Refusals()
	if named := strings.Count(string(source), `Refusal = "`); named != len(all) {
		t.Errorf("%d are named, %d listed", named, len(all))
	}
	slices.Sort(all)
	if once := slices.Compact(slices.Clone(all)); len(once) != len(all) {
		t.Errorf("some are there twice: %v", all)
	}
}
