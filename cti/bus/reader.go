package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/cti/bus/internal/stream"
	"sansheng/cti/bus/journal"
)

// Position is a place in HOTLINE as a reader keeps it: the message after which
// to go on. The zero value is the beginning.
type Position struct {
	// Seq is the stream's sequence, ID the fact's id of that message.
	Seq uint64
	ID  string
	// At is when the stream stored it; zero where the reader does not keep it. With
	// it a stream that was filled again is told from the one that was read, even
	// where the same fact stands there again.
	At time.Time `json:",omitzero"`
}

// ReaderOptions say what a reader reads.
type ReaderOptions struct {
	After Position
	// New reads only what is published from now on, and overrides After.
	New bool
	// Filters are subjects, as of CallSubjects; none is everything, the ticket
	// facts too.
	Filters []string
}

// GapError: messages after the reader's position have left the stream by age or
// size. It is told once; the next call goes on behind the gap. With Filters it is
// told at the start only.
type GapError struct{ From, To uint64 }

func (e *GapError) Error() string {
	return fmt.Sprintf("read %s: messages %d to %d are gone by age or size", Stream, e.From, e.To)
}

// RewoundError: HOTLINE is not what was read of it: it was made anew, or lost its
// end and was filled again, perhaps in another order. It is told once; the next
// call goes on behind After, the last message read that is still there, or from
// the beginning, which is its zero: facts come that came before.
type RewoundError struct{ After Position }

func (e *RewoundError) Error() string {
	return fmt.Sprintf("read %s: it is not what was read of it; reading again from message %d", Stream, e.After.Seq+1)
}

// RawMessage is one message of HOTLINE, undecoded.
type RawMessage struct {
	// Seq is the stream's sequence.
	Seq uint64
	ID  string
	// At is when the stream stored it.
	At      time.Time
	Subject string
	Data    []byte
}

// Position is where to go on after the message.
func (m RawMessage) Position() Position { return Position{Seq: m.Seq, ID: m.ID, At: m.At} }

// Reader reads HOTLINE in order, without gap and, as long as the stream keeps what
// it has, without repeating itself, across reconnects. It is used by one goroutine.
type Reader struct {
	p       *Public
	opts    ReaderOptions
	c       *stream.Cursor
	last    uint64
	looked  bool // the first message's place was compared with the position
	pending *RawMessage
}

// Reader makes a reader. Nothing is asked of the server before the first Next.
func (p *Public) Reader(opts ReaderOptions) *Reader { return &Reader{p: p, opts: opts} }

// Next waits for the next fact and returns it with its place in the stream. A
// message that is no fact of this program's knowledge, as a ticket's, comes with
// its kind and no data.
func (r *Reader) Next(ctx context.Context) (cti.Fact, uint64, error) {
	m, err := r.NextRaw(ctx)
	if err != nil {
		return cti.Fact{}, 0, err
	}
	var f cti.Fact
	if err := json.Unmarshal(m.Data, &f); err != nil {
		return cti.Fact{ID: m.ID}, m.Seq, fmt.Errorf("read %s message %d on %s: %w", Stream, m.Seq, m.Subject, err)
	}
	return f, m.Seq, nil
}

// NextRaw is Next for those who decode themselves. The errors are ctx's,
// *GapError and *RewoundError; all else is survived.
func (r *Reader) NextRaw(ctx context.Context) (RawMessage, error) {
	if m := r.pending; m != nil {
		r.pending = nil
		return *m, nil
	}
	msg, meta, err := r.cursor().Next(ctx)
	if err != nil {
		return RawMessage{}, r.rewound(err)
	}
	m := RawMessage{
		Seq: meta.Sequence.Stream, ID: msg.Headers().Get(nats.MsgIdHdr), At: meta.Timestamp,
		Subject: msg.Subject(), Data: msg.Data(),
	}
	last := r.last
	r.last = m.Seq
	look := len(r.opts.Filters) == 0 || !r.looked
	r.looked = true
	if last > 0 && m.Seq > last+1 && look {
		// A hole: by filter, by a repair of the stream, or because its head left.
		if first, err := r.first(ctx); err == nil && first > last+1 {
			r.pending = &m
			return RawMessage{}, &GapError{From: last + 1, To: min(first, m.Seq) - 1}
		}
	}
	return m, nil
}

