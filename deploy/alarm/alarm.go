// Package alarm is the hotline's alarms: which there are, which stand, and who
// is told. Each has a name, a cause and a section in deploy/RUNBOOK.md that says
// what to do; a test holds the table here and the runbook equal.
//
// # Ownership and order
//
// A Board is shared by all parts of a process. Set may be called from any
// goroutine, as often as one likes: only a change is told, and it never waits
// for anybody. Changes are told in the order in which they happened, to the log,
// to whoever asked by OnChange, and to the webhook, one after the other.
//
// # Failure
//
// A webhook that does not answer is tried again with growing pauses. What waits
// for it is bounded: a change that is old or one too many is forgotten where a
// newer one of the same alarm waits too, so that the last word about each alarm
// arrives however long the receiver was away. A receiver that refuses a change
// (4xx, or a redirect, which is not followed) has had its say. With a File the
// next process ends the alarms of one that died.
package alarm

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// Severity says how fast somebody must look.
type Severity string

// Severities.
const (
	// Page: callers are hurt, or the next fault hurts them. Somebody comes now.
	Page Severity = "page"
	// Warn: somebody looks on the same day.
	Warn Severity = "warn"
)

// Kind is an alarm that there is.
type Kind struct {
	Name     string
	Severity Severity
	// Means is what stands when it is raised, in one sentence.
	Means string
}

// Advice names the section of the runbook that says what to do.
func (k Kind) Advice() string { return "deploy/RUNBOOK.md#" + k.Name }

// Alarm is a change: an alarm that rose or ended.
type Alarm struct {
	Name   string `json:"name"`
	Source string `json:"source"` // the process that says so
	Raised bool   `json:"raised"` // false: it is over
	// At is when it rose or ended, by this machine's clock.
	At       time.Time `json:"at"`
	Cause    string    `json:"cause,omitempty"`
	Severity Severity  `json:"severity"`
	// Means is what the alarm says about the hotline, Advice where to read on.
	Means  string `json:"means"`
	Advice string `json:"advice"`
}

// Options say how a board works.
type Options struct {
	// Source names this process in every alarm.
	Source string
	// Webhook is the URL each change is posted to as JSON; empty: none.
	Webhook string
	// File remembers which alarms stand, so that a restarted process ends those
	// it does not raise again; empty: none.
	File string
	Log  *zap.Logger

	// RetryMin and RetryMax bound the pause between two tries; default 500 ms, 30 s.
	RetryMin, RetryMax time.Duration
	// Patience is how long a change that a newer one has overtaken is tried;
	// default 10 min.
	Patience time.Duration
}

// Board holds which alarms stand. It is a prometheus.Collector.
type Board struct {
	opts   Options
	log    *zap.Logger
	raised *prometheus.GaugeVec
	raises *prometheus.CounterVec

	mu       sync.Mutex
	standing map[string]Alarm
	watchers []func(Alarm)

	told     *line
	changedC chan struct{} // has one in it while the file is behind
	keptC    chan struct{} // closed when the last change has been told and written down
	posted   *poster       // nil without a webhook
}

// NewBoard makes a board with no alarm raised.
func NewBoard(opts Options) *Board {
	if opts.Log == nil {
		opts.Log = zap.NewNop()
	}
	if opts.RetryMin <= 0 {
		opts.RetryMin = 500 * time.Millisecond
	}
	if opts.RetryMax <= 0 {
		opts.RetryMax = 30 * time.Second
	}
	if opts.Patience <= 0 {
		opts.Patience = 10 * time.Minute
	}
	b := &Board{
		opts: opts, log: opts.Log, standing: map[string]Alarm{}, told: newLine(), changedC: make(chan struct{}, 1), keptC: make(chan struct{}),
		raised: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "sansheng_alarm", Help: "1 while the alarm of this name stands; deploy/RUNBOOK.md says what to do."}, []string{"alarm"}),
		raises: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sansheng_alarm_raises_total", Help: "Times an alarm of this name rose."}, []string{"alarm"}),
	}
	for _, k := range Kinds {
		b.raised.WithLabelValues(k.Name)
		b.raises.WithLabelValues(k.Name)
	}
	if opts.Webhook != "" {
		b.posted = newPoster(opts)
	}
	b.endOld()
	go b.tell()
	go b.keep()
	return b
}

// endOld ends what a process before this one left standing.
func (b *Board) endOld() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.recall() {
		a.Raised, a.At, a.Cause = false, time.Now(), "the process was started anew; what still stands rises again"
		b.push(a)
	}
}

// Set raises an alarm, with its cause, or ends it, with nil. An alarm that
// stands keeps its first cause.
func (b *Board) Set(name string, cause error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, stands := b.standing[name]; stands == (cause != nil) {
		return
	}
	kind, known := KindOf(name)
	if !known {
		b.log.Error("an alarm that is not in the table", zap.String("alarm", name))
	}
	a := Alarm{
		Name: name, Source: b.opts.Source, Raised: cause != nil, At: time.Now(),
		Severity: kind.Severity, Means: kind.Means, Advice: kind.Advice(),
	}
	if cause == nil {
		delete(b.standing, name)
		b.raised.WithLabelValues(name).Set(0)
	} else {
		a.Cause = cause.Error()
		b.standing[name] = a
		b.raised.WithLabelValues(name).Set(1)
		b.raises.WithLabelValues(name).Inc()
	}
	b.push(a)
}

// push hands a change to those who tell it. The caller holds mu.
func (b *Board) push(a Alarm) {
	b.told.push(a)
	if b.posted != nil {
		b.posted.line.push(a)
	}
}

// Raised returns the alarms that stand, the oldest first.
func (b *Board) Raised() []Alarm {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]Alarm, 0, len(b.standing))
	for _, a := range b.standing {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Alarm) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

// OnChange has f called with each change from now on, in order, from one
// goroutine of the board. While f is at work later changes wait for it.
func (b *Board) OnChange(f func(Alarm)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.watchers = append(b.watchers, f)
}

// tell logs each change, calls the watchers and has what stands written down.
func (b *Board) tell() {
	defer close(b.changedC)
	for {
		a, ok := b.told.next(context.Background())
		if !ok {
			return
		}
		b.told.done()
		if a.Raised {
			b.log.Error("alarm", zap.String("alarm", a.Name), zap.String("cause", a.Cause), zap.String("advice", a.Advice))
		} else {
			b.log.Info("alarm over", zap.String("alarm", a.Name))
		}
		b.mu.Lock()
		watchers := slices.Clone(b.watchers)
		b.mu.Unlock()
		for _, f := range watchers {
			f(a)
		}
		select {
		case b.changedC <- struct{}{}:
		default: // it is about to be written anyway
		}
	}
}

// Close tells what is still to be told until ctx ends. Alarms that stand go on
// standing: the process ends, not what is wrong. Changes after Close are not told.
func (b *Board) Close(ctx context.Context) error {
	b.told.close()
	if b.posted != nil {
		b.posted.line.close()
	}
	select {
	case <-b.keptC:
	case <-ctx.Done():
	}
	if b.posted != nil {
		return b.posted.end(ctx)
	}
	return nil
}

// Describe implements prometheus.Collector.
func (b *Board) Describe(c chan<- *prometheus.Desc) { prometheus.DescribeByCollect(b, c) }

// Collect implements prometheus.Collector.
func (b *Board) Collect(c chan<- prometheus.Metric) {
	b.raised.Collect(c)
	b.raises.Collect(c)
	if b.posted != nil {
		b.posted.posts.Collect(c)
	}
}
