package hours

import (
	"iter"
	"time"
)

// workAhead is for how many days working time is looked for: ten years, which no
// deadline is away.
const workAhead = 10 * daysMost

// WorkingDay tells whether a day is worked: hours begin on it.
func (s *Schedule) WorkingDay(d Date) bool { return len(s.day(d)) > 0 }

// WorkingDays is the end of the n-th working day after the one to which a moment
// belongs; of that day itself where n is not above 0. A moment belongs to the first
// working day that is not over. It is zero where that is more than ten years away.
func (s *Schedule) WorkingDays(from time.Time, n int) time.Time {
	left := max(n, 0)
	var end time.Time // of the days that were counted
	for day := range s.worked(from) {
		over := end
		for _, sp := range day {
			over = later(over, sp.to)
		}
		switch {
		case !over.After(from): // it was over before
			continue
		case left == 0:
			return over
		}
		end = over
		left--
	}
	return time.Time{}
}

// WorkingTime is when so much working time has passed since a moment: the moment itself
// where d is not above 0, and the end of a day rather than the beginning of the next. It
// is zero where that is more than ten years away.
func (s *Schedule) WorkingTime(from time.Time, d time.Duration) time.Time {
	if d <= 0 {
		return from.In(s.zone)
	}
	at := from // all before is counted
	for day := range s.worked(from) {
		for _, sp := range day {
			at = later(at, sp.from)
			open := sp.to.Sub(at)
			switch {
			case open <= 0:
			case open >= d:
				return at.Add(d).In(s.zone)
			default:
				at, d = sp.to, d-open
			}
		}
	}
	return time.Time{}
}

// WorkingBetween is how much working time lies between two moments; less than 0 where b
// is the earlier one. It counts ten years at most.
func (s *Schedule) WorkingBetween(a, b time.Time) time.Duration {
	if b.Before(a) {
		return -s.WorkingBetween(b, a)
	}
	var sum time.Duration
	at := a // all before is counted
	for day := range s.worked(a) {
		for _, sp := range day {
			if !sp.from.Before(b) {
				return sum
			}
			at = later(at, sp.from)
			end := sp.to
			if b.Before(end) {
				end = b
			}
			if end.After(at) {
				sum, at = sum+end.Sub(at), end
			}
		}
	}
	return sum
}

// DaysLater is when the clock on the wall shows c on the n-th day of the calendar after
// that of a moment, worked or not; the last time where it does so twice.
func (s *Schedule) DaysLater(from time.Time, n int, c Clock) time.Time {
	return s.moment(DateOf(from.In(s.zone)).Add(n), c, true)
}

// EndOfNext is the end of the first of such hours that do not begin before a moment,
// worked or not: "by the next afternoon" is the end of the next 12:00 to 18:00, on the
// same day for what comes in the morning.
func (s *Schedule) EndOfNext(from time.Time, h Hours) time.Time {
	for d := DateOf(from.In(s.zone)); ; d = d.Add(1) {
		begin, end := s.moment(d, h.From, false), s.moment(d, h.From+h.length(), true)
		if !begin.Before(from) && begin.Before(end) {
			return end
		}
	}
}

// worked are the days on which hours begin, each with its hours in order: from the first
// whose hours may go on to a moment, for ten years.
func (s *Schedule) worked(from time.Time) iter.Seq[[]span] {
	return func(yield func([]span) bool) {
		first := DateOf(from.In(s.zone)).Add(-2) // they may go on for a day, and clocks may be set besides
		for i := range workAhead {
			if day := s.day(first.Add(i)); len(day) > 0 && !yield(day) {
				return
			}
		}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
