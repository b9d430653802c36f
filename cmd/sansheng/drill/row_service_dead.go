package drill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// deadFor is how long the service is dead: long enough that the sentinel, who waits for 3 s,
// has sent everybody to the switch's fallback, and that the fallback has rung somebody.
const deadFor = 12 * time.Second

var _ = register(&Row{
	Name:    "service-dead",
	Fault:   "kill -9 of the service, dead for 12 s while callers come and an agent and a caller hang up; then a new start",
	Promise: "no talk dropped, nobody waits 5 s without ringback, music or a person or is overtaken by who came later; whose agent hung up is with a person again or let go; one record each",
	Bounds:  Bounds{Gap: killedGap},
	Run: func(ctx context.Context, t *Trial) error {
		i := slices.IndexFunc(t.talking, func(c *Caller) bool { return c.Toned })
		if i < 0 || len(t.talking) < 4 {
			return fmt.Errorf("%d talks, %d of them with tones, are too few", len(t.talking), toned(t.talking))
		}
		deserted, leaves := t.talking[i], t.talking[len(t.talking)-1]
		t.left = append(t.left, leaves, deserted)
		alone, ok := t.Agents.With(leaves.From)
		with, also := t.Agents.With(deserted.From)
		if !ok || !also {
			return fmt.Errorf("callers %s and %s do not both talk", leaves.From, deserted.From)
		}
		if err := t.Kill(); err != nil {
			return err
		}
		t.later(func() { t.Alarmed(ctx, "hotline_silent", silentMost) })
		if err := t.Newcomers(ctx, deadFor/2); err != nil {
			return err
		}
		if err := errors.Join(leaves.hangup(ctx), with.call.Hangup(ctx)); err != nil {
			return err
		}
		parted := time.Now()
		t.later(func() { t.fallsSoft(ctx, deserted, parted) })
		if err := t.Newcomers(ctx, deadFor/2); err != nil {
			return err
		}
		if err := t.restart(ctx); err != nil {
			return err
		}
		t.together()
		limit, cancel := context.WithTimeout(ctx, t.patience)
		defer cancel()
		err := poll(limit, 10*time.Millisecond, func() (bool, error) { return alone.over(), nil })
		t.AtMost("the agent whose caller had hung up is let go after the start", time.Since(t.healed), restartMost+2*time.Second, text(err)...)
		return Hangup(ctx, []*Caller{deserted})
	},
})

// over tells whether the agent's phone has this call no more.
func (c AgentCall) over() bool {
	select {
	case <-c.call.Done():
		return true
	default:
		return false
	}
}

// fallsSoft measures how long it takes until a caller whose agent has hung up while nobody
// led is with a person, or his call is over: the sentinel sees a caller alone, and does not
// know that somebody had said goodbye.
func (t *Trial) fallsSoft(ctx context.Context, c *Caller, parted time.Time) {
	limit, cancel := context.WithTimeout(ctx, deadFor+t.patience)
	defer cancel()
	err := t.until(limit, []*Caller{c}, "come to a person or be let go", func(c *Caller) bool { return !c.Up() || t.talks(c) })
	t.AtMost("whose agent hung up while the service was dead is with a person or let go after", time.Since(parted), 8*time.Second, text(err)...)
	t.AtMost("the longest silence he heard", c.Silence(), t.Row.Bounds.Silence, c.From+" "+c.Story())
}
