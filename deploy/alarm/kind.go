package alarm

// Kinds are the alarms that there are, in the order of the runbook.
var Kinds = []Kind{
	{"hotline_silent", Page, "The hotline gives no sign of life; the switch serves callers by itself."},
	{"switch_silent", Page, "The switch does not answer; no call can come in."},
	{"sip_dead", Page, "The switch's process lives, but a test call through its SIP side fails."},
	{"switch_link_down", Page, "The hotline does not hear the switch; callers get its fallback."},
	{"switch_crashed", Page, "The switch died and is started again; the calls on it are lost."},
	{"emergency_waiting", Page, "A caller on an emergency line has waited longer than 15 seconds."},
	{"no_agents", Page, "No agent of an emergency line can be reached."},
	{"lease_lost", Page, "This engine has lost its lease; another one takes the calls."},
	{"lease_unrenewed", Page, "The engine leads and cannot renew its lease; should it fail, nobody may take over."},
	{"event_backlog", Page, "The switch's events come faster than they are taken."},
	{"event_lag", Page, "The switch's events reach the engine late."},
	{"task_backlog", Page, "Work piles up inside the switch; from a mark on it ignores new calls."},
	{"journal_write", Page, "Facts cannot be written to the journal; they wait in memory."},
	{"journal_depth", Page, "Very many facts wait for the journal's disk."},
	{"journal_loss", Page, "The journal has lost facts that it had acknowledged."},
	{"journal_fenced", Page, "Somebody else writes to this engine's journal; the engine stops."},
	{"relay", Warn, "Facts cannot be published; desks and records fall behind, calls do not."},
	{"relay_ahead", Page, "The published facts reach further than the journal; nothing is published until a restart."},
	{"projection_lag", Warn, "The records are behind the calls."},
	{"database_down", Warn, "The database does not answer; calls go on, records wait."},
	{"database_crashed", Warn, "Our own PostgreSQL died and is started again."},
	{"dead_letters", Warn, "Facts were put aside because no row could be made of them; records lack them."},
	{"webhook_failing", Warn, "A company's own system does not take what it is to be told; calls and records go on."},
	{"recording_bad", Warn, "Recordings of the last 24 hours are missing, too short, silent or broken."},
	{"witness_late", Warn, "A witness outside the database was not given the signed heads of the records' chains; it is tried again."},
	{"records_altered", Warn, "The chain of a company's records is not the one that was seen before: records were changed or removed."},
	{"sentinel_crashed", Warn, "The sentinel died or does not start; it is tried again, and nobody watches over the hotline meanwhile."},
	{"disk_low", Page, "The disk of the data folder is almost full."},
	{"clock_apart", Warn, "This machine's clock and the switch's differ."},
	{"holidays_unknown", Warn, "A calendar's table of holidays knows nothing of next year, or of this one; it is open on each of them."},
	{"prompt_missing", Warn, "Prompts that lines or flows name are not there; callers who come to one go on without it, to a person."},
	{"plan_unfollowed", Warn, "A plan is in force that the switch, the accounts or the sentinel have not taken over in full; it is tried again."},
	{"tickets_overdue", Warn, "Tickets are there whose deadline has passed."},
	{"emergency_unsolved", Page, "Callers who were called back say that their emergency is not solved, and nobody has done anything since."},
	{"message_untaken", Warn, "Callers' messages lie there that nobody has taken in time."},
	{"caller_dissatisfied", Warn, "Callers who were called back are dissatisfied, and nobody has taken it up since."},
	{"promise_overdue", Warn, "Calls that agents have promised callers were not made in time."},
	{"lookup_failing", Warn, "A company's service that flows ask about callers has answered none of the last questions."},
	{"path_open", Warn, "Callers who go a certain way through a number's flow come to nobody, now or within the next days."},
}

// KindOf finds an alarm by its name. An unknown one is a page.
func KindOf(name string) (Kind, bool) {
	for _, k := range Kinds {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{Name: name, Severity: Page}, false
}
