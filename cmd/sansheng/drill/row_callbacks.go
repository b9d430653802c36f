package drill

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
	"sansheng/store"
)

var _ = register(&Row{
	Name:    "callbacks-killed",
	Fault:   "kill -9 of the service while callers are owed a call, one in each state: told so just now, waiting for his turn, his agent's phone rings, his own rings, he talks, he was busy; a new start",
	Promise: "nobody is forgotten and nobody called twice: the talk goes on, gap ≤ 60 ms; who rings is reached; who waits is called in his turn; who was busy keeps his attempt, and can be taken off the list",
	Bounds:  Bounds{Gap: killedGap},
	Outside: true,
	Setup:   func(cfg *config.Config) { backPlan(cfg.Hotline) },
	Scale:   func(Size) Size { return Small }, // the callbacks are what is looked at
	Run: func(ctx context.Context, t *Trial) error {
		o, err := t.owe(ctx)
		if err != nil {
			return err
		}
		if err := t.killed(ctx); err != nil {
			return err
		}
		return o.goOn(ctx, t)
	},
})

// backLine is greeted; its callers may be called back by backCrew of the desks.
const (
	backLine = "800105"
	backCrew = 4
)

// outsideHz is what parties outside send.
const outsideHz = 940

// backPlan adds that line to a hotline.
func backPlan(p *cti.Plan) {
	p.Companies[0].Outside = []cti.DialRule{{Role: cti.DialAgent, Prefixes: []string{"13"}}}
	p.Lines = append(p.Lines, cti.Line{DID: backLine, Company: "drill", Mode: cti.Greeted, Queue: "back", Greeting: "greeting-drill"})
	p.Queues = append(p.Queues, cti.Queue{
		ID: "back", Company: "drill", Members: numbers(deskAgents, backCrew), Tell: cti.Span(time.Second),
		Callback: &cti.CallbackRule{Attempts: 3, Retry: cti.Span(10 * time.Minute), Keep: cti.Span(time.Hour)},
	})
}

// newOutside is the network behind the hotline's way out: one phone that takes the
// calls to every number.
func newOutside(cfg *config.Config) (*phone.Phone, error) {
	out, err := phone.New(phone.Config{Number: "outside", Policy: phone.AnswerAfter(200 * time.Millisecond), Tone: tone.Tone{Hz: outsideHz}})
	if err != nil {
		return nil, fmt.Errorf("open the phone outside: %w", err)
	}
	cfg.Asterisk.Gateway = out.Addr()
	return out, nil
}

// owed are callers who are owed a call, each named by how far that has come.
type owed struct {
	talks, rings, asked, busy, waits, told *Caller
	// calls are those to their numbers, in order.
	calls []*phone.Call
	// due is when who was busy may be called again.
	due time.Time
}

func (o *owed) all() []*Caller { return []*Caller{o.talks, o.rings, o.asked, o.busy, o.waits, o.told} }

// owe brings callers into those states. The agents are paused but for the moment in
// which each is to take one.
func (t *Trial) owe(ctx context.Context) (*owed, error) {
	ctx, cancel := context.WithTimeout(ctx, 45*time.Second)
	defer cancel()
	for n := range backCrew {
		if err := t.pause(ctx, n); err != nil {
			return nil, err
		}
	}
	first, err := t.askBack(ctx, 4)
	if err != nil {
		return nil, err
	}
	o := &owed{talks: first[0], rings: first[1], asked: first[2], busy: first[3]}
	if err := t.until(ctx, first, "be let go with a promise", func(c *Caller) bool { return !c.Up() }); err != nil {
		return nil, err
	}
	if err := o.call(ctx, t, 0, o.talks, phone.AnswerAfter(200*time.Millisecond)); err != nil {
		return nil, err
	}
	if err := o.speaks(ctx, t, o.talks); err != nil {
		return nil, err
	}
	if err := o.call(ctx, t, 1, o.rings, phone.AnswerAfter(slowly)); err != nil {
		return nil, err
	}
	t.Agents.Phone(desk(2)).SetPolicy(phone.AnswerAfter(slowly))
	if err := t.Order(ctx, desk(2), cti.Order{Verb: cti.OrderReady}); err != nil {
		return nil, err
	}
	if err := t.until(ctx, []*Caller{o.asked}, "ring at the agent who is to call", t.ringsFor); err != nil {
		return nil, err
	}
	if err := o.call(ctx, t, 3, o.busy, phone.Busy()); err != nil {
		return nil, err
	}
	if err := t.until(ctx, []*Caller{o.busy}, "be busy", func(c *Caller) bool { return t.Facts.Has(c.From, cti.CallbackTried) }); err != nil {
		return nil, err
	}
	if err := t.pause(ctx, 3); err != nil {
		return nil, err
	}
	t.outside.SetPolicy(phone.AnswerAfter(200 * time.Millisecond))
	return o, o.last(ctx, t)
}

