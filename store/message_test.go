package store

import (
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/cti/sheet"
	"sansheng/store/ticket"
)

// messages is a story of two by night: the first leaves a message, after one that he has
// dropped, with another number, and it is taken, by another too late, and finished with; the
// second says nothing and is let go.
var messages = story{facts: `0      call.arrived       c1  -     {"did":"800200","caller":{"number":"13800138000"},"channel":"ch-1","direction":"inbound","mode":"greeted","language":"zh","ring_period_ms":5000,"ringback_at":"2026-03-02T08:00:00Z","recording":"c1"}
10     call.queued        c1  -     {"queue":"service","priority":0,"ahead":3}
1000   call.mail_stepped  c1  -     {"step":"greeting","box":"service","number":"13800138000"}
5000   call.mail_stepped  c1  -     {"step":"recording","box":"service","take":1,"recording":"voicemail-c1-1"}
9000   call.mail_recorded c1  -     {"take":1,"recording":"voicemail-c1-1","length_ms":3200,"end":"key","kept":true}
9010   call.mail_stepped  c1  -     {"step":"menu","box":"service"}
12000  call.mail_stepped  c1  -     {"step":"recording","box":"service","take":2,"recording":"voicemail-c1-2","by":"3"}
20000  call.mail_recorded c1  -     {"take":2,"recording":"voicemail-c1-2","length_ms":7000,"end":"silence","kept":true}
30000  call.message_left  c1  -     {"did":"800200","box":"service","caller":"13800138000","number":"02155550001","recording":"voicemail-c1-2","length_ms":7000}
30500  call.hung_up       c1  -     {"by":"caller"}
30510  call.leg_ended     c1  -     {"channel":"ch-1","role":"caller","cause":16}
30510  call.ended         c1  -     {"by":"caller","disposition":"NO ANSWER","cause":16}
40000  call.arrived       c2  -     {"did":"800200","caller":{"number":"13800138001"},"channel":"ch-2","direction":"inbound","mode":"greeted","language":"zh","ring_period_ms":5000,"ringback_at":"2026-03-02T08:00:40Z","recording":"c2"}
40010  call.mail_stepped  c2  -     {"step":"greeting","box":"service","number":"13800138001"}
60000  call.hung_up       c2  -     {"by":"system","ordered":true}
60010  call.leg_ended     c2  -     {"channel":"ch-2","role":"caller","cause":16}
60010  call.ended         c2  -     {"by":"system","disposition":"NO ANSWER","cause":16,"abandoned":true}
70000  message.taken      c1  -     {"by":"1001"}
71000  message.taken      c1  -     {"by":"1002"}
80000  message.finished   c1  -     {"by":"1001","result":"called back"}
`}

