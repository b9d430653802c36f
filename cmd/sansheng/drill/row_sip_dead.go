package drill

import (
	"context"
	"time"

	"sansheng/cmd/sansheng/drill/fault"
)

var _ = register(&Row{
	Name:    "sip-dead",
	Fault:   "the switch hears nothing on its SIP port while the process lives: no caller, no phone, no test call",
	Promise: "the test call notices, alarm ≤ 60 s; no talk is dropped; callers are taken ≤ 5 s after it hears again",
	Bounds: Bounds{
		// Nobody gets through while it is deaf; and its phones, which it holds for
		// unreachable, it asks every 30 s.
		Emergency: 85 * time.Second, Right: 40 * time.Second, Drained: 60 * time.Second,
		Deaf: true, LastResort: true,
	},
	Run: func(ctx context.Context, t *Trial) error {
		pid, err := t.SwitchPID()
		if err != nil {
			return err
		}
		hear, err := fault.Deafen(pid, t.Config.Ports.SIP)
		if err != nil {
			return err
		}
		defer func() { _ = hear() }()
		// By webhook: no phone can be reached either, those on call among them.
		t.Alarmed(ctx, "sip_dead", 60*time.Second)
		if err := hear(); err != nil {
			return err
		}
		t.Healed()
		limit, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		c, err := t.Callers.Call(ctx, talkLine)
		if err != nil {
			return err
		}
		err = t.until(limit, []*Caller{c}, "be answered", func(c *Caller) bool { return !c.Outcome().AnsweredAt.IsZero() })
		t.AtMost("a caller is answered after it hears again", time.Since(t.healed), 5*time.Second, text(err)...)
		return Hangup(ctx, []*Caller{c})
	},
})
