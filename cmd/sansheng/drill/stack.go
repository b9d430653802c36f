package drill

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"go.uber.org/zap"
	"go.yaml.in/yaml/v3"

	"sansheng/cmd/sansheng/config"
	"sansheng/cmd/sansheng/drill/ariproxy"
	"sansheng/cmd/sansheng/drill/fault"
	"sansheng/cmd/sansheng/service"
	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/web"
	"sansheng/deploy/debian"
	"sansheng/deploy/process"
	"sansheng/store"
)

// Stack is the real program with everything it starts, on a folder and ports of
// its own, and the ways into it that faults are put into.
type Stack struct {
	Config *config.Config
	// Proxy stands between the hotline and its switch's ARI.
	Proxy *ariproxy.Proxy

	program, file string
	// elsewhere: it stands for a service on another host than the switch's.
	elsewhere bool
	cmd       *exec.Cmd
	diedC     chan struct{}
	client    *http.Client
	passwords map[cti.AgentID]string
	admin     string
	public    *bus.Public
	store     *store.Store
}

// newStack lays a stack out; nothing of it runs yet. change sets what the row wants.
func newStack(ctx context.Context, program, dir string, plan *cti.Plan, change func(*config.Config) error) (*Stack, error) {
	s := &Stack{program: program, file: filepath.Join(dir, "drill.yaml"), client: &http.Client{Timeout: 3 * time.Second}}
	cfg := config.Default()
	cfg.Data, cfg.Hotline = dir, plan
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the drill's folder: %w", err)
	}
	ports, err := freePorts(ctx, 5)
	if err != nil {
		return nil, err
	}
	cfg.Ports = config.Ports{SIP: ports[0], Asterisk: ports[1], Web: ports[2], NATS: ports[3], Sentinel: ports[4], RTPFirst: 30000, RTPLast: 31999}
	s.Proxy, err = ariproxy.Start(ctx, loopback(cfg.Ports.Asterisk))
	if err != nil {
		return nil, fmt.Errorf("start the proxy before ARI: %w", err)
	}
	cfg.Asterisk.Via = s.Proxy.URL()
	s.Config = cfg
	err = change(cfg)
	var text []byte
	if err == nil {
		text, err = yaml.Marshal(cfg)
	}
	if err == nil {
		err = os.WriteFile(s.file, text, 0o600)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write the drill's configuration: %w", err), s.Proxy.Close())
	}
	return s, nil
}

func loopback(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// freePorts are ports nobody has now, for TCP and UDP, and none that this process was
// given before. They are below those that the system gives out by itself, or what opens
// any port could take one before its owner starts.
func freePorts(ctx context.Context, n int) ([]int, error) {
	const first, last = 20000, 29999
	var ports []int
	var lc net.ListenConfig
	for range last - first {
		port := first + int((int64(os.Getpid())*97+portsGiven.Add(1))%(last-first+1))
		tcp, err := lc.Listen(ctx, "tcp", loopback(port))
		if err != nil {
			continue
		}
		udp, err := lc.ListenPacket(ctx, "udp", loopback(port))
		_ = tcp.Close()
		if err != nil {
			continue
		}
		_ = udp.Close()
		if ports = append(ports, port); len(ports) == n {
			return ports, nil
		}
	}
	return nil, fmt.Errorf("find %d free ports: too few of %d to %d are free for TCP and UDP", n, first, last)
}

// portsGiven counts the ports that were looked at.
var portsGiven atomic.Int64

// SIPAddr is where phones and callers find the switch.
func (s *Stack) SIPAddr() string { return loopback(s.Config.Ports.SIP) }

// startLimit is how long a stack may take to take calls.
const startLimit = 3 * time.Minute

// Start runs the program and returns when it takes calls.
func (s *Stack) Start(ctx context.Context) error {
	if err := s.spawn(ctx); err != nil {
		return err
	}
	limit, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if err := poll(limit, 20*time.Millisecond, func() (bool, error) { return s.ready(limit) }); err != nil {
		return fmt.Errorf("start the hotline: %w; its log ends:\n%s", err, s.logTail())
	}
	return s.open(limit)
}

// StartBeside runs the program and returns when it takes calls or stands by.
func (s *Stack) StartBeside(ctx context.Context) error {
	if err := s.spawn(ctx); err != nil {
		return err
	}
	limit, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	err := poll(limit, 20*time.Millisecond, func() (bool, error) {
		ok, said, err := s.readiness(limit)
		return ok || strings.Contains(said, " leads, "), err
	})
	if err != nil {
		return fmt.Errorf("start the hotline beside another: %w; its log ends:\n%s", err, s.logTail())
	}
	return nil
}

// spawn runs the program.
func (s *Stack) spawn(ctx context.Context) error {
	s.cmd = exec.CommandContext(context.WithoutCancel(ctx), s.program, "serve", "--config", s.file, "--headless", "--demo")
	log, err := os.OpenFile(s.LogFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("start the hotline: %w", err)
	}
	defer func() { _ = log.Close() }() // the child has its own
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // Ctrl-C is for the drill, and so is its priority
	if err := usual(s.cmd, s.elsewhere); err != nil {
		return fmt.Errorf("start the hotline at the usual priority: %w", err)
	}
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start the hotline: %w", err)
	}
	if s.elsewhere {
		_ = process.NiceSession(s.cmd.Process.Pid, elsewherePriority)
	}
	cmd, diedC := s.cmd, make(chan struct{})
	s.diedC = diedC
	go func() { _ = cmd.Wait(); close(diedC) }()
	return nil
}

