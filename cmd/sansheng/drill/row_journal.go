package drill

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"sansheng/cmd/sansheng/drill/fault"
	"sansheng/cti"
	"sansheng/cti/bus/journal"
)

var _ = register(&Row{
	Name: "journal-torn", Short: true,
	Fault:   "kill -9 of the service twice; first a write is half done, then the journal's last bytes are torn off and a bit is turned over",
	Promise: "what was torn is found again, facts without gap, one record each",
	Run: func(ctx context.Context, t *Trial) error {
		callers, err := t.arriving(ctx, func(callers []*Caller) bool { return t.Facts.Has(callers[9].From, cti.CallArrived) })
		if err != nil {
			return err
		}
		if err := t.Kill(); err != nil {
			return err
		}
		if err := fault.HalfWrite(t.NATS(), 37); err != nil {
			return err
		}
		if err := t.Start(ctx); err != nil {
			return err
		}
		if err := t.served(ctx, callers); err != nil {
			return err
		}
		if err := t.killTold(ctx); err != nil {
			return err
		}
		if err := fault.TearTail(t.NATS(), 37); err != nil {
			return err
		}
		if err := fault.FlipBit(t.NATS(), -400); err != nil {
			return err
		}
		if err := t.Start(ctx); err != nil {
			return err
		}
		t.Healed()
		aside, err := filepath.Glob(filepath.Join(t.NATS(), "*aside*"))
		if err == nil && len(aside) > 0 {
			t.Note("The damaged files were put aside: %s.", filepath.Base(aside[0]))
		}
		return nil
	},
})

// killTold kills the service at a moment when all that is in the journal has been
// told: what is torn off then, although it was synced, is in its copy only, HOTLINE,
// which is on disk some milliseconds later.
func (t *Trial) killTold(ctx context.Context) error {
	const tries = 10
	for n := 1; ; n++ {
		if err := poll(ctx, time.Millisecond, func() (bool, error) { return t.Facts.Quiet(50 * time.Millisecond), nil }); err != nil {
			return err
		}
		if err := t.Kill(); err != nil {
			return err
		}
		in, err := journal.Inspect(t.NATS())
		if err != nil || in.Last == t.Facts.Last(in.Engine) {
			return err
		}
		if n == tries {
			return fmt.Errorf("find a moment without a new fact: %d tries", n)
		}
		if err := t.Start(ctx); err != nil {
			return err
		}
	}
}

// The copies in HOTLINE are away meanwhile: what they have would be found there
// again, and the journal alone is to be seen.
var _ = register(&Row{
	Name: "power-cut", Guards: []Guard{{Off: "sync", Breaks: "faults in the sequence of facts"}},
	Fault:    "the service's power is cut in the middle of arrivals, with the upstream NATS away: what it had not synced is not on disk; both start anew",
	Promise:  "no fact that had an effect is lost or changed, one record each",
	Upstream: true,
	Run: func(ctx context.Context, t *Trial) error {
		if err := t.upstream.stop(); err != nil {
			return err
		}
		_, before := journal.Acknowledged(t.NATS())
		callers, err := t.arriving(ctx, func([]*Caller) bool {
			_, last := journal.Acknowledged(t.NATS())
			return last >= before+20
		})
		if err != nil {
			return err
		}
		torn, others, err := fault.PowerCut(ctx, t.PID(), t.NATS())
		if err != nil {
			return err
		}
		<-t.diedC
		t.Note("%d bytes of the journal were not on disk, and %d of what else it keeps.", torn, others)
		if err := errors.Join(t.upstream.start(ctx), t.Start(ctx)); err != nil {
			return err
		}
		t.Healed()
		return t.served(ctx, callers)
	},
})

// arriving lets callers arrive and returns in the middle of it: what was told a
// millisecond ago must be on disk.
func (t *Trial) arriving(ctx context.Context, middle func([]*Caller) bool) ([]*Caller, error) {
	callers, err := t.Callers.Flock(ctx, handLine, 20, 100)
	if err != nil {
		return nil, err
	}
	err = poll(ctx, time.Millisecond, func() (bool, error) { return middle(callers), nil })
	return callers, err
}

// served waits until callers were served, and ends the calls of those who were not.
func (t *Trial) served(ctx context.Context, callers []*Caller) error {
	limit, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	err := t.until(limit, callers, "be served", func(c *Caller) bool { return !c.Up() })
	t.Must("the callers of that moment were served", err == nil, text(err)...)
	t.None("callers of that moment who were thrown out", t.unserved(callers))
	return Hangup(ctx, callers)
}

var _ = register(&Row{
	Name:    "disk-full",
	Fault:   "no process of the service or of PostgreSQL can write to a file for 15 s, as on a full disk; the database breaks down",
	Promise: "calls go on, an alarm ≤ 10 s, everything on record when there is space again",
	Bounds:  Bounds{Drained: 45 * time.Second},
	Run: func(ctx context.Context, t *Trial) error {
		// The embedded server's newest block may grow no further; new files get as
		// far as the smallest one that is being written.
		var restore []func() error
		defer func() {
			for _, back := range restore {
				_ = back()
			}
		}()
		for _, fill := range []func() (func() error, error){
			func() (func() error, error) { return fault.FileLimit(t.PID(), 0) },
			t.Postgres().FullDisk,
		} {
			back, err := fill()
			if err != nil {
				return err
			}
			restore = append(restore, back)
		}
		t.Alarmed(ctx, "journal_write", 10*time.Second)
		if err := t.Newcomers(ctx, 15*time.Second-time.Since(t.began)); err != nil {
			return err
		}
		for _, back := range restore {
			if err := back(); err != nil {
				return err
			}
		}
		t.Healed()
		return nil
	},
})

var _ = register(&Row{
	Name:    "files-exhausted",
	Fault:   "the service can open no further file or connection for 10 s",
	Promise: "calls go on, nothing is lost",
	Run: func(ctx context.Context, t *Trial) error {
		open, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(t.PID()), "fd"))
		if err != nil {
			return err
		}
		back, err := fault.OpenFiles(t.PID(), uint64(len(open)))
		if err != nil {
			return err
		}
		err = t.Newcomers(ctx, 10*time.Second)
		if back := back(); back != nil {
			return back
		}
		t.Healed()
		return err
	},
})
