package drill

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cmd/sansheng/drill/fault"
	"sansheng/cti"
	"sansheng/pbx/sip/phone"
)

// Stage is a stack with traffic on it.
type Stage struct {
	*Stack
	Size    Size
	Callers *Callers
	Agents  *Agents
	Facts   *Facts
	Webhook *Webhook
	// upstream is nil where the embedded NATS is the only one.
	upstream *upstream
	// outside takes the calls to numbers outside; nil where there is no way out.
	outside *phone.Phone
	// receivers are told of calls; none where no webhook is.
	receivers []*receiver
	// clock is nil where the switch's cannot be moved.
	clock *fault.Clock

	// talking pairs live from row to row; holders keep the waiting line's agents
	// busy; waiting and ringing are made anew for each row.
	talking, holders, waiting, ringing []*Caller
	stalls                             *stalls
	// patience is how much longer than its limit something is waited for.
	patience time.Duration
	// crowd are the agents whose phones are not there.
	crowd []cti.AgentID
	// compared are the callers whose records have been compared, by number, with the
	// record's hash; empty where there was none.
	compared map[string]string
	// owed are callers who asked to be called back, by number: their agents' calls after
	// their own are other calls.
	owed map[string]bool
}

// prepareLimit is how long traffic may take to stand, settleLimit to be served,
// without patience.
const (
	prepareLimit = 60 * time.Second
	settleLimit  = 30 * time.Second
)

// newStage starts a stack and the phones on it.
func newStage(ctx context.Context, o Options, dir string, s Size, row *Row) (*Stage, error) {
	hook, err := newWebhook(ctx)
	if err != nil {
		return nil, err
	}
	st := &Stage{Size: s, patience: o.Patience, stalls: watchStalls(), Webhook: hook, crowd: numbers(crowdAgents, s.Crowd), compared: map[string]string{}, owed: map[string]bool{}}
	st.Stack, err = newStack(ctx, o.Program, dir, plan(s), func(cfg *config.Config) error {
		cfg.Alarms.Webhook, cfg.Unprotected = hook.url, o.Unprotected
		cfg.Alarms.OnCall = []string{strconv.Itoa(onCallAgents)}
		var err error
		if row.Upstream {
			st.upstream, err = newUpstream(ctx, dir, cfg)
		}
		if row.Clock && err == nil {
			st.clock, err = newClock(ctx, dir, cfg)
		}
		if row.Outside && err == nil {
			st.outside, err = newOutside(cfg)
		}
		if row.Told && err == nil {
			st.receivers, err = newReceivers(ctx, cfg)
		}
		if row.Setup != nil {
			row.Setup(cfg)
		}
		return err
	})
	if err != nil {
		st.stalls.close()
		if st.outside != nil {
			st.outside.Die()
		}
		return nil, errors.Join(err, hook.Close(), closeReceivers(st.receivers), st.upstream.stop())
	}
	if err := st.open(ctx); err != nil {
		return nil, errors.Join(err, st.Close(ctx))
	}
	return st, nil
}

func (st *Stage) open(ctx context.Context) error {
	err := st.Start(ctx)
	if err != nil {
		return err
	}
	if st.Callers, err = newCallers(st.SIPAddr(), filepath.Join(st.Config.Data, "sipp")); err != nil {
		return err
	}
	st.Facts = follow(ctx, st.Public())
	st.Agents, err = newAgents(ctx, st.SIPAddr(), st.Size, func(id cti.AgentID) string { return st.passwords[id] })
	if err != nil {
		return err
	}
	limit, cancel := context.WithTimeout(ctx, prepareLimit)
	defer cancel()
	if _, wrong := st.right(limit); limit.Err() != nil {
		return fmt.Errorf("wait for the agents to be ready: %s: %w", wrong, limit.Err())
	}
	return nil
}

// Close ends phones and stack.
func (st *Stage) Close(ctx context.Context) error {
	st.stalls.close()
	if st.Callers != nil {
		st.Callers.die()
	}
	if st.Agents != nil {
		st.Agents.Die()
	}
	if st.outside != nil {
		st.outside.Die()
	}
	if st.Facts != nil {
		st.Facts.close()
	}
	return errors.Join(st.Stack.Close(ctx), st.Webhook.Close(), closeReceivers(st.receivers), st.upstream.stop())
}

// Prepare makes the traffic stand: talks that ended are replaced, and waiting
// and ringing callers are there.
func (st *Stage) Prepare(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, prepareLimit)
	defer cancel()
	over := func(c *Caller) bool { return !c.Up() }
	st.talking, st.holders = slices.DeleteFunc(st.talking, over), slices.DeleteFunc(st.holders, over)
	talking, err := st.pair(ctx, talkLine, st.Size.Talking-len(st.talking), st.Size.Toned-toned(st.talking))
	st.talking = append(st.talking, talking...)
	if err != nil {
		return fmt.Errorf("bring callers and agents together: %w", err)
	}
	if st.Size.Waiting > 0 {
		holders, err := st.pair(ctx, waitLine, st.Size.waitCrew()-len(st.holders), 0)
		st.holders = append(st.holders, holders...)
		if err != nil {
			return fmt.Errorf("keep the waiting line's agents busy: %w", err)
		}
	}
	st.waiting, err = st.place(ctx, waitLine, st.Size.Waiting, min(st.Size.Toned, st.Size.Waiting))
	if err == nil {
		err = st.until(ctx, st.waiting, "be queued", func(c *Caller) bool { return st.Facts.Has(c.From, cti.CallQueued) })
	}
	if err != nil {
		return fmt.Errorf("let callers wait: %w", err)
	}
	st.ringing, err = st.place(ctx, ringLine, st.Size.Ringing, 0)
	if err == nil {
		err = st.until(ctx, st.ringing, "ring at an agent", func(c *Caller) bool { return st.Facts.Has(c.From, cti.CallAlerted) })
	}
	if err != nil {
		return fmt.Errorf("let phones ring: %w", err)
	}
	return nil
}

