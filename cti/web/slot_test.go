package web

import (
	"context"
	"errors"
	"testing"
)

// TestSlotsBySource: who floods logins from one place is told to come again, and keeps nobody
// of another place from his.
func TestSlotsBySource(t *testing.T) {
	s := newSlots()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var held []func()
	for range parallel {
		release, err := s.take(ctx, "flood")
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, release)
	}
	gone, gaveUp := context.WithCancel(ctx)
	resultC := make(chan error)
	for range perSource { // one of them is too many in any order, and two more
		go func() {
			_, err := s.take(gone, "flood")
			resultC <- err
		}()
	}
	var busy *busyError
	for range parallel {
		if err := <-resultC; !errors.As(err, &busy) {
			t.Fatalf("one too many: %v", err)
		}
	}
	otherC := make(chan error)
	go func() {
		release, err := s.take(ctx, "office")
		if err == nil {
			release()
		}
		otherC <- err
	}()
	gaveUp()
	for range perSource - parallel {
		if err := <-resultC; !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up: %v", err)
		}
	}
	held[0]()
	if err := <-otherC; err != nil {
		t.Errorf("another place: %v", err)
	}
	held[1]()
	if len(s.held) != 0 {
		t.Errorf("still held: %v", s.held)
	}
}
