package service

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/bus/lease"
	"sansheng/deploy/process"
)

// TestPortTaken: a port somebody has is named before anything is started, with
// who has it; nothing is left running.
func TestPortTaken(t *testing.T) {
	cfg := config.Default()
	cfg.Data = dataFolder(t)
	cfg.Hotline = cti.DemoPlan(0)
	cfg.Ports = freePorts(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg.Ports.NATS = l.Addr().(*net.TCPAddr).Port
	_, err = Start(context.Background(), cfg, Options{})
	var taken *process.PortTakenError
	if !errors.As(err, &taken) || int(taken.Addr.Port()) != cfg.Ports.NATS || taken.PID != os.Getpid() {
		t.Errorf("start says %v", err)
	}
}

// TestOneOwner: a second service on the same data folder is told who the first is.
func TestOneOwner(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	_, err := Start(context.Background(), st.cfg, Options{FreePorts: true})
	var owned *process.OwnedError
	if !errors.As(err, &owned) || owned.PID != os.Getpid() {
		t.Errorf("start says %v", err)
	}
}

// TestOneName: a host whose engine has the name of one that leads elsewhere ends
// at its start, before it publishes anything as that engine's.
func TestOneName(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t)
	ctx := deadline(t)
	nats, err := bus.Start(ctx, bus.Options{StoreDir: filepath.Join(dir, "nats"), Port: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { check(t, nats.Close()) }()
	login := nats.Credentials(bus.RoleEngine)
	cfg := config.Default()
	cfg.Data, cfg.Hotline, cfg.Ports, cfg.Roles = filepath.Join(dir, "host"), cti.DemoPlan(0), freePorts(t), []string{"engine"}
	cfg.Engine.Lease = "pair"
	cfg.NATS = config.NATS{URL: nats.URL(), User: login.User, PasswordFile: secret(t, dir, "nats-password", login.Password)}

	public, err := nats.Public(ctx, bus.StreamLimits{})
	if err != nil {
		t.Fatal(err)
	}
	k := lease.New(lease.Options{Name: "pair", Engine: cfg.Engine.Name, Store: public.Leases(), Renew: 50 * time.Millisecond})
	defer k.Close()
	if _, err := k.Claim(ctx); err != nil {
		t.Fatal(err)
	}
	hold, end := context.WithCancel(ctx)
	var holding sync.WaitGroup
	defer holding.Wait()
	defer end()
	holding.Go(func() { _ = k.Hold(hold) })
	if _, err = Start(ctx, cfg, Options{}); !errors.Is(err, lease.ErrTwin) || !strings.Contains(err.Error(), "engine.name") {
		t.Errorf("start says %v", err)
	}
}
