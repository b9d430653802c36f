package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/cti/engine"
	"sansheng/pbx"
	"sansheng/pbx/ari"
	"sansheng/pbx/asterisk"
)

// application is our name in the dialplan's Stasis().
const application = "sansheng"

// heartbeat is the global variable the dialplan looks at before it gives a
// caller to us.
const heartbeat = "CTI_HB"

// begin finds out which plan is in force: by the journal, or where others stand in for
// this engine by what was read of theirs.
func (s *Service) begin(ctx context.Context) error {
	if s.cfg.Engine.Lease != "" {
		if p := keptPlan(s.standbyFile()); p != nil {
			return s.take(p)
		}
		return s.take(s.file)
	}
	metrics := engine.NewMetrics()
	s.registry.MustRegister(metrics)
	s.pulse = new(engine.Pulse)
	s.begun = engine.New(engine.Config{
		Name: s.cfg.Engine.Name, Plan: s.file, OnPlan: s.announce, Journal: engineJournal{s.journal},
		Log: s.log.Named("engine"), Metrics: metrics, Pulse: s.pulse, Asker: s.lookups(),
		Unreconciled: !s.cfg.Protected("reconcile"), Unaudited: !s.cfg.Protected("audit"), Unpublished: !s.cfg.Protected("published"),
	})
	p, err := s.begun.Begin(ctx)
	if err != nil {
		return err
	}
	return s.take(p)
}

// startEngine tells the switch about the agents, connects to it and runs the
// engine. It returns when the engine agrees with the switch.
func (s *Service) startEngine(ctx, run context.Context) error {
	access, err := s.switchAccess()
	if err != nil {
		return err
	}
	// Before the link: once it stands the switch gives callers to us.
	client, err := ari.NewClient(access)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := s.pushAgents(ctx, client, s.plan(), s.plan().Agents, true); err != nil {
		return err
	}
	if err := s.rememberPushed(); err != nil {
		return err
	}
	s.link, err = ari.Open(ari.Options{
		Config: access, Alive: s.pulse.Alive, Endpoints: s.phones.Load().endpoints, HeartbeatVariable: heartbeat,
		SilentAfter: s.cfg.SilentAfter(), Unfenced: !s.cfg.Protected("fence"), Log: s.log.Named("ari"),
	})
	if err != nil {
		return err
	}
	s.registry.MustRegister(s.link)
	s.engine = s.begun
	s.engine.Connect(s.switchFor(s.link), s.ledger())
	s.background("rotation", false, func() error { s.rotate(run); return nil })
	s.background("engine", true, func() error { return s.engine.Run(run) })
	select {
	case <-s.engine.Reconciled():
		return nil
	case err := <-s.failC:
		return err
	case <-ctx.Done():
		return fmt.Errorf("wait for the switch: %w (%w)", ctx.Err(), s.link.Up())
	}
}

// switchAccess is how ARI is reached: our own switch, or the one that is named.
func (s *Service) switchAccess() (ari.Config, error) {
	if s.asterisk != nil {
		url := s.asterisk.ARIURL
		if s.cfg.Asterisk.Via != "" {
			url = s.cfg.Asterisk.Via
		}
		return ari.Config{
			URL: url, User: s.asterisk.ARIUser, Password: s.asterisk.ARIPassword, App: application,
		}, nil
	}
	b, err := os.ReadFile(s.cfg.Asterisk.PasswordFile)
	if err != nil {
		return ari.Config{}, fmt.Errorf("read the switch's password: %w", err)
	}
	return ari.Config{
		URL: s.cfg.Asterisk.URL, User: s.cfg.Asterisk.User, Password: strings.TrimSpace(string(b)), App: application,
	}, nil
}

// pushingLink gives the agents' phones to the switch again whenever it has been
// restarted: it writes what it keeps about once a second, and what was given to
// it in its last moment is lost.
type pushingLink struct {
	*ari.Link
	s       *Service
	started time.Time // of the switch we gave the phones to
}

// Next implements engine.Switch.
func (l *pushingLink) Next(ctx context.Context) (pbx.Event, error) {
	e, err := l.Link.Next(ctx)
	up, ok := e.(pbx.LinkUp)
	if err != nil || !ok {
		return e, err
	}
	agents := l.s.plan().Agents
	switch {
	case l.started.IsZero() && l.s.duty != nil: // what another engine gave it is there
		agents = unknownTo(up.Snapshot, agents)
	case l.started.IsZero() || !up.Snapshot.StartedAt.After(l.started.Add(time.Second)):
		agents = nil
	}
	if len(agents) > 0 {
		err := l.s.pushAgents(ctx, l.Client(), l.s.plan(), agents, true)
		if err == nil {
			err = l.WatchEndpoints(ctx, l.s.phones.Load().endpoints) // also those that the switch did not know
		}
		if err != nil {
			l.s.log.Error("the switch does not take the agents' phones; they are given to it again when the link is back", zap.Error(err))
			return e, nil
		}
	}
	l.started = up.Snapshot.StartedAt
	return e, nil
}

