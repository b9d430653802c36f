package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"sansheng/cti"
	"sansheng/cti/engine"
	"sansheng/pbx"
	"sansheng/pbx/asterisk"
)

// ledger is the switch's account, where this machine can read it.
func (s *Service) ledger() engine.Ledger {
	switch {
	case s.asterisk != nil:
		return newLedgerFile(s.asterisk.LedgerPath)
	case s.cfg.Asterisk.LedgerFile != "":
		return newLedgerFile(s.cfg.Asterisk.LedgerFile)
	}
	return nil
}

// ledgerFile reads the switch's ledger from its file, and from the one before
// where that reaches into the time asked for. The file may lie on another machine:
// a mount that does not answer holds up one goroutine, and nobody's call.
type ledgerFile struct {
	path string
	// readingC holds one token while a read is under way.
	readingC chan struct{}
}

// ledgerWithin is how long the engine waits for the ledger, while events queue up.
const ledgerWithin = 500 * time.Millisecond

func newLedgerFile(path string) *ledgerFile {
	return &ledgerFile{path: path, readingC: make(chan struct{}, 1)}
}

// ledgerMost is the size at which a ledger is put aside and a new one begun.
const ledgerMost = 4 << 20

func (l *ledgerFile) before() string { return l.path + ".1" }

