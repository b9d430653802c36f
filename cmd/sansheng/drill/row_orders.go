package drill

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"sansheng/cti"
	"sansheng/pbx/sip/phone"
)

var _ = register(&Row{
	Name:    "orders-killed",
	Fault:   "kill -9 of the service while one caller is on hold, one is to be passed on (the phone rings, or the agents talk), one was passed on and rings, one is listened to; a new start",
	Promise: "each is as he was, and the next order does what it says: hold ends, taken back, completed, answered, left; one record each",
	Run: func(ctx context.Context, t *Trial) error {
		o, err := t.ordered(ctx)
		if err != nil {
			return err
		}
		if err := t.killed(ctx); err != nil {
			return err
		}
		return o.goOn(ctx, t)
	},
})

var _ = register(&Row{
	Name:    "orders-frozen",
	Fault:   "SIGSTOP of the service for 12 s in the same states, then SIGCONT",
	Promise: "each of the callers is with a person ≤ 15 s after, and was in no silence; one record each",
	Run: func(ctx context.Context, t *Trial) error {
		o, err := t.ordered(ctx)
		if err != nil {
			return err
		}
		t.Began()
		if err := frozen(ctx, t, 12*time.Second); err != nil {
			return err
		}
		return o.comeTo(ctx, t)
	},
})

// orders are talks in which something was ordered: one caller is on hold, for one the
// receiver's phone rings, for one the agents consult, one was passed on unannounced and
// rings, one is listened to.
type orders struct{ held, asked, consulted, blind, heard *Caller }

func (o *orders) all() []*Caller { return []*Caller{o.held, o.asked, o.consulted, o.blind, o.heard} }

// desk is the number of one of those to whom calls are passed on.
func desk(n int) string { return strconv.Itoa(deskAgents + n) }

// slowly is how long those phones ring that the fault is to find ringing; after three
// rings the hotline would give up.
const slowly = 10 * time.Second

