package drill

import (
	"context"
	"fmt"
	"time"

	"sansheng/store"
)

var _ = register(&Row{
	Name: "webhooks-killed", Guards: []Guard{{Off: "takeback", Breaks: "webhook hanging has all"}},
	Fault:   "of three systems that webhooks tell of calls one is down, one answers 500, one hangs; kill -9 of the service while it tells them, a new start, then they are well again",
	Promise: "each fact of a call is told to each at least once, always with the same id, ≤ 23 s after that; no dead letter, and no call knows of it",
	Bounds:  Bounds{Gap: killedGap},
	Told:    true,
	Scale:   func(Size) Size { return Small }, // what is told is looked at
	Run: func(ctx context.Context, t *Trial) error {
		began, err := t.toldSince(ctx)
		if err != nil {
			return err
		}
		for _, r := range t.receivers {
			if err := r.fall(); err != nil {
				return err
			}
		}
		before, err := t.refusedFacts(ctx)
		if err != nil {
			return err
		}
		if err := t.killed(ctx); err != nil {
			return err
		}
		t.judgeFloor(ctx)
		after, err := t.refusedFacts(ctx) // what was under way is tried again, and new ones come
		if err != nil {
			return err
		}
		for _, r := range t.receivers {
			if err := r.heal(ctx); err != nil {
				return err
			}
		}
		t.Healed()
		if err := t.served(ctx, append(before, after...)); err != nil {
			return err
		}
		if err := t.toldAll(ctx, began); err != nil {
			return err
		}
		t.Healed() // agents have nothing to do with what was told since
		return nil
	},
})

// toldWithin is how long it may take until a receiver that is well again has been told of
// everything. A fact that was refused twice waits for 15 s, or a tenth more
// (store/delivery.go); what is due is looked for each 5 s (store/job); 1.5 s are for the way.
const toldWithin = 23 * time.Second

// toldSince is the time from which on all receivers are told of facts.
func (t *Trial) toldSince(ctx context.Context) (since time.Time, err error) {
	list, err := t.Store().Webhooks(ctx)
	if err != nil {
		return since, err
	}
	if len(list) != len(t.receivers) {
		return since, fmt.Errorf("%d webhooks are known, want %d", len(list), len(t.receivers))
	}
	for _, w := range list {
		if w.BeganAt.After(since) {
			since = w.BeganAt
		}
	}
	return since, nil
}

// toldCalls is how many calls make the facts of one moment.
const toldCalls = 10

// refusedFacts has calls come until facts of them were told to each receiver in vain, and
// one hangs.
func (t *Trial) refusedFacts(ctx context.Context) ([]*Caller, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	tried, err := t.refusals(ctx)
	if err != nil {
		return nil, err
	}
	callers, err := t.place(ctx, handLine, toldCalls, 0)
	if err != nil {
		return callers, err
	}
	err = poll(ctx, 20*time.Millisecond, func() (bool, error) {
		now, err := t.refusals(ctx)
		for _, r := range t.receivers {
			if r.ill == illHangs && !r.hangs() || r.ill != illHangs && now[r.name] <= tried[r.name] {
				return false, err
			}
		}
		return true, err
	})
	if err != nil {
		return callers, fmt.Errorf("wait until each receiver was told in vain: %w", err)
	}
	return callers, nil
}

// refusals is how many facts wait that a webhook was told of in vain, by its name.
func (t *Trial) refusals(ctx context.Context) (map[string]int, error) {
	list, err := t.Store().Webhooks(ctx)
	refused := map[string]int{}
	for _, w := range list {
		refused[w.Name] = w.Refused
	}
	return refused, err
}

// toldAll measures how soon each receiver has been told of every fact that the outside has
// read in the stream, and looks at how.
func (t *Trial) toldAll(ctx context.Context, since time.Time) error {
	facts := t.Facts.OfCalls(since)
	limit, cancel := context.WithDeadline(ctx, t.healed.Add(toldWithin+t.patience))
	defer cancel()
	at := map[string]time.Duration{}
	_ = poll(limit, 50*time.Millisecond, func() (bool, error) {
		for _, r := range t.receivers {
			if at[r.name] == 0 && len(r.lacks(facts)) == 0 {
				at[r.name] = time.Since(t.healed)
			}
		}
		return len(at) == len(t.receivers), nil
	})
	var wrong []string
	for _, r := range t.receivers {
		took, ok := at[r.name]
		if !ok {
			took = time.Since(t.healed)
		}
		t.AtMost(fmt.Sprintf("webhook %s has all %d facts of calls after it is well again", r.name, len(facts)), took, toldWithin, r.lacks(facts)...)
		n, again, late := r.order()
		t.Note("Webhook %s took %d posts, %d of them again and %d behind a later one of the same call; seq puts them in order.", r.name, n, again, late)
		wrong = append(wrong, r.faults()...)
	}
	t.None("posts that were no fact, or had another id than before", wrong)
	return t.noLetters(ctx)
}

// noLetters wants nothing put aside, and nothing given up.
func (t *Trial) noLetters(ctx context.Context) error {
	dead, err := t.Store().DeadLettersOf(ctx, store.DeadLetterFilter{})
	if err != nil {
		return err
	}
	given, err := t.Store().Deliveries(ctx, store.DeliveryFilter{State: store.DeliveryFailed})
	if err != nil {
		return err
	}
	var letters []string
	for _, d := range dead {
		letters = append(letters, fmt.Sprintf("message %d of %s was put aside: %s", d.Position, d.Journal, d.Error))
	}
	for _, d := range given {
		letters = append(letters, fmt.Sprintf("webhook %s was given up with %s: %s", d.Webhook, d.Fact, d.Error))
	}
	t.None("dead letters", letters)
	return nil
}
