package drill

import (
	"context"
	"fmt"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/flow"
	"sansheng/cti/hours"
	"sansheng/pbx/sip/phone"
)

var _ = register(&Row{
	Name:    "flow-killed",
	Fault:   "kill -9 of the service while callers are in a flow by night: one hears the menu, one has chosen a person, whose phone rings, one leaves a message; a new start",
	Promise: "who hears the menu hears it again, and his key brings him to the emergency line; who chose is with the person; the message goes on and is on record",
	Bounds:  Bounds{Gap: killedGap},
	Setup:   func(cfg *config.Config) { nightPlan(cfg.Hotline) },
	Scale:   func(Size) Size { return Small }, // the flow is what is looked at
	Run: func(ctx context.Context, t *Trial) error {
		n, err := t.byNight(ctx)
		if err != nil {
			return err
		}
		if err := t.killed(ctx); err != nil {
			return err
		}
		return n.goOn(ctx, t)
	},
})

// nightLine is closed at all times.
const nightLine = "800106"

// nightPlan adds that line to a hotline.
func nightPlan(p *cti.Plan) {
	p.Calendars = []hours.Calendar{{ID: "never", Zone: "Asia/Shanghai"}}
	p.Flows = []flow.Flow{{ID: "night", Company: "drill", Person: "desk", Start: "hours", Nodes: []flow.Node{
		{ID: "hours", Kind: flow.Hours, Calendar: "never", Exits: map[flow.Exit]string{flow.Open: "people", flow.Closed: "closed"}},
		{ID: "closed", Kind: flow.Menu, Wait: 10, Tries: 5, Say: []string{"closed", "press-emergency"},
			Exits: map[flow.Exit]string{"1": "gas", "2": "people", "3": "message", flow.NoInput: "message"}},
		{ID: "gas", Kind: flow.Emergency, To: gasLine},
		{ID: "people", Kind: flow.Queue, To: "desk"},
		{ID: "message", Kind: flow.Voicemail},
	}}}
	p.Lines = append(p.Lines, cti.Line{DID: nightLine, Company: "drill", Mode: cti.Greeted, Queue: "desk", Greeting: "greeting-drill", Flow: "night"})
}

// night are callers in a flow, each named by how far he has come.
type night struct{ hears, chose, speaks *Caller }

// byNight brings callers there.
func (t *Trial) byNight(ctx context.Context) (*night, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	t.Agents.Policy(deskAgents, phone.AnswerAfter(slowly))
	callers, err := t.place(ctx, nightLine, 3, 3)
	if err != nil {
		return nil, err
	}
	n := &night{callers[0], callers[1], callers[2]}
	if err := t.until(ctx, callers, "hear the menu", func(c *Caller) bool { return t.Facts.Count(c.From, cti.CallStepped) == 2 && c.call.Heard().Audible() }); err != nil {
		return nil, err
	}
	for c, key := range map[*Caller]string{n.chose: "2", n.speaks: "3"} {
		if err := c.call.Press(ctx, key, phone.RFC4733); err != nil {
			return nil, err
		}
	}
	if err := t.until(ctx, []*Caller{n.chose}, "ring at a person", t.ringsFor); err != nil {
		return nil, err
	}
	return n, t.until(ctx, []*Caller{n.speaks}, "leave a message", func(c *Caller) bool { return t.Facts.Count(c.From, cti.CallMailStepped) > 1 })
}

// goOn wants each to come to where he was going.
func (n *night) goOn(ctx context.Context, t *Trial) error {
	ctx, cancel := context.WithTimeout(ctx, slowly+45*time.Second)
	defer cancel()
	began := time.Now()
	if err := n.hears.call.Press(ctx, "1", phone.RFC4733); err != nil {
		return err
	}
	err := t.until(ctx, []*Caller{n.hears}, "come to the emergency line", t.hearsHim)
	t.AtMost("who heard the menu and presses 1 speaks with the emergency line after", time.Since(began), 5*time.Second, text(err)...)
	err = t.until(ctx, []*Caller{n.chose}, "come to a person", t.hearsHim)
	t.AtMost("who chose a person speaks with him after", time.Since(began), slowly+3*time.Second, text(err)...)
	t.Must("who leaves a message is not disturbed", n.speaks.Up(), n.speaks.Story())
	for _, c := range []*Caller{n.hears, n.chose} {
		t.AtMost("longest silence of such a caller", c.Silence(), t.Row.Bounds.Silence, c.From+" "+c.Story())
	}
	if err := Hangup(ctx, []*Caller{n.hears, n.chose, n.speaks}); err != nil {
		return err
	}
	t.Agents.Policy(deskAgents, phone.AnswerAfter(200*time.Millisecond))
	err = poll(ctx, 200*time.Millisecond, func() (bool, error) {
		records, err := t.records(ctx)
		if err != nil || len(records[n.speaks.From]) != 1 {
			return false, err
		}
		r := records[n.speaks.From][0]
		return r.EndedAt != nil && len(r.Recordings) == 2, nil
	})
	t.Must("the message is on record", err == nil, fmt.Sprint(err))
	t.Healed() // what was ordered since was no fault
	return nil
}
