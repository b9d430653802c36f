package cti

import (
	"errors"
	"slices"
	"testing"
	"time"

	"sansheng/pbx"
)

// Each of these tests is a defect that was found by reading; its comment says what
// happened then.

// pausedDesk is one whose 1001 has just paused the recording of his talk c1.
func pausedDesk(t *testing.T) (*desk, Outcome) {
	t.Helper()
	d := newDesk(t, func(_ *Plan, _ *Queue) {})
	d.register("1001")
	d.arrive("c1", "800100", "1")
	d.talk("c1", 1)
	return d, d.must(Order{Agent: "1001", Verb: OrderPauseRecording})
}

// back brings a caller back from a visit to the dialplan.
func (d *desk) back(call string) Outcome {
	return d.do(pbx.ChannelEntered{At: pbx.At(d.now), Channel: pbx.Channel{
		ID: pbx.ChannelID(call), State: pbx.ChannelUp, InApp: true, Args: []string{"inbound", "800100", call},
	}})
}

// Who came back from his visit to the dialplan as nobody the hotline knew was hung up by an
// engine without the facts of his call: from his talk, and while he waited.
func TestReturnedUnknown(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{Outbound, "c1"}, {"inbound", "800100", "c1"}} {
		h := linked("")
		at := epoch.Add(time.Second)
		c1 := pbx.Channel{ID: "c1", State: pbx.ChannelUp, CreatedAt: epoch, InApp: true, Args: args, Vars: map[string]string{"call": "c1", "role": "caller"}}
		out := h.Handle(at, pbx.LinkUp{At: pbx.At(at), Snapshot: pbx.Snapshot{At: at, StartedAt: epoch, Channels: []pbx.Channel{c1}}})
		kept := h.calls["c1"] != nil
		for _, c := range commandsOf[pbx.Continue](out) { // the switch serves him
			kept = kept || c == pbx.Continue{Channel: "c1", Context: "recording", Extension: "T"}
		}
		if hungUp(out.Commands, "c1") || !kept {
			t.Errorf("back as %v he is not taken care of: %v", args, out.Commands)
		}
	}
}

// A caller is back from his pause before the switch's word that he has left is old: he is
// joined with his agent at once.
func TestPauseComesBack(t *testing.T) {
	t.Parallel()
	d, _ := pausedDesk(t)
	d.do(pbx.BridgeLeft{At: pbx.At(d.now), Bridge: "c1-talk1", Channel: "c1"})
	d.do(pbx.ChannelLeft{At: pbx.At(d.now), Channel: "c1"})
	if joins := commandsOf[pbx.Join](d.back("c1")); len(joins) != 1 {
		t.Fatalf("joined: %v", joins)
	}
	d.bridged("c1-talk1", "c1", "c1-agent1")
	d.must(Order{Agent: "1001", Verb: OrderResumeRecording})
}

// A visit to the dialplan that the switch refused was never made: the recording went on,
// paused on record, and could be neither paused nor resumed any more.
func TestPauseRefusedBySwitch(t *testing.T) {
	d, out := pausedDesk(t)
	visits := commandsOf[pbx.Continue](out)
	d.do(pbx.CommandFailed{At: pbx.At(d.now), Command: visits[0], Err: errors.New("500")})
	if again := commandsOf[pbx.Continue](d.do(Tick{})); len(again) != 1 || again[0] != visits[0] {
		t.Errorf("not tried again: %v", again)
	}
	d.back("c1")
	d.bridged("c1-talk1", "c1", "c1-agent1")
	d.must(Order{Agent: "1001", Verb: OrderResumeRecording})
}

