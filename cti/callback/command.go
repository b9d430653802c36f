package callback

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sansheng/cti/hours"
)

// Command is what is asked of a callback.
type Command interface {
	// decide says what it leads to, or why it cannot be.
	decide(o *Office, c *Callback, now time.Time) ([]Data, error)
}

// RefusedError is a command that cannot be carried out as things are.
type RefusedError struct {
	Verb string
	// Text says what forbids it and what is allowed.
	Text string
	// From is when it may be, on the company's clock, of what only comes too early.
	From string
}

func (e *RefusedError) Error() string { return e.Verb + " callback: " + e.Text }

func refuse(verb, format string, args ...any) ([]Data, error) {
	return nil, &RefusedError{Verb: verb, Text: fmt.Sprintf(format, args...)}
}

// Decide says what a command leads to, in order; nothing where all is as it asks already.
// The error is a *RefusedError, or has a *place.Error for each answer that is wrong.
func (o *Office) Decide(c Callback, command Command, now time.Time) ([]Fact, error) {
	now = now.UTC()
	list, err := command.decide(o, &c, now)
	if err != nil {
		return nil, err
	}
	facts := make([]Fact, len(list))
	for i, d := range list {
		facts[i] = Fact{now, d}
	}
	return facts, nil
}

// Plan begins a callback about tickets that were closed. It is none where their callers
// are not owed a call.
type Plan struct {
	ID, Company string
	Matters     []Matter
}

func (p Plan) decide(o *Office, c *Callback, _ time.Time) ([]Data, error) {
	switch {
	case c.State != "" && c.ID == p.ID:
		return nil, nil
	case c.State != "":
		return refuse("plan", "it is %s already, as %s; allowed: one that is new", c.State, c.ID)
	case p.ID == "" || p.Company == "":
		return refuse("plan", "it has no id or no company; allowed: both")
	}
	owed := o.owed(c, p.Matters)
	if len(owed) == 0 {
		return nil, nil
	}
	return []Data{&PlannedData{p.ID, p.Company, owed}}, nil
}

// owed are the tickets among some for which a call is owed, and of which a callback does not
// know yet.
func (o *Office) owed(c *Callback, matters []Matter) []Owed {
	var list []Owed
	for _, m := range matters {
		known := c.has(m.Ticket) || slices.ContainsFunc(list, func(w Owed) bool { return w.Ticket == m.Ticket })
		if w, ok := o.Owes(m); ok && !known {
			list = append(list, w)
		}
	}
	return list
}

// Add puts tickets to a callback whose call is enough for them, too (requirement F5).
type Add struct {
	Matters []Matter
}

func (a Add) decide(o *Office, c *Callback, _ time.Time) ([]Data, error) {
	if c.State != Waiting {
		return refuse("add to", "it is %s; allowed: while it is waiting", c.State)
	}
	owed := o.owed(c, a.Matters)
	if len(owed) == 0 {
		return nil, nil
	}
	return []Data{&AddedData{owed}}, nil
}

// Merge ends a callback for whose tickets another stands, which has taken them with Take.
type Merge struct {
	Into string
}

func (m Merge) decide(_ *Office, c *Callback, _ time.Time) ([]Data, error) {
	switch {
	case c.State == Merged && c.Into == m.Into:
		return nil, nil
	case c.State != Waiting:
		return refuse("merge", "it is %s; allowed: while it is waiting", c.State)
	case m.Into == "" || m.Into == c.ID:
		return refuse("merge", "%q is not another one; allowed: the id of one", m.Into)
	}
	return []Data{&MergedData{m.Into}}, nil
}

// Take takes over the tickets of another callback that is merged into this one.
type Take struct {
	From Callback
}

