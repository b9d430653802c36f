package ari

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"sansheng/pbx"
	"sansheng/pbx/pbxtest"
)

// frozenURL makes this test binary a process that prints a link's events.
const frozenURL = "SANSHENG_TEST_FROZEN_URL"

func frozenChild(url string) {
	l, err := Open(Options{
		Config: Config{URL: url, User: "u", Password: "p", App: pbxtest.App}, HeartbeatInterval: time.Hour,
		StallAfter: 300 * time.Millisecond, BackoffMin: time.Millisecond,
	})
	if err != nil {
		panic(err)
	}
	for {
		e, err := l.Next(context.Background())
		if err != nil {
			return
		}
		switch e := e.(type) {
		case pbx.LinkLost:
			fmt.Println("lost", e.Err)
		case pbx.ChannelLeft:
			fmt.Println("left", e.Channel)
		case pbx.LinkUp:
			fmt.Println("up")
		}
	}
}

// A process that was stopped finds stale events in its socket when it goes on.
// They are thrown away: what is true now comes by snapshot.
func TestFrozenProcess(t *testing.T) {
	peer := pbxtest.NewPeer(t)
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), frozenURL+"="+peer.URL)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Process.Kill(); _ = child.Wait() }()
	line := make(chan string)
	go func() {
		defer close(line)
		for s := bufio.NewScanner(out); s.Scan(); {
			line <- s.Text()
		}
	}()
	expect := func(want string) {
		t.Helper()
		select {
		case got := <-line:
			if !strings.HasPrefix(got, want) {
				t.Fatalf("%q, want %q", got, want)
			}
		case <-time.After(pbxtest.Deadline):
			t.Fatalf("nothing, want %q", want)
		}
	}
	expect("up")
	peer.Send("StasisEnd", map[string]any{"channel": channel("fresh")})
	expect("left fresh")
	if err := child.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	pbxtest.Eventually(t, "the stop", func() bool { // signals take effect later
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", child.Process.Pid))
		return err == nil && bytes.Contains(stat, []byte(") T "))
	})
	peer.Send("StasisEnd", map[string]any{"channel": channel("stale")})
	<-time.After(600 * time.Millisecond) // the stop itself: twice StallAfter
	if err := child.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	expect("lost this process stood still")
	expect("up")
	peer.Send("StasisEnd", map[string]any{"channel": channel("new")})
	expect("left new")
	_ = child.Process.Kill()
	for range line {
	}
}
