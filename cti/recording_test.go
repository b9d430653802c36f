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
	return d.do(pbx.ChannelEntered{At: pbx.At(d.now), Channel: pbx.Channel{ID: pbx.ChannelID(call), Args: []string{Outbound, call}}})
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

// relinked is the link again that was lost in a talk of c1 with 1001.
func (d *desk) relinked(inApp bool) Outcome {
	d.do(pbx.LinkLost{At: pbx.At(d.now)})
	at := d.now.Add(time.Second)
	return d.do(pbx.LinkUp{At: pbx.At(at), Snapshot: pbx.Snapshot{
		At: at, StartedAt: epoch,
		Endpoints: []pbx.Endpoint{{ID: "PJSIP/1001", Reachable: true}},
		Channels: []pbx.Channel{
			{ID: "c1", State: pbx.ChannelUp, InApp: inApp, Args: []string{"inbound", "800100", "c1"}, CreatedAt: epoch},
			{ID: "c1-agent1", State: pbx.ChannelUp, InApp: true, Args: []string{"offer", "c1", "1001"}, CreatedAt: epoch},
		},
		Bridges: []pbx.Bridge{{ID: "c1-talk1", Channels: []pbx.ChannelID{"c1", "c1-agent1"}}},
	}})
}

// A pause that was lost with the link was never made, though it was on record; it could be
// ordered no more, nor the recording resumed.
func TestPauseLostWithLink(t *testing.T) {
	d, _ := pausedDesk(t)
	if visits := commandsOf[pbx.Continue](d.relinked(true)); len(visits) != 1 || visits[0].Extension != "pause" {
		t.Fatalf("the pause is not ordered again: %v", visits)
	}
	d.back("c1")
	d.bridged("c1-talk1", "c1", "c1-agent1")
	d.must(Order{Agent: "1001", Verb: OrderResumeRecording})
	if visits := commandsOf[pbx.Continue](d.relinked(true)); len(visits) != 1 || visits[0].Extension != "resume" {
		t.Errorf("that it goes on is not ordered again: %v", visits)
	}
}

// A caller who was in the dialplan for his pause while the link came back was taken for one of
// the fallback's, and hung up when he was back.
func TestPauseUnderWayAtLink(t *testing.T) {
	d, _ := pausedDesk(t)
	d.relinked(false)
	out := d.back("c1")
	if gone := commandsOf[pbx.Hangup](out); len(gone) > 0 || len(commandsOf[pbx.Join](out)) != 1 {
		t.Errorf("he is not brought back to his agent: %v", out.Commands)
	}
}

// Of a number outside that answered while the link was lost the visit where his recording begins
// was forgotten as soon as it was ordered: he was joined at once, which took him out of it.
func TestReachedWithoutLink(t *testing.T) {
	d := newDesk(t, func(p *Plan, _ *Queue) {
		p.Companies[0].Outside = []DialRule{{Role: DialAgent, Prefixes: []string{"021"}}}
	})
	d.register("1001")
	id := rung(d.must(Order{Agent: "1001", Verb: OrderDial, To: "0210001"}))
	c := d.h.calls[id]
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.agentChannel(1)})
	d.do(pbx.LinkLost{At: pbx.At(d.now)})
	at := d.now.Add(time.Second)
	out := d.do(pbx.LinkUp{At: pbx.At(at), Snapshot: pbx.Snapshot{
		At: at, StartedAt: epoch,
		Endpoints: []pbx.Endpoint{{ID: "PJSIP/1001", Reachable: true}},
		Channels: []pbx.Channel{
			{ID: c.Channel, State: pbx.ChannelUp, InApp: true, CreatedAt: epoch},
			{ID: c.agentChannel(1), State: pbx.ChannelUp, InApp: true, CreatedAt: epoch},
		},
	}})
	if visits := commandsOf[pbx.Continue](out); len(visits) != 1 || visits[0].Context != Outbound || len(commandsOf[pbx.Join](out)) > 0 || !c.Returns {
		t.Errorf("visits %v, joins %v, he returns: %t", visits, commandsOf[pbx.Join](out), c.Returns)
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
