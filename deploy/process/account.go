package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Account is an unprivileged user that children of a root service run as. A nil
// Account is this process's own user, for which nothing needs to be done.
type Account struct {
	Name     string
	UID, GID int
}

// Unprivileged is the account for children: nil unless this process is root,
// else the first there is of postgres and nobody.
func Unprivileged() (*Account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil && uid != 0 {
			return &Account{Name: name, UID: uid, GID: gid}, nil
		}
	}
	return nil, errors.New("choose account: neither postgres nor nobody is on this machine; run as an ordinary user")
}

func (a *Account) uid() int {
	if a == nil {
		return os.Geteuid()
	}
	return a.UID
}

func (a *Account) credential() *syscall.Credential {
	if a == nil {
		return nil
	}
	return &syscall.Credential{Uid: uint32(a.UID), Gid: uint32(a.GID)}
}

// Attr is for a short command that must run as the account.
func (a *Account) Attr() *syscall.SysProcAttr {
	if a == nil {
		return nil
	}
	return &syscall.SysProcAttr{Credential: a.credential()}
}

// Own gives paths with everything in them to the account. Links are not followed.
func (a *Account) Own(paths ...string) error {
	if a == nil {
		return nil
	}
	for _, path := range paths {
		err := filepath.WalkDir(path, func(p string, _ fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return os.Lchown(p, a.UID, a.GID)
		})
		if err != nil {
			return fmt.Errorf("give files to %s: %w", a.Name, err)
		}
	}
	return nil
}

// Reach makes sure that the account can enter every folder down to path. Below
// the temporary folder those that are ours are opened for passing through; any
// other closed folder is somebody's decision and is named in the error.
func (a *Account) Reach(path string) error {
	if a == nil {
		return nil
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("reach folder: %w", err)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return fmt.Errorf("reach folder: %w", err)
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		switch {
		case ok && a.enters(info.Mode(), st):
		case ok && int(st.Uid) == os.Geteuid() && strings.HasPrefix(dir, filepath.Clean(os.TempDir())+"/"):
			if err := os.Chmod(dir, info.Mode().Perm()|0o001); err != nil {
				return fmt.Errorf("reach folder: %w", err)
			}
		default:
			return fmt.Errorf("reach %s: account %s, which servers run as under root, may not enter %s; choose a data and cache folder elsewhere, or run as an ordinary user", path, a.Name, dir)
		}
		if dir == "/" {
			return nil
		}
	}
}

// enters tells whether a folder may be passed through; the first class that
// fits decides, as in the kernel.
func (a *Account) enters(mode fs.FileMode, st *syscall.Stat_t) bool {
	switch {
	case int(st.Uid) == a.UID:
		return mode.Perm()&0o100 != 0
	case int(st.Gid) == a.GID:
		return mode.Perm()&0o010 != 0
	default:
		return mode.Perm()&0o001 != 0
	}
}