// Prepare makes the reader's consumer now: a reader of New facts misses none
// published after it returns, and the position of another one is proved. It tries
// for ever; the errors are ctx's and *RewoundError.
func (r *Reader) Prepare(ctx context.Context) error {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		err := r.cursor().Prepare(ctx)
		if err == nil || errors.As(err, new(*stream.LostError)) {
			return r.rewound(err)
		}
		r.p.log.Debug("reader waits", zap.Error(err))
		select {
		case <-ctx.Done():
			return fmt.Errorf("read %s: %w", Stream, context.Cause(ctx))
		case <-time.After(wait):
		}
	}
}

func (r *Reader) cursor() *stream.Cursor {
	if r.c == nil {
		r.c = stream.New(r.p.js, stream.Options{
			Stream: Stream, After: stream.Place(r.opts.After), New: r.opts.New, Filters: r.opts.Filters, Prove: true,
			OnError: func(err error) { r.p.log.Debug("reader starts again", zap.Error(err)) },
		})
		if !r.opts.New {
			r.last = r.opts.After.Seq
		}
	}
	return r.c
}

// rewound tells of the stream's loss in this package's words.
func (r *Reader) rewound(err error) error {
	lost, ok := errors.AsType[*stream.LostError](err)
	if !ok {
		return err
	}
	r.last, r.looked = lost.After.Seq, false
	e := &RewoundError{After: Position(lost.After)}
	r.p.log.Warn("reading again", zap.Error(e))
	return e
}

func (r *Reader) first(ctx context.Context) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	s, err := r.p.js.Stream(ctx, Stream)
	if err != nil {
		return 0, err
	}
	return s.CachedInfo().State.FirstSeq, nil
}

// Close frees the reader.
func (r *Reader) Close() {
	if r.c != nil {
		r.c.Stop()
	}
}

// Subscribe calls fn for every fact published from now on that matches a
// subject, in order, until ctx ends or fn fails; ready, where given, is called
// once facts are no longer missed. Facts whose turn it is wait for a slow fn. Where
// HOTLINE is made anew, facts come that came before, and older ones.
func (p *Public) Subscribe(ctx context.Context, subject string, ready func(), fn func(cti.Fact) error) error {
	r := p.Reader(ReaderOptions{New: true, Filters: []string{subject}})
	defer r.Close()
	if err := r.Prepare(ctx); err != nil {
		return fmt.Errorf("subscribe %s: %w", subject, err)
	}
	if ready != nil {
		ready()
	}
	for {
		f, _, err := r.Next(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return err
			}
			p.log.Warn("message left out", zap.Error(err))
			continue
		}
		if err := fn(f); err != nil {
			return err
		}
	}
}

// Facts returns what HOTLINE has of an engine's facts; see journal.Public.
func (p *Public) Facts(ctx context.Context, engine string, from, to uint64) ([]journal.Entry, error) {
	if err := p.connected(ctx); err != nil {
		return nil, err
	}
	x := p.Publisher(engine)
	last, err := x.Last(ctx)
	if err != nil {
		return nil, err
	}
	if last < from || x.at == 0 {
		return nil, nil
	}
	s, err := p.js.Stream(ctx, Stream)
	if err != nil {
		return nil, fmt.Errorf("look at stream %s: %w", Stream, err)
	}
	var es []journal.Entry
	err = p.scan(ctx, s.CachedInfo().State.FirstSeq, x.at, false, func(m jetstream.Msg, _ uint64) {
		seq := x.seqOf(m.Headers())
		if seq < from || to > 0 && seq > to || len(es) > 0 && seq <= es[len(es)-1].Seq {
			return
		}
		es = append(es, journal.Entry{Seq: seq, JSON: m.Data()})
	})
	if err != nil {
		return nil, fmt.Errorf("read facts of %s: %w", engine, err)
	}
	return es, nil
}

// connected waits a little for a connection.
func (p *Public) connected(ctx context.Context) error {
	statusC := p.nc.StatusChanged(nats.CONNECTED)
	defer p.nc.RemoveStatusListener(statusC)
	if p.nc.IsConnected() {
		return nil
	}
	select {
	case <-statusC:
		return nil
	case <-time.After(2 * time.Second):
		return fmt.Errorf("read %s: %w", Stream, nats.ErrDisconnected)
	case <-ctx.Done():
		return fmt.Errorf("read %s: %w", Stream, context.Cause(ctx))
	}
}
