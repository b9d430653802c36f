package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"sansheng/cti"
	"sansheng/store/internal/sql"
)

// RecordingResult is what a look at a recording has found.
type RecordingResult string

// Results of a look.
const (
	RecordingGood RecordingResult = "good"
	// RecordingNone: nobody talked long enough for there to be one.
	RecordingNone    RecordingResult = "none"
	RecordingMissing RecordingResult = "missing"
	// RecordingShort: it is much shorter than the talk was.
	RecordingShort  RecordingResult = "short"
	RecordingSilent RecordingResult = "silent"
	// RecordingBroken: the file is none that can be heard.
	RecordingBroken RecordingResult = "broken"
)

// RecordingCheck is what was found in a recording once its call had ended.
type RecordingCheck struct {
	Name      string          `json:"name"`
	CheckedAt time.Time       `json:"checked_at"`
	Result    RecordingResult `json:"result"`
	// TalkMs is how long people talked, or the caller to the voicemail, LengthMs how long the
	// recording is, LoudMs how much of it is sound.
	TalkMs   int64  `json:"talk_ms"`
	LengthMs int64  `json:"length_ms"`
	LoudMs   int64  `json:"loud_ms"`
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256,omitempty"`
	// Sides are the talk's legs, each in a file of its own.
	Sides []RecordingSide `json:"sides,omitempty"`
	// DestroyedAt is when it was destroyed by rule.
	DestroyedAt *time.Time `json:"destroyed_at,omitempty"`
}

// RecordingSide is one leg of a recording.
type RecordingSide struct {
	// Side is whose voice it is: caller, or agent, which is all that the caller was sent.
	Side     string `json:"side"`
	Name     string `json:"name"`
	LengthMs int64  `json:"length_ms"`
	LoudMs   int64  `json:"loud_ms"`
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256"`
}

// Sides of recordings.
var Sides = []string{"caller", "agent"}

// SideName is the name of the file that holds one side of a recording.
func SideName(recording, side string) string { return recording + "-" + side }

// Unchecked is a recording of an ended call that nobody has looked at yet.
type Unchecked struct {
	Call, Name string
	EndedAt    time.Time
	// Talk is how long people talked in the call, or the caller to the voicemail.
	Talk time.Duration
	// Message: it is one that he has left, who may have said nothing.
	Message bool
	// Served: the switch's fallback had somebody talk to him; for how long is not known.
	Served bool
}

