package drill

import (
	"context"
	"net/http"
	"time"

	"sansheng/cmd/sansheng/drill/ariproxy"
)

var _ = register(&Row{
	Name: "ari-cut", Short: true, Guards: []string{"fence"},
	Fault:   "no byte between service and ARI for 20 s, either way, without FIN",
	Promise: "noticed ≤ 4 s; nobody waits 5 s without ringback, music or a person; serving again ≤ 3 s after it heals",
	Run: func(ctx context.Context, t *Trial) error {
		t.Proxy.Cut()
		noticed := make(chan time.Duration, 1)
		go func() { noticed <- t.untilReady(ctx, false, 15*time.Second) }()
		err := t.Newcomers(ctx, 20*time.Second)
		t.Proxy.Heal()
		t.Healed()
		t.AtMost("the cut was noticed after", <-noticed, 4*time.Second)
		t.AtMost("serving again after it healed", t.untilReady(ctx, true, 20*time.Second), 3*time.Second)
		return err
	},
})

// unwell lets the time of the proxy's faults pass, with newcomers, and ends them.
func (t *Trial) unwell(ctx context.Context, d time.Duration) error {
	err := t.Newcomers(ctx, d)
	t.Proxy.Clear()
	t.Healed()
	return err
}

// untilReady waits until the hotline says that it takes calls, or that it does
// not, and returns how long that took.
func (t *Trial) untilReady(ctx context.Context, ready bool, limit time.Duration) time.Duration {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	_ = poll(ctx, 20*time.Millisecond, func() (bool, error) {
		now, err := t.ready(ctx)
		return now == ready, err
	})
	return time.Since(began)
}

var _ = register(&Row{
	Name:    "ari-slow",
	Fault:   "every ARI answer 2 s late, for 15 s",
	Promise: "no stuck call, one ring at one phone for each offer",
	// What the hotline orders of the switch takes at least that long, so an
	// emergency caller does too.
	Run: func(ctx context.Context, t *Trial) error {
		t.Proxy.Delay(2 * time.Second)
		return t.unwell(ctx, 15*time.Second)
	},
})

var _ = register(&Row{
	Name:    "ari-errors",
	Fault:   "5 % of ARI's answers are errors, before or after the order was carried out, or break off, for 15 s",
	Promise: "no stuck call, one ring at one phone for each offer",
	Run: func(ctx context.Context, t *Trial) error {
		t.Proxy.Errors(0.05, http.StatusInternalServerError, ariproxy.Either, 1)
		t.Proxy.ResetBody(0.05, 2)
		return t.unwell(ctx, 15*time.Second)
	},
})

var _ = register(&Row{
	Name:    "reader-slow",
	Fault:   "the events' WebSocket is read at 2 kB/s for 10 s",
	Promise: "the link is given up and made anew rather than trusted late; nobody waits 8 s in silence; no call lost",
	// Each new connection stands for a moment, so that the heartbeat never stops for
	// the 3 s the sentinel wants to see, and what ends a silence may come twice late.
	Bounds: Bounds{Silence: 8 * time.Second},
	Run: func(ctx context.Context, t *Trial) error {
		t.Proxy.SlowReader(2000)
		return t.unwell(ctx, 10*time.Second)
	},
})
