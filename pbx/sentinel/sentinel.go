// Package sentinel watches over switch and hotline from a small process of its
// own, with an ARI user of its own. It needs neither PostgreSQL nor NATS nor the
// journal: only the switch.
//
//	            reads CTI_HB each 500 ms               rings those on call
//	hotline ──writes it──▶ ┌────────┐ ◀──────────── ┌──────────┐ ──▶ phones
//	                       │ switch │ ◀─test call── │ sentinel │ ──▶ webhook
//	carrier ──callers────▶ └────────┘  each 30 s    └──────────┘ ──▶ log, /metrics
//	                           ▲                         │
//	                           └── callers to the native fallback, when
//	                               CTI_HB has stood still for 3 s
//
// # What it promises
//
// A hotline whose heartbeat has not changed for 3 s, by this process's clock and
// over successful readings only, is silent: hotline_silent rises, and from then
// until the heartbeat changes again whoever waits in its application is sent to
// the dialplan's fallback, emergency lines first, in the order they came. Before
// them the agents' phones that ring for them, or that nobody was joined to, are
// freed, so that the fallback can ring those. Talking pairs are never touched.
// Before each such step channel, bridges and heartbeat are looked at again.
//
// A switch that does not answer for 3 s raises switch_silent. One whose SIP side
// fails two test calls in a row raises sip_dead: a call that hears its own tone
// come back proves what OPTIONS does not.
//
// Each alarm that is a page, ours or the hotline's, also rings those on call, one
// after the other and everybody twice, until a person presses 1. While a caller on
// an emergency line waits, an alarm's call gives the phone free, except for alarms
// which say that nobody answers such callers. The hotline's alarms are read from the file in which its board keeps them, so that they are known
// whatever becomes of it.
//
// # Ownership
//
// Three goroutines: one reads the heartbeat and alone sends callers away, one
// places test calls, one rings people; an HTTP server shows what they found. They
// share the board, the metrics and the status, each behind a mutex of its own.
//
// # Failure
//
// While the switch cannot be read nothing counts as silence and nobody is moved.
// A step that fails is tried again at the next reading, if it is still called for.
// A sentinel that was stopped itself does not take its own absence for the
// hotline's. When it dies, callers still have the dialplan's lease.
package sentinel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"

	"sansheng/deploy/alarm"
	"sansheng/deploy/systemd"
	"sansheng/pbx/ari"
)

// Config is what a sentinel must know. It is kept as JSON in a file of mode 0600.
type Config struct {
	// URL of ARI, as in http://127.0.0.1:8088/ari; User and Password are those of
	// ARI and of the SIP side.
	URL      string `json:"url"`
	User     string `json:"user"`
	Password string `json:"password"`
	// SIP is host:port of the switch's SIP side; empty places no test calls.
	SIP string `json:"sip"`
	// App is the hotline's application, Heartbeat the variable it writes.
	App       string `json:"app"`
	Heartbeat string `json:"heartbeat"`
	// TestCall is the time between two test calls; 0 means 30 s.
	TestCall time.Duration `json:"test_call"`
	// Emergency are the numbers whose callers are sent to the fallback first.
	Emergency []string `json:"emergency"`
	// EmergencyQueues are the fallback's queues of those numbers.
	EmergencyQueues []string `json:"emergency_queues"`
	// OnCall are the numbers of the phones rung at a page, in this order.
	OnCall []string `json:"on_call"`
	// Webhook takes our own alarms; empty means none.
	Webhook string `json:"webhook"`
	// Alarms is the file where our alarms that stand are kept, HotlineAlarms the
	// one where the hotline keeps its own; both may be empty.
	Alarms        string `json:"alarms"`
	HotlineAlarms string `json:"hotline_alarms"`
	// Listen is host:port of /metrics and /healthz; empty means none.
	Listen string `json:"listen"`

	Log *zap.Logger `json:"-"`
}

// Load reads a configuration that Save wrote.
func Load(file string) (Config, error) {
	var c Config
	b, err := os.ReadFile(file)
	if err != nil {
		return c, fmt.Errorf("read sentinel's configuration: %w", err)
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("read sentinel's configuration %s: %w", file, err)
	}
	return c, nil
}

