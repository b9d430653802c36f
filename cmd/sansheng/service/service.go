// Package service puts the parts together: it starts the switch, the database
// and the embedded NATS server, joins engine, store and web to them, and ends
// all of it in order. It holds no rule of its own.
//
// # Order
//
// The journal comes first, then the switch, then the engine: calls need nothing
// else. The database comes up beside them; until it does, and whenever it is
// away, calls go on and their records follow.
//
// # Failure
//
// A part that dies is restarted with backoff by whoever owns it. When this
// process dies, the switch and the database go on without it and the next start
// with the same data folder adopts them; Close ends them, Leave does not.
//
// # Two engines on one switch
//
// With engine.lease the engine role stands by until the lease in the NATS cluster
// is its own (type duty). All hosts of a lease have the same plan in their files, which
// counts until one is published, and the same passwords of the phones
// (sip-passwords.json in the data folder).
//
// # Another plan
//
// A plan is published to the engine that leads; it is in force with its fact. Whatever else
// is made from it follows (version.go), as often as it takes.
package service

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/zap"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/bus/journal"
	"sansheng/cti/bus/lease"
	"sansheng/cti/engine"
	"sansheng/cti/web"
	"sansheng/deploy/alarm"
	"sansheng/deploy/debian"
	"sansheng/deploy/process"
	"sansheng/pbx/ari"
	"sansheng/pbx/asterisk"
	"sansheng/pbx/prompt"
	"sansheng/pbx/sip/phone"
)

// Options are how a service differs from what its configuration says.
type Options struct {
	// Demo loads the demo hotline where the configuration has none of its own,
	// and lets anybody on the machine read the facts.
	Demo bool
	// DemoAgents is how many agents the demo hotline has at least.
	DemoAgents int
	// FreePorts takes ports that are free, for tests.
	FreePorts bool
	// Program is this program's file, which is run anew as the sentinel; empty
	// starts none.
	Program string
	Log     *zap.Logger
	// Over, where given, is what wins over every document of the configuration, as flags of
	// the command line do.
	Over func(*config.Config)
	// Finder finds programs; its zero value is right outside tests.
	Finder debian.Finder
}

// Service is a running stack.
type Service struct {
	cfg  *config.Config
	opts Options
	log  *zap.Logger
	// file is the plan of the file, inForce the one by which the parts go.
	file     *cti.Plan
	inForce  atomic.Pointer[cti.Plan]
	adoption adoption

	lock      *process.Lock
	registry  *prometheus.Registry
	alarms    *alarm.Board
	crashes   *crashes
	gauges    *gauges
	nats      *bus.Server
	public    *bus.Public
	journal   *journal.Journal
	relay     *bus.Relay
	asterisk  *asterisk.Instance
	prompts   *prompt.Library // of our own switch; nil where it cannot be read
	link      *ari.Link
	engine    *engine.Engine
	begun     *engine.Engine // before it has its switch
	pulse     *engine.Pulse
	duty      *duty                           // instead of link and engine, where others stand in for this one
	sentinel  atomic.Pointer[process.Process] // once it has been started
	sentinelC chan process.Spec               // another one to run
	database  *database
	records   records
	chains    atomic.Pointer[web.ChainState] // as they were last held against heads
	web       *web.Server
	live      *bus.Live // what changes, for browsers; nil without web and engine
	people    *web.Accounts
	fleet     *phone.Fleet
	phones    atomic.Pointer[phones]
	secrets   sync.Mutex // of the file of the phones' passwords

	ctx    context.Context // the parts run under it
	cancel context.CancelFunc
	wg     sync.WaitGroup
	failC  chan error
	// leaving: the programs we started outlive this process.
	leaving atomic.Bool
}

