// Package bus carries facts: from the engine's journal to everybody who reads
// them. It runs the embedded NATS server and owns the public stream HOTLINE, its
// subjects, and who may read it.
//
// # Parts
//
//   - Server: the NATS server inside this process. It keeps the journal
//     (package journal) and, by default, HOTLINE.
//   - Public: a connection to the NATS that carries HOTLINE: the embedded server,
//     or an external server or cluster by URL with the same subjects.
//   - Publisher: puts one source's numbered messages into HOTLINE, each once, in
//     order. Relay (the journal's facts) and the store's outbox (ticket facts)
//     use it.
//   - Reader: reads HOTLINE in order from a position, across reconnects.
//   - Leases: which of several engines leads (package lease), beside HOTLINE.
//   - Live: a second server without facts, on loopback, for browsers: each hears its own
//     subjects as long as its pass allows, and can say nothing.
//
// # Subjects
//
//	hotline.<company>.call.<call id>.<fact>      call.answered → answered
//	hotline.<company>.agent.<number>.<fact>
//	hotline.<company>.ticket.<ticket id>.<fact>
//	hotline.<company>.engine.<engine>.<fact>
//
// Each name is one token: letters, digits, - and _ stand for themselves, any
// other byte is written %XX, an empty name is _. A caller, a configuration or a
// hostile switch can therefore never add a token or a wildcard.
//
// # Order and once
//
// A publisher's messages stand in HOTLINE in the order of their sequence, each
// once. That does not rest on the dedupe window: each message expects to stand
// right behind the one before it, so that after a failure nothing later can slip
// in before what failed, a late duplicate is refused, and the publisher goes on
// after the last of its messages that it finds in the stream. Several publishers
// may share a stream; they then cost each other retries, not order.
//
// # Durability
//
// The embedded server syncs both streams: the journal with every commit, HOTLINE
// with every fact. Written without, HOTLINE could after a power cut miss facts in
// its middle, which no publisher looks for. It is behind the journal and holds
// nobody up: a disk that takes 5 ms for a sync lets 200 facts a second through, the
// steps of a dozen calls; what comes faster waits in the journal. Where its end or
// the whole stream is lost all the same, the publishers notice and publish it again,
// and a Reader goes back to the last message it knows that is still there, and says
// so (*RewoundError). So a consumer must take each fact once by its id.
//
// # When something fails
//
// Connection to an external NATS lost, for any time: the relay tries for ever
// with backoff and catches up; the journal keeps what is not published. Disk full:
// the server stops its store; it is revived when the disk takes data again (see
// package journal). Port taken: Start says which. A second process on the same
// folder: Start refuses.
//
// # Who may do what
//
// The process itself uses the role engine: everything. The role reader may
// subscribe to hotline.> and read HOTLINE, nothing else: no administration, no
// other stream, no publishing. Both have generated passwords in nats.json in the
// store folder, readable by its owner only (ReadCredentials). With
// Options.AnonymousReader, clients on the listening address that give no
// credentials are readers too; facts hold callers' numbers, so this is for a demo
// on a machine whose users may all see them. Each company of Options.Readers has a role of
// its own (CompanyRole) for its own systems: it takes the company's facts from the consumer
// that EnsureReader has made, and acknowledges them; nothing else.
package bus