// Save writes the configuration for the owner's eyes only.
func (c Config) Save(file string) error {
	b, err := json.MarshalIndent(c, "", "\t")
	if err != nil {
		return fmt.Errorf("write sentinel's configuration: %w", err)
	}
	if err := os.WriteFile(file+".new", b, 0o600); err != nil {
		return fmt.Errorf("write sentinel's configuration: %w", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return fmt.Errorf("write sentinel's configuration: %w", err)
	}
	return nil
}

// Times. The dialplan's lease is 6 s at first and 15 s while a caller waits: what
// is found out here must be done well before.
const (
	readEvery    = 500 * time.Millisecond
	readTimeout  = 1500 * time.Millisecond
	silentAfter  = 3 * time.Second
	stuckAfter   = 15 * time.Second
	testDefault  = 30 * time.Second
	closeTimeout = 2 * time.Second
)

// Sentinel is a watchman. Make it with New and run it once with Run.
type Sentinel struct {
	cfg     Config
	log     *zap.Logger
	ari     *ari.Client
	board   *alarm.Board
	metrics *metrics
	chain   *chain
	pulse   pulse
	silence flap                 // of hotline_silent
	unheard flap                 // of switch_silent
	pushed  map[string]time.Time // callers sent away, by channel
	told    time.Time            // when the service manager last heard of us
	server  *http.Server
	listen  net.Listener

	mu     sync.Mutex // protects the following
	status Status
	looked time.Time // when the watching goroutine last went round
}

// Status is what /healthz shows.
type Status struct {
	// Hotline and Switch are "unknown" at first, then "alive" or "silent"; SIP is
	// "unknown", "alive" or "dead".
	Hotline string `json:"hotline"`
	Switch  string `json:"switch"`
	SIP     string `json:"sip"`
	// Alarms that we raised and that stand.
	Alarms []string `json:"alarms"`
}

const (
	unknown = "unknown"
	alive   = "alive"
	silent  = "silent"
	dead    = "dead"
)

// New makes a sentinel and opens its port; nothing runs yet.
func New(ctx context.Context, c Config) (*Sentinel, error) {
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	if c.TestCall <= 0 {
		c.TestCall = testDefault
	}
	if c.App == "" || c.Heartbeat == "" {
		return nil, errors.New("start sentinel: the names of application and heartbeat are missing")
	}
	client, err := ari.NewClient(ari.Config{URL: c.URL, User: c.User, Password: c.Password, App: c.App, Timeout: 3 * time.Second})
	if err != nil {
		return nil, fmt.Errorf("start sentinel: %w", err)
	}
	s := &Sentinel{
		cfg: c, log: c.Log, ari: client, metrics: newMetrics(), pushed: map[string]time.Time{},
		status: Status{Hotline: unknown, Switch: unknown, SIP: unknown}, looked: time.Now(),
	}
	if c.Listen != "" {
		if s.listen, err = (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen); err != nil {
			return nil, fmt.Errorf("start sentinel: %w", err)
		}
	}
	s.board = alarm.NewBoard(alarm.Options{Source: "sentinel", Webhook: c.Webhook, File: c.Alarms, Log: c.Log.Named("alarm")})
	s.chain = newChain(client, c.OnCall, s.emergencyWaits, s.metrics, c.Log.Named("on call"))
	s.board.OnChange(s.chain.own)
	s.server = s.web()
	return s, nil
}

// Run watches until ctx ends, and returns when nothing of it runs any more.
func (s *Sentinel) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { s.watch(ctx) })
	wg.Go(func() { s.chain.run(ctx) })
	if s.cfg.HotlineAlarms != "" {
		wg.Go(func() { s.chain.follow(ctx, s.cfg.HotlineAlarms) })
	}
	if s.cfg.SIP != "" {
		wg.Go(func() { s.testCalls(ctx) })
	}
	if s.listen != nil {
		wg.Go(func() {
			if err := s.server.Serve(s.listen); !errors.Is(err, http.ErrServerClosed) {
				s.log.Error("the sentinel's port is lost", zap.Error(err))
			}
		})
	}
	s.tell(ctx, systemd.Ready)
	<-ctx.Done()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	s.tell(last, systemd.Stopping)
	_ = s.server.Close()
	wg.Wait()
	s.ari.Close()
	return s.board.Close(last)
}

// tell tells the service manager.
func (s *Sentinel) tell(ctx context.Context, state string) {
	if err := systemd.Notify(ctx, state); err != nil {
		s.log.Warn("the service manager is not told", zap.Error(err))
	}
}

// Board is where the sentinel raises its alarms.
func (s *Sentinel) Board() *alarm.Board { return s.board }

// Status is what the sentinel knows now.
func (s *Sentinel) Status() Status {
	s.mu.Lock()
	out := s.status
	s.mu.Unlock()
	out.Alarms = []string{}
	for _, a := range s.board.Raised() {
		out.Alarms = append(out.Alarms, a.Name)
	}
	return out
}

func (s *Sentinel) set(change func(*Status)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.status)
}
