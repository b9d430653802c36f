package drill

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/pbx/sip/phone"
)

var _ = register(&Row{
	Name: "on-call-killed", Guards: []Guard{{Off: "reconcile", Breaks: "somebody of the chain has him"}},
	Fault:   "kill -9 of the service while those on call are called for an emergency caller: the second's phone rings, and is picked up while nobody leads; and again while the third is asked for the key; a new start each time",
	Promise: "he is never in silence, the third has him by the key ≤ 20 s after he dialled, and each step is one fact",
	Bounds:  Bounds{Gap: killedGap},
	Setup:   func(cfg *config.Config) { chainPlan(cfg.Hotline) },
	Scale:   func(Size) Size { return Small }, // the chain is what is looked at
	Run: func(ctx context.Context, t *Trial) error {
		ctx, cancel := context.WithTimeout(ctx, chainMost+t.patience+20*time.Second)
		defer cancel()
		t.Agents.Phone(desk(0)).SetPolicy(phone.Busy())
		t.Agents.Phone(desk(1)).SetPolicy(phone.AnswerAfter(secondRings)) // a voicemail box: it presses nothing
		c, err := t.Callers.Call(ctx, chainLine)
		if err != nil {
			return err
		}
		err = t.chain(ctx, c)
		t.AtMost("somebody of the chain has him by the key after", time.Since(c.placedAt), chainMost, append(text(err), t.Facts.Story(c.From))...)
		t.AtMost("the longest silence he heard", c.Silence(), t.Row.Bounds.Silence, c.From+" "+c.Story())
		got := steps(t.Facts.Of(c.From))
		t.Must("each step of the chain is one fact, in its order", slices.Equal(got, chainSteps()), strings.Join(got, "; "))
		if err := Hangup(ctx, []*Caller{c}); err != nil {
			return err
		}
		t.Healed() // what was pressed since was no fault
		return nil
	},
})

// chainLine is an emergency line by night: who serves it has no phone, and three of the
// desks are on call.
const (
	chainLine    = "800121"
	absentAgents = 21001
)

// ackWithin is how long who has picked up has for the key, and secondRings how long the
// second's phone rings: for as long as the service needs to be dead, and less than its
// sentinel waits.
const (
	ackWithin   = 5 * time.Second
	secondRings = 700 * time.Millisecond
)

// chainMost is how long it may take until the third has him: the second's phone rings and he
// has his time for the key, after a new start; another one, in the middle of what the third
// is told; and 4 s for what is dialled, said and pressed.
const chainMost = secondRings + ackWithin + 2*restartMost + 4*time.Second

// chainPlan adds that line to a hotline.
func chainPlan(p *cti.Plan) {
	absent := numbers(absentAgents, 1)
	p.Agents = append(p.Agents, cti.Agent{ID: absent[0], Company: "drill", Name: "absent"})
	p.Lines = append(p.Lines, cti.Line{DID: chainLine, Company: "drill", Mode: cti.Direct, Queue: "night", Emergency: true})
	p.Queues = append(p.Queues, cti.Queue{
		ID: "night", Company: "drill", Members: absent, Priority: 100,
		OnCall: &cti.OnCall{Chain: []string{desk(0), desk(1), desk(2)}, AckWithin: cti.Span(ackWithin)},
	})
}

// chain goes through the chain with a caller: it returns when the third has him.
func (t *Trial) chain(ctx context.Context, c *Caller) error {
	ctx, cancel := context.WithTimeout(ctx, chainMost+t.patience)
	defer cancel()
	err := t.until(ctx, []*Caller{c}, "ring at the second of the chain", func(c *Caller) bool { return t.has(c, cti.CallAlerted, desk(1)) })
	if err != nil {
		return err
	}
	if err := t.Kill(); err != nil {
		return err
	}
	err = t.until(ctx, []*Caller{c}, "be picked up for by the second", func(c *Caller) bool { return t.picks(c, desk(1)) != nil })
	if err != nil {
		return err
	}
	if err := t.restart(ctx); err != nil {
		return err
	}
	err = t.until(ctx, []*Caller{c}, "be picked up for by the third, who is asked for the key", func(c *Caller) bool {
		on := t.picks(c, desk(2))
		return on != nil && on.Heard().Audible() && t.has(c, cti.OfferPickedUp, desk(2))
	})
	if err != nil {
		return err
	}
	if err := t.Kill(); err != nil {
		return err
	}
	if err := t.restart(ctx); err != nil {
		return err
	}
	return t.takes(ctx, c)
}

// takes has the third press the key when he is told of it again, and waits until he has the
// caller.
func (t *Trial) takes(ctx context.Context, c *Caller) error {
	on := t.picks(c, desk(2))
	if on == nil {
		return fmt.Errorf("the third's phone has lost the call: %s", t.Facts.Story(c.From))
	}
	told := on.Heard().Other
	err := poll(ctx, 20*time.Millisecond, func() (bool, error) { return on.Heard().Other > told, nil })
	if err != nil {
		return fmt.Errorf("the third is told nothing more: %w", err)
	}
	if err := on.Press(ctx, "1", phone.RFC4733); err != nil {
		return err
	}
	return t.until(ctx, []*Caller{c}, "speak with who has pressed the key", func(c *Caller) bool {
		return on.Heard().Hears(float64(c.hz)) && c.call.Heard().Hears(deskHz) && t.has(c, cti.CallAnswered, desk(2))
	})
}

// picks is the call of an agent's phone that he has answered for a caller, and that goes on;
// nil where there is none.
func (t *Trial) picks(c *Caller, agent string) *phone.Call {
	for _, a := range t.Agents.Calls() {
		if a.Caller == c.From && a.Agent == agent && !a.AnsweredAt.IsZero() && a.EndedAt.IsZero() {
			return a.call
		}
	}
	return nil
}

// has tells whether a kind of fact was told about a caller and an agent.
func (t *Trial) has(c *Caller, k cti.Kind, agent string) bool {
	return slices.ContainsFunc(t.Facts.Of(c.From), func(f cti.Fact) bool { return f.Kind == k && string(f.Agent) == agent })
}

// steps are what of a call's facts is the chain's, in a line each.
func steps(facts []cti.Fact) []string {
	var all []string
	for _, f := range facts {
		switch f.Kind {
		case cti.OnCallBegan, cti.CallOffered, cti.OfferPickedUp, cti.CallOfferEnded, cti.CallAnswered, cti.CallFellBack:
			all = append(all, step(f.Kind, string(f.Agent), f.Data))
		}
	}
	return all
}

func step(k cti.Kind, agent string, data cti.Data) string {
	s := strings.TrimSpace(string(k) + " " + agent)
	if d, ok := data.(*cti.OfferEnded); ok {
		s += " " + string(d.Result)
	}
	return s
}

// chainSteps are the steps as they must be: no phone rings twice, and nobody is asked again
// who was.
func chainSteps() []string {
	ended := func(r cti.OfferResult) cti.Data { return &cti.OfferEnded{Result: r} }
	return []string{
		step(cti.OnCallBegan, "", nil),
		step(cti.CallOffered, desk(0), nil), step(cti.CallOfferEnded, desk(0), ended(cti.OfferBusy)),
		step(cti.CallOffered, desk(1), nil), step(cti.OfferPickedUp, desk(1), nil), step(cti.CallOfferEnded, desk(1), ended(cti.OfferUnacknowledged)),
		step(cti.CallOffered, desk(2), nil), step(cti.OfferPickedUp, desk(2), nil), step(cti.CallOfferEnded, desk(2), ended(cti.OfferAnswered)),
		step(cti.CallAnswered, desk(2), nil),
	}
}
