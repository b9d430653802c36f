package journal

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrClosed: the journal was closed; the facts were not written.
var ErrClosed = errors.New("journal closed")

// ErrFenced: somebody else wrote to this journal. The engine must stop: it is
// not the owner of its calls any more.
var ErrFenced = errors.New("journal fenced: another writer")

// DelayedError goes to a done function whose facts could not be written yet.
// They are kept in memory and written later, in order: do not append them again.
type DelayedError struct {
	Since time.Time
	Err   error
}

func (e *DelayedError) Error() string {
	return fmt.Sprintf("write journal: delayed since %s: %v", e.Since.Format(time.RFC3339), e.Err)
}

func (e *DelayedError) Unwrap() error { return e.Err }

// SequenceError refuses facts that do not follow the last ones.
type SequenceError struct {
	Engine    string
	Want, Got uint64
}

func (e *SequenceError) Error() string {
	return fmt.Sprintf("append facts of engine %s: sequence %d expected, got %d", e.Engine, e.Want, e.Got)
}

// OwnerError: the journal in this folder belongs to another engine.
type OwnerError struct{ Owner, Engine string }

func (e *OwnerError) Error() string {
	return fmt.Sprintf("open journal: it belongs to engine %q, not %q; start with the old name or another data folder", e.Owner, e.Engine)
}

// CorruptError: a message in the stream cannot be understood although its hash
// is right, or does not follow the one before.
type CorruptError struct {
	StreamSeq uint64
	Err       error
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("read journal: message %d: %v", e.StreamSeq, e.Err)
}

func (e *CorruptError) Unwrap() error { return e.Err }

// Range is a run of fact sequence numbers, both ends included.
type Range struct{ From, To uint64 }

func (r Range) String() string {
	if r.From == r.To {
		return fmt.Sprintf("%d", r.From)
	}
	return fmt.Sprintf("%d–%d", r.From, r.To)
}

// LossError says which acknowledged facts are gone for good.
type LossError struct {
	Engine string
	Lost   []Range
	// Aside is the folder where the damaged files were put, untouched.
	Aside string
}

func (e *LossError) Error() string {
	return fmt.Sprintf("journal of engine %s lost facts %s; the damaged files are in %s", e.Engine, ranges(e.Lost), e.Aside)
}

func ranges(rs []Range) string {
	parts := make([]string, len(rs))
	for i, r := range rs {
		parts[i] = r.String()
	}
	return strings.Join(parts, ", ")
}
