package drill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"sansheng/cti"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
)

// AgentCall is one call to an agent's phone, as the phone saw it.
type AgentCall struct {
	Agent, Caller                   string
	IncomingAt, AnsweredAt, EndedAt time.Time
	// EndedBy is agent or hotline.
	EndedBy string
	call    *phone.Call
}

// Agents are the agents' phones with every call they ever had.
type Agents struct {
	fleets []*phone.Fleet
	crews  map[int][]*phone.Phone // by first number
	wg     sync.WaitGroup
	stop   context.CancelFunc

	listening map[string]bool // whose phones send tones
	overlaps  map[string]int  // asked for so far, by number

	mu     sync.Mutex
	calls  []*AgentCall
	dead   map[string]bool
	others []*phone.Phone // that take no calls
}

// ringFor is how long the agents of the ringing line let it ring.
const ringFor = 8 * time.Second

// newAgents registers the phones of all agents of a size.
func newAgents(ctx context.Context, server string, s Size, password func(cti.AgentID) string) (*Agents, error) {
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	a := &Agents{crews: map[int][]*phone.Phone{}, listening: map[string]bool{}, overlaps: map[string]int{}, stop: stop}
	for _, crew := range []struct {
		first, n, toned int
		policy          phone.Policy
	}{
		{deskAgents, deskCrew, deskCrew, phone.AnswerAfter(200 * time.Millisecond)},
		{talkAgents, s.Talking, s.Toned, phone.AnswerAfter(200 * time.Millisecond)},
		{waitAgents, s.waitCrew(), 0, phone.AnswerAfter(200 * time.Millisecond)},
		{ringAgents, max(s.Ringing, 1), 0, phone.AnswerAfter(ringFor)},
		{emergencyAgents, emergencyCrew, emergencyCrew, phone.AnswerAfter(500 * time.Millisecond)},
		{notesAgents, 1, 0, phone.AnswerAfter(200 * time.Millisecond)},
		{gasAgents, 1, 1, phone.AnswerAfter(500 * time.Millisecond)},
		{onCallAgents, 1, 0, phone.Policy{After: time.Second, Then: phone.ActionAnswer, Talk: 5 * time.Second}},
		{handAgents, handCrew, 0, phone.Policy{After: 50 * time.Millisecond, Then: phone.ActionAnswer, Talk: 150 * time.Millisecond}},
	} {
		for _, part := range []struct {
			first, n int
			sparse   bool
		}{{crew.first, min(crew.toned, crew.n), false}, {crew.first + crew.toned, crew.n - crew.toned, true}} {
			if part.n <= 0 {
				continue
			}
			if err := a.add(ctx, server, part.first, part.n, part.sparse, crew.first, crew.policy, password); err != nil {
				a.Die()
				return nil, err
			}
		}
	}
	for _, f := range a.fleets {
		for _, p := range f.Phones() {
			a.wg.Go(func() { a.watch(run, p) })
		}
		if err := f.Start(ctx, 0); err != nil {
			a.Die()
			return nil, fmt.Errorf("register the agents' phones: %w", err)
		}
	}
	return a, nil
}

func (a *Agents) add(ctx context.Context, server string, from, n int, sparse bool, crew int, policy phone.Policy, password func(cti.AgentID) string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f, err := phone.NewFleet(phone.FleetConfig{
		Size: n, First: from, Password: func(number string) string { return password(cti.AgentID(number)) },
		Tone:  func(int) tone.Tone { return tone.Tone{Hz: hzOf(crew)} },
		Phone: phone.Config{Server: server, KeepEvents: 500, Sparse: sparse, Policy: policy, Lines: 1},
	})
	if err != nil {
		return fmt.Errorf("open the agents' phones: %w", err)
	}
	for _, p := range f.Phones() {
		a.listening[p.Number()] = !sparse
	}
	a.fleets = append(a.fleets, f)
	a.crews[crew] = append(a.crews[crew], f.Phones()...)
	return nil
}

// agentHz is what agents send, deskHz those to whom calls are passed on; callers send
// from 1000 Hz upwards.
const (
	agentHz = 700
	deskHz  = 560
)

func hzOf(crew int) int {
	if crew == deskAgents {
		return deskHz
	}
	return agentHz
}

// watch notes every call of a phone.
func (a *Agents) watch(ctx context.Context, p *phone.Phone) {
	open := map[*phone.Call]*AgentCall{}
	for e := range p.Follow(ctx) {
		if e.Call == nil {
			continue
		}
		a.mu.Lock()
		c := open[e.Call]
		switch {
		case e.Kind == phone.Incoming:
			c = &AgentCall{Agent: p.Number(), Caller: e.Call.Caller().Number, IncomingAt: e.At, call: e.Call}
			open[e.Call] = c
			a.calls = append(a.calls, c)
		case c == nil:
		case e.Kind == phone.Answered:
			c.AnsweredAt = e.At
		case e.Kind == phone.ByeSent:
			c.EndedBy = "agent"
		case e.Kind == phone.ByeReceived || e.Kind == phone.Cancelled:
			c.EndedBy = "hotline"
		case e.Kind == phone.Ended:
			c.EndedAt = e.At
			delete(open, e.Call)
		}
		a.mu.Unlock()
	}
}

// Calls are all calls so far, in the order they came.
func (a *Agents) Calls() []AgentCall {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make([]AgentCall, len(a.calls))
	for i, c := range a.calls {
		out[i] = *c
	}
	return out
}