// An engine that took over in that moment hung up his agent, and him when he was back.
func TestPauseUnderWayAtTakeover(t *testing.T) {
	t.Parallel()
	d, _ := pausedDesk(t)
	d.restart()
	out := d.relinked(false, false)
	if len(commandsOf[pbx.Hangup](out)) > 0 {
		t.Errorf("hung up: %v", commandsOf[pbx.Hangup](out))
	}
	out = d.back("c1")
	if c := d.h.calls["c1"]; len(commandsOf[pbx.Join](out)) != 1 || len(commandsOf[pbx.Hangup](out)) > 0 || c.State != CallTalking || c.Agent != "1001" {
		t.Errorf("he is not brought back to his agent: %v", out.Commands)
	}
}

// Who is back from a visit and is taken for one of the fallback's waits for an agent again.
func TestReturnedFromFallback(t *testing.T) {
	t.Parallel()
	d, _ := pausedDesk(t)
	c := d.h.calls["c1"]
	c.Returns = false // by an engine that does not know of it
	d.do(pbx.ChannelLeft{At: pbx.At(d.now), Channel: "c1"})
	d.do(Tick{})
	if c.State != CallNative {
		t.Fatalf("he is %s", c.State)
	}
	out := d.do(pbx.ChannelEntered{At: pbx.At(d.now), Channel: pbx.Channel{ID: "c1", State: pbx.ChannelUp, InApp: true, Args: []string{Outbound, "c1"}}})
	if hungUp(out.Commands, "c1") || c.State != CallWaiting || len(commandsOf[pbx.StartMusic](out)) == 0 {
		t.Errorf("he is %s: %v", c.State, out.Commands)
	}
}

// Where an engine died in the moment in which it had joined the next agent with a caller whose
// recording was paused, the next one left that talk unrecorded.
func TestPausePassedOnAtTakeover(t *testing.T) {
	t.Parallel()
	_, facts, _ := enact(t, talk+`> 10s order 1001 pause_recording
> 10.1s enters c1 inbound,800100,c1
> 10.2s bridged c1-talk1 c1
> 10.2s bridged c1-talk1 c1-agent1
> 20s order 1001 transfer 1002
> 20.1s alerting c1-agent2
> 22s answered c1-agent2
> 22.05s bridged c1-consult2 c1-agent1
> 22.06s bridged c1-consult2 c1-agent2
> 23s order 1001 complete
`)
	h, _, out := takenOver(t, facts, "24s up c1:Up:app:inbound,800100 c1-agent2 c1-talk2=c1+c1-agent2 PJSIP/1001:on PJSIP/1002:on")
	c := h.calls["c1"]
	if visits := commandsOf[pbx.Continue](out); c.State != CallTalking || c.Agent != "1002" || c.Unrecorded || len(visits) != 1 || visits[0].Extension != "resume" {
		t.Errorf("he is %s of %s, his recording paused: %t, sent to %v", c.State, c.Agent, c.Unrecorded, visits)
	}
}

// relinked is the link again that was lost in a talk of c1 with 1001; c1 is with us, or on his
// visit to the dialplan, and joined with his agent, or not.
func (d *desk) relinked(inApp, joined bool) Outcome {
	d.do(pbx.LinkLost{At: pbx.At(d.now)})
	c1, first := pbx.Channel{ID: "c1", State: pbx.ChannelUp, InApp: true, Args: []string{"inbound", "800100", "c1"}, Context: "inbound", CreatedAt: epoch}, 0
	if !inApp {
		c1.InApp, c1.Args, c1.Context = false, nil, "recording"
	}
	if !joined {
		first = 1
	}
	at := d.now.Add(time.Second)
	return d.do(pbx.LinkUp{At: pbx.At(at), Snapshot: pbx.Snapshot{
		At: at, StartedAt: epoch,
		Endpoints: []pbx.Endpoint{{ID: "PJSIP/1001", Reachable: true}},
		Channels: []pbx.Channel{
			c1,
			{ID: "c1-agent1", State: pbx.ChannelUp, InApp: true, Args: []string{"offer", "c1", "1001"}, CreatedAt: epoch},
		},
		Bridges: []pbx.Bridge{{ID: "c1-talk1", Channels: []pbx.ChannelID{"c1", "c1-agent1"}[first:]}},
	}})
}

