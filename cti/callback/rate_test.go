package callback

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sansheng/cti/hours"
)

func TestCount(t *testing.T) {
	o := office(t)
	ended := func(closed, due string, state State, done string) Ended {
		return Ended{Kind: "complaint", ClosedAt: wall(t, o, closed), Owed: due != "", Due: wall(t, o, due), State: state, DoneAt: wall(t, o, done)}
	}
	tickets := []Ended{
		ended("2026-02-28 23:59", "2026-03-05 20:00", Done, "2026-03-01 00:00"), // of the month before
		ended("2026-02-27 10:00", "2026-03-04 20:00", Waiting, ""),
		ended("2026-03-01 00:00", "2026-03-06 20:00", Done, "2026-03-02 10:00"),
		ended("2026-03-02 10:00", "2026-03-07 20:00", Failed, ""),
		ended("2026-03-02 10:00", "2026-03-07 20:00", Waived, ""),
		ended("2026-03-02 10:00", "2026-03-07 20:00", Calling, ""),
		ended("2026-03-02 10:00", "", "", ""),
		ended("2026-03-31 23:59", "2026-04-05 20:00", Waiting, ""),
		ended("2026-03-30 10:00", "2026-04-04 20:00", Done, "2026-04-01 10:00"), // done in the month after
		ended("2026-04-01 00:00", "2026-04-06 20:00", Done, "2026-04-02 10:00"),
	}
	m := o.Count(hours.Date{Year: 2026, Month: 3, Day: 15}, tickets)
	if want := (Month{Closed: 7, Owed: 6, Done: 2, Failed: 1, Waived: 1, Waiting: 2, Kept: 2, Open: 2}); m != want {
		t.Errorf("%+v, want %+v", m, want)
	}
	if m.Rate() != 2./7 || m.KeptRate() != 2./6 {
		t.Errorf("%v of those closed, %v of those owed", m.Rate(), m.KeptRate())
	}
	if none := (Month{}); none.Rate() != 1 || none.KeptRate() != 1 {
		t.Error("there is nothing to be done, and it is not done")
	}
}

func TestForecast(t *testing.T) {
	o := office(t)
	for _, c := range []struct {
		now  string
		m    Month
		want Forecast
	}{
		// Ten working days have passed and twelve are left, nine of them early enough for a
		// callback within the month: 120 more are closed, of the 45 owed and 2 open three quarters
		// are reached.
		{
			"2026-03-13 12:00", Month{Closed: 100, Owed: 50, Done: 40, Kept: 36, Failed: 12, Waiting: 2, Open: 2},
			Forecast{220, 75, 75. / 220},
		},
		// On the last day what is open is all that can come.
		{"2026-03-31 12:00", Month{Closed: 220, Owed: 110, Done: 100, Kept: 100, Waiting: 10, Open: 3}, Forecast{220, 103, 103. / 220}},
		// Before the first working day nobody knows.
		{"2026-03-01 12:00", Month{}, Forecast{0, 0, 1}},
		{"2026-03-01 12:00", Month{Done: 4, Open: 2}, Forecast{0, 6, 1}},
	} {
		if got := o.Forecast(c.m, wall(t, o, c.now)); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.now, got, c.want)
		}
	}
}

// TestRates: whatever the tickets, no rate is above the whole, and what is counted adds up.
func TestRates(t *testing.T) {
	o := office(t)
	rapid.Check(t, func(r *rapid.T) {
		moment := func(name string) time.Time {
			return wall(t, o, "2026-02-15 00:00").Add(time.Duration(rapid.IntRange(0, 60*24*60).Draw(r, name)) * time.Minute)
		}
		tickets := make([]Ended, rapid.IntRange(0, 30).Draw(r, "tickets"))
		for i := range tickets {
			e := Ended{ClosedAt: moment("closed"), Owed: rapid.Bool().Draw(r, "owed")}
			if e.Owed {
				e.Due = e.ClosedAt.Add(5 * 24 * time.Hour)
				e.State = rapid.SampledFrom([]State{Waiting, Calling, Confirming, Done, Failed, Waived}).Draw(r, "state")
			}
			if e.State == Done {
				e.DoneAt = moment("done")
			}
			tickets[i] = e
		}
		now := moment("now")
		m := o.Count(o.day(now), tickets)
		f := o.Forecast(m, now)
		for _, rate := range []float64{m.Rate(), m.KeptRate(), f.Rate} {
			if !(rate >= 0 && rate <= 1) {
				r.Fatalf("%v of the whole: %+v %+v", rate, m, f)
			}
		}
		if m.Owed > m.Closed || m.Kept+m.Failed+m.Waived+m.Waiting != m.Owed || f.Closed < m.Closed || f.Done < m.Done {
			r.Fatalf("%+v does not add up, nor does %+v", m, f)
		}
	})
}

