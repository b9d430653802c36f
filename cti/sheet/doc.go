// Package sheet is what an agent fills in about a matter: a form per kind of matter, as
// data that an operator edits, and what a filled-in sheet may say (requirements C2, C5,
// E1).
//
//	Form (kind, version) ─▶ Fill(values, draft) ─▶ … ─▶ Fill(values, final) ─▶ amendments: Fill(…, final)
//
// # Forms
//
// A Form is fields, each with an id, a type, labels in both languages, limits, and when it
// must be filled in: never, always, or before the sheet is final. What the regulations ask
// of a kind is added to that, whatever the form says: emergencies, repairs and
// installations are not final without place, phone and what happened (C5). Check finds
// every fault of a form with its place, as in fields[2].options[0].label.zh.
//
// Some ids mean the same in every form, so that the rest of the store can read them; the
// constants Place to Traceable name them, and Check holds them to their types.
//
// # Versions
//
// A form is never changed: an edited one is the next version, and a sheet keeps the one
// that it was begun with, by which it is read and amended for good. An id keeps its type
// from version to version (Forms.Check), so that a column of a report is one thing.
//
// # Values
//
// Fill takes values as JSON brings them and returns them in one form: texts without blanks
// around them, numbers as short as they can be written, choices in the order of the form,
// telephone numbers as digits. Filling in what Fill has returned changes nothing. A
// draft may be unfinished: what could still become right by going on writing is taken.
// What is wrong is told all at once, each with its field and what is allowed there. No
// error repeats what was written, for it may be personal and errors are logged; a choice
// that there is not is the one exception.
//
// Nothing here has state, a clock or I/O; a Form that is in use is never changed and may
// be used by any goroutine.
package sheet
