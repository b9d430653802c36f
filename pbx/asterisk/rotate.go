package asterisk

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// keptLogs is how many rotated files of each log are kept.
const keptLogs = 5

// RotateLogs begins new log files when one has grown beyond most bytes, and
// removes old ones. The ledger is not touched: whoever reads it renames it when
// it has been read, and the switch begins a new one.
func (i *Instance) RotateLogs(ctx context.Context, most int64) error {
	grown := false
	for _, name := range []string{"messages", "security"} {
		if info, err := os.Stat(filepath.Join(i.LogDir, name)); err == nil && info.Size() > most {
			grown = true
		}
	}
	if !grown {
		return nil
	}
	if _, err := i.CLI(ctx, "logger rotate"); err != nil {
		return err
	}
	for _, name := range []string{"messages", "security"} {
		// The switch numbers them: the higher, the older.
		old, _ := filepath.Glob(filepath.Join(i.LogDir, name+".[0-9]*"))
		slices.SortFunc(old, func(a, b string) int {
			if len(a) != len(b) {
				return len(a) - len(b)
			}
			if a < b {
				return -1
			}
			return 1
		})
		for n, path := range old {
			if n < keptLogs {
				continue
			}
			if err := os.Remove(path); err != nil {
				return fmt.Errorf("remove old log: %w", err)
			}
		}
	}
	return nil
}