func (t Take) decide(_ *Office, c *Callback, _ time.Time) ([]Data, error) {
	switch {
	case c.State != Waiting || t.From.State != Waiting:
		return refuse("merge", "they are %s and %s; allowed: while both are waiting", c.State, t.From.State)
	case t.From.ID == c.ID || t.From.Company != c.Company:
		return refuse("merge", "they are the same, or two companies'; allowed: two of one company")
	}
	var list []Owed
	for _, w := range t.From.Tickets {
		if !c.has(w.Ticket) {
			list = append(list, w)
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	return []Data{&AddedData{list}}, nil
}

// Assign puts a callback on an agent's list; on nobody's where Agent is empty.
type Assign struct {
	Agent, By string
}

func (a Assign) decide(_ *Office, c *Callback, _ time.Time) ([]Data, error) {
	switch {
	case c.State.Over() || c.State == "":
		return refuse("assign", "it is %s; allowed: while somebody is to be called", orNone(c.State))
	case c.Agent == a.Agent:
		return nil, nil
	}
	return []Data{&AssignedData{a.Agent, a.By}}, nil
}

var numberForm = regexp.MustCompile(`^[+]?[0-9]{2,20}$`)

// AddNumber says where else the caller is reached; it is dialled first.
type AddNumber struct {
	Number, By string
}

func (a AddNumber) decide(_ *Office, c *Callback, _ time.Time) ([]Data, error) {
	switch {
	case c.State.Over() || c.State == "":
		return refuse("change", "it is %s; allowed: while somebody is to be called", orNone(c.State))
	case !numberForm.MatchString(a.Number):
		return refuse("change", "the number is none; allowed: 2 to 20 digits, with + before them or without")
	case len(c.Numbers) > 0 && c.Numbers[0] == a.Number:
		return nil, nil
	case !slices.Contains(c.Numbers, a.Number) && len(c.Numbers) >= numbersMost:
		return refuse("change", "it has %d numbers; allowed: one of these", len(c.Numbers))
	}
	return []Data{&NumberAddedData{a.Number, a.By}}, nil
}

// numbersMost bounds how many numbers a callback has.
const numbersMost = 20

// Dial begins an attempt: an agent has the number dialled, which is the first where it is
// empty.
type Dial struct {
	Agent, Number string
	// Call is the one that is made.
	Call string
}

func (d Dial) decide(o *Office, c *Callback, now time.Time) ([]Data, error) {
	if d.Number == "" && len(c.Numbers) > 0 {
		d.Number = c.Numbers[0]
	}
	made := c.attempt(d.Call)
	switch {
	case d.Call == "" || d.Agent == "":
		return refuse("dial", "the call has no id or no agent; allowed: both")
	case made != nil && c.open() == made && made.Agent == d.Agent:
		return nil, nil
	case made != nil:
		return refuse("dial", "call %s was an attempt already; allowed: another call", d.Call)
	}
	if err := o.Dialable(*c, d.Number, now); err != nil {
		return nil, err
	}
	return []Data{&DialledData{d.Call, d.Agent, d.Number}}, nil
}

// Dialable tells why a number of a callback may not be dialled at a moment: the call would count
// for nothing. The error is a *RefusedError.
func (o *Office) Dialable(c Callback, number string, now time.Time) error {
	no := func(from, format string, args ...any) error {
		return &RefusedError{Verb: "dial", Text: fmt.Sprintf(format, args...), From: from}
	}
	switch {
	case c.State == Calling || c.State == Confirming:
		a := c.open()
		return no("", "agent %s is at it with call %s; allowed: when he has said what came of it", a.Agent, a.Call)
	case c.State != Waiting:
		return no("", "it is %s; allowed: while it is waiting", orNone(c.State))
	case number == "":
		return no("", "nobody knows a number; allowed: when one has been added")
	case !slices.Contains(c.Numbers, number):
		return no("", "the number is not one of this callback; allowed: those that are, or add it")
	case now.Before(c.NextAt):
		from := o.clock(c.NextAt)
		return no(from, "it was tried a while ago; allowed: from %s", from)
	case !o.callable(now).Equal(now):
		from := o.clock(o.callable(now))
		return no(from, "people are called from %s; allowed: from %s", o.Rules.Calling, from)
	}
	return nil
}

// clock is a moment as people of the company read it.
func (o *Office) clock(t time.Time) string { return t.In(o.Hours.Zone()).Format("2006-01-02 15:04") }

func orNone(s State) string {
	if s == "" {
		return "not planned"
	}
	return string(s)
}

// EndLine tells that the call of an attempt has ended, and what the line says. One that
// is no attempt, or is confirmed already, changes nothing.
type EndLine struct {
	Call string
	Line Line
	// Rang is how long it had rung before anybody answered, or it ended.
	Rang time.Duration
}

// lineRetry is how long after a fault of the line the number may be dialled again.
const lineRetry = 5 * time.Minute

func (e EndLine) decide(o *Office, c *Callback, now time.Time) ([]Data, error) {
	a := c.open()
	if a == nil || a.Call != e.Call || a.Line != "" {
		return nil, nil
	}
	if _, known := lines[e.Line]; !known {
		return refuse("end", "a line does not say %q", e.Line)
	}
	list := []Data{&LineEndedData{e.Call, e.Line, max(e.Rang.Milliseconds(), 0)}}
	if e.Line.void() {
		list = append(list, &DroppedData{Call: e.Call, Why: string(e.Line), Next: o.callable(now.Add(lineRetry)).UTC()})
	}
	return list, nil
}

// Miss says why an attempt has reached nobody, as its agent confirms.
type Miss struct {
	Call   string
	Reason Reason
	By     string
}

func (m Miss) decide(o *Office, c *Callback, now time.Time) ([]Data, error) {
	a := c.attempt(m.Call)
	switch {
	case a == nil:
		return refuse("miss", "call %q was no attempt of it", m.Call)
	case a.Result == Missed && a.Reason == m.Reason:
		return nil, nil
	case a.Result != "":
		return refuse("miss", "the attempt has ended, %s; allowed: once", a.Result)
	case !slices.Contains(Reasons(), m.Reason):
		return refuse("miss", "%q is no reason; allowed: %v", m.Reason, Reasons())
	case m.By == "":
		return refuse("miss", "nobody confirms it; allowed: with the name of who does")
	case a.Line == "":
		return refuse("miss", "the call has not ended; allowed: when it has")
	case m.Reason == NoAnswer && a.Line == LineGivenUp && a.RangMs < int64(o.Rules.RingSeconds)*1000:
		return refuse("miss", "it rang for %d s; allowed: what the network said, drop it, or let it ring for %d s", a.RangMs/1000, o.Rules.RingSeconds)
	}
	return o.missed(c, a, m.Reason, m.By, now), nil
}

// missed counts an attempt.
func (o *Office) missed(c *Callback, a *Attempt, reason Reason, by string, now time.Time) []Data {
	n, today, days := 1, 1, map[hours.Date]bool{o.day(a.At): true}
	for _, other := range c.Attempts {
		if other.Result != Missed {
			continue
		}
		n++
		days[o.day(other.At)] = true
		if o.day(other.At) == o.day(a.At) {
			today++
		}
	}
	next := o.callable(now.Add(time.Duration(o.Rules.Retry[reason]) * time.Minute))
	if today >= o.Rules.DayMost {
		if tomorrow := o.Hours.DaysLater(a.At, 1, o.Rules.Calling.From); next.Before(tomorrow) {
			next = tomorrow
		}
	}
	list := []Data{&MissedData{a.Call, reason, by, next.UTC()}}
	if len(days) > 1 {
		list = append(list, &FailedData{n})
	}
	return list
}

// Drop takes an attempt back that was none: the agent hung up at once, or somebody else
// answered.
type Drop struct {
	Call, Why, By string
}

func (d Drop) decide(o *Office, c *Callback, now time.Time) ([]Data, error) {
	a := c.attempt(d.Call)
	switch {
	case a == nil:
		return refuse("drop", "call %q was no attempt of it", d.Call)
	case a.Result == Dropped:
		return nil, nil
	case a.Result != "":
		return refuse("drop", "the attempt has ended, %s; allowed: while it is open", a.Result)
	case a.Line == "":
		return refuse("drop", "the call has not ended; allowed: when it has")
	case d.By == "" || !sentence(d.Why):
		return refuse("drop", "it needs who drops it and why, in a line of up to %d letters", reasonMost)
	}
	return []Data{&DroppedData{d.Call, d.Why, d.By, o.callable(now).UTC()}}, nil
}

// Answer says that the caller was spoken to, and what he has said.
type Answer struct {
	Call, By string
	Answers  []Answered
	// Declined: he did not want to be asked. It is a call all the same.
	Declined bool
}

func (a Answer) decide(o *Office, c *Callback, _ time.Time) ([]Data, error) {
	made := c.attempt(a.Call)
	switch {
	case made == nil:
		return refuse("answer", "call %q was no attempt of it", a.Call)
	case made.Result == Talked:
		return refuse("answer", "it was answered; allowed: once")
	case made.Result != "":
		return refuse("answer", "the attempt has ended, %s; allowed: while it is open", made.Result)
	case made.Line != "" && made.Line != LineReached:
		return refuse("answer", "the line says %s; allowed: when somebody was reached", made.Line)
	case a.By == "":
		return refuse("answer", "nobody says so; allowed: with the name of who does")
	case a.Declined && len(a.Answers) > 0:
		return refuse("answer", "he did not want to be asked, and has %d answers; allowed: one of the two", len(a.Answers))
	}
	out := Outcome{Version: o.Questions.Version, Declined: true}
	if !a.Declined {
		var err error
		if out, err = o.Questions.Fill(c.Tickets, a.Answers); err != nil {
			return nil, err
		}
	}
	list := []Data{&DoneData{a.Call, a.By, out}}
	var again, open []string
	for _, w := range c.Tickets {
		switch {
		case !slices.Contains(out.Unsolved, w.Ticket):
		case w.Kind == KindEmergency:
			again = append(again, w.Ticket)
		default:
			open = append(open, w.Ticket)
		}
	}
	if len(again) > 0 {
		list = append(list, &EmergencyAgainData{again, made.Number, made.Call})
	}
	if len(open) > 0 {
		list = append(list, &UnsolvedData{open})
	}
	if len(out.Dissatisfied) > 0 {
		list = append(list, &DissatisfiedData{out.Dissatisfied, made.Agent})
	}
	return list, nil
}

// Waive decides that nobody is called.
type Waive struct {
	By, Reason string
}

// reasonMost is how long what people give as a reason may be.
const reasonMost = 200

func (w Waive) decide(_ *Office, c *Callback, _ time.Time) ([]Data, error) {
	switch {
	case c.State == Waived:
		return nil, nil
	case c.State != Waiting:
		return refuse("waive", "it is %s; allowed: while it is waiting", orNone(c.State))
	case w.By == "" || !sentence(w.Reason):
		return refuse("waive", "it needs who waives it and why, in a line of up to %d letters", reasonMost)
	}
	return []Data{&WaivedData{w.By, w.Reason}}, nil
}

// sentence tells whether a text is a line that says something.
func sentence(s string) bool {
	return strings.TrimSpace(s) != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= reasonMost && !strings.ContainsFunc(s, unicode.IsControl)
}

// Tick is that time passes.
type Tick struct{}

// callMost is how long after it began a call may last before its end counts as lost.
const callMost = 2 * time.Hour

func (Tick) decide(o *Office, c *Callback, now time.Time) ([]Data, error) {
	var list []Data
	if c.late(now) {
		list = append(list, &OverdueData{c.Due})
	}
	a := c.open()
	if a == nil || now.Before(o.confirmBy(a)) {
		return list, nil
	}
	if reason := a.Line.Suggests(); reason != "" {
		return append(list, o.missed(c, a, reason, "", now)...), nil
	}
	why := "nobody has said what came of it"
	if a.Line == "" {
		why = "nobody has told how the call ended"
	}
	return append(list, &DroppedData{Call: a.Call, Why: why, Next: o.callable(now).UTC()}), nil
}

// late tells whether a callback is overdue and nobody has been told.
func (c *Callback) late(now time.Time) bool {
	return c.State != "" && !c.State.Over() && !c.Overdue && !now.Before(c.Due)
}

// confirmBy is by when an attempt must have a result.
func (o *Office) confirmBy(a *Attempt) time.Time {
	if a.Line == "" {
		return a.At.Add(callMost)
	}
	return a.LineAt.Add(time.Duration(o.Rules.ConfirmMinutes) * time.Minute)
}

// Deadline is when Tick will have something to say next if nothing else happens; zero
// where it will not.
func (o *Office) Deadline(c Callback) time.Time {
	var at time.Time
	if c.State != "" && !c.State.Over() && !c.Overdue {
		at = c.Due
	}
	if a := c.open(); a != nil {
		if by := o.confirmBy(a); at.IsZero() || by.Before(at) {
			at = by
		}
	}
	return at
}
