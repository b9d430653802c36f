// Package systemd tells the service manager how a process fares, and holds the
// units that run this project's processes (see the *.service files beside it).
//
// It speaks sd_notify(3) and keeps nothing. Without a service manager, that is
// without NOTIFY_SOCKET, every call does nothing.
package systemd

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// States that are told.
const (
	Ready    = "READY=1"
	Alive    = "WATCHDOG=1"
	Stopping = "STOPPING=1"
)

// Notify tells a state.
func Notify(ctx context.Context, state string) error {
	name := os.Getenv("NOTIFY_SOCKET")
	if name == "" {
		return nil
	}
	// A name that begins with @ is in the abstract namespace; net knows that.
	conn, err := (&net.Dialer{}).DialContext(ctx, "unixgram", name)
	if err != nil {
		return fmt.Errorf("tell systemd %s: %w", state, err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write([]byte(state)); err != nil {
		return fmt.Errorf("tell systemd %s: %w", state, err)
	}
	return nil
}

// WatchdogEvery is how often Alive must be told, half of what the service manager
// allows; 0 when it does not ask this process.
func WatchdogEvery() time.Duration {
	if pid := os.Getenv("WATCHDOG_PID"); pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return 0
	}
	usec, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	if err != nil || usec <= 0 || os.Getenv("NOTIFY_SOCKET") == "" {
		return 0
	}
	return time.Duration(usec) * time.Microsecond / 2
}

// Environ is this process's environment for a child: without what the service
// manager told this process alone.
func Environ() []string {
	return slices.DeleteFunc(os.Environ(), func(e string) bool {
		return strings.HasPrefix(e, "NOTIFY_SOCKET=") || strings.HasPrefix(e, "WATCHDOG_")
	})
}
