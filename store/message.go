package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sansheng/cti"
	"sansheng/store/internal/sql"
	"sansheng/store/ticket"
)

// LeftMessage is what a caller has left at the voicemail. Whose it is, and what came of it,
// the ticket says too.
type LeftMessage struct {
	// Box is the queue for which it was left.
	Box    string    `json:"box"`
	LeftAt time.Time `json:"left_at"`
	// Number is the one to be called: Mask it before showing it.
	Number string `json:"number"`
	// Recording is its file's name at the switch, LengthMs its length. Checked is what a look
	// at the file has found, with its hash; empty until then.
	Recording string          `json:"recording"`
	LengthMs  int64           `json:"length_ms"`
	Checked   RecordingResult `json:"checked,omitempty"`
	SHA256    string          `json:"sha256,omitempty"`
	TakenBy   string          `json:"taken_by,omitempty"`
	TakenAt   *time.Time      `json:"taken_at"`
	// FinishedBy is who has finished with it, Result what came of it.
	FinishedBy string     `json:"finished_by,omitempty"`
	FinishedAt *time.Time `json:"finished_at"`
	Result     string     `json:"result,omitempty"`
	// Transcript is what a machine has made of it, where one is asked.
	Transcript *Transcript `json:"transcript,omitempty"`
}

// addMessages completes tickets of messages.
func (s *Store) addMessages(ctx context.Context, list []Ticket) error {
	var ids []string
	for _, t := range list {
		if t.ID == ticketID(cti.CallID(t.Call), ticket.Voicemail) {
			ids = append(ids, t.Call)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := s.q.MessagesByCall(ctx, s.pool, ids)
	if err != nil {
		return err
	}
	written, err := s.transcripts(ctx, ids)
	if err != nil {
		return err
	}
	left := make(map[string]*LeftMessage, len(rows))
	for _, r := range rows {
		m := &LeftMessage{
			Box: r.Box, LeftAt: r.LeftAt.UTC(), Number: r.Number, Recording: r.Recording, LengthMs: r.LengthMs,
			Checked: RecordingResult(r.Checked), SHA256: r.Sha256, TakenBy: r.TakenBy, TakenAt: utc(r.TakenAt),
			FinishedBy: r.FinishedBy, FinishedAt: utc(r.FinishedAt), Result: r.Result,
			Transcript: written[r.CallID],
		}
		if r.MeasuredMs > 0 {
			m.LengthMs = r.MeasuredMs // the file knows better
		}
		left[r.CallID] = m
	}
	for i := range list {
		if t := &list[i]; t.ID == ticketID(cti.CallID(t.Call), ticket.Voicemail) {
			t.Message = left[t.Call]
		}
	}
	return nil
}

// applyMail queues what a caller who leaves a message does, and what he has left.
func (b *batch) applyMail(ctx context.Context, f cti.Fact) error {
	call := string(f.Call)
	switch d := f.Data.(type) {
	case *cti.MailSteppedData:
		err := b.step(ctx, f, "voicemail", mailStepped(d))
		if d.Step == cti.MailGreeting {
			err = errors.Join(err, b.leaveQueue(ctx, f, "moved")) // where he waited
		}
		return err
	case *cti.MailRecordedData:
		kept := "dropped"
		if d.Kept {
			kept = "kept"
		}
		return b.step(ctx, f, "voicemail recorded", fmt.Sprintf("%.1f s, %s, %s", d.LengthMs.Duration().Seconds(), d.End, kept))
	case *cti.MessageLeftData:
		return errors.Join(
			b.step(ctx, f, "message left", string(d.Box)),
			b.recorded(ctx, f, d.Recording),
			b.s.q.LeaveMessage(ctx, b.out, sql.LeaveMessageParams{
				CallID: call, Company: string(f.Company), Box: string(d.Box), Did: d.DID, Caller: clean(d.Caller), Number: clean(d.Number),
				Recording: clean(d.Recording), LengthMs: int64(d.LengthMs), At: f.At,
			}),
			b.s.q.OpenVoicemail(ctx, b.out, sql.OpenVoicemailParams{
				ID: ticketID(f.Call, ticket.Voicemail), Company: string(f.Company), CallID: call, At: f.At,
			}),
		)
	}
	return nil
}

// mailStepped says where a caller came to, and by which key, as in "3: recording 2".
func mailStepped(d *cti.MailSteppedData) string {
	s := string(d.Step)
	if d.Take > 0 {
		s = fmt.Sprintf("%s %d", s, d.Take)
	}
	if d.By != "" {
		s = d.By + ": " + s
	}
	return s
}

// applyMessage queues who has taken a message, and what came of it.
func (b *batch) applyMessage(ctx context.Context, f cti.Fact) error {
	call := string(f.Call)
	switch d := f.Data.(type) {
	case *cti.MessageTakenData:
		return b.s.q.TakeMessage(ctx, b.out, sql.TakeMessageParams{
			CallID: call, TicketID: ticketID(f.Call, ticket.Voicemail), ByPerson: clean(d.By), At: given(f.At),
		})
	case *cti.MessageFinishedData:
		return b.s.q.FinishMessage(ctx, b.out, sql.FinishMessageParams{
			CallID: call, TicketID: ticketID(f.Call, ticket.Voicemail), ByPerson: clean(d.By), At: given(f.At), Result: b.told(f.Call, d.Result),
		})
	}
	return nil
}
