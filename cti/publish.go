package cti

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sansheng/cti/flow"
)

// An operator publishes a plan while the hotline runs: all of it is in force from then on,
// or nothing of it. Who is in a flow stays in the one with which he began; who talks talks
// on. An agent who is in the plan no more finishes the call he has, and is logged off then.
// What a caller needs cannot be taken from him: a queue that he waits in, or may come back
// to, the company he called, an emergency line's queue. Such a plan is refused with the
// name of what is needed; one that was to come into force at a time waits until nobody
// needs it any more.

// Publish puts a plan in force, now or at a time.
type Publish struct {
	// Plan, or the Version whose plan is put in force again: the one before where
	// that is 0.
	Plan    *Plan
	Version int
	// Due is when; now where it is zero.
	Due      time.Time
	By, Note string
	// Base, where given, is the hash of the plan that must be in force now: who
	// publishes has looked at that one.
	Base string
}

// CancelPlan takes back a version that is planned.
type CancelPlan struct {
	Version int
	By      string
}

// PlanError is a plan that is not published as things are.
type PlanError struct {
	// Unknown: there is no such version. Same: it is in force already.
	Unknown, Same bool
	Text          string
}

func (e *PlanError) Error() string { return "publish: " + e.Text }

// ReasonRemoved is why an agent is logged off who is in the plan no more.
const ReasonRemoved = "removed from the plan"

// publishRetry is the time after which a plan that is due is looked at again.
const publishRetry = time.Second

// publish carries the order out.
func (h *Hotline) publish(now time.Time, in Publish) error {
	p, err := h.toPublish(in)
	if err != nil {
		return err
	}
	text, hash := p.text()
	current := h.plan.Hash()
	in.Due = in.Due.Truncate(time.Second).UTC()
	switch {
	case in.Base != "" && in.Base != current:
		return &PlanError{Text: "another plan was published meanwhile; allowed: look at the difference again, and publish then"}
	case hash == current && in.Due.IsZero():
		return &PlanError{Same: true, Text: "it is in force already"}
	case len(text) > planMost:
		return &PlanError{Text: fmt.Sprintf("the plan has %d bytes; allowed: %d", len(text), planMost)}
	case len(in.Note) > reasonMost:
		return &PlanError{Text: fmt.Sprintf("a note of %d bytes is too long; allowed: %d", len(in.Note), reasonMost)}
	}
	if err := p.Check(); err != nil {
		return &PlanError{Text: err.Error()}
	}
	d := &PublishedData{By: in.By, Note: in.Note, Due: in.Due, Hash: hash, Plan: text}
	if in.Due.IsZero() {
		if why := h.needed(p); why != "" {
			return &PlanError{Text: why}
		}
		h.putInForce(now, d)
		return nil
	}
	switch {
	case !in.Due.After(now):
		return &PlanError{Text: fmt.Sprintf("%s is past; it is %s", in.Due.Format(time.RFC3339), now.UTC().Format(time.RFC3339))}
	case in.Due.Sub(now) > dueMost:
		return &PlanError{Text: fmt.Sprintf("%s is too far ahead; allowed: 366 days", in.Due.Format(time.RFC3339))}
	case len(h.planned) >= plannedMost:
		return &PlanError{Text: fmt.Sprintf("%d are planned; allowed: cancel one first", plannedMost)}
	}
	h.planFor(now, d)
	return nil
}

// toPublish is the plan that an order names.
func (h *Hotline) toPublish(in Publish) (*Plan, error) {
	if in.Plan != nil {
		return in.Plan, nil
	}
	if p := h.PlanOf(in.Version); p != nil {
		return p, nil
	}
	var kept []string
	for _, v := range h.history() {
		kept = append(kept, fmt.Sprint(v.Version))
	}
	if in.Version == 0 {
		return nil, &PlanError{Unknown: true, Text: "there is no version before the one in force"}
	}
	return nil, &PlanError{Unknown: true, Text: fmt.Sprintf("there is no version %d; allowed: %s", in.Version, strings.Join(kept, ", "))}
}

// tellFile tells of the file's plan as version 1, before another one is published.
func (h *Hotline) tellFile(now time.Time) {
	if len(h.versions) > 0 {
		return
	}
	d := *h.history()[0].PublishedData
	if d.Since = h.fileSince; d.Since.IsZero() {
		d.Since = now.UTC()
	}
	h.emit(now, PlanPublished, "", "", "", &d)
}

// planFor has a plan come into force at its time.
func (h *Hotline) planFor(now time.Time, d *PublishedData) {
	h.tellFile(now)
	d.Version = h.numbered + 1
	h.emit(now, PlanPlanned, "", "", "", d)
}

// putInForce publishes a plan that nothing forbids.
func (h *Hotline) putInForce(now time.Time, d *PublishedData) {
	h.tellFile(now)
	if d.Due = (time.Time{}); d.Version == 0 {
		d.Version = h.numbered + 1
	}
	were := slices.DeleteFunc(slices.Clone(h.order), func(a *agent) bool { return !a.gone() })
	h.emit(now, PlanPublished, "", "", "", d)
	for _, a := range were { // who is back registers anew: his phone was taken off the switch
		if !a.Leaving && a.Reachable {
			h.emit(now, AgentLost, a.Company, "", a.ID, &RegisteredData{Endpoint: a.Endpoint()})
		}
	}
	h.seeOff(now)
	for _, a := range h.order { // whom no queue is left to which he was moved
		if a.Moved != nil && len(a.serves) == 0 && !a.Leaving {
			h.emit(now, AgentMoved, a.Company, "", a.ID, &MovedData{Planned: true})
		}
	}
	for _, did := range h.numbers { // no emergency line is without its own people for a move
		l := h.lines[did]
		q := h.queues[l.Queue]
		if !l.Emergency || q == nil || len(q.members) > 0 {
			continue
		}
		for _, a := range h.order {
			if a.Moved != nil && q.planned[a.ID] && !a.Leaving {
				h.emit(now, AgentMoved, a.Company, "", a.ID, &MovedData{Planned: true})
			}
		}
	}
}

