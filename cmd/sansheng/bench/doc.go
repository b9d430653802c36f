// Package bench fills a database with the calls and matters of a year, as many as are asked for,
// and measures how long people wait for the lists that they see of them.
//
// Seed owns a database that is empty but for its tables. It generates a year of several
// companies, in order of time: what callers met, what was written down, forwarded, closed,
// called back about, by the rules of store/ticket and cti/callback themselves, so that the
// rows are those that the store would have made. The same seed gives the same rows. They are
// copied in parts (COPY), with triggers and foreign keys off and all indexes but the keys made
// afterwards. Records are in no chain of hashes: that would be another year's work, and no list
// reads it; `sansheng record verify` finds nothing to verify.
//
// Pages asks a store for what the API asks it for, with the API's limits, by several at once,
// and tells how long each took.
//
// One goroutine generates, another copies; both end with the context, or at the first error,
// after which the database is half full and of no use: it is made anew.
package bench
