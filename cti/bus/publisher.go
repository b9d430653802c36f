package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/zap"

	"sansheng/cti/bus/internal/stream"
)

// Message is one numbered message of a source.
type Message struct {
	Subject string
	// ID becomes the Nats-Msg-Id.
	ID string
	// Seq rises from message to message of its source; gaps are allowed.
	Seq  uint64
	Data []byte
}

// Publisher puts the messages of one source into HOTLINE, each once, in order.
// It is used by one goroutine; a source has one publisher at a time.
type Publisher struct {
	p      *Public
	source string

	blind  bool   // see RelayOptions.Blind
	known  bool   // last and lseq are true
	high   uint64 // the highest last so far
	last   uint64 // the source's last message in the stream
	at     uint64 // its stream sequence
	lseq   uint64 // the stream's last sequence
	window int
	saved  uint64 // last as saved in the bucket
	savedT time.Time
}

const (
	windowMin = 8
	windowMax = 512
	chunkMin  = 256
	chunkMax  = 1 << 16
	saveEvery = time.Second
)

// ErrRewound: HOTLINE has lost messages that were published. Publish again what
// comes after Last.
var ErrRewound = errors.New("stream " + Stream + " lost its end")

// Somebody else published in between.
const (
	errWrongLastMsgID    jetstream.ErrorCode = 10070
	errWrongLastSequence jetstream.ErrorCode = 10071
)

func isConflict(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == errWrongLastSequence || api.ErrorCode == errWrongLastMsgID)
}

// position is a source's place as kept in the bucket.
type position struct {
	Seq       uint64 `json:"seq"`
	StreamSeq uint64 `json:"stream_seq"`
}

// Publisher makes a publisher for a source: an engine's name, or another name
// that no engine has.
func (p *Public) Publisher(source string) *Publisher {
	return &Publisher{p: p, source: source, window: windowMax}
}

// Last is the sequence of the source's last message in HOTLINE: what comes after
// it is to be published. 0 where there is none.
func (x *Publisher) Last(ctx context.Context) (uint64, error) {
	if x.known {
		return x.last, nil
	}
	if err := x.sync(ctx); err != nil {
		return 0, err
	}
	x.high = x.last
	return x.last, nil
}

// Publish publishes messages in order, leaving out those that are there, and
// returns the last one that is. After an error ask Last and publish what comes
// after it.
func (x *Publisher) Publish(ctx context.Context, msgs []Message) (uint64, error) {
	for {
		if !x.known {
			if err := x.sync(ctx); err != nil {
				return x.last, err
			}
			if x.last < x.high {
				x.high = x.last
				return x.last, ErrRewound
			}
		}
		for len(msgs) > 0 && msgs[0].Seq <= x.last {
			msgs = msgs[1:]
		}
		if len(msgs) == 0 {
			x.save(ctx, false)
			return x.last, nil
		}
		n := min(len(msgs), x.window)
		err := x.send(ctx, msgs[:n])
		switch {
		case err == nil:
			x.window = min(2*x.window, windowMax)
		case isConflict(err):
			x.window = max(x.window/2, windowMin)
		default:
			return x.last, err
		}
	}
}

// send publishes a window. The first message expects the stream's last sequence,
// every other the one before it by its id: were it the sequence too, then after
// a stranger's message in between the next one but one would be let in.
func (x *Publisher) send(ctx context.Context, msgs []Message) error {
	futures := make([]jetstream.PubAckFuture, 0, len(msgs))
	var failed error
	for i, m := range msgs {
		msg := nats.NewMsg(m.Subject)
		msg.Data = m.Data
		msg.Header.Set(headerSource, x.source)
		msg.Header.Set(headerSeq, strconv.FormatUint(m.Seq, 10))
		opts := []jetstream.PublishOpt{jetstream.WithRetryAttempts(0)}
		switch {
		case x.blind:
		case i == 0:
			msg.Header.Set(nats.MsgIdHdr, m.ID)
			opts = append(opts, jetstream.WithExpectLastSequence(x.lseq))
		default:
			msg.Header.Set(nats.MsgIdHdr, m.ID)
			opts = append(opts, jetstream.WithExpectLastMsgID(msgs[i-1].ID))
		}
		f, err := x.p.js.PublishMsgAsync(msg, opts...)
		if err != nil {
			failed = err
			break
		}
		futures = append(futures, f)
	}
	for i, f := range futures {
		select {
		case ack := <-f.Ok():
			if failed == nil {
				x.last, x.at, x.lseq = msgs[i].Seq, ack.Sequence, ack.Sequence
				x.high = max(x.high, x.last)
			}
		case err := <-f.Err():
			if failed == nil {
				failed = err
			}
		case <-ctx.Done():
			x.known = false
			return fmt.Errorf("publish facts: %w", context.Cause(ctx))
		}
	}
	if failed != nil {
		x.known = false
		return fmt.Errorf("publish facts: %w", failed)
	}
	return nil
}

