package bus

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/cti/bus/internal/stream"
	"sansheng/cti/bus/journal"
)

// Alarms of a relay.
const (
	// AlarmRelay: facts cannot be published; they wait in the journal.
	AlarmRelay journal.AlarmKind = "relay"
	// AlarmAhead: HOTLINE holds facts of this engine that its journal does not:
	// the journal lost them while HOTLINE could not be asked. The relay stops; a
	// restart takes them over.
	AlarmAhead journal.AlarmKind = "relay_ahead"
)

// RelayOptions say how a relay works.
type RelayOptions struct {
	// RetryMin and RetryMax bound the pause between tries; default 100 ms, 10 s.
	RetryMin, RetryMax time.Duration
	// Blind publishes again whatever was not acknowledged, without looking whether
	// it is there. It is for the drill, which shows with it what comes twice then.
	Blind bool
	// Alarm is called from the relay's goroutine and must not block.
	Alarm   func(journal.Alarm)
	Metrics *RelayMetrics
	Log     *zap.Logger
}

// RelayMetrics are a relay's figures.
type RelayMetrics struct {
	prometheus.Collector
	Lag       prometheus.Gauge
	Published prometheus.Counter
	Retries   prometheus.Counter
}

// NewRelayMetrics makes the figures, not yet registered.
func NewRelayMetrics() *RelayMetrics {
	own := prometheus.NewRegistry()
	with := promauto.With(own)
	return &RelayMetrics{
		Collector: own,
		Lag: with.NewGauge(prometheus.GaugeOpts{
			Name: "sansheng_relay_lag_facts", Help: "Facts in the journal that are not yet in HOTLINE."}),
		Published: with.NewCounter(prometheus.CounterOpts{
			Name: "sansheng_relay_facts_total", Help: "Facts published to HOTLINE."}),
		Retries: with.NewCounter(prometheus.CounterOpts{
			Name: "sansheng_relay_retries_total", Help: "Publishing that failed and was tried again."}),
	}
}

// Relay publishes a journal's facts to HOTLINE until it is closed.
type Relay struct {
	j      *journal.Journal
	p      *Public
	x      *Publisher
	opts   RelayOptions
	log    *zap.Logger
	last   atomic.Uint64
	mu     sync.Mutex    // protects notify
	notify chan struct{} // closed and replaced when last rises
	cancel context.CancelFunc
	done   chan struct{}
}

// StartRelay starts publishing after the last of the engine's facts in HOTLINE.
func StartRelay(j *journal.Journal, p *Public, opts RelayOptions) *Relay {
	if opts.RetryMin <= 0 {
		opts.RetryMin = 100 * time.Millisecond
	}
	if opts.RetryMax <= 0 {
		opts.RetryMax = 10 * time.Second
	}
	if opts.Metrics == nil {
		opts.Metrics = NewRelayMetrics()
	}
	if opts.Log == nil {
		opts.Log = zap.NewNop()
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &Relay{
		j: j, p: p, x: p.Publisher(j.Engine()), opts: opts, log: opts.Log.Named("relay"),
		notify: make(chan struct{}), cancel: cancel, done: make(chan struct{}),
	}
	r.x.blind = opts.Blind
	go r.run(ctx)
	return r
}

// Published is the last fact known to be in HOTLINE.
func (r *Relay) Published() uint64 { return r.last.Load() }

// Wait returns when the fact is in HOTLINE.
func (r *Relay) Wait(ctx context.Context, seq uint64) error {
	for {
		r.mu.Lock()
		c := r.notify
		r.mu.Unlock()
		if r.last.Load() >= seq {
			return nil
		}
		select {
		case <-c:
		case <-ctx.Done():
			return fmt.Errorf("wait for fact %d in %s: %w", seq, Stream, context.Cause(ctx))
		}
	}
}

// Close stops the relay. What is not published stays in the journal.
func (r *Relay) Close() {
	r.cancel()
	<-r.done
}

// run keeps the relay going whatever fails.
func (r *Relay) run(ctx context.Context) {
	defer close(r.done)
	pause, failing := time.Duration(0), false
	for ctx.Err() == nil {
		err := r.follow(ctx, func() {
			if failing {
				failing = false
				r.alarm(AlarmRelay, false, nil)
				r.log.Info("facts are published again")
			}
			pause = 0
		})
		if ctx.Err() != nil {
			break
		}
		if err == nil { // ahead: only a restart helps
			<-ctx.Done()
			break
		}
		r.opts.Metrics.Retries.Inc()
		if !failing {
			failing = true
			r.alarm(AlarmRelay, true, err)
			r.log.Warn("facts not published; they wait in the journal", zap.Error(err))
		}
		pause = min(max(2*pause, r.opts.RetryMin), r.opts.RetryMax)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
			if r.p.revive != nil {
				if err := r.p.revive(ctx); err != nil {
					r.log.Debug("store not revived", zap.Error(err))
				}
			}
		}
	}
	// The position is only a hint, but a fresh one makes the next start quick.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if r.p.nc.IsConnected() {
		r.x.save(ctx, true)
	}
}

