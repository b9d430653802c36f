package drill

import (
	"context"
	"time"
)

// killedGap is the longest silence in a talk when only the service dies.
const killedGap = 60 * time.Millisecond

var _ = register(&Row{
	Name: "service-killed", Short: true, Guards: []Guard{{Off: "reconcile", Breaks: "longest silence of a caller"}},
	Fault:   "kill -9 of the service, then a new start",
	Promise: "no talk dropped, gap ≤ 60 ms, places kept, one record each, states right ≤ 5 s after the start",
	Bounds:  Bounds{Gap: killedGap},
	Run: func(ctx context.Context, t *Trial) error {
		if err := t.Kill(); err != nil {
			return err
		}
		if err := t.Start(ctx); err != nil {
			return err
		}
		t.Healed()
		return nil
	},
})
