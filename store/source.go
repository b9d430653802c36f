package store

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"sansheng/cti"
)

// Source is the journal as the projector needs it.
type Source interface {
	// Name names the journal among others; the position is kept under it.
	Name() string
	// Open begins reading behind a place; the zero place is the beginning. Where
	// the journal no longer has that message there, reading begins anew: facts
	// read twice count once.
	Open(ctx context.Context, after Place) (Reader, error)
}

// Place is a message of a journal: where it stood, its id, and when the journal
// stored it, where it says so: a journal that was filled again may have the same
// message at the same place, and not what stood before it.
type Place struct {
	Position uint64
	ID       string
	StoredAt time.Time
}

// Reader reads a journal in order, used by one goroutine.
type Reader interface {
	// Next waits for the next message. After a *GapError it goes on behind the
	// gap; after any other error the reader is closed and another opened.
	Next(ctx context.Context) (Message, error)
	Close()
}

// GapError: messages have left the journal before they could be read.
type GapError struct{ From, To uint64 }

func (e *GapError) Error() string {
	return fmt.Sprintf("read journal: messages %d to %d are gone", e.From, e.To)
}

// Message is one message of the journal, not yet decoded.
type Message struct {
	// Position is its place in the journal: rising, gaps allowed.
	Position uint64
	// ID is the fact's, as the journal knows it.
	ID string
	// StoredAt is when the journal stored it; zero where it does not say.
	StoredAt time.Time
	Subject  string
	Payload  []byte
}

// FactSource is a journal in memory, for replays and tests: it ends with
// io.EOF, upon which a projector stops.
type FactSource struct {
	Journal  string
	Messages []Message
}

// Facts makes a journal of facts, at positions from 1.
func Facts(name string, facts ...cti.Fact) (*FactSource, error) {
	s := &FactSource{Journal: name}
	for _, f := range facts {
		b, err := json.Marshal(f)
		if err != nil {
			return nil, fmt.Errorf("encode fact %s: %w", f.ID, err)
		}
		s.Messages = append(s.Messages, Message{Position: uint64(len(s.Messages)) + 1, ID: f.ID, Payload: b})
	}
	return s, nil
}

// Name implements Source.
func (s *FactSource) Name() string { return s.Journal }

// Open implements Source.
func (s *FactSource) Open(_ context.Context, after Place) (Reader, error) {
	return &factReader{messages: s.Messages, after: after.Position}, nil
}

type factReader struct {
	messages []Message
	after    uint64
}

func (r *factReader) Next(ctx context.Context) (Message, error) {
	for len(r.messages) > 0 {
		m := r.messages[0]
		r.messages = r.messages[1:]
		if m.Position > r.after {
			return m, ctx.Err()
		}
	}
	return Message{}, io.EOF
}

func (r *factReader) Close() {}
