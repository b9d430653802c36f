// Package engine runs the hotline: one goroutine owns the domain state
// (cti.Hotline) and decides; what it decides goes to the journal first and to
// the switch after that.
//
//	switch ──events──▶ ┌────────┐ facts ──▶ journal
//	ticker ──────────▶ │  loop  │              │ durable, or 50 ms late
//	desk, services ──▶ └────────┘ commands ─▶ gate ─▶ lanes ──▶ switch
//	                        ▲                            │
//	                        └────── refused commands ────┘
//
// # Ownership and order
//
// The loop alone touches the hotline; everything else reaches it through its
// inbox, a queue without a bound, so that nobody who feeds it ever blocks or
// drops. Commands of one lane (a channel) are carried out in the order decided,
// each after the reply to the one before; lanes do not wait for each other. What ends
// something (a hang-up, a stop) waits for nothing but the reply to what began it.
//
// # Facts before effects
//
// A command waits until the facts it was decided with are in the journal, but
// no longer than 50 ms: a slow disk delays the record and raises an alarm, not
// the caller. What nobody can notice, a channel that is not dialled yet, goes at once.
//
// # Failure
//
// When the engine dies, the switch keeps all channels. The next engine replays
// the journal, waits for the link's snapshot and catches up with it. While the
// link is down nobody is offered and no deadline of a call runs; those of agents,
// callbacks and planned versions do.
//
// Where engines stand in for one another, the one that takes over begins with what
// all of them told (Inheritance) instead of its own journal, tells its facts under
// the term of its lease, and decides nothing while it is in doubt whether it leads.
package engine

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/cti/flow"
	"sansheng/pbx"
)

// Switch is the telephone switch as the engine needs it.
type Switch interface {
	// Next returns the switch's next event, in order and without loss.
	Next(ctx context.Context) (pbx.Event, error)
	// Do carries out one command. The error Is pbx.ErrGone where the thing acted
	// on no longer exists, pbx.ErrUnreachable for a device without a contact.
	Do(ctx context.Context, c pbx.Command) error
	// Now is the switch's clock.
	Now() time.Time
}

// Journal keeps facts for good.
type Journal interface {
	// Append takes facts and never blocks; done is called, in order, when they
	// are durable, or with an error: one that Is ErrJournalLost when they never
	// will be, any other while they are kept and tried again.
	Append(facts []cti.Fact, done func(error))
	// Snapshot is the newest snapshot kept, and the fact it stands behind; 0 and
	// nil when there is none.
	Snapshot(ctx context.Context) (uint64, []byte, error)
	// PutSnapshot keeps a snapshot behind a fact, once that fact is durable.
	PutSnapshot(ctx context.Context, seq uint64, state []byte) error
	// ReplayAfter gives the facts behind a number, in order, and the last number.
	ReplayAfter(ctx context.Context, after uint64, fn func(cti.Fact) error) (uint64, error)
}

// Asker asks the companies' services about callers. Ask returns in time, with an answer or
// with why there is none.
type Asker interface {
	Ask(ctx context.Context, a cti.Ask) cti.LookedUp
}

// ErrJournalLost ends the engine: another one owns the journal, or nothing can
// be written to it any more.
var ErrJournalLost = errors.New("journal lost")

// Ledger is the switch's own account of ended channels and of callers it served
// without us, for the time the engine was not there.
type Ledger interface {
	Since(ctx context.Context, t time.Time) ([]pbx.LedgerEntry, error)
}

