package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"sansheng/store/internal/sql"
)

// Transcript is what a machine has made of a message. It may be wrong: the sound counts.
type Transcript struct {
	// By is who has written it down: always "machine".
	By string `json:"by"`
	// Text may have numbers in it: Mask them before showing it.
	Text string `json:"text,omitempty"`
	// MadeAt is null while there is none.
	MadeAt   *time.Time `json:"made_at"`
	Attempts int32      `json:"attempts"`
	// Failure is why the last attempt has failed.
	Failure string `json:"failure,omitempty"`
}

// byMachine is who writes transcripts.
const byMachine = "machine"

// Untranscribed is a message that a machine is to be asked about.
type Untranscribed struct {
	Call, Company, Recording, Language string
	// Attempt counts from 1.
	Attempt int32
}

// NextUntranscribed gives the oldest message, of those left since then, whose recording has
// been looked at and whose turn it is; ok is false where there is none. It is the caller's for
// patience; where he says nothing of it, it comes again a while later, each time twice as
// late, up to an hour.
func (s *Store) NextUntranscribed(ctx context.Context, since, at time.Time, patience time.Duration) (u Untranscribed, ok bool, err error) {
	rows, err := s.q.ClaimUntranscribed(ctx, s.pool, since, at, pgtype.Interval{Microseconds: patience.Microseconds(), Valid: true})
	if err != nil {
		return u, false, fmt.Errorf("look for messages to transcribe: %w", err)
	}
	if len(rows) == 0 {
		return u, false, nil
	}
	r := rows[0]
	return Untranscribed{Call: r.CallID, Company: r.Company, Recording: r.Recording, Language: r.Language, Attempt: r.Attempts}, true, nil
}

// Transcribed keeps what the machine has made of a message.
func (s *Store) Transcribed(ctx context.Context, call, text string, at time.Time) error {
	if err := s.q.Transcribe(ctx, s.pool, clean(text), at, call); err != nil {
		return fmt.Errorf("keep the transcript of call %s: %w", call, err)
	}
	return nil
}

// NotTranscribed notes why an attempt has failed; with givenUp there is no other.
func (s *Store) NotTranscribed(ctx context.Context, call, why string, givenUp bool) error {
	if err := s.q.FailTranscript(ctx, s.pool, clean(why), givenUp, call); err != nil {
		return fmt.Errorf("note why call %s has no transcript: %w", call, err)
	}
	return nil
}

// transcripts are those of some messages, by call.
func (s *Store) transcripts(ctx context.Context, ids []string) (map[string]*Transcript, error) {
	rows, err := s.q.TranscriptsByCall(ctx, s.pool, ids)
	if err != nil {
		return nil, err
	}
	all := make(map[string]*Transcript, len(rows))
	for _, r := range rows {
		all[r.CallID] = newTranscript(r)
	}
	return all, nil
}

func newTranscript(r sql.Transcript) *Transcript {
	return &Transcript{By: byMachine, Text: r.Text, MadeAt: utc(r.MadeAt), Attempts: r.Attempts, Failure: r.Failure}
}
