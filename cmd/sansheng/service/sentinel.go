package service

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"sansheng/cti/engine"
	"sansheng/deploy/process"
	"sansheng/deploy/systemd"
	"sansheng/pbx"
	"sansheng/pbx/ari"
	"sansheng/pbx/asterisk"
	"sansheng/pbx/sentinel"
)

// SentinelFile is where a data folder keeps what a sentinel must know.
func SentinelFile(data string) string { return filepath.Join(sentinelDir(data), "sentinel.json") }

func sentinelDir(data string) string { return filepath.Join(data, "sentinel") }

// watched is what a sentinel must know of this service, and whether there can be
// one: another's switch must have told us the sentinel's password there.
func (s *Service) watched() (sentinel.Config, bool, error) {
	access, err := s.switchAccess()
	if err != nil {
		return sentinel.Config{}, false, err
	}
	c := sentinel.Config{
		URL: access.URL, User: asterisk.SentinelUser, SIP: s.cfg.Sentinel.SIP,
		App: application, Heartbeat: heartbeat, TestCall: time.Duration(s.cfg.Sentinel.TestCall),
		OnCall: s.cfg.Alarms.OnCall, Webhook: s.cfg.Alarms.Webhook,
		Alarms:        filepath.Join(sentinelDir(s.cfg.Data), "alarms.json"),
		HotlineAlarms: filepath.Join(s.cfg.Data, "alarms.json"),
	}
	if s.cfg.Ports.Sentinel != 0 {
		c.Listen = net.JoinHostPort(s.cfg.Host, strconv.Itoa(s.cfg.Port(s.cfg.Ports.Sentinel)))
	}
	for _, l := range s.plan().Lines {
		if l.Emergency {
			c.Emergency = append(c.Emergency, l.DID)
			c.EmergencyQueues = append(c.EmergencyQueues, string(l.Queue))
		}
	}
	if len(c.OnCall) == 0 {
		c.OnCall = s.onDuty()
	}
	if s.asterisk != nil {
		// Never by way of a proxy: it watches over that as well.
		c.URL, c.Password = s.asterisk.ARIURL, s.asterisk.SentinelPassword
		if c.SIP == "" {
			c.SIP = s.asterisk.SIPAddr
		}
		return c, true, nil
	}
	if s.cfg.Sentinel.PasswordFile == "" {
		return c, false, nil
	}
	b, err := os.ReadFile(s.cfg.Sentinel.PasswordFile)
	if err != nil {
		return c, false, fmt.Errorf("read the sentinel's password: %w", err)
	}
	c.Password = strings.TrimSpace(string(b))
	return c, true, nil
}

// onDuty are the agents of the emergency lines' queues.
func (s *Service) onDuty() []string {
	var numbers []string
	for _, l := range s.plan().Lines {
		for _, q := range s.plan().Queues {
			if !l.Emergency || q.ID != l.Queue {
				continue
			}
			for _, m := range s.plan().Serve(q) {
				if !slices.Contains(numbers, string(m)) {
					numbers = append(numbers, string(m))
				}
			}
		}
	}
	return numbers
}

// startSentinel writes down what a sentinel must know and, unless somebody else
// runs it, starts one beside our own switch. It outlives this process like the
// switch; calls do not wait for it, and one that does not start is tried again.
func (s *Service) startSentinel(run context.Context) error {
	c, able, err := s.watched()
	if err != nil || !able {
		return err
	}
	// A full disk must not keep calls from being taken: it then knows what it knew.
	file := SentinelFile(s.cfg.Data)
	err = os.MkdirAll(sentinelDir(s.cfg.Data), 0o700)
	if err == nil {
		err = c.Save(file)
	}
	if err != nil {
		s.log.Error("what a sentinel must know is not written down", zap.Error(err))
	}
	if s.opts.Program == "" || s.asterisk == nil || s.cfg.Sentinel.Off || !s.cfg.Protected("sentinel") {
		return nil
	}
	if s.adoption.sentinel, err = os.ReadFile(file); err != nil {
		err = fmt.Errorf("read sentinel's configuration: %w", err)
		s.log.Error("there is no sentinel", zap.Error(err))
		s.alarms.Set("sentinel_crashed", err)
		return nil
	}
	spec := s.sentinelSpec(c, s.adoption.sentinel)
	s.background("sentinel", false, func() error { s.keepSentinel(run, spec); return nil })
	return nil
}

