package pbxtest

import (
	"context"
	"net"
	"testing"
	"time"
)

// Deadline is how long a test waits for anything; generous, for a loaded machine.
const Deadline = 20 * time.Second

// Context ends with the test or after Deadline.
func Context(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), Deadline)
	t.Cleanup(cancel)
	return ctx
}

// Eventually returns when cond holds. It asks again every 5 ms: only for
// conditions that give no signal.
func Eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	end := time.After(Deadline)
	for !cond() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("wait for %s: not within %v", what, Deadline)
		}
	}
}

// FreePort is a port on loopback that was free a moment ago, for network tcp or udp.
func FreePort(t testing.TB, network string) int {
	t.Helper()
	if network == "udp" {
		c, err := listenUDP()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		return c.LocalAddr().(*net.UDPAddr).Port
	}
	l, err := listenTCP()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

func listenUDP() (net.PacketConn, error) {
	return (&net.ListenConfig{}).ListenPacket(context.Background(), "udp", "127.0.0.1:0")
}

func listenTCP() (net.Listener, error) {
	return (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
}