// ready asks whether the hotline takes calls.
func (s *Stack) ready(ctx context.Context) (bool, error) {
	ok, _, err := s.readiness(ctx)
	return ok, err
}

// readiness is whether the hotline takes calls, and what it says of its parts.
func (s *Stack) readiness(ctx context.Context) (ok bool, said string, err error) {
	select {
	case <-s.diedC:
		return false, "", errors.New("it ended while starting")
	default:
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+loopback(s.Config.Ports.Web)+"/readyz", nil)
	if err != nil {
		return false, "", err
	}
	res, err := s.client.Do(req)
	if err != nil {
		return false, "", nil //nolint:nilerr // nobody listens yet
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<16))
	if err != nil {
		return false, "", nil //nolint:nilerr // asked again
	}
	return res.StatusCode == http.StatusOK, string(body), nil
}

// open connects to what the first start has made.
func (s *Stack) open(ctx context.Context) error {
	if s.store != nil {
		return nil
	}
	ids := make([]cti.AgentID, len(s.Config.Hotline.Agents))
	for i, a := range s.Config.Hotline.Agents {
		ids[i] = a.ID
	}
	var err error
	if s.passwords, err = web.SIPPasswords(filepath.Join(s.Config.Data, web.SIPPasswordsFile), ids); err != nil {
		return err
	}
	if s.admin, err = administrator(s.Config.Data); err != nil {
		return err
	}
	remote := bus.Remote{URL: "nats://" + loopback(s.Config.Ports.NATS)}
	if s.Config.NATS.URL != "" {
		remote.URL = s.Config.NATS.URL
	}
	if s.public, err = bus.Dial(remote, bus.StreamLimits{}, zap.NewNop()); err != nil {
		return err
	}
	dsn := ""
	err = poll(ctx, 50*time.Millisecond, func() (bool, error) {
		dsn, err = service.DatabaseURL(s.Config)
		return err == nil, nil
	})
	if err != nil {
		return fmt.Errorf("wait for the database: %w", err)
	}
	s.store, err = store.Open(ctx, store.Config{URL: dsn})
	return err
}

// administrator is the password of the account that may see everything.
func administrator(data string) (string, error) {
	accounts, err := web.DemoAccounts(data)
	for _, a := range accounts {
		if a.Role == web.Administrator {
			return a.Password, err
		}
	}
	return "", err
}

// Store reads the hotline's records.
func (s *Stack) Store() *store.Store { return s.store }

// Public reads the hotline's facts.
func (s *Stack) Public() *bus.Public { return s.public }

// PID is the service's process.
func (s *Stack) PID() int { return s.cmd.Process.Pid }

// SwitchPID is the private Asterisk's process.
func (s *Stack) SwitchPID() (int, error) {
	return fault.ServerPID(filepath.Join(s.Config.Data, "asterisk"))
}

// Postgres is the private database.
func (s *Stack) Postgres() fault.Postgres {
	return fault.Postgres{Dir: filepath.Join(s.Config.Data, "postgres")}
}

// NATS is the folder of the embedded server with the journal.
func (s *Stack) NATS() string { return filepath.Join(s.Config.Data, "nats") }

// LogFile is what the service prints.
func (s *Stack) LogFile() string { return filepath.Join(s.Config.Data, "serve.log") }

func (s *Stack) logTail() string {
	b, err := os.ReadFile(s.LogFile())
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-2000):])
}

// Signal sends the service a signal.
func (s *Stack) Signal(sig syscall.Signal) error {
	if err := s.cmd.Process.Signal(sig); err != nil {
		return fmt.Errorf("signal the hotline: %w", err)
	}
	return nil
}

// Kill ends the service with kill -9 and returns when it is dead.
func (s *Stack) Kill() error {
	if err := s.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-s.diedC
	return nil
}

// Running tells whether the service's process lives.
func (s *Stack) Running() bool {
	if s.cmd == nil {
		return false
	}
	select {
	case <-s.diedC:
		return false
	default:
		return true
	}
}

// Close ends the stack and everything it started. A service that was killed is
// started once more for that: it adopts what the dead one left.
func (s *Stack) Close(ctx context.Context) error {
	var errs []error
	if s.public != nil {
		s.public.Close()
	}
	if s.store != nil {
		s.store.Close()
	}
	if s.cmd != nil && !s.Running() {
		errs = append(errs, s.Start(ctx))
	}
	if s.Running() {
		_ = s.cmd.Process.Signal(syscall.SIGCONT)
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-s.diedC:
		case <-time.After(time.Minute):
			errs = append(errs, errors.New("stop the hotline: it does not end in a minute"), s.Kill())
		}
	}
	return errors.Join(append(errs, s.Proxy.Close())...)
}

