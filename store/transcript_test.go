package store

import (
	"testing"
	"time"

	"sansheng/store/ticket"
)

// TestTranscripts: a message comes to the machine once its file has been looked at, again
// where nothing was said of it, ever later, and not when it was given up or is written down;
// nobody else gets it meanwhile.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.Replay(t.Context(), "story", messages.parse(t, "e")...); err != nil {
		t.Fatal(err)
	}
	now, since := storyStart.Add(time.Hour), storyStart
	next := func() (Untranscribed, bool) {
		t.Helper()
		u, ok, err := s.NextUntranscribed(t.Context(), since, now, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return u, ok
	}
	if u, ok := next(); ok {
		t.Fatalf("before its file is whole: %+v", u)
	}
	err := s.CheckRecording(t.Context(), "c1", RecordingCheck{Name: "voicemail-c1-2", CheckedAt: storyStart, Result: RecordingGood, LengthMs: 6900, Bytes: 100, SHA256: "abc"})
	if err != nil {
		t.Fatal(err)
	}
	u, ok := next()
	if !ok || u.Call != "c1" || u.Recording != "voicemail-c1-2" || u.Language != "zh" || u.Company != "demo" || u.Attempt != 1 {
		t.Fatalf("first %+v, %t", u, ok)
	}
	for attempt, wait := range []time.Duration{2 * time.Minute, 3 * time.Minute, 5 * time.Minute, 9 * time.Minute} {
		now = now.Add(wait - time.Second)
		if u, ok := next(); ok {
			t.Fatalf("after attempt %d it comes too early: %+v", attempt+1, u)
		}
		now = now.Add(time.Second)
		if u, ok = next(); !ok || int(u.Attempt) != attempt+2 {
			t.Fatalf("attempt %d: %+v, %t", attempt+2, u, ok)
		}
		if err := s.NotTranscribed(t.Context(), "c1", "status 503", false); err != nil {
			t.Fatal(err)
		}
	}
	if m := onlyMessage(t, s); m.Transcript == nil || m.Transcript.Failure != "status 503" || m.Transcript.Attempts != 5 || m.Transcript.MadeAt != nil {
		t.Errorf("while it fails %+v", m.Transcript)
	}
	now = now.Add(2 * time.Hour)
	if _, ok := next(); !ok {
		t.Fatal("it is given up")
	}
	if err := s.Transcribed(t.Context(), "c1", "请回电 13800138000", now); err != nil {
		t.Fatal(err)
	}
	if x := onlyMessage(t, s).Transcript; x.By != "machine" || x.Text != "请回电 13800138000" || x.MadeAt == nil || x.Failure != "" {
		t.Errorf("written down %+v", x)
	}
	now = now.Add(24 * time.Hour)
	if u, ok := next(); ok {
		t.Errorf("written down it comes again: %+v", u)
	}
}

func onlyMessage(t *testing.T, s *Store) *LeftMessage {
	t.Helper()
	tickets, err := s.Tickets(t.Context(), TicketFilter{Kind: string(ticket.Voicemail)})
	if err != nil || len(tickets) != 1 || tickets[0].Message == nil {
		t.Fatalf("tickets %+v, %v", tickets, err)
	}
	return tickets[0].Message
}

// TestTranscriptGivenUp: what the machine will not take is not sent again, nor what was left
// too long ago.
func TestTranscriptGivenUp(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.Replay(t.Context(), "story", messages.parse(t, "e")...); err != nil {
		t.Fatal(err)
	}
	err := s.CheckRecording(t.Context(), "c1", RecordingCheck{Name: "voicemail-c1-2", CheckedAt: storyStart, Result: RecordingGood, LengthMs: 6900, Bytes: 100, SHA256: "abc"})
	if err != nil {
		t.Fatal(err)
	}
	now := storyStart.Add(time.Hour)
	if u, ok, err := s.NextUntranscribed(t.Context(), now, now, time.Minute); err != nil || ok {
		t.Fatalf("left too long ago: %+v, %v", u, err)
	}
	if _, ok, err := s.NextUntranscribed(t.Context(), storyStart, now, time.Minute); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := s.NotTranscribed(t.Context(), "c1", "refused with status 415", true); err != nil {
		t.Fatal(err)
	}
	if u, ok, err := s.NextUntranscribed(t.Context(), storyStart, now.Add(24*time.Hour), time.Minute); err != nil || ok {
		t.Errorf("given up it comes again: %+v, %v", u, err)
	}
}
