// Package flow is what a caller meets before a person: greeting, menu, hours, and where
// he goes from there, as data that an operator draws (requirements A2, A8, A9).
//
// A flow is nodes; each has a kind, and exits that name the node that comes next. A node
// without exits is an end: a queue, the emergency line, the voicemail, a number outside,
// or good-bye.
//
// # What Check promises
//
// A flow that passes Check leads everybody to an end, whatever he does:
//
//   - every exit leads to a node that is there, and every node can be reached;
//   - a caller who never presses a key comes to an end after one visit of each node at
//     most: there is no loop of exits that are taken without him;
//   - a caller who goes round by his keys is passed to a person after StepsMost nodes;
//   - what he presses wrongly and a prompt that is missing have an exit, which is the
//     person where it may be left out; so has key 0 of each menu. What look-ups may come to
//     is drawn;
//   - nobody is hung up without a word, and nobody who has chosen nothing: who presses nothing,
//     or 0 at a menu, comes to a person, an emergency line or a message.
//
// The person is the flow's queue, which is also where the switch takes callers when the
// hotline is not there.
//
// Walk goes the way of one caller at one moment, without a call: the dry run. A call
// takes its steps by the same Next. Neither has state of its own, clock or I/O; a Flow
// that is in use is never changed.
package flow
