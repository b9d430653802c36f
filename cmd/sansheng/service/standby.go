package service

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"sansheng/cti/bus/lease"
	"sansheng/cti/engine"
	"sansheng/pbx"
	"sansheng/pbx/ari"
)

// duty is the engine role of a process that shares its hotline with others: it
// stands by until the lease is its own, leads until it is not, and so on.
//
//	stand by: follow the stream, look at switch and lease ─▶ claimed
//	lead: read the stream to its end, connect, reconcile, serve ─▶ lost, or closed
//
// One goroutine runs it; others see the seat of the engine that leads.
type duty struct {
	s        *Service
	keeper   *lease.Keeper
	follower *follower
	standby  lease.Standby
	metrics  *engine.Metrics
	probe    *ari.Client

	beat heartbeats

	seat    atomic.Pointer[seat]
	reaches atomic.Bool // the switch, from here
	// settledC is closed once this process leads, or stands by for one that does.
	settledC chan struct{}
	settled  sync.Once
	// last is the number of the last fact of the engine that led here; the run's own.
	last uint64
	// patience is how long the next leader here waits for the switch before it lets
	// another one try.
	patience time.Duration
}

// seat is an engine that leads, with its link.
type seat struct {
	link   *ari.Link
	engine *engine.Engine
}

const (
	// settleWithin is how long a start waits for NATS, the switch and the stream.
	settleWithin = 10 * time.Second
	probeEvery   = 500 * time.Millisecond
	// takeoverWithin bounds each step between the claim and the first connection:
	// calls wait.
	takeoverWithin = time.Second
	// handoverWithin bounds each step of letting another engine take over.
	handoverWithin = 2 * time.Second
	// handoverUnseen is how long the connection stays for a standby of which no sign was
	// seen: one that came a moment ago takes over as quickly. Where there is none the
	// switch's fallback serves whom it would have served at once.
	handoverUnseen = 500 * time.Millisecond
	// switchAway is how long a leader is without the switch before it lets one lead
	// that reaches it. Where it is of no use the time doubles, up to patienceMost:
	// a switch that is slow to come up is not helped by many who try in turn.
	switchAway   = 3 * time.Second
	patienceMost = time.Minute
	// stallLeading is how long a leader may have stood still before its link is
	// void: shorter than any silence after which another may claim.
	stallLeading = time.Second
)

var errSwitchAway = errors.New("the switch cannot be reached from here, and a standby reaches it")

// leaseOptions say which lease this engine shares.
func (s *Service) leaseOptions() lease.Options {
	return lease.Options{
		Name: s.cfg.Engine.Lease, Engine: s.cfg.Engine.Name, Store: s.public.Leases(),
		Memory: filepath.Join(s.cfg.Data, "lease.json"), Log: s.log.Named("lease"),
	}
}

// standbyFile is where a standby keeps what it has read of the stream.
func (s *Service) standbyFile() string { return filepath.Join(s.cfg.Data, "standby.json") }

// startDuty starts standing by, and returns when this process leads or stands by.
func (s *Service) startDuty(ctx, run context.Context) error {
	access, err := s.switchAccess()
	if err != nil {
		return err
	}
	probe, err := ari.NewClient(access)
	if err != nil {
		return err
	}
	d := &duty{s: s, probe: probe, metrics: engine.NewMetrics(), settledC: make(chan struct{}), patience: switchAway}
	metrics := lease.NewMetrics()
	s.registry.MustRegister(d.metrics, metrics)
	options := s.leaseOptions()
	options.Ready, options.Floor, options.Alone, options.Metrics = d.ready, d.floor, d.alone(), metrics
	d.keeper = lease.New(options)
	d.follower = newFollower(s.public, s.standbyFile(), s.plan(),
		func() []string { return d.keeper.Seen().Engines }, s.log.Named("standby"))
	s.duty = d
	s.background("rotation", false, func() error { s.rotate(run); return nil })
	s.background("switch probe", false, func() error { d.look(run); return nil })
	s.background("engine", true, func() error {
		defer d.keeper.Close()
		defer d.follower.file.wait()
		return d.run(run, access)
	})
	select {
	case <-d.settledC:
		return nil
	case err := <-s.failC:
		return err
	case <-ctx.Done():
		return fmt.Errorf("wait for the lease: %w", ctx.Err())
	}
}

