// Package stream reads a JetStream stream in order and for ever: a Cursor
// survives lost connections, restarted servers and forgotten consumers by
// starting again after the last message it gave. It is used by one goroutine.
//
// A stream may come back as another: made anew, or without its end, which its
// publishers then filled again in another order. A cursor with Options.Prove
// looks for that whenever it starts again (see read.go).
package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Options say what a cursor reads.
type Options struct {
	Stream string
	// From is the first stream sequence to read; 0 is the beginning.
	From uint64
	// After is the message behind which to read, and overrides From.
	After Place
	// New reads only what is stored from now on, and overrides both.
	New bool
	// Prove makes sure at each start that what was read is still what the stream
	// holds. Where it is not, Next and Prepare return a *LostError.
	Prove bool
	// Filters limit the subjects; none is all.
	Filters     []string
	HeadersOnly bool
	// OnError hears what was survived.
	OnError func(error)
}

// Cursor is an endless ordered reader.
type Cursor struct {
	js   jetstream.JetStream
	opts Options
	next uint64 // the sequence to go on with
	last Place  // the last message given, or behind which to begin
	read read
	made time.Time // of the stream that was read

	it        jetstream.MessagesContext
	stop      context.CancelFunc // of what watches the connection
	delivered uint64             // messages of this consumer
	pending   jetstream.Msg      // delivered while the place was looked for
}

// Heartbeat bounds how long a dead consumer goes unnoticed.
const (
	heartbeat = time.Second
	expiry    = 10 * time.Second
	callLimit = 5 * time.Second
	retryMin  = 10 * time.Millisecond
	retryMax  = 2 * time.Second
)

// New makes a cursor; nothing is asked of the server before Next.
func New(js jetstream.JetStream, opts Options) *Cursor {
	c := &Cursor{js: js, opts: opts, next: max(opts.From, 1)}
	if opts.After.Seq > 0 && !opts.New {
		c.begin(opts.After)
	}
	return c
}

// begin goes on behind a message.
func (c *Cursor) begin(p Place) {
	c.last, c.next = p, p.Seq+1
	c.read.add(p)
}

// Next waits for the next message. The only errors are ctx's and, once for each
// loss, *LostError: the next call goes on behind it.
func (c *Cursor) Next(ctx context.Context) (jetstream.Msg, *jetstream.MsgMetadata, error) {
	for wait := retryMin; ; wait = min(2*wait, retryMax) {
		msg, meta, err := c.try(ctx)
		if err == nil {
			c.begin(placeOf(msg, meta))
			return msg, meta, nil
		}
		if ctx.Err() != nil {
			return nil, nil, fmt.Errorf("read stream %s: %w", c.opts.Stream, context.Cause(ctx))
		}
		c.Stop()
		if lost, ok := errors.AsType[*LostError](err); ok {
			return nil, nil, lost
		}
		if c.opts.OnError != nil {
			c.opts.OnError(err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// Prepare makes the consumer now, so that a cursor on New messages misses none
// that are stored after it returns, and proves the place.
func (c *Cursor) Prepare(ctx context.Context) error {
	if c.it != nil {
		return nil
	}
	call, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	if err := c.prepare(call); err != nil {
		c.Stop()
		return err
	}
	return nil
}

func (c *Cursor) prepare(ctx context.Context) error {
	if c.opts.New {
		s, err := c.js.Stream(ctx, c.opts.Stream)
		if err != nil {
			return fmt.Errorf("open stream %s: %w", c.opts.Stream, err)
		}
		// Pinned to a sequence at once: what comes while a lost consumer is
		// made again is not missed.
		c.begin(Place{Seq: s.CachedInfo().State.LastSeq})
		c.made, c.opts.New = s.CachedInfo().Created, false
	}
	from := c.next
	if c.opts.Prove && c.last.known() {
		from = c.last.Seq
	}
	// No ordered consumer of the client's: that makes itself anew in silence.
	cfg := jetstream.ConsumerConfig{
		HeadersOnly:       c.opts.HeadersOnly,
		DeliverPolicy:     jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:       from,
		AckPolicy:         jetstream.AckNonePolicy,
		InactiveThreshold: 30 * time.Second,
		MemoryStorage:     true,
		Replicas:          1,
	}
	if len(c.opts.Filters) == 1 {
		cfg.FilterSubject = c.opts.Filters[0]
	} else {
		cfg.FilterSubjects = c.opts.Filters
	}
	cons, err := c.js.CreateConsumer(ctx, c.opts.Stream, cfg)
	if err != nil {
		return fmt.Errorf("make consumer of %s: %w", c.opts.Stream, err)
	}
	if err := c.listen(cons); err != nil {
		return err
	}
	if !c.opts.Prove {
		return nil
	}
	// Asked after the consumer was made: should the stream be made anew later, the
	// consumer is gone.
	s, err := c.js.Stream(ctx, c.opts.Stream)
	if err != nil {
		return fmt.Errorf("open stream %s: %w", c.opts.Stream, err)
	}
	return c.prove(ctx, s)
}

// listen begins to take a consumer's messages, until the connection is lost: what
// was under way then nobody sends again.
func (c *Cursor) listen(cons jetstream.Consumer) error {
	watch, stop := context.WithCancel(context.Background())
	nc := c.js.Conn()
	backC := nc.StatusChanged(nats.CONNECTED)
	it, err := cons.Messages(jetstream.PullExpiry(expiry), jetstream.PullHeartbeat(heartbeat),
		jetstream.PullMaxMessages(1000), jetstream.WithMessagesErrOnMissingHeartbeat(true))
	if err != nil {
		stop()
		nc.RemoveStatusListener(backC)
		return fmt.Errorf("read consumer of %s: %w", c.opts.Stream, err)
	}
	c.it, c.stop, c.delivered = it, stop, 0
	go func() {
		defer nc.RemoveStatusListener(backC)
		select {
		case <-backC:
			it.Stop()
		case <-watch.Done():
		}
	}()
	return nil
}

var errSkipped = errors.New("messages were lost on the way")

// deliver waits for the consumer's next message.
func (c *Cursor) deliver(ctx context.Context) (jetstream.Msg, *jetstream.MsgMetadata, error) {
	msg, err := c.it.Next(jetstream.NextContext(ctx))
	if err != nil {
		return nil, nil, fmt.Errorf("next message: %w", err)
	}
	meta, err := msg.Metadata()
	if err != nil {
		return nil, nil, fmt.Errorf("read message metadata: %w", err)
	}
	if c.delivered++; meta.Sequence.Consumer != c.delivered {
		return nil, nil, errSkipped
	}
	return msg, meta, nil
}

func (c *Cursor) try(ctx context.Context) (jetstream.Msg, *jetstream.MsgMetadata, error) {
	if err := c.Prepare(ctx); err != nil {
		return nil, nil, err
	}
	if msg := c.pending; msg != nil {
		c.pending = nil
		meta, err := msg.Metadata()
		return msg, meta, err
	}
	for {
		msg, meta, err := c.deliver(ctx)
		if err != nil || meta.Sequence.Stream >= c.next {
			return msg, meta, err
		}
	}
}

// Stop frees the consumer. Next makes a new one.
func (c *Cursor) Stop() {
	if c.it != nil {
		c.stop()
		c.it.Stop()
		c.it, c.pending = nil, nil
	}
}

// IsEnd tells an ordinary end of reading.
func IsEnd(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
