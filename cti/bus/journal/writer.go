package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/zap"

	"sansheng/cti"
)

// batch is one Append.
type batch struct {
	facts []cti.Fact
	done  func(error)
	at    time.Time
}

// waiter is a done function and the fact it waits for.
type waiter struct {
	last uint64
	err  error // known when it was appended
	done func(error)
	at   time.Time
}

// writer is the state of the writer's goroutine, touched by no other after Open.
type writer struct {
	units   []Entry  // encoded, not yet durable
	waiters []waiter // in order
	tail    uint64   // last fact in units, or durable
	lseq    uint64   // the stream's last sequence
	failed  error
	since   time.Time
	pause   time.Duration
	deep    bool
}

const errWrongLastSequence jetstream.ErrorCode = 10071

// write is the writer's goroutine.
func (j *Journal) write() {
	defer close(j.stopped)
	for {
		closing := j.collect(len(j.w.units) == 0)
		if len(j.w.units) == 0 {
			j.settle()
			if closing {
				return
			}
			continue
		}
		n := fit(j.w.units, j.opts.MaxBatch)
		err := j.commit(n)
		switch {
		case err == nil:
			j.settle()
		case errors.Is(err, ErrFenced):
			j.fence(err)
			return
		default:
			j.delay(err)
			if closing {
				j.closeErr = fmt.Errorf("close journal: %d facts from %d on not written: %w", len(j.w.units), j.w.units[0].Seq, err)
				return
			}
			j.rest()
		}
	}
}

// collect takes the queue over; with wait it blocks until there is something.
func (j *Journal) collect(wait bool) (closing bool) {
	for {
		j.mu.Lock()
		queue := j.queue
		j.queue, closing = nil, j.closed
		j.mu.Unlock()
		for _, b := range queue {
			j.take(b)
		}
		if len(queue) > 0 || closing || !wait {
			break
		}
		<-j.wakeC
	}
	j.measure()
	return closing
}

// measure tells how many facts wait.
func (j *Journal) measure() {
	depth := j.Depth()
	j.opts.Metrics.Depth.Set(float64(depth))
	if deep := depth > j.opts.AlarmDepth; deep != j.w.deep {
		j.w.deep = deep
		j.alarm(AlarmDepth, deep, nil)
	}
}

// take checks and encodes one Append.
func (j *Journal) take(b batch) {
	es, err := j.encode(b.facts)
	if err != nil {
		j.depth.Add(-int64(len(b.facts)))
		j.log.Error("facts refused", zap.Error(err))
	} else if len(es) > 0 {
		j.w.units = append(j.w.units, es...)
		j.w.tail = es[len(es)-1].Seq
	}
	j.w.waiters = append(j.w.waiters, waiter{last: j.w.tail, err: err, done: b.done, at: b.at})
	if j.w.failed != nil {
		j.settle()
	}
}

func (j *Journal) encode(facts []cti.Fact) ([]Entry, error) {
	es := make([]Entry, len(facts))
	for i := range facts {
		f := &facts[i]
		want := j.w.tail + uint64(i) + 1
		if f.Seq != want || f.Engine != j.opts.Engine {
			return nil, &SequenceError{Engine: f.Engine, Want: want, Got: f.Seq}
		}
		b, err := json.Marshal(f)
		if err != nil {
			return nil, fmt.Errorf("encode fact %d: %w", f.Seq, err)
		}
		es[i] = Entry{Seq: f.Seq, JSON: b}
	}
	return es, nil
}

// fit is how many entries go into one message: at least one.
func fit(es []Entry, limit int) int {
	size := 2
	for i, e := range es {
		if size += len(e.JSON) + 1; size > limit && i > 0 {
			return i
		}
	}
	return len(es)
}

// commit makes the first n units durable in one message.
func (j *Journal) commit(n int) error {
	es := j.w.units[:n]
	if err := j.publish(message(j.opts.Engine, es), es[n-1].Seq); err != nil {
		return err
	}
	j.opts.Metrics.Batch.Observe(float64(n))
	return nil
}

// publish writes one message after the last and takes note of it.
func (j *Journal) publish(m *nats.Msg, last uint64) error {
	ctx, cancel := context.WithTimeout(context.Background(), j.opts.CommitTimeout)
	defer cancel()
	ack, err := j.js.PublishMsg(ctx, m, jetstream.WithExpectLastSequence(j.w.lseq), jetstream.WithRetryAttempts(0))
	if err != nil {
		var api *jetstream.APIError
		if errors.As(err, &api) && api.ErrorCode == errWrongLastSequence {
			return j.resolve(err)
		}
		return fmt.Errorf("write journal: %w", err)
	}
	j.advance(ack.Sequence, last)
	return nil
}

// advance takes note that everything up to last is durable.
func (j *Journal) advance(lseq, last uint64) {
	j.w.lseq = lseq
	before := j.durable.Load()
	i, _ := slices.BinarySearchFunc(j.w.units, last+1, func(e Entry, seq uint64) int {
		switch {
		case e.Seq < seq:
			return -1
		case e.Seq > seq:
			return 1
		}
		return 0
	})
	clear(j.w.units[:i])
	if j.w.units = j.w.units[i:]; len(j.w.units) == 0 {
		j.w.units = nil
	}
	j.depth.Add(-int64(i))
	j.measure()
	j.w.tail = max(j.w.tail, last)
	if last <= before {
		return
	}
	j.opts.Metrics.Facts.Add(float64(i))
	if err := j.mark.update(func(v *markValue) { v.Last = max(v.Last, last) }); err != nil {
		j.log.Warn("journal mark not written", zap.Error(err))
	}
	j.mu.Lock()
	j.durable.Store(last)
	close(j.notify)
	j.notify = make(chan struct{})
	j.mu.Unlock()
}

