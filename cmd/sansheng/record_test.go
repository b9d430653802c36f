package main

import (
	"strings"
	"testing"

	"sansheng/store"
)

// TestStoryIsWhole: a record is shown with all that was written on it, however long, and
// nothing in it moves the cursor.
func TestStoryIsWhole(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("the meter was read once more; ", 10) + "he agrees"
	out := story(store.Record{Amendments: []store.Amendment{
		{Author: "2001", Reason: "typing error", Body: text}, {Author: "2001", Reason: "hostile", Body: "\x1b[2J"},
	}})
	if !strings.Contains(out, text) || strings.Contains(out, "\x1b") {
		t.Errorf("shown is %q", out)
	}
}