// Config is what an engine is made of. Ledger, Asker and Metrics may be nil.
type Config struct {
	Name string // of this engine, part of every fact's id
	// Plan is that of the file; what was published goes before it.
	Plan *cti.Plan
	// OnPlan, where given, is told of each plan that comes into force after Begin, and
	// of the number of the fact that tells of it. The loop waits for it.
	OnPlan func(p *cti.Plan, seq uint64)
	// Switch and Ledger may be given by Connect, after Begin.
	Switch  Switch
	Journal Journal
	Ledger  Ledger
	Asker   Asker
	Log     *zap.Logger
	Metrics *Metrics
	// Term is that of the lease under which the engine leads; 0 without one.
	Term uint64
	// Inherited, where given, is the state to begin with, instead of the journal's.
	Inherited *Inheritance
	// Sure, where given, is asked before each input: it returns at once while this
	// engine certainly leads, waits while that is being looked into, as after the
	// process stood still, and fails when another one leads.
	Sure func(context.Context) error
	// Unreconciled leaves alone what the switch has and nobody knows, and what is
	// known and the switch has no more. It is for the drill only.
	Unreconciled bool
	// Pulse, where given, tells whether the loop turns.
	Pulse *Pulse
	// Unaudited never looks into the ledger while all is well. It is for the drill only.
	Unaudited bool
	// Unpublished forgets at the start what was published. It is for the drill only.
	Unpublished bool
}

// Engine is a running hotline. Make it with New, run it with Run.
type Engine struct {
	cfg     Config
	log     *zap.Logger
	hotline *cti.Hotline
	inbox   *inbox
	gate    *gate
	lanes   *lanes
	memory  *memory
	begun   bool
	plan    *cti.Plan // the last that was in force
	// ends are those that the switch has told before LinkUp (see early).
	ends []pbx.Event
	// auditAt is when the ledger is looked into next.
	auditAt time.Time
	// unread is from when on the ledger is still to be read; zero where it was.
	unread time.Time
	fail   context.CancelCauseFunc // of the run; set once by Run
	// snapshotting is true while a snapshot is being written.
	snapshotting atomic.Bool
	wg           sync.WaitGroup
	asking       chan struct{} // a place for each question under way
	// reconciled is closed at the first LinkUp handled.
	reconciled     chan struct{}
	reconciledOnce sync.Once
}

const (
	tickEvery      = 50 * time.Millisecond
	commandTimeout = 8 * time.Second
	// auditEvery is the time between two looks into the ledger while all is well.
	auditEvery = 15 * time.Second
	// ledgerOverlap re-reads a little more than was missed: entries are
	// written a moment after the fact.
	ledgerOverlap = 2 * time.Minute
)

// ErrClosed is returned for a request to an engine that has ended.
var ErrClosed = errors.New("engine closed")

// New makes an engine; nothing runs yet.
func New(cfg Config) *Engine {
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	if cfg.Metrics == nil {
		cfg.Metrics = NewMetrics()
	}
	e := &Engine{
		cfg:        cfg,
		log:        cfg.Log,
		hotline:    cti.NewHotline(cfg.Name, cfg.Plan),
		inbox:      newInbox(),
		memory:     newMemory(),
		reconciled: make(chan struct{}),
		asking:     make(chan struct{}, asksMost),
	}
	e.cfg.Metrics.inbox.Store(e.inbox)
	e.lanes = newLanes(e.carryOut)
	e.gate = newGate(cfg.Journal, e.lanes.add, e.lose, cfg.Metrics)
	return e
}

// Run replays the journal and then serves until its context ends. It returns after every
// goroutine of it has ended; facts decided are handed to the journal by then.
func (e *Engine) Run(parent context.Context) error {
	if _, err := e.Begin(parent); err != nil {
		return err
	}
	ctx, fail := context.WithCancelCause(parent)
	cancel := func() { fail(nil) }
	defer cancel()
	e.fail = fail
	e.lanes.start(ctx)
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); e.readSwitch(ctx) }()
	go func() { defer wg.Done(); e.readTime(ctx) }()
	e.handle(ctx, e.cfg.Switch.Now(), cti.Started{Text: e.cfg.Name, File: e.cfg.Plan, FileFirst: e.cfg.Unpublished})
	e.loop(ctx)
	cancel()
	e.inbox.close()
	wg.Wait()
	e.wg.Wait()
	e.gate.close()
	e.lanes.wait()
	if err := context.Cause(ctx); parent.Err() == nil && err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// Begin makes the state to go on from, unless it is made already, and tells the plan that
