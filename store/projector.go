package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/store/internal/sql"
)

// ProjectorConfig tunes a projector. The zero value is good.
type ProjectorConfig struct {
	// Batch is how many messages one transaction takes at most; 0 means 256.
	Batch int
	// Gather is how long a transaction waits for more messages; 0 means 25 ms.
	Gather time.Duration
	// Pause is the first wait after a failure, doubled up to MaxPause; 0 means
	// 50 ms and 5 s.
	Pause    time.Duration
	MaxPause time.Duration
	// Timeout bounds one transaction, so that a dead connection is noticed; 0
	// means 30 s.
	Timeout time.Duration
}

// ProjectorStats is what a projector has done since it was made.
type ProjectorStats struct {
	// Position is that of the last message whose rows are committed.
	Position uint64
	// Facts were projected, Duplicates met again, Ignored of a kind this program
	// does not keep, DeadLetters put aside, Late for a call already closed.
	Facts, Duplicates, Ignored, DeadLetters, Late uint64
	// Missing is how many numbers of engines' sequences were jumped over.
	Missing int64
	// Retries counts transactions that failed and were tried again.
	Retries uint64
	// Failing is the error of a retry under way, nil when all is well.
	Failing error
}

// Projector turns a journal's facts into rows, each once. See the package
// comment for its promises.
type Projector struct {
	s   *Store
	src Source
	cfg ProjectorConfig

	// mu guards the fields below.
	mu    sync.Mutex
	stats ProjectorStats
	// changedC is closed, and replaced, whenever stats change.
	changedC chan struct{}
	running  atomic.Bool
}

