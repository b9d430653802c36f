package cti

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sansheng/pbx"
)

// talk is c1 in a talk with 1001, consultation the same with 1002 as receiver.
const (
	talk = `> 0s up PJSIP/1001:on PJSIP/1002:on
> 1s arrives c1 800100 13800138000
> 1.1s alerting c1-agent1
> 3.2s played c1-greeting c1
> 5s answered c1-agent1
> 6.5s played c1-number1 c1
> 6.55s bridged c1-talk1 c1
> 6.56s bridged c1-talk1 c1-agent1
`
	// listened is the same with 1010, who leads, on it.
	listened = `> 0s up PJSIP/1001:on PJSIP/1002:on PJSIP/1010:on
> 1s arrives c1 800100 13800138000
> 1.1s alerting c1-agent1
> 3.2s played c1-greeting c1
> 5s answered c1-agent1
> 6.5s played c1-number1 c1
> 6.55s bridged c1-talk1 c1
> 6.56s bridged c1-talk1 c1-agent1
> 8s order 1010 listen 1001
> 9s answered c1-super2
`
	consultation = talk + `> 20s order 1001 transfer 1002
> 20.1s alerting c1-agent2
> 22s answered c1-agent2
> 22.05s bridged c1-consult2 c1-agent1
> 22.06s bridged c1-consult2 c1-agent2
`
)

// enact plays inputs, and gives the hotline with all it said and ordered.
func enact(t *testing.T, script string) (h *Hotline, facts []Fact, commands []pbx.Command) {
	t.Helper()
	h = NewHotline("e1", DemoPlan(0))
	for line := range strings.Lines(script) {
		at, in := parseInput(t, strings.TrimSpace(line)[2:])
		o := h.Handle(at, in)
		facts, commands = append(facts, o.Facts...), append(commands, o.Commands...)
	}
	return h, facts, commands
}

// takenOver is another engine's hotline after these facts and a snapshot.
func takenOver(t *testing.T, facts []Fact, up string) (*Hotline, time.Time, Outcome) {
	t.Helper()
	h := NewHotline("e2", DemoPlan(0))
	for _, f := range facts {
		h.Apply(f)
	}
	at, in := parseInput(t, up)
	return h, at, h.Handle(at, in)
}

func hungUp(commands []pbx.Command, ch pbx.ChannelID) bool {
	for _, c := range commands {
		if x, ok := c.(pbx.Hangup); ok && x.Channel == ch {
			return true
		}
	}
	return false
}

func dropped(commands []pbx.Command, b pbx.BridgeID) bool {
	for _, c := range commands {
		if x, ok := c.(pbx.DropBridge); ok && x.Bridge == b {
			return true
		}
	}
	return false
}

// TestBlindLinkLost: the link breaks before the leg of who passed his caller into a
// queue is gone: he has the caller no more, and the caller waits.
func TestBlindLinkLost(t *testing.T) {
	for _, there := range []string{"", "c1-agent1 "} {
		h, _, commands := enact(t, talk+`> 20s order 1001 blind_transfer repair
> 20.01s lost
> 21s up c1 `+there+`PJSIP/1001:on PJSIP/1002:on
`)
		if hungUp(commands, "c1") || h.calls["c1"].Agent != "" || h.calls["c1"].State != CallWaiting {
			t.Errorf("with %q the caller is %s of %q", there, h.calls["c1"].State, h.calls["c1"].Agent)
		}
	}
}

// TestConsultationLapses: a caller who leaves to the fallback leaves nobody behind.
func TestConsultationLapses(t *testing.T) {
	_, _, commands := enact(t, consultation+`> 30s left c1
> 31s tick
`)
	if !hungUp(commands, "c1-agent1") || !hungUp(commands, "c1-agent2") {
		t.Error("agent or receiver is not let go")
	}
}

// TestReceiverGoneUntold: the facts break off between the receiver's end and the
// transfer's.
func TestReceiverGoneUntold(t *testing.T) {
	_, facts, _ := enact(t, consultation+`> 24.1s gone c1-agent2 16
`)
	for i, f := range facts {
		if f.Kind == TransferEnded {
			facts = facts[:i]
			break
		}
	}
	h, at, _ := takenOver(t, facts, "25s up c1 c1-agent1 c1-consult2=c1-agent1 PJSIP/1001:on PJSIP/1002:on")
	if c := h.calls["c1"]; c.State == CallConsulting {
		t.Error("he consults nobody")
	}
	h.Handle(at.Add(time.Second), Order{Agent: "1001", Verb: OrderComplete})
}