// tellSentinel has a sentinel know what the plan has made of what it must know. One that
// this service started is started anew for that, within a second; one of systemd's reads it
// at its next start.
func (s *Service) tellSentinel() error {
	c, able, err := s.watched()
	if err != nil || !able {
		return err
	}
	file := SentinelFile(s.cfg.Data)
	if err := c.Save(file); err != nil {
		return fmt.Errorf("tell the sentinel: %w", err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("tell the sentinel: %w", err)
	}
	if s.adoption.sentinel == nil || bytes.Equal(b, s.adoption.sentinel) {
		return nil
	}
	s.adoption.sentinel = b
	select {
	case <-s.sentinelC: // an older one that nobody has taken
	default:
	}
	s.sentinelC <- s.sentinelSpec(c, b)
	return nil
}

// sentinelSpec is how a sentinel is run that was told b.
func (s *Service) sentinelSpec(c sentinel.Config, b []byte) process.Spec {
	// One of an earlier version is not adopted.
	if info, err := os.Stat(s.opts.Program); err == nil {
		b = fmt.Appendf(b, "%d %d", info.Size(), info.ModTime().UnixNano())
	}
	mark := sha256.Sum256(b)
	return process.Spec{
		Name: "sentinel", Dir: sentinelDir(s.cfg.Data), Mark: hex.EncodeToString(mark[:]),
		Command: func() *exec.Cmd {
			//nolint:noctx // it outlives every context, that is its purpose
			cmd := exec.Command(s.opts.Program, "sentinel", "--data", s.cfg.Data)
			cmd.Env = append(systemd.Environ(), "GOMAXPROCS=1", "GOMEMLIMIT=64MiB")
			return cmd
		},
		Before:  func(context.Context) error { return checkListen(c.Listen) },
		Ready:   func(ctx context.Context) error { return healthy(ctx, c.Listen) },
		Lives:   func(ctx context.Context) error { return answers(ctx, c.Listen) },
		OnCrash: s.crashed, StopWithin: 5 * time.Second,
	}
}

// sentinelRetry is the wait before a sentinel that did not start is tried again.
const sentinelRetry = 10 * time.Second

// keepSentinel has a sentinel run as long as the service does.
func (s *Service) keepSentinel(run context.Context, spec process.Spec) {
	for {
		p, err := process.Start(run, spec)
		if err == nil {
			s.sentinel.Store(p)
			s.alarms.Set("sentinel_crashed", nil) // of tries that failed
			s.log.Info("the sentinel watches", zap.Int("pid", p.PID()), zap.Bool("adopted", p.Adopted()))
			select {
			case <-run.Done():
				if err := s.end(p); err != nil {
					s.log.Error("the sentinel does not stop", zap.Error(err))
				}
				return
			case spec = <-s.sentinelC: // it must know something else
				if err := p.Stop(); err != nil {
					s.log.Error("the sentinel does not stop", zap.Error(err))
				}
				continue
			}
		}
		if run.Err() != nil {
			return
		}
		s.log.Error("there is no sentinel; callers of a silent hotline wait for their lease", zap.Error(err))
		s.alarms.Set("sentinel_crashed", fmt.Errorf("it does not start: %w", err))
		select {
		case <-time.After(sentinelRetry):
		case spec = <-s.sentinelC:
		case <-run.Done():
			return
		}
	}
}

func checkListen(listen string) error {
	addr, err := netip.ParseAddrPort(listen)
	if err != nil {
		return fmt.Errorf("the sentinel's port: %w", err)
	}
	return process.CheckPort("tcp", addr)
}

// healthy asks a sentinel whether it watches.
func healthy(ctx context.Context, listen string) error {
	status, err := askSentinel(ctx, listen)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("ask sentinel: %s", http.StatusText(status))
	}
	return err
}

// answers asks a sentinel whether it lives: what is wrong with the switch is no fault of its own.
func answers(ctx context.Context, listen string) error {
	_, err := askSentinel(ctx, listen)
	return err
}

func askSentinel(ctx context.Context, listen string) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+listen+"/healthz", nil)
	if err != nil {
		return 0, fmt.Errorf("ask sentinel: %w", err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("ask sentinel: %w", err)
	}
	return res.StatusCode, res.Body.Close()
}

// leaseless is a switch link that sets no leases, for the drill: with the lease
// turned off in the dialplan its renewal must not bring it back.
type leaseless struct{ *pushingLink }

// Do implements engine.Switch.
func (l leaseless) Do(ctx context.Context, c pbx.Command) error {
	if _, lease := c.(pbx.Lease); lease {
		return nil
	}
	return l.pushingLink.Do(ctx, c)
}

// switchFor is the switch as the engine gets it.
func (s *Service) switchFor(link *ari.Link) engine.Switch {
	l := &pushingLink{Link: link, s: s}
	if !s.cfg.Protected(asterisk.LeaseGuard) {
		return leaseless{l}
	}
	return l
}
