package callback

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"sansheng/cti/hours"
)

// Matter is what counts of a closed ticket.
type Matter struct {
	Ticket string
	Kind   string
	// Charged: the work has cost the caller something.
	Charged bool
	// Untraceable: who has reported it cannot be called back, for he has left no number or
	// only passed by.
	Untraceable bool
	// Number and Place are where the caller is, as written in the sheet.
	Number, Place string
	// WorkedAt is when the work was done; ClosedAt counts where it is zero.
	WorkedAt, ClosedAt time.Time
}

// Owed is a ticket whose caller is to be called back.
type Owed struct {
	Ticket string    `json:"ticket"`
	Kind   string    `json:"kind"`
	Number string    `json:"number,omitempty"`
	Place  string    `json:"place,omitempty"`
	Due    time.Time `json:"due"`
	// Percent is the rate by which it was chosen.
	Percent int `json:"percent"`
}

// Owes tells whether the caller of a closed ticket is called back, and by when
// (requirements F1, F3).
func (o *Office) Owes(m Matter) (Owed, bool) {
	rule := o.Rules.rule(m.Kind)
	percent := rule.Percent
	if m.Charged && rule.Charged != nil {
		percent = *rule.Charged
	}
	if rule.Traceable && (m.Untraceable || m.Number == "") || !chosen(m.Ticket, percent) {
		return Owed{}, false
	}
	done := m.WorkedAt
	if done.IsZero() {
		done = m.ClosedAt
	}
	due := o.Hours.DaysLater(done, o.Rules.Days, o.Rules.Calling.To)
	if rule.NextAfternoon {
		if next := o.Hours.EndOfNext(done, o.Rules.Afternoon); next.Before(due) {
			due = next
		}
	}
	return Owed{Ticket: m.Ticket, Kind: m.Kind, Number: m.Number, Place: m.Place, Due: due.UTC(), Percent: percent}, true
}

// chosen tells whether a ticket is among so many of a hundred. It goes by the id alone,
// so that it is the same whenever and wherever it is asked.
func chosen(ticket string, percent int) bool {
	sum := sha256.Sum256([]byte("callback/" + ticket))
	return binary.BigEndian.Uint64(sum[:8])%100 < uint64(max(percent, 0))
}

// day is that of a moment by the company's calendar.
func (o *Office) day(t time.Time) hours.Date { return hours.DateOf(t.In(o.Hours.Zone())) }

// callable is the first moment, not before another, at which people may be called.
func (o *Office) callable(t time.Time) time.Time {
	calling := o.Rules.Calling
	now := hours.ClockOf(t.In(o.Hours.Zone()))
	switch {
	case calling.Has(now):
		return t
	case now < calling.From:
		return o.Hours.DaysLater(t, 0, calling.From)
	}
	return o.Hours.DaysLater(t, 1, calling.From)
}
