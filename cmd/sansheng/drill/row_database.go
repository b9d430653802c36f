package drill

import (
	"context"
	"time"

	"sansheng/cmd/sansheng/drill/fault"
	"sansheng/cmd/sansheng/service"
)

const databasePromise = "no failed call, hand-over as quick as before, records complete ≤ 30 s after it is back, each once"

// databaseAway is how long the database is away.
const databaseAway = 15 * time.Second

var _ = register(&Row{
	Name: "database-stopped", Short: true,
	Fault:   "PostgreSQL stopped at once (immediate) for 15 s",
	Promise: databasePromise, Bounds: Bounds{Sighted: true},
	Run: func(ctx context.Context, t *Trial) error {
		return t.away(ctx, func() (func() error, error) { return t.Postgres().Stop(ctx) })
	},
})

var _ = register(&Row{
	Name:    "database-frozen",
	Fault:   "PostgreSQL's processes stopped with SIGSTOP for 15 s",
	Promise: databasePromise, Bounds: Bounds{Sighted: true},
	Run: func(ctx context.Context, t *Trial) error {
		return t.away(ctx, func() (func() error, error) { return t.Postgres().Thaw, t.Postgres().Freeze() })
	},
})

var _ = register(&Row{
	Name:    "database-locked",
	Fault:   "LOCK TABLE of the calls' tables for 15 s",
	Promise: databasePromise, Bounds: Bounds{Sighted: true},
	Run: func(ctx context.Context, t *Trial) error {
		return t.away(ctx, func() (func() error, error) {
			dsn, err := service.DatabaseURL(t.Config)
			if err != nil {
				return nil, err
			}
			return fault.LockTables(ctx, dsn)
		})
	},
})

func (t *Trial) away(ctx context.Context, take func() (giveBack func() error, err error)) error {
	return t.awayFor(ctx, databaseAway, take)
}

// awayFor measures hand-overs, takes a part away, measures again, and gives it back.
func (t *Trial) awayFor(ctx context.Context, d time.Duration, take func() (giveBack func() error, err error)) error {
	before, err := t.handOvers(ctx)
	if err != nil {
		return err
	}
	t.Began()
	giveBack, err := take()
	if err != nil {
		return err
	}
	during, err := t.handOvers(ctx)
	if err == nil {
		err = t.Wait(ctx, d-time.Since(t.began))
	}
	if back := giveBack(); back != nil {
		return back
	}
	t.Healed()
	t.compareHandOvers(before, during)
	return err
}
