package service

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestLedgerHangs: a ledger on a mount that does not answer holds up nobody, and is
// read again once it answers.
func TestLedgerHangs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.csv")
	if err := syscall.Mkfifo(path, 0o600); err != nil { // opening it hangs until somebody writes
		t.Fatal(err)
	}
	l := newLedgerFile(path)
	for range 2 {
		began := time.Now()
		if _, err := l.Since(t.Context(), time.Now()); err == nil {
			t.Fatal("read what does not answer")
		}
		if took := time.Since(began); took > 10*ledgerWithin {
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
