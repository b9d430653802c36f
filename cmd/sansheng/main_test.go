package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// stoppingChild makes this test, in a process of its own, a program that hangs as it stops.
const stoppingChild = "SANSHENG_TEST_STOPPING"

// TestSecondSignal: a program that hangs while it stops is ended by the next signal.
func TestSecondSignal(t *testing.T) {
	if os.Getenv(stoppingChild) != "" {
		ctx, stop := interruptible()
		defer stop()
		fmt.Println("ready")
		<-ctx.Done()
		fmt.Println("stopping")
		<-time.After(time.Minute)
		return
	}
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestSecondSignal$")
	child.Env = append(os.Environ(), stoppingChild+"=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for _, want := range []string{"ready", "stopping"} {
		for lines.Scan() && lines.Text() != want {
		}
		if err := child.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	diedC := make(chan error, 1)
	go func() { diedC <- child.Wait() }()
	again := time.NewTicker(50 * time.Millisecond) // the first may have come before it was let through
	defer again.Stop()
	for {
		select {
		case err := <-diedC:
			died, ok := errors.AsType[*exec.ExitError](err)
			if !ok {
				t.Fatalf("it ended with %v", err)
			}
			if status, known := died.Sys().(syscall.WaitStatus); !known || status.Signal() != syscall.SIGTERM {
				t.Errorf("it ended with %v", err)
			}
			return
		case <-again.C:
			_ = child.Process.Signal(syscall.SIGTERM) // it may be gone
		}
	}
}
