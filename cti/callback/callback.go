package callback

import (
	"slices"
	"time"

	"sansheng/cti/hours"
)

// State is where a callback stands.
type State string

// States.
const (
	Waiting    State = "waiting"
	Calling    State = "calling"    // an attempt is under way
	Confirming State = "confirming" // it has ended, and the agent is to say what came of it
	Done       State = "done"
	Failed     State = "failed" // missed on two days
	Waived     State = "waived" // a person has decided that nobody is called
	Merged     State = "merged" // another callback stands for its tickets
)

// Over tells whether nobody will be called any more.
func (s State) Over() bool { return s == Done || s == Failed || s == Waived || s == Merged }

// Callback is a call that is owed, about one ticket or several. The zero value is one
// that is not planned yet.
type Callback struct {
	ID      string `json:"id"`
	Company string `json:"company"`
	State   State  `json:"state"`
	// Tickets are those that it is about, Numbers where the caller may be reached, the
	// first first.
	Tickets []Owed   `json:"tickets"`
	Numbers []string `json:"numbers,omitempty"`
	// Due is the earliest of the tickets', Overdue that it has passed.
	Due     time.Time `json:"due"`
	Overdue bool      `json:"overdue,omitempty"`
	// Agent is who is to call; anybody where it is empty.
	Agent    string    `json:"agent,omitempty"`
	Attempts []Attempt `json:"attempts,omitempty"`
	// NextAt is before when nobody is called.
	NextAt    time.Time `json:"next_at,omitzero"`
	PlannedAt time.Time `json:"planned_at"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
	// Outcome is what was said, of one that is done.
	Outcome *Outcome `json:"outcome,omitempty"`
	// Into is the callback with which it was merged.
	Into string `json:"into,omitempty"`
}

// Office is what a company decides callbacks by.
type Office struct {
	Rules     *Rules
	Hours     *hours.Schedule
	Questions *Questionnaire
}

// open is the attempt that has no result yet; nil where there is none.
func (c *Callback) open() *Attempt {
	if n := len(c.Attempts); n > 0 && c.Attempts[n-1].Result == "" {
		return &c.Attempts[n-1]
	}
	return nil
}

// attempt is the one that a call was; nil where there is none.
func (c *Callback) attempt(call string) *Attempt {
	i := slices.IndexFunc(c.Attempts, func(a Attempt) bool { return a.Call == call })
	if i < 0 {
		return nil
	}
	return &c.Attempts[i]
}

// has tells whether a callback is about a ticket.
func (c *Callback) has(ticket string) bool {
	return slices.ContainsFunc(c.Tickets, func(o Owed) bool { return o.Ticket == ticket })
}

// Meets tells whether a callback's call is enough for a matter, too.
func (c *Callback) Meets(r *Rules, m Matter) bool {
	at := r.ReachOf(m.Number, m.Place)
	return slices.ContainsFunc(c.Tickets, func(o Owed) bool { return r.ReachOf(o.Number, o.Place).Meets(at) })
}

// Apply is the state after a fact; the one before stays as it is. Only facts that Decide
// has made of the state before have a meaning.
func Apply(c Callback, f Fact) Callback {
	c.Tickets, c.Numbers, c.Attempts = slices.Clone(c.Tickets), slices.Clone(c.Numbers), slices.Clone(c.Attempts)
	switch d := f.Data.(type) {
	case *PlannedData:
		c.ID, c.Company, c.State, c.PlannedAt = d.ID, d.Company, Waiting, f.At
		c.add(d.Tickets)
	case *AddedData:
		c.add(d.Tickets)
	case *NumberAddedData:
		c.Numbers = slices.Insert(slices.DeleteFunc(c.Numbers, func(n string) bool { return n == d.Number }), 0, d.Number)
	case *AssignedData:
		c.Agent = d.Agent
	case *DialledData:
		c.State = Calling
		c.Attempts = append(c.Attempts, Attempt{Call: d.Call, Agent: d.Agent, Number: d.Number, At: f.At})
	case *OverdueData:
		c.Overdue = true
	case *DoneData:
		c.State, c.Outcome = Done, &d.Outcome
		c.close(d.Call, Talked, "", d.By)
	case *FailedData:
		c.State = Failed
	case *WaivedData:
		c.State = Waived
	case *MergedData:
		c.State, c.Into = Merged, d.Into
	case *LineEndedData:
		if a := c.attempt(d.Call); a != nil {
			c.State, a.Line, a.LineAt, a.RangMs = Confirming, d.Line, f.At, d.RangMs
		}
	case *MissedData:
		c.State, c.NextAt = Waiting, d.Next
		c.close(d.Call, Missed, d.Reason, d.By)
	case *DroppedData:
		c.State, c.NextAt = Waiting, d.Next
		c.close(d.Call, Dropped, "", d.By)
	}
	if c.State.Over() && c.EndedAt.IsZero() {
		c.EndedAt = f.At
	}
	return c
}

// add takes tickets in, with their numbers.
func (c *Callback) add(tickets []Owed) {
	for _, o := range tickets {
		c.Tickets = append(c.Tickets, o)
		if o.Number != "" && !slices.Contains(c.Numbers, o.Number) {
			c.Numbers = append(c.Numbers, o.Number)
		}
		if c.Due.IsZero() || o.Due.Before(c.Due) {
			c.Due = o.Due
		}
	}
}

// close ends an attempt.
func (c *Callback) close(call string, result AttemptResult, reason Reason, by string) {
	if a := c.attempt(call); a != nil {
		a.Result, a.Reason, a.By = result, reason, by
	}
}
