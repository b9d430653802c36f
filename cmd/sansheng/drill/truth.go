package drill

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sansheng/cti"
	"sansheng/store"
)

// clockSlack is how far the record's times may be from the outside's: messages
// and events are on their way, and the machine is shared with a hundred phones.
const clockSlack = 700 * time.Millisecond

// diedSlack is how exactly the moment of a switch's death is known: by the last
// fence that came back.
const diedSlack = 2 * time.Second

// clockSeen is how long it may take until a switch sees that its clock was set.
const clockSeen = 3 * time.Second

// expectation is what the outside knows a record must say.
type expectation struct {
	Outcome
	// agent calls of this caller that were answered, in order.
	answered []AgentCall
	// reached tells whether the switch ever answered the caller's INVITE, spoke whether
	// he and an agent were heard talking.
	reached, spoke bool
	// traceless tells that the switch died with the INVITE in its hands, before it rang: the
	// dialplan may not have begun by then, and there may be no record.
	traceless bool
}

// expectations are of all callers whose calls have ended and are not compared.
func (t *Trial) expectations() []expectation {
	list := t.expectationsOf(func(c *Caller) bool { _, done := t.compared[c.From]; return !c.Up() && !done })
	for i, e := range list {
		list[i].traceless = t.Row.Bounds.LosesTalks && e.RingingAt.IsZero() && e.AnsweredAt.IsZero() && e.Status == 0 &&
			e.InvitedAt.Sub(t.began).Abs() < clockSlack
	}
	return list
}

func (st *Stage) expectationsOf(want func(*Caller) bool) []expectation {
	agents := map[string][]AgentCall{}
	for _, c := range st.Agents.Calls() {
		if !c.AnsweredAt.IsZero() {
			agents[c.Caller] = append(agents[c.Caller], c)
		}
	}
	var list []expectation
	for _, c := range st.Callers.All() {
		if !want(c) {
			continue
		}
		o := c.Outcome()
		answered := agents[c.From]
		if st.owed[c.From] {
			answered = slices.DeleteFunc(answered, func(a AgentCall) bool { return a.IncomingAt.After(first(o.EndedAt, time.Now())) })
		}
		list = append(list, expectation{Outcome: o, answered: answered, reached: !o.InvitedAt.IsZero() || o.Status != 0, spoke: c.spoke})
	}
	return list
}

// Compare waits until every ended call has its sealed record and holds each
// against what the outside saw.
func (st *Stage) Compare(ctx context.Context, t *Trial) {
	expected := t.expectations()
	limit := t.Row.Bounds.Drained
	ctx, cancel := context.WithTimeout(ctx, limit+st.patience)
	defer cancel()
	since := time.Now()
	if !t.healed.IsZero() {
		since = t.healed
	}
	records, open := st.complete(ctx, expected)
	t.None("calls without a sealed record", open)
	t.AtMost("records complete after the fault's end and the last call's", time.Since(latest(since, expected)), limit)
	t.None("records that were changed since, or are nobody's", st.altered(records))
	var double, wrong []string
	for _, e := range expected {
		got := records[e.From]
		if len(got) == 0 && e.traceless {
			t.Note("%s: the switch died with his INVITE in its hands, and left no trace of it.", e.From)
		}
		st.compared[e.From] = ""
		if len(got) == 1 && got[0].Hash != nil {
			st.compared[e.From] = *got[0].Hash
		}
		if len(got) > 1 {
			double = append(double, fmt.Sprintf("%s has %d records", e.From, len(got)))
		}
		if len(got) == 1 && e.reached {
			differs := e.against(got[0], t)
			wrong = append(wrong, differs...)
			if len(differs) > 0 {
				t.tell(e.From)
			}
		}
	}
	t.None("calls with two records", double)
	t.None("records that differ from what the outside saw", wrong)
	t.None("faults in the sequence of facts", st.Facts.Wrong())
	t.Note("%d calls were compared with their records.", len(expected))
}

// complete waits until each of these calls has its sealed record, and returns the records
// with what is open still when ctx ends.
func (st *Stage) complete(ctx context.Context, expected []expectation) (records map[string][]store.Record, open []string) {
	_ = poll(ctx, 100*time.Millisecond, func() (bool, error) {
		now, err := st.records(ctx)
		if err != nil {
			if records == nil {
				open = []string{err.Error()}
			}
			return false, nil //nolint:nilerr // the database may be away: asked again
		}
		records = now
		open = missing(expected, records)
		return len(open) == 0, nil
	})
	return records, open
}

// drains measures, beside what follows, how soon after the fault's end the calls that had
// ended by then are on record.
func (t *Trial) drains(ctx context.Context) {
	ended, healed := t.expectations(), t.healed
	t.later(func() {
		ctx, cancel := context.WithTimeout(ctx, t.Row.Bounds.Drained+t.patience)
		defer cancel()
		_, open := t.complete(ctx, ended)
		t.AtMost(fmt.Sprintf("records of %d calls that had ended before, complete after the fault's end", len(ended)), time.Since(healed), t.Row.Bounds.Drained, open...)
	})
}

