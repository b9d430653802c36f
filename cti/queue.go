package cti

import (
	"maps"
	"slices"
	"time"
)

// queue is a Queue with its members as a set.
type queue struct {
	Queue
	members map[AgentID]bool
	// planned are its members where nobody has been moved.
	planned map[AgentID]bool
	// callees are its chain of people on call.
	callees []Callee

	// A restart may forget the rest: who was asked last, when somebody answered last,
	// and how long it takes from one answer to the next.
	asked    AgentID
	answered time.Time
	pace     time.Duration
}

func newQueue(q Queue, serve []AgentID) *queue {
	m := make(map[AgentID]bool, len(serve))
	for _, id := range serve {
		m[id] = true
	}
	return &queue{Queue: q, members: m, planned: maps.Clone(m)}
}

// tookOne notes that a caller of the queue was answered.
func (q *queue) tookOne(at time.Time) {
	if !q.answered.IsZero() {
		gap := min(max(at.Sub(q.answered), 0), paceMost)
		if q.pace == 0 {
			q.pace = gap
		}
		q.pace += (gap - q.pace) / paceShare
	}
	q.answered = at
}

// paceMost bounds what a quiet hour says of the pace; paceShare is the weight of the
// newest gap.
const (
	paceMost  = 10 * time.Minute
	paceShare = 4
)

// serves tells whether an agent may be asked to take a call: he is a member of
// its queue, or of a queue the search was widened to.
func (h *Hotline) serves(a AgentID, c *call) bool {
	if q := h.queues[c.Queue]; q != nil && q.members[a] {
		return true
	}
	for _, id := range c.Widened {
		if q := h.queues[id]; q != nil && q.members[a] {
			return true
		}
	}
	return false
}

// retryAfter is how long an agent who did not take a call is spared the same
// call again, so that others are asked first.
const retryAfter = 5 * time.Second

// match offers waiting calls to ready agents: callers in their order (before), for
// each the agent whom his queue prefers.
func (h *Hotline) match(now time.Time) {
	idle := h.matchWaiting(now)
	if h.freeFor(now) { // whose agent was taken back may have another
		idle = h.matchWaiting(now)
	}
	h.ringBeside(now, idle)
	h.ringOnCall(now)
}

// matchWaiting makes one offer at most to each who waits, and returns who is idle still.
func (h *Hotline) matchWaiting(now time.Time) []*agent {
	idle := h.idle(now)
	for _, c := range h.waiting(now) {
		if c.Owed != nil {
			idle = h.callBack(now, c.Owed, idle)
			continue
		}
		if c.aim() != "" {
			if a := h.matchAimed(now, c); a != nil {
				idle = slices.DeleteFunc(idle, func(o *agent) bool { return o == a })
			}
		}
		if len(idle) == 0 || c.aim() != "" || c.asksDuty() {
			continue
		}
		best := h.best(now, c, idle)
		if best < 0 && h.widen(now, c) {
			best = h.best(now, c, idle)
		}
		if best < 0 {
			continue
		}
		h.offer(now, c, idle[best])
		idle = slices.Delete(idle, best, best+1)
	}
	return idle
}

// ringBeside lets further phones ring for callers whose queues want several, with
// agents whom no other caller needs.
func (h *Hotline) ringBeside(now time.Time, idle []*agent) {
	if len(idle) == 0 {
		return
	}
	for _, c := range h.live {
		q := h.queues[c.Queue]
		if q == nil || q.RingAtOnce < 2 || c.State != CallWaiting || c.Offer == nil || c.Transfer != nil || c.leaving() || c.Left {
			continue
		}
		for len(idle) > 0 && len(c.offers()) < q.RingAtOnce {
			best := h.best(now, c, idle)
			if best < 0 {
				break
			}
			h.offer(now, c, idle[best])
			idle = slices.Delete(idle, best, best+1)
		}
	}
}