// run takes turns of standing by and leading until its context ends.
func (d *duty) run(run context.Context, access ari.Config) error {
	for {
		t, err := d.standBy(run)
		switch {
		case errors.Is(err, lease.ErrTwin):
			return twinError(err)
		case err != nil:
			return nil // closed
		}
		err = d.lead(run, access, t)
		t.end()
		switch {
		case run.Err() != nil:
			return nil
		case errors.Is(err, engine.ErrJournalLost):
			d.release()
			return err
		}
		d.s.log.Warn("standing down", zap.Error(err))
	}
}

func twinError(err error) error {
	return fmt.Errorf("%w: each host needs an engine.name of its own", err)
}

func (d *duty) settle() { d.settled.Do(func() { close(d.settledC) }) }

// tenure is a lease that is ours, renewed from the claim on: whatever has to be
// done before an engine leads may take its time.
type tenure struct {
	record lease.Record
	heir   *engine.Inheritance
	ctx    context.Context // ends when the lease is lost
	cancel context.CancelCauseFunc
	goneC  chan struct{} // closed when nobody renews it any more
}

func (d *duty) hold(run context.Context, record lease.Record) *tenure {
	t := &tenure{record: record, goneC: make(chan struct{})}
	t.ctx, t.cancel = context.WithCancelCause(run)
	go func() {
		defer close(t.goneC)
		err := d.keeper.Hold(t.ctx)
		if !d.s.cfg.Protected("tenure") {
			<-t.ctx.Done() // for the drill: it leads on without
		}
		t.cancel(err)
	}()
	return t
}

// end stops renewing the lease.
func (t *tenure) end() {
	t.cancel(nil)
	<-t.goneC
}

// standBy follows the stream until the lease is ours.
func (d *duty) standBy(run context.Context) (*tenure, error) {
	ctx, stop := context.WithCancel(run)
	d.follower.anew()
	heirC := make(chan *engine.Inheritance, 1)
	var beside sync.WaitGroup
	defer beside.Wait()
	defer stop()
	beside.Go(func() { heirC <- d.follower.follow(ctx) })
	beside.Go(func() { d.keeper.Attend(ctx) })
	beside.Go(func() { d.await(ctx) })
	record, err := d.keeper.Claim(ctx)
	if err != nil {
		return nil, err
	}
	t := d.hold(run, record)
	read := !record.Unconfirmed && d.catchUp(ctx)
	stop()
	t.heir = <-heirC
	// Who led last, or led alone until now, knows more from its own journal.
	led := record.From == d.s.cfg.Engine.Name || d.floor() == 0
	if record.Unconfirmed || !read && led {
		t.heir = nil
	}
	return t, nil
}

