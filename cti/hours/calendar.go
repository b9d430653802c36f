package hours

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"sansheng/cti/place"
)

// Calendar says when people answer.
type Calendar struct {
	ID string `yaml:"id" json:"id"`
	// Zone is the name of a time zone in the IANA's database, as in Asia/Shanghai.
	Zone string `yaml:"zone" json:"zone"`
	// Week are the hours of the days of the week; a day without any is closed.
	Week []Shift `yaml:"week" json:"week"`
	// Holidays is the table of public holidays that counts; none where it is empty.
	Holidays string `yaml:"holidays,omitempty" json:"holidays,omitempty"`
	// HolidayHours are those of public holidays; closed where there are none.
	HolidayHours []Hours `yaml:"holiday_hours,omitempty" json:"holiday_hours,omitempty"`
	// MakeUp is the day of the week whose hours a day has that is worked to make up for
	// a holiday; where it is nil Monday, and its own where Monday has none.
	MakeUp *Weekday `yaml:"make_up,omitempty" json:"make_up,omitempty"`
	// Days are special days, which go before all else.
	Days []Day `yaml:"days,omitempty" json:"days,omitempty"`
}

// Hours are from a time of day to another, which is on the next day where it is not
// later: 22:00 to 06:00 is a night, 00:00 to 24:00 and 08:00 to 08:00 a day.
type Hours struct {
	From Clock `yaml:"from" json:"from"`
	To   Clock `yaml:"to" json:"to"`
}

// length is how many minutes they have by the clock on the wall.
func (h Hours) length() Clock {
	if h.To > h.From {
		return h.To - h.From
	}
	return h.To + dayEnd - h.From
}

// Has tells whether a time of day is within them.
func (h Hours) Has(c Clock) bool {
	if h.From < h.To {
		return h.From <= c && c < h.To
	}
	return c >= h.From || c < h.To
}

// Meets tells whether both have some time of day.
func (h Hours) Meets(o Hours) bool { return h.Has(o.From) || o.Has(h.From) }

// Wrong says why they are none; empty where they are.
func (h Hours) Wrong() string {
	switch {
	case h.From < 0 || h.From >= dayEnd:
		return "from " + h.From.String() + " is not allowed: 00:00 to 23:59"
	case h.To < 0 || h.To > dayEnd:
		return "to " + h.To.String() + " is not allowed: 00:00 to 24:00"
	}
	return ""
}

func (h Hours) String() string { return h.From.String() + "–" + h.To.String() }

// Shift is hours of days of the week.
type Shift struct {
	Days []Weekday `yaml:"days" json:"days"`
	From Clock     `yaml:"from" json:"from"`
	To   Clock     `yaml:"to" json:"to"`
}

func (s Shift) hours() Hours { return Hours{s.From, s.To} }

// Day is a special day, or several in a row.
type Day struct {
	Date Date `yaml:"date" json:"date"`
	// Until is the last of them; one day where it is zero.
	Until Date   `yaml:"until,omitempty" json:"until,omitzero"`
	Name  string `yaml:"name" json:"name"`
	// Hours are those of each; closed where there are none.
	Hours []Hours `yaml:"hours,omitempty" json:"hours,omitempty"`
}

// last is the last of the days.
func (d Day) last() Date {
	if d.Until.IsZero() {
		return d.Date
	}
	return d.Until
}

func (d Day) has(o Date) bool { return !o.Before(d.Date) && !d.last().Before(o) }

// daysMost is how many days a special day may last: longer than a year it is the
// week's matter.
const daysMost = 366

