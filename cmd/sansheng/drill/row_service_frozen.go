package drill

import (
	"context"
	"syscall"
	"time"
)

var _ = register(&Row{
	Name: "service-frozen", Short: true,
	Fault:   "SIGSTOP of the service for 12 s, then SIGCONT",
	Promise: "nobody waits 5 s without ringback, music or a person; nobody is offered twice after the thaw",
	Guards:  []Guard{{Off: "sentinel,lease", Breaks: "longest silence of a caller"}, {Off: "sentinel,heartbeat", Breaks: "longest silence of a caller"}, {Off: "sentinel", Breaks: "alarm hotline_silent"}},
	Run:     func(ctx context.Context, t *Trial) error { return frozen(ctx, t, 12*time.Second) },
})

var _ = register(&Row{
	Name:    "service-frozen-long",
	Fault:   "SIGSTOP of the service for 30 s, then SIGCONT",
	Promise: "as service-frozen",
	Run:     func(ctx context.Context, t *Trial) error { return frozen(ctx, t, 30*time.Second) },
})

// silentMost is how soon the sentinel tells of a hotline without a heartbeat: it waits
// for 3 s, and the last beat may have come just before the fault.
const silentMost = 4 * time.Second

func frozen(ctx context.Context, t *Trial, d time.Duration) error {
	if err := t.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	t.later(func() { t.Alarmed(ctx, "hotline_silent", silentMost) })
	err := t.Newcomers(ctx, d)
	if thaw := t.Signal(syscall.SIGCONT); thaw != nil {
		return thaw
	}
	t.Healed()
	t.together()
	return err
}