// unknownTo are the agents whose phones the switch does not have.
func unknownTo(snapshot pbx.Snapshot, agents []cti.Agent) []cti.Agent {
	has := map[pbx.EndpointID]bool{}
	for _, e := range snapshot.Endpoints {
		has[e.ID] = true
	}
	return slices.DeleteFunc(slices.Clone(agents), func(a cti.Agent) bool { return has[a.Endpoint()] })
}

// pushAgents gives agents' phones to the switch, which keeps them. Where keep is set,
// agents who have chosen a browser's phone keep it (see agentPhones).
func (s *Service) pushAgents(ctx context.Context, client *ari.Client, p *cti.Plan, agents []cti.Agent, keep bool) error {
	phones := make([]ari.AgentEndpoint, len(agents))
	for i, a := range agents {
		phones[i] = s.agentEndpoint(p, a, a.WebRTC, s.password(a.ID))
		err := s.insist(ctx, func() error {
			if keep && !a.WebRTC {
				browser, err := client.AgentWebRTC(ctx, phones[i].Number)
				if err != nil {
					return err
				}
				if browser {
					phones[i].WebRTC, phones[i].Password = true, ""
				}
			}
			return client.PushLocation(ctx, phones[i])
		})
		if err != nil {
			return err
		}
	}
	for _, phone := range phones {
		if err := s.insist(ctx, func() error { return client.PushEndpoint(ctx, phone) }); err != nil {
			return err
		}
	}
	return nil
}

// agentEndpoint is an agent's phone as the switch is to keep it.
func (s *Service) agentEndpoint(p *cti.Plan, a cti.Agent, browser bool, password string) ari.AgentEndpoint {
	e := ari.AgentEndpoint{Number: string(a.ID), Password: password, Context: "from-agent", Refer: s.cfg.Asterisk.Refer, WebRTC: browser}
	if s.asterisk != nil {
		e.MediaAddress = s.cfg.Host
	}
	if lampsOf(p)[string(a.Company)] != nil {
		e.Lamps = asterisk.LampContext(string(a.Company))
	}
	return e
}

// lampsOf are the agents whose lamps are lit, by company.
func lampsOf(plan *cti.Plan) map[string][]string {
	lamps := map[string][]string{}
	for _, co := range plan.Companies {
		for _, a := range plan.Agents {
			if co.Lamps && a.Company == co.ID {
				lamps[string(co.ID)] = append(lamps[string(co.ID)], string(a.ID))
			}
		}
	}
	return lamps
}

// messageLampsOf are the numbers of the messages' lamps, by company.
func messageLampsOf(plan *cti.Plan) map[string][]string {
	lamps := map[string][]string{}
	for _, co := range plan.Companies {
		if numbers := plan.MessageLamps(co.ID); co.Lamps && len(numbers) > 0 {
			lamps[string(co.ID)] = numbers
		}
	}
	return lamps
}

// insistFor is how long a switch may break connections off before that is an error:
// one that has just started may be started once more.
const (
	insistFor   = 10 * time.Second
	insistEvery = 200 * time.Millisecond
)

// insist repeats what is safe to repeat where the switch breaks off.
func (s *Service) insist(ctx context.Context, do func() error) error {
	for began := time.Now(); ; {
		err := do()
		if err == nil || !ari.SafeToRetry(err) || time.Since(began) > insistFor {
			return err
		}
		s.log.Warn("the switch breaks off; trying again", zap.Error(err))
		select {
		case <-time.After(insistEvery):
		case <-ctx.Done():
			return err
		}
	}
}

// rotate keeps the switch's files from growing for ever.
func (s *Service) rotate(run context.Context) {
	if s.asterisk == nil {
		return
	}
	tick := time.NewTicker(10 * time.Minute)
	defer tick.Stop()
	for {
		err := errors.Join(newLedgerFile(s.asterisk.LedgerPath).rotate(), s.asterisk.RotateLogs(run, logsMost))
		if err != nil && run.Err() == nil {
			s.log.Warn("the switch's files cannot be rotated", zap.Error(err))
		}
		select {
		case <-tick.C:
		case <-run.Done():
			return
		}
	}
}

// logsMost is the size of one of the switch's logs at which a new one is begun.
const logsMost = 32 << 20

// SIPAddr is where phones and carriers find the switch.
func (s *Service) SIPAddr() string {
	if s.asterisk == nil {
		return ""
	}
	return s.asterisk.SIPAddr
}
