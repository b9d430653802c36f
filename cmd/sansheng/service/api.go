package service

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/engine"
	"sansheng/cti/lookup"
	"sansheng/cti/web"
	"sansheng/deploy/debian"
	"sansheng/store"
)

// startWeb opens the accounts and serves the API.
func (s *Service) startWeb(run context.Context) error {
	accounts, err := s.accounts()
	if err != nil {
		return err
	}
	s.people = accounts
	port := s.cfg.Port(s.cfg.Ports.Web)
	if s.opts.FreePorts {
		port = 0
	}
	cfg := web.Config{
		Addr:    net.JoinHostPort(s.cfg.Host, strconv.Itoa(port)),
		Secure:  s.cfg.HTTPS,
		Records: &s.records, Readiness: s.Parts, Alarms: s.standing, Metrics: s.registry, Accounts: accounts, Logins: filepath.Join(s.cfg.Data, web.LoginsFile), Log: s.log.Named("web"),
		Store: s.records.open, System: companySystems{plan: s.plan, client: lookup.New()}.ask,
	}
	if s.engine != nil || s.duty != nil {
		cfg.Live, cfg.Order, cfg.CancelCallback, cfg.Hours, cfg.Config = s.floor, s.order, s.cancelCallback, lineHours{s}, configs{s}
		cfg.Messages, cfg.Sounds = callersMessages{s}, s.openRecording
		cfg.EraseRecord, cfg.AmendRecord = s.eraseRecord, s.amendRecord
		cfg.Phones, cfg.SIP = agentPhones{s}, s.sipSocket
	}
	if s.database != nil {
		cfg.Summaries, cfg.Proofs = &s.records, proofKeeper{s}
	}
	cfg.Plan, cfg.Font = s.plan, s.font
	cfg.Departments = func(co cti.CompanyID) []string { return s.plan().DepartmentsOf(co) }
	if s.prompts != nil {
		cfg.Prompts = promptKeeper{s}
	}
	if s.database != nil {
		cfg.Webhooks, cfg.DeadLetters = outside{&s.records}, outside{&s.records}
	}
	if cfg.Live != nil {
		live, err := bus.StartLive(run, s.log)
		if err != nil {
			return err
		}
		s.live = live
		cfg.LiveServer = live
	}
	if s.web, err = web.New(cfg); err != nil {
		return err
	}
	s.background("web", true, func() error { return s.web.Run(run) })
	return nil
}

func (s *Service) accounts() (*web.Accounts, error) {
	if s.opts.Demo {
		accounts, _, err := web.OpenDemo(s.cfg.Data, s.plan().Agents)
		return accounts, err
	}
	accounts, _, err := web.CreateAccounts(filepath.Join(s.cfg.Data, web.AccountsFile), nil)
	return accounts, err
}

// leader is the engine that leads, where it is this process's.
func (s *Service) leader() (*engine.Engine, error) {
	if s.duty == nil {
		return s.engine, nil
	}
	if seat := s.duty.seat.Load(); seat != nil {
		return seat.engine, nil
	}
	return nil, errStandingBy
}

func (s *Service) order(ctx context.Context, o cti.Order) error {
	e, err := s.leader()
	if err != nil {
		return err
	}
	return e.Order(ctx, o)
}

func (s *Service) cancelCallback(ctx context.Context, c cti.CancelCallback) error {
	e, err := s.leader()
	if err != nil {
		return err
	}
	return e.CancelCallback(ctx, c)
}

func (s *Service) eraseRecord(ctx context.Context, r cti.EraseRecord) error {
	e, err := s.leader()
	if err != nil {
		return err
	}
	return e.EraseRecord(ctx, r)
}

func (s *Service) amendRecord(ctx context.Context, r cti.AmendRecord) error {
	e, err := s.leader()
	if err != nil {
		return err
	}
	return e.AmendRecord(ctx, r)
}

// orderWithin is how long an order over NATS may take.
const orderWithin = 2 * time.Second

// serveOrders answers orders over NATS while this process's engine leads.
func (s *Service) serveOrders(run context.Context) error {
	stop, err := s.public.ServeOrders(run, func(ctx context.Context, c cti.CompanyID, o cti.Order) error {
		if slices.ContainsFunc(s.plan().Agents, func(a cti.Agent) bool { return a.ID == o.Agent && a.Company != c }) {
			return fmt.Errorf("agent %s is not of company %s", o.Agent, c)
		}
		ctx, cancel := context.WithTimeout(ctx, orderWithin)
		defer cancel()
		err := s.order(ctx, o)
		if errors.Is(err, errStandingBy) {
			return bus.ErrNotOurs
		}
		return err
	})
	if err != nil {
		return err
	}
	s.background("orders", false, func() error {
		<-run.Done()
		return stop()
	})
	return nil
}