// last brings the last two callers to where they are when the fault comes.
func (o *owed) last(ctx context.Context, t *Trial) error {
	b, err := t.callback(ctx, o.busy)
	if err != nil {
		return err
	}
	if b.DueAt == nil {
		return fmt.Errorf("who was busy has no time for his next attempt: %+v", b)
	}
	o.due = *b.DueAt
	waits, err := t.askBack(ctx, 1)
	if err != nil {
		return err
	}
	if err := t.until(ctx, waits, "be let go with a promise", func(c *Caller) bool { return !c.Up() }); err != nil {
		return err
	}
	told, err := t.askBack(ctx, 1)
	if err != nil {
		return err
	}
	o.waits, o.told = waits[0], told[0]
	o.calls[0].ResetGap()
	a, _ := t.Agents.With(o.talks.From)
	a.call.ResetGap()
	return nil
}

func (t *Trial) pause(ctx context.Context, n int) error {
	return t.Order(ctx, desk(n), cti.Order{Verb: cti.OrderPause, Reason: "drill"})
}

// askBack lets callers wait and ask to be called back, as they are told that they may; it
// returns when each is promised.
func (t *Trial) askBack(ctx context.Context, n int) ([]*Caller, error) {
	callers, err := t.place(ctx, backLine, n, n)
	if err != nil {
		return nil, err
	}
	if err := t.until(ctx, callers, "be greeted", func(c *Caller) bool { return t.Facts.Has(c.From, cti.CallGreeted) }); err != nil {
		return nil, err
	}
	for _, c := range callers {
		t.owed[c.From] = true
	}
	return callers, t.until(ctx, callers, "be promised a call", func(c *Caller) bool {
		if t.Facts.Has(c.From, cti.CallbackAsked) {
			return true
		}
		_ = c.call.Press(ctx, "1", phone.RFC4733) // once he has been told of it, it counts
		return false
	})
}

// call lets one agent be ready, and takes the call to the number of the caller whose
// turn it is.
func (o *owed) call(ctx context.Context, t *Trial, n int, c *Caller, p phone.Policy) error {
	t.outside.SetPolicy(p)
	if err := t.Order(ctx, desk(n), cti.Order{Verb: cti.OrderReady}); err != nil {
		return err
	}
	return o.called(ctx, t, c)
}

// called waits for the call to a caller's number.
func (o *owed) called(ctx context.Context, t *Trial, c *Caller) error {
	in, err := t.outside.NextCall(ctx)
	if err != nil {
		return fmt.Errorf("%s is not called: %w: %s", c.From, err, t.Facts.Story(c.From))
	}
	o.calls = append(o.calls, in)
	if in.Called() != c.From {
		return fmt.Errorf("%s is called, it is the turn of %s", in.Called(), c.From)
	}
	return nil
}

// speaks waits until who was called and his agent hear each other.
func (o *owed) speaks(ctx context.Context, t *Trial, c *Caller) error {
	return t.until(ctx, []*Caller{c}, "speak with his agent", func(c *Caller) bool {
		a, ok := t.Agents.With(c.From)
		i := slices.IndexFunc(o.calls, func(in *phone.Call) bool { return in.Called() == c.From })
		return ok && i >= 0 && o.calls[i].Heard().Hears(deskHz) && a.call.Heard().Hears(outsideHz)
	})
}

// ringsFor tells whether an agent's phone rings for a caller.
func (t *Trial) ringsFor(c *Caller) bool {
	return slices.ContainsFunc(t.Agents.Calls(), func(a AgentCall) bool {
		return a.Caller == c.From && a.AnsweredAt.IsZero() && a.EndedAt.IsZero()
	})
}

// callback is what the store has of the call that a caller is owed.
func (t *Trial) callback(ctx context.Context, c *Caller) (b store.OwedCallback, err error) {
	err = poll(ctx, 100*time.Millisecond, func() (bool, error) {
		list, err := t.Store().Callbacks(ctx, store.CallbackFilter{Company: "drill"})
		i := slices.IndexFunc(list, func(b store.OwedCallback) bool { return b.Number == c.From })
		if err != nil || i < 0 {
			return false, err
		}
		b = list[i]
		return b.EndedAt != nil || b.Attempts > 0, nil
	})
	return b, err
}