// TestBlindHalfDone: the switch has the two still together while the receiver of a
// blind transfer rings: they go on talking, and nobody transferred to himself.
func TestBlindHalfDone(t *testing.T) {
	h, facts, commands := enact(t, talk+`> 20s order 1001 blind_transfer 1002
> 20.01s lost
> 21s up c1:Up:app:inbound,800100 c1-agent1 c1-agent2:Ringing c1-talk1=c1+c1-agent1 PJSIP/1001:on PJSIP/1002:on
`)
	for _, f := range facts {
		if f.Kind == CallTransferred {
			t.Errorf("on record is %s", factLine(f))
		}
	}
	if c := h.calls["c1"]; c.State != CallTalking || c.Agent != "1001" || c.Transfer != nil || !hungUp(commands, "c1-agent2") {
		t.Errorf("the caller is %s of %s, transfer %+v", c.State, c.Agent, c.Transfer)
	}
}

// TestRefusedWhileHeld: what the switch refused of a wait is not repeated in the talk.
func TestRefusedWhileHeld(t *testing.T) {
	h, _, _ := enact(t, talk+`> 20s order 1001 hold
`)
	now := epoch.Add(20100 * time.Millisecond)
	for _, cmd := range []pbx.Command{pbx.Lease{Channel: "c1", For: leaseTime}, pbx.StartMusic{Channel: "c1"}} {
		h.Handle(now, pbx.CommandFailed{At: pbx.At(now), Command: cmd, Err: errors.New("500")})
	}
	h.Handle(now, Order{Agent: "1001", Verb: OrderUnhold})
	h.Handle(now, pbx.BridgeEntered{At: pbx.At(now), Bridge: "c1-talk1", Channel: "c1"})
	h.Handle(now, pbx.BridgeEntered{At: pbx.At(now), Bridge: "c1-talk1", Channel: "c1-agent1"})
	for _, c := range h.Handle(now.Add(time.Second), Tick{}).Commands {
		t.Errorf("ordered of a caller who is %s: %s", h.calls["c1"].State, commandLine(c))
	}
}

// TestBothLeaveConsultation: the caller has met nobody new yet and is not let go.
func TestBothLeaveConsultation(t *testing.T) {
	_, _, commands := enact(t, consultation+`> 30s gone c1-agent1 16
> 30.05s gone c1-agent2 16
`)
	if hungUp(commands, "c1") {
		t.Error("a caller who heard music is hung up")
	}
}

// TestBlindUntold: an engine takes over that has not read of the transfer.
func TestBlindUntold(t *testing.T) {
	_, facts, _ := enact(t, talk)
	_, _, o := takenOver(t, facts, "25s up c1 c1-agent2:Ringing:app:agent,1002 PJSIP/1001:on PJSIP/1002:on")
	if hungUp(o.Commands, "c1") || hungUp(o.Commands, "c1-agent2") {
		t.Error("the caller, or the phone that rings for him, is hung up")
	}
}

// TestSpentBridges: the bridge that a transfer left is dropped.
func TestSpentBridges(t *testing.T) {
	for _, how := range []string{
		`> 20s order 1001 blind_transfer 1002
> 20.05s gone c1-agent1 16
> 20.1s alerting c1-agent2
`, `> 20s order 1001 transfer 1002
> 20.1s alerting c1-agent2
> 20.2s gone c1-agent1 16
`,
	} {
		_, _, commands := enact(t, talk+how+`> 22s answered c1-agent2
> 24s played c1-number2 c1
> 24s bridged c1-talk2 c1
> 24s bridged c1-talk2 c1-agent2
`)
		if !dropped(commands, "c1-talk1") {
			t.Errorf("c1-talk1 is left after\n%s", how)
		}
	}
}

// TestDirectTransfer: the caller of a direct line heard the ringback once.
func TestDirectTransfer(t *testing.T) {
	_, facts, _ := enact(t, `> 0s up PJSIP/1007:on PJSIP/1008:on
> 1s arrives c1 800119 13800138000
> 1.1s alerting c1-agent1
> 3s answered c1-agent1
> 3.1s bridged c1-talk1 c1
> 3.1s bridged c1-talk1 c1-agent1
> 60s order 1007 blind_transfer 1008
> 60.1s gone c1-agent1 16
> 60.1s alerting c1-agent2
> 62s answered c1-agent2
`)
	for _, f := range facts {
		if d, ok := f.Data.(*Answered); ok && !d.WithinThreeRings {
			t.Errorf("%+v", d)
		}
	}
}

