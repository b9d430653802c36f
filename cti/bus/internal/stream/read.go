package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Place is a message of a stream. Sequence and id may come again in a stream that
// was filled again; the moment of storing does not: a stream in which that
// message still stands holds the same messages before it.
type Place struct {
	Seq uint64
	ID  string    // empty where not known
	At  time.Time // when the stream stored it; zero where not known
}

func placeOf(msg jetstream.Msg, meta *jetstream.MsgMetadata) Place {
	return Place{Seq: meta.Sequence.Stream, ID: msg.Headers().Get(nats.MsgIdHdr), At: meta.Timestamp}
}

// known tells whether the message can be told from another at its sequence.
func (p Place) known() bool { return p.ID != "" || !p.At.IsZero() }

// is tells whether a message found at the same sequence is this one.
func (p Place) is(found Place) bool {
	return (p.ID == "" || p.ID == found.ID) && (p.At.IsZero() || p.At.Equal(found.At))
}

// LostError: what was read is no more what the stream holds. Reading goes on
// behind After, the last message read that was found again; its zero is the
// beginning.
type LostError struct{ After Place }

func (e *LostError) Error() string {
	return fmt.Sprintf("the stream is not what was read of it: on from message %d", e.After.Seq+1)
}

// read remembers messages that were read, the older the fewer.
type read struct{ places []Place }

const readMost = 1024

func (r *read) add(p Place) {
	if p.Seq == 0 {
		return
	}
	if len(r.places) == readMost {
		kept := r.places[:0]
		for i, p := range r.places {
			if i >= readMost/2 || i%2 == 0 {
				kept = append(kept, p)
			}
		}
		r.places = kept
	}
	r.places = append(r.places, p)
}

// proveWithin is how long the message at the last place is waited for, which the
// consumer gives first. There may be none: an operator may have removed it.
const proveWithin = time.Second

// prove makes sure that the stream still holds what was read. It costs nothing
// but the last message read once more.
func (c *Cursor) prove(ctx context.Context, s jetstream.Stream) error {
	info := s.CachedInfo()
	same := c.made.IsZero() || c.made.Equal(info.Created)
	holds := true
	switch {
	case c.last.Seq == 0:
	case info.State.LastSeq < c.last.Seq:
		holds = false
	case info.State.FirstSeq > c.last.Seq, !c.last.known(): // gone by age: what is left comes after it
		holds = same
	default:
		var err error
		if holds, err = c.meet(ctx, s, same); err != nil {
			return err
		}
	}
	if !holds {
		return c.rewind(ctx, s, same)
	}
	c.made = info.Created
	return nil
}

// meet waits for the message at the last place.
func (c *Cursor) meet(ctx context.Context, s jetstream.Stream, same bool) (bool, error) {
	wait, cancel := context.WithTimeout(ctx, proveWithin)
	defer cancel()
	msg, meta, err := c.deliver(wait)
	switch {
	case err != nil && wait.Err() != nil && ctx.Err() == nil:
		return c.stands(ctx, s, c.last, same)
	case err != nil:
		return false, err
	case meta.Sequence.Stream != c.last.Seq:
		c.pending = msg
		return same, nil
	}
	found := placeOf(msg, meta)
	if !c.last.is(found) {
		return false, nil
	}
	c.last = found // with its time
	if n := len(c.read.places); n > 0 {
		c.read.places[n-1] = found
	}
	return true, nil
}

// stands asks whether a message that was read is in the stream, or has left it.
func (c *Cursor) stands(ctx context.Context, s jetstream.Stream, p Place, same bool) (bool, error) {
	if !p.known() {
		return same && p.Seq <= s.CachedInfo().State.LastSeq, nil
	}
	m, err := s.GetMsg(ctx, p.Seq)
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return same && p.Seq <= s.CachedInfo().State.LastSeq, nil
	case err != nil:
		return false, fmt.Errorf("look at message %d of %s: %w", p.Seq, c.opts.Stream, err)
	}
	return p.is(Place{Seq: m.Sequence, ID: m.Header.Get(nats.MsgIdHdr), At: m.Time}), nil
}

// rewind goes back to the last message read that is found again.
func (c *Cursor) rewind(ctx context.Context, s jetstream.Stream, same bool) error {
	places := c.read.places
	from, to := 0, len(places) // those before from stand, those from to on do not
	for from < to {
		mid := (from + to) / 2
		stands, err := c.stands(ctx, s, places[mid], same)
		if err != nil {
			return err
		}
		if stands {
			from = mid + 1
		} else {
			to = mid
		}
	}
	c.read.places = places[:from]
	c.last = Place{}
	if from > 0 {
		c.last = places[from-1]
	}
	c.next, c.made = c.last.Seq+1, s.CachedInfo().Created
	return &LostError{After: c.last}
}
