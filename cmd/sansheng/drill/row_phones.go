package drill

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"sansheng/cti"
	"sansheng/pbx/sip/phone"
)

var _ = register(&Row{
	Name: "phones-die", Spoils: true,
	Fault:   "agents' phones lose their power: one that is free, one that rings, one in a talk",
	Promise: "the caller who rang goes to another agent, the one who talked is at the head of the queue when RTP stops (30 s)",
	// Until the switch misses the audio the caller hears nothing.
	Bounds: Bounds{Right: 60 * time.Second},
	Run: func(ctx context.Context, t *Trial) error {
		if len(t.ringing) < 2 || len(t.talking) < 4 {
			return fmt.Errorf("%d ringing callers and %d talks are too few", len(t.ringing), len(t.talking))
		}
		rung, spoken := t.ringing[0], t.talking[0]
		for _, c := range t.Agents.Calls() {
			if c.Caller == rung.From && c.EndedAt.IsZero() {
				t.Agents.Bury(c.Agent)
			}
		}
		// The next one in the row gives up, so that there is somebody for him.
		if err := Hangup(ctx, t.ringing[1:2]); err != nil {
			return err
		}
		with, ok := t.Agents.With(spoken.From)
		if !ok {
			return fmt.Errorf("caller %s talks with nobody", spoken.From)
		}
		t.Agents.Bury(with.Agent)
		t.left = append(t.left, spoken)
		limit, cancel := context.WithTimeout(ctx, 75*time.Second)
		defer cancel()
		free := strconv.Itoa(handAgents + handCrew - 1)
		t.Agents.Bury(free)
		began := time.Now()
		t.later(func() {
			err := poll(limit, 100*time.Millisecond, func() (bool, error) {
				states, err := t.States(limit)
				return err == nil && states[free].State == string(cti.LoggedOff), nil
			})
			t.AtMost("the agent of the free phone is shown logged off after", time.Since(began), 30*time.Second, text(err)...)
		})
		t.later(func() {
			err := t.until(limit, []*Caller{rung}, "talk again", t.talks)
			t.AtMost("the caller of the dead phone talks with another agent after", time.Since(began), 40*time.Second, text(err)...)
		})
		err := t.headOfQueue(limit, spoken)
		t.together()
		t.Healed()
		return err
	},
})

// headOfQueue lets two callers wait on the line of one whose agent's phone has died, and
// wants him to be served before them when the switch has missed the phone: three agents
// hang up for that, one after the other.
func (t *Trial) headOfQueue(ctx context.Context, spoken *Caller) error {
	behind, err := t.place(ctx, talkLine, 2, 0)
	if err == nil {
		err = t.until(ctx, behind, "be queued", func(c *Caller) bool { return t.Facts.Has(c.From, cti.CallQueued) })
	}
	if err != nil {
		return err
	}
	queued := t.Facts.Count(spoken.From, cti.CallQueued)
	err = t.until(ctx, []*Caller{spoken}, "be queued again", func(c *Caller) bool { return t.Facts.Count(c.From, cti.CallQueued) > queued })
	t.AtMost("the caller of the dead talk is in the queue again after", time.Since(t.began), 35*time.Second, text(err)...)
	for i, c := range append([]*Caller{spoken}, behind...) {
		leaves := t.talking[len(t.talking)-1-i]
		t.left = append(t.left, leaves)
		a, ok := t.Agents.With(leaves.From)
		if !ok {
			return fmt.Errorf("caller %s talks with nobody", leaves.From)
		}
		if err := a.call.Hangup(ctx); err != nil {
			return err
		}
		free := time.Now()
		err := t.until(ctx, []*Caller{c}, "talk in his turn", t.talks)
		t.AtMost(fmt.Sprintf("number %d in the queue talks when an agent is free, after", i+1), time.Since(free), 3*time.Second, text(err)...)
	}
	return Hangup(ctx, behind)
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

var _ = register(&Row{
	Name:    "phones-return",
	Fault:   "500 phones register at once while calls come in",
	Promise: "all registered ≤ 60 s, no failed call",
	Scale: func(s Size) Size {
		s.Talking, s.Crowd = min(s.Talking, 20), 500
		return s
	},
	Run: func(ctx context.Context, t *Trial) error {
		began := time.Now()
		limit, cancel := context.WithTimeout(ctx, 90*time.Second)
		defer cancel()
		errC := make(chan error, len(t.crowd))
		for _, id := range t.crowd {
			go func() {
				p, err := phone.New(phone.Config{Number: string(id), Password: t.passwords[id], Server: t.SIPAddr(), KeepEvents: 20})
				if err == nil {
					t.mourn(p)
					err = p.Register(limit)
				}
				errC <- err
			}()
		}
		var failed []string
		callers, err := t.place(ctx, handLine, 50, 0)
		for range t.crowd {
			if err := <-errC; err != nil {
				failed = append(failed, err.Error())
			}
		}
		t.None("phones that could not register", failed)
		t.AtMost(fmt.Sprintf("%d phones registered after", len(t.crowd)), time.Since(began), 60*time.Second)
		if err != nil {
			return err
		}
		ready := func() (bool, error) {
			states, err := t.States(limit)
			if err != nil {
				return false, nil //nolint:nilerr // asked again
			}
			for _, id := range t.crowd {
				if states[string(id)].State != string(cti.Ready) {
					return false, nil
				}
			}
			return true, nil
		}
		err = poll(limit, 200*time.Millisecond, ready)
		t.AtMost("all of them shown ready after", time.Since(began), 60*time.Second, text(err)...)
		err = t.until(limit, callers, "be served", func(c *Caller) bool { return !c.Up() })
		t.Must("every caller meanwhile was served", err == nil, text(err)...)
		t.None("callers meanwhile who were thrown out", t.unserved(callers))
		t.Healed()
		return nil
	},
})

// mourn ends a phone with the stage.
func (st *Stage) mourn(p *phone.Phone) {
	st.Agents.mu.Lock()
	defer st.Agents.mu.Unlock()
	st.Agents.others = append(st.Agents.others, p)
}