// Unchecked lists recordings to look at, of calls that have ended since then, the oldest
// first. A look at all of them reads every recording there ever was.
func (s *Store) Unchecked(ctx context.Context, since time.Time, most int) ([]Unchecked, error) {
	var list []Unchecked
	err := s.read(ctx, func(tx pgx.Tx) error {
		rows, err := s.q.UncheckedRecordings(ctx, tx, since, int64(most))
		if err != nil {
			return err
		}
		ids := make([]string, len(rows))
		for i, r := range rows {
			ids[i] = r.CallID
		}
		bodies, err := s.bodies(ctx, tx, ids)
		for _, r := range rows {
			b := bodies[r.CallID]
			u := Unchecked{Call: r.CallID, Name: r.Name, EndedAt: r.EndedAt.UTC(), Talk: b.Talk(), Served: b.Fallback != nil && b.Fallback.Agent != ""}
			if r.MessageMs != nil {
				u.Talk, u.Message, u.Served = b.spoken(*r.MessageMs), true, false
			}
			list = append(list, u)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list unchecked recordings: %w", err)
	}
	return list, nil
}

// Talk is for how long the caller was recorded with a person: from the first answer on,
// without the times in which he was on hold, waited for another, was told who has him, was with
// the voicemail or the switch's fallback, was asked how it was, or the recording paused.
func (b Body) Talk() time.Duration {
	if b.JoinedAt == nil || b.EndedAt == nil {
		return 0
	}
	from, talk := *b.JoinedAt, time.Duration(0)
	spans := b.untalked()
	slices.SortFunc(spans, func(x, y aloneSpan) int { return x.from.Compare(y.from) })
	for _, s := range spans { // they may overlap
		if s.from.After(from) {
			talk += s.from.Sub(from)
		}
		if s.to == nil {
			return talk
		}
		if s.to.After(from) {
			from = *s.to
		}
	}
	return talk + max(b.EndedAt.Sub(from), 0)
}

// untalked are the times, after the first answer, in which he talked to nobody or was not recorded.
func (b Body) untalked() (spans []aloneSpan) {
	for _, h := range b.Holds {
		spans = append(spans, aloneSpan{h.BeganAt, h.EndedAt})
	}
	for _, t := range b.Transfers {
		if t.Kind == string(cti.Announced) {
			spans = append(spans, aloneSpan{t.At, t.EndedAt})
		}
	}
	for _, q := range b.QueueEntries {
		if q.EnteredAt.After(*b.JoinedAt) {
			spans = append(spans, aloneSpan{q.EnteredAt, q.LeftAt})
		}
	}
	for _, l := range b.Legs { // he is told who has picked up before the two are joined
		if l.Role == string(cti.RoleAgent) && l.AnsweredAt != nil && l.AnsweredAt.After(*b.JoinedAt) {
			joined := l.JoinedAt
			if joined == nil {
				joined = l.EndedAt
			}
			spans = append(spans, aloneSpan{*l.AnsweredAt, joined})
		}
	}
	if from, to, ok := b.asked(); ok {
		spans = append(spans, aloneSpan{from, to})
	}
	spans = append(spans, b.alone()...)
	for i, step := range b.FlowPath {
		if step.Step != "recording" || step.Detail != "paused" {
			continue
		}
		var resumed *time.Time
		for _, next := range b.FlowPath[i+1:] {
			if next.Step == "recording" {
				resumed = &next.At
				break
			}
		}
		spans = append(spans, aloneSpan{step.At, resumed})
	}
	return spans
}

// aloneSpan is a time in which nobody of the hotline's talked to the caller.
type aloneSpan struct {
	from time.Time
	to   *time.Time
}

// alone are the times that he was with the voicemail or the switch's fallback, each until he
// came into a queue again.
func (b Body) alone() (list []aloneSpan) {
	for _, step := range b.FlowPath {
		if step.Step != "fallback" && (step.Step != "voicemail" || step.Detail != string(cti.MailGreeting)) {
			continue
		}
		if n := len(list); n > 0 && (list[n-1].to == nil || step.At.Before(*list[n-1].to)) {
			continue // from the one to the other
		}
		s := aloneSpan{from: step.At}
		for _, q := range b.QueueEntries {
			if q.EnteredAt.After(step.At) && (s.to == nil || q.EnteredAt.Before(*s.to)) {
				s.to = &q.EnteredAt
			}
		}
		list = append(list, s)
	}
	return list
}

// spoken is how long the caller spoke to the voicemail: of the switch's fallback only the time
// that he had is known.
func (b Body) spoken(lengthMs int64) time.Duration {
	if slices.ContainsFunc(b.FlowPath, func(s Step) bool { return s.Step == "voicemail" && s.Detail == "" }) {
		return 0
	}
	return time.Duration(lengthMs) * time.Millisecond
}

// Reasons of the amendments about recordings.
const (
	recordingChecked   = "recording checked"
	recordingDestroyed = "recording destroyed"
)

// CheckRecording keeps what a look at a recording has found, and seals it into the
// chain. A second look at the same one is forgotten.
func (s *Store) CheckRecording(ctx context.Context, call string, c RecordingCheck) error {
	c.CheckedAt = c.CheckedAt.UTC().Truncate(time.Millisecond)
	sides, err := writeList(c.Sides)
	if err != nil {
		return fmt.Errorf("check recording %s: %w", c.Name, err)
	}
	return s.noteRecording(ctx, call, recordingChecked, c, c.CheckedAt, c.Result != RecordingNone, func(tx pgx.Tx) (int64, error) {
		return s.q.AddRecordingCheck(ctx, tx, sql.AddRecordingCheckParams{
			CallID: call, Name: c.Name, CheckedAt: c.CheckedAt, Result: string(c.Result), TalkMs: c.TalkMs, LengthMs: c.LengthMs,
			LoudMs: c.LoudMs, Bytes: c.Bytes, Sha256: c.SHA256, Sides: sides,
		})
	})
}

// DestroyedRecording is proof that a recording was destroyed by rule.
type DestroyedRecording struct {
	Call string `json:"-"`
	Name string `json:"name"`
	// Rule is what says so.
	Rule string    `json:"rule"`
	At   time.Time `json:"destroyed_at"`
}

// Destroyed seals into the chain that a recording was destroyed (requirement H3).
func (s *Store) Destroyed(ctx context.Context, d DestroyedRecording) error {
	d.At = d.At.UTC().Truncate(time.Millisecond)
	return s.noteRecording(ctx, d.Call, recordingDestroyed, d, d.At, true, func(tx pgx.Tx) (int64, error) {
		return s.q.AddRecordingEnd(ctx, tx, d.Call, d.Name, d.At)
	})
}

// noteRecording adds a row about a recording, if it is not there, with its amendment
// where it is to be sealed.
func (s *Store) noteRecording(ctx context.Context, call, reason string, what any, at time.Time, seal bool, add func(pgx.Tx) (int64, error)) error {
	body, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("%s: %w", reason, err)
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		c, err := s.q.CallForAmendment(ctx, tx, call)
		if err != nil {
			return err
		}
		added, err := add(tx)
		if err != nil || added == 0 || !seal {
			return err
		}
		a := Amendment{ID: uuid.New(), Call: call, Company: c.Company, Author: systemAuthor, Reason: reason, Body: string(body), MadeAt: at}
		return s.sealAmendment(ctx, tx, &a)
	})
	if err != nil {
		return fmt.Errorf("note of call %s: %s: %w", call, reason, err)
	}
	return nil
}

// BadRecordings counts the recordings looked at since then that are not as they should be.
func (s *Store) BadRecordings(ctx context.Context, since time.Time) (int64, error) {
	n, err := s.q.BadRecordings(ctx, s.pool, since)
	if err != nil {
		return 0, fmt.Errorf("count bad recordings: %w", err)
	}
	return n, nil
}

// OldRecordings lists recordings looked at before then that are there still, the oldest first,
// without as many as are skipped.
func (s *Store) OldRecordings(ctx context.Context, before time.Time, most, skip int) ([]DestroyedRecording, error) {
	rows, err := s.q.OldRecordings(ctx, s.pool, before, int64(skip), int64(most))
	if err != nil {
		return nil, fmt.Errorf("list old recordings: %w", err)
	}
	list := make([]DestroyedRecording, len(rows))
	for i, r := range rows {
		list[i] = DestroyedRecording{Call: r.CallID, Name: r.Name}
	}
	return list, nil
}