// TestMessages: a message is a ticket of its own kind, and none to call back beside it; whose
// it is and what came of it are in both. Who has left none is called back as others are.
func TestMessages(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	facts := messages.parse(t, "e")
	untaken := len(facts) - 3
	if err := s.Replay(t.Context(), "story", facts[:untaken]...); err != nil {
		t.Fatal(err)
	}
	tickets, err := s.Tickets(t.Context(), TicketFilter{})
	if err != nil || len(tickets) != 2 || tickets[0].Kind != ticket.Voicemail || tickets[1].Kind != ticket.Callback || tickets[1].Call != "c2" || tickets[1].Message != nil {
		t.Fatalf("tickets: %+v, %v", tickets, err)
	}
	m := tickets[0].Message
	if m == nil || tickets[0].State != "open" || tickets[0].Owner != nil || m.Number != "02155550001" || m.Recording != "voicemail-c1-2" ||
		m.LengthMs != 7000 || m.TakenAt != nil || m.SHA256 != "" {
		t.Fatalf("ticket %+v, message %+v", tickets[0], m)
	}
	err = s.CheckRecording(t.Context(), "c1", RecordingCheck{Name: m.Recording, CheckedAt: storyStart, Result: RecordingGood, LengthMs: 6900, Bytes: 100, SHA256: "abc"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Replay(t.Context(), "story", facts...); err != nil {
		t.Fatal(err)
	}
	noFaults(t, s)
	tickets, err = s.Tickets(t.Context(), TicketFilter{Kind: string(ticket.Voicemail)})
	if err != nil || len(tickets) != 1 || tickets[0].State != "closed" || tickets[0].Owner == nil || *tickets[0].Owner != "1001" || tickets[0].ClosedAt == nil {
		t.Fatalf("tickets: %+v, %v", tickets, err)
	}
	if m = tickets[0].Message; m.TakenBy != "1001" || m.Result != "called back" || m.SHA256 != "abc" || m.LengthMs != 6900 {
		t.Errorf("message %+v", m)
	}
	r, err := s.Record(t.Context(), "c1")
	if err != nil || len(r.Recordings) != 2 || r.Recordings[1].Name != "voicemail-c1-2" || len(r.QueueEntries) != 1 || *r.QueueEntries[0].Result != "moved" {
		t.Errorf("record %+v, %v", r, err)
	}
}

// TestFinishedMessage: a ticket that has become another matter, or lies with a department, stays
// when its message is finished; one that is a message still is closed.
func TestFinishedMessage(t *testing.T) {
	t.Parallel()
	complaint := &ticket.Filled{Kind: ticket.Complaint, Final: true, Said: sheet.Values{
		"matter": "nobody came", "about": "delay", "phone": "13800138000", "place": "Nanjing Rd 1", "done": "asked the gang", "result": "they come today",
	}}
	forwarded := &ticket.ForwardedTo{Department: "gas", Reason: "their boiler"}
	for name, c := range map[string]struct {
		acts []ticket.Act
		kind ticket.Kind
		want ticket.State
	}{
		"a message":              {nil, ticket.Voicemail, ticket.Closed},
		"a complaint":            {[]ticket.Act{complaint}, ticket.Complaint, ticket.Open},
		"with a department":      {[]ticket.Act{forwarded}, ticket.Voicemail, ticket.Forwarded},
		"done by the department": {[]ticket.Act{forwarded, &ticket.Finished{Result: "pump changed"}}, ticket.Voicemail, ticket.Closed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			facts := messages.parse(t, "e")
			if err := s.Replay(t.Context(), "story", facts[:len(facts)-3]...); err != nil {
				t.Fatal(err)
			}
			id := ticketID("c1", ticket.Voicemail)
			for _, a := range c.acts {
				if _, err := s.Act(t.Context(), id, "1001", a, Anybody); err != nil {
					t.Fatal(err)
				}
			}
			if facts[len(facts)-1].Kind != cti.MessageFinished {
				t.Fatal("the story does not end with a message that is finished")
			}
			if err := s.Replay(t.Context(), "story", facts...); err != nil {
				t.Fatal(err)
			}
			list, err := s.Tickets(t.Context(), TicketFilter{ID: id.String()})
			if err != nil || len(list) != 1 || list[0].Kind != c.kind || list[0].State != c.want || list[0].Message == nil || list[0].Message.FinishedAt == nil {
				t.Fatalf("%+v, %v", list, err)
			}
			told := kindOfDay(t, s, c.kind)
			if is, want := told.Closed == 1, c.want == ticket.Closed; is != want || told.Opened != 1 || (told.Open == 1) == want {
				t.Errorf("the day says %+v", told)
			}
			if c.want == ticket.Forwarded {
				for _, a := range []ticket.Act{&ticket.Finished{Result: "pump changed"}, &ticket.Reopened{Reason: "leaks again"}} {
					if _, err := s.Act(t.Context(), id, "1001", a, Anybody); err != nil {
						t.Fatal(err)
					}
				}
				if told := kindOfDay(t, s, c.kind); told.Open != 1 || told.Closed != 0 {
					t.Errorf("opened again since, the day says %+v", told)
				}
			}
			if c.kind != ticket.Complaint {
				return
			}
			if _, err := s.Act(t.Context(), id, "1001", &ticket.ClosedWith{Result: "they came"}, Anybody); err != nil {
				t.Fatal(err)
			}
			if owed, err := s.FollowUps(t.Context(), FollowUpFilter{Owed: true}); err != nil || len(owed) != 1 {
				t.Errorf("%d callers are to be called, %v", len(owed), err)
			}
		})
	}
}

// kindOfDay is what the summary of the stories' day says of a kind.
func kindOfDay(t *testing.T, s *Store, k ticket.Kind) DayKind {
	t.Helper()
	from := storyStart.Truncate(24 * time.Hour)
	day, err := s.Summary(t.Context(), SummaryFilter{Company: "demo", From: from, Until: from.AddDate(0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range day.Kinds {
		if of.Kind == k {
			return of
		}
	}
	return DayKind{}
}