func toned(callers []*Caller) int {
	n := 0
	for _, c := range callers {
		if c.Toned {
			n++
		}
	}
	return n
}

// pair places calls and waits until each talks with an agent.
func (st *Stage) pair(ctx context.Context, line string, n, toned int) ([]*Caller, error) {
	callers, err := st.place(ctx, line, n, toned)
	if err != nil {
		return callers, err
	}
	return callers, st.until(ctx, callers, "talk with an agent", func(c *Caller) bool {
		_, ok := st.Agents.With(c.From)
		return ok && (st.Facts.Has(c.From, cti.CallJoined) || !st.Running())
	})
}

// callEvery keeps arrivals in order and the machine from a burst.
const callEvery = 30 * time.Millisecond

// place places calls one after the other: first those that are toned, with
// telephones, then the others, with sipp.
func (st *Stage) place(ctx context.Context, line string, n, toned int) ([]*Caller, error) {
	n = max(n, 0)
	toned = min(max(toned, 0), n)
	var callers []*Caller
	tick := time.NewTicker(callEvery)
	defer tick.Stop()
	for range toned {
		c, err := st.Callers.Call(ctx, line)
		if err != nil {
			return callers, err
		}
		callers = append(callers, c)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return callers, context.Cause(ctx)
		}
	}
	flock, err := st.Callers.Flock(ctx, line, n-toned, float64(time.Second/callEvery))
	return append(callers, flock...), err
}

// until waits for something of every caller, and names those it waits for in vain.
func (st *Stage) until(ctx context.Context, callers []*Caller, what string, so func(*Caller) bool) error {
	var missing []*Caller
	err := poll(ctx, 20*time.Millisecond, func() (bool, error) {
		missing = slices.DeleteFunc(slices.Clone(callers), so)
		return len(missing) == 0, nil
	})
	if err != nil {
		c := missing[0]
		return fmt.Errorf("%d of %d callers do not %s, %s among them (%s): %w", len(missing), len(callers), what, c.From, c.Story(), err)
	}
	return nil
}

// Settle lets every ringing and waiting caller come to a person and end.
func (st *Stage) Settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settleLimit+2*st.patience)
	defer cancel()
	withAgent := func(c *Caller) bool {
		_, ok := st.Agents.With(c.From)
		return ok || !c.Up()
	}
	ringErr := st.until(ctx, st.ringing, "come to an agent", withAgent)
	closing, cancelClosing := context.WithTimeout(context.WithoutCancel(ctx), settleLimit+2*st.patience+20*time.Second)
	defer cancelClosing()
	if err := Hangup(closing, st.ringing); err != nil {
		return fmt.Errorf("end the ringing callers' calls: %w", err)
	}
	st.Agents.Policy(waitAgents, phone.Policy{After: 200 * time.Millisecond, Then: phone.ActionAnswer, Talk: 500 * time.Millisecond})
	if err := Hangup(closing, st.holders); err != nil {
		return fmt.Errorf("free the waiting line's agents: %w", err)
	}
	st.holders = nil
	waitErr := st.until(ctx, st.waiting, "be served", func(c *Caller) bool {
		if a, ok := st.Agents.With(c.From); ok && !st.Agents.isCrew(waitAgents, a.Agent) {
			return true // the fallback's last resort, who does not hang up by himself
		}
		return !c.Up()
	})
	if err := Hangup(closing, st.waiting); err != nil {
		return fmt.Errorf("end the waiting callers' calls: %w", err)
	}
	st.Agents.Policy(waitAgents, phone.AnswerAfter(200*time.Millisecond))
	return errors.Join(ringErr, waitErr)
}

// right waits until the live floor agrees with the phones, and returns when it
// did, with the last thing that was wrong before.
func (st *Stage) right(ctx context.Context) (at time.Time, wrong string) {
	return st.rightOn(ctx, st.Stack)
}

// rightOn is right for what one of several engines shows.
func (st *Stage) rightOn(ctx context.Context, s *Stack) (at time.Time, wrong string) {
	_ = poll(ctx, 50*time.Millisecond, func() (bool, error) {
		shown, err := s.States(ctx)
		if err != nil {
			if ctx.Err() == nil {
				wrong = err.Error()
			}
			return false, nil //nolint:nilerr // asked again
		}
		for agent, truth := range st.Agents.States() {
			if got := cti.AgentState(shown[agent].State); got != truth && (truth != cti.Ringing || got != cti.Reserved) {
				wrong = fmt.Sprintf("agent %s is shown %s (%s) and is %s by his phone", agent, got, shown[agent].Reason, truth)
				return false, nil
			}
		}
		return true, nil
	})
	return time.Now(), wrong
}