// follow publishes from where HOTLINE ends until something fails.
func (r *Relay) follow(ctx context.Context, well func()) error {
	last, err := r.x.Last(ctx)
	if err != nil {
		return err
	}
	if have := r.j.Last(); last > have {
		err := fmt.Errorf("%s holds fact %d of engine %s, the journal ends at %d", Stream, last, r.j.Engine(), have)
		r.log.Error("journal is behind what it published", zap.Error(err))
		r.alarm(AlarmAhead, true, err)
		return nil
	}
	r.advance(last)
	if last >= r.j.Last() { // else it is well once something has been published
		well()
	}
	ctx, cancel := context.WithCancelCause(ctx)
	entriesC := make(chan []journal.Entry, 64)
	reader := make(chan struct{})
	go func() {
		defer close(reader)
		cancel(r.read(ctx, last, entriesC))
	}()
	defer func() {
		cancel(nil)
		<-reader
	}()
	for {
		msgs, err := r.gather(ctx, entriesC)
		if err != nil {
			return err
		}
		before := r.x.last
		last, err := r.x.Publish(ctx, msgs)
		if last > before {
			r.opts.Metrics.Published.Add(float64(last - before))
		}
		r.advance(last)
		if err != nil {
			return err
		}
		well()
	}
}

// read gives the journal's facts to c until something fails.
func (r *Relay) read(ctx context.Context, after uint64, c chan<- []journal.Entry) error {
	t := r.j.Tail(after)
	defer t.Close()
	for {
		es, err := t.Next(ctx)
		if err != nil {
			return err
		}
		if len(es) == 0 {
			continue
		}
		select {
		case c <- es:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// gatherFor is how long facts are gathered for one publishing: what a call does
// in a moment goes out together, and not in the moment in which the engine acts.
const gatherFor = 5 * time.Millisecond

// gather waits for facts and takes what comes with them, up to a window.
func (r *Relay) gather(ctx context.Context, c <-chan []journal.Entry) ([]Message, error) {
	var msgs []Message
	var overC <-chan time.Time
	for len(msgs) < windowMax {
		select {
		case es := <-c:
			msgs = r.messages(msgs, es)
			if overC == nil {
				overC = time.After(gatherFor)
			}
		case <-overC:
			return msgs, nil
		case <-ctx.Done():
			if err := context.Cause(ctx); !stream.IsEnd(err) {
				return nil, err
			}
			return nil, fmt.Errorf("relay: %w", context.Cause(ctx))
		}
	}
	return msgs, nil
}

// envelope is as much of a fact as its subject needs.
type envelope struct {
	ID      string        `json:"id"`
	Engine  string        `json:"engine"`
	Kind    cti.Kind      `json:"kind"`
	Company cti.CompanyID `json:"company"`
	Call    cti.CallID    `json:"call"`
	Agent   cti.AgentID   `json:"agent"`
}

func (r *Relay) messages(msgs []Message, es []journal.Entry) []Message {
	for _, e := range es {
		var v envelope
		if err := json.Unmarshal(e.JSON, &v); err != nil {
			// Published all the same, where an operator finds it.
			r.log.Error("fact undecodable", zap.Uint64("seq", e.Seq), zap.Error(err))
			v = envelope{Engine: r.j.Engine(), Kind: "engine.undecodable"}
		}
		if v.ID == "" {
			v.ID = fmt.Sprintf("%s-%d", r.j.Engine(), e.Seq)
		}
		f := cti.Fact{Engine: v.Engine, Kind: v.Kind, Company: v.Company, Call: v.Call, Agent: v.Agent}
		msgs = append(msgs, Message{Subject: Subject(&f), ID: v.ID, Seq: e.Seq, Data: e.JSON})
	}
	return msgs
}

func (r *Relay) advance(last uint64) {
	if have := r.j.Last(); have >= last {
		r.opts.Metrics.Lag.Set(float64(have - last))
	}
	if last <= r.last.Load() && last > 0 {
		return
	}
	r.j.SetRelayed(last)
	r.mu.Lock()
	r.last.Store(last)
	close(r.notify)
	r.notify = make(chan struct{})
	r.mu.Unlock()
}

func (r *Relay) alarm(kind journal.AlarmKind, raised bool, err error) {
	if r.opts.Alarm != nil {
		r.opts.Alarm(journal.Alarm{Kind: kind, Raised: raised, At: time.Now(), Err: err})
	}
}