// seeOff logs agents off who are in the plan no more, or leaders in it now, and in no call.
func (h *Hotline) seeOff(now time.Time) {
	for _, a := range h.order {
		switch {
		case a.busy():
		case a.Leaving:
			h.become(now, a, LoggedOff, ReasonRemoved, "")
		case a.Leader && a.State != LoggedOff:
			h.become(now, a, LoggedOff, ReasonLoggedOff, "")
		}
	}
}

// gone tells whether nothing is left of an agent who is in the plan no more.
func (a *agent) gone() bool { return a.Leaving && a.State == LoggedOff }

// cancelPlan takes a planned version back.
func (h *Hotline) cancelPlan(now time.Time, in CancelPlan) error {
	var numbers []string
	for _, v := range h.planned {
		if v.Version == in.Version {
			h.emit(now, PlanCancelled, "", "", "", &PlanCancelledData{Version: in.Version, By: in.By})
			return nil
		}
		numbers = append(numbers, fmt.Sprint(v.Version))
	}
	if len(numbers) == 0 {
		numbers = []string{"none"}
	}
	return &PlanError{Unknown: true, Text: fmt.Sprintf("no version %d is planned; planned are: %s", in.Version, strings.Join(numbers, ", "))}
}

// tickPlans puts in force what is due, the earliest first.
func (h *Hotline) tickPlans(now time.Time) {
	due := slices.DeleteFunc(slices.Clone(h.planned), func(v *version) bool { return now.Before(v.Due) || now.Before(v.retry) })
	slices.SortStableFunc(due, func(a, b *version) int { return a.Due.Compare(b.Due) })
	for _, v := range due {
		if v.waits = h.needed(v.plan); v.waits != "" {
			v.retry = now.Add(publishRetry)
			continue
		}
		d := *v.PublishedData
		h.putInForce(now, &d)
	}
}

// startWith decides between what was published and the plan of the file, at an engine's
// start: what was published stays in force, unless the file is another than at this
// engine's last start, and then it is the newer one.
func (h *Hotline) startWith(now time.Time, file *Plan, before string) {
	if len(h.versions) == 0 || file == nil {
		return
	}
	text, hash := file.text()
	if hash == before || before == "" || hash == h.plan.Hash() {
		return
	}
	d := &PublishedData{By: ByFile, Note: "the file is another than at the last start", Hash: hash, Plan: text}
	if h.needed(file) == "" {
		h.putInForce(now, d)
		return
	}
	d.Due = now.UTC() // once nobody needs any more what it takes away
	h.planFor(now, d)
}

// needed names what a plan takes away and a caller needs; empty where there is nothing.
func (h *Hotline) needed(p *Plan) string {
	queues, companies, lines := map[QueueID]bool{}, map[CompanyID]bool{}, map[string]Line{}
	for _, q := range p.Queues {
		queues[q.ID] = true
	}
	for _, co := range p.Companies {
		companies[co.ID] = true
	}
	for _, l := range p.Lines {
		lines[l.DID] = l
	}
	const until = "allowed: first take what leads to it away, and this when they are served"
	missing := map[QueueID]*need{}
	for _, c := range h.live {
		if c.leaving() {
			continue
		}
		for _, did := range h.numbers {
			l, next := h.lines[did], lines[did]
			on := c.Line.DID == did || c.Emergency && c.Queue == l.Queue
			if l.Emergency && on && (!next.Emergency || next.Queue != l.Queue) {
				return fmt.Sprintf("emergency line %s must stay with its queue %s: a call is on it; %s", did, l.Queue, until)
			}
		}
		if !companies[c.Company] {
			return fmt.Sprintf("company %s must stay: a call is for it; %s", c.Company, until)
		}
		for _, q := range h.mayNeed(c) {
			if !queues[q] {
				missing[q] = missing[q].and(c.State == CallWaiting && c.Queue == q)
			}
		}
	}
	for _, cb := range h.callbacks {
		if q := cb.stand.Queue; !queues[q] {
			missing[q] = missing[q].and(true)
		}
	}
	names := slices.Sorted(maps.Keys(missing))
	if len(names) == 0 {
		return ""
	}
	n := missing[names[0]]
	return fmt.Sprintf("queue %s must stay: %d callers wait in it or are to be called back, %d more are in talks or flows from which they may come to it; %s", names[0], n.waiting, n.others, until)
}

// need is how many callers need a queue.
type need struct{ waiting, others int }

func (n *need) and(waits bool) *need {
	if n == nil {
		n = &need{}
	}
	if waits {
		n.waiting++
	} else {
		n.others++
	}
	return n
}

// mayNeed are the queues in which a caller is, or may come to be: by his flow, from the
// switch's fallback, or where the talk or the transfer in which he is comes to nothing.
func (h *Hotline) mayNeed(c *call) []QueueID {
	var all []QueueID
	add := func(ids ...QueueID) {
		for _, id := range ids {
			if id != "" && h.queues[id] != nil && !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
	}
	add(c.Queue, c.home())
	if t := c.Transfer; t != nil {
		add(t.Queue)
	}
	if c.State != CallInFlow {
		return all
	}
	add(QueueID(c.Walk.flow.Person))
	for _, n := range c.Walk.flow.Nodes {
		switch n.Kind {
		case flow.Queue:
			add(QueueID(n.To))
		case flow.Emergency:
			add(h.lines[n.To].Queue)
		}
	}
	return all
}
