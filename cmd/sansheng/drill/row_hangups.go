package drill

import (
	"context"
	"fmt"
	"time"

	"sansheng/cti"
)

var _ = register(&Row{
	Name: "hangups-while-dead", Short: true, Guards: []Guard{{Off: "reconcile", Breaks: "legs left behind cleared"}},
	Fault:   "kill -9 of the service; callers and agents hang up; a new start",
	Promise: "the legs left behind are cleared ≤ 2 s after the start, ends are the switch's own",
	Run: func(ctx context.Context, t *Trial) error {
		if err := t.Kill(); err != nil {
			return err
		}
		n := min(4, len(t.talking)/2)
		leavers := t.talking[len(t.talking)-n:]
		var orphans []AgentCall
		for i, c := range leavers {
			a, ok := t.Agents.With(c.From)
			if !ok {
				return fmt.Errorf("caller %s talks with nobody", c.From)
			}
			orphans = append(orphans, a)
			if i%2 == 0 {
				if err := Hangup(ctx, []*Caller{c}); err != nil {
					return err
				}
			} else if err := a.call.Hangup(ctx); err != nil {
				return err
			}
		}
		gone := t.waiting[len(t.waiting)-1:]
		if err := Hangup(ctx, gone); err != nil {
			return err
		}
		// Dead for a while, so that an end that is only found out later can be told from one
		// that is the switch's own.
		if err := t.Wait(ctx, 2*time.Second); err != nil {
			return err
		}
		if err := t.restart(ctx); err != nil {
			return err
		}
		back := time.Now()
		t.left = append(leavers, gone...)
		bounded, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		var rescued []*Caller
		err := poll(bounded, 10*time.Millisecond, func() (bool, error) {
			rescued = nil
			for i, c := range leavers {
				if !orphans[i].over() {
					return false, nil
				}
				switch {
				case !c.Up():
				case i%2 == 1 && t.Facts.Has(c.From, cti.CallFellBack):
					// A hotline silent for 3 s: the sentinel saw a caller who was alone, and
					// does not know that his agent had said goodbye.
					rescued = append(rescued, c)
				default:
					return false, nil
				}
			}
			return true, nil
		})
		if len(rescued) > 0 {
			t.Note("Callers whose agents had hung up, and whom the sentinel sent to the fallback before the start: %d.", len(rescued))
		}
		t.AtMost("legs left behind cleared after the start", time.Since(back), 2*time.Second, text(err)...)
		// They would talk on with whom the fallback finds, as nobody whom the hotline knows.
		return Hangup(ctx, rescued)
	},
})
