// Package store keeps what happened: it fills PostgreSQL from the journal's
// facts and answers questions about calls, agents, queues and tickets.
//
// # What it owns
//
// The tables of migration/ and nothing else. Queries are in query/; sqlc turns
// them into internal/sql. The rows of a call come from facts only; a person's
// correction is an amendment beside them.
//
// # How facts become rows
//
//	journal ──▶ Reader ──▶ Projector ──┬─▶ call, leg, offer, …     one transaction
//	 (Source)    in order   in batches ├─▶ sheet, ticket, outbox   for a batch of
//	                                   ├─▶ seal, chain             facts
//	                                   └─▶ fact, projection
//	outbox ──▶ Outbox ──▶ Publisher (ticket.opened, to the journal)
//	delivery ─▶ job ─────▶ send (webhooks)
//
// # Exactly once
//
// A fact's id is entered in a ledger in the transaction of the rows it makes, and
// so is the place in the journal: a projector that dies leaves all or nothing,
// two projectors of one journal take turns, and a fact read twice counts once.
// The place only saves reading: the journal may lose its end in a power cut and
// be filled again, in which case it is read from the beginning. A ticket is unique by call and kind, its id is made
// from both, and its fact stands in the outbox, written in the same transaction;
// the outbox publishes what comes after the last one the journal has.
// So replaying the same facts gives the same rows, ids and hashes.
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
// second copy would have to be kept in step with the first.
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
// hash continues its company's chain (Canonical, HashRecord, Store.Verify). A fact
// that comes later becomes an amendment, which is sealed in the same chain. So does
// a fact of an engine that did not lead any more when it told it: the call's rows
// are what the engine says that went on with it.
//
// # Failure
//
// PostgreSQL away, restarting, full, not yet migrated: the projector keeps its
// batch, tries again with growing pauses for ever and then catches up. Calls do
// not notice; the journal holds the facts. A commit whose answer was lost is
// found out by the ledger.
//
// # Concurrency
//
// A Store may be used from any goroutine. Projector.Run and Outbox.Run are each
// one goroutine's (the projector adds one for reading ahead, which ends with
// it) and return when their context ends. So is Jobs().Run, with River's own.
package store
