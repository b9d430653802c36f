package store

import (
	"testing"
	"time"
)

// TestTalkWithoutVoicemail: a recording is held against the talks alone, not against what the
// caller did when nobody talked to him any more.
func TestTalkWithoutVoicemail(t *testing.T) {
	t.Parallel()
	at := func(s int) *time.Time { x := time.Date(2026, 3, 2, 9, 0, s, 0, time.UTC); return &x }
	for name, b := range map[string]Body{
		"voicemail": {FlowPath: []Step{{At: *at(65), Step: "voicemail", Detail: "greeting"}, {At: *at(80), Step: "voicemail", Detail: "recording 1"}}},
		"fallback":  {FlowPath: []Step{{At: *at(65), Step: "fallback", Detail: "limit"}, {At: *at(90), Step: "voicemail"}}},
		"both":      {FlowPath: []Step{{At: *at(65), Step: "voicemail", Detail: "greeting"}, {At: *at(90), Step: "fallback", Detail: "engine"}}},
	} {
		b.JoinedAt, b.EndedAt = at(0), at(125)
		b.QueueEntries = []QueueEntry{{EnteredAt: *at(60), LeftAt: at(65)}}
		if talk := b.Talk(); talk != time.Minute {
			t.Errorf("%s: they talked for %s", name, talk)
		}
		// He comes back, waits for 5 s, and talks for 10 s more.
		b.QueueEntries = append(b.QueueEntries, QueueEntry{EnteredAt: *at(110), LeftAt: at(115)})
		if talk := b.Talk(); talk != 70*time.Second {
			t.Errorf("%s, and back: they talked for %s", name, talk)
		}
	}
}

// TestTalkBetweenAnnouncements: while he is told who has picked up he talks to nobody, also where
// that one leaves before the two are joined; what overlaps counts once.
func TestTalkBetweenAnnouncements(t *testing.T) {
	t.Parallel()
	at := func(s int) *time.Time { x := time.Date(2026, 3, 2, 9, 0, s, 0, time.UTC); return &x }
	leg := func(answered, joined, ended *time.Time) Leg {
		return Leg{Role: "agent", AnsweredAt: answered, JoinedAt: joined, EndedAt: ended}
	}
	var b Body
	b.JoinedAt, b.EndedAt = at(2), at(60)
	b.Legs = []Leg{
		leg(at(0), at(2), at(10)),   // 8 s of talk
		leg(at(12), nil, at(14)),    // was picked up and left
		leg(at(20), at(22), at(40)), // 18 s, of which he was on hold for 5
		leg(at(35), at(41), at(60)), // the receiver: he talked to the agent until 41, and then for 19 s to the caller
	}
	b.QueueEntries = []QueueEntry{{EnteredAt: *at(10), LeftAt: at(12)}, {EnteredAt: *at(14), LeftAt: at(20)}}
	b.Holds = []Hold{{BeganAt: *at(25), EndedAt: at(30)}}
	b.Transfers = []Transfer{{Kind: "announced", At: *at(34), EndedAt: at(41)}}
	if talk := b.Talk(); talk != (8+7+19)*time.Second {
		t.Errorf("they talked for %s", talk)
	}
}

// TestMessageSpoken: a message is held against its own length, which nobody knows of one that
// the switch's fallback took.
func TestMessageSpoken(t *testing.T) {
	t.Parallel()
	own := Body{FlowPath: []Step{{Step: "voicemail", Detail: "greeting"}, {Step: "voicemail", Detail: "recording 1"}}}
	fallback := Body{FlowPath: []Step{{Step: "fallback", Detail: "engine"}, {Step: "voicemail"}}}
	if o, f := own.spoken(50_000), fallback.spoken(50_000); o != 50*time.Second || f != 0 {
		t.Errorf("the hotline's %s, the fallback's %s", o, f)
	}
}

// TestUncheckedMessage: of a call with a message the one recording is held against the talk, the
// other against the message's length.
func TestUncheckedMessage(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.Replay(t.Context(), "story", messages.parse(t, "e")...); err != nil {
		t.Fatal(err)
	}
	list, err := s.Unchecked(t.Context(), time.Time{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	messages := 0
	for _, u := range list {
		message := u.Name == "voicemail-c1-2"
		if u.Message != message || u.Served || u.Talk != map[bool]time.Duration{true: 7 * time.Second}[message] {
			t.Errorf("%+v", u)
		}
		if message {
			messages++
		}
	}
	if messages != 1 || len(list) != 3 {
		t.Errorf("%d messages among %d recordings", messages, len(list))
	}
}

// TestOldRecordings: what is there still is destroyed when it is old, also a file that cannot be
// heard; what was skipped holds up nothing behind it.
func TestOldRecordings(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.Replay(t.Context(), "story", messages.parse(t, "e")...); err != nil {
		t.Fatal(err)
	}
	for i, c := range []RecordingCheck{
		{Name: "c1", Result: RecordingMissing}, {Name: "voicemail-c1-2", Result: RecordingBroken}, {Name: "c2", Result: RecordingGood, SHA256: "abc"},
	} {
		c.CheckedAt = storyStart.Add(time.Duration(i) * time.Minute)
		if err := s.CheckRecording(t.Context(), map[bool]string{true: "c2", false: "c1"}[c.Name == "c2"], c); err != nil {
			t.Fatal(err)
		}
	}
	for skip, want := range []string{"voicemail-c1-2", "c2", ""} {
		list, err := s.OldRecordings(t.Context(), storyStart.Add(time.Hour), 1, skip)
		if err != nil || want == "" && len(list) > 0 || want != "" && (len(list) != 1 || list[0].Name != want) {
			t.Errorf("%d skipped: %+v, %v", skip, list, err)
		}
	}
}
