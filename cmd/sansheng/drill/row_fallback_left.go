package drill

import (
	"context"
	"syscall"
	"time"

	"sansheng/cti"
)

var _ = register(&Row{
	Name:    "fallback-left",
	Fault:   "SIGSTOP of the service until the switch serves the emergency callers who wait for a busy agent; then SIGCONT",
	Promise: "they hear ringing all the time, are the hotline's again ≤ 8 s after it is back, and are served in the order they came",
	Run: func(ctx context.Context, t *Trial) error {
		busy, err := t.pair(ctx, gasLine, 1, 1)
		if err != nil {
			return err
		}
		waiting, err := t.place(ctx, gasLine, 3, 3)
		if err != nil {
			return err
		}
		if err := t.until(ctx, waiting, "be queued", func(c *Caller) bool { return t.Facts.Has(c.From, cti.CallQueued) }); err != nil {
			return err
		}
		t.Began()
		if err := t.Signal(syscall.SIGSTOP); err != nil {
			return err
		}
		// The sentinel sees it after 3 s and sends them one by one.
		if err := t.Newcomers(ctx, 8*time.Second); err != nil {
			return err
		}
		if err := t.Signal(syscall.SIGCONT); err != nil {
			return err
		}
		t.Healed()
		limit, cancel := context.WithTimeout(ctx, 60*time.Second)
		defer cancel()
		err = t.until(limit, waiting, "fall back", func(c *Caller) bool { return t.Facts.Has(c.From, cti.CallFellBack) })
		t.Must("the switch had taken those who waited", err == nil, text(err)...)
		err = t.until(limit, waiting, "be queued again", func(c *Caller) bool { return t.Facts.Count(c.From, cti.CallQueued) > 1 })
		t.AtMost("those who waited are the hotline's again after", time.Since(t.healed), 8*time.Second, text(err)...)
		for i, c := range waiting {
			if err := Hangup(ctx, busy); err != nil {
				return err
			}
			err := t.until(limit, []*Caller{c}, "talk in his turn", t.speak)
			t.Must("number "+string(rune('1'+i))+" was served in his turn", err == nil, text(err)...)
			t.AtMost("the longest silence he heard", c.Silence(), t.Row.Bounds.Silence, c.From+" "+c.Story())
			busy = []*Caller{c}
		}
		err = Hangup(ctx, busy)
		t.Healed()
		return err
	},
})
