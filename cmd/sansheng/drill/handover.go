package drill

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// handOverCalls is how many callers come for one measurement, at a rate that the crew
// (17 calls a second) cannot quite serve: there is always somebody who waits, and the
// machine is busy with what is measured, not with arrivals. At 40 a second the p95 of
// quiet moments went from 63 to 308 ms.
const (
	handOverCalls = 200
	handOverRate  = 20
)

// handOvers measures how long it takes from an agent's BYE to the next waiting
// caller's INVITE at his phone.
func (t *Trial) handOvers(ctx context.Context) ([]time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	began := time.Now()
	callers, err := t.Callers.Flock(ctx, handLine, min(handOverCalls, 10*t.Size.Talking), handOverRate)
	if err != nil {
		return nil, err
	}
	if err := t.until(ctx, callers, "be served quickly", func(c *Caller) bool { return !c.Up() }); err != nil {
		return nil, err
	}
	if out := t.unserved(callers); len(out) > 0 {
		t.None("callers who were thrown out while hand-overs were measured", out)
	}
	took := t.handOversOf(callers, began)
	if len(took) == 0 {
		return nil, fmt.Errorf("measure hand-overs: %d callers made none", len(callers))
	}
	slices.Sort(took)
	return took, nil
}

// handOversOf are the pauses of the crew's agents, however long, at whose beginning a
// caller was waiting whom nobody had been offered yet.
func (t *Trial) handOversOf(callers []*Caller, began time.Time) []time.Duration {
	type wait struct{ from, to time.Time }
	offered := map[string]time.Time{}
	var calls []AgentCall
	for _, c := range t.Agents.Calls() {
		if !c.IncomingAt.Before(began) && t.Agents.isCrew(handAgents, c.Agent) {
			calls = append(calls, c)
			offered[c.Caller] = first(offered[c.Caller], c.IncomingAt)
		}
	}
	var waits []wait
	for _, c := range callers {
		if o := c.Outcome(); !o.AnsweredAt.IsZero() {
			waits = append(waits, wait{o.AnsweredAt, first(offered[c.From], o.EndedAt)})
		}
	}
	ended := map[string]time.Time{}
	var took []time.Duration
	for _, c := range calls {
		last := ended[c.Agent]
		if !last.IsZero() && slices.ContainsFunc(waits, func(w wait) bool { return w.from.Before(last) && w.to.After(last) }) {
			took = append(took, c.IncomingAt.Sub(last))
		}
		ended[c.Agent] = first(c.EndedAt, time.Now())
	}
	return took
}

// percentile of sorted durations: the least that p percent do not exceed.
func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[max((len(sorted)*p+99)/100-1, 0)]
}

// handOverSlack is what two measurements on a busy machine differ by anyway.
const handOverSlack = 10 * time.Millisecond

// compareHandOvers holds the hand-overs under a fault against those before it.
func (t *Trial) compareHandOvers(before, during []time.Duration) {
	// Of some 150 hand-overs the p99 is a single one, and says nothing.
	quiet, fault, stall := percentile(before, 95), percentile(during, 95), t.stalls.longest()
	t.AtMost(fmt.Sprintf("hand-over p95 (%s before, n=%d; the machine stood still for %s)", short(quiet), len(during), short(stall)),
		fault, time.Duration(float64(quiet)*t.Row.Bounds.HandOver)+handOverSlack+2*excused(stall))
	t.Note("Hand-over p50 %s before and %s during the fault, p99 %s and %s.",
		short(percentile(before, 50)), short(percentile(during, 50)), short(percentile(before, 99)), short(percentile(during, 99)))
}
