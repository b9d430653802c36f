// Package callback is how callers are called back about what was done for them (回访): who,
// by when, how often it is tried, what is asked, and how much of it each agent does
// (requirements F1 to F7). Callers whom a queue has promised a call are another matter:
// those are sansheng/cti's.
//
// # A callback
//
// A ticket is closed, Rules say whether its caller is owed a call, and one Callback
// stands for all tickets about which one call is enough. It is a pure state machine:
// Decide says what a command leads to, as facts, or why it cannot be; Apply makes the next
// state of a fact. The same facts give the same state.
//
//	      Plan, Add, Merge, Waive
//	               │
//	┌──────────▶ waiting ─▶ merged, waived
//	│              │ Dial: in calling hours, not before NextAt
//	│              ▼
//	│◀─ dropped ─ calling ─────────────── Answer ─▶ done ─▶ emergency_again
//	│              │ EndLine: what the line says         ├▶ unsolved
//	│              ▼                                     └▶ dissatisfied
//	│◀─ dropped ─ confirming ─ Answer, if he was reached ─▶ done
//	│              │ Miss: what the agent says
//	└──────────────┴─ on two days of the calendar ─▶ failed
//
// # What it promises
//
//   - One attempt is under way at most, and the same call is never two attempts.
//   - An attempt counts only when the number was called and nobody could be spoken to. Its
//     reason is taken from the line and confirmed by the agent (F4). What the line or the agent
//     broke off is dropped: it costs the caller nothing and counts for nothing.
//   - Only attempts on two different days, by the company's calendar, make a failed
//     callback, however many there were on the first.
//   - It is overdue once, at Due: the earliest that any of its tickets has.
//   - Every wait has a deadline (Tick, Deadline): an attempt whose end nobody told is
//     dropped, one that nobody confirmed is what the line said.
//   - What has ended stays so. A command that comes late or twice changes nothing, or is
//     refused with what is allowed.
//
// One callback knows of itself only. That nobody is called by two at a time is held by
// putting them together before (Reach, Groups), which whoever keeps them does.
//
// Whom a rate chooses is decided by the ticket's id and nothing else: a replay chooses
// the same, and a higher rate chooses them and others.
//
// Nothing here does I/O, starts a goroutine or reads a clock. An Office may be used by
// any goroutine while nobody changes what it points to.
package callback
