package drill

import (
	"context"
	"syscall"
)

var _ = register(&Row{
	Name:    "service-left",
	Fault:   "SIGHUP: the service leaves its switch and database, as for an upgrade on one host; a new start",
	Promise: "as service-killed",
	Bounds:  Bounds{Gap: killedGap},
	Run: func(ctx context.Context, t *Trial) error {
		if err := t.Signal(syscall.SIGHUP); err != nil {
			return err
		}
		<-t.diedC
		return t.restart(ctx)
	},
})