// TestCodeOfACallBefore: a code that was never ended is not carried out on the next caller.
func TestCodeOfACallBefore(t *testing.T) {
	_, facts, _ := enact(t, talk+`> 20s pressed c1-agent1 *
> 20s pressed c1-agent1 1
> 20s pressed c1-agent1 1
> 20s pressed c1-agent1 0
> 20s pressed c1-agent1 0
> 20s pressed c1-agent1 2
> 20.2s paused 1002
> 20.3s hangup c1-agent1
> 20.4s arrives c2 800119 13800138001
> 20.5s alerting c2-agent1
> 20.6s answered c2-agent1
> 20.7s bridged c2-talk1 c2
> 20.7s bridged c2-talk1 c2-agent1
> 20.8s ready 1002
> 23.1s tick
`)
	for _, f := range facts {
		if f.Kind == TransferBegan {
			t.Error("the next caller was transferred")
		}
	}
}

// TestThrownOut: a party who is out of the talk without an end of it is brought back.
func TestThrownOut(t *testing.T) {
	h, _, _ := enact(t, talk)
	now := epoch.Add(20 * time.Second)
	h.Handle(now, pbx.BridgeLeft{At: pbx.At(now), Bridge: "c1-talk1", Channel: "c1-agent1"})
	o := h.Handle(now.Add(time.Second), Tick{})
	joined := false
	for _, c := range o.Commands {
		_, ok := c.(pbx.Join)
		joined = joined || ok
	}
	if !joined {
		t.Error("left alone")
	}
}

// TestUnholdInConsultation: it was accepted, and the caller stayed with his music.
func TestUnholdInConsultation(t *testing.T) {
	h, _, _ := enact(t, consultation)
	out := h.Handle(epoch.Add(30*time.Second), Order{Agent: "1001", Verb: OrderUnhold})
	if out.Refused == nil || len(out.Facts) != 0 {
		t.Errorf("unhold in a consultation: %v, %v", out.Refused, out.Facts)
	}
}

// TestHeldSinceClock: since when a caller is on hold goes with a clock that is set.
func TestHeldSinceClock(t *testing.T) {
	h, _, _ := enact(t, talk+`> 20s order 1001 hold
> 3620s stepped 1h
`)
	if v := h.CallViews(); len(v) != 1 || !v[0].HeldSince.Equal(epoch.Add(3620*time.Second)) {
		t.Errorf("%+v", v)
	}
}

// TestCallerLeavesWhileReceiverRings: the agent who passes the caller on is told that he has
// left, also while the receiver's phone rings; that stops ringing.
func TestCallerLeavesWhileReceiverRings(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1001", "1002")
	d.arrive("c1", "800100", "1")
	d.talk("c1", 1)
	d.must(Order{Agent: "1001", Verb: OrderTransfer, To: "1002"})
	out := d.do(pbx.HangupRequested{At: pbx.At(d.now), Channel: "c1", Cause: pbx.CauseNormal})
	out.Commands = append(out.Commands, d.gone("c1", pbx.CauseNormal).Commands...)
	told := map[pbx.ChannelID]string{}
	for _, c := range commandsOf[pbx.Continue](out) {
		told[c.Channel] = c.Context
	}
	for _, c := range commandsOf[pbx.Hangup](out) {
		told[c.Channel] = "hang-up"
	}
	if told["c1-agent1"] != "farewell" || told["c1-agent2"] != "hang-up" {
		t.Errorf("commands: %v", told)
	}
}

// TestLastSeatKeptClear: an ordinary caller is not passed on to the last who is free for
// emergencies; an emergency caller is.
func TestLastSeatKeptClear(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		did    string
		free   []AgentID
		passed bool
	}{
		"the last":              {"800100", []AgentID{"1009"}, false},
		"one of two":            {"800100", []AgentID{"1009", "1004"}, true},
		"an emergency caller's": {"800119", []AgentID{"1009"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, func(p *Plan, _ *Queue) {
				p.Queues[1].Members = append(p.Queues[1].Members, "1001", "1004")
			})
			d.register("1001")
			d.arrive("c1", tt.did, "0210001")
			d.talk("c1", 1)
			d.register(tt.free...)
			out := d.do(Order{Agent: "1001", Verb: OrderTransfer, To: "1009"})
			var refused *OrderError
			if errors.As(out.Refused, &refused) == tt.passed || !tt.passed && refused.Why != RefusedEmergencySeat {
				t.Errorf("%v", out.Refused)
			}
		})
	}
}
