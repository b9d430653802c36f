package drill

import (
	"context"
	"fmt"
	"sync"
	"time"

	"sansheng/pbx/sip/phone"
)

// Measure is one figure of a row with the limit it was to keep.
type Measure struct {
	What     string `json:"what"`
	Measured string `json:"measured"`
	Limit    string `json:"limit"`
	Held     bool   `json:"held"`
	// Detail names what broke the limit.
	Detail []string `json:"detail,omitempty"`
}

// Trial is one run of a row.
type Trial struct {
	*Stage
	Row      *Row
	measures []Measure
	notes    []string

	work sync.WaitGroup
	mu   sync.Mutex
	// began and healed are when the fault began and was over.
	began, healed time.Time
	// newcomers came during the fault, left hung up by themselves in it.
	newcomers, left []*Caller
	// had are the agents' calls of those who talked when the fault began, by caller.
	had map[string]*phone.Call
	// passed are callers whom an order brought to two phones at once, by number.
	passed map[string]bool
	// stepped is by how much the switch's clock was moved: its times are not ours then.
	stepped time.Duration
}

// clockTrue tells whether the switch's clock agrees with the outside's.
func (t *Trial) clockTrue() bool { return t.stepped == 0 }

// detailMost is how many offenders a measure names.
const detailMost = 8

// AtMost notes a time that must not be longer than a limit.
func (t *Trial) AtMost(what string, measured, limit time.Duration, detail ...string) {
	t.add(Measure{What: what, Measured: short(measured), Limit: "≤ " + short(limit), Held: measured <= limit, Detail: detail})
}

// None notes how many things went wrong; there must be none.
func (t *Trial) None(what string, wrong []string) {
	t.add(Measure{What: what, Measured: fmt.Sprint(len(wrong)), Limit: "0", Held: len(wrong) == 0, Detail: wrong})
}

// Must notes something that is so or not.
func (t *Trial) Must(what string, held bool, detail ...string) {
	measured := "yes"
	if !held {
		measured = "no"
	}
	t.add(Measure{What: what, Measured: measured, Limit: "yes", Held: held, Detail: detail})
}

func (t *Trial) add(m Measure) {
	if len(m.Detail) > detailMost {
		m.Detail = append(m.Detail[:detailMost:detailMost], fmt.Sprintf("and %d more", len(m.Detail)-detailMost))
	}
	if m.Held {
		m.Detail = nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.measures = append(t.measures, m)
}

// Note is told with the result.
func (t *Trial) Note(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

// later measures something beside what follows, until together.
func (t *Trial) later(f func()) { t.work.Go(f) }

// together waits for everything that is measured beside.
func (t *Trial) together() { t.work.Wait() }

// Began marks the beginning of the fault.
func (t *Trial) Began() { t.began = time.Now() }

// Healed marks its end: from here on the hotline has time to be right again.
func (t *Trial) Healed() { t.healed = time.Now() }

// short is a duration as people say it.
func short(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	}
	return d.Round(time.Millisecond).String()
}

// Wait lets time pass: that of a fault, which is what is measured.
func (t *Trial) Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
