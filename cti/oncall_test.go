package cti

import (
	"strings"
	"testing"
	"time"

	"sansheng/pbx"
)

// TestOnCallCheck: what is wrong with a chain is named with its place and what is allowed.
func TestOnCallCheck(t *testing.T) {
	for _, c := range []struct {
		name string
		rule OnCall
		want string
	}{
		{"unknown agent", OnCall{Chain: []string{"1007", "2009"}}, `queues[1].on_call.chain[1]: "2009" is not allowed: an agent, a contact of company demo, or a number outside`},
		{"number not allowed", OnCall{Chain: []string{"0044123456"}}, `queues[1].on_call.chain[0]: "0044123456" is not allowed`},
		{"no number", OnCall{Chain: []string{"1007&1008"}}, `queues[1].on_call.chain[0]: "1007&1008" is not allowed`},
		{"twice", OnCall{Chain: []string{"1007", "1007"}}, `queues[1].on_call.chain[1]: "1007" is there twice`},
		{"nobody", OnCall{}, "queues[1].on_call.chain: 0 are called; allowed: 1 to 20"},
		{"key", OnCall{Chain: []string{"1007"}, Key: "*"}, `queues[1].on_call.key: "*" is not allowed: a digit, 0 to 9`},
		{"keys", OnCall{Chain: []string{"1007"}, Key: "12"}, `queues[1].on_call.key: "12" is not allowed`},
		{"too short", OnCall{Chain: []string{"1007"}, AckWithin: Span(time.Second)}, "queues[1].on_call.ack_within: 1s is not allowed: 5s to 2m0s"},
		{"good", OnCall{Chain: []string{"1007", "water", "13800138000"}, Key: "0", AckWithin: Span(5 * time.Second)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := DemoPlan(0)
			p.Contacts = []Contact{{ID: "water", Company: "demo", Number: "02188880000"}}
			p.Companies[0].Outside = []DialRule{{Role: DialLeader, Prefixes: []string{"13"}}}
			p.Queues[1].OnCall = &c.rule
			err := p.Check()
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v; want %s", err, c.want)
			}
		})
	}
	p := DemoPlan(0)
	p.Queues[0].OnCall = &OnCall{Chain: []string{"1007"}}
	if err := p.Check(); err == nil || !strings.Contains(err.Error(), "queues[0].on_call: no emergency line leads to queue service") {
		t.Errorf("%v", err)
	}
}

// TestOnCallForEmergencies: an ordinary caller of the same queue wakes nobody.
func TestOnCallForEmergencies(t *testing.T) {
	p := DemoPlan(0)
	p.Lines[0].Queue = "emergency"
	h := NewHotline("e1", p)
	h.Handle(epoch, pbx.LinkUp{At: pbx.At(epoch)})
	h.Handle(epoch, pbx.ChannelEntered{At: pbx.At(epoch), Channel: pbx.Channel{
		ID: "c1", State: pbx.ChannelRing, InApp: true, CreatedAt: epoch, Args: []string{"inbound", "800100", "c1"},
	}})
	for s := range 60 {
		for _, f := range h.Handle(epoch.Add(time.Duration(s)*time.Second), Tick{}).Facts {
			if f.Kind == OnCallBegan {
				t.Fatalf("those on call are called for him: %+v", f)
			}
		}
	}
}
