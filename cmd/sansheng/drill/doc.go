// Package drill breaks a hotline under live calls and compares what the outside
// saw with what the hotline says happened.
//
// A Row is one fault and the promise it must not break; each is a file of its
// own, row_<name>.go, that registers itself. A row runs on a Stage: a private
// stack (the real program in a process of its own, its own Asterisk, PostgreSQL
// and NATS) with traffic on it. The traffic is made by telephones of ours and by
// sipp, whose own notes are the outside truth: when each call was placed, rang,
// was answered and ended, who ended it, and what was heard on it.
//
//	Prepare ──▶ Inject (the fault, its end) ──▶ Settle ──▶ Compare
//	 100 talk     emergency callers meanwhile     waiting ones   outside calls with
//	 20 wait      gaps and ends are watched       are served     records, facts and
//	 10 ring                                      in order       the live floor
//
// # Ownership
//
// A stage belongs to one row at a time. Rows that need nothing special share
// one, so that talks live through many faults and still have one record each;
// a row that cannot leave its stage whole throws it away.
//
// # Failure
//
// A promise that is not held is a result, not an error: the row says so and the
// drill goes on with the next. An error is what kept the drill itself from
// working; the row counts as not held then, and its stage is thrown away.
package drill
