// Package journal keeps an engine's facts on its own disk: the truth from which
// the engine's state, the public stream and the database are made.
//
// The journal is one JetStream file stream (JOURNAL, one replica) in the server
// inside this process, which must run with sync_interval always. One message
// holds a run of facts, a JSON array, in the order of their sequence numbers.
//
// # Ownership and order
//
// A journal has one writer, a goroutine that Open starts. Append hands facts to
// it and never blocks. While one message is being synced further facts gather
// and go out together in the next one (group commit), so a slow disk costs
// delay, not throughput. Each message expects the stream's last sequence, so
// that a second writer is refused (ErrFenced) and never interleaves.
// Done functions are called from the writer's goroutine, in the order of the
// Appends; they must not block and must not call Close.
//
// # Promises
//
// done(nil) means written and synced: the facts survive kill -9 and power loss.
// Facts are written in order without gaps; the same message is never stored
// twice, whatever the dedupe window, because of the expected sequence.
//
// # When the disk fails
//
// A message that cannot be written (disk full, no answer in time) is kept in
// memory with all that follows and tried again with backoff for as long as it
// takes. The waiting done functions get a *DelayedError once and are not called
// again; Alarm is raised, and cleared when everything is written. Wait tells when
// a fact has become durable after all.
//
// # When the files are damaged
//
// Inspect reads the files before the server opens them, because the server cuts
// a block at the first bad record and would throw away what follows. It checks
// each record's hash, the continuity of the facts, and the mark: a small file
// beside the stream that names the last acknowledged fact, written after every
// commit without sync (exact after a crash of the process, possibly old after a
// power cut, never too high). A record cut short at the very end that was never
// acknowledged is no loss. Anything else: the whole stream folder is moved aside
// untouched, the stream is written anew from every readable record, holes are
// filled from the public stream, and what remains missing is written down as
// lost, reported by Report, and its sequence numbers are never used again. A
// crash during this starts it again from the folder moved aside.
package journal
