package fault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// journalFolder is in the path of the journal's files, below the store folder.
const journalFolder = "streams/JOURNAL/msgs"

// PowerCut ends the process that writes below natsDir as a power cut would: what it
// wrote and had not synced is taken from its streams' files. A page that holds both
// synced and later bytes cannot be told from one that was never synced, so a moment
// is sought at which the journal has nothing unsynced; a journal that does not sync
// never has one, and is cut as it is. Only the ends of streams' files are cut:
// renames and sizes that a file system may also lose are not.
//
// torn is how many bytes of the journal were taken, others how many of other streams.
func PowerCut(ctx context.Context, pid int, natsDir string) (torn, others int64, err error) {
	if err := tellsDirty(natsDir); err != nil {
		return 0, 0, err
	}
	for tries := 1; ; tries++ {
		if err := Freeze(pid); err != nil {
			return 0, 0, err
		}
		unsynced, err := unsyncedEnds(natsDir)
		if err != nil {
			return 0, 0, errors.Join(err, Thaw(pid))
		}
		if tries < momentsSought && inJournal(unsynced) {
			if err := Thaw(pid); err != nil {
				return 0, 0, err
			}
			if err := pause(ctx, time.Millisecond); err != nil {
				return 0, 0, err
			}
			continue
		}
		if err := Kill(pid); err != nil {
			return 0, 0, err
		}
		return tear(unsynced)
	}
}

// momentsSought is how often a moment with a synced journal is sought.
const momentsSought = 200

// end is what of a file is not on disk: from a byte on, so many bytes.
type end struct {
	file       string
	from, size int64
}

func (e end) journal() bool { return strings.Contains(e.file, journalFolder) }

func inJournal(ends []end) bool {
	for _, e := range ends {
		if e.journal() {
			return true
		}
	}
	return false
}

func tear(ends []end) (torn, others int64, err error) {
	for _, e := range ends {
		if err := os.Truncate(e.file, e.from); err != nil {
			return torn, others, fmt.Errorf("cut power: %w", err)
		}
		if e.journal() {
			torn += e.size
		} else {
			others += e.size
		}
	}
	return torn, others, nil
}

func unsyncedEnds(dir string) ([]end, error) {
	var all []end
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile
		}
		if err != nil || d.IsDir() || filepath.Ext(name) != ".blk" {
			return err
		}
		from, size, err := firstDirty(name)
		if err == nil && from < size {
			all = append(all, end{file: name, from: from, size: size - from})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for what is not synced: %w", err)
	}
	return all, nil
}

// firstDirty is the first byte of a file whose page is not on disk yet, or its size.
func firstDirty(name string) (from, size int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return 0, 0, err
	}
	size = info.Size()
	page := int64(os.Getpagesize())
	lo, hi := int64(0), (size+page-1)/page // the first dirty page is in [lo, hi]
	for lo < hi {
		mid := (lo + hi) / 2
		n, err := dirty(f, lo*page, (mid+1-lo)*page)
		if err != nil {
			return 0, 0, err
		}
		if n > 0 {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return min(lo*page, size), size, nil
}

// dirty counts a range's pages that are not on disk.
func dirty(f *os.File, from, n int64) (uint64, error) {
	var stat unix.Cachestat_t
	err := unix.Cachestat(uint(f.Fd()), &unix.CachestatRange{Off: uint64(from), Len: uint64(n)}, &stat, 0)
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EOPNOTSUPP) {
		return 0, fmt.Errorf("cachestat: %w: Linux 6.5 or newer on a disk tells what is synced", ErrUnsupported)
	}
	if err != nil {
		return 0, fmt.Errorf("cachestat %s: %w", f.Name(), err)
	}
	return stat.Dirty + stat.Writeback, nil
}

// tellsDirty makes sure that a folder's file system tells what is synced: in memory
// nothing ever is.
func tellsDirty(dir string) (err error) {
	f, err := os.CreateTemp(dir, "synced")
	if err != nil {
		return fmt.Errorf("cut power: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	if _, err := f.Write(make([]byte, os.Getpagesize())); err != nil {
		return fmt.Errorf("cut power: %w", err)
	}
	before, err := dirty(f, 0, int64(os.Getpagesize()))
	if err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("cut power: %w", err)
	}
	after, err := dirty(f, 0, int64(os.Getpagesize()))
	if err != nil {
		return err
	}
	if before == 0 || after != 0 {
		return fmt.Errorf("cut power: %w: the file system of %s does not tell what is synced", ErrUnsupported, dir)
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