// Projector makes a projector of a journal; Run starts it.
func (s *Store) Projector(src Source, cfg ProjectorConfig) *Projector {
	if cfg.Batch == 0 {
		cfg.Batch = 256
	}
	if cfg.Gather == 0 {
		cfg.Gather = 25 * time.Millisecond
	}
	if cfg.Pause == 0 {
		cfg.Pause = 50 * time.Millisecond
	}
	if cfg.MaxPause == 0 {
		cfg.MaxPause = 5 * time.Second
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	return &Projector{s: s, src: src, cfg: cfg, changedC: make(chan struct{})}
}

// Replay projects facts in memory and returns when all are rows. name stands
// for the journal; facts already projected from it, or from any other, count
// once.
func (s *Store) Replay(ctx context.Context, name string, facts ...cti.Fact) error {
	src, err := Facts(name, facts...)
	if err != nil {
		return err
	}
	return s.Projector(src, ProjectorConfig{}).Run(ctx)
}

// Stats is what the projector has done so far.
func (p *Projector) Stats() ProjectorStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// WaitFor returns when everything up to a position of the journal is in the
// database.
func (p *Projector) WaitFor(ctx context.Context, position uint64) error {
	err := p.wait(ctx, func(s ProjectorStats) bool { return s.Position >= position })
	if err != nil {
		return fmt.Errorf("wait for position %d: %w", position, err)
	}
	return nil
}

func (p *Projector) wait(ctx context.Context, until func(ProjectorStats) bool) error {
	for {
		p.mu.Lock()
		reached, changedC := until(p.stats), p.changedC
		p.mu.Unlock()
		if reached {
			return nil
		}
		select {
		case <-changedC:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// changed tells the waiting that stats are new. mu is held.
func (p *Projector) changed() {
	close(p.changedC)
	p.changedC = make(chan struct{})
}

// Run projects until its context ends, or until a Source that ends (io.EOF)
// has been projected whole; both are no error. It outlives every failure of the
// database and of the journal. A second Run at the same time is refused.
func (p *Projector) Run(ctx context.Context) error {
	if !p.running.CompareAndSwap(false, true) {
		return errors.New("run projector: it runs already")
	}
	defer p.running.Store(false)
	var pause pauses
	for {
		moved := p.Stats().Position
		err := p.follow(ctx)
		if ctx.Err() != nil || errors.Is(err, io.EOF) {
			p.failing(nil)
			return nil
		}
		if p.Stats().Position > moved {
			pause = pauses{}
		}
		p.failing(err)
		p.s.log.Warn("journal unreadable, trying again", zap.Error(err))
		if !pause.wait(ctx, p.cfg) {
			return nil
		}
	}
}

// follow reads the journal from the committed position until it breaks.
func (p *Projector) follow(ctx context.Context) error {
	name := p.src.Name()
	var place Place
	err := p.insist(ctx, nil, func(ctx context.Context) (err error) {
		place, err = p.s.Place(ctx, name)
		return err
	})
	if err != nil {
		return err
	}
	p.reached(place.Position, batchStats{})
	r, err := p.src.Open(ctx, place)
	if err != nil {
		return fmt.Errorf("open journal: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	messageC, errC := p.readAhead(ctx, r)
	defer func() {
		cancel()
		for range messageC { // until the reader's goroutine is gone
		}
		r.Close()
	}()
	for {
		batch := p.gather(ctx, messageC)
		if len(batch) == 0 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return <-errC
		}
		if err := p.project(ctx, name, batch); err != nil {
			return err
		}
	}
}

// readAhead reads on while a batch is being projected. It closes messageC when
// the reader ends, after which errC says why.
func (p *Projector) readAhead(ctx context.Context, r Reader) (messageC <-chan Message, errC <-chan error) {
	mc, ec := make(chan Message, p.cfg.Batch), make(chan error, 1)
	go func() {
		defer close(mc)
		for {
			m, err := r.Next(ctx)
			var gap *GapError
			if errors.As(err, &gap) {
				p.s.log.Error("facts lost", zap.Error(gap))
				continue
			}
			if err != nil {
				ec <- err
				return
			}
			select {
			case mc <- m:
			case <-ctx.Done():
				ec <- ctx.Err()
				return
			}
		}
	}()
	return mc, ec
}

// gather waits for one message and takes what else comes in the next moment: a
// commit for each fact would cost the journal the disk it waits for. Nothing
// means that the reader has ended.
func (p *Projector) gather(ctx context.Context, messageC <-chan Message) []Message {
	var batch []Message
	select {
	case m, ok := <-messageC:
		if !ok {
			return nil
		}
		batch = append(batch, m)
	case <-ctx.Done():
		return nil
	}
	full := time.NewTimer(p.cfg.Gather)
	defer full.Stop()
	for len(batch) < p.cfg.Batch {
		select {
		case m, ok := <-messageC:
			if !ok {
				return batch
			}
			batch = append(batch, m)
		case <-full.C:
			return batch
		case <-ctx.Done():
			return batch
		}
	}
	return batch
}

// project commits a batch. A fact that spoils it is found by halving and put
// aside; one that takes too long is made in halves. The error is the context's.
func (p *Projector) project(ctx context.Context, name string, messages []Message) error {
	var done batchStats
	err := p.insist(ctx, messages, func(ctx context.Context) (err error) {
		done, err = p.s.projectBatch(ctx, name, messages)
		return err
	})
	last := messages[len(messages)-1]
	var spoilt *FactError
	switch {
	case err == nil:
		p.reached(last.Position, done)
		if time.Since(last.StoredAt) < presentWithin {
			p.s.present.Store(true)
		}
		return nil
	case !errors.As(err, &spoilt) && !errors.Is(err, errTooLong):
		return err
	case len(messages) > 1:
		half := len(messages) / 2
		if err := p.project(ctx, name, messages[:half]); err != nil {
			return err
		}
		return p.project(ctx, name, messages[half:])
	}
	err = p.insist(ctx, nil, func(ctx context.Context) error {
		return p.s.bury(ctx, name, messages[0], spoilt)
	})
	if err != nil {
		return err
	}
	p.reached(messages[0].Position, batchStats{dead: 1})
	return nil
}

// errTooLong: several messages were not projected within the time of a transaction.
var errTooLong = errors.New("too many messages for one transaction")

// insist calls f until it succeeds or the context ends. With messages at stake
// it gives up with a FactError once the fault is known to be theirs, and with errTooLong
// where there are too many of them for a database that is slow: they would be tried for ever.
func (p *Projector) insist(ctx context.Context, messages []Message, f func(context.Context) error) error {
	var pause pauses
	tries := 0
	for {
		bounded, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
		err := f(bounded)
		late := bounded.Err() != nil && len(messages) > 1
		cancel()
		if err == nil {
			p.failing(nil)
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		switch v := verdictOf(err); {
		case len(messages) == 0 || v == again && !late:
		case v == again:
			p.failing(err)
			p.s.log.Warn("database too slow, going on with half of it", zap.Error(err), zap.Int("messages", len(messages)))
			return errTooLong
		case v == doubt:
			if p.s.pool.Ping(ctx) == nil {
				tries++
			}
			if tries >= doubts {
				return spoiltBy(messages, err)
			}
		default:
			return spoiltBy(messages, err)
		}
		p.failing(err)
		p.s.log.Warn("database refuses, trying again", zap.Error(err), zap.Int("messages", len(messages)))
		if !pause.wait(ctx, p.cfg) {
			return ctx.Err()
		}
	}
}

func spoiltBy(messages []Message, err error) error {
	return &FactError{Position: messages[0].Position, Reason: err.Error()}
}

// bury puts a message that cannot be projected aside and moves on.
func (s *Store) bury(ctx context.Context, name string, m Message, why *FactError) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.lockPlace(ctx, tx, name); err != nil {
			return err
		}
		if err := s.addDeadLetter(ctx, tx, name, m, why); err != nil {
			return err
		}
		return s.movePlace(ctx, tx, name, m)
	})
}

func (s *Store) addDeadLetter(ctx context.Context, db sql.DBTX, name string, m Message, why *FactError) error {
	s.log.Error("message put to the dead letters", zap.String("journal", name),
		zap.Uint64("position", m.Position), zap.String("subject", m.Subject), zap.String("reason", why.Reason))
	return s.q.AddDeadLetter(ctx, db, sql.AddDeadLetterParams{
		Source: name, Position: int64(m.Position), Subject: clean(m.Subject),
		Payload: append([]byte{}, m.Payload...), Error: clean(why.Reason),
	})
}

// lockPlace makes projectors of one journal take turns until the transaction ends.
func (s *Store) lockPlace(ctx context.Context, tx pgx.Tx, name string) error {
	if err := s.q.AddProjection(ctx, tx, name); err != nil {
		return err
	}
	_, err := s.q.LockProjection(ctx, tx, name)
	return err
}

func (s *Store) movePlace(ctx context.Context, db sql.DBTX, name string, m Message) error {
	return s.q.MoveProjection(ctx, db, sql.MoveProjectionParams{
		Source: name, Position: int64(m.Position), MessageID: clean(m.ID), StoredNs: nanos(m.StoredAt),
	})
}

// Place is how far a journal has been projected; the zero place for one never
// seen.
func (s *Store) Place(ctx context.Context, name string) (Place, error) {
	r, err := s.q.Position(ctx, s.pool, name)
	if errors.Is(err, pgx.ErrNoRows) {
		return Place{}, nil
	}
	if err != nil {
		return Place{}, fmt.Errorf("read place in %s: %w", name, err)
	}
	p := Place{Position: uint64(r.Position), ID: r.MessageID}
	if r.StoredNs != 0 {
		p.StoredAt = time.Unix(0, r.StoredNs)
	}
	return p, nil
}

// nanos is a time in nanoseconds since 1970, exact where the database's own type is
// not; 0 for none.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func (p *Projector) reached(position uint64, done batchStats) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stats.Facts += done.facts
	p.stats.Duplicates += done.duplicates
	p.stats.Ignored += done.ignored
	p.stats.DeadLetters += done.dead
	p.stats.Late += done.late
	p.stats.Missing += done.missing
	p.stats.Position = position
	p.changed()
	p.s.wakeOutbox() // tickets may wait in it
}

func (p *Projector) failing(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stats.Failing = err
	if err != nil {
		p.stats.Retries++
		p.changed()
	}
}

// pauses are waits that grow.
type pauses struct{ next time.Duration }

// wait waits the next pause; false means that the context ended.
func (w *pauses) wait(ctx context.Context, cfg ProjectorConfig) bool {
	w.next = min(max(2*w.next, cfg.Pause), cfg.MaxPause)
	t := time.NewTimer(w.next)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
