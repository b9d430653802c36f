package journal

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"sansheng/cti"
	"sansheng/cti/bus/internal/stream"
)

// Replay calls fn for every fact in order, from the first kept, and returns the
// highest sequence ever used. An error of fn ends it.
func (j *Journal) Replay(ctx context.Context, fn func(cti.Fact) error) (last uint64, err error) {
	return j.ReplayAfter(ctx, 0, fn)
}

// ReplayAfter is Replay for the facts after a sequence, as a snapshot's. Facts
// written down as lost are left out; any other hole is a *CorruptError.
func (j *Journal) ReplayAfter(ctx context.Context, after uint64, fn func(cti.Fact) error) (last uint64, err error) {
	upto := j.durable.Load()
	t := j.Tail(after)
	defer t.Close()
	for t.after < upto {
		es, err := t.Next(ctx)
		if err != nil {
			return t.after, err
		}
		for _, e := range es {
			f, err := e.decode()
			if err != nil {
				return t.after, &CorruptError{StreamSeq: t.at, Err: err}
			}
			if err := fn(f); err != nil {
				return t.after, err
			}
		}
	}
	return upto, nil
}

// Tail reads a journal in order, waiting for what is yet to come. It is used by
// one goroutine.
type Tail struct {
	j     *Journal
	after uint64 // last fact read
	any   bool   // after is where a previous message ended, or was asked for and found
	at    uint64 // stream sequence of the last message
	c     *stream.Cursor
}

// Tail starts reading after a fact.
func (j *Journal) Tail(after uint64) *Tail { return &Tail{j: j, after: after} }

// After is the last fact read.
func (t *Tail) After() uint64 { return t.after }

// Next waits for the facts of the next message. The slice is empty where the
// journal only says that facts are lost.
func (t *Tail) Next(ctx context.Context) ([]Entry, error) {
	if t.c == nil {
		from, err := t.j.find(ctx, t.after+1)
		if err != nil {
			return nil, err
		}
		t.c = stream.New(t.j.js, stream.Options{Stream: Stream, From: from})
	}
	for {
		m, meta, err := t.c.Next(ctx)
		if err != nil {
			return nil, err
		}
		t.at = meta.Sequence.Stream
		r, err := runOf(m.Headers().Get)
		if err != nil {
			return nil, &CorruptError{StreamSeq: t.at, Err: err}
		}
		if r.To <= t.after {
			continue
		}
		// The head may have been trimmed; in the middle nothing may be missing.
		if t.any && r.From > t.after+1 {
			return nil, &CorruptError{StreamSeq: t.at, Err: fmt.Errorf("facts %s missing", Range{t.after + 1, r.From - 1})}
		}
		es, err := entries(r, m.Data())
		if err != nil {
			return nil, &CorruptError{StreamSeq: t.at, Err: err}
		}
		for len(es) > 0 && es[0].Seq <= t.after {
			es = es[1:]
		}
		t.after, t.any = r.To, true
		return es, nil
	}
}

// Close frees the reader.
func (t *Tail) Close() {
	if t.c != nil {
		t.c.Stop()
	}
}

// find returns the stream sequence of the message that holds a fact, or of the
// first after it.
func (j *Journal) find(ctx context.Context, seq uint64) (uint64, error) {
	info, err := j.strm.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("look at journal: %w", err)
	}
	lo, hi := info.State.FirstSeq, info.State.LastSeq+1
	if seq <= 1 {
		return lo, nil
	}
	for lo < hi {
		mid := lo + (hi-lo)/2
		m, err := j.strm.GetMsg(ctx, mid)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			// Trimmed meanwhile, or a hole left by a repair: look below.
			if lo++; lo < mid {
				hi = mid
			}
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("search journal: %w", err)
		}
		r, err := runOf(m.Header.Get)
		if err != nil {
			return 0, &CorruptError{StreamSeq: mid, Err: err}
		}
		if r.To < seq {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, nil
}
