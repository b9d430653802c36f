package drill

import (
	"context"
	"time"
)

// Newcomers lets the time of a fault pass, in which further callers come to the
// waiting line: one at once, one in the middle, one towards the end. They wait
// with the others.
func (t *Trial) Newcomers(ctx context.Context, d time.Duration) error {
	for _, part := range []time.Duration{d / 8, d / 2, d - d/2 - d/8} {
		if err := t.Wait(ctx, part); err != nil {
			return err
		}
		c, err := t.Callers.Call(ctx, waitLine)
		if err != nil {
			return err
		}
		t.newcomers = append(t.newcomers, c)
	}
	return nil
}

// judgeNewcomers measures how long each was left without a sound: until the line
// was answered, and from then on.
func (t *Trial) judgeNewcomers() {
	if len(t.newcomers) == 0 {
		return
	}
	var longest time.Duration
	var who string
	for _, c := range t.newcomers {
		o := c.Outcome()
		if o.InvitedAt.IsZero() {
			o.InvitedAt = t.healed
		}
		heard := o.RingingAt // ringing is a sound
		if heard.IsZero() {
			heard = o.AnsweredAt
		}
		wait := heard.Sub(o.InvitedAt)
		if heard.IsZero() {
			wait = time.Since(o.InvitedAt)
		}
		if c.call.Heard().Audible() {
			wait = max(wait, worst(c.call.Heard()))
		}
		if wait > longest {
			longest, who = wait, c.From+": "+c.Story()
		}
	}
	t.AtMost("longest silence of a caller who came during the fault", longest, t.Row.Bounds.Silence, who)
}
