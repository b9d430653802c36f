package service

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/engine"
	"sansheng/deploy/systemd"
)

// TestWatchdog: the service manager is told when calls can be taken and then that
// the engine's loop answers; of one that has ended nothing is told.
func TestWatchdog(t *testing.T) {
	name := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	t.Setenv("NOTIFY_SOCKET", name)
	t.Setenv("WATCHDOG_USEC", "400000")
	cfg := config.Default()
	cfg.Data, cfg.Hotline, cfg.Roles = dataFolder(t), cti.DemoPlan(0), []string{"engine"}
	svc, err := Start(deadline(t), cfg, Options{FreePorts: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = svc.Close() }()
	b := make([]byte, 64)
	for _, want := range []string{systemd.Ready, systemd.Alive, systemd.Alive, systemd.Alive} {
		_ = conn.SetReadDeadline(time.Now().Add(limit))
		if n, err := conn.Read(b); err != nil || string(b[:n]) != want {
			t.Fatalf("heard %q, %v; want %q", b[:n], err, want)
		}
	}
	if err := svc.Close(); err != nil {
		t.Fatal(err)
	}
	if err := svc.answers(context.Background()); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("an engine that has ended answers: %v", err)
	}
}
