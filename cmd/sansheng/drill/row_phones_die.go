package drill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"sansheng/cti"
	"sansheng/pbx/sip/phone"
)

var _ = register(&Row{
	Name: "phones-die", Spoils: true,
	Guards: []Guard{{Off: "audio", Breaks: "the callers of the dead phones are in the queue again after"}},
	Fault:  "agents' phones lose their power: of one who is free, is being dialled, rings, talks, has a caller on hold, consults, is consulted, writes his notes, pauses",
	Promise: "the caller who rang goes to another agent; one who talked or was on hold is at the head of the queue when its audio is missed (30 s); " +
		"the consulted has the call, or its agent has it back; who has no phone is logged off ≤ 30 s, and paused when it is back if he was",
	// Until the audio is missed the caller hears nothing.
	Bounds: Bounds{Right: 60 * time.Second},
	Run: func(ctx context.Context, t *Trial) error {
		if len(t.ringing) < 2 || len(t.talking) < 8 {
			return fmt.Errorf("%d ringing callers and %d talks are too few", len(t.ringing), len(t.talking))
		}
		limit, cancel := context.WithTimeout(ctx, 100*time.Second)
		defer cancel()
		if err := t.ringingDies(ctx, limit); err != nil {
			return err
		}
		d, err := t.doomed(ctx)
		if err != nil {
			return err
		}
		t.Began()
		d.die(t)
		t.later(func() { t.dialledDies(limit, d.free) })
		t.later(func() { d.loggedOff(limit, t) })
		missed, cancel := context.WithTimeout(limit, missedWithin+10*time.Second)
		defer cancel()
		t.later(func() { d.comeTo(missed, t) })
		behind, err := t.headOfQueue(limit, missed, d.spoken, d.held)
		t.together()
		t.AtMost("longest silence of the caller on hold", d.held.Silence(), t.Row.Bounds.Silence, d.held.From+" "+d.held.Story())
		err = errors.Join(err, Hangup(limit, append(behind, d.spoken, d.held, d.kept, d.returned)))
		t.Healed()
		return err
	},
})

// missedWithin is how long it may take until a phone's audio is missed and its call ended.
const missedWithin = 35 * time.Second

// ringingDies takes a phone away that rings; the next one in the row gives up, so that
// there is somebody for its caller.
func (t *Trial) ringingDies(ctx, limit context.Context) error {
	rung, began := t.ringing[0], time.Now()
	for _, c := range t.Agents.Calls() {
		if c.Caller == rung.From && c.EndedAt.IsZero() {
			t.Agents.Bury(c.Agent)
		}
	}
	t.later(func() {
		err := t.until(limit, []*Caller{rung}, "talk again", t.talks)
		t.AtMost("the caller of the dead phone talks with another agent after", time.Since(began), 40*time.Second, text(err)...)
	})
	return Hangup(ctx, t.ringing[1:2])
}

// doomed are those whose phones die, by what they do then.
type doomed struct {
	// spoken talks, held is on hold; kept's agent and returned's receiver are consulting.
	spoken, held, kept, returned *Caller
	// free, notes and paused are agents without a caller, dying all whose phones die.
	free, notes, paused string
	dying               []string
}

// doomed brings agents into the states in which their phones are to die.
func (t *Trial) doomed(ctx context.Context) (*doomed, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	with := t.tonedTalks()
	if len(with) < 4 {
		return nil, fmt.Errorf("%d talks with tones are too few", len(with))
	}
	d := &doomed{spoken: with[0], held: with[1], kept: with[2], returned: with[3],
		free: strconv.Itoa(handAgents + handCrew - 1), notes: strconv.Itoa(notesAgents), paused: desk(2)}
	t.passed = map[string]bool{d.kept.From: true, d.returned.From: true}
	t.left = append(t.left, d.spoken, d.held, d.kept, d.returned)
	d.dying = []string{desk(1), d.free, d.notes, d.paused}
	for _, c := range []*Caller{d.spoken, d.held, d.kept} {
		a, _ := t.Agents.With(c.From)
		d.dying = append(d.dying, a.Agent)
	}
	written, err := t.pair(ctx, notesLine, 1, 1)
	if err == nil {
		err = Hangup(ctx, written)
	}
	if err != nil {
		return nil, fmt.Errorf("let an agent write notes: %w", err)
	}
	for _, one := range []struct {
		caller *Caller
		order  cti.Order
		told   cti.Kind
	}{
		{d.held, cti.Order{Verb: cti.OrderHold}, cti.CallHeld},
		{d.kept, cti.Order{Verb: cti.OrderTransfer, To: desk(0), Reason: "drill", Consent: true}, cti.CallConsulted},
		{d.returned, cti.Order{Verb: cti.OrderTransfer, To: desk(1), Reason: "drill", Consent: true}, cti.CallConsulted},
	} {
		if err := t.ordering(ctx, one.caller, one.order, one.told); err != nil {
			return nil, err
		}
	}
	if err := t.Order(ctx, d.paused, cti.Order{Verb: cti.OrderPause, Reason: "drill"}); err != nil {
		return nil, err
	}
	return d, t.shown(ctx, map[string]cti.AgentState{d.notes: cti.WrapUp, d.paused: cti.Paused})
}

func (d *doomed) die(t *Trial) {
	for _, number := range d.dying {
		t.Agents.Bury(number)
	}
}

