// Package proof makes what can be shown to others of chains that they cannot see: a tree
// head says in three lines which seals a company's chain had at a time, signed.
//
// # What it is
//
// The leaves of a company's tree (RFC 9162, with SHA-256) are its seals' hashes in their
// order. A head is a signed note (c2sp.org/signed-note) of a checkpoint
// (c2sp.org/tlog-checkpoint), so that other programs read it too:
//
//	sansheng-4be1f0a2/demo      whose chain, by the key's name
//	1729                        how many seals
//	4Z…=                        the tree's root
//	2026-03-02T09:00:00Z        when
//
//	— sansheng-4be1f0a2 …       the signature, by Ed25519
//
// # Who owns what
//
// The key is a file in the data folder, never in the database: who can write every row
// cannot make a head. Who has key and database can lie about what comes, not about heads
// that a witness has already.
//
// # Witnesses
//
// A witness is a folder, best on another host's disk, to whose files heads are only ever
// appended, or an address that takes a head by POST. A head that cannot be given is the
// caller's to give again; a newer one says more than the one that was missed.
//
// # Concurrency
//
// A Tree is one goroutine's. All else may be used by any.
package proof
