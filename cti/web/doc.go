// Package web is the hotline's door for browsers, scripts and machines: the
// HTTP API with its OpenAPI document, readiness, metrics, accounts and logins, the console
// (package console), and what a page needs beside it: what changes (/nats) and SIP (/sip).
//
// # What it owns
//
// The listening port, the logins and the files of accounts and of the agents'
// SIP secrets. Records belong to package store, the live floor to the engine;
// both are asked through what Config names.
//
//	request ─▶ limits ─▶ headers ─▶ same origin ─▶ login cookie ─▶ route
//	                                                                 │
//	          handler ◀── reach (own, company, all) ◀── rule of route × role
//
// # Who may do what
//
// One table (rules) holds every route and every role. A route without a row
// is refused to everybody. The row says how far a role sees: nothing, what is
// its own, its company or all companies (requirement K1); a record out of reach
// is answered like one that does not exist.
//
// Callers' numbers are masked, and so are numbers in free text. With
// ?reveal=<reason> a role that may sees them whole, after a line in the log
// named audit and a row of the store's table access have said who, why and which calls
// (requirement H2); where the row cannot be written nothing is shown. So it is with
// every customer's card, masked or not, and with exports. A masked record cannot be
// verified by its hash. A company's own system is asked for a card beside the store; what
// it says is shown and kept nowhere.
//
// An account may be limited to queues of its company (within.go): it sees and does what is of
// the calls that waited there, and who serves them. What is an agent's own stays his; what is
// the whole company's, as configuration and customers, does not go by queues.
//
// What is said of the service as a whole, its figures and the causes of its alarms, is not for who
// sees one of several companies; an operator, who reads the whole plan, is told the causes.
//
// An operator changes of the configuration what is his company's alone, an administrator
// all of it.
//
// # Logins
//
// Passwords are kept as argon2id hashes. At most two are computed at a time,
// equal attempts are computed once, and an account tried from one source again
// and again is answered ever later (up to 8 s), and with 429 where others wait for
// more than 10 s already: a delay, never a lock, and none for the owner at another
// source. Verified Basic credentials are remembered
// for a minute under a keyed hash. One account has one login with a cookie: a
// second one ends the first, and both are told (requirement H1). Logins outlive the process in
// a file that holds no cookie, and last 12 h, or 1 h without a request; where it cannot be read or
// written everybody logs in anew after a restart. Basic is not a login and ends none.
//
// Whoever keeps accounts tells no passwords: a new account and a reset one get a link whose
// token sets one, once, within a day. An administrator keeps all accounts, an operator those of
// his company's agents, leaders and clerks; nobody his own, so that nobody raises himself, and
// the last administrator stays. A change of role, company or password ends the login, and each is
// in the log named audit.
//
// Who wants it is asked for a one-time code as well (RFC 6238), which serves once, also over a
// restart. Wrong ones make the next ones of that source wait up to 5 min. Basic cannot carry a
// code and is refused to such accounts wherever it comes from: scripts have accounts of their own.
//
// # Order and concurrency
//
// A Server and an Accounts may be used from any goroutine. New listens and
// starts no goroutine; Run is called once. The files are written by one process
// at a time, each whole and durable before the call returns.
//
// # Failure
//
// Errors are problem documents (RFC 9457) that say what is allowed. Records or a
// floor that cannot be read are 503 and harm no call; whoever asks for readiness, or begins a
// page, costs the engine one look in 100 ms with all others. A client that is slow, or
// sends too much, loses its connection only; a file may take 2 min to come. When Run's context ends, requests
// under way have 5 s to end; an export is broken off. No password, cookie or whole number is logged, and
// no query string.
package web
