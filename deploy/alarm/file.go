package alarm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"
)

// room is what the file of the alarms that stand has on the disk from the start, and the
// one beside it that takes its place, too: an alarm about a full disk must be written
// down all the same, for the sentinel rings those on call by what it reads there.
const room = 64 << 10

// keep writes down which alarms stand, after each change, until there are no more. The
// disk may be what an alarm is about, and hang: nobody waits for it but Close.
func (b *Board) keep() {
	defer close(b.keptC)
	if b.opts.File != "" {
		for _, name := range []string{b.opts.File, b.spare()} {
			if err := reserve(name); err != nil {
				b.log.Warn("the alarms have no room on the disk of their own", zap.Error(err))
			}
		}
	}
	for range b.changedC {
		if b.opts.File == "" {
			continue
		}
		if err := b.remember(); err != nil {
			b.log.Warn("which alarms stand is not remembered", zap.Error(err))
		}
	}
}

// spare is the file beside the one that counts, which is written over.
func (b *Board) spare() string { return b.opts.File + ".new" }

// reserve gives a file its room, filled with what means nothing in JSON.
func reserve(name string) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // what matters is written again with each change
	is, err := f.Stat()
	if err != nil {
		return err
	}
	text := []byte("[]\n")
	if is.Size() > 0 {
		text = nil
	}
	_, err = f.Write(padded(text, room-int(min(is.Size(), room))))
	return err
}

// padded is a text with spaces behind it.
func padded(text []byte, size int) []byte {
	return append(text, bytes.Repeat([]byte(" "), max(size-len(text), 0))...)
}

// remember writes over the spare file, which has its room, and lets the two change places.
func (b *Board) remember() error {
	text, err := json.MarshalIndent(b.Raised(), "", "  ")
	if err != nil {
		return fmt.Errorf("write down the alarms: %w", err)
	}
	f, err := os.OpenFile(b.spare(), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	text = padded(append(text, '\n'), room)
	_, err = f.Write(text)
	if err == nil {
		err = f.Truncate(int64(len(text)))
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	err = unix.Renameat2(unix.AT_FDCWD, b.spare(), unix.AT_FDCWD, b.opts.File, unix.RENAME_EXCHANGE)
	if err == nil {
		return nil
	}
	return os.Rename(b.spare(), b.opts.File) // the file is gone, or the file system cannot exchange
}

// recall returns what stood when the last process ended.
func (b *Board) recall() []Alarm {
	if b.opts.File == "" {
		return nil
	}
	text, err := os.ReadFile(b.opts.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var stood []Alarm
	if err == nil {
		err = json.Unmarshal(text, &stood)
	}
	if err != nil {
		b.log.Warn("which alarms stood is not known", zap.Error(err))
	}
	return stood
}
