package cti

import (
	"slices"
	"time"

	"sansheng/cti/flow"
)

// Who has called lately is known from facts alone, so that a flow can ask it while there
// is no database: of each number when its last call ended that a person answered, or in
// which he was waited for in vain.

const (
	// recallFor is how long a call is remembered.
	recallFor = 24 * time.Hour
	// recallMost is how many numbers are; of more, who called longest ago is forgotten.
	recallMost = 10_000
)

// recalls is that memory. The zero value is ready.
type recalls struct {
	at    map[origin]time.Time
	order []origin // who called longest ago first
	// again are the matters that were emergencies and are again, see OweEmergency.
	again []string
}

// note remembers the end of a call.
func (r *recalls) note(o origin, at time.Time) {
	if o.number == "" {
		return
	}
	if r.at == nil {
		r.at = map[origin]time.Time{}
	}
	if _, known := r.at[o]; known {
		r.order = slices.DeleteFunc(r.order, func(other origin) bool { return other == o })
	}
	r.at[o], r.order = at, append(r.order, o)
	for len(r.order) > recallMost || at.Sub(r.at[r.order[0]]) >= recallFor {
		delete(r.at, r.order[0])
		r.order = r.order[1:]
	}
}

// called tells whether a number has called within a day.
func (r *recalls) called(o origin, now time.Time) bool {
	at, known := r.at[o]
	return known && now.Sub(at) < recallFor
}

// step carries the memory over to a clock that was set.
func (r *recalls) step(by time.Duration) {
	for o, at := range r.at {
		r.at[o] = at.Add(by)
	}
}

// counts tells whether a call that ended so is one of which a caller may say that he has
// called before.
func (d *Ended) counts() bool { return d.Abandoned || d.Disposition == DispositionAnswered }

// recall remembers the number of a call that has ended.
func (h *Hotline) recall(c *call, at time.Time, d *Ended) {
	if c.Direction != Outbound && d.counts() {
		h.recalls.note(c.from(), at)
	}
}

// Recalled is a number that has called lately. Personal data.
type Recalled struct {
	Company CompanyID `json:"company"`
	Number  string    `json:"number"`
	At      time.Time `json:"at"`
}

// RecalledData is the whole memory of who has called lately. It is in snapshots only, for
// the calls of which it tells are not.
type RecalledData struct {
	data
	Callers []Recalled `json:"callers"`
	// Again are the matters that are emergencies again, as in follow_up:ID.
	Again []string `json:"again,omitempty"`
}

// fact is the memory as a fact of a snapshot.
func (r *recalls) fact() Fact {
	d := &RecalledData{Callers: make([]Recalled, len(r.order)), Again: r.again}
	for i, o := range r.order {
		d.Callers[i] = Recalled{o.company, o.number, r.at[o].UTC()}
	}
	return Fact{Version: SchemaVersion, Kind: CallersRecalled, Data: d}
}

// recall takes the memory over from a snapshot.
func (r *recalls) recall(d *RecalledData) {
	*r = recalls{at: map[origin]time.Time{}, again: slices.Clone(d.Again)}
	for _, c := range d.Callers {
		o := origin{c.Company, c.Number}
		r.at[o], r.order = c.At, append(r.order, o)
	}
}

// is tells whether something is known of a caller: it is what the flow's node Caller asks.
// Of tickets the engine knows the calls that are owed; of others it asks the store.
func (h *Hotline) is(at time.Time, c *call, e flow.Exit) bool {
	return h.known(at, c.from(), e) || e == flow.Ticket && c.Tickets == TicketOpen
}

func (h *Hotline) known(at time.Time, o origin, e flow.Exit) bool {
	switch e {
	case flow.VIP:
		return slices.Contains(h.companies[o.company].VIPs, o.number)
	case flow.Ticket:
		return o.number != "" && slices.ContainsFunc(h.callbacks, func(cb *callback) bool { return cb.stand.from() == o })
	case flow.Repeat:
		return h.recalls.called(o, at)
	}
	return false
}

// Caller is what the engine knows of who calls a line from a number, of flow.VIP, flow.Ticket
// and flow.Repeat.
func (h *Hotline) Caller(at time.Time, did, number string) []flow.Exit {
	o := origin{h.lines[did].Company, number}
	return slices.DeleteFunc([]flow.Exit{flow.VIP, flow.Ticket, flow.Repeat}, func(e flow.Exit) bool { return !h.known(at, o, e) })
}
