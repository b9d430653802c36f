package asterisk

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Tasks is how much work waits inside the switch. Where a task processor has
// more than its high water mark waiting, the switch begins to ignore calls.
type Tasks struct {
	// Processors is how many task processors there are.
	Processors int
	// Queued waits in all of them together, Deepest in the fullest one, named
	// by Name.
	Queued, Deepest int
	Name            string
	// Mark is the lowest high water mark of all.
	Mark int
	// Over are those with more waiting than their mark.
	Over int
}

// Tasks asks the switch for its task processors. It costs about 15 ms of one core.
func (i *Instance) Tasks(ctx context.Context) (Tasks, error) {
	out, err := i.CLI(ctx, "core show taskprocessors")
	if err != nil {
		return Tasks{}, err
	}
	return readTasks(out)
}

// taskColumns stand behind the name, which may hold anything: processed, in
// queue, max depth, low water, high water, low time, high time.
const taskColumns = 7

func readTasks(out string) (Tasks, error) {
	var t Tasks
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		if len(f) <= taskColumns {
			continue // title, sum, blank
		}
		n := len(f) - taskColumns
		queued, err := strconv.Atoi(f[n+1])
		high, err2 := strconv.Atoi(f[n+4])
		if err != nil || err2 != nil {
			continue // the title has more words than columns
		}
		t.Processors++
		t.Queued += queued
		if queued > t.Deepest || t.Name == "" {
			t.Deepest, t.Name = queued, strings.Join(f[:n], " ")
		}
		if high > 0 && (t.Mark == 0 || high < t.Mark) {
			t.Mark = high
		}
		if high > 0 && queued > high {
			t.Over++
		}
	}
	if t.Processors == 0 {
		return t, fmt.Errorf("read task processors: none in %q", firstLine(out))
	}
	return t, nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
