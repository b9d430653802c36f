package fault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"sansheng/deploy/debian"
)

// Clock is the time of day of processes that are started with its Environ. Their
// monotonic clock is the machine's: a step is what an administrator or a bad
// time server does.
type Clock struct {
	file string
	lib  string
}

// NewClock makes a clock that shows the machine's time. dir keeps its file; the
// processes must be able to read it.
func NewClock(ctx context.Context, dir string, f debian.Finder) (*Clock, error) {
	tree, err := f.Find(ctx, debian.FakeTime)
	if err != nil {
		return nil, fmt.Errorf("make clock: %w", err)
	}
	found := tree.Glob("usr/lib/*/faketime/libfaketimeMT.so.1")
	if len(found) == 0 {
		return nil, errors.New("make clock: no libfaketimeMT.so.1 in " + tree.Root)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("make clock: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make clock: %w", err)
	}
	c := &Clock{file: filepath.Join(dir, "clock"), lib: found[0]}
	return c, c.Set(0)
}

// Environ is what a process must be started with to follow the clock, such as
// asterisk.Config.Environ.
func (c *Clock) Environ() []string {
	return []string{
		"LD_PRELOAD=" + c.lib, "FAKETIME_TIMESTAMP_FILE=" + c.file,
		"FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_CACHE_DURATION=1", "NO_FAKE_STAT=1",
	}
}

// Set moves the clock to so long after the machine's, or before it; 0 is right.
// The processes see it within a second.
func (c *Clock) Set(offset time.Duration) error {
	text := fmt.Sprintf("%+.3f\n", offset.Seconds())
	next := c.file + ".next"
	if err := os.WriteFile(next, []byte(text), 0o644); err != nil {
		return fmt.Errorf("set clock: %w", err)
	}
	if err := os.Chmod(next, 0o644); err != nil {
		return fmt.Errorf("set clock: %w", err)
	}
	if err := os.Rename(next, c.file); err != nil {
		return fmt.Errorf("set clock: %w", err)
	}
	return nil
}