// freeFor takes an agent back from a caller who has others ringing, for one who has
// none; and for an emergency caller from any other whose agent has not answered yet.
func (h *Hotline) freeFor(now time.Time) (freed bool) {
	if !slices.ContainsFunc(h.live, func(c *call) bool {
		return len(c.Beside) > 0 || c.Emergency && c.State == CallWaiting && !c.asksDuty()
	}) && !h.owesEmergency() {
		return false // as nearly always: nobody need be put in order
	}
	for _, c := range h.waiting(now) {
		if c.aim() != "" || c.Owed != nil && !c.Emergency || now.Before(c.FreedUntil) {
			continue
		}
		if of, o := h.ringsFor(now, c); o != nil {
			if !h.serves(o.Agent, c) {
				h.widen(now, c)
			}
			c.FreedUntil = now.Add(freeLimit) // by then his phone's leg is gone
			h.withdrawOffer(now, of, o)
			if of.State == CallDialling {
				h.notDialled(now, of)
			}
			freed = true
		}
	}
	return freed
}

// freeLimit is how long one who was taken back from another caller is waited for.
const freeLimit = 2 * time.Second

// ringsFor is an offer that can be taken back for the sake of a caller.
func (h *Hotline) ringsFor(now time.Time, c *call) (*call, *offer) {
	fits := func(o *offer) bool {
		return !asksOnCall(o) && (h.serves(o.Agent, c) || c.Owed == nil && h.mayHelp(o.Agent, c)) && !now.Before(c.Tried[o.Agent])
	}
	for _, of := range h.live {
		if of.Emergency && !c.Emergency {
			continue // those who ring beside a chain ring for him
		}
		if i := slices.IndexFunc(of.Beside, fits); i >= 0 {
			return of, of.Beside[i]
		}
	}
	if !c.Emergency {
		return nil, nil
	}
	for i := len(h.live) - 1; i >= 0; i-- { // from who came last
		of := h.live[i]
		waits := of.State == CallWaiting || of.State == CallDialling && h.keeps(of) != nil
		if !of.Emergency && waits && of.Offer != nil && fits(of.Offer) {
			return of, of.Offer
		}
	}
	return nil, nil
}

// best is the index of the idle agent who is to be asked for a call, or -1.
func (h *Hotline) best(now time.Time, c *call, idle []*agent) int {
	best := -1
	for i, a := range idle {
		if !h.serves(a.ID, c) || now.Before(c.Tried[a.ID]) || c.Owed != nil && !c.Emergency && h.emergencySeat(a.ID) {
			continue
		}
		if best < 0 || h.prefers(c, a, idle[best]) {
			best = i
		}
	}
	return best
}

// prefers tells whether of two idle agents who serve a call a is asked before b: who
// knows the caller, who is of the queue itself, who can do it better, whose turn it
// is, who has waited longer.
func (h *Hotline) prefers(c *call, a, b *agent) bool {
	if o := c.Owed; o != nil && o.by != "" && (a.ID == o.by) != (b.ID == o.by) {
		return a.ID == o.by // he knows what it is about
	}
	q := h.queues[c.Queue]
	if q == nil {
		return a.Since.Before(b.Since)
	}
	if last := h.spoke[c.Caller.Number]; q.LastAgent && (a.ID == last) != (b.ID == last) {
		return a.ID == last
	}
	if q.members[a.ID] != q.members[b.ID] {
		return q.members[a.ID]
	}
	if la, lb := a.Skills[q.Skill], b.Skills[q.Skill]; q.Skill != "" && la != lb {
		return la > lb
	}
	switch q.Strategy {
	case LeastCalls:
		if a.Calls != b.Calls {
			return a.Calls < b.Calls
		}
	case RoundRobin:
		return h.turn(q, a) < h.turn(q, b)
	}
	return a.Since.Before(b.Since)
}

// turn is how many agents' turn it is before a's.
func (h *Hotline) turn(q *queue, a *agent) int {
	last := -1
	if l := h.agents[q.asked]; l != nil {
		last = l.place
	}
	n := len(h.order)
	return (a.place - last - 1 + n) % n
}

// idle lists the agents who can be offered a call now, in configured order.
func (h *Hotline) idle(now time.Time) []*agent {
	var idle []*agent
	for _, a := range h.order {
		if a.State == Ready && a.Reachable && len(a.Elsewhere) == 0 && !now.Before(a.CoolUntil) {
			idle = append(idle, a)
		}
	}
	return idle
}