// State is one agent's as the hotline shows it.
type State struct {
	Agent  string `json:"agent"`
	State  string `json:"state"`
	Reason string `json:"reason"`
}

// States asks the hotline's API what each agent does.
func (s *Stack) States(ctx context.Context) (map[string]State, error) {
	var body struct {
		Source string  `json:"source"`
		Agents []State `json:"agents"`
	}
	if err := s.get(ctx, s.Config.Ports.Web, "/api/v1/agents", "9001", s.admin, &body); err != nil {
		return nil, fmt.Errorf("ask for agents: %w", err)
	}
	if body.Source != "engine" {
		return nil, fmt.Errorf("ask for agents: the engine did not answer, but the %s", body.Source)
	}
	states := map[string]State{}
	for _, a := range body.Agents {
		states[a.Agent] = a
	}
	return states, nil
}

// get reads what a server of the stack answers, as JSON.
func (s *Stack) get(ctx context.Context, port int, path, user, password string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+loopback(port)+path, nil)
	if err != nil {
		return err
	}
	req.SetBasicAuth(user, password)
	res, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return errors.New(res.Status)
	}
	return json.NewDecoder(res.Body).Decode(into)
}

// Order gives an agent's order, as his leader may.
func (s *Stack) Order(ctx context.Context, agent string, o cti.Order) error {
	b, err := json.Marshal(map[string]any{"verb": o.Verb, "to": o.To, "reason": o.Reason, "consent": o.Consent})
	if err != nil {
		return err
	}
	if err := s.do(ctx, http.MethodPost, "/api/v1/agents/"+agent+"/orders", b); err != nil {
		return fmt.Errorf("order %s for agent %s: %w", o.Verb, agent, err)
	}
	return nil
}

// CancelCallback takes a promise to call back off the list, as a leader may.
func (s *Stack) CancelCallback(ctx context.Context, call string) error {
	return s.do(ctx, http.MethodDelete, "/api/v1/callbacks/"+call+"?reason=drill", nil)
}

// Publish puts a configuration in force, as an operator does. Its error is why it is not, or
// not known to be.
func (s *Stack) Publish(ctx context.Context, cfg *config.Config, note string) error {
	document, err := yaml.Marshal(cfg)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	b, err := json.Marshal(map[string]string{"document": string(document), "note": note})
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	patient := http.Client{Timeout: publishMost}
	if err := s.doWith(ctx, &patient, http.MethodPost, "/api/v1/config/versions", b); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

// publishMost is how long that may take: it waits until the switch has followed
// (cti/web/config.go).
const publishMost = 15 * time.Second

// do gives an order to the hotline as its administrator.
func (s *Stack) do(ctx context.Context, method, path string, body []byte) error {
	return s.doWith(ctx, s.client, method, path, body)
}

func (s *Stack) doWith(ctx context.Context, client *http.Client, method, path string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+loopback(s.Config.Ports.Web)+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.SetBasicAuth("9001", s.admin)
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		said, _ := io.ReadAll(io.LimitReader(res.Body, 1<<12))
		return fmt.Errorf("%s: %s", res.Status, said)
	}
	return nil
}

// Channels is how many channels of phones and callers the switch has, by its own word.
func (s *Stack) Channels(ctx context.Context) (int, error) {
	password, err := s.switchPassword()
	if err != nil {
		return 0, err
	}
	var channels []struct{ Name string }
	if err := s.get(ctx, s.Config.Ports.Asterisk, "/ari/channels", "sansheng", password, &channels); err != nil {
		return 0, fmt.Errorf("ask the switch for its channels: %w", err)
	}
	n := 0
	for _, c := range channels {
		if strings.HasPrefix(c.Name, "PJSIP/") {
			n++
		}
	}
	return n, nil
}

// poll asks again and again until it is told so, an error comes, or ctx ends.
func poll(ctx context.Context, every time.Duration, done func() (bool, error)) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// versions of what a stack is made of.
func (s *Stack) versions(ctx context.Context) map[string]string {
	v := map[string]string{}
	if out, err := exec.CommandContext(ctx, s.program, "version").Output(); err == nil {
		v["sansheng"] = strings.TrimPrefix(strings.TrimSpace(string(out)), "sansheng ")
	}
	var finder debian.Finder
	for name, set := range map[string]debian.Set{"asterisk": debian.Asterisk, "sip-tester": debian.SIPp} {
		if tree, err := finder.Find(ctx, set); err == nil {
			v[name] = tree.Versions[name]
		}
	}
	if s.store != nil {
		if said, err := s.store.ServerVersion(ctx); err == nil {
			v["postgresql"] = said
		}
	}
	return v
}
