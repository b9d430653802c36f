// Package ical reads public holidays from iCalendar files (RFC 5545), as offices and
// telephone makers publish them. It imports what is said of whole days and refuses what
// it does not understand; nothing is guessed.
package ical

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"sansheng/cti/hours"
)

// special is the property by which some calendars tell holidays, and the days that are
// worked for them, from days that are only of note.
const (
	special  = "X-APPLE-SPECIAL-DAY"
	worked   = "ALTERNATE-WORKDAY"
	sizeMost = 4 << 20
)

// Read reads a table of holidays. A day is worked where its entry says so: by 班 or
// "workday" in its summary, or by X-APPLE-SPECIAL-DAY. The error names each entry that
// cannot be taken, and what is allowed.
func Read(r io.Reader, id string) (hours.Table, error) {
	t := hours.Table{ID: id}
	cal, err := ics.ParseCalendar(io.LimitReader(r, sizeMost))
	if err != nil {
		return t, fmt.Errorf("read holidays: this is no iCalendar file: %w", err)
	}
	events := slices.DeleteFunc(cal.Events(), func(e *ics.VEvent) bool { return strings.EqualFold(value(e, "STATUS"), "CANCELLED") })
	if slices.ContainsFunc(events, func(e *ics.VEvent) bool { return value(e, special) != "" }) {
		events = slices.DeleteFunc(events, func(e *ics.VEvent) bool { return value(e, special) == "" })
	}
	var errs []error
	for i, e := range events {
		h, err := holiday(e)
		if err != nil {
			errs = append(errs, fmt.Errorf("entry %d, %q: %w", i+1, value(e, "SUMMARY"), err))
			continue
		}
		t.Days = append(t.Days, h)
	}
	if err := errors.Join(errs...); err != nil {
		return t, fmt.Errorf("read holidays: %w", err)
	}
	if len(t.Days) == 0 {
		return t, errors.New("read holidays: the file has no whole days")
	}
	t.Days = joined(t.Days)
	if err := t.Check(); err != nil {
		return t, fmt.Errorf("read holidays: %w", err)
	}
	return t, nil
}

// value is a property's text, empty where there is none.
func value(e *ics.VEvent, name string) string {
	if p := e.GetProperty(ics.ComponentProperty(name)); p != nil {
		return strings.TrimSpace(p.Value)
	}
	return ""
}

func holiday(e *ics.VEvent) (h hours.Holiday, err error) {
	const day = "20060102"
	first, err := time.Parse(day, value(e, "DTSTART"))
	switch {
	case value(e, "RRULE") != "" || value(e, "RDATE") != "":
		return h, errors.New("it repeats; allowed: days with a date of their own")
	case err != nil:
		return h, fmt.Errorf("begins at %q; allowed: whole days, as in DTSTART;VALUE=DATE:20261001", value(e, "DTSTART"))
	}
	last := first
	if end := value(e, "DTEND"); end != "" {
		behind, err := time.Parse(day, end)
		if err != nil || !behind.After(first) {
			return h, fmt.Errorf("ends at %q; allowed: a later day, the first that is none", end)
		}
		last = behind.AddDate(0, 0, -1)
	}
	if d := value(e, "DURATION"); d != "" {
		days := daysOf(d)
		if days == 0 || value(e, "DTEND") != "" {
			return h, fmt.Errorf("lasts %q; allowed: whole days or weeks, as in P7D or P1W, without DTEND", d)
		}
		last = first.AddDate(0, 0, days-1)
	}
	name := value(e, "SUMMARY")
	works := value(e, special) == worked || strings.Contains(name, "班") || strings.Contains(strings.ToLower(name), "workday")
	h = hours.Holiday{Date: hours.DateOf(first), Name: plain(name), Works: works}
	if last.After(first) {
		h.Until = hours.DateOf(last)
	}
	return h, nil
}

var duration = regexp.MustCompile(`^\+?P([0-9]{1,3})([DW])$`)

// daysOf is how many days a duration has; 0 where it is none of whole days.
func daysOf(d string) int {
	m := duration.FindStringSubmatch(d)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1]) // three digits
	if m[2] == "W" {
		n *= 7
	}
	return n
}

// plain is a name without the marks of a holiday and of a worked day.
func plain(name string) string {
	for _, mark := range []string{"（休）", "（班）", "(休)", "(班)"} {
		name = strings.ReplaceAll(name, mark, "")
	}
	return strings.TrimSpace(name)
}

// joined makes one entry of days of one holiday in a row.
func joined(days []hours.Holiday) []hours.Holiday {
	last := func(h hours.Holiday) hours.Date {
		if h.Until.IsZero() {
			return h.Date
		}
		return h.Until
	}
	slices.SortStableFunc(days, func(a, b hours.Holiday) int { return cmp.Compare(a.Date.String(), b.Date.String()) })
	days = slices.Compact(days) // some files say it twice
	var all []hours.Holiday
	for _, h := range days {
		if n := len(all) - 1; n >= 0 && all[n].Name == h.Name && all[n].Works == h.Works && last(all[n]).Add(1) == h.Date {
			all[n].Until = last(h)
			continue
		}
		all = append(all, h)
	}
	return all
}
