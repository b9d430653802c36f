package drill

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"

	"sansheng/cmd/sansheng/config"
)

// pairSetup makes the stage's engine one of a pair.
func pairSetup(cfg *config.Config) { cfg.Engine = config.Engine{Name: "a", Lease: leaseName} }

var _ = register(&Row{
	Name: "two-engines", Spoils: true,
	Fault:   "a second engine, that knows of no lease, takes the switch's application for 5 s",
	Promise: "the first is silent towards the switch within 1 s; nobody is offered twice; no talk dropped",
	// The first ends when it is replaced, and is started again as its unit would.
	Run: func(ctx context.Context, t *Trial) error {
		b, err := t.sibling(ctx, "b", func(cfg *config.Config) { cfg.NATS = config.NATS{} })
		if err != nil {
			return err
		}
		if err := b.StartBeside(ctx); err != nil {
			return err
		}
		taken := time.Now()
		if err := t.Newcomers(ctx, 5*time.Second); err != nil {
			return err
		}
		var late []string
		for _, r := range t.Proxy.Requests(taken.Add(time.Second)) {
			late = append(late, fmt.Sprintf("%s %s, %s after", r.Method, r.Path, short(r.At.Sub(taken))))
		}
		t.None("orders of the first engine more than 1 s after it was replaced", late)
		if err := b.Kill(); err != nil {
			return err
		}
		if !t.Running() {
			err = t.Start(ctx)
		}
		t.Healed()
		return err
	},
})

var _ = register(&Row{
	Name: "engine-killed", Setup: pairSetup, Upstream: true,
	Fault:   "of two engines that stand in for one another, the active one is killed (kill -9)",
	Promise: "the other has taken over ≤ 3 s; talks, places and agents' states intact, one record each",
	Scale:   func(s Size) Size { s.Talking = min(s.Talking, 40); return s },
	Run: func(ctx context.Context, t *Trial) error {
		b, err := t.beside(ctx)
		if err != nil {
			return err
		}
		t.Began()
		if err := t.Kill(); err != nil {
			return err
		}
		if err := t.tookOver(ctx, "b", 3*time.Second); err != nil {
			return err
		}
		t.rightAt(ctx, b)
		if err := t.StartBeside(ctx); err != nil { // it has the store
			return err
		}
		t.Healed()
		return t.giveBack(ctx, b)
	},
})

var _ = register(&Row{
	Name: "engine-frozen", Setup: pairSetup, Upstream: true, Guards: []Guard{{Off: "tenure", Breaks: "orders of the frozen engine"}},
	Fault:   "of two engines the active one is stopped (SIGSTOP) for 10 s",
	Promise: "the other has taken over ≤ 3 s; when it goes on the first gives no order ≥ 1 s after",
	Scale:   func(s Size) Size { s.Talking = min(s.Talking, 40); return s },
	Run: func(ctx context.Context, t *Trial) error {
		b, err := t.beside(ctx)
		if err != nil {
			return err
		}
		t.Began()
		if err := t.Signal(syscall.SIGSTOP); err != nil {
			return err
		}
		if err := t.tookOver(ctx, "b", 3*time.Second); err != nil {
			return err
		}
		t.rightAt(ctx, b)
		if err := t.Newcomers(ctx, 10*time.Second-time.Since(t.began)); err != nil {
			return err
		}
		if err := t.Signal(syscall.SIGCONT); err != nil {
			return err
		}
		thawed := time.Now()
		t.Healed()
		if err := t.Wait(ctx, 3*time.Second); err != nil {
			return err
		}
		var late []string
		for _, r := range t.Proxy.Requests(thawed.Add(time.Second)) {
			if r.Method != "GET" { // to look is no order
				late = append(late, fmt.Sprintf("%s %s, %s after", r.Method, r.Path, short(r.At.Sub(thawed))))
			}
		}
		t.None("orders of the frozen engine more than 1 s after it went on", late)
		return t.giveBack(ctx, b)
	},
})