// A pause that was lost with the link was never made, though it was on record; it could be
// ordered no more, nor the recording resumed.
func TestPauseLostWithLink(t *testing.T) {
	d, _ := pausedDesk(t)
	if visits := commandsOf[pbx.Continue](d.relinked(true, true)); len(visits) != 1 || visits[0].Extension != "pause" {
		t.Fatalf("the pause is not ordered again: %v", visits)
	}
	d.back("c1")
	d.bridged("c1-talk1", "c1", "c1-agent1")
	d.must(Order{Agent: "1001", Verb: OrderResumeRecording})
	if visits := commandsOf[pbx.Continue](d.relinked(true, true)); len(visits) != 1 || visits[0].Extension != "resume" {
		t.Errorf("that it goes on is not ordered again: %v", visits)
	}
}

// A caller who was in the dialplan for his pause while the link came back was taken for one of
// the fallback's, and hung up when he was back.
func TestPauseUnderWayAtLink(t *testing.T) {
	d, _ := pausedDesk(t)
	d.relinked(false, false)
	out := d.back("c1")
	if gone := commandsOf[pbx.Hangup](out); len(gone) > 0 || len(commandsOf[pbx.Join](out)) != 1 {
		t.Errorf("he is not brought back to his agent: %v", out.Commands)
	}
}

// Of a number outside that answered while the link was lost the visit where his recording begins
// was forgotten as soon as it was ordered: he was joined at once, which took him out of it.
func TestReachedWithoutLink(t *testing.T) {
	d, c := dialledOut(t)
	d.do(pbx.LinkLost{At: pbx.At(d.now)})
	out := d.do(d.outAgain(c, pbx.ChannelUp))
	if visits := commandsOf[pbx.Continue](out); len(visits) != 1 || visits[0].Context != Outbound || len(commandsOf[pbx.Join](out)) > 0 || !c.Returns {
		t.Errorf("visits %v, joins %v, he returns: %t", visits, commandsOf[pbx.Join](out), c.Returns)
	}
}

// dialledOut is a desk whose 1001 has picked up for a number outside, and hears how it rings.
func dialledOut(t *testing.T) (*desk, *call) {
	t.Helper()
	d := newDesk(t, func(p *Plan, _ *Queue) {
		p.Companies[0].Outside = []DialRule{{Role: DialAgent, Prefixes: []string{"021"}}}
	})
	d.register("1001")
	c := d.h.calls[rung(d.must(Order{Agent: "1001", Verb: OrderDial, To: "0210001"}))]
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.agentChannel(1)})
	return d, c
}

// outAgain is the link again, with the number outside as it says, and its bridge as it has been
// from the moment in which it was dialled.
func (d *desk) outAgain(c *call, state pbx.ChannelState, args ...string) pbx.LinkUp {
	if args == nil {
		args = []string{"called", string(c.ID), "1001"}
	}
	at := d.now.Add(time.Second)
	return pbx.LinkUp{At: pbx.At(at), Snapshot: pbx.Snapshot{
		At: at, StartedAt: epoch,
		Endpoints: []pbx.Endpoint{{ID: "PJSIP/1001", Reachable: true}},
		Channels: []pbx.Channel{
			{ID: c.Channel, State: state, InApp: true, CreatedAt: epoch, Args: args,
				Vars: map[string]string{"call": string(c.ID), "role": "caller", "number": "0210001", "did": c.DID}},
			{ID: c.agentChannel(1), State: pbx.ChannelUp, InApp: true, CreatedAt: epoch, Args: []string{"offer", string(c.ID), "1001"}},
		},
		Bridges: []pbx.Bridge{{ID: c.bridgeID(), Channels: []pbx.ChannelID{c.Channel, c.agentChannel(1)}}},
	}}
}

