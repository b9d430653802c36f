// Package store keeps what happened: it fills PostgreSQL from the journal's
// facts and answers questions about calls, agents, queues and tickets.
//
// # What it owns
//
// The tables of migration/ and nothing else. Queries are in query/; sqlc turns
// them into internal/sql. The rows of a call come from facts only; a person's
// correction is an amendment beside them. Customers, and who has looked at what
// (access), are people's: no fact tells of them, and a replay does not bring them back.
//
// # How facts become rows
//
//	journal ──▶ Reader ──▶ Projector ──┬─▶ call, leg, offer, …     one transaction
//	 (Source)    in order   in batches ├─▶ sheet, ticket, outbox   for a batch of
//	                                   ├─▶ seal, chain             facts
//	                                   └─▶ fact, projection
//	outbox ──▶ Outbox ──▶ Publisher (ticket.opened, to the journal)
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
// # The chain
//
// When a call ends its record is closed: triggers refuse any change, and its
// hash continues its company's chain (Canonical, HashRecord, Store.Verify). A fact
// that comes later becomes an amendment, which is sealed in the same chain. So does
// a fact of an engine that did not lead any more when it told it: the call's rows
// are what the engine says that went on with it.
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
// it) and return when their context ends.
package store
