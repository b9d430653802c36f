package hours

import (
	"fmt"
	"iter"
	"slices"
	"time"
)

// Schedule answers whether people answer at a moment, and why. It is a calendar that
// has been checked, with the holidays that count.
type Schedule struct {
	calendar Calendar
	zone     *time.Location
	table    Table
}

// Schedule makes what can be asked of a calendar; its error is that of Check.
func (c Calendar) Schedule(tables []Table) (*Schedule, error) {
	if err := c.Check(tables); err != nil {
		return nil, err
	}
	z, err := Zone(c.Zone)
	if err != nil {
		return nil, err
	}
	s := &Schedule{calendar: c, zone: z}
	for _, t := range tables {
		if t.ID == c.Holidays {
			s.table = t
		}
	}
	return s, nil
}

// Closure is the switch that closes a line at once: it goes before every rule.
type Closure struct {
	// Until is when it is over by itself.
	Until  time.Time `json:"until"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
}

// Status is whether people answer.
type Status struct {
	Open bool `json:"open"`
	// Rule is the place of the rule that decides, as in week[0], days[2] or
	// holidays[14], or closure; Name is what people call it.
	Rule string `json:"rule"`
	Name string `json:"name,omitempty"`
	// Until is when that changes; zero where it is open for a month to come, or closed
	// for two years.
	Until time.Time `json:"until,omitzero"`
}

// rule is what holds on a day.
type rule struct {
	place, name string
	hours       []Hours
	// places are those of the hours where each has its own.
	places []string
}

// ruleOf finds the rule of a day.
func (s *Schedule) ruleOf(d Date) rule {
	c := &s.calendar
	for i, day := range c.Days {
		if day.has(d) {
			return rule{place: fmt.Sprintf("days[%d]", i), name: day.Name, hours: day.Hours}
		}
	}
	for i, h := range s.table.Days {
		if !h.day().has(d) {
			continue
		}
		r := rule{place: fmt.Sprintf("holidays[%d]", i), name: h.Name, hours: c.HolidayHours}
		if h.Works {
			r.hours = s.makeUp(d)
		}
		return r
	}
	return s.weekly(d.Weekday())
}

// makeUp are the hours of a day that is worked to make up for a holiday.
func (s *Schedule) makeUp(d Date) []Hours {
	if s.calendar.MakeUp != nil {
		return s.weekly(*s.calendar.MakeUp).hours
	}
	if monday := s.weekly(Weekday(time.Monday)).hours; len(monday) > 0 {
		return monday
	}
	return s.weekly(d.Weekday()).hours
}

// weekly is the rule of a day of the week.
func (s *Schedule) weekly(d Weekday) rule {
	r := rule{place: "week"}
	for i, sh := range s.calendar.Week {
		if slices.Contains(sh.Days, d) {
			r.hours, r.places = append(r.hours, sh.hours()), append(r.places, fmt.Sprintf("week[%d]", i))
		}
	}
	return r
}

// span is hours as moments, with the rule they come from.
type span struct {
	from, to    time.Time
	place, name string
}

// spans are the hours that begin on a day or later, in order, for so many days.
func (s *Schedule) spans(first Date, days int) iter.Seq[span] {
	return func(yield func(span) bool) {
		for i := range days {
			for _, sp := range s.day(first.Add(i)) {
				if !yield(sp) {
					return
				}
			}
		}
	}
}

// day are the hours that begin on a day, in order.
func (s *Schedule) day(d Date) []span {
	r := s.ruleOf(d)
	var all []span
	for i, h := range r.hours {
		sp := span{s.moment(d, h.From, false), s.moment(d, h.From+h.length(), true), r.place, r.name}
		if len(r.places) > 0 {
			sp.place = r.places[i]
		}
		if sp.from.Before(sp.to) { // clocks put forward may leave nothing of it
			all = append(all, sp)
		}
	}
	slices.SortFunc(all, func(a, b span) int { return a.from.Compare(b.from) })
	return all
}

// moment is when the clock on the wall shows so many minutes after a day's midnight:
// the first time or the last where it does so twice, the moment of the change where it
// is put forward past it.
func (s *Schedule) moment(d Date, c Clock, last bool) time.Time {
	wall := d.midnight().Add(time.Duration(c) * time.Minute)
	offset := func(t time.Time) time.Duration {
		_, seconds := t.In(s.zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	before, after := offset(wall.Add(-24*time.Hour)), offset(wall.Add(24*time.Hour))
	// What it would be by the rules of the day before and of the day after.
	a, b := wall.Add(-before), wall.Add(-after)
	aIs, bIs := offset(a) == before, offset(b) == after
	switch {
	case aIs && bIs:
		if last == a.Before(b) {
			return b.In(s.zone)
		}
		return a.In(s.zone)
	case aIs:
		return a.In(s.zone)
	case bIs:
		return b.In(s.zone)
	}
	change, _ := a.In(s.zone).ZoneBounds() // a lies behind it
	return change
}

// closedAhead is how far Status.Until looks where it is closed, longer than any row of
// special days; openAhead where it is open, which for many lines has no end.
const (
	closedAhead = 2 * daysMost
	openAhead   = 31 * 24 * time.Hour
)

// At tells whether people answer at a moment; closed, where it is not nil, is the switch.
func (s *Schedule) At(t time.Time, closed *Closure) Status {
	if closed != nil && t.Before(closed.Until) {
		st := Status{Rule: "closure", Name: closed.Reason, Until: closed.Until}
		if after := s.At(closed.Until, nil); !after.Open {
			st.Until = after.Until
		}
		return st
	}
	today := DateOf(t.In(s.zone))
	st := s.closedAt(today)
	// A day's hours may go on for a day, and clocks may be set besides.
	for sp := range s.spans(today.Add(-2), closedAhead) {
		switch {
		case !sp.to.After(t):
		case st.Open && sp.from.After(st.Until):
			return st
		case st.Open:
			if sp.to.After(st.Until) {
				st.Until = sp.to // one follows on the other
			}
			if st.Until.Sub(t) > openAhead {
				st.Until = time.Time{}
				return st
			}
		case !sp.from.After(t):
			st = Status{Open: true, Rule: sp.place, Name: sp.name, Until: sp.to}
		default:
			st.Until = sp.from
			return st
		}
	}
	return st
}

// Changes are the moments between two, neither of them included, at which people begin to
// answer or cease to; the two are a month apart at most.
func (s *Schedule) Changes(from, until time.Time, closed *Closure) []time.Time {
	var all []time.Time
	for at := s.At(from, closed).Until; !at.IsZero() && at.Before(until); at = s.At(at, closed).Until {
		all = append(all, at)
	}
	return all
}

// closedAt is the status of a day outside its hours.
func (s *Schedule) closedAt(d Date) Status {
	r := s.ruleOf(d)
	return Status{Rule: r.place, Name: r.name}
}

// Unknown are the years of the next so many days for which the table of holidays that
// counts has none: it is time to bring it up to date.
func (s *Schedule) Unknown(t time.Time, days int) []int {
	if s.calendar.Holidays == "" {
		return nil
	}
	var years []int
	first := DateOf(t.In(s.zone))
	for y := first.Year; y <= first.Add(days).Year; y++ {
		if !s.table.Knows(y) {
			years = append(years, y)
		}
	}
	return years
}

// Zone is the calendar's time zone.
func (s *Schedule) Zone() *time.Location { return s.zone }
