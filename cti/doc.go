// Package cti is the hotline's domain: calls, agents, queues and rings as pure
// state machines. It does no I/O, starts no goroutine and reads no clock: time
// comes with every input.
//
// # How it works
//
//	input ──▶ Hotline.Handle ──▶ Outcome{Facts, Commands}
//	                │
//	                └─ every change of state is a Fact, made by Hotline.Apply
//
// Handle decides and applies in one step; the caller (package cti/engine) writes
// the facts to the journal and lets the commands go to the switch only then.
// Feeding the facts alone to Apply gives the same state again: that is how an
// engine starts after its death, and how a bug in a record is replayed. What is
// not in a fact (when a lease was last renewed) is not state and may be forgotten:
// volatileCall and volatileAgent hold it, other structs say where theirs begins.
//
// # A call
//
//	           ┌────────────────── caller leaves, at any point ──────────────────┐
//	Arrived ─▶ Waiting ─▶ Answered ─▶ Talking ─▶ Ending ─▶ Ended                  ▼
//	             │  ▲        (the agent's number                                 Ending
//	             ▼  │         is announced)
//	           Offer: dialling ─▶ alerting ─▶ answered | missed | declined | …
//	Waiting ─▶ FellBack (the switch serves the caller by itself) ─▶ Ended
//	InFlow, Waiting ─▶ Message (he leaves one: mail.go) ─▶ Ended
//	Talking ─▶ Consulting (the agent speaks to the receiver of a transfer) ─▶ Answered ─▶ Talking
//	Talking ─▶ Survey (the agent is gone, the caller is asked how it was: rating.go) ─▶ Ended
//
// An offer goes to one agent. A caller has one at a time; several only where his queue rings
// several phones at once (ring_at_once) or those on call together, and the first who takes it
// has him. While a greeted line still speaks its greeting the first agent's phone rings already:
// the two are joined when the greeting and the announcement are both over.
//
// # Its plan
//
// The plan in force is state like any other: a fact (plan.published) has the whole of it,
// and applying the fact puts it in force. What is under way goes on as it began.
//
// # Promises
//
//   - Callers are served by priority, then in order of arrival, whatever
//     happened to their offers meanwhile; an offer that fails costs no place.
//   - An agent is offered at most one call at a time.
//   - A caller who is on hold, or whose transfer is under way, is leased as one who
//     waits; it stays one call, whoever has it.
//   - The end of any channel is legal in every state.
//   - Every wait has a deadline, checked by the Tick input.
//   - Facts carry the switch's time; durations are differences of such times.
//
// # Failure
//
// Handle never fails: a command the switch refused comes back as an input
// (pbx.CommandFailed), as does the loss of the switch (pbx.LinkLost) and what it
// knows afterwards (pbx.LinkUp). While the link is down nobody is offered.
//
// A hotline may go on with the calls of another engine whose last facts it never
// saw: a reconcile then takes from the switch who talks, who waits and which
// phones ring, and touches nobody who talks to a caller. A consultation that no fact
// tells of ends: its caller gets his agent back.
package cti
