package callback

import (
	"math"
	"slices"
	"time"

	"sansheng/cti/hours"
)

// Ended is a closed ticket as the rates count it.
type Ended struct {
	Kind     string
	ClosedAt time.Time
	// Owed: its caller is to be called back, by Due.
	Owed bool
	Due  time.Time
	// State is the callback's; DoneAt when its caller was spoken to.
	State  State
	DoneAt time.Time
}

// Month is how a month stands. Tickets are counted, and not calls: one call about three
// tickets is three.
type Month struct {
	// Closed are the tickets closed in it, Owed those of them whose callers are called back.
	Closed int `json:"closed"`
	Owed   int `json:"owed"`
	// Done are those whose callers were spoken to in it, whenever they were closed.
	Done int `json:"done"`
	// Failed, Waived and Waiting are what else has become of those closed in it; Kept
	// are those of them that are done, in this month or after it.
	Failed  int `json:"failed"`
	Waived  int `json:"waived"`
	Waiting int `json:"waiting"`
	Kept    int `json:"kept"`
	// Open are those that wait and are due before its end, whenever they were closed.
	Open int `json:"open"`
}

// Rate is the callback rate: callbacks done in the month to tickets closed in it
// (requirement F2), 0 to 1. Where more are done than closed, as after a busy end of the month
// before, it is 1.
func (m Month) Rate() float64 { return share(m.Done, m.Closed) }

// KeptRate is how many of those who are owed a call were spoken to, of the tickets closed in
// the month, 0 to 1; what the regulations want to be 1 is this one, by kind (requirement F1).
func (m Month) KeptRate() float64 { return share(m.Kept, m.Owed) }

// share is a part of a whole, from 0 to 1; 1 where there is nothing to be done.
func share(part, whole int) float64 {
	if whole <= 0 {
		return 1
	}
	return min(1, float64(part)/float64(whole))
}

// Count counts the month of a day, by the company's calendar.
func (o *Office) Count(of hours.Date, tickets []Ended) Month {
	in := func(t time.Time) bool {
		d := o.day(t)
		return !t.IsZero() && d.Year == of.Year && d.Month == of.Month
	}
	end := o.Hours.DaysLater(o.noon(lastOf(of)), 0, 24*60)
	var m Month
	for _, t := range tickets {
		waits := t.Owed && !t.State.Over()
		if t.State == Done && in(t.DoneAt) {
			m.Done++
		}
		if waits && !t.Due.After(end) {
			m.Open++
		}
		if !in(t.ClosedAt) {
			continue
		}
		m.Closed++
		if !t.Owed {
			continue
		}
		m.Owed++
		switch t.State {
		case Done:
			m.Kept++
		case Failed:
			m.Failed++
		case Waived:
			m.Waived++
		default:
			m.Waiting++
		}
	}
	return m
}

// Forecast is how a month will end.
type Forecast struct {
	Closed int     `json:"closed"`
	Done   int     `json:"done"`
	Rate   float64 `json:"rate"`
}

// Forecast tells how the month of a moment will end if it goes on as so far: as many
// tickets are closed on each working day that is left, as many of them are owed a call, and of
// those that are due by the month's end as many are reached as have been until now.
func (o *Office) Forecast(m Month, now time.Time) Forecast {
	today := o.day(now)
	last := lastOf(today)
	passed, left, due := 0, 0, 0
	for d := (hours.Date{Year: today.Year, Month: today.Month, Day: 1}); !last.Before(d); d = d.Add(1) {
		switch {
		case !o.Hours.WorkingDay(d):
		case !today.Before(d):
			passed++
		default:
			left++
			if !last.Before(d.Add(o.Rules.Days)) {
				due++
			}
		}
	}
	reached := share(m.Kept, m.Kept+m.Failed+m.Waived)
	f := Forecast{Closed: m.Closed, Done: m.Done}
	open := float64(m.Open)
	if passed > 0 {
		pace := float64(m.Closed) / float64(passed)
		f.Closed += round(pace * float64(left))
		if m.Closed > 0 {
			open += pace * float64(due) * float64(m.Owed) / float64(m.Closed)
		}
	}
	f.Done += round(open * reached)
	f.Rate = share(f.Done, f.Closed)
	return f
}

func round(x float64) int { return int(math.Round(x)) }

// lastOf is the last day of a day's month.
func lastOf(d hours.Date) hours.Date {
	return hours.DateOf(time.Date(d.Year, d.Month+1, 0, 0, 0, 0, 0, time.UTC))
}

// noon is that of a day.
func (o *Office) noon(d hours.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, o.Hours.Zone())
}

// Quota is how many callers are to be spoken to on the day of a moment: the smallest
// number with which, on each working day from then on, all are in time. Calls wait for no
// day that is not worked: what is due on one is made on the working day before it, and what
// is overdue today. On a day that is not worked the quota is what is due before the next
// one that is.
func (o *Office) Quota(dues []time.Time, now time.Time) int {
	due := make([]hours.Date, len(dues))
	for i, t := range slices.SortedFunc(slices.Values(dues), time.Time.Compare) {
		due[i] = o.day(t.Add(-1)) // midnight is the end of the day before
	}
	today := o.day(now)
	quota, days, n := 0, 0, 0 // n are due before d
	for d := today; n < len(due); d = d.Add(1) {
		works := o.Hours.WorkingDay(d)
		if works && days > 0 {
			quota = max(quota, (n+days-1)/days)
			if !o.Hours.WorkingDay(today) {
				return quota
			}
		}
		if works || d == today {
			days++
		}
		for n < len(due) && !d.Before(due[n]) {
			n++
		}
	}
	return max(quota, (n+max(days, 1)-1)/max(days, 1))
}

// Part is how many calls of a day are an agent's.
type Part struct {
	Agent string `json:"agent"`
	Calls int    `json:"calls"`
}

// Deal gives each agent his part of a day's quota, in the order of their numbers: the
// parts differ by one at most and are the quota together. Who has one more goes round from
// day to day, so that over as many days as there are agents each has it as often.
func Deal(quota int, agents []string, day hours.Date) []Part {
	agents = slices.Compact(slices.Sorted(slices.Values(agents)))
	n := len(agents)
	if n == 0 {
		return nil
	}
	quota = max(quota, 0)
	first := (int(time.Date(day.Year, day.Month, day.Day, 0, 0, 0, 0, time.UTC).Unix()/(24*60*60))%n + n) % n
	parts := make([]Part, n)
	for i, a := range agents {
		parts[i] = Part{a, quota / n}
		if (i-first+n)%n < quota%n {
			parts[i].Calls++
		}
	}
	return parts
}
