package drill

import (
	"context"
	"time"

	"sansheng/cmd/sansheng/drill/fault"
)

var _ = register(&Row{
	Name: "switch-frozen", Guards: []Guard{{Off: "hang", Breaks: "the hung switch was ended after"}},
	// Who calls while the switch hangs: three looks find it out (10 s), the new one starts
	// (3 s), his phone's next INVITE comes after up to 4 s (RFC 3261 timer T2), and the
	// people on duty have their phones back within 5 s.
	// A phone that takes a call from the switch while it hangs has it for 32 s: so long it waits
	// for its ACK (RFC 3261 section 13.3.1.4).
	Bounds:  Bounds{LosesTalks: true, Emergency: 25 * time.Second, Right: 35 * time.Second, Drained: 40 * time.Second},
	Fault:   "SIGSTOP of Asterisk, for ever: it lives and does nothing",
	Promise: "it is ended ≤ 12 s and started anew; records are closed with the cause ≤ 5 s after it is back, agents take calls ≤ 10 s",
	Run: func(ctx context.Context, t *Trial) error {
		pid, err := t.SwitchPID()
		if err != nil {
			return err
		}
		victims := t.onSwitch()
		if err := fault.Freeze(pid); err != nil {
			return err
		}
		defer func() { _ = fault.Kill(pid) }() // it would stay for ever where nobody ends it
		t.untilReady(ctx, false, "the silence was noticed after", 10*time.Second)
		limit, stop := context.WithTimeout(ctx, 30*time.Second)
		defer stop()
		err = poll(limit, 20*time.Millisecond, func() (bool, error) { now, err := t.SwitchPID(); return err == nil && now != pid, nil })
		t.AtMost("the hung switch was ended after", time.Since(t.began), 12*time.Second, text(err)...)
		if err != nil {
			_ = fault.Kill(pid)
		}
		if err := t.switchBack(ctx); err != nil {
			return err
		}
		t.Alarmed(ctx, "switch_silent", 5*time.Second)
		return t.switchServes(ctx, victims)
	},
})