// floor is what all screens show: leaders' phones are nobody's who is at work there.
func (s *Service) floor(ctx context.Context) (web.Floor, error) {
	e, err := s.leader()
	if err != nil {
		return web.Floor{}, err
	}
	v, err := e.View(ctx)
	agents := slices.DeleteFunc(v.Agents, func(a cti.AgentView) bool { return a.Leader })
	return web.Floor{Linked: v.Linked, Live: v.Live, Waiting: v.Waiting, Agents: agents, Calls: v.Calls, Queues: v.Queues}, err
}

// Parts tells the state of every part of this process.
func (s *Service) Parts(ctx context.Context) []web.Part {
	var parts []web.Part
	add := func(name string, optional bool, err error) {
		p := web.Part{Name: name, OK: err == nil, Optional: optional}
		if err != nil {
			p.Detail = err.Error()
		}
		parts = append(parts, p)
	}
	link, leader := s.link, s.engine
	if s.duty != nil {
		add("lease", false, s.duty.part(ctx))
		if seat := s.duty.seat.Load(); seat != nil {
			link, leader = seat.link, seat.engine
		}
	}
	if leader != nil {
		add("switch", false, link.Up())
		v, err := leader.View(ctx)
		if err == nil && !v.Linked {
			err = errors.New("not yet in agreement with the switch")
		}
		add("engine", false, err)
		var waiting error
		if n := s.journal.Depth(); n > 1000 {
			waiting = fmt.Errorf("%d facts wait for the disk", n)
		}
		add("journal", true, waiting)
	}
	if s.database != nil {
		add("database", true, s.records.ping(ctx))
	}
	return parts
}

var errStandingBy = errors.New("this engine stands by; another one leads")

// records is the store once it is there: the database comes up after the rest.
type records struct{ store atomic.Pointer[store.Store] }

var errNoRecords = errors.New("the database is not there yet")

func (r *records) ping(ctx context.Context) error {
	s := r.store.Load()
	if s == nil {
		return errNoRecords
	}
	return s.Ping(ctx)
}

// Calls, Record, Tickets, Agents and Queues implement web.RecordReader.
func (r *records) Calls(ctx context.Context, f store.Filter) ([]store.Record, error) {
	if s := r.store.Load(); s != nil {
		return s.Calls(ctx, f)
	}
	return nil, errNoRecords
}

func (r *records) Record(ctx context.Context, id string) (store.Record, error) {
	if s := r.store.Load(); s != nil {
		return s.Record(ctx, id)
	}
	return store.Record{}, errNoRecords
}

func (r *records) Tickets(ctx context.Context, f store.TicketFilter) ([]store.Ticket, error) {
	if s := r.store.Load(); s != nil {
		return s.Tickets(ctx, f)
	}
	return nil, errNoRecords
}

// Summary implements web.SummaryKeeper.
func (r *records) Summary(ctx context.Context, f store.SummaryFilter) (store.Summary, error) {
	if s := r.store.Load(); s != nil {
		return s.Summary(ctx, f)
	}
	return store.Summary{}, errNoRecords
}

// Board implements web.SummaryKeeper.
func (r *records) Board(ctx context.Context, f store.SummaryFilter) (store.Board, error) {
	if s := r.store.Load(); s != nil {
		return s.Board(ctx, f)
	}
	return store.Board{}, errNoRecords
}

// font is what PDFs are written with.
func (s *Service) font(ctx context.Context) ([]byte, error) {
	tree, err := s.opts.Finder.Find(ctx, debian.Font)
	if err != nil {
		return nil, err
	}
	file, err := tree.File(debian.FontFile)
	if err != nil {
		return nil, err
	}
	return os.ReadFile(file)
}

func (r *records) Callbacks(ctx context.Context, f store.CallbackFilter) ([]store.OwedCallback, error) {
	if s := r.store.Load(); s != nil {
		return s.Callbacks(ctx, f)
	}
	return nil, errNoRecords
}

func (r *records) Agents(ctx context.Context, company string, since time.Time) ([]store.Agent, error) {
	if s := r.store.Load(); s != nil {
		return s.Agents(ctx, company, since)
	}
	return nil, errNoRecords
}

func (r *records) Queues(ctx context.Context, company string, since time.Time) ([]store.Queue, error) {
	if s := r.store.Load(); s != nil {
		return s.Queues(ctx, company, since)
	}
	return nil, errNoRecords
}

// Describe says where everything is.
func (s *Service) Describe(say func(format string, args ...any)) {
	if s.web != nil {
		say("console    http://%s (also the API: readiness at /readyz, document at /openapi.json)", s.web.Addr())
		say("accounts   sansheng demo accounts --data %s", s.cfg.Data)
	}
	if addr := s.SIPAddr(); addr != "" {
		say("SIP        %s", addr)
	}
	if url := s.nats.URL(); url != "" {
		say("NATS       %s, stream HOTLINE", url)
	}
	for _, l := range s.plan().Lines {
		way := ""
		if l.Flow != "" {
			way = ", by flow " + l.Flow
		}
		say("line       %s: %s, queue %s%s", l.DID, l.Mode, l.Queue, way)
	}
	say("records    sansheng calls --data %s", s.cfg.Data)
}