// is in force. Run does it where nobody has before; it is not to be called during a Run.
func (e *Engine) Begin(ctx context.Context) (*cti.Plan, error) {
	if !e.begun {
		if err := e.begin(ctx); err != nil {
			return nil, err
		}
		e.begun, e.plan = true, e.hotline.Plan()
	}
	return e.plan, nil
}

// Connect gives the engine its switch and that one's ledger, before Run.
func (e *Engine) Connect(s Switch, l Ledger) { e.cfg.Switch, e.cfg.Ledger = s, l }

// begin makes the state to go on from.
func (e *Engine) begin(ctx context.Context) error {
	e.hotline.Lead(e.cfg.Term)
	if e.cfg.Unreconciled {
		e.hotline.Neglect()
	}
	if e.cfg.Inherited == nil {
		return e.replay(ctx)
	}
	last, err := e.cfg.Journal.ReplayAfter(ctx, math.MaxUint64, func(cti.Fact) error { return nil })
	if err != nil {
		return fmt.Errorf("look at journal: %w", err)
	}
	e.inherit(e.cfg.Inherited, last)
	live, waiting := e.hotline.Calls()
	e.log.Info("calls taken over", zap.Uint64("term", e.cfg.Term), zap.Int("live", live), zap.Int("waiting", waiting))
	return nil
}

// replay makes the state from the newest snapshot and the facts behind it.
func (e *Engine) replay(ctx context.Context) error {
	apply := func(f cti.Fact) error {
		e.hotline.Apply(f)
		e.memory.note(f)
		return nil
	}
	after, err := e.restore(ctx, apply)
	if err != nil {
		return err
	}
	last, err := e.cfg.Journal.ReplayAfter(ctx, after, apply)
	if err != nil {
		return fmt.Errorf("replay journal: %w", err)
	}
	e.hotline.Resume(last)
	live, waiting := e.hotline.Calls()
	e.log.Info("journal replayed", zap.Uint64("facts", last), zap.Int("live", live), zap.Int("waiting", waiting))
	return nil
}

// lose ends the engine because its journal is not its own any more.
func (e *Engine) lose(err error) { e.fail(err) }

func (e *Engine) readSwitch(ctx context.Context) {
	for {
		ev, err := e.cfg.Switch.Next(ctx)
		if err != nil {
			e.fail(fmt.Errorf("the switch gives no more events: %w", err))
			return
		}
		e.inbox.put(message{input: ev})
	}
}

func (e *Engine) readTime(ctx context.Context) {
	t := time.NewTicker(tickEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			e.inbox.putTick()
		}
	}
}

// loop owns the hotline until ctx ends.
func (e *Engine) loop(ctx context.Context) {
	for {
		m, ok := e.inbox.get(ctx)
		if !ok {
			return
		}
		e.cfg.Pulse.turn()
		if e.cfg.Sure != nil {
			if err := e.cfg.Sure(ctx); err != nil {
				e.fail(err)
				return
			}
		}
		switch {
		case m.isOver():
		case m.ask != nil:
			m.ask(e.hotline)
		default:
			switch in := m.input.(type) {
			case pbx.LinkUp:
				if e.cfg.Unreconciled {
					break
				}
				e.readLedger(ctx, in)
				e.tellEarly(ctx)
			case pbx.HangupRequested:
				if e.early(in) {
					continue
				}
			case pbx.ChannelGone:
				if e.early(in) || e.awaitLedger(ctx, in, m.waited) {
					continue
				}
			case pbx.CommandFailed:
				if m.waited == 0 && e.awaitEnd(in) {
					continue
				}
				e.unwatched(ctx, in)
			case pbx.ClockStepped:
				e.auditAt = time.Time{}
			case cti.Tick:
				e.audit(ctx, e.cfg.Switch.Now())
			}
			refused := e.decide(ctx, e.cfg.Switch.Now(), m.input)
			if m.reply != nil {
				m.reply(refused)
			}
			if _, ok := m.input.(pbx.LinkUp); ok {
				e.reconciledOnce.Do(func() { close(e.reconciled) })
			}
		}
	}
}

