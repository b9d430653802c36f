package journal

import "time"

// AlarmKind names what an Alarm is about.
type AlarmKind string

// Kinds of alarm.
const (
	// AlarmWrite: facts cannot be written; they wait in memory.
	AlarmWrite AlarmKind = "journal_write"
	// AlarmFenced: another writer took the journal.
	AlarmFenced AlarmKind = "journal_fenced"
	// AlarmLoss: acknowledged facts are gone.
	AlarmLoss AlarmKind = "journal_loss"
	// AlarmDepth: more facts wait than Options.AlarmDepth.
	AlarmDepth AlarmKind = "journal_depth"
)

// Alarm tells the operator. It is raised once and cleared once (Raised false).
type Alarm struct {
	Kind   AlarmKind
	Raised bool
	At     time.Time
	Err    error
	// Depth is how many facts wait.
	Depth int
}