// dialledDies offers callers to a crew of whom one has no phone any more, which nobody
// knows yet.
func (t *Trial) dialledDies(ctx context.Context, dead string) {
	began := time.Now()
	callers, err := t.place(ctx, handLine, handCrew, 0)
	if err == nil {
		err = t.until(ctx, callers, "be served", func(c *Caller) bool { return !c.Up() })
	}
	met := slices.ContainsFunc(callers, func(c *Caller) bool { return t.Facts.Count(c.From, cti.CallOffered) > 1 })
	t.Must("a caller was to ring at a phone that had just died", met, dead)
	t.AtMost("he and those with him are served after", time.Since(began), 15*time.Second, text(err)...)
	t.None("callers then who were thrown out", t.unserved(callers))
}

// loggedOff wants those to be shown logged off who had no caller, and the one who paused
// to pause still when he has a phone again.
func (d *doomed) loggedOff(ctx context.Context, t *Trial) {
	for number, was := range map[string]string{d.free: "was free", d.notes: "wrote his notes", d.paused: "paused"} {
		t.later(func() {
			err := t.shown(ctx, map[string]cti.AgentState{number: cti.LoggedOff})
			t.AtMost("the agent who "+was+" is shown logged off after", time.Since(t.began), 30*time.Second, text(err)...)
			if number != d.paused {
				return
			}
			back := time.Now()
			p, err := phone.New(phone.Config{Number: number, Password: t.passwords[cti.AgentID(number)], Server: t.SIPAddr(), KeepEvents: 20})
			if err == nil {
				t.mourn(p)
				err = p.Register(ctx)
			}
			if err == nil {
				err = t.shown(ctx, map[string]cti.AgentState{number: cti.Paused})
			}
			t.AtMost("and pauses again when he has a phone, after", time.Since(back), 5*time.Second, text(err)...)
		})
	}
}

// comeTo wants the callers of consultations to be with who is left of the two.
func (d *doomed) comeTo(ctx context.Context, t *Trial) {
	for _, one := range []struct {
		what   string
		caller *Caller
		hz     float64
	}{
		{"the caller whose agent's phone died while he consulted speaks with the consulted", d.kept, deskHz},
		{"the caller whose agent consulted a phone that died speaks with him again", d.returned, agentHz},
	} {
		t.later(func() {
			err := t.until(ctx, []*Caller{one.caller}, "do", func(c *Caller) bool { return c.call.Heard().Hears(one.hz) && t.hearsHim(c) })
			t.AtMost(one.what+" after", time.Since(t.began), missedWithin, text(err)...)
			t.AtMost("longest silence of such a caller", one.caller.Silence(), t.Row.Bounds.Silence, one.caller.From+" "+one.caller.Story())
		})
	}
}

// shown waits until agents are shown in these states.
func (t *Trial) shown(ctx context.Context, want map[string]cti.AgentState) error {
	var wrong string
	err := poll(ctx, 100*time.Millisecond, func() (bool, error) {
		states, err := t.States(ctx)
		if err != nil {
			return false, nil //nolint:nilerr // asked again
		}
		for number, state := range want {
			if got := states[number].State; got != string(state) {
				wrong = fmt.Sprintf("agent %s is shown %s, not %s", number, got, state)
				return false, nil
			}
		}
		return true, nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", wrong, err)
	}
	return nil
}

// headOfQueue lets two callers wait on the line of those whose agents' phones have died,
// and wants these to be served before them when the switch has missed the phones: as many
// agents hang up for that, one after the other. It returns the two.
func (t *Trial) headOfQueue(ctx, missed context.Context, back ...*Caller) ([]*Caller, error) {
	queued := map[*Caller]int{}
	for _, c := range back {
		queued[c] = t.Facts.Count(c.From, cti.CallQueued)
	}
	behind, err := t.place(ctx, talkLine, 2, 0)
	if err == nil {
		err = t.until(ctx, behind, "be queued", func(c *Caller) bool { return t.Facts.Has(c.From, cti.CallQueued) })
	}
	if err != nil {
		return behind, err
	}
	err = t.until(missed, back, "be queued again", func(c *Caller) bool { return t.Facts.Count(c.From, cti.CallQueued) > queued[c] })
	t.AtMost("the callers of the dead phones are in the queue again after", time.Since(t.began), missedWithin, text(err)...)
	if err != nil {
		return behind, nil //nolint:nilerr // measured
	}
	for i, c := range slices.Concat(back, behind) {
		leaves := t.talking[len(t.talking)-1-i]
		t.left = append(t.left, leaves)
		a, ok := t.Agents.With(leaves.From)
		if !ok {
			return behind, fmt.Errorf("caller %s talks with nobody", leaves.From)
		}
		if err := a.call.Hangup(ctx); err != nil {
			return behind, err
		}
		free := time.Now()
		err := t.until(ctx, []*Caller{c}, "talk in his turn", t.talks)
		t.AtMost(fmt.Sprintf("number %d in the queue talks when an agent is free, after", i+1), time.Since(free), 3*time.Second, text(err)...)
	}
	return behind, nil
}

// talks tells whether an agent has a caller.
func (t *Trial) talks(c *Caller) bool {
	_, ok := t.Agents.With(c.From)
	return ok
}

// Bury ends a phone without a goodbye. What it did is over, as far as the phone
// is concerned.
func (a *Agents) Bury(number string) {
	if p := a.Phone(number); p != nil {
		p.Die()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.dead == nil {
		a.dead = map[string]bool{}
	}
	a.dead[number] = true
	for _, c := range a.calls {
		if c.Agent == number && c.EndedAt.IsZero() {
			c.EndedAt = time.Now()
		}
	}
}
