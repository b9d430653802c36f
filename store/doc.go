// Package store keeps what happened: it fills PostgreSQL from the journal's
// facts and answers questions about calls, agents, queues and tickets.
//
// # What it owns
//
// The tables of migration/ and nothing else. Queries are in query/; sqlc turns
// them into internal/sql. The rows of a call come from facts only; a person's
// correction is a fact, too, and an amendment beside them. Customers, and who has looked at what
// (access), are people's: no fact tells of them, and a replay does not bring them back.
//
// # How facts become rows
//
//	journal ──▶ Reader ──▶ Projector ──┬─▶ call, leg, offer, …     one transaction
//	 (Source)    in order   in batches ├─▶ sheet, ticket, act      for a batch of
//	                                   ├─▶ seal, chain             facts
//	                                   └─▶ fact, projection
//	people ──▶ Act, FollowUp ─────────────▶ ticket, sheet, follow_up, act
//	act ──▶ Outbox ──▶ Publisher (ticket.*, follow_up.*, to the journal)
//	delivery ─▶ job ─────▶ send (webhooks)
//
// # Exactly once
//
// A fact's id is entered in a ledger in the transaction of the rows it makes, and
// so is the place in the journal: a projector that dies leaves all or nothing,
// two projectors of one journal take turns, and a fact read twice counts once.
// The place only saves reading: the journal may lose its end in a power cut and
// be filled again, in which case it is read from the beginning. A ticket that a call opens
// has an id made from the call and the kind, and its fact is an act, written in the same
// transaction. So replaying the same facts gives the same rows, ids and hashes.
//
// # What people do
//
// An act on a ticket, on its sheet or on a callback is decided in one transaction by the rules
// of store/ticket and cti/callback, from the row as it is then, and is a fact from that
// moment: a row of act, which the outbox numbers and publishes after the last one that the
// journal has. The projector meets it again in the journal and knows it by its id. A database
// that was filled anew does it again, from the fact alone, and gives no number of its own
// before it has read all of them. Nor does anybody act on it till then, be it the clock: an act's
// id is made of the ticket's and its number there, which one that is read later has already.
// Final sheets and their amendments join the chain when the journal has them, which is the same
// order whoever reads it.
//
// What was decided is in the fact, deadlines too: rules, forms and calendars may have changed
// when it is read again. What the clock has told of is in the row (RunDeadlines).
//
// # Order
//
// Facts are projected in the order of the journal. Messages are never skipped
// silently: one that cannot be decoded or projected goes to dead_letter with
// its reason, is logged and counted, and those behind it go on. Numbers missing
// in an engine's sequence are counted.
//
// A dead letter is kept whole in the table, which is an alarm (dead_letters) until somebody has it
// projected after all (RetryDeadLetter) or puts it away. It is not published to a stream
// of its own: it stands in the journal already, at the position that the table names, and a
// second copy would have to be kept in step with the first. An act that comes before the one that
// it follows leaves the ledger again, so that it can be projected when that one is there.
//
// # Webhooks
//
// A fact that a webhook wants makes a delivery, with its job (package job), in the
// transaction of its rows; the delivery's id is made from the fact's and the webhook's name.
// So there is one however often a journal is read, and a receiver that is told twice (a process
// died, an answer was lost, a backup was restored) knows it. A webhook is told of facts from
// the time at which its row was made (webhook.began_at), by the facts' own clock: a journal that is
// read into an empty database fires nothing, and a store that was away misses
// nothing. Each webhook has a queue of its own, and nothing is posted in a
// transaction: a receiver that hangs holds up itself.
//
// # The chain
//
// When a call ends its record is closed: triggers refuse any change, and its
// hash continues its company's chain (Canonical, Store.Verify). A fact
// that comes later becomes an amendment, which is sealed in the same chain. So does
// a fact of an engine that did not lead any more when it told it: the call's rows
// are what the engine says that went on with it. A final sheet is held against the last
// amendment by which it was sealed.
//
// A chain shows what does not fit in it, not that it was made anew as a whole, or brought
// back from yesterday: for that its signed heads are given to witnesses outside (package
// proof, Trees, Evidence), and what a head has can be shown to others (Prove).
//
// # Customers
//
// A number leads to one customer of a company. Every change is a transaction with its row in
// customer_change, which is only added to. Who changes names the version that he has
// read; of two at once one is told to look again. Merged customers stay as rows that lead
// to the other one. A search is planned each time for what is searched; parts of names and
// addresses are found by the pairs of letters in them. An import (package table) is one
// transaction.
//
// # Erasure
//
// By law a caller may have erased what is kept of him. Personal is: his number and name;
// what the steps "data" and "lookup" say; numbers dialled for offers and transfers; a
// transfer's reason and sheet; what a number was dialled for; the words of amendments, but
// for those about recordings; and, beside the sealed record, the sheet, what its tickets, their
// acts, files and follow-ups say of him, the callback's and
// the message's numbers and result, the orders' targets and reasons. Agents, times, queues,
// rings and results stay. Dead letters are not looked through.
//
// Seals of the second form hold what is personal by a commitment: an HMAC under the call's
// secret. The secret comes with the fact of the call's end. So the same facts give the same
// hashes, which a key of the store's own, or a secret thrown by the store, would not; and
// whoever still has the secret, in the facts, has the number there as well. The facts
// forget after days; a secret that was derived from a key that stays would let its owner try
// all numbers for ever. Ends without a secret, as older engines tell them, are sealed in the
// first form, in which everything is hashed.
//
// The fact record.erased empties what is personal, deletes the secret and seals by whom, when
// and why. The commitments stay, the chain is whole, Verify tells the erasure. Of seals in the
// first form the erasure keeps hashes of what is left: their own cannot be made again, and
// who has all else of such a record could find the number by trying. Facts that come for an
// erased call are kept by their kind only. A database that is brought back from before the
// erasure has it again once the fact is read again; where the facts have forgotten, the
// record has to be erased again.
//
// # Failure
//
// PostgreSQL away, restarting, full, not yet migrated: the projector keeps its
// batch, tries again with growing pauses for ever and then catches up. Calls do
// not notice; the journal holds the facts. A commit whose answer was lost is
// found out by the ledger. What a slow database does not take within the time of a
// transaction it gets in halves. The locks of a host that died in the middle of one are
// free after 30 s.
//
// # Concurrency
//
// A Store may be used from any goroutine, and several processes may act at once: rows are
// locked while something is decided. Projector.Run, Outbox.Run and RunDeadlines are each
// one goroutine's (the projector adds one for reading ahead, which ends with
// it) and return when their context ends. So is Jobs().Run, with River's own.
package store