// seal gives each end of a call the secret by which its record can be erased. The hotline
// has no chance in it: the same inputs make the same facts.
func seal(facts []cti.Fact) {
	for _, f := range facts {
		if d, ok := f.Data.(*cti.Ended); ok {
			var secret [32]byte
			_, _ = rand.Read(secret[:]) // it never fails
			d.Secret = hex.EncodeToString(secret[:])
		}
	}
}

// handle is decide for an input that is no order: nothing else is refused.
func (e *Engine) handle(ctx context.Context, now time.Time, in cti.Input) { _ = e.decide(ctx, now, in) }

// decide lets the hotline decide about one input; its error is why it refused it.
func (e *Engine) decide(ctx context.Context, now time.Time, in cti.Input) error {
	began := time.Now()
	out := e.hotline.Handle(now, in)
	seal(out.Facts)
	for _, f := range out.Facts {
		e.memory.note(f)
	}
	e.cfg.Metrics.count(out)
	e.gate.add(out.Facts, out.Commands)
	for _, a := range out.Asks {
		e.inquire(ctx, a)
	}
	if p := e.hotline.Plan(); p != e.plan {
		e.plan = p
		if e.cfg.OnPlan != nil {
			e.cfg.OnPlan(p, e.hotline.Seq())
		}
	}
	e.cfg.Metrics.decision.Observe(time.Since(began).Seconds())
	e.snapshot(ctx)
	return out.Refused
}

// carryOut does one command, and tells the loop where the switch refused it.
func (e *Engine) carryOut(ctx context.Context, c pbx.Command) {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	err := e.cfg.Switch.Do(ctx, c)
	if err == nil {
		return
	}
	gone := errors.Is(err, pbx.ErrGone)
	if !gone && !errors.Is(err, pbx.ErrUnreachable) {
		e.cfg.Metrics.commandsFailed.Inc()
		e.log.Warn("command refused", zap.String("command", fmt.Sprintf("%T", c)), zap.String("lane", c.Lane()), zap.Error(err))
	}
	e.inbox.put(message{input: pbx.CommandFailed{At: pbx.At(e.cfg.Switch.Now()), Command: c, Gone: gone, Err: err}})
}

// asksMost is how many questions to services are under way at most: slow ones shall not
// use up what calls need.
const asksMost = 64

// inquire asks a service elsewhere, and has the answer come back through the inbox.
func (e *Engine) inquire(ctx context.Context, a cti.Ask) {
	failed := func(why string) {
		e.inbox.put(message{input: cti.LookedUp{Call: a.Call, N: a.N, Failure: why}})
	}
	if e.cfg.Asker == nil {
		failed("this engine asks no services")
		return
	}
	select {
	case e.asking <- struct{}{}:
	default:
		failed("too many questions are under way")
		return
	}
	e.wg.Add(1)
	go func() {
		defer e.wg.Done()
		defer func() { <-e.asking }()
		up := e.cfg.Asker.Ask(ctx, a)
		if up.Failure != "" && ctx.Err() == nil {
			e.log.Warn("no answer from a service", zap.String("service", a.Lookup.ID), zap.String("call", string(a.Call)), zap.String("why", up.Failure))
		}
		e.inbox.put(message{input: up})
	}()
}

// Depth is how many inputs wait for the loop: what the switch has told is among them.
func (e *Engine) Depth() int { return e.inbox.depth() }

// Last is the number of the last fact made, once Run has returned.
func (e *Engine) Last() uint64 { return e.hotline.Seq() }

// Reconciled is closed once the engine agrees with the switch for the first
// time: from then on it takes calls.
func (e *Engine) Reconciled() <-chan struct{} { return e.reconciled }

