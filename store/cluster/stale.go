package cluster

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// clearStale removes lock files that would keep PostgreSQL from starting for no
// reason: those whose pid another program of the same account has got since, or
// that belongs to a dead server which nobody has collected, as in a container
// without an init. A pid that nobody has PostgreSQL clears by itself.
//
// It never lets a server start beside a backend of a killed one that still works
// on the files: that is what the shared memory named in postmaster.pid is for.
func (i *Instance) clearStale() error {
	for _, name := range []string{filepath.Join(i.dir(), "postmaster.pid"), filepath.Join(i.SocketDir, ".s.PGSQL.5432.lock")} {
		b, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", filepath.Base(name), err)
		}
		lines := strings.Split(string(b), "\n")
		pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
		if err != nil || pid <= 0 {
			continue // not whole: PostgreSQL says so better
		}
		// Empty for a dead process that is not collected yet.
		program, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		if err != nil {
			continue
		}
		if strings.Contains(string(program), "postgres") {
			return fmt.Errorf("process %d holds %s and may be its server; stop it first", pid, name)
		}
		if len(lines) > 6 && strings.HasSuffix(name, "postmaster.pid") && attached(lines[6]) {
			return fmt.Errorf("backends of a killed server still work in %s", i.dir())
		}
		if err := os.Remove(name); err != nil {
			return fmt.Errorf("remove stale lock: %w", err)
		}
	}
	return nil
}

// attached tells whether the shared memory of the file's seventh line, its key
// and id, is in use. Where that cannot be seen it says that it is.
func attached(line string) bool {
	want := strings.Fields(line)
	if len(want) != 2 {
		return true
	}
	f, err := os.Open("/proc/sysvipc/shm")
	if err != nil {
		return true
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		// key shmid perms size cpid lpid nattch ...
		col := strings.Fields(lines.Text())
		if len(col) > 6 && col[1] == want[1] {
			return col[6] != "0"
		}
	}
	return false
}
