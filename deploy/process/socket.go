package process

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// socketNameMost is the longest name of a unix socket, sun_path without its
// ending zero.
const socketNameMost = 107

// SocketDir returns a folder, owned by the account and closed to others, in
// which a socket called name has a legal name: run in dir, or, where that would
// be too long, one in the runtime or temporary folder that is always the same
// for the same dir.
func SocketDir(dir, name string, a *Account) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("make socket folder: %w", err)
	}
	run := filepath.Join(abs, "run")
	if len(run)+1+len(name) > socketNameMost {
		sum := sha256.Sum256([]byte(abs))
		base := os.TempDir()
		if runtime := os.Getenv("XDG_RUNTIME_DIR"); runtime != "" && a == nil {
			base = runtime
		}
		run = filepath.Join(base, fmt.Sprintf("sansheng-%d-%s", a.uid(), hex.EncodeToString(sum[:6])))
		if len(run)+1+len(name) > socketNameMost {
			run = filepath.Join("/tmp", filepath.Base(run))
		}
	}
	if err := os.Mkdir(run, 0o700); err != nil && !os.IsExist(err) {
		return "", fmt.Errorf("make socket folder: %w", err)
	}
	// In a folder that everybody may write to, somebody else may have been
	// there first.
	info, err := os.Lstat(run)
	if err != nil {
		return "", fmt.Errorf("make socket folder: %w", err)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || (int(st.Uid) != a.uid() && int(st.Uid) != os.Geteuid()) {
		return "", fmt.Errorf("make socket folder: %s belongs to somebody else", run)
	}
	if err := a.Own(run); err != nil {
		return "", err
	}
	if err := os.Chmod(run, 0o700); err != nil {
		return "", fmt.Errorf("make socket folder: %w", err)
	}
	return run, nil
}
