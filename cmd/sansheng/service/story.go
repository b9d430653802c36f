package service

import (
	"fmt"
	"time"

	"sansheng/cti"
	"sansheng/store"
)

// story tells a call's facts to a person, one line each; "" for facts that say
// nothing to him.
func story(f cti.Fact, began time.Time) string {
	line := sentence(f)
	if line == "" {
		return ""
	}
	return fmt.Sprintf("%6.2f s  %s", f.At.Sub(began).Seconds(), line)
}

func sentence(f cti.Fact) string {
	switch d := f.Data.(type) {
	case *cti.Arrived:
		return fmt.Sprintf("call %s: %s dials %s", f.Call, d.Caller.Number, d.DID)
	case *cti.Queued:
		return fmt.Sprintf("waits in queue %s, %d ahead", d.Queue, d.Ahead)
	case *cti.Offered:
		return fmt.Sprintf("offered to agent %s", f.Agent)
	case *cti.Alerted:
		return fmt.Sprintf("agent %s's phone rings", f.Agent)
	case *cti.GreetedData:
		return "has been greeted"
	case *cti.OfferEnded:
		if d.Result == cti.OfferAnswered {
			return ""
		}
		return fmt.Sprintf("agent %s: %s after %d rings", f.Agent, d.Result, d.Rings)
	case *cti.Overran:
		return fmt.Sprintf("nobody answered in %d rings: the system answers, queues %v help", d.Rings, d.Widened)
	case *cti.OnCallBeganData:
		return fmt.Sprintf("nobody is on duty: those on call are called: %v", d.Chain)
	case *cti.PickedUpData:
		return fmt.Sprintf("agent %s has picked up, and is asked for key %s", f.Agent, d.Key)
	case *cti.Answered:
		within := "within three rings"
		if !d.WithinThreeRings {
			within = "later than three rings"
		}
		return fmt.Sprintf("agent %s answers in ring %d (%d ms), %s", f.Agent, d.AgentRings, d.AgentRingMs, within)
	case *cti.AnnouncedData:
		return fmt.Sprintf("has been told the agent's number %s", f.Agent)
	case *cti.Joined:
		return "the two talk"
	case *cti.SurveyBeganData:
		return fmt.Sprintf("the talk with agent %s is over, the caller is asked how it was", f.Agent)
	case *cti.RatedData:
		return fmt.Sprintf("%s: %d of %d", d.Question, d.Score, d.Best)
	case *cti.HungUp:
		return fmt.Sprintf("the %s hangs up", d.By)
	case *cti.FellBack:
		return fmt.Sprintf("the switch serves the caller by itself (%s)", d.Reason)
	case *cti.Ended:
		return fmt.Sprintf("the call is over: %s, cause %d (%s)", d.Disposition, int(d.Cause), d.Cause)
	}
	return ""
}

// tell says what is on a call's record.
func tell(r store.Record, say func(string)) {
	line := func(name, format string, args ...any) {
		say(fmt.Sprintf("  %-12s %s", name, fmt.Sprintf(format, args...)))
	}
	say("its record:")
	line("call", "%s, %s → %s, %s", r.ID, store.Mask(r.Caller), r.DID, r.StartedAt.Format(time.RFC3339))
	if r.AnsweredAt != nil {
		line("answered", "by %s after %d ms in the queue, ring %d, within three rings: %t",
			*r.Agent, *r.WaitMs, *r.Rings, *r.WithinThreeRings)
	}
	for _, l := range r.Legs {
		line("leg", "%s %s", l.Role, l.Channel)
	}
	for _, rec := range r.Recordings {
		line("recording", "%s", rec.Name)
	}
	if r.EndedAt != nil {
		line("ended", "%s, by the %s, %s", r.EndedAt.Format(time.RFC3339), *r.EndedBy, *r.Disposition)
	}
	for _, t := range r.Tickets {
		line("ticket", "%s %s, %s", t.Kind, t.ID, t.State)
	}
	line("hash", "%s", *r.Hash)
}