// SetState asks for an agent's state, as his desk or his leader does.
func (e *Engine) SetState(ctx context.Context, s cti.SetState) error {
	return e.post(ctx, message{input: s})
}

// Order carries out what an agent asks, or his leader for him. The error is a
// *cti.OrderError where that cannot be as things are; nothing has changed then.
func (e *Engine) Order(ctx context.Context, o cti.Order) error { return e.ask(ctx, o) }

// CancelCallback takes a promise to call back off the queue. The error is a
// *cti.CallbackError where that cannot be; nothing has changed then.
func (e *Engine) CancelCallback(ctx context.Context, c cti.CancelCallback) error {
	return e.ask(ctx, c)
}

// OweEmergency has a caller called at once who has said that his emergency is not solved.
// Its error is for good: another time it would be the same.
func (e *Engine) OweEmergency(ctx context.Context, o cti.OweEmergency) error { return e.ask(ctx, o) }

// CloseHours closes a calendar or a line, or opens it again. The error is a
// *cti.HoursError where that cannot be; nothing has changed then.
func (e *Engine) CloseHours(ctx context.Context, c cti.CloseHours) error { return e.ask(ctx, c) }

// Publish puts a plan in force, now or at a time. The error is a *cti.PlanError where that
// cannot be; nothing has changed then.
func (e *Engine) Publish(ctx context.Context, p cti.Publish) error { return e.ask(ctx, p) }

// CancelPlan takes back a version that is planned. The error is a *cti.PlanError where
// there is none.
func (e *Engine) CancelPlan(ctx context.Context, c cti.CancelPlan) error { return e.ask(ctx, c) }

// Versions tells which plans were published and which are planned.
func (e *Engine) Versions(ctx context.Context) ([]cti.VersionView, error) {
	var all []cti.VersionView
	if err := e.look(ctx, func(h *cti.Hotline) { all = h.Versions() }); err != nil {
		return nil, err
	}
	return all, nil
}

// TakeMessage makes a message one person's. The error is a *cti.MessageError where that
// cannot be; nothing has changed then.
func (e *Engine) TakeMessage(ctx context.Context, m cti.TakeMessage) error { return e.ask(ctx, m) }

// FinishMessage says that nothing more is to be done about a message. Its error is as
// TakeMessage's.
func (e *Engine) FinishMessage(ctx context.Context, m cti.FinishMessage) error { return e.ask(ctx, m) }

