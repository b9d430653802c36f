package drill

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// emergencies places an emergency call every so often until stopped. Each case is
// one person: where the switch does not take his call he dials again.
type emergencies struct {
	st   *Stage
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu    sync.Mutex
	cases []emergency
}

// emergency is one person's case: how long until he and a person heard one another,
// or why they did not.
type emergency struct {
	Took time.Duration
	Err  error
	// Dials is how often he had to dial.
	Dials int
	// Broken are his calls that were not taken, refused, or ended by somebody else than him.
	Broken []string
	// Silence is the longest time in which he heard nothing.
	Silence time.Duration
}

const emergencyEvery = 2 * time.Second

func (st *Stage) emergencies(ctx context.Context) *emergencies {
	run, stop := context.WithCancel(ctx)
	e := &emergencies{st: st, stop: stop}
	e.wg.Go(func() {
		tick := time.NewTicker(emergencyEvery)
		defer tick.Stop()
		for {
			e.wg.Go(func() { e.add(e.one(ctx)) })
			select {
			case <-tick.C:
			case <-run.Done():
				return
			}
		}
	})
	return e
}

func (e *emergencies) add(one emergency) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.cases = append(e.cases, one)
}

// one is one case. It is given up after a minute and a half.
func (e *emergencies) one(ctx context.Context) emergency {
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	began, out, heard := time.Now(), emergency{}, false
	for ctx.Err() == nil {
		out.Dials++
		c, err := e.st.Callers.Call(ctx, emergencyLine)
		if err != nil {
			out.Err = err
			break
		}
		redial := time.Now().Add(redialAfter)
		err = poll(ctx, 10*time.Millisecond, func() (bool, error) {
			c.spoke = e.st.speak(c)
			silent := c.heardNothing() && time.Now().After(redial)
			return c.spoke || !c.Up() || silent, nil
		})
		took := time.Since(began)
		if !c.spoke && ctx.Err() == nil {
			out.Broken = append(out.Broken, c.From+" "+c.Story())
		}
		out.Silence = max(out.Silence, c.Silence())
		heard = heard || !c.heardNothing()
		if !heard {
			out.Silence = max(out.Silence, took) // he has heard nothing since he first dialled
		}
		_ = Hangup(context.WithoutCancel(ctx), []*Caller{c})
		if err == nil && c.spoke {
			out.Took, out.Err = took, nil
			return out
		}
		out.Err = fmt.Errorf("not answered: %s", c.Story())
		select { // nobody dials faster than that
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
	out.Took = time.Since(began)
	return out
}

// speak tells whether a telephone of ours and an agent hear one another. An agent whose
// phone sends a packet a second is heard too seldom to be asked.
func (st *Stage) speak(c *Caller) bool {
	a, ok := st.Agents.With(c.From)
	return ok && !c.Outcome().AnsweredAt.IsZero() && a.call.Heard().Hears(float64(c.hz)) &&
		(!st.Agents.toned(a.Agent) || c.call.Heard().Hears(agentHz))
}

// redialAfter is how long a person waits in utter silence before he dials again.
const redialAfter = 3 * time.Second

// end waits for the cases under way and returns all.
func (e *emergencies) end() []emergency {
	e.stop()
	e.wg.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.cases
}

// judgeEmergencies measures the emergency callers.
func (t *Trial) judgeEmergencies(cases []emergency) {
	var longest, silence time.Duration
	var failed, broken []string
	dials := 0
	for _, c := range cases {
		dials += c.Dials
		if c.Err != nil {
			failed = append(failed, c.Err.Error())
		}
		broken = append(broken, c.Broken...)
		longest, silence = max(longest, c.Took), max(silence, c.Silence)
	}
	t.None("emergency callers not answered", failed)
	t.AtMost(fmt.Sprintf("longest wait of %d emergency callers", len(cases)), longest, t.Row.Bounds.Emergency)
	if t.Row.Bounds.LosesTalks || t.Row.Bounds.Deaf {
		t.Note("Emergency callers had to dial %d times again; the longest silence was %s.", dials-len(cases), short(silence))
		return
	}
	t.None("emergency calls refused or broken off", broken)
	t.AtMost("longest silence of an emergency caller", silence, t.Row.Bounds.Silence)
}
