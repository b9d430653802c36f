package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
)

// NiceSession gives the session of a process a priority against other sessions, -20 first
// to 19 last. Where Linux shares the processors among sessions first (autogroup, the
// default of most distributions), a process's own priority counts only within its session:
// the switch's would count for nothing. Elsewhere it does nothing.
func NiceSession(pid, nice int) error {
	err := os.WriteFile("/proc/"+strconv.Itoa(pid)+"/autogroup", []byte(strconv.Itoa(nice)), 0)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("set the priority of the session of process %d: %w", pid, err)
	}
	return nil
}
