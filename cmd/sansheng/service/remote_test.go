package service

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/web"
	"sansheng/deploy/process"
	"sansheng/store"
)

// serveFile names, in the environment of a child of this test, the file with
// the configuration of the service it is to be.
const serveFile = "SANSHENG_TEST_SERVE"

func TestMain(m *testing.M) {
	if file := os.Getenv(serveFile); file != "" {
		if err := serveChild(file); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		return
	}
	// Telephones share the machine here with many switches: they are heard as steadily
	// only where they have a switch's priority. Who may not give it goes on without.
	_ = process.NiceSession(os.Getpid(), -10)
	goleak.VerifyTestMain(m)
}

// serveChild is the service in a process of its own, until SIGTERM or, leaving the
// programs it started, SIGHUP.
func serveChild(file string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	cfg := config.Default()
	if err := json.Unmarshal(b, cfg); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	logs := zap.NewDevelopmentConfig()
	logs.Level = zap.NewAtomicLevelAt(zap.InfoLevel)
	logs.DisableStacktrace = true
	logs.OutputPaths = []string{filepath.Join(cfg.Data, "child.log")}
	log, err := logs.Build()
	if err != nil {
		return err
	}
	s, err := Start(ctx, cfg, Options{Demo: true, Log: log})
	if err != nil {
		return err
	}
	leaveC := make(chan os.Signal, 1)
	signal.Notify(leaveC, syscall.SIGHUP)
	fmt.Println("ready", s.SIPAddr())
	select {
	case <-leaveC:
		return s.Leave()
	case <-ctx.Done():
		return s.Close()
	}
}

// remote is a stack whose service can be killed and frozen.
type remote struct {
	*stack
	file string
	cmd  *exec.Cmd
	// diedC is closed when the process has ended.
	diedC chan struct{}
	db    atomic.Pointer[store.Store]
}

// remoteHotline starts a service in a process of its own.
func remoteHotline(t *testing.T, plan *cti.Plan, change ...func(*config.Config)) *remote {
	t.Helper()
	t.Parallel()
	cfg := config.Default()
	cfg.Data = dataFolder(t)
	cfg.Hotline = plan
	cfg.Ports = freePorts(t)
	for _, f := range change {
		f(cfg)
	}
	r := &remote{file: filepath.Join(cfg.Data, "test.json")}
	b, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	r.stack = &stack{t: t, cfg: cfg, records: r.openStore, spool: filepath.Join(cfg.Data, "asterisk", "spool", "recording")}
	t.Cleanup(r.end)
	r.start()
	ids := make([]cti.AgentID, len(plan.Agents))
	for i, a := range plan.Agents {
		ids[i] = a.ID
	}
	if r.passwords, err = web.SIPPasswords(filepath.Join(cfg.Data, web.SIPPasswordsFile), ids); err != nil {
		t.Fatal(err)
	}
	r.sip = fmt.Sprintf("127.0.0.1:%d", cfg.Ports.SIP)
	public, err := bus.Dial(bus.Remote{URL: fmt.Sprintf("nats://127.0.0.1:%d", cfg.Ports.NATS)}, bus.StreamLimits{}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	r.public = public
	t.Cleanup(public.Close)
	r.watch()
	return r
}

// openStore connects to the service's database once it has one.
func (r *remote) openStore() *store.Store {
	if s := r.db.Load(); s != nil {
		return s
	}
	url, err := DatabaseURL(r.cfg)
	if err != nil {
		return nil
	}
	s, err := store.Open(context.Background(), store.Config{URL: url})
	if err != nil {
		return nil
	}
	r.db.Store(s)
	r.t.Cleanup(s.Close)
	return s
}

// start runs the service and returns when it takes calls.
func (r *remote) start() {
	r.t.Helper()
	r.cmd = exec.Command(os.Args[0], "-test.run=^$")
	r.cmd.Env = append(os.Environ(), serveFile+"="+r.file)
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	r.cmd.Stderr = r.cmd.Stdout
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	lineC := make(chan string, 100)
	diedC := make(chan struct{})
	cmd := r.cmd
	go func() {
		scanner := bufio.NewScanner(out)
		for scanner.Scan() {
			select {
			case lineC <- scanner.Text():
			default:
			}
		}
		close(lineC)
		_ = cmd.Wait()
		close(diedC)
	}()
	r.diedC = diedC
	timeout := time.After(5 * time.Minute)
	for {
		select {
		case line, ok := <-lineC:
			if !ok {
				r.t.Fatal("the service ended while starting")
			}
			if strings.HasPrefix(line, "ready ") {
				return
			}
			if strings.HasPrefix(line, "failed:") {
				r.t.Fatal(line)
			}
		case <-timeout:
			r.t.Fatal("the service does not become ready")
		}
	}
}

func (r *remote) signal(s syscall.Signal) {
	r.t.Helper()
	if err := r.cmd.Process.Signal(s); err != nil {
		r.t.Fatalf("signal %v: %v", s, err)
	}
}

// kill ends the service at once and returns when it is dead.
func (r *remote) kill() {
	r.t.Helper()
	r.signal(syscall.SIGKILL)
	<-r.diedC
}

// end stops the service in order; one that was killed is started for that, as
// its switch and database live.
func (r *remote) end() {
	if r.cmd == nil {
		return
	}
	select {
	case <-r.diedC:
		r.start()
	default:
	}
	_ = r.cmd.Process.Signal(syscall.SIGCONT)
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-r.diedC:
	case <-time.After(time.Minute):
		r.t.Error("the service does not stop")
		_ = r.cmd.Process.Kill()
		<-r.diedC
	}
	if r.t.Failed() {
		if b, err := os.ReadFile(filepath.Join(r.cfg.Data, "child.log")); err == nil {
			r.t.Logf("the service's log ends:\n%s", b[max(0, len(b)-6000):])
		}
	}
}

var rtpWindow atomic.Int32

// freePorts picks ports nobody has. They are fixed, so that a service that is
// started again is found where it was, and below those that the kernel hands out, so
// that nobody takes them meanwhile.
func freePorts(t *testing.T) config.Ports {
	t.Helper()
	var ports [4]int
	for i := range ports {
		for ports[i] == 0 {
			port := 31000 + rand.IntN(1700)
			addr := fmt.Sprintf("127.0.0.1:%d", port)
			tcp, err := net.Listen("tcp", addr)
			if err != nil {
				continue
			}
			defer tcp.Close()
			udp, err := net.ListenPacket("udp", addr)
			if err != nil {
				continue
			}
			defer udp.Close()
			ports[i] = port
		}
	}
	first := 20000 + os.Getpid()%20*500 + int(rtpWindow.Add(1))%5*100
	return config.Ports{SIP: ports[0], Asterisk: ports[1], Web: ports[2], NATS: ports[3], RTPFirst: first, RTPLast: first + 99}
}
