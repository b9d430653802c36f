package store

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

// greetedLate is a story of callers to a line that answers by itself: one leaves before it
// has, one whom the operator does not want, and one who is still being greeted.
var greetedLate = story{facts: `0     call.arrived   c1  -     {"did":"800100","caller":{"number":"13800138000"},"channel":"ch-1","direction":"inbound","mode":"greeted","language":"zh","ring_period_ms":5000,"ringback_at":"2026-03-02T08:00:00Z","recording":"c1"}
10    call.queued    c1  -     {"queue":"service","priority":5,"ahead":0}
100   call.hung_up   c1  -     {"by":"caller"}
110   call.leg_ended c1  -     {"channel":"ch-1","role":"caller","cause":16}
110   call.ended     c1  -     {"by":"caller","disposition":"NO ANSWER","cause":16,"abandoned":true}
1000  call.arrived   c2  -     {"did":"800100","caller":{"number":"13800138001"},"channel":"ch-2","direction":"inbound","mode":"greeted","language":"zh","ring_period_ms":5000,"ringback_at":"2026-03-02T08:00:01Z","recording":"c2"}
1010  call.hung_up   c2  -     {"by":"system","ordered":true}
1020  call.leg_ended c2  -     {"channel":"ch-2","role":"caller","cause":21}
1020  call.ended     c2  -     {"by":"system","disposition":"FAILED","cause":21}
2000  call.arrived   c3  -     {"did":"800100","caller":{"number":"13800138002"},"channel":"ch-3","direction":"inbound","mode":"greeted","language":"zh","ring_period_ms":5000,"ringback_at":"2026-03-02T08:00:02Z","recording":"c3"}
2010  call.queued    c3  -     {"queue":"service","priority":5,"ahead":0}
`}

// The board says what the summary and the records say: of every day, of a company and of each
// of its queues.
func TestBoard(t *testing.T) {
	t.Parallel()
	c := busyDays(t)
	if err := c.Replay(t.Context(), "late", retold(t, greetedLate, "late")...); err != nil {
		t.Fatal(err)
	}
	records, err := c.Calls(t.Context(), Filter{Company: "demo"})
	if err != nil {
		t.Fatal(err)
	}
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	var all BoardFigures
	for day := 1; day <= 8; day++ {
		from := time.Date(2026, 3, day, 0, 0, 0, 0, shanghai)
		f := SummaryFilter{Company: "demo", From: from, Until: from.AddDate(0, 0, 1)}
		board, err := c.Board(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		parts := append([]BoardQueue{{Figures: board.Figures}}, board.Queues...)
		for _, part := range parts {
			f.Queues = nil
			if part.Queue != "" {
				f.Queues = []string{part.Queue}
				led, err := c.Board(t.Context(), f)
				if err != nil {
					t.Fatal(err)
				}
				if len(led.Queues) != 1 || figures(t, led.Queues[0].Figures) != figures(t, part.Figures) || led.Figures.Arrived != part.Figures.Arrived {
					t.Errorf("%s, queue %s: whoever leads it sees %+v, others %+v", board.Day, part.Queue, led, part.Figures)
				}
			}
			sum, err := c.Summary(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			sum.Calls.Dialled, sum.Calls.Reached = 0, 0
			if got := dayCalls(part.Figures); got != *sum.Calls {
				t.Errorf("%s, queue %q: the board says %+v, the summary %+v", board.Day, part.Queue, got, *sum.Calls)
			}
			if got, want := figures(t, part.Figures), figures(t, slowFigures(records, f, part)); got != want {
				t.Errorf("%s, queue %q: got %s, the records say %s", board.Day, part.Queue, got, want)
			}
		}
		all.Unanswered += board.Figures.Unanswered
		for i, r := range board.Figures.Rates {
			if len(all.Rates) <= i {
				all.Rates = append(all.Rates, Rate{Name: r.Name})
			}
			all.Rates[i].Numerator += r.Numerator
			all.Rates[i].Denominator += r.Denominator
		}
	}
	// The days are full enough for each rate to be wrong.
	for _, r := range all.Rates {
		if r.Numerator == 0 || r.Name != RatePerson && r.Numerator == r.Denominator {
			t.Errorf("%s is %d of %d on all days", r.Name, r.Numerator, r.Denominator)
		}
	}
	if all.Unanswered == 0 || len(all.Rates) != 4 {
		t.Errorf("%d calls unanswered, %d rates", all.Unanswered, len(all.Rates))
	}
}

func figures(t *testing.T, f BoardFigures) string {
	t.Helper()
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func dayCalls(f BoardFigures) DayCalls {
	return DayCalls{
		Arrived: f.Arrived, Answered: f.Answered, WithinThreeRings: f.WithinThreeRings, LeftUnjoined: f.LeftUnjoined,
		BySwitch: f.BySwitch, Abandoned: f.Abandoned, Emergency: f.Emergency, LongestWaitMs: f.LongestWaitMs,
	}
}

// slowFigures counts rates from whole records; what the summary has is taken from the part.
func slowFigures(records []Record, f SummaryFilter, part BoardQueue) BoardFigures {
	want := part.Figures
	var n, of [4]int64
	want.Unanswered = 0
	for _, r := range records {
		waited := slices.ContainsFunc(r.QueueEntries, func(q QueueEntry) bool { return part.Queue == "" || q.Queue == part.Queue })
		if r.Direction != "inbound" || r.StartedAt.Before(f.From) || !r.StartedAt.Before(f.Until) || part.Queue != "" && !waited {
			continue
		}
		served, over := r.Fallback != nil && r.Fallback.Agent != "", r.EndedAt != nil
		taken := r.Agent != nil || served || slices.ContainsFunc(r.FlowPath, func(s Step) bool {
			return s.Step == "greeting" || s.Step == "flow" || s.Step == "voicemail"
		})
		connected, refused := r.JoinedAt != nil || served, some(r.HungUpBy) == "system"
		add(&want.Unanswered, over && !taken && !refused)
		add(&of[3], r.Agent != nil)
		add(&n[3], r.WithinThreeRings != nil && *r.WithinThreeRings)
		if r.Mode == "direct" {
			add(&of[2], connected || over)
			add(&n[2], connected)
			continue
		}
		add(&of[0], taken || over && !refused)
		add(&n[0], taken)
		add(&of[1], waited && (connected || over))
		add(&n[1], waited && connected)
	}
	want.Rates = []Rate{
		rate(RateAutomatic, n[0], of[0], 0.98), rate(RateToPerson, n[1], of[1], 0.85), rate(RatePerson, n[2], of[2], 0.9), rate(RateThreeRings, n[3], of[3], 0),
	}
	if part.Queue != "" {
		want.Rates = want.Rates[1:]
	}
	return want
}

// A company without calls has figures all the same, and no rate is taken of none.
func TestBoardOfQuietDay(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	from := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	b, err := s.Board(t.Context(), SummaryFilter{Company: "demo", From: from, Until: from.AddDate(0, 0, 1), Queues: []string{}})
	if err != nil || b.Figures.Arrived != 0 || len(b.Figures.Rates) != 4 || b.Queues == nil || len(b.Queues) != 0 {
		t.Fatalf("%+v, %v", b, err)
	}
	for _, r := range b.Figures.Rates {
		if r.Value != nil || (r.Target == nil) != (r.Name == RateThreeRings) {
			t.Errorf("%+v", r)
		}
	}
	if q := NoCalls("service"); len(q.Figures.Rates) != 3 || q.Queue != "service" {
		t.Errorf("%+v", q)
	}
}