var _ = register(&Row{
	Name: "rolling-upgrade", Setup: pairSetup, Upstream: true,
	Fault:   "both engines are stopped in order and started anew, one after the other, twice, under 5 calls per second",
	Promise: "no failed call, longest time without an engine ≤ 1 s",
	Scale:   func(s Size) Size { s.Talking = min(s.Talking, 20); return s },
	Run: func(ctx context.Context, t *Trial) error {
		b, err := t.beside(ctx)
		if err != nil {
			return err
		}
		callers, err := t.Callers.Flock(ctx, handLine, rollingCalls, 5)
		if err != nil {
			return err
		}
		var longest time.Duration
		for range 2 {
			for _, step := range []struct {
				leaves *Stack
				sig    os.Signal
				heir   string
			}{{t.Stack, syscall.SIGHUP, "b"}, {b, syscall.SIGTERM, "a"}} {
				left := time.Now()
				if err := step.leaves.cmd.Process.Signal(step.sig); err != nil {
					return fmt.Errorf("stop an engine: %w", err)
				}
				at, err := t.leads(ctx, step.heir, left)
				if err != nil {
					return err
				}
				longest = max(longest, at.Sub(left))
				<-step.leaves.diedC
				if err := step.leaves.StartBeside(ctx); err != nil {
					return err
				}
			}
		}
		t.AtMost("longest time from an engine's leaving until the other has the switch", longest, time.Second)
		limit, cancel := context.WithTimeout(ctx, 90*time.Second)
		defer cancel()
		err = t.until(limit, callers, "be served", func(c *Caller) bool { return !c.Up() })
		t.Must("every caller was served", err == nil, text(err)...)
		t.None(fmt.Sprintf("failed calls of %d", len(callers)), t.unserved(callers))
		t.Healed()
		return b.stop(ctx) // a leads already
	},
})

// rollingCalls last for the time a rolling upgrade takes.
const rollingCalls = 120

// beside starts engine b as a standby of the stage's own.
func (t *Trial) beside(ctx context.Context) (*Stack, error) {
	b, err := t.sibling(ctx, "b", nil)
	if err != nil {
		return nil, err
	}
	if err := b.StartBeside(ctx); err != nil {
		return nil, err
	}
	b.admin, err = administrator(b.Config.Data)
	return b, err
}

// rightAt measures how soon after the fault the engine that has taken over shows the
// agents' states as they are.
func (t *Trial) rightAt(ctx context.Context, b *Stack) {
	limit, cancel := context.WithTimeout(ctx, t.Row.Bounds.Right+t.patience)
	defer cancel()
	at, wrong := t.rightOn(limit, b)
	t.AtMost("agents' states right at engine b after", at.Sub(t.began), t.Row.Bounds.Right, wrong)
}

// leads waits until an engine, after a moment, agrees with the switch.
func (t *Trial) leads(ctx context.Context, engine string, after time.Time) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var at time.Time
	err := poll(ctx, 5*time.Millisecond, func() (ok bool, _ error) {
		at, ok = t.Facts.Found(engine, after)
		return ok, nil
	})
	if err != nil {
		return at, fmt.Errorf("engine %s does not take over: %w", engine, err)
	}
	return at, nil
}

// tookOver measures how long an engine takes from the fault until it agrees with the
// switch.
func (t *Trial) tookOver(ctx context.Context, engine string, limit time.Duration) error {
	at, err := t.leads(ctx, engine, t.began)
	if err != nil {
		return err
	}
	t.AtMost("engine "+engine+" took over after", at.Sub(t.began), limit)
	return nil
}

// giveBack ends engine b, so that the stage's own leads again: its floor is the
// one that is looked at.
func (t *Trial) giveBack(ctx context.Context, b *Stack) error {
	left := time.Now()
	if err := b.stop(ctx); err != nil {
		return err
	}
	if _, err := t.leads(ctx, "a", left); err != nil {
		return err
	}
	t.Healed()
	return nil
}