// goOn wants each caller to get what he was promised.
func (o *owed) goOn(ctx context.Context, t *Trial) error {
	ctx, cancel := context.WithTimeout(ctx, slowly+45*time.Second)
	defer cancel()
	o.talk(t)
	began := time.Now()
	err := o.speaks(ctx, t, o.rings)
	t.AtMost("whose phone rang speaks with his agent after", time.Since(began), slowly+3*time.Second, text(err)...)
	if err = o.called(ctx, t, o.asked); err == nil {
		err = o.speaks(ctx, t, o.asked)
	}
	t.AtMost("whose agent's phone rang speaks with him after", time.Since(began), slowly+5*time.Second, text(err)...)

	busy, err := t.callback(ctx, o.busy)
	kept := err == nil && busy.Attempts == 1 && busy.DueAt != nil && busy.DueAt.Equal(o.due)
	t.Must("who was busy keeps his attempt and his time", kept, fmt.Sprintf("%+v, %v, was due %s", busy, err, o.due))
	err = t.CancelCallback(ctx, busy.Call)
	t.Must("he can be taken off the list", err == nil, text(err)...)

	err = t.until(ctx, []*Caller{o.told}, "be let go", func(c *Caller) bool { return !c.Up() })
	t.AtMost("who was told so just now is let go after", first(o.told.Outcome().EndedAt, time.Now()).Sub(t.healed), 10*time.Second, text(err)...)
	for _, c := range []*Caller{o.waits, o.told} {
		began := time.Now()
		if err = o.call(ctx, t, 3, c, phone.AnswerAfter(200*time.Millisecond)); err == nil {
			err = o.speaks(ctx, t, c)
		}
		t.AtMost("who waits is called in his turn, after an agent is free, within", time.Since(began), 5*time.Second, text(err)...)
		if c == o.waits {
			if err := o.calls[len(o.calls)-1].Hangup(ctx); err != nil {
				return err
			}
		}
	}
	return o.part(ctx, t)
}

// talk measures the talk that went on.
func (o *owed) talk(t *Trial) {
	a, ok := t.Agents.With(o.talks.From)
	t.Must("who was called and talks goes on talking", ok)
	if !ok {
		return
	}
	stall := t.stalls.longest()
	gap := max(worst(o.calls[0].Heard()), worst(a.call.Heard()))
	t.AtMost(fmt.Sprintf("longest gap in his talk (the machine stood still for %s)", short(stall)), gap, t.Row.Bounds.Gap+2*excused(stall))
}

// part ends the calls, lets the agents be ready and looks at what became of each promise.
func (o *owed) part(ctx context.Context, t *Trial) error {
	for _, in := range o.calls {
		if err := in.Hangup(ctx); err != nil {
			return err
		}
	}
	for n := range backCrew {
		t.Agents.Phone(desk(n)).SetPolicy(phone.AnswerAfter(200 * time.Millisecond))
		if err := t.Order(ctx, desk(n), cti.Order{Verb: cti.OrderReady}); err != nil {
			return err
		}
	}
	var wrong []string
	for _, c := range o.all() {
		want, calls := string(cti.CallbackReached), 0
		if c == o.busy {
			want = string(cti.CallbackCancelled)
		}
		for _, in := range o.calls {
			if in.Called() == c.From {
				calls++
			}
		}
		b, err := t.ended(ctx, c)
		if err != nil || b.Result != want || calls != 1 {
			wrong = append(wrong, fmt.Sprintf("%s was called %d times and his callback is %+v, %v; want once and %s", c.From, calls, b, err, want))
		}
	}
	now, cancel := context.WithCancel(ctx)
	cancel()
	if in, err := t.outside.NextCall(now); err == nil {
		wrong = append(wrong, in.Called()+" is called once more")
	}
	t.None("promises that were not kept once", wrong)
	t.Healed() // what was ordered since was no fault
	return nil
}

// ended waits for the end of a callback.
func (t *Trial) ended(ctx context.Context, c *Caller) (b store.OwedCallback, err error) {
	err = poll(ctx, 100*time.Millisecond, func() (bool, error) {
		b, err = t.callback(ctx, c)
		return b.EndedAt != nil, err
	})
	return b, err
}
