package alarm

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"go.uber.org/zap"
)

// remember writes down which alarms stand. It is not called under mu: the disk
// may be what the alarm is about.
func (b *Board) remember() {
	if b.opts.File == "" {
		return
	}
	text, err := json.MarshalIndent(b.Raised(), "", "  ")
	if err == nil {
		err = os.WriteFile(b.opts.File+".new", text, 0o600)
	}
	if err == nil {
		err = os.Rename(b.opts.File+".new", b.opts.File)
	}
	if err != nil {
		b.log.Warn("which alarms stand is not remembered", zap.Error(err))
	}
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