// rotate puts a large ledger aside. The switch opens the file for each entry,
// so that it begins a new one by itself.
func (l *ledgerFile) rotate() error {
	info, err := os.Stat(l.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() < ledgerMost {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at ledger: %w", err)
	}
	return os.Rename(l.path, l.before())
}

// Since implements engine.Ledger.
func (l *ledgerFile) Since(ctx context.Context, t time.Time) ([]pbx.LedgerEntry, error) {
	select {
	case l.readingC <- struct{}{}:
	default: // one that hangs has been waited for: each caller's end asks, and the loop would do nothing else
		return nil, fmt.Errorf("read ledger %s: there is no answer yet", l.path)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, ledgerWithin, fmt.Errorf("read ledger %s: no answer within %s", l.path, ledgerWithin))
	defer cancel()
	type result struct {
		entries []pbx.LedgerEntry
		err     error
	}
	resultC := make(chan result, 1)
	go func() {
		entries, err := l.read(t)
		<-l.readingC
		resultC <- result{entries, err}
	}()
	select {
	case r := <-resultC:
		return r.entries, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (l *ledgerFile) read(t time.Time) ([]pbx.LedgerEntry, error) {
	var entries []asterisk.Entry
	if info, err := os.Stat(l.before()); err == nil && info.ModTime().After(t) {
		if entries, err = asterisk.ReadLedgerSince(l.before(), t); err != nil {
			return nil, err
		}
	}
	newest, err := asterisk.ReadLedgerSince(l.path, t)
	if err != nil {
		return nil, err
	}
	entries = append(entries, newest...)
	ends := endsOf(entries)
	var out []pbx.LedgerEntry
	answered := map[string]pbx.EndpointID{} // the last device to answer, by call
	for _, e := range entries {
		if e.At.Before(t) {
			continue
		}
		if device := (pbx.Channel{Name: e.Channel}).Endpoint(); e.Event == "ANSWER" && e.ID != e.LinkedID {
			if _, first := answered[e.LinkedID]; !first {
				answered[e.LinkedID] = device
			}
		} else if e.UserEvent == "taken" { // what picked up before was no person
			if device == "PJSIP/trunk" {
				device = "PJSIP/" + pbx.EndpointID(cti.Outside)
			}
			answered[e.LinkedID] = device
		}
		if en, ok := ledgerEntry(e, answered[e.LinkedID]); ok {
			if en.Kind == pbx.LedgerHangup {
				en.Endpoint = ends.askedBy(e)
			}
			out = append(out, en)
		}
	}
	return out, nil
}

// ledgerEntry is an entry in the engine's words. device is the first that
// answered in the same call, or who took it by key.
func ledgerEntry(e asterisk.Entry, device pbx.EndpointID) (pbx.LedgerEntry, bool) {
	en := pbx.LedgerEntry{At: e.At, Channel: pbx.ChannelID(e.ID)}
	switch {
	case e.Event == "HANGUP":
		said, ok := hangupOf(e)
		en.Kind, en.Cause = pbx.LedgerHangup, said.Cause
		return en, ok
	case e.Event == "BRIDGE_ENTER" && e.ID == e.LinkedID && device != "":
		en.Kind, en.Endpoint = pbx.LedgerJoined, device
		return en, true
	case e.Event == "ANSWER":
		en.Kind = pbx.LedgerAnswer
		return en, true
	case e.UserEvent == "arrived" || e.UserEvent == "fallback":
		// call | number | caller, and for a fallback who sent him there
		f := strings.Split(e.Extra, "|")
		if len(f) < 3 {
			return en, false
		}
		en.Kind, en.Call, en.DID, en.Caller = pbx.LedgerKind(e.UserEvent), f[0], f[1], f[2]
		en.BySentinel = len(f) > 3 && f[3] == asterisk.SentinelUser
		return en, true
	case e.UserEvent == "voicemail":
		// call | number | recording
		f := strings.Split(e.Extra, "|")
		if len(f) != 3 {
			return en, false
		}
		en.Kind, en.Call, en.DID, en.Recording = pbx.LedgerVoicemail, f[0], f[1], f[2]
		return en, true
	case e.UserEvent == "fallback_end":
		// call | number | queue status | member | dial status | record status
		f := strings.Split(e.Extra, "|")
		if len(f) != 6 || f[3] == "" && f[4] != "ANSWER" {
			return en, false
		}
		en.Kind, en.Call, en.Endpoint = pbx.LedgerServed, f[0], pbx.EndpointID(f[3])
		if f[3] == "" {
			en.Endpoint = device // rung by Dial, which names nobody
		}
		return en, en.Endpoint != ""
	}
	return en, false
}

// hangup is what the switch says of a channel's end.
type hangup struct {
	Cause pbx.Cause `json:"hangupcause"`
	// Source is the name of the channel that asked for it.
	Source string `json:"hangupsource"`
}

func hangupOf(e asterisk.Entry) (said hangup, ok bool) {
	return said, json.Unmarshal([]byte(e.Extra), &said) == nil
}

// ends are the channels' ends of a stretch of the ledger, by name and by their call.
type ends struct {
	byName map[string]asterisk.Entry
	byCall map[string][]asterisk.Entry
}

func endsOf(entries []asterisk.Entry) ends {
	all := ends{map[string]asterisk.Entry{}, map[string][]asterisk.Entry{}}
	for _, e := range entries {
		if e.Event == "HANGUP" {
			all.byName[e.Channel] = e
			all.byCall[e.LinkedID] = append(all.byCall[e.LinkedID], e)
		}
	}
	return all
}

// endedWith is how far the ends of two channels are apart that one party ended.
const endedWith = time.Second

// askedBy is the device that asked for a channel's end; empty where it was no device's
// doing. The first agent to hang up stays the source on his caller's channel, also of
// one whom the fallback has brought to somebody else since: then that one's channel
// tells who it was.
func (all ends) askedBy(e asterisk.Entry) pbx.EndpointID {
	said, _ := hangupOf(e)
	together := func(other asterisk.Entry) bool { return other.At.Sub(e.At).Abs() < endedWith }
	if by, known := all.byName[said.Source]; e.ID == e.LinkedID && said.Source != "" && said.Source != e.Channel && (!known || !together(by)) {
		said.Source = ""
		for _, other := range all.byCall[e.LinkedID] {
			if other.ID != e.ID && together(other) {
				said, _ = hangupOf(other)
			}
		}
	}
	if !strings.HasPrefix(said.Source, "PJSIP/") {
		return ""
	}
	return (pbx.Channel{Name: said.Source}).Endpoint()
}