// A number outside whose channel was made, and that nobody had dialled when its engine died, was
// never given up: its agent was in silence until he hung up.
func TestMadeNotDialled(t *testing.T) {
	t.Parallel()
	for name, known := range map[string]bool{"dialled on record": true, "that fact is lost": false} {
		d, c := dialledOut(t)
		d.restart()
		if !known {
			seq := d.h.Seq()
			d.h = NewHotline("e1", d.plan)
			for _, f := range d.all[:slices.IndexFunc(d.all, func(f Fact) bool { return f.Call == c.ID && f.Kind == CallOfferEnded })] {
				d.h.Apply(f)
			}
			d.h.Resume(seq)
		}
		up := d.outAgain(c, pbx.ChannelDown)
		up.Snapshot.Bridges = nil
		d.do(up)
		c = d.h.calls[c.ID]
		ended := c.DialledAt.Add(c.dialLimit())
		for d.now.Before(ended) {
			if hungUp(d.do(Tick{}).Commands, c.Channel) {
				t.Fatalf("%s: given up at %v, while the switch may let it ring", name, d.now.Sub(c.DialledAt))
			}
		}
		var over bool
		for range 5 {
			if hungUp(d.do(Tick{}).Commands, c.Channel) {
				over = true
			}
		}
		if !over {
			t.Fatalf("%s: it is not given up", name)
		}
		d.gone(string(c.Channel), pbx.CauseTemporaryFailure)
		d.gone(string(c.agentChannel(1)), pbx.CauseNormal)
		failed := func(f Fact) bool { e, ok := f.Data.(*Ended); return ok && e.Dial == DialFailed }
		if !slices.ContainsFunc(d.last, failed) {
			t.Errorf("%s: ended with %v", name, d.last)
		}
	}
}

// A number outside that answered while another engine took over was never recorded; nor was one
// whose engine died, or lost the link, before its order to record it was carried out.
func TestReachedUnrecorded(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(d *desk, c *call){
		"answers unseen": func(d *desk, _ *call) { d.restart() },
		"order lost with its engine": func(d *desk, c *call) {
			d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.Channel})
			d.restart()
		},
		"order lost with the link": func(d *desk, c *call) {
			d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.Channel})
			d.do(pbx.LinkLost{At: pbx.At(d.now)})
		},
		"no fact of the call": func(d *desk, _ *call) { d.h = NewHotline("e2", d.plan) },
	} {
		d, c := dialledOut(t)
		lose(d, c)
		visits := commandsOf[pbx.Continue](d.do(d.outAgain(c, pbx.ChannelUp)))
		if len(visits) != 1 || visits[0].Context != Outbound || !d.h.calls[c.ID].Returns {
			t.Errorf("%s: sent to %v", name, visits)
		}
		d.do(pbx.ChannelEntered{At: pbx.At(d.now), Channel: pbx.Channel{ID: c.Channel, Args: []string{Outbound, string(c.ID)}}})
		if again := commandsOf[pbx.Continue](d.do(d.outAgain(c, pbx.ChannelUp, Outbound, string(c.ID)))); len(again) > 0 {
			t.Errorf("%s: recorded already, and sent to %v", name, again)
		}
	}
}

// Who was passed on while his recording was paused was not recorded any more.
func TestPausePassedOn(t *testing.T) {
	d, _ := pausedDesk(t)
	d.register("1002")
	d.must(Order{Agent: "1001", Verb: OrderBlind, To: "1002", Reason: "his bill", Consent: true})
	d.gone("c1-agent1", pbx.CauseNormal)
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: "c1-agent2"})
	d.bridged("c1-talk2", "c1")
	d.do(pbx.BridgeEntered{At: pbx.At(d.now), Bridge: "c1-talk2", Channel: "c1-agent2"})
	if resumed := slices.ContainsFunc(d.last, func(f Fact) bool { return f.Kind == RecordingResumed }); !resumed || d.h.calls["c1"].Unrecorded {
		t.Errorf("1002's talk is not recorded: %v", d.last)
	}
}
