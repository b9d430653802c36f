package fault

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Disk is a small file system in memory on a folder of its own.
type Disk struct {
	dir string
}

// NewDisk puts a file system of so many bytes on a folder, which is made if
// missing and must be empty. It takes the right to mount: elsewhere it is
// ErrUnsupported, and FileLimit serves in its place.
func NewDisk(dir string, bytes int64) (*Disk, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make disk: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("make disk: %w", err)
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("make disk: %s is not empty", dir)
	}
	err = unix.Mount("drill", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("size=%d,mode=755", bytes))
	switch {
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES), errors.Is(err, unix.ENODEV):
		return nil, fmt.Errorf("make disk: mount tmpfs on %s: %w: %w", dir, ErrUnsupported, err)
	case err != nil:
		return nil, fmt.Errorf("make disk: mount tmpfs on %s: %w", dir, err)
	}
	return &Disk{dir: dir}, nil
}

// ballast is the file that fills the disk.
const ballast = ".ballast"

// Fill takes all the room that is left.
func (d *Disk) Fill() error {
	f, err := os.OpenFile(filepath.Join(d.dir, ballast), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("fill disk: %w", err)
	}
	defer func() { _ = f.Close() }()
	end, err := f.Seek(0, 2)
	if err != nil {
		return fmt.Errorf("fill disk: %w", err)
	}
	for step := int64(1 << 20); step >= 4096; {
		switch err := unix.Fallocate(int(f.Fd()), 0, end, step); {
		case err == nil:
			end += step
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.ENOSPC):
			step /= 2
		default:
			return fmt.Errorf("fill disk: %w", err)
		}
	}
	return nil
}

// Free gives back what Fill took.
func (d *Disk) Free() error {
	if err := os.Remove(filepath.Join(d.dir, ballast)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("free disk: %w", err)
	}
	return nil
}

// Close takes the file system away with all that is on it. Who still has files
// open on it keeps them until he closes them.
func (d *Disk) Close() error {
	if err := unix.Unmount(d.dir, unix.MNT_DETACH); err != nil && !errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("take disk away: %w", err)
	}
	return nil
}