// sync finds the source's last message in the stream.
func (x *Publisher) sync(ctx context.Context) error {
	if err := x.p.ensure(ctx); err != nil {
		return err
	}
	if x.blind && x.high > 0 {
		x.known = true
		return nil
	}
	call, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	s, err := x.p.js.Stream(call, Stream)
	if err != nil {
		return fmt.Errorf("look at stream %s: %w", Stream, err)
	}
	state := s.CachedInfo().State
	hint, err := x.load(call)
	if err != nil {
		return err
	}
	x.lseq, x.last, x.at = state.LastSeq, 0, 0
	if hint.StreamSeq > 0 && hint.StreamSeq < state.FirstSeq {
		x.last = hint.Seq // its message has left by age
	}
	if state.Msgs > 0 {
		end, err := s.GetLastMsgForSubject(call, "hotline.>")
		if err != nil {
			return fmt.Errorf("look at stream %s: %w", Stream, err)
		}
		floor := state.FirstSeq
		if m, err := s.GetMsg(call, max(hint.StreamSeq, 1)); err == nil && x.seqOf(m.Header) == hint.Seq && hint.Seq > 0 {
			floor = hint.StreamSeq
		}
		if err := x.search(ctx, floor, end.Sequence); err != nil {
			return err
		}
	}
	x.known = true
	return nil
}

// seqOf is the sequence of a message of ours, 0 for another's.
func (x *Publisher) seqOf(h nats.Header) uint64 {
	if h.Get(headerSource) != x.source {
		return 0
	}
	seq, err := strconv.ParseUint(h.Get(headerSeq), 10, 64)
	if err != nil {
		return 0
	}
	return seq
}

// search looks for the last message of ours from the end backwards.
func (x *Publisher) search(ctx context.Context, floor, end uint64) error {
	chunk := uint64(chunkMin)
	for hi := end; ; {
		lo := floor
		if hi > floor+chunk {
			lo = hi - chunk
		}
		found := false
		err := x.p.scan(ctx, lo, hi, true, func(m jetstream.Msg, at uint64) {
			if seq := x.seqOf(m.Headers()); seq > x.last || seq > 0 && seq == x.last {
				x.last, x.at, found = seq, at, true
			}
		})
		if err != nil || found || lo <= floor {
			return err
		}
		hi = lo - 1
		chunk = min(4*chunk, chunkMax)
	}
}

// scan calls fn for the messages from one stream sequence to another, which must
// exist.
func (p *Public) scan(ctx context.Context, from, to uint64, headersOnly bool, fn func(m jetstream.Msg, at uint64)) error {
	c := stream.New(p.js, stream.Options{Stream: Stream, From: from, HeadersOnly: headersOnly})
	defer c.Stop()
	for {
		call, cancel := context.WithTimeout(ctx, 2*callLimit)
		m, meta, err := c.Next(call)
		cancel()
		if err != nil {
			return err
		}
		if meta.Sequence.Stream <= to {
			fn(m, meta.Sequence.Stream)
		}
		if meta.Sequence.Stream >= to {
			return nil
		}
	}
}

func (x *Publisher) load(ctx context.Context) (position, error) {
	kv, err := x.p.bucket(ctx)
	if err != nil {
		return position{}, err
	}
	e, err := kv.Get(ctx, Token(x.source))
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return position{}, nil
	}
	if err != nil {
		return position{}, fmt.Errorf("read position of %s: %w", x.source, err)
	}
	var pos position
	if err := json.Unmarshal(e.Value(), &pos); err != nil {
		x.p.log.Warn("position unreadable", zap.String("source", x.source), zap.Error(err))
		return position{}, nil
	}
	return pos, nil
}

// save keeps the position now and then. An old one is no harm: the stream itself
// is looked at first.
func (x *Publisher) save(ctx context.Context, now bool) {
	if x.last == x.saved || x.at == 0 || !now && time.Since(x.savedT) < saveEvery {
		return
	}
	call, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	b, err := json.Marshal(position{Seq: x.last, StreamSeq: x.at})
	if err == nil {
		var kv jetstream.KeyValue
		if kv, err = x.p.bucket(call); err == nil {
			_, err = kv.Put(call, Token(x.source), b)
		}
	}
	if err != nil {
		x.p.log.Debug("position not saved", zap.Error(err))
		return
	}
	x.saved, x.savedT = x.last, time.Now()
}