// waiting lists the calls that need an agent and ask none on duty, and who stands for a
// callback, best first. Who is on call may be rung for them.
func (h *Hotline) waiting(now time.Time) []*call {
	var w []*call
	for _, c := range h.live {
		if c.State == CallWaiting && !c.asksDuty() && !c.leaving() && !c.Left && !c.AskedBack {
			w = append(w, c)
		}
	}
	w = append(w, h.owed(now)...)
	slices.SortStableFunc(w, func(a, b *call) int { return h.before(now, a, b) })
	return w
}

// before orders callers: emergencies, then priority, which grows with the wait where
// the queue wants it, then arrival.
func (h *Hotline) before(now time.Time, a, b *call) int {
	if a.Emergency != b.Emergency {
		if a.Emergency {
			return -1
		}
		return 1
	}
	if ra, rb := h.rank(now, a), h.rank(now, b); ra != rb {
		return rb - ra
	}
	return int(int64(a.Order) - int64(b.Order))
}

// rank is a waiting caller's priority by now.
func (h *Hotline) rank(now time.Time, c *call) int {
	if q := h.queues[c.Queue]; q != nil && q.Ageing > 0 && now.After(c.WaitsSince) {
		return c.Priority + int(now.Sub(c.WaitsSince)/time.Duration(q.Ageing))
	}
	return c.Priority
}

// ahead is how many waiting callers are served before a newcomer of this priority.
func (h *Hotline) ahead(now time.Time, q QueueID, priority int) int {
	return h.countWaiting(now, q, func(c *call) bool { return h.rank(now, c) >= priority })
}

// countWaiting counts who waits in a queue, and who is to be called back there, of whom
// something is so.
func (h *Hotline) countWaiting(now time.Time, q QueueID, so func(*call) bool) int {
	n := 0
	for _, c := range h.live {
		if c.State == CallWaiting && !c.AskedBack && c.Queue == q && so(c) {
			n++
		}
	}
	for _, c := range h.owed(now) {
		if c.Queue == q && so(c) {
			n++
		}
	}
	return n
}

// overflows tells whether a queue passes callers on who wait too long or are too many.
func (q *queue) overflows() bool {
	return q.OverflowTo != "" || q.OverflowNumber != "" || q.OverflowVoicemail || q.OverflowCallback
}

// overflow passes on a caller who has waited too long, or found too many: to another
// queue, in which he keeps his place in the order of arrivals, to a number outside, to
// the voicemail, or to be called back.
func (h *Hotline) overflow(at time.Time, c *call, q *queue) {
	switch to := h.queues[q.OverflowTo]; {
	case to != nil && h.becomesEmergency(c, to.ID):
		h.queued(at, c, to.ID, c.Priority) // whose matter is one goes first
	case to != nil:
		h.queued(at, c, to.ID, max(c.Priority, h.priority(c, to)))
	case q.OverflowVoicemail:
		h.toMail(at, c, q.ID)
	case q.OverflowCallback:
		h.promise(at, c)
	case q.OverflowNumber != "" && !c.Overflowed:
		h.sendOutside(at, c, q.OverflowNumber, "overflow")
	}
}

// waited tells whether a caller has waited as long as his queue allows. A phone that rings for
// him, or somebody who is asked for the key, may take him yet, but not for ever.
func (q *queue) waited(now time.Time, c *call) bool {
	if q.MaxWait == 0 {
		return false
	}
	over := c.EnteredAt.Add(time.Duration(q.MaxWait))
	if len(c.offers()) > 0 || c.Transfer != nil {
		over = over.Add(ringsOut)
	}
	return !now.Before(over)
}

// ringsOut is how long at most a phone may ring on for who has waited long enough: as those on
// call may, and be asked for the key.
const ringsOut = time.Minute

// tooLong tells whether a newcomer finds too many waiting.
func (q *queue) tooLong(c *call, ahead int) bool {
	return q.overflows() && !c.Emergency && q.OverflowLength > 0 && ahead >= q.OverflowLength
}