// Start starts everything and returns when a call can be taken, or with the
// reason why not; nothing it started is left running then. A switch that ran
// before runs on: there may be calls on it. Only the end of ctx ends it too.
func Start(ctx context.Context, cfg *config.Config, opts Options) (*Service, error) {
	if opts.Log == nil {
		opts.Log = zap.NewNop()
	}
	s := &Service{cfg: cfg, opts: opts, log: opts.Log, file: cfg.Hotline, failC: make(chan error, 1)}
	s.adoption.newsC, s.adoption.movedC, s.adoption.onSwitch = make(chan struct{}, 1), make(chan struct{}), map[cti.AgentID]pushed{}
	if s.file == nil {
		s.file = &cti.Plan{}
		if opts.Demo {
			s.file = cti.DemoPlan(opts.DemoAgents)
		}
	}
	s.inForce.Store(s.file)
	s.phones.Store(&phones{})
	s.sentinelC = make(chan process.Spec, 1)
	if err := os.MkdirAll(cfg.Data, 0o755); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	lock, err := process.LockDir(cfg.Data)
	if err != nil {
		return nil, err
	}
	s.lock = lock
	s.registry = prometheus.NewRegistry()
	s.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	s.openAlarms()
	if err := s.start(ctx); err != nil {
		s.leaving.Store(ctx.Err() == nil && s.asterisk != nil && s.asterisk.Adopted())
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// start brings the parts up in the order of the package comment. Parts run
// under a context of their own: ctx bounds the start only.
func (s *Service) start(ctx context.Context) error {
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.ctx, s.cancel = run, cancel
	if err := s.checkPorts(); err != nil {
		return err
	}
	if err := s.startBus(ctx); err != nil {
		return err
	}
	// The database needs seconds at its first start: the switch does not wait for it.
	if s.cfg.Has("store") {
		s.database = s.startDatabase(run)
		s.background("witness", false, func() error { s.keepWitness(run, time.Duration(s.cfg.Witness.Every)); return nil })
	}
	if s.cfg.Has("engine") {
		if err := s.begin(ctx); err != nil {
			return err
		}
		if err := s.startSwitch(ctx); err != nil {
			return err
		}
		s.openPrompts()
		if err := s.startRole(ctx, run); err != nil {
			return err
		}
		if err := s.serveOrders(run); err != nil {
			return err
		}
		s.background("emergencies", false, func() error { return s.keepEmergencies(run) })
		if err := s.startSentinel(run); err != nil {
			return err
		}
	}
	if s.cfg.Has("web") {
		if err := s.startWeb(run); err != nil {
			return err
		}
	}
	if s.cfg.Has("engine") && s.cfg.Has("store") {
		s.background("recorder", false, func() error { s.keepRecordings(run); return nil })
		if s.cfg.Transcription.URL != "" {
			s.background("transcriber", false, func() error { s.keepTranscripts(run); return nil })
		}
	}
	s.background("plan", false, func() error { s.adoptPlans(run); return nil })
	s.background("watch", false, func() error { s.watch(run); return nil })
	s.startWatchdog(run)
	return nil
}

// startRole starts the engine, or stands by where another one leads.
func (s *Service) startRole(ctx, run context.Context) error {
	if s.cfg.Engine.Lease != "" {
		return s.startDuty(ctx, run)
	}
	return s.startEngine(ctx, run)
}

// checkPorts looks at our own ports before anything is started, so that one that
// is taken is told at once, with who has it. The switch looks at its own.
func (s *Service) checkPorts() error {
	if s.opts.FreePorts {
		return nil
	}
	host, err := netip.ParseAddr(s.cfg.Host)
	if err != nil {
		return fmt.Errorf("host %q: %w", s.cfg.Host, err)
	}
	ports := []int{s.cfg.Ports.NATS}
	if s.cfg.Has("web") {
		ports = append(ports, s.cfg.Ports.Web)
	}
	for _, p := range ports {
		if err := process.CheckPort("tcp", netip.AddrPortFrom(host, uint16(s.cfg.Port(p)))); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) startBus(ctx context.Context) error {
	port := s.cfg.Port(s.cfg.Ports.NATS)
	if s.opts.FreePorts {
		port = -1
	}
	var err error
	s.nats, err = bus.Start(ctx, bus.Options{
		StoreDir: filepath.Join(s.cfg.Data, "nats"), Host: s.cfg.Host, Port: port,
		AnonymousReader: s.opts.Demo, Readers: s.cfg.NATS.Readers, Log: s.log.Named("nats"),
	})
	if err != nil {
		return err
	}
	if s.cfg.NATS.URL != "" {
		s.public, err = s.dialNATS()
	} else {
		s.public, err = s.nats.Public(ctx, bus.StreamLimits{})
	}
	if err != nil {
		return err
	}
	if err := s.keepReaders(ctx); err != nil {
		return err
	}
	if !s.cfg.Has("engine") {
		return nil
	}
	if s.cfg.Engine.Lease != "" { // before a fact of ours is published under another's ids
		if err := lease.CheckTwin(ctx, s.leaseOptions()); err != nil {
			return twinError(err)
		}
	}
	metrics := journal.NewMetrics()
	s.registry.MustRegister(metrics)
	s.journal, err = s.nats.OpenJournal(ctx, journal.Options{
		Engine: s.cfg.Engine.Name, Public: s.public, Alarm: s.alarm, Metrics: metrics, Log: s.log.Named("journal"),
		Unsynced: !s.cfg.Protected("sync"),
	})
	if err != nil {
		return err
	}
	if r := s.journal.Report(); len(r.Damages) > 0 {
		s.log.Error("the journal was damaged; see the report", zap.Any("report", r))
	}
	relay := bus.NewRelayMetrics()
	s.registry.MustRegister(relay)
	s.relay = bus.StartRelay(s.journal, s.public, bus.RelayOptions{
		Blind: !s.cfg.Protected("dedupe"), Alarm: s.alarm, Metrics: relay, Log: s.log.Named("relay"),
	})
	return nil
}

// keepReaders makes what the companies' own accounts read with.
func (s *Service) keepReaders(ctx context.Context) error {
	for _, c := range s.cfg.NATS.Readers {
		if err := s.public.EnsureReader(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// dialNATS connects to the NATS that the configuration names.
func (s *Service) dialNATS() (*bus.Public, error) {
	c := s.cfg.NATS
	remote := bus.Remote{URL: c.URL, Credentials: c.CredentialsFile, User: c.User}
	if c.PasswordFile != "" {
		b, err := os.ReadFile(c.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("read the password for NATS: %w", err)
		}
		remote.Password = strings.TrimSpace(string(b))
	}
	return bus.Dial(remote, bus.StreamLimits{}, s.log.Named("nats"))
}

// startSwitch starts or adopts the local Asterisk, unless the configuration
// names another one.
func (s *Service) startSwitch(ctx context.Context) error {
	if s.cfg.Asterisk.URL != "" {
		return nil
	}
	host, err := netip.ParseAddr(s.cfg.Host)
	if err != nil {
		return fmt.Errorf("host %q: %w", s.cfg.Host, err)
	}
	c := asterisk.Config{
		Data: filepath.Join(s.cfg.Data, "asterisk"), Bind: host, FreePorts: s.opts.FreePorts,
		Ports: asterisk.Ports{
			SIP: s.cfg.Ports.SIP, HTTP: s.cfg.Ports.Asterisk, RTPFirst: s.cfg.Ports.RTPFirst, RTPLast: s.cfg.Ports.RTPLast,
		},
		Offset: s.cfg.PortOffset, Carriers: s.cfg.Asterisk.Carriers, Gateway: s.cfg.Asterisk.Gateway, Environ: s.cfg.Asterisk.Environ, OnCrash: s.crashed, Finder: s.opts.Finder,
	}
	for _, guard := range asterisk.Guards {
		if !s.cfg.Protected(guard) {
			c.Unprotected = append(c.Unprotected, guard)
		}
	}
	fallback(&c, s.plan())
	c.Lamps, c.MessageLamps = lampsOf(s.plan()), messageLampsOf(s.plan())
	s.asterisk, err = asterisk.Start(ctx, c)
	return err
}

// fallback tells the switch what to do by itself when the hotline is not there.
func fallback(c *asterisk.Config, plan *cti.Plan) {
	companies := map[cti.CompanyID]cti.Company{}
	c.Companies = map[string]map[string]string{}
	for _, co := range plan.Companies {
		companies[co.ID] = co
		c.Companies[string(co.ID)] = map[string]string{co.Language: co.Name}
		c.Country, c.Language = co.Country, co.Language
	}
	for _, l := range plan.Lines {
		c.Lines = append(c.Lines, asterisk.Line{
			DID: l.DID, Company: string(l.Company), Queue: string(l.Queue),
			Language: companies[l.Company].Language, Direct: l.Mode == cti.Direct, Emergency: l.Emergency,
		})
	}
	emergency := map[cti.QueueID]bool{}
	for _, l := range plan.Lines {
		emergency[l.Queue] = emergency[l.Queue] || l.Emergency
	}
	for _, q := range plan.Queues {
		native := asterisk.Queue{Name: string(q.ID)}
		for _, m := range plan.Serve(q) {
			native.Members = append(native.Members, string(m))
			if emergency[q.ID] {
				c.Duty = append(c.Duty, string(m))
			}
		}
		if native.Emergency = emergency[q.ID]; native.Emergency {
			native.Helpers = helpers(plan, q)
			native.OnCall = onCall(plan, q)
		}
		c.Queues = append(c.Queues, native)
	}
}

// onCall is an emergency queue's chain in the switch's words.
func onCall(plan *cti.Plan, q cti.Queue) (o asterisk.OnCall) {
	if q.OnCall == nil {
		return o
	}
	o.Together, o.Key = q.OnCall.Together, q.OnCall.TakeKey()
	for _, m := range plan.Callees(q) {
		to := asterisk.Callee{Number: string(m.Agent)}
		if m.Agent == cti.Outside {
			to = asterisk.Callee{Number: m.Number, Outside: true}
		}
		o.Chain = append(o.Chain, to)
	}
	return o
}

// helpers are the agents of the queues that help an emergency queue.
func helpers(plan *cti.Plan, q cti.Queue) []string {
	own := plan.Serve(q)
	var more []string
	for _, o := range plan.Queues {
		if !slices.Contains(q.Overflow, o.ID) {
			continue
		}
		for _, a := range plan.Serve(o) {
			if !slices.Contains(own, a) && !slices.Contains(more, string(a)) {
				more = append(more, string(a))
			}
		}
	}
	return more
}

// background runs a part until the service ends; its end before that is in the
// log, and fatal where the service is nothing without it.
func (s *Service) background(name string, fatal bool, run func() error) {
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		err := run()
		if err == nil || s.ctx.Err() != nil {
			return
		}
		s.log.Error("a part ended", zap.String("part", name), zap.Error(err))
		if fatal {
			select {
			case s.failC <- fmt.Errorf("%s: %w", name, err):
			default:
			}
		}
	}()
}

// Failed gives the error of a part the service cannot be without. The switch is
// not such a part: Leave keeps its calls for the next start, Close ends them.
func (s *Service) Failed() <-chan error { return s.failC }

// Leave ends this process in order and leaves switch, database and sentinel
// running: calls go on, and the next start with the same data folder, perhaps of
// another version, adopts them.
func (s *Service) Leave() error {
	s.leaving.Store(true)
	return s.Close()
}

// part is a program that this service started.
type part interface {
	Stop() error
	Release() error
}

// end stops a program of ours, or lets it run on where the service leaves.
func (s *Service) end(p part) error {
	if s.leaving.Load() {
		return p.Release()
	}
	return p.Stop()
}

// endCallsWithin is how long calls may take to end before their switch is stopped.
const endCallsWithin = 2 * time.Second

// endCalls ends the calls whose switch is to be stopped, so that it is on record that
// nobody in them has hung up.
func (s *Service) endCalls() {
	if s.asterisk == nil || s.leaving.Load() {
		return
	}
	e, err := s.leader()
	if err != nil || e == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), endCallsWithin)
	defer cancel()
	if err := e.EndCalls(ctx); err != nil {
		s.log.Warn("calls go on while their switch is stopped", zap.Error(err))
	}
}

// Close ends everything in order: no new calls, then what serves them, then
// what keeps their records. It may be called on a half-started service.
func (s *Service) Close() error {
	var errs []error
	if s.fleet != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		errs = append(errs, s.fleet.Close(ctx))
		cancel()
	}
	s.endCalls()
	if s.cancel != nil {
		s.cancel()
	}
	s.wg.Wait()
	if s.link != nil {
		s.link.Close()
	}
	if s.asterisk != nil {
		errs = append(errs, s.end(s.asterisk))
	}
	if s.relay != nil {
		s.relay.Close()
	}
	if s.journal != nil {
		errs = append(errs, s.journal.Close())
	}
	if s.database != nil {
		errs = append(errs, s.database.close(s.end))
	}
	if s.public != nil && s.cfg.NATS.URL != "" {
		s.public.Close()
	}
	if s.live != nil {
		errs = append(errs, s.live.Close())
	}
	if s.nats != nil {
		errs = append(errs, s.nats.Close())
	}
	s.closeAlarms()
	s.lock.Release()
	return errors.Join(errs...)
}