// altered names the records that are not what they were when they were compared, and
// those of callers whom nobody placed.
func (st *Stage) altered(records map[string][]store.Record) []string {
	var wrong []string
	for caller, hash := range st.compared {
		got := records[caller]
		switch {
		case hash == "": // the switch never heard of him, or it was said already
		case len(got) != 1 || got[0].Hash == nil:
			wrong = append(wrong, fmt.Sprintf("%s had one record and has %d", caller, len(got)))
		case *got[0].Hash != hash:
			wrong = append(wrong, fmt.Sprintf("the record of %s, %s, has changed", caller, got[0].ID))
		}
	}
	placed := map[string]bool{}
	for _, c := range st.Callers.All() {
		placed[c.From] = true
	}
	for caller := range records {
		if !placed[caller] {
			wrong = append(wrong, caller+" is on record and has not called")
		}
	}
	return wrong
}

// latest is the end of the last call, or since where that is later.
func latest(since time.Time, expected []expectation) time.Time {
	for _, e := range expected {
		if e.EndedAt.After(since) {
			since = e.EndedAt
		}
	}
	return since
}

// records are the calls into the hotline in the database, by caller.
func (st *Stage) records(ctx context.Context) (map[string][]store.Record, error) {
	limit, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	list, err := st.Store().Calls(limit, store.Filter{Company: "drill"})
	if err != nil {
		return nil, err
	}
	by := map[string][]store.Record{}
	for _, r := range list {
		if r.Direction != cti.Outbound {
			by[r.Caller] = append(by[r.Caller], r)
		}
	}
	return by, nil
}

// missing names the callers without a sealed record who must have one.
func missing(expected []expectation, records map[string][]store.Record) []string {
	var open []string
	for _, e := range expected {
		got := records[e.From]
		switch {
		case len(got) == 0 && e.reached && !e.traceless:
			open = append(open, fmt.Sprintf("%s to %s has none", e.From, e.To))
		case slices.ContainsFunc(got, func(r store.Record) bool { return r.Hash == nil }):
			open = append(open, fmt.Sprintf("%s to %s is still open: %s", e.From, e.To, got[0].ID))
		}
	}
	return open
}

// against names what a record says otherwise than the outside.
func (e *expectation) against(r store.Record, t *Trial) []string {
	var wrong []string
	say := func(format string, args ...any) {
		wrong = append(wrong, fmt.Sprintf("%s (%s): ", e.From, r.ID)+fmt.Sprintf(format, args...))
	}
	if r.DID != e.To {
		say("number called %s, was %s", r.DID, e.To)
	}
	slack := clockSlack + excused(t.stalls.longest())
	if t.Row.Bounds.Deaf && e.InvitedAt.Before(t.healed) {
		slack += redialAfter // his INVITE is heard when it is sent again
	}
	if d := r.StartedAt.Sub(e.InvitedAt); d.Abs() > slack && t.clockTrue() {
		say("began %v from the INVITE", d)
	}
	if t.Row.Bounds.LosesTalks && e.InvitedAt.Before(t.began) && (e.EndedAt.IsZero() || e.EndedAt.After(t.began)) {
		switch { // his phone does not know yet
		case str(r.EndedBy) != "switch":
			say("ended by %q, was the switch's death", str(r.EndedBy))
		case r.EndedAt.Sub(t.began).Abs() > diedSlack:
			say("ended %v from the switch's death", r.EndedAt.Sub(t.began))
		}
		return wrong
	}
	if t.Row.Bounds.Deaf && e.InvitedAt.Before(t.healed) && (e.EndedAt.IsZero() || e.EndedAt.After(t.began)) {
		return wrong
	}
	died := e.EndedBy == "" // nobody said goodbye: the phone's end is not the call's
	if r.EndedAt != nil && !died {
		e.ends(r, t, slack, say)
	}
	answered := r.Disposition != nil && *r.Disposition == "ANSWERED"
	if person := len(e.answered) > 0; answered != person && !e.brief() {
		say("disposition %v, an agent's phone answered: %t", str(r.Disposition), person)
	}
	if len(e.answered) > 0 && !e.brief() {
		e.serves(r, t, slack, say)
	}
	return wrong
}

// ends holds the end of a record against the outside's, and how long the call was.
func (e *expectation) ends(r store.Record, t *Trial, slack time.Duration, say func(string, ...any)) {
	if t.clockTrue() {
		if d := r.EndedAt.Sub(e.EndedAt); d.Abs() > slack {
			say("ended %v from the end (by %s)", d, e.EndedBy)
		}
	} else {
		// A call that was there when the clock was set has one time by each clock; when
		// exactly the switch saw it is not known.
		lasted, near := e.EndedAt.Sub(e.InvitedAt), e.InvitedAt.Sub(t.began).Abs() < clockSeen
		if e.InvitedAt.Before(t.began) && e.EndedAt.After(t.began) {
			lasted += t.stepped
		}
		if d := r.EndedAt.Sub(r.StartedAt) - lasted; d.Abs() > slack && !near {
			say("lasted %v longer by the record than outside", d)
		}
	}
	if r.Estimated {
		return // nobody saw who it was
	}
	by := e.EndedBy
	if n := len(e.answered); by == "hotline" && n > 0 && e.answered[n-1].EndedBy == "agent" {
		by = "agent"
	}
	if got := str(r.EndedBy); by != "hotline" && got != "" && got != by && !e.brief() {
		say("ended by %s, was the %s", got, by)
	}
}

