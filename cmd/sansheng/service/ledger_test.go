package service

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sansheng/pbx"
)

// TestWhoHungUp: the switch keeps the first agent who hung up as the source of his
// caller's end, whatever comes after; the lines are a real switch's.
func TestWhoHungUp(t *testing.T) {
	t.Parallel()
	const (
		firstEnds   = `"HANGUP","1795919005.352033","agent1","caller","PJSIP/11011-00000016","{""hangupcause"":16,""hangupsource"":""PJSIP/11011-00000016""}",""`
		callerEnds  = `"HANGUP","1795919012.558370","caller","caller","PJSIP/trunk-00000015","{""hangupcause"":16,""hangupsource"":""SOURCE""}",""`
		secondEnds  = `"HANGUP","1795919012.559189","again","caller","PJSIP/11012-0000003a","{""hangupcause"":16,""hangupsource"":""SOURCE""}",""`
		first, last = "PJSIP/11011-00000016", "PJSIP/11012-0000003a"
		caller      = "PJSIP/trunk-00000015"
	)
	ends := func(line, source string) string { return strings.Replace(line, "SOURCE", source, 1) }
	for name, c := range map[string]struct {
		lines []string
		want  pbx.EndpointID
	}{
		"caller, in the first talk":                 {[]string{ends(callerEnds, caller)}, "PJSIP/trunk"},
		"agent, in the second talk":                 {[]string{ends(callerEnds, last), ends(secondEnds, last)}, "PJSIP/11012"},
		"caller, in the second talk":                {[]string{firstEnds, ends(callerEnds, first), ends(secondEnds, caller)}, "PJSIP/trunk"},
		"second agent":                              {[]string{firstEnds, ends(callerEnds, first), ends(secondEnds, last)}, "PJSIP/11012"},
		"caller, who waited for a second":           {[]string{firstEnds, ends(callerEnds, first)}, ""},
		"caller, whose first talk is not looked at": {[]string{ends(callerEnds, first)}, ""},
		"nobody": {[]string{ends(callerEnds, "")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ledger.csv")
			if err := os.WriteFile(path, []byte(strings.Join(c.lines, "\n")+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			entries, err := newLedgerFile(path).read(time.Unix(1795918000, 0))
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, e := range entries {
				if e.Channel == "caller" {
					if found = true; e.Endpoint != c.want {
						t.Errorf("the end was asked for by %q, want %q", e.Endpoint, c.want)
					}
				}
			}
			if !found {
				t.Error("the caller's end is not there")
			}
		})
	}
}

// TestLedgerHangs: a ledger on a mount that does not answer holds up nobody, and is
// read again once it answers.
func TestLedgerHangs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.csv")
	if err := syscall.Mkfifo(path, 0o600); err != nil { // opening it hangs until somebody writes
		t.Fatal(err)
	}
	l := newLedgerFile(path)
	for n := range 10 { // it is waited for once
		began := time.Now()
		if _, err := l.Since(t.Context(), time.Now()); err == nil {
			t.Fatal("read what does not answer")
		}
		if took := time.Since(began); took > 10*ledgerWithin || n > 0 && took >= ledgerWithin {
			t.Fatalf("held up for %s", took)
		}
	}
	if len(l.readingC) != 1 {
		t.Fatal("a read is under way beside the one that hangs")
	}
	w, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), os.Remove(path)); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; {
		if _, err := l.Since(t.Context(), time.Now()); err == nil {
			return
		} else if time.Now().After(deadline) {
			t.Fatalf("not read again: %v", err)
		}
	}
}