// TestQuota: it is the smallest number with which all are in time.
func TestQuota(t *testing.T) {
	o := office(t)
	for _, c := range []struct {
		now  string
		dues string // days of March at 20:00
		want int
	}{
		{"2026-03-02 09:00", "", 0},
		{"2026-03-02 09:00", "2", 1},
		{"2026-03-02 09:00", "1 1 1", 3},            // overdue
		{"2026-03-02 09:00", "6 6 6 6 6", 1},        // five working days
		{"2026-03-02 09:00", "6 6 6 6 6 6", 2},      //
		{"2026-03-02 09:00", "3 3 3 3 20 20 20", 2}, //
		{"2026-03-06 09:00", "7 8 9", 2},            // those of the weekend on Friday
		{"2026-03-06 09:00", "9 9", 1},
		{"2026-03-07 09:00", "7 8 9", 2}, // a Saturday
		{"2026-03-07 09:00", "9 9", 0},
	} {
		var dues []time.Time
		for day := range fields(c.dues) {
			dues = append(dues, wall(t, o, fmt.Sprintf("2026-03-%02d 20:00", day)))
		}
		if got := o.Quota(dues, wall(t, o, c.now)); got != c.want {
			t.Errorf("%s, due on %s: %d, want %d", c.now, c.dues, got, c.want)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		now := wall(t, o, "2026-09-20 10:00").AddDate(0, 0, rapid.IntRange(0, 30).Draw(r, "today"))
		dues := make([]time.Time, rapid.IntRange(0, 25).Draw(r, "dues"))
		for i := range dues {
			dues[i] = now.Add(time.Duration(rapid.IntRange(-3*24, 25*24).Draw(r, "due")) * time.Hour)
		}
		got := o.Quota(dues, now)
		if want := slowQuota(o, dues, now); got != want {
			r.Fatalf("%d on %s, slowly %d: %v", got, o.day(now), want, dues)
		}
	})
}

// fields are the numbers of a text, one after the other.
func fields(text string) func(func(int) bool) {
	return func(yield func(int) bool) {
		n, in := 0, false
		for _, c := range text + " " {
			switch {
			case c != ' ':
				n, in = 10*n+int(c-'0'), true
			case in:
				if !yield(n) {
					return
				}
				n, in = 0, false
			}
		}
	}
}

// slowQuota tries one number after the other.
func slowQuota(o *Office, dues []time.Time, now time.Time) int {
	dues = slices.SortedFunc(slices.Values(dues), time.Time.Compare)
	today := o.day(now)
	days := []hours.Date{today}
	for d := today.Add(1); d.Before(today.Add(60)); d = d.Add(1) {
		if o.Hours.WorkingDay(d) {
			days = append(days, d)
		}
	}
	if !o.Hours.WorkingDay(today) {
		n := 0
		for _, t := range dues {
			if o.day(t.Add(-1)).Before(days[1]) {
				n++
			}
		}
		return n
	}
	for quota := 1; quota <= len(dues); quota++ {
		late := false
		for i, t := range dues {
			on, by := days[i/quota], o.day(t.Add(-1))
			late = late || on != today && by.Before(on)
		}
		if !late {
			return quota
		}
	}
	return len(dues)
}

// TestDeal: the parts are the quota together, fair on each day and over days.
func TestDeal(t *testing.T) {
	if parts := Deal(7, nil, hours.Date{Year: 2026, Month: 3, Day: 2}); parts != nil {
		t.Errorf("nobody is there, and has %v", parts)
	}
	rapid.Check(t, func(r *rapid.T) {
		agents := rapid.SliceOfN(rapid.SampledFrom([]string{"8001", "8002", "8003", "8004", "8005", "8006", "8007"}), 1, 9).Draw(r, "agents")
		quota := rapid.IntRange(-1, 100).Draw(r, "quota")
		day := hours.Date{Year: 2026, Month: 1, Day: 1}.Add(rapid.IntRange(-20000, 1000).Draw(r, "day"))
		total := map[string]int{}
		n := len(slices.Compact(slices.Sorted(slices.Values(agents))))
		for i := range n {
			parts := Deal(quota, agents, day.Add(i))
			sum, least, most := 0, quota+1, -1
			for _, p := range parts {
				sum, least, most = sum+p.Calls, min(least, p.Calls), max(most, p.Calls)
				total[p.Agent] += p.Calls
			}
			if sum != max(quota, 0) || most-least > 1 && quota >= 0 || len(parts) != n {
				r.Fatalf("%d dealt out: %v", quota, parts)
			}
			slices.Reverse(agents)
			if again := Deal(quota, agents, day.Add(i)); !slices.Equal(parts, again) {
				r.Fatalf("the order of the agents matters: %v, %v", parts, again)
			}
		}
		if all := slices.Collect(maps.Values(total)); slices.Min(all) != slices.Max(all) {
			r.Fatalf("over %d days: %v", n, total)
		}
	})
}