// await settles a standby: once it has read the stream behind one that leads, or
// NATS does not answer. It goes on to look until its context ends: the stream may
// have to be read anew.
func (d *duty) await(ctx context.Context) {
	began := time.Now()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if !d.follower.caughtUp() {
			reach, cancel := context.WithTimeout(ctx, time.Second)
			_ = d.follower.reach(reach) // or the next time
			cancel()
		}
		r := d.keeper.Seen()
		if p := d.follower.plan.Load(); p != nil && p != d.s.plan() && d.follower.caughtUp() {
			d.s.announce(p, 0)
		}
		another := r.Holder != "" && r.Holder != d.s.cfg.Engine.Name && !r.Released
		if another && d.follower.caughtUp() || time.Since(began) > settleWithin {
			d.settle()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// ready tells whether this engine could lead: it reaches the switch, knows what
// happened, and what it decided itself when it led last is in its journal. On a disk
// that hangs it is not, and another one leads.
func (d *duty) ready() bool {
	return d.reaches.Load() && d.follower.caughtUp() && d.s.journal.Last() >= d.last
}

// catchUp reads the stream to its end, our own facts that had not been published
// among it, and tells whether it did. What cannot be read in time the switch will
// tell.
func (d *duty) catchUp(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, takeoverWithin)
	defer cancel()
	err := d.s.relay.Wait(ctx, d.s.journal.Last())
	if err == nil {
		err = d.follower.reach(ctx)
	}
	if err != nil {
		d.s.log.Warn("the stream is not read to its end", zap.Error(err))
	}
	return err == nil
}

// floor is the highest term that facts tell of.
func (d *duty) floor() uint64 { return d.follower.term.Load() }

// lead runs an engine until the lease is lost, the switch's application is another
// engine's, or the service ends. The link is closed when it returns.
func (d *duty) lead(run context.Context, access ari.Config, t *tenure) error {
	ctx, cancel := t.ctx, t.cancel
	if err := d.journaled(ctx); err != nil {
		d.release()
		return err
	}
	pulse := new(engine.Pulse)
	e := engine.New(engine.Config{
		Name: d.s.cfg.Engine.Name, Plan: d.s.file, OnPlan: d.s.announce,
		Journal: engineJournal{d.s.journal}, Log: d.s.log.Named("engine"), Metrics: d.metrics,
		Term: t.record.Term, Inherited: t.heir, Sure: d.sure(), Unreconciled: !d.s.cfg.Protected("reconcile"),
		Unaudited: !d.s.cfg.Protected("audit"), Unpublished: !d.s.cfg.Protected("published"), Pulse: pulse, Asker: d.s.lookups(),
	})
	known := d.s.plan()
	plan, err := e.Begin(ctx)
	if err == nil {
		err = d.s.take(plan)
	}
	if err != nil {
		d.release()
		return err
	}
	link, err := ari.Open(ari.Options{
		Config: access, Alive: pulse.Alive, Endpoints: d.s.phones.Load().endpoints, HeartbeatVariable: heartbeat, StallAfter: stallLeading,
		SilentAfter: d.s.cfg.SilentAfter(), Unfenced: !d.s.cfg.Protected("fence"), Permit: d.permit(), Log: d.s.log.Named("ari"),
	})
	if err != nil {
		return err
	}
	defer link.Close()
	d.s.registry.MustRegister(link)
	defer d.s.registry.Unregister(link)
	e.Connect(d.s.switchFor(link), d.s.ledger())
	d.seat.Store(&seat{link: link, engine: e})
	defer d.seat.Store(nil)
	var beside sync.WaitGroup
	defer beside.Wait()
	defer cancel(nil)
	beside.Go(func() { d.keeper.Watch(ctx, &d.standby) })
	beside.Go(func() { d.watchSwitch(ctx, link, cancel) })
	beside.Go(func() {
		select {
		case <-e.Reconciled():
			d.settle()
		case <-ctx.Done():
		}
	})
	d.s.adoption.led.Store(plan)
	if plan.Hash() != known.Hash() {
		d.s.announce(plan, 0) // before the loop tells of newer ones
	}
	err = e.Run(ctx)
	d.last = e.Last()
	if err == nil {
		err = context.Cause(ctx)
	}
	switch {
	case run.Err() != nil, errors.Is(err, errSwitchAway):
		d.handOver(link)
	default:
		d.flush()
	}
	return err
}

// journaled makes sure that what the engine decided that led here last is in the
// journal: the next one's numbers follow. Only one that leads on from memory claims
// without.
func (d *duty) journaled(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, takeoverWithin)
	defer cancel()
	return d.s.journal.Wait(ctx, d.last)
}

// permit asks the lease whether this process may drive the switch.
func (d *duty) permit() func(context.Context, error) error {
	alone := d.alone()
	if !d.s.cfg.Protected("tenure") {
		return func(context.Context, error) error { return nil }
	}
	return func(ctx context.Context, last error) error {
		err := d.keeper.Permit(ctx, errors.Is(last, ari.ErrReplaced), alone)
		if errors.Is(err, lease.ErrLost) {
			return fmt.Errorf("%w: %w", ari.ErrReplaced, err)
		}
		return err
	}
}

// sure holds back what is decided until the lease is known to be ours.
func (d *duty) sure() func(context.Context) error {
	if !d.s.cfg.Protected("tenure") {
		return nil
	}
	return d.keeper.Sure
}