// Check returns everything that is wrong with a calendar as joined *place.Error, each
// naming its place and what is allowed there. tables are those of public holidays.
func (c *Calendar) Check(tables []Table) error {
	var w place.Errors
	if _, err := Zone(c.Zone); err != nil {
		w.Fail("zone", "%v", err)
	}
	if i := slices.IndexFunc(tables, func(t Table) bool { return t.ID == c.Holidays }); c.Holidays != "" && i < 0 {
		w.Fail("holidays", "there is no table %q; allowed: %v", c.Holidays, tableIDs(tables))
	}
	c.checkWeek(&w)
	checkHours(&w, "holiday_hours", c.HolidayHours)
	if c.MakeUp != nil && !slices.ContainsFunc(c.Week, func(s Shift) bool { return slices.Contains(s.Days, *c.MakeUp) }) {
		w.Fail("make_up", "%s has no hours in the week; allowed: a day that has", *c.MakeUp)
	}
	for i, d := range c.Days {
		at := fmt.Sprintf("days[%d]", i)
		if !checkDates(&w, c.Days[:i+1]) {
			continue
		}
		if d.Name == "" {
			w.Fail(at+".name", "a name is needed: it is what people read when they ask why it is closed")
		}
		checkHours(&w, at+".hours", d.Hours)
	}
	return w.Err()
}

// checkDates checks the last of some days against those before it; false where it has no
// date.
func checkDates(w *place.Errors, days []Day) bool {
	i := len(days) - 1
	at, d := fmt.Sprintf("days[%d]", i), days[i]
	switch {
	case d.Date.IsZero():
		w.Fail(at+".date", "a date is needed, as in 2026-10-01")
		return false
	case d.last().Before(d.Date):
		w.Fail(at+".until", "%s is before %s", d.Until, d.Date)
	case d.Date.Add(daysMost).Before(d.last()):
		w.Fail(at+".until", "%s is more than a year after %s", d.Until, d.Date)
	}
	for j, o := range days[:i] {
		if !o.last().Before(d.Date) && !d.last().Before(o.Date) {
			w.Fail(at, "%q and days[%d], %q, are on one day; allowed: one rule for each day", d.Name, j, o.Name)
		}
	}
	return true
}

// checkWeek finds shifts that are at the same time.
func (c *Calendar) checkWeek(w *place.Errors) {
	type placed struct {
		Hours
		where string
		start Clock // since Sunday's midnight
	}
	const week = 7 * dayEnd
	var all []placed
	for i, s := range c.Week {
		at := fmt.Sprintf("week[%d]", i)
		if len(s.Days) == 0 {
			w.Fail(at+".days", "no day is named; allowed: %v", weekdays)
		}
		checkHours(w, at, []Hours{s.hours()})
		for _, d := range s.Days {
			all = append(all, placed{s.hours(), at, Clock(d)*dayEnd + s.From})
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return cmp.Compare(a.start, b.start) })
	for i, a := range all {
		b := all[(i+1)%len(all)]
		gap := b.start - a.start
		if i == len(all)-1 {
			gap += week // around the week's end
		}
		if gap < a.length() && len(all) > 1 {
			w.Fail(b.where, "%s overlaps %s of %s; allowed: hours that are apart", b.Hours, a.Hours, a.where)
		}
	}
}

// checkHours finds hours that are none, and those of one day that overlap.
func checkHours(w *place.Errors, at string, list []Hours) {
	for i, h := range list {
		where := at
		if len(list) > 1 {
			where = fmt.Sprintf("%s[%d]", at, i)
		}
		switch {
		case h.From < 0 || h.From >= dayEnd:
			w.Fail(where+".from", "%s is not allowed: 00:00 to 23:59", h.From)
		case h.To < 0 || h.To > dayEnd:
			w.Fail(where+".to", "%s is not allowed: 00:00 to 24:00", h.To)
		}
		for j, o := range list[:i] {
			if h.From < o.From+o.length() && o.From < h.From+h.length() {
				w.Fail(where, "%s overlaps %s of [%d]; allowed: hours that are apart", h, o, j)
			}
		}
	}
}

// Zone finds a time zone. The empty name and Local would be what this machine has.
func Zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is no time zone; allowed: a name as in Asia/Shanghai", name)
	}
	l, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%q is no time zone; allowed: a name as in Asia/Shanghai", name)
	}
	return l, nil
}