// Messages lists those that nobody has finished with, the oldest first.
func (e *Engine) Messages(ctx context.Context) ([]cti.MessageView, error) {
	var all []cti.MessageView
	err := e.look(ctx, func(h *cti.Hotline) { all = h.Messages() })
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Promises lists the calls that agents have promised and that have not been made, the
// earliest first.
func (e *Engine) Promises(ctx context.Context) ([]cti.PromiseView, error) {
	var all []cti.PromiseView
	err := e.look(ctx, func(h *cti.Hotline) { all = h.Promises() })
	if err != nil {
		return nil, err
	}
	return all, nil
}

// InForce is the plan in force, and the number of its version.
func (e *Engine) InForce(ctx context.Context) (*cti.Plan, int, error) {
	var p *cti.Plan
	var version int
	err := e.look(ctx, func(h *cti.Hotline) {
		p = h.Plan()
		for _, v := range h.Versions() {
			if v.State == cti.VersionInForce {
				version = v.Version
			}
		}
	})
	if err != nil {
		return nil, 0, err
	}
	return p, version, nil
}

// PlanOf is the plan of a version that is kept, the one before the one in force where
// number is 0; nil where it is not.
func (e *Engine) PlanOf(ctx context.Context, number int) (*cti.Plan, error) {
	var p *cti.Plan
	if err := e.look(ctx, func(h *cti.Hotline) { p = h.PlanOf(number) }); err != nil {
		return nil, err
	}
	return p, nil
}

// ChangePrompt puts on record that a prompt is about to be changed.
func (e *Engine) ChangePrompt(ctx context.Context, c cti.ChangePrompt) error { return e.ask(ctx, c) }

// EraseRecord has the record of an ended call erased. The error is a *cti.RecordError where
// that cannot be; nothing has changed then.
func (e *Engine) EraseRecord(ctx context.Context, r cti.EraseRecord) error { return e.ask(ctx, r) }

// AmendRecord has the record of an ended call corrected. The error is a *cti.RecordError where
// that cannot be.
func (e *Engine) AmendRecord(ctx context.Context, r cti.AmendRecord) error { return e.ask(ctx, r) }

// Hours tells whether the callers of each line find it open, and what is closed.
func (e *Engine) Hours(ctx context.Context) ([]cti.HoursView, cti.Closures, error) {
	var v []cti.HoursView
	var closed cti.Closures
	err := e.look(ctx, func(h *cti.Hotline) {
		now := e.cfg.Switch.Now()
		v, closed = h.Hours(now), h.Closures(now)
	})
	if err != nil {
		return nil, nil, err
	}
	return v, closed, nil
}

// Caller is what is known of who calls a line from a number; see cti.Hotline.Caller.
func (e *Engine) Caller(ctx context.Context, did, number string) ([]flow.Exit, error) {
	var known []flow.Exit
	err := e.look(ctx, func(h *cti.Hotline) { known = h.Caller(e.cfg.Switch.Now(), did, number) })
	if err != nil {
		return nil, err
	}
	return known, nil
}

// ask has an input decided about and returns why it was refused. Where ctx ends before the
// loop comes to it, as while that is held up, it is not done at all.
func (e *Engine) ask(ctx context.Context, in cti.Input) error {
	reply := make(chan error, 1)
	if err := e.post(ctx, message{input: in, reply: func(err error) { reply <- err }, over: ctx.Done()}); err != nil {
		return err
	}
	select {
	case err := <-reply:
		return err
	case <-e.inbox.closed:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// EndCalls ends all calls, for the switch is about to be stopped, and returns when
// they have ended or ctx has.
func (e *Engine) EndCalls(ctx context.Context) error {
	if err := e.post(ctx, message{input: cti.Stopping{}}); err != nil {
		return err
	}
	tick := time.NewTicker(endCallsEvery)
	defer tick.Stop()
	for {
		v, err := e.View(ctx)
		if err != nil || v.Live == 0 {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// endCallsEvery is the time between two looks whether all calls have ended.
const endCallsEvery = 20 * time.Millisecond

func (e *Engine) post(ctx context.Context, m message) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !e.inbox.put(m) {
		return ErrClosed
	}
	return nil
}

// View is the hotline at one moment.
type View struct {
	Linked  bool            `json:"linked"`
	Live    int             `json:"live"`
	Waiting int             `json:"waiting"`
	Agents  []cti.AgentView `json:"agents"`
	Calls   []cti.CallView  `json:"-"`
	Queues  []cti.QueueView `json:"-"`
}

// View asks the loop for the hotline as it is now.
func (e *Engine) View(ctx context.Context) (View, error) {
	var v View
	err := e.look(ctx, func(h *cti.Hotline) {
		v = View{Linked: h.Linked(), Agents: h.Agents(), Calls: h.CallViews(), Queues: h.QueueViews()}
		v.Live, v.Waiting = h.Calls()
	})
	if err != nil {
		return View{}, err
	}
	return v, nil
}

// look lets the loop look at the hotline; where it fails, it may still be looking.
func (e *Engine) look(ctx context.Context, at func(*cti.Hotline)) error {
	doneC := make(chan struct{})
	if err := e.post(ctx, message{ask: func(h *cti.Hotline) { at(h); close(doneC) }, over: ctx.Done()}); err != nil {
		return err
	}
	select {
	case <-doneC:
		return nil
	case <-e.inbox.closed:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}
