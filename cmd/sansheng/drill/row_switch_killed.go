package drill

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sansheng/cmd/sansheng/drill/fault"
	"sansheng/cti"
)

var _ = register(&Row{
	Name: "switch-killed", Bounds: Bounds{LosesTalks: true, Emergency: 20 * time.Second, Right: 10 * time.Second},
	Fault:   "kill -9 of Asterisk",
	Promise: "its calls' records are closed with the cause ≤ 5 s after it is back, agents take calls ≤ 10 s",
	Run: func(ctx context.Context, t *Trial) error {
		pid, err := t.SwitchPID()
		if err != nil {
			return err
		}
		victims := t.onSwitch()
		if err := fault.Kill(pid); err != nil {
			return err
		}
		t.untilReady(ctx, false, "the death was noticed after", 10*time.Second)
		if err := t.switchBack(ctx); err != nil {
			return err
		}
		return t.switchServes(ctx, victims)
	},
})

// onSwitch are all callers whose calls a switch carries.
func (t *Trial) onSwitch() []*Caller {
	return slices.Concat(t.talking, t.holders, t.waiting, t.ringing)
}

// switchBack waits until another switch answers in the place of one that has died.
func (t *Trial) switchBack(ctx context.Context) error {
	limit, stop := context.WithTimeout(ctx, 60*time.Second)
	defer stop()
	err := poll(limit, 20*time.Millisecond, func() (bool, error) { _, err := t.Channels(limit); return err == nil, nil })
	if err != nil {
		return fmt.Errorf("wait for the switch: %w", err)
	}
	t.Healed()
	t.Note("Asterisk was back after %s.", short(t.healed.Sub(t.began)))
	return nil
}

// switchServes measures how soon after that the hotline is right again. The victims are
// those whose calls the old switch carried.
func (t *Trial) switchServes(ctx context.Context, victims []*Caller) error {
	t.untilReady(ctx, true, "the hotline takes calls after it is back", 10*time.Second)
	// The phones do not know: their talks are with nobody. People hang up.
	if err := t.abandon(ctx, victims); err != nil {
		return err
	}
	t.waiting, t.ringing, t.holders = nil, nil, nil
	bounded, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var open []string
	err := poll(bounded, 50*time.Millisecond, func() (bool, error) {
		open = nil
		for _, c := range victims {
			if !t.Facts.Has(c.From, cti.CallEnded) {
				open = append(open, c.From)
			}
		}
		return len(open) == 0, nil
	})
	t.AtMost("records of the switch's calls closed after it was back", time.Since(t.healed), 5*time.Second, text(err)...)
	c, err := t.Callers.Call(ctx, talkLine)
	if err != nil {
		return err
	}
	err = t.until(bounded, []*Caller{c}, "talk with an agent", t.talks)
	t.AtMost("a new caller talks with an agent after it was back", time.Since(t.healed), 10*time.Second, text(err)...)
	return Hangup(ctx, []*Caller{c})
}

// abandon ends calls whose switch has died: nobody answers a BYE.
func (t *Trial) abandon(ctx context.Context, callers []*Caller) error {
	ctx, cancel := context.WithTimeout(ctx, 45*time.Second)
	defer cancel()
	for _, a := range t.Agents.Calls() {
		if a.EndedAt.IsZero() {
			go func() { _ = a.call.Hangup(ctx) }()
		}
	}
	if err := Hangup(ctx, callers); err != nil && ctx.Err() != nil {
		return fmt.Errorf("hang up on a dead switch: %w", err)
	}
	return nil
}
