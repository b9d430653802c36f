package journal

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/zap"

	"sansheng/cti"
)

// Options say how a journal works. The zero value of each is usable, but Engine.
type Options struct {
	// Engine names the one writer: letters, digits, - and _.
	Engine string
	// Found is Inspect's result for the server's folder, taken before it started.
	// Without it damage is not looked for and no mark is kept.
	Found *Inspection
	// Public, where given, is asked for facts that the files have lost.
	Public Public
	// Revive makes the server's store work again after it gave up writing; it
	// returns at once where the store is well. Called before a retry.
	Revive func(context.Context) error
	// Unsynced lets facts count as durable before they are on disk. It is for the
	// drill, which shows with it what is lost then.
	Unsynced bool
	// MaxBatch bounds a message's body in bytes; default 256 KiB.
	MaxBatch int
	// MaxBytes bounds the stream; 0 is unbounded. A full journal refuses, it
	// never drops old facts.
	MaxBytes int64
	// CommitTimeout is how long one write may take before it counts as failed;
	// default 2 s.
	CommitTimeout time.Duration
	// RetryMin and RetryMax bound the pause between tries; default 50 ms, 5 s.
	RetryMin, RetryMax time.Duration
	// Keep and KeepBytes: facts that are published and in a snapshot stay this
	// long, and go earlier only when the journal is larger. Default 72 h, 1 GiB.
	Keep      time.Duration
	KeepBytes int64
	// AlarmDepth is how many waiting facts raise an alarm; default 10 000.
	AlarmDepth int
	// Alarm is called from the journal's goroutine and must not block.
	Alarm   func(Alarm)
	Metrics *Metrics
	Log     *zap.Logger
}

// Public is where facts were published and may be found again.
type Public interface {
	// Facts returns what it has of an engine's facts from one sequence to
	// another, in order; to 0 is without end.
	Facts(ctx context.Context, engine string, from, to uint64) ([]Entry, error)
}

// Journal is an open journal. Its methods are safe for use by many goroutines.
type Journal struct {
	opts Options
	js   jetstream.JetStream
	strm jetstream.Stream
	mark *mark
	log  *zap.Logger
	rep  Report

	mu     sync.Mutex // protects queue, closed, notify
	queue  []batch
	closed bool
	notify chan struct{} // closed and replaced when durable rises
	wakeC  chan struct{} // one slot: the queue is not empty, or closing

	depth    atomic.Int64
	durable  atomic.Uint64
	relayed  atomic.Uint64
	snapshot atomic.Uint64 // the older of the two kept snapshots
	trimC    chan struct{}
	stopped  chan struct{}
	cancel   context.CancelFunc
	ctx      context.Context // ends the goroutines beside the writer
	wg       sync.WaitGroup
	closeErr error // written by the writer before stopped is closed, then under closeOnce

	closeOnce sync.Once

	w writer
}

var engineName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (o *Options) defaults() error {
	if !engineName.MatchString(o.Engine) {
		return fmt.Errorf("open journal: engine name %q is not of letters, digits, - and _", o.Engine)
	}
	set := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	set(&o.CommitTimeout, 2*time.Second)
	set(&o.RetryMin, 50*time.Millisecond)
	set(&o.RetryMax, 5*time.Second)
	set(&o.Keep, 72*time.Hour)
	if o.MaxBatch <= 0 {
		o.MaxBatch = 256 << 10
	}
	if o.KeepBytes <= 0 {
		o.KeepBytes = 1 << 30
	}
	if o.AlarmDepth <= 0 {
		o.AlarmDepth = 10_000
	}
	if o.Metrics == nil {
		o.Metrics = NewMetrics()
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.Found == nil {
		o.Found = &Inspection{}
	}
	return nil
}

// Open opens an engine's journal on a connection to the server that holds it,
// writing it anew first where the inspection asks for that. A loss is no error
// here: see Report.
func Open(ctx context.Context, js jetstream.JetStream, opts Options) (*Journal, error) {
	if err := opts.defaults(); err != nil {
		return nil, err
	}
	if o := opts.Found.Engine; o != "" && o != opts.Engine {
		return nil, &OwnerError{Owner: o, Engine: opts.Engine}
	}
	j := &Journal{
		opts: opts, js: js, log: opts.Log.Named("journal"),
		notify: make(chan struct{}), wakeC: make(chan struct{}, 1),
		trimC: make(chan struct{}, 1), stopped: make(chan struct{}),
	}
	if err := j.openStream(ctx); err != nil {
		return nil, err
	}
	if err := j.openMark(); err != nil {
		return nil, err
	}
	if err := j.recover(ctx); err != nil {
		return nil, errors.Join(err, j.mark.close())
	}
	if err := j.markFirst(ctx); err != nil {
		return nil, errors.Join(err, j.mark.close())
	}
	j.ctx, j.cancel = context.WithCancel(context.WithoutCancel(ctx))
	j.wg.Go(j.trimmer)
	go j.write()
	return j, nil
}

func (j *Journal) openStream(ctx context.Context) error {
	maxBytes := j.opts.MaxBytes
	if maxBytes <= 0 {
		maxBytes = -1
	}
	persist := jetstream.DefaultPersistMode
	if j.opts.Unsynced {
		persist = jetstream.AsyncPersistMode
	}
	s, err := j.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		PersistMode: persist,
		Name:        Stream,
		Description: "The engine's facts, in order; the truth. Written by the engine only.",
		Subjects:    []string{subjectPrefix + "*"},
		Storage:     jetstream.FileStorage,
		Replicas:    1,
		Retention:   jetstream.LimitsPolicy,
		Discard:     jetstream.DiscardNew,
		MaxBytes:    maxBytes,
		DenyDelete:  true,
		AllowDirect: true,
	})
	if err != nil {
		return fmt.Errorf("open journal stream: %w", err)
	}
	j.strm = s
	return nil
}