// alone asks the switch whether nobody else serves. Standing by and leading take
// turns, so that only one goroutine asks at a time.
func (d *duty) alone() func(context.Context) error {
	return func(ctx context.Context) error { return d.beat.alone(ctx, d.probe) }
}

// watchSwitch lets the lease go when the switch cannot be reached from here and a
// standby says that it reaches it.
func (d *duty) watchSwitch(ctx context.Context, link *ari.Link, end context.CancelCauseFunc) {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	away, upSince := time.Now(), time.Time{}
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		up := link.Up() == nil
		switch {
		case !up:
			upSince = time.Time{}
		case upSince.IsZero():
			upSince = time.Now()
		}
		switch {
		case up && time.Since(upSince) < switchAway: // it may break again
		case up:
			d.patience, away = switchAway, time.Now()
		case !d.standby.Fresh(): // nobody is known to be better off
			away = time.Now()
		case time.Since(away) > d.patience:
			d.patience = min(2*d.patience, patienceMost)
			end(errSwitchAway)
			return
		}
	}
}

// handOver lets a standby take over: what was decided is published first; and the
// connection stays until the other one has replaced it, so that no caller finds
// the application gone.
func (d *duty) handOver(link *ari.Link) {
	d.flush()
	d.release()
	within := handoverWithin
	if !d.standby.There() {
		within = handoverUnseen
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	for {
		if _, err := link.Next(ctx); err != nil {
			return
		}
	}
}

// flush waits until what the engine decided is in the journal and in the stream.
func (d *duty) flush() {
	ctx, cancel := context.WithTimeout(context.Background(), handoverWithin)
	defer cancel()
	err := d.s.journal.Wait(ctx, d.last)
	if err == nil {
		err = d.s.relay.Wait(ctx, d.last)
	}
	if err != nil {
		d.s.log.Warn("some facts are not in the stream yet; they follow", zap.Error(err))
	}
}

func (d *duty) release() {
	ctx, cancel := context.WithTimeout(context.Background(), handoverWithin)
	defer cancel()
	if err := d.keeper.Release(ctx); err != nil {
		d.s.log.Warn("lease not released; a standby waits until it is sure", zap.Error(err))
	}
}

// look asks now and then whether the switch can be reached from here.
func (d *duty) look(run context.Context) {
	defer d.probe.Close()
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		ctx, cancel := context.WithTimeout(run, time.Second)
		_, err := d.probe.Asterisk.Ping(ctx)
		cancel()
		d.reaches.Store(err == nil)
		select {
		case <-tick.C:
		case <-run.Done():
			return
		}
	}
}

// part tells how this process stands: only the one that leads takes calls.
func (d *duty) part(ctx context.Context) error {
	r := d.keeper.Seen()
	if d.seat.Load() != nil && d.keeper.Holds() {
		return nil
	}
	lag, err := d.follower.lag(ctx)
	if err != nil {
		return fmt.Errorf("standby: the lease was engine %s's, term %d, when NATS answered last: %w", r.Holder, r.Term, err)
	}
	reach := "is reached"
	if !d.reaches.Load() {
		reach = "cannot be reached"
	}
	return fmt.Errorf("standby: engine %s leads, term %d; %d messages behind; the switch %s", r.Holder, r.Term, lag, reach)
}

// heartbeats watch the variable that an engine which serves writes every second.
type heartbeats struct {
	value string
	since time.Time
	asked time.Time // last
}

// alone is nil once the switch has had no heartbeat for a while.
func (b *heartbeats) alone(ctx context.Context, c *ari.Client) error {
	value, err := c.Asterisk.GlobalVar(ctx, heartbeat)
	if err != nil && !errors.Is(err, pbx.ErrGone) && !noVariable(err) {
		return fmt.Errorf("the switch cannot be asked: %w", err)
	}
	if time.Since(b.asked) > switchAway || value != b.value {
		b.value, b.since = value, time.Now()
	}
	b.asked = time.Now()
	if time.Since(b.since) < switchAway {
		return errors.New("another engine may serve")
	}
	return nil
}

func noVariable(err error) bool {
	e, ok := errors.AsType[*ari.Error](err)
	return ok && e.NoVariable()
}
