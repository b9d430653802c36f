package hours

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// wall reads a moment as in 2026-03-02 17:00 on the wall of a zone; empty is none.
func wall(t testing.TB, s *Schedule, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	at, err := time.ParseInLocation("2006-01-02 15:04:05"[:min(len(text), 19)], text, s.zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Calendars of the tests.
func calendars(t testing.TB) map[string]Calendar {
	night := Calendar{Zone: "Asia/Shanghai", Holidays: "cn", Week: []Shift{shift(t, "22:00-06:00", workdays...)}}
	moving := office(t)
	moving.Days = []Day{{Date: date(t, "2026-03-05"), Until: date(t, "2026-03-06"), Name: "moving"}}
	lunch := Calendar{Zone: "Asia/Shanghai", Week: []Shift{shift(t, "09:00-12:00", workdays...), shift(t, "13:00-17:00", workdays...)}}
	late := Calendar{Zone: "Asia/Shanghai", Week: []Shift{shift(t, "05:00-06:00", allDays...)}}
	late.Days = []Day{{Date: date(t, "2026-03-03"), Name: "all night", Hours: []Hours{during(t, "08:00-08:00")}}}
	return map[string]Calendar{
		"office": office(t), "night": night, "moving": moving, "lunch": lunch, "overlapping": late,
		"always":             {Zone: "Asia/Shanghai", Week: []Shift{shift(t, "00:00-24:00", allDays...)}},
		"never":              {Zone: "Asia/Shanghai"},
		"nights in New York": {Zone: "America/New_York", Week: []Shift{shift(t, "22:00-06:00", allDays...)}},
	}
}

func TestWorkingDays(t *testing.T) {
	all := calendars(t)
	for _, c := range []struct {
		of, from string
		n        int
		want     string
	}{
		// A working day and what lies around it.
		{"office", "2026-03-02 10:00", 1, "2026-03-03 17:00"},
		{"office", "2026-03-02 10:00", 0, "2026-03-02 17:00"},
		{"office", "2026-03-02 10:00", -3, "2026-03-02 17:00"},
		{"office", "2026-03-02 07:00", 1, "2026-03-03 17:00"},
		{"office", "2026-03-02 16:59:59", 1, "2026-03-03 17:00"},
		{"office", "2026-03-02 17:00", 1, "2026-03-04 17:00"},
		{"office", "2026-03-02 18:00", 2, "2026-03-05 17:00"},
		// The weekend, and Friday evening.
		{"office", "2026-03-06 10:00", 1, "2026-03-09 17:00"},
		{"office", "2026-03-06 18:00", 1, "2026-03-10 17:00"},
		{"office", "2026-03-07 12:00", 1, "2026-03-10 17:00"},
		{"office", "2026-03-08 23:59", 2, "2026-03-11 17:00"},
		// Before a week of holidays: Saturday, 14 February, is worked, and so is the 28th.
		{"office", "2026-02-13 10:00", 1, "2026-02-14 17:00"},
		{"office", "2026-02-13 10:00", 2, "2026-02-24 17:00"},
		{"office", "2026-02-14 17:00", 1, "2026-02-25 17:00"},
		{"office", "2026-02-27 10:00", 1, "2026-02-28 17:00"},
		{"office", "2025-12-31 18:00", 1, "2026-01-05 17:00"},
		// A closed house, a break at noon.
		{"moving", "2026-03-04 10:00", 1, "2026-03-09 17:00"},
		{"moving", "2026-03-05 10:00", 1, "2026-03-10 17:00"},
		{"lunch", "2026-03-02 12:30", 1, "2026-03-03 17:00"},
		// A night is the day's on which it begins.
		{"night", "2026-03-03 03:00", 0, "2026-03-03 06:00"},
		{"night", "2026-03-03 03:00", 1, "2026-03-04 06:00"},
		{"night", "2026-03-07 05:00", 1, "2026-03-10 06:00"},
		{"night", "2026-03-07 07:00", 1, "2026-03-11 06:00"},
		// Round the clock a day is over at midnight.
		{"always", "2026-03-02 10:00", 1, "2026-03-04 00:00"},
		{"always", "2026-03-02 00:00", 1, "2026-03-04 00:00"},
		// The night of the 3rd outlasts the 4th's hours: both are over at 08:00.
		{"overlapping", "2026-03-03 12:00", 0, "2026-03-04 08:00"},
		{"overlapping", "2026-03-03 12:00", 1, "2026-03-04 08:00"},
		{"overlapping", "2026-03-03 12:00", 2, "2026-03-05 06:00"},
		{"never", "2026-03-02 10:00", 1, ""},
	} {
		s := schedule(t, all[c.of])
		if got := s.WorkingDays(wall(t, s, c.from), c.n); !got.Equal(wall(t, s, c.want)) {
			t.Errorf("%s: %d working days from %s: %s, want %s", c.of, c.n, c.from, got, c.want)
		}
	}
}

func TestWorkingTime(t *testing.T) {
	all := calendars(t)
	for _, c := range []struct {
		of, from string
		d        time.Duration
		want     string
		// back is what lies between the two, where that is not d.
		back time.Duration
	}{
		{"office", "2026-03-02 10:00", time.Hour, "2026-03-02 11:00", 0},
		{"office", "2026-03-02 10:00", 0, "2026-03-02 10:00", 0},
		{"office", "2026-03-02 18:00", 0, "2026-03-02 18:00", 0},
		{"office", "2026-03-02 10:00", -time.Hour, "2026-03-02 10:00", -1},
		{"office", "2026-03-02 10:00", 7 * time.Hour, "2026-03-02 17:00", 0},
		{"office", "2026-03-02 10:00", 7*time.Hour + time.Second, "2026-03-03 09:00:01", 0},
		{"office", "2026-03-06 16:00", 2 * time.Hour, "2026-03-09 10:00", 0},
		{"office", "2026-03-07 12:00", time.Minute, "2026-03-09 09:01", 0},
		{"office", "2026-02-14 16:30", time.Hour, "2026-02-24 09:30", 0},
		{"moving", "2026-03-04 16:00", 2 * time.Hour, "2026-03-09 10:00", 0},
		{"lunch", "2026-03-02 11:30", time.Hour, "2026-03-02 13:30", 0},
		{"night", "2026-03-03 05:00", 2 * time.Hour, "2026-03-03 23:00", 0},
		{"always", "2026-03-02 10:00", 100 * 24 * time.Hour, "2026-06-10 10:00", 0},
		// From 08:00 to 08:00, and within it the hour from five to six: once.
		{"overlapping", "2026-03-03 08:00", 24*time.Hour + 30*time.Minute, "2026-03-05 05:30", 0},
		// Clocks put forward take an hour of the night, clocks put back give one.
		{"nights in New York", "2026-03-07 22:00", 8 * time.Hour, "2026-03-08 23:00", 0},
		{"nights in New York", "2026-10-31 22:00", 9 * time.Hour, "2026-11-01 06:00", 0},
		{"never", "2026-03-02 10:00", time.Minute, "", -1},
	} {
		s := schedule(t, all[c.of])
		from := wall(t, s, c.from)
		got := s.WorkingTime(from, c.d)
		if !got.Equal(wall(t, s, c.want)) {
			t.Errorf("%s: %s after %s: %s, want %s", c.of, c.d, c.from, got, c.want)
		}
		if c.back < 0 {
			continue
		}
		if between := s.WorkingBetween(from, got); between != c.d {
			t.Errorf("%s: %s between %s and %s, want %s", c.of, between, c.from, got, c.d)
		}
		if between := s.WorkingBetween(got, from); between != -c.d {
			t.Errorf("%s: %s between %s and %s, want %s", c.of, between, got, c.from, -c.d)
		}
	}
	never := schedule(t, all["never"])
	if d := never.WorkingBetween(wall(t, never, "2026-03-02 10:00"), wall(t, never, "2026-04-02 10:00")); d != 0 {
		t.Errorf("nobody ever works, and has worked for %s", d)
	}
}

// TestClosureStopsNoDeadline: what closes the line takes no working time away, so the hours
// of work do not ask for it.
func TestClosureStopsNoDeadline(t *testing.T) {
	s := schedule(t, office(t))
	at := wall(t, s, "2026-03-02 10:00")
	if s.At(at, &Closure{Until: at.Add(time.Hour)}).Open {
		t.Fatal("the line is open")
	}
	if got := s.WorkingBetween(at, at.Add(2*time.Hour)); got != 2*time.Hour {
		t.Errorf("%s of two hours count", got)
	}
}

func TestDaysOfTheCalendar(t *testing.T) {
	all := calendars(t)
	morning, afternoon, night := during(t, "08:00-12:00"), during(t, "12:00-18:00"), during(t, "22:00-06:00")
	for _, c := range []struct {
		from, want string
		within     Hours
	}{
		{"2026-03-02 09:00", "2026-03-02 18:00", afternoon},
		{"2026-03-02 12:00", "2026-03-02 18:00", afternoon},
		{"2026-03-02 12:00:01", "2026-03-03 18:00", afternoon},
		{"2026-03-02 23:00", "2026-03-03 18:00", afternoon},
		{"2026-03-06 14:00", "2026-03-07 18:00", afternoon}, // a Saturday, all the same
		{"2026-03-02 02:00", "2026-03-02 12:00", morning},
		{"2026-03-02 08:30", "2026-03-03 12:00", morning},
		{"2026-03-02 20:00", "2026-03-03 06:00", night},
		{"2026-03-02 23:00", "2026-03-04 06:00", night},
	} {
		s := schedule(t, all["office"])
		if got := s.EndOfNext(wall(t, s, c.from), c.within); !got.Equal(wall(t, s, c.want)) {
			t.Errorf("the next %s after %s ends %s, want %s", c.within, c.from, got, c.want)
		}
	}
	for _, c := range []struct {
		of, from, want string
		n              int
		at             Clock
	}{
		{"office", "2026-03-02 09:00", "2026-03-07 20:00", 5, clock(t, "20:00")},
		{"office", "2026-02-27 23:59", "2026-03-01 00:00", 1, dayEnd},
		{"nights in New York", "2026-03-07 23:00", "2026-03-08 03:00", 1, clock(t, "02:30")}, // left out that night
	} {
		s := schedule(t, all[c.of])
		if got := s.DaysLater(wall(t, s, c.from), c.n, c.at); !got.Equal(wall(t, s, c.want)) {
			t.Errorf("%s: %d days after %s at %s: %s, want %s", c.of, c.n, c.from, c.at, got, c.want)
		}
	}
}

// minutes is a calendar told minute by minute, as one would with a clock, a table of
// holidays and a pencil. It shares no step with the Schedule.
type minutes struct {
	first time.Time
	// open tells of each minute whether somebody works, sum how many before it are open.
	open []bool
	sum  []int
	// days are the dates on which hours begin, in order, with the minute in which they
	// are over.
	days []worked
}

type worked struct {
	date Date
	over int
}

// pencil tells the days from first to last of a calendar.
func pencil(t testing.TB, c Calendar, holidays Table, first, last Date) *minutes {
	t.Helper()
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		t.Fatal(err)
	}
	begin := first.midnight().Add(-48 * time.Hour)
	n := int(last.midnight().Add(72*time.Hour).Sub(begin) / time.Minute)
	m := &minutes{first: begin, open: make([]bool, n), sum: make([]int, n+1)}
	// firstAt is the first minute in which the clock on the wall shows so much or more, lastAt
	// the last one in which it shows just that, -1 where it never does. It shows minutes since
	// the beginning, as in UTC, and may be a day ahead or behind.
	const day = 24 * 60
	firstAt, lastAt := make([]int, n+2*day), make([]int, n+2*day)
	for i := range lastAt {
		lastAt[i] = -1
	}
	highest := -1
	for i := range n {
		_, offset := begin.Add(time.Duration(i) * time.Minute).In(zone).Zone()
		shown := day + i + offset/60
		lastAt[shown] = i
		if highest < 0 {
			highest = shown - 1
		}
		for highest < shown {
			highest++
			firstAt[highest] = i
		}
	}
	for d := first.Add(-1); !last.Before(d); d = d.Add(1) {
		midnight := day + int(d.midnight().Sub(begin)/time.Minute)
		over := -1
		for _, h := range hoursByHand(c, holidays, d) {
			length := int(h.To) - int(h.From)
			if length <= 0 {
				length += day
			}
			from := firstAt[midnight+int(h.From)]
			end := lastAt[midnight+int(h.From)+length]
			if end < 0 { // left out
				end = firstAt[midnight+int(h.From)+length]
			}
			for i := from; i < end; i++ {
				m.open[i] = true
			}
			if from < end {
				over = max(over, end)
			}
		}
		if over >= 0 {
			m.days = append(m.days, worked{d, over})
		}
	}
	for i, open := range m.open {
		m.sum[i+1] = m.sum[i]
		if open {
			m.sum[i+1]++
		}
	}
	return m
}

// hoursByHand are the hours of a day as the package's comment has it.
func hoursByHand(c Calendar, holidays Table, d Date) []Hours {
	within := func(first, last Date) bool { return d == first || first.Before(d) && !last.Before(d) }
	for _, special := range c.Days {
		if within(special.Date, special.last()) {
			return special.Hours
		}
	}
	as := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Weekday()
	for _, h := range holidays.Days {
		switch {
		case c.Holidays == "" || !within(h.Date, h.day().last()):
		case !h.Works:
			return c.HolidayHours
		case c.MakeUp != nil:
			as = time.Weekday(*c.MakeUp)
		case slices.ContainsFunc(c.Week, func(sh Shift) bool { return slices.Contains(sh.Days, Weekday(time.Monday)) }):
			as = time.Monday
		}
	}
	var list []Hours
	for _, sh := range c.Week {
		if slices.Contains(sh.Days, Weekday(as)) {
			list = append(list, Hours{sh.From, sh.To})
		}
	}
	return list
}

func (m *minutes) at(i int) time.Time { return m.first.Add(time.Duration(i) * time.Minute) }

// workingDays and workingTime are the minutes that Schedule's should find; -1 where the
// pencil has not gone so far.
func (m *minutes) workingDays(from, n int) int {
	i := 0
	for i < len(m.days) && m.days[i].over <= from {
		i++
	}
	if i+n >= len(m.days) {
		return -1
	}
	over := 0
	for _, d := range m.days[i : i+n+1] {
		over = max(over, d.over)
	}
	return over
}

func (m *minutes) workingTime(from, d int) int {
	i, found := slices.BinarySearchFunc(m.sum[from:], m.sum[from]+d, func(have, want int) int { return cmp.Compare(have, want) })
	if !found {
		return -1
	}
	return from + i
}

// against holds a schedule against the pencil: from one moment, so far ahead.
func (m *minutes) against(s *Schedule, from, n, d int) error {
	at := m.at(from)
	if want, got := m.workingDays(from, n), s.WorkingDays(at, n); want >= 0 && !got.Equal(m.at(want)) {
		return fmt.Errorf("%d working days from %s: %s, by hand %s", n, at.In(s.zone), got, m.at(want).In(s.zone))
	}
	want, got := m.workingTime(from, d), s.WorkingTime(at, time.Duration(d)*time.Minute)
	if want >= 0 && !got.Equal(m.at(want)) {
		return fmt.Errorf("%d minutes of work from %s: %s, by hand %s", d, at.In(s.zone), got, m.at(want).In(s.zone))
	}
	to := min(from+d, len(m.open)-72*60)
	if got, want := s.WorkingBetween(at, m.at(to)), time.Duration(m.sum[to]-m.sum[from])*time.Minute; got != want && to > from {
		return fmt.Errorf("between %s and %s: %s of work, by hand %s", at.In(s.zone), m.at(to).In(s.zone), got, want)
	}
	return nil
}

// zones that set their clocks in every way there is: not at all, by an hour, by half an
// hour, at midnight, on other days each year.
var zones = []string{
	"Asia/Shanghai", "America/New_York", "Europe/Berlin", "Africa/Cairo", "Africa/Casablanca", "Australia/Lord_Howe",
	"America/Santiago", "Asia/Tehran", "Pacific/Chatham", "UTC",
}

// between is a number from a to b: of a seed, or as rapid wants it.
type between func(name string, a, b int) int

func (n between) hours() Hours {
	return Hours{Clock(15 * n("from", 0, 95)), Clock(15 * n("to", 1, 96))}
}

// calendar makes one up with holidays and special days of the years from first.
func (n between) calendar(zone string, first Date, days int) (Calendar, Table) {
	c := Calendar{ID: "x", Zone: zone, Holidays: "made-up"}
	for range n("shifts", 0, 3) {
		h := n.hours()
		sh := Shift{From: h.From, To: h.To}
		for d := range Weekday(7) {
			if n("on that day", 0, 2) > 0 {
				sh.Days = append(sh.Days, d)
			}
		}
		c.Week = append(c.Week, sh)
	}
	if n("hours on holidays", 0, 1) == 1 {
		c.HolidayHours = []Hours{n.hours()}
	}
	for range n("special", 0, 1+days/60) {
		d := Day{Date: first.Add(n("date", 0, days)), Name: "x"}
		d.Until = d.Date.Add(n("days", 0, 5))
		if n("opens", 0, 1) == 1 {
			d.Hours = []Hours{n.hours()}
		}
		c.Days = append(c.Days, d)
	}
	table := Table{ID: "made-up"}
	for range n("holidays", 0, 1+days/40) {
		h := Holiday{Date: first.Add(n("date", 0, days)), Name: "x", Works: n("worked", 0, 1) == 1}
		h.Until = h.Date.Add(n("days", 0, 4))
		table.Days = append(table.Days, h)
	}
	return c, table
}

// valid makes a calendar that passes Check of one that was made up, by leaving out what
// is refused: hours that overlap, two rules for a day.
func valid(c Calendar, table Table) (Calendar, Table) {
	week, days, holidays := c.Week, c.Days, table.Days
	c.Week, c.Days, table.Days = nil, nil, nil
	for _, sh := range week {
		if c.Week = append(c.Week, sh); c.Check([]Table{table}) != nil {
			c.Week = c.Week[:len(c.Week)-1]
		}
	}
	for _, d := range days {
		if c.Days = append(c.Days, d); c.Check([]Table{table}) != nil {
			c.Days = c.Days[:len(c.Days)-1]
		}
	}
	for _, h := range holidays {
		if table.Days = append(table.Days, h); table.Check() != nil {
			table.Days = table.Days[:len(table.Days)-1]
		}
	}
	return c, table
}

// TestWorkAgainstThePencil: calendars of two months anywhere within ten years.
func TestWorkAgainstThePencil(t *testing.T) {
	const days = 60
	rapid.Check(t, func(r *rapid.T) {
		n := between(func(name string, a, b int) int { return rapid.IntRange(a, b).Draw(r, name) })
		first := Date{2019, 1, 1}.Add(n("first day", 0, 3650))
		c, table := valid(n.calendar(rapid.SampledFrom(zones).Draw(r, "zone"), first, days))
		s, err := c.Schedule([]Table{table})
		if err != nil {
			r.Fatal(err)
		}
		m := pencil(t, c, table, first, first.Add(days))
		for range 20 {
			from := n("moment", 3*24*60, (days-5)*24*60)
			if err := m.against(s, from, n("working days", 0, 20), n("minutes of work", 0, 20*24*60)); err != nil {
				r.Fatal(err)
			}
		}
	})
}

// TestTenYears: ten whole years of a made-up calendar in each zone, asked from 2000
// moments, and for all of the ten years.
func TestTenYears(t *testing.T) {
	first := Date{2019, 1, 1}
	const days = 3652
	for i, zone := range zones {
		random := rand.New(rand.NewPCG(uint64(i), 6))
		n := between(func(_ string, a, b int) int { return a + random.IntN(b-a+1) })
		c, table := valid(n.calendar(zone, first, days))
		c.Week = append(c.Week, Shift{Days: workdays, From: clock(t, "08:30"), To: clock(t, "17:15")})
		c, table = valid(c, table)
		s, err := c.Schedule([]Table{table})
		if err != nil {
			t.Fatal(err)
		}
		m := pencil(t, c, table, first, first.Add(days))
		for range 2000 {
			from := n("", 3*24*60, (days-3)*24*60)
			if err := m.against(s, from, n("", 0, 15), n("", 0, 14*24*60)); err != nil {
				t.Fatalf("%s, %+v: %v", zone, c, err)
			}
		}
		whole := len(m.open) - 8*24*60
		if err := m.against(s, 3*24*60, 1500, whole-3*24*60); err != nil {
			t.Errorf("%s, %+v: %v", zone, c, err)
		}
	}
}

// TestWorkOrder: who comes later is due no earlier, and what is added up is the whole.
func TestWorkOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := between(func(name string, a, b int) int { return rapid.IntRange(a, b).Draw(r, name) })
		first := Date{2026, 1, 1}
		c, table := valid(n.calendar(rapid.SampledFrom(zones).Draw(r, "zone"), first, 365))
		s, err := c.Schedule([]Table{table})
		if err != nil {
			r.Fatal(err)
		}
		moment := func(name string) time.Time {
			return first.midnight().Add(time.Duration(rapid.Int64Range(0, int64(365*24*time.Hour)).Draw(r, name)))
		}
		times := []time.Time{moment("a"), moment("b"), moment("c")}
		slices.SortFunc(times, time.Time.Compare)
		a, b, e := times[0], times[1], times[2]
		k := n("n", 0, 10)
		if x, y := s.WorkingDays(a, k), s.WorkingDays(b, k); y.Before(x) && !y.IsZero() {
			r.Fatalf("%d working days: from %s %s, from %s already %s", k, a, x, b, y)
		}
		if x := s.WorkingDays(a, 0); !x.IsZero() && !x.After(a) {
			r.Fatalf("the working day of %s is over at %s", a, x)
		}
		if sum, whole := s.WorkingBetween(a, b)+s.WorkingBetween(b, e), s.WorkingBetween(a, e); sum != whole {
			r.Fatalf("%s and %s are not %s", s.WorkingBetween(a, b), s.WorkingBetween(b, e), whole)
		}
		d := time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(r, "d"))
		if then := s.WorkingTime(a, d); !then.IsZero() && s.WorkingBetween(a, then) != d {
			r.Fatalf("%s after %s is %s, and %s lie between", d, a, then, s.WorkingBetween(a, then))
		}
	})
}

func BenchmarkWork(b *testing.B) {
	for name, c := range map[string]Calendar{
		"office": office(b), "always": {Zone: "Asia/Shanghai", Week: []Shift{{allDays, 0, dayEnd}}}, "never": {Zone: "Asia/Shanghai"},
	} {
		s := schedule(b, c)
		at := time.Date(2026, 2, 13, 18, 0, 0, 0, s.zone) // before the longest holiday
		b.Run("two days/"+name, func(b *testing.B) {
			for range b.N {
				s.WorkingDays(at, 2)
			}
		})
		b.Run("40 hours/"+name, func(b *testing.B) {
			for range b.N {
				s.WorkingTime(at, 40*time.Hour)
			}
		})
		b.Run("between, a month/"+name, func(b *testing.B) {
			for range b.N {
				s.WorkingBetween(at, at.AddDate(0, 1, 0))
			}
		})
	}
}