// ordered brings talks into those states.
func (t *Trial) ordered(ctx context.Context) (*orders, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	with := t.tonedTalks()
	if len(with) < 5 {
		return nil, fmt.Errorf("%d talks with tones are too few", len(with))
	}
	o := &orders{with[0], with[1], with[2], with[3], with[4]}
	t.passed = map[string]bool{}
	for _, c := range o.all() {
		t.left, t.passed[c.From] = append(t.left, c), true
		c.spoke = true
	}
	for _, n := range []int{1, 3} {
		t.Agents.Phone(desk(n)).SetPolicy(phone.AnswerAfter(slowly))
	}
	for _, one := range []struct {
		caller *Caller
		order  cti.Order
		told   cti.Kind
	}{
		{o.held, cti.Order{Verb: cti.OrderHold}, cti.CallHeld},
		{o.asked, cti.Order{Verb: cti.OrderTransfer, To: desk(1), Reason: "drill", Consent: true}, cti.CallAlerted},
		{o.consulted, cti.Order{Verb: cti.OrderTransfer, To: desk(2), Reason: "drill", Consent: true}, cti.CallConsulted},
		{o.blind, cti.Order{Verb: cti.OrderBlind, To: desk(3), Reason: "drill", Consent: true}, cti.CallAlerted},
		{o.heard, cti.Order{Verb: cti.OrderListen}, cti.SupervisionBegan},
	} {
		a, _ := t.Agents.With(one.caller.From)
		by := a.Agent
		if one.order.Verb == cti.OrderListen {
			by, one.order.To = desk(4), a.Agent
		}
		if err := t.orderingBy(ctx, by, one.caller, one.order, one.told); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// tonedTalks are the talks in which both sides send tones.
func (t *Trial) tonedTalks() []*Caller {
	var with []*Caller
	for _, c := range t.talking {
		if a, ok := t.Agents.With(c.From); c.Toned && ok && t.Agents.toned(a.Agent) {
			with = append(with, c)
		}
	}
	return with
}

// ordering gives an agent's order about his caller and returns when it is told of.
func (t *Trial) ordering(ctx context.Context, c *Caller, o cti.Order, told cti.Kind) error {
	a, ok := t.Agents.With(c.From)
	if !ok {
		return fmt.Errorf("caller %s talks with nobody", c.From)
	}
	return t.orderingBy(ctx, a.Agent, c, o, told)
}

// orderingBy is ordering for one who has no part in the talk yet.
func (t *Trial) orderingBy(ctx context.Context, by string, c *Caller, o cti.Order, told cti.Kind) error {
	before := t.Facts.Count(c.From, told)
	if err := t.Order(ctx, by, o); err != nil {
		return err
	}
	return t.until(ctx, []*Caller{c}, "have "+string(told), func(c *Caller) bool { return t.Facts.Count(c.From, told) > before })
}

// goOn gives the next order to each and wants it carried out.
func (o *orders) goOn(ctx context.Context, t *Trial) error {
	ctx, cancel := context.WithTimeout(ctx, slowly+30*time.Second)
	defer cancel()
	for _, one := range []struct {
		what   string
		caller *Caller
		verb   cti.Verb
		hz     float64
		most   time.Duration
	}{
		{"the caller on hold speaks with his agent", o.held, cti.OrderUnhold, agentHz, 3 * time.Second},
		{"the caller who is taken back speaks with his agent", o.asked, cti.OrderTakeBack, agentHz, 3 * time.Second},
		{"the caller who is passed on speaks with the receiver", o.consulted, cti.OrderComplete, deskHz, 3 * time.Second},
		{"the caller who was passed on speaks with the receiver", o.blind, "", deskHz, slowly + 3*time.Second},
		{"the caller who is listened to speaks with his agent", o.heard, "", agentHz, 3 * time.Second},
	} {
		began := time.Now()
		if one.verb != "" {
			a, ok := t.Agents.First(one.caller.From)
			if !ok {
				return fmt.Errorf("caller %s has lost his agent: %s", one.caller.From, one.caller.Story())
			}
			if err := t.Order(ctx, a.Agent, cti.Order{Verb: one.verb}); err != nil {
				t.Must(one.what, false, err.Error())
				continue
			}
		}
		err := t.until(ctx, []*Caller{one.caller}, "do", func(c *Caller) bool { return c.call.Heard().Hears(one.hz) && t.hearsHim(c) })
		t.AtMost(one.what+" after", time.Since(began), one.most, text(err)...)
	}
	err := t.Order(ctx, desk(4), cti.Order{Verb: cti.OrderHangUp})
	t.Must("who listened can leave", err == nil, text(err)...)
	return o.part(ctx, t)
}

// comeTo wants each caller to be with a person, whoever it is.
func (o *orders) comeTo(ctx context.Context, t *Trial) error {
	limit, cancel := context.WithTimeout(ctx, slowly+t.patience)
	defer cancel()
	err := t.until(limit, o.all(), "speak with a person", t.hearsHim)
	t.AtMost("every caller speaks with a person after", time.Since(t.healed), 15*time.Second, text(err)...)
	for _, c := range o.all() {
		t.AtMost("longest silence of such a caller", c.Silence(), t.Row.Bounds.Silence, c.From+" "+c.Story())
	}
	if _, busy := t.Agents.With(o.heard.From); busy {
		_ = t.Order(limit, desk(4), cti.Order{Verb: cti.OrderHangUp}) // he may be gone
	}
	return o.part(ctx, t)
}

// part ends the talks.
func (o *orders) part(ctx context.Context, t *Trial) error {
	t.None("such callers who were thrown out", t.unserved(slices.DeleteFunc(o.all(), (*Caller).Up)))
	t.Agents.Policy(deskAgents, phone.AnswerAfter(200*time.Millisecond))
	err := Hangup(ctx, o.all())
	t.Healed() // what was ordered since was no fault
	return err
}

// hearsHim tells whether a phone that has answered this caller hears him.
func (st *Stage) hearsHim(c *Caller) bool {
	return slices.ContainsFunc(st.Agents.Calls(), func(a AgentCall) bool {
		return a.Caller == c.From && !a.AnsweredAt.IsZero() && a.EndedAt.IsZero() && a.call.Heard().Hears(float64(c.hz))
	})
}