func (j *Journal) openMark() error {
	in := j.opts.Found
	v := in.mark
	v.Engine = j.opts.Engine
	v.Last = max(v.Last, in.Last)
	if in.storeDir == "" {
		j.mark = &mark{value: v}
		return nil
	}
	m, err := openMark(filepath.Join(in.storeDir, markFile), v)
	j.mark = m
	return err
}

// markFirst notes where the journal begins, for a mark that does not say so.
func (j *Journal) markFirst(ctx context.Context) error {
	if j.mark.value.First > 0 {
		return nil
	}
	first := uint64(1)
	info, err := j.strm.Info(ctx)
	if err != nil {
		return fmt.Errorf("look at journal: %w", err)
	}
	if info.State.Msgs > 0 {
		m, err := j.strm.GetMsg(ctx, info.State.FirstSeq)
		if err != nil {
			return fmt.Errorf("read journal's first message: %w", err)
		}
		r, err := runOf(m.Header.Get)
		if err != nil {
			return &CorruptError{StreamSeq: m.Sequence, Err: err}
		}
		first = r.From
	}
	return j.mark.update(func(v *markValue) { v.First = first })
}

// Append hands facts to the writer and returns at once. They must follow the
// last ones without a gap and must not be changed afterwards. done, which may
// be nil, is called once: with nil when they are durable, with a *DelayedError
// when they are still being tried, with another error when they never will be
// written.
func (j *Journal) Append(facts []cti.Fact, done func(error)) {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		if done != nil {
			go done(ErrClosed)
		}
		return
	}
	j.queue = append(j.queue, batch{facts: facts, done: done, at: time.Now()})
	j.depth.Add(int64(len(facts)))
	j.mu.Unlock()
	j.wake()
}

func (j *Journal) wake() {
	select {
	case j.wakeC <- struct{}{}:
	default:
	}
}

// Depth is how many facts wait to become durable.
func (j *Journal) Depth() int { return int(j.depth.Load()) }

// Last is the highest fact sequence ever used: durable, or known to be lost.
// The next fact appended has Last()+1, once all before are durable.
func (j *Journal) Last() uint64 { return j.durable.Load() }

// Wait returns when the fact is durable.
func (j *Journal) Wait(ctx context.Context, seq uint64) error {
	for {
		j.mu.Lock()
		c := j.notify
		j.mu.Unlock()
		if j.durable.Load() >= seq {
			return nil
		}
		select {
		case <-c:
		case <-j.stopped:
			if j.durable.Load() >= seq {
				return nil
			}
			return ErrClosed
		case <-ctx.Done():
			return fmt.Errorf("wait for fact %d: %w", seq, context.Cause(ctx))
		}
	}
}

// Engine is the engine whose journal this is.
func (j *Journal) Engine() string { return j.opts.Engine }

// Close writes what still waits, with one try where the disk fails, and stops.
// The error says how many facts could not be written. It may be called again.
func (j *Journal) Close() error {
	j.mu.Lock()
	j.closed = true
	j.mu.Unlock()
	j.wake()
	<-j.stopped
	j.closeOnce.Do(func() {
		j.cancel()
		j.wg.Wait()
		j.closeErr = errors.Join(j.closeErr, j.mark.close())
	})
	return j.closeErr
}
