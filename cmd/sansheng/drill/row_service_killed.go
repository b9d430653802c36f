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
		return t.restart(ctx)
	},
})

// killed kills the service in the states that a row has brought about, and starts it anew.
func (t *Trial) killed(ctx context.Context) error {
	t.Began()
	if err := t.Kill(); err != nil {
		return err
	}
	return t.restart(ctx)
}

// restartMost is how long the service may take from its start to its first call.
const restartMost = 5 * time.Second

// restart starts the service anew; the fault is over when its process begins.
func (t *Trial) restart(ctx context.Context) error {
	t.Healed()
	if err := t.Start(ctx); err != nil {
		return err
	}
	t.AtMost("calls are taken again after the start", time.Since(t.healed), restartMost)
	return nil
}
