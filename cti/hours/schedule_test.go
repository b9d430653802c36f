package hours

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sansheng/cti/place"
)

func clock(t testing.TB, s string) Clock {
	t.Helper()
	var c Clock
	if err := c.UnmarshalText([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return c
}

// during is hours written as in 09:00-17:00.
func during(t testing.TB, s string) Hours {
	t.Helper()
	from, to, _ := strings.Cut(s, "-")
	return Hours{clock(t, from), clock(t, to)}
}

func shift(t testing.TB, s string, days ...Weekday) Shift {
	t.Helper()
	h := during(t, s)
	return Shift{days, h.From, h.To}
}

func date(t testing.TB, s string) Date {
	t.Helper()
	var d Date
	if err := d.UnmarshalText([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return d
}

var (
	workdays = []Weekday{1, 2, 3, 4, 5}
	allDays  = []Weekday{0, 1, 2, 3, 4, 5, 6}
)

// office is open 9 to 17 on working days, with China's holidays.
func office(t testing.TB) Calendar {
	return Calendar{ID: "office", Zone: "Asia/Shanghai", Holidays: "cn", Week: []Shift{shift(t, "09:00-17:00", workdays...)}}
}

func schedule(t testing.TB, c Calendar) *Schedule {
	t.Helper()
	s, err := c.Schedule([]Table{China()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAt(t *testing.T) {
	night := Calendar{ID: "night", Zone: "Asia/Shanghai", Holidays: "cn", Week: []Shift{shift(t, "22:00-06:00", workdays...)}}
	special := office(t)
	special.Days = []Day{
		{Date: date(t, "2026-03-04"), Name: "stocktaking", Hours: []Hours{during(t, "09:00-10:30"), during(t, "14:00-15:00")}},
		{Date: date(t, "2026-03-05"), Until: date(t, "2026-03-06"), Name: "moving"},
		{Date: date(t, "2026-10-01"), Name: "open on National Day", Hours: []Hours{during(t, "10:00-11:00")}},
	}
	holiday := office(t)
	holiday.HolidayHours = []Hours{during(t, "10:00-12:00")}
	saturday := Weekday(6)
	holiday.Week = append(holiday.Week, shift(t, "08:00-11:00", saturday))
	holiday.MakeUp = &saturday
	shop := office(t)
	shop.ID, shop.Week = "shop", []Shift{shift(t, "10:00-16:00", 2, 3, 4, 5, saturday)}
	always := Calendar{ID: "always", Zone: "Asia/Shanghai", Week: []Shift{shift(t, "00:00-24:00", allDays...)}}
	us := Calendar{ID: "us", Zone: "America/New_York", Week: []Shift{shift(t, "02:30-05:00", allDays...)}}
	late := Calendar{ID: "late", Zone: "America/New_York", Week: []Shift{shift(t, "20:00-01:30", allDays...)}}
	egypt := Calendar{ID: "egypt", Zone: "Africa/Cairo", Week: []Shift{shift(t, "00:00-08:00", allDays...)}}
	howe := Calendar{ID: "howe", Zone: "Australia/Lord_Howe", Week: []Shift{shift(t, "01:45-03:00", allDays...)}}
	for _, c := range []struct {
		of    Calendar
		at    string
		open  bool
		rule  string
		until string
	}{
		// The edges of a day, and the weekend.
		{office(t), "2026-03-02 08:59:59.999999999", false, "week", "2026-03-02 09:00"},
		{office(t), "2026-03-02 09:00", true, "week[0]", "2026-03-02 17:00"},
		{office(t), "2026-03-02 16:59:59.999999999", true, "week[0]", "2026-03-02 17:00"},
		{office(t), "2026-03-02 17:00", false, "week", "2026-03-03 09:00"},
		{office(t), "2026-03-06 17:00", false, "week", "2026-03-09 09:00"},
		{office(t), "2026-03-07 12:00", false, "week", "2026-03-09 09:00"},
		// A holiday, its moved working days, and the end of a long one.
		{office(t), "2026-02-13 17:00", false, "week", "2026-02-14 09:00"},
		{office(t), "2026-02-14 10:00", true, "holidays[13]", "2026-02-14 17:00"},
		{office(t), "2026-02-14 18:00", false, "holidays[13]", "2026-02-24 09:00"},
		{office(t), "2026-02-23 12:00", false, "holidays[14]", "2026-02-24 09:00"},
		{office(t), "2026-02-28 12:00", true, "holidays[15]", "2026-02-28 17:00"},
		{office(t), "2026-09-20 09:00", true, "holidays[20]", "2026-09-20 17:00"},
		// Holiday hours, and another weekday's hours to make up.
		{holiday, "2026-02-16 10:00", true, "holidays[14]", "2026-02-16 12:00"},
		{holiday, "2026-02-28 08:30", true, "holidays[15]", "2026-02-28 11:00"},
		{holiday, "2026-03-07 08:30", true, "week[1]", "2026-03-07 11:00"},
		// Without Monday's hours it is a Saturday as any other.
		{shop, "2026-02-14 10:00", true, "holidays[13]", "2026-02-14 16:00"},
		{shop, "2026-09-20 10:00", false, "holidays[20]", "2026-09-22 10:00"},
		// Special days go before the week and the holidays.
		{special, "2026-03-04 12:00", false, "days[0]", "2026-03-04 14:00"},
		{special, "2026-03-04 15:00", false, "days[0]", "2026-03-09 09:00"},
		{special, "2026-03-06 10:00", false, "days[1]", "2026-03-09 09:00"},
		{special, "2026-10-01 10:00", true, "days[2]", "2026-10-01 11:00"},
		// Nights: midnight is no edge, the eve of a holiday goes on to its end.
		{night, "2026-03-02 23:59:59.999", true, "week[0]", "2026-03-03 06:00"},
		{night, "2026-03-03 00:00", true, "week[0]", "2026-03-03 06:00"},
		{night, "2026-03-07 05:59", true, "week[0]", "2026-03-07 06:00"},
		{night, "2026-03-07 06:00", false, "week", "2026-03-09 22:00"},
		{night, "2026-10-01 03:00", true, "week[0]", "2026-10-01 06:00"},
		{night, "2026-10-01 06:00", false, "holidays[22]", "2026-10-08 22:00"},
		{night, "2026-10-01 22:30", false, "holidays[22]", "2026-10-08 22:00"},
		// The turn of the year, and round the clock.
		{office(t), "2025-12-31 17:00", false, "week", "2026-01-04 09:00"},
		{always, "2026-03-02 00:00", true, "week[0]", ""},
		{always, "2026-03-01 23:59:59.999999999", true, "week[0]", ""},
		// Clocks put forward: 02:30 is left out, it opens at the change.
		{us, "2026-03-08 01:59:59", false, "week", "2026-03-08 03:00"},
		{us, "2026-03-08 03:00", true, "week[0]", "2026-03-08 05:00"},
		// Clocks put back: 01:30 comes twice, it closes the second time.
		{late, "2026-11-01 01:15 EDT", true, "week[0]", "2026-11-01 01:30 EST"},
		{late, "2026-11-01 01:29 EST", true, "week[0]", "2026-11-01 01:30 EST"},
		{late, "2026-11-01 01:30 EST", false, "week", "2026-11-01 20:00"},
		// Clocks put forward at midnight, and by half an hour.
		{egypt, "2026-04-23 23:59:59", false, "week", "2026-04-24 01:00"},
		{egypt, "2026-04-24 01:00", true, "week[0]", "2026-04-24 08:00"},
		{howe, "2026-04-05 01:44 first", false, "week", "2026-04-05 01:45 first"},
	} {
		s := schedule(t, c.of)
		read := func(text string) time.Time {
			t.Helper()
			if text == "" {
				return time.Time{}
			}
			text, first := strings.CutSuffix(text, " first")
			for _, z := range []struct {
				name   string
				offset int
			}{{" EDT", -4}, {" EST", -5}} {
				if wall, ok := strings.CutSuffix(text, z.name); ok {
					at, err := time.ParseInLocation("2006-01-02 15:04", wall, time.FixedZone(z.name, z.offset*3600))
					if err != nil {
						t.Fatal(err)
					}
					return at
				}
			}
			layout := "2006-01-02 15:04:05.999999999"[:min(len(text), 29)]
			at, err := time.ParseInLocation(layout, text, s.zone)
			if err != nil {
				t.Fatal(err)
			}
			if earlier := at.Add(-30 * time.Minute); first && earlier.Format(layout) == at.Format(layout) {
				return earlier
			}
			return at
		}
		at := read(c.at)
		got := s.At(at, nil)
		if got.Open != c.open || got.Rule != c.rule || !got.Until.Equal(read(c.until)) {
			t.Errorf("%s at %s: %+v, want open %t by %s until %s", c.of.ID, c.at, got, c.open, c.rule, c.until)
		}
	}
}

// TestAYear holds every quarter of an hour of a year against a count on the fingers.
func TestAYear(t *testing.T) {
	c := office(t)
	c.Week = []Shift{shift(t, "08:30-12:00", workdays...), shift(t, "13:00-17:15", workdays...), shift(t, "22:00-02:00", 6)}
	s := schedule(t, c)
	worked := func(d time.Time) (bool, time.Weekday) {
		for _, h := range China().Days {
			first, last := h.Date.midnight(), h.day().last().midnight()
			if !d.Before(first) && !d.After(last) {
				return h.Works, time.Monday
			}
		}
		return true, d.Weekday()
	}
	for at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() == 2026; at = at.Add(15 * time.Minute) {
		day, minute := at.Truncate(24*time.Hour), at.Hour()*60+at.Minute()
		works, as := worked(day)
		open := works && as >= time.Monday && as <= time.Friday && (minute >= 510 && minute < 720 || minute >= 780 && minute < 1035)
		open = open || works && as == time.Saturday && minute >= 22*60
		if works, as := worked(day.AddDate(0, 0, -1)); works && as == time.Saturday && minute < 120 {
			open = true
		}
		moment := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, s.zone)
		if got := s.At(moment, nil); got.Open != open {
			t.Fatalf("%s: %+v, want open %t", moment, got, open)
		}
	}
}

// TestUntil: what holds, holds to just before Until, and not from there on.
func TestUntil(t *testing.T) {
	zones := []string{"Asia/Shanghai", "America/New_York", "Europe/Berlin", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia", "America/Santiago", "UTC"}
	rapid.Check(t, func(r *rapid.T) {
		c := Calendar{ID: "x", Zone: rapid.SampledFrom(zones).Draw(r, "zone"), Holidays: "cn"}
		for i := range rapid.IntRange(0, 3).Draw(r, "shifts") {
			h := drawHours(r)
			c.Week = append(c.Week, Shift{
				Days: rapid.SliceOfNDistinct(rapid.SampledFrom(allDays), 1, 7, rapid.ID).Draw(r, fmt.Sprint("days", i)),
				From: h.From, To: h.To,
			})
		}
		for range rapid.IntRange(0, 2).Draw(r, "special") {
			d := DateOf(time.Unix(rapid.Int64Range(1767225600, 1798761599).Draw(r, "date"), 0).UTC())
			day := Day{Date: d, Name: "x"}
			if rapid.Bool().Draw(r, "opens") {
				day.Hours = []Hours{drawHours(r)}
			}
			c.Days = append(c.Days, day)
		}
		s, err := c.Schedule([]Table{China()})
		if err != nil {
			r.Skip(err)
		}
		at := time.Unix(rapid.Int64Range(1767225600, 1798761599).Draw(r, "at"), 0)
		st := s.At(at, nil)
		if st.Until.IsZero() {
			if far := s.At(at.Add(30*24*time.Hour), nil); st.Open != far.Open {
				r.Fatalf("%+v for ever, and then %+v", st, far)
			}
			return
		}
		if !st.Until.After(at) {
			r.Fatalf("at %s until %s", at, st.Until)
		}
		if last := s.At(st.Until.Add(-1), nil); last.Open != st.Open || !last.Until.Equal(st.Until) {
			r.Fatalf("%+v, and just before its end %+v", st, last)
		}
		if next := s.At(st.Until, nil); next.Open == st.Open {
			r.Fatalf("%+v, and at its end %+v", st, next)
		}
	})
}

func drawHours(r *rapid.T) Hours {
	quarter := rapid.IntRange(0, 95)
	return Hours{Clock(15 * quarter.Draw(r, "from")), Clock(15 * (1 + quarter.Draw(r, "to")))}
}

func TestClosure(t *testing.T) {
	s := schedule(t, office(t))
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, s.zone)
	for _, c := range []struct {
		until, opens time.Time
	}{
		{at.Add(time.Hour), at.Add(time.Hour)},
		{at.Add(8 * time.Hour), at.Add(23 * time.Hour)}, // after closing time: the next morning
	} {
		closed := &Closure{Until: c.until, Reason: "burst pipe"}
		got := s.At(at, closed)
		if got.Open || got.Rule != "closure" || got.Name != "burst pipe" || !got.Until.Equal(c.opens) {
			t.Errorf("closed until %s: %+v", c.until, got)
		}
		if st := s.At(c.until, closed); st.Rule == "closure" {
			t.Errorf("at its end it holds still: %+v", st)
		}
	}
}

func TestCheck(t *testing.T) {
	monday := Weekday(1)
	for _, c := range []struct {
		change func(*Calendar)
		says   []string
	}{
		{func(*Calendar) {}, nil},
		{func(c *Calendar) { c.Zone = "Mars/Olympus" }, []string{`zone: "Mars/Olympus" is no time zone`}},
		{func(c *Calendar) { c.Zone = "" }, []string{`zone: "" is no time zone`}},
		{func(c *Calendar) { c.Zone = "../../etc/passwd" }, []string{"zone:"}},
		{func(c *Calendar) { c.Holidays = "nowhere" }, []string{`holidays: there is no table "nowhere"; allowed: [cn]`}},
		{func(c *Calendar) { c.Week = append(c.Week, shift(t, "16:00-18:00", 1)) }, []string{"week[1]: 16:00–18:00 overlaps 09:00–17:00 of week[0]"}},
		{func(c *Calendar) { c.Week = append(c.Week, shift(t, "22:00-10:00", 0)) }, []string{"week[0]: 09:00–17:00 overlaps 22:00–10:00 of week[1]"}},
		{func(c *Calendar) { c.Week = append(c.Week, shift(t, "18:00-19:00", 1, 1)) }, []string{"week[1]: 18:00–19:00 overlaps"}},
		{func(c *Calendar) { c.Week = append(c.Week, shift(t, "18:00-19:00", nil...)) }, []string{"week[1].days: no day is named"}},
		{func(c *Calendar) { c.Week = nil; c.MakeUp = &monday }, []string{"make_up: mon has no hours"}},
		{func(c *Calendar) { c.Week[0].From = -1 }, []string{"week[0].from"}},
		{func(c *Calendar) { c.HolidayHours = []Hours{{600, 660}, {650, 700}} }, []string{"holiday_hours[1]: 10:50–11:40 overlaps 10:00–11:00"}},
		{func(c *Calendar) { c.Days = []Day{{Name: "x"}} }, []string{"days[0].date: a date is needed"}},
		{func(c *Calendar) { c.Days = []Day{{Date: date(t, "2026-03-04")}} }, []string{"days[0].name: a name is needed"}},
		{func(c *Calendar) {
			c.Days = []Day{{Date: date(t, "2026-03-01"), Until: date(t, "2026-03-05"), Name: "moving"}, {Date: date(t, "2026-03-05"), Name: "feast"}}
		}, []string{`days[1]: "feast" and days[0], "moving", are on one day`}},
		{func(c *Calendar) {
			c.Days = []Day{{Date: date(t, "2026-03-04"), Until: date(t, "2026-03-01"), Name: "x"}, {Date: date(t, "2026-03-10"), Until: date(t, "2028-03-01"), Name: "y"}}
		}, []string{"days[0].until: 2026-03-01 is before 2026-03-04", "days[1].until: 2028-03-01 is more than a year after"}},
	} {
		cal := office(t)
		c.change(&cal)
		err := cal.Check([]Table{China()})
		if (err == nil) != (len(c.says) == 0) {
			t.Errorf("%v, want %q", err, c.says)
		}
		for _, want := range c.says {
			if err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
		var fault *place.Error
		if err != nil && !errors.As(err, &fault) {
			t.Errorf("%v names no place", err)
		}
	}
}

func TestChina(t *testing.T) {
	table := China()
	if err := table.Check(); err != nil {
		t.Fatal(err)
	}
	for _, h := range table.Days {
		if d := h.Date.Weekday(); h.Works && d != 0 && d != 6 {
			t.Errorf("%s is a %s and worked anyway", h.Date, d)
		}
	}
	bad := Table{Days: append(slices.Clone(table.Days), Holiday{Date: date(t, "2026-10-03"), Name: "worked", Works: true})}
	if err := bad.Check(); err == nil || !strings.Contains(err.Error(), `"worked" and days[22], "国庆节", are on one day`) {
		t.Errorf("holiday and working day at once: %v", err)
	}
	s := schedule(t, office(t))
	if got := s.Unknown(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), 60); !slices.Equal(got, []int{2027}) {
		t.Errorf("unknown years: %v", got)
	}
}

func TestText(t *testing.T) {
	var c Clock
	var d Date
	var w Weekday
	for _, bad := range []string{"", "9:00", "24:01", "25:00", "09:60", "0900", "09:00:00"} {
		if c.UnmarshalText([]byte(bad)) == nil {
			t.Errorf("%q is taken for a time of day", bad)
		}
	}
	for _, bad := range []string{"", "2026-2-1", "2026-02-30", "01.02.2026"} {
		if d.UnmarshalText([]byte(bad)) == nil {
			t.Errorf("%q is taken for a date", bad)
		}
	}
	for _, bad := range []string{"", "Mon", "monday", "7"} {
		if w.UnmarshalText([]byte(bad)) == nil {
			t.Errorf("%q is taken for a day of the week", bad)
		}
	}
	for _, good := range []string{"00:00", "09:30", "24:00"} {
		if err := c.UnmarshalText([]byte(good)); err != nil || c.String() != good {
			t.Errorf("%q: %s, %v", good, c, err)
		}
	}
}

func BenchmarkAt(b *testing.B) {
	for name, c := range map[string]Calendar{
		"office": office(b), "always": {ID: "always", Zone: "Asia/Shanghai", Week: []Shift{{allDays, 0, dayEnd}}},
	} {
		s := schedule(b, c)
		at := time.Date(2026, 2, 14, 18, 0, 0, 0, s.zone) // before the longest holiday
		b.Run(name, func(b *testing.B) {
			for range b.N {
				s.At(at, nil)
			}
		})
	}
}
