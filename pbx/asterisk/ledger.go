package asterisk

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

// Entry is one line of the ledger, the switch's own account of a channel.
type Entry struct {
	// Event is ANSWER, HANGUP, BRIDGE_ENTER, BRIDGE_EXIT or USER_DEFINED.
	Event string
	At    time.Time // the switch's clock, to the microsecond
	// ID of the channel, LinkedID of the first channel of its call.
	ID, LinkedID string
	Channel      string // name, as in PJSIP/1001-00000002
	// Extra is JSON for the switch's own events: for HANGUP hangupcause,
	// hangupsource and dialstatus. For USER_DEFINED it is what the dialplan
	// said, fields separated by "|":
	//
	//	arrived       call id | number | caller's digits
	//	fallback      call id | number | caller's digits | "sentinel" where it sent him
	//	voicemail     call id | number | name of the recording
	//	fallback_end  call id | number | queue status | member | dial status | record status
	//	taken         call id; by one on call, whose channel it is
	//	unknown       number | caller's digits
	Extra string
	// UserEvent is the name of a USER_DEFINED event.
	UserEvent string
}

// ReadLedger reads a ledger file. A missing file is an empty one; a last line
// that is still being written is left out, and so is one that never was written
// to its end, for a full disk or a power cut, with what it runs into.
func ReadLedger(path string) ([]Entry, error) { return ReadLedgerSince(path, time.Time{}) }

// ReadLedgerSince is ReadLedger for the entries from t on; those before cost next
// to nothing.
func ReadLedgerSince(path string, t time.Time) ([]Entry, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	return parseLedger(linesSince(b[:bytes.LastIndexByte(b, '\n')+1], t)), nil
}

// linesSince leaves out the lines that are older. The others need not be in order:
// clocks are set.
func linesSince(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	out := make([]byte, 0, len(b)/8)
	for line := range bytes.Lines(b) {
		_, rest, _ := bytes.Cut(line, []byte(`","`))
		epoch, _, _ := bytes.Cut(rest, []byte(`"`))
		if at, err := parseEpoch(string(epoch)); err != nil || !at.Before(t) {
			out = append(out, line...)
		}
	}
	return out
}

func parseLedger(b []byte) []Entry {
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord, r.ReuseRecord = 7, true
	var entries []Entry
	for {
		f, err := r.Read()
		if errors.Is(err, io.EOF) {
			return entries
		}
		if err != nil { // the reader goes on with the next line
			continue
		}
		at, err := parseEpoch(f[1])
		if err != nil {
			continue
		}
		e := Entry{Event: f[0], At: at, ID: f[2], LinkedID: f[3], Channel: f[4], Extra: f[5], UserEvent: f[6]}
		if e.UserEvent != "" {
			// The switch wraps the dialplan's words.
			var said struct {
				Extra string `json:"extra"`
			}
			if json.Unmarshal([]byte(e.Extra), &said) != nil {
				continue
			}
			e.Extra = said.Extra
		}
		entries = append(entries, e)
	}
}

// parseEpoch reads seconds.microseconds without passing through a float, which
// would lose the last digits.
func parseEpoch(s string) (time.Time, error) {
	seconds, micros, ok := strings.Cut(s, ".")
	if !ok || len(micros) != 6 {
		return time.Time{}, fmt.Errorf("read time %q: want seconds.microseconds", s)
	}
	sec, err1 := strconv.ParseInt(seconds, 10, 64)
	usec, err2 := strconv.ParseInt(micros, 10, 64)
	if err := errors.Join(err1, err2); err != nil {
		return time.Time{}, fmt.Errorf("read time %q: %w", s, err)
	}
	return time.Unix(sec, usec*1000), nil
}
