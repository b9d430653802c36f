// Package hours tells when the people of a hotline answer: weekly hours, public
// holidays with the working days that make up for them, and special days
// (requirements A2, A8, A9).
//
// # Rules
//
// A day has one rule, the first of these that knows it:
//
//	special day of the calendar  ─▶  its own hours, or closed
//	public holiday               ─▶  the calendar's holiday hours, or closed
//	working day that makes up    ─▶  the hours of the calendar's make-up weekday
//	day of the week              ─▶  its hours, or closed
//
// Hours belong to the day on which they begin: a night shift that begins on the eve of
// a holiday goes on to its end, and none begins on the holiday. Hours hold from their
// first moment to just before their last: at 17:00:00.000 it is closed.
//
// Times are those on the wall of the calendar's zone. Where clocks are put forward,
// a time that is left out is the moment of the change. Where they are put back,
// hours begin the first time that it is so late and end the last time.
//
// Above all rules stands a Closure: somebody has closed the line until a moment.
//
// A calendar is plain data. Check finds what is wrong with it, every fault with its
// place; Schedule makes of it what can be asked. A Schedule never changes and may be
// used by any goroutine. The zone's rules come from the system or, where it has none,
// from the program (time/tzdata), when the Schedule is made and not later.
//
// # Working time
//
// What is promised "within 2 working days" is reckoned by the same hours (requirements
// E2, E3). A working day is one on which hours begin, and is over when they are: a night
// shift of Monday's is Monday's, to Tuesday morning. A matter belongs to the first working
// day that is not over when it comes, and the days after that one are counted:
//
//	Monday 10:00, within 1 working day      ─▶  Tuesday 17:00
//	Monday 07:00, before the hours          ─▶  Tuesday 17:00
//	Monday 18:00, after them: as Tuesday's  ─▶  Wednesday 17:00
//	Saturday: as Monday's                   ─▶  Tuesday 17:00
//
// The calendar is that of the people who do the work: by that of a line which is open
// round the clock every day would be a working day.
//
// Working hours are counted as they pass: a night whose clocks are put forward has one
// less. Where hours of two days overlap they count once. A special day without hours is no
// working day. A Closure takes nothing away: it closes the line and not the office, and
// what was promised before stays promised.
//
// What is promised by days of the calendar, worked or not, is DaysLater and EndOfNext.
package hours
