// Package ticket says what may happen to a matter that somebody is responsible for, from
// the call that opened it until it is closed (requirements D3, E1 to E5, C5).
//
// # States
//
//	      describe, promise            forward
//	Draft ───────────────▶ Open ◀─────────────────▶ Forwarded
//	  │                     │ ▲       give back         │
//	  │                     │ └───────────┐             │ finish
//	  │       close         │ close       │ reopen      ▼
//	  └─────────────────────┴──────▶ Closed ◀──────── Done
//	                                        close
//
// A Draft is what a call makes by itself; it is Open when somebody has said what it is
// about, or has promised a time. Forwarded is with a department, Done has its result and waits for whoever is
// responsible to tell the caller and close it. Whatever is not closed may be merged into
// another ticket, for which it is Merged for ever.
//
// # Acts and facts
//
// An Act is what somebody does to a ticket. Do tells whether he may and makes the Fact of
// it, with everything that was decided in it, the new deadline too; Apply makes the ticket
// of its facts and asks nothing. So the same facts give the same ticket, whenever they are
// read again. A ticket's facts are numbered from 1.
//
// Who may do what is not decided here, but what can be done: the errors are RefusedError, and
// name what is allowed.
//
// # Sheets
//
// The record sheet of a matter is filled in by the form of its kind (package sheet): a draft as
// often as somebody writes on it, then the final one. From then on it is amended, with a
// reason; acts keep every version. What lists and deadlines go by is read from it.
//
// # Deadlines
//
// A ticket has one, DueAt: that of its kind in the working days of its company (Due), or
// the day that the caller was told (Promise). Before it and after it the ticket is told of
// once each (Lapse), and anew where the deadline moves.
//
// The package is values and rules: no clock, no I/O; a Ticket is its owner's alone.
package ticket