// serves holds the agent and the moment of the answer against the outside's.
func (e *expectation) serves(r store.Record, t *Trial, slack time.Duration, say func(string, ...any)) {
	by := agentOf(r)
	i := slices.IndexFunc(e.answered, func(c AgentCall) bool { return c.Agent == by })
	if i < 0 {
		say("answered by %q, was %s", by, e.answered[0].Agent)
		return
	}
	// What was answered while nobody looked is answered when somebody looked again.
	at := e.answered[i].AnsweredAt
	unseen := !t.Row.Bounds.Sighted && at.After(t.began) && at.Before(t.healed.Add(slack))
	if r.Fallback == nil && r.AnsweredAt != nil && t.clockTrue() && !unseen {
		if d := r.AnsweredAt.Sub(at); d.Abs() > slack {
			say("answered %v from the agent's answer", d)
		}
	}
}

// tell notes what the outside saw of a caller beside the facts about his call.
func (t *Trial) tell(caller string) {
	for _, e := range t.expectationsOf(func(c *Caller) bool { return c.From == caller }) {
		t.Note("%s: %s The facts: %s", e.From, e.seen(), t.Facts.Story(e.From))
	}
}

// seen is what the outside saw, in a line.
func (e *expectation) seen() string {
	s := fmt.Sprintf("invited %s, rang %s, answered %s, ended %s by %s.", clock(e.InvitedAt), clock(e.RingingAt), clock(e.AnsweredAt), clock(e.EndedAt), e.EndedBy)
	for _, c := range e.answered {
		s += fmt.Sprintf(" At %s from %s, answered %s, ended %s by %s.", c.Agent, clock(c.IncomingAt), clock(c.AnsweredAt), clock(c.EndedAt), c.EndedBy)
	}
	return s
}

// brief calls were ended by their callers as soon as they were answered: both orders are
// true then, unless the two were heard talking.
func (e *expectation) brief() bool {
	if len(e.answered) == 0 || e.spoke || e.EndedBy == "hotline" {
		return false
	}
	last := e.answered[len(e.answered)-1]
	return e.EndedAt.Sub(last.AnsweredAt) < clockSlack
}

// agentOf is who served the caller, by the record.
func agentOf(r store.Record) string {
	if r.Fallback != nil && r.Fallback.Agent != "" {
		return r.Fallback.Agent
	}
	return str(r.Agent)
}

func str(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// fell tells whether the switch served a caller by itself: by the facts, or because the
// hotline has not seen him yet, and will read of him in the ledger. Who leaves a message is
// with it, too.
func (st *Stage) fell(c *Caller) bool {
	return st.Facts.Has(c.From, cti.CallFellBack) || st.Facts.Has(c.From, cti.CallMailStepped) || !st.Facts.Has(c.From, cti.CallArrived)
}

// unserved names the callers with whom nobody spoke though they did not hang up: the end
// of a call is no sign that anybody did.
func (st *Stage) unserved(callers []*Caller) []string {
	spoke := map[string]bool{}
	for _, c := range st.Agents.Calls() {
		spoke[c.Caller] = spoke[c.Caller] || !c.AnsweredAt.IsZero()
	}
	var wrong []string
	for _, c := range callers {
		if !spoke[c.From] && !c.Up() && c.Outcome().EndedBy != "caller" {
			wrong = append(wrong, c.From+" "+c.Story())
		}
	}
	return wrong
}

// inOrder names the waiting callers who were overtaken: served after one who came
// clearly later. Those whom the switch serves by itself are an order of their own:
// its queue looks at its agents once a second, and what it has taken it keeps. Its last
// resort, everybody on duty for every caller, knows no order.
func (t *Trial) inOrder(waiting []*Caller) []string {
	const ownQueue = 2 * time.Second
	clearly := 300*time.Millisecond + excused(t.stalls.longest())
	served := map[string]time.Time{}
	for _, c := range t.Agents.Calls() {
		if !c.AnsweredAt.IsZero() {
			served[c.Caller] = first(served[c.Caller], c.AnsweredAt)
		}
	}
	var wrong []string
	for i, a := range waiting {
		for _, b := range waiting[i+1:] {
			fell := t.fell(a)
			if fell != t.fell(b) || fell && t.Row.Bounds.LastResort {
				continue
			}
			least := clearly
			if fell {
				least = ownQueue
			}
			came := b.Outcome().InvitedAt.Sub(a.Outcome().InvitedAt)
			at, bt := served[a.From], served[b.From]
			if came > least && !bt.IsZero() && (at.IsZero() || at.Sub(bt) > least) {
				wrong = append(wrong, fmt.Sprintf("%s was overtaken by %s, who came %s later", a.From, b.From, short(came)))
			}
		}
	}
	return wrong
}
