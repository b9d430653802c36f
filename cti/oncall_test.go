package cti

import (
	"strings"
	"testing"
	"time"

	"sansheng/cti/flow"
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
		{"too late", OnCall{Chain: []string{"1007"}, After: Span(10 * time.Hour)}, "queues[1].on_call.after: 10h0m0s is not allowed: 0s to 5m0s"},
		{"before", OnCall{Chain: []string{"1007"}, After: Span(-time.Second)}, "queues[1].on_call.after: -1s is not allowed"},
		{"good", OnCall{Chain: []string{"1007", "water", "13800138000"}, Key: "0", After: Span(5 * time.Minute), AckWithin: Span(5 * time.Second)}, ""},
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

// TestOnCallTakenOver: an engine that takes over while who is on call is being asked for the
// key ends what the engine before has him hear: who presses is joined to the caller at once.
func TestOnCallTakenOver(t *testing.T) {
	t.Parallel()
	var facts []Fact
	var vars map[string]string
	handle := func(h *Hotline, after time.Duration, in Input) Outcome {
		out := h.Handle(epoch.Add(after), in)
		facts = append(facts, out.Facts...)
		return out
	}
	p := DemoPlan(0)
	p.Queues[1].OnCall = &OnCall{Chain: []string{"1008"}}
	p.Queues[1].Members = []AgentID{"1007"}
	before := NewHotline("e1", p)
	handle(before, 0, pbx.LinkUp{At: pbx.At(epoch), Snapshot: pbx.Snapshot{
		At: epoch, StartedAt: epoch, Endpoints: []pbx.Endpoint{{ID: "PJSIP/1008", Reachable: true}},
	}})
	handle(before, 0, SetState{Agent: "1008", State: Paused, Reason: "asked"})
	caller := pbx.Channel{ID: "c1", State: pbx.ChannelRing, InApp: true, CreatedAt: epoch, Args: []string{"inbound", "800119", "c1"}}
	handle(before, 0, pbx.ChannelEntered{At: pbx.At(epoch), Channel: caller})
	for _, c := range handle(before, time.Second, pbx.ChannelAnswered{At: pbx.At(epoch.Add(time.Second)), Channel: "c1-agent1"}).Commands {
		if c, ok := c.(pbx.SetVars); ok && c.Channel == "c1-agent1" {
			vars = c.Report
		}
	}
	after := NewHotline("e2", p)
	for _, f := range facts {
		after.Apply(f)
	}
	caller.State = pbx.ChannelUp
	at := epoch.Add(2 * time.Second)
	out := after.Handle(at, pbx.LinkUp{At: pbx.At(at), Snapshot: pbx.Snapshot{
		At: at, StartedAt: epoch, Endpoints: []pbx.Endpoint{{ID: "PJSIP/1008", Reachable: true}},
		Channels: []pbx.Channel{caller, {ID: "c1-agent1", Name: "PJSIP/1008-1", State: pbx.ChannelUp, InApp: true, CreatedAt: epoch, Vars: vars}},
	}})
	playing := map[pbx.ChannelID]pbx.PlaybackID{"c1-agent1": pbx.PlaybackID(vars[asksBy]), "c1": "c1-hold"}
	asked := false
	for _, c := range out.Commands {
		switch c := c.(type) {
		case pbx.StopPlay:
			if playing[c.Channel] == c.Playback {
				delete(playing, c.Channel)
			}
		case pbx.Play:
			asked = asked || c.Channel == "c1-agent1"
			if on := playing[c.Channel]; on != "" {
				t.Errorf("%s is played to %s behind %s", c.Playback, c.Channel, on)
			}
		}
	}
	if !asked || vars[asksBy] == "" || len(playing) > 0 {
		t.Errorf("asked again: %t; variables %v; still playing: %v", asked, vars, playing)
	}
}

// TestOnCallPastUsedPhone: who is ready while his phone is in a call that is not the hotline's
// does not keep the chain from being called for as long as that lasts.
func TestOnCallPastUsedPhone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(p *Plan, _ *Queue) {
		p.Queues[1].OnCall = &OnCall{Chain: []string{"1004"}}
	})
	d.register("1004", "1009")
	d.do(SetState{Agent: "1004", State: Paused, Reason: "at home"})
	d.do(SetState{Agent: "1009", State: Paused, Reason: "asked"})
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: "x1", Endpoint: "PJSIP/1009"})
	d.do(SetState{Agent: "1009", State: Ready})
	if a := d.h.agents["1009"]; a.State != Talking || a.Reason != ReasonElsewhere {
		t.Errorf("he is %s, %s", a.State, a.Reason)
	}
	got := d.arrive("c1", "800119", "0210001")
	for range int(dutyWait/time.Second) + 1 {
		if got == "" {
			got = asked(d.do(Tick{}))
		}
	}
	if got != "1004" {
		t.Errorf("%q is rung", got)
	}
	d.do(pbx.ChannelGone{At: pbx.At(d.now), Channel: "x1", Cause: pbx.CauseNormal})
	if a := d.h.agents["1009"]; a.State == Talking {
		t.Errorf("when it is over he is %s, %s", a.State, a.Reason)
	}
}

// TestOnCallAskedInOwnLanguage: who is on call is asked for the key in his company's language,
// whatever language the caller has chosen.
func TestOnCallAskedInOwnLanguage(t *testing.T) {
	t.Parallel()
	r := rideOn(t, "13800138000", menuNode("1", "english", "no_input", "english"),
		flow.Node{ID: "english", Kind: flow.Language, Language: "en", Exits: exits("next", "gas")},
		flow.Node{ID: "gas", Kind: flow.Emergency, To: "800119"})
	r.handle(r.at, SetState{Agent: "1001", State: LoggedOff})
	r.handle(r.at, pbx.EndpointChanged{At: pbx.At(r.at), Endpoint: "PJSIP/1007", Reachable: true})
	r.handle(r.at, SetState{Agent: "1007", State: Paused, Reason: "at home"})
	r.press("1")
	for range 20 {
		if c := r.h.calls["c1"]; c.Offer != nil {
			r.handle(r.at, pbx.ChannelAnswered{At: pbx.At(r.at), Channel: c.Offer.Channel})
			break
		}
		r.handle(r.at.Add(time.Second), Tick{})
	}
	last := r.said[len(r.said)-1]
	if last.Channel == "c1" || last.Language != "zh_own_demo" {
		t.Errorf("%s is asked in %q: %v", last.Channel, last.Language, last.Media)
	}
	if first := r.said[1]; first.Channel != "c1" || first.Language != "en_own_demo2" {
		t.Errorf("the caller hears %v in %q", first.Media, first.Language)
	}
}
