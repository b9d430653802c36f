package fault

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// newestBlock is the last block file of the journal that holds anything. The
// journal's own package keeps its layout to itself; a test holds this to it.
func newestBlock(natsDir string) (name string, size int64, err error) {
	pattern := filepath.Join(natsDir, "jetstream/*/streams/JOURNAL/msgs/*.blk")
	names, err := filepath.Glob(pattern)
	if err != nil {
		return "", 0, fmt.Errorf("find journal: %w", err)
	}
	best := -1
	for _, n := range names {
		number, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(n), ".blk"))
		if err != nil || number <= best {
			continue
		}
		if info, err := os.Stat(n); err == nil && info.Size() > 0 {
			best, name, size = number, n, info.Size()
		}
	}
	if best < 0 {
		return "", 0, errors.New("find journal: nothing at " + pattern)
	}
	return name, size, nil
}

// TearTail cuts n bytes off the newest block of a stopped journal, as a disk does
// that lied about having written them. natsDir is the server's store folder.
func TearTail(natsDir string, n int64) error {
	name, size, err := newestBlock(natsDir)
	if err != nil {
		return err
	}
	if n <= 0 || n > size {
		return fmt.Errorf("tear journal: %d bytes of %s: it has %d", n, name, size)
	}
	if err := os.Truncate(name, size-n); err != nil {
		return fmt.Errorf("tear journal: %w", err)
	}
	return nil
}

// HalfWrite appends the first n bytes of a message to the newest block of a stopped
// journal: a write that a power cut ended, and that nobody was told of.
func HalfWrite(natsDir string, n int64) error {
	name, size, err := newestBlock(natsDir)
	if err != nil {
		return err
	}
	if n <= 0 || n > size {
		return fmt.Errorf("write half: %d bytes as in %s: it has %d", n, name, size)
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("write half: %w", err)
	}
	begin := make([]byte, n)
	_, err = f.ReadAt(begin, 0)
	if err == nil {
		_, err = f.WriteAt(begin, size)
	}
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write half: %w", err)
	}
	return nil
}

// FlipBit turns one bit over in the newest block of a stopped journal: the
// lowest of the byte at offset, which counts from the end where it is negative.
func FlipBit(natsDir string, offset int64) error {
	name, size, err := newestBlock(natsDir)
	if err != nil {
		return err
	}
	if offset < 0 {
		offset += size
	}
	if offset < 0 || offset >= size {
		return fmt.Errorf("flip bit: byte %d of %s: it has %d", offset, name, size)
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("flip bit: %w", err)
	}
	var b [1]byte
	_, err = f.ReadAt(b[:], offset)
	if err == nil {
		b[0] ^= 1
		_, err = f.WriteAt(b[:], offset)
	}
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("flip bit: %w", err)
	}
	return nil
}
