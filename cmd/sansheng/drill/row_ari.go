package drill

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"sansheng/cmd/sansheng/drill/ariproxy"
)

var _ = register(&Row{
	Name: "ari-cut", Short: true, Guards: []Guard{{Off: "fence", Breaks: "the cut was noticed after"}},
	Fault:   "no byte between service and ARI for 20 s, either way, without FIN",
	Promise: "noticed ≤ 4 s; nobody waits 5 s without ringback, music or a person; serving again ≤ 3 s after it heals",
	Run: func(ctx context.Context, t *Trial) error {
		t.Proxy.Cut()
		t.later(func() { t.untilReady(ctx, false, "the cut was noticed after", 4*time.Second) })
		err := t.Newcomers(ctx, 20*time.Second)
		t.Proxy.Heal()
		t.Healed()
		t.together()
		t.untilReady(ctx, true, "serving again after it healed", 3*time.Second)
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
// not, and measures how long that takes.
func (t *Trial) untilReady(ctx context.Context, ready bool, what string, most time.Duration) time.Duration {
	began := time.Now()
	limit, cancel := context.WithTimeout(ctx, most+t.patience)
	defer cancel()
	err := poll(limit, 20*time.Millisecond, func() (bool, error) {
		now, err := t.ready(limit)
		return now == ready, err
	})
	took := time.Since(began)
	t.AtMost(what, took, most, text(err)...)
	if err != nil && took <= most {
		t.Must(what, false, err.Error())
	}
	return took
}

var _ = register(&Row{
	Name:    "ari-slow",
	Fault:   "every ARI answer 2 s late, for 15 s",
	Promise: "no stuck call, one ring at one phone for each offer",
	// What the hotline orders of the switch takes at least that long, so an
	// emergency caller does too.
	Run: func(ctx context.Context, t *Trial) error {
		t.Proxy.Delay(2 * time.Second)
		err := t.unwell(ctx, 15*time.Second)
		n := len(t.Proxy.Requests(t.began))
		t.Must("orders met the fault", n > 0, "none was given")
		t.Note("%d orders met the fault.", n)
		return err
	},
})

var _ = register(&Row{
	Name:    "ari-errors",
	Fault:   "5 % of ARI's answers are errors, before or after the order was carried out, or break off, for 15 s",
	Promise: "no stuck call, one ring at one phone for each offer",
	Run: func(ctx context.Context, t *Trial) error {
		t.Proxy.Errors(0.05, http.StatusInternalServerError, ariproxy.Either, 1)
		t.Proxy.ResetBody(0.05, 2)
		err := t.unwell(ctx, 15*time.Second)
		met := map[ariproxy.Outcome]int{}
		for _, r := range t.Proxy.Requests(t.began) {
			met[r.Outcome]++
		}
		hit := met[ariproxy.Refused] + met[ariproxy.Lost] + met[ariproxy.Reset]
		t.Must("orders met the fault", hit > 0, fmt.Sprintf("%d passed", met[ariproxy.Passed]))
		t.Note("Of the orders %d were refused, %d carried out with a false answer, %d answers broke off; %d passed.",
			met[ariproxy.Refused], met[ariproxy.Lost], met[ariproxy.Reset], met[ariproxy.Passed])
		return err
	},
})

var _ = register(&Row{
	Name:    "reader-slow",
	Fault:   "the events' WebSocket is read at 2 kB/s for 10 s",
	Promise: "the link is given up and made anew rather than trusted late; nobody waits 8 s in silence; no call lost; a phone that was being dialled then rings ≤ 4 s for a caller who is another's",
	// Each new connection stands for a moment, so that the heartbeat never stops for
	// the 3 s the sentinel wants to see, and what ends a silence may come twice late.
	// A phone that is dialled over a link that is given up a moment later is told to stop
	// over the next: it takes 3 s to find that out.
	Bounds: Bounds{Silence: 8 * time.Second, Blink: 4 * time.Second},
	Run: func(ctx context.Context, t *Trial) error {
		t.Proxy.SlowReader(2000)
		err := t.unwell(ctx, 10*time.Second)
		n := 0
		for _, r := range t.Proxy.Requests(t.began) {
			if r.Events {
				n++
			}
		}
		t.Must("the link was made anew", n > 0, "the events were read from the old one all the time")
		t.Note("The link was made anew %d times.", n)
		return err
	},
})

var _ = register(&Row{
	Name:    "ari-flapping",
	Fault:   "the link between service and ARI stands for 1 s and is cut for 1.5 s, by turns, for 17.5 s",
	Promise: "nobody waits 5 s without ringback, music or a person; nobody is offered twice; serving again ≤ 3 s after the last",
	Run: func(ctx context.Context, t *Trial) error {
		const turns, cut, stands = 7, 1500 * time.Millisecond, time.Second
		t.later(func() {
			for range turns {
				t.Proxy.Cut()
				_ = t.Wait(ctx, cut)
				t.Proxy.Heal()
				_ = t.Wait(ctx, stands)
			}
		})
		err := t.Newcomers(ctx, turns*(cut+stands))
		t.together()
		t.Healed()
		made := 0
		for _, r := range t.Proxy.Requests(t.began) {
			if r.Events {
				made++
			}
		}
		t.Must("the link was made anew", made > 0, "it stood all the time")
		t.Note("The link was made anew %d times.", made)
		t.untilReady(ctx, true, "serving again after the last time", 3*time.Second)
		return err
	},
})