// resolve finds out why the stream's last sequence is not the one expected: an
// earlier try was stored after all, the store was repaired, or a stranger wrote.
func (j *Journal) resolve(cause error) error {
	ctx, cancel := context.WithTimeout(context.Background(), j.opts.CommitTimeout)
	defer cancel()
	lseq, r, err := j.lastRun(ctx)
	if err != nil {
		return err
	}
	durable := j.durable.Load()
	switch {
	case r.To > j.w.tail:
		return fmt.Errorf("%w: it holds fact %d, ours end at %d", ErrFenced, r.To, j.w.tail)
	case r.To > durable && r.From != durable+1:
		return fmt.Errorf("%w: facts %s, expected from %d", ErrFenced, r.Range, durable+1)
	case r.To < durable:
		return j.lostWhileOpen(lseq, Range{r.To + 1, durable})
	case lseq == j.w.lseq:
		return fmt.Errorf("write journal: %w", cause)
	}
	j.advance(lseq, r.To)
	return nil
}

// lostWhileOpen: the server repaired its files under us and acknowledged facts
// are gone. They are written down as lost; Open may find them in the public
// stream later.
func (j *Journal) lostWhileOpen(lseq uint64, lost Range) error {
	j.w.lseq = lseq
	err := &LossError{Engine: j.opts.Engine, Lost: []Range{lost}, Aside: "no file: lost while open"}
	j.log.Error("journal lost facts", zap.Error(err))
	j.opts.Metrics.Lost.Add(float64(lost.To - lost.From + 1))
	j.alarm(AlarmLoss, true, err)
	return j.publish(lostMessage(j.opts.Engine, lost), lost.To)
}

// lastRun asks the server for its last message. A journal without messages has
// the run 0 to 0.
func (j *Journal) lastRun(ctx context.Context) (lseq uint64, r run, err error) {
	info, err := j.strm.Info(ctx)
	if err != nil {
		return 0, run{}, fmt.Errorf("look at journal: %w", err)
	}
	lseq = info.State.LastSeq
	if info.State.Msgs == 0 {
		return lseq, run{}, nil
	}
	m, err := j.strm.GetLastMsgForSubject(ctx, subjectPrefix+"*")
	if err != nil {
		return 0, run{}, fmt.Errorf("read journal's last message: %w", err)
	}
	if m.Subject != subjectPrefix+j.opts.Engine {
		return 0, run{}, fmt.Errorf("%w: subject %s", ErrFenced, m.Subject)
	}
	if r, err = runOf(m.Header.Get); err != nil {
		return 0, run{}, &CorruptError{StreamSeq: m.Sequence, Err: err}
	}
	return lseq, r, nil
}

// settle calls the done functions whose turn it is.
func (j *Journal) settle() {
	durable := j.durable.Load()
	if j.w.failed != nil && len(j.w.units) == 0 {
		j.w.failed, j.w.pause = nil, 0
		j.alarm(AlarmWrite, false, nil)
	}
	for len(j.w.waiters) > 0 {
		w := j.w.waiters[0]
		err := w.err
		if err == nil && w.last > durable {
			if j.w.failed == nil {
				return
			}
			err = &DelayedError{Since: j.w.since, Err: j.w.failed}
		}
		if err == nil {
			j.opts.Metrics.Commit.Observe(time.Since(w.at).Seconds())
		}
		j.w.waiters = j.w.waiters[1:]
		if w.done != nil {
			w.done(err)
		}
	}
	j.w.waiters = nil
}

// delay takes note of a failed write.
func (j *Journal) delay(err error) {
	j.opts.Metrics.Retries.Inc()
	first := j.w.failed == nil
	j.w.failed = err
	if first {
		j.w.since = time.Now()
		j.log.Error("journal cannot write; facts wait in memory", zap.Error(err), zap.Int("facts", j.Depth()))
		j.alarm(AlarmWrite, true, err)
	}
	j.settle()
}

// rest pauses before the next try, taking in what is appended meanwhile.
func (j *Journal) rest() {
	j.w.pause = min(max(2*j.w.pause, j.opts.RetryMin), j.opts.RetryMax)
	timer := time.NewTimer(j.w.pause)
	defer timer.Stop()
	for {
		select {
		case <-j.wakeC:
			if j.collect(false) {
				return
			}
		case <-timer.C:
			if j.opts.Revive == nil {
				return
			}
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			if err := j.opts.Revive(ctx); err != nil {
				j.log.Debug("store not revived", zap.Error(err))
			}
			return
		}
	}
}

// fence stops for good: nothing that waits will ever be written.
func (j *Journal) fence(err error) {
	j.log.Error("journal fenced", zap.Error(err))
	j.alarm(AlarmFenced, true, err)
	j.mu.Lock()
	j.closed = true
	queue := j.queue
	j.queue = nil
	j.mu.Unlock()
	j.closeErr = err
	for _, w := range j.w.waiters {
		if w.done != nil {
			w.done(err)
		}
	}
	for _, b := range queue {
		if b.done != nil {
			b.done(err)
		}
	}
}

func (j *Journal) alarm(kind AlarmKind, raised bool, err error) {
	if j.opts.Alarm != nil {
		j.opts.Alarm(Alarm{Kind: kind, Raised: raised, At: time.Now(), Err: err, Depth: j.Depth()})
	}
}