// With is the newest call of a caller that an agent has answered and that goes on.
func (a *Agents) With(caller string) (AgentCall, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := len(a.calls) - 1; i >= 0; i-- {
		if c := a.calls[i]; c.Caller == caller && !c.AnsweredAt.IsZero() && c.EndedAt.IsZero() {
			return *c, true
		}
	}
	return AgentCall{}, false
}

// First is the oldest call of a caller that an agent has answered and that goes on.
func (a *Agents) First(caller string) (AgentCall, bool) {
	for _, c := range a.Calls() {
		if c.Caller == caller && !c.AnsweredAt.IsZero() && c.EndedAt.IsZero() {
			return c, true
		}
	}
	return AgentCall{}, false
}

// Crew are the phones that begin with a number.
func (a *Agents) Crew(first int) []*phone.Phone { return a.crews[first] }

// isCrew tells whether an agent is of a crew.
func (a *Agents) isCrew(first int, number string) bool {
	return slices.ContainsFunc(a.crews[first], func(p *phone.Phone) bool { return p.Number() == number })
}

// toned tells whether an agent's phone sends a tone all the time.
func (a *Agents) toned(number string) bool { return a.listening[number] }

// Phone is one agent's phone.
func (a *Agents) Phone(number string) *phone.Phone {
	for _, f := range a.fleets {
		if p := f.Phone(number); p != nil {
			return p
		}
	}
	return nil
}

// Policy changes how a crew treats its next calls.
func (a *Agents) Policy(first int, p phone.Policy) {
	for _, one := range a.crews[first] {
		one.SetPolicy(p)
	}
}

// overlap is a phone that was offered a call while it had one.
type overlap struct {
	phone.Overlap
	Agent string
	// Had are the callers whose call it had then, the newest since Since.
	Had   []string
	Since time.Time
}

// Overlaps are the phones that were offered two calls at once since it was last
// asked. It is asked by one goroutine.
func (a *Agents) Overlaps() []overlap {
	var all []overlap
	calls := a.Calls()
	for _, f := range a.fleets {
		for _, p := range f.Phones() {
			seen := p.Overlaps()
			for _, o := range seen[a.overlaps[p.Number()]:] {
				one := overlap{Overlap: o, Agent: p.Number()}
				for _, c := range calls {
					if c.Agent == one.Agent && c.Caller != o.Caller && !c.IncomingAt.After(o.At) && (c.EndedAt.IsZero() || c.EndedAt.After(o.At)) {
						one.Had, one.Since = append(one.Had, c.Caller), c.IncomingAt
					}
				}
				all = append(all, one)
			}
			a.overlaps[p.Number()] = len(seen)
		}
	}
	return all
}

// double is a caller who rang at, or talked with, two agents at once.
type double struct {
	Caller     string
	One, Other AgentCall
	For        time.Duration
}

func (d double) String() string {
	return fmt.Sprintf("%s was at %s and %s for %v", d.Caller, d.One.Agent, d.Other.Agent, d.For.Round(time.Millisecond))
}

// together: the other phone rang in the same moment as the one.
func (d double) together() bool {
	return d.Other.IncomingAt.Sub(d.One.IncomingAt) < 50*time.Millisecond
}

// Doubles are the callers who were offered to two agents at once since a moment, for
// longer than a blink.
func (a *Agents) Doubles(since time.Time, blink time.Duration) []double {
	by := map[string][]AgentCall{}
	for _, c := range a.Calls() {
		c.EndedAt = first(c.EndedAt, time.Now())
		if c.EndedAt.After(since) {
			by[c.Caller] = append(by[c.Caller], c)
		}
	}
	var all []double
	for caller, calls := range by {
		for i, one := range calls {
			for _, other := range calls[i+1:] {
				if over := earlier(one.EndedAt, other.EndedAt).Sub(other.IncomingAt); over > blink {
					all = append(all, double{caller, one, other, over})
				}
			}
		}
	}
	return all
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// States are what each agent is really doing, by his phone: Talking, Ringing or
// Ready.
func (a *Agents) States() map[string]cti.AgentState {
	states := map[string]cti.AgentState{}
	for _, f := range a.fleets {
		for _, p := range f.Phones() {
			states[p.Number()] = cti.Ready
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for number := range a.dead {
		delete(states, number) // a dead phone shows nothing
	}
	for _, p := range a.crews[onCallAgents] {
		delete(states, p.Number()) // he takes no callers
	}
	for _, c := range a.calls {
		if _, counts := states[c.Agent]; !counts {
			continue
		}
		switch {
		case !c.EndedAt.IsZero():
		case !c.AnsweredAt.IsZero():
			states[c.Agent] = cti.Talking
		default:
			states[c.Agent] = cti.Ringing
		}
	}
	return states
}

// Register renews every phone's registration, as phones do after a while.
func (a *Agents) Register(ctx context.Context) error {
	errC := make(chan error)
	n := 0
	for _, f := range a.fleets {
		for _, p := range f.Phones() {
			n++
			go func() { errC <- p.Register(ctx) }()
		}
	}
	var errs []error
	for range n {
		errs = append(errs, <-errC)
	}
	return errors.Join(errs...)
}

// Die ends all phones without a goodbye.
func (a *Agents) Die() {
	for _, f := range a.fleets {
		f.Die()
	}
	for _, p := range a.others {
		p.Die()
	}
	a.stop()
	a.wg.Wait()
}
