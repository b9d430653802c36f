package hours

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Clock is a time of day in minutes since midnight, written as in 09:00; 24:00 is the
// end of the day.
type Clock int

// dayEnd is 24:00.
const dayEnd Clock = 24 * 60

// ClockOf is the time of day of a moment on the wall of its zone.
func ClockOf(t time.Time) Clock { return Clock(t.Hour()*60 + t.Minute()) }

// UnmarshalText reads a time of day; the error says what is allowed.
func (c *Clock) UnmarshalText(b []byte) error {
	t, err := time.Parse("15:04", string(b))
	switch {
	case string(b) == "24:00":
		*c = dayEnd
	case err != nil || len(b) != len("09:00"):
		return fmt.Errorf("%q is no time of day: write it as in 09:00, from 00:00 to 24:00", b)
	default:
		*c = Clock(t.Hour()*60 + t.Minute())
	}
	return nil
}

func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// MarshalText implements encoding.TextMarshaler.
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Weekday is a day of the week, written as in mon.
type Weekday time.Weekday

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// UnmarshalText reads a day of the week; the error says what is allowed.
func (w *Weekday) UnmarshalText(b []byte) error {
	i := slices.Index(weekdays, string(b))
	if i < 0 {
		return fmt.Errorf("%q is no day of the week; allowed: %s", b, strings.Join(weekdays, ", "))
	}
	*w = Weekday(i)
	return nil
}

func (w Weekday) String() string { return weekdays[w] }

// MarshalText implements encoding.TextMarshaler.
func (w Weekday) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// Date is a day of the calendar, written as in 2026-10-01.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

const dateForm = "2006-01-02"

// DateOf is the day of a moment on the wall of its zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// UnmarshalText reads a date; the error says what is allowed.
func (d *Date) UnmarshalText(b []byte) error {
	t, err := time.Parse(dateForm, string(b))
	if err != nil {
		return fmt.Errorf("%q is no date: write it as in 2026-10-01", b)
	}
	*d = DateOf(t)
	return nil
}

func (d Date) String() string { return d.midnight().Format(dateForm) }

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// IsZero tells whether no date is given.
func (d Date) IsZero() bool { return d == Date{} }

// midnight is the day's first moment in a zone whose clocks are never set.
func (d Date) midnight() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// Add is the date so many days later.
func (d Date) Add(days int) Date { return DateOf(d.midnight().AddDate(0, 0, days)) }

// Before tells whether d is an earlier day than o.
func (d Date) Before(o Date) bool { return d.midnight().Before(o.midnight()) }

// Weekday is its day of the week.
func (d Date) Weekday() Weekday { return Weekday(d.midnight().Weekday()) }
